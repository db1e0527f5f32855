package asic

import (
	"crypto/sha256"
	"crypto/sha512"
	"hash"

	"akno/backend/stb/pki"
)

// method is a hash algorithm of a manifest.
type method struct {
	name string
	size int
	make func() hash.Hash
	// national is nil for algorithms of other countries.
	national *pki.HashAlgorithm
}

func of(h *pki.HashAlgorithm) *method { return &method{h.Name, h.Size, h.New, h} }

// methods are the algorithms by the identifiers they are read under. The
// addresses under w3.org of national ones are not of W3C: programs of the country
// use them.
var methods = func() map[string]*method {
	belt, b256, b384, b512 := of(pki.BeltHash), of(pki.Bash256), of(pki.Bash384), of(pki.Bash512)
	return map[string]*method{
		uri(pki.BeltHash): belt,
		uri(pki.Bash256):  b256,
		uri(pki.Bash384):  b384,
		uri(pki.Bash512):  b512,
		"http://www.w3.org/2009/xmldsig11#belt-hash256":       belt,
		"http://www.w3.org/2001/04/xmldsig-more#belt-hash256": belt,
		"http://www.w3.org/2009/xmldsig11#bash256":            b256,
		"http://www.w3.org/2009/xmldsig11#bash384":            b384,
		"http://www.w3.org/2009/xmldsig11#bash512":            b512,
		"http://www.w3.org/2001/04/xmlenc#sha256":             {"sha256", sha256.Size, sha256.New, nil},
		"http://www.w3.org/2001/04/xmldsig-more#sha384":       {"sha384", sha512.Size384, sha512.New384, nil},
		"http://www.w3.org/2001/04/xmlenc#sha512":             {"sha512", sha512.Size, sha512.New, nil},
	}
}()

// uri is the identifier of a national algorithm in manifests.
func uri(h *pki.HashAlgorithm) string { return "urn:oid:" + h.OID.String() }
