// Package scanner brings papers from a scanner: by the system's own program,
// scanimage of SANE or PowerShell with WIA, and through a folder that any scanner
// can save into. No driver runs inside of ours. Files of the folder are offered
// and never taken, moved or changed.
package scanner

import (
	"context"
	"os/exec"
	"strconv"
	"strings"
)

const program = "scanimage"

// SANE is the installed scanning program of SANE.
type SANE struct {
	path string
	devices
}

var _ Driver = (*SANE)(nil)

// findSANE looks for the program on the path; nil if there is none.
func findSANE() *SANE {
	path, err := exec.LookPath(program)
	if err != nil {
		return nil
	}
	return &SANE{path: path}
}

// Devices implements Driver.
func (s *SANE) Devices(ctx context.Context) ([]Device, error) {
	out, err := s.run(ctx, maxList, "--formatted-device-list=%d\t%v %m%n")
	if err != nil {
		return nil, err
	}
	return s.keep(listed(out)), nil
}

// listed reads lines of a name, a tab and a label.
func listed(out []byte) []Device {
	list := []Device{}
	for line := range strings.Lines(string(out)) {
		name, label, ok := strings.Cut(strings.ToValidUTF8(line, "?"), "\t")
		if name = strings.TrimSpace(name); ok && name != "" && len(list) < maxDevices {
			list = append(list, Device{name, strings.TrimSpace(label)})
		}
	}
	return list
}

// Scan implements Driver.
func (s *SANE) Scan(ctx context.Context, device string, dpi int, grey bool) ([]byte, error) {
	if err := s.check(device, dpi); err != nil {
		return nil, err
	}
	mode := "Color"
	if grey {
		mode = "Gray"
	}
	page, err := s.run(ctx, maxPage, "--device-name="+device, "--format=png", "--mode="+mode, "--resolution="+strconv.Itoa(dpi))
	if err != nil {
		return nil, err
	}
	return whole(page)
}

func (s *SANE) run(ctx context.Context, most int64, args ...string) ([]byte, error) {
	return run(ctx, most, func(ctx context.Context) *exec.Cmd { return exec.CommandContext(ctx, s.path, args...) })
}
