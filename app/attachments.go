package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/desktop/attach"
	"akno/backend/desktop/draft"
	"akno/backend/desktop/picture"
	"akno/backend/desktop/scanner"
	"akno/backend/desktop/tray"
)

// makeLimit is how long pictures may be worked on, or a scanner may scan.
const makeLimit = 5 * time.Minute

// What the portal takes of an application while it has not said it.
const (
	usualBytes = 50 << 20
	usualFiles = 30
)

// Attachments is the bound type of files on their way into a draft.
type Attachments struct {
	a     *App
	w     *work
	looks looks

	folderMu  sync.Mutex // guards the rest
	folder    *scanner.Folder
	folderBad akno.Code
	driver    scanner.Driver
}

var _ attachmentsSurface = (*Attachments)(nil)

func placeFrom(p FilePlace) draft.Place {
	return draft.Place{Draft: p.Draft, Field: p.Field, Row: p.Row, Column: p.Column}
}

func fromPaths(paths []string) []tray.Offer {
	out := make([]tray.Offer, len(paths))
	for i, path := range paths {
		out[i] = tray.FromPath(path)
	}
	return out
}

// offer offers files to a place, for as long as it takes to copy them.
func (w *work) offer(at FilePlace, offers []tray.Offer) (DraftChange, error) {
	return w.making(func(ctx context.Context) (draft.Change, error) {
		if at.Aside {
			return w.tray.Lay(ctx, placeFrom(at), at.File, offers)
		}
		return w.tray.Offer(ctx, placeFrom(at), offers)
	})
}

// offerPaths offers files that the person chose or dropped.
func (w *work) offerPaths(at FilePlace, paths []string) (DraftChange, error) {
	out, err := w.offer(at, fromPaths(paths))
	if err == nil {
		w.a.platform.Taken(paths)
	}
	return out, err
}

// making answers a call that works on files and changes a draft.
func (w *work) making(call func(ctx context.Context) (draft.Change, error)) (DraftChange, error) {
	if err := w.opened(); err != nil {
		return DraftChange{}, err
	}
	ctx, cancel := context.WithTimeout(w.a.ctx, makeLimit)
	defer cancel()
	c, err := call(ctx)
	if err != nil {
		return DraftChange{}, err
	}
	return w.draftChange(c), nil
}

// budget is what the files of a draft take.
func (w *work) budget(v draft.View) FileBudget {
	out := FileBudget{MaxBytes: usualBytes, MaxFiles: usualFiles}
	ctx, cancel := context.WithTimeout(w.a.ctx, time.Second)
	defer cancel()
	if l := w.c.facts.Known(ctx).Limits; l.Bytes > 0 {
		out.MaxBytes, out.MaxFiles = int(l.Bytes), l.Files
	}
	count := func(v form.Value) {
		for _, item := range append([]form.Value{v}, v.Items()...) {
			if f, ok := form.FileOf(item); ok {
				out.Bytes, out.Files = out.Bytes+int(f.Size), out.Files+1
			}
		}
	}
	for _, f := range v.Fields {
		if !f.State.Visible {
			continue
		}
		count(f.State.Value)
		for _, row := range f.State.Rows {
			for _, cell := range row {
				count(cell.Value)
			}
		}
	}
	return out
}

// waiting are the places of a draft at which pictures wait.
func (w *work) waiting(v draft.View) []WaitingPlace {
	out := []WaitingPlace{}
	ctx, cancel := context.WithTimeout(w.a.ctx, time.Second)
	defer cancel()
	list, err := w.tray.Waiting(ctx, v.Row.ID)
	if err != nil {
		w.a.log.WithField("cause", err).Warn("the tray could not be read")
	}
	for _, p := range list {
		out = append(out, WaitingPlace{Field: p.Field, Row: p.Row, Column: p.Column, Count: p.Count})
	}
	return out
}

// release gives the originals of applications back that were sent.
func (w *work) release() {
	ctx, cancel := context.WithTimeout(w.a.ctx, makeLimit)
	defer cancel()
	if _, err := w.tray.Release(ctx); err != nil && ctx.Err() == nil {
		w.a.log.WithField("cause", err).Warn("originals could not be given back")
	}
}

// PickPages asks for pictures and lays them beside those of a place.
func (s *Attachments) PickPages(at FilePlace) (out DraftChange, err error) {
	defer s.a.guard("attachments.PickPages", &err)
	paths, err := s.a.platform.OpenFiles(pictures(s.w.language()))
	if err != nil {
		return out, err
	}
	at.Aside = true
	return s.w.offerPaths(at, paths)
}

// pictures is the dialog for pictures of an application.
func pictures(l akno.Lang) FileQuestion {
	title := akno.Text{RU: "Фотографии и сканы JPEG и PNG", BE: "Фатаграфіі і сканы JPEG і PNG"}.In(l)
	return FileQuestion{Title: title, Filters: []FileFilter{{Name: title, Pattern: "*.jpg;*.JPG;*.jpeg;*.JPEG;*.png;*.PNG"}}}
}

// BeginPaste returns a ticket for the octets of a file that has no path.
func (s *Attachments) BeginPaste(at FilePlace, name string) (out Ticket, err error) {
	defer s.a.guard("attachments.BeginPaste", &err)
	if err := s.w.opened(); err != nil {
		return out, err
	}
	return s.a.uploads.expect(func(octets []byte) (any, error) {
		return s.w.offer(at, []tray.Offer{tray.FromOctets(name, octets)})
	})
}

// Tray returns the pictures that wait at a place, or that a file was made of.
func (s *Attachments) Tray(at FilePlace) (out TrayView, err error) {
	defer s.a.guard("attachments.Tray", &err)
	ctx, cancel, err := s.w.calling()
	if err != nil {
		return out, err
	}
	defer cancel()
	list, err := s.w.tray.Pictures(ctx, placeFrom(at), at.File)
	if err != nil {
		return out, err
	}
	def, had, err := s.w.drafts.At(ctx, placeFrom(at))
	if err != nil {
		return out, err
	}
	out = trayView(def, len(had), at.File != "")
	for _, p := range list {
		out.Pictures = append(out.Pictures, PictureView{
			Page: pageEdit(p.ID, p.Edit), Name: p.Original.Name, Size: int(p.Original.Size),
			Width: p.View.Width, Height: p.View.Height, Place: p.View.Place,
		})
	}
	return out, nil
}

// trayView is what a place takes.
func trayView(def form.Field, had int, instead bool) TrayView {
	out := TrayView{Pictures: []PictureView{}, MaxBytes: attach.MaxBytes, MaxFiles: 1, Document: tray.Takes(def, attach.PDF)}
	out.Single = tray.Takes(def, attach.JPEG) || tray.Takes(def, attach.PNG)
	if n := draft.LimitsOf(def).Bytes; n > 0 && n < attach.MaxBytes {
		out.MaxBytes = int(n)
	}
	if def.Type == form.TypeFileList {
		if instead {
			had--
		}
		out.MaxFiles = tray.MaxPages
		if def.Rules.MaxFiles > 0 {
			out.MaxFiles = max(0, def.Rules.MaxFiles-had)
		}
	}
	if r := def.Rules.Image; r != nil {
		out.MinW, out.MinH = r.MinPx[0], r.MinPx[1]
		if w, h, ok := strings.Cut(r.Aspect, ":"); ok { // checked when the form was read
			out.AspectW, _ = strconv.Atoi(w)
			out.AspectH, _ = strconv.Atoi(h)
		}
	}
	return out
}

func pageEdit(id string, e picture.Edit) PageEdit {
	return PageEdit{ID: id, Turns: e.Turns, Left: e.Cut.Left, Top: e.Cut.Top, Right: e.Cut.Right, Bottom: e.Cut.Bottom, LongEdge: e.LongEdge}
}

func pageFrom(p PageEdit) tray.Page {
	return tray.Page{ID: p.ID, Edit: picture.Edit{
		Turns: p.Turns, Cut: picture.Cut{Left: p.Left, Top: p.Top, Right: p.Right, Bottom: p.Bottom}, LongEdge: p.LongEdge,
	}}
}

// Show makes a picture as it would be read. The one that is still being made for
// the call before is given up.
func (s *Attachments) Show(at FilePlace, page PageEdit) (out Look, err error) {
	defer s.a.guard("attachments.Show", &err)
	ctx, cancel, err := s.w.calling()
	if err != nil {
		return out, err
	}
	defer cancel()
	ctx, stop := s.looks.begin(ctx)
	defer stop()
	m, err := s.w.tray.Show(ctx, placeFrom(at), at.File, pageFrom(page))
	if errors.Is(err, context.Canceled) {
		return out, &akno.Error{Code: akno.Conflict, Op: "attachments.Show", Err: err} // another was asked for
	}
	if err != nil {
		return out, err
	}
	url := s.a.files.add(func() (io.ReadSeekCloser, error) { return held{bytes.NewReader(m.Octets)}, nil }, picture.JPEG, "")
	if old := s.looks.keep(url); old != "" {
		s.a.files.forget(old)
	}
	return Look{URL: url, Width: m.Width, Height: m.Height, Size: len(m.Octets)}, nil
}

// held is a file in memory.
type held struct{ *bytes.Reader }

func (held) Close() error { return nil }

// SavePages attaches what was made of pictures.
func (s *Attachments) SavePages(at FilePlace, pages []PageEdit, together bool) (out DraftChange, err error) {
	defer s.a.guard("attachments.SavePages", &err)
	list := make([]tray.Page, len(pages))
	for i, p := range pages {
		list[i] = pageFrom(p)
	}
	return s.w.making(func(ctx context.Context) (draft.Change, error) {
		return s.w.tray.Attach(ctx, placeFrom(at), at.File, list, together)
	})
}

// Discard gives up a picture that waits.
func (s *Attachments) Discard(at FilePlace, picture string) (err error) {
	defer s.a.guard("attachments.Discard", &err)
	ctx, cancel, err := s.w.calling()
	if err != nil {
		return err
	}
	defer cancel()
	return s.w.tray.Discard(ctx, placeFrom(at), picture)
}

// Sources tells by which ways files come.
func (s *Attachments) Sources() (out FileSources, err error) {
	defer s.a.guard("attachments.Sources", &err)
	return s.sources(), nil
}

func (s *Attachments) sources() FileSources {
	s.folderMu.Lock()
	defer s.folderMu.Unlock()
	if s.driver == nil {
		s.driver = scanner.Find()
	}
	out := FileSources{Scanner: s.driver != nil, FolderBad: string(s.folderBad), Offered: []OfferedFile{}}
	if s.folder != nil {
		out.Folder = filepath.Base(s.folder.Dir())
		for _, f := range s.folder.Ready() {
			out.Offered = append(out.Offered, OfferedFile{ID: f.ID, Name: f.Name, Size: int(f.Size), MediaType: f.MediaType})
		}
	}
	return out
}
