package account

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/internal/testkit/testdb"
	"akno/backend/portal/audit"
	"akno/backend/portal/mail"
	"akno/backend/portal/retry"
	"akno/backend/portal/session"
	"akno/backend/portal/session/sessiontest"
	"akno/backend/portal/store"
	"akno/backend/portalapi"
)

// A rig is a service on a database of its own, with a clock that tests move.
type rig struct {
	*Service
	t     *testing.T
	db    *store.DB
	mu    sync.Mutex
	at    time.Time
	slept time.Duration
}

// cheap keeps tests fast; what hashing costs is tested where it is meant.
var cheap = Cost{Memory: 64, Passes: 1}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, at: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	db, err := store.Open(t.Context(), testdb.Address(t), r.now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	r.db = db
	r.Service = &Service{
		DB: db, Now: r.now, Secret: bytes.Repeat([]byte{7}, 32), Hasher: NewHasher(cheap), Signatures: sessiontest.Signatures{},
		Origin: "https://portal.example", Consents: []portalapi.Consent{{Version: "1", Sha256: strings.Repeat("a", 64)}}, Limits: DefaultLimits,
		Wait: func(_ context.Context, d time.Duration) error { r.slept += d; return nil },
	}
	return r
}

func (r *rig) now() time.Time { r.mu.Lock(); defer r.mu.Unlock(); return r.at }

func (r *rig) pass(d time.Duration) { r.mu.Lock(); defer r.mu.Unlock(); r.at = r.at.Add(d) }

// letters returns the letters queued so far, oldest first, and the id of the
// last one's job.
func (r *rig) letters() (all []mail.Letter, last string) {
	r.t.Helper()
	err := r.db.Read(r.t.Context(), func(tx dbx.Tx) error {
		return dbx.Each(r.t.Context(), tx, func(scan func(...any) error) error {
			var payload string
			if err := scan(&last, &payload); err != nil {
				return err
			}
			n, err := fromJSON[mail.Note](payload)
			all = append(all, n.Letter)
			return err
		}, `SELECT id, payload FROM job WHERE kind = 'mail' ORDER BY run_at, id`)
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return all, last
}

func (r *rig) code() string {
	_, job := r.letters()
	return r.Secret.ActivationCode(job)
}

const from = "192.0.2.7"

func (r *rig) registration(email, password string) portalapi.EmailRegistration {
	return portalapi.EmailRegistration{
		OpId: ids.New(r.now()), Email: email, Password: []byte(password), Language: portalapi.Ru, Consent: r.Consents[0],
	}
}

// register brings an active cabinet with a password into being.
func (r *rig) register(email, password string) {
	r.t.Helper()
	if _, err := r.RegisterByEmail(r.t.Context(), from, r.registration(email, password)); err != nil {
		r.t.Fatal(err)
	}
	if _, err := r.Activate(r.t.Context(), from, r.code()); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) signIn(login, password string) (portalapi.Session, error) {
	return r.SignInByPassword(r.t.Context(), from, portalapi.PasswordSignIn{Login: login, Password: []byte(password)})
}

func (r *rig) mustSignIn(login, password string) session.Session {
	r.t.Helper()
	s, err := r.signIn(login, password)
	if err != nil {
		r.t.Fatal(err)
	}
	return r.session(s)
}

func (r *rig) session(s portalapi.Session) session.Session {
	r.t.Helper()
	out, err := r.Authenticate(r.t.Context(), *s.Token)
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

func wantCode(t *testing.T, err error, want akno.Code) {
	t.Helper()
	if err == nil || akno.CodeOf(err) != want {
		t.Errorf("got %v, want code %s", err, want)
	}
}

const good = "синий чайник на окне"

func TestACabinetIsOpenedByTheCodeOfTheLetterOnce(t *testing.T) {
	r := newRig(t)
	sent, err := r.RegisterByEmail(t.Context(), from, r.registration("Anna@Example.org", good))
	if err != nil {
		t.Fatal(err)
	}
	if sent.ValidFor != 86400 || sent.ResendAfter != 60 {
		t.Errorf("answer %+v", sent)
	}
	_, err = r.signIn("anna@example.org", good)
	wantCode(t, err, akno.BadLogin)
	code := r.code()
	if len(strings.ReplaceAll(code, "-", "")) != 26 {
		t.Errorf("code %q", code)
	}
	typed := strings.ReplaceAll(strings.ToLower(code), "0", "o")
	a, err := r.Activate(t.Context(), from, typed)
	if err != nil || a.Email != "Anna@Example.org" {
		t.Fatalf("%+v %v", a, err)
	}
	_, err = r.Activate(t.Context(), from, code)
	wantCode(t, err, akno.UsedCode)
	_, err = r.Activate(t.Context(), from, "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE-F")
	wantCode(t, err, akno.NotFound)
	s, err := r.signIn(" ANNA@example.ORG ", good)
	if err != nil {
		t.Fatal(err)
	}
	if s.Level != portalapi.LevelEmail || s.Role != portalapi.RoleCitizen || s.Account.MaxLevel != portalapi.LevelEmail {
		t.Errorf("session %+v", s)
	}
}

func TestACodeLivesForADayAndANewLetterVoidsIt(t *testing.T) {
	r := newRig(t)
	if _, err := r.RegisterByEmail(t.Context(), from, r.registration("a@b.by", good)); err != nil {
		t.Fatal(err)
	}
	first := r.code()
	_, err := r.ResendActivation(t.Context(), from, "a@b.by")
	wantCode(t, err, akno.SlowDown)
	if d := retry.Of(err); d != time.Minute {
		t.Errorf("wait %v, want a minute", d)
	}
	r.pass(time.Minute)
	if _, err := r.ResendActivation(t.Context(), from, "a@b.by"); err != nil {
		t.Fatal(err)
	}
	_, err = r.Activate(t.Context(), from, first)
	wantCode(t, err, akno.ExpiredCode)
	second := r.code()
	r.pass(24 * time.Hour)
	_, err = r.Activate(t.Context(), from, second)
	wantCode(t, err, akno.ExpiredCode)
	account := r.only(`SELECT account_id FROM account`)
	if err := r.Expire(t.Context(), store.Job{AccountID: account}); err != nil {
		t.Fatal(err)
	}
	if got := r.only(`SELECT state FROM account`); got != "email_expired" {
		t.Errorf("state %s", got)
	}
	if err := r.Expire(t.Context(), store.Job{AccountID: account}); err != nil {
		t.Fatal(err)
	}
	if got := r.only(`SELECT state FROM account`); got != "email_expired" {
		t.Errorf("a job that ran twice left state %s", got)
	}
	if _, err := r.ResendActivation(t.Context(), from, "a@b.by"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Activate(t.Context(), from, r.code()); err != nil {
		t.Error(err)
	}
}

func TestACabinetNeverActivatedLosesItsData(t *testing.T) {
	r := newRig(t)
	if _, err := r.RegisterByEmail(t.Context(), from, r.registration("a@b.by", good)); err != nil {
		t.Fatal(err)
	}
	account := r.only(`SELECT account_id FROM account`)
	for _, d := range []time.Duration{24 * time.Hour, 30 * 24 * time.Hour} {
		r.pass(d)
		if err := r.Expire(t.Context(), store.Job{AccountID: account}); err != nil {
			t.Fatal(err)
		}
	}
	if got := r.only(`SELECT state || email || (SELECT count(*) FROM password) FROM account`); got != "closed0" {
		t.Errorf("left: %s", got)
	}
}

func (r *rig) only(query string, args ...any) string {
	r.t.Helper()
	var out string
	err := r.db.Read(r.t.Context(), func(tx dbx.Tx) error { return tx.QueryRow(r.t.Context(), query, args...).Scan(&out) })
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

func TestAKnownAddressGetsTheSameAnswerAndItsOwnerALetter(t *testing.T) {
	r := newRig(t)
	r.register("a@b.by", good)
	r.pass(2 * time.Minute)
	known, err := r.RegisterByEmail(t.Context(), from, r.registration("A@b.by", good))
	if err != nil {
		t.Fatal(err)
	}
	r.pass(time.Second)
	unknown, err := r.RegisterByEmail(t.Context(), from, r.registration("c@d.by", good))
	if err != nil {
		t.Fatal(err)
	}
	if known != unknown {
		t.Errorf("answers differ: %+v %+v", known, unknown)
	}
	r.pass(2 * time.Minute)
	for _, email := range []string{"a@b.by", "c@d.by", "nobody@d.by"} {
		r.pass(time.Second)
		got, err := r.ResendActivation(t.Context(), from, email)
		if err != nil || got != known {
			t.Errorf("%s: %+v %v", email, got, err)
		}
	}
	all, _ := r.letters()
	want := "[activation already_registered activation already_registered activation nobody]"
	if got := fmt.Sprint(all); got != want {
		t.Errorf("letters %s, want %s", got, want)
	}
}

func TestAnAddressBelongsToTheOneWhoReadsItsLetters(t *testing.T) {
	r := newRig(t)
	if _, err := r.RegisterByEmail(t.Context(), "198.51.100.1", r.registration("a@b.by", "пароль злодея тут")); err != nil {
		t.Fatal(err)
	}
	strangers := r.code()
	r.pass(2 * time.Minute)
	r.register("a@b.by", good)
	if _, err := r.signIn("a@b.by", good); err != nil {
		t.Error(err)
	}
	_, err := r.signIn("a@b.by", "пароль злодея тут")
	wantCode(t, err, akno.BadLogin)
	_, err = r.Activate(t.Context(), from, strangers)
	wantCode(t, err, akno.ExpiredCode)
}

func TestARepeatedRegistrationSendsOneLetter(t *testing.T) {
	r := newRig(t)
	req := r.registration("a@b.by", good)
	for range 3 {
		again := req
		again.Password = []byte(good)
		if _, err := r.RegisterByEmail(t.Context(), from, again); err != nil {
			t.Fatal(err)
		}
	}
	if all, _ := r.letters(); len(all) != 1 {
		t.Errorf("%d letters", len(all))
	}
	other := r.registration("a@b.by", good)
	other.OpId, other.Language = req.OpId, portalapi.Be
	_, err := r.RegisterByEmail(t.Context(), from, other)
	wantCode(t, err, akno.Conflict)
}

func TestRegistrationRefusesWhatBreaksARule(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct {
		name, email, password, field, flaw string
		consent                            bool
	}{
		{"a short password", "a@b.by", "семь777", "password", "password_short", true},
		{"a frequent password", "a@b.by", "Qwerty123", "password", "password_frequent", true},
		{"a run of digits", "a@b.by", "23456789", "password", "password_frequent", true},
		{"the address as a password", "petrovich@b.by", "petrovich1", "password", "password_own", true},
		{"a word of the portal in capitals, among letters that grow", "a@b.by", "ȺȺȺȺАКНО", "password", "password_own", true},
		{"octets that are no text", "a@b.by", "\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8\xf7", "password", "password_text", true},
		{"an address without a domain", "a@b", good, "email", "format", true},
		{"consent to another text", "a@b.by", good, "consent", "consent_outdated", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			req := r.registration(c.email, c.password)
			if !c.consent {
				req.Consent.Version = "0"
			}
			_, err := r.RegisterByEmail(t.Context(), from, req)
			wantCode(t, err, akno.Invalid)
			if got := akno.FieldsOf(err)[c.field]; got != c.flaw {
				t.Errorf("fields %v, want %s %s", akno.FieldsOf(err), c.field, c.flaw)
			}
		})
	}
	if all, _ := r.letters(); len(all) != 0 {
		t.Errorf("letters %v", all)
	}
}

func TestPasswordsAreWiped(t *testing.T) {
	r := newRig(t)
	reg := r.registration("a@b.by", good)
	in := portalapi.PasswordSignIn{Login: "a@b.by", Password: []byte(good)}
	_, _ = r.RegisterByEmail(t.Context(), from, reg)
	_, _ = r.SignInByPassword(t.Context(), from, in)
	for _, b := range [][]byte{reg.Password, in.Password} {
		if !bytes.Equal(b, make([]byte, len(b))) {
			t.Errorf("left in memory: %q", b)
		}
	}
}

func TestANetworkMakesFiveCabinetsAnHour(t *testing.T) {
	r := newRig(t)
	for i := range 5 {
		if _, err := r.RegisterByEmail(t.Context(), from, r.registration(fmt.Sprintf("a%d@b.by", i), good)); err != nil {
			t.Fatal(err)
		}
	}
	_, err := r.RegisterByEmail(t.Context(), "192.0.2.99", r.registration("a6@b.by", good))
	wantCode(t, err, akno.SlowDown)
	if _, err := r.RegisterByEmail(t.Context(), "198.51.100.1", r.registration("a7@b.by", good)); err != nil {
		t.Error(err)
	}
}

func TestTheJournalOfACabinetIsWhole(t *testing.T) {
	r := newRig(t)
	r.register("a@b.by", good)
	_, _ = r.signIn("a@b.by", "не тот пароль")
	c := r.mustSignIn("a@b.by", good)
	err := r.db.Read(t.Context(), func(tx dbx.Tx) error {
		chain, err := audit.List(t.Context(), tx, c.AccountID)
		if err != nil {
			return err
		}
		var said []string
		for _, e := range chain {
			said = append(said, e.Action)
		}
		if got := fmt.Sprint(said); got != "[register_email activate sign_in_refused login_password]" {
			t.Errorf("journal %s", got)
		}
		if n := audit.Verify(c.AccountID, chain); n != 0 {
			t.Errorf("record %d does not fit", n)
		}
		chain[1].Actor = "somebody"
		if n := audit.Verify(c.AccountID, chain); n != 2 {
			t.Errorf("a changed record is found at %d, want 2", n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
