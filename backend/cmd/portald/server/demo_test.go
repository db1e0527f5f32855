package server

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"akno/backend/internal/clock"
	"akno/backend/logx"
	"akno/backend/portal/demo"
	"akno/backend/portalapi"
	"akno/backend/stb/cms"
	"akno/backend/stb/container"
	"akno/backend/stb/pki"
)

func startDemo(t *testing.T, data string) *Main {
	t.Helper()
	c := defaults(t, data)
	c.AsDemo()
	c.Addr, c.ReadyFile = "127.0.0.1:0", filepath.Join(data, "ready.json")
	m := &Main{Config: c, Log: logx.Discard(), Clock: clock.System, Extend: Demo{AutoApprove: true}.Extend(c, clock.System)}
	if err := m.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

// signed signs a fresh challenge with a key of the demo's folder.
func signed(t *testing.T, m *Main, keys, name, purpose string) portalapi.SignedChallenge {
	t.Helper()
	der, err := os.ReadFile(filepath.Join(keys, name+".cer"))
	if err != nil {
		t.Fatal(err)
	}
	cert, err := pki.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(keys, name+".key"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := container.Open(file, []byte(demo.Password))
	if err != nil {
		t.Fatal(err)
	}
	defer key.Wipe()
	var ch portalapi.Challenge
	call(t, m, "POST", "/v1/challenges", "", portalapi.ChallengeRequest{Purpose: portalapi.ChallengeRequestPurpose(purpose)}, &ch)
	signature, err := cms.Sign(nil, cms.SignOptions{Certificate: cert, Signer: key, Time: clock.System(), Attached: ch.Document})
	if err != nil {
		t.Fatal(err)
	}
	return portalapi.SignedChallenge{ChallengeId: ch.Id, Signature: signature}
}

func TestThePeopleOfADemoSignInByTheirKeysAndBadKeysAreToldApart(t *testing.T) {
	data := t.TempDir()
	m := startDemo(t, data)
	raw, err := os.ReadFile(m.Config.ReadyFile)
	if err != nil {
		t.Fatal(err)
	}
	var ready demo.Ready
	if err := json.Unmarshal(raw, &ready); err != nil || ready.Portal != m.URL() {
		t.Fatalf("%+v %v", ready, err)
	}
	tokens := map[string]string{}
	for name, role := range map[string]portalapi.Role{
		"citizen": portalapi.RoleCitizen, "clerk": portalapi.RoleClerk, "officer": portalapi.RoleOfficer, "head": portalapi.RoleHead,
	} {
		var s portalapi.Session
		status := call(t, m, "POST", "/v1/sessions/eds", "", signed(t, m, ready.Keys, name, "sign_in"), &s)
		if status != http.StatusOK || s.Role != role || s.Level != portalapi.LevelStrict {
			t.Errorf("%s: %d %+v", name, status, s)
			continue
		}
		tokens[name] = *s.Token
	}
	for name, code := range map[string]string{"stranger": "unbound", "expired": "cert_expired", "revoked": "cert_revoked"} {
		var p portalapi.Problem
		call(t, m, "POST", "/v1/sessions/eds", "", signed(t, m, ready.Keys, name, "sign_in"), &p)
		if p.Code != code {
			t.Errorf("%s: %+v, want %s", name, p, code)
		}
	}
	var page portalapi.DeskPage
	if s := call(t, m, "GET", "/v1/desk/applications?queue=incoming", tokens["officer"], nil, &page); s != http.StatusOK {
		t.Errorf("the officer's desk: %d", s)
	}
	var day portalapi.ClerkDay
	if s := call(t, m, "GET", "/v1/clerk/day", tokens["clerk"], nil, &day); s != http.StatusOK {
		t.Errorf("the clerk's day: %d", s)
	}
	var p portalapi.Problem
	if s := call(t, m, "GET", "/v1/clerk/day", tokens["citizen"], nil, &p); s != http.StatusForbidden {
		t.Errorf("a citizen at the counter: %d", s)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	again := startDemo(t, data)
	var s portalapi.Session
	if status := call(t, again, "GET", "/v1/sessions/current", tokens["head"], nil, &s); status != http.StatusOK || s.Account.Body == nil {
		t.Errorf("after a restart: %d %+v", status, s)
	}
}
