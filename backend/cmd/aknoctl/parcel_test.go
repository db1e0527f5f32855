package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"akno/backend/internal/clock"
)

// carrier runs commands in a folder that holds two profiles.
type carrier struct {
	t   *testing.T
	dir string
}

func (c carrier) do(want int, into any, args ...string) {
	c.t.Helper()
	var out, diagnostics bytes.Buffer
	e := &env{in: strings.NewReader(""), out: &out, err: &diagnostics, now: clock.System}
	if status := run(append(args, "--json"), e); status != want {
		c.t.Fatalf("%q: status %d, want %d\n%s%s", args, status, want, out.String(), diagnostics.String())
	}
	if into != nil {
		if err := json.Unmarshal(out.Bytes(), into); err != nil {
			c.t.Fatalf("%q: %v\n%s", args, err, out.String())
		}
	}
}

func (c carrier) file(name, text string) string {
	c.t.Helper()
	path := filepath.Join(c.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
	return path
}

func TestDraftsAreCarriedBetweenTwoProfiles(t *testing.T) {
	c := carrier{t, t.TempDir()}
	home, work := filepath.Join(c.dir, "home"), filepath.Join(c.dir, "work")
	password, other := c.file("password", "длинный пароль 26\n"), c.file("other", "совсем другой пароль\n")
	parcel := filepath.Join(c.dir, "drafts.akno")

	var d shownDraft
	c.do(exitYes, &d, "draft", "new", "200.1.3.4", "--set", "surname=Тестовская", "--profile-dir", home)
	var made shownParcel
	c.do(exitYes, &made, "draft", "export", "--out", parcel, "--parcel-password-file", password, "--profile-dir", home)
	if made.Drafts != 1 || made.Signed {
		t.Errorf("%+v", made)
	}
	if octets, err := os.ReadFile(parcel); err != nil || bytes.Contains(octets, []byte("surname")) {
		t.Errorf("it can be read, or is not there: %v", err)
	}
	take := []string{"draft", "import", parcel, "--profile-dir", work, "--parcel-password-file"}
	var no struct{ Code string }
	c.do(exitNo, &no, append(take, other)...)
	if no.Code != "bad_password" {
		t.Errorf("another password: %+v", no)
	}
	type plan struct {
		Done   bool
		Signed bool
		Drafts []shownLine
	}
	said := func(want string, args ...string) {
		t.Helper()
		var got plan
		c.do(exitYes, &got, append(take, args...)...)
		if len(got.Drafts) != 1 || got.Drafts[0].Standing != want || got.Drafts[0].ID != d.ID {
			t.Errorf("%q: %+v, want %s", args, got, want)
		}
	}
	said("new", password, "--plan")
	c.do(exitNo, nil, "draft", "show", d.ID, "--profile-dir", work) // the plan does nothing
	said("new", password)
	said("same", password)
	var there shownDraft
	c.do(exitYes, &there, "draft", "show", d.ID, "--profile-dir", work)
	if there.Answers["surname"].Text() != "Тестовская" {
		t.Errorf("%+v", there)
	}
	c.do(exitYes, nil, "draft", "set", d.ID, "--set", "surname=Рабочая", "--profile-dir", work)
	c.do(exitYes, nil, "draft", "set", d.ID, "--set", "surname=Домашняя", "--profile-dir", home)
	c.do(exitYes, nil, "draft", "export", d.ID, "--out", parcel, "--parcel-password-file", password, "--profile-dir", home)
	said("diverged", password)
	var list struct{ Drafts []struct{ ID string } }
	c.do(exitYes, &list, "draft", "list", "--profile-dir", work)
	if len(list.Drafts) != 2 {
		t.Errorf("both are not kept: %+v", list)
	}

	short := c.file("short", "короткий\n")
	c.do(exitNo, &no, "draft", "export", "--out", parcel+"2", "--parcel-password-file", short, "--profile-dir", home)
	if _, err := os.Stat(parcel + "2"); no.Code != "invalid" || err == nil {
		t.Errorf("a short password: %+v, %v", no, err)
	}
	c.do(exitUsage, nil, "draft", "export", "--profile-dir", home)
	c.do(exitNo, &no, "draft", "import", password, "--parcel-password-file", password, "--profile-dir", work)
	if no.Code != "bad_file" {
		t.Errorf("not a parcel: %+v", no)
	}
}

func TestASignedFileForAKeyIsOpenedByThatKeyAlone(t *testing.T) {
	w := newWorld(t)
	w.do(exitYes, nil, w.citizen("sync")...) // what certificates are judged by
	var d shownDraft
	w.do(exitYes, &d, "draft", "new", "200.1.3.4", "--set", "surname=Ковалева")
	parcel := filepath.Join(w.dir, "drafts.akno")
	var made shownParcel
	w.do(exitYes, &made, w.citizen("draft", "export", d.ID, "--out", parcel, "--to", filepath.Join(w.ready.Keys, "citizen.cer"))...)
	if !made.Signed || made.Drafts != 1 {
		t.Errorf("%+v", made)
	}
	var no struct{ Code string }
	w.do(exitNo, &no, "draft", "import", parcel, "--parcel-password-file", w.password)
	if no.Code != "wrong_state" {
		t.Errorf("a password: %+v", no)
	}
	w.dir = t.TempDir()
	w.do(exitYes, nil, w.citizen("sync")...)
	var got struct {
		Signed       bool
		Signer, Rung string
		Drafts       []shownLine
	}
	w.do(exitYes, &got, w.citizen("draft", "import", parcel)...)
	if !got.Signed || got.Signer == "" || got.Rung != "ok" && got.Rung != "ok_notes" || got.Drafts[0].Standing != "new" {
		t.Errorf("%+v", got)
	}
	w.do(exitYes, &d, "draft", "show", d.ID)
	if d.Answers["surname"].Text() != "Ковалева" {
		t.Errorf("%+v", d)
	}
	args := []string{"draft", "import", parcel, "--portal", w.url, "--key", w.key("officer"), "--password-file", w.password}
	w.do(exitNo, &no, args...)
	if no.Code != "key_mismatch" {
		t.Errorf("another's key: %+v", no)
	}
}
