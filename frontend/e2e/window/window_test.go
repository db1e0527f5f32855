//go:build window

package window

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

func TestThePageIsShown(t *testing.T) {
	s := open(t, nil)
	if got := s.js(`return document.title`); !strings.Contains(fmt.Sprint(got), "Акно") {
		t.Error(got)
	}
	if got := s.js(`return (await window.go.app.System.About()).web`); got != false {
		t.Error("the window calls itself a browser:", got)
	}
	wait(t, "the first paint", func() bool { return s.log.count("MARK paint") == 1 })
	for _, mark := range []string{"startup", "domready", "paint"} {
		if s.log.count("MARK "+mark) != 1 {
			t.Errorf("%s was marked %d times", mark, s.log.count("MARK "+mark))
		}
	}
	shot(t, "page")
}

func TestSecretsArriveAsOctets(t *testing.T) {
	s := open(t, nil)
	const post = `const { purpose, ticket } = await window.go.app.System.BeginSelfTest();
		const r = await fetch('/_secret/' + purpose + '?ticket=' + ticket, { method: 'POST', body: %s });
		return r.status + ' ' + await r.text()`
	for body, want := range map[string]string{
		"new Uint8Array([0, 5, 1, 2, 3, 4, 5])":                                       "200 5",
		"new Uint8Array([0, 3, 255, 0, 128]).buffer":                                  "200 3",
		"(() => { const b = new Uint8Array(902); b[0] = 3; b[1] = 132; return b })()": "200 900",
	} {
		if got := s.js(strings.Replace(post, "%s", body, 1)); got != want {
			t.Errorf("%s: %v", body, got)
		}
	}
}

func TestBodiesThatWouldKillTheWindowAreRefused(t *testing.T) {
	s := open(t, nil)
	const refused = "failed: TypeError: request body must be"
	for name, script := range map[string]string{
		"a Blob":        `await fetch('/_secret/x', { method: 'POST', body: new Blob([new Uint8Array(1000)]) })`,
		"a File":        `await fetch('/_secret/x', { method: 'POST', body: new File(['x'], 'x') })`,
		"FormData":      `const f = new FormData(); f.append('a', new File(['x'], 'x')); await fetch('/_secret/x', { method: 'POST', body: f })`,
		"a Request":     `await fetch(new Request('/_secret/x', { method: 'POST', body: new Blob(['x']) }))`,
		"an old way":    `const x = new XMLHttpRequest(); x.open('POST', '/_secret/x'); x.send(new Blob(['x']))`,
		"a fresh frame": `const f = document.createElement('iframe'); document.body.append(f); await f.contentWindow.fetch('/_secret/x', { method: 'POST', body: new Blob(['x']) })`,
	} {
		if got := fmt.Sprint(s.js(script)); !strings.HasPrefix(got, refused) {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := s.js(`return typeof window.go.app.System.About`); got != "function" {
		t.Error("the page is gone:", got)
	}
}

func TestThePolicyHolds(t *testing.T) {
	s := open(t, nil)
	var hits atomic.Int32
	outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		hits.Add(1)
		w.Header().Set("Access-Control-Allow-Origin", "*")
	}))
	defer outside.Close()
	const later = `await new Promise((r) => setTimeout(r, 500)); return location.href === 'wails://wails/' || location.href.startsWith('wails://wails/#') ? 'refused' : location.href`
	for _, c := range []struct{ name, script string }{
		{"eval", `try { return (0, eval)('1+1') } catch (e) { return 'refused' }`},
		{"inline", `const x = document.createElement('script'); x.textContent = 'window.ran = 1'; document.head.append(x); return window.ran ? 'ran' : 'refused'`},
		{"fetch", `return fetch(args[0]).then(() => 'sent', () => 'refused')`},
		{"image", `const i = new Image(); const p = new Promise((r) => { i.onload = () => r('loaded'); i.onerror = () => r('refused') }); i.src = args[0]; return p`},
		{"frame", `const f = document.createElement('iframe'); f.src = args[0]; document.body.append(f); await new Promise((r) => setTimeout(r, 500)); f.remove(); return 'refused'`},
		{"open", `return window.open(args[0]) ? 'opened' : 'refused'`},
		{"leave", `location.href = args[0]; ` + later},
		{"file", `location.href = 'file:///etc/hostname'; ` + later},
	} {
		if got := s.js(c.script, outside.URL); got != "refused" {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	if n := hits.Load(); n != 0 {
		t.Errorf("%d requests left the program", n)
	}
	if got := s.js(`return typeof window.go.app.System.About`); got != "function" {
		t.Error("the page is gone:", got)
	}
}

func TestTheLogHoldsNothingOfThePage(t *testing.T) {
	s := open(t, nil)
	s.js(`const sys = window.go.app.System;
		sys.OpenURL({ secret: 'ТАЙНА' }).catch(() => 0); sys.OpenURL('ТАЙНА', 'ТАЙНА').catch(() => 0);
		sys.SetPreferences('ТАЙНА').catch(() => 0); await sys.OpenURL('secretword').catch(() => 0);
		await new Promise((r) => setTimeout(r, 500))`)
	file, err := os.ReadFile(filepath.Join(s.dir, "log", "akno.log"))
	if err != nil {
		t.Fatal(err)
	}
	all := s.log.String() + string(file)
	if strings.Contains(all, "ТАЙНА") || strings.Contains(all, "secretword") {
		t.Error("the log quotes the page:", all)
	}
	if !strings.Contains(string(file), "outside its guard: app.System.OpenURL") || !strings.Contains(string(file), `"code":"invalid"`) {
		t.Error("the log does not say what happened:", string(file))
	}
}

// plain starts the shipped binary, without WebDriver.
func plain(t *testing.T, dir string, args ...string) (pid int, log *record) {
	t.Helper()
	cmd, log := start(t, []string{"AKNO_PROFILE_DIR=" + dir}, binary(t, "akno"), args...)
	wait(t, "the first paint", func() bool { return log.count("MARK paint") == 1 })
	return cmd.Process.Pid, log
}

func TestADeadWebProcessComesBack(t *testing.T) {
	pid, log := plain(t, t.TempDir())
	kill := func() time.Time {
		var web []int
		wait(t, "one web process", func() bool { web = children(pid, "WebKitWebProces"); return len(web) == 1 })
		if err := syscall.Kill(web[0], syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		return time.Now()
	}
	for n := 1; n <= 3; n++ {
		at := kill()
		wait(t, "another paint", func() bool { return log.count("MARK paint") == n+1 })
		t.Logf("painted again %v after death %d", time.Since(at).Round(time.Millisecond), n)
	}
	kill() // the fourth within a minute: a plain page instead
	wait(t, "the fourth death", func() bool { return log.count("web process ended") == 4 })
	wait(t, "the plain page", func() bool { return len(children(pid, "WebKitWebProces")) == 1 })
	if n := log.count("MARK paint"); n != 4 {
		t.Errorf("%d paints", n)
	}
	shot(t, "broken")
}

func TestASecondLaunchHandsOver(t *testing.T) {
	s := open(t, nil)
	// The program that is shown in a browser is another one on the same profile.
	for i, name := range []string{"akno", "akno-web"} {
		code := fmt.Sprint("Abc12", i)
		s.js(`window.linked = new Promise((r) => window.runtime.EventsOn('link', (l) => r(l.kind + ' ' + l.id))); return 0`)
		at := time.Now()
		second, log := start(t, []string{"AKNO_PROFILE_DIR=" + s.dir}, binary(t, name), "akno://activate?code="+code+"x")
		if err := second.Wait(); err != nil {
			t.Errorf("second launch of %s: %v", name, err)
		}
		t.Logf("second launch of %s ended after %v", name, time.Since(at).Round(time.Millisecond))
		if !strings.Contains(log.String(), "runs already") {
			t.Errorf("%s did not say why it ended: %s", name, log)
		}
		if got := s.js(`return window.linked`); got != "activate "+code+"x" {
			t.Errorf("%s: %v", name, got)
		}
	}
	if n := s.log.count("MARK startup"); n != 1 {
		t.Errorf("%d start-ups", n)
	}
}

func TestASecondLaunchShowsThatTheFirstDoesNotAnswer(t *testing.T) {
	dir := t.TempDir()
	first, started := start(t, []string{"AKNO_PROFILE_DIR=" + dir}, binary(t, "akno"))
	wait(t, "the start", func() bool { return started.count("MARK startup") == 1 })
	pid := first.Process.Pid
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Kill(pid, syscall.SIGCONT) }()
	second, log := start(t, []string{"AKNO_PROFILE_DIR=" + dir, "LC_ALL=C.UTF-8"}, binary(t, "akno"))
	wait(t, "the dialog", func() bool {
		out, err := exec.Command("xdotool", "search", "--onlyvisible", "--name", "Акно уже запущено и не отвечает").Output()
		return err == nil && len(strings.Fields(string(out))) == 1
	})
	shot(t, "silent")
	keyboard(t, "key", "--clearmodifiers", "Return")
	ended, ok := errors.AsType[*exec.ExitError](second.Wait())
	if !ok || ended.ExitCode() != 1 || !strings.Contains(log.String(), "does not answer") {
		t.Errorf("%v: %s", ended, log)
	}
}

func TestTheWindowEndsInOrder(t *testing.T) {
	dir := t.TempDir()
	pid, log := plain(t, dir)
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	wait(t, "the end", func() bool { return log.count("MARK shutdown") == 1 })
	wait(t, "the last record", func() bool {
		b, err := os.ReadFile(filepath.Join(dir, "log", "akno.log"))
		return err == nil && strings.Contains(string(b), `"ended"`)
	})
}

func TestTypedLettersArrive(t *testing.T) {
	s := open(t, nil)
	s.js(`const field = document.createElement('input'), button = document.createElement('button'), out = document.createElement('p');
		field.id = 'typed'; button.id = 'pressed'; out.id = 'shown';
		const box = document.createElement('dialog'); box.append(field, button, out); document.body.append(box); box.showModal();
		button.textContent = 'ok'; button.addEventListener('click', () => { out.textContent = field.value }); return 0`)
	const text = "Ўладзімір Кавалёў, вул. Якуба Коласа, д. 5 №"
	s.type_("#typed", text)
	s.click("#pressed")
	if got := s.text("#shown"); got != text {
		t.Errorf("%q arrived as %q", text, got)
	}
}

func TestAFileIsChosenInTheSystemsDialog(t *testing.T) {
	nowhere := ready{Portal: "http://127.0.0.1:1", Trust: t.TempDir()} // keys need no network
	s := open(t, nowhere.env(t.TempDir()))
	file := filepath.Join(t.TempDir(), "not-a-key.key")
	if err := os.WriteFile(file, []byte("not a key"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.js(`window.picked = window.go.app.Keys.PickFiles().then(() => 'listed', (e) => JSON.parse(e.message ?? e).code); return 0`)
	choose(t, file)
	if got := s.js(`return window.picked`); got != "listed" && got != "bad_key_file" {
		t.Error("the dialog did not come back with the file:", got)
	}
	file = filepath.Join(s.dir, "log", "akno.log")
	if b, err := os.ReadFile(file); err != nil || strings.Contains(string(b), "not-a-key") {
		t.Errorf("the log names the file: %s %v", b, err)
	}
}

func TestTheWindowKnowsTheDemoPortal(t *testing.T) {
	r := demo(t)
	s := open(t, r.env(t.TempDir()))
	if got := s.js(`return (await window.go.app.System.About()).portalURL`); got != r.Portal {
		t.Errorf("%v, want %s", got, r.Portal)
	}
}
