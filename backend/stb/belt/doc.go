// Package belt implements the symmetric algorithms of STB 34.101.31-2020: the
// block cipher belt, its modes, the hash function belt-hash, key wrapping and key
// transformation, and the password based key derivation of STB 34.101.45, appendix E,
// which is built on HMAC over belt-hash.
//
// All numbers inside the algorithms are little-endian; lengths given to and taken
// from this package are octets. The clauses named in comments are those of the
// 2020 edition.
//
// # Secrets and time
//
// The S-box is looked up in tables, at places that depend on key and data. On a
// processor with a cache this is not constant time. The reference library of the
// standard takes the same position. What is done about it: the tables are small (four of
// 1 KiB), they are read through before a key is set up, so that an observer finds
// all lines in the cache, and nothing else in the package branches on or indexes by
// a secret: tags and headers are compared in constant time and the products of the
// authenticated modes are computed without tables. Do not offer strangers an
// oracle that encrypts single blocks with a long-lived key and can be timed closely.
//
// The code is not certified by the Operational and Analytical Centre or by anybody else.
package belt

//go:generate go run gen.go
