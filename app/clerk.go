package app

import (
	"context"
	"strconv"
	"sync"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/akno/ident"
	"akno/backend/desktop/attach"
	"akno/backend/desktop/onewindow"
	"akno/backend/desktop/session"
)

// Clerk is the bound type of the One Window desk.
type Clerk struct {
	a *App
	c *core

	slipsMu sync.Mutex
	slips   map[string]slip // by registration: sealed slips that wait for the printer
}

var _ clerkSurface = (*Clerk)(nil)

// open has the slips wiped when the clerk's session is over. Issuing again gives
// the same password, as long as the card is here.
func (k *Clerk) open(context.Context) error {
	if k.c.session == nil {
		return nil // said by the core
	}
	k.c.session.OnChange(func(st session.State) {
		if st.Role != "clerk" {
			k.wipe()
		}
	})
	return nil
}

// close wipes the slips at the end of the program.
func (k *Clerk) close() error {
	k.wipe()
	return nil
}

// CheckNumber looks at an identification number while it is typed.
func (k *Clerk) CheckNumber(text string) (out NumberCheck, err error) {
	defer k.a.guard("clerk.CheckNumber", &err)
	return checkNumber(text), nil
}

// Transliterate suggests the spelling of passports; the passport's own rules.
func (k *Clerk) Transliterate(surnameBe, nameBe string) (out []string, err error) {
	defer k.a.guard("clerk.Transliterate", &err)
	return []string{ident.Transliterate(surnameBe), ident.Transliterate(nameBe)}, nil
}

// Matches asks for cabinets that may be the same person's.
func (k *Clerk) Matches(q MatchQuery) (out []Match, err error) {
	defer k.a.guard("clerk.Matches", &err)
	ctx, cancel, err := k.c.calling()
	if err != nil {
		return nil, err
	}
	defer cancel()
	found, err := k.c.window.Matches(ctx, onewindow.Query{
		PersonalNumber: checkNumber(q.PersonalNumber).Number, Surname: q.Surname, Name: q.Name,
		BirthDate: q.BirthDate, Email: q.Email,
	})
	if err != nil {
		return nil, err
	}
	out = make([]Match, 0, len(found))
	for _, m := range found {
		out = append(out, Match{
			AccountID: m.AccountID, Exact: m.Exact, Status: m.Status, MaxLevel: m.MaxLevel.String(),
			Person: personOf(m.Person), MaskedEmail: m.MaskedEmail, CreatedAt: moment(m.CreatedAt),
		})
	}
	return out, nil
}

// Save keeps a card as it stands.
func (k *Clerk) Save(card RegistrationCard) (out RegistrationView, err error) {
	defer k.a.guard("clerk.Save", &err)
	return k.work(func(ctx context.Context) (onewindow.Work, error) { return k.c.window.Save(ctx, cardOf(card)) })
}

// Held lists the cards in work on this computer.
func (k *Clerk) Held() (out []RegistrationView, err error) {
	const op = "clerk.Held"
	defer k.a.guard(op, &err)
	ctx, cancel, err := k.c.calling()
	if err != nil {
		return nil, err
	}
	defer cancel()
	if err := k.present(op); err != nil {
		return nil, err
	}
	works, err := k.c.window.Held(ctx)
	if err != nil {
		return nil, err
	}
	out = make([]RegistrationView, 0, len(works))
	for _, w := range works {
		v, err := k.view(w)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// Start begins the registration on the portal.
func (k *Clerk) Start(card RegistrationCard) (out RegistrationView, err error) {
	defer k.a.guard("clerk.Start", &err)
	return k.work(func(ctx context.Context) (onewindow.Work, error) { return k.c.window.Start(ctx, cardOf(card)) })
}

// Get returns a card in work with its papers to print.
func (k *Clerk) Get(id string) (out RegistrationView, err error) {
	const op = "clerk.Get"
	defer k.a.guard(op, &err)
	if err := k.c.opened(); err != nil {
		return out, err
	}
	if err := k.present(op); err != nil {
		return out, err
	}
	return k.work(func(ctx context.Context) (onewindow.Work, error) { return k.c.window.Get(ctx, id) })
}

// Verify sends the scans and the clerk's checks.
func (k *Clerk) Verify(id string, checks ClerkChecks) (out RegistrationView, err error) {
	defer k.a.guard("clerk.Verify", &err)
	return k.work(func(ctx context.Context) (onewindow.Work, error) {
		return k.c.window.Verify(ctx, id, onewindow.Checks(checks))
	})
}

// Issue asks for the identifier and makes the sealed slip. The one-time password
// is drawn on the slip and wiped; the page gets the slip's address only.
func (k *Clerk) Issue(id string) (out IssuedSlip, err error) {
	defer k.a.guard("clerk.Issue", &err)
	ctx, cancel, err := k.c.calling()
	if err != nil {
		return out, err
	}
	defer cancel()
	issued, err := k.c.window.Issue(ctx, id)
	if err != nil {
		return out, err
	}
	paper, err := sealedSlip(issued, k.a.PortalURL(), k.a.now())
	clear(issued.Password)
	if err != nil {
		return out, err
	}
	file := k.a.octets(paper, "application/pdf", "slip.pdf")
	k.slipsMu.Lock()
	if k.slips == nil {
		k.slips = map[string]slip{}
	}
	k.drop(id) // one that was asked for before
	k.slips[id] = slip{paper, file.URL}
	k.slipsMu.Unlock()
	view, err := k.view(issued.Work)
	if err != nil {
		return out, err
	}
	return IssuedSlip{Registration: view, ExpiresAt: moment(issued.ExpiresAt), Slip: file}, nil
}

// slip is a sealed slip in memory and the address under which the page reads it.
type slip struct {
	paper []byte
	url   string
}

// SlipPrinted wipes the slip and removes the card from this computer.
func (k *Clerk) SlipPrinted(id string) (err error) {
	defer k.a.guard("clerk.SlipPrinted", &err)
	ctx, cancel, err := k.c.calling()
	if err != nil {
		return err
	}
	defer cancel()
	k.slipsMu.Lock()
	k.drop(id)
	k.slipsMu.Unlock()
	return k.c.window.Done(ctx, id)
}

// drop wipes a slip, if there is one, and takes its address back; slipsMu is
// held.
func (k *Clerk) drop(id string) {
	s, held := k.slips[id]
	if !held {
		return
	}
	k.a.files.forget(s.url)
	clear(s.paper)
	delete(k.slips, id)
}

// wipe drops every slip.
func (k *Clerk) wipe() {
	k.slipsMu.Lock()
	defer k.slipsMu.Unlock()
	for id := range k.slips {
		k.drop(id)
	}
}

// Cancel gives a registration up.
func (k *Clerk) Cancel(id, reason string) (err error) {
	defer k.a.guard("clerk.Cancel", &err)
	ctx, cancel, err := k.c.calling()
	if err != nil {
		return err
	}
	defer cancel()
	return k.c.window.Cancel(ctx, id, reason)
}

// Day lists the clerk's registrations of today.
func (k *Clerk) Day() (out []RegistrationView, err error) {
	defer k.a.guard("clerk.Day", &err)
	ctx, cancel, err := k.c.calling()
	if err != nil {
		return nil, err
	}
	defer cancel()
	day, err := k.c.window.Day(ctx)
	if err != nil {
		return nil, err
	}
	out = make([]RegistrationView, 0, len(day))
	for _, w := range day {
		out = append(out, registrationView(w))
	}
	return out, nil
}

// present lets nobody but a clerk look at the cards in work, which are other
// people's. What a clerk types is kept also when the session has just ended.
func (k *Clerk) present(op string) error {
	if k.c.session.State().Role != "clerk" {
		return &akno.Error{Code: akno.Forbidden, Op: op}
	}
	return nil
}

func (k *Clerk) work(f func(context.Context) (onewindow.Work, error)) (RegistrationView, error) {
	ctx, cancel, err := k.c.calling()
	if err != nil {
		return RegistrationView{}, err
	}
	defer cancel()
	w, err := f(ctx)
	if err != nil {
		return RegistrationView{}, err
	}
	return k.view(w)
}

// view is a card in work with its papers.
func (k *Clerk) view(w onewindow.Work) (RegistrationView, error) {
	out := registrationView(w)
	if w.ApplicationScan != nil {
		out.ApplicationScan = k.scan(*w.ApplicationScan)
	}
	if w.ConsentScan != nil {
		out.ConsentScan = k.scan(*w.ConsentScan)
	}
	if w.Status == "ui_draft" {
		list, err := k.c.scans.Waiting(k.a.ctx, w.Card.ID)
		if err != nil {
			return out, err
		}
		out.Waiting = waitingPlaces(list)
	}
	if w.Status != "local" {
		facts, err := k.c.facts.Agreement(k.a.ctx)
		if err != nil {
			return out, err
		}
		application, consent, err := clerkPapers(w, k.c.session.State(), facts.Operator, k.a.now())
		if err != nil {
			return out, err
		}
		out.Application = k.a.octets(application, "application/pdf", "application.pdf")
		out.Consent = k.a.octets(consent, "application/pdf", "consent.pdf")
	}
	return out, nil
}

// scan is the scan of a paper.
func (k *Clerk) scan(f form.File) FileInfo {
	out := k.c.fileInfo(f)
	out.Editable = k.c.scans.Editable(k.a.ctx, f)
	return out
}

func registrationView(w onewindow.Work) RegistrationView {
	return RegistrationView{
		ID: w.Card.ID, Status: w.Status, Claimed: w.Claimed, CreatedAt: moment(w.CreatedAt), IssuedAt: moment(w.IssuedAt),
		Errors: []FieldError{}, ScanMax: attach.MaxBytes, Waiting: []WaitingPlace{},
		Card: RegistrationCard{
			ID: w.Card.ID, Person: personOf(w.Card.Person), Document: IdentityDocument(w.Card.Document), Phone: w.Card.Phone,
			Email: w.Card.Email, Language: w.Card.Language, ClaimAccountID: w.Card.ClaimAccountID,
			ClaimCode: w.Card.ClaimCode, OtherPersonReason: w.Card.OtherPersonReason,
		},
	}
}

func cardOf(c RegistrationCard) onewindow.Card {
	return onewindow.Card{
		ID: c.ID, Person: session.Person(c.Person), Document: onewindow.Document(c.Document), Phone: c.Phone, Email: c.Email,
		Language: c.Language, ClaimAccountID: c.ClaimAccountID, ClaimCode: c.ClaimCode, OtherPersonReason: c.OtherPersonReason,
	}
}

// version reads the version of a record as the page holds it.
func version(s string) (int64, error) {
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, &akno.Error{Code: akno.Invalid, Op: "app.version", Err: err}
	}
	return v, nil
}
