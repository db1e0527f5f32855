package cms_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"akno/backend/stb/bign"
	"akno/backend/stb/cms"
	"akno/backend/stb/internal/pkidev"
	"akno/backend/stb/pki"
)

func signOptions(t testing.TB, name string) cms.SignOptions {
	return cms.SignOptions{
		Certificate: certificate(t, "certs/"+name+".cer"), Signer: key(t, name),
		Time: pkidev.At.Add(-time.Minute), MimeType: "text/plain",
	}
}

func mustSign(t testing.TB, content cms.Content, opt cms.SignOptions) []byte {
	t.Helper()
	sig, err := cms.Sign(content, opt)
	if err != nil {
		t.Fatal(err)
	}
	return sig
}

func TestSignedDocumentsVerifyOnEveryLevelOfTheCurve(t *testing.T) {
	doc := pkidev.File(t, "cms/order.txt")
	hierarchyB := pkidev.Entry{
		Trust: "certs/b-root.cer", Intermediates: []string{"certs/b-ca.cer", "certs/b-puc.cer"},
		CRLs: []string{"crl/b-puc.crl", "crl/b-ca.crl", "crl/b-root.crl"},
	}
	for _, name := range []string{"g-fl1", "g-up1", "b-fl256", "b-fl384", "b-fl512"} {
		for _, attached := range []bool{false, true} {
			opt, check := signOptions(t, name), options(t)
			if name[0] == 'b' {
				check = optionsOf(t, hierarchyB)
				check.Verifier.Profile = pki.ProfileBPKI
			}
			content := cms.Octets(doc)
			if attached {
				opt.Attached, content = doc, nil
			}
			r := cms.VerifyOctets(mustSign(t, content, opt), content, check)
			if r.Verdict != pki.Passed || r.Level != cms.LevelBB {
				t.Errorf("%s attached=%v: %s %s %s %v", name, attached, r.Verdict, r.Reason, r.Level, r.Signers)
				continue
			}
			s := r.Signers[0]
			if !s.SigningTime.Equal(opt.Time) || s.MimeType != "text/plain" || !s.Certificate.Equal(opt.Certificate) {
				t.Errorf("%s: time %v, type %q", name, s.SigningTime, s.MimeType)
			}
		}
	}
}

func TestStreamAndPreparedDigestSignLikeOctets(t *testing.T) {
	doc := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(doc)), nil }
	for name, content := range map[string]cms.Content{
		"stream": cms.Stream(context.Background(), open), "prepared": cms.Prepared(pki.BeltHash, pki.BeltHash.Sum(doc)),
	} {
		sig := mustSign(t, content, signOptions(t, "g-fl1"))
		if r := cms.VerifyOctets(sig, cms.Octets(doc), options(t)); r.Verdict != pki.Passed {
			t.Errorf("%s: %s", name, r.Reason)
		}
		if r := cms.VerifyOctets(sig, content, options(t)); r.Verdict != pki.Passed {
			t.Errorf("%s both ways: %s", name, r.Reason)
		}
	}
}

func TestStreamStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	content := cms.Stream(ctx, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(nil)), nil })
	if _, err := cms.Sign(content, signOptions(t, "g-fl1")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestSignRefusesAKeyOfAnotherCertificate(t *testing.T) {
	opt := signOptions(t, "g-fl1")
	opt.Signer = key(t, "g-fl2")
	if _, err := cms.Sign(cms.Octets(nil), opt); !errors.Is(err, cms.ErrSigner) {
		t.Errorf("got %v", err)
	}
}

// faulty makes signatures with one bit wrong, as a failing token would.
type faulty struct{ *bign.PrivateKey }

func (f faulty) SignHash(oid, hash []byte) ([]byte, error) {
	sig, err := f.PrivateKey.SignHash(oid, hash)
	sig[5] ^= 1
	return sig, err
}

func TestSignNeverReturnsASignatureThatDoesNotVerify(t *testing.T) {
	opt := signOptions(t, "g-fl1")
	opt.Signer = faulty{key(t, "g-fl1")}
	if sig, err := cms.Sign(cms.Octets(nil), opt); !errors.Is(err, cms.ErrSigner) || sig != nil {
		t.Errorf("got %v", err)
	}
}
