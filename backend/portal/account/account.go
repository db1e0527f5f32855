// Package account makes accounts, proves who people are and lets them in: by
// e-mail and password, by the identifier that One Window issues, by EDS.
package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/portal/audit"
	"akno/backend/portal/session"
	"akno/backend/portal/store"
	"akno/backend/portalapi"
)

// ChangeKind is the kind under which changes of an account are told.
const ChangeKind = "account"

// Limits are the numbers that an operator may want to change.
type Limits struct {
	Registrations int // by e-mail, from one network in an hour
}

// DefaultLimits are the limits of a portal that faces the world.
var DefaultLimits = Limits{Registrations: 5}

// Service registers people and signs them in. All fields are set before use.
type Service struct {
	DB         dbx.DB
	Now        clock.Clock
	Secret     Secret
	Hasher     *Hasher
	Signatures session.Signatures
	Origin     string // the portal's address as it stands in challenges
	// Consents are the texts in force, one for each language that has one.
	Consents []portalapi.Consent
	Limits   Limits
	// Wait delays a check of a password that many got wrong.
	Wait func(ctx context.Context, d time.Duration) error
}

// Sleep is the Wait of a real portal.
func Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// A row is an account as the database has it, as far as this package needs it.
type row struct {
	id, state, maxLevel, roles, language, email, number, person string
	version                                                     int64
}

func find(ctx context.Context, tx dbx.Tx, accountID string) (row, bool, error) {
	r := row{id: accountID}
	found, err := dbx.Found(ctx, tx, `SELECT state, max_level, roles, language, email, personal_number, person, version
		FROM account WHERE account_id = ?`, []any{accountID},
		&r.state, &r.maxLevel, &r.roles, &r.language, &r.email, &r.number, &r.person, &r.version)
	if err != nil {
		return row{}, false, fmt.Errorf("account: %w", err)
	}
	return r, found, nil
}

// move returns the state that event e, caused by a, leads to.
func (r row) move(e akno.Event, a akno.Actor) (string, error) {
	to, ok := akno.AccountState(r.state).After(e, a)
	if !ok {
		return "", &akno.Error{Code: akno.WrongState, Op: "account." + string(e), Err: errors.New("account is " + r.state)}
	}
	return string(to), nil
}

// raise returns the higher of the account's highest level and l.
func (r row) raise(l akno.Level) string {
	if have, _ := akno.ParseLevel(r.maxLevel); have > l {
		l = have
	}
	return l.String()
}

// touch notes for the account's devices that the account has changed.
func touch(ctx context.Context, tx dbx.Tx, accountID string) error {
	var version int64
	err := tx.QueryRow(ctx, `UPDATE account SET version = version + 1 WHERE account_id = ? RETURNING version`, accountID).Scan(&version)
	if err != nil {
		return fmt.Errorf("account: version: %w", err)
	}
	return store.RecordChange(ctx, tx, accountID, ChangeKind, accountID, version, false)
}

// An entry is a line of an account's journal about the account itself.
type entry struct {
	actor  string
	event  akno.Event
	ground string
}

// record writes into the journal of the account.
func record(ctx context.Context, tx dbx.Tx, accountID string, e entry, now time.Time) error {
	return audit.Append(ctx, tx, accountID, now, audit.Record{
		Actor: e.actor, Action: string(e.event), Entity: "account:" + accountID, Ground: e.ground,
	})
}

// A mover is who causes a move of an account: in the table of states, and in
// the journal.
type mover struct {
	actor akno.Actor
	who   string
}

var (
	byGuest  = mover{akno.ByGuest, audit.Guest}
	bySystem = mover{akno.BySystem, audit.System}
)

// moved is a move by a person who is signed in.
func moved(a akno.Actor, accountID string) mover { return mover{a, audit.ByAccount(accountID)} }

// setState moves the account along its table and records the move.
func setState(ctx context.Context, tx dbx.Tx, r row, e akno.Event, m mover, now time.Time) error {
	to, err := r.move(e, m.actor)
	if err != nil {
		return err
	}
	n, err := dbx.Changed(ctx, tx, `UPDATE account SET state = ? WHERE account_id = ? AND state = ?`, to, r.id, r.state)
	if err != nil {
		return fmt.Errorf("account: state: %w", err)
	}
	if n != 1 {
		return &akno.Error{Code: akno.Conflict, Op: "account." + string(e)}
	}
	return record(ctx, tx, r.id, entry{m.who, e, ""}, now)
}

// agree stores the person's consent.
func agree(ctx context.Context, tx dbx.Tx, accountID string, c portalapi.Consent, way string, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO consent(account_id, given_at, version, sha256, way) VALUES(?, ?, ?, ?, ?)
		ON CONFLICT(account_id, given_at) DO NOTHING`, accountID, now.UnixMilli(), c.Version, c.Sha256, way)
	if err != nil {
		return fmt.Errorf("consent: %w", err)
	}
	return nil
}

// ConsentFlaw returns "" when c is a text in force: consent to another text is
// worth nothing.
func (s *Service) ConsentFlaw(c portalapi.Consent) string {
	if !slices.Contains(s.Consents, c) {
		return "consent_outdated"
	}
	return ""
}

// invalid returns an error with code Invalid when a field has a flaw.
func invalid(op string, fields map[string]string) error {
	for k, v := range fields {
		if v == "" {
			delete(fields, k)
		}
	}
	if len(fields) == 0 {
		return nil
	}
	return &akno.Error{Code: akno.Invalid, Op: op, Fields: fields}
}

// View returns the account as its owner sees it.
func View(ctx context.Context, tx dbx.Tx, accountID string) (portalapi.Account, error) {
	a := portalapi.Account{Id: accountID, Certificates: make([]portalapi.BoundCertificate, 0, 1)}
	var roles, email, person, body, office string
	err := tx.QueryRow(ctx, `SELECT max_level, roles, email, person, body, office FROM account WHERE account_id = ?`, accountID).
		Scan(&a.MaxLevel, &roles, &email, &person, &body, &office)
	if dbx.NoRows(err) {
		return portalapi.Account{}, &akno.Error{Code: akno.NotFound, Op: "account.View"}
	}
	if err != nil {
		return portalapi.Account{}, fmt.Errorf("account: %w", err)
	}
	for _, r := range session.RolesOf(roles, session.ByEDS) {
		a.Roles = append(a.Roles, portalapi.Role(r))
	}
	if email != "" {
		a.Email = &email
	}
	if office != "" {
		a.Office = &office
	}
	if a.Person, err = fromJSON[portalapi.Person](person); err != nil {
		return portalapi.Account{}, err
	}
	if a.Body, err = fromJSON[portalapi.BodyRef](body); err != nil {
		return portalapi.Account{}, err
	}
	err = dbx.Each(ctx, tx, func(scan func(...any) error) error {
		var c portalapi.BoundCertificate
		if err := scan(&c.Fingerprint, &c.NotAfter, &c.BoundAt); err != nil {
			return err
		}
		a.Certificates = append(a.Certificates, c)
		return nil
	}, `SELECT fingerprint, not_after, bound_at FROM certificate WHERE account_id = ? ORDER BY bound_at DESC LIMIT 32`, accountID)
	if err != nil {
		return portalapi.Account{}, fmt.Errorf("account: certificates: %w", err)
	}
	return a, nil
}

func fromJSON[T any](text string) (*T, error) {
	if text == "" {
		return nil, nil
	}
	v := new(T)
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return nil, fmt.Errorf("account: %w", err)
	}
	return v, nil
}

// present returns a session as it travels; token is "" but in the answer that
// opens it.
func present(ctx context.Context, tx dbx.Tx, accountID, id, token string) (portalapi.Session, error) {
	s, err := session.Load(ctx, tx, accountID, id)
	if err != nil {
		return portalapi.Session{}, err
	}
	if s.ID == "" {
		return portalapi.Session{}, &akno.Error{Code: akno.SignedOut, Op: "account.present"}
	}
	a, err := View(ctx, tx, accountID)
	if err != nil {
		return portalapi.Session{}, err
	}
	out := portalapi.Session{
		Id: s.ID, Level: portalapi.Level(s.Level.String()), Role: portalapi.Role(s.Role), Way: portalapi.Way(s.Way), Account: a,
		StartedAt: s.StartedAt.UnixMilli(), IdleUntil: s.IdleUntil.UnixMilli(), ExpiresAt: s.ExpiresAt.UnixMilli(),
		MustChangePassword: s.MustChangePassword,
	}
	if token != "" {
		out.Token = &token
	}
	return out, nil
}

// PersonKey returns the keyed hash by which the same names and birth date are
// found again, however they are spelt in case and in ё.
func (s Secret) PersonKey(surname, name, birthDate string) []byte {
	fold := strings.NewReplacer("ё", "е", "’", "'", "ʼ", "'")
	words := strings.Fields(fold.Replace(strings.ToLower(surname)) + " | " + fold.Replace(strings.ToLower(name)) + " | " + birthDate)
	return s.Key("person", strings.Join(words, " "))
}

// Body returns the account as it is pulled by its devices.
func Body(ctx context.Context, tx dbx.Tx, accountID, id string) (json.RawMessage, error) {
	if id != accountID {
		return nil, nil
	}
	a, err := View(ctx, tx, accountID)
	if akno.CodeOf(err) == akno.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(a)
}
