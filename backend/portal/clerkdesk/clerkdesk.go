// Package clerkdesk is the registration of a person who is present, at the
// counter of One Window: the clerk looks for cabinets that the person may have,
// enters the document, records what he checked, and issues the identifier with
// a one-time password. A person never gets a second cabinet.
package clerkdesk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/ident"
	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/portal/account"
	"akno/backend/portal/audit"
	"akno/backend/portal/session"
	"akno/backend/portal/store"
	"akno/backend/portalapi"
)

// dropAfter is when a registration that was not finished is removed with the
// personal data in it.
const dropAfter = 24 * time.Hour

// minsk is the time of the day at the counter.
var minsk = time.FixedZone("+03", 3*60*60)

// Files tells whether the clerk has stored a scan.
type Files interface {
	// Stat returns the file of the account, or an error with code NotFound.
	Stat(ctx context.Context, accountID, sha256 string) (portalapi.BlobRef, error)
}

// Service is the counter's work. All fields are set before use.
type Service struct {
	DB       dbx.DB
	Now      clock.Clock
	Accounts *account.Service
	Files    Files
}

// A card is a registration as the database has it.
type card struct {
	office, id, clerk, account string
	claimed                    bool
	status                     akno.AccountState
	person                     portalapi.Person
	document                   portalapi.IdentityDocument
	contacts                   contacts
	checks                     *portalapi.Verification
	created, issued, version   int64
}

type contacts struct {
	Language string `json:"language"`
	Phone    string `json:"phone,omitempty"`
	Email    string `json:"email,omitempty"`
}

func (c card) view() portalapi.Registration {
	r := portalapi.Registration{
		Id: c.id, Status: portalapi.RegistrationStatus(c.status), Person: c.person, Document: c.document,
		CreatedAt: c.created, Version: c.version, Claimed: &c.claimed,
	}
	if c.claimed || c.issued != 0 {
		r.AccountId = &c.account
	}
	if c.issued != 0 {
		r.IssuedAt = &c.issued
	}
	if c.checks != nil {
		r.ApplicationScan, r.ConsentScan = &c.checks.ApplicationScan, &c.checks.ConsentScan
	}
	return r
}

const columns = `id, clerk_id, account_id, claimed, status, person, document, contacts, checks, created_at, issued_at, version`

func scanCard(office string, scan func(...any) error) (card, error) {
	c := card{office: office}
	var person, document, contacts, checks string
	err := scan(&c.id, &c.clerk, &c.account, &c.claimed, &c.status, &person, &document, &contacts, &checks, &c.created, &c.issued, &c.version)
	if err != nil {
		return card{}, err
	}
	err = errors.Join(json.Unmarshal([]byte(person), &c.person), json.Unmarshal([]byte(document), &c.document), json.Unmarshal([]byte(contacts), &c.contacts))
	if checks != "" {
		c.checks = new(portalapi.Verification)
		err = errors.Join(err, json.Unmarshal([]byte(checks), c.checks))
	}
	return c, err
}

func load(ctx context.Context, tx dbx.Tx, office, id string) (card, error) {
	c, err := scanCard(office, tx.QueryRow(ctx, `SELECT `+columns+` FROM registration WHERE office = ? AND id = ?`, office, id).Scan)
	if dbx.NoRows(err) {
		return card{}, &akno.Error{Code: akno.NotFound, Op: "clerkdesk.Get"}
	}
	if err != nil {
		return card{}, fmt.Errorf("registration: %w", err)
	}
	return c, nil
}

// move returns the state that event e leads to.
func (c card) move(e akno.Event) (akno.AccountState, error) {
	to, ok := c.status.After(e, akno.ByClerk)
	if !ok {
		return "", &akno.Error{Code: akno.WrongState, Op: "clerkdesk." + string(e), Err: errors.New("registration is " + string(c.status))}
	}
	return to, nil
}

// A step is what a clerk did with a registration.
type step struct {
	event      akno.Event
	id, ground string
}

// note writes a step into the journal of the clerk.
func note(ctx context.Context, tx dbx.Tx, s session.Session, did step, now time.Time) error {
	return audit.Append(ctx, tx, s.AccountID, now, audit.Record{
		Actor: audit.ByAccount(s.AccountID), Action: string(did.event), Entity: "registration:" + did.id, Ground: did.ground,
	})
}

func text(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("registration: %w", err)
	}
	return string(b), nil
}

// Matches returns the cabinets that may be the person's: the one that has the
// identification number, those of the same names and birth date, the one of the
// address. Every card that is shown is noted in the journal of its owner.
func (d *Service) Matches(ctx context.Context, s session.Session, q portalapi.MatchQuery) (portalapi.MatchList, error) {
	const op = "clerkdesk.Matches"
	number, err := d.queryNumber(op, q)
	if err != nil {
		return portalapi.MatchList{}, err
	}
	now := d.Now()
	var out portalapi.MatchList
	err = d.DB.Write(ctx, func(tx dbx.Tx) error {
		out = portalapi.MatchList{Matches: make([]portalapi.Match, 0, 2)}
		found, err := d.candidates(ctx, tx, number, q)
		if err != nil {
			return err
		}
		for _, id := range found {
			m, err := match(ctx, tx, id, number)
			if err != nil {
				return err
			}
			out.Matches = append(out.Matches, m)
		}
		for _, id := range found {
			err := audit.Append(ctx, tx, id, now, audit.Record{
				Actor: audit.ByAccount(s.AccountID), Action: "view_card", Entity: "account:" + id, Ground: string(q.Ground),
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

func (d *Service) queryNumber(op string, q portalapi.MatchQuery) (string, error) {
	number := deref(q.PersonalNumber)
	if number != "" {
		n, fault := ident.ParseNumber(number)
		if fault != ident.None {
			return "", invalid(op, map[string]string{"personalNumber": string(fault)})
		}
		number = n.Text
	}
	named := deref(q.Surname) != "" && deref(q.Name) != "" && deref(q.BirthDate) != ""
	if number == "" && !named && deref(q.Email) == "" {
		// A search by less would let a clerk leaf through the citizens.
		return "", invalid(op, map[string]string{"personalNumber": "required"})
	}
	return number, nil
}

// candidates returns the accounts that fit, the surest first.
func (d *Service) candidates(ctx context.Context, tx dbx.Tx, number string, q portalapi.MatchQuery) ([]string, error) {
	secret := d.Accounts.Secret
	var out []string
	add := func(id string) {
		for _, have := range out {
			if have == id {
				return
			}
		}
		if id != "" && len(out) < 50 {
			out = append(out, id)
		}
	}
	if number != "" {
		id, err := account.Owner(ctx, tx, account.KindIdentifier, secret.Key(account.KindIdentifier, number))
		if err != nil {
			return nil, err
		}
		add(id)
	}
	if deref(q.Surname) != "" && deref(q.Name) != "" && deref(q.BirthDate) != "" {
		err := dbx.Each(ctx, tx, func(scan func(...any) error) error {
			var id string
			err := scan(&id)
			add(id)
			return err
		}, `SELECT account_id FROM account WHERE person_key = ? AND state <> 'closed' ORDER BY created_at LIMIT 50`,
			secret.PersonKey(*q.Surname, *q.Name, *q.BirthDate))
		if err != nil {
			return nil, fmt.Errorf("account: %w", err)
		}
	}
	if email := deref(q.Email); email != "" {
		id, err := account.Owner(ctx, tx, account.KindEmail, secret.Key(account.KindEmail, strings.ToLower(strings.TrimSpace(email))))
		if err != nil {
			return nil, err
		}
		add(id)
	}
	return out, nil
}

func match(ctx context.Context, tx dbx.Tx, id, number string) (portalapi.Match, error) {
	m := portalapi.Match{AccountId: id}
	var have, email, person string
	var created int64
	err := tx.QueryRow(ctx, `SELECT state, max_level, personal_number, email, person, created_at FROM account WHERE account_id = ?`, id).
		Scan(&m.Status, &m.MaxLevel, &have, &email, &person, &created)
	if err != nil {
		return portalapi.Match{}, fmt.Errorf("account: %w", err)
	}
	m.Exact = number != "" && have == number
	m.CreatedAt = &created
	if person != "" {
		m.Person = new(portalapi.Person)
		if err := json.Unmarshal([]byte(person), m.Person); err != nil {
			return portalapi.Match{}, fmt.Errorf("account: %w", err)
		}
	}
	if email != "" {
		masked := mask(email)
		m.MaskedEmail = &masked
	}
	return m, nil
}

// mask leaves of an address what its owner recognises it by.
func mask(email string) string {
	local, domain, _ := strings.Cut(email, "@")
	r := []rune(local)
	if len(r) > 2 {
		return string(r[0]) + "***" + string(r[len(r)-1]) + "@" + domain
	}
	return "***@" + domain
}

// Start begins the registration of a person who is present. If the number has a
// cabinet, that one has to be claimed; if the names and the birth date have
// one, the clerk says why it is another person's.
func (d *Service) Start(ctx context.Context, s session.Session, req portalapi.RegistrationStart) (portalapi.Registration, error) {
	const op = "clerkdesk.Start"
	now := d.Now()
	if err := d.check(op, &req, now); err != nil {
		return portalapi.Registration{}, err
	}
	cmd, err := store.NewOp(req.OpId, op, req)
	if err != nil {
		return portalapi.Registration{}, err
	}
	if s.Office == "" {
		return portalapi.Registration{}, &akno.Error{Code: akno.Forbidden, Op: op, Err: errors.New("the clerk has no office")}
	}
	if s.PersonalNumber != "" && *req.Person.PersonalNumber == s.PersonalNumber {
		// Nobody is on both sides of the counter.
		return portalapi.Registration{}, &akno.Error{Code: akno.Forbidden, Op: op, Fields: map[string]string{"personalNumber": "own"}}
	}
	if req.ClaimAccountId != nil {
		if err := d.Accounts.ProveClaim(ctx, proof(s, req)); err != nil {
			return portalapi.Registration{}, err
		}
	}
	var out portalapi.Registration
	err = d.DB.Write(ctx, func(tx dbx.Tx) error {
		out, err = store.OnceAs(ctx, tx, s.AccountID, cmd, now, func() (portalapi.Registration, error) {
			return d.start(ctx, tx, s, req, now)
		})
		return err
	})
	return out, err
}

// proof is what the clerk brings to claim a cabinet.
func proof(s session.Session, req portalapi.RegistrationStart) account.Proof {
	return account.Proof{
		AccountID: deref(req.ClaimAccountId), Registration: s.Office + "\x1f" + req.RegistrationId, OpID: req.OpId,
		Code: deref(req.ClaimCode), By: s.AccountID,
	}
}

func (d *Service) start(ctx context.Context, tx dbx.Tx, s session.Session, req portalapi.RegistrationStart, now time.Time) (portalapi.Registration, error) {
	const op = "clerkdesk.Start"
	c := card{
		office: s.Office, id: req.RegistrationId, clerk: s.AccountID, status: akno.AccountUIDraft, person: req.Person, document: req.Document,
		contacts: contacts{string(req.Language), deref(req.Phone), deref(req.Email)}, created: now.UnixMilli(), version: 1,
	}
	if _, err := load(ctx, tx, c.office, c.id); akno.CodeOf(err) != akno.NotFound {
		return portalapi.Registration{}, errors.Join(&akno.Error{Code: akno.Conflict, Op: op}, err)
	}
	c.account, c.claimed = deref(req.ClaimAccountId), req.ClaimAccountId != nil
	if c.claimed {
		if err := account.Proven(ctx, tx, proof(s, req)); err != nil {
			return portalapi.Registration{}, err
		}
	} else {
		c.account = ids.New(now)
		same, err := d.candidates(ctx, tx, *c.person.PersonalNumber, portalapi.MatchQuery{
			Surname: &c.person.Surname, Name: &c.person.Name, BirthDate: c.person.BirthDate,
		})
		if err != nil {
			return portalapi.Registration{}, err
		}
		if len(same) > 0 && strings.TrimSpace(deref(req.OtherPersonReason)) == "" {
			return portalapi.Registration{}, &akno.Error{Code: akno.Registered, Op: op, Fields: map[string]string{"otherPersonReason": "required"}}
		}
	}
	if err := d.Accounts.Issuable(ctx, tx, c.issue("", "")); err != nil {
		return portalapi.Registration{}, err
	}
	person, err := text(c.person)
	if err != nil {
		return portalapi.Registration{}, err
	}
	document, err := text(c.document)
	if err != nil {
		return portalapi.Registration{}, err
	}
	contacts, err := text(c.contacts)
	if err != nil {
		return portalapi.Registration{}, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO registration(office, id, clerk_id, account_id, claimed, status, person, document, contacts, other_person_reason, created_at, version)
		VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, c.office, c.id, c.clerk, c.account, c.claimed, string(c.status), person, document, contacts,
		deref(req.OtherPersonReason), c.created, c.version)
	if err != nil {
		return portalapi.Registration{}, fmt.Errorf("registration: %w", err)
	}
	payload, err := text(dropPayload{c.office, c.id})
	if err != nil {
		return portalapi.Registration{}, err
	}
	err = store.Enqueue(ctx, tx, ids.New(now), store.Job{AccountID: s.AccountID, Kind: JobDrop, Payload: payload, RunAt: now.Add(dropAfter)})
	if err != nil {
		return portalapi.Registration{}, err
	}
	return c.view(), note(ctx, tx, s, step{akno.EventClerkStart, c.id, ""}, now)
}

func (c card) issue(hash, by string) account.Issue {
	return account.Issue{
		AccountID: c.account, Claimed: c.claimed, Person: c.person, Language: c.contacts.Language, Email: c.contacts.Email,
		Phone: c.contacts.Phone, Hash: hash, By: by, Ground: "registration:" + c.id,
	}
}

// Get returns a registration of the clerk's office; the look is noted.
func (d *Service) Get(ctx context.Context, s session.Session, id portalapi.Id) (portalapi.Registration, error) {
	now := d.Now()
	var out portalapi.Registration
	err := d.DB.Write(ctx, func(tx dbx.Tx) error {
		c, err := load(ctx, tx, s.Office, id)
		if err != nil {
			return err
		}
		out = c.view()
		return note(ctx, tx, s, step{"view_card", id, "registration"}, now)
	})
	return out, err
}

// Day returns the clerk's registrations of today.
func (d *Service) Day(ctx context.Context, s session.Session) (portalapi.ClerkDay, error) {
	now := d.Now().In(minsk)
	begin := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, minsk)
	out := portalapi.ClerkDay{Day: now.Format(time.DateOnly)}
	err := d.DB.Read(ctx, func(tx dbx.Tx) error {
		out.Registrations = make([]portalapi.Registration, 0, 8)
		return dbx.Each(ctx, tx, func(scan func(...any) error) error {
			c, err := scanCard(s.Office, scan)
			out.Registrations = append(out.Registrations, c.view())
			return err
		}, `SELECT `+columns+` FROM registration WHERE office = ? AND clerk_id = ? AND created_at >= ? AND created_at < ?
			ORDER BY created_at DESC LIMIT 1000`, s.Office, s.AccountID, begin.UnixMilli(), begin.AddDate(0, 0, 1).UnixMilli())
	})
	if err != nil {
		return portalapi.ClerkDay{}, fmt.Errorf("registration: %w", err)
	}
	return out, nil
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
