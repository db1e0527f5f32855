// Package bign implements STB 34.101.45-2013: digital signature and key transport on
// the three standard curves bign-curve256v1, bign-curve384v1 and bign-curve512v1.
//
// Numbers are little-endian octets. With l the security level, 128, 192 or 256 bits: a private
// key has l/4 octets, a public key l/2 (x then y), a signature 3l/8 (S0 of l/8, then S1 of
// l/4). A message is signed by its hash value of l/4 octets; the DER of the identifier of the
// hash function (package oid has them) goes into the signature too, so a signature made with
// one hash function does not pass with another.
//
// Curves are always standard ones. Explicit parameters, which the standard allows, are
// refused by the callers that read keys from files, because a key on a curve of the
// attacker's choice proves nothing.
//
// # Secrets and time
//
// Key generation, signing and the opening of key tokens make the same sequence of field
// operations and memory accesses for all secrets; the exception is belt, whose S-box is
// looked up in tables (see package belt). Verification and the decoding of public keys are
// not constant time.
//
// The identity-based signature of appendix В is implemented too; the generation and checking of
// curves (clauses 6.1.3 and 6.1.4) are not. The code is not certified.
package bign
