// Package brng implements STB 34.101.47-2017 over belt-hash: the generators of pseudorandom numbers in
// counter and in HMAC mode, and the one-time passwords HOTP, TOTP and OCRA.
//
// The generators expand a secret deterministically. Keys are drawn from the operating system's
// generator instead, as package bign does. The code is not certified.
package brng
