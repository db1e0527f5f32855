package portalclient

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"akno/backend/akno"
	"akno/backend/internal/clock"
	"akno/backend/portalapi"
)

const anID = "0193f0a0-0000-7000-8000-000000000001"

func client(t *testing.T, h http.HandlerFunc) (*Client, *httptest.Server) {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	c, err := New(Options{BaseURL: srv.URL, Now: clock.System})
	if err != nil {
		t.Fatal(err)
	}
	return c, srv
}

func problem(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func TestCheckAddress(t *testing.T) {
	for in, want := range map[string]string{
		"https://portal.example.by":      "https://portal.example.by",
		" https://portal.example.by/ ":   "https://portal.example.by",
		"https://portal.example.by/api/": "https://portal.example.by/api",
		"http://127.0.0.1:8080":          "http://127.0.0.1:8080",
		"http://[::1]:80":                "http://[::1]:80",
		"http://localhost:1":             "http://localhost:1",
		"http://portal.example.by":       "",
		"http://127.0.0.1.evil.by":       "",
		"http://localhost@evil.by":       "",
		"ftp://127.0.0.1":                "",
		"https://":                       "",
		"https://a?x=1":                  "",
		"https://a#x":                    "",
		"portal.example.by":              "",
		"":                               "",
		"http://user:pass@127.0.0.1":     "",
	} {
		got, err := CheckAddress(in)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%q: %q %v", in, got, err)
		}
	}
}

func TestAnAnswerAProblemAndSomebodyElse(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		code   akno.Code // "" for success
		fields map[string]string
		after  time.Duration
	}{
		"an answer": {answer: func(w http.ResponseWriter, _ *http.Request) { reply(w, portalapi.Application{Id: anID}) }},
		"fields": {
			answer: func(w http.ResponseWriter, _ *http.Request) {
				problem(w, 422, `{"status":422,"code":"invalid","fields":{"birth_date":"date_impossible"}}`)
			}, code: akno.Invalid, fields: map[string]string{"birth_date": "date_impossible"},
		},
		"busy": {
			answer: func(w http.ResponseWriter, _ *http.Request) {
				problem(w, 503, `{"status":503,"code":"unavailable","retryAfter":7}`)
			}, code: akno.Unavailable, after: 7 * time.Second,
		},
		"the portal's own bug": {answer: func(w http.ResponseWriter, _ *http.Request) {
			problem(w, 500, `{"status":500,"code":"internal"}`)
		}, code: akno.Unavailable},
		"a code of the future": {answer: func(w http.ResponseWriter, _ *http.Request) {
			problem(w, 409, `{"status":409,"code":"eclipse"}`)
		}, code: akno.Conflict},
		"a refusal of the future": {answer: func(w http.ResponseWriter, _ *http.Request) {
			problem(w, 422, `{"status":422,"code":"eclipse"}`)
		}, code: akno.Invalid},
		"a hotel's page": {answer: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<html>Welcome! Room number?</html>")
		}, code: akno.CaptivePortal},
		"a page called json": {answer: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, "<html>")
		}, code: akno.Unavailable},
		"an empty success": {answer: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
		}, code: akno.Unavailable},
		"a success without content": {answer: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, code: akno.Unavailable},
		"a proxy's refusal":         {answer: func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "denied", http.StatusForbidden) }, code: akno.Unavailable},
		"a redirect": {answer: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/login", http.StatusFound)
		}, code: akno.CaptivePortal},
		"a cut connection": {answer: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, code: akno.Unavailable},
		"half an answer": {answer: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, `{"id":"`)
		}, code: akno.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			cl, _ := client(t, c.answer)
			a, err := cl.GetApplication(t.Context(), anID)
			if c.code == "" {
				if err != nil || a.Id != anID {
					t.Fatalf("%+v %v", a, err)
				}
				return
			}
			if akno.CodeOf(err) != c.code || RetryAfter(err) != c.after || !cmp.Equal(akno.FieldsOf(err), c.fields) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAnEmptyAnswerWantsNoContent(t *testing.T) {
	status := 204
	cl, _ := client(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
	if _, err := cl.CancelOrder(t.Context(), strings.Repeat("1", 30)); err != nil {
		t.Error(err)
	}
	status = 200 // what a sign-in page of a network says
	if _, err := cl.CancelOrder(t.Context(), strings.Repeat("1", 30)); akno.CodeOf(err) != akno.Unavailable {
		t.Errorf("got %v", err)
	}
}

func TestNobodyListensOrThePersonCutTheNetwork(t *testing.T) {
	asked := 0
	cl, srv := client(t, func(w http.ResponseWriter, _ *http.Request) { asked++; w.WriteHeader(204) })
	cl.SetOffline(true)
	if _, err := cl.GetHealth(t.Context()); akno.CodeOf(err) != akno.Unavailable || asked != 0 {
		t.Errorf("asked %d times, %v", asked, err)
	}
	cl.SetOffline(false)
	if _, err := cl.GetHealth(t.Context()); err != nil {
		t.Error(err)
	}
	srv.Close()
	_, err := cl.GetApplication(t.Context(), anID)
	if akno.CodeOf(err) != akno.Unavailable || strings.Contains(err.Error(), anID) {
		t.Errorf("got %v", err)
	}
}

func TestTheTokenGoesToThePortalOnly(t *testing.T) {
	got := map[string]string{}
	h := func(w http.ResponseWriter, r *http.Request) {
		got[r.URL.Path] = r.Header.Get("Authorization")
		w.WriteHeader(204)
	}
	cl, _ := client(t, h)
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got["other"] = r.Header.Get("Authorization")
		_, _ = io.WriteString(w, "list")
	}))
	defer other.Close()
	cl.SetToken("secret")
	if _, err := cl.GetHealth(t.Context()); err != nil {
		t.Error(err)
	}
	b, err := cl.Fetch(t.Context(), "GET", other.URL+"/root.crl", "", nil, "", 100)
	if err != nil || string(b) != "list" {
		t.Errorf("%q %v", b, err)
	}
	if diff := cmp.Diff(map[string]string{"/v1/healthz": "Bearer secret", "other": ""}, got); diff != "" {
		t.Error(diff)
	}
	if err := cl.Use("https://portal.example.by"); err != nil || cl.SignedIn() {
		t.Errorf("the token went to another portal: %v", err)
	}
}

func TestAServiceMayTakeARequestAndAnswerLater(t *testing.T) {
	for code, want := range map[int]bool{200: true, 202: true, 204: false, 206: false, 301: false} {
		authority := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(code)
			if code != 204 {
				_, _ = io.WriteString(w, "{}")
			}
		}))
		cl, _ := client(t, func(http.ResponseWriter, *http.Request) {})
		b, err := cl.Fetch(t.Context(), "POST", authority.URL, "application/pkcs10", []byte("r"), "application/json", 100)
		if got := err == nil && string(b) == "{}"; got != want {
			t.Errorf("%d: %q %v", code, b, err)
		}
		authority.Close()
	}
}

func TestTheEndOfASessionIsTold(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		problem(w, 401, `{"status":401,"code":"signed_out"}`)
	}))
	defer srv.Close()
	var told []string
	cl, err := New(Options{BaseURL: srv.URL, Now: clock.System, SignedOut: func(token string) { told = append(told, token) }})
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{"", "secret"} {
		cl.SetToken(token)
		if _, err := cl.GetSession(t.Context()); akno.CodeOf(err) != akno.SignedOut {
			t.Errorf("got %v", err)
		}
	}
	if !cmp.Equal(told, []string{"secret"}) {
		t.Errorf("told %q", told)
	}
}

func TestTheEndOfAnOldTokenDoesNotEndTheNewSession(t *testing.T) {
	var cl *Client
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		cl.SetToken("raised") // while the call was on its way
		problem(w, 401, `{"status":401,"code":"signed_out"}`)
	}))
	defer srv.Close()
	told := 0
	var err error
	cl, err = New(Options{BaseURL: srv.URL, Now: clock.System, SignedOut: func(string) { told++ }})
	if err != nil {
		t.Fatal(err)
	}
	cl.SetToken("old")
	if _, err := cl.GetSession(t.Context()); akno.CodeOf(err) != akno.SignedOut || told != 0 || !cl.SignedIn() {
		t.Errorf("told %d times, %v", told, err)
	}
}

func TestTheClockOfThePortalIsCompared(t *testing.T) {
	cl, _ := client(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", clock.System().Add(time.Hour).Format(http.TimeFormat))
		w.WriteHeader(204)
	})
	if _, err := cl.GetHealth(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s := cl.Skew(); s < time.Hour-5*time.Second || s > time.Hour+5*time.Second {
		t.Errorf("skew %v", s)
	}
}

// stored keeps what arrives, under the hash of what arrived.
func stored(t *testing.T, files map[string][]byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		sum := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
		if r.Method == http.MethodHead { // a portal that takes files in one piece
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusNotFound)
			return
		}
		if r.Method == http.MethodGet {
			w.Header().Set("Content-Type", "application/octet-stream")
			_, _ = w.Write(files[sum])
			return
		}
		b, err := io.ReadAll(r.Body)
		if err != nil || r.ContentLength != int64(len(b)) {
			t.Errorf("length %d, announced %d, %v", len(b), r.ContentLength, err)
		}
		h := sha256.Sum256(b)
		files[hex.EncodeToString(h[:])] = b
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(portalapi.BlobRef{Sha256: hex.EncodeToString(h[:]), Size: int64(len(b)), MediaType: "application/pdf"})
	}
}

func scan(t *testing.T) (*os.File, []byte, string) {
	t.Helper()
	data := bytes.Repeat([]byte("scan"), 300_000)
	path := filepath.Join(t.TempDir(), "scan")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	h := sha256.Sum256(data)
	return f, data, hex.EncodeToString(h[:])
}

func TestAFileArrivesWholeEvenWhenItWasReadBefore(t *testing.T) {
	files := map[string][]byte{}
	cl, _ := client(t, stored(t, files))
	f, data, sum := scan(t)
	if _, err := io.Copy(io.Discard, f); err != nil { // as a hash does, leaving the reader at its end
		t.Fatal(err)
	}
	for range 2 { // a repetition must not send an empty file either
		clear(files)
		if err := cl.Upload(t.Context(), sum, int64(len(data)), f); err != nil || !bytes.Equal(files[sum], data) {
			t.Fatalf("%d octets arrived, %v", len(files[sum]), err)
		}
	}
	var got bytes.Buffer
	if err := cl.Download(t.Context(), sum, int64(len(data)), &got); err != nil || !bytes.Equal(got.Bytes(), data) {
		t.Errorf("%d octets came back, %v", got.Len(), err)
	}
}

func TestAFileIsSentAgainOnANewConnection(t *testing.T) {
	// The first connection is kept, answers one small call and is closed by
	// the server as soon as the next request begins on it: the transport then
	// repeats that request by itself.
	files := map[string][]byte{}
	var conns atomic.Int32
	srv := httptest.NewUnstartedServer(nil)
	srv.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut && conns.Load() == 1 {
			hj, _ := w.(http.Hijacker)
			conn, _, err := hj.Hijack()
			if err == nil {
				_ = conn.Close()
			}
			return
		}
		if r.Method == http.MethodPut || r.Method == http.MethodHead {
			stored(t, files)(w, r)
			return
		}
		w.WriteHeader(204)
	})
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			conns.Add(1)
		}
	}
	srv.Start()
	defer srv.Close()
	cl, err := New(Options{BaseURL: srv.URL, Now: clock.System})
	if err != nil {
		t.Fatal(err)
	}
	f, data, sum := scan(t)
	if _, err := cl.GetHealth(t.Context()); err != nil {
		t.Fatal(err)
	}
	// Either the transport repeated it whole, or the caller hears of silence
	// and repeats it; an empty file stored as success is what must not be.
	err = cl.Upload(t.Context(), sum, int64(len(data)), f)
	if err != nil {
		if akno.CodeOf(err) != akno.Unavailable {
			t.Fatal(err)
		}
		err = cl.Upload(t.Context(), sum, int64(len(data)), f)
	}
	if err != nil || !bytes.Equal(files[sum], data) || len(files) != 1 {
		t.Errorf("%d files, %v", len(files), err)
	}
}

func TestAFileThatIsNotTheOneAskedForIsRefused(t *testing.T) {
	cl, _ := client(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", r.Header.Get("X-Want-Type"))
		_, _ = io.WriteString(w, "other octets")
	})
	h := sha256.Sum256([]byte("these octets"))
	sum := hex.EncodeToString(h[:])
	for kind, want := range map[string]akno.Code{"application/octet-stream": akno.Unavailable, "text/html": akno.CaptivePortal} {
		cl.R.SetHeader("X-Want-Type", kind)
		if err := cl.Download(t.Context(), sum, 12, io.Discard); akno.CodeOf(err) != want {
			t.Errorf("%s: %v", kind, err)
		}
	}
	cl.R.SetHeader("X-Want-Type", "application/octet-stream")
	if err := cl.Download(t.Context(), sum, 5, io.Discard); akno.CodeOf(err) != akno.TooLarge {
		t.Errorf("a longer file than announced: %v", err)
	}
	full := errors.New("disk")
	if err := cl.Download(t.Context(), sum, 12, failing{full}); !errors.Is(err, full) || akno.CodeOf(err) == akno.Unavailable {
		t.Errorf("our own disk passes for the network: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestAProblemComesThroughADownload(t *testing.T) {
	cl, _ := client(t, func(w http.ResponseWriter, _ *http.Request) {
		problem(w, 404, `{"status":404,"code":"not_found"}`)
	})
	if err := cl.Download(t.Context(), strings.Repeat("0", 64), 12, io.Discard); akno.CodeOf(err) != akno.NotFound || StatusOf(err) != 404 {
		t.Errorf("got %v", err)
	}
}

func TestABodyWithAPasswordIsWiped(t *testing.T) {
	b, err := bodyOf(portalapi.PasswordSignIn{Login: "a@b.by", Password: []byte("correct horse")})
	if err != nil {
		t.Fatal(err)
	}
	r, err := b.again()
	if err != nil {
		t.Fatal(err)
	}
	c, ok := b.(*content)
	if !ok || !bytes.Contains(c.wipe, []byte("Y29ycmVjdCBob3JzZQ==")) {
		t.Fatalf("%T", b)
	}
	b.done()
	if len(bytes.Trim(c.wipe, "\x00")) != 0 {
		t.Error("the password is still in memory")
	}
	if _, err := r.Read(make([]byte, 1)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("zeros were sent: %v", err)
	}
}

func TestACallEndsWithItsContext(t *testing.T) {
	release := make(chan struct{})
	cl, _ := client(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := cl.GetHealth(ctx); akno.CodeOf(err) != akno.Unavailable || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestTheLineIsToldWhenItChanges(t *testing.T) {
	var told []bool
	answer := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	srv := httptest.NewServer(answer)
	defer srv.Close()
	c, err := New(Options{BaseURL: srv.URL, Now: clock.System, Line: func(heard bool) { told = append(told, heard) }})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := c.GetHealth(t.Context()); err != nil || !c.Heard() {
			t.Fatalf("%v, heard %v", err, c.Heard())
		}
	}
	srv.Close()
	for range 2 {
		if _, err := c.GetHealth(t.Context()); akno.CodeOf(err) != akno.Unavailable || c.Heard() {
			t.Fatalf("%v, heard %v", err, c.Heard())
		}
	}
	if diff := cmp.Diff([]bool{true, false}, told); diff != "" {
		t.Error(diff)
	}
}
