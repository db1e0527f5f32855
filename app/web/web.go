// Package web shows the program in the person's own browser where there is no
// display for a window, and to the end-to-end tests: the same bound methods,
// events and page, served on a loopback address.
//
//	GET  /open?token=…          exchanges a one-time link for a cookie
//	POST /_web/call             {"name":"app.Drafts.Save","args":[…]} → {"result":…} or {"error":"…"}
//	GET  /_web/events           server-sent events {"name":…,"data":[…]}
//	POST /_web/file?name=…      octets of a file that the person chose → {"path":…}
//	POST /_web/answer/{ask}     {"paths":[…]}: the answer of a file dialog
//	GET  /_web/download/{id}    a file that the program saves
//	GET  /_web/shim.js          window.go and window.runtime for the page
//
// What the desktop does in a window the browser does here: files are chosen in
// its own dialog and sent as octets into a private folder, saving is a
// download, printing is window.print.
//
// Only a build with the tag headless imports this package; the program with a
// window opens no port.
package web

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/wailsapp/wails/v2/pkg/options"
)

//go:embed shim.js
var shim string

// Run serves o at addr, an address of this computer with port 0 for any free
// one, until ctx ends or the platform quits. The link to open is printed by the
// platform when the program asks to be shown, which it does at its start.
func Run(ctx context.Context, o *options.App, p *Platform, addr string) error {
	at, err := netip.ParseAddrPort(addr)
	if err != nil || !at.Addr().IsLoopback() {
		return fmt.Errorf("web: %q is not an address and port of this computer", addr)
	}
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("web: %w", err)
	}
	g := newGate(ln.Addr().String())
	h, err := handler(o, p, g)
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	if err := p.start(g); err != nil {
		return errors.Join(err, ln.Close())
	}
	defer p.stop()
	life, end := context.WithCancel(context.WithoutCancel(ctx)) // outlives ctx by the time that the page needs to hand over
	defer end()
	srv := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       2 * time.Minute,
		BaseContext:       func(net.Listener) context.Context { return life },
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()
	if o.OnStartup != nil {
		o.OnStartup(life)
	}
	select {
	case <-ctx.Done():
		if o.OnBeforeClose != nil && o.OnBeforeClose(life) {
			<-p.quit
		}
	case <-p.quit:
	case err := <-served:
		return fmt.Errorf("web: %w", err)
	}
	end()
	err = srv.Close()
	if o.OnShutdown != nil {
		o.OnShutdown(context.WithoutCancel(ctx))
	}
	return err
}

// handler returns every route, behind the gate.
func handler(o *options.App, p *Platform, g *gate) (http.Handler, error) {
	b, err := bind(o)
	if err != nil {
		return nil, err
	}
	files, err := newAssets(o)
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	names, err := json.Marshal(b.tree)
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	script := strings.Replace(shim, "__BINDINGS__", string(names), 1)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /_web/call", b.serveCall)
	mux.HandleFunc("GET /_web/events", p.serveEvents)
	mux.HandleFunc("POST /_web/file", p.serveFile)
	mux.HandleFunc("POST /_web/answer/{ask}", p.serveAnswer)
	mux.HandleFunc("GET /_web/download/{id}", p.serveDownload)
	mux.HandleFunc("GET /_web/shim.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		_, _ = io.WriteString(w, script)
	})
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { // browsers ask for it by themselves
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		if o.OnDomReady != nil {
			o.OnDomReady(r.Context())
		}
		files.serveIndex(w)
	})
	mux.Handle("/", files)
	var all http.Handler = mux
	if m := o.AssetServer.Middleware; m != nil {
		all = m(all)
	}
	return g.around(all), nil
}
