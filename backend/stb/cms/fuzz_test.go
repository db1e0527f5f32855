package cms_test

import (
	"bytes"
	"strings"
	"testing"

	"akno/backend/stb/cms"
	"akno/backend/stb/internal/pkidev"
)

func FuzzSignedData(f *testing.F) {
	for _, e := range pkidev.Entries(f, "cms") {
		if strings.HasSuffix(e.File, ".p7s") {
			f.Add(pkidev.File(f, e.File))
		}
	}
	f.Add(newForge(f).encode(f))
	opt, doc := options(f), cms.Octets(pkidev.File(f, "cms/order.txt"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var sd *cms.SignedData
		var err error
		pkidev.Bounded(t, len(data), func() { sd, err = cms.Parse(data) })
		if err != nil {
			return
		}
		if !bytes.Equal(sd.Raw, data) {
			t.Error("the message is not the octets that were read")
		}
		if r := cms.Verify(sd, doc, opt); r.Verdict == "" || r.Verdict != r.Reason.Verdict() {
			t.Errorf("verdict %q for %q", r.Verdict, r.Reason)
		}
		if out, err := cms.AddValidationData(data, nil, nil, nil); err == nil {
			if _, err := cms.Parse(out); err != nil {
				t.Errorf("a message put together again does not parse: %v", err)
			}
		}
	})
}

func FuzzToken(f *testing.F) {
	f.Add(pkidev.File(f, "tsp/g-order-ku.tst"))
	opt, doc := options(f), cms.Octets(pkidev.File(f, "cms/order.txt"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var token *cms.Token
		var err error
		pkidev.Bounded(t, len(data), func() { token, err = cms.ParseToken(data) })
		if err != nil {
			return
		}
		if r := cms.VerifyToken(token, doc, opt); r.Verdict != r.Reason.Verdict() {
			t.Errorf("verdict %q for %q", r.Verdict, r.Reason)
		}
	})
}
