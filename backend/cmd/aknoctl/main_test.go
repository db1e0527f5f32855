package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"akno/backend/internal/clock"

	"github.com/rogpeppe/go-internal/testscript"
)

const stbData = "../../stb/testdata"

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"aknoctl": main})
}

func TestScripts(t *testing.T) {
	data, err := filepath.Abs(stbData)
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("DATA", data)
			e.Setenv("EXAMPLES", filepath.Join(data, "../../akno/form/testdata/examples"))
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"status": checkStatus, "id": onlyDraft},
	})
}

// onlyDraft sets ID to the only draft of a profile.
func onlyDraft(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: id PROFILE")
	}
	var out, diagnostics bytes.Buffer
	e := &env{in: strings.NewReader(""), out: &out, err: &diagnostics, now: clock.System}
	status := run([]string{"draft", "list", "--json", "--profile-dir", args[0]}, e)
	var list struct{ Drafts []shownDraft }
	if err := json.Unmarshal(out.Bytes(), &list); err != nil || status != exitYes || len(list.Drafts) != 1 {
		ts.Fatalf("exit status %d, %v: %s%s", status, err, out.String(), diagnostics.String())
	}
	ts.Setenv("ID", list.Drafts[0].ID)
}

// checkStatus runs aknoctl with the arguments after the first and compares its exit status with the first.
func checkStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: status N ARGUMENT…")
	}
	var out, diagnostics bytes.Buffer
	for i, a := range args {
		if i > 0 && strings.HasPrefix(a, "@") {
			args[i] = ts.MkAbs(a[1:])
		}
	}
	e := &env{in: strings.NewReader(""), out: &out, err: &diagnostics, now: clock.System}
	status := run(args[1:], e)
	ts.Logf("%s%s", out.String(), diagnostics.String())
	if want := int(args[0][0] - '0'); status != want {
		ts.Fatalf("exit status %d, want %d", status, want)
	}
}

// lines runs vectors on a file and returns its answers.
func lines(t *testing.T, file string) []result {
	t.Helper()
	var out, diagnostics bytes.Buffer
	e := &env{in: strings.NewReader(""), out: &out, err: &diagnostics, now: clock.System}
	if status := run([]string{"vectors", file}, e); status != exitYes {
		t.Fatalf("exit status %d: %s", status, diagnostics.String())
	}
	var list []result
	for decoder := json.NewDecoder(&out); decoder.More(); {
		var r result
		if err := decoder.Decode(&r); err != nil {
			t.Fatal(err)
		}
		if r.I != len(list) {
			t.Fatalf("line %d answers entry %d", len(list), r.I)
		}
		list = append(list, r)
	}
	return list
}

func TestVectorsOfTheStandardsAreComputed(t *testing.T) {
	for _, file := range []string{"stb_vectors.json", "pki-dev/keys/bels_vectors.json"} {
		checkVectors(t, file)
	}
}

// The standards print vectors for the longest keys of belt and the shortest of bign only.
func TestVectorsOfAnotherImplementationAreComputed(t *testing.T) {
	checkVectors(t, "bee2_vectors.json")
}

// vector is an entry of a file with what should be computed.
type vector struct {
	Algorithm       string
	Inputs, Outputs map[string]any
	Result          string
}

// checkVectors computes every entry of a file and compares.
func checkVectors(t *testing.T, file string) {
	t.Helper()
	file = filepath.Join(stbData, filepath.FromSlash(file))
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var want struct{ Vectors []vector }
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	got := lines(t, file)
	if len(got) != len(want.Vectors) || len(got) == 0 {
		t.Fatalf("%d answers to %d entries", len(got), len(want.Vectors))
	}
	for i, v := range want.Vectors {
		switch r := got[i]; {
		case len(v.Inputs) == 0:
			// A transcript of key agreement: nothing can be computed of nothing.
			if !strings.HasPrefix(v.Algorithm, "bake-") || !r.Unsupported {
				t.Errorf("%d %s: %+v", i, v.Algorithm, r)
			}
		case v.Result != "":
			if r.Result != v.Result {
				t.Errorf("%d %s: %+v, want %s", i, v.Algorithm, r, v.Result)
			}
		case strings.HasSuffix(v.Algorithm, "-verify"):
			if r.Result != "valid" {
				t.Errorf("%d %s: %+v", i, v.Algorithm, r)
			}
		default:
			compare(t, i, v.Algorithm, r, v.Outputs)
		}
	}
}

// compare checks the answer to one entry.
func compare(t *testing.T, i int, algorithm string, r result, want map[string]any) {
	t.Helper()
	if r.Algorithm != algorithm || len(r.Outputs) == 0 {
		t.Errorf("%d %s: %+v", i, algorithm, r)
	}
	for name, value := range want {
		if got, ok := r.Outputs[name]; !ok || !reflect.DeepEqual(got, value) {
			t.Errorf("%d %s: %s is %v, want %v", i, algorithm, name, got, value)
		}
	}
}

func TestSpeedMeasuresWhatIsAsked(t *testing.T) {
	var out, diagnostics bytes.Buffer
	e := &env{in: strings.NewReader(""), out: &out, err: &diagnostics, now: clock.Fixed(time.Unix(0, 0))}
	if status := run([]string{"speed", "bash256", "--json", "--rounds", "1"}, e); status != exitYes {
		t.Fatalf("exit status %d: %s", status, diagnostics.String())
	}
	var r report
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Results) != 2 || r.Results[0].Name != "go sha256" || r.Results[1].Name != "bash256" {
		t.Fatalf("%+v", r)
	}
}
