package pki

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/internal/der"
	"akno/backend/stb/oid"
)

// Types of name attributes (STB 34.101.19 and 34.101.78). AttrName and
// AttrGivenName change their meaning with the profile, see Holder.
var (
	// AttrCommonName is commonName, the name of a holder in one piece.
	AttrCommonName = asn1.ObjectIdentifier{2, 5, 4, 3}
	// AttrSurname is surname.
	AttrSurname = asn1.ObjectIdentifier{2, 5, 4, 4}
	// AttrSerialNumber is serialNumber, the personal number of a holder.
	AttrSerialNumber = asn1.ObjectIdentifier{2, 5, 4, 5}
	// AttrCountry is countryName, two letters.
	AttrCountry = asn1.ObjectIdentifier{2, 5, 4, 6}
	// AttrLocality is localityName.
	AttrLocality = asn1.ObjectIdentifier{2, 5, 4, 7}
	// AttrRegion is stateOrProvinceName.
	AttrRegion = asn1.ObjectIdentifier{2, 5, 4, 8}
	// AttrStreet is streetAddress.
	AttrStreet = asn1.ObjectIdentifier{2, 5, 4, 9}
	// AttrOrganisation is organizationName.
	AttrOrganisation = asn1.ObjectIdentifier{2, 5, 4, 10}
	// AttrDepartment is organizationalUnitName.
	AttrDepartment = asn1.ObjectIdentifier{2, 5, 4, 11}
	// AttrTitle is title, the post of a representative.
	AttrTitle = asn1.ObjectIdentifier{2, 5, 4, 12}
	// AttrDescription is description.
	AttrDescription = asn1.ObjectIdentifier{2, 5, 4, 13}
	// AttrName is name: the given name as deployed, the organisation in the strict profile.
	AttrName = asn1.ObjectIdentifier{2, 5, 4, 41}
	// AttrGivenName is givenName: the patronymic as deployed.
	AttrGivenName = asn1.ObjectIdentifier{2, 5, 4, 42}
	// AttrOrganisationIdentifier is organizationIdentifier, TAXBY- and the UNP.
	AttrOrganisationIdentifier = asn1.ObjectIdentifier{2, 5, 4, 97}
	// AttrEmail is emailAddress.
	AttrEmail = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}
)

const (
	maxRDNs      = 64
	tagUniversal = tag.Tag(28)
	tagBMP       = tag.Tag(30)
	tagNumeric   = tag.Tag(18)
)

var errName = errors.New("pki: malformed name")

// Attribute is one attribute of a name.
type Attribute struct {
	// Type tells what the value is.
	Type asn1.ObjectIdentifier
	// Value is the text. Of a type that is not a string it holds the octets in
	// hexadecimal after '#'.
	Value string
	// BMP asks for BMPString when the attribute is written, as the authorities of
	// the state system do.
	BMP bool
	// Printable asks for PrintableString, as other programs write Latin letters.
	Printable bool
}

// Name is a distinguished name.
type Name struct {
	// Raw is the name as it was encoded.
	Raw []byte
	// RDNs are the relative names in their order; nearly always of one attribute.
	RDNs [][]Attribute
}

// ParseName reads a Name and nothing after it.
func ParseName(data []byte) (Name, error) {
	s := cryptobyte.String(data)
	n, ok := readName(&s)
	if !ok || !s.Empty() {
		return Name{}, errName
	}
	return n, nil
}

func readName(s *cryptobyte.String) (Name, bool) {
	var raw, body cryptobyte.String
	if !s.ReadASN1Element(&raw, tag.SEQUENCE) {
		return Name{}, false
	}
	n := Name{Raw: raw}
	inner := raw
	if !inner.ReadASN1(&body, tag.SEQUENCE) {
		return Name{}, false
	}
	for !body.Empty() {
		var set cryptobyte.String
		if len(n.RDNs) == maxRDNs || !body.ReadASN1(&set, tag.SET) || set.Empty() {
			return Name{}, false
		}
		rdn, ok := readRDN(set)
		if !ok {
			return Name{}, false
		}
		n.RDNs = append(n.RDNs, rdn)
	}
	return n, true
}

func readRDN(set cryptobyte.String) ([]Attribute, bool) {
	var rdn []Attribute
	for !set.Empty() {
		var pair, value cryptobyte.String
		var a Attribute
		var t tag.Tag
		if len(rdn) == maxRDNs || !set.ReadASN1(&pair, tag.SEQUENCE) || !pair.ReadASN1ObjectIdentifier(&a.Type) ||
			!pair.ReadAnyASN1(&value, &t) || !pair.Empty() {
			return nil, false
		}
		text, ok := decodeString(t, value)
		if !ok {
			return nil, false
		}
		a.Value, a.BMP = text, t == tagBMP
		a.Printable = t == tag.PrintableString && stringType(a.Type) == tag.UTF8String
		rdn = append(rdn, a)
	}
	return rdn, true
}

// decodeString turns the contents octets of a string type into text. It refuses
// octets that the type cannot hold and shows other types in hexadecimal.
func decodeString(t tag.Tag, b []byte) (string, bool) {
	switch t {
	case tag.UTF8String:
		return string(b), utf8.Valid(b)
	case tag.PrintableString, tag.IA5String, tagNumeric, tag.Tag(26):
		return string(b), isASCII(b)
	case tag.T61String:
		runes := make([]rune, len(b))
		for i, c := range b {
			runes[i] = rune(c)
		}
		return string(runes), true
	case tagBMP:
		if len(b)%2 != 0 {
			return "", false
		}
		units := make([]uint16, len(b)/2)
		for i := range units {
			units[i] = uint16(b[2*i])<<8 | uint16(b[2*i+1])
		}
		return string(utf16.Decode(units)), true
	case tagUniversal:
		if len(b)%4 != 0 {
			return "", false
		}
		var out strings.Builder
		for i := 0; i < len(b); i += 4 {
			r := rune(b[i])<<24 | rune(b[i+1])<<16 | rune(b[i+2])<<8 | rune(b[i+3])
			if !utf8.ValidRune(r) {
				return "", false
			}
			out.WriteRune(r)
		}
		return out.String(), true
	}
	const digits = "0123456789abcdef"
	out := []byte{'#'}
	for _, c := range b {
		out = append(out, digits[c>>4], digits[c&15])
	}
	return string(out), true
}

func isASCII(b []byte) bool {
	return !slices.ContainsFunc(b, func(c byte) bool { return c >= 0x80 })
}

// NewName encodes a name of single attributes in the given order.
func NewName(attributes ...Attribute) (Name, error) {
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, a := range attributes {
			b.AddASN1(tag.SET, func(b *cryptobyte.Builder) {
				b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1ObjectIdentifier(a.Type)
					addAttributeValue(b, a)
				})
			})
		}
	})
	raw, err := b.Bytes()
	if err != nil {
		return Name{}, errName
	}
	return ParseName(raw)
}

// stringType is the string type that the standard gives an attribute:
// PrintableString for country and numbers, IA5String for e-mail.
func stringType(id asn1.ObjectIdentifier) tag.Tag {
	switch {
	case id.Equal(AttrCountry), id.Equal(AttrSerialNumber):
		return tag.PrintableString
	case id.Equal(AttrEmail):
		return tag.IA5String
	}
	return tag.UTF8String
}

// addAttributeValue writes the string type that the standard gives the
// attribute, or the one that is asked for instead of UTF8String.
func addAttributeValue(b *cryptobyte.Builder, a Attribute) {
	if !utf8.ValidString(a.Value) || a.Value == "" {
		b.SetError(errName)
		return
	}
	t := stringType(a.Type)
	if a.Printable && t == tag.UTF8String {
		t = tag.PrintableString
	}
	value := []byte(a.Value)
	if t != tag.UTF8String && !isASCII(value) {
		b.SetError(errName)
		return
	}
	if a.BMP && t == tag.UTF8String {
		t, value = tagBMP, bmp(a.Value)
	}
	der.AddElement(b, t, value)
}

func bmp(s string) []byte {
	units := utf16.Encode([]rune(s))
	out := make([]byte, 0, 2*len(units))
	for _, u := range units {
		out = append(out, byte(u>>8), byte(u))
	}
	return out
}

// Get returns the first value of an attribute, or "".
func (n Name) Get(t asn1.ObjectIdentifier) string {
	for _, rdn := range n.RDNs {
		for _, a := range rdn {
			if a.Type.Equal(t) {
				return a.Value
			}
		}
	}
	return ""
}

// Empty reports whether the name has no attributes.
func (n Name) Empty() bool { return len(n.RDNs) == 0 }

// Equal compares names as chaining of certificates wants: equal octets, or else
// equal attributes after decoding, without regard to case and repeated spaces.
func (n Name) Equal(o Name) bool {
	if bytes.Equal(n.Raw, o.Raw) {
		return true
	}
	if len(n.RDNs) != len(o.RDNs) {
		return false
	}
	for i, rdn := range n.RDNs {
		if !sameRDN(rdn, o.RDNs[i]) {
			return false
		}
	}
	return true
}

// sameRDN compares relative names. Nearly all have one attribute, and most names
// that are compared differ in the octets of it or not at all.
func sameRDN(a, b []Attribute) bool {
	if len(a) != len(b) {
		return false
	}
	if len(a) == 1 {
		return a[0].Type.Equal(b[0].Type) && sameValue(a[0].Value, b[0].Value)
	}
	return slices.Equal(folded(a), folded(b))
}

// folded returns the attributes of a relative name in a form and an order that
// compares by value.
func folded(rdn []Attribute) []string {
	out := make([]string, len(rdn))
	for i, a := range rdn {
		out[i] = a.Type.String() + "=" + foldedValue(a.Value)
	}
	slices.Sort(out)
	return out
}

func foldedValue(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// sameValue says whether foldedValue of both is the same, and stops where they part.
func sameValue(a, b string) bool {
	if a == b {
		return true
	}
	x, y := folding{rest: a}, folding{rest: b}
	for {
		r, more := x.next()
		if s, another := y.next(); r != s || more != another {
			return false
		}
		if !more {
			return true
		}
	}
}

// A folding reads the runes of foldedValue one by one.
type folding struct {
	rest  string
	begun bool
}

func (f *folding) next() (r rune, more bool) {
	for space := false; f.rest != ""; space = true {
		r, n := utf8.DecodeRuneInString(f.rest)
		if unicode.IsSpace(r) {
			f.rest = f.rest[n:]
			continue
		}
		if space && f.begun {
			return ' ', true
		}
		f.begun, f.rest = true, f.rest[n:]
		return unicode.ToLower(r), true
	}
	return 0, false
}

// String writes the name in the order of its encoding, such as
// "CN=Учебный центр, C=BY"; commas and equals signs of values are escaped.
func (n Name) String() string {
	var out strings.Builder
	for i, rdn := range n.RDNs {
		if i > 0 {
			out.WriteString(", ")
		}
		for j, a := range rdn {
			if j > 0 {
				out.WriteString("+")
			}
			out.WriteString(attributeLabel(a.Type))
			out.WriteByte('=')
			out.WriteString(escaper.Replace(a.Value))
		}
	}
	return out.String()
}

var escaper = strings.NewReplacer(`\`, `\\`, `,`, `\,`, `+`, `\+`, `"`, `\"`, `=`, `\=`, "\n", `\0A`, "\x00", `\00`)

func attributeLabel(t asn1.ObjectIdentifier) string {
	switch {
	case t.Equal(oid.GosSUOKPersonalNumber):
		return "personalNumber"
	case t.Equal(oid.GosSUOKDepartment):
		return "department"
	case t.Equal(AttrEmail):
		return "emailAddress"
	}
	if len(t) == 4 && t[0] == 2 && t[1] == 5 && t[2] == 4 {
		if s, ok := map[int]string{
			3: "CN", 4: "SN", 5: "serialNumber", 6: "C", 7: "L", 8: "ST", 9: "street", 10: "O", 11: "OU",
			12: "title", 13: "description", 41: "name", 42: "givenName", 97: "organizationIdentifier",
		}[t[3]]; ok {
			return s
		}
	}
	return t.String()
}
