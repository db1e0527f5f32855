package account

import (
	"context"
	"fmt"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/portal/audit"
	"akno/backend/portal/mail"
	"akno/backend/portal/session"
	"akno/backend/portal/store"
	"akno/backend/portalapi"
)

// OneTimeLife is how long a one-time password may wait to be changed.
const OneTimeLife = 30 * 24 * time.Hour

// An Issue is what One Window gives to a person who is present: an identifier,
// which is his identification number, and a one-time password for it.
type Issue struct {
	AccountID string // of the new account, or of the one that is claimed
	Claimed   bool
	Person    portalapi.Person // as in the document; with the number
	Language  string
	Email     string // to send notices to; may be empty
	Phone     string
	Hash      string            // of the one-time password
	Consent   portalapi.Consent // that the person signed
	By        string            // the clerk's account
	Ground    string            // the registration
}

// Issuable checks, before the first write, whether the identifier may be issued
// to the account: the number is free or is the account's already, and an
// account that is claimed is in use.
func (s *Service) Issuable(ctx context.Context, tx dbx.Tx, i Issue) error {
	const op = "account.Issue"
	owner, err := Owner(ctx, tx, KindIdentifier, s.Secret.Key(KindIdentifier, *i.Person.PersonalNumber))
	if err != nil {
		return err
	}
	if owner != "" && owner != i.AccountID {
		return &akno.Error{Code: akno.Registered, Op: op}
	}
	if !i.Claimed {
		return nil
	}
	r, found, err := find(ctx, tx, i.AccountID)
	if err != nil {
		return err
	}
	if !found {
		return &akno.Error{Code: akno.NotFound, Op: op}
	}
	if r.number != "" && r.number != *i.Person.PersonalNumber {
		return &akno.Error{Code: akno.Conflict, Op: op, Fields: map[string]string{"personalNumber": "other_person"}}
	}
	_, _, err = issueMove(r)
	return err
}

// issueMove returns the event that issuing an identifier to an existing account
// is, and false when the account stays as it is.
func issueMove(r row) (akno.Event, bool, error) {
	switch akno.AccountState(r.state) {
	case akno.AccountActive:
		return akno.EventUpgradeUI, true, nil
	case akno.AccountSuspended:
		return akno.EventResume, true, nil
	case akno.AccountUIIssued: // the envelope was lost: the clerk gives another one
		return "", false, nil
	}
	_, err := r.move(akno.EventUpgradeUI, akno.ByClerk)
	return "", false, err
}

// Issue makes or raises the account inside the transaction of the clerk's
// command. Sessions that were opened by an earlier password of the identifier
// end, and its counters of wrong passwords begin anew.
func (s *Service) Issue(ctx context.Context, tx dbx.Tx, i Issue, now time.Time) error {
	if err := s.prepareIssue(ctx, tx, i, now); err != nil {
		return err
	}
	number := *i.Person.PersonalNumber
	login := s.Secret.Key(KindIdentifier, number)
	if err := Claim(ctx, tx, KindIdentifier, login, i.AccountID); err != nil {
		return err
	}
	if err := s.setPerson(ctx, tx, i.AccountID, i.Person, true); err != nil {
		return err
	}
	until := now.Add(OneTimeLife)
	_, err := tx.Exec(ctx, `INSERT INTO password(account_id, way, hash, must_change, expires_at, changed_at) VALUES(?, 'identifier', ?, 1, ?, ?)
		ON CONFLICT(account_id, way) DO UPDATE SET hash = excluded.hash, must_change = 1, expires_at = excluded.expires_at, changed_at = excluded.changed_at`,
		i.AccountID, i.Hash, until.UnixMilli(), now.UnixMilli())
	if err != nil {
		return fmt.Errorf("account: password: %w", err)
	}
	_, err = tx.Exec(ctx, `UPDATE session SET ended_at = ? WHERE account_id = ? AND way = ? AND ended_at = 0`,
		now.UnixMilli(), i.AccountID, string(session.ByIdentifier))
	if err != nil {
		return fmt.Errorf("account: sessions: %w", err)
	}
	if err := brakeLogin.release(ctx, tx, login); err != nil {
		return err
	}
	if err := agree(ctx, tx, i.AccountID, i.Consent, "in_person", now); err != nil {
		return err
	}
	if err := record(ctx, tx, i.AccountID, entry{audit.ByAccount(i.By), akno.EventIssueIdentifier, i.Ground}, now); err != nil {
		return err
	}
	if _, err := mail.Enqueue(ctx, tx, i.AccountID, mail.Note{Letter: mail.IdentifierIssued}, now); err != nil {
		return err
	}
	err = store.Enqueue(ctx, tx, ids.New(now), store.Job{AccountID: i.AccountID, Kind: JobOneTime, Payload: "{}", RunAt: until})
	if err != nil {
		return err
	}
	return touch(ctx, tx, i.AccountID)
}

func (s *Service) prepareIssue(ctx context.Context, tx dbx.Tx, i Issue, now time.Time) error {
	if !i.Claimed {
		_, err := tx.Exec(ctx, `INSERT INTO account(account_id, state, max_level, roles, language, email, phone, created_at, version)
			VALUES(?, 'ui_issued', 'non_strict', 'citizen', ?, ?, ?, ?, 1)`, i.AccountID, i.Language, i.Email, i.Phone, now.UnixMilli())
		if err != nil {
			return fmt.Errorf("account: %w", err)
		}
		return nil
	}
	r, _, err := find(ctx, tx, i.AccountID)
	if err != nil {
		return err
	}
	e, moves, err := issueMove(r)
	if err != nil {
		return err
	}
	if moves {
		if err := setState(ctx, tx, r, e, moved(akno.ByClerk, i.By), now); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `UPDATE account SET max_level = ?, phone = CASE WHEN ? = '' THEN phone ELSE ? END WHERE account_id = ?`,
		r.raise(akno.NonStrict), i.Phone, i.Phone, i.AccountID)
	if err != nil {
		return fmt.Errorf("account: level: %w", err)
	}
	return nil
}

// JobOneTime is the kind of the job that suspends an account whose one-time
// password was never changed.
const JobOneTime = "account.one_time"

// ExpireOneTime is the handler of JobOneTime.
func (s *Service) ExpireOneTime(ctx context.Context, j store.Job) error {
	now := s.Now()
	return s.DB.Write(ctx, func(tx dbx.Tx) error {
		r, found, err := find(ctx, tx, j.AccountID)
		if err != nil || !found || r.state != string(akno.AccountUIIssued) {
			return err
		}
		var until int64
		_, err = dbx.Found(ctx, tx, `SELECT expires_at FROM password WHERE account_id = ? AND way = 'identifier' AND must_change = 1`, []any{r.id}, &until)
		if err != nil {
			return fmt.Errorf("account: password: %w", err)
		}
		if until > now.UnixMilli() { // a newer envelope was given
			return nil
		}
		if err := setState(ctx, tx, r, akno.EventTempPasswordExpired, bySystem, now); err != nil {
			return err
		}
		return session.EndOthers(ctx, tx, r.id, "", now)
	})
}
