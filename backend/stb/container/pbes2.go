package container

import (
	"bytes"
	"encoding/asn1"
	"fmt"
	"math"

	"akno/backend/stb/internal/der"
	"akno/backend/stb/oid"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

// saltSize is the number of octets of the salt of a container.
const saltSize = 8

// scheme is the AlgorithmIdentifier of PBES2, taken apart.
type scheme struct {
	salt       []byte
	iterations int
	keyLength  int // octets; 0 when absent
	prf        der.Algorithm
	cipher     der.Algorithm
}

// readScheme takes apart the parameters of PBES2 (RFC 8018, A.4). The pieces are only
// split here; what they may be is for the caller.
func readScheme(params []byte) (s scheme, ok bool) {
	in := cryptobyte.String(params)
	var body, kdf cryptobyte.String
	var derivation der.Algorithm
	if !in.ReadASN1(&body, tag.SEQUENCE) || !in.Empty() ||
		!der.ReadAlgorithm(&body, &derivation) || !der.ReadAlgorithm(&body, &s.cipher) || !body.Empty() {
		return s, false
	}
	if !derivation.OID.Equal(oid.PBKDF2) {
		s.prf.OID = derivation.OID
		return s, true
	}
	in = derivation.Params
	if !in.ReadASN1(&kdf, tag.SEQUENCE) || !in.Empty() {
		return s, false
	}
	var salt cryptobyte.String
	if !kdf.ReadASN1(&salt, tag.OCTET_STRING) {
		return s, false
	}
	s.salt = salt
	if s.iterations, ok = readCount(&kdf); !ok {
		return s, false
	}
	if kdf.PeekASN1Tag(tag.INTEGER) {
		if s.keyLength, ok = readCount(&kdf); !ok {
			return s, false
		}
	}
	if kdf.Empty() { // the default of PKCS #5, HMAC-SHA-1
		s.prf.OID = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 7}
		return s, true
	}
	return s, der.ReadAlgorithm(&kdf, &s.prf) && kdf.Empty()
}

// readCount reads a positive INTEGER; one too large for 31 bits comes back as 2^31-1.
func readCount(in *cryptobyte.String) (int, bool) {
	var body cryptobyte.String
	if !in.ReadASN1(&body, tag.INTEGER) {
		return 0, false
	}
	negative, err := der.Integer(body)
	if err != nil || negative {
		return 0, false
	}
	digits := bytes.TrimLeft(body, "\x00")
	if len(digits) > 4 {
		return math.MaxInt32, true
	}
	n := 0
	for _, d := range digits {
		n = n<<8 | int(d)
	}
	return min(n, math.MaxInt32), true
}

// check returns the error of a scheme outside of STB 34.101.78, 11: anything that is
// not PBKDF2 with hmac-hbelt. It knows whether the cipher is one of those in want.
func (s *scheme) check(want ...asn1.ObjectIdentifier) error {
	if !s.prf.OID.Equal(oid.HMACHBelt) || !s.prf.PlainParams() {
		return &UnsupportedError{oid.Name(s.prf.OID)}
	}
	known := false
	for _, id := range want {
		known = known || s.cipher.OID.Equal(id)
	}
	if !known {
		return &UnsupportedError{oid.Name(s.cipher.OID)}
	}
	if s.keyLength != 0 && s.keyLength != 32 {
		return &UnsupportedError{fmt.Sprintf("derived key of %d octets", s.keyLength)}
	}
	if len(s.salt) != saltSize {
		return &UnsupportedError{fmt.Sprintf("salt of %d octets", len(s.salt))}
	}
	return checkIterations(s.iterations)
}

func checkIterations(n int) error {
	if n < MinIterations || n > MaxIterations {
		return &IterationsError{n}
	}
	return nil
}

// writeContainer writes EncryptedPrivateKeyInfo in DER.
func writeContainer(salt []byte, iterations int, wrapped []byte) ([]byte, error) {
	var b cryptobyte.Builder
	seq := tag.SEQUENCE
	b.AddASN1(seq, func(b *cryptobyte.Builder) {
		b.AddASN1(seq, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(oid.PBES2)
			b.AddASN1(seq, func(b *cryptobyte.Builder) {
				b.AddASN1(seq, func(b *cryptobyte.Builder) {
					b.AddASN1ObjectIdentifier(oid.PBKDF2)
					b.AddASN1(seq, func(b *cryptobyte.Builder) {
						b.AddASN1OctetString(salt)
						b.AddASN1Int64(int64(iterations))
						der.AddAlgorithm(b, oid.HMACHBelt)
					})
				})
				der.AddAlgorithm(b, oid.BeltKWP256)
			})
		})
		b.AddASN1OctetString(wrapped)
	})
	return b.Bytes()
}
