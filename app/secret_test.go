package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"akno/backend/akno"
)

// framed writes the parts as the page does.
func framed(parts ...string) io.Reader {
	var b bytes.Buffer
	for _, p := range parts {
		b.Write([]byte{byte(len(p) >> 8), byte(len(p))})
		b.WriteString(p)
	}
	return &b
}

// to returns the address of a post of so many secrets that use is given.
func (b *bench) to(t *testing.T, purpose string, parts int, use SecretFunc) string {
	t.Helper()
	ticket, err := b.secrets.expect(purpose, parts, use)
	if err != nil || ticket.Purpose != purpose {
		t.Fatal(ticket, err)
	}
	return "/_secret/" + purpose + "?ticket=" + ticket.Ticket
}

func code(t *testing.T, w *httptest.ResponseRecorder) akno.Code {
	t.Helper()
	var p problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	return p.Code
}

// arenaIsClean says whether every octet of the locked memory is zero.
func (b *bench) arenaIsClean() bool {
	return bytes.Equal(b.secrets.arena.pages, make([]byte, len(b.secrets.arena.pages)))
}

func TestASecretIsUsedAndWiped(t *testing.T) {
	b := newBench(t)
	var seen string
	var kept []byte
	ticket, err := b.secrets.password("sign", func(_ context.Context, password []byte) (any, error) {
		if b.arenaIsClean() {
			t.Error("the secret is not in the arena")
		}
		seen, kept = string(password), password
		return map[string]string{"state": "signed"}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w := b.ask("POST", "/_secret/sign?ticket="+ticket.Ticket, framed("пароль"))
	if w.Code != http.StatusOK || w.Body.String() != `{"state":"signed"}` || seen != "пароль" {
		t.Error(w.Code, w.Body, seen)
	}
	if !bytes.Equal(kept, make([]byte, len("пароль"))) || !b.arenaIsClean() {
		t.Error("not wiped")
	}
	if strings.Contains(b.out.String(), "пароль") {
		t.Error("logged")
	}
}

func TestTwoSecretsComeInOnePost(t *testing.T) {
	b := newBench(t)
	var seen []string
	ticket, err := b.secrets.change("change", func(_ context.Context, current, next []byte) (any, error) {
		for _, p := range [][]byte{current, next} {
			seen = append(seen, string(p))
			if cap(p) != len(p) {
				t.Error("a part could be appended into the next one")
			}
		}
		return nil, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w := b.ask("POST", "/_secret/change?ticket="+ticket.Ticket, framed("старый", "новый пароль"))
	if w.Code != http.StatusOK || strings.Join(seen, "|") != "старый|новый пароль" || !b.arenaIsClean() {
		t.Error(w.Code, w.Body, seen)
	}
}

func TestABodyThatIsWrongIsRefusedAndWiped(t *testing.T) {
	broken := errors.New("broken")
	for name, c := range map[string]struct {
		parts int
		body  io.Reader
		want  akno.Code
	}{
		"nothing":            {1, strings.NewReader(""), akno.Invalid},
		"an empty part":      {1, framed(""), akno.Invalid},
		"half a length":      {1, strings.NewReader("\x00"), akno.Invalid},
		"less than said":     {1, strings.NewReader("\x00\x05abc"), akno.Invalid},
		"more than said":     {1, strings.NewReader("\x00\x02abc"), akno.Invalid},
		"one of two":         {2, framed("abc"), akno.Invalid},
		"three of two":       {2, framed("a", "b", "c"), akno.Invalid},
		"an empty second":    {2, framed("a", ""), akno.Invalid},
		"too long":           {1, framed(strings.Repeat("a", maxSecret-2)), akno.TooLarge},
		"endless":            {1, strings.NewReader(strings.Repeat("\x00\x10", 1<<20)), akno.TooLarge},
		"broken on the way":  {1, io.MultiReader(strings.NewReader("\x00\x09пар"), iotest.ErrReader(broken)), akno.Unavailable},
		"a length past 4 KB": {1, strings.NewReader("\xff\xffabc"), akno.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			w := b.ask("POST", b.to(t, "x", c.parts, func(context.Context, [][]byte) (any, error) {
				t.Error("the handler was called")
				return nil, nil
			}), c.body)
			if got := code(t, w); got != c.want || w.Code != http.StatusUnprocessableEntity {
				t.Errorf("%d %s, want %s", w.Code, got, c.want)
			}
			if !b.arenaIsClean() {
				t.Error("not wiped")
			}
		})
	}
}

func TestTheLongestSecretFits(t *testing.T) {
	b := newBench(t)
	length := func(_ context.Context, in [][]byte) (any, error) { return len(in[0]), nil }
	if w := b.ask("POST", b.to(t, "x", 1, length), framed(strings.Repeat("a", maxSecret-3))); w.Code != http.StatusOK || w.Body.String() != "1021" {
		t.Error(w.Code, w.Body)
	}
}

func TestATicketWorksOnceForItsPurposeInItsTime(t *testing.T) {
	b := newBench(t)
	used := 0
	address := func() string {
		return b.to(t, "a", 1, func(context.Context, [][]byte) (any, error) { used++; return nil, nil })
	}
	once := address()
	if w := b.ask("POST", once, framed("x")); w.Code != http.StatusOK {
		t.Error(w.Code)
	}
	late := address()
	another := strings.Replace(address(), "/_secret/a", "/_secret/b", 1)
	for name, c := range map[string]struct {
		address string
		want    akno.Code
	}{
		"twice": {once, akno.UsedCode}, "another purpose": {another, akno.Forbidden},
		"unknown": {"/_secret/a?ticket=ABC", akno.UsedCode}, "none": {"/_secret/a", akno.UsedCode},
	} {
		if got := code(t, b.ask("POST", c.address, framed("x"))); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
	b.tick.pass(ticketLife)
	if got := code(t, b.ask("POST", late, framed("x"))); got != akno.ExpiredCode {
		t.Error(got)
	}
	if used != 1 {
		t.Errorf("used %d times", used)
	}
}

func TestTicketsAreFewAndExpire(t *testing.T) {
	b := newBench(t)
	for range maxTickets {
		if _, err := b.system.BeginSelfTest(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.system.BeginSelfTest(); akno.CodeOf(err) != akno.SlowDown {
		t.Error(err)
	}
	b.tick.pass(ticketLife)
	if _, err := b.system.BeginSelfTest(); err != nil {
		t.Error(err)
	}
}

func TestAFailureOfTheHandlerReachesThePage(t *testing.T) {
	b := newBench(t)
	wrong := b.to(t, "wrong", 1, func(context.Context, [][]byte) (any, error) {
		return "half a result", &akno.Error{Code: akno.BadPassword, Op: "keyring.Open"}
	})
	if w := b.ask("POST", wrong, framed("пароль")); code(t, w) != akno.BadPassword || w.Code != http.StatusUnprocessableEntity || strings.Contains(w.Body.String(), "half") {
		t.Error(w.Code, w.Body)
	}
	for _, use := range []SecretFunc{
		func(_ context.Context, in [][]byte) (any, error) { panic(string(in[0])) },
		func(context.Context, [][]byte) (any, error) { return make(chan int), nil },
	} {
		if w := b.ask("POST", b.to(t, "x", 1, use), framed("secretword")); code(t, w) != akno.Internal || w.Code != http.StatusInternalServerError {
			t.Error(w.Code, w.Body)
		}
	}
	if strings.Contains(b.out.String(), "secretword") || !b.arenaIsClean() {
		t.Error("a panic left the secret behind:", b.out)
	}
}

func TestSecretsWaitForABuffer(t *testing.T) {
	b := newBench(t)
	busy, release := make(chan struct{}, arenaBuffers), make(chan struct{})
	var wg sync.WaitGroup
	for range arenaBuffers {
		address := b.to(t, "slow", 1, func(context.Context, [][]byte) (any, error) {
			busy <- struct{}{}
			<-release
			return nil, nil
		})
		wg.Go(func() {
			if w := b.ask("POST", address, framed("x")); w.Code != http.StatusOK {
				t.Error(w.Code)
			}
		})
	}
	for range arenaBuffers {
		<-busy
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := b.secrets.arena.take(ctx); !errors.Is(err, errNoBuffer) {
		t.Error(err)
	}
	close(release)
	wg.Wait()
	ticket, err := b.system.BeginSelfTest()
	if err != nil {
		t.Fatal(err)
	}
	if w := b.ask("POST", "/_secret/selftest?ticket="+ticket.Ticket, framed("12345")); w.Body.String() != "5" {
		t.Error(w.Body)
	}
}

func TestASlowSenderDoesNotKeepABuffer(t *testing.T) {
	b := newBench(t)
	b.tick.at = time.Now().Add(-bodyWait) // the deadline has come
	srv := httptest.NewServer(b.Handler())
	defer srv.Close()
	address := b.to(t, "x", 1, func(context.Context, [][]byte) (any, error) { return nil, nil })
	body, hold := io.Pipe() // never ends by itself
	defer hold.Close()
	res, err := http.Post(srv.URL+address, "", body)
	if err == nil {
		res.Body.Close()
		if res.StatusCode != http.StatusUnprocessableEntity {
			t.Error(res.Status)
		}
	}
	if len(b.secrets.arena.free) != arenaBuffers {
		t.Error("the buffer was kept")
	}
}

func TestAClosedArenaGivesNothing(t *testing.T) {
	b := newBench(t)
	b.secrets.close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.secrets.arena.take(ctx); err == nil {
		t.Error("a buffer was given after the end")
	}
}

func FuzzBodyOfSecrets(f *testing.F) {
	for _, body := range []string{"", "\x00\x01a", "\x00\x01a\x00\x02bc", "\xff\xff", strings.Repeat("a", maxSecret+1)} {
		f.Add([]byte(body), uint8(2))
	}
	f.Fuzz(func(t *testing.T, body []byte, parts uint8) {
		want := int(parts%maxParts) + 1
		buf := make([]byte, maxSecret)
		var again bytes.Buffer
		err := withSecret(bytes.NewReader(body), buf, want, func(split [][]byte) error {
			if len(split) != want {
				t.Errorf("%d parts, wanted %d", len(split), want)
			}
			for _, p := range split {
				again.Write([]byte{byte(len(p) >> 8), byte(len(p))})
				again.Write(p)
			}
			return nil
		})
		if err == nil && !bytes.Equal(again.Bytes(), body) {
			t.Errorf("%x was read as %x", body, again.Bytes())
		}
		if !bytes.Equal(buf, make([]byte, maxSecret)) {
			t.Error("not wiped")
		}
	})
}
