package demo

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"time"

	"akno/backend/akno"
	"akno/backend/portal/catalogue"
	"akno/backend/portal/payment"
)

//go:embed pages
var files embed.FS

// Links are what the pages need of the portal.
type Links struct {
	// Portal is the portal's own address, to which payments are told.
	Portal string
	// Claims answers the payment system's question about an order.
	Claims Claims
	// Catalogue names the procedures.
	Catalogue *catalogue.Catalogue
}

// Claims answers what a code asks to pay; portal/payment does.
type Claims interface {
	Claim(ctx context.Context, text string) (payment.Claim, error)
}

// Serve serves the pages and the services of the authority until ctx ends, and
// keeps the portal's revocation lists fresh.
func (d *Demo) Serve(ctx context.Context, l Links) error {
	h, err := d.Handler(l)
	if err != nil {
		return errors.Join(err, d.Close())
	}
	srv := &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 30 * time.Second,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
	}
	go d.keepFed(ctx)
	stop := context.AfterFunc(ctx, func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = srv.Shutdown(end)
	})
	defer stop()
	err = srv.Serve(d.listener)
	d.authority.Close()
	if !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("demo: %w", err)
	}
	return nil
}

// Handler returns the pages and the services of the authority.
func (d *Demo) Handler(l Links) (http.Handler, error) {
	provider, err := d.Key(ProviderKey)
	if err != nil {
		return nil, err
	}
	t, err := parsePages()
	if err != nil {
		return nil, err
	}
	s := &site{Demo: d, links: l, templates: t, provider: provider, client: &http.Client{Timeout: 15 * time.Second}}
	mux := http.NewServeMux()
	authority := d.authority.Handler()
	for _, pattern := range []string{"POST /ra/requests", "GET /ra/requests/", "/ocsp", "/ocsp/", "/tsa", "/crl/", "/ca/"} {
		mux.Handle(pattern, authority)
	}
	mux.HandleFunc("GET /{$}", s.home)
	mux.HandleFunc("GET /style.css", s.style)
	mux.HandleFunc("GET /erip", s.erip)
	mux.HandleFunc("POST /erip/pay", s.pay)
	mux.HandleFunc("GET /mail", s.mail)
	mux.HandleFunc("GET /mail/{id}", s.letter)
	mux.HandleFunc("GET /ra", s.ra)
	mux.HandleFunc("POST /ra/queue/{id}", s.judge)
	mux.HandleFunc("POST /ra/certificates/{serial}", s.change)
	return d.guard(http.NewCrossOriginProtection().Handler(mux)), nil
}

// guard answers only to this computer's own names, so that a page of the network
// that resolves its name to this address gets nothing, and lets no page load
// anything from elsewhere.
func (d *Demo) guard(next http.Handler) http.Handler {
	_, port, err := net.SplitHostPort(d.listener.Addr().String())
	if err != nil {
		panic("demo: " + err.Error()) // unreachable: it is the address of a listener
	}
	names := map[string]bool{"127.0.0.1:" + port: true, "localhost:" + port: true, "[::1]:" + port: true}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !names[r.Host] {
			http.Error(w, http.StatusText(http.StatusMisdirectedRequest), http.StatusMisdirectedRequest)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// A site answers the pages.
type site struct {
	*Demo
	links     Links
	templates *template.Template
	provider  []byte
	client    *http.Client
}

// A page is what every template gets.
type page struct {
	Lang   akno.Lang
	Name   string // of the page: home, erip, mail, ra
	Path   string // of the link that changes the language
	Error  string // key of a message, or ""
	Notice string
	Data   any
}

// T returns the wording of a message in the page's language.
func (p page) T(key string) string { return words[key].In(p.Lang) }

// Other returns the language that the page can be changed to.
func (p page) Other() akno.Lang {
	if p.Lang == akno.Belarusian {
		return akno.Russian
	}
	return akno.Belarusian
}

// newPage returns a page in the language that r asks for.
func newPage(r *http.Request, name string) page {
	p := page{Lang: akno.Russian, Name: name, Path: r.URL.Path}
	if r.FormValue("lang") == string(akno.Belarusian) {
		p.Lang = akno.Belarusian
	}
	return p
}

func (s *site) show(w http.ResponseWriter, p page, status int) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	// Whoever asked is gone, or the template has a fault that its test finds.
	_ = s.templates.ExecuteTemplate(w, p.Name, p)
}

func parsePages() (*template.Template, error) {
	t, err := template.New("pages").ParseFS(files, "pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	return t, nil
}

func (s *site) home(w http.ResponseWriter, r *http.Request) {
	p := newPage(r, "home")
	p.Data = s.Ready(s.links.Portal)
	s.show(w, p, http.StatusOK)
}

func (s *site) style(w http.ResponseWriter, _ *http.Request) {
	css, err := files.ReadFile("pages/style.css")
	if err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write(css)
}
