package cms

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/internal/ber"
	"akno/backend/stb/internal/der"
	"akno/backend/stb/ocsp"
	"akno/backend/stb/pki"
)

// Limits of reading.
const (
	// MaxSize is the most octets outside the content.
	MaxSize = 10 << 20
	// MaxContent is the most octets of an embedded content.
	MaxContent      = 512 << 20
	maxSigners      = 64
	maxCertificates = 200
	maxRevocation   = 200
	maxAttributes   = 256
	maxValues       = 64
	// maxStamps is how many stamps of one message are looked at.
	maxStamps = 64
)

// ErrMalformed says that octets are not a message of the expected form.
var ErrMalformed = errors.New("cms: malformed message")

func malformed(what string) error { return fmt.Errorf("%w: %s", ErrMalformed, what) }

// SignedData is a signed message.
type SignedData struct {
	// Raw is the whole message as it was encoded; nil after ParseStream.
	Raw []byte
	// Version is the version as written; it decides nothing.
	Version int
	// ContentType is the type of the content.
	ContentType asn1.ObjectIdentifier
	// Content is the embedded content; nil when Detached and after ParseStream.
	Content []byte
	// ContentSize is the number of octets of the embedded content.
	ContentSize int64
	// Detached says that the content travels apart.
	Detached bool
	// Certificates are proposed for paths; some may have a Defect.
	Certificates []*pki.Certificate
	// CRLs and OCSP are revocation data that travel along.
	CRLs []*pki.RevocationList
	OCSP []*ocsp.Response
	// Signers are the signatures, each independent of the others.
	Signers []*Signer
	// Notes name what was passed over, in English.
	Notes []string

	// pool holds what comes in unsigned attributes.
	pool pki.Verifier
	// streamed is the embedded content of a message that is not held.
	streamed *embedded
	// met knows certificates that were read before; nil knows none.
	met func(raw []byte) *pki.Certificate
}

// Signer is one signature of a message.
type Signer struct {
	// Version is 1 or 3 as written.
	Version int
	// Issuer and Serial name the certificate, unless SubjectKeyID does.
	Issuer       pki.Name
	Serial       pki.Serial
	SubjectKeyID []byte
	// DigestAlgorithm hashes content and attributes.
	DigestAlgorithm pki.AlgorithmIdentifier
	// Signed are the signed attributes; nil when there are none.
	Signed []Attribute
	// Unsigned are the unsigned attributes.
	Unsigned []Attribute
	// SignatureAlgorithm and Signature are the signature.
	SignatureAlgorithm pki.AlgorithmIdentifier
	Signature          []byte

	// signedDER is what is signed: the attributes as a SET in DER.
	signedDER []byte
	// reordered says that the attributes did not arrive in this form.
	reordered bool
}

// Attribute is a signed or unsigned attribute.
type Attribute struct {
	// Type names the attribute.
	Type asn1.ObjectIdentifier
	// Values are the values, each a whole element.
	Values [][]byte
}

const explicit0, explicit1 = tag.Tag(0xa0), tag.Tag(0xa1)

// contentInfo opens the outer structure and returns the content of the wanted
// type.
func contentInfo(data []byte, want asn1.ObjectIdentifier) (ber.Element, error) {
	outer, rest, err := ber.Read(data)
	if err != nil || len(rest) > 0 || outer.Tag != tag.SEQUENCE {
		return ber.Element{}, malformed("outer structure")
	}
	parts, err := outer.Children(2)
	if err != nil || len(parts) != 2 || parts[1].Tag != explicit0 {
		return ber.Element{}, malformed("outer structure")
	}
	id, ok := readOID(parts[0])
	if !ok || !id.Equal(want) {
		return ber.Element{}, malformed("another content type")
	}
	inner, err := parts[1].Children(1)
	if err != nil || len(inner) != 1 || inner[0].Tag != tag.SEQUENCE {
		return ber.Element{}, malformed("content")
	}
	return inner[0], nil
}

func readOID(e ber.Element) (id asn1.ObjectIdentifier, ok bool) {
	if e.Tag != tag.OBJECT_IDENTIFIER {
		return nil, false
	}
	s := cryptobyte.String(der.Element(tag.OBJECT_IDENTIFIER, e.Body))
	ok = s.ReadASN1ObjectIdentifier(&id)
	return id, ok
}

func readInt(e ber.Element) (n int, ok bool) {
	if e.Tag != tag.INTEGER || len(e.Body) != 1 || e.Body[0] >= 0x80 {
		return 0, false
	}
	return int(e.Body[0]), true
}

func readAlgorithm(e ber.Element, out *pki.AlgorithmIdentifier) bool {
	raw, err := e.DER()
	if err != nil {
		return false
	}
	s := cryptobyte.String(raw)
	return der.ReadAlgorithm(&s, out) && s.Empty()
}

// Parse reads one signed message in BER or DER with nothing after it.
func Parse(data []byte) (*SignedData, error) { return ParseMet(data, nil) }

// ParseMet is Parse for who meets the same certificates again and again. met returns
// the one with just these octets, or nil. What such a certificate is good for is
// asked as of any other; it only has been read, and knows its hash and by which keys
// its signature verifies.
func ParseMet(data []byte, met func(raw []byte) *pki.Certificate) (*SignedData, error) {
	if len(data) > MaxContent+MaxSize {
		return nil, malformed("too long")
	}
	sd := &SignedData{Raw: bytes.Clone(data), met: met}
	body, err := contentInfo(sd.Raw, TypeSignedData)
	if err != nil {
		return nil, err
	}
	parts, err := body.Children(6)
	if err != nil || len(parts) < 4 {
		return nil, malformed("signed data")
	}
	var ok bool
	if sd.Version, ok = readInt(parts[0]); !ok || parts[1].Tag != tag.SET {
		return nil, malformed("version")
	}
	if err := sd.readContent(parts[2]); err != nil {
		return nil, err
	}
	if len(sd.Raw)-len(sd.Content) > MaxSize {
		return nil, malformed("too long")
	}
	return sd, sd.readRest(parts[3:])
}

// readRest reads what stands after the content.
func (sd *SignedData) readRest(parts []ber.Element) error {
	if len(parts) > 0 && parts[0].Tag == explicit0 {
		if err := sd.readCertificates(parts[0]); err != nil {
			return err
		}
		parts = parts[1:]
	}
	if len(parts) > 0 && parts[0].Tag == explicit1 {
		if err := sd.readRevocation(parts[0]); err != nil {
			return err
		}
		parts = parts[1:]
	}
	if len(parts) != 1 || parts[0].Tag != tag.SET {
		return malformed("signers")
	}
	// A response may leave out the certificate of its responder and rely on the
	// message to bring it.
	for _, r := range sd.OCSP {
		r.Certificates = append(r.Certificates, sd.Certificates...)
	}
	return sd.readSigners(parts[0])
}

func (sd *SignedData) readContent(e ber.Element) error {
	if e.Tag != tag.SEQUENCE {
		return malformed("content")
	}
	parts, err := e.Children(2)
	if err != nil || len(parts) == 0 {
		return malformed("content")
	}
	var ok bool
	if sd.ContentType, ok = readOID(parts[0]); !ok {
		return malformed("content type")
	}
	if len(parts) == 1 {
		sd.Detached = true
		return nil
	}
	inner, err := parts[1].Children(1)
	if err != nil || parts[1].Tag != explicit0 || len(inner) != 1 || inner[0].Tag&^0x20 != tag.OCTET_STRING {
		return malformed("content is not an OCTET STRING")
	}
	if sd.Content, err = inner[0].Octets(); err != nil {
		return malformed("content")
	}
	if sd.Content == nil {
		sd.Content = []byte{}
	}
	sd.ContentSize = int64(len(sd.Content))
	return nil
}

// document is the embedded content.
func (sd *SignedData) document() Content {
	if sd.streamed != nil {
		return sd.streamed
	}
	return Octets(sd.Content)
}

// readCertificates takes the certificates. Attribute certificates and other forms
// are passed over, since a signature may well verify without them; what has the
// form of a certificate and is none makes the message malformed. One that can be
// told apart and breaks a rule is kept with its Defect.
func (sd *SignedData) readCertificates(e ber.Element) error {
	list, err := e.Children(maxCertificates)
	if err != nil {
		return malformed("certificates")
	}
	for _, x := range list {
		if x.Tag != tag.SEQUENCE {
			sd.Notes = append(sd.Notes, "an attribute certificate or another form of certificate was passed over")
			continue
		}
		var c *pki.Certificate
		if sd.met != nil {
			c = sd.met(x.Raw)
		}
		if c == nil {
			if c, err = pki.ReadCertificate(x.Raw); err != nil {
				return malformed("a certificate")
			}
		}
		sd.Certificates = append(sd.Certificates, c)
	}
	return nil
}

func (sd *SignedData) readRevocation(e ber.Element) error {
	list, err := e.Children(maxRevocation)
	if err != nil {
		return malformed("revocation data")
	}
	for _, x := range list {
		switch x.Tag {
		case tag.SEQUENCE:
			l, err := pki.ParseRevocationList(x.Raw)
			if err != nil {
				sd.brokenDatum("a malformed revocation list was passed over")
				continue
			}
			sd.CRLs = append(sd.CRLs, l)
		case explicit1:
			sd.readOther(x)
		default:
			return malformed("revocation data")
		}
	}
	return nil
}

// brokenDatum names a datum that cannot be read. It speaks of no certificate, but
// a signature that carries data is asked about revocation, so that damage to them
// does not turn into a silent absence.
func (sd *SignedData) brokenDatum(note string) {
	sd.Notes = append(sd.Notes, note)
	sd.pool.CRLs = append(sd.pool.CRLs, &pki.RevocationList{})
}

// readOther takes a response of OCSP out of the open form of revocation data.
func (sd *SignedData) readOther(e ber.Element) {
	parts, err := e.Children(2)
	if err != nil || len(parts) != 2 {
		sd.Notes = append(sd.Notes, "malformed revocation data were passed over")
		return
	}
	if id, ok := readOID(parts[0]); !ok || !id.Equal(oidOCSPResponse) {
		sd.Notes = append(sd.Notes, "revocation data of an unknown form were passed over")
		return
	}
	r, err := ocsp.ParseResponse(parts[1].Raw)
	if err != nil {
		sd.brokenDatum("a malformed status response was passed over")
		return
	}
	sd.OCSP = append(sd.OCSP, r)
}

func (sd *SignedData) readSigners(e ber.Element) error {
	list, err := e.Children(maxSigners)
	if err != nil {
		return malformed("signers")
	}
	for _, x := range list {
		s, err := readSigner(x)
		if err != nil {
			return err
		}
		sd.Signers = append(sd.Signers, s)
		sd.readValues(s)
	}
	return nil
}

func readSigner(e ber.Element) (*Signer, error) {
	bad := malformed("signer")
	if e.Tag != tag.SEQUENCE {
		return nil, bad
	}
	parts, err := e.Children(7)
	if err != nil || len(parts) < 5 {
		return nil, bad
	}
	s := &Signer{}
	var ok bool
	if s.Version, ok = readInt(parts[0]); !ok || !s.readID(parts[1]) || !readAlgorithm(parts[2], &s.DigestAlgorithm) {
		return nil, bad
	}
	parts = parts[3:]
	if parts[0].Tag == explicit0 {
		if err := s.readSigned(parts[0]); err != nil {
			return nil, err
		}
		parts = parts[1:]
	}
	if len(parts) < 2 || !readAlgorithm(parts[0], &s.SignatureAlgorithm) || parts[1].Tag&^0x20 != tag.OCTET_STRING {
		return nil, bad
	}
	if s.Signature, err = parts[1].Octets(); err != nil {
		return nil, bad
	}
	switch {
	case len(parts) == 2:
	case len(parts) == 3 && parts[2].Tag == explicit1:
		if s.Unsigned, _, err = readAttributes(parts[2], false); err != nil {
			return nil, err
		}
	default:
		return nil, bad
	}
	return s, nil
}

// readID reads the identifier of the signer's certificate.
func (s *Signer) readID(e ber.Element) bool {
	if e.Tag&^0x20 == 0x80 {
		id, err := e.Octets()
		// An empty identifier means no certificate, but it is one.
		s.SubjectKeyID = append([]byte{}, id...)
		return err == nil
	}
	raw, err := e.DER()
	if err != nil {
		return false
	}
	in := cryptobyte.String(raw)
	var body, name, serial cryptobyte.String
	if !in.ReadASN1(&body, tag.SEQUENCE) || !body.ReadASN1Element(&name, tag.SEQUENCE) ||
		!body.ReadASN1(&serial, tag.INTEGER) || !body.Empty() {
		return false
	}
	s.Serial = pki.Serial(serial)
	s.Issuer, err = pki.ParseName(name)
	return err == nil
}

// readSigned takes the signed attributes and their DER form, which is what the
// signature covers whatever form they arrived in.
func (s *Signer) readSigned(e ber.Element) error {
	list, encoded, err := readAttributes(e, true)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return malformed("empty signed attributes")
	}
	s.Signed = list
	der.SortSet(encoded)
	s.signedDER = der.Element(tag.SET, bytes.Join(encoded, nil))
	s.reordered = !bytes.Equal(s.signedDER[1:], e.Raw[1:])
	return nil
}

// readAttributes returns attributes in the order given. Of signed ones the
// values are turned into DER and the DER forms of the attributes returned too;
// unsigned ones stay as they are, for some hold whole messages that were hashed.
func readAttributes(e ber.Element, signed bool) (out []Attribute, encoded [][]byte, err error) {
	list, err := e.Children(maxAttributes)
	if err != nil {
		return nil, nil, malformed("attributes")
	}
	for _, x := range list {
		parts, err := x.Children(2)
		if err != nil || x.Tag != tag.SEQUENCE || len(parts) != 2 || parts[1].Tag != tag.SET {
			return nil, nil, malformed("attribute")
		}
		var a Attribute
		var ok bool
		if a.Type, ok = readOID(parts[0]); !ok {
			return nil, nil, malformed("attribute")
		}
		values, err := parts[1].Children(maxValues)
		if err != nil {
			return nil, nil, malformed("attribute values")
		}
		for _, v := range values {
			raw := v.Raw
			if signed {
				if raw, err = v.DER(); err != nil {
					return nil, nil, malformed("attribute value")
				}
			}
			a.Values = append(a.Values, raw)
		}
		if out = append(out, a); !signed {
			continue
		}
		sorted := append([][]byte(nil), a.Values...)
		der.SortSet(sorted)
		body := append(der.Element(tag.OBJECT_IDENTIFIER, parts[0].Body), der.Element(tag.SET, bytes.Join(sorted, nil))...)
		encoded = append(encoded, der.Element(tag.SEQUENCE, body))
	}
	return out, encoded, nil
}
