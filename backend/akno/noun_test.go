package akno

import (
	"errors"
	"fmt"
	"testing"
)

func TestLevelsAreOrderedAndNamed(t *testing.T) {
	for i, name := range []string{"open", "email", "non_strict", "strict"} {
		l, ok := ParseLevel(name)
		if !ok || l != Level(i) || l.String() != name {
			t.Errorf("%s: %d %v %s", name, l, ok, l)
		}
	}
	if _, ok := ParseLevel("invalid"); ok || Level(9).String() != "invalid" || Level(-1).String() != "invalid" {
		t.Error("a word that is no level is one")
	}
	if !(Open < Email && Email < NonStrict && NonStrict < Strict) {
		t.Error("levels are out of order")
	}
}

func TestErrorsKeepTheirCodeAndFields(t *testing.T) {
	cause := errors.New("disk")
	err := fmt.Errorf("saving: %w", &Error{Code: Invalid, Op: "a.B", Fields: map[string]string{"y": "required", "x": "pattern"}, Err: cause})
	if CodeOf(err) != Invalid || FieldsOf(err)["y"] != "required" || !errors.Is(err, cause) {
		t.Errorf("got %v", err)
	}
	if got := err.Error(); got != "saving: a.B: invalid (x pattern, y required): disk" {
		t.Errorf("got %q", got)
	}
	if CodeOf(cause) != Internal || FieldsOf(cause) != nil || CodeOf(nil) != Internal {
		t.Error("a plain error has a code")
	}
	if got := (&Error{Code: NotFound}).Error(); got != "not_found" {
		t.Errorf("got %q", got)
	}
	seen := map[Code]bool{}
	for _, c := range Codes() {
		if seen[c] {
			t.Errorf("%s stands twice", c)
		}
		seen[c] = true
	}
}

func TestLanguages(t *testing.T) {
	for _, l := range Langs() {
		if got, ok := ParseLang(string(l)); !ok || got != l {
			t.Errorf("%s: %s %v", l, got, ok)
		}
	}
	if _, ok := ParseLang("uk"); ok {
		t.Error("uk is a language of the product")
	}
	if got := (Text{RU: "AM"}).In(English); got != "AM" {
		t.Errorf("a category is %q in English", got)
	}
	if !(Text{}).IsZero() || (Text{RU: "а"}).IsZero() || (Text{}).In(English) != "" {
		t.Error("emptiness is wrong")
	}
}

func TestALegalEntityAlwaysSignsInStrictly(t *testing.T) {
	p := Procedure{Level: NonStrict, Applicants: []ApplicantKind{Citizen, LegalEntity}}
	if p.Needs(Citizen) != NonStrict || p.Needs(LegalEntity) != Strict {
		t.Error("levels are wrong")
	}
	if !p.Accepts(LegalEntity) || p.Accepts(Foreigner) {
		t.Error("applicants are wrong")
	}
}

func TestSessionsAndAccountsMoveByTheirTables(t *testing.T) {
	if to, ok := AccountNone.After(EventRegisterEmail, ByGuest); !ok || to != AccountPending {
		t.Errorf("%s %v", to, ok)
	}
	if _, ok := AccountClosed.After(EventActivate, ByGuest); ok {
		t.Error("a closed account is activated")
	}
	if to, ok := SessionStepUp.After(EventSignatureOK, BySystem); !ok || to != SessionStrict {
		t.Errorf("%s %v", to, ok)
	}
	if AccountState("gone").Valid() || !AccountActive.Valid() {
		t.Error("validity is wrong")
	}
	for s, want := range map[Status]bool{Draft: true, Queued: true, Submitted: false, Granted: false} {
		if s.OnDevice() != want {
			t.Errorf("%s: on the device %v", s, !want)
		}
	}
	for s, want := range map[Status]bool{Granted: true, AcceptanceRefusedFinal: true, InReview: false, Withdrawn: false} {
		if s.Decided() != want {
			t.Errorf("%s: decided %v", s, !want)
		}
	}
	if !Draft.CanBecome(Ready) || Draft.CanBecome(Granted) || !Draft.Allows(EventValidate, ByCitizen) || Draft.Allows(EventValidate, ByClerk) {
		t.Error("moves are wrong")
	}
}
