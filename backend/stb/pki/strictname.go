package pki

import (
	"encoding/asn1"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/oid"
)

// strictAttribute is an attribute of a name with its string type and greatest length in
// characters (STB 34.101.78, 7.3.1).
type strictAttribute struct {
	id   asn1.ObjectIdentifier
	kind tag.Tag
	most int
}

// strictAttributes lists them in the order in which they stand in a name.
func strictAttributes() []strictAttribute {
	return []strictAttribute{
		{AttrCommonName, tag.UTF8String, 64},
		{AttrSurname, tag.UTF8String, 128},
		{AttrName, tag.UTF8String, 1024},
		{AttrGivenName, tag.UTF8String, 128},
		{AttrSerialNumber, tag.PrintableString, 64},
		{AttrCountry, tag.PrintableString, 2},
		{AttrLocality, tag.UTF8String, 128},
		{AttrRegion, tag.UTF8String, 128},
		{AttrStreet, tag.UTF8String, 64},
		{AttrOrganisation, tag.UTF8String, 64},
		{AttrDepartment, tag.UTF8String, 64},
		{AttrTitle, tag.UTF8String, 64},
		{AttrOrganisationIdentifier, tag.UTF8String, 64},
	}
}

// attributeSet is a column of the table of attributes and roles (7.3.1): for each of
// strictAttributes '+' must be there, '?' may be and ' ' must not.
type attributeSet string

const (
	attributesRoot           attributeSet = "+    +       "
	attributesService        attributeSet = "+ +  ++? +? +" // also authorities and servers of TLS
	attributesPerson         attributeSet = "++ +++       "
	attributesRepresentative attributeSet = "+++++++?++?++"
	attributesEntity         attributeSet = "+ + +++?++? +"
	attributesDevice         attributeSet = "+ + +++? +? +"
)

// strictName checks a subject: attributes of the role in the order of the table, each once,
// of its type and length, without needless spaces. more allows attributes that the
// standard does not know, which only subordinate authorities certify.
func strictName(n Name, want attributeSet, more bool) string {
	known := strictAttributes()
	seen, next := map[string]bool{}, 0
	pairs, ok := typedValues(n.Raw)
	if !ok {
		return "malformed name"
	}
	for _, p := range pairs {
		id := p.id.String()
		if seen[id] {
			return "an attribute of the name is repeated"
		}
		seen[id] = true
		if strings.Join(strings.Fields(p.text), " ") != p.text {
			return "needless spaces in the name"
		}
		at := -1
		for i, a := range known {
			if a.id.Equal(p.id) {
				at = i
			}
		}
		switch {
		case at < 0 && !more:
			return "an attribute of the name beyond those of the standard: " + id
		case at < 0:
			continue
		case want[at] == ' ':
			return "an attribute of the name is not that of the role: " + attributeLabel(p.id)
		case at < next:
			return "the attributes of the name are out of order"
		case p.kind != known[at].kind:
			return "an attribute of the name is of another string type: " + attributeLabel(p.id)
		}
		if l := utf8.RuneCountInString(p.text); l == 0 || l > known[at].most {
			return fmt.Sprintf("an attribute of the name has %d characters: %s", l, attributeLabel(p.id))
		}
		next = at + 1
	}
	for i, a := range known {
		if want[i] == '+' && !seen[a.id.String()] {
			return "the name has no " + attributeLabel(a.id)
		}
	}
	return strictValues(n)
}

var (
	countryCode  = regexp.MustCompile(`^[A-Z]{2}$`)
	personNumber = regexp.MustCompile(`^(PAS|PNO|IDC)[A-Z]{2}-.`)
)

// strictValues checks the values whose form does not depend on the role (7.3.2, 7.3.7, 7.3.12).
func strictValues(n Name) string {
	for _, r := range n.Get(AttrCommonName) {
		if r < 0x20 || r > 0x7e {
			return "the common name is not in printable ASCII"
		}
	}
	if !countryCode.MatchString(n.Get(AttrCountry)) {
		return "the country is not two capital letters"
	}
	if id := n.Get(AttrOrganisationIdentifier); id != "" && (!strings.HasPrefix(id, "TAXBY-") || id == "TAXBY-") {
		return "the identifier of the organisation is not TAXBY- and a number"
	}
	return ""
}

// strictHolder checks the values of a person's name (7.3.2, 7.3.3, 7.3.5 to 7.3.7). The country
// of a foreigner is that of the citizenship, all others are of Belarus.
func strictHolder(n Name, role strictRole) string {
	foreign := role.policy.Equal(oid.RoleForeignPerson)
	if !foreign && n.Get(AttrCountry) != "BY" {
		return "the country is not BY"
	}
	if role.attributes != attributesPerson && role.attributes != attributesRepresentative {
		return ""
	}
	number := n.Get(AttrSerialNumber)
	if !personNumber.MatchString(number) || number[:3] == "IDC" && role.attributes != attributesPerson {
		return "the personal number is not its kind, the country and the number"
	}
	for _, id := range []asn1.ObjectIdentifier{AttrCommonName, AttrSurname, AttrGivenName} {
		if v := n.Get(id); v != strings.ToUpper(v) {
			return "a person's name is not in capital letters"
		}
	}
	for _, id := range []asn1.ObjectIdentifier{AttrSurname, AttrGivenName} {
		be, ru, both := strings.Cut(n.Get(id), "/")
		if !foreign && (!both || be == "" || ru == "" || strings.Contains(ru, "/")) {
			return "a person's name is not a Belarusian and a Russian form"
		}
	}
	return ""
}

// typedValue is an attribute with the type of string that it was written in.
type typedValue struct {
	id   asn1.ObjectIdentifier
	kind tag.Tag
	text string
}

// typedValues reads a name once more, with the types. PrintableString is held to its
// alphabet.
func typedValues(raw cryptobyte.String) (out []typedValue, ok bool) {
	var body cryptobyte.String
	if !raw.ReadASN1(&body, tag.SEQUENCE) {
		return nil, false
	}
	for !body.Empty() {
		var set, pair, value cryptobyte.String
		if !body.ReadASN1(&set, tag.SET) {
			return nil, false
		}
		for !set.Empty() {
			var v typedValue
			if !set.ReadASN1(&pair, tag.SEQUENCE) || !pair.ReadASN1ObjectIdentifier(&v.id) || !pair.ReadAnyASN1(&value, &v.kind) {
				return nil, false
			}
			if v.text, ok = decodeString(v.kind, value); !ok {
				return nil, false
			}
			if v.kind == tag.PrintableString && strings.ContainsFunc(v.text, notPrintable) {
				return nil, false
			}
			out = append(out, v)
		}
	}
	return out, true
}

func notPrintable(r rune) bool {
	letter := r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9'
	return !letter && !strings.ContainsRune(" '()+,-./:=?", r)
}
