package portalclient

import (
	"crypto/x509"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"akno/backend/akno"
	"akno/backend/internal/clock"
	"akno/backend/portalapi"
)

// proxy is a proxy in this process: it leads every name to one server.
type proxy struct {
	t    *testing.T
	to   string // host:port that CONNECT leads to
	want string // "user:password", "" for a proxy that asks for nobody
	fail int    // status of every answer, 0 for none

	seenMu sync.Mutex // guards seen
	seen   []string
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.seenMu.Lock()
	p.seen = append(p.seen, r.Method+" "+r.URL.Host)
	p.seenMu.Unlock()
	if p.want != "" && r.Header.Get("Proxy-Authorization") != "Basic "+base64.StdEncoding.EncodeToString([]byte(p.want)) {
		w.Header().Set("Proxy-Authenticate", `Basic realm="office"`)
		w.WriteHeader(http.StatusProxyAuthRequired)
		return
	}
	switch {
	case p.fail != 0:
		w.WriteHeader(p.fail)
	case r.Method != http.MethodConnect:
		_, _ = io.WriteString(w, "a list by "+r.URL.String())
	default:
		p.connect(w)
	}
}

func (p *proxy) connect(w http.ResponseWriter) {
	far, err := net.Dial("tcp", p.to)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	w.WriteHeader(http.StatusOK)
	near, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		p.t.Error(err)
		return
	}
	go func() {
		_, _ = io.Copy(far, near)
		_ = far.Close()
	}()
	_, _ = io.Copy(near, far)
	_ = near.Close()
}

func (p *proxy) asked() []string {
	p.seenMu.Lock()
	defer p.seenMu.Unlock()
	return append([]string(nil), p.seen...)
}

// behind is a client of a portal that only a proxy leads to.
func behind(t *testing.T, p *proxy) (*Client, Proxy) {
	t.Helper()
	portal := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { reply(w, map[string]string{}) }))
	t.Cleanup(portal.Close)
	p.t, p.to = t, portal.Listener.Addr().String()
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	roots := x509.NewCertPool()
	roots.AddCert(portal.Certificate())
	c, err := New(Options{BaseURL: "https://example.com", Roots: roots, Now: clock.System}) // the name in the certificate
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		t.Fatal(err)
	}
	return c, Proxy{Mode: ProxyManual, Host: u.Hostname(), Port: port}
}

func TestThePortalIsReachedByAProxy(t *testing.T) {
	p := &proxy{want: "anna:сосна"}
	c, way := behind(t, p)
	way.User, way.Password = "anna", []byte("сосна")
	if err := c.SetProxy(way); err != nil {
		t.Fatal(err)
	}
	clear(way.Password) // the client has its own copy
	if _, err := c.GetInfo(t.Context()); err != nil || !c.Heard() {
		t.Fatalf("heard %v: %v", c.Heard(), err)
	}
	list, err := c.Fetch(t.Context(), http.MethodGet, "http://crl.example.by/ruc.crl", "", nil, "", 1<<10)
	if err != nil || string(list) != "a list by http://crl.example.by/ruc.crl" {
		t.Errorf("%q, %v", list, err)
	}
	if diff := cmp.Diff([]string{"CONNECT example.com:443", "GET crl.example.by"}, p.asked()); diff != "" {
		t.Error(diff)
	}
}

func TestWhatAProxyRefusesIsNamed(t *testing.T) {
	for name, test := range map[string]struct {
		proxy *proxy
		user  string
		want  akno.Code
	}{
		"asks for a password":    {&proxy{want: "anna:сосна"}, "", akno.ProxyAuth},
		"knows another password": {&proxy{want: "anna:ель"}, "anna", akno.ProxyAuth},
		"forbids the portal":     {&proxy{fail: http.StatusForbidden}, "", akno.ProxyDown},
		"cannot reach it":        {&proxy{fail: http.StatusBadGateway}, "", akno.ProxyDown},
	} {
		t.Run(name, func(t *testing.T) {
			c, way := behind(t, test.proxy)
			way.User, way.Password = test.user, []byte("сосна")
			if err := c.SetProxy(way); err != nil {
				t.Fatal(err)
			}
			_, err := c.GetInfo(t.Context())
			if akno.CodeOf(err) != test.want || !NotSent(err) || c.Heard() || c.Trouble().Code != test.want {
				t.Errorf("%v, not sent %v, heard %v, %+v", err, NotSent(err), c.Heard(), c.Trouble())
			}
			if strings.Contains(err.Error(), "сосна") {
				t.Errorf("the password is told: %v", err)
			}
		})
	}
	p := &proxy{want: "anna:ель"}
	c, way := behind(t, p)
	if err := c.SetProxy(way); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Fetch(t.Context(), http.MethodGet, "http://crl.example.by/", "", nil, "", 10); akno.CodeOf(err) != akno.ProxyAuth {
		t.Errorf("a plain request: %v", err)
	}
}

func TestAProxyThatIsNotThereIsNamed(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil { // nobody listens there now
		t.Fatal(err)
	}
	c, way := behind(t, &proxy{})
	way.Port = port
	if err := c.SetProxy(way); err != nil {
		t.Fatal(err)
	}
	if _, err := c.GetInfo(t.Context()); akno.CodeOf(err) != akno.ProxyDown || !NotSent(err) {
		t.Errorf("%v, not sent %v", err, NotSent(err))
	}
}

func TestExceptionsGoStraight(t *testing.T) {
	c, err := New(Options{BaseURL: "https://portal.example.by", Now: clock.System})
	if err != nil {
		t.Fatal(err)
	}
	way := Proxy{Mode: ProxyManual, Host: "proxy", Port: 3128, Exceptions: []string{"portal.example.by", ".gov.by", "*.bank.by", "10.0.0.0/8", "192.0.2.7"}}
	if err := c.SetProxy(way); err != nil {
		t.Fatal(err)
	}
	for host, straight := range map[string]bool{
		"portal.example.by": true, "PORTAL.example.by.": true, "www.portal.example.by": false, "gov.by": true, "mvd.gov.by": true, "notgov.by": false,
		"erip.bank.by": true, "10.1.2.3": true, "11.1.2.3": false, "192.0.2.7": true, "192.0.2.8": false, "127.0.0.1": true, "localhost": true, "[::1]": true,
	} {
		u, err := c.proxyFor(&http.Request{URL: &url.URL{Scheme: "https", Host: host}})
		if err != nil || (u == nil) != straight {
			t.Errorf("%s: %v, %v", host, u, err)
		}
	}
	if err := c.SetProxy(Proxy{Mode: ProxyNone}); err != nil {
		t.Fatal(err)
	}
	if u, err := c.proxyFor(&http.Request{URL: &url.URL{Scheme: "https", Host: "x.by"}}); u != nil || err != nil {
		t.Errorf("%v, %v", u, err)
	}
}

func TestAProxyThatCannotBeIsRefused(t *testing.T) {
	good := Proxy{Mode: ProxyManual, Host: "proxy.example.by", Port: 3128, User: `OFFICE\anna`, Exceptions: []string{"a.by", "fe80::/10"}}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for field, change := range map[string]func(p *Proxy){
		"mode":       func(p *Proxy) { p.Mode = "socks" },
		"host":       func(p *Proxy) { p.Host = "http://proxy" },
		"port":       func(p *Proxy) { p.Port = 65536 },
		"user":       func(p *Proxy) { p.User = "anna:secret" },
		"exceptions": func(p *Proxy) { p.Exceptions = []string{"a b"} },
	} {
		p := good
		change(&p)
		if _, named := akno.FieldsOf(p.Check())[field]; !named {
			t.Errorf("%s: %v", field, p.Check())
		}
	}
}

func TestThePageOfAStrangerIsNeverThePortal(t *testing.T) {
	html := func(status int, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Date", "Mon, 01 Jan 2001 00:00:00 GMT")
			for i := 0; i < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "<html>room number?")
		}
	}
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   akno.Code
	}{
		"a page":             {html(200), akno.CaptivePortal},
		"a page elsewhere":   {html(302, "Location", "http://login.hotel.example/"), akno.CaptivePortal},
		"asks for a sign-in": {html(511), akno.CaptivePortal},
		"a gateway's page":   {html(502), akno.Unavailable},
		"text":               {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }, akno.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := client(t, test.answer)
			_, meta := c.GetInfo(t.Context())
			_, push := c.PushCommands(t.Context(), portalapi.PushRequest{})
			for _, err := range []error{meta, push, c.Download(t.Context(), strings.Repeat("a", 64), 10, io.Discard)} {
				if akno.CodeOf(err) != test.want {
					t.Errorf("%v", err)
				}
			}
			if test.want == akno.CaptivePortal && (c.Heard() || c.Skew() != 0 || c.Trouble().Code != test.want || !c.HeardAt().IsZero()) {
				t.Errorf("it was taken for the portal: heard %v, skew %v, %+v", c.Heard(), c.Skew(), c.Trouble())
			}
		})
	}
}

func TestWhoStandsBetweenIsNamedAndAWrongClockIsNot(t *testing.T) {
	portal := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { reply(w, map[string]string{}) }))
	t.Cleanup(portal.Close)
	at := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	roots := x509.NewCertPool()
	roots.AddCert(portal.Certificate())
	for name, test := range map[string]struct {
		roots *x509.CertPool
		at    time.Time
		want  Trouble
	}{
		"the portal itself":        {roots, at, Trouble{}},
		"another authority":        {x509.NewCertPool(), at, Trouble{akno.TLSForeign, "Acme Co"}},
		"a clock far ahead":        {roots, at.AddDate(100, 0, 0), Trouble{Code: akno.TLSTime}},
		"a clock far behind":       {roots, time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC), Trouble{Code: akno.TLSTime}},
		"a clock and an authority": {x509.NewCertPool(), at.AddDate(100, 0, 0), Trouble{Code: akno.TLSTime}},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := New(Options{BaseURL: portal.URL, Roots: test.roots, Now: func() time.Time { return test.at }})
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.GetInfo(t.Context())
			if c.Trouble() != test.want || c.Heard() != (test.want.Code == "") || err != nil && (akno.CodeOf(err) != test.want.Code || !NotSent(err)) {
				t.Errorf("%+v, heard %v, %v", c.Trouble(), c.Heard(), err)
			}
		})
	}
}

func TestANameThatAStrangerChoseIsShownInALine(t *testing.T) {
	if got := printable("Evil\r\n\u202eCA" + strings.Repeat("x", 500)); len([]rune(got)) != maxIssuer || strings.ContainsAny(got, "\r\n\u202e") {
		t.Errorf("%q", got)
	}
}

func TestALateListSaysNothingOfThePortal(t *testing.T) {
	c, _ := client(t, func(w http.ResponseWriter, _ *http.Request) { reply(w, map[string]string{}) })
	if _, err := c.GetInfo(t.Context()); err != nil || !c.Heard() {
		t.Fatal(err)
	}
	other := httptest.NewServer(http.NotFoundHandler())
	other.Close()
	if _, err := c.Fetch(t.Context(), http.MethodGet, other.URL+"/x", "", nil, "", 10); err == nil || !c.Heard() {
		t.Errorf("heard %v: %v", c.Heard(), err)
	}
}
