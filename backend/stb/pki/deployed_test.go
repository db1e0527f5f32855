package pki_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"testing"
	"time"

	"akno/backend/stb/pki"
)

// deployed reads a public certificate of the state system and makes sure that it
// is the published one.
func deployed(t *testing.T, file, sum string) *pki.Certificate {
	t.Helper()
	raw, err := os.ReadFile("../testdata/gossuok/" + file)
	if err != nil {
		t.Fatal(err)
	}
	if s := sha256.Sum256(raw); hex.EncodeToString(s[:]) != sum {
		t.Fatalf("%s is another file", file)
	}
	c, err := pki.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAuthoritiesOfTheStateSystemVerifyAsDeployedAndNotStrictly(t *testing.T) {
	kuc := deployed(t, "kuc.cer", "c59f459f66ba5898625d05dfd14bd3c34359a099f5a18c2e446941ad74dc8c5b")
	ruc := deployed(t, "ruc.cer", "58c4ff5cd4fb2a471a5ebec3265c1be496b4df7083eed3c88097e84a747d5e23")
	v := &pki.Verifier{Anchors: []*pki.Certificate{kuc}}
	at := time.Date(2026, 3, 15, 12, 5, 0, 0, time.UTC)
	for _, c := range []*pki.Certificate{kuc, ruc} {
		if r := v.Verify(c, pki.PurposeCA, at); r.Verdict != pki.Passed {
			t.Errorf("%s: %s %v", c.Subject, r.Reason, r.Notes)
		}
		if err := c.CheckSignatureFrom(kuc); err != nil {
			t.Errorf("%s: %v", c.Subject, err)
		}
	}
	v.Profile = pki.ProfileBPKI
	if r := v.Verify(ruc, pki.PurposeCA, at); r.Reason != pki.ChainConstraintsFailure {
		t.Errorf("strictly: %s", r.Reason)
	}
	if r := v.Verify(ruc, pki.PurposeCA, time.Date(2029, 7, 1, 0, 0, 0, 0, time.UTC)); r.Verdict == pki.Passed {
		t.Error("the RUC passed after its end")
	}
	if got := kuc.Subject.Get(pki.AttrCommonName); got != "Корневой удостоверяющий центр ГосСУОК" {
		t.Errorf("name %q", got)
	}
	if ruc.Serial.Hex() != "40E46B8D7F2AE2FB00000003" || ruc.CardForm != "1.2.112.1.2.1.1.1.2.1.2" {
		t.Errorf("serial %s, card form %q", ruc.Serial.Hex(), ruc.CardForm)
	}
}
