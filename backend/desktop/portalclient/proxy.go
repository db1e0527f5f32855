package portalclient

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"akno/backend/akno"
)

// The ways to the network.
const (
	ProxyNone   = "none"   // straight
	ProxySystem = "system" // as the environment says (HTTPS_PROXY, HTTP_PROXY, NO_PROXY), or else the desktop
	ProxyManual = "manual" // as the person says
)

// A Proxy is the way to the network. What is on this computer itself is never
// asked through a proxy.
type Proxy struct {
	Mode string // ProxyNone, ProxySystem, ProxyManual
	// The rest is for ProxyManual.
	Host       string   // a name or an address
	Port       int      // 1 to 65535
	Exceptions []string // names ("portal.example.by", ".example.by" with all below), addresses, blocks ("10.0.0.0/8")
	User       string   // "" for a proxy that asks for nobody
	// Password is given to net/http as text when a connection is made, since it takes
	// nothing else; SetProxy copies it, and who called wipes the own copy.
	Password []byte
}

const (
	maxProxyName  = 253
	maxExceptions = 50
	maxProxyUser  = 255
)

// Check says what is wrong with p by its fields: the code is invalid.
func (p Proxy) Check() error {
	fields := map[string]string{}
	if !slices.Contains([]string{ProxyNone, ProxySystem, ProxyManual}, p.Mode) {
		fields["mode"] = "unknown"
	}
	if p.Mode == ProxyManual {
		if !hostName(p.Host) {
			fields["host"] = "address"
		}
		if p.Port < 1 || p.Port > 65535 {
			fields["port"] = "number"
		}
		if len(p.User) > maxProxyUser || strings.ContainsAny(p.User, ":\x00\r\n") {
			fields["user"] = "charset"
		}
		if len(p.Exceptions) > maxExceptions || slices.ContainsFunc(p.Exceptions, func(e string) bool { return !exception(e) }) {
			fields["exceptions"] = "address"
		}
	}
	if len(fields) > 0 {
		return &akno.Error{Code: akno.Invalid, Op: "portalclient.Proxy", Fields: fields}
	}
	return nil
}

// hostName says whether s may stand for a computer.
func hostName(s string) bool {
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	return s != "" && len(s) <= maxProxyName && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`/\@:?#[]%"'<>`, r)
	})
}

// exception says whether s may be an exception.
func exception(s string) bool {
	if _, err := netip.ParsePrefix(s); err == nil {
		return true
	}
	return hostName(strings.TrimPrefix(strings.TrimPrefix(s, "*"), "."))
}

// excepted says whether host is asked without the proxy.
func (p Proxy) excepted(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if loopback(host) {
		return true
	}
	ip, notIP := netip.ParseAddr(host)
	for _, e := range p.Exceptions {
		e = strings.ToLower(strings.TrimPrefix(e, "*"))
		if block, err := netip.ParsePrefix(e); err == nil {
			if notIP == nil && block.Contains(ip.Unmap()) {
				return true
			}
			continue
		}
		if below, ok := strings.CutPrefix(e, "."); ok {
			if host == below || strings.HasSuffix(host, e) {
				return true
			}
		} else if host == e {
			return true
		}
	}
	return false
}

// SetProxy makes the next calls go by p; connections that are kept are closed.
func (c *Client) SetProxy(p Proxy) error {
	if err := p.Check(); err != nil {
		return err
	}
	p.Password = slices.Clone(p.Password)
	c.stateMu.Lock()
	old := c.proxy.Password
	c.proxy = p
	c.stateMu.Unlock()
	clear(old)
	c.transport.CloseIdleConnections()
	return nil
}

// proxyFor is the transport's question by what proxy a request goes.
func (c *Client) proxyFor(r *http.Request) (*url.URL, error) {
	if u, system := c.chosen(r.URL.Hostname()); !system {
		return u, nil
	}
	if c.desktop == nil || c.environment() {
		return c.env(r)
	}
	if loopback(r.URL.Hostname()) {
		return nil, nil
	}
	u, err := c.desktop(r.Context(), r.URL)
	if err != nil && r.Context().Err() == nil {
		err = &noProxy{err}
	}
	return u, err
}

// chosen returns the proxy to a host by what the person chose, nil for straight, or
// that the system says.
func (c *Client) chosen(host string) (u *url.URL, system bool) {
	c.stateMu.Lock()
	defer c.stateMu.Unlock()
	switch {
	case c.proxy.Mode == ProxySystem:
		return nil, true
	case c.proxy.Mode == ProxyNone, c.proxy.excepted(host):
		return nil, false
	}
	u = &url.URL{Scheme: "http", Host: net.JoinHostPort(c.proxy.Host, strconv.Itoa(c.proxy.Port))}
	if c.proxy.User != "" {
		u.User = url.UserPassword(c.proxy.User, string(c.proxy.Password))
	}
	return u, false
}

// environment says whether this program was started with proxies of its own: with one
// for an address that no exception is for. They are nearer than the desktop's settings.
func (c *Client) environment() bool {
	return slices.ContainsFunc([]string{"https", "http"}, func(scheme string) bool {
		u, err := c.env(&http.Request{URL: &url.URL{Scheme: scheme, Host: "any.invalid"}})
		return u != nil || err != nil
	})
}

// Way returns the host and port of the proxy by which the portal is reached now, ""
// for straight, and an error with the code proxy_down when none can be used.
func (c *Client) Way(ctx context.Context) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.Address(), http.NoBody)
	if err != nil {
		return "", fmt.Errorf("way: %w", err)
	}
	u, err := c.proxyFor(r)
	if err != nil {
		return "", silence("portalclient.Way", err)
	}
	if u == nil {
		return "", nil
	}
	return u.Host, nil
}

// noProxy is the failure of a desktop that names no proxy which can be used.
type noProxy struct{ cause error }

func (e *noProxy) Error() string { return "by what proxy: " + e.cause.Error() }

func (e *noProxy) Unwrap() error { return e.cause }

// refusedByProxy is the failure of a connection that a proxy would not make.
type refusedByProxy struct{ status int }

func (e *refusedByProxy) Error() string {
	return fmt.Sprintf("the proxy answered with status %d", e.status)
}

func (c *Client) connected(_ context.Context, _ *url.URL, _ *http.Request, res *http.Response) error {
	if res.StatusCode == http.StatusOK {
		return nil
	}
	return &refusedByProxy{res.StatusCode}
}

// proxyCode is the code of a failure that the proxy is the reason of, "" for
// another.
func proxyCode(err error) akno.Code {
	if e, ok := errors.AsType[*refusedByProxy](err); ok {
		if e.status == http.StatusProxyAuthRequired {
			return akno.ProxyAuth
		}
		return akno.ProxyDown
	}
	if _, ok := errors.AsType[*noProxy](err); ok {
		return akno.ProxyDown
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "proxyconnect" {
		return akno.ProxyDown
	}
	return ""
}
