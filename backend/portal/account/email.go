package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/ident"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/portal/audit"
	"akno/backend/portal/mail"
	"akno/backend/portal/store"
	"akno/backend/portalapi"
)

const (
	activationLife = 24 * time.Hour      // of the code in a letter
	purgeAfter     = 30 * 24 * time.Hour // a cabinet that was never activated is removed
)

// letterSent is the answer to everybody who asks for a letter.
var letterSent = portalapi.LetterSent{ResendAfter: int(brakeLetter.step / time.Second), ValidFor: int(activationLife / time.Second)}

// RegisterByEmail makes an account that waits for the code of a letter. It
// answers in the same way, and does the same work, whether the address is known
// or not; the owner of a known address gets a letter that says so. Each request
// makes an account of its own: the address belongs to the one whose code is
// used first, so that nobody can put his password under an address before its
// owner comes.
func (s *Service) RegisterByEmail(ctx context.Context, from string, req portalapi.EmailRegistration) (portalapi.LetterSent, error) {
	defer clear(req.Password)
	const op = "account.RegisterByEmail"
	address, fault := ident.ParseEmail(req.Email)
	local, _, _ := strings.Cut(address.Text, "@")
	fields := map[string]string{
		"email":    string(fault),
		"password": flaw(req.Password, address.Text, local),
		"consent":  s.ConsentFlaw(req.Consent),
	}
	if err := invalid(op, fields); err != nil {
		return portalapi.LetterSent{}, err
	}
	hash, err := s.Hasher.Hash(ctx, req.Password)
	if err != nil {
		return portalapi.LetterSent{}, err
	}
	key := s.Secret.Key(KindEmail, normalEmail(address.Text))
	cmd, err := store.NewOp(req.OpId, op, address.Text, req.Language, req.Consent)
	if err != nil {
		return portalapi.LetterSent{}, err
	}
	now := s.Now()
	register := brakeRegister
	register.free = s.Limits.Registrations
	scope := fmt.Sprintf("guest:%x", key[:16])
	var out portalapi.LetterSent
	err = s.DB.Write(ctx, func(tx dbx.Tx) error {
		out, err = store.OnceAs(ctx, tx, scope, cmd, now, func() (portalapi.LetterSent, error) {
			_, err := press(ctx, tx, op, now, pressed{register, s.Secret.Key("network", prefix(from))}, pressed{brakeLetter, key})
			if err != nil {
				return portalapi.LetterSent{}, err
			}
			owner, err := Owner(ctx, tx, KindEmail, key)
			if err != nil {
				return portalapi.LetterSent{}, err
			}
			if owner != "" {
				_, err := mail.Enqueue(ctx, tx, owner, mail.Note{Letter: mail.AlreadyRegistered}, now)
				return letterSent, err
			}
			return letterSent, s.createPending(ctx, tx, pending{address.Text, key, hash, string(req.Language), req.Consent}, now)
		})
		return err
	})
	return out, err
}

type pending struct {
	email    string
	key      []byte
	hash     string
	language string
	consent  portalapi.Consent
}

func (s *Service) createPending(ctx context.Context, tx dbx.Tx, p pending, now time.Time) error {
	id := ids.New(now)
	_, err := tx.Exec(ctx, `INSERT INTO account(account_id, state, max_level, roles, language, email, email_key, created_at, version)
		VALUES(?, ?, 'open', 'citizen', ?, ?, ?, ?, 1)`, id, string(akno.AccountPending), p.language, p.email, p.key, now.UnixMilli())
	if err != nil {
		return fmt.Errorf("account: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO password(account_id, way, hash, must_change, expires_at, changed_at) VALUES(?, 'email', ?, 0, 0, ?)`,
		id, p.hash, now.UnixMilli())
	if err != nil {
		return fmt.Errorf("account: password: %w", err)
	}
	if err := agree(ctx, tx, id, p.consent, "email", now); err != nil {
		return err
	}
	if err := record(ctx, tx, id, entry{audit.Guest, akno.EventRegisterEmail, ""}, now); err != nil {
		return err
	}
	err = store.Enqueue(ctx, tx, ids.New(now), store.Job{AccountID: id, Kind: JobExpire, Payload: "{}", RunAt: now.Add(activationLife)})
	if err != nil {
		return err
	}
	return s.sendActivation(ctx, tx, id, now)
}

// sendActivation queues a letter with a new code and voids the codes before it.
func (s *Service) sendActivation(ctx context.Context, tx dbx.Tx, accountID string, now time.Time) error {
	if _, err := tx.Exec(ctx, `UPDATE activation SET void = 1 WHERE account_id = ?`, accountID); err != nil {
		return fmt.Errorf("activation: %w", err)
	}
	job, err := mail.Enqueue(ctx, tx, accountID, mail.Note{Letter: mail.Activation}, now)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO activation(code_hash, account_id, expires_at) VALUES(?, ?, ?)`,
		codeHash(s.Secret.ActivationCode(job)), accountID, now.Add(activationLife).UnixMilli())
	if err != nil {
		return fmt.Errorf("activation: %w", err)
	}
	return nil
}

// ResendActivation sends the letter of the newest account that waits under the
// address. The answer is the same when there is none.
func (s *Service) ResendActivation(ctx context.Context, from string, email portalapi.Email) (portalapi.LetterSent, error) {
	const op = "account.ResendActivation"
	address, fault := ident.ParseEmail(email)
	if err := invalid(op, map[string]string{"email": string(fault)}); err != nil {
		return portalapi.LetterSent{}, err
	}
	key := s.Secret.Key(KindEmail, normalEmail(address.Text))
	now := s.Now()
	err := s.DB.Write(ctx, func(tx dbx.Tx) error {
		if _, err := press(ctx, tx, op, now, pressed{brakeLetter, key}); err != nil {
			return err
		}
		var id string
		found, err := dbx.Found(ctx, tx, `SELECT account_id FROM account WHERE email_key = ? AND state IN ('email_pending', 'email_expired')
			ORDER BY created_at DESC LIMIT 1`, []any{key}, &id)
		if err != nil {
			return fmt.Errorf("account: %w", err)
		}
		if !found {
			owner, err := Owner(ctx, tx, KindEmail, key)
			if err != nil {
				return err
			}
			letter := mail.AlreadyRegistered
			if owner == "" {
				owner, letter = fmt.Sprintf("guest:%x", key[:16]), mail.Nobody
			}
			_, err = mail.Enqueue(ctx, tx, owner, mail.Note{Letter: letter}, now)
			return err
		}
		r, _, err := find(ctx, tx, id)
		if err != nil {
			return err
		}
		if r.state == string(akno.AccountExpired) {
			if err := setState(ctx, tx, r, akno.EventResendActivation, byGuest, now); err != nil {
				return err
			}
		}
		return s.sendActivation(ctx, tx, id, now)
	})
	if err != nil {
		return portalapi.LetterSent{}, err
	}
	return letterSent, nil
}

// Activate opens the cabinet whose letter holds the code. A code opens once.
func (s *Service) Activate(ctx context.Context, from, code string) (portalapi.Activated, error) {
	const op = "account.Activate"
	hash := codeHash(code)
	now := s.Now()
	var out portalapi.Activated
	err := s.DB.Write(ctx, func(tx dbx.Tx) error {
		var id string
		var expires, used int64
		var void bool
		found, err := dbx.Found(ctx, tx, `SELECT account_id, expires_at, used_at, void FROM activation WHERE code_hash = ?`,
			[]any{hash}, &id, &expires, &used, &void)
		switch {
		case err != nil:
			return fmt.Errorf("activation: %w", err)
		case !found:
			return &akno.Error{Code: akno.NotFound, Op: op}
		case used != 0:
			return &akno.Error{Code: akno.UsedCode, Op: op}
		case void || now.UnixMilli() >= expires:
			return &akno.Error{Code: akno.ExpiredCode, Op: op}
		}
		r, found, err := find(ctx, tx, id)
		if err != nil {
			return err
		}
		if !found {
			return &akno.Error{Code: akno.ExpiredCode, Op: op, Err: errors.New("the account was removed")}
		}
		if _, err := r.move(akno.EventActivate, akno.ByGuest); err != nil {
			return err
		}
		key := s.Secret.Key(KindEmail, normalEmail(r.email))
		if err := Claim(ctx, tx, KindEmail, key, id); err != nil {
			return err
		}
		out.Email = r.email
		return s.activated(ctx, tx, r, key, hash, now)
	})
	return out, err
}

func (s *Service) activated(ctx context.Context, tx dbx.Tx, r row, key, hash []byte, now time.Time) error {
	if err := setState(ctx, tx, r, akno.EventActivate, byGuest, now); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE activation SET used_at = ? WHERE code_hash = ?`, now.UnixMilli(), hash); err != nil {
		return fmt.Errorf("activation: %w", err)
	}
	_, err := tx.Exec(ctx, `UPDATE account SET max_level = ? WHERE account_id = ?`, r.raise(akno.Email), r.id)
	if err != nil {
		return fmt.Errorf("account: level: %w", err)
	}
	// Whoever else waits under this address can no longer have it.
	_, err = tx.Exec(ctx, `UPDATE activation SET void = 1 WHERE used_at = 0 AND account_id IN
		(SELECT account_id FROM account WHERE email_key = ? AND state IN ('email_pending', 'email_expired'))`, key)
	if err != nil {
		return fmt.Errorf("activation: %w", err)
	}
	return touch(ctx, tx, r.id)
}

// JobExpire is the kind of the job that follows an account made by e-mail: it
// closes the code after a day and removes the personal data after a month. It
// may run twice: what it does depends on the time only.
const JobExpire = "account.expire"

// Expire is the handler of JobExpire.
func (s *Service) Expire(ctx context.Context, j store.Job) error {
	now := s.Now()
	return s.DB.Write(ctx, func(tx dbx.Tx) error {
		r, found, err := find(ctx, tx, j.AccountID)
		if err != nil || !found {
			return err
		}
		var live int64 // end of the newest code
		err = tx.QueryRow(ctx, `SELECT COALESCE(max(expires_at), 0) FROM activation WHERE account_id = ?`, r.id).Scan(&live)
		if err != nil {
			return fmt.Errorf("activation: %w", err)
		}
		next := time.UnixMilli(live)
		switch akno.AccountState(r.state) {
		case akno.AccountPending:
			if !next.After(now) {
				if err := setState(ctx, tx, r, akno.EventTimeout, bySystem, now); err != nil {
					return err
				}
				next = next.Add(purgeAfter)
			}
		case akno.AccountExpired:
			if next = next.Add(purgeAfter); !next.After(now) {
				return purge(ctx, tx, r, now)
			}
		default:
			return nil
		}
		return store.Enqueue(ctx, tx, ids.New(now), store.Job{AccountID: r.id, Kind: JobExpire, Payload: "{}", RunAt: next})
	})
}

// purge removes what is personal of an account that was never used.
func purge(ctx context.Context, tx dbx.Tx, r row, now time.Time) error {
	if err := setState(ctx, tx, r, akno.EventPurge, bySystem, now); err != nil {
		return err
	}
	for _, q := range []string{
		`UPDATE account SET email = '', email_key = NULL, phone = '', person = '', person_key = NULL, personal_number = '' WHERE account_id = ?`,
		`DELETE FROM password WHERE account_id = ?`,
		`DELETE FROM activation WHERE account_id = ?`,
		`DELETE FROM consent WHERE account_id = ?`,
		`DELETE FROM claim_code WHERE account_id = ?`,
		`DELETE FROM password_reset WHERE account_id = ?`,
	} {
		if _, err := tx.Exec(ctx, q, r.id); err != nil {
			return fmt.Errorf("account: purge: %w", err)
		}
	}
	return nil
}

func toJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("account: %w", err)
	}
	return string(b), nil
}
