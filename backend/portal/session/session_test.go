package session

import (
	"context"
	"strings"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/internal/testkit/testdb"
	"akno/backend/portal/store"
	"akno/backend/portalapi"
)

var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func open(t *testing.T) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), testdb.Address(t), clock.Fixed(start))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// begin makes an account in a state with one session, and returns its token.
func begin(t *testing.T, db *store.DB, state string, level akno.Level) (account, token string) {
	t.Helper()
	account = ids.New(start)
	err := db.Write(t.Context(), func(tx dbx.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO account(account_id, state, max_level, roles, language, created_at, version)
			VALUES(?, ?, 'strict', 'citizen', 'be', 0, 1)`, account, state)
		if err != nil {
			return err
		}
		_, token, err = Open(t.Context(), tx, Opening{AccountID: account, Level: level, Way: ByEDS}, start)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return account, token
}

func TestATokenNamesItsAccountAndIsNotStored(t *testing.T) {
	db := open(t)
	account, token := begin(t, db, "active", akno.Strict)
	got, hash, ok := parse(token)
	if !ok || got != account || len(hash) != 32 {
		t.Errorf("%s %v", got, ok)
	}
	var found int
	err := db.Read(t.Context(), func(tx dbx.Tx) error {
		return tx.QueryRow(t.Context(), `SELECT count(*) FROM session WHERE instr(token_hash, ?) > 0 OR instr(id, ?) > 0`, []byte(token), token).Scan(&found)
	})
	if err != nil || found != 0 {
		t.Errorf("the token is stored: %d %v", found, err)
	}
	s, err := Keeper{db, clock.Fixed(start)}.Authenticate(t.Context(), token)
	if err != nil || s.AccountID != account || s.Level != akno.Strict || s.Language != akno.Belarusian {
		t.Errorf("%+v %v", s, err)
	}
}

func TestTokensThatOpenNothingAreAnsweredAlike(t *testing.T) {
	db := open(t)
	_, token := begin(t, db, "active", akno.Email)
	_, suspended := begin(t, db, "suspended", akno.Email)
	_, closed := begin(t, db, "closed", akno.Strict)
	for _, bad := range []string{
		"", "token", suspended, closed, token + "=", token[:len(token)-1], strings.ToUpper(token), "Bearer " + token, strings.Repeat("A", 64),
	} {
		_, err := Keeper{db, clock.Fixed(start)}.Authenticate(t.Context(), bad)
		if akno.CodeOf(err) != akno.SignedOut {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestAStrictSessionIsShorter(t *testing.T) {
	db := open(t)
	_, token := begin(t, db, "active", akno.Strict)
	for after, open := range map[time.Duration]bool{14 * time.Minute: true, 15 * time.Minute: false, 9 * time.Hour: false} {
		_, err := Keeper{reader{db}, clock.Fixed(start.Add(after))}.Authenticate(t.Context(), token)
		if (err == nil) != open {
			t.Errorf("after %v: %v", after, err)
		}
	}
}

// A reader never writes, so that a look at one time does not count as a use at
// another.
type reader struct{ *store.DB }

func (r reader) Write(ctx context.Context, _ func(tx dbx.Tx) error) error { return ctx.Err() }

func TestANameIsSurnameAndInitials(t *testing.T) {
	patronymic := "Сергеевна"
	for want, p := range map[string]*portalapi.Person{
		"":             nil,
		"Ковалёва А.":  {Surname: "Ковалёва", Name: "Анна"},
		"Ўладзімір Ё.": {Surname: "Ўладзімір", Name: "Ёсць"},
		"Жук Я. С.":    {Surname: "Жук", Name: "Янка", Patronymic: &patronymic},
		"Безымянный":   {Surname: "Безымянный"},
	} {
		if got := (Session{Person: p}).Name(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestALookPutsOffNoEnd(t *testing.T) {
	db := open(t)
	_, token := begin(t, db, "active", akno.Strict)
	idle := LimitsOf(akno.Strict).Idle
	for _, after := range []time.Duration{idle / 3, 2 * idle / 3, idle - time.Second} {
		if _, err := (Keeper{db, clock.Fixed(start.Add(after))}).Look(t.Context(), token); err != nil {
			t.Fatalf("after %v: %v", after, err)
		}
	}
	if _, err := (Keeper{db, clock.Fixed(start.Add(idle))}).Look(t.Context(), token); akno.CodeOf(err) != akno.SignedOut {
		t.Errorf("a session that was only looked at lives on: %v", err)
	}
}
