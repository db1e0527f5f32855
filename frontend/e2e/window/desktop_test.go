//go:build window

package window

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// ready is what portald demo writes once it listens.
type ready struct {
	Portal string `json:"portal"`
	Trust  string `json:"trust"`
	Keys   string `json:"keys"`
	Mail   string `json:"mail"`
	ERIP   string `json:"erip"`
	RA     string `json:"ra"`
}

// demo starts the demo portal on fresh data, for the time of the test.
func demo(t *testing.T) ready {
	t.Helper()
	data := t.TempDir()
	file := filepath.Join(data, "ready.json")
	_, log := start(t, nil, binary(t, "portald"), "demo", "--data", data, "--addr", fmt.Sprintf("127.0.0.1:%d", freePort(t)), "--ready-file", file)
	var r ready
	wait(t, "the demo portal", func() bool {
		b, err := os.ReadFile(file)
		return err == nil && json.Unmarshal(b, &r) == nil
	})
	if r.Portal == "" {
		t.Fatalf("the demo portal does not say where it is:\n%s", log)
	}
	return r
}

// env tells the program of the portal.
func (r ready) env(keys string) []string {
	return []string{"AKNO_PORTAL_URL=" + r.Portal, "AKNO_TRUST_DIR=" + r.Trust, "AKNO_KEYS_DIR=" + keys}
}

// choose picks the file path in the native dialog that the program has opened
// or is about to open. The path is typed, so it must be in Latin letters: the
// keyboard of a test loses others under load.
func choose(t *testing.T, path string) {
	t.Helper()
	var dialog string
	wait(t, "the file dialog", func() bool {
		out, err := exec.Command("xdotool", "search", "--onlyvisible", "--class", "akno").Output()
		ids := strings.Fields(string(out))
		if err != nil || len(ids) < 2 {
			return false
		}
		focused, err := exec.Command("xdotool", "getwindowfocus").Output()
		dialog = strings.TrimSpace(string(focused))
		kind, _ := exec.Command("xprop", "-id", dialog, "_NET_WM_WINDOW_TYPE").Output()
		return err == nil && strings.Contains(string(kind), "DIALOG")
	})
	keyboard(t, "key", "--clearmodifiers", "ctrl+l")
	keyboard(t, "key", "--clearmodifiers", "ctrl+a")
	keyboard(t, "type", "--delay", "5", path)
	looks := 0
	wait(t, "the end of the file dialog", func() bool {
		focused, err := exec.Command("xdotool", "getwindowfocus").Output()
		if err != nil || strings.TrimSpace(string(focused)) != dialog {
			return true
		}
		if looks%10 == 0 { // the list of completions may take the first one
			keyboard(t, "key", "--clearmodifiers", "Return")
		}
		looks++
		return false
	})
}

func keyboard(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("xdotool", args...).CombinedOutput(); err != nil {
		t.Fatalf("xdotool %v: %v %s", args, err, out)
	}
}
