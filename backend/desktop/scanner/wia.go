package scanner

import (
	"context"
	_ "embed"
	"encoding/base64"
	"encoding/binary"
	"os/exec"
	"strconv"
	"unicode/utf16"
)

// wiaScript asks Windows Image Acquisition: for its scanners without a device, for
// a page with one.
//
//go:embed wia.ps1
var wiaScript string

// WIA is Windows Image Acquisition, asked through PowerShell: it is a part of the
// system, and a driver that falls takes that program with it and not ours. A page
// never lies on the disk.
type WIA struct {
	path string // of PowerShell
	devices
}

var _ Driver = (*WIA)(nil)

// findWIA looks for the program of that name; nil if there is none.
func findWIA(name string) *WIA {
	path, err := exec.LookPath(name)
	if err != nil {
		return nil
	}
	return &WIA{path: path}
}

// Devices implements Driver.
func (w *WIA) Devices(ctx context.Context) ([]Device, error) {
	out, err := w.run(ctx, maxList, "", 0, false)
	if err != nil {
		return nil, err
	}
	return w.keep(listed(out)), nil
}

// Scan implements Driver.
func (w *WIA) Scan(ctx context.Context, device string, dpi int, grey bool) ([]byte, error) {
	if err := w.check(device, dpi); err != nil {
		return nil, err
	}
	page, err := w.run(ctx, maxPage, device, dpi, grey)
	if err != nil {
		return nil, err
	}
	return whole(page)
}

// run gives the script what it is asked for by variables, which nothing can break
// out of.
func (w *WIA) run(ctx context.Context, most int64, device string, dpi int, grey bool) ([]byte, error) {
	return run(ctx, most, func(ctx context.Context) *exec.Cmd {
		cmd := exec.CommandContext(ctx, w.path, "-NoProfile", "-NonInteractive", "-EncodedCommand", encoded(wiaScript))
		cmd.Env = append(cmd.Environ(), "AKNO_SCAN_DEVICE="+device, "AKNO_SCAN_DPI="+strconv.Itoa(dpi), "AKNO_SCAN_GREY="+strconv.FormatBool(grey))
		hide(cmd)
		return cmd
	})
}

// encoded is a script as -EncodedCommand takes it: base64 of UTF-16LE.
func encoded(script string) string {
	var wide []byte
	for _, unit := range utf16.Encode([]rune(script)) {
		wide = binary.LittleEndian.AppendUint16(wide, unit)
	}
	return base64.StdEncoding.EncodeToString(wide)
}
