package web

import (
	"crypto/rand"
	"crypto/subtle"
	"io"
	"net/http"
	"strings"
	"sync"
)

// gate lets in the browser that opened the program's link, and nobody else.
//
// Any page that the person visits and any program on the computer can send
// requests to a loopback port. So: the link is a secret that works once and
// leaves an HttpOnly cookie; the cookie goes with the program's own requests
// only (SameSite=Strict); as a cookie's site does not know ports, the browser's
// word on who asks (Sec-Fetch-Site, Origin) is checked too; and the host must
// be the address itself, against names that were made to resolve to it.
type gate struct {
	host   string // address and port
	cookie string // its name; one a port, since cookies are shared by all ports

	gateMu   sync.Mutex // guards the rest
	token    string     // of the newest link that was not used
	sessions []string
}

const maxSessions = 8

func newGate(host string) *gate {
	port := host[strings.LastIndexByte(host, ':')+1:]
	return &gate{host: host, cookie: "akno_" + port}
}

// link returns a new link; the one before it stops working.
func (g *gate) link() string {
	token := rand.Text()
	g.gateMu.Lock()
	defer g.gateMu.Unlock()
	g.token = token
	return "http://" + g.host + "/open?token=" + token
}

// redeem exchanges a link's token for a session's word.
func (g *gate) redeem(token string) (session string, ok bool) {
	g.gateMu.Lock()
	defer g.gateMu.Unlock()
	if g.token == "" || subtle.ConstantTimeCompare([]byte(token), []byte(g.token)) != 1 {
		return "", false
	}
	g.token = ""
	session = rand.Text() + rand.Text()
	if len(g.sessions) == maxSessions {
		g.sessions = g.sessions[1:]
	}
	g.sessions = append(g.sessions, session)
	return session, true
}

func (g *gate) known(session string) bool {
	g.gateMu.Lock()
	defer g.gateMu.Unlock()
	found := 0
	for _, s := range g.sessions {
		found |= subtle.ConstantTimeCompare([]byte(s), []byte(session))
	}
	return found == 1
}

// around refuses every request that the opened page did not make.
func (g *gate) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Frame-Options", "SAMEORIGIN")
		switch {
		case r.Host != g.host:
			refuse(w)
		case r.URL.Path == "/open":
			g.open(w, r)
		case !g.ours(r):
			refuse(w)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func (g *gate) ours(r *http.Request) bool {
	if o := r.Header.Get("Origin"); o != "" && o != "http://"+g.host {
		return false
	}
	if s := r.Header.Get("Sec-Fetch-Site"); s != "" && s != "same-origin" && s != "none" {
		return false
	}
	c, err := r.Cookie(g.cookie)
	return err == nil && g.known(c.Value)
}

// open answers the link. It does not redirect: a redirect that began outside
// would not carry the strict cookie, a step of our own page does.
func (g *gate) open(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		refuse(w)
		return
	}
	session, ok := g.redeem(r.URL.Query().Get("token"))
	if !ok {
		refuse(w)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: g.cookie, Value: session, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	_, _ = io.WriteString(w, `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=/"><title>Акно</title>`)
}

const closed = "Откройте ссылку, которую напечатала программа: она действует один раз.\n" +
	"Адкрыйце спасылку, якую надрукавала праграма: яна дзейнічае адзін раз.\n" +
	"Open the link that the program printed: it works once.\n"

func refuse(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(http.StatusForbidden)
	_, _ = io.WriteString(w, closed)
}
