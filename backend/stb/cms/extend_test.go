package cms_test

import (
	"errors"
	"testing"
	"time"

	"akno/backend/stb/cms"
	"akno/backend/stb/internal/pkidev"
	"akno/backend/stb/ocsp"
	"akno/backend/stb/pki"
	"akno/backend/stb/tsp"
)

// stamp makes a token over data by a service of the set.
func stamp(t testing.TB, name string, data []byte, at time.Time) []byte {
	t.Helper()
	s := &tsp.Service{Certificate: certificate(t, "certs/"+name+".cer"), Signer: key(t, name)}
	h := pki.AlgorithmFor(s.Certificate.PublicKey).Hash
	token, err := s.Stamp(tsp.Imprint(h, h.Sum(data), nil), "\x05", at)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// signatureOf returns the signature value of signer i.
func signatureOf(t testing.TB, data []byte, i int) []byte {
	t.Helper()
	sd, err := cms.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return sd.Signers[i].Signature
}

func mustStamp(t testing.TB, sig []byte, at time.Time) []byte {
	t.Helper()
	out, err := cms.AddStamp(sig, 0, stamp(t, "g-tsa", signatureOf(t, sig, 0), at))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestStampAndValidationDataRaiseTheLevel(t *testing.T) {
	doc := cms.Octets(pkidev.File(t, "cms/order.txt"))
	sig := mustSign(t, doc, signOptions(t, "g-fl1"))
	before := signatureOf(t, sig, 0)
	sig = mustStamp(t, sig, pkidev.At.Add(-30*time.Second))
	if r := cms.VerifyOctets(sig, doc, options(t)); r.Verdict != pki.Passed || r.Level != cms.LevelBT {
		t.Fatalf("with a stamp: %s %s %v", r.Reason, r.Level, r.Signers[0].Notes)
	}
	answer, err := ocsp.ParseResponse(pkidev.File(t, "ocsp/g-fl1.resp"))
	if err != nil {
		t.Fatal(err)
	}
	sig, err = cms.AddValidationData(sig,
		[]*pki.Certificate{certificate(t, "certs/g-ruc.cer"), certificate(t, "certs/g-ruc.cer")},
		[]*pki.RevocationList{list(t, "crl/g-ruc.crl"), list(t, "crl/g-root.crl")}, []*ocsp.Response{answer})
	if err != nil {
		t.Fatal(err)
	}
	opt := cms.Options{At: pkidev.At, Verifier: pki.Verifier{Anchors: []*pki.Certificate{certificate(t, "certs/g-root.cer")}}}
	r := cms.VerifyOctets(sig, doc, opt)
	if r.Verdict != pki.Passed || r.Level != cms.LevelBLT || !r.Signers[0].TimestampTime.Equal(pkidev.At.Add(-30*time.Second)) {
		t.Fatalf("with validation data: %s %s %v", r.Reason, r.Level, r.Signers[0].Notes)
	}
	if string(signatureOf(t, sig, 0)) != string(before) {
		t.Error("the signature changed")
	}
	sd, err := cms.Parse(sig)
	if err != nil {
		t.Fatal(err)
	}
	if sd.Version != 5 || len(sd.Certificates) != 2 || len(sd.CRLs) != 2 || len(sd.OCSP) != 1 {
		t.Errorf("version %d, %d certificates, %d lists, %d answers", sd.Version, len(sd.Certificates), len(sd.CRLs), len(sd.OCSP))
	}
}

func TestAddStampRefusesAStampOfOtherData(t *testing.T) {
	sig := mustSign(t, cms.Octets(nil), signOptions(t, "g-fl1"))
	if _, err := cms.AddStamp(sig, 0, stamp(t, "g-tsa", []byte("other"), pkidev.At)); !errors.Is(err, cms.ErrStamp) {
		t.Errorf("got %v", err)
	}
	if _, err := cms.AddStamp(sig, 1, stamp(t, "g-tsa", signatureOf(t, sig, 0), pkidev.At)); !errors.Is(err, cms.ErrStamp) {
		t.Errorf("second signer: got %v", err)
	}
}

func TestParallelSignaturesAreIndependent(t *testing.T) {
	doc := pkidev.File(t, "cms/order.txt")
	for _, attached := range []bool{true, false} {
		opt := signOptions(t, "g-fl1")
		var content cms.Content = cms.Octets(doc)
		if attached {
			opt.Attached = doc
		}
		sig, err := cms.AddSigner(mustSign(t, content, opt), content, signOptions(t, "g-up1"))
		if err != nil {
			t.Fatal(err)
		}
		r := cms.VerifyOctets(sig, content, options(t))
		if r.Verdict != pki.Passed || len(r.Signers) != 2 || r.Signers[0].Certificate.Equal(r.Signers[1].Certificate) {
			t.Errorf("attached %v: %s, %d signers", attached, r.Reason, len(r.Signers))
		}
	}
}

func TestStampProvesThatTheSignatureIsOlderThanTheEndOfTheCertificate(t *testing.T) {
	doc := cms.Octets(pkidev.File(t, "cms/order.txt"))
	sig := mustStamp(t, mustSign(t, doc, signOptions(t, "g-fl1")), pkidev.At)
	opt := options(t)
	opt.Verifier.CRLs = nil
	// The person's certificate ends on 2027-10-01; so does the service's, therefore
	// a service that lives longer is not in the set and the stamp falls too.
	opt.At = time.Date(2027, 9, 30, 23, 0, 0, 0, time.UTC)
	if r := cms.VerifyOctets(sig, doc, opt); r.Verdict != pki.Passed {
		t.Errorf("an hour before the end: %s", r.Reason)
	}
	opt.At = time.Date(2027, 10, 1, 0, 0, 1, 0, time.UTC)
	if r := cms.VerifyOctets(sig, doc, opt); r.Reason != pki.OutOfBoundsNoPOE {
		t.Errorf("after the end of both: %s", r.Reason)
	}
}

func TestStampBeforeTheRevocationSavesTheSignatureAndOneAfterDoesNot(t *testing.T) {
	data, doc := pkidev.File(t, "cms/g-fl-revoked-detached-bt.p7s"), cms.Octets(pkidev.File(t, "cms/order.txt"))
	if r := cms.VerifyOctets(data, doc, options(t)); r.Verdict != pki.Passed {
		t.Errorf("stamped before: %s", r.Reason)
	}
	opt := options(t)
	opt.IgnoreStamps = true
	if r := cms.VerifyOctets(data, doc, opt); r.Reason != pki.RevokedNoPOE || r.Level != cms.LevelBB {
		t.Errorf("stamps ignored: %s %s", r.Reason, r.Level)
	}
	late := pkidev.File(t, "cms/neg/g-fl-revoked-bb.p7s")
	if r := cms.VerifyOctets(mustStamp(t, late, pkidev.At), doc, options(t)); r.Reason != pki.RevokedNoPOE {
		t.Errorf("stamped after: %s", r.Reason)
	}
}
