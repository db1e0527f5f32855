package app

import (
	"context"
	"io"
	"path/filepath"

	"akno/backend/akno"
	"akno/backend/desktop/draft"
)

// Applications is the bound type of what was filed. It carries the background
// exchange with the portal.
type Applications struct {
	a *App
	w *work
}

var _ applicationsSurface = (*Applications)(nil)

// open opens what the bound types of a citizen share.
func (s *Applications) open(ctx context.Context) error { return s.w.open(ctx) }

// run exchanges with the portal.
func (s *Applications) run(ctx context.Context) error { return s.w.run(ctx) }

// with answers a call.
func (s *Applications) with(call func(ctx context.Context) error) error {
	ctx, cancel, err := s.w.calling()
	if err != nil {
		return err
	}
	defer cancel()
	return call(ctx)
}

// List returns every application, the latest change first.
func (s *Applications) List() (out []ApplicationSummary, err error) {
	defer s.a.guard("applications.List", &err)
	out = []ApplicationSummary{}
	err = s.with(func(ctx context.Context) error {
		all, err := s.w.cabinet.List(ctx)
		for _, a := range all {
			out = append(out, s.w.applicationSummary(a))
		}
		return err
	})
	return out, err
}

// Get returns an application's card.
func (s *Applications) Get(id string) (out ApplicationView, err error) {
	defer s.a.guard("applications.Get", &err)
	err = s.with(func(ctx context.Context) error {
		out, err = s.w.applicationView(ctx, id)
		return err
	})
	return out, err
}

// shown makes a change and returns the card after it.
func (s *Applications) shown(id string, change func(ctx context.Context) error) (out ApplicationView, err error) {
	err = s.with(func(ctx context.Context) error {
		if err := change(ctx); err != nil {
			return err
		}
		s.w.tell("sync", "")
		out, err = s.w.applicationView(ctx, id)
		return err
	})
	return out, err
}

// PickAnswerFiles asks the person for files and keeps them for the answer.
func (s *Applications) PickAnswerFiles(id, question string) (out []FileInfo, err error) {
	defer s.a.guard("applications.PickAnswerFiles", &err)
	out = []FileInfo{}
	paths, err := s.a.platform.OpenFiles(documents(s.w.language()))
	if err != nil {
		return out, err
	}
	err = s.with(func(ctx context.Context) error {
		files, err := s.w.cabinet.AddAnswerFiles(ctx, id, question, paths)
		for _, f := range files {
			out = append(out, s.w.file(f))
		}
		if err == nil {
			s.a.platform.Taken(paths)
		}
		return err
	})
	return out, err
}

// KeepAnswer keeps an answer while it is typed.
func (s *Applications) KeepAnswer(id, question, text string) (err error) {
	defer s.a.guard("applications.KeepAnswer", &err)
	return s.with(func(ctx context.Context) error { return s.w.cabinet.KeepAnswer(ctx, id, question, text) })
}

// Answer answers a question of the body.
func (s *Applications) Answer(id, question, text string, files []string) (out ApplicationView, err error) {
	defer s.a.guard("applications.Answer", &err)
	return s.shown(id, func(ctx context.Context) error { return s.w.cabinet.Answer(ctx, id, question, text, files) })
}

// Withdraw takes an application back.
func (s *Applications) Withdraw(id, reason string) (out ApplicationView, err error) {
	defer s.a.guard("applications.Withdraw", &err)
	return s.shown(id, func(ctx context.Context) error { return s.w.cabinet.Withdraw(ctx, id, reason) })
}

// reopened makes a draft of an application.
func (s *Applications) reopened(call func(ctx context.Context, id string) (draft.View, error), id string) (out DraftView, err error) {
	err = s.with(func(ctx context.Context) error {
		v, err := call(ctx, id)
		if err == nil {
			s.w.tell("sync", "")
			out = s.w.draftView(v)
			out.Layout, err = s.w.layout(ctx)
		}
		return err
	})
	return out, err
}

// Unqueue takes an application back that has not left this computer.
func (s *Applications) Unqueue(id string) (out DraftView, err error) {
	defer s.a.guard("applications.Unqueue", &err)
	if err := s.w.opened(); err != nil {
		return out, err
	}
	return s.reopened(s.w.drafts.Unqueue, id)
}

// Reopen makes a draft of a refused application.
func (s *Applications) Reopen(id string) (out DraftView, err error) {
	defer s.a.guard("applications.Reopen", &err)
	if err := s.w.opened(); err != nil {
		return out, err
	}
	return s.reopened(s.w.drafts.Reopen, id)
}

// OpenDecision brings the decision here and checks its signature.
func (s *Applications) OpenDecision(id string) (out DecisionView, err error) {
	defer s.a.guard("applications.OpenDecision", &err)
	err = s.with(func(ctx context.Context) error {
		d, err := s.w.cabinet.OpenDecision(ctx, id)
		if err != nil {
			return err
		}
		card, err := s.w.cabinet.Get(ctx, id)
		if err == nil {
			out = s.w.decisionView(card, &d.Verdict)
		}
		return err
	})
	return out, err
}

// SaveDecision saves the decision with its signature.
func (s *Applications) SaveDecision(id string) (place string, err error) {
	defer s.a.guard("applications.SaveDecision", &err)
	if err := s.w.opened(); err != nil {
		return "", err
	}
	return s.save(id, akno.Text{RU: "Решение", BE: "Рашэнне"}, s.w.cabinet.WriteDecision)
}

// SavePackage saves what was signed with everything that belongs to it.
func (s *Applications) SavePackage(id string) (place string, err error) {
	defer s.a.guard("applications.SavePackage", &err)
	if err := s.w.opened(); err != nil {
		return "", err
	}
	return s.save(id, akno.Text{RU: "Заявление", BE: "Заява"}, s.w.cabinet.WritePackage)
}

// save asks where to and writes there. What has to come from the portal is
// fetched before the person is asked.
func (s *Applications) save(id string, what akno.Text, write func(ctx context.Context, id string, w io.Writer) error) (place string, err error) {
	err = s.with(func(ctx context.Context) error {
		card, err := s.w.cabinet.Get(ctx, id)
		if err != nil {
			return err
		}
		if err := write(ctx, id, io.Discard); err != nil {
			return err
		}
		name := what.In(s.w.language()) + " " + s.w.cardOf(card.Summary.Procedure).Number + ".zip"
		place, err = s.a.platform.SaveFile(FileQuestion{Name: filepath.Base(name)}, func(w io.Writer) error {
			// The dialog may have stood open longer than a call lasts.
			return write(s.a.ctx, id, w)
		})
		return err
	})
	return place, err
}

// Sync returns the state of the exchange.
func (s *Applications) Sync() (out SyncState, err error) {
	defer s.a.guard("applications.Sync", &err)
	if s.w.opened() != nil { // the profile is not open: there is nothing to exchange
		return SyncState{Pending: []Pending{}}, nil
	}
	return s.state(func(context.Context) error { return nil })
}

// SyncNow exchanges at once. That the portal is silent is told by the state.
func (s *Applications) SyncNow() (out SyncState, err error) {
	defer s.a.guard("applications.SyncNow", &err)
	return s.state(func(ctx context.Context) error {
		return quiet(s.w.sync.Now(ctx))
	})
}

// SetPaused cuts the program from the network, or connects it.
func (s *Applications) SetPaused(paused bool) (out SyncState, err error) {
	defer s.a.guard("applications.SetPaused", &err)
	return s.state(func(ctx context.Context) error { return s.w.sync.SetPaused(ctx, paused) })
}

func (s *Applications) state(change func(ctx context.Context) error) (out SyncState, err error) {
	err = s.with(func(ctx context.Context) error {
		if err := change(ctx); err != nil {
			return err
		}
		st, err := s.w.sync.State(ctx)
		if err == nil {
			out = s.w.syncState(ctx, st)
		}
		return err
	})
	return out, err
}
