package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
	"akno/backend/portal/audit"
	"akno/backend/portal/mail"
	"akno/backend/portal/session"
	"akno/backend/portalapi"
)

// An attempt is a sign-in by password before anybody knows whose it is.
type attempt struct {
	kind    string // of the directory
	way     session.Way
	login   []byte // keyed hash of the login
	network []byte
	pair    []byte
	account row
	hash    string // "" for an unknown login
	must    bool
	expires int64
	fails   count // of the login from everywhere, with this attempt
}

// SignInByPassword opens a session by a login and its password. The attempt is
// counted before the password is looked at and taken back when it was right, so
// that many at once cannot slip through between the check and the count. An
// unknown login costs the same work and gets the same answer as a wrong
// password.
func (s *Service) SignInByPassword(ctx context.Context, from string, req portalapi.PasswordSignIn) (portalapi.Session, error) {
	defer clear(req.Password)
	const op = "account.SignInByPassword"
	a := s.attempt(from, req.Login)
	now := s.Now()
	if err := s.DB.Write(ctx, func(tx dbx.Tx) error { return a.begin(ctx, tx, now) }); err != nil {
		return portalapi.Session{}, err
	}
	if a.fails.total > slowLogin {
		if err := s.Wait(ctx, slowBy); err != nil {
			return portalapi.Session{}, err
		}
	}
	ok, stale, err := s.Hasher.Check(ctx, req.Password, a.hash)
	if err != nil {
		return portalapi.Session{}, err
	}
	if !ok || a.fails.run > closedLogin {
		if err := s.DB.Write(ctx, func(tx dbx.Tx) error { return a.refused(ctx, tx, now) }); err != nil {
			return portalapi.Session{}, err
		}
		return portalapi.Session{}, &akno.Error{Code: akno.BadLogin, Op: op}
	}
	if a.expires != 0 && now.UnixMilli() >= a.expires {
		return portalapi.Session{}, &akno.Error{Code: akno.ExpiredCode, Op: op, Err: errors.New("one-time password")}
	}
	var fresh string
	if stale {
		if fresh, err = s.Hasher.Hash(ctx, req.Password); err != nil {
			return portalapi.Session{}, err
		}
	}
	var out portalapi.Session
	err = s.DB.Write(ctx, func(tx dbx.Tx) error {
		out, err = a.accepted(ctx, tx, fresh, now)
		return err
	})
	return out, err
}

func (s *Service) attempt(from, login string) *attempt {
	a := &attempt{kind: KindIdentifier, way: session.ByIdentifier}
	name := strings.ToUpper(strings.TrimSpace(login))
	if strings.Contains(login, "@") {
		a.kind, a.way, name = KindEmail, session.ByEmail, normalEmail(login)
	}
	network := prefix(from)
	a.login = s.Secret.Key(a.kind, name)
	a.network = s.Secret.Key("network", network)
	a.pair = s.Secret.Key("pair", a.kind+"\x00"+name+"\x00"+network)
	return a
}

// begin counts the attempt and finds the account.
func (a *attempt) begin(ctx context.Context, tx dbx.Tx, now time.Time) error {
	id, err := Owner(ctx, tx, a.kind, a.login)
	if err != nil {
		return err
	}
	r, _, err := find(ctx, tx, id)
	if err != nil {
		return err
	}
	a.account, a.hash, a.must, a.expires = r, "", false, 0
	if state := akno.AccountState(r.state); state == akno.AccountActive || state == akno.AccountUIIssued {
		_, err := dbx.Found(ctx, tx, `SELECT hash, must_change, expires_at FROM password WHERE account_id = ? AND way = ?`,
			[]any{id, string(a.way)}, &a.hash, &a.must, &a.expires)
		if err != nil {
			return fmt.Errorf("account: password: %w", err)
		}
	}
	counts, err := press(ctx, tx, "account.SignInByPassword", now,
		pressed{brakePair, a.pair}, pressed{brakeNetwork, a.network}, pressed{brakeLogin, a.login})
	if err != nil {
		return err
	}
	a.fails = counts[2]
	return nil
}

// refused tells the owner, if there is one, when somebody is guessing. It
// writes in any case: a commit takes time that would tell the known from the
// unknown.
func (a *attempt) refused(ctx context.Context, tx dbx.Tx, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE throttle SET count = count WHERE kind = ? AND key = ?`, brakeLogin.kind, a.login)
	if err != nil {
		return fmt.Errorf("throttle: %w", err)
	}
	if a.hash == "" {
		return nil
	}
	var letter mail.Letter
	switch {
	case a.fails.run == closedLogin:
		letter = mail.PasswordClosed
	case a.fails.total == slowLogin:
		letter = mail.Guessing
	}
	if letter != "" {
		if _, err := mail.Enqueue(ctx, tx, a.account.id, mail.Note{Letter: letter}, now); err != nil {
			return err
		}
	}
	return audit.Append(ctx, tx, a.account.id, now, audit.Record{
		Actor: audit.Guest, Action: "sign_in_refused", Entity: "account:" + a.account.id, Ground: string(a.way),
	})
}

func (a *attempt) accepted(ctx context.Context, tx dbx.Tx, fresh string, now time.Time) (portalapi.Session, error) {
	level := akno.Email
	if a.way == session.ByIdentifier {
		level = akno.NonStrict
	}
	if err := brakePair.release(ctx, tx, a.pair); err != nil {
		return portalapi.Session{}, err
	}
	if err := brakeLogin.release(ctx, tx, a.login); err != nil {
		return portalapi.Session{}, err
	}
	if err := brakeNetwork.takeBack(ctx, tx, a.network); err != nil {
		return portalapi.Session{}, err
	}
	if fresh != "" {
		_, err := tx.Exec(ctx, `UPDATE password SET hash = ? WHERE account_id = ? AND way = ? AND hash = ?`,
			fresh, a.account.id, string(a.way), a.hash)
		if err != nil {
			return portalapi.Session{}, fmt.Errorf("account: password: %w", err)
		}
	}
	return signedIn(ctx, tx, session.Opening{AccountID: a.account.id, Level: level, Way: a.way}, akno.EventLoginPassword, now)
}

// signedIn opens a session, records it and returns it with its token.
func signedIn(ctx context.Context, tx dbx.Tx, o session.Opening, e akno.Event, now time.Time) (portalapi.Session, error) {
	id, token, err := session.Open(ctx, tx, o, now)
	if err != nil {
		return portalapi.Session{}, err
	}
	if err := record(ctx, tx, o.AccountID, entry{audit.ByAccount(o.AccountID), e, string(o.Way)}, now); err != nil {
		return portalapi.Session{}, err
	}
	return present(ctx, tx, o.AccountID, id, token)
}

// Look returns the session of a token without taking the look for a use of it.
func (s *Service) Look(ctx context.Context, token string) (session.Session, error) {
	return session.Keeper{DB: s.DB, Now: s.Now}.Look(ctx, token)
}

// Authenticate returns the session of a token.
func (s *Service) Authenticate(ctx context.Context, token string) (session.Session, error) {
	return session.Keeper{DB: s.DB, Now: s.Now}.Authenticate(ctx, token)
}

// Current returns the caller's session with its account.
func (s *Service) Current(ctx context.Context, c session.Session) (portalapi.Session, error) {
	var out portalapi.Session
	err := s.DB.Read(ctx, func(tx dbx.Tx) error {
		var err error
		out, err = present(ctx, tx, c.AccountID, c.ID, "")
		return err
	})
	return out, err
}

// Sessions lists the open sessions of the caller's account.
func (s *Service) Sessions(ctx context.Context, c session.Session) (portalapi.SessionList, error) {
	var out portalapi.SessionList
	err := s.DB.Read(ctx, func(tx dbx.Tx) error {
		var err error
		out, err = session.List(ctx, tx, c, s.Now())
		return err
	})
	return out, err
}

// SignOut ends the caller's session.
func (s *Service) SignOut(ctx context.Context, c session.Session) error {
	return s.end(ctx, c, c.ID)
}

// EndSession ends another session of the caller's account.
func (s *Service) EndSession(ctx context.Context, c session.Session, id portalapi.Id) error {
	return s.end(ctx, c, id)
}

func (s *Service) end(ctx context.Context, c session.Session, id string) error {
	now := s.Now()
	return s.DB.Write(ctx, func(tx dbx.Tx) error {
		ended, err := session.End(ctx, tx, c.AccountID, id, now)
		if err != nil {
			return err
		}
		if !ended {
			return &akno.Error{Code: akno.NotFound, Op: "account.EndSession"}
		}
		return record(ctx, tx, c.AccountID, entry{audit.ByAccount(c.AccountID), akno.EventLogout, ""}, now)
	})
}

// ChangePassword replaces the password of the caller's way in and ends the
// other sessions. It is the only thing that a one-time password opens; with it
// an identifier that was just issued becomes a cabinet in use.
func (s *Service) ChangePassword(ctx context.Context, c session.Session, req portalapi.PasswordChange) (portalapi.Session, error) {
	defer clear(req.Current)
	defer clear(req.Next)
	const op = "account.ChangePassword"
	now := s.Now()
	key := s.Secret.Key("change", c.AccountID)
	var way, hash string
	err := s.DB.Write(ctx, func(tx dbx.Tx) error {
		var err error
		if way, hash, err = passwordOf(ctx, tx, c); err != nil {
			return err
		}
		_, err = press(ctx, tx, op, now, pressed{brakeChange, key})
		return err
	})
	if err != nil {
		return portalapi.Session{}, err
	}
	ok, _, err := s.Hasher.Check(ctx, req.Current, hash)
	if err != nil {
		return portalapi.Session{}, err
	}
	if !ok {
		return portalapi.Session{}, invalid(op, map[string]string{"current": "password_wrong"})
	}
	own := []string{c.Email, c.PersonalNumber}
	if c.Person != nil {
		own = append(own, c.Person.Surname, c.Person.Name)
	}
	fault := flaw(req.Next, own...)
	if string(req.Next) == string(req.Current) {
		fault = flawSame
	}
	if err := invalid(op, map[string]string{"next": fault}); err != nil {
		return portalapi.Session{}, err
	}
	next, err := s.Hasher.Hash(ctx, req.Next)
	if err != nil {
		return portalapi.Session{}, err
	}
	var out portalapi.Session
	err = s.DB.Write(ctx, func(tx dbx.Tx) error {
		out, err = s.changed(ctx, tx, c, change{way, hash, next, key}, now)
		return err
	})
	return out, err
}

// passwordOf returns the password row that a session may change: the one of its
// way in, or for a session by EDS the one that the account has.
func passwordOf(ctx context.Context, tx dbx.Tx, c session.Session) (way, hash string, err error) {
	found, err := dbx.Found(ctx, tx, `SELECT way, hash FROM password WHERE account_id = ? AND (way = ? OR ? = 'eds') ORDER BY way DESC LIMIT 1`,
		[]any{c.AccountID, string(c.Way), string(c.Way)}, &way, &hash)
	if err != nil {
		return "", "", fmt.Errorf("account: password: %w", err)
	}
	if !found {
		return "", "", &akno.Error{Code: akno.WrongState, Op: "account.ChangePassword", Err: errors.New("the account has no password")}
	}
	return way, hash, nil
}

type change struct {
	way, old, next string
	brake          []byte
}

func (s *Service) changed(ctx context.Context, tx dbx.Tx, c session.Session, ch change, now time.Time) (portalapi.Session, error) {
	r, found, err := find(ctx, tx, c.AccountID)
	if err != nil {
		return portalapi.Session{}, err
	}
	if !found {
		return portalapi.Session{}, &akno.Error{Code: akno.SignedOut, Op: "account.ChangePassword"}
	}
	n, err := dbx.Changed(ctx, tx, `UPDATE password SET hash = ?, must_change = 0, expires_at = 0, changed_at = ?
		WHERE account_id = ? AND way = ? AND hash = ?`, ch.next, now.UnixMilli(), c.AccountID, ch.way, ch.old)
	if err != nil {
		return portalapi.Session{}, fmt.Errorf("account: password: %w", err)
	}
	if n != 1 {
		return portalapi.Session{}, &akno.Error{Code: akno.Conflict, Op: "account.ChangePassword"}
	}
	if r.state == string(akno.AccountUIIssued) {
		if err := setState(ctx, tx, r, akno.EventFirstLogin, moved(akno.ByCitizen, r.id), now); err != nil {
			return portalapi.Session{}, err
		}
	}
	err = audit.Append(ctx, tx, c.AccountID, now, audit.Record{
		Actor: audit.ByAccount(c.AccountID), Action: "change_password", Entity: "account:" + c.AccountID, Ground: ch.way,
	})
	if err != nil {
		return portalapi.Session{}, err
	}
	if err := brakeChange.release(ctx, tx, ch.brake); err != nil {
		return portalapi.Session{}, err
	}
	if err := session.EndOthers(ctx, tx, c.AccountID, c.ID, now); err != nil {
		return portalapi.Session{}, err
	}
	if err := touch(ctx, tx, c.AccountID); err != nil {
		return portalapi.Session{}, err
	}
	return present(ctx, tx, c.AccountID, c.ID, "")
}
