package web

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"akno/app"
	"akno/backend/akno"
)

const (
	maxFile   = 256 << 20 // octets of a chosen file; the form's own limits are lower
	maxName   = 200       // octets of its name
	maxAnswer = 1 << 20
	backlog   = 4096 // events that a page may lag behind
	heartbeat = 15 * time.Second
)

// Platform is an app.Platform whose desktop is the person's browser.
type Platform struct {
	out    io.Writer // where links are printed
	folder string    // what OpenFolder answers
	gate   *gate     // set by start
	dir    string    // private, of this run; set by start
	quit   chan struct{}
	once   sync.Once

	pagesMu   sync.Mutex // guards the rest
	pages     []*page    // connected, oldest first
	asks      map[string]ask
	uploads   map[string]bool
	downloads map[string]download
}

// page is one connected tab.
type page struct {
	events chan []byte
	gone   chan struct{} // closed when the tab has left
}

// ask is a file dialog that a tab shows.
type ask struct{ answer chan []string }

type download struct{ path, name string }

var _ app.Platform = (*Platform)(nil)

// NewPlatform returns a Platform that prints links to out and answers with
// folder where the person would choose one. What the browser sends and fetches
// lies in scratch while the program runs: a folder of this profile only, which is
// emptied at the start too, since a program that was killed leaves it; "" for a
// new one each time.
func NewPlatform(out io.Writer, folder, scratch string) *Platform {
	return &Platform{
		out: out, folder: folder, dir: scratch, quit: make(chan struct{}),
		asks: map[string]ask{}, uploads: map[string]bool{}, downloads: map[string]download{},
	}
}

func (p *Platform) start(g *gate) (err error) {
	p.gate = g
	if p.dir == "" {
		p.dir, err = os.MkdirTemp("", "akno-web-") // for the owner only
	} else if err = os.RemoveAll(p.dir); err == nil {
		err = os.Mkdir(p.dir, 0o700) // fails where somebody else has made it
	}
	if err != nil {
		return fmt.Errorf("web: %w", err)
	}
	return nil
}

func (p *Platform) stop() { _ = os.RemoveAll(p.dir) }

// Emit implements app.Platform. A page that does not keep up is cut off; its
// browser connects again.
func (p *Platform) Emit(event string, data ...any) {
	p.pagesMu.Lock()
	defer p.pagesMu.Unlock()
	for _, pg := range p.pages {
		pg.send(event, data)
	}
}

// send queues an event; pagesMu is held.
func (pg *page) send(event string, data []any) {
	b, err := json.Marshal(map[string]any{"name": event, "data": data})
	if err != nil {
		panic("web: event cannot be sent: " + event)
	}
	select {
	case pg.events <- b:
	default:
		pg.leave()
	}
}

// leave marks the page as gone; pagesMu is held.
func (pg *page) leave() {
	select {
	case <-pg.gone:
	default:
		close(pg.gone)
	}
}

// tell sends an event to the tab that was opened last and returns it.
func (p *Platform) tell(event string, data ...any) (*page, error) {
	p.pagesMu.Lock()
	defer p.pagesMu.Unlock()
	if len(p.pages) == 0 {
		return nil, &akno.Error{Code: akno.Unavailable, Op: "web." + event}
	}
	last := p.pages[len(p.pages)-1]
	last.send(event, data)
	return last, nil
}

// Notify implements app.Platform: the tab that was opened last tells it in its own
// way. A browser would ask the person first, for a program that is no web site.
func (p *Platform) Notify(n app.Notification) error {
	_, err := p.tell("web:notify", map[string]any{"title": n.Title, "body": n.Body})
	return err
}

// OpenFiles implements app.Platform: the browser's own dialog opens, and the
// chosen files are sent here. A tab that leaves cancels.
func (p *Platform) OpenFiles(q app.FileQuestion) ([]string, error) {
	id, a := rand.Text(), ask{make(chan []string, 1)}
	p.pagesMu.Lock()
	p.asks[id] = a
	p.pagesMu.Unlock()
	defer func() {
		p.pagesMu.Lock()
		defer p.pagesMu.Unlock()
		delete(p.asks, id)
	}()
	pg, err := p.tell("web:choose", map[string]any{"id": id, "title": q.Title, "accept": accept(q.Filters), "many": !q.One})
	if err != nil {
		return nil, err
	}
	select {
	case paths := <-a.answer:
		return paths, nil
	case <-pg.gone:
	case <-p.quit:
	}
	return nil, nil
}

// accept turns the patterns of a dialog into the attribute of a file field, ""
// if one of them takes every file.
func accept(filters []app.FileFilter) string {
	var all []string
	for _, f := range filters {
		for pattern := range strings.SplitSeq(f.Pattern, ";") {
			ext, ok := strings.CutPrefix(strings.TrimSpace(pattern), "*")
			if !ok || !strings.HasPrefix(ext, ".") || ext == ".*" {
				return ""
			}
			all = append(all, ext)
		}
	}
	return strings.Join(all, ",")
}

// Passing implements app.Platform.
func (p *Platform) Passing(path string) bool {
	p.pagesMu.Lock()
	defer p.pagesMu.Unlock()
	return p.uploads[path]
}

// Taken implements app.Platform.
func (p *Platform) Taken(paths []string) {
	for _, path := range paths {
		p.pagesMu.Lock()
		sent := p.uploads[path]
		delete(p.uploads, path)
		p.pagesMu.Unlock()
		if sent {
			_ = os.RemoveAll(filepath.Dir(path)) // each has a folder of its own
		}
	}
}

// OpenFolder implements app.Platform. A browser cannot show folders of this
// computer, so it is the one that the program was started with.
func (p *Platform) OpenFolder(string) (string, error) {
	if err := os.MkdirAll(p.folder, 0o700); err != nil {
		return "", fmt.Errorf("web: %w", err)
	}
	return p.folder, nil
}

// SaveFile implements app.Platform: the browser downloads the file.
func (p *Platform) SaveFile(q app.FileQuestion, write func(io.Writer) error) (string, error) {
	id, name := rand.Text(), cleanName(q.Name)
	path := filepath.Join(p.dir, "out-"+id)
	if err := app.WriteWhole(path, write); err != nil {
		return "", err
	}
	p.pagesMu.Lock()
	p.downloads[id] = download{path, name}
	p.pagesMu.Unlock()
	if _, err := p.tell("web:download", "/_web/download/"+id, name); err != nil {
		return "", err
	}
	return name, nil
}

// Window implements app.Platform.
func (p *Platform) Window() bool { return false }

// OpenURL implements app.Platform: a new tab.
func (p *Platform) OpenURL(url string) error {
	_, err := p.tell("web:open", url)
	return err
}

// Print implements app.Platform.
func (p *Platform) Print() error {
	_, err := p.tell("web:print")
	return err
}

// Show implements app.Platform: it prints a new link, which works once.
func (p *Platform) Show() { fmt.Fprintf(p.out, "akno: open %s\n", p.gate.link()) }

// Quit implements app.Platform.
func (p *Platform) Quit() { p.once.Do(func() { close(p.quit) }) }

func (p *Platform) join() *page {
	pg := &page{make(chan []byte, backlog), make(chan struct{})}
	p.pagesMu.Lock()
	defer p.pagesMu.Unlock()
	p.pages = append(p.pages, pg)
	return pg
}

func (p *Platform) part(pg *page) {
	p.pagesMu.Lock()
	defer p.pagesMu.Unlock()
	pg.leave()
	kept := p.pages[:0]
	for _, other := range p.pages {
		if other != pg {
			kept = append(kept, other)
		}
	}
	p.pages = kept
}

func (p *Platform) serveEvents(w http.ResponseWriter, r *http.Request) {
	pg := p.join()
	defer p.part(pg)
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	rc := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	for text := ": ok\n\n"; ; {
		if _, err := io.WriteString(w, text); err != nil || rc.Flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-pg.gone:
			return
		case b := <-pg.events:
			text = "data: " + string(b) + "\n\n"
		case <-beat.C:
			text = ": ok\n\n"
		}
	}
}

// serveFile stores one chosen or dropped file in a folder of its own, so that
// it keeps its name.
func (p *Platform) serveFile(w http.ResponseWriter, r *http.Request) {
	dir, err := os.MkdirTemp(p.dir, "in-")
	if err != nil {
		http.Error(w, "no room", http.StatusInsufficientStorage)
		return
	}
	path := filepath.Join(dir, cleanName(r.URL.Query().Get("name")))
	err = app.WriteWhole(path, func(f io.Writer) error {
		_, err := io.Copy(f, http.MaxBytesReader(w, r.Body, maxFile))
		return err
	})
	if err != nil {
		_ = os.RemoveAll(dir)
		http.Error(w, "not stored", http.StatusInsufficientStorage)
		return
	}
	p.pagesMu.Lock()
	p.uploads[path] = true
	p.pagesMu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{"path": path})
}

// cleanName returns the last part of a name that a page gave, fit for a file
// system, or "file".
func cleanName(name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.TrimLeft(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune(`<>:"|?*`, r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, name), ". ")
	for len(name) > maxName { // the end has the extension
		_, size := utf8.DecodeRuneInString(name)
		name = name[size:]
	}
	if name == "" {
		return "file"
	}
	return name
}

func (p *Platform) serveAnswer(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Paths []string `json:"paths"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxAnswer)).Decode(&in); err != nil {
		http.Error(w, "not an answer", http.StatusBadRequest)
		return
	}
	p.pagesMu.Lock()
	defer p.pagesMu.Unlock()
	a, ok := p.asks[r.PathValue("ask")]
	for _, path := range in.Paths {
		ok = ok && p.uploads[path]
	}
	if !ok {
		http.NotFound(w, r)
		return
	}
	delete(p.asks, r.PathValue("ask"))
	a.answer <- in.Paths
	w.WriteHeader(http.StatusNoContent)
}

func (p *Platform) serveDownload(w http.ResponseWriter, r *http.Request) {
	p.pagesMu.Lock()
	d, ok := p.downloads[r.PathValue("id")]
	p.pagesMu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	f, err := os.Open(d.path)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	defer f.Close()
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": d.name}))
	w.Header().Set("Cache-Control", "no-store")
	http.ServeContent(w, r, "", time.Time{}, f)
}
