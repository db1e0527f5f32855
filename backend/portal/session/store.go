package session

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/portalapi"
)

const (
	secretSize = 32               // random octets of a token
	tokenSize  = 16 + secretSize  // the account's UUID before them: the route to its rows
	seenStep   = 30 * time.Second // how coarse the time of the last request is kept
)

// Limits are the two limits of a session: without a request, and in all.
type Limits struct{ Idle, Whole time.Duration }

// LimitsOf returns the limits of a session of level l.
func LimitsOf(l akno.Level) Limits {
	if l >= akno.Strict {
		return Limits{15 * time.Minute, 8 * time.Hour}
	}
	return Limits{30 * time.Minute, 12 * time.Hour}
}

// An Opening is what a new session is made of.
type Opening struct {
	AccountID   string
	Level       akno.Level
	Way         Way
	Certificate string // fingerprint, for ByEDS
}

// Open makes a session and returns it with its token, which is not stored and
// cannot be had again.
func Open(ctx context.Context, tx dbx.Tx, o Opening, now time.Time) (id, token string, err error) {
	account, err := hex.DecodeString(strings.ReplaceAll(o.AccountID, "-", ""))
	if err != nil || len(account) != 16 {
		return "", "", fmt.Errorf("session: %q is no account", o.AccountID)
	}
	raw := make([]byte, tokenSize)
	copy(raw, account)
	rand.Read(raw[16:]) // crypto/rand never fails
	hash := sha256.Sum256(raw[16:])
	id = ids.New(now)
	_, err = tx.Exec(ctx, `INSERT INTO session(account_id, id, token_hash, level, way, certificate, started_at, seen_at, expires_at)
		VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)`, o.AccountID, id, hash[:], o.Level.String(), string(o.Way), o.Certificate,
		now.UnixMilli(), now.UnixMilli(), now.Add(LimitsOf(o.Level).Whole).UnixMilli())
	if err != nil {
		return "", "", fmt.Errorf("session: open: %w", err)
	}
	return id, base64.RawURLEncoding.EncodeToString(raw), nil
}

// parse splits a token into the account and the hash of its secret.
func parse(token string) (accountID string, hash []byte, ok bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != tokenSize {
		return "", nil, false
	}
	h := hex.EncodeToString(raw[:16])
	sum := sha256.Sum256(raw[16:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:], sum[:], true
}

// End ends a session of the account. It returns false when there is no such
// open session.
func End(ctx context.Context, tx dbx.Tx, accountID, id string, now time.Time) (bool, error) {
	n, err := dbx.Changed(ctx, tx, `UPDATE session SET ended_at = ? WHERE account_id = ? AND id = ? AND ended_at = 0`,
		now.UnixMilli(), accountID, id)
	if err != nil {
		return false, fmt.Errorf("session: end: %w", err)
	}
	return n == 1, nil
}

// EndOthers ends all sessions of the account but the one named; "" ends all.
func EndOthers(ctx context.Context, tx dbx.Tx, accountID, keep string, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE session SET ended_at = ? WHERE account_id = ? AND id <> ? AND ended_at = 0`,
		now.UnixMilli(), accountID, keep)
	if err != nil {
		return fmt.Errorf("session: end others: %w", err)
	}
	return nil
}

// Keeper answers whose token it is.
type Keeper struct {
	DB  dbx.DB
	Now clock.Clock
}

var errSignedOut = &akno.Error{Code: akno.SignedOut, Op: "session.Authenticate"}

// Authenticate returns the session of a token, as the database has it now, and
// notes that it was used. Any token that opens nothing is answered with
// akno.SignedOut.
func (k Keeper) Authenticate(ctx context.Context, token string) (Session, error) {
	now := k.Now()
	s, seen, err := k.look(ctx, token, now)
	if err != nil || now.Sub(seen) < seenStep {
		return s, err
	}
	err = k.DB.Write(ctx, func(tx dbx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE session SET seen_at = ? WHERE account_id = ? AND id = ? AND ended_at = 0 AND seen_at < ?`,
			now.UnixMilli(), s.AccountID, s.ID, now.UnixMilli())
		return err
	})
	if err != nil {
		return Session{}, fmt.Errorf("session: seen: %w", err)
	}
	s.IdleUntil = now.Add(LimitsOf(s.Level).Idle)
	return s, nil
}

// Look is Authenticate for a request that a program makes by itself: nobody need
// be there, so it does not put off the end of an idle session.
func (k Keeper) Look(ctx context.Context, token string) (Session, error) {
	s, _, err := k.look(ctx, token, k.Now())
	return s, err
}

func (k Keeper) look(ctx context.Context, token string, now time.Time) (s Session, seen time.Time, err error) {
	accountID, hash, ok := parse(token)
	if !ok {
		return Session{}, seen, errSignedOut
	}
	err = k.DB.Read(ctx, func(tx dbx.Tx) error {
		var err error
		s, seen, err = load(ctx, tx, `s.token_hash = ?`, accountID, hash)
		return err
	})
	if err != nil {
		return Session{}, seen, err
	}
	if s.ID == "" || !now.Before(s.ExpiresAt) || !now.Before(s.IdleUntil) {
		return Session{}, seen, errSignedOut
	}
	return s, seen, nil
}

// Load returns an open session of the account by its id, inside a transaction.
// The session's ID is empty when there is none.
func Load(ctx context.Context, tx dbx.Tx, accountID, id string) (Session, error) {
	s, _, err := load(ctx, tx, `s.id = ?`, accountID, id)
	return s, err
}

func load(ctx context.Context, tx dbx.Tx, where, accountID string, arg any) (s Session, seenAt time.Time, err error) {
	var level, maxLevel, roles, language, person, body string
	var started, seen, expires int64
	found, err := dbx.Found(ctx, tx, `SELECT s.account_id, s.id, s.level, s.way, s.certificate, s.started_at, s.seen_at, s.expires_at,
			a.max_level, a.roles, a.language, a.email, a.personal_number, a.person, a.body, a.office,
			COALESCE((SELECT p.must_change FROM password p WHERE p.account_id = s.account_id AND p.way = s.way), 0)
		FROM session s JOIN account a ON a.account_id = s.account_id
		WHERE s.account_id = ? AND `+where+` AND s.ended_at = 0 AND a.state IN ('active', 'ui_issued')`,
		[]any{accountID, arg},
		&s.AccountID, &s.ID, &level, &s.Way, &s.Certificate, &started, &seen, &expires,
		&maxLevel, &roles, &language, &s.Email, &s.PersonalNumber, &person, &body, &s.Office, &s.MustChangePassword)
	if err != nil {
		return Session{}, time.Time{}, fmt.Errorf("session: %w", err)
	}
	if !found {
		return Session{}, time.Time{}, nil
	}
	s.Level, _ = akno.ParseLevel(level)
	s.MaxLevel, _ = akno.ParseLevel(maxLevel)
	s.Language, _ = akno.ParseLang(language)
	s.StartedAt, s.ExpiresAt = at(started), at(expires)
	s.IdleUntil = at(seen).Add(LimitsOf(s.Level).Idle)
	s.Roles = RolesOf(roles, s.Way)
	s.Role = s.Roles[len(s.Roles)-1]
	if s.Person, err = decode[portalapi.Person](person); err != nil {
		return Session{}, time.Time{}, err
	}
	if s.Body, err = decode[portalapi.BodyRef](body); err != nil {
		return Session{}, time.Time{}, err
	}
	return s, at(seen), nil
}

// RolesOf returns the roles that the words of an account give to a session
// opened by w, the strongest last. A role of staff acts only in a session that
// was opened by EDS.
func RolesOf(words string, w Way) []Role {
	out := []Role{Citizen}
	if w != ByEDS {
		return out
	}
	for _, r := range []Role{Clerk, Officer, Head} {
		for word := range strings.FieldsSeq(words) {
			if word == string(r) {
				out = append(out, r)
			}
		}
	}
	return out
}

func at(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

func decode[T any](text string) (*T, error) {
	if text == "" {
		return nil, nil
	}
	v := new(T)
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	return v, nil
}

// List returns the open sessions of the account, the newest first.
func List(ctx context.Context, tx dbx.Tx, s Session, now time.Time) (portalapi.SessionList, error) {
	out := portalapi.SessionList{Sessions: make([]portalapi.SessionItem, 0, 4)}
	err := dbx.Each(ctx, tx, func(scan func(...any) error) error {
		var i portalapi.SessionItem
		if err := scan(&i.Id, &i.Level, &i.Way, &i.StartedAt, &i.SeenAt); err != nil {
			return err
		}
		level, _ := akno.ParseLevel(string(i.Level))
		if now.Before(at(i.SeenAt).Add(LimitsOf(level).Idle)) {
			i.Current = i.Id == s.ID
			out.Sessions = append(out.Sessions, i)
		}
		return nil
	}, `SELECT id, level, way, started_at, seen_at FROM session
		WHERE account_id = ? AND ended_at = 0 AND expires_at > ? ORDER BY started_at DESC, id DESC LIMIT 200`, s.AccountID, now.UnixMilli())
	if err != nil {
		return portalapi.SessionList{}, fmt.Errorf("session: list: %w", err)
	}
	return out, nil
}
