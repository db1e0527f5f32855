package account

import (
	"context"
	"fmt"
	"strings"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/ident"
	"akno/backend/internal/dbx"
	"akno/backend/portal/audit"
	"akno/backend/portal/mail"
	"akno/backend/portal/session"
	"akno/backend/portalapi"
)

const resetLife = 10 * time.Minute // of the code in a letter (ASVS 6.5.5)

var (
	// Letters to one address that set its password anew: one a minute, five in an
	// hour. They are counted apart from the other letters.
	brakeReset = brake{"reset", time.Hour, 5, 10 * time.Minute, time.Hour, time.Minute}
	// Such letters asked for from one network.
	brakeResetNetwork = brake{"reset_network", time.Hour, 30, time.Minute, time.Hour, 0}
)

// resetSent is the answer to everybody who asks for a letter.
var resetSent = portalapi.LetterSent{ResendAfter: int(brakeReset.step / time.Second), ValidFor: int(resetLife / time.Second)}

// ResetCode returns the code of the letter whose job has this id: 130 bits in 26
// characters, in groups.
func (s Secret) ResetCode(jobID string) string { return s.letterCode("reset", jobID) }

// RequestReset sends the owner of an e-mail cabinet a code by which he may set its
// password anew. It answers in the same way and does the same work whether the
// address is known or not.
func (s *Service) RequestReset(ctx context.Context, from string, email portalapi.Email) (portalapi.LetterSent, error) {
	const op = "account.RequestReset"
	address, fault := ident.ParseEmail(email)
	if err := invalid(op, map[string]string{"email": string(fault)}); err != nil {
		return portalapi.LetterSent{}, err
	}
	key := s.Secret.Key(KindEmail, normalEmail(address.Text))
	now := s.Now()
	err := s.DB.Write(ctx, func(tx dbx.Tx) error {
		_, err := press(ctx, tx, op, now, pressed{brakeReset, key}, pressed{brakeResetNetwork, s.Secret.Key("network", prefix(from))})
		if err != nil {
			return err
		}
		owner, err := Owner(ctx, tx, KindEmail, key)
		if err != nil {
			return err
		}
		letter := mail.PasswordReset
		if owner == "" {
			owner, letter = fmt.Sprintf("guest:%x", key[:16]), mail.Nobody
		}
		job, err := mail.Enqueue(ctx, tx, owner, mail.Note{Letter: letter}, now)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO password_reset(code_hash, account_id, expires_at) VALUES(?, ?, ?)`,
			codeHash(s.Secret.ResetCode(job)), owner, now.Add(resetLife).UnixMilli())
		if err != nil {
			return fmt.Errorf("reset: %w", err)
		}
		return nil
	})
	if err != nil {
		return portalapi.LetterSent{}, err
	}
	return resetSent, nil
}

// ResetPassword sets the password of the e-mail cabinet whose letter holds the code.
// A code is good once. The way in by the address is open again, however many wrong
// passwords closed it, and the sessions that it opened end. Nothing else changes:
// the letter proves an address, so it opens the level of an address.
func (s *Service) ResetPassword(ctx context.Context, req portalapi.PasswordReset) (portalapi.Activated, error) {
	defer clear(req.Password)
	const op = "account.ResetPassword"
	code := codeHash(req.Code)
	now := s.Now()
	var r row
	err := s.DB.Read(ctx, func(tx dbx.Tx) error {
		var err error
		r, err = resettable(ctx, tx, op, code, now)
		return err
	})
	if err != nil {
		return portalapi.Activated{}, err
	}
	local, _, _ := strings.Cut(r.email, "@")
	if err := invalid(op, map[string]string{"password": flaw(req.Password, r.email, local)}); err != nil {
		return portalapi.Activated{}, err
	}
	hash, err := s.Hasher.Hash(ctx, req.Password)
	if err != nil {
		return portalapi.Activated{}, err
	}
	err = s.DB.Write(ctx, func(tx dbx.Tx) error {
		if r, err = resettable(ctx, tx, op, code, now); err != nil {
			return err
		}
		return s.reset(ctx, tx, r, code, hash, now)
	})
	if err != nil {
		return portalapi.Activated{}, err
	}
	return portalapi.Activated{Email: r.email}, nil
}

// resettable returns the account whose password a code sets anew.
func resettable(ctx context.Context, tx dbx.Tx, op string, code []byte, now time.Time) (row, error) {
	var id string
	var expires, used int64
	found, err := dbx.Found(ctx, tx, `SELECT account_id, expires_at, used_at FROM password_reset WHERE code_hash = ?`,
		[]any{code}, &id, &expires, &used)
	switch {
	case err != nil:
		return row{}, fmt.Errorf("reset: %w", err)
	case !found:
		return row{}, &akno.Error{Code: akno.NotFound, Op: op}
	case used != 0:
		return row{}, &akno.Error{Code: akno.UsedCode, Op: op}
	case now.UnixMilli() >= expires:
		return row{}, &akno.Error{Code: akno.ExpiredCode, Op: op}
	}
	r, found, err := find(ctx, tx, id)
	if err != nil {
		return row{}, err
	}
	if !found || r.state != string(akno.AccountActive) {
		return row{}, &akno.Error{Code: akno.ExpiredCode, Op: op}
	}
	return r, nil
}

func (s *Service) reset(ctx context.Context, tx dbx.Tx, r row, code []byte, hash string, now time.Time) error {
	for _, q := range []struct {
		text string
		args []any
	}{
		{`UPDATE password_reset SET used_at = ? WHERE code_hash = ?`, []any{now.UnixMilli(), code}},
		{
			`INSERT INTO password(account_id, way, hash, must_change, expires_at, changed_at) VALUES(?, 'email', ?, 0, 0, ?)
			ON CONFLICT(account_id, way) DO UPDATE SET hash = excluded.hash, must_change = 0, expires_at = 0, changed_at = excluded.changed_at`,
			[]any{r.id, hash, now.UnixMilli()},
		},
		{
			`UPDATE session SET ended_at = ? WHERE account_id = ? AND way = ? AND ended_at = 0`,
			[]any{now.UnixMilli(), r.id, string(session.ByEmail)},
		},
	} {
		if _, err := tx.Exec(ctx, q.text, q.args...); err != nil {
			return fmt.Errorf("reset: %w", err)
		}
	}
	if err := brakeLogin.release(ctx, tx, s.Secret.Key(KindEmail, normalEmail(r.email))); err != nil {
		return err
	}
	err := audit.Append(ctx, tx, r.id, now, audit.Record{
		Actor: audit.Guest, Action: "reset_password", Entity: "account:" + r.id, Ground: string(session.ByEmail),
	})
	if err != nil {
		return err
	}
	return touch(ctx, tx, r.id)
}
