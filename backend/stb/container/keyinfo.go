package container

import (
	"encoding/asn1"

	"akno/backend/stb/bign"
	"akno/backend/stb/internal/ber"
	"akno/backend/stb/internal/der"
	"akno/backend/stb/oid"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

// keyInfo is a PrivateKeyInfo, taken apart. The octets of secret lie in the input or, when that is not DER, in
// a copy, which is to be wiped.
type keyInfo struct {
	algorithm asn1.ObjectIdentifier
	params    []byte
	secret    []byte
	copied    []byte
}

// writeKeyInfo writes a PrivateKeyInfo in DER to memory that the caller wipes.
func writeKeyInfo(algorithm, params asn1.ObjectIdentifier, secret []byte) ([]byte, error) {
	b := cryptobyte.NewFixedBuilder(make([]byte, 0, 48+len(secret)))
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(0)
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(algorithm)
			b.AddASN1ObjectIdentifier(params)
		})
		b.AddASN1OctetString(secret)
	})
	return b.Bytes()
}

// readKeyInfo takes apart a PrivateKeyInfo in BER. Versions other than 0 are refused, the
// attributes that PKCS #8 allows are passed over.
func readKeyInfo(raw []byte) (k keyInfo, ok bool) {
	e, rest, err := ber.Read(raw)
	if err != nil || len(rest) != 0 {
		return k, false
	}
	flat, err := e.DER()
	if err != nil {
		return k, false
	}
	var copied []byte
	if &flat[0] != &raw[0] {
		copied = flat
	}
	in := cryptobyte.String(flat)
	var body, secret cryptobyte.String
	var version int
	var algorithm der.Algorithm
	if !in.ReadASN1(&body, tag.SEQUENCE) || !body.ReadASN1Integer(&version) || version != 0 ||
		!der.ReadAlgorithm(&body, &algorithm) || !body.ReadASN1(&secret, tag.OCTET_STRING) ||
		!body.SkipOptionalASN1(der.Explicit(0)) || !body.Empty() {
		clear(copied)
		return k, false
	}
	return keyInfo{algorithm.OID, algorithm.Params, secret, copied}, true
}

// named returns the parameters as an identifier, or nil when they are something else.
func (k *keyInfo) named() (id asn1.ObjectIdentifier) {
	in := cryptobyte.String(k.params)
	if !in.ReadASN1ObjectIdentifier(&id) || !in.Empty() {
		return nil
	}
	return id
}

// privateKey makes the private key of a PrivateKeyInfo. Only standard curves are taken: explicit
// parameters let whoever wrote the file choose the curve.
func (k *keyInfo) privateKey() (*bign.PrivateKey, error) {
	if k.algorithm.Equal(oid.BelsShare) {
		return nil, ErrShare
	}
	if !k.algorithm.Equal(oid.BignPubKey) {
		return nil, &UnsupportedError{oid.Name(k.algorithm)}
	}
	id := k.named()
	curve := bign.CurveByOID(id)
	switch {
	case id == nil:
		return nil, &UnsupportedError{"explicit curve parameters"}
	case curve == nil:
		return nil, &UnsupportedError{oid.Name(id)}
	}
	key, err := bign.NewPrivateKey(curve, k.secret)
	if err != nil {
		return nil, ErrContent
	}
	return key, nil
}

// share makes the partial secret of a PrivateKeyInfo.
func (k *keyInfo) share() (Share, error) {
	if !k.algorithm.Equal(oid.BelsShare) {
		return Share{}, ErrNotShare
	}
	id := k.named()
	for i, known := range shareOIDs() {
		if known.Equal(id) {
			s := Share{Level: 128 + 64*i, Octets: k.secret}
			if s.valid() {
				s.Octets = append([]byte(nil), k.secret...)
				return s, nil
			}
			return Share{}, ErrContent
		}
	}
	if id == nil {
		return Share{}, &UnsupportedError{"explicit polynomials"}
	}
	return Share{}, &UnsupportedError{oid.Name(id)}
}

// shareOIDs returns the identifiers of the standard polynomials at the levels 128, 192 and 256.
func shareOIDs() []asn1.ObjectIdentifier {
	return []asn1.ObjectIdentifier{oid.BelsM0128v1, oid.BelsM0192v1, oid.BelsM0256v1}
}
