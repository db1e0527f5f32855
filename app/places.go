package app

import (
	"context"

	"akno/backend/akno/form"
	"akno/backend/desktop/attach"
	"akno/backend/desktop/draft"
	"akno/backend/desktop/onewindow"
	"akno/backend/desktop/picture"
	"akno/backend/desktop/tray"
)

// place is where files are attached, whatever it belongs to: every way by which
// a file comes is the same at all of them.
type place interface {
	offer(ctx context.Context, offers []tray.Offer) (FileChange, error)
	remove(ctx context.Context) (FileChange, error)
	attach(ctx context.Context, pages []tray.Page, together bool) (FileChange, error)
	at(ctx context.Context) (form.Field, []form.File, error)
	pictures(ctx context.Context) ([]tray.Picture, error)
	show(ctx context.Context, p tray.Page) (picture.Made, error)
	discard(ctx context.Context, id string) error
}

// placeOf is a place of a host C, and how its page reads a change.
type placeOf[C any] struct {
	where  FilePlace
	tray   *tray.Service[C]
	host   tray.Host[C]
	taken  func(ctx context.Context, at attach.Place, file string) (C, error) // takes a file away
	change func(c C) (FileChange, error)
}

func (p placeOf[C]) place() attach.Place {
	return attach.Place{Of: p.where.Draft + p.where.Card, Field: p.where.Field, Row: p.where.Row, Column: p.where.Column}
}

func (p placeOf[C]) changed(c C, refused []attach.Refused, err error) (FileChange, error) {
	if err != nil {
		return FileChange{}, err
	}
	out, err := p.change(c)
	out.Problems = []FileProblem{}
	for _, r := range refused {
		out.Problems = append(out.Problems, FileProblem{Name: r.Name, Code: string(r.Code)})
	}
	return out, err
}

func (p placeOf[C]) offer(ctx context.Context, offers []tray.Offer) (FileChange, error) {
	if p.where.Aside {
		return p.changed(p.tray.Lay(ctx, p.place(), p.where.File, offers))
	}
	return p.changed(p.tray.Offer(ctx, p.place(), offers))
}

func (p placeOf[C]) remove(ctx context.Context) (FileChange, error) {
	c, err := p.taken(ctx, p.place(), p.where.File)
	return p.changed(c, nil, err)
}

func (p placeOf[C]) attach(ctx context.Context, pages []tray.Page, together bool) (FileChange, error) {
	c, err := p.tray.Attach(ctx, p.place(), p.where.File, pages, together)
	return p.changed(c, nil, err)
}

func (p placeOf[C]) at(ctx context.Context) (form.Field, []form.File, error) {
	return p.host.At(ctx, p.place())
}

func (p placeOf[C]) pictures(ctx context.Context) ([]tray.Picture, error) {
	return p.tray.Pictures(ctx, p.place(), p.where.File)
}

func (p placeOf[C]) show(ctx context.Context, page tray.Page) (picture.Made, error) {
	return p.tray.Show(ctx, p.place(), p.where.File, page)
}

func (p placeOf[C]) discard(ctx context.Context, id string) error {
	return p.tray.Discard(ctx, p.place(), id)
}

// place finds who keeps the files of a place, and that the person may see them:
// a draft's are its account's, the scans of a card are the clerks'.
func (s *Attachments) place(at FilePlace) (place, error) {
	if err := s.w.opened(); err != nil {
		return nil, err
	}
	if at.Card != "" {
		at.Draft = ""
		if err := s.k.present("attachments.place"); err != nil {
			return nil, err
		}
		return placeOf[onewindow.Work]{at, s.w.c.scans, s.w.c.window, s.w.c.window.RemoveScan, func(c onewindow.Work) (FileChange, error) {
			v, err := s.k.view(c)
			return FileChange{Card: &v}, err
		}}, nil
	}
	return placeOf[draft.Change]{at, s.w.tray, s.w.drafts, s.w.takeOut, func(c draft.Change) (FileChange, error) {
		v := s.w.draftChange(c)
		out := FileChange{Draft: &v}
		if at.Field == draft.ReceiptField {
			o := s.w.orderView(c.View)
			out.Order = &o
		}
		return out, nil
	}}, nil
}

// takeOut takes a file out of a place of a draft.
func (w *work) takeOut(ctx context.Context, at attach.Place, file string) (draft.Change, error) {
	if at.Field == draft.ReceiptField {
		v, err := w.drafts.RemoveReceipt(ctx, at.Of)
		return draft.Change{View: v}, err
	}
	return w.drafts.RemoveFile(ctx, at.Of, at.Field, at.Row, at.Column, file)
}

// making answers a call that works on files, for as long as that takes.
func (s *Attachments) making(at FilePlace, call func(ctx context.Context, p place) (FileChange, error)) (FileChange, error) {
	p, err := s.place(at)
	if err != nil {
		return FileChange{}, err
	}
	ctx, cancel := context.WithTimeout(s.a.ctx, makeLimit)
	defer cancel()
	return call(ctx, p)
}

// offer offers files to a place, for as long as it takes to copy them.
func (s *Attachments) offer(at FilePlace, offers []tray.Offer) (FileChange, error) {
	return s.making(at, func(ctx context.Context, p place) (FileChange, error) { return p.offer(ctx, offers) })
}

// offerPaths offers files that the person chose or dropped.
func (s *Attachments) offerPaths(at FilePlace, paths []string) (FileChange, error) {
	out, err := s.offer(at, fromPaths(paths))
	if err == nil {
		s.a.platform.Taken(paths)
	}
	return out, err
}
