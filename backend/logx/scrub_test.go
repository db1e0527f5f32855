package logx

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestScrubTakesOutWhatIsAPersons(t *testing.T) {
	for in, want := range map[string]string{
		"anna.kovaleva@example.by refused":                   "<email> refused",
		"анна@пример.бел refused":                            "<email> refused",
		"ident 3110575A001PB7 taken":                         "ident <ident> taken",
		"passport MP1234567 twice":                           "passport <passport> twice",
		"call +375 29 123-45-67":                             "call <phone>",
		"order 123456789012345678901234567890":               "order <digits>",
		"open /home/anna/keys/a.key: no such file":           "open <path>: no such file",
		`open C:\Users\Anna\a.key: denied`:                   `open <path>: denied`,
		"open file:///home/anna/x.pdf":                       "open <path>",
		"open /mnt/usb/ЭЦП/ключ Анны.key: denied":            "open <path>: denied",
		"field Ковалёва Анна Петровна is long":               "field <text> is long",
		"name Ўладзімір-Янка, вул. Леніна, refused":          "name <text>, refused",
		"draft 0193e4a0-7b1c-7000-8000-0123456789ab saved":   "draft 0193e4a0-7b1c-7000-8000-0123456789ab saved",
		"intake.Submit: conflict: version 4, wanted 5":       "intake.Submit: conflict: version 4, wanted 5",
		"GET /v1/applications/{id}: 409 in 12 ms, attempt 3": "GET /v1/applications/{id}: 409 in 12 ms, attempt 3",
	} {
		if got := Scrub(in); got != want {
			t.Errorf("%q\n got %q\nwant %q", in, got, want)
		}
	}
}

func TestARecordIsScrubbedInEveryPart(t *testing.T) {
	var out bytes.Buffer
	log := New(&out)
	log.WithFields(F{
		"cause": &fs.PathError{Op: "open", Path: "/keys of anna/a.key", Err: errors.New("denied")},
		"who":   "Анна", "n": 3, "draftID": "0193e4a0-7b1c-7000-8000-0123456789ab", "list": []string{"Анна"},
		StackField: "goroutine 1 [running]:\n/src/app/x.go:12",
	}).Error("refused for Анна")
	var got map[string]any
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for k, want := range map[string]any{
		"msg": "refused for <text>", "cause": "open <path>: denied", "who": "<text>", "n": 3.0,
		"draftID": "0193e4a0-7b1c-7000-8000-0123456789ab", "list": "[<text>]",
		StackField: "goroutine 1 [running]:\n/src/app/x.go:12", "level": "error",
	} {
		if got[k] != want {
			t.Errorf("%s: got %v, want %v", k, got[k], want)
		}
	}
}

func TestOpenAppendsAndPutsAsideAFullFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log", "akno.log")
	for range 2 {
		log, file, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		log.Info("started")
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(path)
	if err != nil || strings.Count(string(b), "started") != 2 {
		t.Fatalf("%s %v", b, err)
	}
	if err := os.WriteFile(path, make([]byte, maxFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	_, file, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if st, err := file.(*os.File).Stat(); err != nil || st.Size() != 0 || st.Mode().Perm() != 0o600 {
		t.Error(st, err)
	}
	if st, err := os.Stat(path + ".1"); err != nil || st.Size() != maxFile+1 {
		t.Error(st, err)
	}
}

func BenchmarkScrub(b *testing.B) {
	for name, s := range map[string]string{
		"word":  "application.registered",
		"error": "intake.Submit: conflict: draft 0193e4a0-7b1c-7000-8000-0123456789ab: version 4, wanted 5",
		"path":  "open /home/anna/keys/a.key: no such file",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Scrub(s)
			}
		})
	}
}

func FuzzScrub(f *testing.F) {
	f.Add("open /home/anna/Ковалёва.key: MP1234567")
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range Scrub(s) {
			if r >= 'А' && r <= 'я' {
				t.Errorf("%q keeps %q", s, r)
			}
		}
	})
}

func FuzzARuleIsTriedWhereverItFindsSomething(f *testing.F) {
	f.Add("open /home//a b.pdf: C:\\x /v1/changes")
	f.Add("a@b.c +375 29 1234567 MP1234567 ёж")
	f.Add("//data//run/work/")
	f.Fuzz(func(t *testing.T, s string) {
		seen := traitsOf(s)
		for _, r := range rules {
			if !r.may(seen) && r.what.MatchString(s) {
				t.Errorf("%s finds something in %q and is not tried", r.what, s)
			}
		}
	})
}
