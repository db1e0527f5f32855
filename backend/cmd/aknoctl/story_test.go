package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"akno/backend/akno"
	"akno/backend/akno/workdays"
	"akno/backend/cmd/portald/server"
	"akno/backend/desktop/single"
	"akno/backend/internal/clock"
	"akno/backend/internal/ids"
	"akno/backend/logx"
	"akno/backend/portal/demo"
	"akno/backend/portalapi"
)

// world is a demo portal with the keys of its people.
type world struct {
	t        *testing.T
	m        *server.Main
	url      string
	ready    demo.Ready
	dir      string // of the test's files
	data     string // of the portal
	password string // file
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), data: t.TempDir()}
	w.start()
	w.password = w.file("password", demo.Password+"\n")
	t.Cleanup(w.stop)
	return w
}

// start starts the portal on its folder, stop ends it.
func (w *world) start() {
	t := w.t
	t.Helper()
	c := server.Defaults(w.data)
	c.AsDemo()
	c.Addr, c.ReadyFile = "127.0.0.1:0", filepath.Join(w.data, "ready.json")
	w.m = &server.Main{Config: c, Log: logx.Discard(), Clock: clock.System, Extend: server.Demo{AutoApprove: true}.Extend(c, clock.System)}
	if err := w.m.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(c.ReadyFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &w.ready); err != nil {
		t.Fatal(err)
	}
	w.url = w.m.URL()
}

func (w *world) stop() {
	if err := w.m.Close(); err != nil {
		w.t.Error(err)
	}
}

func (w *world) file(name, text string) string {
	w.t.Helper()
	name = filepath.Join(w.dir, name)
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return name
}

func (w *world) key(name string) string { return filepath.Join(w.ready.Keys, name+".key") }

// anchors are the options that name what the demo is judged by.
func (w *world) anchors() (args []string) {
	w.t.Helper()
	files, err := filepath.Glob(filepath.Join(w.ready.Trust, "*.cer"))
	if err != nil || len(files) == 0 {
		w.t.Fatalf("no anchors in %s: %v", w.ready.Trust, err)
	}
	for _, f := range files {
		args = append(args, "--trust", f)
	}
	return args
}

// do runs a command on the profile, wants an exit status and returns what was told
// beside the answer, which out takes.
func (w *world) do(status int, out any, args ...string) (diagnosis string) {
	w.t.Helper()
	var stdout, diagnostics bytes.Buffer
	e := &env{in: strings.NewReader(""), out: &stdout, err: &diagnostics, now: clock.System}
	full := append(args, "--json", "--profile-dir", filepath.Join(w.dir, "profile"))
	full = append(full, w.anchors()...)
	if got := run(full, e); got != status {
		w.t.Fatalf("%v: exit status %d, want %d\n%s%s", args, got, status, stdout.String(), diagnostics.String())
	}
	if out == nil {
		return diagnostics.String()
	}
	if err := json.Unmarshal(stdout.Bytes(), out); err != nil {
		w.t.Fatalf("%v: %v\n%s%s", args, err, stdout.String(), diagnostics.String())
	}
	return diagnostics.String()
}

// citizen are the options of who signs in and signs.
func (w *world) citizen(args ...string) []string {
	return append(args, "--portal", w.url, "--key", w.key("citizen"), "--password-file", w.password)
}

// answers are an example's answers, with the demo's citizen in them.
func (w *world) answers(formID string) string {
	w.t.Helper()
	raw, err := os.ReadFile("../../akno/form/testdata/examples/" + formID + ".json")
	if err != nil {
		w.t.Fatal(err)
	}
	text := strings.NewReplacer(
		"Тестовский", "Ковалева", `"Ян"`, `"Анна"`, "Янович", "Сергеевна", "3110575A001PB7", "4120385A014PB6", `"sex": "m"`, `"sex": "f"`,
		`"birth_date": "1975-05-11",`, `"birth_date": "1985-03-12",`, "2026-11-20", workdays.Of(clock.System()).AddDays(-1).String(),
	).Replace(string(raw))
	return w.file(formID+".json", text)
}

// staff opens a profile in which one of the body's people is signed in.
func (w *world) staff(name string) *profile {
	w.t.Helper()
	o := newCabinetOptions(&env{})
	o.begins = true
	args := append([]string{"--profile-dir", filepath.Join(w.dir, name), "--portal", w.url, "--key", w.key(name), "--password-file", w.password}, w.anchors()...)
	if _, err := o.parse(args, 0, 0); err != nil {
		w.t.Fatal(err)
	}
	p := &profile{e: &env{now: clock.System}, ctx: context.WithoutCancel(w.t.Context())}
	w.t.Cleanup(func() {
		for i := len(p.close) - 1; i >= 0; i-- {
			if err := p.close[i](); err != nil {
				w.t.Error(err)
			}
		}
	})
	if err := p.open(o); err != nil {
		w.t.Fatal(err)
	}
	if err := p.signIn(); err != nil {
		w.t.Fatal(err)
	}
	return p
}

// decide takes an application through the body: the officer proposes, the head
// signs with the body's key.
func (w *world) decide(id string) {
	w.t.Helper()
	p := w.staff("officer")
	view, err := p.portal.GetDeskApplication(p.ctx, id)
	if err != nil {
		w.t.Fatal(err)
	}
	granted, text := portalapi.DeskCommandOutcomeGranted, "Выдать справку."
	for _, step := range []portalapi.DeskCommand{
		{Event: portalapi.DeskCommandEventRegister},
		{Event: portalapi.DeskCommandEventTake},
		{Event: portalapi.DeskCommandEventPropose, Outcome: &granted, Text: &text},
	} {
		step.OpId, step.Version = ids.New(clock.System()), view.Application.Version
		if view, err = p.portal.ActOnApplication(p.ctx, id, step); err != nil {
			w.t.Fatalf("%s: %v", step.Event, err)
		}
	}
	h, proposal := w.staff("head"), view.Proposal
	for _, file := range []string{"body.key", "body.cer"} {
		if err := h.keys.Add(h.ctx, filepath.Join(w.ready.Keys, file)); err != nil {
			w.t.Fatal(err)
		}
	}
	if err := h.keys.Prove(h.ctx, w.key("body"), h.password); err != nil {
		w.t.Fatal(err)
	}
	der, err := os.ReadFile(filepath.Join(w.ready.Keys, "body.cer"))
	if err != nil {
		w.t.Fatal(err)
	}
	var document bytes.Buffer
	if err := h.portal.DownloadDesk(h.ctx, id, proposal.Document.Sha256, proposal.Document.Size, &document); err != nil {
		w.t.Fatal(err)
	}
	sum := sha256.Sum256(der)
	signed, err := h.signer.SignDetached(h.ctx, hex.EncodeToString(sum[:]), h.password, document.Bytes())
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := h.portal.Decide(h.ctx, id, portalapi.DecisionCommand{
		OpId: ids.New(clock.System()), Version: view.Application.Version, ProposalId: proposal.Id, Signature: signed.CMS,
	}); err != nil {
		w.t.Fatal(err)
	}
}

// refusal is what a refused command prints.
type refusal struct {
	Code   akno.Code
	Fields map[string]string
}

func TestAFreeProcedureGoesFromADraftToTheDecisionWithoutAWindow(t *testing.T) {
	w := newWorld(t)
	var d shownDraft
	w.do(exitYes, &d, "draft", "new", "200.2.18") // before anybody has signed in
	var st evaluated
	w.do(exitNo, &st, "draft", "check", d.ID)
	if st.Valid || len(st.Errors) == 0 {
		t.Errorf("an empty draft: %+v", st)
	}
	var no refusal
	w.do(exitNo, &no, w.citizen("submit", d.ID)...)
	if no.Code != akno.Invalid || no.Fields["surname"] != "required" {
		t.Errorf("an empty draft is handed over: %+v", no)
	}
	w.do(exitYes, &d, "draft", "set", d.ID, "--answers", w.answers("F_2_18"), "--set", "notify_email=true", "--set", "phone=+375291234567")
	if d.NeedsPaying || !d.MustSign || d.Ready != d.Total || d.Answers["surname"].Text() != "Ковалева" {
		t.Errorf("the draft: %+v", d)
	}
	w.do(exitYes, &st, "draft", "check", d.ID)

	var a shownApplication
	w.do(exitYes, &a, w.citizen("submit", d.ID)...)
	if a.ID != d.ID || a.Status != string(akno.Submitted) || len(a.SHA256) != 64 || a.Signer == "" {
		t.Fatalf("handed over: %+v", a)
	}
	w.do(exitMaybe, &a, "status", a.ID)                                              // by what is here
	w.do(exitMaybe, &a, w.citizen("status", a.ID, "--decision", w.dir+"/no.pdf")...) // not yet
	if _, err := os.Stat(w.dir + "/no.pdf"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a decision before the decision: %v", err)
	}

	w.decide(a.ID)
	out := filepath.Join(w.dir, "decision.pdf")
	w.do(exitYes, &a, w.citizen("status", a.ID, "--decision", out)...)
	if a.Decision == nil || a.Decision.Verdict != "PASSED" || a.Decision.Organisation == "" || a.Decision.Out != out {
		t.Fatalf("the decision: %+v", a.Decision)
	}
	w.verified(out)
	w.do(exitYes, &a, "status", a.ID)
	if a.Status != string(akno.Delivered) {
		t.Errorf("the portal was not told: %+v", a)
	}
	var all struct{ Applications []shownApplication }
	w.do(exitYes, &all, "status")
	if len(all.Applications) != 1 || all.Applications[0].ID != a.ID {
		t.Errorf("the cabinet: %+v", all)
	}
	w.do(exitYes, nil, w.citizen("sync")...)
}

// verified checks a decision by the command for signatures, with the
// certificates and the list that the profile has.
func (w *world) verified(decision string) {
	w.t.Helper()
	args := append([]string{"verify", decision + ".p7s", "--content", decision}, w.anchors()...)
	for option, pattern := range map[string]string{"--cert": "intermediates/*.cer", "--crl": "lists/*.crl"} {
		files, err := filepath.Glob(filepath.Join(w.dir, "profile", "trust", filepath.FromSlash(pattern)))
		if err != nil || len(files) == 0 {
			w.t.Fatalf("%s: %v", pattern, err)
		}
		for _, f := range files {
			args = append(args, option, f)
		}
	}
	var stdout, diagnostics bytes.Buffer
	e := &env{in: strings.NewReader(""), out: &stdout, err: &diagnostics, now: clock.System}
	if status := run(args, e); status != exitYes || !strings.HasPrefix(stdout.String(), "PASSED, level B-B") {
		w.t.Errorf("verify: exit status %d\n%s%s", status, stdout.String(), diagnostics.String())
	}
}

func TestAPaidProcedureIsOrderedAndARefusalNamesItsCode(t *testing.T) {
	w := newWorld(t)
	var d shownDraft
	w.do(exitYes, &d, "draft", "new", "200.5.13", "--answers", w.answers("F_5_13"))
	var no refusal
	w.do(exitNo, &no, w.citizen("submit", d.ID)...)
	if no.Code != akno.NeedsPaying && no.Code != akno.Invalid {
		t.Errorf("an unpaid one is handed over: %+v", no)
	}
	w.do(exitNo, &no, "draft", "set", d.ID, "--set", "nosuchfield=1")
	if no.Code != akno.Invalid || no.Fields["nosuchfield"] == "" {
		t.Errorf("an answer to nothing: %+v", no)
	}
	var o shownOrder
	w.do(exitYes, &o, w.citizen("order", d.ID)...)
	if len(o.Code) != 30 || o.Status != "awaiting" || o.Amount == "" {
		t.Fatalf("the order: %+v", o)
	}
	var again shownOrder
	w.do(exitYes, &again, w.citizen("order", d.ID)...)
	if again != o {
		t.Errorf("asked again: %+v, not %+v", again, o)
	}
	w.do(exitYes, &o, "order", d.ID, "--transaction", "123456789")
	var a shownApplication
	w.do(exitYes, &a, w.citizen("submit", d.ID)...)
	if a.Status == "" {
		t.Errorf("handed over: %+v", a)
	}
}

func TestWhatIsRefusedSaysWhy(t *testing.T) {
	w := newWorld(t)
	var d shownDraft
	w.do(exitYes, &d, "draft", "new", "200.2.18", "--answers", w.answers("F_2_18"))
	for _, c := range []struct {
		name string
		want akno.Code
	}{{"stranger", akno.Unbound}, {"expired", akno.CertExpired}, {"revoked", akno.CertRevoked}} {
		var no refusal
		w.do(exitNo, &no, "submit", d.ID, "--portal", w.url, "--key", w.key(c.name), "--password-file", w.password)
		if no.Code != c.want {
			t.Errorf("%s: %+v, want %s", c.name, no, c.want)
		}
	}
	var no refusal
	w.do(exitNo, &no, "sync", "--portal", w.url, "--key", w.key("citizen"), "--password-file", w.file("wrong", "wrong\n"))
	if no.Code != akno.BadPassword {
		t.Errorf("a wrong password: %+v", no)
	}
	w.do(exitMaybe, &no, "sync", "--portal", "http://127.0.0.1:1", "--key", w.key("citizen"), "--password-file", w.password)
	if no.Code != akno.Unavailable {
		t.Errorf("silence: %+v", no)
	}
	w.do(exitNo, &no, "draft", "show", "00000000-0000-7000-8000-000000000000")
	if no.Code != akno.NotFound {
		t.Errorf("no such draft: %+v", no)
	}
	if told := w.do(exitNo, &no, "draft", "new", "1.2.3"); no.Code != akno.NotFound || !strings.Contains(told, `no procedure "1.2.3"`) {
		t.Errorf("no such procedure: %+v, %s", no, told)
	}
	w.do(exitNo, &no, "draft", "set", d.ID, "--attach", "surname="+w.password)
	w.do(exitUsage, nil, "draft", "set", d.ID, "--attach", "surname")
	w.do(exitUsage, nil, "sync", "--portal", w.url)
	w.do(exitUsage, nil, "sync", "--portal", "http://example.org", "--key", w.key("citizen"), "--password-file", w.password)
	w.do(exitYes, nil, "draft", "delete", d.ID)
	var list struct{ Drafts []shownDraft }
	w.do(exitYes, &list, "draft", "list")
	if len(list.Drafts) != 0 {
		t.Errorf("a deleted draft is listed: %+v", list)
	}
}

func TestAnApplicationSignedWithoutANetworkWaitsForTheNextExchange(t *testing.T) {
	w := newWorld(t)
	w.do(exitYes, nil, w.citizen("sync")...) // certificates and lists come here
	var d shownDraft
	w.do(exitYes, &d, "draft", "new", "200.2.18", "--answers", w.answers("F_2_18"))
	var a shownApplication
	w.do(exitMaybe, &a, "submit", d.ID, "--portal", "http://127.0.0.1:1", "--key", w.key("citizen"), "--password-file", w.password)
	if a.Status != "queued" {
		t.Errorf("without a network: %+v", a)
	}
	w.do(exitYes, nil, w.citizen("sync")...)
	w.do(exitMaybe, &a, "status", d.ID)
	if a.Status != string(akno.Submitted) {
		t.Errorf("after the exchange: %+v", a)
	}
}

func TestAProfileHasOneProgramAtATime(t *testing.T) {
	w := newWorld(t)
	w.do(exitYes, nil, "draft", "new", "200.1.3.4")
	at := single.Place{Profile: filepath.Join(w.dir, "profile"), Runtime: w.dir}
	for name, received := range map[string]func([]string, string){"the window": func([]string, string) {}, "another command": nil} {
		lock, err := single.Take(at, nil, received)
		if err != nil {
			t.Fatal(name, err)
		}
		w.do(exitUsage, nil, "draft", "list")
		if err := lock.Close(); err != nil {
			t.Fatal(name, err)
		}
	}
	w.do(exitYes, nil, "draft", "list")
}

func TestASessionEndsWithTheCommand(t *testing.T) {
	w := newWorld(t)
	w.do(exitYes, nil, w.citizen("sync")...)
	w.do(exitNo, nil, w.citizen("status", "00000000-0000-7000-8000-000000000000")...) // also when it fails
	p := w.staff("citizen")
	open, err := p.session.Sessions(p.ctx)
	if err != nil {
		t.Fatal(err)
	}
	if len(open) != 1 || !open[0].Current {
		t.Errorf("%d sessions are open: %+v", len(open), open)
	}
}
