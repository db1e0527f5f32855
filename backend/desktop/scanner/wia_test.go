//go:build unix

package scanner

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"akno/backend/akno"
)

func TestWIAIsAskedByVariablesAndReadAsOctets(t *testing.T) {
	dir := t.TempDir()
	want := page(t)
	if err := os.WriteFile(filepath.Join(dir, "page.png"), want, 0o600); err != nil {
		t.Fatal(err)
	}
	// A shell in the place of PowerShell: it keeps what it was asked for and answers.
	const shell = `#!/bin/sh
printf '%s\n' "$@" > "$AKNO_DIR/args"
printf '%s|%s|%s' "$AKNO_SCAN_DEVICE" "$AKNO_SCAN_DPI" "$AKNO_SCAN_GREY" > "$AKNO_DIR/asked"
case "$AKNO_SCAN_DEVICE" in
'') printf '{6BDD1FC6-810F-11D0-BEC7-08002BE2092F}\\0000\tCanon; LiDE 300 & "прочее"\r\n{6BDD}\\0001\t\n';;
*0000) cat "$AKNO_DIR/page.png";;
*) echo "the scanner is off" >&2; exit 1;;
esac
`
	path := filepath.Join(dir, "powershell")
	if err := os.WriteFile(path, []byte(shell), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AKNO_DIR", dir)
	w := findWIA(path)
	if w == nil {
		t.Fatal("the program is not found")
	}
	list, err := w.Devices(t.Context())
	if err != nil || len(list) != 2 || list[0] != (Device{`{6BDD1FC6-810F-11D0-BEC7-08002BE2092F}\0000`, `Canon; LiDE 300 & "прочее"`}) || list[1].Label != "" {
		t.Fatalf("%+v %v", list, err)
	}
	got, err := w.Scan(t.Context(), list[0].Name, 300, true)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d octets, %v", len(got), err)
	}
	asked, err := os.ReadFile(filepath.Join(dir, "asked"))
	if err != nil || string(asked) != list[0].Name+"|300|true" {
		t.Errorf("%q %v", asked, err)
	}
	args, err := os.ReadFile(filepath.Join(dir, "args"))
	if err != nil || strings.Contains(string(args), "6BDD") {
		t.Errorf("the device went by the command line: %q %v", args, err)
	}
	lines := strings.Fields(string(args))
	script, err := base64.StdEncoding.DecodeString(lines[len(lines)-1])
	if err != nil || len(script) != 2*len(wiaScript) || script[0] != wiaScript[0] || script[1] != 0 {
		t.Errorf("the script does not arrive as UTF-16: %d octets, %v", len(script), err)
	}
	if _, err := w.Scan(t.Context(), list[1].Name, 300, true); akno.CodeOf(err) != akno.Unavailable {
		t.Errorf("a scanner that is off: %v", err)
	}
	if _, err := w.Scan(t.Context(), `"; rm -rf ~`, 300, true); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("a device that was not found: %v", err)
	}
}

func TestTheScriptOfWIAIsPlain(t *testing.T) {
	for i := range len(wiaScript) {
		if wiaScript[i] > 0x7e {
			t.Fatalf("octet %d is %#x", i, wiaScript[i])
		}
	}
}
