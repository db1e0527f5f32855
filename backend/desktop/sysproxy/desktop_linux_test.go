package sysproxy

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// fakeBus is a session bus with a desktop portal: answer gives what it says of an
// address, or nothing for a portal that is silent.
type fakeBus struct {
	t      *testing.T
	answer func(call *dbus.Message) *dbus.Message
}

// listen makes b the bus of the session.
func (b *fakeBus) listen() {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), "bus")
	l, err := net.Listen("unix", path)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+path)
	done := make(chan struct{})
	b.t.Cleanup(func() {
		if err := l.Close(); err != nil {
			b.t.Error(err)
		}
		<-done
	})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			b.serve(conn)
		}
	}()
}

// serve lets a client in and answers its calls until it goes.
func (b *fakeBus) serve(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	for line := ""; line != "BEGIN"; {
		text, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSpace(strings.TrimPrefix(text, "\x00"))
		reply := ""
		switch word, _, _ := strings.Cut(line, " "); word {
		case "AUTH":
			reply = "REJECTED EXTERNAL\r\n"
			if strings.HasPrefix(line, "AUTH EXTERNAL") {
				reply = "OK 0123456789abcdef0123456789abcdef\r\n"
			}
		case "NEGOTIATE_UNIX_FD":
			reply = "ERROR no\r\n"
		}
		if _, err := io.WriteString(conn, reply); err != nil {
			return
		}
	}
	for {
		call, err := dbus.DecodeMessage(in)
		if err != nil {
			return
		}
		var answer *dbus.Message
		if call.Headers[dbus.FieldMember].Value() == "Hello" {
			answer = said(call, ":1.1")
		} else if answer = b.answer(call); answer == nil {
			continue
		}
		if err := answer.EncodeTo(conn, binary.LittleEndian); err != nil {
			return
		}
	}
}

// said is the answer to a call.
func said(call *dbus.Message, v any) *dbus.Message {
	return &dbus.Message{Type: dbus.TypeMethodReply, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldReplySerial: dbus.MakeVariant(call.Serial()), dbus.FieldSignature: dbus.MakeVariant(dbus.SignatureOf(v)),
	}, Body: []any{v}}
}

// refused is an answer that is an error.
func refused(call *dbus.Message, name string) *dbus.Message {
	return &dbus.Message{Type: dbus.TypeError, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldReplySerial: dbus.MakeVariant(call.Serial()), dbus.FieldErrorName: dbus.MakeVariant(name),
	}}
}

func TestTheDesktopPortalIsAskedForAnAddressWithoutItsPath(t *testing.T) {
	asked := make(chan []any, 1)
	b := &fakeBus{t: t, answer: func(call *dbus.Message) *dbus.Message {
		asked <- []any{
			call.Headers[dbus.FieldDestination].Value(), call.Headers[dbus.FieldPath].Value(),
			call.Headers[dbus.FieldInterface].Value(), call.Headers[dbus.FieldMember].Value(), call.Body[0],
		}
		return said(call, []string{"http://10.0.0.1:3128", "direct://"})
	}}
	b.listen()
	u, err := New(time.Now).Way(t.Context(), address(t, "https://portal.example.by/v1/changes?cursor=1"))
	if err != nil || u == nil || u.String() != "http://10.0.0.1:3128" {
		t.Fatalf("%v, %v", u, err)
	}
	want := []any{
		"org.freedesktop.portal.Desktop", dbus.ObjectPath("/org/freedesktop/portal/desktop"),
		"org.freedesktop.portal.ProxyResolver", "Lookup", "https://portal.example.by/",
	}
	if got := <-asked; !slices.Equal(got, want) {
		t.Errorf("asked %v, want %v", got, want)
	}
}

func TestADesktopWithoutAPortalLeadsStraight(t *testing.T) {
	const unknown = "org.freedesktop.DBus.Error.ServiceUnknown"
	for name, answer := range map[string]func(call *dbus.Message) *dbus.Message{
		"no portal":      func(call *dbus.Message) *dbus.Message { return refused(call, unknown) },
		"another answer": func(call *dbus.Message) *dbus.Message { return said(call, uint32(7)) },
	} {
		t.Run(name, func(t *testing.T) {
			b := &fakeBus{t: t, answer: answer}
			b.listen()
			ways, err := desktop(t.Context(), address(t, "https://portal.example.by"))
			if err == nil {
				t.Errorf("the ways are %q", ways)
			}
			if u, err := New(time.Now).Way(t.Context(), address(t, "https://portal.example.by")); u != nil || err != nil {
				t.Errorf("%v, %v", u, err)
			}
		})
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+filepath.Join(t.TempDir(), "none"))
	if _, err := desktop(t.Context(), address(t, "https://portal.example.by")); err == nil {
		t.Error("a session without a bus has answered")
	}
}

func TestAPortalThatIsSilentHoldsNobodyUp(t *testing.T) {
	asked := make(chan struct{}, 1)
	b := &fakeBus{t: t, answer: func(*dbus.Message) *dbus.Message { asked <- struct{}{}; return nil }}
	b.listen()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { <-asked; cancel() }()
	if _, err := desktop(ctx, address(t, "https://portal.example.by")); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
}
