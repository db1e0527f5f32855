package app

import (
	"bytes"
	"io"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"akno/backend/logx"
)

// desk is a Platform for unit tests: dialogs are answered from its fields, what
// was asked for is written down.
type desk struct {
	deskMu sync.Mutex // guards the rest
	files  []string   // what OpenFiles answers
	folder string     // what OpenFolder answers
	saveAs string     // what SaveFile answers; a path, "" cancels
	events []string
	opened []string
	prints int
	shown  int
	quit   chan struct{} // closed by Quit

	notified []Notification
	browser  bool     // there is no window
	passing  []string // what a browser sent
	taken    []string
}

var _ Platform = (*desk)(nil)

func newDesk() *desk { return &desk{quit: make(chan struct{})} }

func (d *desk) Emit(event string, _ ...any) {
	d.deskMu.Lock()
	defer d.deskMu.Unlock()
	d.events = append(d.events, event)
}

func (d *desk) OpenFiles(FileQuestion) ([]string, error) { return d.files, nil }

func (d *desk) Passing(path string) bool { return slices.Contains(d.passing, path) }
func (d *desk) Taken(paths []string)     { d.taken = append(d.taken, paths...) }

func (d *desk) OpenFolder(string) (string, error) { return d.folder, nil }

func (d *desk) SaveFile(_ FileQuestion, write func(io.Writer) error) (string, error) {
	if d.saveAs == "" {
		return "", nil
	}
	return d.saveAs, WriteWhole(d.saveAs, write)
}

func (d *desk) OpenURL(u string) error { d.opened = append(d.opened, u); return nil }
func (d *desk) Print() error           { d.prints++; return nil }

func (d *desk) Notify(n Notification) error {
	d.deskMu.Lock()
	defer d.deskMu.Unlock()
	d.notified = append(d.notified, n)
	return nil
}

func (d *desk) Window() bool { return !d.browser }

func (d *desk) Show() {
	d.deskMu.Lock()
	defer d.deskMu.Unlock()
	d.shown++
}

func (d *desk) Quit() { close(d.quit) }

// seen returns how often the page was told of event.
func (d *desk) seen(event string) int {
	d.deskMu.Lock()
	defer d.deskMu.Unlock()
	n := 0
	for _, e := range d.events {
		if e == event {
			n++
		}
	}
	return n
}

// tick is a clock that tests move.
type tick struct {
	tickMu sync.Mutex // guards at
	at     time.Time
}

func (c *tick) now() time.Time {
	c.tickMu.Lock()
	defer c.tickMu.Unlock()
	return c.at
}

func (c *tick) pass(d time.Duration) {
	c.tickMu.Lock()
	defer c.tickMu.Unlock()
	c.at = c.at.Add(d)
}

// record is a log that may be read while it is written.
type record struct {
	recordMu sync.Mutex // guards text
	text     bytes.Buffer
}

func (r *record) Write(b []byte) (int, error) {
	r.recordMu.Lock()
	defer r.recordMu.Unlock()
	return r.text.Write(b)
}

func (r *record) String() string {
	r.recordMu.Lock()
	defer r.recordMu.Unlock()
	return r.text.String()
}

// bench is a program with everything around it replaced.
type bench struct {
	*App
	desk *desk
	tick *tick
	out  *record
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{desk: newDesk(), tick: &tick{at: time.Date(2026, 11, 21, 14, 32, 0, 0, time.UTC)}, out: &record{}}
	a, err := New(Config{ProfileDir: t.TempDir(), Clock: b.tick.now, Platform: b.desk, Log: logx.New(b.out), Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	b.App = a
	return b
}

// ask sends a request of the page through the headers and the handler.
func (b *bench) ask(method, url string, body io.Reader, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, url, body)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	SecurityHeaders(b.Handler()).ServeHTTP(w, r)
	return w
}
