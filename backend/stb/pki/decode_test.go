package pki_test

import (
	"net/netip"
	"strings"
	"testing"

	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/bign"
	"akno/backend/stb/internal/der"
	"akno/backend/stb/pki"
)

// seq joins elements into a sequence.
func seq(parts ...[]byte) []byte {
	var body []byte
	for _, p := range parts {
		body = append(body, p...)
	}
	return der.Element(tag.SEQUENCE, body)
}

func TestEveryStringTypeOfANameIsRead(t *testing.T) {
	for name, tc := range map[string]struct {
		t    tag.Tag
		b    string
		want string
		bad  bool
	}{
		"UTF8String":         {tag.UTF8String, "Ўладзімір", "Ўладзімір", false},
		"broken UTF8String":  {tag.UTF8String, "\xd0", "", true},
		"PrintableString":    {tag.PrintableString, "BY", "BY", false},
		"eight bits":         {tag.PrintableString, "\xd0\x91", "", true},
		"IA5String":          {tag.IA5String, "a@b", "a@b", false},
		"NumericString":      {18, "123 4", "123 4", false},
		"TeletexString":      {tag.T61String, "caf\xe9", "café", false},
		"BMPString":          {30, "\x04\x0e\x00!", "Ў!", false},
		"BMPString, odd":     {30, "\x04", "", true},
		"UniversalString":    {28, "\x00\x00\x04\x0e", "Ў", false},
		"UniversalString, 3": {28, "\x00\x00\x04", "", true},
		"beyond Unicode":     {28, "\x00\x11\x00\x00", "", true},
		"another type":       {tag.OCTET_STRING, "\xab", "#ab", false},
	} {
		raw := seq(der.Element(tag.SET, seq(der.OID(pki.AttrCommonName), der.Element(tc.t, []byte(tc.b)))))
		n, err := pki.ParseName(raw)
		if (err != nil) != tc.bad || err == nil && n.Get(pki.AttrCommonName) != tc.want {
			t.Errorf("%s: %q %v", name, n.Get(pki.AttrCommonName), err)
		}
	}
}

func TestMalformedNamesAreRefused(t *testing.T) {
	one := seq(der.OID(pki.AttrCommonName), der.Element(tag.UTF8String, []byte("A")))
	set := der.Element(tag.SET, one)
	for name, raw := range map[string][]byte{
		"nothing": nil, "empty set": seq(der.Element(tag.SET, nil)), "no value": seq(der.Element(tag.SET, seq(der.OID(pki.AttrCommonName)))),
		"trailing": append(seq(set), 5, 0), "three parts": seq(der.Element(tag.SET, seq(one[2:], []byte{5, 0}))),
		"too many": seq([]byte(strings.Repeat(string(set), 65))),
	} {
		if _, err := pki.ParseName(raw); err == nil {
			t.Errorf("%s: parsed", name)
		}
	}
}

func TestAttributesOfOneRelativeNameCompareInAnyOrder(t *testing.T) {
	cn := seq(der.OID(pki.AttrCommonName), der.Element(tag.UTF8String, []byte("Анна")))
	c := seq(der.OID(pki.AttrCountry), der.Element(tag.PrintableString, []byte("BY")))
	a, err := pki.ParseName(seq(der.Element(tag.SET, append(append([]byte{}, cn...), c...))))
	if err != nil {
		t.Fatal(err)
	}
	b, err := pki.ParseName(seq(der.Element(tag.SET, append(append([]byte{}, c...), cn...))))
	if err != nil {
		t.Fatal(err)
	}
	if !a.Equal(b) || a.String() != "CN=Анна+C=BY" {
		t.Errorf("%s %s", a, b)
	}
}

func TestAlternativeNamesOfEveryFormAreRead(t *testing.T) {
	_, ca := hierarchy(t, pki.ProfileGosSUOK)
	context := func(n uint8, b string) []byte { return der.Element(der.Context(n), []byte(b)) }
	directory := der.Element(der.Explicit(4), simpleName(t, "ГАННА").Raw)
	otherName := der.Element(der.Explicit(0), append(der.OID([]int{1, 2, 3}), der.Element(der.Explicit(0), []byte{5, 0})...))
	value := seq(context(1, "a@b"), context(2, "host"), context(6, "http://x"), context(7, "\x7f\x00\x00\x01"), directory, otherName, context(8, "\x2a"))
	s := issue(t, ca, pki.KindTLS, pki.ProfileGosSUOK, simpleName(t, "X"), bign.Curve256v1(), func(tmpl *pki.Template) {
		tmpl.Extra = []pki.Extension{{OID: []int{2, 5, 29, 17}, Value: value}}
	})
	a := s.cert.AltNames
	if a.Count != 7 || len(a.Directory) != 1 || len(a.URIs) != 1 || len(a.DNSNames) != 1 || len(a.Emails) != 1 ||
		len(a.IPs) != 1 || a.IPs[0] != netip.MustParseAddr("127.0.0.1") {
		t.Errorf("%+v", a)
	}
	if !s.cert.MatchesHost("127.0.0.1") || s.cert.MatchesHost("127.0.0.2") || !s.cert.MatchesHost("HOST") {
		t.Error("hosts")
	}
	// What does not decode is passed over as long as it is not critical.
	for _, critical := range []bool{false, true} {
		raw := mutate(t, s.cert.Raw, ca.key, func(f [][]byte) [][]byte {
			return withExtensions(t, f, func(l [][]byte) [][]byte {
				return append(dropExtension(t, l, 17), extension([]int{2, 5, 29, 17}, critical, []byte{5, 0}))
			})
		})
		if _, err := pki.ParseCertificate(raw); (err != nil) != critical {
			t.Errorf("critical %v: %v", critical, err)
		}
	}
}

func TestSerialNumbersAreNumbers(t *testing.T) {
	s, err := pki.NewSerial([]byte{0, 0, 0xab, 1})
	if err != nil || s != "\x00\xab\x01" || s.Hex() != "AB01" || s.Int().Int64() != 0xab01 {
		t.Errorf("%x %v", s, err)
	}
	if pki.Serial("\xff").Int().Int64() != -1 {
		t.Error("a negative number")
	}
	for _, bad := range [][]byte{nil, {0}, []byte(strings.Repeat("\x7f", 21))} {
		if _, err := pki.NewSerial(bad); err == nil {
			t.Errorf("%x is a serial number", bad)
		}
	}
	if pki.NumberSerial(0) != "\x00" || pki.NumberSerial(128) != "\x00\x80" {
		t.Error("numbers of lists")
	}
}

func TestWordsOfTheStandards(t *testing.T) {
	for r, want := range map[pki.RevocationReason]string{0: "unspecified", 1: "keyCompromise", 6: "certificateHold", 10: "aACompromise", 7: "unknown", 11: "unknown", -1: "unknown"} {
		if r.String() != want {
			t.Errorf("%d: %s", int(r), r)
		}
	}
	for word, ok := range map[string]bool{"sign": true, "ca": true, "any": true, "": false, "SIGN": false, "everything": false} {
		if _, got := pki.ParsePurpose(word); got != ok {
			t.Errorf("%q: %v", word, got)
		}
	}
	for reason, verdict := range map[pki.Reason]pki.Verdict{
		pki.OK: pki.Passed, pki.FormatFailure: pki.Failed, pki.HashFailure: pki.Failed, pki.SigCryptoFailure: pki.Failed, pki.Revoked: pki.Failed,
		pki.TryLater: pki.Indeterminate, pki.Generic: pki.Indeterminate, pki.NoPOE: pki.Indeterminate,
	} {
		if reason.Verdict() != verdict {
			t.Errorf("%s: %s", reason, reason.Verdict())
		}
	}
}

func TestPublicKeysAreStrict(t *testing.T) {
	key := newKey(t, bign.Curve384v1()).PublicKey()
	raw := pki.MarshalPublicKey(key)
	if got, err := pki.ParsePublicKey(raw); err != nil || !got.Equal(key) || pki.Level(got) != 192 {
		t.Fatal(err)
	}
	parts := children(t, raw)
	curve := children(t, parts[0])
	for name, bad := range map[string][]byte{
		"trailing octet":      append(append([]byte{}, raw...), 0),
		"third element":       seq(parts[0], parts[1], []byte{5, 0}),
		"no curve":            seq(seq(curve[0]), parts[1]),
		"NULL for a curve":    seq(seq(curve[0], []byte{5, 0}), parts[1]),
		"explicit curve":      seq(seq(curve[0], seq([]byte{2, 1, 1})), parts[1]),
		"curve of 256 bits":   seq(seq(curve[0], der.OID([]int{1, 2, 112, 0, 2, 0, 34, 101, 45, 3, 1})), parts[1]),
		"unknown curve":       seq(seq(curve[0], der.OID([]int{1, 2, 112, 0, 2, 0, 34, 101, 45, 3, 9})), parts[1]),
		"another algorithm":   seq(seq(der.OID([]int{1, 2, 840, 10045, 2, 1}), curve[1]), parts[1]),
		"one octet less":      seq(parts[0], der.Element(tag.BIT_STRING, parts[1][2:len(parts[1])-1])),
		"point of zeros":      seq(parts[0], der.Element(tag.BIT_STRING, make([]byte, 97))),
		"coordinate too high": seq(parts[0], der.Element(tag.BIT_STRING, []byte("\x00"+strings.Repeat("\xff", 96)))),
	} {
		if _, err := pki.ParsePublicKey(bad); err == nil {
			t.Errorf("%s: parsed", name)
		}
	}
}
