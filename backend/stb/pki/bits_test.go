package pki_test

import (
	"bytes"
	"testing"

	"akno/backend/stb/internal/pkidev"
	"akno/backend/stb/pki"
)

// Every octet of a certificate and of a list is signed or is the signature, so no
// changed bit may go unnoticed.
func TestEveryBitOfACertificateMatters(t *testing.T) {
	v := &pki.Verifier{
		Anchors:       []*pki.Certificate{certificate(t, "certs/g-root.cer")},
		Intermediates: []*pki.Certificate{certificate(t, "certs/g-ruc.cer")},
	}
	data := pkidev.File(t, "certs/g-fl1.cer")
	if r := v.Verify(certificate(t, "certs/g-fl1.cer"), pki.PurposeSign, pkidev.At); r.Verdict != pki.Passed {
		t.Fatal(r.Reason)
	}
	for i := range 8 * len(data) {
		changed := bytes.Clone(data)
		changed[i/8] ^= 1 << (i % 8)
		c, err := pki.ReadCertificate(changed)
		if err != nil {
			continue
		}
		if r := v.Verify(c, pki.PurposeAny, pkidev.At); r.Verdict == pki.Passed {
			t.Errorf("bit %d does not matter", i)
		}
	}
}

func TestEveryBitOfAListMatters(t *testing.T) {
	data, issuer := pkidev.File(t, "crl/g-ruc.crl"), certificate(t, "certs/g-ruc.cer")
	for i := range 8 * len(data) {
		changed := bytes.Clone(data)
		changed[i/8] ^= 1 << (i % 8)
		l, err := pki.ParseRevocationList(changed)
		if err != nil {
			continue
		}
		if reason, err := l.Verify(issuer, pkidev.At); err == nil || reason == pki.OK {
			t.Errorf("bit %d does not matter", i)
		}
	}
}

func TestEveryBitOfARequestMatters(t *testing.T) {
	data := pkidev.File(t, "csr/b-fl384.csr")
	for i := range 8 * len(data) {
		changed := bytes.Clone(data)
		changed[i/8] ^= 1 << (i % 8)
		if r, err := pki.ParseRequest(changed); err == nil && r.Verify() == nil {
			t.Errorf("bit %d does not matter", i)
		}
	}
}
