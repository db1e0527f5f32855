package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"akno/backend/internal/clock"
	"akno/backend/stb/pki"
)

const exampleFiles = "../../akno/form/testdata/examples/*.json"

// filling is the day on which the examples are filled.
const filling = "2026-11-21T12:00:00Z"

func TestTheBundledFormsAndTheirExamplesAreRight(t *testing.T) {
	files, err := filepath.Glob(exampleFiles)
	if err != nil || len(files) == 0 {
		t.Fatalf("%d examples, %v", len(files), err)
	}
	args := []string{"form", "check", "--at", filling}
	for _, f := range files {
		args = append(args, "--example", f)
	}
	status, answer := ask(t, args...)
	if status != exitYes || answer["valid"] != true {
		t.Fatalf("exit status %d: %v", status, answer)
	}
	examples := 0
	for _, f := range answer["forms"].([]any) {
		examples += int(f.(map[string]any)["examples"].(float64))
	}
	if examples != len(files) {
		t.Errorf("%d examples were checked of %d", examples, len(files))
	}
}

// What goes on standard input is read once, and may be asked for by several hash algorithms.
func TestADocumentOnStandardInputHasEveryHashValue(t *testing.T) {
	document := strings.Repeat("заявление", 100_000)
	e := &env{in: strings.NewReader(document), out: &bytes.Buffer{}, err: &bytes.Buffer{}, now: clock.System}
	content := e.content(t.Context(), "-")
	for _, h := range []*pki.HashAlgorithm{pki.Bash384, pki.BeltHash, pki.Bash512, pki.Bash256, pki.Bash384} {
		sum, err := content.Digest(h)
		if err != nil || !bytes.Equal(sum, h.Sum([]byte(document))) {
			t.Errorf("%s: %x, %v", h.Name, sum, err)
		}
	}
	if _, err := e.read("-"); err == nil {
		t.Error("standard input is read twice")
	}
}

// A file of any length is refused with little memory: one that is too long, and one that
// is neither DER nor PEM.
func TestAWrongFileIsNotHeld(t *testing.T) {
	name := filepath.Join(t.TempDir(), "zeros")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		size   int64
		args   []string
		status int
	}{
		{maxInput + 1, []string{"cert", "show", name}, exitUsage},
		{maxInput / 4, []string{"decrypt", name, "--key", stbData + "/pki-dev/keys/g-fl1-plain.p8", "--out", name + ".out"}, exitNo},
	} {
		if err := os.Truncate(name, c.size); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		e := &env{in: strings.NewReader(""), out: &bytes.Buffer{}, err: &bytes.Buffer{}, now: clock.System}
		status := run(c.args, e)
		runtime.ReadMemStats(&after)
		if held := after.TotalAlloc - before.TotalAlloc; status != c.status || held > 16<<20 {
			t.Errorf("%v: exit status %d, %d octets", c.args[0], status, held)
		}
	}
}

func TestAFileOfCasesIsAnsweredLikeEachCase(t *testing.T) {
	files, err := filepath.Glob(exampleFiles)
	if err != nil {
		t.Fatal(err)
	}
	var cases, want bytes.Buffer
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Compact(&cases, raw); err != nil {
			t.Fatal(err)
		}
		cases.WriteByte('\n')
		var head struct{ Form string }
		if err := json.Unmarshal(raw, &head); err != nil {
			t.Fatal(err)
		}
		e := &env{in: strings.NewReader(""), out: &want, err: &bytes.Buffer{}, now: clock.System}
		if status := run([]string{"form", "fill", "--form", head.Form, "--answers", name, "--at", filling, "--json"}, e); status != exitYes {
			t.Errorf("%s: exit status %d", name, status)
		}
	}
	var got bytes.Buffer
	e := &env{in: &cases, out: &got, err: &bytes.Buffer{}, now: clock.System}
	if status := run([]string{"form", "fill", "--cases", "-", "--at", filling}, e); status != exitYes {
		t.Errorf("exit status %d", status)
	}
	lines, each := strings.Split(got.String(), "\n"), strings.Split(want.String(), "\n")
	if len(lines) != len(each) || len(lines) != len(files)+1 {
		t.Fatalf("%d lines for %d cases", len(lines), len(files))
	}
	for i, line := range lines[:len(files)] {
		head, rest, _ := strings.Cut(line, ",")
		if rest != strings.TrimPrefix(each[i], "{") || !strings.HasPrefix(head, `{"i":`) {
			t.Errorf("case %d: %s, alone %s", i, line, each[i])
		}
	}
}
