package app

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"akno/backend/akno"
)

func (c *cabinetBench) network(t *testing.T) *Network {
	t.Helper()
	i := slices.IndexFunc(c.parts, func(p part) bool { _, is := p.(*Network); return is })
	if i < 0 {
		t.Fatal("no such part")
	}
	return c.parts[i].(*Network)
}

func TestTheWayToTheNetworkIsKeptWithItsPasswordAside(t *testing.T) {
	c := newCabinet(t)
	n := c.network(t)
	if v, err := n.State(); err != nil || v != (NetworkView{Mode: "system"}) {
		t.Fatalf("%+v, %v", v, err)
	}
	want := NetworkView{Mode: "manual", Host: "proxy.example.by", Port: 3128, Exceptions: "portal.example.by, 10.0.0.0/8", User: "anna"}
	if v, err := n.Set(NetworkView{Mode: "manual", Host: " proxy.example.by ", Port: 3128, Exceptions: "portal.example.by;10.0.0.0/8", User: "anna"}); err != nil || v != want {
		t.Fatalf("%+v, %v", v, err)
	}
	ticket, err := n.BeginPassword()
	if err != nil {
		t.Fatal(err)
	}
	want.Password = true
	if v, code := posted[NetworkView](t, c.bench, ticket, "сосна дождь"); code != "" || v != want {
		t.Fatalf("%+v, %q", v, code)
	}
	if strings.Contains(c.out.String(), "сосна") {
		t.Error("the log has the password")
	}
	if p, err := c.Drafts.w.c.proxy(t.Context()); err != nil || string(p.Password) != "сосна дождь" {
		t.Errorf("%q, %v", p.Password, err)
	}
	for field, v := range map[string]NetworkView{
		"mode": {Mode: "x"}, "host": {Mode: "manual", Port: 1}, "port": {Mode: "manual", Host: "a"}, "exceptions": {Mode: "manual", Host: "a", Port: 1, Exceptions: "http://x"},
	} {
		if _, err := n.Set(v); akno.FieldsOf(err)[field] == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
	if v, err := n.Set(NetworkView{Mode: "none", Host: want.Host, Port: want.Port, User: "anna"}); err != nil || !v.Password {
		t.Errorf("turned off, to be turned on again: %+v, %v", v, err)
	}
	if v, err := n.Set(NetworkView{Mode: "manual", Host: "other", Port: 3128, User: "anna"}); err != nil || v.Password {
		t.Errorf("the password of one proxy goes to another: %+v, %v", v, err)
	}
	if v, err := n.ForgetPassword(); err != nil || v.Password {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestAFakePortalIsNamedByTheCheck(t *testing.T) {
	c := newCabinet(t)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<html>sign in to the network"))
	}))
	t.Cleanup(srv.Close)
	if v, err := c.network(t).Check(); err != nil || v.Reached || v.Code != "unavailable" { // nobody listens
		t.Errorf("%+v, %v", v, err)
	}
	if err := c.Drafts.w.c.portal.Use(srv.URL); err != nil {
		t.Fatal(err)
	}
	if v, err := c.network(t).Check(); err != nil || v.Reached || v.Code != "captive_portal" {
		t.Errorf("%+v, %v", v, err)
	}
	if st, err := c.apps.Sync(); err != nil || st.Online || st.Trouble != "captive_portal" {
		t.Errorf("%+v, %v", st, err)
	}
}

func TestTheProxyOfTheProfileIsUsedAfterARestart(t *testing.T) {
	var asked atomic.Value
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Store(r.Method + " " + r.Host)
		w.WriteHeader(http.StatusProxyAuthRequired)
	}))
	t.Cleanup(srv.Close)
	u, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		t.Fatal(err)
	}
	c := newCabinet(t)
	c.cfg.PortalURL = "https://portal.invalid"
	if _, err := c.network(t).Set(NetworkView{Mode: "manual", Host: u.Hostname(), Port: port}); err != nil {
		t.Fatal(err)
	}
	if err := c.close(); err != nil {
		t.Fatal(err)
	}
	if err := c.open(); err != nil {
		t.Fatal(err)
	}
	if v, err := c.network(t).Check(); err != nil || v.Code != "proxy_auth" || v.Proxy != u.Host || asked.Load() != "CONNECT portal.invalid:443" {
		t.Errorf("%+v, %v, asked %v", v, err, asked.Load())
	}
}
