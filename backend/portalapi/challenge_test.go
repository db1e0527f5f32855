package portalapi

import (
	"strings"
	"testing"
)

func TestChallengeDocument(t *testing.T) {
	d := ChallengeDocument{
		Origin: "http://127.0.0.1:8480", Purpose: "sign_in",
		Nonce: strings.Repeat("0a", 32), At: "2026-11-21T09:00:00Z",
	}
	got, err := ParseChallenge(d.Marshal())
	if err != nil || got != d {
		t.Fatalf("ParseChallenge(Marshal) = %+v, %v", got, err)
	}
	whole := string(d.Marshal())
	for name, bad := range map[string]string{
		"empty":            "",
		"an application":   `{"answers":[]}`,
		"another version":  strings.Replace(whole, "challenge 1", "challenge 2", 1),
		"a line more":      whole + "extra: x\n",
		"a line less":      strings.Replace(whole, "at: 2026-11-21T09:00:00Z\n", "", 1),
		"lines swapped":    strings.Replace(whole, "origin: http://127.0.0.1:8480\npurpose: sign_in", "purpose: sign_in\norigin: http://127.0.0.1:8480", 1),
		"a short nonce":    strings.Replace(whole, "0a0a", "0a", 1),
		"upper-case nonce": strings.ReplaceAll(whole, "0a", "0A"),
		"no last newline":  strings.TrimSuffix(whole, "\n"),
		"a carriage":       strings.Replace(whole, "sign_in", "sign_in\r", 1),
	} {
		if _, err := ParseChallenge([]byte(bad)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func FuzzParseChallenge(f *testing.F) {
	f.Add(ChallengeDocument{"o", "bind", strings.Repeat("f", 64), "t"}.Marshal())
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := ParseChallenge(b)
		if err == nil && string(d.Marshal()) != string(b) {
			t.Errorf("accepted %q, which Marshal does not write", b)
		}
	})
}
