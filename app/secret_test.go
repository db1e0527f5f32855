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

func (b *bench) post(t *testing.T, purpose string, body io.Reader) *httptest.ResponseRecorder {
	t.Helper()
	word, err := b.system.Ticket(purpose, map[string]string{"key": "k1"})
	if err != nil {
		t.Fatal(err)
	}
	return b.ask("POST", "/_secret/"+purpose+"?ticket="+word, body)
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
	b.secrets.handle("key.unlock", 1, func(_ context.Context, s Secret) (any, error) {
		if b.arenaIsClean() {
			t.Error("the secret is not in the arena")
		}
		seen, kept = s.Params["key"]+" "+string(s.Parts[0]), s.Parts[0]
		return map[string]string{"state": "open"}, nil
	})
	w := b.post(t, "key.unlock", framed("пароль"))
	if w.Code != http.StatusOK || w.Body.String() != `{"state":"open"}` || seen != "k1 пароль" {
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
	b.secrets.handle("key.passwd", 2, func(_ context.Context, s Secret) (any, error) {
		for _, p := range s.Parts {
			seen = append(seen, string(p))
			if cap(p) != len(p) {
				t.Error("a part could be appended into the next one")
			}
		}
		return nil, nil
	})
	if w := b.post(t, "key.passwd", framed("старый", "новый пароль")); w.Code != http.StatusOK || strings.Join(seen, "|") != "старый|новый пароль" {
		t.Error(w.Code, w.Body, seen)
	}
	if !b.arenaIsClean() {
		t.Error("not wiped")
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
			b.secrets.handle("x", c.parts, func(context.Context, Secret) (any, error) {
				t.Error("the handler was called")
				return nil, nil
			})
			w := b.post(t, "x", c.body)
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
	got := 0
	b.secrets.handle("x", 1, func(_ context.Context, s Secret) (any, error) { got = len(s.Parts[0]); return nil, nil })
	if w := b.post(t, "x", framed(strings.Repeat("a", maxSecret-3))); w.Code != http.StatusOK || got != maxSecret-3 {
		t.Error(w.Code, got)
	}
}

func TestATicketWorksOnceForItsPurposeInItsTime(t *testing.T) {
	b := newBench(t)
	used := 0
	b.secrets.handle("a", 1, func(context.Context, Secret) (any, error) { used++; return nil, nil })
	b.secrets.handle("b", 1, func(context.Context, Secret) (any, error) { used++; return nil, nil })
	send := func(purpose, word string) *httptest.ResponseRecorder {
		return b.ask("POST", "/_secret/"+purpose+"?ticket="+word, framed("x"))
	}
	word := func() string {
		w, err := b.system.Ticket("a", nil)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	once := word()
	if w := send("a", once); w.Code != http.StatusOK {
		t.Error(w.Code)
	}
	for name, c := range map[string]struct {
		w    *httptest.ResponseRecorder
		want akno.Code
	}{
		"twice": {send("a", once), akno.UsedCode}, "another purpose": {send("b", word()), akno.Forbidden},
		"unknown": {send("a", "ABC"), akno.UsedCode}, "none": {send("a", ""), akno.UsedCode},
	} {
		if got := code(t, c.w); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
	late := word()
	b.tick.pass(ticketLife)
	if got := code(t, send("a", late)); got != akno.ExpiredCode {
		t.Error(got)
	}
	if used != 1 {
		t.Errorf("used %d times", used)
	}
	if _, err := b.system.Ticket("none", nil); akno.CodeOf(err) != akno.NotFound {
		t.Error(err)
	}
	if _, err := b.system.Ticket("a", map[string]string{"k": strings.Repeat("x", maxParam+1)}); akno.CodeOf(err) != akno.TooLarge {
		t.Error(err)
	}
}

func TestTicketsAreFewAndExpire(t *testing.T) {
	b := newBench(t)
	for range maxTickets {
		if _, err := b.system.Ticket("selftest", nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.system.Ticket("selftest", nil); akno.CodeOf(err) != akno.SlowDown {
		t.Error(err)
	}
	b.tick.pass(ticketLife)
	if _, err := b.system.Ticket("selftest", nil); err != nil {
		t.Error(err)
	}
}

func TestAFailureOfTheHandlerReachesThePage(t *testing.T) {
	b := newBench(t)
	b.secrets.handle("wrong", 1, func(context.Context, Secret) (any, error) {
		return "half a result", &akno.Error{Code: akno.BadPassword, Op: "keyring.Open"}
	})
	b.secrets.handle("panics", 1, func(_ context.Context, s Secret) (any, error) { panic(string(s.Parts[0])) })
	b.secrets.handle("unsent", 1, func(context.Context, Secret) (any, error) { return make(chan int), nil })
	if w := b.post(t, "wrong", framed("пароль")); code(t, w) != akno.BadPassword || w.Code != http.StatusUnprocessableEntity || strings.Contains(w.Body.String(), "half") {
		t.Error(w.Code, w.Body)
	}
	for _, purpose := range []string{"panics", "unsent"} {
		if w := b.post(t, purpose, framed("secretword")); code(t, w) != akno.Internal || w.Code != http.StatusInternalServerError {
			t.Error(purpose, w.Code, w.Body)
		}
	}
	if strings.Contains(b.out.String(), "secretword") || !b.arenaIsClean() {
		t.Error("a panic left the secret behind:", b.out)
	}
}

func TestSecretsWaitForABuffer(t *testing.T) {
	b := newBench(t)
	busy, release := make(chan struct{}, arenaBuffers), make(chan struct{})
	b.secrets.handle("slow", 1, func(context.Context, Secret) (any, error) {
		busy <- struct{}{}
		<-release
		return nil, nil
	})
	var wg sync.WaitGroup
	for range arenaBuffers {
		wg.Go(func() {
			if w := b.post(t, "slow", framed("x")); w.Code != http.StatusOK {
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
	if w := b.post(t, "selftest", framed("12345")); w.Body.String() != `{"octets":5}` {
		t.Error(w.Body)
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
