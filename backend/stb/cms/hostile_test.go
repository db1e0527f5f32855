package cms_test

import (
	"bytes"
	"encoding/asn1"
	"testing"
	"time"

	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/bign"
	"akno/backend/stb/cms"
	"akno/backend/stb/internal/der"
	"akno/backend/stb/internal/pkidev"
	"akno/backend/stb/ocsp"
	"akno/backend/stb/pki"
)

// TestWorkOnAHostileMessageIsBounded gives the verifier a message made to be as
// expensive as the limits allow: 64 signers, a tangle of authorities of one
// name that certify one another, and lists that all claim to be theirs.
func TestWorkOnAHostileMessageIsBounded(t *testing.T) {
	f := newForge(t)
	ruc := certificate(t, "certs/g-ruc.cer")
	var keys []*bign.PrivateKey
	for range 14 {
		k, err := bign.GenerateKey(bign.Curve256v1())
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, k)
	}
	tangle := func(issuer, subject *bign.PrivateKey, kind pki.Kind, name pki.Name) *pki.Certificate {
		tmpl := pki.NewTemplate(kind, pki.ProfileGosSUOK)
		tmpl.Serial, tmpl.Subject, tmpl.NotBefore, tmpl.NotAfter = "\x05", name, year2026, year2026.AddDate(1, 0, 0)
		self := pki.NewTemplate(pki.KindIssuing, pki.ProfileGosSUOK)
		self.Serial, self.Subject, self.NotBefore, self.NotAfter = "\x05", ruc.Subject, tmpl.NotBefore, tmpl.NotAfter
		raw, err := pki.CreateCertificate(self, nil, issuer.PublicKey(), issuer)
		if err != nil {
			t.Fatal(err)
		}
		parent, err := pki.ParseCertificate(raw)
		if err != nil {
			t.Fatal(err)
		}
		if raw, err = pki.CreateCertificate(tmpl, parent, subject.PublicKey(), issuer); err != nil {
			t.Fatal(err)
		}
		c, err := pki.ParseCertificate(raw)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	f.cert = tangle(keys[0], f.key, pki.KindPerson, certificate(t, "certs/g-fl1.cer").Subject)
	f.attributes[3] = attr(idReference, reference(f.cert))
	f.certs = [][]byte{f.cert.Raw}
	for _, a := range keys {
		for _, b := range keys {
			if a != b {
				f.certs = append(f.certs, tangle(a, b, pki.KindIssuing, ruc.Subject).Raw)
			}
		}
	}
	for range 100 {
		f.revocation = append(f.revocation, pkidev.File(t, "crl/neg/g-ruc-bitflip.crl"))
	}
	data := manySigners(t, f.encode(t), 64)
	start := time.Now()
	r := cms.VerifyOctets(data, cms.Octets(f.content), options(t))
	if len(r.Signers) != 64 || r.Verdict != pki.Indeterminate {
		t.Fatalf("%d signers, %s", len(r.Signers), r.Reason)
	}
	// Some hundred milliseconds; without limits it would be years.
	if took := time.Since(start); took > time.Minute {
		t.Errorf("took %v", took)
	}
}

// TestWorkOnManyStatusResponsesIsBounded gives it as many broken answers of the true responder, for as many
// signers as are read.
func TestWorkOnManyStatusResponsesIsBounded(t *testing.T) {
	f := newForge(t)
	responder, err := bign.NewPrivateKey(bign.Curve256v1(), pkidev.PrivateKey(t, "g-ocsp"))
	if err != nil {
		t.Fatal(err)
	}
	answer := brokenAnswer(t, f.cert, certificate(t, "certs/g-ruc.cer"), certificate(t, "certs/g-ocsp.cer"), responder)
	for range 200 {
		f.revocation = append(f.revocation, answer)
	}
	data := manySigners(t, f.encode(t), 64)
	start := time.Now()
	r := cms.VerifyOctets(data, cms.Octets(f.content), options(t))
	if len(r.Signers) != 64 || r.Verdict != pki.Passed { // by the list that is at hand besides
		t.Fatalf("%d signers, %s", len(r.Signers), r.Reason)
	}
	if took := time.Since(start); took > time.Minute {
		t.Errorf("took %v", took)
	}
}

// manySigners repeats the only signer of a message.
func manySigners(t testing.TB, data []byte, n int) []byte {
	t.Helper()
	outer := split(t, data)
	body := split(t, split(t, outer[1])[0])
	signer := split(t, body[len(body)-1])[0]
	body[len(body)-1] = der.Element(tag.SET, bytes.Repeat(signer, n))
	return seq(outer[0], der.Element(der.Explicit(0), seq(body...)))
}

// brokenAnswer is a status response as revocation data of a message that says a hundred times that a certificate is
// good, and that was changed after it was signed.
func brokenAnswer(t testing.TB, cert, issuer, responder *pki.Certificate, key *bign.PrivateKey) []byte {
	t.Helper()
	id, err := ocsp.NewCertID(cert, issuer)
	if err != nil {
		t.Fatal(err)
	}
	singles := make([]ocsp.Single, 100)
	for i := range singles {
		singles[i] = ocsp.Single{CertID: id, State: pki.StateGood, ThisUpdate: pkidev.At}
	}
	raw, err := ocsp.CreateResponse(singles, pkidev.At, nil, responder, key)
	if err != nil {
		t.Fatal(err)
	}
	raw[bytes.Index(raw, []byte(pkidev.At.Format("20060102150405Z")))+13] ^= 1 // a second
	return der.Element(der.Explicit(1), append(der.OID(asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 16, 2}), raw...))
}
