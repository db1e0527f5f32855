package ocsp

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/asn1"
	"hash"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/internal/der"
	"akno/backend/stb/pki"
)

// CertID names a certificate by hashes of its issuer and its serial number.
type CertID struct {
	// Hash is the algorithm of both hash values.
	Hash asn1.ObjectIdentifier
	// IssuerNameHash is the hash of the issuer's name in DER, IssuerKeyHash that of
	// the issuer's key without tag, length and the octet of unused bits.
	IssuerNameHash, IssuerKeyHash []byte
	// Serial is the number of the certificate.
	Serial pki.Serial
}

// Foreign algorithms are only read: they identify, they do not protect.
var (
	oidSHA1   = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}
	oidSHA256 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
)

func newHash(id asn1.ObjectIdentifier) func() hash.Hash {
	if h := pki.HashByOID(id); h != nil {
		return h.New
	}
	switch {
	case id.Equal(oidSHA1):
		return sha1.New
	case id.Equal(oidSHA256):
		return sha256.New
	}
	return nil
}

func digest(f func() hash.Hash, data []byte) []byte {
	h := f()
	h.Write(data)
	return h.Sum(nil)
}

// NewCertID names a certificate by the hash of its issuer's level.
func NewCertID(cert, issuer *pki.Certificate) (CertID, error) {
	alg := pki.AlgorithmFor(issuer.PublicKey)
	if alg == nil {
		return CertID{}, pki.ErrAlgorithm
	}
	return CertID{
		Hash: alg.Hash.OID, IssuerNameHash: alg.Hash.Sum(cert.Issuer.Raw),
		IssuerKeyHash: alg.Hash.Sum(issuer.PublicKeyBits), Serial: cert.Serial,
	}, nil
}

// Names reports whether the identifier is that of a certificate of an issuer.
func (id CertID) Names(cert, issuer *pki.Certificate) bool {
	return id.Serial == cert.Serial && id.issuedBy(cert.Issuer.Raw, issuer)
}

// issuedBy reports whether the identifier speaks of an issuer's certificates.
func (id CertID) issuedBy(name []byte, issuer *pki.Certificate) bool {
	f := newHash(id.Hash)
	return f != nil && bytes.Equal(id.IssuerNameHash, digest(f, name)) &&
		bytes.Equal(id.IssuerKeyHash, digest(f, issuer.PublicKeyBits))
}

// Equal compares two identifiers.
func (id CertID) Equal(o CertID) bool {
	return id.Hash.Equal(o.Hash) && bytes.Equal(id.IssuerNameHash, o.IssuerNameHash) &&
		bytes.Equal(id.IssuerKeyHash, o.IssuerKeyHash) && id.Serial == o.Serial
}

func readCertID(s *cryptobyte.String, id *CertID) bool {
	var body, name, key, serial cryptobyte.String
	var alg der.Algorithm
	if !s.ReadASN1(&body, tag.SEQUENCE) || !der.ReadAlgorithm(&body, &alg) || !alg.PlainParams() ||
		!body.ReadASN1(&name, tag.OCTET_STRING) || !body.ReadASN1(&key, tag.OCTET_STRING) ||
		!body.ReadASN1(&serial, tag.INTEGER) || !body.Empty() || len(serial) > 20 {
		return false
	}
	if _, err := der.Integer(serial); err != nil {
		return false
	}
	*id = CertID{Hash: alg.OID, IssuerNameHash: name, IssuerKeyHash: key, Serial: pki.Serial(serial)}
	return true
}

func addCertID(b *cryptobyte.Builder, id CertID) {
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		der.AddAlgorithm(b, id.Hash)
		b.AddASN1OctetString(id.IssuerNameHash)
		b.AddASN1OctetString(id.IssuerKeyHash)
		der.AddElement(b, tag.INTEGER, []byte(id.Serial))
	})
}
