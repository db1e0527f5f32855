//go:build window

// Package window holds the tests in the real window, driven through
// WebKitWebDriver:
//
//	build/build.sh page webdriver window portald
//	frontend/e2e/with_display.sh go test -tags window -count=1 ./frontend/e2e/window
//
// The driver below is plain W3C WebDriver over net/http. What it cannot do: its
// own screenshots hang or are stale, use shot; deleting a session answers «no
// such window» though the program ends properly; window.print does nothing; a
// program with a native dialog open does not end on SIGTERM, hence the kill
// after a grace period.
package window

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	grace    = 4 * time.Second  // between asking a program to end and making it
	patience = 15 * time.Second // for anything that a test waits for
)

// elementKey names an element in the protocol.
const elementKey = "element-6066-11e4-a52e-4f735466cecf"

// display is where windows are shown; with_display.sh makes one.
var display = os.Getenv("DISPLAY")

func TestMain(m *testing.M) {
	if display == "" {
		fmt.Fprintln(os.Stderr, "there is no display: run under frontend/e2e/with_display.sh")
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// binary returns build/bin/name.
func binary(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", "..", "build", "bin", name))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%s is not built: see build/build.sh", name)
	}
	return path
}

// start runs a command in a group of its own, on our display; the whole group
// is ended with the test.
func start(t *testing.T, env []string, name string, args ...string) (cmd *exec.Cmd, log *record) {
	t.Helper()
	log = new(record)
	cmd = exec.Command(name, args...)
	cmd.Env = append(os.Environ(), append([]string{"DISPLAY=" + display, "AKNO_MARKS=1"}, env...)...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = grace
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
		timer := time.AfterFunc(grace, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
		_ = cmd.Wait()
		timer.Stop()
		if t.Failed() {
			t.Logf("%s said:\n%s", name, log)
		}
	})
	return cmd, log
}

// record is what a command printed.
type record struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *record) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(b)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

func (r *record) count(what string) int { return strings.Count(r.String(), what) }

// session is one run of the program under WebDriver.
type session struct {
	t   *testing.T
	url string
	dir string  // the profile
	pid int     // of the driver
	log *record // of driver and program
}

// open starts the program with addresses or files to open, on a fresh profile
// and with the given environment, and waits for its page.
func open(t *testing.T, env []string, args ...string) *session {
	t.Helper()
	return reopen(t, t.TempDir(), env, args...)
}

// reopen is open on a profile that exists.
func reopen(t *testing.T, profile string, env []string, args ...string) *session {
	t.Helper()
	port := freePort(t)
	s := &session{t: t, dir: profile}
	driver, log := start(t, append([]string{"AKNO_PROFILE_DIR=" + s.dir}, env...), "WebKitWebDriver", fmt.Sprintf("--port=%d", port))
	s.pid, s.log = driver.Process.Pid, log
	base := fmt.Sprintf("http://127.0.0.1:%d", port)
	wait(t, "the driver", func() bool {
		res, err := http.Get(base + "/status")
		if err != nil {
			return false
		}
		res.Body.Close()
		return true
	})
	var out struct {
		SessionID string `json:"sessionId"`
	}
	s.url = base
	s.send("POST", "/session", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"webkitgtk:browserOptions": map[string]any{"binary": binary(t, "akno-webdriver"), "args": append([]string{}, args...)},
	}}}, &out)
	s.url += "/session/" + out.SessionID
	s.post("/timeouts", map[string]any{"script": 20000}, nil)
	s.find("html[data-ready]") // a new session may answer before the page's scripts ran
	t.Cleanup(func() {
		req, _ := http.NewRequest("DELETE", s.url, nil)
		if res, err := http.DefaultClient.Do(req); err == nil {
			res.Body.Close()
		}
	})
	return s
}

func (s *session) post(path string, in, out any) { s.t.Helper(); s.send("POST", path, in, out) }

func (s *session) send(method, path string, in, out any) {
	s.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		s.t.Fatal(err)
	}
	req, err := http.NewRequest(method, s.url+path, bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	client := http.Client{Timeout: 30 * time.Second}
	res, err := client.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		s.t.Fatalf("%s %s: %s %s %v", method, path, res.Status, text, err)
	}
	if out != nil {
		reply := struct{ Value any }{out}
		if err := json.Unmarshal(text, &reply); err != nil {
			s.t.Fatal(err)
		}
	}
}

// find waits for an element.
func (s *session) find(css string) string {
	s.t.Helper()
	var found []map[string]string
	wait(s.t, css, func() bool {
		s.post("/elements", map[string]string{"using": "css selector", "value": css}, &found)
		return len(found) > 0
	})
	return "/element/" + found[0][elementKey]
}

func (s *session) click(css string) {
	s.t.Helper()
	s.post(s.find(css)+"/click", struct{}{}, nil)
}

// still waits until an element has stood where it is for longer than the pause
// after which an answer is saved: what a save brings moves what is below, and a
// click meanwhile meets what has come into its place.
func (s *session) still(css string) {
	s.t.Helper()
	place := -1.0
	var since time.Time
	wait(s.t, css+" to stand still", func() bool {
		at := s.js(`const e = document.querySelector(args[0])
			e?.scrollIntoView({ block: 'center' })
			return e ? e.getBoundingClientRect().top + document.querySelector('main').scrollHeight : null`, css)
		y, shown := at.(float64)
		if !shown || math.Abs(y-place) > 2 { // the engine centres to the pixel, now up, now down
			place, since = y, time.Now()
		}
		return shown && time.Since(since) > time.Second
	})
}

// type_ sends keys; Cyrillic arrives exactly. For a file input the text is the
// path of a file.
func (s *session) type_(css, text string) {
	s.t.Helper()
	s.post(s.find(css)+"/value", map[string]string{"text": text}, nil)
}

// text waits until the element has some text and returns it.
func (s *session) text(css string) (text string) {
	s.t.Helper()
	e := s.find(css)
	wait(s.t, "text in "+css, func() bool {
		s.send("GET", e+"/text", nil, &text)
		return text != ""
	})
	return text
}

// js runs the body of an async function and returns its result.
func (s *session) js(body string, args ...any) (result any) {
	s.t.Helper()
	s.post("/execute/async", map[string]any{
		"script": "const done = arguments[arguments.length - 1]; const args = [...arguments];" +
			"(async () => {" + body + "})().then(done, (e) => done('failed: ' + e.name + ': ' + e.message))",
		"args": append([]any{}, args...),
	}, &result)
	return result
}

// shot photographs the whole display with ImageMagick's import, into the folder
// $AKNO_SHOTS if there is one.
func shot(t *testing.T, name string) {
	t.Helper()
	dir := os.Getenv("AKNO_SHOTS")
	if dir == "" {
		return
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, name+".png")
	if out, err := exec.Command("import", "-display", display, "-window", "root", file).CombinedOutput(); err != nil {
		t.Errorf("no picture: %v %s", err, out)
	}
}

// wait looks every 50 ms until ok, for as long as its patience lasts.
func wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	late := time.After(patience)
	for !ok() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("waited too long for %s", what)
		}
	}
}

// freePort returns a port of this computer that nothing listens on.
func freePort(t *testing.T) int {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port
}

// children returns the processes below pid whose name begins with comm.
func children(pid int, comm string) (pids []int) {
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			continue
		}
		open, end := bytes.IndexByte(b, '('), bytes.LastIndexByte(b, ')')
		var id, parent int
		var state string
		fmt.Sscan(string(b[:open]), &id)
		fmt.Sscan(string(b[end+1:]), &state, &parent)
		if parent != pid {
			continue
		}
		if strings.HasPrefix(string(b[open+1:end]), comm) {
			pids = append(pids, id)
		}
		pids = append(pids, children(id, comm)...)
	}
	return pids
}
