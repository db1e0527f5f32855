// Package ocsp reads, makes and judges requests and responses of the online
// certificate status protocol (STB 34.101.26, the core of RFC 6960).
//
// A response is believed when it is signed by the key that issued the
// certificate asked about, or by a certificate which that same key issued for
// signing responses. Responses carry freshness; the caller or a pki.Verifier
// judges it. Unsigned answers, which report errors, only say to ask again.
package ocsp
