package account

import (
	"context"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"akno/backend/internal/dbx"
	"akno/backend/portal/audit"
	"akno/backend/portal/mail"
)

const (
	claimLife  = 10 * time.Minute // of a code (ASVS 6.5.5)
	claimTries = 5
	claimPause = time.Minute // a code younger than this is not sent anew
)

// brakeClaim bounds the letters with codes to one cabinet. It is apart from that of
// the other letters, so that whoever asks for those cannot keep the owner from the
// counter.
var brakeClaim = brake{"claim", 24 * time.Hour, 5, time.Hour, 24 * time.Hour, 0}

// A Proof is what a clerk brings to claim a cabinet for the person at his counter.
type Proof struct {
	AccountID    string // of the cabinet
	Registration string // of the office
	OpID         string // of the clerk's command
	Code         string // as typed; empty to have a letter sent
	By           string // the clerk's account
}

// ClaimCode returns the code of the letter whose job has this id: eight digits in
// two groups.
func (s Secret) ClaimCode(jobID string) string {
	n := binary.BigEndian.Uint64(s.Key("claim letter", jobID)) % 100_000_000
	return fmt.Sprintf("%04d %04d", n/10_000, n%10_000)
}

// claimHash returns what is stored of a code.
func (s Secret) claimHash(p Proof, code string) []byte {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, code)
	return s.Key("claim code", p.AccountID+"\x00"+p.Registration+"\x00"+digits)
}

// ProveClaim proves that the person at the counter owns the cabinet that a clerk
// wants to claim. One with an identification number is proven by the document and
// needs nothing here. One that was opened by e-mail is known by an address, which
// anybody can name: its owner gets a code there, and Start carries it back. Without
// a code the letter is sent, and the error is akno.Invalid with the field claimCode:
// code_sent, code_wrong or code_expired. It writes in transactions of its own, so
// that a wrong try counts although the command fails.
func (s *Service) ProveClaim(ctx context.Context, p Proof) error {
	now := s.Now()
	why := ""
	err := s.DB.Write(ctx, func(tx dbx.Tx) error {
		why = ""
		needed, err := needsCode(ctx, tx, p.AccountID)
		if err != nil || !needed {
			return err
		}
		why, err = s.proveClaim(ctx, tx, p, now)
		return err
	})
	if err != nil {
		return err
	}
	return invalid("account.ProveClaim", map[string]string{"claimCode": why})
}

// Proven returns an error unless the cabinet needs no code or its code came with
// the command of p; it is asked inside the transaction that uses the proof.
func Proven(ctx context.Context, tx dbx.Tx, p Proof) error {
	needed, err := needsCode(ctx, tx, p.AccountID)
	if err != nil || !needed {
		return err
	}
	var op string
	_, err = dbx.Found(ctx, tx, `SELECT proven_op FROM claim_code WHERE account_id = ? AND registration = ?`,
		[]any{p.AccountID, p.Registration}, &op)
	if err != nil {
		return fmt.Errorf("claim: %w", err)
	}
	if op == "" || op != p.OpID {
		return invalid("account.Proven", map[string]string{"claimCode": "code_expired"})
	}
	return nil
}

// needsCode says whether a cabinet is known by nothing but its address. One that
// nobody can claim, since it waits for its activation or is closed, is refused here,
// before a letter goes.
func needsCode(ctx context.Context, tx dbx.Tx, accountID string) (bool, error) {
	r, found, err := find(ctx, tx, accountID)
	if err != nil || !found || r.number != "" {
		return false, err
	}
	_, _, err = issueMove(r)
	return true, err
}

// A claimRow is a code that was sent.
type claimRow struct {
	hash          []byte
	sent, expires int64
	tries         int
	op            string
}

func (c claimRow) live(now time.Time) bool {
	return c.op == "" && c.tries < claimTries && now.UnixMilli() < c.expires
}

// proveClaim returns what is wrong with a proof; empty when nothing is.
func (s *Service) proveClaim(ctx context.Context, tx dbx.Tx, p Proof, now time.Time) (why string, err error) {
	var c claimRow
	_, err = dbx.Found(ctx, tx, `SELECT code_hash, sent_at, expires_at, tries, proven_op FROM claim_code WHERE account_id = ? AND registration = ?`,
		[]any{p.AccountID, p.Registration}, &c.hash, &c.sent, &c.expires, &c.tries, &c.op)
	if err != nil {
		return "", fmt.Errorf("claim: %w", err)
	}
	switch {
	case c.op != "" && c.op == p.OpID: // the command is repeated
		return "", nil
	case p.Code == "":
		return "code_sent", s.sendClaim(ctx, tx, p, c, now)
	case !c.live(now):
		return "code_expired", nil
	}
	op := p.OpID
	if subtle.ConstantTimeCompare(c.hash, s.Secret.claimHash(p, p.Code)) != 1 {
		why, op = "code_wrong", ""
	}
	_, err = tx.Exec(ctx, `UPDATE claim_code SET tries = tries + 1, proven_op = ? WHERE account_id = ? AND registration = ?`,
		op, p.AccountID, p.Registration)
	if err != nil {
		return "", fmt.Errorf("claim: %w", err)
	}
	return why, nil
}

// sendClaim queues a letter with a new code, unless one has just gone.
func (s *Service) sendClaim(ctx context.Context, tx dbx.Tx, p Proof, c claimRow, now time.Time) error {
	if c.live(now) && now.Sub(time.UnixMilli(c.sent)) < claimPause {
		return nil
	}
	if _, err := press(ctx, tx, "account.ProveClaim", now, pressed{brakeClaim, s.Secret.Key("claim", p.AccountID)}); err != nil {
		return err
	}
	job, err := mail.Enqueue(ctx, tx, p.AccountID, mail.Note{Letter: mail.ClaimCode}, now)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO claim_code(account_id, registration, code_hash, sent_at, expires_at) VALUES(?, ?, ?, ?, ?)
		ON CONFLICT(account_id, registration) DO UPDATE SET code_hash = excluded.code_hash, sent_at = excluded.sent_at,
			expires_at = excluded.expires_at, tries = 0, proven_op = ''`,
		p.AccountID, p.Registration, s.Secret.claimHash(p, s.Secret.ClaimCode(job)), now.UnixMilli(), now.Add(claimLife).UnixMilli())
	if err != nil {
		return fmt.Errorf("claim: %w", err)
	}
	return audit.Append(ctx, tx, p.AccountID, now, audit.Record{
		Actor: audit.ByAccount(p.By), Action: "claim_code_sent", Entity: "account:" + p.AccountID, Ground: "registration",
	})
}
