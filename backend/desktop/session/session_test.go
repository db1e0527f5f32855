package session

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/clock"
	"akno/backend/portalapi"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// portal answers as a portal would and notes what it was asked.
type portal struct {
	Portal // nil: a call that a test does not expect panics
	token  string
	signed portalapi.SignedChallenge
	wrong  string // purpose to put into challenges instead of the one asked for
	end    error  // answer of SignOut
	origin string // in challenges, "" for its own
	reset  portalapi.PasswordReset
	idle   time.Time
	level  string // of GetSession; "email" when empty
}

func (p *portal) GetSession(context.Context) (*portalapi.Session, error) {
	out := p.session(cmp.Or(p.level, "email"))
	out.Token, out.IdleUntil = nil, p.idle.UnixMilli()
	return out, nil
}

func (p *portal) RequestPasswordReset(context.Context, portalapi.AddressOnly) (*portalapi.LetterSent, error) {
	return &portalapi.LetterSent{ResendAfter: 60, ValidFor: 600}, nil
}

func (p *portal) ResetPassword(_ context.Context, r portalapi.PasswordReset) (*portalapi.Activated, error) {
	p.reset = portalapi.PasswordReset{Code: r.Code, Password: bytes.Clone(r.Password)}
	return &portalapi.Activated{Email: "anna@example.by"}, nil
}

func (p *portal) Address() string { return "https://portal.example" }

func (p *portal) SetToken(t string) { p.token = t }

func (p *portal) CreateChallenge(_ context.Context, r portalapi.ChallengeRequest) (*portalapi.Challenge, error) {
	purpose := string(r.Purpose)
	if p.wrong != "" {
		purpose = p.wrong
	}
	origin := p.origin
	if origin == "" {
		origin = p.Address()
	}
	d := portalapi.ChallengeDocument{
		Origin: origin, Purpose: purpose, At: "2026-11-21T12:00:00Z",
		Nonce: "0000000000000000000000000000000000000000000000000000000000000001",
	}
	return &portalapi.Challenge{Id: "c", Document: d.Marshal()}, nil
}

func (p *portal) SignInByEds(_ context.Context, c portalapi.SignedChallenge) (*portalapi.Session, error) {
	p.signed = c
	return p.session("strict"), nil
}

func (p *portal) SignInByPassword(_ context.Context, r portalapi.PasswordSignIn) (*portalapi.Session, error) {
	if string(r.Password) != "right" {
		return nil, &akno.Error{Code: akno.BadLogin}
	}
	return p.session("email"), nil
}

func (p *portal) SignOut(context.Context) (*struct{}, error) { return nil, p.end }

func (p *portal) session(level string) *portalapi.Session {
	token := "token-of-" + level
	return &portalapi.Session{
		Level: portalapi.Level(level), Role: "citizen", Token: &token,
		Account:   portalapi.Account{Id: "a", MaxLevel: "strict"},
		ExpiresAt: noon.Add(time.Hour).UnixMilli(),
	}
}

type signer struct{ content []byte }

func (s *signer) SignAttached(_ context.Context, _ string, _, content []byte) ([]byte, error) {
	s.content = content
	return []byte("cms"), nil
}

func TestSignInByEDS(t *testing.T) {
	p, sg := &portal{}, &signer{}
	s := New(p, sg, clock.Fixed(noon))
	var told []State
	s.OnChange(func(st State) { told = append(told, st) })
	st, err := s.SignInByEDS(t.Context(), "key", []byte("pw"))
	if err != nil || st.Level != akno.Strict || !st.SignedIn {
		t.Fatalf("SignInByEDS = %+v, %v", st, err)
	}
	if p.token != "token-of-strict" || string(p.signed.Signature) != "cms" || p.signed.ChallengeId != "c" {
		t.Errorf("token %q, signed %+v", p.token, p.signed)
	}
	if len(told) != 1 || told[0].Level != akno.Strict {
		t.Errorf("told %+v", told)
	}
}

func TestChallengeOfAnotherPurposeIsNotSigned(t *testing.T) {
	p, sg := &portal{wrong: "bind"}, &signer{}
	s := New(p, sg, clock.Fixed(noon))
	if _, err := s.SignInByEDS(t.Context(), "key", []byte("pw")); !errors.Is(err, errNotChallenge) {
		t.Errorf("err = %v", err)
	}
	if sg.content != nil {
		t.Error("the key was used")
	}
}

func TestAChallengeOfAnotherPortalIsNotSigned(t *testing.T) {
	p, sg := &portal{origin: "https://the.real.portal.example"}, &signer{}
	s := New(p, sg, clock.Fixed(noon))
	if _, err := s.SignInByEDS(t.Context(), "key", []byte("pw")); !errors.Is(err, errNotChallenge) {
		t.Errorf("err = %v", err)
	}
	if sg.content != nil {
		t.Error("the key was used")
	}
}

func TestSamePortal(t *testing.T) {
	for _, c := range []struct {
		origin, address string
		want            bool
	}{
		{"https://portal.example.by", "https://portal.example.by", true},
		{"https://Portal.example.by/", "https://portal.example.by:443", true},
		{"https://portal.example.by/akno", "https://portal.example.by/akno", true},
		{"http://127.0.0.1:8443", "http://localhost:41093", true},
		{"http://[::1]:8443", "http://127.0.0.1:8443", true},
		{"https://portal.example.by", "https://portal.example.by.evil.example", false},
		{"https://portal.example.by", "https://portal.example.by:8443", false},
		{"https://portal.example.by/a", "https://portal.example.by/b", false},
		{"http://portal.example.by", "https://portal.example.by", false},
		{"https://portal.example.by", "http://127.0.0.1:8443", false},
		{"http://127.0.0.1:8443", "https://portal.example.by", false},
		{"", "https://portal.example.by", false},
		{"portal", "portal", false},
	} {
		if got := samePortal(c.origin, c.address); got != c.want {
			t.Errorf("%q at %q: %v", c.origin, c.address, got)
		}
	}
}

func TestStateEndsWithTheSession(t *testing.T) {
	p := &portal{}
	now := noon
	s := New(p, &signer{}, func() time.Time { return now })
	if _, err := s.SignInByPassword(t.Context(), "a@example.by", []byte("right")); err != nil {
		t.Fatal(err)
	}
	if !s.State().SignedIn {
		t.Fatal("not signed in")
	}
	now = noon.Add(time.Hour)
	if s.State().SignedIn || p.token != "" {
		t.Error("a session lives on after its end")
	}
}

func TestWrongPasswordLeavesAGuest(t *testing.T) {
	s := New(&portal{}, &signer{}, clock.Fixed(noon))
	_, err := s.SignInByPassword(t.Context(), "a@example.by", []byte("wrong"))
	if akno.CodeOf(err) != akno.BadLogin || s.State().SignedIn {
		t.Errorf("err = %v, state %+v", err, s.State())
	}
}

func TestSignOutForgetsEvenWithoutNetwork(t *testing.T) {
	for _, answer := range []error{nil, &akno.Error{Code: akno.Unavailable}, &akno.Error{Code: akno.SignedOut}} {
		p := &portal{end: answer}
		s := New(p, &signer{}, clock.Fixed(noon))
		if _, err := s.SignInByPassword(t.Context(), "a@example.by", []byte("right")); err != nil {
			t.Fatal(err)
		}
		if err := s.SignOut(t.Context()); err != nil || s.State().SignedIn || p.token != "" {
			t.Errorf("after %v: err %v, state %+v", answer, err, s.State())
		}
	}
}

func TestLateAnswerToAnEarlierSessionEndsNothing(t *testing.T) {
	p := &portal{}
	s := New(p, &signer{}, clock.Fixed(noon))
	if _, err := s.SignInByPassword(t.Context(), "a@example.by", []byte("right")); err != nil {
		t.Fatal(err)
	}
	s.Ended("token-of-yesterday")
	if !s.State().SignedIn {
		t.Error("the present session ended")
	}
	s.Ended("token-of-email")
	if s.State().SignedIn || p.token != "" {
		t.Error("the ended session lives on")
	}
}

func TestActivationCode(t *testing.T) {
	for in, want := range map[string]string{
		"ABCDE-FGHJK-MNPQR-STVWX":                             "ABCDEFGHJKMNPQRSTVWX",
		"  abcde fghjk\u00a0mnpqr stvwx \n":                   "ABCDEFGHJKMNPQRSTVWX",
		"akno://activate?code=ABCDEFGHJKMNPQRSTVWX":           "ABCDEFGHJKMNPQRSTVWX",
		"https://portal.example/activate/abcdefghjkmnpqrstvw": "ABCDEFGHJKMNPQRSTVW",
		"http://127.0.0.1:8480/a?code=ABCDE-FGHJK":            "ABCDEFGHJK",
		"АВСDЕ-fgнjк":                                         "ABCDEFGHJK", // but for D, F, G and J these are Cyrillic
	} {
		if got, err := ActivationCode(in); err != nil || got != want {
			t.Errorf("ActivationCode(%q) = %q, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "АВСДЕФГХ", "short", "https://portal.example/", "akno://activate?code=", "a/b/c/d/e/f/g/h"} {
		if got, err := ActivationCode(in); err == nil {
			t.Errorf("ActivationCode(%q) = %q", in, got)
		}
	}
}

func FuzzActivationCode(f *testing.F) {
	f.Add("akno://activate?code=ABCDEFGHJK")
	f.Fuzz(func(t *testing.T, s string) {
		code, err := ActivationCode(s)
		if err != nil {
			return
		}
		if again, err := ActivationCode(code); err != nil || again != code {
			t.Errorf("a code is not its own code: %q, %q, %v", code, again, err)
		}
	})
}

func TestAForgottenPasswordIsSetByACode(t *testing.T) {
	p := &portal{}
	s := New(p, nil, clock.Fixed(noon))
	l, err := s.RequestPasswordReset(t.Context(), "anna@example.by")
	if err != nil || l.ResendAfter != time.Minute {
		t.Fatalf("%+v %v", l, err)
	}
	if _, err := s.ResetPassword(t.Context(), "?", []byte("x")); akno.FieldsOf(err)["code"] != "pattern" || p.reset.Code != "" {
		t.Errorf("a text that is no code was sent: %v", err)
	}
	email, err := s.ResetPassword(t.Context(), " abcde-fghjk-12345 ", []byte("новы надзейны пароль"))
	if err != nil || email != "anna@example.by" || p.reset.Code != "ABCDEFGHJK12345" || string(p.reset.Password) != "новы надзейны пароль" {
		t.Errorf("%q, sent %q, %v", email, p.reset.Code, err)
	}
	if s.State().SignedIn {
		t.Error("a code of a letter has signed somebody in")
	}
}

func TestRefreshTellsOnlyWhatChanged(t *testing.T) {
	p := &portal{}
	s := New(p, &signer{}, clock.Fixed(noon))
	told := 0
	s.OnChange(func(State) { told++ })
	if _, err := s.SignInByPassword(t.Context(), "a@example.by", []byte("right")); err != nil {
		t.Fatal(err)
	}
	p.idle = noon.Add(time.Minute)
	st, err := s.Refresh(t.Context())
	if err != nil || !st.IdleUntil.Equal(p.idle) || told != 1 {
		t.Errorf("%+v, %v, told %d times", st, err, told)
	}
	p.level = "strict"
	if st, err = s.Refresh(t.Context()); err != nil || st.Level != akno.Strict || told != 2 {
		t.Errorf("%+v, %v, told %d times", st, err, told)
	}
}
