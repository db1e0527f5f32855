package app

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"akno/backend/akno"
	"akno/backend/akno/catalogue"
	"akno/backend/akno/form"
	"akno/backend/akno/ident"
	"akno/backend/akno/workdays"
	"akno/backend/desktop/backup"
	"akno/backend/desktop/cabinet"
	"akno/backend/desktop/draft"
	"akno/backend/desktop/keyring"
	"akno/backend/desktop/netwatch"
	"akno/backend/desktop/notify"
	"akno/backend/desktop/session"
	"akno/backend/desktop/syncer"
	"akno/backend/desktop/tray"
	"akno/backend/print"
)

// work is what the bound types of a citizen share: drafts, applications and the
// exchange with the portal. It is opened after the core.
type work struct {
	a       *App
	c       *core
	drafts  *draft.Service
	cabinet *cabinet.Service
	sync    *syncer.Syncer
	tray    *tray.Service[draft.Change]
	notify  *notify.Service
	news    chan struct{} // something came that may be told outside of the window
	backup  *backup.Service

	addressMu sync.Mutex // guards addresses
	addresses map[string]string
}

// open wires the services over the opened profile.
func (w *work) open(ctx context.Context) error {
	w.drafts, w.cabinet, w.sync, w.backup = nil, nil, nil, nil // of the profile before
	if w.c.session == nil {
		return w.a.errLocked("work.open")
	}
	account := func() string { return citizen(w.c.session.State()) }
	var drafts *draft.Service
	var kept *backup.Service
	s := syncer.New(syncer.Options{
		DB: w.c.store, Portal: w.c.portal, Account: account, Now: w.a.now, Log: w.a.log,
		Other: func() bool { return account() == "" && w.c.session.State().SignedIn },
		Tell:  func(e syncer.Event) { w.tell(e.Kind, e.ID) },
		Applied: func(ctx context.Context, tx syncer.Tx, e syncer.Entity) error {
			return errors.Join(drafts.ApplyChange(ctx, tx, e), w.cabinet.ApplyChange(ctx, tx, e), kept.ApplyChange(ctx, tx, e))
		},
	})
	drafts = draft.New(draft.Options{
		DB: w.c.store, Catalogue: w.c.catalogue, Orders: w.c.portal, Signer: w.c.signer, Now: w.a.now,
		Print:   func(octets []byte) ([]byte, error) { return print.Application(octets, false) },
		Sources: w.sources, Account: account, Shown: s.Account, Queued: s.Nudge,
	})
	kept = backup.New(backup.Options{
		DB: w.c.store, Portal: w.c.portal, Drafts: drafts, Account: account, Shown: s.Account, Now: w.a.now, Log: w.a.log,
		Tell: func(e syncer.Event) { w.tell(e.Kind, e.ID) }, Pull: s.Peek,
	})
	if err := s.Recall(ctx); err != nil {
		return err
	}
	w.backup = kept
	w.drafts, w.sync, w.tray = drafts, s, tray.New[draft.Change](w.c.store, drafts, w.a.now)
	w.c.leave = s.Leave
	w.news = make(chan struct{}, 1)
	w.notify = notify.New(notify.Options{DB: w.c.store, Account: s.Account, Now: w.a.now})
	w.cabinet = cabinet.New(cabinet.Options{DB: w.c.store, Drafts: drafts, Sync: s, Verifier: w.c.signer, Now: w.a.now})
	w.c.session.OnChange(func(session.State) {
		// Who signs in now may send what waited, at once.
		w.a.Go("work.hurry", func() {
			if err := s.Hurry(w.a.ctx); err != nil && !errors.Is(err, context.Canceled) {
				w.a.log.WithField("cause", err).Warn("the queue could not be hurried")
			}
			if err := kept.Hurry(w.a.ctx); err != nil && !errors.Is(err, context.Canceled) {
				w.a.log.WithField("cause", err).Warn("the backups could not be hurried")
			}
		})
	})
	return nil
}

// run exchanges with the portal until the program ends.
func (w *work) run(ctx context.Context) error {
	if w.sync == nil {
		return nil // the profile could not be opened
	}
	var beside sync.WaitGroup
	defer beside.Wait()
	beside.Go(func() {
		err := w.a.guarded("work.upkeep", func() error { return w.drafts.Upkeep(ctx) })
		if err != nil && ctx.Err() == nil {
			w.a.log.WithField("cause", err).Warn("the index of drafts is behind")
		}
	})
	beside.Go(func() {
		err := w.a.guarded("work.backup", func() error { return w.backup.Run(ctx) })
		if err != nil && ctx.Err() == nil {
			w.a.log.WithField("cause", err).Warn("drafts are not backed up any more")
		}
	})
	beside.Go(func() {
		err := w.a.guarded("work.network", func() error {
			netwatch.Watch(ctx, func(st netwatch.State) { w.networkChanged(ctx, st) })
			return nil
		})
		if err != nil {
			w.a.log.WithField("cause", err).Warn("changes of the network are not noticed")
		}
	})
	beside.Go(func() {
		if err := w.a.guarded("work.news", func() error { return w.watchNews(ctx) }); err != nil {
			w.a.log.WithField("cause", err).Warn("news are not told outside of the window")
		}
	})
	return w.sync.Run(ctx)
}

// networkChanged tries at once what waited for a network.
func (w *work) networkChanged(ctx context.Context, st netwatch.State) {
	w.a.log.WithField("up", st.Up).Info("the network has changed")
	if !st.Up {
		return
	}
	w.c.desktop.Forget()
	if err := w.sync.NetworkUp(ctx); err != nil && ctx.Err() == nil {
		w.a.log.WithField("cause", err).Warn("the queue could not be hurried")
	}
}

// tell tells the page what to fetch again.
func (w *work) tell(kind, id string) {
	if kind == "application" {
		w.a.Go("work.release", w.release)
		select {
		case w.news <- struct{}{}:
		default: // it looks anyway
		}
	}
	if id == "" {
		w.a.platform.Emit(kind)
		return
	}
	w.a.platform.Emit(kind, id)
}

// opened returns an error while the profile is not open.
func (w *work) opened() error {
	if err := w.c.opened(); err != nil {
		return err
	}
	if w.cabinet == nil {
		return w.a.errLocked("work.opened")
	}
	return nil
}

// calling returns a context for a call of the page.
func (w *work) calling() (context.Context, context.CancelFunc, error) {
	ctx, cancel, err := w.c.calling()
	if err == nil && w.cabinet == nil {
		cancel()
		err = w.a.errLocked("work.calling")
	}
	return ctx, cancel, err
}

// address gives one content one address for as long as the page may read it: a
// page that loads again would otherwise open its preview anew each time.
func (w *work) address(key string, add func() string) string {
	w.addressMu.Lock()
	defer w.addressMu.Unlock()
	if had := w.addresses[key]; had != "" && w.a.files.has(had) {
		return had
	}
	if w.addresses == nil || len(w.addresses) > maxFiles {
		w.addresses = map[string]string{}
	}
	w.addresses[key] = add()
	return w.addresses[key]
}

// has says whether an address that was returned can still be read.
func (f *files) has(address string) bool {
	f.filesMu.Lock()
	defer f.filesMu.Unlock()
	_, ok := f.byID[strings.TrimPrefix(address, "/blob/")]
	return ok
}

// file shows a file of this computer to the page.
func (w *work) file(f form.File) FileInfo {
	out := FileInfo{ID: f.ID, Name: f.Name, MediaType: f.MIME, Size: int(f.Size), SHA256: f.SHA256}
	out.Editable = w.tray.Editable(w.a.ctx, f)
	if !w.c.store.Blobs().Has(f.SHA256) {
		return out // told by its name only
	}
	out.URL = w.address(f.SHA256+"\x00"+f.MIME+"\x00"+f.Name, func() string {
		return w.a.files.add(w.c.reader(f.SHA256), f.MIME, f.Name)
	})
	return out
}

// citizen is the account whose applications are exchanged: a clerk's or a
// reviewer's session has none.
func citizen(s session.State) string {
	if !s.SignedIn || s.Role != "citizen" || s.MustChangePassword {
		return ""
	}
	return s.AccountID
}

// sources are where the answers of a new draft may come from.
func (w *work) sources(ctx context.Context) []form.Source {
	st := w.c.session.State()
	out := []form.Source{known(draft.FromProfile, st.Person, st.Email)}
	if l, err := w.c.keys.List(ctx); err == nil {
		var holders []session.Person
		for _, e := range l.Usable {
			if e.Certificate != nil {
				holders = append(holders, holder(e))
			}
		}
		if p, ok := oneHolder(holders, st.Person.PersonalNumber); ok {
			out = append(out, known(draft.FromCertificate, p, ""))
		}
	}
	return out
}

// oneHolder chooses whose certificate may fill in a form: that of who is signed
// in, or, while that is not known, of the only person whose keys are here. A
// family's or an office's computer holds keys of several.
func oneHolder(all []session.Person, number string) (session.Person, bool) {
	all = slices.DeleteFunc(all, func(p session.Person) bool {
		return p.PersonalNumber == "" || number != "" && p.PersonalNumber != number
	})
	if len(all) == 0 || slices.ContainsFunc(all, func(p session.Person) bool { return p.PersonalNumber != all[0].PersonalNumber }) {
		return session.Person{}, false
	}
	return all[0], true
}

// holder is the person of a certificate. Birth and sex are in the number.
func holder(e keyring.Entry) session.Person {
	h := e.Certificate.Holder()
	p := session.Person{Surname: h.Surname, Name: h.GivenName, Patronymic: h.Patronymic, PersonalNumber: h.PersonalNumber}
	if n, fault := ident.ParseNumber(h.PersonalNumber); fault == ident.None {
		p.Sex = string(n.Sex)
		if !n.Birth.IsZero() {
			p.BirthDate = n.Birth.String()
		}
	}
	return p
}

// known shows a person as a source of answers.
func known(name string, p session.Person, email string) form.Source {
	values := map[string]string{
		"profile.surname": p.Surname, "profile.name": p.Name, "profile.patronymic": p.Patronymic,
		"profile.birth_date": p.BirthDate, "profile.personal_number": p.PersonalNumber, "profile.sex": p.Sex,
		"profile.email": email,
	}
	return form.Source{Name: name, Get: func(path string) form.Value {
		if text := values[path]; text != "" {
			return form.Text(text)
		}
		return form.Value{}
	}}
}

func (w *work) today() workdays.Date { return workdays.Of(w.a.now()) }

// language is that of papers: an application may be in two languages only.
func (w *work) language() akno.Lang {
	if w.a.preferences.get().Language == string(akno.Belarusian) {
		return akno.Belarusian
	}
	return akno.Russian
}

// applicantKind is as whom the person may ask for a procedure: as a natural
// person, or by a certificate of an organisation.
func applicantKind(p akno.Procedure, s session.State) (akno.ApplicantKind, bool) {
	person := akno.Citizen
	if c := s.Person.Citizenship; c != "" && c != "BY" && c != "BLR" {
		person = akno.Foreigner
	}
	kinds := []akno.ApplicantKind{person, akno.LegalEntity, akno.SoleTrader}
	if s.Person.Citizenship == "" && s.Level <= akno.Email { // nobody has seen a document yet
		kinds = append(kinds, akno.Foreigner)
	}
	for _, k := range kinds {
		if p.Accepts(k) {
			return k, true
		}
	}
	return person, false
}

// card is a procedure as a line of the catalogue.
func (w *work) card(p akno.Procedure) ProcedureCard {
	s := w.c.session.State()
	kind, fits := applicantKind(p, s)
	out := ProcedureCard{
		Code: p.Code, Number: p.Number, Title: textOf(p.Title), Category: p.Category, Level: p.Needs(kind).String(),
		FeeKind: string(p.Fee.Kind), FeeVaries: len(p.Fee.Variants) > 0, TermValue: p.Term.Value, TermUnit: p.Term.Unit, FormID: p.Form,
	}
	if b, ok := w.c.catalogue.Body(p.Body); ok {
		out.Body = textOf(b.Name)
	}
	if q, err := w.c.catalogue.Quote(p, nil, w.today()); err == nil && q.Known() {
		out.Fee = q.Amount.String()
	}
	switch {
	case !fits:
		out.ClosedReason = string(catalogue.WrongKind)
	case catalogue.Allow(p, s.Level, kind) == catalogue.LowLevel:
		out.ClosedReason = "level_" + p.Needs(kind).String()
	}
	out.Allowed = out.ClosedReason == ""
	return out
}

// cardOf is the card of a code; of one that this catalogue does not have it
// tells the code.
func (w *work) cardOf(procedure string) ProcedureCard {
	if p, ok := w.c.catalogue.Procedure(procedure); ok {
		return w.card(p)
	}
	return ProcedureCard{Code: procedure, Number: procedure, Title: w.c.title(procedure)}
}

// needLevel is the level that the session lacks to file p, "" when it lacks
// none.
func (w *work) needLevel(p akno.Procedure, kind akno.ApplicantKind) string {
	if need := p.Needs(kind); w.c.session.State().Level < need {
		return need.String()
	}
	return ""
}

// signature says whether an application is signed: it must be, it may be, or it
// is not because the person has signed in without a key.
func (w *work) signature(v draft.View) string {
	switch {
	case v.MustSign():
		return "required"
	case w.c.session.State().Level == akno.Strict:
		return "optional"
	}
	return "none"
}

// frequent are the procedures of the person's own drafts and applications, the
// most used first, filled up with those that are open to the session.
func (w *work) frequent(used []string) []ProcedureCard {
	const most = 6
	count := map[string]int{}
	for _, code := range used {
		count[code]++
	}
	all := w.c.catalogue.Procedures()
	slices.SortStableFunc(all, func(a, b akno.Procedure) int { return count[b.Code] - count[a.Code] })
	out := []ProcedureCard{}
	for _, p := range all {
		if card := w.card(p); len(out) < most && (count[p.Code] > 0 || card.Allowed) {
			out = append(out, card)
		}
	}
	return out
}
