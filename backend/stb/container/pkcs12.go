package container

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/asn1"
	"hash"
	"unicode/utf16"
	"unicode/utf8"

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
	// MaxPKCS12 is the length, in octets, of the longest PKCS #12 file that is opened.
	MaxPKCS12 = 1 << 20
	// maxBags is the greatest number of parts and of bags in a part.
	maxBags = 64
	// maxDepth is how deep bags may lie in bags.
	maxDepth = 4
)

// Exchange is what a PKCS #12 file holds.
type Exchange struct {
	// Key is the first private key of STB 34.101.45, or nil when there is none.
	Key *bign.PrivateKey
	// Certificates are all certificates in DER, in their order. Which one belongs to the key is
	// told by its public key only.
	Certificates [][]byte
	// Authenticated says that the file had a MAC and that it was right. Without one nothing shows
	// that the certificates are those that were put in.
	Authenticated bool
}

// exchange is a file in work. Work bounds the iterations of all derivations together.
type exchange struct {
	Exchange
	password []byte
	work     int
	seen     int // bags, of all parts
}

// OpenPKCS12 opens a PKCS #12 file with password integrity (RFC 7292): protected by belt as in STB
// 34.101.78 or, as other programs write around a national key, by AES-256-CBC and SHA-256. The password is
// UTF-8. Errors: ErrTooLarge, ErrFormat, ErrPassword, ErrContent, *UnsupportedError, *IterationsError for
// more than MaxIterations in the whole file.
func OpenPKCS12(file, password []byte) (*Exchange, error) {
	defer scrub.Stack()
	return openExchange(file, password, MaxIterations)
}

// openExchange is OpenPKCS12 with the number of iterations that may be done.
func openExchange(file, password []byte, work int) (*Exchange, error) {
	if len(file) > MaxPKCS12 {
		return nil, ErrTooLarge
	}
	e, rest, err := ber.Read(file)
	if err != nil || len(rest) != 0 {
		return nil, ErrFormat
	}
	flat, err := e.DER()
	if err != nil {
		return nil, ErrFormat
	}
	defer wipeCopy(flat, file) // an unprotected key may lie in it
	x := &exchange{password: password, work: work}
	if err := x.open(flat); err != nil {
		if x.Key != nil {
			x.Key.Wipe()
		}
		return nil, err
	}
	return &x.Exchange, nil
}

func (x *exchange) open(flat []byte) error {
	in := cryptobyte.String(flat)
	var pfx cryptobyte.String
	var version int
	if !in.ReadASN1(&pfx, tag.SEQUENCE) || !in.Empty() || !pfx.ReadASN1Integer(&version) || version != 3 {
		return ErrFormat
	}
	kind, content, ok := readContentInfo(&pfx)
	if !ok {
		return ErrFormat
	}
	if !kind.Equal(oidData) {
		return &UnsupportedError{oid.Name(kind)}
	}
	var safe cryptobyte.String
	if !content.ReadASN1(&safe, tag.OCTET_STRING) || !content.Empty() {
		return ErrFormat
	}
	if !pfx.Empty() {
		if err := x.checkMAC(&pfx, safe); err != nil {
			return err
		}
		x.Authenticated = true
	}
	var parts cryptobyte.String
	if !safe.ReadASN1(&parts, tag.SEQUENCE) || !safe.Empty() {
		return ErrFormat
	}
	for n := 0; !parts.Empty(); n++ {
		if n == maxBags {
			return ErrFormat
		}
		if err := x.part(&parts); err != nil {
			return err
		}
	}
	return nil
}

// Content types of CMS and the identifiers of PKCS #12.
var (
	oidData      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidEncrypted = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 6}
	oidKeyBag    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 1}
	oidShrouded  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 2}
	oidCertBag   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 3}
	oidSafeBag   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 6}
	oidX509      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 22, 1}
	oidSHA256    = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
)

// readContentInfo reads a type and what stands under the tag [0] after it.
func readContentInfo(in *cryptobyte.String) (kind asn1.ObjectIdentifier, content cryptobyte.String, ok bool) {
	var info cryptobyte.String
	ok = in.ReadASN1(&info, tag.SEQUENCE) && info.ReadASN1ObjectIdentifier(&kind) &&
		info.ReadASN1(&content, der.Explicit(0)) && info.Empty()
	return kind, content, ok
}

// spend takes n iterations from what may still be done.
func (x *exchange) spend(n int) error {
	if n < 1 || n > x.work {
		return &IterationsError{n}
	}
	x.work -= n
	return nil
}

// checkMAC checks MacData (RFC 7292, 4 and appendix B) over the octets of safe.
func (x *exchange) checkMAC(in *cryptobyte.String, safe []byte) error {
	var data, digestInfo, want, salt cryptobyte.String
	var algorithm der.Algorithm
	if !in.ReadASN1(&data, tag.SEQUENCE) || !in.Empty() || !data.ReadASN1(&digestInfo, tag.SEQUENCE) ||
		!der.ReadAlgorithm(&digestInfo, &algorithm) || !digestInfo.ReadASN1(&want, tag.OCTET_STRING) ||
		!digestInfo.Empty() || !data.ReadASN1(&salt, tag.OCTET_STRING) {
		return ErrFormat
	}
	iterations := 1
	if !data.Empty() {
		var ok bool
		if iterations, ok = readCount(&data); !ok || !data.Empty() {
			return ErrFormat
		}
	}
	var newHash func() hash.Hash
	newMAC := func(key []byte) hash.Hash { return hmac.New(newHash, key) }
	switch {
	case algorithm.OID.Equal(oid.BeltHash):
		newHash, newMAC = belt.NewHash, belt.NewHMAC // which can be wiped
	case algorithm.OID.Equal(oidSHA256):
		newHash = sha256.New
	default:
		return &UnsupportedError{oid.Name(algorithm.OID)}
	}
	if err := x.spend(iterations); err != nil {
		return err
	}
	if !utf8.Valid(x.password) || len(salt) == 0 || len(salt) > 1024 {
		return ErrPassword
	}
	key := macKey(newHash(), x.password, salt, iterations)
	defer clear(key)
	m := newMAC(key)
	defer wipeHash(m)
	m.Write(safe)
	if subtle.ConstantTimeCompare(m.Sum(nil), want) != 1 {
		return ErrPassword
	}
	return nil
}

// bmpString returns the UTF-16 of a password, big-endian and with two zeros after it, in memory that no copy
// was made of. A rune above 16 bits takes four octets in either form, others at most twice as many.
func bmpString(password []byte) []byte {
	text := make([]byte, 0, 2*len(password)+2)
	for len(password) > 0 {
		r, n := utf8.DecodeRune(password)
		password = password[n:]
		if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
			text = append(text, byte(high>>8), byte(high))
			r = low
		}
		text = append(text, byte(r>>8), byte(r))
	}
	return append(text, 0, 0)
}

// macKey derives the key of the MAC (RFC 7292, B.2, purpose 3): as long as one hash value, so
// one block is enough. The pieces are filled up to the block length of the hash function, 32 octets
// for belt-hash.
func macKey(h hash.Hash, password, salt []byte, iterations int) []byte {
	v := h.BlockSize()
	text := bmpString(password)
	defer clear(text)
	h.Write(bytes.Repeat([]byte{3}, v))
	for _, piece := range [][]byte{salt, text} {
		filled := make([]byte, (len(piece)+v-1)/v*v)
		for n := 0; n < len(filled); {
			n += copy(filled[n:], piece)
		}
		h.Write(filled)
		clear(filled)
	}
	key := h.Sum(nil)
	for range iterations - 1 {
		h.Reset()
		h.Write(key)
		key = h.Sum(key[:0])
	}
	h.Reset()
	return key
}

// part reads one ContentInfo of the safe: open bags or encrypted ones.
func (x *exchange) part(in *cryptobyte.String) error {
	kind, content, ok := readContentInfo(in)
	if !ok {
		return ErrFormat
	}
	switch {
	case kind.Equal(oidData):
		var bags cryptobyte.String
		if !content.ReadASN1(&bags, tag.OCTET_STRING) || !content.Empty() {
			return ErrFormat
		}
		return x.bags(bags)
	case !kind.Equal(oidEncrypted):
		return &UnsupportedError{oid.Name(kind)}
	}
	var data, info, body cryptobyte.String
	var version int
	var inner asn1.ObjectIdentifier
	var algorithm der.Algorithm
	if !content.ReadASN1(&data, tag.SEQUENCE) || !content.Empty() || !data.ReadASN1Integer(&version) ||
		!data.ReadASN1(&info, tag.SEQUENCE) || !info.ReadASN1ObjectIdentifier(&inner) ||
		!der.ReadAlgorithm(&info, &algorithm) {
		return ErrFormat
	}
	if info.PeekASN1Tag(der.Explicit(0)) { // BER: the octets in pieces
		var pieces cryptobyte.String
		if !info.ReadASN1(&pieces, der.Explicit(0)) {
			return ErrFormat
		}
		for !pieces.Empty() {
			var piece cryptobyte.String
			if !pieces.ReadASN1(&piece, tag.OCTET_STRING) {
				return ErrFormat
			}
			body = append(body, piece...)
		}
	} else if !info.ReadASN1(&body, der.Context(0)) {
		return ErrFormat
	}
	plain, err := x.decrypt(algorithm, body)
	if err != nil {
		return err
	}
	defer clear(plain)
	return x.bags(plain)
}

// bags reads SafeContents.
func (x *exchange) bags(raw []byte) error {
	e, rest, err := ber.Read(raw)
	if err != nil || len(rest) != 0 {
		return ErrPassword // what was decrypted without a MAC is nothing
	}
	flat, err := e.DER()
	if err != nil {
		return ErrFormat
	}
	defer wipeCopy(flat, raw)
	return x.contents(flat, 0)
}

// wipeCopy clears the DER form of raw when it is not raw itself.
func wipeCopy(flat, raw []byte) {
	if &flat[0] != &raw[0] {
		clear(flat)
	}
}

// wipeHash clears the key in a hash of belt; others cannot.
func wipeHash(m hash.Hash) {
	if w, ok := m.(interface{ Wipe() }); ok {
		w.Wipe()
	}
}

// contents reads a SafeContents, which may lie in another as a bag (RFC 7292, 4.2.6).
func (x *exchange) contents(in cryptobyte.String, depth int) error {
	var list cryptobyte.String
	if depth > maxDepth || !in.ReadASN1(&list, tag.SEQUENCE) {
		return ErrFormat
	}
	for n := 0; !list.Empty(); n++ {
		var bag, value cryptobyte.String
		var kind asn1.ObjectIdentifier
		if n == maxBags || !list.ReadASN1(&bag, tag.SEQUENCE) || !bag.ReadASN1ObjectIdentifier(&kind) ||
			!bag.ReadASN1(&value, der.Explicit(0)) {
			return ErrFormat
		}
		x.seen++
		if x.seen > maxBags*maxBags {
			return ErrFormat
		}
		if kind.Equal(oidSafeBag) {
			if err := x.contents(value, depth+1); err != nil {
				return err
			}
			continue
		}
		if err := x.bag(kind, value); err != nil {
			return err
		}
	}
	return nil
}

// bag reads one bag; kinds that hold neither keys nor certificates are passed over.
func (x *exchange) bag(kind asn1.ObjectIdentifier, value cryptobyte.String) error {
	switch {
	case kind.Equal(oidKeyBag):
		return x.takeKey(value)
	case kind.Equal(oidShrouded):
		var outer, body cryptobyte.String
		var algorithm der.Algorithm
		if !value.ReadASN1(&outer, tag.SEQUENCE) || !der.ReadAlgorithm(&outer, &algorithm) ||
			!outer.ReadASN1(&body, tag.OCTET_STRING) || !outer.Empty() {
			return ErrFormat
		}
		plain, err := x.decrypt(algorithm, body)
		if err != nil {
			return err
		}
		defer clear(plain)
		return x.takeKey(plain)
	case kind.Equal(oidCertBag):
		var cert, content, octets cryptobyte.String
		var form asn1.ObjectIdentifier
		if !value.ReadASN1(&cert, tag.SEQUENCE) || !cert.ReadASN1ObjectIdentifier(&form) ||
			!cert.ReadASN1(&content, der.Explicit(0)) {
			return ErrFormat
		}
		if form.Equal(oidX509) && content.ReadASN1(&octets, tag.OCTET_STRING) {
			x.Certificates = append(x.Certificates, bytes.Clone(octets))
		}
	}
	return nil
}

// takeKey reads a PrivateKeyInfo; after the first key others are passed over.
func (x *exchange) takeKey(raw []byte) error {
	if x.Key != nil {
		return nil
	}
	info, ok := readKeyInfo(raw)
	if !ok {
		return ErrPassword
	}
	defer clear(info.copied)
	key, err := info.privateKey()
	if err != nil {
		return err
	}
	x.Key = key
	return nil
}
