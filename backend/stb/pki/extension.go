package pki

import (
	"encoding/asn1"
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/internal/der"
	"akno/backend/stb/oid"
)

const (
	maxExtensions   = 64
	maxGeneralNames = 100
)

var (
	extSubjectKeyID     = asn1.ObjectIdentifier{2, 5, 29, 14}
	extKeyUsage         = asn1.ObjectIdentifier{2, 5, 29, 15}
	extSubjectAltName   = asn1.ObjectIdentifier{2, 5, 29, 17}
	extBasicConstraints = asn1.ObjectIdentifier{2, 5, 29, 19}
	extCRLPoints        = asn1.ObjectIdentifier{2, 5, 29, 31}
	extPolicies         = asn1.ObjectIdentifier{2, 5, 29, 32}
	extAuthorityKeyID   = asn1.ObjectIdentifier{2, 5, 29, 35}
	extExtKeyUsage      = asn1.ObjectIdentifier{2, 5, 29, 37}
	extAuthorityInfo    = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 1}
	extOCSPNoCheck      = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 5}
	accessOCSP          = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1}
	accessCAIssuers     = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 2}
)

// Purposes that an extended key usage can name.
var (
	// EKUAny is anyExtendedKeyUsage.
	EKUAny = asn1.ObjectIdentifier{2, 5, 29, 37, 0}
	// EKUServerAuth is id-kp-serverAuth, a server of TLS.
	EKUServerAuth = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 1}
	// EKUClientAuth is id-kp-clientAuth.
	EKUClientAuth = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 2}
	// EKUEmailProtection is id-kp-emailProtection.
	EKUEmailProtection = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 4}
	// EKUTimeStamping is id-kp-timeStamping.
	EKUTimeStamping = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 8}
	// EKUOCSPSigning is id-kp-OCSPSigning.
	EKUOCSPSigning = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 9}
	// EKUDVCS is id-kp-dvcs, a service that certifies data (STB 34.101.81).
	EKUDVCS = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 10}
)

// Extension is an extension of a certificate, a request or a list.
type Extension struct {
	// OID names the extension.
	OID asn1.ObjectIdentifier
	// Critical says that who does not understand it must refuse the object.
	Critical bool
	// Value is the contents of its OCTET STRING.
	Value []byte
}

// KeyUsage is the set of uses of STB 34.101.19, 7.2.2.3, bit n of the standard
// being 1<<n.
type KeyUsage uint16

// The uses of a key.
const (
	// UseDigitalSignature is bit 0, digitalSignature.
	UseDigitalSignature KeyUsage = 1 << iota
	// UseNonRepudiation is bit 1, nonRepudiation.
	UseNonRepudiation
	// UseKeyEncipherment is bit 2, keyEncipherment.
	UseKeyEncipherment
	// UseDataEncipherment is bit 3, dataEncipherment.
	UseDataEncipherment
	// UseKeyAgreement is bit 4, keyAgreement.
	UseKeyAgreement
	// UseCertSign is bit 5, keyCertSign.
	UseCertSign
	// UseCRLSign is bit 6, cRLSign.
	UseCRLSign
	// UseEncipherOnly is bit 7, encipherOnly.
	UseEncipherOnly
	// UseDecipherOnly is bit 8, decipherOnly.
	UseDecipherOnly
)

// Decoded holds the extensions that are understood, decoded.
type Decoded struct {
	// HasKeyUsage tells an absent key usage from an empty one.
	HasKeyUsage bool
	// KeyUsage is the set of uses.
	KeyUsage KeyUsage
	// ExtKeyUsage lists extended purposes; empty when the extension is absent.
	ExtKeyUsage []asn1.ObjectIdentifier
	// HasBasicConstraints, IsCA and MaxPathLen are the basic constraints;
	// MaxPathLen is -1 when no length is set.
	HasBasicConstraints, IsCA bool
	MaxPathLen                int
	// SubjectKeyID and AuthorityKeyID are opaque identifiers of keys.
	SubjectKeyID, AuthorityKeyID []byte
	// Policies lists policies and roles.
	Policies []asn1.ObjectIdentifier
	// CRLPoints, OCSPServers and CAIssuers are addresses of services.
	CRLPoints, OCSPServers, CAIssuers []string
	// AltNames is the subject's alternative names.
	AltNames AltNames
	// UNP and UNPF are the taxpayer's number and the social fund's number of the
	// state system's own extensions.
	UNP, UNPF string
	// CardForm is the dotted identifier of the public key card, or "".
	CardForm string
	// OCSPNoCheck says that the responder's certificate is not to be checked for
	// revocation while it is in force.
	OCSPNoCheck bool
	// Unknown lists critical extensions that are not understood.
	Unknown []asn1.ObjectIdentifier
}

// AltNames holds the forms of alternative names that are understood.
type AltNames struct {
	// Emails, DNSNames and URIs are texts in ASCII.
	Emails, DNSNames, URIs []string
	// IPs are addresses of the Internet protocol.
	IPs []netip.Addr
	// Directory are distinguished names, such as the holder's Belarusian name.
	Directory []Name
	// Others are the texts of names of other forms whose value is a string.
	Others []string
	// Count is the number of names of every form.
	Count int
}

// readExtensions splits the list of extensions; it must not be empty.
func readExtensions(list cryptobyte.String) (out []Extension, duplicate, ok bool) {
	for !list.Empty() {
		var body, value cryptobyte.String
		var e Extension
		if len(out) == maxExtensions || !list.ReadASN1(&body, tag.SEQUENCE) || !body.ReadASN1ObjectIdentifier(&e.OID) {
			return nil, false, false
		}
		if body.PeekASN1Tag(tag.BOOLEAN) {
			// FALSE is the default, which DER leaves out.
			if !body.ReadASN1Boolean(&e.Critical) || !e.Critical {
				return nil, false, false
			}
		}
		if !body.ReadASN1(&value, tag.OCTET_STRING) || !body.Empty() {
			return nil, false, false
		}
		e.Value = value
		for _, o := range out {
			duplicate = duplicate || o.OID.Equal(e.OID)
		}
		out = append(out, e)
	}
	return out, duplicate, len(out) > 0
}

// extensionDecoder reads the value of one known extension. lenient says that a
// value that does not decode is passed over unless the extension is critical.
type extensionDecoder struct {
	oid     asn1.ObjectIdentifier
	name    string
	lenient bool
	decode  func(d *Decoded, v cryptobyte.String) bool
}

func decoders() []extensionDecoder {
	return []extensionDecoder{
		{extKeyUsage, "keyUsage", false, decodeKeyUsage},
		{extExtKeyUsage, "extKeyUsage", false, decodeExtKeyUsage},
		{extBasicConstraints, "basicConstraints", false, decodeBasicConstraints},
		{extSubjectKeyID, "subjectKeyIdentifier", false, decodeSubjectKeyID},
		{extAuthorityKeyID, "authorityKeyIdentifier", false, decodeAuthorityKeyID},
		{extPolicies, "certificatePolicies", false, decodePolicies},
		{extCRLPoints, "cRLDistributionPoints", true, decodeCRLPoints},
		{extAuthorityInfo, "authorityInfoAccess", true, decodeAuthorityInfo},
		{extSubjectAltName, "subjectAltName", true, decodeAltNames},
		{extOCSPNoCheck, "ocsp-nocheck", true, func(d *Decoded, v cryptobyte.String) bool {
			d.OCSPNoCheck = string(v) == "\x05\x00"
			return d.OCSPNoCheck
		}},
		{oid.GosSUOKTaxID, "UNP", true, decodeNumber(func(d *Decoded) *string { return &d.UNP })},
		{oid.GosSUOKSocialFundNumber, "UNPF", true, decodeNumber(func(d *Decoded) *string { return &d.UNPF })},
		{oid.GosSUOKCardForm, "card form", true, decodeText(func(d *Decoded) *string { return &d.CardForm })},
	}
}

// decode fills in the known extensions and returns the name of the first one
// that must decode and does not.
func (d *Decoded) decode(exts []Extension) (failed string) {
	d.MaxPathLen = -1
	table := decoders()
next:
	for _, e := range exts {
		for _, x := range table {
			if !x.oid.Equal(e.OID) {
				continue
			}
			if !x.decode(d, e.Value) && (e.Critical || !x.lenient) && failed == "" {
				failed = x.name
			}
			continue next
		}
		if e.Critical {
			d.Unknown = append(d.Unknown, e.OID)
		}
	}
	return failed
}

func decodeKeyUsage(d *Decoded, v cryptobyte.String) bool {
	var bits asn1.BitString
	if !v.ReadASN1BitString(&bits) || !v.Empty() || bits.BitLength > 16 {
		return false
	}
	d.HasKeyUsage, d.KeyUsage = true, 0
	for i := range bits.BitLength {
		d.KeyUsage |= KeyUsage(bits.At(i)) << i
	}
	return true
}

func decodeExtKeyUsage(d *Decoded, v cryptobyte.String) bool {
	var list cryptobyte.String
	if !v.ReadASN1(&list, tag.SEQUENCE) || !v.Empty() {
		return false
	}
	d.ExtKeyUsage = nil
	for !list.Empty() {
		var id asn1.ObjectIdentifier
		if len(d.ExtKeyUsage) == maxExtensions || !list.ReadASN1ObjectIdentifier(&id) {
			return false
		}
		d.ExtKeyUsage = append(d.ExtKeyUsage, id)
	}
	return len(d.ExtKeyUsage) > 0
}

func decodeBasicConstraints(d *Decoded, v cryptobyte.String) bool {
	var body cryptobyte.String
	if !v.ReadASN1(&body, tag.SEQUENCE) || !v.Empty() {
		return false
	}
	d.HasBasicConstraints, d.IsCA, d.MaxPathLen = true, false, -1
	if body.PeekASN1Tag(tag.BOOLEAN) {
		if !body.ReadASN1Boolean(&d.IsCA) || !d.IsCA {
			return false
		}
	}
	if !body.Empty() {
		if !body.ReadASN1Integer(&d.MaxPathLen) || d.MaxPathLen < 0 || !d.IsCA {
			return false
		}
	}
	return body.Empty()
}

func decodeSubjectKeyID(d *Decoded, v cryptobyte.String) bool {
	var id cryptobyte.String
	if !v.ReadASN1(&id, tag.OCTET_STRING) || !v.Empty() || id.Empty() {
		return false
	}
	d.SubjectKeyID = id
	return true
}

func decodeAuthorityKeyID(d *Decoded, v cryptobyte.String) bool {
	id, ok := readAuthorityKeyID(v)
	d.AuthorityKeyID = id
	return ok
}

func readAuthorityKeyID(v cryptobyte.String) ([]byte, bool) {
	var body, id cryptobyte.String
	var present bool
	if !v.ReadASN1(&body, tag.SEQUENCE) || !v.Empty() ||
		!body.ReadOptionalASN1(&id, &present, der.Context(0)) ||
		!body.SkipOptionalASN1(der.Explicit(1)) || !body.SkipOptionalASN1(der.Context(2)) || !body.Empty() {
		return nil, false
	}
	return id, true
}

func decodePolicies(d *Decoded, v cryptobyte.String) bool {
	var list cryptobyte.String
	if !v.ReadASN1(&list, tag.SEQUENCE) || !v.Empty() {
		return false
	}
	d.Policies = nil
	for !list.Empty() {
		var info cryptobyte.String
		var id asn1.ObjectIdentifier
		if len(d.Policies) == maxExtensions || !list.ReadASN1(&info, tag.SEQUENCE) || !info.ReadASN1ObjectIdentifier(&id) ||
			!info.SkipOptionalASN1(tag.SEQUENCE) || !info.Empty() || containsOID(d.Policies, id) {
			return false
		}
		d.Policies = append(d.Policies, id)
	}
	return len(d.Policies) > 0
}

// decodeText takes a string of any type, or bare text as some issuers put it.
func decodeText(field func(*Decoded) *string) func(*Decoded, cryptobyte.String) bool {
	return func(d *Decoded, v cryptobyte.String) bool {
		var body cryptobyte.String
		var t tag.Tag
		if !v.ReadAnyASN1(&body, &t) || !v.Empty() {
			return false
		}
		text, ok := decodeString(t, body)
		if !ok || len(text) > 0 && text[0] == '#' {
			return false
		}
		*field(d) = text
		return true
	}
}

// decodeNumber takes the number of a payer. How the state system encodes it is not public:
// it is read out of a string of any type, alone or among words, out of an INTEGER, whose
// leading zeros are put back, and out of an OCTET STRING around any of these.
func decodeNumber(field func(*Decoded) *string) func(*Decoded, cryptobyte.String) bool {
	return func(d *Decoded, v cryptobyte.String) bool {
		var inner cryptobyte.String
		if around := v; around.ReadASN1(&inner, tag.OCTET_STRING) && around.Empty() {
			v = inner
		}
		number, ok := readNumber(v)
		*field(d) = number
		return ok
	}
}

func readNumber(v cryptobyte.String) (string, bool) {
	var body cryptobyte.String
	var t tag.Tag
	bare := v
	if !v.ReadAnyASN1(&body, &t) || !v.Empty() {
		return payerNumber(string(bare))
	}
	if t == tag.INTEGER {
		var n int64
		if !bare.ReadASN1Integer(&n) || n < 0 || n >= 1e9 {
			return "", false
		}
		return fmt.Sprintf("%09d", n), true
	}
	text, ok := decodeString(t, body)
	if !ok {
		return "", false
	}
	return payerNumber(text)
}

// payerNumber finds the number in a text: nine Latin letters and digits together, seven digits
// or more among them. A text of nothing else stands for itself, whatever its length.
func payerNumber(text string) (string, bool) {
	other := func(r rune) bool { return !(r >= '0' && r <= '9' || r >= 'A' && r <= 'Z') }
	for _, word := range strings.FieldsFunc(text, other) {
		digits := 0
		for _, r := range word {
			if r <= '9' {
				digits++
			}
		}
		if word == text || len(word) == 9 && digits >= 7 {
			return word, true
		}
	}
	return "", false
}

// Extension returns an extension of the certificate, or nil.
func (c *Certificate) Extension(id asn1.ObjectIdentifier) *Extension {
	return findExtension(c.Extensions, id)
}

func findExtension(list []Extension, id asn1.ObjectIdentifier) *Extension {
	for i := range list {
		if list[i].OID.Equal(id) {
			return &list[i]
		}
	}
	return nil
}
