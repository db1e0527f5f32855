package pki_test

import (
	"bytes"
	"strings"
	"testing"

	"akno/backend/stb/internal/pkidev"
	"akno/backend/stb/pki"
)

// seed adds the files of a folder of the set with an ending.
func seed(f *testing.F, folder, ending string) {
	f.Helper()
	for _, e := range pkidev.Entries(f, folder) {
		if strings.HasSuffix(e.File, ending) {
			f.Add(pkidev.File(f, e.File))
		}
	}
}

func FuzzCertificate(f *testing.F) {
	seed(f, "certs", ".cer")
	root := certificate(f, "certs/g-root.cer")
	v := &pki.Verifier{Anchors: []*pki.Certificate{root}, Intermediates: []*pki.Certificate{certificate(f, "certs/g-ruc.cer")}}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := pki.ReadCertificate(data)
		if err != nil {
			return
		}
		if !bytes.Equal(c.Raw, data) || !bytes.Contains(data, c.RawTBS) {
			t.Error("the certificate is not the octets that were read")
		}
		_ = c.Holder()
		_ = c.Subject.String()
		for _, p := range []pki.Profile{pki.ProfileGosSUOK, pki.ProfileBPKI} {
			v := *v
			v.Profile = p
			if r := v.Verify(c, pki.PurposeSign, pkidev.At); c.Defect() != nil && r.Verdict == pki.Passed {
				t.Errorf("passed in spite of %v", c.Defect())
			}
		}
	})
}

func FuzzRevocationList(f *testing.F) {
	seed(f, "crl", ".crl")
	issuer := certificate(f, "certs/g-ruc.cer")
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := pki.ParseRevocationList(data)
		if err != nil {
			return
		}
		_ = l.CheckSignatureFrom(issuer)
		for i := range l.Len() {
			e := l.Entry(i)
			if _, ok := l.Lookup(e.Serial); !ok {
				t.Errorf("entry %d is not found", i)
			}
		}
	})
}

func FuzzRequest(f *testing.F) {
	seed(f, "csr", ".csr")
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := pki.ParseRequest(data)
		if err != nil {
			return
		}
		if r.PublicKey == nil {
			t.Error("no key")
		}
		_ = r.Verify()
	})
}

func FuzzName(f *testing.F) {
	f.Add(certificate(f, "certs/g-root.cer").Subject.Raw)
	f.Add(certificate(f, "certs/b-lr384.cer").Subject.Raw)
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := pki.ParseName(data)
		if err == nil && (!n.Equal(n) || n.String() == "" && !n.Empty()) {
			t.Errorf("%x", data)
		}
	})
}
