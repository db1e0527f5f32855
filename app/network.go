package app

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/portalclient"
)

// Network is the bound type of the way to the network.
type Network struct {
	a *App
	c *core
}

var _ networkSurface = (*Network)(nil)

// The settings of the way to the network. Both lie in the profile, which is
// encrypted as a whole: a password that had to be typed at every start would stop
// the exchange, and none of the person's keys depends on it.
const (
	proxySetting         = "net.proxy"
	proxyPasswordSetting = "net.proxy.password"
)

// savedProxy is a portalclient.Proxy without its password.
type savedProxy struct {
	Mode       string   `json:"mode"`
	Host       string   `json:"host"`
	Port       int      `json:"port"`
	Exceptions []string `json:"exceptions"`
	User       string   `json:"user"`
}

// proxy reads the way to the network; by the system's settings until a person
// chooses. The caller wipes its password.
func (c *core) proxy(ctx context.Context) (p portalclient.Proxy, err error) {
	s := savedProxy{Mode: portalclient.ProxySystem}
	err = errors.Join(c.store.Setting(ctx, proxySetting, &s), c.store.Setting(ctx, proxyPasswordSetting, &p.Password))
	p.Mode, p.Host, p.Port, p.Exceptions, p.User = s.Mode, s.Host, s.Port, s.Exceptions, s.User
	return p, err
}

// useProxy makes the calls to the portal go the way that the profile knows.
func (c *core) useProxy(ctx context.Context) error {
	p, err := c.proxy(ctx)
	defer clear(p.Password)
	if err != nil {
		return err
	}
	return c.portal.SetProxy(p)
}

// State returns the way to the network.
func (n *Network) State() (out NetworkView, err error) {
	defer n.a.guard("network.State", &err)
	return n.changed(func(context.Context) error { return nil })
}

// changed makes a change and returns the way after it.
func (n *Network) changed(change func(ctx context.Context) error) (out NetworkView, err error) {
	ctx, cancel, err := n.c.calling()
	if err != nil {
		return out, err
	}
	defer cancel()
	if err := change(ctx); err != nil {
		return out, err
	}
	p, err := n.c.proxy(ctx)
	defer clear(p.Password)
	if err != nil {
		return out, err
	}
	return NetworkView{
		Mode: p.Mode, Host: p.Host, Port: p.Port, Exceptions: strings.Join(p.Exceptions, ", "), User: p.User, Password: len(p.Password) > 0,
	}, nil
}

// Set changes the way to the network; it holds from the next call on. A password
// belongs to its user at its proxy and is forgotten with either.
func (n *Network) Set(v NetworkView) (out NetworkView, err error) {
	defer n.a.guard("network.Set", &err)
	return n.changed(func(ctx context.Context) error {
		before, err := n.c.proxy(ctx)
		defer clear(before.Password)
		if err != nil {
			return err
		}
		next := portalclient.Proxy{
			Mode: v.Mode, Host: strings.TrimSpace(v.Host), Port: v.Port, User: strings.TrimSpace(v.User),
			Exceptions: slices.Collect(strings.FieldsFuncSeq(v.Exceptions, func(r rune) bool { return strings.ContainsRune(" ,;\t\n", r) })),
		}
		if err := next.Check(); err != nil {
			return err
		}
		s := savedProxy{Mode: next.Mode, Host: next.Host, Port: next.Port, Exceptions: next.Exceptions, User: next.User}
		if next.User != before.User || next.Host != before.Host || next.Port != before.Port {
			if err := n.c.store.SetSetting(ctx, proxyPasswordSetting, []byte{}); err != nil {
				return err
			}
		}
		if err := n.c.store.SetSetting(ctx, proxySetting, s); err != nil {
			return err
		}
		return n.c.useProxy(ctx)
	})
}

// maxProxyPassword is the most octets of a password of a proxy.
const maxProxyPassword = 255

// BeginPassword keeps the password of the proxy.
func (n *Network) BeginPassword() (out Ticket, err error) {
	defer n.a.guard("network.BeginPassword", &err)
	if err := n.c.opened(); err != nil {
		return out, err
	}
	return n.a.secrets.password("proxy", func(_ context.Context, password []byte) (any, error) {
		if len(password) > maxProxyPassword {
			return nil, &akno.Error{Code: akno.Invalid, Op: "network.password", Fields: map[string]string{"password": "password_long"}}
		}
		return n.changed(func(ctx context.Context) error {
			if err := n.c.store.SetSetting(ctx, proxyPasswordSetting, password); err != nil {
				return err
			}
			return n.c.useProxy(ctx)
		})
	})
}

// ForgetPassword forgets the password of the proxy.
func (n *Network) ForgetPassword() (out NetworkView, err error) {
	defer n.a.guard("network.ForgetPassword", &err)
	return n.changed(func(ctx context.Context) error {
		if err := n.c.store.SetSetting(ctx, proxyPasswordSetting, []byte{}); err != nil {
			return err
		}
		return n.c.useProxy(ctx)
	})
}

// Check asks the portal something that everybody may ask, and tells how that went.
func (n *Network) Check() (out NetworkCheck, err error) {
	defer n.a.guard("network.Check", &err)
	ctx, cancel, err := n.c.calling()
	if err != nil {
		return out, err
	}
	defer cancel()
	n.c.desktop.Forget() // its settings may have been changed because of what the last check said
	began := n.a.now()
	way, err := n.c.portal.Way(ctx)
	if err == nil {
		err = n.c.facts.Refresh(ctx)
	}
	if err != nil {
		if !akno.Silent(akno.CodeOf(err)) {
			return out, err
		}
		return NetworkCheck{Code: string(akno.CodeOf(err)), Issuer: n.c.portal.Trouble().Issuer, Paused: n.c.portal.Offline(), Proxy: way}, nil
	}
	return NetworkCheck{Reached: true, Proxy: way, Took: int(n.a.now().Sub(began) / time.Millisecond)}, nil
}
