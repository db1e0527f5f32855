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

// Attachments is the bound type of files on their way into a draft, an order or a
// card of One Window.
type Attachments struct {
	a     *App
	w     *work
	k     *Clerk
	looks looks

	folderMu  sync.Mutex // guards the rest
	folder    *scanner.Folder
	folderBad akno.Code
	driver    scanner.Driver
}

var _ attachmentsSurface = (*Attachments)(nil)

func fromPaths(paths []string) []tray.Offer {
	out := make([]tray.Offer, len(paths))
	for i, path := range paths {
		out[i] = tray.FromPath(path)
	}
	return out
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
	if r := v.Order.Receipt; r.ID != "" {
		out.Bytes, out.Files = out.Bytes+int(r.Size), out.Files+1
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
	ctx, cancel := context.WithTimeout(w.a.ctx, time.Second)
	defer cancel()
	list, err := w.tray.Waiting(ctx, v.Row.ID)
	if err != nil {
		w.a.log.WithField("cause", err).Warn("the tray could not be read")
	}
	return waitingPlaces(list)
}

func waitingPlaces(list []tray.Count) []WaitingPlace {
	out := []WaitingPlace{}
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

// PickFiles asks the person for files and offers them to a place.
func (s *Attachments) PickFiles(at FilePlace) (out FileChange, err error) {
	defer s.a.guard("attachments.PickFiles", &err)
	if _, err := s.place(at); err != nil {
		return out, err
	}
	paths, err := s.a.platform.OpenFiles(documents(s.w.language()))
	if err != nil {
		return out, err
	}
	return s.offerPaths(at, paths)
}

// AddFiles offers files that were dropped on a place.
func (s *Attachments) AddFiles(at FilePlace, paths []string) (out FileChange, err error) {
	defer s.a.guard("attachments.AddFiles", &err)
	return s.offerPaths(at, paths)
}

// RemoveFile takes a file out of a place.
func (s *Attachments) RemoveFile(at FilePlace) (out FileChange, err error) {
	defer s.a.guard("attachments.RemoveFile", &err)
	return s.making(at, func(ctx context.Context, p place) (FileChange, error) { return p.remove(ctx) })
}

// PickPages asks for pictures and lays them beside those of a place.
func (s *Attachments) PickPages(at FilePlace) (out FileChange, err error) {
	defer s.a.guard("attachments.PickPages", &err)
	paths, err := s.a.platform.OpenFiles(pictures(s.w.language()))
	if err != nil {
		return out, err
	}
	at.Aside = true
	return s.offerPaths(at, paths)
}

// pictures is the dialog for pictures of an application.
func pictures(l akno.Lang) FileQuestion {
	title := akno.Text{RU: "Фотографии и сканы JPEG и PNG", BE: "Фатаграфіі і сканы JPEG і PNG"}.In(l)
	return FileQuestion{Title: title, Filters: []FileFilter{{Name: title, Pattern: "*.jpg;*.JPG;*.jpeg;*.JPEG;*.png;*.PNG"}}}
}

// BeginPaste returns a ticket for the octets of a file that has no path.
func (s *Attachments) BeginPaste(at FilePlace, name string) (out Ticket, err error) {
	defer s.a.guard("attachments.BeginPaste", &err)
	if _, err := s.place(at); err != nil {
		return out, err
	}
	return s.a.uploads.expect(func(octets []byte) (any, error) {
		return s.offer(at, []tray.Offer{tray.FromOctets(name, octets)})
	})
}

// Tray returns the pictures that wait at a place, or that a file was made of.
func (s *Attachments) Tray(at FilePlace) (out TrayView, err error) {
	defer s.a.guard("attachments.Tray", &err)
	p, err := s.place(at)
	if err != nil {
		return out, err
	}
	ctx, cancel, err := s.w.calling()
	if err != nil {
		return out, err
	}
	defer cancel()
	list, err := p.pictures(ctx)
	if err != nil {
		return out, err
	}
	def, had, err := p.at(ctx)
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
	if n := attach.LimitsOf(def).Bytes; n > 0 && n < attach.MaxBytes {
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
	p, err := s.place(at)
	if err != nil {
		return out, err
	}
	ctx, cancel, err := s.w.calling()
	if err != nil {
		return out, err
	}
	defer cancel()
	ctx, stop := s.looks.begin(ctx)
	defer stop()
	m, err := p.show(ctx, pageFrom(page))
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
func (s *Attachments) SavePages(at FilePlace, pages []PageEdit, together bool) (out FileChange, err error) {
	defer s.a.guard("attachments.SavePages", &err)
	list := make([]tray.Page, len(pages))
	for i, p := range pages {
		list[i] = pageFrom(p)
	}
	return s.making(at, func(ctx context.Context, p place) (FileChange, error) { return p.attach(ctx, list, together) })
}

// Discard gives up a picture that waits.
func (s *Attachments) Discard(at FilePlace, picture string) (err error) {
	defer s.a.guard("attachments.Discard", &err)
	p, err := s.place(at)
	if err != nil {
		return err
	}
	ctx, cancel, err := s.w.calling()
	if err != nil {
		return err
	}
	defer cancel()
	return p.discard(ctx, picture)
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
