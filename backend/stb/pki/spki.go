package pki

import (
	"encoding/asn1"
	"errors"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/bign"
	"akno/backend/stb/internal/der"
	"akno/backend/stb/oid"
)

// ErrPublicKey says that a public key is not a bign key over a named curve, or
// that its point is not on the curve.
var ErrPublicKey = errors.New("pki: unacceptable public key")

// curveByOID returns a named curve, or nil.
func curveByOID(id asn1.ObjectIdentifier) *bign.Curve {
	switch {
	case id.Equal(oid.BignCurve256v1):
		return bign.Curve256v1()
	case id.Equal(oid.BignCurve384v1):
		return bign.Curve384v1()
	case id.Equal(oid.BignCurve512v1):
		return bign.Curve512v1()
	}
	return nil
}

func curveOID(level int) asn1.ObjectIdentifier {
	switch level {
	case 128:
		return oid.BignCurve256v1
	case 192:
		return oid.BignCurve384v1
	case 256:
		return oid.BignCurve512v1
	}
	return nil
}

// publicKeyInfo reads the two elements of a SubjectPublicKeyInfo. ok is false
// when the structure is broken; key is nil when the key is not acceptable.
func publicKeyInfo(raw cryptobyte.String) (key *bign.PublicKey, bits []byte, ok bool) {
	var body cryptobyte.String
	var alg der.Algorithm
	if !raw.ReadASN1(&body, tag.SEQUENCE) || !raw.Empty() || !der.ReadAlgorithm(&body, &alg) {
		return nil, nil, false
	}
	var value cryptobyte.String
	if !body.ReadASN1(&value, tag.BIT_STRING) || !body.Empty() || len(value) == 0 {
		return nil, nil, false
	}
	unused := value[0]
	bits = value[1:]
	if unused != 0 || !alg.OID.Equal(oid.BignPubKey) {
		return nil, bits, true
	}
	// Only named curves: explicit parameters would let the sender choose the
	// group (STB 34.101.78, 6.1).
	var id asn1.ObjectIdentifier
	params := cryptobyte.String(alg.Params)
	if !params.ReadASN1ObjectIdentifier(&id) || !params.Empty() {
		return nil, bits, true
	}
	curve := curveByOID(id)
	if curve == nil {
		return nil, bits, true
	}
	if key, err := bign.NewPublicKey(curve, bits); err == nil {
		return key, bits, true
	}
	return nil, bits, true
}

// ParsePublicKey reads a SubjectPublicKeyInfo (STB 34.101.45, appendix D): a
// bign key over a named curve, 64, 96 or 128 octets x‖y.
func ParsePublicKey(data []byte) (*bign.PublicKey, error) {
	key, _, ok := publicKeyInfo(data)
	if !ok || key == nil {
		return nil, ErrPublicKey
	}
	return key, nil
}

// MarshalPublicKey writes a SubjectPublicKeyInfo.
func MarshalPublicKey(key *bign.PublicKey) []byte {
	var b cryptobyte.Builder
	addPublicKey(&b, key)
	return b.BytesOrPanic()
}

func addPublicKey(b *cryptobyte.Builder, key *bign.PublicKey) {
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(oid.BignPubKey)
			b.AddASN1ObjectIdentifier(curveOID(Level(key)))
		})
		b.AddASN1BitString(key.Bytes())
	})
}
