package app

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"akno/backend/akno"
)

// profilesBench is a started program.
func newProfiles(t *testing.T) (*bench, *Profiles, *Drafts) {
	t.Helper()
	b := newBench(t)
	b.cfg.PortalURL = "http://127.0.0.1:1"
	b.Startup(t.Context())
	t.Cleanup(func() { b.Shutdown(context.Background()) })
	var profiles *Profiles
	var drafts *Drafts
	for _, p := range b.parts {
		switch p := p.(type) {
		case *Profiles:
			profiles = p
		case *Drafts:
			drafts = p
		}
	}
	if err := b.unopened(); err != nil {
		t.Fatal(err)
	}
	return b, profiles, drafts
}

// give posts secrets for a ticket and returns the answer.
func (b *bench) give(t *testing.T, ticket Ticket, err error, secrets ...string) (ProfileState, problem) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var body bytes.Buffer
	for _, s := range secrets {
		body.Write([]byte{byte(len(s) >> 8), byte(len(s))})
		body.WriteString(s)
	}
	w := b.ask("POST", "/_secret/"+ticket.Purpose+"?ticket="+ticket.Ticket, &body)
	var state ProfileState
	var p problem
	if w.Code == 200 {
		err = json.Unmarshal(w.Body.Bytes(), &state)
	} else {
		err = json.Unmarshal(w.Body.Bytes(), &p)
	}
	if err != nil {
		t.Fatal(w.Body.String(), err)
	}
	return state, p
}

func TestAProfileBeginsWithoutAPasswordAndIsLockedOnceItHasOne(t *testing.T) {
	b, p, d := newProfiles(t)
	st, err := p.State()
	if err != nil || st.Locked || st.Protected || len(st.Profiles) != 1 {
		t.Fatalf("%+v %v", st, err)
	}
	if _, err := p.Lock(); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("locked without a password: %v", err)
	}
	if _, err := p.AcceptOlder(); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("an older page was accepted where none is: %v", err)
	}
	v, err := d.Create("200.1.3.4")
	if err != nil {
		t.Fatal(err)
	}
	paper := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(paper, []byte("%PDF"), 0o600); err != nil {
		t.Fatal(err)
	}
	address := b.files.path(paper, "application/pdf", "")
	ticket, err := p.BeginProtect()
	if st, bad := b.give(t, ticket, err, "долгий пароль"); !st.Protected || bad.Code != "" {
		t.Fatalf("%+v %+v", st, bad)
	}
	ticket, err = p.BeginProtect()
	if _, bad := b.give(t, ticket, err, "иной пароль"); bad.Code != akno.WrongState {
		t.Errorf("protected without knowing the password: %+v", bad)
	}
	if st, err = p.Lock(); err != nil || !st.Locked {
		t.Fatalf("%+v %v", st, err)
	}
	if b.life.key != nil {
		t.Error("the key is still here")
	}
	if _, err := listed(d); akno.CodeOf(err) != akno.Locked {
		t.Errorf("a call while locked: %v", err)
	}
	if w := b.ask("GET", address, nil); w.Code == 200 {
		t.Error("a file is served while locked")
	}
	ticket, err = p.BeginUnlock()
	if _, bad := b.give(t, ticket, err, "не тот пароль"); bad.Code != akno.BadPassword {
		t.Errorf("%+v", bad)
	}
	ticket, err = p.BeginUnlock()
	if _, bad := b.give(t, ticket, err, "долгий пароль"); bad.Code != akno.SlowDown {
		t.Errorf("a second try at once: %+v", bad)
	}
	b.tick.pass(2 * time.Second)
	ticket, err = p.BeginUnlock()
	if st, bad := b.give(t, ticket, err, "долгий пароль"); st.Locked || bad.Code != "" {
		t.Fatalf("%+v %+v", st, bad)
	}
	if list, err := listed(d); err != nil || len(list) != 1 || list[0].ID != v.Draft.ID {
		t.Errorf("%+v %v", list, err)
	}
	ticket, err = p.BeginChangePassword()
	if _, bad := b.give(t, ticket, err, "не тот", "новый пароль"); bad.Code != akno.BadPassword {
		t.Errorf("%+v", bad)
	}
	ticket, err = p.BeginUnprotect()
	if st, bad := b.give(t, ticket, err, "долгий пароль"); st.Protected || bad.Code != "" {
		t.Errorf("%+v %+v", st, bad)
	}
}

func TestSharesOpenAProfileWhosePasswordIsForgotten(t *testing.T) {
	b, p, _ := newProfiles(t)
	ticket, err := p.BeginProtect()
	b.give(t, ticket, err, "забуду его скоро")
	folder := t.TempDir()
	b.desk.folder = folder
	chosen, err := p.ChooseFolder()
	if err != nil {
		t.Fatal(err)
	}
	ticket, err = p.BeginShares(chosen)
	if st, bad := b.give(t, ticket, err, "забуду его скоро"); st.Shares != 3 || st.Threshold != 2 || bad.Code != "" {
		t.Fatalf("%+v %+v", st, bad)
	}
	var shares []string
	for _, n := range []string{"akno-share-1.txt", "akno-share-3.txt"} {
		data, err := os.ReadFile(filepath.Join(folder, n))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Fields(string(data))
		shares = append(shares, lines[len(lines)-1])
	}
	if _, err := p.Lock(); err != nil {
		t.Fatal(err)
	}
	ticket, err = p.BeginRecover()
	if _, bad := b.give(t, ticket, err, shares[0], shares[0], "новый пропуск в сад"); bad.Fields["share2"] != "repeats" {
		t.Errorf("%+v", bad)
	}
	ticket, err = p.BeginRecover()
	if _, bad := b.give(t, ticket, err, shares[0], shares[1], "1"); bad.Fields["password"] != "too_short" {
		t.Errorf("%+v", bad)
	}
	ticket, err = p.BeginRecover()
	if st, bad := b.give(t, ticket, err, shares[0], shares[1], "новый пропуск в сад"); st.Locked || bad.Code != "" {
		t.Fatalf("%+v %+v", st, bad)
	}
	if _, err := p.Lock(); err != nil {
		t.Fatal(err)
	}
	ticket, err = p.BeginUnlock()
	if st, bad := b.give(t, ticket, err, "новый пропуск в сад"); st.Locked || bad.Code != "" {
		t.Errorf("%+v %+v", st, bad)
	}
}

func TestEachProfileHasItsOwnRecordsAndItsOwnLock(t *testing.T) {
	b, p, d := newProfiles(t)
	if _, err := d.Create("200.1.3.4"); err != nil {
		t.Fatal(err)
	}
	ticket, err := p.BeginProtect()
	b.give(t, ticket, err, "пароль первого")
	st, err := p.Create("Вторая")
	if err != nil || st.Locked || st.Name != "Вторая" || len(st.Profiles) != 2 {
		t.Fatalf("%+v %v", st, err)
	}
	if list, err := listed(d); err != nil || len(list) != 0 {
		t.Errorf("another's drafts: %+v %v", list, err)
	}
	if st, err = p.Use(""); err != nil || !st.Locked {
		t.Fatalf("%+v %v", st, err)
	}
	if _, err := p.Rename("Чужое"); akno.CodeOf(err) != akno.Locked {
		t.Errorf("a locked profile was renamed: %v", err)
	}
	ticket, err = p.BeginUnlock()
	b.give(t, ticket, err, "пароль первого")
	if list, err := listed(d); err != nil || len(list) != 1 {
		t.Errorf("%+v %v", list, err)
	}
	if _, err := p.Use("none"); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("got %v", err)
	}
}

func TestAProfileLeftAloneIsIdle(t *testing.T) {
	b, p, _ := newProfiles(t)
	ticket, err := p.BeginProtect()
	b.give(t, ticket, err, "долгий пароль")
	b.tick.pass(time.Hour)
	if b.idle() {
		t.Error("idle without having been asked to lock")
	}
	if st, err := p.SetLockAfter(5); err != nil || st.LockAfter != 5 {
		t.Fatalf("%+v %v", st, err)
	}
	if err := b.system.Active(); err != nil {
		t.Fatal(err)
	}
	b.tick.pass(4 * time.Minute)
	if b.idle() {
		t.Error("idle too early")
	}
	b.tick.pass(time.Minute)
	if !b.idle() {
		t.Error("not idle after the time")
	}
	if _, err := p.SetLockAfter(-1); akno.CodeOf(err) != akno.Invalid {
		t.Errorf("got %v", err)
	}
}

// drawer is a key store of the system.
type drawer map[string][]byte

func (d drawer) Set(name string, secret []byte) error { d[name] = bytes.Clone(secret); return nil }
func (d drawer) Delete(name string) error             { delete(d, name); return nil }

func (d drawer) Get(name string) ([]byte, error) {
	if secret, ok := d[name]; ok {
		return bytes.Clone(secret), nil
	}
	return nil, fs.ErrNotExist
}

func TestTheSystemsKeyStoreOpensTheProfileAtTheStartAndNotAfterALock(t *testing.T) {
	b, p, _ := newProfiles(t)
	if answers, err := p.KeyStoreAnswers(); err != nil || answers {
		t.Errorf("there is none: %v %v", answers, err)
	}
	if _, err := p.BeginKeepIn(); akno.CodeOf(err) != akno.Unavailable {
		t.Errorf("there is none: %v", err)
	}
	d := drawer{}
	b.cfg.KeyStore = d
	if answers, err := p.KeyStoreAnswers(); err != nil || !answers {
		t.Errorf("it answers: %v %v", answers, err)
	}
	ticket, err := p.BeginProtect()
	b.give(t, ticket, err, "долгий пароль")
	ticket, err = p.BeginKeepIn()
	if _, bad := b.give(t, ticket, err, "не тот пароль"); bad.Code != akno.BadPassword || len(d) != 0 {
		t.Fatalf("without the password: %+v", bad)
	}
	ticket, err = p.BeginKeepIn()
	if st, bad := b.give(t, ticket, err, "долгий пароль"); !st.Kept || len(d) != 1 {
		t.Fatalf("%+v %+v", st, bad)
	}
	if st, err := p.Lock(); err != nil || !st.Locked {
		t.Fatalf("a lock does not ask: %+v %v", st, err)
	}
	ticket, err = p.BeginUnlock()
	if st, bad := b.give(t, ticket, err, "долгий пароль"); st.Locked {
		t.Fatalf("%+v", bad)
	}
	start := func() ProfileState { // the next start of the program, as far as the profile knows
		t.Helper()
		b.life.lifeMu.Lock()
		b.lock()
		b.life.vault = nil
		err := b.resume()
		b.life.lifeMu.Unlock()
		st, err2 := p.State()
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		return st
	}
	if st := start(); st.Locked {
		t.Error("it asks at the start")
	}
	kept := d[b.life.vault.Profile()]
	d[b.life.vault.Profile()] = []byte("something else")
	if st := start(); !st.Locked {
		t.Error("a store with another secret opened it")
	}
	ticket, err = p.BeginUnlock()
	b.give(t, ticket, err, "долгий пароль")
	d[b.life.vault.Profile()] = kept
	if st, err := p.TakeOut(); err != nil || st.Kept || len(d) != 0 {
		t.Errorf("%+v %v", st, err)
	}
	if st := start(); !st.Locked {
		t.Error("it does not ask after it was taken out")
	}
}

// listed are the drafts that are being prepared.
func listed(d *Drafts) ([]DraftSummary, error) {
	page, err := d.Page(DraftQuery{Box: "drafts"})
	return page.Items, err
}

func TestAKeyIsLetInByWhoKnowsThePasswordOfTheProfile(t *testing.T) {
	b, p, _ := newProfiles(t)
	ticket, err := p.BeginProtect()
	if st, told := b.give(t, ticket, err, "васильки на поле"); !st.Protected {
		t.Fatal(told)
	}
	ticket, err = p.BeginLetKeyIn("0011")
	if st, told := b.give(t, ticket, err, "совсем не тот пароль", "пароль ключа"); told.Code != akno.Invalid || told.Fields["current"] != "password_wrong" || st.KeyID != "" {
		t.Errorf("by who does not know it: %+v %+v", st, told)
	}
	ticket, err = p.BeginLetKeyIn("0011")
	if st, told := b.give(t, ticket, err, "васильки на поле", "пароль ключа"); told.Code != akno.NotFound || st.KeyID != "" {
		t.Errorf("a key that is not there: %+v %+v", st, told)
	}
	ticket, err = p.BeginLetKeyIn("0011")
	if _, told := b.give(t, ticket, err, "васильки на поле"); told.Code != akno.Invalid {
		t.Errorf("with one password: %+v", told)
	}
}
