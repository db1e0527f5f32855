package ocsp_test

import (
	"bytes"
	"testing"

	"akno/backend/stb/internal/pkidev"
	"akno/backend/stb/ocsp"
	"akno/backend/stb/pki"
)

// The certificates beside an answer are proposals; everything else is signed or is
// the signature.
func TestNoChangedBitMakesAnotherAnswerPass(t *testing.T) {
	data := pkidev.File(t, "ocsp/g-fl1.resp")
	opt := options(t, "certs/g-ruc.cer")
	good, err := ocsp.ParseResponse(data)
	if err != nil {
		t.Fatal(err)
	}
	if r := ocsp.Verify(good, opt); r.Verdict != pki.Passed {
		t.Fatalf("%s %v", r.Reason, r.Notes)
	}
	for i := range 8 * len(data) {
		changed := bytes.Clone(data)
		changed[i/8] ^= 1 << (i % 8)
		r, err := ocsp.ParseResponse(changed)
		if err != nil {
			continue
		}
		if report := ocsp.Verify(r, opt); report.Verdict == pki.Passed && !bytes.Equal(r.RawData, good.RawData) {
			t.Errorf("bit %d makes another answer that passes", i)
		}
	}
}
