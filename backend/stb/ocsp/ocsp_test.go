package ocsp_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"akno/backend/stb/bign"
	"akno/backend/stb/internal/pkidev"
	"akno/backend/stb/ocsp"
	"akno/backend/stb/pki"
)

func certificate(t testing.TB, name string) *pki.Certificate {
	t.Helper()
	c, err := pki.ParseCertificate(pkidev.File(t, name))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return c
}

func response(t testing.TB, name string) *ocsp.Response {
	t.Helper()
	r, err := ocsp.ParseResponse(pkidev.File(t, name))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return r
}

func key(t testing.TB, name string) *bign.PrivateKey {
	t.Helper()
	k, err := bign.NewPrivateKey(bign.Curve256v1(), pkidev.PrivateKey(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func options(t testing.TB, issuer string) ocsp.Options {
	o := ocsp.Options{Issuer: certificate(t, issuer), At: pkidev.At}
	if strings.HasPrefix(issuer, "certs/b") {
		o.Verifier.Anchors = []*pki.Certificate{certificate(t, "certs/b-root.cer")}
		o.Verifier.Intermediates = []*pki.Certificate{certificate(t, "certs/b-ca.cer")}
	} else {
		o.Verifier.Anchors = []*pki.Certificate{certificate(t, "certs/g-root.cer")}
	}
	return o
}

func TestVerifyAnswersAsTheManifestSays(t *testing.T) {
	for _, e := range pkidev.Entries(t, "ocsp") {
		if !strings.HasSuffix(e.File, ".resp") {
			continue
		}
		opt := options(t, e.Issuer)
		if e.Request != "" {
			r, err := ocsp.ParseRequest(pkidev.File(t, e.Request))
			if err != nil {
				t.Fatal(err)
			}
			opt.Request = r
		}
		subject := "certs/g-fl1.cer"
		state := pki.StateGood
		switch {
		case strings.Contains(e.File, "revoked"):
			subject, state = "certs/neg/g-fl-revoked.cer", pki.StateRevoked
		case strings.Contains(e.File, "b-fl384"):
			subject = "certs/b-fl384.cer"
		}
		opt.Certificate = certificate(t, subject)
		want := map[string]pki.Reason{
			"bad_signature": pki.SigCryptoFailure, "unauthorised responder": pki.ChainConstraintsFailure, "": pki.OK,
		}[e.Reason]
		r := ocsp.Verify(response(t, e.File), opt)
		if r.Reason != want {
			t.Errorf("%s: %s %v, want %s", e.File, r.Reason, r.Notes, want)
		}
		if want == pki.OK && r.Single.State != state {
			t.Errorf("%s: state %s, want %s", e.File, r.Single.State, state)
		}
		if state == pki.StateRevoked && (r.Single.Revocation.Reason != pki.ReasonKeyCompromise ||
			!r.Single.Revocation.At.Truncate(time.Minute).Equal(time.Date(2026, 2, 20, 8, 30, 0, 0, time.UTC))) {
			t.Errorf("%s: %+v", e.File, r.Single.Revocation)
		}
	}
}

// answer makes a response by the responder of hierarchy G, or by another.
func answer(t testing.TB, who string, nonce []byte, change func(*ocsp.Single)) *ocsp.Response {
	t.Helper()
	id, err := ocsp.NewCertID(certificate(t, "certs/g-fl1.cer"), certificate(t, "certs/g-ruc.cer"))
	if err != nil {
		t.Fatal(err)
	}
	s := ocsp.Single{CertID: id, State: pki.StateGood, ThisUpdate: pkidev.At.Add(-time.Minute), NextUpdate: pkidev.At.Add(time.Hour)}
	if change != nil {
		change(&s)
	}
	raw, err := ocsp.CreateResponse([]ocsp.Single{s}, pkidev.At, nonce, certificate(t, "certs/"+who+".cer"), key(t, who))
	if err != nil {
		t.Fatal(err)
	}
	r, err := ocsp.ParseResponse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestResponsesAreBelievedOnlyWhenTheyMay(t *testing.T) {
	revoked := pki.Revocation{At: pkidev.At.Add(-time.Hour), HasReason: true, Reason: pki.ReasonSuperseded}
	for name, tc := range map[string]struct {
		who    string
		change func(*ocsp.Single)
		want   pki.Reason
	}{
		"delegated":        {"g-ocsp", nil, pki.OK},
		"by the issuer":    {"g-ruc", nil, pki.OK},
		"by another CA":    {"g-root", nil, pki.TryLater},
		"by a person":      {"g-fl2", nil, pki.TryLater},
		"by a TSA":         {"g-tsa", nil, pki.TryLater},
		"revoked":          {"g-ocsp", func(s *ocsp.Single) { s.State, s.Revocation = pki.StateRevoked, revoked }, pki.RevokedNoPOE},
		"unknown":          {"g-ocsp", func(s *ocsp.Single) { s.State = pki.StateUnknown }, pki.TryLater},
		"of another issue": {"g-ocsp", func(s *ocsp.Single) { s.CertID.Serial = "\x05" }, pki.TryLater},
		"of another name":  {"g-ocsp", func(s *ocsp.Single) { s.CertID.IssuerNameHash = make([]byte, 32) }, pki.TryLater},
		"of another key":   {"g-ocsp", func(s *ocsp.Single) { s.CertID.IssuerKeyHash = make([]byte, 32) }, pki.TryLater},
		"on hold": {"g-ocsp", func(s *ocsp.Single) {
			s.State, s.Revocation = pki.StateSuspended, revoked
			s.Revocation.Reason = pki.ReasonCertificateHold
		}, pki.TryLater},
		"never issued": {"g-ocsp", func(s *ocsp.Single) {
			s.State = pki.StateRevoked
			s.Revocation = pki.Revocation{At: time.Unix(0, 0), HasReason: true, Reason: pki.ReasonCertificateHold}
		}, pki.RevokedNoPOE},
		"stale": {"g-ocsp", func(s *ocsp.Single) {
			s.ThisUpdate, s.NextUpdate = pkidev.At.Add(-2*time.Hour), pkidev.At.Add(-time.Hour)
		}, pki.TryLater},
		"of the future": {"g-ocsp", func(s *ocsp.Single) {
			s.ThisUpdate, s.NextUpdate = pkidev.At.Add(time.Hour), pkidev.At.Add(2*time.Hour)
		}, pki.TryLater},
	} {
		t.Run(name, func(t *testing.T) {
			v := pki.Verifier{
				Anchors: []*pki.Certificate{certificate(t, "certs/g-root.cer")}, Intermediates: []*pki.Certificate{certificate(t, "certs/g-ruc.cer")},
				OCSP: []pki.StatusSource{answer(t, tc.who, nil, tc.change)},
			}
			r := v.Verify(certificate(t, "certs/g-fl1.cer"), pki.PurposeSign, pkidev.At)
			if r.Reason != tc.want {
				t.Errorf("got %s %v, want %s", r.Reason, r.Notes, tc.want)
			}
			if tc.want == pki.OK && r.RevocationSource != "ocsp" {
				t.Errorf("source %q", r.RevocationSource)
			}
		})
	}
}

func TestARevokedResponderIsNotBelieved(t *testing.T) {
	ca, responder := certificate(t, "certs/g-ruc.cer"), certificate(t, "certs/g-ocsp.cer")
	raw, err := pki.CreateRevocationList(&pki.RevocationListTemplate{
		Number: pki.NumberSerial(9), ThisUpdate: pkidev.At.Add(-time.Hour), NextUpdate: pkidev.At.Add(time.Hour),
		Entries: []pki.Revocation{{Serial: responder.Serial, At: pkidev.At.Add(-time.Hour), Reason: pki.ReasonKeyCompromise}},
	}, ca, key(t, "g-ruc"))
	if err != nil {
		t.Fatal(err)
	}
	l, err := pki.ParseRevocationList(raw)
	if err != nil {
		t.Fatal(err)
	}
	revoked := pki.Revocation{At: pkidev.At.Add(-time.Hour), HasReason: true, Reason: pki.ReasonSuperseded}
	v := pki.Verifier{
		Anchors: []*pki.Certificate{certificate(t, "certs/g-root.cer")}, Intermediates: []*pki.Certificate{ca}, CRLs: []*pki.RevocationList{l},
		OCSP: []pki.StatusSource{answer(t, "g-ocsp", nil, func(s *ocsp.Single) { s.State, s.Revocation = pki.StateRevoked, revoked })},
	}
	if r := v.Verify(certificate(t, "certs/g-fl1.cer"), pki.PurposeSign, pkidev.At); r.Reason != pki.OK || r.RevocationSource != "crl" {
		t.Errorf("got %s by %s %v", r.Reason, r.RevocationSource, r.Notes)
	}
}

func TestNonceTiesTheResponseToTheRequest(t *testing.T) {
	id, err := ocsp.NewCertID(certificate(t, "certs/g-fl1.cer"), certificate(t, "certs/g-ruc.cer"))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := ocsp.CreateRequest([]ocsp.CertID{id}, []byte("0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	q, err := ocsp.ParseRequest(raw)
	if err != nil || !q.Asks(certificate(t, "certs/g-fl1.cer"), certificate(t, "certs/g-ruc.cer")) {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		nonce []byte
		want  pki.Reason
	}{
		"the same": {q.Nonce, pki.OK}, "none": {nil, pki.OK}, "another": {append([]byte{4, 16}, bytes.Repeat([]byte{7}, 16)...), pki.FormatFailure},
	} {
		opt := options(t, "certs/g-ruc.cer")
		opt.Request = q
		if r := ocsp.Verify(answer(t, "g-ocsp", tc.nonce, nil), opt); r.Reason != tc.want {
			t.Errorf("%s: %s %v", name, r.Reason, r.Notes)
		}
	}
	opt := options(t, "certs/g-ruc.cer")
	opt.Request = q
	other := answer(t, "g-ocsp", nil, func(s *ocsp.Single) { s.CertID.Serial = "\x09" })
	if r := ocsp.Verify(other, opt); r.Reason != pki.FormatFailure {
		t.Errorf("an answer about another certificate: %s", r.Reason)
	}
	opt.Request, opt.Certificate = nil, certificate(t, "certs/g-fl1.cer")
	if r := ocsp.Verify(other, opt); r.Verdict == pki.Passed {
		t.Errorf("not about the certificate: %s", r.Reason)
	}
}

func TestErrorsAreNoAnswers(t *testing.T) {
	for _, code := range []ocsp.ResponseStatus{ocsp.MalformedRequest, ocsp.InternalError, ocsp.TryLater, ocsp.SigRequired, ocsp.Unauthorized} {
		r, err := ocsp.ParseResponse(ocsp.ErrorResponse(code))
		if err != nil || r.Code != code {
			t.Errorf("%d: %v", code, err)
			continue
		}
		if _, err := r.Responder(certificate(t, "certs/g-ruc.cer")); !errors.Is(err, ocsp.ErrNotSuccessful) {
			t.Errorf("%d: %v", code, err)
		}
		if got := ocsp.Verify(r, options(t, "certs/g-ruc.cer")); got.Verdict == pki.Passed {
			t.Errorf("%d passed", code)
		}
	}
	for _, raw := range [][]byte{{}, {0x30, 3, 10, 1, 4}, {0x30, 3, 10, 1, 0}, {0x30, 3, 10, 1, 7}} {
		if _, err := ocsp.ParseResponse(raw); !errors.Is(err, ocsp.ErrMalformed) {
			t.Errorf("%x: %v", raw, err)
		}
	}
}

func TestRequestOfTheSetReencodesToTheSameOctets(t *testing.T) {
	raw := pkidev.File(t, "ocsp/g-fl1.req")
	r, err := ocsp.ParseRequest(raw)
	if err != nil {
		t.Fatal(err)
	}
	again, err := ocsp.CreateRequest(r.CertIDs, r.Nonce[2:])
	if err != nil || !bytes.Equal(raw, again) {
		t.Errorf("%v\n%x\n%x", err, raw, again)
	}
	id, err := ocsp.NewCertID(certificate(t, "certs/g-fl1.cer"), certificate(t, "certs/g-ruc.cer"))
	if err != nil || !id.Equal(r.CertIDs[0]) {
		t.Errorf("%v: identifier differs", err)
	}
}

func TestSuccessfulResponseNeedsAnAnswerAndTheRightKey(t *testing.T) {
	c := certificate(t, "certs/g-ocsp.cer")
	if _, err := ocsp.CreateResponse(nil, pkidev.At, nil, c, key(t, "g-ocsp")); err == nil {
		t.Error("a response without an answer")
	}
	s := []ocsp.Single{{CertID: ocsp.CertID{Hash: pki.BeltHash.OID, Serial: "\x01"}, State: "odd", ThisUpdate: pkidev.At}}
	if _, err := ocsp.CreateResponse(s, pkidev.At, nil, c, key(t, "g-ocsp")); err == nil {
		t.Error("an odd state")
	}
	s[0].State = pki.StateGood
	if _, err := ocsp.CreateResponse(s, pkidev.At, nil, c, key(t, "g-fl1")); err == nil {
		t.Error("another key")
	}
}

func FuzzResponse(f *testing.F) {
	for _, e := range pkidev.Entries(f, "ocsp") {
		if strings.HasSuffix(e.File, ".resp") {
			f.Add(pkidev.File(f, e.File))
		}
	}
	opt := options(f, "certs/g-ruc.cer")
	cert := certificate(f, "certs/g-fl1.cer")
	f.Fuzz(func(t *testing.T, data []byte) {
		var r *ocsp.Response
		var err error
		pkidev.Bounded(t, len(data), func() { r, err = ocsp.ParseResponse(data) })
		if err != nil {
			return
		}
		if !bytes.Equal(r.Raw, data) || !bytes.Contains(data, r.RawData) {
			t.Error("the response is not the octets that were read")
		}
		if report := ocsp.Verify(r, opt); report.Verdict != report.Reason.Verdict() {
			t.Errorf("verdict %q for %q", report.Verdict, report.Reason)
		}
		_, _ = r.Status(cert, opt.Issuer)
	})
}

func FuzzRequest(f *testing.F) {
	f.Add(pkidev.File(f, "ocsp/g-fl1.req"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var r *ocsp.Request
		var err error
		pkidev.Bounded(t, len(data), func() { r, err = ocsp.ParseRequest(data) })
		if err != nil {
			return
		}
		if len(r.CertIDs) == 0 {
			t.Error("a request about nothing")
		}
		raw, err := ocsp.CreateRequest(r.CertIDs, nil)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ocsp.ParseRequest(raw)
		if err != nil || len(again.CertIDs) != len(r.CertIDs) {
			t.Fatalf("written anew: %v", err)
		}
		for i, id := range r.CertIDs {
			if !id.Equal(again.CertIDs[i]) {
				t.Errorf("question %d differs: %+v %+v", i, id, again.CertIDs[i])
			}
		}
	})
}

// What the strict profile leaves out of a response is noted; what the response says still counts.
func TestTheStrictProfileNotesTheFormOfResponses(t *testing.T) {
	for name, tc := range map[string]struct {
		nonce  []byte
		change func(r *ocsp.Response)
		want   string
	}{
		"to the letter":   {},
		"with extensions": {nonce: []byte("12345678"), want: "it has extensions"},
		"with two certificates": {change: func(r *ocsp.Response) {
			r.Certificates = append(r.Certificates, r.Certificates[0])
		}, want: "more than one certificate"},
	} {
		r := answer(t, "g-ocsp", tc.nonce, nil)
		if tc.change != nil {
			tc.change(r)
		}
		cert, issuer := certificate(t, "certs/g-fl1.cer"), certificate(t, "certs/g-ruc.cer")
		s, err := r.Status(cert, issuer)
		if notes := strings.Join(s.Notes, "; "); err != nil || s.State != pki.StateGood || !strings.Contains(notes, tc.want) || tc.want == "" && notes != "" {
			t.Errorf("%s: %s %q, %v", name, s.State, notes, err)
		}
	}
}

// A message may carry copies of a responder's certificate, and ask for each of its signers.
func TestCopiesOfAResponderCostOneVerification(t *testing.T) {
	r := answer(t, "g-ocsp", nil, nil)
	cert, issuer := certificate(t, "certs/g-fl1.cer"), certificate(t, "certs/g-ruc.cer")
	if _, err := r.Status(cert, issuer); err != nil {
		t.Fatal(err)
	}
	// The answer is remembered for the key, so that octets that are not signed any more are not looked at again.
	r.Signature = make([]byte, len(r.Signature))
	for range 3 {
		r.Certificates = append(r.Certificates, r.Certificates[0])
		if _, err := r.Status(cert, issuer); err != nil {
			t.Errorf("verified again: %v", err)
		}
	}
}
