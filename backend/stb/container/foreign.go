package container

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/asn1"
	"fmt"

	"akno/backend/stb/belt"
	"akno/backend/stb/internal/der"
	"akno/backend/stb/oid"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

// Algorithms other programs protect national keys with inside of PKCS #12.
var (
	oidHMACSHA256 = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 9}
	oidAES256CBC  = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 42}
)

// decrypt opens a part protected by PBES2.
func (x *exchange) decrypt(algorithm der.Algorithm, body []byte) ([]byte, error) {
	if !algorithm.OID.Equal(oid.PBES2) {
		return nil, &UnsupportedError{oid.Name(algorithm.OID)}
	}
	s, ok := readScheme(algorithm.Params)
	if !ok {
		return nil, ErrFormat
	}
	if s.keyLength != 0 && s.keyLength != 32 {
		return nil, &UnsupportedError{fmt.Sprintf("derived key of %d octets", s.keyLength)}
	}
	if n := len(s.salt); n < saltSize || n > 64 {
		return nil, &UnsupportedError{fmt.Sprintf("salt of %d octets", n)}
	}
	if err := x.spend(s.iterations); err != nil {
		return nil, err
	}
	kek, err := s.derive(x.password)
	if err != nil {
		return nil, err
	}
	defer clear(kek)
	return s.open(kek, body)
}

// derive makes the key of 32 octets with either of the functions known.
func (s *scheme) derive(password []byte) ([]byte, error) {
	switch {
	case s.prf.OID.Equal(oid.HMACHBelt):
		key, err := belt.PBKDF2Context(context.Background(), password, s.salt, s.iterations, nil)
		return key[:], err
	case s.prf.OID.Equal(oidHMACSHA256):
		return pbkdf2.Key(sha256.New, string(password), s.salt, s.iterations, 32)
	default:
		return nil, &UnsupportedError{oid.Name(s.prf.OID)}
	}
}

// open decrypts body with any of the ciphers known.
func (s *scheme) open(kek, body []byte) ([]byte, error) {
	switch id := s.cipher.OID; {
	case id.Equal(oid.BeltKWP256):
		raw, err := belt.Unwrap(kek, body, nil)
		if err != nil {
			return nil, ErrPassword
		}
		return raw, nil
	case id.Equal(oid.BeltCFB256), id.Equal(oid.BeltCBC256), id.Equal(oid.BeltCTR256):
		return s.decryptMode(kek, body)
	case id.Equal(oidAES256CBC):
		return s.decryptAES(kek, body)
	default:
		return nil, &UnsupportedError{oid.Name(id)}
	}
}

// decryptAES decrypts AES-256-CBC and takes the padding of PKCS #7 off.
func (s *scheme) decryptAES(kek, body []byte) ([]byte, error) {
	in := cryptobyte.String(s.cipher.Params)
	var iv cryptobyte.String
	if !in.ReadASN1(&iv, tag.OCTET_STRING) || !in.Empty() || len(iv) != aes.BlockSize {
		return nil, &UnsupportedError{"parameters of AES-256-CBC"}
	}
	if len(body) == 0 || len(body)%aes.BlockSize != 0 {
		return nil, ErrPassword
	}
	block, err := aes.NewCipher(kek)
	if err != nil {
		return nil, err
	}
	out := make([]byte, len(body))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(out, body)
	n := int(out[len(out)-1])
	if n < 1 || n > aes.BlockSize {
		clear(out)
		return nil, ErrPassword
	}
	for _, p := range out[len(out)-n:] {
		if int(p) != n {
			clear(out)
			return nil, ErrPassword
		}
	}
	return out[:len(out)-n], nil
}
