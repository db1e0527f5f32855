// Package onewindow is the clerk's work at One Window: the card of a person who
// is present, the papers to print and to scan back, the search for cabinets
// that may be the same person's, and the unique identifier at the end. What the
// clerk types, and the scans of the papers, are kept on this computer from the
// first letter until the identifier is issued, and then removed.
package onewindow

import (
	"context"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/akno/ident"
	"akno/backend/akno/workdays"
	"akno/backend/desktop/attach"
	"akno/backend/desktop/session"
	"akno/backend/desktop/store"
	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/portalapi"
)

// Portal is what the service asks of the portal.
type Portal interface {
	FindMatches(context.Context, portalapi.MatchQuery) (*portalapi.MatchList, error)
	StartRegistration(context.Context, portalapi.RegistrationStart) (*portalapi.Registration, error)
	VerifyRegistration(context.Context, string, portalapi.Verification) (*portalapi.Registration, error)
	IssueIdentifier(context.Context, string, portalapi.Command) (*portalapi.IssuedIdentifier, error)
	CancelRegistration(context.Context, string, *portalapi.CancelRegistrationParams) (*struct{}, error)
	GetClerkDay(context.Context) (*portalapi.ClerkDay, error)
	// Upload stores a file on the portal under its SHA-256 in hex.
	Upload(ctx context.Context, sum string, size int64, f io.ReadSeeker) error
}

// Document is the paper a person shows.
type Document struct {
	Type, Series, Number, Issuer string
	Issued, Expires              string // YYYY-MM-DD
}

// Card is what the clerk enters.
type Card struct {
	ID                string
	Person            session.Person
	Document          Document
	Phone, Email      string
	Language          string // of the papers: ru, be
	ClaimAccountID    string
	ClaimCode         string // of the letter to a claimed cabinet that is known by its address only
	OtherPersonReason string
}

// Work is a registration in work on this computer.
type Work struct {
	Card            Card
	Status          string // local, ui_draft, ui_checked, ui_issued
	Claimed         bool
	ApplicationScan *form.File
	ConsentScan     *form.File
	StartOp         string // identifiers of commands, so that a repeat is the same command
	VerifyOp        string
	IssueOp         string
	CreatedAt       time.Time
	IssuedAt        time.Time
}

// Checks are the clerk's own attestations.
type Checks struct{ Present, DocumentShown, PhotoCompared, SignedBefore bool }

// Issued is an identifier with its one-time password. Wipe it.
type Issued struct {
	Work      Work
	Login     string
	Password  []byte
	ExpiresAt time.Time
}

// Service is the clerk's desk.
type Service struct {
	portal  Portal
	db      *store.DB
	attach  attach.Taker
	consent func(language string) (session.Consent, error)
	now     clock.Clock
}

// New returns a desk. consent names the text that a person signs.
func New(portal Portal, db *store.DB, consent func(string) (session.Consent, error), now clock.Clock) *Service {
	return &Service{portal: portal, db: db, attach: attach.Taker{Blobs: db.Blobs(), Now: now}, consent: consent, now: now}
}

const setting = "onewindow"

func kept(ctx context.Context, tx dbx.Tx) (map[string]Work, error) {
	works := map[string]Work{}
	return works, store.Setting(ctx, tx, setting, &works)
}

// put keeps a card.
func put(ctx context.Context, tx dbx.Tx, w Work) error {
	works, err := kept(ctx, tx)
	if err != nil {
		return err
	}
	works[w.Card.ID] = w
	return store.SetSetting(ctx, tx, setting, works)
}

// change alters the work id and keeps it; it is on disk when change returns.
func (s *Service) change(ctx context.Context, id string, f func(*Work) error) (w Work, err error) {
	err = s.db.Write(ctx, func(tx dbx.Tx) error {
		if w, err = get(ctx, tx, id); err != nil {
			return err
		}
		if err := f(&w); err != nil {
			return err
		}
		return put(ctx, tx, w)
	})
	return w, err
}

func get(ctx context.Context, tx dbx.Tx, id string) (Work, error) {
	works, err := kept(ctx, tx)
	if err != nil {
		return Work{}, err
	}
	w, ok := works[id]
	if !ok {
		return Work{}, &akno.Error{Code: akno.NotFound, Op: "onewindow.get"}
	}
	return w, nil
}

// Save keeps a card as it stands; an empty ID begins a new one. Nothing is
// checked: half a card is worth keeping.
func (s *Service) Save(ctx context.Context, c Card) (w Work, err error) {
	if c.ID == "" {
		c.ID = ids.New(s.now())
	}
	err = s.db.Write(ctx, func(tx dbx.Tx) error {
		works, err := kept(ctx, tx)
		if err != nil {
			return err
		}
		had, ok := works[c.ID]
		switch {
		case !ok:
			had = Work{Status: "local", CreatedAt: s.now()}
		case had.Status != "local":
			w = had
			return &akno.Error{Code: akno.WrongState, Op: "onewindow.Save"}
		}
		had.Card = c
		w = had
		return put(ctx, tx, w)
	})
	return w, err
}

// Held lists the cards in work, the oldest first.
func (s *Service) Held(ctx context.Context) (out []Work, err error) {
	err = s.db.Read(ctx, func(tx dbx.Tx) error {
		works, err := kept(ctx, tx)
		out = slices.SortedFunc(maps.Values(works), func(a, b Work) int { return strings.Compare(a.Card.ID, b.Card.ID) })
		return err
	})
	return out, err
}

// Get returns a card in work.
func (s *Service) Get(ctx context.Context, id string) (w Work, err error) {
	err = s.db.Read(ctx, func(tx dbx.Tx) error {
		w, err = get(ctx, tx, id)
		return err
	})
	return w, err
}

// Check returns what is wrong with a card, field to code of form.Codes; nil
// when nothing is.
func (s *Service) Check(c Card) map[string]string {
	bad := map[string]string{}
	number, fault := ident.ParseNumber(c.Person.PersonalNumber)
	if fault != ident.None {
		bad["personalNumber"] = string(fault)
	}
	today := workdays.Of(s.now())
	if birth, err := workdays.Parse(c.Person.BirthDate); err != nil {
		bad["birthDate"] = "required"
	} else if fault == ident.None && !number.Birth.IsZero() && number.Birth != birth {
		bad["birthDate"] = "cross"
	}
	if c.Person.Sex == "" {
		bad["sex"] = "required"
	} else if fault == ident.None && number.Sex != "" && string(number.Sex) != c.Person.Sex {
		bad["sex"] = "cross"
	}
	for field, value := range map[string]string{"surname": c.Person.Surname, "name": c.Person.Name} {
		if value == "" {
			bad[field] = "required"
		} else if _, fault := ident.ParseName(value); fault != ident.None {
			bad[field] = string(fault)
		}
	}
	if c.Document.Number == "" {
		bad["documentNumber"] = "required"
	}
	if expires, err := workdays.Parse(c.Document.Expires); err != nil {
		bad["expires"] = "required"
	} else if expires.Before(today) {
		bad["expires"] = "expired"
	}
	if issued, err := workdays.Parse(c.Document.Issued); err != nil {
		bad["issued"] = "required"
	} else if issued.After(today) {
		bad["issued"] = "max"
	}
	if c.Email != "" {
		if _, fault := ident.ParseEmail(c.Email); fault != ident.None {
			bad["email"] = string(fault)
		}
	}
	if len(bad) == 0 {
		return nil
	}
	return bad
}

// Query asks for cabinets by what is known of a person; empty members are not
// asked for.
type Query struct{ PersonalNumber, Surname, Name, BirthDate, Email string }

// Match is a cabinet that may be the same person's.
type Match struct {
	AccountID   string
	Exact       bool // the same identification number
	Status      string
	MaxLevel    akno.Level
	Person      session.Person
	MaskedEmail string
	CreatedAt   time.Time
}

// Matches asks for cabinets that may be the same person's; the portal records
// the look.
func (s *Service) Matches(ctx context.Context, q Query) ([]Match, error) {
	list, err := s.portal.FindMatches(ctx, portalapi.MatchQuery{
		Ground: portalapi.MatchQueryGroundRegistration, PersonalNumber: given(q.PersonalNumber),
		Surname: given(q.Surname), Name: given(q.Name), BirthDate: given(q.BirthDate), Email: given(q.Email),
	})
	if err != nil {
		return nil, err
	}
	out := make([]Match, 0, len(list.Matches))
	for _, m := range list.Matches {
		o := Match{AccountID: m.AccountId, Exact: m.Exact, Status: m.Status, Person: session.PersonOf(m.Person)}
		o.MaxLevel, _ = akno.ParseLevel(string(m.MaxLevel))
		if m.MaskedEmail != nil {
			o.MaskedEmail = *m.MaskedEmail
		}
		if m.CreatedAt != nil {
			o.CreatedAt = time.UnixMilli(*m.CreatedAt).UTC()
		}
		out = append(out, o)
	}
	return out, nil
}

// Start begins the registration on the portal. The card is checked and kept
// first; a second call repeats the same command.
func (s *Service) Start(ctx context.Context, c Card) (Work, error) {
	const op = "onewindow.Start"
	if number, fault := ident.ParseNumber(c.Person.PersonalNumber); fault == ident.None {
		c.Person.PersonalNumber = number.Text
	}
	w, err := s.Save(ctx, c)
	if err != nil && akno.CodeOf(err) != akno.WrongState {
		return w, err
	}
	if w.Status != "local" {
		return w, nil
	}
	if bad := s.Check(c); bad != nil {
		return w, &akno.Error{Code: akno.Invalid, Op: op, Fields: bad}
	}
	w, err = s.change(ctx, w.Card.ID, func(w *Work) error {
		if w.StartOp == "" {
			w.StartOp = ids.New(s.now())
		}
		return nil
	})
	if err != nil {
		return w, err
	}
	r, err := s.portal.StartRegistration(ctx, startOf(w))
	if err != nil {
		// What was refused is another command once the clerk has mended it.
		_, keep := s.change(ctx, w.Card.ID, func(w *Work) error {
			if !akno.Silent(akno.CodeOf(err)) {
				w.StartOp = ""
			}
			return nil
		})
		if keep != nil {
			return w, keep
		}
		return w, err
	}
	return s.taken(ctx, w.Card.ID, r)
}

func startOf(w Work) portalapi.RegistrationStart {
	return portalapi.RegistrationStart{
		OpId: w.StartOp, RegistrationId: w.Card.ID, Person: w.Card.Person.Wire(),
		Document: portalapi.IdentityDocument{
			Type: portalapi.IdentityDocumentType(w.Card.Document.Type), Number: w.Card.Document.Number,
			Series: given(w.Card.Document.Series), Issuer: given(w.Card.Document.Issuer),
			Issued: w.Card.Document.Issued, Expires: w.Card.Document.Expires,
		},
		Language: portalapi.Language(w.Card.Language), Phone: given(w.Card.Phone), Email: given(w.Card.Email),
		ClaimAccountId: given(w.Card.ClaimAccountID), ClaimCode: given(strings.TrimSpace(w.Card.ClaimCode)),
		OtherPersonReason: given(w.Card.OtherPersonReason),
	}
}

func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// taken notes what the portal answered.
func (s *Service) taken(ctx context.Context, id string, r *portalapi.Registration) (Work, error) {
	return s.change(ctx, id, func(w *Work) error {
		w.Status, w.Card.ClaimCode = string(r.Status), "" // a code is good once
		w.Claimed = r.Claimed != nil && *r.Claimed
		if r.IssuedAt != nil {
			w.IssuedAt = time.UnixMilli(*r.IssuedAt).UTC()
		}
		return nil
	})
}

// Verify sends the scans and the clerk's checks.
func (s *Service) Verify(ctx context.Context, id string, c Checks) (Work, error) {
	const op = "onewindow.Verify"
	w, err := s.change(ctx, id, func(w *Work) error {
		bad := map[string]string{}
		for field, ok := range map[string]bool{
			"present": c.Present, "documentShown": c.DocumentShown, "photoCompared": c.PhotoCompared, "signedBefore": c.SignedBefore,
			"applicationScan": w.ApplicationScan != nil, "consentScan": w.ConsentScan != nil,
		} {
			if !ok {
				bad[field] = "required"
			}
		}
		if len(bad) > 0 {
			return &akno.Error{Code: akno.Invalid, Op: op, Fields: bad}
		}
		if w.VerifyOp == "" {
			w.VerifyOp = ids.New(s.now())
		}
		return nil
	})
	if err != nil {
		return w, err
	}
	for _, f := range []*form.File{w.ApplicationScan, w.ConsentScan} {
		if err := s.upload(ctx, f); err != nil {
			return w, err
		}
	}
	consent, err := s.consent(w.Card.Language)
	if err != nil {
		return w, err
	}
	r, err := s.portal.VerifyRegistration(ctx, id, portalapi.Verification{
		OpId: w.VerifyOp, Present: c.Present, DocumentShown: c.DocumentShown, PhotoCompared: c.PhotoCompared, SignedBefore: c.SignedBefore,
		ApplicationScan: fileRef(w.ApplicationScan), ConsentScan: fileRef(w.ConsentScan),
		Consent: portalapi.Consent{Version: consent.Version, Sha256: consent.SHA256},
	})
	if err != nil {
		return w, err
	}
	return s.taken(ctx, id, r)
}

func (s *Service) upload(ctx context.Context, f *form.File) error {
	blob, err := s.attach.Blobs.Open(f.SHA256)
	if err != nil {
		return err
	}
	defer blob.Close()
	return s.portal.Upload(ctx, f.SHA256, f.Size, blob)
}

func fileRef(f *form.File) portalapi.FileRef {
	return portalapi.FileRef{Sha256: f.SHA256, Size: f.Size, MediaType: f.MIME, Name: f.Name}
}

// Issue asks for the identifier. The card is removed from this computer when
// the slip has been printed (Done), since the password is told once only.
func (s *Service) Issue(ctx context.Context, id string) (Issued, error) {
	w, err := s.change(ctx, id, func(w *Work) error {
		if w.IssueOp == "" {
			w.IssueOp = ids.New(s.now())
		}
		return nil
	})
	if err != nil {
		return Issued{}, err
	}
	r, err := s.portal.IssueIdentifier(ctx, id, portalapi.Command{OpId: w.IssueOp})
	if err != nil {
		return Issued{}, err
	}
	if w, err = s.taken(ctx, id, &r.Registration); err != nil {
		clear(r.Password)
		return Issued{}, err
	}
	return Issued{Work: w, Login: r.Login, Password: r.Password, ExpiresAt: time.UnixMilli(r.ExpiresAt).UTC()}, nil
}

// Done removes a card whose slip was printed, with its scans.
func (s *Service) Done(ctx context.Context, id string) error { return s.forget(ctx, id) }

// Cancel gives a registration up, on the portal too if it had begun there.
func (s *Service) Cancel(ctx context.Context, id, reason string) error {
	w, err := s.Get(ctx, id)
	if err != nil {
		return err
	}
	if w.Status != "local" || w.StartOp != "" {
		_, err := s.portal.CancelRegistration(ctx, id, &portalapi.CancelRegistrationParams{Reason: portalapi.CancelRegistrationParamsReason(reason)})
		if err != nil && akno.CodeOf(err) != akno.NotFound {
			return err
		}
	}
	return s.forget(ctx, id)
}

// Day lists the clerk's registrations of today, as the portal knows them.
func (s *Service) Day(ctx context.Context) ([]Work, error) {
	day, err := s.portal.GetClerkDay(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Work, 0, len(day.Registrations))
	for _, r := range day.Registrations {
		w := Work{
			Status: string(r.Status), Claimed: r.Claimed != nil && *r.Claimed, CreatedAt: time.UnixMilli(r.CreatedAt).UTC(),
			Card: Card{ID: r.Id, Person: session.PersonOf(&r.Person), Document: Document{
				Type: string(r.Document.Type), Number: r.Document.Number, Issued: r.Document.Issued, Expires: r.Document.Expires,
			}},
		}
		if r.IssuedAt != nil {
			w.IssuedAt = time.UnixMilli(*r.IssuedAt).UTC()
		}
		out = append(out, w)
	}
	return out, nil
}
