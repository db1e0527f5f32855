package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// turnsOf writes n turns in which the peer needs times what we need, and we need ofGo of what Go does.
func turnsOf(t *testing.T, n int, times, ofGo func(name string, turn int) float64, peer bool) string {
	t.Helper()
	dir := t.TempDir()
	for i := range n {
		own, other := []figure{{Name: "bash384", Nanos: 100}, {Name: "bash512", Nanos: 100}}, []figure{}
		for _, b := range bars() {
			own = append(own, figure{Name: b.name, Nanos: 100, Ratio: ofGo(b.name, i)})
			other = append(other, figure{Name: b.name, Nanos: 100 * times(b.name, i)})
		}
		files := map[string][]figure{"own": own}
		if peer {
			files["peer"] = other
			files["vector"] = []figure{{Name: "bash256", Nanos: 110}, {Name: "bash384", Nanos: 110}, {Name: "bash512", Nanos: 110}}
		}
		for name, list := range files {
			raw, err := json.Marshal(map[string]any{"results": list})
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name+"-"+strconv.Itoa(i)+".json"), raw, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

func all(v float64) func(string, int) float64 { return func(string, int) float64 { return v } }

func TestBarsHoldByTheMedianOfTheTurns(t *testing.T) {
	var out strings.Builder
	oneBadTurn := func(_ string, turn int) float64 {
		if turn == 1 {
			return 0.1
		}
		return 9
	}
	if err := run(&out, turnsOf(t, 3, oneBadTurn, all(0.5), true)); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
	if !strings.Contains(out.String(), "bign 256v1 verify") || strings.Contains(out.String(), "FAILS") {
		t.Error(out.String())
	}
}

func TestEveryBarThatDoesNotHoldIsNamed(t *testing.T) {
	for _, b := range bars() {
		var out strings.Builder
		slow := func(name string, _ int) float64 {
			if name == b.name {
				return b.timesPeer - 0.01
			}
			return 9
		}
		err := run(&out, turnsOf(t, 3, slow, all(0.5), true))
		if !errors.Is(err, errBar) || strings.Count(out.String(), "FAILS") != 1 {
			t.Errorf("%s: %v\n%s", b.name, err, out.String())
		}
	}
	var out strings.Builder
	if err := run(&out, turnsOf(t, 3, all(9), all(0.75), true)); !errors.Is(err, errBar) ||
		strings.Count(out.String(), "FAILS") != 1 {
		t.Errorf("verify at 0.75 of Go's: %v\n%s", err, out.String())
	}
}

func TestTheVectorBuildIsABarOfItsOwn(t *testing.T) {
	dir := turnsOf(t, 1, all(9), all(0.5), true)
	slow := `{"results":[{"name":"bash256","ns":110},{"name":"bash384","ns":99},{"name":"bash512","ns":110}]}`
	if err := os.WriteFile(filepath.Join(dir, "vector-0.json"), []byte(slow), 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := run(&out, dir); !errors.Is(err, errBar) || strings.Count(out.String(), "FAILS") != 1 {
		t.Errorf("%v\n%s", err, out.String())
	}
}

func TestWithoutThePeerOnlyGoIsAYardstick(t *testing.T) {
	var out strings.Builder
	if err := run(&out, turnsOf(t, 3, all(0), all(0.5), false)); err != nil {
		t.Error(err)
	}
	if err := run(&out, turnsOf(t, 3, all(0), all(0.9), false)); !errors.Is(err, errBar) {
		t.Error(err)
	}
}

func TestWhatWasNotMeasuredDoesNotPass(t *testing.T) {
	dir := turnsOf(t, 2, all(9), all(0.5), true)
	raw, err := os.ReadFile(filepath.Join(dir, "own-1.json"))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"renamed":  strings.Replace(string(raw), `"bash256"`, `"bash"`, 1),
		"not JSON": "?",
	} {
		if err := os.WriteFile(filepath.Join(dir, "own-1.json"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := run(&strings.Builder{}, dir); err == nil || errors.Is(err, errBar) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, list := range map[string]string{"vector": `{"results":[]}`, "peer": `{"results":[]}`} {
		dir := turnsOf(t, 1, all(9), all(0.5), true)
		if err := os.WriteFile(filepath.Join(dir, name+"-0.json"), []byte(list), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := run(&strings.Builder{}, dir); err == nil || errors.Is(err, errBar) {
			t.Errorf("nothing of %s: %v", name, err)
		}
	}
	if err := os.Remove(filepath.Join(dir, "own-1.json")); err != nil {
		t.Fatal(err)
	}
	if err := run(&strings.Builder{}, dir); err == nil || errors.Is(err, errBar) {
		t.Errorf("a turn without its pair: %v", err)
	}
	if err := run(&strings.Builder{}, t.TempDir()); err == nil {
		t.Error("an empty folder passes")
	}
}
