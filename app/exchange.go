package app

import (
	"bytes"
	"context"
	"io"
	"maps"
	"slices"
	"strings"

	"akno/backend/akno"
	"akno/backend/akno/canon"
	"akno/backend/desktop/draft"
	"akno/backend/desktop/syncer"
	"akno/backend/print"
)

// Exchange is the bound type of what a person sees of the exchange with the portal.
type Exchange struct {
	a *App
	w *work
}

var _ exchangeSurface = (*Exchange)(nil)

// receivedLines is how many records that came are shown.
const receivedLines = 12

func (e *Exchange) with(call func(ctx context.Context) error) error {
	ctx, cancel, err := e.w.calling()
	if err != nil {
		return err
	}
	defer cancel()
	return call(ctx)
}

// Facts returns what came lately and what happened to the portal.
func (e *Exchange) Facts() (out ExchangeFacts, err error) {
	defer e.a.guard("exchange.Facts", &err)
	out.Received, out.Version = []ReceivedLine{}, e.a.cfg.Version
	err = e.with(func(ctx context.Context) error {
		received, facts, err := e.w.cabinet.Received(ctx, receivedLines)
		for _, r := range received {
			line := ReceivedLine{Application: r.Application, Status: r.Status, At: millis(r.At), Newer: r.Newer, Title: textOf(r.Title)}
			if r.Procedure != "" {
				line.Title = e.w.c.title(r.Procedure)
			}
			out.Received = append(out.Received, line)
		}
		out.Epoch = facts.Epoch
		if facts.Life.At != 0 {
			out.RestoredAt, out.RestoredAgain = millis(facts.Life.At), int(facts.Life.Again)
		}
		return err
	})
	return out, err
}

// Look decodes a command that waits.
func (e *Exchange) Look(id string) (out SendingView, err error) {
	defer e.a.guard("exchange.Look", &err)
	out.Groups, out.Files = []AnswerGroup{}, []FileInfo{}
	err = e.with(func(ctx context.Context) error {
		s, err := e.w.cabinet.Envelope(ctx, id)
		if err != nil {
			return err
		}
		out.ID, out.Kind, out.Size, out.SHA256 = s.OpID, string(s.Kind), s.Size, s.Hash
		out.Language, out.Content, out.Signature, out.Signer = s.Language, s.Content, s.Signature, s.Signer
		out.Question, out.Text = s.Question, s.Text
		if s.Procedure != "" {
			out.Title = e.w.c.title(s.Procedure)
		}
		for _, sec := range s.Sections {
			out.Groups = append(out.Groups, sectionView(sec))
		}
		if s.Content != "" {
			out.Document = e.readable(s.Hash, s.Content)
		}
		for _, f := range s.Files {
			out.Files = append(out.Files, e.w.file(f))
		}
		return nil
	})
	return out, err
}

// readable is the document to read, made of the signed text as the portal makes it.
// A text that is no application has none, and is shown as it is.
func (e *Exchange) readable(hash, content string) FileInfo {
	pdf, err := print.Application([]byte(content), false)
	if err != nil {
		e.a.log.WithField("cause", err).Info("no document could be made of what is sent")
		return FileInfo{}
	}
	name := akno.Text{RU: "Заявление.pdf", BE: "Заява.pdf"}.In(e.w.language())
	return FileInfo{
		ID: hash, Name: name, MediaType: "application/pdf", Size: len(pdf),
		URL: e.w.address("sending\x00"+hash, func() string {
			return e.a.files.add(func() (io.ReadSeekCloser, error) { return inMemory{bytes.NewReader(pdf)}, nil }, "application/pdf", name)
		}),
	}
}

// inMemory is a file that was made for the page.
type inMemory struct{ *bytes.Reader }

func (inMemory) Close() error { return nil }

// sectionView shows answers as they are in the signed text. The cells of a row
// stand in one line, as on the page of checking.
func sectionView(s canon.Section) AnswerGroup {
	out := AnswerGroup{Step: s.ID, Title: s.Title, Lines: []AnswerLine{}}
	for _, a := range s.Answers {
		value := a.Text
		if len(a.Rows) > 0 {
			var rows []string
			for _, row := range a.Rows {
				var cells []string
				for _, c := range row {
					cells = append(cells, c.Label+": "+c.Text)
				}
				rows = append(rows, strings.Join(cells, "; "))
			}
			value = strings.Join(rows, "\n")
		}
		out.Lines = append(out.Lines, AnswerLine{Field: a.Field, Label: a.Label, Value: value})
	}
	return out
}

// SendNow sends one command at once. That the portal is silent is told by the
// state.
func (e *Exchange) SendNow(id string) (out SyncState, err error) {
	defer e.a.guard("exchange.SendNow", &err)
	return e.state(func(ctx context.Context) error { return quiet(e.w.sync.SendNow(ctx, id)) })
}

// quiet leaves out the failures that the state of the exchange tells itself.
func quiet(err error) error {
	if code := akno.CodeOf(err); err == nil || akno.Silent(code) || code == akno.SignedOut || code == akno.SlowDown {
		return nil
	}
	return err
}

// Discard removes a command that came from another computer.
func (e *Exchange) Discard(id string) (out SyncState, err error) {
	defer e.a.guard("exchange.Discard", &err)
	return e.state(func(ctx context.Context) error { return e.w.sync.Discard(ctx, id) })
}

func (e *Exchange) state(change func(ctx context.Context) error) (out SyncState, err error) {
	err = e.with(func(ctx context.Context) error {
		if err := change(ctx); err != nil {
			return err
		}
		st, err := e.w.sync.State(ctx)
		if err == nil {
			out = e.w.syncState(ctx, st)
		}
		return err
	})
	return out, err
}

// NotedRestore forgets that the portal was restored from a copy.
func (e *Exchange) NotedRestore() (err error) {
	defer e.a.guard("exchange.NotedRestore", &err)
	return e.with(func(ctx context.Context) error { return e.w.sync.NotedLife(ctx) })
}

// Storage tells how much room the profile takes.
func (e *Exchange) Storage() (out StorageView, err error) {
	defer e.a.guard("exchange.Storage", &err)
	err = e.with(func(ctx context.Context) error {
		out, err = e.storage(ctx)
		return err
	})
	return out, err
}

func (e *Exchange) storage(ctx context.Context) (StorageView, error) {
	u, err := e.w.c.store.Usage()
	if err != nil {
		return StorageView{}, err
	}
	page, err := e.w.drafts.Page(ctx, draft.Query{Box: draft.BoxDrafts})
	if err != nil {
		return StorageView{}, err
	}
	return StorageView{
		Database: int(u.Database), Drafts: page.Counts[draft.BoxDrafts] + page.Counts[draft.BoxReady], Files: int(u.Files), Count: u.Count, Copy: int(u.Copy),
		Before: int(u.Before), Damaged: int(u.Damaged), Other: int(u.Other), Total: int(u.Total()),
	}, nil
}

// FreeCopies removes the copies that were made before upgrades of the profile.
func (e *Exchange) FreeCopies() (out StorageView, err error) {
	defer e.a.guard("exchange.FreeCopies", &err)
	err = e.with(func(ctx context.Context) error {
		if err := e.w.c.store.Free(); err != nil {
			return err
		}
		out, err = e.storage(ctx)
		return err
	})
	return out, err
}

// syncState shows the state of the exchange.
func (w *work) syncState(ctx context.Context, st syncer.State) SyncState {
	out := SyncState{
		Online: st.Online || w.c.portal.Heard(), Working: st.Working, PulledAt: moment(st.PulledAt), PushedAt: moment(st.PushedAt),
		ReachedAt: moment(st.ReachedAt), ClockSkew: int(st.Skew.Seconds()), Pending: []Pending{}, Paused: st.Paused,
		LastFailure: string(st.LastFailure), NeedsSignIn: st.NeedsSignIn,
	}
	if t := w.c.portal.Trouble(); !out.Online && !out.Paused {
		out.Trouble, out.Issuer = string(t.Code), t.Issuer
	}
	for _, q := range st.Pending {
		out.Pending = append(out.Pending, w.pendingView(ctx, q))
	}
	return out
}

// pendingView shows a command that waits.
func (w *work) pendingView(ctx context.Context, q syncer.Queued) Pending {
	out := Pending{
		ID: q.OpID, Kind: string(q.Kind), Target: q.Target, QueuedAt: moment(q.QueuedAt), Attempts: q.Attempt, NextTry: moment(q.NextTry),
		LeftAt: moment(q.LeftAt), CarriedAt: moment(q.Carried), Brought: q.Brought, Size: q.Size, Files: len(q.Files),
		Failure: string(q.Failure), Rejected: q.Rejected, Errors: []FieldError{},
		NeedsYou: q.Rejected || q.Failure == akno.LowLevel || q.Failure == akno.SignedOut,
	}
	for _, f := range q.Files {
		out.FileSize += int(f.Size)
	}
	out.Title = w.titleOf(ctx, q)
	if !q.Rejected || len(q.Fields) == 0 {
		return out
	}
	// The names of the fields are those of the draft, where it is here.
	if c, err := w.cabinet.Get(ctx, q.Target); err == nil && c.Sent != nil && c.Sent.View.Form != nil && q.Kind == syncer.Submit {
		out.Errors = fieldErrors(c.Sent.View.Named(q.Fields))
		return out
	}
	for _, field := range slices.Sorted(maps.Keys(q.Fields)) {
		out.Errors = append(out.Errors, FieldError{Field: field, Code: q.Fields[field]})
	}
	return out
}
