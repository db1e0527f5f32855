package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/clock"
	"akno/backend/internal/ids"
	"akno/backend/internal/testkit/testcontract"
	"akno/backend/internal/testkit/testdb"
	"akno/backend/logx"
	"akno/backend/portalapi"

	"github.com/google/go-cmp/cmp"
)

// defaults are the settings of a portal in the folder data, with its rows where
// the tests of this run keep them.
func defaults(t *testing.T, data string) Config {
	t.Helper()
	c := Defaults(data)
	c.DB = testdb.Beside(t, data)
	return c
}

// start runs a portal on a free port of this computer.
func start(t *testing.T, data string) *Main {
	t.Helper()
	c := defaults(t, data)
	c.Addr = "127.0.0.1:0"
	m := &Main{Config: c, Log: logx.Discard(), Clock: clock.System}
	if err := m.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

// call sends a command as JSON and decodes the answer; it returns the status.
func call(t *testing.T, m *Main, method, path, token string, body, out any) int {
	t.Helper()
	var in io.Reader
	kind := "application/json"
	switch b := body.(type) {
	case nil:
	case []byte:
		in, kind = bytes.NewReader(b), "application/octet-stream"
	default:
		raw, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		in = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, m.URL()+path, in)
	if err != nil {
		t.Fatal(err)
	}
	if in != nil {
		req.Header.Set("Content-Type", kind)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := (&http.Client{Transport: testcontract.Transport(t, http.DefaultTransport)}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if out != nil {
		if err := json.NewDecoder(res.Body).Decode(out); err != nil {
			t.Fatalf("%s %s: %d: %v", method, path, res.StatusCode, err)
		}
	}
	return res.StatusCode
}

// letters waits until the folder holds n letters and returns the texts.
func letters(t *testing.T, dir string, n int) []string {
	t.Helper()
	wait := time.NewTicker(10 * time.Millisecond)
	defer wait.Stop()
	for range 3000 {
		files, err := filepath.Glob(filepath.Join(dir, "*.eml"))
		if err != nil {
			t.Fatal(err)
		}
		if len(files) >= n {
			var out []string
			for _, f := range files {
				out = append(out, letter(t, f))
			}
			return out
		}
		<-wait.C
	}
	t.Fatal("no letter came")
	return nil
}

func letter(t *testing.T, file string) string {
	t.Helper()
	raw, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	m, err := mail.ReadMessage(raw)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var codeForm = regexp.MustCompile(`[0-9A-Z]{5}(-[0-9A-Z]{1,5}){5}`)

func TestAPersonRegistersByALetterAndStaysSignedInOverARestart(t *testing.T) {
	data := t.TempDir()
	m := start(t, data)
	var info portalapi.PortalInfo
	if s := call(t, m, "GET", "/v1/info", "", nil, &info); s != http.StatusOK || info.ConsentHash == "" || info.Limits.Files == 0 {
		t.Fatalf("%d %+v", s, info)
	}
	var sent portalapi.LetterSent
	status := call(t, m, "POST", "/v1/registrations/email", "", portalapi.EmailRegistration{
		OpId: ids.New(clock.System()), Email: "anna@example.by", Password: []byte("синий чайник на окне"), Language: portalapi.Be,
		Consent: portalapi.Consent{Version: info.ConsentVersion, Sha256: info.ConsentHash},
	}, &sent)
	if status != http.StatusAccepted {
		t.Fatalf("status %d", status)
	}
	code := codeForm.FindString(letters(t, filepath.Join(data, "mail"), 1)[0])
	var a portalapi.Activated
	if s := call(t, m, "POST", "/v1/registrations/email/activation", "", portalapi.Activation{Code: code}, &a); s != http.StatusOK {
		t.Fatalf("code %q: %d", code, s)
	}
	var s portalapi.Session
	call(t, m, "POST", "/v1/sessions/password", "", portalapi.PasswordSignIn{Login: "anna@example.by", Password: []byte("синий чайник на окне")}, &s)
	if s.Token == nil {
		t.Fatal("not signed in")
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}

	m = start(t, data)
	var again portalapi.Session
	if status := call(t, m, "GET", "/v1/sessions/current", *s.Token, nil, &again); status != http.StatusOK || again.Id != s.Id {
		t.Errorf("after a restart: %d %+v", status, again)
	}
	var page portalapi.ChangePage
	call(t, m, "GET", "/v1/changes", *s.Token, nil, &page)
	if len(page.Changes) != 1 || page.Changes[0].Kind != "account" || !strings.Contains(string(*page.Changes[0].Body), "anna@example.by") {
		t.Errorf("changes %+v", page)
	}
	var after portalapi.PortalInfo
	call(t, m, "GET", "/v1/info", "", nil, &after)
	if after.Epoch != info.Epoch {
		t.Error("the epoch changed by a restart")
	}
}

func TestAPortalThatStopsSaysSoFirst(t *testing.T) {
	data := t.TempDir()
	m := start(t, data)
	if s := call(t, m, "GET", "/v1/readyz", "", nil, nil); s != http.StatusNoContent {
		t.Errorf("ready: %d", s)
	}
	if s := call(t, m, "GET", "/v1/healthz", "", nil, nil); s != http.StatusNoContent {
		t.Errorf("health: %d", s)
	}
	facts := &facts{Portal: m.portal, ready: m.ready}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	if err := facts.Ready(t.Context()); akno.CodeOf(err) != akno.Unavailable {
		t.Errorf("got %v", err)
	}
	if err := m.Close(); err != nil {
		t.Errorf("a second close: %v", err)
	}
}

func TestRunEndsWithItsContextAndTheReadyFileTellsWhen(t *testing.T) {
	data := t.TempDir()
	c := defaults(t, data)
	c.Addr, c.ReadyFile = "127.0.0.1:0", filepath.Join(data, "ready.json")
	m := &Main{Config: c, Log: logx.Discard(), Clock: clock.System}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	var ready struct {
		Portal string `json:"portal"`
	}
	for {
		raw, err := os.ReadFile(c.ReadyFile)
		if err == nil {
			if err := json.Unmarshal(raw, &ready); err != nil {
				t.Fatal(err)
			}
			break
		}
		select {
		case err := <-ended:
			t.Fatal("ended before it was ready: ", err)
		case <-tick.C:
		}
	}
	if !strings.HasPrefix(ready.Portal, "http://127.0.0.1:") {
		t.Errorf("ready %+v", ready)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(c.ReadyFile); !errors.Is(err, os.ErrNotExist) {
		t.Error("the ready file of a stopped portal is there")
	}
}

func TestALostKeyIsNotMadeAnewOverADatabase(t *testing.T) {
	data := t.TempDir()
	m := start(t, data)
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(data, "secret", "portal.key")); err != nil {
		t.Fatal(err)
	}
	again := &Main{Config: m.Config, Log: logx.Discard(), Clock: clock.System}
	if err := again.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "portal.key") {
		t.Errorf("got %v", err)
	}
}

func TestSettingsComeFromFlagsThenEnvironmentThenFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "portal.json")
	if err := os.WriteFile(file, []byte(`{"addr":"file:1","name":"из файла","smtp":"file:25","rate":"7"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	c := Defaults("data")
	f := flag.NewFlagSet("test", flag.ContinueOnError)
	c.Flags(f)
	env := map[string]string{"PORTALD_ADDR": "env:2", "PORTALD_NAME": "из среды"}
	err := c.Parse(f, []string{"-config", file, "-addr", "flag:3"}, func(k string) (string, bool) { v, ok := env[k]; return v, ok })
	if err != nil {
		t.Fatal(err)
	}
	got := []any{c.Addr, c.Name, c.SMTP, c.Rate}
	if diff := cmp.Diff([]any{"flag:3", "из среды", "file:25", 7.0}, got); diff != "" {
		t.Error(diff)
	}
	for name, text := range map[string]string{"unknown": `{"nothing":"x"}`, "not JSON": `addr=1`, "not a number": `{"rate":"fast"}`} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		f := flag.NewFlagSet("test", flag.ContinueOnError)
		d := Defaults("data")
		d.Flags(f)
		if err := d.Parse(f, []string{"-config", file}, func(string) (string, bool) { return "", false }); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestTheOperatorOfPersonalDataIsToldWhereItIsWholeOnly(t *testing.T) {
	c := Defaults("data")
	c.Operator, c.OperatorEmail = "Оператор", "dpo@example.by"
	if c.NamesOperator() || c.operator() != nil {
		t.Error("an operator without an address is told")
	}
	c.OperatorAddress = "Минск"
	want := &portalapi.Operator{Name: "Оператор", Address: "Минск", Email: "dpo@example.by", RetentionMonths: 12, AuditRetention: "5 лет"}
	if diff := cmp.Diff(want, c.operator()); diff != "" {
		t.Error(diff)
	}
	c.Processors = "Почта"
	if o := c.operator(); o.Processors == nil || *o.Processors != "Почта" {
		t.Errorf("%+v", o)
	}
	c = Defaults("data")
	if c.AsDemo(); !c.NamesOperator() {
		t.Error("the demonstration names nobody")
	}
}

func TestMigrateMakesADatabaseThatServes(t *testing.T) {
	data := t.TempDir()
	version, err := Migrate(t.Context(), defaults(t, data), clock.System)
	if err != nil || version == 0 {
		t.Fatalf("%d %v", version, err)
	}
	start(t, data)
}
