package cms_test

import (
	"strings"
	"testing"

	"akno/backend/stb/bign"
	"akno/backend/stb/cms"
	"akno/backend/stb/internal/pkidev"
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

func list(t testing.TB, name string) *pki.RevocationList {
	t.Helper()
	l, err := pki.ParseRevocationList(pkidev.File(t, name))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return l
}

func key(t testing.TB, name string) *bign.PrivateKey {
	t.Helper()
	d := pkidev.PrivateKey(t, name)
	curve := map[int]*bign.Curve{32: bign.Curve256v1(), 48: bign.Curve384v1(), 64: bign.Curve512v1()}[len(d)]
	k, err := bign.NewPrivateKey(curve, d)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return k
}

func optionsOf(t testing.TB, e pkidev.Entry) cms.Options {
	t.Helper()
	opt := cms.Options{At: pkidev.At}
	opt.Verifier.Anchors = []*pki.Certificate{certificate(t, e.Trust)}
	for _, f := range e.Intermediates {
		opt.Verifier.Intermediates = append(opt.Verifier.Intermediates, certificate(t, f))
	}
	for _, f := range e.CRLs {
		opt.Verifier.CRLs = append(opt.Verifier.CRLs, list(t, f))
	}
	return opt
}

// options are those of hierarchy G with its revocation lists.
func options(t testing.TB) cms.Options {
	return optionsOf(t, pkidev.Entry{
		Trust: "certs/g-root.cer", Intermediates: []string{"certs/g-ruc.cer"}, CRLs: []string{"crl/g-ruc.crl", "crl/g-root.crl"},
	})
}

func contentOf(t testing.TB, e pkidev.Entry) cms.Content {
	if e.Content == "" {
		return nil
	}
	return cms.Octets(pkidev.File(t, e.Content))
}

func TestVerifyAnswersAsTheManifestSays(t *testing.T) {
	levels := map[string]cms.Level{"-bb": cms.LevelBB, "-bt": cms.LevelBT, "-blt": cms.LevelBLT}
	reasons := map[string]pki.Reason{
		"": pki.OK, "messageDigest mismatch": pki.HashFailure, "bad_signature": pki.SigCryptoFailure,
		"expired": pki.OutOfBoundsNoPOE, "revoked": pki.RevokedNoPOE, "wrong issuer": pki.CertificateChainGeneralFailure,
		"keyUsage": pki.ChainConstraintsFailure,
		"NO_SIGNING_CERTIFICATE_FOUND / certHash mismatch": pki.NoSigningCertificateFound,
	}
	for _, e := range pkidev.Entries(t, "cms") {
		if !strings.HasSuffix(e.File, ".p7s") {
			continue
		}
		profiles := []pki.Profile{pki.ProfileGosSUOK}
		if strings.HasPrefix(e.File, "cms/b-") {
			profiles = append(profiles, pki.ProfileBPKI)
		}
		for _, p := range profiles {
			t.Run(e.File+" "+string(p), func(t *testing.T) {
				opt := optionsOf(t, e)
				opt.Verifier.Profile = p
				r := cms.VerifyOctets(pkidev.File(t, e.File), contentOf(t, e), opt)
				want, ok := reasons[e.Reason]
				if !ok {
					t.Fatalf("the manifest has a new reason %q", e.Reason)
				}
				if r.Reason != want || r.Verdict != want.Verdict() {
					t.Fatalf("got %s %s %+v, want %s", r.Verdict, r.Reason, r.Signers, want)
				}
				for suffix, level := range levels {
					if strings.Contains(e.File, suffix) && want == pki.OK && r.Level != level {
						t.Errorf("level %s, want %s: %v", r.Level, level, r.Signers[0].Notes)
					}
				}
				if e.Stamped == r.Signers[0].TimestampTime.IsZero() {
					t.Errorf("time of the stamp %v", r.Signers[0].TimestampTime)
				}
			})
		}
	}
}
