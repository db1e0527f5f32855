// Package pki reads, makes and judges the certificates, certification requests
// and revocation lists of the national public key infrastructure (STB
// 34.101.19, 34.101.17 and 34.101.78).
//
// Reading is strict: DER only, every field where the standard puts it. Two
// profiles of acceptance exist. ProfileGosSUOK takes certificates as the state
// system issues them; ProfileBPKI demands the letter of STB 34.101.78. What that only
// recommends, the greatest validity of certificates, and what it says about the form of lists
// and of status responses, is noted and changes no verdict: to pass over a revocation
// for the sake of form would be the greater harm.
//
// A Verifier answers whether a certificate may be used for a purpose at a time.
// Names and key identifiers only propose issuers; a signature decides. The
// answer is a verdict with a sub-indication of STB 34.101.80.
//
// The package reads no clock, opens no connection and keeps no state between
// questions. Name constraints, policy mapping, delta and indirect revocation
// lists are not implemented: where they are critical, the object is refused.
// The code is not a certified means of cryptographic protection.
package pki
