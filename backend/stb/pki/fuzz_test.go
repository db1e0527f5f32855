package pki_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/internal/der"
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

// signed puts the three parts of a signed object together in DER.
func signed(tbs []byte, alg pki.AlgorithmIdentifier, sig []byte) []byte {
	bits := der.Element(tag.BIT_STRING, append([]byte{0}, sig...))
	return der.Element(tag.SEQUENCE, slices.Concat(tbs, alg.Raw, bits))
}

func FuzzCertificate(f *testing.F) {
	seed(f, "certs", ".cer")
	root := certificate(f, "certs/g-root.cer")
	v := &pki.Verifier{Anchors: []*pki.Certificate{root}, Intermediates: []*pki.Certificate{certificate(f, "certs/g-ruc.cer")}}
	f.Fuzz(func(t *testing.T, data []byte) {
		var c *pki.Certificate
		var err error
		pkidev.Bounded(t, len(data), func() { c, err = pki.ReadCertificate(data) })
		if err != nil {
			return
		}
		if c.Defect() == nil && !bytes.Equal(signed(c.RawTBS, c.SignatureAlgorithm, c.Signature), data) {
			t.Errorf("put together again it is another certificate: %x", data)
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
		var l *pki.RevocationList
		var err error
		pkidev.Bounded(t, len(data), func() { l, err = pki.ParseRevocationList(data) })
		if err != nil {
			return
		}
		if !bytes.Equal(signed(l.RawTBS, l.SignatureAlgorithm, l.Signature), data) {
			t.Errorf("put together again it is another list: %x", data)
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
		var r *pki.CertificateRequest
		var err error
		pkidev.Bounded(t, len(data), func() { r, err = pki.ParseRequest(data) })
		if err != nil {
			return
		}
		if r.PublicKey == nil {
			t.Error("no key")
		}
		if !bytes.Equal(signed(r.RawTBS, r.SignatureAlgorithm, r.Signature), data) {
			t.Errorf("put together again it is another request: %x", data)
		}
		_ = r.Verify()
	})
}

func FuzzName(f *testing.F) {
	f.Add(certificate(f, "certs/g-root.cer").Subject.Raw)
	f.Add(certificate(f, "certs/b-lr384.cer").Subject.Raw)
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := pki.ParseName(data)
		if err != nil {
			return
		}
		if !n.Equal(n) || n.String() == "" && !n.Empty() || !bytes.Equal(n.Raw, data) {
			t.Errorf("%x", data)
		}
		// Written anew it is the same name, if it can be written at all.
		var all []pki.Attribute
		for _, rdn := range n.RDNs {
			if len(rdn) != 1 {
				return
			}
			all = append(all, rdn[0])
		}
		if again, err := pki.NewName(all...); err == nil {
			if parsed, err := pki.ParseName(again.Raw); err != nil || !parsed.Equal(again) {
				t.Errorf("%x written anew: %v", data, err)
			}
		}
	})
}

func FuzzPublicKey(f *testing.F) {
	for _, e := range pkidev.Entries(f, "certs") {
		if c, err := pki.ReadCertificate(pkidev.File(f, e.File)); err == nil {
			f.Add(c.RawSubjectPublicKeyInfo)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		key, err := pki.ParsePublicKey(data)
		if (key == nil) != (err != nil) {
			t.Fatalf("key %v, error %v", key != nil, err)
		}
		if err == nil && !bytes.Equal(pki.MarshalPublicKey(key), data) {
			t.Errorf("written again it is another key: %x", data)
		}
	})
}
