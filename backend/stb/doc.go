// Package stb gathers the cryptography and the public-key infrastructure of the Belarusian
// standards, in packages that need nothing outside of the standard library but
// golang.org/x/crypto/cryptobyte:
//
//   - oid: object identifiers
//   - belt: STB 34.101.31, block cipher, modes, hash, key wrapping; HMAC and password derivation
//   - bash: STB 34.101.77, hash functions and the programmable automaton
//   - brng: STB 34.101.47, generators and one-time passwords
//   - bign: STB 34.101.45, signature, key transport, identity-based signature
//   - bels: STB 34.101.60, sharing of secrets
//   - container: STB 34.101.78, key containers; PKCS #12 for reading
//   - pki, ocsp, tsp, cms: certificates, revocation, time-stamps, signed and enveloped messages
//   - cvc: STB 34.101.79, card-verifiable certificates and signatures made with them
//
// Not implemented are key agreement (STB 34.101.66), curves other than the three standard
// ones, and messages whose length is not a whole number of octets.
//
// Errors are values of their packages and tell no more than an attacker may know. Secrets are
// worked on in constant time but for the table look-ups of belt, which its package describes.
// Nothing here is certified.
package stb
