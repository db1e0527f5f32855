package draft

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"akno/backend/akno"
	"akno/backend/akno/catalogue"
	"akno/backend/akno/form"
	"akno/backend/internal/dbx"
)

// pinnedForms remembers forms of earlier bundles that were compiled, and which
// forms are known to be kept in the profile.
type pinnedForms struct {
	formsMu  sync.Mutex // guards the rest
	compiled map[string]*catalogue.Form
	kept     map[string]bool // by hash
}

func (p *pinnedForms) get(hash string) *catalogue.Form {
	p.formsMu.Lock()
	defer p.formsMu.Unlock()
	return p.compiled[hash]
}

func (p *pinnedForms) put(f *catalogue.Form) {
	p.formsMu.Lock()
	defer p.formsMu.Unlock()
	if p.compiled == nil {
		p.compiled = map[string]*catalogue.Form{}
	}
	p.compiled[f.Hash] = f
}

// stored notes, after a commit, that the profile keeps the form.
func (p *pinnedForms) stored(f *catalogue.Form) {
	p.formsMu.Lock()
	defer p.formsMu.Unlock()
	if p.kept == nil {
		p.kept = map[string]bool{}
	}
	p.kept[f.Hash] = true
}

func (p *pinnedForms) isStored(hash string) bool {
	p.formsMu.Lock()
	defer p.formsMu.Unlock()
	return p.kept[hash]
}

// keepForm keeps the definition beside the draft that is filled in by it. A
// program that brings another version, or none, still opens the draft.
func (s *Service) keepForm(ctx context.Context, tx dbx.Tx, f *catalogue.Form) error {
	if s.forms.isStored(f.Hash) {
		return nil
	}
	text, err := json.Marshal(f.Definition())
	if err != nil {
		return fmt.Errorf("draft.form: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO draft_form(hash, form_id, version, definition) VALUES(?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		f.Hash, f.ID(), f.Version(), string(text))
	return err
}

// pinned returns the form that a draft is pinned to: of the bundle, or as the
// profile keeps it. The code is old_form for one that is in neither.
func (s *Service) pinned(ctx context.Context, p pin) (*catalogue.Form, error) {
	if f, err := s.o.Catalogue.Pinned(p.ID, p.Version, p.Hash); err == nil {
		return f, nil
	} else if code := akno.CodeOf(err); code != akno.NotFound && code != akno.OldForm {
		return nil, err
	}
	if f := s.forms.get(p.Hash); f != nil {
		return f, nil
	}
	var text string
	found := false
	err := s.o.DB.Read(ctx, func(tx dbx.Tx) (err error) {
		found, err = dbx.Found(ctx, tx, `SELECT definition FROM draft_form WHERE hash=?`, []any{p.Hash}, &text)
		return err
	})
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, &akno.Error{Code: akno.OldForm, Op: "draft.form"}
	}
	var def form.Definition
	if err := json.Unmarshal([]byte(text), &def); err != nil {
		return nil, fmt.Errorf("draft.form: %w", err)
	}
	f, err := s.o.Catalogue.Kept(def, p.Hash)
	if err != nil {
		return nil, fmt.Errorf("draft.form: %w", err)
	}
	s.forms.put(f)
	return f, nil
}
