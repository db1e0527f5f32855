package web

import (
	"errors"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/wailsapp/wails/v2/pkg/options"
)

// assets serves the built page as Wails' asset server does: a file that is
// embedded, or else the program's own handler. Wails' package itself would need
// GTK to be compiled.
type assets struct {
	page  fs.FS  // the folder of index.html
	index string // with the shim in it
	next  http.Handler
}

const head = "<head>"

func newAssets(o *options.App) (*assets, error) {
	page, err := pageFolder(o.AssetServer.Assets)
	if err != nil {
		return nil, err
	}
	index, err := fs.ReadFile(page, "index.html")
	if err != nil {
		return nil, err
	}
	if !strings.Contains(string(index), head) {
		return nil, errors.New("the page has no head")
	}
	a := &assets{page: page, next: o.AssetServer.Handler}
	// Where Wails puts its runtime: before any script of the page.
	a.index = strings.Replace(string(index), head, head+`<script src="/_web/shim.js"></script>`, 1)
	if a.next == nil {
		a.next = http.NotFoundHandler()
	}
	return a, nil
}

// pageFolder finds the folder of index.html, which an embedded page brings with
// the path it was built at.
func pageFolder(tree fs.FS) (fs.FS, error) {
	found := ""
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && path.Base(name) == "index.html" {
			found = path.Dir(name)
			return fs.SkipAll
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if found == "" {
		return nil, errors.New("the page was not built into the program")
	}
	return fs.Sub(tree, found)
}

// ServeHTTP implements http.Handler.
func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	if r.Method == http.MethodGet && fs.ValidPath(name) {
		if st, err := fs.Stat(a.page, name); err == nil && !st.IsDir() && name != "index.html" {
			http.ServeFileFS(w, r, a.page, name)
			return
		}
	}
	a.next.ServeHTTP(w, r)
}

// serveIndex answers with the page itself.
func (a *assets) serveIndex(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = io.WriteString(w, a.index)
}
