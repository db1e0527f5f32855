package web

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"

	"akno/app"
	"akno/backend/akno"
)

// probe is a bound type that shows every kind of answer.
type probe struct{ p *Platform }

func (*probe) Echo(s string) (string, error) { return s, nil }
func (*probe) Fail() error                   { return errors.New("нет связи") }
func (*probe) Panic() error                  { panic("Ковалёва") }
func (*probe) NaN() (float64, error)         { return math.NaN(), nil }

func (b *probe) Burst(n int) error {
	for i := range n {
		b.p.Emit("burst", i)
	}
	return nil
}

func (b *probe) Pick() ([]string, error) {
	return b.p.OpenFiles(app.FileQuestion{Title: "Паспорт", Filters: []app.FileFilter{{Name: "PDF", Pattern: "*.pdf; *.png"}}})
}

func (b *probe) Save(text string) (string, error) {
	return b.p.SaveFile(app.FileQuestion{Name: "решение № 1.pdf"}, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}

// site is a program shown in a browser that has opened its link.
type site struct {
	t      *testing.T
	base   string
	link   string
	p      *Platform
	client *http.Client
	asked  chan string // links printed after the first
	end    func() error
	log    *callLog
}

// callLog is what the program was told of its life.
type callLog struct {
	logMu sync.Mutex // guards calls
	calls []string
}

func (l *callLog) add(what string) {
	l.logMu.Lock()
	defer l.logMu.Unlock()
	l.calls = append(l.calls, what)
}

func (l *callLog) has(what string) bool {
	l.logMu.Lock()
	defer l.logMu.Unlock()
	return slices.Contains(l.calls, what)
}

func start(t *testing.T) *site {
	t.Helper()
	r, w := io.Pipe()
	s := &site{t: t, p: NewPlatform(w, filepath.Join(t.TempDir(), "keys"), ""), asked: make(chan string, 4), log: &callLog{}}
	o := &options.App{
		AssetServer: &assetserver.Options{Assets: fstest.MapFS{
			"frontend/dist/index.html":    {Data: []byte("<!doctype html><html><head><title>t</title></head>")},
			"frontend/dist/assets/a.js":   {Data: []byte("1")},
			"frontend/dist/assets/a.css":  {Data: []byte("a{}")},
			"frontend/dist/assets/.x/b.c": {Data: []byte("b")},
		}, Middleware: app.SecurityHeaders, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, "handler "+r.Method+" "+r.URL.Path, http.StatusTeapot)
		})},
		Bind:           []any{&probe{s.p}},
		ErrorFormatter: func(err error) any { return "formatted: " + err.Error() },
		OnStartup:      func(context.Context) { s.p.Show() },
		OnBeforeClose: func(context.Context) bool {
			s.log.add("before close")
			go s.p.Quit()
			return true
		},
		OnShutdown: func(context.Context) { s.log.add("shutdown") },
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Run(ctx, o, s.p, "127.0.0.1:0") }()
	lines := bufio.NewScanner(r)
	if !lines.Scan() {
		t.Fatal("no link: ", <-done)
	}
	m := regexp.MustCompile(`^akno: open (http://127\.0\.0\.1:\d+)(/open\?token=[A-Z2-7]{26})$`).FindStringSubmatch(lines.Text())
	if m == nil {
		t.Fatalf("not a link: %q", lines.Text())
	}
	go func() {
		for lines.Scan() {
			s.asked <- lines.Text()
		}
	}()
	s.base, s.link = m[1], m[1]+m[2]
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.client = &http.Client{Jar: jar}
	s.end = sync.OnceValue(func() error { stop(); return <-done })
	t.Cleanup(func() {
		if err := s.end(); err != nil {
			t.Error(err)
		}
		w.Close()
	})
	return s
}

// opened is start with the link opened.
func opened(t *testing.T) *site {
	t.Helper()
	s := start(t)
	if res, _ := s.get(s.link); res.StatusCode != http.StatusOK {
		t.Fatal(res.Status)
	}
	return s
}

func (s *site) get(url string) (*http.Response, string) {
	s.t.Helper()
	res, err := s.client.Get(url)
	if err != nil {
		s.t.Fatal(err)
	}
	return res, read(s.t, res)
}

func (s *site) post(path, body string) (*http.Response, string) {
	s.t.Helper()
	res, err := s.client.Post(s.base+path, "application/json", strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	return res, read(s.t, res)
}

func read(t *testing.T, res *http.Response) string {
	t.Helper()
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func (s *site) call(body string) (out reply) {
	s.t.Helper()
	res, text := s.post("/_web/call", body)
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		s.t.Fatal(res.Status, text, err)
	}
	return out
}

// event is one message to the page.
type event struct {
	Name string
	Data []json.RawMessage
}

// listen connects a tab; next gives its events in order.
func (s *site) listen() (next func() event, leave func()) {
	s.t.Helper()
	ctx, cancel := context.WithCancel(s.t.Context())
	req, err := http.NewRequestWithContext(ctx, "GET", s.base+"/_web/events", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	res, err := s.client.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	sc := bufio.NewScanner(res.Body)
	if !sc.Scan() || sc.Text() != ": ok" { // the tab has joined when this is written
		s.t.Fatal(sc.Text(), sc.Err())
	}
	next = func() (e event) {
		for sc.Scan() {
			if data, ok := strings.CutPrefix(sc.Text(), "data: "); ok {
				if err := json.Unmarshal([]byte(data), &e); err != nil {
					s.t.Fatal(err)
				}
				return e
			}
		}
		s.t.Fatal("no more events: ", sc.Err())
		return e
	}
	return next, func() { cancel(); res.Body.Close() }
}

func TestTheLinkWorksOnce(t *testing.T) {
	s := start(t)
	if res, _ := s.get(s.base + "/"); res.StatusCode != http.StatusForbidden {
		t.Error("without the link:", res.Status)
	}
	if res, _ := s.get(s.base + "/open?token=" + strings.Repeat("A", 26)); res.StatusCode != http.StatusForbidden {
		t.Error("with a wrong one:", res.Status)
	}
	res, body := s.get(s.link)
	cookies := res.Cookies()
	if res.StatusCode != http.StatusOK || !strings.Contains(body, `url=/"`) || len(cookies) != 1 ||
		!cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteStrictMode {
		t.Fatal(res.Status, body, cookies)
	}
	if res, body := s.get(s.base + "/"); res.StatusCode != http.StatusOK || !strings.Contains(body, `<head><script src="/_web/shim.js"></script><title>`) ||
		!strings.Contains(res.Header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Error(res.Status, body, res.Header)
	}
	stranger := &http.Client{}
	if res, err := stranger.Get(s.link); err != nil || res.StatusCode != http.StatusForbidden {
		t.Error("the link worked twice:", res.Status, err)
	}
	if res, _ := s.get(s.base + "/"); res.StatusCode != http.StatusOK {
		t.Error("a second try threw the first one out:", res.Status)
	}
	s.p.Show()
	again := strings.TrimPrefix(<-s.asked, "akno: open ")
	if res, err := stranger.Get(again); err != nil || res.StatusCode != http.StatusOK {
		t.Error("a new link does not work:", res.Status, err)
	}
}

func TestStrangersAreRefusedEverywhere(t *testing.T) {
	s := opened(t)
	for name, change := range map[string]func(*http.Request){
		"no cookie":           func(r *http.Request) { r.Header.Del("Cookie") },
		"a guessed cookie":    func(r *http.Request) { r.Header.Set("Cookie", s.p.gate.cookie+"="+strings.Repeat("A", 52)) },
		"a name for the host": func(r *http.Request) { r.Host = "rebound.example.org" },
		"localhost":           func(r *http.Request) { r.Host = strings.Replace(r.Host, "127.0.0.1", "localhost", 1) },
		"another site":        func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"another port":        func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") },
		"another origin":      func(r *http.Request) { r.Header.Set("Origin", "http://127.0.0.1:1") },
		"an opaque origin":    func(r *http.Request) { r.Header.Set("Origin", "null") },
	} {
		for _, route := range []string{
			"GET /", "GET /_web/shim.js", "GET /_web/events", "POST /_web/call", "POST /_web/file?name=x",
			"POST /_web/answer/x", "GET /_web/download/x", "GET /blob/x", "POST /_secret/x",
		} {
			method, path, _ := strings.Cut(route, " ")
			r, err := http.NewRequestWithContext(t.Context(), method, s.base+path, strings.NewReader(`{}`))
			if err != nil {
				t.Fatal(err)
			}
			base, _ := url.Parse(s.base)
			for _, c := range s.client.Jar.Cookies(base) {
				r.AddCookie(c)
			}
			change(r)
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if res.StatusCode != http.StatusForbidden {
				t.Errorf("%s, %s: %s", name, route, res.Status)
			}
		}
	}
}

func TestOnlyAnAddressOfThisComputerIsServed(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:80", "localhost:0", "[::]:0", "127.0.0.1"} {
		if err := Run(t.Context(), &options.App{}, NewPlatform(io.Discard, "", ""), addr); err == nil {
			t.Error(addr)
		}
	}
}

func TestABusyPortIsAnError(t *testing.T) {
	s := start(t)
	err := Run(t.Context(), &options.App{}, NewPlatform(io.Discard, "", ""), strings.TrimPrefix(s.base, "http://"))
	if err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Error(err)
	}
}

func TestCallsAnswerAsWailsDoes(t *testing.T) {
	s := opened(t)
	if r := s.call(`{"name":"web.probe.Echo","args":["Ўў №"]}`); r.Result != "Ўў №" || r.Error != nil {
		t.Errorf("%+v", r)
	}
	if r := s.call(`{"name":"web.probe.Fail","args":[]}`); r.Error != "formatted: нет связи" || r.Result != nil {
		t.Errorf("%+v", r)
	}
	for _, body := range []string{
		`{"name":"web.probe.Panic","args":[]}`, `{"name":"web.probe.NaN","args":[]}`,
		`{"name":"web.probe.Echo","args":[]}`, `{"name":"web.probe.Echo","args":[5]}`,
		`{"name":"web.probe.None","args":[]}`,
	} {
		if r := s.call(body); r.Fatal == "" || strings.Contains(r.Fatal, "Ковал") {
			t.Errorf("%s: %+v", body, r)
		}
	}
	if _, script := s.get(s.base + "/_web/shim.js"); !strings.Contains(script, `window.go = {"web":{"probe":["Burst"`) {
		t.Error(script[:300])
	}
}

func TestThePageComesBeforeTheHandler(t *testing.T) {
	s := opened(t)
	for path, want := range map[string]string{
		"/assets/a.js": "200 text/javascript; charset=utf-8 1", "/assets/a.css": "200 text/css; charset=utf-8 a{}",
		"/assets": "418 text/plain; charset=utf-8 handler GET /assets\n", "/blob/x": "418 text/plain; charset=utf-8 handler GET /blob/x\n",
		"/index.html": "418 text/plain; charset=utf-8 handler GET /index.html\n", "/favicon.ico": "204  ",
	} {
		res, body := s.get(s.base + path)
		if got := res.Status[:3] + " " + res.Header.Get("Content-Type") + " " + body; got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
		if res.Header.Get("Content-Security-Policy") == "" {
			t.Error(path, "has no policy")
		}
	}
	if res, body := s.post("/assets/a.js", ""); res.StatusCode != http.StatusTeapot {
		t.Error(res.Status, body)
	}
}

func TestAProgramWithoutAPageSaysSo(t *testing.T) {
	o := &options.App{AssetServer: &assetserver.Options{Assets: fstest.MapFS{"frontend/dist/.gitkeep": {}}}}
	if err := Run(t.Context(), o, NewPlatform(io.Discard, "", ""), "127.0.0.1:0"); err == nil || !strings.Contains(err.Error(), "not built into") {
		t.Error(err)
	}
}

func TestEventsKeepTheirOrder(t *testing.T) {
	s := opened(t)
	next, leave := s.listen()
	defer leave()
	s.call(`{"name":"web.probe.Burst","args":[2000]}`)
	for want := range 2000 {
		e := next()
		var got int
		if err := json.Unmarshal(e.Data[0], &got); err != nil || e.Name != "burst" || got != want {
			t.Fatal(e, want, err)
		}
	}
}

func TestFilesAreChosenInTheBrowser(t *testing.T) {
	s := opened(t)
	next, leave := s.listen()
	defer leave()
	result := make(chan reply, 1)
	pick := func() (id string) {
		go func() { result <- s.call(`{"name":"web.probe.Pick","args":[]}`) }()
		var q struct {
			ID, Title, Accept string
			Many              bool
		}
		e := next()
		if err := json.Unmarshal(e.Data[0], &q); err != nil || e.Name != "web:choose" || q.Accept != ".pdf,.png" || !q.Many || q.Title != "Паспорт" {
			t.Fatal(e.Name, q, err)
		}
		return q.ID
	}
	id := pick()
	res, body := s.post("/_web/file?name="+url.QueryEscape("../паспорт №1.pdf"), "%PDF-1.7")
	var sent struct{ Path string }
	if err := json.Unmarshal([]byte(body), &sent); err != nil || filepath.Base(sent.Path) != "паспорт №1.pdf" {
		t.Fatal(res.Status, body, err)
	}
	for _, foreign := range []string{"/etc/passwd", filepath.Dir(sent.Path)} {
		if res, _ := s.post("/_web/answer/"+id, `{"paths":["`+foreign+`"]}`); res.StatusCode != http.StatusNotFound {
			t.Error("a path that was not sent was taken:", foreign)
		}
	}
	if res, _ := s.post("/_web/answer/"+id, `{"paths":["`+sent.Path+`"]}`); res.StatusCode != http.StatusNoContent {
		t.Error(res.Status)
	}
	if r := <-result; r.Error != nil || len(r.Result.([]any)) != 1 || r.Result.([]any)[0] != sent.Path {
		t.Errorf("%+v", r)
	}
	if b, err := os.ReadFile(sent.Path); err != nil || string(b) != "%PDF-1.7" {
		t.Error(string(b), err)
	}
	if st, err := os.Stat(s.p.dir); err != nil || st.Mode().Perm() != 0o700 {
		t.Error(st.Mode(), err)
	}
	if res, _ := s.post("/_web/answer/"+id, `{"paths":[]}`); res.StatusCode != http.StatusNotFound {
		t.Error("answered twice:", res.Status)
	}
	id = pick()
	s.post("/_web/answer/"+id, `{"paths":[]}`)
	if r := <-result; r.Error != nil || len(r.Result.([]any)) != 0 {
		t.Errorf("cancelled: %+v", r)
	}
	pick()
	leave() // the tab is closed with the dialog open
	if r := <-result; r.Error != nil || r.Result != nil && len(r.Result.([]any)) != 0 {
		t.Errorf("left: %+v", r)
	}
	if err := s.end(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(s.p.dir); !errors.Is(err, os.ErrNotExist) {
		t.Error("the private folder was left behind:", err)
	}
}

func TestACopyThatWasTakenDoesNotLieAbout(t *testing.T) {
	s := opened(t)
	var sent, other struct{ Path string }
	for _, to := range []*struct{ Path string }{&sent, &other} {
		_, body := s.post("/_web/file?name=a.pdf", "%PDF-1.7")
		if err := json.Unmarshal([]byte(body), to); err != nil {
			t.Fatal(body, err)
		}
	}
	own := filepath.Join(t.TempDir(), "b.pdf")
	if err := os.WriteFile(own, []byte("%PDF-1.7"), 0o600); err != nil {
		t.Fatal(err)
	}
	if !s.p.Passing(sent.Path) || s.p.Passing(own) || s.p.Passing(filepath.Dir(sent.Path)) {
		t.Error("what a browser sent is not told from what lies here")
	}
	s.p.Taken([]string{sent.Path, own, s.p.dir})
	if _, err := os.Stat(filepath.Dir(sent.Path)); !errors.Is(err, os.ErrNotExist) || s.p.Passing(sent.Path) {
		t.Error("the copy is still there:", err)
	}
	for _, kept := range []string{own, other.Path} {
		if _, err := os.Stat(kept); err != nil {
			t.Error(err)
		}
	}
}

func TestSavingIsADownload(t *testing.T) {
	s := opened(t)
	if r := s.call(`{"name":"web.probe.Save","args":["x"]}`); r.Error == nil {
		t.Errorf("without a tab: %+v", r)
	}
	next, leave := s.listen()
	defer leave()
	if r := s.call(`{"name":"web.probe.Save","args":["%PDF"]}`); r.Result != "решение № 1.pdf" {
		t.Errorf("%+v", r)
	}
	e := next()
	var address string
	if err := json.Unmarshal(e.Data[0], &address); err != nil || e.Name != "web:download" {
		t.Fatal(e, err)
	}
	res, body := s.get(s.base + address)
	if body != "%PDF" || !strings.HasPrefix(res.Header.Get("Content-Disposition"), "attachment; filename*=utf-8''") {
		t.Error(body, res.Header)
	}
	if res, _ := s.get(s.base + "/_web/download/x"); res.StatusCode != http.StatusNotFound {
		t.Error(res.Status)
	}
}

func TestTheLastTabIsAsked(t *testing.T) {
	s := opened(t)
	_, leaveFirst := s.listen()
	defer leaveFirst()
	next, leave := s.listen()
	defer leave()
	if err := errors.Join(s.p.Print(), s.p.OpenURL("https://portal.gov.by/")); err != nil {
		t.Fatal(err)
	}
	if e := next(); e.Name != "web:print" {
		t.Error(e)
	}
	if e := next(); e.Name != "web:open" || string(e.Data[0]) != `"https://portal.gov.by/"` {
		t.Error(e)
	}
}

func TestTheEndWaitsForThePage(t *testing.T) {
	s := opened(t)
	if err := s.end(); err != nil {
		t.Fatal(err)
	}
	if !s.log.has("before close") || !s.log.has("shutdown") {
		t.Error(s.log.calls)
	}
}

func TestThereIsAFolderForKeys(t *testing.T) {
	p := NewPlatform(io.Discard, filepath.Join(t.TempDir(), "a", "keys"), "")
	dir, err := p.OpenFolder("x")
	if st, serr := os.Stat(dir); err != nil || serr != nil || !st.IsDir() {
		t.Error(dir, err, serr)
	}
	if err := p.Print(); akno.CodeOf(err) != akno.Unavailable {
		t.Error(err)
	}
}

func TestNamesAreMadeFitForAFileSystem(t *testing.T) {
	for in, want := range map[string]string{
		"паспорт №1.pdf": "паспорт №1.pdf", "../../etc/passwd": "passwd", `C:\Users\Anna\a.key`: "a.key", "": "file", "..": "file",
		".bashrc": "bashrc", "a\x00b\nc.pdf": "abc.pdf", "a/": "file", "con:|?.pdf": "con.pdf",
	} {
		if got := cleanName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	long := cleanName(strings.Repeat("я", 300) + ".pdf")
	if len(long) > maxName || !strings.HasSuffix(long, "я.pdf") || !bytes.HasPrefix([]byte(long), []byte("я")) {
		t.Error(len(long), long)
	}
}

func TestAPatternBecomesAnAttribute(t *testing.T) {
	for pattern, want := range map[string]string{"*.cer;*.p7b": ".cer,.p7b", "*.pdf; *": "", "*": "", "": "", "*.*": ""} {
		if got := accept([]app.FileFilter{{Pattern: pattern}}); got != want {
			t.Errorf("%q: %q", pattern, got)
		}
	}
}

func TestWhatAKilledProgramLeftIsRemovedAtTheNextStart(t *testing.T) {
	scratch := filepath.Join(t.TempDir(), "akno-web-1")
	if err := os.MkdirAll(filepath.Join(scratch, "in-1"), 0o700); err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(scratch, "in-1", "паспорт.pdf")
	if err := os.WriteFile(left, []byte("a document"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := NewPlatform(io.Discard, "", scratch)
	if err := p.start(nil); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("it is still there: %v", err)
	}
	if st, err := os.Stat(scratch); err != nil || st.Mode().Perm() != 0o700 {
		t.Errorf("%v %v", st, err)
	}
	p.stop()
	if _, err := os.Stat(scratch); !os.IsNotExist(err) {
		t.Errorf("the folder is left: %v", err)
	}
}
