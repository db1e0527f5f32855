package account

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/ident"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/portal/audit"
	"akno/backend/portal/session"
	"akno/backend/portalapi"
)

const (
	challengeLife = 5 * time.Minute
	nonceSize     = 32
)

// Challenge makes a document to sign: once, within five minutes, for one
// purpose, at this portal.
func (s *Service) Challenge(ctx context.Context, purpose portalapi.ChallengeRequestPurpose) (portalapi.Challenge, error) {
	now := s.Now()
	var nonce [nonceSize]byte
	rand.Read(nonce[:])
	c := portalapi.Challenge{Id: ids.New(now), ExpiresAt: now.Add(challengeLife).UnixMilli()}
	c.Document = portalapi.ChallengeDocument{
		Origin: s.Origin, Purpose: string(purpose), Nonce: hex.EncodeToString(nonce[:]), At: now.Format(time.RFC3339),
	}.Marshal()
	err := s.DB.Write(ctx, func(tx dbx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO challenge(id, purpose, document, expires_at) VALUES(?, ?, ?, ?)`,
			c.Id, string(purpose), c.Document, c.ExpiresAt)
		return err
	})
	if err != nil {
		return portalapi.Challenge{}, fmt.Errorf("challenge: %w", err)
	}
	return c, nil
}

// prove checks a signed challenge: that it is one of ours, for this purpose,
// not used and not too old, and that the signature and the certificate are
// good. The challenge is used up by spend, inside the transaction that acts on
// the proof.
func (s *Service) prove(ctx context.Context, op string, purpose portalapi.ChallengeRequestPurpose, id string, signature []byte, now time.Time) (session.Signer, error) {
	var document []byte
	var expires, used int64
	var found bool
	err := s.DB.Read(ctx, func(tx dbx.Tx) error {
		var err error
		found, err = dbx.Found(ctx, tx, `SELECT document, expires_at, used_at FROM challenge WHERE id = ? AND purpose = ?`,
			[]any{id, string(purpose)}, &document, &expires, &used)
		return err
	})
	switch {
	case err != nil:
		return session.Signer{}, fmt.Errorf("challenge: %w", err)
	case !found || now.UnixMilli() >= expires:
		return session.Signer{}, &akno.Error{Code: akno.ExpiredCode, Op: op}
	case used != 0:
		return session.Signer{}, &akno.Error{Code: akno.UsedCode, Op: op}
	}
	content, by, err := s.Signatures.Attached(ctx, signature, now)
	if err != nil {
		return session.Signer{}, err
	}
	if !bytes.Equal(content, document) {
		return session.Signer{}, &akno.Error{Code: akno.BadSignature, Op: op, Err: errors.New("another document was signed")}
	}
	number := ""
	if by.Person.PersonalNumber != nil {
		number = *by.Person.PersonalNumber
	}
	if n, fault := ident.ParseNumber(number); fault != ident.None || n.Repaired || n.Text != number {
		return session.Signer{}, &akno.Error{Code: akno.CertUsage, Op: op, Err: errors.New("the certificate names no identification number: " + string(fault))}
	}
	return by, nil
}

// spend uses a challenge up.
func spend(ctx context.Context, tx dbx.Tx, op, id string, now time.Time) error {
	n, err := dbx.Changed(ctx, tx, `UPDATE challenge SET used_at = ? WHERE id = ? AND used_at = 0`, now.UnixMilli(), id)
	if err != nil {
		return fmt.Errorf("challenge: %w", err)
	}
	if n != 1 {
		return &akno.Error{Code: akno.UsedCode, Op: op}
	}
	return nil
}

func unspent(ctx context.Context, tx dbx.Tx, op, id string) error {
	var used int64
	found, err := dbx.Found(ctx, tx, `SELECT used_at FROM challenge WHERE id = ?`, []any{id}, &used)
	if err != nil {
		return fmt.Errorf("challenge: %w", err)
	}
	if !found || used != 0 {
		return &akno.Error{Code: akno.UsedCode, Op: op}
	}
	return nil
}

// RegisterByEDS opens the cabinet of the person whom the certificate names. If
// he has one already, however it was made, that one is claimed: a person never
// gets two.
func (s *Service) RegisterByEDS(ctx context.Context, req portalapi.EdsRegistration) (portalapi.Session, error) {
	const op = "account.RegisterByEDS"
	fields := map[string]string{"consent": s.ConsentFlaw(req.Consent)}
	email := ""
	if req.Email != nil {
		address, fault := ident.ParseEmail(*req.Email)
		email, fields["email"] = address.Text, string(fault)
	}
	if err := invalid(op, fields); err != nil {
		return portalapi.Session{}, err
	}
	now := s.Now()
	by, err := s.prove(ctx, op, portalapi.ChallengeRequestPurposeRegister, req.ChallengeId, req.Signature, now)
	if err != nil {
		return portalapi.Session{}, err
	}
	var out portalapi.Session
	err = s.DB.Write(ctx, func(tx dbx.Tx) error {
		out = portalapi.Session{}
		if err := unspent(ctx, tx, op, req.ChallengeId); err != nil {
			return err
		}
		id, err := Owner(ctx, tx, KindIdentifier, s.Secret.Key(KindIdentifier, *by.Person.PersonalNumber))
		if err != nil {
			return err
		}
		claimed := id != ""
		if !claimed {
			id = ids.New(now)
		}
		if err := s.bindable(ctx, tx, op, id, by, claimed); err != nil {
			return err
		}
		if err := spend(ctx, tx, op, req.ChallengeId, now); err != nil {
			return err
		}
		if !claimed {
			if err := s.createByEDS(ctx, tx, id, email, string(req.Language), now); err != nil {
				return err
			}
		}
		if err := agree(ctx, tx, id, req.Consent, "eds", now); err != nil {
			return err
		}
		if err := s.bind(ctx, tx, id, by, now); err != nil {
			return err
		}
		out, err = signedIn(ctx, tx, strict(id, by), akno.EventLoginEDS, now)
		if claimed {
			out.Claimed = &claimed
		}
		return err
	})
	return out, err
}

func (s *Service) createByEDS(ctx context.Context, tx dbx.Tx, id, email, language string, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO account(account_id, state, max_level, roles, language, email, created_at, version)
		VALUES(?, 'active', 'strict', 'citizen', ?, ?, ?, 1)`, id, language, email, now.UnixMilli())
	if err != nil {
		return fmt.Errorf("account: %w", err)
	}
	return record(ctx, tx, id, entry{audit.Guest, akno.EventRegisterEDS, ""}, now)
}

// bindable checks, before the first write, whether the certificate may be bound
// to the account.
func (s *Service) bindable(ctx context.Context, tx dbx.Tx, op, id string, by session.Signer, exists bool) error {
	owner, err := Owner(ctx, tx, KindCertificate, s.Secret.Key(KindCertificate, by.Fingerprint))
	if err != nil {
		return err
	}
	if owner != "" && owner != id {
		return &akno.Error{Code: akno.Registered, Op: op, Err: errors.New("the certificate is bound to another account")}
	}
	if !exists {
		return nil
	}
	r, found, err := find(ctx, tx, id)
	if err != nil {
		return err
	}
	if state := akno.AccountState(r.state); !found || state != akno.AccountActive && state != akno.AccountUIIssued {
		return &akno.Error{Code: akno.WrongState, Op: op, Err: errors.New("account is " + r.state)}
	}
	if r.number != "" && r.number != *by.Person.PersonalNumber {
		return &akno.Error{Code: akno.WrongSigner, Op: op}
	}
	return nil
}

// bind makes the certificate one of the account's, the account the owner of the
// person's number, and the profile what the certificate certifies.
func (s *Service) bind(ctx context.Context, tx dbx.Tx, id string, by session.Signer, now time.Time) error {
	number := *by.Person.PersonalNumber
	if err := Claim(ctx, tx, KindIdentifier, s.Secret.Key(KindIdentifier, number), id); err != nil {
		return err
	}
	if err := Claim(ctx, tx, KindCertificate, s.Secret.Key(KindCertificate, by.Fingerprint), id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO certificate(account_id, fingerprint, der, not_after, bound_at) VALUES(?, ?, ?, ?, ?)
		ON CONFLICT(account_id, fingerprint) DO NOTHING`, id, by.Fingerprint, by.Certificate, by.NotAfter.UnixMilli(), now.UnixMilli())
	if err != nil {
		return fmt.Errorf("account: certificate: %w", err)
	}
	if err := s.setPerson(ctx, tx, id, by.Person, false); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE account SET max_level = 'strict' WHERE account_id = ?`, id); err != nil {
		return fmt.Errorf("account: level: %w", err)
	}
	r, _, err := find(ctx, tx, id)
	if err != nil {
		return err
	}
	if r.state == string(akno.AccountUIIssued) { // a stronger proof than the envelope: the cabinet is in use
		if err := setState(ctx, tx, r, akno.EventFirstLogin, moved(akno.ByCitizen, id), now); err != nil {
			return err
		}
	}
	if err := record(ctx, tx, id, entry{audit.ByAccount(id), akno.EventBindEDS, by.Fingerprint}, now); err != nil {
		return err
	}
	return touch(ctx, tx, id)
}

// setPerson fills the profile. What a clerk has entered from the document is
// richer than a certificate and is kept, unless over is set.
func (s *Service) setPerson(ctx context.Context, tx dbx.Tx, id string, p portalapi.Person, over bool) error {
	birth := ""
	if p.PersonalNumber != nil && p.BirthDate == nil {
		if n, fault := ident.ParseNumber(*p.PersonalNumber); fault == ident.None && n.Sex != "" {
			day, sex := n.Birth.String(), portalapi.PersonSex(n.Sex)
			p.BirthDate, p.Sex = &day, &sex
		}
	}
	if p.BirthDate != nil {
		birth = *p.BirthDate
	}
	text, err := toJSON(p)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE account SET person = ?, person_key = ?, personal_number = ? WHERE account_id = ? AND (person = '' OR ? = 1)`,
		text, s.Secret.PersonKey(p.Surname, p.Name, birth), *p.PersonalNumber, id, over)
	if err != nil {
		return fmt.Errorf("account: person: %w", err)
	}
	return nil
}

// SignInByEDS opens a strict session for the account that the certificate is
// bound to.
func (s *Service) SignInByEDS(ctx context.Context, req portalapi.SignedChallenge) (portalapi.Session, error) {
	const op = "account.SignInByEDS"
	now := s.Now()
	by, err := s.prove(ctx, op, portalapi.ChallengeRequestPurposeSignIn, req.ChallengeId, req.Signature, now)
	if err != nil {
		return portalapi.Session{}, err
	}
	var out portalapi.Session
	err = s.DB.Write(ctx, func(tx dbx.Tx) error {
		if err := unspent(ctx, tx, op, req.ChallengeId); err != nil {
			return err
		}
		id, err := s.bound(ctx, tx, op, by)
		if err != nil {
			return err
		}
		if err := spend(ctx, tx, op, req.ChallengeId, now); err != nil {
			return err
		}
		out, err = signedIn(ctx, tx, strict(id, by), akno.EventLoginEDS, now)
		return err
	})
	return out, err
}

// strict is the session that a signed challenge opens.
func strict(accountID string, by session.Signer) session.Opening {
	return session.Opening{AccountID: accountID, Level: akno.Strict, Way: session.ByEDS, Certificate: by.Fingerprint}
}

// bound returns the account in use that the signer's certificate is bound to.
func (s *Service) bound(ctx context.Context, tx dbx.Tx, op string, by session.Signer) (string, error) {
	id, err := Owner(ctx, tx, KindCertificate, s.Secret.Key(KindCertificate, by.Fingerprint))
	if err != nil {
		return "", err
	}
	if id == "" {
		return "", &akno.Error{Code: akno.Unbound, Op: op}
	}
	return id, s.bindable(ctx, tx, op, id, by, true)
}

// StepUp raises the caller's session to strict. The old token ends with the
// same commit that begins the new one.
func (s *Service) StepUp(ctx context.Context, c session.Session, req portalapi.SignedChallenge) (portalapi.Session, error) {
	const op = "account.StepUp"
	now := s.Now()
	by, err := s.prove(ctx, op, portalapi.ChallengeRequestPurposeStepUp, req.ChallengeId, req.Signature, now)
	if err != nil {
		return portalapi.Session{}, err
	}
	return raise{op: op, caller: c, challenge: req.ChallengeId, by: by, check: func(tx dbx.Tx) error {
		id, err := s.bound(ctx, tx, op, by)
		if err == nil && id != c.AccountID {
			err = &akno.Error{Code: akno.WrongSigner, Op: op}
		}
		return err
	}}.run(ctx, s.DB, now)
}

// BindCertificate binds the certificate of the same person to the caller's
// account and raises the session.
func (s *Service) BindCertificate(ctx context.Context, c session.Session, req portalapi.SignedChallenge) (portalapi.Session, error) {
	const op = "account.BindCertificate"
	now := s.Now()
	by, err := s.prove(ctx, op, portalapi.ChallengeRequestPurposeBind, req.ChallengeId, req.Signature, now)
	if err != nil {
		return portalapi.Session{}, err
	}
	check := func(tx dbx.Tx) error {
		owner, err := Owner(ctx, tx, KindIdentifier, s.Secret.Key(KindIdentifier, *by.Person.PersonalNumber))
		if err != nil {
			return err
		}
		if owner != "" && owner != c.AccountID {
			return &akno.Error{Code: akno.Registered, Op: op, Err: errors.New("the person has another cabinet")}
		}
		return s.bindable(ctx, tx, op, c.AccountID, by, true)
	}
	do := func(tx dbx.Tx) error { return s.bind(ctx, tx, c.AccountID, by, now) }
	return raise{op, c, req.ChallengeId, by, check, do}.run(ctx, s.DB, now)
}

// A raise replaces the caller's session by a strict one on the proof of a signed
// challenge. check runs before the first write; do, which may be nil, after it.
type raise struct {
	op        string
	caller    session.Session
	challenge string
	by        session.Signer
	check, do func(tx dbx.Tx) error
}

func (r raise) run(ctx context.Context, db dbx.DB, now time.Time) (portalapi.Session, error) {
	var out portalapi.Session
	err := db.Write(ctx, func(tx dbx.Tx) error {
		if err := unspent(ctx, tx, r.op, r.challenge); err != nil {
			return err
		}
		if err := r.check(tx); err != nil {
			return err
		}
		if err := spend(ctx, tx, r.op, r.challenge, now); err != nil {
			return err
		}
		ended, err := session.End(ctx, tx, r.caller.AccountID, r.caller.ID, now)
		if err != nil {
			return err
		}
		if !ended {
			return &akno.Error{Code: akno.SignedOut, Op: r.op}
		}
		if r.do != nil {
			if err := r.do(tx); err != nil {
				return err
			}
		}
		out, err = signedIn(ctx, tx, strict(r.caller.AccountID, r.by), akno.EventSignatureOK, now)
		return err
	})
	return out, err
}
