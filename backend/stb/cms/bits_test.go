package cms_test

import (
	"bytes"
	"testing"

	"akno/backend/stb/cms"
	"akno/backend/stb/internal/pkidev"
	"akno/backend/stb/pki"
)

// eachBit calls f with every single changed bit of data, at most the given number
// of them, spread evenly.
func eachBit(data []byte, most int, f func(bit int, changed []byte)) {
	step := max(1, 8*len(data)/most)
	if step%2 == 0 {
		step++ // so that all eight places of an octet are met
	}
	for i := 0; i < 8*len(data); i += step {
		changed := bytes.Clone(data)
		changed[i/8] ^= 1 << (i % 8)
		f(i, changed)
	}
}

// sameSignature reports whether a message says the same as another: its content,
// the signed attributes, the value and the certificate of each signer. What is left
// are octets that nobody signs and that decide nothing, such as version numbers.
func sameSignature(t *testing.T, a, b []byte, ra, rb cms.Report) bool {
	t.Helper()
	x, err := cms.Parse(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := cms.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(x.Content, y.Content) || !x.ContentType.Equal(y.ContentType) || len(x.Signers) != len(y.Signers) {
		return false
	}
	for i, s := range x.Signers {
		o := y.Signers[i]
		if !bytes.Equal(s.Signature, o.Signature) || len(s.Signed) != len(o.Signed) || !ra.Signers[i].Certificate.Equal(rb.Signers[i].Certificate) {
			return false
		}
		for j, at := range s.Signed {
			if !at.Type.Equal(o.Signed[j].Type) || !bytes.Equal(bytes.Join(at.Values, nil), bytes.Join(o.Signed[j].Values, nil)) {
				return false
			}
		}
	}
	return true
}

func TestNoChangedBitMakesAnotherSignaturePass(t *testing.T) {
	for _, name := range []string{"cms/g-fl1-attached-bb.p7s", "cms/b-fl384-detached-bt.p7s", "cms/g-fl1-up1-cosigned-bb.p7s"} {
		var entry pkidev.Entry
		for _, e := range pkidev.Entries(t, "cms") {
			if e.File == name {
				entry = e
			}
		}
		opt, content := optionsOf(t, entry), contentOf(t, entry)
		data := pkidev.File(t, name)
		good := cms.VerifyOctets(data, content, opt)
		if good.Verdict != pki.Passed {
			t.Fatalf("%s: %s", name, good.Reason)
		}
		passed := 0
		eachBit(data, 2500, func(bit int, changed []byte) {
			r := cms.VerifyOctets(changed, content, opt)
			if r.Verdict != r.Reason.Verdict() {
				t.Errorf("%s, bit %d: %s with %s", name, bit, r.Verdict, r.Reason)
			}
			if r.Verdict != pki.Passed {
				return
			}
			if passed++; !sameSignature(t, data, changed, good, r) {
				t.Errorf("%s: bit %d makes another signature that passes", name, bit)
			}
			if r.Level == cms.LevelBT && !r.Signers[0].TimestampTime.Equal(good.Signers[0].TimestampTime) {
				t.Errorf("%s: bit %d makes another time pass", name, bit)
			}
		})
		t.Logf("%s: %d octets, %d changes decide nothing", name, len(data), passed)
	}
}

func TestNoChangedBitMakesAnotherStampPass(t *testing.T) {
	data, doc := pkidev.File(t, "tsp/g-order-ku.tst"), cms.Octets(pkidev.File(t, "cms/order.txt"))
	opt := options(t)
	token, err := cms.ParseToken(data)
	if err != nil {
		t.Fatal(err)
	}
	if r := cms.VerifyToken(token, doc, opt); r.Verdict != pki.Passed {
		t.Fatalf("%s %v", r.Reason, r.Notes)
	}
	eachBit(data, 8*len(data), func(bit int, changed []byte) {
		other, err := cms.ParseToken(changed)
		if err != nil {
			return
		}
		r := cms.VerifyToken(other, doc, opt)
		if r.Verdict == pki.Passed && !bytes.Equal(other.Content, token.Content) {
			t.Errorf("bit %d makes another stamp that passes", bit)
		}
	})
}
