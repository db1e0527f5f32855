// Package cvc reads, checks and makes card-verifiable certificates (STB
// 34.101.79), which identity cards and terminals carry, and the detached
// signatures that are made with them. A certificate is some 200 to 400 octets of
// DER with tags of the application class; it names its holder and its authority
// by 8 to 12 characters, is in force by whole days, and grants rights to the
// applications eID and eSign of a card.
//
// The three levels of STB 34.101.45 are understood, with belt-hash, bash384 and
// bash512. There is no revocation: the standard has none for these
// certificates, which live short. The rights are read, combined along a path,
// and left to the caller.
package cvc
