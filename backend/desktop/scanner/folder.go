package scanner

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/attach"
	"akno/backend/internal/clock"
	"akno/backend/internal/ids"
)

const (
	// Settle is how long a file must stay as it is before it is looked into: a
	// scanner pauses between pages for less.
	Settle = 2 * time.Second
	// Every is how often a folder is looked at. It is read rather than listened
	// to: a share of the network, where office scanners save, tells nothing.
	Every = time.Second

	maxEntries = 500 // of a folder; it is one for scans, not an archive
	maxReady   = 20  // offered at once
)

// A File is a complete file that is offered.
type File struct {
	ID        string
	Name      string
	Size      int64 // octets
	MediaType string
}

// stamp is what a file looks like from outside.
type stamp struct {
	size int64
	at   time.Time // of its last change
}

// watched is a file that is not known yet.
type watched struct {
	stamp
	since time.Time // it has looked so
	asked bool      // it was looked into in this state
}

// A Folder offers what appears in a folder. It is safe for concurrent use.
type Folder struct {
	dir string
	now clock.Clock

	stateMu sync.Mutex           // guards the rest
	old     map[string]stamp     // there before, or answered
	coming  map[string]watched   // not complete yet
	ready   map[string]readyFile // by name
}

type readyFile struct {
	File
	stamp
}

// Watch begins with the folder as it is: what is there already is not offered.
func Watch(dir string, now clock.Clock) (*Folder, error) {
	f := &Folder{dir: dir, now: now, old: map[string]stamp{}, coming: map[string]watched{}, ready: map[string]readyFile{}}
	found, err := f.list()
	if err != nil {
		return nil, err
	}
	f.old = found
	return f, nil
}

// Dir is the folder.
func (f *Folder) Dir() string { return f.dir }

// list reads the folder: plain files, neither hidden nor half-named ones.
func (f *Folder) list() (map[string]stamp, error) {
	d, err := os.Open(f.dir)
	if err != nil {
		return nil, &akno.Error{Code: akno.NotFound, Op: "scanner.Folder", Err: bare(err)}
	}
	entries, err := d.ReadDir(maxEntries)
	if err = errors.Join(err, d.Close()); err != nil && len(entries) == 0 && !errors.Is(err, io.EOF) {
		return nil, &akno.Error{Code: akno.Unavailable, Op: "scanner.Folder", Err: bare(err)}
	}
	out := map[string]stamp{}
	for _, e := range entries {
		name := e.Name()
		if !e.Type().IsRegular() || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~") || half[strings.ToLower(filepath.Ext(name))] {
			continue
		}
		if info, err := e.Info(); err == nil { // it may have gone meanwhile
			out[name] = stamp{info.Size(), info.ModTime()}
		}
	}
	return out, nil
}

// half are the endings that programs give a file while they write it.
var half = map[string]bool{".tmp": true, ".part": true, ".partial": true, ".crdownload": true}

// Look looks at the folder and says whether what is offered has changed.
func (f *Folder) Look() (bool, error) {
	found, err := f.list()
	if err != nil {
		return false, err
	}
	f.stateMu.Lock()
	defer f.stateMu.Unlock()
	now, changed := f.now(), false
	for name, r := range f.ready {
		if found[name] != r.stamp { // gone, or written again
			delete(f.ready, name)
			changed = true
		}
	}
	for name := range f.coming {
		if _, there := found[name]; !there {
			delete(f.coming, name)
		}
	}
	for name := range f.old {
		if _, there := found[name]; !there {
			delete(f.old, name)
		}
	}
	for name, s := range found {
		if _, there := f.ready[name]; there || f.old[name] == s {
			continue
		}
		if f.consider(name, s, now) {
			changed = true
		}
	}
	return changed, nil
}

// consider follows one file until it is complete; stateMu is held. It says
// whether the file is offered now.
func (f *Folder) consider(name string, s stamp, now time.Time) bool {
	w, known := f.coming[name]
	if !known || w.stamp != s {
		f.coming[name] = watched{stamp: s, since: now}
		return false
	}
	if w.asked || now.Sub(w.since) < Settle || len(f.ready) >= maxReady {
		return false
	}
	kind, err := f.inspect(name, s)
	switch code := akno.CodeOf(err); {
	case err == nil, code == akno.TooLarge, code == akno.Encrypted:
		// What is wrong with the last two is told when the person takes them.
		delete(f.coming, name)
		f.ready[name] = readyFile{File{ids.New(now), name, s.size, kind}, s}
		return true
	case code == akno.BadFileType:
		delete(f.coming, name)
		f.old[name] = s // not for an application
	default:
		w.asked = true // not whole yet: looked into again when it has changed
		f.coming[name] = w
	}
	return false
}

// inspect says whether the file is whole, and that it is still the one that was
// listed.
func (f *Folder) inspect(name string, s stamp) (string, error) {
	if s.size > 4*attach.MaxBytes {
		return "", &akno.Error{Code: akno.BadFileType, Op: "scanner.inspect"}
	}
	file, err := os.Open(filepath.Join(f.dir, name))
	if err != nil {
		return "", bare(err)
	}
	kind, err := attach.Inspect(file, s.size)
	info, err2 := file.Stat()
	if err2 == nil && (info.Size() != s.size || !info.ModTime().Equal(s.at)) {
		err2 = errors.New("it is being written")
	}
	return kind, errors.Join(err2, err, file.Close())
}

// Ready returns what is offered, in the order of the names: scanners count.
func (f *Folder) Ready() []File {
	f.stateMu.Lock()
	defer f.stateMu.Unlock()
	out := make([]File, 0, len(f.ready))
	for _, r := range f.ready {
		out = append(out, r.File)
	}
	slices.SortFunc(out, func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// Path returns where an offered file lies. The code not_found is for one that is
// not offered any more.
func (f *Folder) Path(id string) (string, error) {
	f.stateMu.Lock()
	defer f.stateMu.Unlock()
	for name, r := range f.ready {
		if r.ID == id {
			return filepath.Join(f.dir, name), nil
		}
	}
	return "", &akno.Error{Code: akno.NotFound, Op: "scanner.Path"}
}

// Answered takes a file out of what is offered: it was taken, or is not wanted.
// The file itself stays where it is.
func (f *Folder) Answered(id string) {
	f.stateMu.Lock()
	defer f.stateMu.Unlock()
	for name, r := range f.ready {
		if r.ID == id {
			delete(f.ready, name)
			f.old[name] = r.stamp
		}
	}
}

// bare drops the path from err: it may hold a person's name.
func bare(err error) error {
	if pe, ok := errors.AsType[*os.PathError](err); ok {
		return fmt.Errorf("%s: %w", pe.Op, pe.Err)
	}
	return err
}
