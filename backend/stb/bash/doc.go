// Package bash implements STB 34.101.77-2020: the permutation bash-f, the hash functions
// bash256, bash384, bash512 and those of other levels, and the programmable automaton bash-prg
// with its hashing and authenticated encryption.
//
// Lengths given to and taken from the package are octets; levels are bits. All operations take
// the same time for all contents. The code is not certified.
package bash
