package tsp_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"akno/backend/stb/bign"
	"akno/backend/stb/cms"
	"akno/backend/stb/internal/pkidev"
	"akno/backend/stb/oid"
	"akno/backend/stb/pki"
	"akno/backend/stb/tsp"
)

func certificate(t testing.TB, name string) *pki.Certificate {
	t.Helper()
	c, err := pki.ParseCertificate(pkidev.File(t, name))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return c
}

func optionsOf(t testing.TB, e pkidev.Entry) tsp.Options {
	t.Helper()
	opt := tsp.Options{Data: cms.Octets(pkidev.File(t, e.Content))}
	opt.At = pkidev.At
	opt.Verifier.Anchors = []*pki.Certificate{certificate(t, e.Trust)}
	for _, f := range e.Intermediates {
		opt.Verifier.Intermediates = append(opt.Verifier.Intermediates, certificate(t, f))
	}
	for _, f := range e.CRLs {
		l, err := pki.ParseRevocationList(pkidev.File(t, f))
		if err != nil {
			t.Fatal(err)
		}
		opt.Verifier.CRLs = append(opt.Verifier.CRLs, l)
	}
	if e.Request != "" {
		r, err := tsp.ParseRequest(pkidev.File(t, e.Request))
		if err != nil {
			t.Fatal(err)
		}
		opt.Request = r
	}
	return opt
}

func hierarchyG(t testing.TB) tsp.Options {
	return optionsOf(t, pkidev.Entry{
		Content: "cms/order.txt", Trust: "certs/g-root.cer", Intermediates: []string{"certs/g-ruc.cer"},
		CRLs: []string{"crl/g-ruc.crl", "crl/g-root.crl"},
	})
}

func service(t testing.TB, name string, curve *bign.Curve) *tsp.Service {
	t.Helper()
	k, err := bign.NewPrivateKey(curve, pkidev.PrivateKey(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return &tsp.Service{Certificate: certificate(t, "certs/"+name+".cer"), Signer: k, Accuracy: 2 * time.Second}
}

func TestVerifyAnswersAsTheManifestSays(t *testing.T) {
	for _, e := range pkidev.Entries(t, "tsp") {
		if e.Trust == "" {
			continue
		}
		for _, profile := range []pki.Profile{pki.ProfileGosSUOK, pki.ProfileBPKI} {
			if profile == pki.ProfileBPKI && !strings.HasPrefix(e.File, "tsp/b-") {
				continue
			}
			opt := optionsOf(t, e)
			opt.Verifier.Profile = profile
			r, err := tsp.Parse(pkidev.File(t, e.File))
			if err != nil {
				t.Fatalf("%s: %v", e.File, err)
			}
			want := pki.OK
			if e.Reason == "bad_signature" {
				want = pki.SigCryptoFailure
			}
			if got := tsp.Verify(r, opt); got.Reason != want {
				t.Errorf("%s %s: %s %v, want %s", e.File, profile, got.Reason, got.Notes, want)
			}
		}
	}
}

func TestServiceMakesStampsThatVerify(t *testing.T) {
	opt := hierarchyG(t)
	for _, certReq := range []bool{true, false} {
		opt.Request = tsp.Imprint(pki.BeltHash, pki.BeltHash.Sum(pkidev.File(t, "cms/order.txt")), []byte("\x81nonce-8"))
		opt.Request.CertReq = certReq
		answer := respond(t, service(t, "g-tsa", bign.Curve256v1()), opt.Request)
		if certReq == (len(answer.Token.Certificates) == 0) {
			t.Errorf("certificates %d for certReq %v", len(answer.Token.Certificates), certReq)
		}
		if !certReq {
			opt.Verifier.Intermediates = append(opt.Verifier.Intermediates, certificate(t, "certs/g-tsa.cer"))
		}
		opt.Tolerance = time.Minute
		r := tsp.Verify(answer, opt)
		if r.Verdict != pki.Passed || !r.GenTime.Equal(pkidev.At) {
			t.Errorf("certReq %v: %s %v, time %v", certReq, r.Reason, r.Notes, r.GenTime)
		}
		if answer.Token.Info.Accuracy != 2*time.Second || !answer.Token.Info.Policy.Equal(oid.RoleTSA) {
			t.Errorf("stated %+v", answer.Token.Info)
		}
	}
}

func respond(t testing.TB, s *tsp.Service, q *tsp.Request) *tsp.Response {
	t.Helper()
	request, err := tsp.CreateRequest(q)
	if err != nil {
		t.Fatal(err)
	}
	serial, err := pki.NewSerial([]byte{7})
	if err != nil {
		t.Fatal(err)
	}
	data, err := s.Respond(request, serial, pkidev.At)
	if err != nil {
		t.Fatal(err)
	}
	r, err := tsp.ParseResponse(data)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestStampsThatDoNotAnswerTheRequestAreRefused(t *testing.T) {
	sum := pki.BeltHash.Sum(pkidev.File(t, "cms/order.txt"))
	asked := func() *tsp.Request { return tsp.Imprint(pki.BeltHash, sum, []byte("12345678")) }
	for name, tc := range map[string]struct {
		change func(*tsp.Request, *tsp.Options)
		want   pki.Reason
	}{
		"another nonce":   {func(q *tsp.Request, _ *tsp.Options) { q.Nonce = []byte("87654321") }, pki.FormatFailure},
		"no nonce":        {func(q *tsp.Request, _ *tsp.Options) { q.Nonce = nil }, pki.FormatFailure},
		"another imprint": {func(q *tsp.Request, _ *tsp.Options) { q.HashedMessage = bytes.Repeat([]byte{1}, 32) }, pki.HashFailure},
		"other data": {func(_ *tsp.Request, o *tsp.Options) {
			o.Data = cms.Octets([]byte("other"))
		}, pki.HashFailure},
		"another policy": {func(_ *tsp.Request, o *tsp.Options) { o.Policy = oid.RoleOCSP }, pki.SigConstraintsFailure},
		"a clock far off": {func(_ *tsp.Request, o *tsp.Options) {
			o.At, o.Tolerance = pkidev.At.Add(time.Hour), time.Minute
		}, pki.SigConstraintsFailure},
		"the future": {func(_ *tsp.Request, o *tsp.Options) { o.At = pkidev.At.Add(-time.Hour) }, pki.NotYetValid},
	} {
		t.Run(name, func(t *testing.T) {
			opt := hierarchyG(t)
			opt.Request = asked()
			sent := asked()
			tc.change(sent, &opt)
			if r := tsp.Verify(respond(t, service(t, "g-tsa", bign.Curve256v1()), sent), opt); r.Reason != tc.want {
				t.Errorf("got %s %v, want %s", r.Reason, r.Notes, tc.want)
			}
		})
	}
}

func TestServiceRejectsWithTheReason(t *testing.T) {
	s := service(t, "g-tsa", bign.Curve256v1())
	q := tsp.Imprint(pki.BeltHash, make([]byte, 32), nil)
	q.Policy = oid.RoleOCSP
	if r := respond(t, s, q); r.Status != tsp.Rejection || r.Failure != tsp.UnacceptedPolicy || r.Token != nil {
		t.Errorf("got %d %d", r.Status, r.Failure)
	}
	data, err := s.Respond([]byte("?"), "\x01", pkidev.At)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := tsp.ParseResponse(data); err != nil || r.Failure != tsp.BadDataFormat {
		t.Errorf("got %v %v", r, err)
	}
	for _, f := range []tsp.Failure{tsp.BadAlg, tsp.BadRequest, tsp.TimeNotAvailable, tsp.UnacceptedExtension, tsp.SystemFailure} {
		if r, err := tsp.ParseResponse(tsp.Reject(f)); err != nil || r.Failure != f || tsp.Verify(r, hierarchyG(t)).Verdict == pki.Passed {
			t.Errorf("failure %d: %v %v", f, r, err)
		}
	}
}

func TestOnlyACertificateForStampsMakesThem(t *testing.T) {
	s := service(t, "g-fl1", bign.Curve256v1())
	if _, err := s.Stamp(tsp.Imprint(pki.BeltHash, make([]byte, 32), nil), "\x01", pkidev.At); err == nil {
		t.Error("a person's certificate made a stamp")
	}
	// The same made by hand is refused by who checks it.
	token, err := tsp.Parse(pkidev.File(t, "tsp/g-order.tsr"))
	if err != nil {
		t.Fatal(err)
	}
	forged, err := cms.Sign(nil, cms.SignOptions{
		Certificate: s.Certificate, Signer: s.Signer, ContentType: cms.TypeTSTInfo, Attached: token.Token.Content,
	})
	if err != nil {
		t.Fatal(err)
	}
	r, err := tsp.Parse(forged)
	if err != nil {
		t.Fatal(err)
	}
	if got := tsp.Verify(r, hierarchyG(t)); got.Reason != pki.ChainConstraintsFailure {
		t.Errorf("got %s %v", got.Reason, got.Notes)
	}
}

func TestRequestOfTheSetReencodesToTheSameOctets(t *testing.T) {
	raw := pkidev.File(t, "tsp/g-order.tsq")
	r, err := tsp.ParseRequest(raw)
	if err != nil {
		t.Fatal(err)
	}
	again, err := tsp.CreateRequest(r)
	if err != nil || !bytes.Equal(raw, again) {
		t.Errorf("%v\n%x\n%x", err, raw, again)
	}
}

func FuzzResponse(f *testing.F) {
	for _, name := range []string{"tsp/g-order.tsr", "tsp/b-order.tsr", "tsp/g-order-ku.tst"} {
		f.Add(pkidev.File(f, name))
	}
	f.Add(tsp.Reject(tsp.BadAlg))
	opt := hierarchyG(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		var r *tsp.Response
		var err error
		pkidev.Bounded(t, len(data), func() { r, err = tsp.Parse(data) })
		if err != nil {
			return
		}
		if !bytes.Equal(r.Raw, data) {
			t.Error("the response is not the octets that were read")
		}
		if got := tsp.Verify(r, opt); got.Verdict != got.Reason.Verdict() {
			t.Errorf("verdict %q for %q", got.Verdict, got.Reason)
		}
	})
}

func FuzzRequest(f *testing.F) {
	f.Add(pkidev.File(f, "tsp/g-order.tsq"))
	s := service(f, "g-tsa", bign.Curve256v1())
	f.Fuzz(func(t *testing.T, data []byte) {
		var r *tsp.Request
		var err error
		pkidev.Bounded(t, len(data), func() { r, err = tsp.ParseRequest(data) })
		if err == nil && pki.HashByOID(r.HashAlgorithm.OID) != nil && r.HashAlgorithm.NullParams() && !r.Extensions {
			if raw, err := tsp.CreateRequest(r); err == nil && !bytes.Equal(raw, data) {
				t.Errorf("written anew it is another request: %x", data)
			}
		}
		answer, err := s.Respond(data, "\x01", pkidev.At)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tsp.ParseResponse(answer); err != nil {
			t.Errorf("the answer does not parse: %v", err)
		}
	})
}
