package sysproxy

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/godbus/dbus/v5"
)

const (
	portalName = "org.freedesktop.portal.Desktop"
	portalPath = "/org/freedesktop/portal/desktop"
	lookup     = "org.freedesktop.portal.ProxyResolver.Lookup"
)

// desktop asks the desktop portal (XDG Desktop Portal, interface ProxyResolver of
// version 1) on the bus that the session has; it starts no bus.
func desktop(ctx context.Context, target *url.URL) (ways []string, err error) {
	conn, err := dbus.SessionBusPrivateNoAutoStartup(dbus.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("session bus: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if err := errors.Join(conn.Auth(nil), conn.Hello()); err != nil {
		return nil, fmt.Errorf("session bus: %w", err)
	}
	err = conn.Object(portalName, portalPath).CallWithContext(ctx, lookup, 0, target.String()).Store(&ways)
	if err != nil {
		return nil, fmt.Errorf("desktop portal: %w", err)
	}
	return ways, nil
}
