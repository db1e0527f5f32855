package pki

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/bign"
	"akno/backend/stb/internal/der"
	"akno/backend/stb/internal/memo"
)

// MaxCertificateSize is the largest certificate that is read, in octets.
const MaxCertificateSize = 64 << 10

// ErrMalformed says that octets are not the structure they should be.
var ErrMalformed = errors.New("pki: malformed structure")

// Certificate is an X.509 certificate of version 3 (STB 34.101.19, 6).
type Certificate struct {
	// Raw is the whole certificate and RawTBS its signed part, as encoded.
	Raw, RawTBS []byte
	// Version is the version as people count: 3 in every acceptable certificate.
	Version int
	// Serial is the serial number.
	Serial Serial
	// SignatureAlgorithm is the algorithm its issuer signed with.
	SignatureAlgorithm AlgorithmIdentifier
	// Signature is the issuer's signature, 48, 72 or 96 octets.
	Signature []byte
	// Issuer and Subject are the names.
	Issuer, Subject Name
	// NotBefore and NotAfter bound the validity; both ends belong to it.
	NotBefore, NotAfter time.Time
	// PublicKey is the holder's key; nil when it is not an acceptable bign key.
	PublicKey *bign.PublicKey
	// PublicKeyBits is the contents of the key's BIT STRING, x‖y, without the
	// octet that counts unused bits; key identifiers are made of it.
	PublicKeyBits []byte
	// RawSubjectPublicKeyInfo is the key with its algorithm, as encoded.
	RawSubjectPublicKeyInfo []byte
	// Extensions are all extensions in their order.
	Extensions []Extension
	// Decoded holds the values of the extensions that are understood.
	Decoded
	// UniqueIDs says that the certificate has an issuerUniqueID or a
	// subjectUniqueID, which the strict profile forbids.
	UniqueIDs bool

	defect error
	signed memo.Keys
	hashes digests
}

// ParseCertificate reads one certificate in DER with nothing after it and
// refuses every deviation from the rules common to both profiles.
func ParseCertificate(data []byte) (*Certificate, error) {
	c, err := ReadCertificate(data)
	if err != nil {
		return nil, err
	}
	if c.defect != nil {
		return nil, c.defect
	}
	return c, nil
}

// ReadCertificate reads a certificate that may break rules as long as its
// fields can be told apart. Defect names the rule; a Verifier never accepts a
// certificate with a defect. It serves to say what is wrong with a certificate
// that came inside a signature.
func ReadCertificate(data []byte) (*Certificate, error) {
	if len(data) > MaxCertificateSize {
		return nil, fmt.Errorf("pki: certificate of more than %d octets: %w", MaxCertificateSize, ErrMalformed)
	}
	s := cryptobyte.String(bytes.Clone(data))
	c := &Certificate{Raw: s}
	var body, tbs cryptobyte.String
	if !s.ReadASN1(&body, tag.SEQUENCE) || !s.Empty() || !body.ReadASN1Element(&tbs, tag.SEQUENCE) {
		return nil, c.malformed("outer structure")
	}
	c.RawTBS = tbs
	if !der.ReadAlgorithm(&body, &c.SignatureAlgorithm) {
		return nil, c.malformed("signature algorithm")
	}
	sig, unused, ok := readBits(&body)
	if !ok || !body.Empty() {
		return nil, c.malformed("signature")
	}
	if unused != 0 {
		c.flaw("signature has unused bits")
	}
	c.Signature = sig
	if err := c.readTBS(tbs); err != nil {
		return nil, err
	}
	return c, nil
}

// Digest returns the hash value of the whole certificate, which the caller does not
// change. A certificate that is met again knows it.
func (c *Certificate) Digest(h *HashAlgorithm) []byte { return c.hashes.of(c.Raw, h) }

// Defect returns the first rule that the certificate breaks, or nil.
func (c *Certificate) Defect() error { return c.defect }

func (c *Certificate) malformed(what string) error {
	return fmt.Errorf("pki: certificate: %s: %w", what, ErrMalformed)
}

func (c *Certificate) flaw(what string) {
	if c.defect == nil {
		c.defect = fmt.Errorf("pki: certificate: %s", what)
	}
}

func (c *Certificate) readTBS(raw cryptobyte.String) error {
	var tbs cryptobyte.String
	if !raw.ReadASN1(&tbs, tag.SEQUENCE) {
		return c.malformed("tbsCertificate")
	}
	if err := c.readVersion(&tbs); err != nil {
		return err
	}
	var serial cryptobyte.String
	var inner der.Algorithm
	if !tbs.ReadASN1(&serial, tag.INTEGER) || !der.ReadAlgorithm(&tbs, &inner) {
		return c.malformed("serial number or algorithm")
	}
	c.Serial = Serial(serial)
	if err := c.Serial.check(); err != nil {
		c.flaw("serial number is not a positive number of at most 20 octets")
	}
	if !bytes.Equal(inner.Raw, c.SignatureAlgorithm.Raw) {
		c.flaw("inner and outer signature algorithms differ")
	}
	var ok bool
	if c.Issuer, ok = readName(&tbs); !ok {
		return c.malformed("issuer")
	}
	if err := c.readValidity(&tbs); err != nil {
		return err
	}
	if c.Subject, ok = readName(&tbs); !ok {
		return c.malformed("subject")
	}
	if c.Issuer.Empty() {
		c.flaw("empty issuer name")
	}
	if err := c.readKey(&tbs); err != nil {
		return err
	}
	return c.readTail(&tbs)
}

func (c *Certificate) readVersion(tbs *cryptobyte.String) error {
	c.Version = 1
	if !tbs.PeekASN1Tag(der.Explicit(0)) {
		c.flaw("version is not 3")
		return nil
	}
	var body cryptobyte.String
	var v int
	if !tbs.ReadASN1(&body, der.Explicit(0)) || !body.ReadASN1Integer(&v) || !body.Empty() || v < 0 || v > 2 {
		return c.malformed("version")
	}
	if c.Version = v + 1; v != 2 {
		c.flaw("version is not 3")
	}
	return nil
}

func (c *Certificate) readValidity(tbs *cryptobyte.String) error {
	var body cryptobyte.String
	if !tbs.ReadASN1(&body, tag.SEQUENCE) || !der.ReadTime(&body, &c.NotBefore) ||
		!der.ReadTime(&body, &c.NotAfter) || !body.Empty() {
		return c.malformed("validity")
	}
	if c.NotAfter.Before(c.NotBefore) {
		c.flaw("validity ends before it begins")
	}
	return nil
}

func (c *Certificate) readKey(tbs *cryptobyte.String) error {
	var raw cryptobyte.String
	if !tbs.ReadASN1Element(&raw, tag.SEQUENCE) {
		return c.malformed("public key")
	}
	c.RawSubjectPublicKeyInfo = raw
	var ok bool
	if c.PublicKey, c.PublicKeyBits, ok = publicKeyInfo(raw); !ok {
		return c.malformed("public key")
	}
	if c.PublicKey == nil {
		c.flaw("unacceptable public key")
	}
	return nil
}

// readTail reads what may follow the key: two identifiers nobody writes any
// more and the extensions.
func (c *Certificate) readTail(tbs *cryptobyte.String) error {
	for _, n := range []uint8{1, 2} {
		c.UniqueIDs = c.UniqueIDs || tbs.PeekASN1Tag(der.Context(n))
		if !tbs.SkipOptionalASN1(der.Context(n)) {
			return c.malformed("unique identifier")
		}
	}
	if tbs.Empty() {
		c.flaw("no extensions")
		return nil
	}
	var wrapped, list cryptobyte.String
	if !tbs.ReadASN1(&wrapped, der.Explicit(3)) || !tbs.Empty() || !wrapped.ReadASN1(&list, tag.SEQUENCE) || !wrapped.Empty() {
		return c.malformed("extensions")
	}
	exts, duplicate, ok := readExtensions(list)
	if !ok {
		return c.malformed("extensions")
	}
	c.Extensions = exts
	if duplicate {
		c.flaw("an extension stands twice")
	}
	if what := c.Decoded.decode(exts); what != "" {
		c.flaw("extension does not decode: " + what)
	}
	return nil
}

// readBits reads a BIT STRING and the number of its unused bits.
func readBits(s *cryptobyte.String) (bits []byte, unused int, ok bool) {
	var body cryptobyte.String
	if !s.ReadASN1(&body, tag.BIT_STRING) || len(body) == 0 || body[0] > 7 {
		return nil, 0, false
	}
	return body[1:], int(body[0]), true
}

// Level returns the security level of the holder's key in bits, 0 when there is
// no acceptable key.
func (c *Certificate) Level() int { return Level(c.PublicKey) }

// Equal reports whether two certificates are the same octets.
func (c *Certificate) Equal(o *Certificate) bool {
	return c != nil && o != nil && bytes.Equal(c.Raw, o.Raw)
}

// CheckSignatureFrom verifies that the parent's key signed this certificate.
// It judges neither names nor rights; see Verifier. The answer is remembered.
func (c *Certificate) CheckSignatureFrom(parent *Certificate) error {
	return c.signed.Check(parent.RawSubjectPublicKeyInfo, maxRemembered, func() error {
		return CheckSignature(parent.PublicKey, c.SignatureAlgorithm, c.RawTBS, c.Signature)
	})
}

// InForce reports whether t lies within the validity, ends included.
func (c *Certificate) InForce(t time.Time) bool {
	return !t.Before(c.NotBefore) && !t.After(c.NotAfter)
}

// SelfIssued reports whether issuer and subject are the same name.
func (c *Certificate) SelfIssued() bool { return bytes.Equal(c.Issuer.Raw, c.Subject.Raw) }

// HasPolicy reports whether the certificate lists a policy or role.
func (c *Certificate) HasPolicy(id asn1.ObjectIdentifier) bool { return containsOID(c.Policies, id) }

func containsOID(list []asn1.ObjectIdentifier, id asn1.ObjectIdentifier) bool {
	for _, o := range list {
		if o.Equal(id) {
			return true
		}
	}
	return false
}
