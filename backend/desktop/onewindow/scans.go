package onewindow

import (
	"context"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/desktop/attach"
	"akno/backend/desktop/store"
	"akno/backend/desktop/tray"
	"akno/backend/internal/dbx"
)

// The papers that a person signs, the fields of the places for their scans.
const (
	Application = "application"
	Consent     = "consent"
)

// scanPlace is what the scan of a paper may be.
func scanPlace(paper string) form.Field {
	return form.Field{
		ID: paper, Type: form.TypeFile,
		Rules: form.Rules{MaxMB: attach.MaxBytes >> 20, MIME: []string{attach.PDF, attach.JPEG, attach.PNG}},
	}
}

// scan is the scan of a paper; nil for a paper that there is not.
func (w *Work) scan(paper string) **form.File {
	switch paper {
	case Application:
		return &w.ApplicationScan
	case Consent:
		return &w.ConsentScan
	}
	return nil
}

func noPaper(op string) error {
	return &akno.Error{Code: akno.Invalid, Op: op, Fields: map[string]string{"paper": "word"}}
}

// Begun is when a card was begun.
func (s *Service) Begun(ctx context.Context, id string) (time.Time, error) {
	w, err := s.Get(ctx, id)
	return w.CreatedAt, err
}

// At returns what the place of a scan takes, and the scan that is there.
func (s *Service) At(ctx context.Context, p attach.Place) (form.Field, []form.File, error) {
	w, err := s.Get(ctx, p.Of)
	if err != nil {
		return form.Field{}, nil, err
	}
	at := w.scan(p.Field)
	if at == nil {
		return form.Field{}, nil, noPaper("onewindow.At")
	}
	files := []form.File{}
	if *at != nil {
		files = append(files, **at)
	}
	return scanPlace(p.Field), files, nil
}

// Attach binds the scan of a paper, which is stored already: one file at most, in
// the place of the one that is there, whose octets go with it. also, which may be
// nil, is done in the same transaction. The code wrong_state is for a card whose
// papers are not printed yet or are verified, and for several files.
func (s *Service) Attach(ctx context.Context, p attach.Place, files []form.File, replaced string, also func(dbx.Tx) error) (Work, error) {
	const op = "onewindow.Attach"
	return s.scanned(ctx, op, p, func(tx dbx.Tx, scan **form.File) error {
		if len(files) > 1 {
			return &akno.Error{Code: akno.WrongState, Op: op, Fields: map[string]string{p.Field: string(form.TooManyFiles)}}
		}
		old := *scan
		if replaced != "" && (old == nil || old.ID != replaced) {
			return &akno.Error{Code: akno.NotFound, Op: op}
		}
		for _, f := range files {
			// Looked at inside of the transaction: what is given back to the disk is
			// given back in one, too.
			if !s.attach.Blobs.Has(f.SHA256) {
				return &akno.Error{Code: akno.NotFound, Op: op}
			}
			*scan = &f
		}
		if len(files) > 0 && old != nil && old.ID != files[0].ID {
			if err := tray.Forget(ctx, tx, p.Of, old.ID); err != nil {
				return err
			}
		}
		if also == nil {
			return nil
		}
		return also(tx)
	})
}

// RemoveScan takes the scan of a paper away; its octets go with it.
func (s *Service) RemoveScan(ctx context.Context, p attach.Place, file string) (Work, error) {
	const op = "onewindow.RemoveScan"
	return s.scanned(ctx, op, p, func(tx dbx.Tx, scan **form.File) error {
		if *scan == nil || (*scan).ID != file {
			return &akno.Error{Code: akno.NotFound, Op: op}
		}
		*scan = nil
		return tray.Forget(ctx, tx, p.Of, file)
	})
}

// scanned changes the scan of a paper while its card waits for them, and gives
// back what nothing names any more.
func (s *Service) scanned(ctx context.Context, op string, p attach.Place, change func(tx dbx.Tx, scan **form.File) error) (w Work, err error) {
	var had []string
	err = s.db.Write(ctx, func(tx dbx.Tx) error {
		if w, err = get(ctx, tx, p.Of); err != nil {
			return err
		}
		scan := w.scan(p.Field)
		if scan == nil {
			return noPaper(op)
		}
		if w.Status != "ui_draft" {
			return &akno.Error{Code: akno.WrongState, Op: op}
		}
		originals, err := tray.Originals(ctx, tx, p)
		if err != nil {
			return err
		}
		before := *scan
		if err := change(tx, scan); err != nil {
			return err
		}
		if before == *scan {
			return nil // pictures were laid beside it
		}
		w.VerifyOp = "" // another scan is another command
		if err := put(ctx, tx, w); err != nil {
			return err
		}
		had = originals
		if before != nil {
			had = append(had, before.SHA256)
		}
		return nil
	})
	if err == nil {
		_, err = s.db.Release(ctx, "", had...)
	}
	return w, err
}

// forget removes a card with its scans and their pictures from this computer.
func (s *Service) forget(ctx context.Context, id string) error {
	var sums []string
	err := s.db.Write(ctx, func(tx dbx.Tx) error {
		works, err := kept(ctx, tx)
		if err != nil {
			return err
		}
		if sums, err = tray.Originals(ctx, tx, attach.Place{Of: id}); err != nil {
			return err
		}
		w := works[id]
		for _, f := range []*form.File{w.ApplicationScan, w.ConsentScan} {
			if f != nil {
				sums = append(sums, f.SHA256)
			}
		}
		delete(works, id)
		if err := tray.Forget(ctx, tx, id, ""); err != nil {
			return err
		}
		return store.SetSetting(ctx, tx, setting, works)
	})
	if err == nil {
		_, err = s.db.Release(ctx, "", sums...)
	}
	return err
}
