package portalclient

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"

	"akno/backend/akno"
	"akno/backend/internal/clock"
)

// without takes the proxies out of the environment.
func without(c *Client) { c.env = func(*http.Request) (*url.URL, error) { return nil, nil } }

func TestInTheModeOfTheSystemTheDesktopLeadsToThePortal(t *testing.T) {
	p := &proxy{}
	c, way := behind(t, p)
	without(c)
	var asked []string
	c.desktop = func(_ context.Context, target *url.URL) (*url.URL, error) {
		asked = append(asked, target.Host)
		return url.Parse("http://" + way.Host + ":" + strconv.Itoa(way.Port))
	}
	if _, err := c.GetInfo(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := p.asked(); len(got) != 1 || got[0] != "CONNECT example.com:443" || len(asked) == 0 || asked[0] != "example.com" {
		t.Errorf("the proxy was asked %q, the desktop %q", got, asked)
	}
	if got, err := c.Way(t.Context()); err != nil || got != way.Host+":"+strconv.Itoa(way.Port) {
		t.Errorf("%q, %v", got, err)
	}
	if err := c.SetProxy(Proxy{Mode: ProxyNone}); err != nil {
		t.Fatal(err)
	}
	if got, err := c.Way(t.Context()); err != nil || got != "" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestADesktopWhoseProxyCannotBeUsedIsNamedAndNothingIsSent(t *testing.T) {
	c, _ := behind(t, &proxy{})
	without(c)
	c.desktop = func(context.Context, *url.URL) (*url.URL, error) { return nil, errors.New("socks4 only") }
	_, err := c.GetInfo(t.Context())
	if akno.CodeOf(err) != akno.ProxyDown || !NotSent(err) || c.Heard() || c.Trouble().Code != akno.ProxyDown {
		t.Errorf("%v, not sent %v, %+v", err, NotSent(err), c.Trouble())
	}
	if _, err := c.Way(t.Context()); akno.CodeOf(err) != akno.ProxyDown {
		t.Errorf("got %v", err)
	}
}

func TestTheDesktopIsNotAskedWhereTheEnvironmentSaysNorForThisComputer(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { reply(w, map[string]string{}) }))
	defer srv.Close()
	asked := 0
	c, err := New(Options{BaseURL: srv.URL, Now: clock.System, Desktop: func(context.Context, *url.URL) (*url.URL, error) {
		asked++
		return url.Parse("http://127.0.0.1:1")
	}})
	if err != nil {
		t.Fatal(err)
	}
	without(c)
	if _, err := c.GetInfo(t.Context()); err != nil || asked != 0 {
		t.Errorf("asked %d times: %v", asked, err)
	}
	c.env = func(r *http.Request) (*url.URL, error) {
		if r.URL.Scheme == "http" || r.URL.Hostname() == "portal.example.by" { // as NO_PROXY says
			return nil, nil
		}
		return url.Parse("http://127.0.0.1:2")
	}
	for target, want := range map[string]string{"https://portal.example.by": "", "https://other.example.by": "127.0.0.1:2"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		u, err := c.proxyFor(r)
		if got := u; err != nil || want == "" && got != nil || want != "" && (got == nil || got.Host != want) || asked != 0 {
			t.Errorf("%s: %v, %v, asked %d times", target, got, err, asked)
		}
	}
}

func TestWhoeverGoesAwayIsNotToldOfAProxy(t *testing.T) {
	c, _ := behind(t, &proxy{})
	without(c)
	ctx, cancel := context.WithCancel(t.Context())
	c.desktop = func(ctx context.Context, _ *url.URL) (*url.URL, error) { cancel(); return nil, ctx.Err() }
	if _, err := c.GetInfo(ctx); !errors.Is(err, context.Canceled) || akno.CodeOf(err) == akno.ProxyDown {
		t.Errorf("got %v", err)
	}
}
