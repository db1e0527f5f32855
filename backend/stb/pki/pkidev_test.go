package pki_test

import (
	"strings"
	"testing"

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

func verifierOf(t testing.TB, e pkidev.Entry) *pki.Verifier {
	t.Helper()
	v := &pki.Verifier{Anchors: []*pki.Certificate{certificate(t, e.Trust)}}
	for _, f := range e.Intermediates {
		v.Intermediates = append(v.Intermediates, certificate(t, f))
	}
	for _, f := range e.CRLs {
		v.CRLs = append(v.CRLs, list(t, f))
	}
	return v
}

// purposeOf tells what a file of the set was issued for.
func purposeOf(file string) pki.Purpose {
	for word, p := range map[string]pki.Purpose{
		"tsa": pki.PurposeTSA, "ocsp": pki.PurposeOCSP, "tls": pki.PurposeTLS, "-ca": pki.PurposeCA, "ruc": pki.PurposeCA, "puc": pki.PurposeCA,
	} {
		if strings.Contains(file, word) {
			return p
		}
	}
	return pki.PurposeSign
}

func TestVerifierAnswersAsTheManifestSays(t *testing.T) {
	for _, e := range pkidev.Entries(t, "certs") {
		if e.Trust == "" {
			continue
		}
		profiles := []pki.Profile{pki.ProfileGosSUOK}
		if strings.HasPrefix(e.File, "certs/b-") {
			profiles = append(profiles, pki.ProfileBPKI)
		}
		for _, profile := range profiles {
			t.Run(e.File+" "+string(profile), func(t *testing.T) {
				v := verifierOf(t, e)
				v.Profile = profile
				r := v.Verify(certificate(t, e.File), purposeOf(e.File), pkidev.At)
				want := map[string]pki.Reason{
					"expired": pki.OutOfBoundsNoPOE, "revoked": pki.RevokedNoPOE,
					"bad_signature_or_wrong_issuer": pki.CertificateChainGeneralFailure,
					"bad_signature":                 pki.CertificateChainGeneralFailure,
				}[e.Reason]
				switch e.Expect {
				case "valid", "valid intermediate":
					want = pki.OK
				case "valid path":
					want = pki.ChainConstraintsFailure
				}
				if r.Reason != want || r.Verdict != want.Verdict() {
					t.Fatalf("got %s %s %v, want %s", r.Verdict, r.Reason, r.Notes, want)
				}
				if want == pki.OK && len(r.Path) != len(e.Intermediates)+2 {
					t.Errorf("path of %d certificates", len(r.Path))
				}
				if want == pki.OK && len(e.CRLs) > 0 && (r.RevocationSource != "crl" || r.RevocationAsOf.IsZero()) {
					t.Errorf("revocation by %q as of %v", r.RevocationSource, r.RevocationAsOf)
				}
			})
		}
	}
}

func TestListsOfTheSetVerify(t *testing.T) {
	for _, e := range pkidev.Entries(t, "crl") {
		err := list(t, e.File).CheckSignatureFrom(certificate(t, e.Issuer))
		if (err == nil) != (e.Expect == "valid") {
			t.Errorf("%s: %v, want %s", e.File, err, e.Expect)
		}
	}
}

func TestRequestsOfTheSetVerify(t *testing.T) {
	for _, e := range pkidev.Entries(t, "csr") {
		r, err := pki.ParseRequest(pkidev.File(t, e.File))
		if err != nil {
			t.Fatalf("%s: %v", e.File, err)
		}
		if err := r.Verify(); (err == nil) != (e.Expect == "valid") {
			t.Errorf("%s: %v, want %s", e.File, err, e.Expect)
		}
	}
}
