package cvc_test

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"akno/backend/stb/bign"
	"akno/backend/stb/cvc"
	"akno/backend/stb/internal/pkidev"
	"akno/backend/stb/pki"
)

var at = day("260315")

func day(s string) time.Time {
	t, err := time.Parse("060102", s)
	if err != nil {
		panic(err)
	}
	return t
}

// holder is a certificate with its key.
type holder struct {
	*cvc.Certificate
	key *bign.PrivateKey
}

func newKey(t testing.TB, level string) *bign.PrivateKey {
	t.Helper()
	k, err := bign.GenerateKey(bign.CurveByName("bign-curve" + level + "v1"))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// issue makes a certificate for a new key; a nil authority signs itself.
func issue(t testing.TB, authority *holder, name, level string, change func(*cvc.Template)) *holder {
	t.Helper()
	h := &holder{key: newKey(t, level)}
	signer := h.key
	tmpl := cvc.Template{
		Authority: name, Holder: name, PublicKey: h.key.PublicKey(), From: day("260101"), Until: day("270101"),
		EID: []byte{0xEE, 0xEE, 0xEE, 0xEE, 0xEE}, ESign: []byte{0x77, 0x77},
	}
	if authority != nil {
		signer, tmpl.Authority = authority.key, authority.Holder
	}
	if change != nil {
		change(&tmpl)
	}
	raw, err := cvc.Create(tmpl, signer)
	if err != nil {
		t.Fatal(err)
	}
	if h.Certificate, err = cvc.Parse(raw); err != nil {
		t.Fatal(err)
	}
	return h
}

// chain is a root, an authority and a card.
func chain(t testing.TB) (root, ca, card *holder) {
	t.Helper()
	root = issue(t, nil, "BYCA0000", "512", nil)
	ca = issue(t, root, "BYCA1000", "384", nil)
	card = issue(t, ca, "590082394654", "256", func(tmpl *cvc.Template) { tmpl.EID, tmpl.ESign = []byte{7, 0, 0, 0, 1}, nil })
	return root, ca, card
}

func TestACertificateSaysWhatItWasMadeOf(t *testing.T) {
	root, ca, card := chain(t)
	for _, c := range []struct {
		*holder
		authority string
		length    int
		esign     []byte
	}{{root, "BYCA0000", 0, []byte{0x77, 0x77}}, {ca, "BYCA0000", 0, []byte{0x77, 0x77}}, {card, "BYCA1000", 0, nil}} {
		if c.Authority != c.authority || !c.From.Equal(day("260101")) || !c.Until.Equal(day("270101")) ||
			!c.PublicKey.Equal(c.key.PublicKey()) || !bytes.Equal(c.ESign, c.esign) || !cvc.Is(c.Raw) {
			t.Errorf("%+v", c.Certificate)
		}
	}
	if err := root.CheckSignatureBy(root.PublicKey); err != nil {
		t.Error(err)
	}
	if err := card.CheckSignatureBy(root.PublicKey); !errors.Is(err, cvc.ErrSignature) {
		t.Errorf("by another's key: %v", err)
	}
	longest := issue(t, nil, "BYCA00000000", "512", nil) // 365 octets, as other programs make it
	if len(longest.Raw) != 365 {
		t.Errorf("%d octets", len(longest.Raw))
	}
}

func TestRightsAreCombinedAlongThePath(t *testing.T) {
	root, ca, card := chain(t)
	r := cvc.Verifier{Anchors: []*cvc.Certificate{root.Certificate}, Intermediates: []*cvc.Certificate{ca.Certificate}}.Verify(card.Certificate, at)
	if r.Verdict != pki.Passed || len(r.Path) != 3 || !bytes.Equal(r.EID, []byte{6, 0, 0, 0, 0}) || r.ESign != nil {
		t.Errorf("%+v", r)
	}
}

func TestOnlyASoundPathPasses(t *testing.T) {
	root, ca, card := chain(t)
	twin := issue(t, nil, "BYCA0000", "512", nil)
	under := func(authority *holder, level string, change func(*cvc.Template)) *cvc.Certificate {
		return issue(t, authority, "590082394654", level, change).Certificate
	}
	grand := issue(t, card, "590082394655", "256", nil)
	expired := issue(t, root, "BYCA1001", "384", func(tmpl *cvc.Template) { tmpl.Until = day("260201") })
	old := issue(t, nil, "BYCA0009", "256", func(tmpl *cvc.Template) { tmpl.Until = day("260201") })
	small := issue(t, root, "BYCA1002", "256", nil)
	all := []*cvc.Certificate{ca.Certificate, card.Certificate, expired.Certificate, small.Certificate}
	for name, c := range map[string]struct {
		cert          *cvc.Certificate
		anchors       []*holder
		intermediates []*cvc.Certificate
		at            time.Time
		want          pki.Reason
	}{
		"a card":                           {card.Certificate, []*holder{root}, all, at, pki.OK},
		"its last day":                     {card.Certificate, []*holder{root}, all, day("270101").Add(23 * time.Hour), pki.OK},
		"the day after":                    {card.Certificate, []*holder{root}, all, day("270102"), pki.OutOfBoundsNoPOE},
		"the day before":                   {card.Certificate, []*holder{root}, all, day("260101").Add(-time.Second), pki.OutOfBoundsNoPOE},
		"the anchor itself":                {root.Certificate, []*holder{root}, nil, at, pki.OK},
		"the anchor after its time":        {old.Certificate, []*holder{old}, nil, at, pki.OutOfBoundsNoPOE},
		"an authority as the anchor":       {card.Certificate, []*holder{ca}, nil, at, pki.OK},
		"an anchor is not asked its date":  {under(old, "256", func(tmpl *cvc.Template) { tmpl.From = day("260115") }), []*holder{old}, nil, at, pki.OK},
		"no authority":                     {card.Certificate, []*holder{root}, nil, at, pki.NoCertificateChainFound},
		"no anchor":                        {card.Certificate, nil, all, at, pki.NoCertificateChainFound},
		"an anchor of the same name":       {ca.Certificate, []*holder{twin}, nil, at, pki.CertificateChainGeneralFailure},
		"a card as an authority":           {grand.Certificate, []*holder{root}, all, at, pki.ChainConstraintsFailure},
		"an authority out of time":         {under(expired, "256", nil), []*holder{root}, all, at, pki.OutOfBoundsNoPOE},
		"issued before the authority":      {under(ca, "256", func(tmpl *cvc.Template) { tmpl.From = day("251231") }), []*holder{root}, all, at, pki.CertificateChainGeneralFailure},
		"issued after the authority's end": {under(expired, "256", func(tmpl *cvc.Template) { tmpl.From = day("260202") }), []*holder{root}, all, at, pki.CertificateChainGeneralFailure},
		"a level above the authority's":    {under(small, "384", nil), []*holder{root}, all, at, pki.ChainConstraintsFailure},
	} {
		v := cvc.Verifier{Intermediates: c.intermediates}
		for _, a := range c.anchors {
			v.Anchors = append(v.Anchors, a.Certificate)
		}
		if r := v.Verify(c.cert, c.at); r.Reason != c.want || r.Verdict != c.want.Verdict() {
			t.Errorf("%s: %s %s %v, want %s", name, r.Verdict, r.Reason, r.Notes, c.want)
		}
	}
}

func TestWhatIsNotACertificateIsRefused(t *testing.T) {
	_, _, card := chain(t)
	replaced := func(old, fresh string) []byte {
		out := bytes.Replace(card.Raw, []byte(old), []byte(fresh), 1)
		if bytes.Equal(out, card.Raw) {
			t.Fatalf("%x is not there", old)
		}
		return out
	}
	if _, err := cvc.Parse(replaced("\x5f\x25\x06\x02\x06", "\x5f\x25\x06\x02\x05")); err != nil {
		t.Errorf("another day: %v", err) // a true form; the signature tells
	}
	for name, raw := range map[string][]byte{
		"nothing":            nil,
		"one octet":          {0x7F},
		"octets after":       append(bytes.Clone(card.Raw), 0),
		"cut off":            card.Raw[:len(card.Raw)-1],
		"another tag":        replaced("\x7f\x21", "\x7f\x22"),
		"a long length":      append([]byte{0x7F, 0x21, 0x82, 0, card.Raw[3]}, card.Raw[4:]...),
		"version 1":          replaced("\x5f\x29\x01\x00", "\x5f\x29\x01\x01"),
		"month 13":           replaced("\x5f\x25\x06\x02\x06\x00\x01", "\x5f\x25\x06\x02\x06\x01\x03"),
		"day 0":              replaced("\x5f\x25\x06\x02\x06\x00\x01\x00\x01", "\x5f\x25\x06\x02\x06\x00\x01\x00\x00"),
		"letters for digits": replaced("\x5f\x25\x06\x02\x06", "\x5f\x25\x0626"),
		"until before from":  replaced("\x5f\x24\x06\x02\x07", "\x5f\x24\x06\x02\x05"),
		"a name with a star": replaced("BYCA1000", "BYCA100*"),
		"a short name":       replaced("\x42\x08BYCA1000", "\x42\x07BYCA1000"),
		"unused bits":        replaced("\x03\x41\x00", "\x03\x41\x01"),
		"another algorithm":  replaced("\x65\x2d\x02\x01", "\x65\x2d\x02\x02"),
	} {
		if c, err := cvc.Parse(raw); !errors.Is(err, cvc.ErrMalformed) {
			t.Errorf("%s: %+v %v", name, c, err)
		}
	}
	for i := range card.Raw { // the signature covers every octet, or the octet is the signature's
		damaged := bytes.Clone(card.Raw)
		damaged[i] ^= 1
		if c, err := cvc.Parse(damaged); err == nil && c.CheckSignatureBy(card.key.PublicKey()) == nil {
			t.Fatalf("octet %d does not matter", i)
		}
	}
}

func TestAKeyOffTheCurveIsRefused(t *testing.T) {
	root, _, _ := chain(t)
	key := root.PublicKey.Bytes()
	i := bytes.Index(root.Raw, key)
	damaged := bytes.Clone(root.Raw)
	damaged[i] ^= 1
	if _, err := cvc.Parse(damaged); !errors.Is(err, cvc.ErrMalformed) {
		t.Errorf("%v", err)
	}
}

func TestATemplateThatMakesNoCertificateIsRefused(t *testing.T) {
	key := newKey(t, "256")
	good := cvc.Template{Authority: "BYCA0000", Holder: "BYCA0000", PublicKey: key.PublicKey(), From: day("260101"), Until: day("270101")}
	for name, change := range map[string]func(*cvc.Template){
		"no key":          func(tmpl *cvc.Template) { tmpl.PublicKey = nil },
		"a short name":    func(tmpl *cvc.Template) { tmpl.Holder = "BYCA000" },
		"a long name":     func(tmpl *cvc.Template) { tmpl.Authority = "BYCA000000000" },
		"Cyrillic":        func(tmpl *cvc.Template) { tmpl.Holder = "КАРТКА" },
		"no dates":        func(tmpl *cvc.Template) { tmpl.From = time.Time{} },
		"another century": func(tmpl *cvc.Template) { tmpl.Until = day("260101").AddDate(100, 0, 0) },
		"dates in turn":   func(tmpl *cvc.Template) { tmpl.Until = day("251231") },
		"four octets":     func(tmpl *cvc.Template) { tmpl.EID = make([]byte, 4) },
		"three octets":    func(tmpl *cvc.Template) { tmpl.ESign = make([]byte, 3) },
	} {
		tmpl := good
		change(&tmpl)
		if _, err := cvc.Create(tmpl, key); !errors.Is(err, cvc.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	good.EID, good.ESign = make([]byte, 5), make([]byte, 2)
	raw, err := cvc.Create(good, key)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := cvc.Parse(raw); err != nil || c.EID != nil || c.ESign != nil {
		t.Errorf("rights to nothing: %+v %v", c, err)
	}
}

func TestASignatureIsCheckedWithItsPath(t *testing.T) {
	root, ca, card := chain(t)
	stranger, twin := issue(t, nil, "BYCA0001", "512", nil), issue(t, nil, "BYCA0000", "512", nil)
	const text = "заявление"
	path := []*cvc.Certificate{root.Certificate, ca.Certificate, card.Certificate}
	made := func(path []*cvc.Certificate, date time.Time, signer *holder) []byte {
		raw, err := cvc.Sign(strings.NewReader(text), path, date, signer.key)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	for name, c := range map[string]struct {
		raw     []byte
		content string
		anchor  *holder
		signer  *cvc.Certificate
		want    pki.Reason
	}{
		"with a date":             {made(path, at, card), text, root, nil, pki.OK},
		"without a date":          {made(path, time.Time{}, card), text, root, nil, pki.OK},
		"the anchor is left out":  {made(path[1:], at, card), text, root, nil, pki.OK},
		"by an authority":         {made(path[:2], at, ca), text, root, nil, pki.OK},
		"anchored in the middle":  {made(path, at, card), text, ca, nil, pki.OK},
		"without certificates":    {made(nil, at, card), text, ca, card.Certificate, pki.OK},
		"nobody to ask":           {made(nil, at, card), text, ca, nil, pki.NoSigningCertificateFound},
		"another signed it":       {made(nil, at, card), text + "!", ca, card.Certificate, pki.NoSigningCertificateFound},
		"another content":         {made(path, at, card), text + "!", root, nil, pki.SigCryptoFailure},
		"another anchor":          {made(path, at, card), text, stranger, nil, pki.NoCertificateChainFound},
		"a twin as the anchor":    {made(path[1:], at, card), text, twin, nil, pki.CertificateChainGeneralFailure},
		"a day out of the dates":  {made(path, day("270102"), card), text, root, nil, pki.OutOfBoundsNoPOE},
		"certificates in no path": {made([]*cvc.Certificate{ca.Certificate, root.Certificate, card.Certificate}, at, card), text, root, nil, pki.CertificateChainGeneralFailure},
	} {
		s, err := cvc.ParseSignature(c.raw)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		v := cvc.Verifier{Anchors: []*cvc.Certificate{c.anchor.Certificate}}
		if c.signer != nil {
			v.Intermediates = []*cvc.Certificate{c.signer}
		}
		r, err := s.Verify(strings.NewReader(c.content), v, at)
		if err != nil || r.Reason != c.want || r.Verdict != c.want.Verdict() {
			t.Errorf("%s: %s %v %v, want %s", name, r.Reason, r.Notes, err, c.want)
		}
	}
	s, err := cvc.ParseSignature(made(path, at, card))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Verify(iotest.ErrReader(errors.New("the disk")), cvc.Verifier{}, at); err == nil {
		t.Error("a content that cannot be read was checked")
	}
	if _, err := cvc.Sign(strings.NewReader(text), path, at, root.key); !errors.Is(err, cvc.ErrMalformed) {
		t.Errorf("another's key: %v", err)
	}
}

func TestEveryOctetOfASignatureMatters(t *testing.T) {
	root, ca, card := chain(t)
	raw, err := cvc.Sign(strings.NewReader("x"), []*cvc.Certificate{ca.Certificate, card.Certificate}, at, card.key)
	if err != nil {
		t.Fatal(err)
	}
	v := cvc.Verifier{Anchors: []*cvc.Certificate{root.Certificate}}
	for i := range raw {
		damaged := bytes.Clone(raw)
		damaged[i] ^= 1
		s, err := cvc.ParseSignature(damaged)
		if err != nil {
			continue
		}
		if r, err := s.Verify(strings.NewReader("x"), v, at); err != nil || r.Verdict == pki.Passed {
			t.Fatalf("octet %d does not matter: %v", i, err)
		}
	}
	for i := range raw {
		if _, err := cvc.ParseSignature(raw[:i]); !errors.Is(err, cvc.ErrMalformed) {
			t.Fatalf("cut off at %d: %v", i, err)
		}
	}
}

// peer reads a file that the reference program of the standard's authors made.
func peer(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile("testdata/peer/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestFilesOfAPeerAreUnderstood(t *testing.T) {
	certs := map[string]*cvc.Certificate{}
	for _, name := range []string{"cert0", "cert1", "cert2", "req1", "req2"} {
		c, err := cvc.Parse(peer(t, name))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		certs[name] = c
		if err := c.CheckSignatureBy(c.PublicKey); (err == nil) != (name != "cert1" && name != "cert2") {
			t.Errorf("%s by its own key: %v", name, err)
		}
	}
	anchor := cvc.Verifier{Anchors: []*cvc.Certificate{certs["cert0"]}}
	below := anchor
	below.Intermediates = []*cvc.Certificate{certs["cert1"], certs["cert2"]}
	r := below.Verify(certs["cert2"], at)
	if r.Verdict != pki.Passed || !bytes.Equal(r.EID, []byte{0x88, 0x88, 0x88, 0x88, 0x88}) || !bytes.Equal(r.ESign, []byte{0x11, 0x11}) {
		t.Errorf("%+v", r)
	}
	for name, v := range map[string]cvc.Verifier{"order.sig": anchor, "whole.sig": anchor, "nodate.sig": anchor, "bare.sig": below} {
		s, err := cvc.ParseSignature(peer(t, name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		report, err := s.Verify(bytes.NewReader(peer(t, "order.txt")), v, at)
		if err != nil || report.Verdict != pki.Passed || report.Signer.Holder != "590082394654" || s.Date.IsZero() != (name[0] != 'o' && name[0] != 'w') {
			t.Errorf("%s: %+v %v", name, report, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	root, _, card := chain(f)
	f.Add(root.Raw)
	f.Add(card.Raw)
	f.Add(peer(f, "cert1"))
	f.Add(peer(f, "req2"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var c *cvc.Certificate
		var err error
		pkidev.Bounded(t, len(data), func() { c, err = cvc.Parse(data) })
		if err != nil {
			if !errors.Is(err, cvc.ErrMalformed) {
				t.Fatal(err)
			}
			return
		}
		again, err := cvc.Parse(c.Raw)
		if diff := cmp.Diff(data, c.Raw); diff != "" || err != nil || !again.Equal(c) {
			t.Fatalf("%v %s", err, diff)
		}
	})
}

func FuzzParseSignature(f *testing.F) {
	_, ca, card := chain(f)
	f.Add(peer(f, "whole.sig"))
	for _, path := range [][]*cvc.Certificate{nil, {card.Certificate}, {ca.Certificate, card.Certificate}} {
		raw, err := cvc.Sign(strings.NewReader("x"), path, at, card.key)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var s *cvc.Signature
		var err error
		pkidev.Bounded(t, len(data), func() { s, err = cvc.ParseSignature(data) })
		if err != nil {
			if !errors.Is(err, cvc.ErrMalformed) {
				t.Fatal(err)
			}
			return
		}
		if n := len(s.Value); !slices.Contains([]int{48, 72, 96}, n) || len(s.Certificates) > 8*512 {
			t.Fatalf("%d octets, %d certificates", n, len(s.Certificates))
		}
	})
}
