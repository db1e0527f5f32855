package clerkdesk

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/internal/testkit/testdb"
	"akno/backend/portal/account"
	"akno/backend/portal/audit"
	"akno/backend/portal/session"
	"akno/backend/portal/session/sessiontest"
	"akno/backend/portal/store"
	"akno/backend/portalapi"
)

const (
	numberA = "3120485A001PB6"
	numberB = "4170577B002PB0"
)

type files map[string]portalapi.BlobRef

func (f files) Stat(_ context.Context, accountID, sum string) (portalapi.BlobRef, error) {
	if ref, ok := f[accountID+sum]; ok {
		return ref, nil
	}
	return portalapi.BlobRef{}, &akno.Error{Code: akno.NotFound, Op: "files"}
}

type rig struct {
	*Service
	t     *testing.T
	db    *store.DB
	clerk session.Session
	scans files
	mu    sync.Mutex
	at    time.Time
}

func (r *rig) now() time.Time { r.mu.Lock(); defer r.mu.Unlock(); return r.at }

func (r *rig) pass(d time.Duration) { r.mu.Lock(); defer r.mu.Unlock(); r.at = r.at.Add(d) }

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, at: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), scans: files{}}
	var err error
	if r.db, err = store.Open(t.Context(), testdb.Address(t), r.now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.db.Close(); err != nil {
			t.Error(err)
		}
	})
	accounts := &account.Service{
		DB: r.db, Now: r.now, Secret: bytes.Repeat([]byte{7}, 32), Hasher: account.NewHasher(account.Cost{Memory: 64, Passes: 1}),
		Signatures: sessiontest.Signatures{}, Origin: "https://portal.example",
		Consents: []portalapi.Consent{{Version: "1", Sha256: strings.Repeat("a", 64)}}, Limits: account.DefaultLimits, Wait: account.Sleep,
	}
	r.Service = &Service{DB: r.db, Now: r.now, Accounts: accounts, Files: r.scans}
	r.clerk = session.Session{AccountID: ids.New(r.at), Level: akno.Strict, Role: session.Clerk, Way: session.ByEDS, Office: "minsk-1"}
	r.scans[r.clerk.AccountID+scan.Sha256] = portalapi.BlobRef{Sha256: scan.Sha256, Size: scan.Size, MediaType: "application/pdf"}
	return r
}

var scan = portalapi.FileRef{Sha256: strings.Repeat("b", 64), Size: 1000, MediaType: "application/pdf", Name: "заявление.pdf"}

func ptr[T any](v T) *T { return &v }

func (r *rig) entry(number string) portalapi.RegistrationStart {
	return portalapi.RegistrationStart{
		OpId: ids.New(r.now()), RegistrationId: ids.New(r.now()), Language: portalapi.Be,
		Person: portalapi.Person{Surname: "Ковалёва", Name: "Ганна", PersonalNumber: &number},
		Document: portalapi.IdentityDocument{
			Type: portalapi.PassportBy, Series: ptr("MP"), Number: "1234567", Issued: "2020-01-15", Expires: "2030-01-15",
		},
	}
}

func (r *rig) papers() portalapi.Verification {
	return portalapi.Verification{
		OpId: ids.New(r.now()), Present: true, DocumentShown: true, PhotoCompared: true, SignedBefore: true,
		ApplicationScan: scan, ConsentScan: scan, Consent: r.Accounts.Consents[0],
	}
}

// issued takes a registration the whole way.
func (r *rig) issued(req portalapi.RegistrationStart) portalapi.IssuedIdentifier {
	r.t.Helper()
	if _, err := r.Start(r.t.Context(), r.clerk, req); err != nil {
		r.t.Fatal(err)
	}
	if _, err := r.Verify(r.t.Context(), r.clerk, req.RegistrationId, r.papers()); err != nil {
		r.t.Fatal(err)
	}
	out, err := r.Issue(r.t.Context(), r.clerk, req.RegistrationId, portalapi.Command{OpId: ids.New(r.now())})
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

func (r *rig) signIn(login string, password []byte) (portalapi.Session, error) {
	return r.Accounts.SignInByPassword(r.t.Context(), "192.0.2.7", portalapi.PasswordSignIn{Login: login, Password: bytes.Clone(password)})
}

func wantCode(t *testing.T, err error, want akno.Code) {
	t.Helper()
	if err == nil || akno.CodeOf(err) != want {
		t.Errorf("got %v, want code %s", err, want)
	}
}

func (r *rig) count(query string, args ...any) (n int) {
	r.t.Helper()
	err := r.db.Read(r.t.Context(), func(tx dbx.Tx) error { return tx.QueryRow(r.t.Context(), query, args...).Scan(&n) })
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}

func TestAPersonWhoIsPresentGetsAnIdentifierAndMustChangeThePassword(t *testing.T) {
	r := newRig(t)
	out := r.issued(r.entry(numberA))
	if out.Login != numberA || out.Registration.Status != portalapi.UiIssued || *out.Registration.Person.BirthDate != "1985-04-12" {
		t.Errorf("%+v", out)
	}
	s, err := r.signIn(numberA, out.Password)
	if err != nil {
		t.Fatal(err)
	}
	if !s.MustChangePassword || s.Level != portalapi.LevelNonStrict || s.Account.Id != *out.Registration.AccountId {
		t.Errorf("session %+v", s)
	}
	c, err := r.Accounts.Authenticate(t.Context(), *s.Token)
	if err != nil {
		t.Fatal(err)
	}
	changed, err := r.Accounts.ChangePassword(t.Context(), c, portalapi.PasswordChange{Current: bytes.Clone(out.Password), Next: []byte("новы надзейны пароль")})
	if err != nil || changed.MustChangePassword {
		t.Fatalf("%+v %v", changed, err)
	}
	_, err = r.signIn(numberA, out.Password)
	wantCode(t, err, akno.BadLogin)
	if n := r.count(`SELECT count(*) FROM account WHERE state = 'active'`); n != 1 {
		t.Errorf("%d active accounts", n)
	}
}

func TestTheOneTimePasswordIsNowhereAndIsToldAgainOnlyToTheSameCommand(t *testing.T) {
	r := newRig(t)
	req := r.entry(numberA)
	if _, err := r.Start(t.Context(), r.clerk, req); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Verify(t.Context(), r.clerk, req.RegistrationId, r.papers()); err != nil {
		t.Fatal(err)
	}
	cmd := portalapi.Command{OpId: ids.New(r.now())}
	first, err := r.Issue(t.Context(), r.clerk, req.RegistrationId, cmd)
	if err != nil {
		t.Fatal(err)
	}
	again, err := r.Issue(t.Context(), r.clerk, req.RegistrationId, cmd)
	if err != nil || !bytes.Equal(first.Password, again.Password) {
		t.Errorf("a repeat after a lost answer got another password: %v", err)
	}
	_, err = r.Issue(t.Context(), r.clerk, req.RegistrationId, portalapi.Command{OpId: ids.New(r.now())})
	wantCode(t, err, akno.WrongState)
	for q, secret := range map[string]any{
		`SELECT count(*) FROM applied_op WHERE instr(result, ?) > 0`:                         first.Password,
		`SELECT count(*) FROM registration WHERE instr(person || checks || contacts, ?) > 0`: string(first.Password),
		`SELECT count(*) FROM job WHERE instr(payload, ?) > 0`:                               string(first.Password),
		`SELECT count(*) FROM password WHERE instr(hash, ?) > 0`:                             string(first.Password),
	} {
		if n := r.count(q, secret); n != 0 {
			t.Errorf("%s finds it", q)
		}
	}
	s, err := r.signIn(numberA, first.Password)
	if err != nil {
		t.Fatal(err)
	}
	c, err := r.Accounts.Authenticate(t.Context(), *s.Token)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Accounts.ChangePassword(t.Context(), c, portalapi.PasswordChange{Current: bytes.Clone(first.Password), Next: []byte("новы надзейны пароль")}); err != nil {
		t.Fatal(err)
	}
	_, err = r.Issue(t.Context(), r.clerk, req.RegistrationId, cmd)
	wantCode(t, err, akno.UsedCode)
}

func TestAnExistingCabinetIsClaimedAndNotDoubled(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	ch, err := r.Accounts.Challenge(ctx, portalapi.ChallengeRequestPurposeRegister)
	if err != nil {
		t.Fatal(err)
	}
	card := sessiontest.Card{Person: portalapi.Person{Surname: "Ковалёва", Name: "Ганна", PersonalNumber: ptr(numberA)}}
	owner, err := r.Accounts.RegisterByEDS(ctx, portalapi.EdsRegistration{
		ChallengeId: ch.Id, Signature: sessiontest.Sign(card, ch.Document), Language: portalapi.Ru, Consent: r.Accounts.Consents[0],
	})
	if err != nil {
		t.Fatal(err)
	}
	found, err := r.Matches(ctx, r.clerk, portalapi.MatchQuery{Ground: portalapi.MatchQueryGroundRegistration, PersonalNumber: ptr(numberA)})
	if err != nil || len(found.Matches) != 1 || !found.Matches[0].Exact || found.Matches[0].AccountId != owner.Account.Id {
		t.Fatalf("%+v %v", found, err)
	}
	_, err = r.Start(ctx, r.clerk, r.entry(numberA))
	wantCode(t, err, akno.Registered)
	denied := r.entry(numberA)
	denied.OtherPersonReason = ptr("это другой человек")
	_, err = r.Start(ctx, r.clerk, denied)
	wantCode(t, err, akno.Registered)
	req := r.entry(numberA)
	req.ClaimAccountId = &owner.Account.Id
	out := r.issued(req)
	if *out.Registration.AccountId != owner.Account.Id || !*out.Registration.Claimed {
		t.Errorf("%+v", out.Registration)
	}
	s, err := r.signIn(numberA, out.Password)
	if err != nil || s.Account.Id != owner.Account.Id || s.Account.MaxLevel != portalapi.LevelStrict || s.Level != portalapi.LevelNonStrict {
		t.Errorf("%+v %v", s, err)
	}
	other := r.entry(numberB)
	other.ClaimAccountId = &owner.Account.Id
	_, err = r.Start(ctx, r.clerk, other)
	wantCode(t, err, akno.Conflict)
	missing := r.entry(numberB)
	missing.ClaimAccountId = ptr(ids.New(r.now()))
	_, err = r.Start(ctx, r.clerk, missing)
	wantCode(t, err, akno.NotFound)
}

func TestANamesakeNeedsAReason(t *testing.T) {
	r := newRig(t)
	r.issued(r.entry(numberA))
	twin := r.entry(withCheckDigit("3120485A002PB"))
	_, err := r.Start(t.Context(), r.clerk, twin)
	if wantCode(t, err, akno.Registered); akno.FieldsOf(err)["otherPersonReason"] != "required" {
		t.Errorf("%v", err)
	}
	twin.OpId, twin.OtherPersonReason = ids.New(r.now()), ptr("иной номер и иной документ")
	if _, err := r.Start(t.Context(), r.clerk, twin); err != nil {
		t.Error(err)
	}
}

// withCheckDigit completes a number of 13 characters.
func withCheckDigit(s string) string {
	sum := 0
	for i, c := range []byte(s) {
		v := int(c - '0')
		if c >= 'A' {
			v = int(c-'A') + 10
		}
		sum += v * []int{7, 3, 1}[i%3]
	}
	return s + string(rune('0'+sum%10))
}

func TestTheCardIsCheckedFieldByField(t *testing.T) {
	for _, c := range []struct {
		name, field, flaw string
		spoil             func(*portalapi.RegistrationStart)
	}{
		{"a wrong check digit", "personalNumber", "check_digit", func(q *portalapi.RegistrationStart) { q.Person.PersonalNumber = ptr("3120485A001PB7") }},
		{"Cyrillic look-alikes are not repaired here", "personalNumber", "format", func(q *portalapi.RegistrationStart) { q.Person.PersonalNumber = ptr("3120485А001РВ6") }},
		{"no number", "personalNumber", "required", func(q *portalapi.RegistrationStart) { q.Person.PersonalNumber = nil }},
		{"another birth date", "birthDate", "number_mismatch", func(q *portalapi.RegistrationStart) { q.Person.BirthDate = ptr("1985-04-13") }},
		{"another sex", "sex", "number_mismatch", func(q *portalapi.RegistrationStart) { q.Person.Sex = ptr(portalapi.F) }},
		{"an expired document", "expires", "document_expired", func(q *portalapi.RegistrationStart) { q.Document.Expires = "2026-11-22" }},
		{"a document of tomorrow", "issued", "in_future", func(q *portalapi.RegistrationStart) { q.Document.Issued = "2026-11-24" }},
		{"an impossible day", "expires", "date_impossible", func(q *portalapi.RegistrationStart) { q.Document.Expires = "2027-02-30" }},
		{"a short passport number", "number", "length", func(q *portalapi.RegistrationStart) { q.Document.Number = "123" }},
		{"a name of digits", "surname", "format", func(q *portalapi.RegistrationStart) { q.Person.Surname = "1234" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			req := r.entry(numberA)
			c.spoil(&req)
			_, err := r.Start(t.Context(), r.clerk, req)
			wantCode(t, err, akno.Invalid)
			if got := akno.FieldsOf(err)[c.field]; got != c.flaw {
				t.Errorf("fields %v, want %s %s", akno.FieldsOf(err), c.field, c.flaw)
			}
			if n := r.count(`SELECT count(*) FROM registration`); n != 0 {
				t.Error("a card was stored")
			}
		})
	}
}

func TestTheCheckListIsWhole(t *testing.T) {
	for _, c := range []struct {
		field, flaw string
		spoil       func(*portalapi.Verification)
	}{
		{"present", "required", func(v *portalapi.Verification) { v.Present = false }},
		{"documentShown", "required", func(v *portalapi.Verification) { v.DocumentShown = false }},
		{"photoCompared", "required", func(v *portalapi.Verification) { v.PhotoCompared = false }},
		{"signedBefore", "required", func(v *portalapi.Verification) { v.SignedBefore = false }},
		{"consent", "consent_outdated", func(v *portalapi.Verification) { v.Consent.Version = "0" }},
		{"consentScan", "file_missing", func(v *portalapi.Verification) { v.ConsentScan.Sha256 = strings.Repeat("c", 64) }},
		{"applicationScan", "file_type", func(v *portalapi.Verification) { v.ApplicationScan.Size = 7 }},
	} {
		t.Run(c.field, func(t *testing.T) {
			r := newRig(t)
			req := r.entry(numberA)
			if _, err := r.Start(t.Context(), r.clerk, req); err != nil {
				t.Fatal(err)
			}
			v := r.papers()
			c.spoil(&v)
			_, err := r.Verify(t.Context(), r.clerk, req.RegistrationId, v)
			if wantCode(t, err, akno.Invalid); akno.FieldsOf(err)[c.field] != c.flaw {
				t.Errorf("%v", err)
			}
			_, err = r.Issue(t.Context(), r.clerk, req.RegistrationId, portalapi.Command{OpId: ids.New(r.now())})
			wantCode(t, err, akno.WrongState)
		})
	}
}

func TestARegistrationGivenUpLeavesNoPersonalData(t *testing.T) {
	r := newRig(t)
	cancelled, forgotten := r.entry(numberA), r.entry(numberB)
	forgotten.Person.Surname = "Жук"
	for _, req := range []portalapi.RegistrationStart{cancelled, forgotten} {
		if _, err := r.Start(t.Context(), r.clerk, req); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Cancel(t.Context(), r.clerk, cancelled.RegistrationId, portalapi.CancelRegistrationParamsReason("no_consent")); err != nil {
		t.Fatal(err)
	}
	r.pass(dropAfter)
	payload, err := text(dropPayload{r.clerk.Office, forgotten.RegistrationId})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // at least once means perhaps twice
		if err := r.Drop(t.Context(), store.Job{AccountID: r.clerk.AccountID, Kind: JobDrop, Payload: payload}); err != nil {
			t.Fatal(err)
		}
	}
	if n := r.count(`SELECT (SELECT count(*) FROM registration) + (SELECT count(*) FROM applied_op) + (SELECT count(*) FROM account)`); n != 0 {
		t.Errorf("%d rows are left", n)
	}
	if n := r.count(`SELECT count(*) FROM audit WHERE action = 'clerk_cancel' AND ground IN ('no_consent', 'unfinished')`); n != 2 {
		t.Errorf("%d lines in the journal", n)
	}
	_, err = r.Get(t.Context(), r.clerk, cancelled.RegistrationId)
	wantCode(t, err, akno.NotFound)
}

func TestAnotherOfficeSeesNothing(t *testing.T) {
	r := newRig(t)
	req := r.entry(numberA)
	if _, err := r.Start(t.Context(), r.clerk, req); err != nil {
		t.Fatal(err)
	}
	stranger := r.clerk
	stranger.AccountID, stranger.Office = ids.New(r.now()), "brest-2"
	_, err := r.Get(t.Context(), stranger, req.RegistrationId)
	wantCode(t, err, akno.NotFound)
	_, err = r.Issue(t.Context(), stranger, req.RegistrationId, portalapi.Command{OpId: ids.New(r.now())})
	wantCode(t, err, akno.NotFound)
	wantCode(t, r.Cancel(t.Context(), stranger, req.RegistrationId, "mistake"), akno.NotFound)
	day, err := r.Day(t.Context(), stranger)
	if err != nil || len(day.Registrations) != 0 {
		t.Errorf("%+v %v", day, err)
	}
	mine, err := r.Day(t.Context(), r.clerk)
	if err != nil || len(mine.Registrations) != 1 || mine.Day != "2026-11-23" {
		t.Errorf("%+v %v", mine, err)
	}
}

func TestEveryLookAtACardIsInItsOwnersJournal(t *testing.T) {
	r := newRig(t)
	out := r.issued(r.entry(numberA))
	for _, q := range []portalapi.MatchQuery{
		{Ground: portalapi.MatchQueryGroundHelp, PersonalNumber: ptr(numberA)},
		{Ground: portalapi.MatchQueryGroundHelp, Surname: ptr("КОВАЛЕВА"), Name: ptr("ганна"), BirthDate: ptr("1985-04-12")},
	} {
		got, err := r.Matches(t.Context(), r.clerk, q)
		if err != nil || len(got.Matches) != 1 {
			t.Fatalf("%+v %v", got, err)
		}
	}
	err := r.db.Read(t.Context(), func(tx dbx.Tx) error {
		chain, err := audit.List(t.Context(), tx, *out.Registration.AccountId)
		if err != nil {
			return err
		}
		looks := 0
		for _, e := range chain {
			if e.Action == "view_card" && e.Actor == audit.ByAccount(r.clerk.AccountID) && e.Ground == "help" {
				looks++
			}
		}
		if looks != 2 || audit.Verify(*out.Registration.AccountId, chain) != 0 {
			t.Errorf("%d looks in %+v", looks, chain)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Matches(t.Context(), r.clerk, portalapi.MatchQuery{Ground: portalapi.MatchQueryGroundHelp, Surname: ptr("Ковалёва")})
	wantCode(t, err, akno.Invalid)
}

func TestAPasswordNeverChangedSuspendsTheAccountAndTheClerkResumesIt(t *testing.T) {
	r := newRig(t)
	out := r.issued(r.entry(numberA))
	r.pass(account.OneTimeLife)
	if err := r.Accounts.ExpireOneTime(t.Context(), store.Job{AccountID: *out.Registration.AccountId}); err != nil {
		t.Fatal(err)
	}
	_, err := r.signIn(numberA, out.Password)
	wantCode(t, err, akno.BadLogin)
	req := r.entry(numberA)
	req.Document.Expires = "2030-01-15"
	req.ClaimAccountId = out.Registration.AccountId
	again := r.issued(req)
	if _, err := r.signIn(numberA, again.Password); err != nil {
		t.Error(err)
	}
}

func TestAnEDSBeforeTheFirstSignInKeepsTheCabinetInUse(t *testing.T) {
	r := newRig(t)
	out := r.issued(r.entry(numberA))
	ch, err := r.Accounts.Challenge(t.Context(), portalapi.ChallengeRequestPurposeRegister)
	if err != nil {
		t.Fatal(err)
	}
	card := sessiontest.Card{Person: portalapi.Person{Surname: "Ковалёва", Name: "Ганна", PersonalNumber: ptr(numberA)}}
	s, err := r.Accounts.RegisterByEDS(t.Context(), portalapi.EdsRegistration{
		ChallengeId: ch.Id, Signature: sessiontest.Sign(card, ch.Document), Language: portalapi.Ru, Consent: r.Accounts.Consents[0],
	})
	if err != nil || s.Account.Id != *out.Registration.AccountId || s.Claimed == nil || s.MustChangePassword {
		t.Fatalf("%+v %v", s, err)
	}
	r.pass(account.OneTimeLife)
	if err := r.Accounts.ExpireOneTime(t.Context(), store.Job{AccountID: s.Account.Id}); err != nil {
		t.Fatal(err)
	}
	if n := r.count(`SELECT count(*) FROM account WHERE state = 'active'`); n != 1 {
		t.Error("the envelope's end suspended a cabinet in use")
	}
	_, err = r.signIn(numberA, out.Password)
	wantCode(t, err, akno.ExpiredCode)
}
