package cms_test

import (
	"bytes"
	"strings"
	"testing"

	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/cms"
	"akno/backend/stb/internal/ber"
	"akno/backend/stb/internal/der"
	"akno/backend/stb/internal/pkidev"
	"akno/backend/stb/pki"
)

// loosen writes an element as careless software would: indefinite lengths,
// strings in pieces, lengths longer than needed. What keep holds stays as it is.
func loosen(t testing.TB, raw []byte, keep [][]byte) []byte {
	t.Helper()
	for _, k := range keep {
		if bytes.Equal(raw, k) {
			return raw
		}
	}
	e, rest, err := ber.Read(raw)
	if err != nil || len(rest) > 0 {
		t.Fatal("not one element", err)
	}
	if e.Tag == tag.OCTET_STRING || e.Tag == der.Context(0) {
		half := len(e.Body) / 2
		pieces := append(octetString(e.Body[:half]), der.Element(0x24, octetString(e.Body[half:]))...)
		return append(append([]byte{byte(e.Tag) | 0x20, 0x80}, pieces...), 0, 0)
	}
	if !e.Constructed() {
		n := len(e.Body)
		return append([]byte{byte(e.Tag), 0x84, 0, byte(n >> 16), byte(n >> 8), byte(n)}, e.Body...)
	}
	list, err := e.Children(1000)
	if err != nil {
		t.Fatal(err)
	}
	out := []byte{byte(e.Tag), 0x80}
	for _, x := range list {
		out = append(out, loosen(t, x.Raw, keep)...)
	}
	return append(out, 0, 0)
}

func TestLooseEncodingOfStrangersIsRead(t *testing.T) {
	doc := pkidev.File(t, "cms/order.txt")
	opt := signOptions(t, "g-fl1")
	opt.Attached = doc
	sig := mustStamp(t, mustSign(t, nil, opt), pkidev.At)
	token := stamp(t, "g-tsa", signatureOf(t, sig, 0), pkidev.At)
	sd, err := cms.Parse(sig)
	if err != nil {
		t.Fatal(err)
	}
	if len(token) == 0 || len(sd.Signers[0].Unsigned) != 1 {
		t.Fatal("no stamp")
	}
	keep := [][]byte{opt.Certificate.Raw, certificate(t, "certs/g-tsa.cer").Raw}
	loose := loosen(t, sig, keep)
	r := cms.VerifyOctets(loose, nil, options(t))
	if r.Verdict != pki.Passed || r.Level != cms.LevelBT {
		t.Fatalf("%s %s %+v", r.Reason, r.Level, r.Signers)
	}
	if notes := strings.Join(r.Signers[0].Notes, " "); !strings.Contains(notes, "not in DER") {
		t.Errorf("notes %q", notes)
	}
	again, err := cms.Parse(loose)
	if err != nil || !bytes.Equal(again.Content, doc) {
		t.Errorf("content: %v", err)
	}
	// A certificate must be DER: loosened, it is no longer a certificate.
	r = cms.VerifyOctets(loosen(t, sig, keep[1:]), nil, options(t))
	if r.Reason != pki.FormatFailure || len(r.Notes) == 0 {
		t.Errorf("loose certificate: %s %v", r.Reason, r.Notes)
	}
	strict := options(t)
	strict.Verifier.Profile = pki.ProfileBPKI
	if r := cms.VerifyOctets(loose, nil, strict); r.Reason != pki.FormatFailure {
		t.Errorf("strict profile: %s", r.Reason)
	}
}

func TestExtendingKeepsLooseOctets(t *testing.T) {
	doc := pkidev.File(t, "cms/order.txt")
	opt := signOptions(t, "g-fl1")
	loose := loosen(t, mustSign(t, cms.Octets(doc), opt), [][]byte{opt.Certificate.Raw})
	sig := mustStamp(t, loose, pkidev.At)
	if r := cms.VerifyOctets(sig, cms.Octets(doc), options(t)); r.Verdict != pki.Passed || r.Level != cms.LevelBT {
		t.Errorf("%s %s", r.Reason, r.Level)
	}
}

func TestHostileNestingAndCountsAreRefused(t *testing.T) {
	deep := bytes.Repeat([]byte{0x30, 0x80}, 1<<20)
	wide := der.Element(tag.SEQUENCE, bytes.Repeat([]byte{5, 0}, 1<<20))
	huge := []byte{0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0}
	longer := []byte{0x30, 0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	for name, data := range map[string][]byte{"deep": deep, "wide": wide, "huge": huge, "longer than a word": longer} {
		if _, err := cms.Parse(data); err == nil {
			t.Errorf("%s: parsed", name)
		}
	}
	f := newForge(t)
	f.certs = nil
	for range 201 {
		f.certs = append(f.certs, f.cert.Raw)
	}
	if _, err := cms.Parse(f.encode(t)); err == nil {
		t.Error("201 certificates: parsed")
	}
	g := newForge(t)
	for range 300 {
		g.unsigned = append(g.unsigned, attr([]int{1, 2, 3}, []byte{5, 0}))
	}
	if _, err := cms.Parse(g.encode(t)); err == nil {
		t.Error("300 attributes: parsed")
	}
}
