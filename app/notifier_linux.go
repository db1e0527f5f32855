package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/godbus/dbus/v5"
)

// Notifications on Linux go to the session's own service (Desktop Notifications
// Specification 1.2). Wails would do it too, and takes a notification that was
// closed for one that was chosen.

// bus is the part of D-Bus that notifications need.
type bus interface {
	notify(title, body string) (id uint32, err error)
	// signals are closed with the connection.
	signals() <-chan busSignal
}

// busSignal is what the service tells of a notification: that it was chosen, or is
// gone.
type busSignal struct {
	id     uint32
	chosen bool
}

// notifier shows notifications and calls back when one was chosen.
type notifier struct {
	dial func() (bus, error)

	notifierMu sync.Mutex // guards the rest
	bus        bus        // nil while there is none
	clicks     map[uint32]func()
}

func newNotifier() *notifier { return &notifier{dial: dialBus, clicks: map[uint32]func(){}} }

// show shows n. Without a service, or in a session without a bus, it fails.
func (t *notifier) show(_ context.Context, n Notification) error {
	t.notifierMu.Lock()
	defer t.notifierMu.Unlock()
	if t.bus == nil {
		b, err := t.dial()
		if err != nil {
			return fmt.Errorf("notify: %w", err)
		}
		t.bus = b
		go t.hear(b)
	}
	id, err := t.bus.notify(n.Title, n.Body)
	if err != nil {
		return fmt.Errorf("notify: %w", err)
	}
	t.clicks[id] = n.Click
	return nil
}

// hear waits for the person until the connection is gone; the next notification
// makes another. The signal of a number waits for the lock that show holds until the
// number is known.
func (t *notifier) hear(b bus) {
	for s := range b.signals() {
		t.notifierMu.Lock()
		click := t.clicks[s.id]
		delete(t.clicks, s.id)
		t.notifierMu.Unlock()
		if s.chosen && click != nil {
			click()
		}
	}
	t.notifierMu.Lock()
	defer t.notifierMu.Unlock()
	if t.bus == b {
		t.bus = nil
	}
}

const (
	notificationsName = "org.freedesktop.Notifications"
	notificationsPath = "/org/freedesktop/Notifications"
)

// sessionBus is the bus of the person's session.
type sessionBus struct {
	conn *dbus.Conn
	out  chan busSignal
}

// dialBus connects to the bus that the session has; it starts none.
func dialBus() (bus, error) {
	conn, err := dbus.SessionBusPrivateNoAutoStartup()
	if err != nil {
		return nil, err
	}
	err = errors.Join(conn.Auth(nil), conn.Hello())
	if err == nil {
		err = conn.AddMatchSignal(dbus.WithMatchInterface(notificationsName))
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	b := &sessionBus{conn: conn, out: make(chan busSignal)}
	in := make(chan *dbus.Signal, 16)
	conn.Signal(in) // closed with the connection
	go b.read(in)
	return b, nil
}

func (b *sessionBus) read(in <-chan *dbus.Signal) {
	defer close(b.out)
	for s := range in {
		if len(s.Body) < 2 {
			continue
		}
		id, ok := s.Body[0].(uint32)
		if !ok {
			continue
		}
		switch s.Name {
		case notificationsName + ".ActionInvoked":
			b.out <- busSignal{id, true}
		case notificationsName + ".NotificationClosed":
			b.out <- busSignal{id, false}
		}
	}
}

func (b *sessionBus) signals() <-chan busSignal { return b.out }

// plainBody keeps a server from reading marks in the text.
var plainBody = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func (b *sessionBus) notify(title, body string) (id uint32, err error) {
	hints := map[string]dbus.Variant{"desktop-entry": dbus.MakeVariant("akno")}
	call := b.conn.Object(notificationsName, notificationsPath).Call(notificationsName+".Notify", 0,
		"Акно", uint32(0), "akno", title, plainBody.Replace(body), []string{"default", ""}, hints, int32(-1))
	err = call.Store(&id)
	return id, err
}
