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
// Implemented, with the widest set of inputs that the standards define:
//
//   - all key lengths of belt (16, 24, 32 octets), all modes, format-preserving encryption
//   - bash of all levels, the automaton of levels 128, 192, 256 and capacities 1 and 2
//   - bign over the three standard curves with any 2l-bit hash function
//   - containers of keys and shares; PKCS #8 and PKCS #12 of others for reading
//   - certificates, requests, lists, answers, stamps, signatures of levels B-B, B-T and
//     B-LT in two profiles: as the state system issues them, and STB 34.101.78 to the letter
//   - envelopes with belt-cfb256 and belt-ctr256, any number of recipients
//
// Not implemented are
//
//   - key agreement (STB 34.101.66; a test of package bign computes the transcripts of its
//     appendix), curves other than the three standard ones, explicit or inherited curve
//     parameters, messages whose length is not a whole number of octets
//   - of STB 34.101.78: what it says about its own messages. The recommended greatest validity of
//     certificates and the form of lists and answers are noted by the strict profile and
//     change no verdict
//   - name constraints, policy mapping, delta, indirect and partial revocation lists: where
//     critical they are refused
//   - archive stamps (B-LTA), counter-signatures, signature policies: recognised, not judged
//   - attribute certificates (STB 34.101.67), DVCS (STB 34.101.81), XAdES and PAdES
//   - the enrolment protocol of STB 34.101.78 but for its request
//
// Where a standard leaves a choice, or contradicts practice, the decision is held by a test
// of package cms with its number.
//
// Errors are values of their packages and tell no more than an attacker may know.
//
// # Secrets and time
//
// What touches a secret does not branch on it, does not index by it and knows nothing of
// math/big, which only pki.Serial.Int uses, for public numbers. The exceptions are
//
//   - belt: its S-box is looked up in tables, see the package for what is done about it. So
//     are the hash function and everything else that is built on it
//   - belt.EncryptDigits and its inverse: conversion between bases by division
//   - one-time passwords of brng: the standard cuts a password out of a MAC at a place that the
//     MAC names, and divides
//   - shares as text, which are for paper (container.Share.Text and ParseShareText)
//   - files of other programs in package container: the padding of AES-256-CBC, and whether
//     what came out of a mode without a check of integrity is a key, are found out step by
//     step. Such a file is opened by its owner; do not offer it to strangers as a question
//
// A key out of range is drawn again, which takes longer; what was thrown away says nothing about
// the one that is used. In a container of the standard's profile a wrong password and a damaged
// file are one error and take the same time.
//
// Package internal/dudect measures this: signing in both ways, keys of a stream, the opening of
// tokens, the agreement on a secret, the place of a wrong octet of a tag, wrong passwords
// against damaged containers, the sharing of secrets. Every test has a control that leaks and has to be found out.
// make soak takes 25 times as many samples.
//
// Private keys, ciphers, streams, MACs, generators, automata and shares have methods Wipe, no verb of
// package fmt prints them, and functions wipe what they made for themselves, stack included, also when they
// give up. Package internal/leftover searches the memory of the process for what should be gone. It
// cannot be so with
//
//   - registers, and stacks that the runtime moved
//   - an array that is returned, such as a derived key: the caller's frame holds it twice and can clear one of them
//   - belt-hash and bash of something secret by themselves: Reset clears a state, and the last block may lie on the
//     stack until something is written over it. HMAC, PBKDF2 and the one-time keys of signatures clear it
//   - files of other programs by the standard library: the password by HMAC-SHA-256, which it takes as
//     a string, the expanded key of AES, and the pads of its HMAC
//
// Verification, the decoding of public keys, of certificates and of messages, and the reading of a container up
// to its password work on what everybody may see and take a time that depends on it. So does the
// search for a recipient's token in an envelope: it tells which of the recipients opened it, never a key.
//
// # Speed
//
// Hashing, encrypting, signing into a caller's buffer and verifying do not allocate. The figures,
// and the bars they must not fall below, are in docs/speed.md.
//
// Agreement with other implementations was tried at length: bee2 for the primitives, OpenSSL
// with its engine and bee2cmd for files in both directions. It is no proof. Nothing here is
// certified as a means of cryptographic protection of information, which the legal force of a
// signature may demand: this is a reference implementation.
package stb
