package container

import (
	"bytes"
	"context"
	"crypto/cipher"
	"crypto/rand"
	"crypto/subtle"
	"encoding/pem"

	"akno/backend/stb/belt"
	"akno/backend/stb/bign"
	"akno/backend/stb/internal/ber"
	"akno/backend/stb/internal/der"
	"akno/backend/stb/internal/scrub"
	"akno/backend/stb/oid"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

const (
	// MinIterations is the least number of iterations STB 34.101.78 allows.
	MinIterations = 10_000
	// MaxIterations is the greatest number that is read and written: above it a file would
	// keep the processor busy for minutes.
	MaxIterations = 5_000_000
	// MaxFile is the length, in octets, of the longest file that is opened.
	MaxFile = 64 << 10
)

// Share is a partial secret of STB 34.101.60.
type Share struct {
	opaque
	// Level is the security level of the secret shared: 128, 192 or 256.
	Level int
	// Octets is the number of the share, 1 to 16, and Level/8 octets of its value.
	Octets []byte
}

// opaque keeps a share from being printed.
type opaque = scrub.Opaque

// valid returns whether the length fits the level and the number is one of the standard's.
func (s Share) valid() bool {
	return len(s.Octets) == s.Level/8+1 && s.Octets[0] >= 1 && s.Octets[0] <= 16
}

// Wipe clears the octets.
func (s Share) Wipe() { clear(s.Octets) }

// Seal writes a container with the key under the password (STB 34.101.78, clause 11): DER of about
// 160 octets, with a fresh salt. password is taken as it is, UTF-8 by convention; iterations
// outside of MinIterations and MaxIterations give an *IterationsError, a key that was wiped bign.ErrWiped.
func Seal(key *bign.PrivateKey, password []byte, iterations int) ([]byte, error) {
	defer scrub.Stack()
	info, err := MarshalPlain(key)
	if err != nil {
		return nil, err
	}
	return seal(info, password, iterations)
}

// SealShare writes a container with a partial secret, like Seal. A share whose length does not fit
// its level gives ErrContent.
func SealShare(s Share, password []byte, iterations int) ([]byte, error) {
	defer scrub.Stack()
	if (s.Level != 128 && s.Level != 192 && s.Level != 256) || !s.valid() {
		return nil, ErrContent
	}
	info, err := writeKeyInfo(oid.BelsShare, shareOIDs()[s.Level/64-2], s.Octets)
	if err != nil {
		return nil, err
	}
	return seal(info, password, iterations)
}

// seal protects a PrivateKeyInfo and wipes it. What was written is opened again before it is
// given out.
func seal(info, password []byte, iterations int) ([]byte, error) {
	defer clear(info)
	if err := checkIterations(iterations); err != nil {
		return nil, err
	}
	var salt [saltSize]byte
	if _, err := rand.Read(salt[:]); err != nil {
		return nil, err
	}
	kek := belt.PBKDF2(password, salt[:], iterations)
	defer clear(kek[:])
	wrapped, err := belt.Wrap(kek[:], info, nil)
	if err != nil {
		return nil, err
	}
	again, err := belt.Unwrap(kek[:], wrapped, nil)
	if err != nil {
		return nil, err
	}
	defer clear(again)
	if subtle.ConstantTimeCompare(again, info) != 1 {
		return nil, ErrContent
	}
	return writeContainer(salt[:], iterations, wrapped)
}

// Open opens a container, PEM around it allowed, and returns the private key. An unprotected
// PrivateKeyInfo is read too and the password ignored. Errors: ErrTooLarge, ErrFormat, ErrPassword,
// ErrShare, ErrContent, *UnsupportedError, *IterationsError.
func Open(file, password []byte) (*bign.PrivateKey, error) {
	return OpenContext(context.Background(), file, password, nil)
}

// OpenContext is Open that stops with the error of ctx when it is done, and that tells
// progress, when not nil, how many iterations are done, every thousand.
func OpenContext(ctx context.Context, file, password []byte, progress func(done int)) (*bign.PrivateKey, error) {
	defer scrub.Stack()
	opened, err := open(ctx, file, password, progress)
	if err != nil {
		return nil, err
	}
	defer opened.wipe()
	return opened.info.privateKey()
}

// OpenShare opens a container and returns the partial secret in it, which the caller wipes. Errors as of
// Open, with ErrNotShare in place of ErrShare.
func OpenShare(file, password []byte) (Share, error) {
	defer scrub.Stack()
	opened, err := open(context.Background(), file, password, nil)
	if err != nil {
		return Share{}, err
	}
	defer opened.wipe()
	return opened.info.share()
}

// opened is what a container held: the octets and the parts, which lie in them or, when they are not DER, in
// a copy.
type opened struct {
	raw  []byte
	info keyInfo
}

// wipe clears both.
func (o *opened) wipe() {
	clear(o.raw)
	clear(o.info.copied)
}

// open returns the PrivateKeyInfo in a file.
func open(ctx context.Context, file, password []byte, progress func(int)) (o opened, err error) {
	flat, err := flatten(file)
	if err != nil {
		return o, err
	}
	if info, ok := readKeyInfo(flat); ok {
		// flat is nobody else's, and DER.
		return opened{flat, info}, nil
	}
	defer clear(flat) // what nearly is an unprotected key holds one
	s, body, err := readEncrypted(flat)
	if err != nil {
		return o, err
	}
	if o.raw, err = s.decrypt(ctx, password, body, progress); err != nil {
		return o, err
	}
	info, ok := readKeyInfo(o.raw)
	switch {
	case ok:
		o.info = info
		return o, nil
	case s.cipher.OID.Equal(oid.BeltKWP256):
		err = ErrContent
	default: // modes without a check of integrity: this is the check
		err = ErrPassword
	}
	clear(o.raw)
	return opened{}, err
}

// flatten returns the DER of a file in DER, BER or PEM. The result never shares memory with file.
func flatten(file []byte) ([]byte, error) {
	if len(file) > MaxFile {
		return nil, ErrTooLarge
	}
	if block := keyBlock(file); block != nil {
		defer clear(block)
		file = block
	}
	e, rest, err := ber.Read(file)
	if err != nil || len(rest) != 0 {
		return nil, ErrFormat
	}
	flat, err := e.DER()
	if err != nil {
		return nil, ErrFormat
	}
	if len(flat) > 0 && &flat[0] != &file[0] {
		return flat, nil // a copy already
	}
	return bytes.Clone(flat), nil
}

// keyBlock returns the first block of PEM that holds a key, or nil.
func keyBlock(file []byte) []byte {
	for len(file) > 0 {
		var block *pem.Block
		if block, file = pem.Decode(file); block == nil {
			return nil
		}
		if block.Type == "ENCRYPTED PRIVATE KEY" || block.Type == "PRIVATE KEY" {
			return block.Bytes
		}
		clear(block.Bytes) // such as a key of another form
	}
	return nil
}

// readEncrypted takes apart an EncryptedPrivateKeyInfo in DER.
func readEncrypted(flat []byte) (s scheme, body []byte, err error) {
	in := cryptobyte.String(flat)
	var outer, octets cryptobyte.String
	var algorithm der.Algorithm
	if !in.ReadASN1(&outer, tag.SEQUENCE) || !in.Empty() || !der.ReadAlgorithm(&outer, &algorithm) ||
		!outer.ReadASN1(&octets, tag.OCTET_STRING) || !outer.Empty() {
		return s, nil, ErrFormat
	}
	if !algorithm.OID.Equal(oid.PBES2) {
		return s, nil, &UnsupportedError{oid.Name(algorithm.OID)}
	}
	s, ok := readScheme(algorithm.Params)
	if !ok {
		return s, nil, ErrFormat
	}
	return s, octets, nil
}

// decrypt opens body under the password. It wants the profile of the standard, or one of the
// belt modes without authentication that other programs write.
func (s *scheme) decrypt(ctx context.Context, password, body []byte, progress func(int)) ([]byte, error) {
	if err := s.check(oid.BeltKWP256, oid.BeltCFB256, oid.BeltCBC256, oid.BeltCTR256); err != nil {
		return nil, err
	}
	wrapped := s.cipher.OID.Equal(oid.BeltKWP256)
	if wrapped && !s.cipher.PlainParams() {
		return nil, &UnsupportedError{"parameters of belt-kwp256"}
	}
	kek, err := belt.PBKDF2Context(ctx, password, s.salt, s.iterations, progress)
	if err != nil {
		return nil, err
	}
	defer clear(kek[:])
	if wrapped {
		raw, err := belt.Unwrap(kek[:], body, nil)
		if err != nil {
			return nil, ErrPassword
		}
		return raw, nil
	}
	return s.decryptMode(kek[:], body)
}

// decryptMode decrypts body with a belt mode that takes an initialisation vector.
func (s *scheme) decryptMode(kek, body []byte) ([]byte, error) {
	in := cryptobyte.String(s.cipher.Params)
	var iv cryptobyte.String
	if !in.ReadASN1(&iv, tag.OCTET_STRING) || !in.Empty() || len(iv) != belt.BlockSize {
		return nil, &UnsupportedError{"parameters of " + oid.Name(s.cipher.OID)}
	}
	c, err := belt.NewCipher(kek)
	if err != nil {
		return nil, err
	}
	defer c.Wipe()
	out := make([]byte, len(body))
	switch {
	case s.cipher.OID.Equal(oid.BeltCFB256):
		pour(c.NewCFBDecrypter(iv), out, body)
	case s.cipher.OID.Equal(oid.BeltCTR256):
		pour(c.NewCTR(iv), out, body)
	default:
		if err := c.DecryptCBC(out, body, iv); err != nil {
			return nil, ErrPassword
		}
		out = withoutPadding(out)
	}
	return out, nil
}

// withoutPadding takes off the padding of PKCS #7 that some programs add before belt-cbc, which
// needs none. What is protected is one element in DER, whose length tells the two apart.
func withoutPadding(out []byte) []byte {
	in := cryptobyte.String(out)
	var element cryptobyte.String
	var t tag.Tag
	if len(out)%belt.BlockSize != 0 || !in.ReadAnyASN1Element(&element, &t) || len(in) < 1 || len(in) > belt.BlockSize {
		return out
	}
	for _, p := range in {
		if int(p) != len(in) {
			return out
		}
	}
	return element
}

// pour sends body through a stream of belt and wipes the stream.
func pour(stream cipher.Stream, out, body []byte) {
	stream.XORKeyStream(out, body)
	if w, ok := stream.(interface{ Wipe() }); ok {
		w.Wipe()
	}
}

// MarshalPlain returns the unprotected PrivateKeyInfo of a key in DER, which the caller wipes.
// It is for handing a key to another container, never for a file. A key that was wiped gives bign.ErrWiped.
func MarshalPlain(key *bign.PrivateKey) ([]byte, error) {
	d := key.Bytes()
	defer clear(d)
	if subtle.ConstantTimeCompare(d, make([]byte, len(d))) == 1 {
		return nil, bign.ErrWiped // zero is no key: the file would never open
	}
	return writeKeyInfo(oid.BignPubKey, key.Curve().OID(), d)
}
