package account

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/ids"
	"akno/backend/portal/mail"
	"akno/backend/portal/retry"
	"akno/backend/portal/session"
	"akno/backend/portal/session/sessiontest"
	"akno/backend/portalapi"
)

func person(number, surname string) portalapi.Person {
	return portalapi.Person{Surname: surname, Name: "Ганна", PersonalNumber: &number}
}

const (
	numberA = "3120485A001PB6"
	numberB = "4170577B002PB0"
)

var (
	anna  = sessiontest.Card{Person: person(numberA, "Ковалёва")}
	boris = sessiontest.Card{Person: person(numberB, "Жук")}
)

func (r *rig) signed(c sessiontest.Card, purpose portalapi.ChallengeRequestPurpose) portalapi.SignedChallenge {
	r.t.Helper()
	ch, err := r.Challenge(r.t.Context(), purpose)
	if err != nil {
		r.t.Fatal(err)
	}
	return portalapi.SignedChallenge{ChallengeId: ch.Id, Signature: sessiontest.Sign(c, ch.Document)}
}

func (r *rig) registerEDS(c sessiontest.Card) (portalapi.Session, error) {
	sc := r.signed(c, portalapi.ChallengeRequestPurposeRegister)
	return r.RegisterByEDS(r.t.Context(), portalapi.EdsRegistration{
		ChallengeId: sc.ChallengeId, Signature: sc.Signature, Language: portalapi.Be, Consent: r.Consents[0],
	})
}

func TestWrongPasswordsSlowThePairDownAndNobodyElse(t *testing.T) {
	r := newRig(t)
	r.register("a@b.by", good)
	for i := range 5 {
		_, err := r.signIn("a@b.by", "wrong password")
		if akno.CodeOf(err) != akno.BadLogin {
			t.Fatalf("try %d: %v", i, err)
		}
	}
	for _, want := range []time.Duration{1, 2, 4, 8} {
		_, err := r.signIn("a@b.by", good)
		wantCode(t, err, akno.SlowDown)
		if d := retry.Of(err); d != want*time.Second {
			t.Errorf("wait %v, want %ds", d, want)
		}
		r.pass(want * time.Second)
		_, err = r.signIn("a@b.by", "wrong password")
		wantCode(t, err, akno.BadLogin)
	}
	elsewhere, err := r.SignInByPassword(t.Context(), "198.51.100.1", portalapi.PasswordSignIn{Login: "a@b.by", Password: []byte(good)})
	if err != nil || elsewhere.Token == nil {
		t.Errorf("the owner is locked out elsewhere: %v", err)
	}
	r.pass(16 * time.Second)
	if _, err := r.signIn("a@b.by", good); err != nil {
		t.Error(err)
	}
	if _, err := r.signIn("a@b.by", "wrong password"); akno.CodeOf(err) != akno.BadLogin {
		t.Errorf("a right password did not clear the counter: %v", err)
	}
}

func TestAnUnknownLoginIsSlowedLikeAKnownOne(t *testing.T) {
	r := newRig(t)
	r.register("a@b.by", good)
	answers := map[string]string{}
	for _, login := range []string{"a@b.by", "nobody@b.by", numberA} {
		for range 7 {
			_, err := r.signIn(login, "wrong password")
			answers[login] += fmt.Sprintf("%s %v; ", akno.CodeOf(err), retry.Of(err))
		}
	}
	if answers["a@b.by"] != answers["nobody@b.by"] || answers["a@b.by"] != answers[numberA] {
		t.Errorf("answers tell the known from the unknown: %v", answers)
	}
}

func TestManyNetworksGuessingIsDelayedToldAndStopped(t *testing.T) {
	r := newRig(t)
	r.register("a@b.by", good)
	guess := func(i int, password string) error {
		_, err := r.SignInByPassword(t.Context(), fmt.Sprintf("198.51.%d.1", i), portalapi.PasswordSignIn{Login: "a@b.by", Password: []byte(password)})
		return err
	}
	for i := range 100 {
		if err := guess(i, "wrong password"); akno.CodeOf(err) != akno.BadLogin {
			t.Fatal(err)
		}
	}
	if want := 80 * slowBy; r.slept != want {
		t.Errorf("delayed %v, want %v", r.slept, want)
	}
	r.pass(time.Second)
	wantCode(t, guess(200, good), akno.BadLogin)
	all, _ := r.letters()
	slices.Sort(all)
	if want := []mail.Letter{mail.Activation, mail.Guessing, mail.PasswordClosed}; !slices.Equal(all, want) {
		t.Errorf("letters %v, want %v", all, want)
	}
}

func TestASessionEndsByIdlenessByItsWholeTimeAndByItsOwner(t *testing.T) {
	r := newRig(t)
	r.register("a@b.by", good)
	signIn := func() string {
		s, err := r.signIn("a@b.by", good)
		if err != nil {
			t.Fatal(err)
		}
		return *s.Token
	}
	idle := signIn()
	r.pass(29 * time.Minute)
	if _, err := r.Authenticate(t.Context(), idle); err != nil {
		t.Error(err)
	}
	r.pass(29 * time.Minute)
	if _, err := r.Authenticate(t.Context(), idle); err != nil {
		t.Errorf("a session in use is idle: %v", err)
	}
	r.pass(30 * time.Minute)
	_, err := r.Authenticate(t.Context(), idle)
	wantCode(t, err, akno.SignedOut)

	whole := signIn()
	for range 24 {
		r.pass(29*time.Minute + 59*time.Second)
		_, err = r.Authenticate(t.Context(), whole)
	}
	if err != nil {
		t.Errorf("before twelve hours: %v", err)
	}
	r.pass(time.Minute)
	_, err = r.Authenticate(t.Context(), whole)
	wantCode(t, err, akno.SignedOut)

	first, second := signIn(), signIn()
	a, err := r.Authenticate(t.Context(), first)
	if err != nil {
		t.Fatal(err)
	}
	b, err := r.Authenticate(t.Context(), second)
	if err != nil {
		t.Fatal(err)
	}
	list, err := r.Sessions(t.Context(), a)
	if err != nil || len(list.Sessions) != 2 {
		t.Fatalf("%+v %v", list, err)
	}
	if err := r.EndSession(t.Context(), a, b.ID); err != nil {
		t.Error(err)
	}
	_, err = r.Authenticate(t.Context(), second)
	wantCode(t, err, akno.SignedOut)
	if err := r.SignOut(t.Context(), a); err != nil {
		t.Error(err)
	}
	_, err = r.Authenticate(t.Context(), first)
	wantCode(t, err, akno.SignedOut)
	for _, bad := range []string{"", "x", first + "x", first[:60] + "AAAA"} {
		_, err := r.Authenticate(t.Context(), bad)
		wantCode(t, err, akno.SignedOut)
	}
}

func TestAStrangersSessionIsNotFound(t *testing.T) {
	r := newRig(t)
	r.register("a@b.by", good)
	r.pass(2 * time.Minute)
	r.register("c@d.by", good)
	a, c := r.mustSignIn("a@b.by", good), r.mustSignIn("c@d.by", good)
	wantCode(t, r.EndSession(t.Context(), a, c.ID), akno.NotFound)
	wantCode(t, r.EndSession(t.Context(), a, ids.New(r.now())), akno.NotFound)
	if _, err := r.Current(t.Context(), c); err != nil {
		t.Error(err)
	}
}

func TestANewPasswordEndsTheOtherSessions(t *testing.T) {
	r := newRig(t)
	r.register("a@b.by", good)
	other, err := r.signIn("a@b.by", good)
	if err != nil {
		t.Fatal(err)
	}
	c := r.mustSignIn("a@b.by", good)
	_, err = r.ChangePassword(t.Context(), c, portalapi.PasswordChange{Current: []byte("wrong password"), Next: []byte("другой чайник здесь")})
	if wantCode(t, err, akno.Invalid); akno.FieldsOf(err)["current"] != "password_wrong" {
		t.Errorf("%v", err)
	}
	_, err = r.ChangePassword(t.Context(), c, portalapi.PasswordChange{Current: []byte(good), Next: []byte(good)})
	if wantCode(t, err, akno.Invalid); akno.FieldsOf(err)["next"] != "password_same" {
		t.Errorf("%v", err)
	}
	if _, err := r.ChangePassword(t.Context(), c, portalapi.PasswordChange{Current: []byte(good), Next: []byte("другой чайник здесь")}); err != nil {
		t.Fatal(err)
	}
	_, err = r.Authenticate(t.Context(), *other.Token)
	wantCode(t, err, akno.SignedOut)
	if _, err := r.Current(t.Context(), c); err != nil {
		t.Errorf("the session that changed it ended: %v", err)
	}
	_, err = r.signIn("a@b.by", good)
	wantCode(t, err, akno.BadLogin)
	r.mustSignIn("a@b.by", "другой чайник здесь")
}

func TestAnEDSOpensTheCabinetOfItsHolderAndNeverASecondOne(t *testing.T) {
	r := newRig(t)
	s, err := r.registerEDS(anna)
	if err != nil {
		t.Fatal(err)
	}
	if s.Level != portalapi.LevelStrict || s.Claimed != nil || *s.Account.Person.BirthDate != "1985-04-12" || *s.Account.Person.Sex != portalapi.M {
		t.Errorf("session %+v, person %+v", s, s.Account.Person)
	}
	renewed := anna
	renewed.Serial = 2
	_, err = r.SignInByEDS(t.Context(), r.signed(renewed, portalapi.ChallengeRequestPurposeSignIn))
	wantCode(t, err, akno.Unbound)
	again, err := r.registerEDS(renewed)
	if err != nil {
		t.Fatal(err)
	}
	if again.Claimed == nil || !*again.Claimed || again.Account.Id != s.Account.Id || len(again.Account.Certificates) != 2 {
		t.Errorf("a second cabinet was made: %+v", again)
	}
	in, err := r.SignInByEDS(t.Context(), r.signed(renewed, portalapi.ChallengeRequestPurposeSignIn))
	if err != nil || in.Account.Id != s.Account.Id {
		t.Errorf("%+v %v", in, err)
	}
	_, err = r.SignInByEDS(t.Context(), r.signed(boris, portalapi.ChallengeRequestPurposeSignIn))
	wantCode(t, err, akno.Unbound)
}

func TestAChallengeServesOneSignatureOfItsPurposeInTime(t *testing.T) {
	r := newRig(t)
	if _, err := r.registerEDS(anna); err != nil {
		t.Fatal(err)
	}
	sc := r.signed(anna, portalapi.ChallengeRequestPurposeSignIn)
	if _, err := r.SignInByEDS(t.Context(), sc); err != nil {
		t.Fatal(err)
	}
	_, err := r.SignInByEDS(t.Context(), sc)
	wantCode(t, err, akno.UsedCode)
	_, err = r.SignInByEDS(t.Context(), r.signed(anna, portalapi.ChallengeRequestPurposeStepUp))
	wantCode(t, err, akno.ExpiredCode)
	late := r.signed(anna, portalapi.ChallengeRequestPurposeSignIn)
	r.pass(5 * time.Minute)
	_, err = r.SignInByEDS(t.Context(), late)
	wantCode(t, err, akno.ExpiredCode)
	a, b := r.signed(anna, portalapi.ChallengeRequestPurposeSignIn), r.signed(anna, portalapi.ChallengeRequestPurposeSignIn)
	a.Signature = b.Signature
	_, err = r.SignInByEDS(t.Context(), a)
	wantCode(t, err, akno.BadSignature)
	for _, code := range []akno.Code{akno.CertExpired, akno.CertRevoked, akno.CertUntrusted, akno.NoRevocation} {
		bad := anna
		bad.Code = code
		_, err := r.SignInByEDS(t.Context(), r.signed(bad, portalapi.ChallengeRequestPurposeSignIn))
		wantCode(t, err, code)
	}
	for _, number := range []string{"3120485A001PB7", "3120485А001РВ6", ""} { // a wrong digit; Cyrillic letters; none
		bad := sessiontest.Card{Person: person(number, "Ковалёва")}
		_, err := r.registerEDS(bad)
		wantCode(t, err, akno.CertUsage)
	}
}

func TestACertificateIsBoundToASignedInCabinetOfTheSamePerson(t *testing.T) {
	r := newRig(t)
	r.register("a@b.by", good)
	opened, err := r.signIn("a@b.by", good)
	if err != nil {
		t.Fatal(err)
	}
	c := r.session(opened)
	_, err = r.StepUp(t.Context(), c, r.signed(anna, portalapi.ChallengeRequestPurposeStepUp))
	wantCode(t, err, akno.Unbound)
	raised, err := r.BindCertificate(t.Context(), c, r.signed(anna, portalapi.ChallengeRequestPurposeBind))
	if err != nil {
		t.Fatal(err)
	}
	if raised.Level != portalapi.LevelStrict || raised.Account.Id != c.AccountID || raised.Account.Person.Surname != "Ковалёва" {
		t.Errorf("%+v", raised)
	}
	_, err = r.Authenticate(t.Context(), *opened.Token)
	wantCode(t, err, akno.SignedOut)

	r.pass(2 * time.Minute)
	low := r.mustSignIn("a@b.by", good)
	if low.Level != akno.Email || low.MaxLevel != akno.Strict {
		t.Errorf("the level belongs to the session: %+v", low)
	}
	up, err := r.StepUp(t.Context(), low, r.signed(anna, portalapi.ChallengeRequestPurposeStepUp))
	if err != nil || up.Level != portalapi.LevelStrict {
		t.Errorf("%+v %v", up, err)
	}
	r.register("c@d.by", good)
	other := r.mustSignIn("c@d.by", good)
	renewed := anna
	renewed.Serial = 2
	_, err = r.BindCertificate(t.Context(), other, r.signed(renewed, portalapi.ChallengeRequestPurposeBind))
	wantCode(t, err, akno.Registered)
	_, err = r.StepUp(t.Context(), other, r.signed(anna, portalapi.ChallengeRequestPurposeStepUp))
	wantCode(t, err, akno.WrongSigner)
	again := r.session(up)
	_, err = r.BindCertificate(t.Context(), again, r.signed(boris, portalapi.ChallengeRequestPurposeBind))
	wantCode(t, err, akno.WrongSigner)
}

func TestAHashOfAnotherCostIsMadeAnewAtSignIn(t *testing.T) {
	r := newRig(t)
	r.register("a@b.by", good)
	before := r.only(`SELECT hash FROM password`)
	r.Hasher = NewHasher(Cost{Memory: 128, Passes: 1})
	r.mustSignIn("a@b.by", good)
	after := r.only(`SELECT hash FROM password`)
	if before == after {
		t.Error("the hash is the old one")
	}
	r.mustSignIn("a@b.by", good)
	if r.only(`SELECT hash FROM password`) != after {
		t.Error("a hash of today's cost was made anew")
	}
}

// The time of an answer may not tell a known login from an unknown one. The
// work is counted here, which does not shake with the machine: each attempt
// hashes once and commits twice.
func TestKnownAndUnknownLoginsCostTheSameWork(t *testing.T) {
	r := newRig(t)
	r.register("a@b.by", good)
	work := func(login string) int64 {
		before := r.db.Stats().Groups
		_, err := r.signIn(login, "wrong password")
		wantCode(t, err, akno.BadLogin)
		return r.db.Stats().Groups - before
	}
	if known, unknown := work("a@b.by"), work("nobody@b.by"); known != unknown {
		t.Errorf("commits: %d known, %d unknown", known, unknown)
	}
	if ok, _, err := r.Hasher.Check(t.Context(), []byte(good), ""); ok || err != nil {
		t.Errorf("the dummy hash matched: %v %v", ok, err)
	}
	c, _, _, err := parsePHC(r.Hasher.dummy)
	if err != nil || c != r.Hasher.cost {
		t.Errorf("the dummy costs %+v: %v", c, err)
	}
}

func TestOneTimePasswordsAreReadableAndDiffer(t *testing.T) {
	seen := map[string]bool{}
	for i := range 200 {
		p := string(Secret("key").OneTimePassword(strconv.Itoa(i)))
		if len(p) != 19 || seen[p] {
			t.Fatalf("%q", p)
		}
		if f := flaw([]byte(p)); f != "" {
			t.Errorf("%s is refused: %s", p, f)
		}
		seen[p] = true
	}
}

func TestRolesOfStaffActInSessionsByEDSOnly(t *testing.T) {
	for _, c := range []struct {
		words string
		way   session.Way
		last  session.Role
	}{
		{"citizen clerk", session.ByEDS, session.Clerk},
		{"citizen clerk", session.ByEmail, session.Citizen},
		{"citizen head", session.ByIdentifier, session.Citizen},
		{"citizen officer head", session.ByEDS, session.Head},
		{"citizen", session.ByEDS, session.Citizen},
	} {
		roles := session.RolesOf(c.words, c.way)
		if roles[0] != session.Citizen || roles[len(roles)-1] != c.last {
			t.Errorf("%s by %s: %v", c.words, c.way, roles)
		}
	}
}

func TestThePersonKeyFoldsSpelling(t *testing.T) {
	s := Secret("key")
	a := s.PersonKey("Ковалёва", "Ганна", "1985-04-12")
	if string(a) != string(s.PersonKey(" КОВАЛЕВА", "ганна ", "1985-04-12")) {
		t.Error("case and ё matter")
	}
	if string(a) == string(s.PersonKey("Ковалёва", "Ганна", "1985-04-13")) {
		t.Error("the birth date does not matter")
	}
}
