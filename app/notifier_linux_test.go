package app

import (
	"errors"
	"testing"
)

// fakeBus is a session whose person a test plays.
type fakeBus struct {
	shown []string
	out   chan busSignal
	fails error
}

func (b *fakeBus) notify(title, body string) (uint32, error) {
	if b.fails != nil {
		return 0, b.fails
	}
	b.shown = append(b.shown, title+": "+body)
	return uint32(len(b.shown)), nil
}

func (b *fakeBus) signals() <-chan busSignal { return b.out }

func TestANotificationThatWasClosedWasNotChosen(t *testing.T) {
	b := &fakeBus{out: make(chan busSignal)}
	dialled := 0
	n := newNotifier()
	n.dial = func() (bus, error) { dialled++; return b, nil }
	chosen := make(chan string, 4)
	for _, name := range []string{"first", "second"} {
		if err := n.show(t.Context(), Notification{Title: name, Body: "x", Click: func() { chosen <- name }}); err != nil {
			t.Fatal(err)
		}
	}
	b.out <- busSignal{1, false} // closed by its cross
	b.out <- busSignal{1, true}  // is gone
	b.out <- busSignal{7, true}  // another program's
	b.out <- busSignal{2, true}
	b.out <- busSignal{2, false} // closed since it was chosen
	close(b.out)
	if got := <-chosen; got != "second" || len(chosen) != 0 || dialled != 1 {
		t.Errorf("%q and %d more, dialled %d times", got, len(chosen), dialled)
	}
}

func TestADesktopWithoutNotificationsIsAnError(t *testing.T) {
	n := newNotifier()
	n.dial = func() (bus, error) { return nil, errors.New("no session bus") }
	if err := n.show(t.Context(), Notification{}); err == nil {
		t.Error("shown nowhere")
	}
	n.dial = func() (bus, error) { return &fakeBus{out: make(chan busSignal), fails: errors.New("no service")}, nil }
	if err := n.show(t.Context(), Notification{}); err == nil {
		t.Error("shown by nobody")
	}
}
