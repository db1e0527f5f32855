package app

import (
	"crypto/rand"
	"io"
	"mime"
	"net/http"
	"slices"
	"sync"
	"time"
)

// policy is the Content-Security-Policy of every page. 'unsafe-inline' is for
// style attributes only; scripts are the program's own files.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; frame-src 'self' blob:; " +
	"object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

// SecurityHeaders is the Middleware of the asset server.
func SecurityHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// Handler answers what no embedded file answers, and every method but GET:
//
//	GET  /blob/{id}                   a file that Go made readable
//	POST /_secret/{purpose}?ticket=…  secrets as raw octets, see secret.go
//	POST /_file?ticket=…              a file as raw octets, see upload.go
func (a *App) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /blob/{id}", a.files)
	mux.Handle("POST /_secret/{purpose}", a.secrets)
	mux.Handle("POST /_file", a.uploads)
	return mux
}

// maxFiles is how many files the page may read at once; the oldest goes first.
const maxFiles = 512

// shown are the types that a page shows in place. Anything else, SVG and HTML
// before all, could run scripts in the program's origin and is only saved.
var shown = []string{"application/pdf", "image/png", "image/jpeg", "image/webp", "image/gif", "text/plain; charset=utf-8"}

// blob is something that the page may read.
type blob struct {
	open func() (io.ReadSeekCloser, error)
	mime string
	name string // for saving; may be empty
}

// files are what the page may read by an id that Go made. The page never names
// paths.
type files struct {
	filesMu sync.Mutex // guards the rest
	byID    map[string]blob
	order   []string // oldest first
}

func newFiles() *files { return &files{byID: map[string]blob{}} }

// add makes what open opens readable and returns its address in the page.
func (f *files) add(open func() (io.ReadSeekCloser, error), mime, name string) string {
	id := rand.Text()
	f.filesMu.Lock()
	defer f.filesMu.Unlock()
	if len(f.order) == maxFiles {
		delete(f.byID, f.order[0])
		f.order = f.order[1:]
	}
	f.byID[id] = blob{open, mime, name}
	f.order = append(f.order, id)
	return "/blob/" + id
}

// forget takes back an address that add returned.
func (f *files) forget(address string) {
	id := address[len("/blob/"):]
	f.filesMu.Lock()
	defer f.filesMu.Unlock()
	delete(f.byID, id)
	f.order = slices.DeleteFunc(f.order, func(s string) bool { return s == id })
}

// clear takes back every address.
func (f *files) clear() {
	f.filesMu.Lock()
	defer f.filesMu.Unlock()
	f.byID, f.order = map[string]blob{}, nil
}

// ServeHTTP implements http.Handler, with byte ranges.
func (f *files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.filesMu.Lock()
	b, ok := f.byID[r.PathValue("id")]
	f.filesMu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	content, err := b.open()
	if err != nil {
		http.NotFound(w, r)
		return
	}
	defer content.Close()
	h := w.Header()
	h.Set("Content-Type", b.mime)
	disposition := "inline"
	if !slices.Contains(shown, b.mime) {
		h.Set("Content-Type", "application/octet-stream")
		disposition = "attachment"
	}
	if b.name != "" {
		h.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": b.name}))
	} else {
		h.Set("Content-Disposition", disposition)
	}
	h.Set("Cache-Control", "no-store")
	http.ServeContent(w, r, "", time.Time{}, content)
}
