// Package scanner brings papers from a scanner: through the program scanimage of
// SANE where it is installed, and through a folder that any scanner can save
// into. A scanner is driven by the system's own program, so no driver runs
// inside of ours. Files of the folder are offered and never taken, moved or
// changed.
package scanner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"

	"akno/backend/akno"
	"akno/backend/desktop/attach"
)

// DPI are the resolutions that are offered, in dots an inch. Letters of a
// document are read well at the first.
func DPI() []int { return []int{200, 300, 400} }

const (
	program    = "scanimage"
	maxDevices = 20
	maxList    = 64 << 10 // octets of a list of devices
)

// A Device is a scanner as SANE names it.
type Device struct {
	Name  string // such as "genesys:libusb:001:004"
	Label string // maker and model
}

// SANE is the installed scanning program.
type SANE struct {
	path string

	foundMu sync.Mutex // guards found
	found   []Device
}

// Find looks for the program on the path; nil if there is none.
func Find() *SANE {
	path, err := exec.LookPath(program)
	if err != nil {
		return nil
	}
	return &SANE{path: path}
}

// Devices asks which scanners are there. It takes seconds: the program asks the
// network too.
func (s *SANE) Devices(ctx context.Context) ([]Device, error) {
	out, err := s.run(ctx, maxList, "--formatted-device-list=%d\t%v %m%n")
	if err != nil {
		return nil, err
	}
	list := []Device{}
	for line := range strings.Lines(string(out)) {
		name, label, ok := strings.Cut(strings.TrimSpace(strings.ToValidUTF8(line, "?")), "\t")
		if ok && name != "" && len(list) < maxDevices {
			list = append(list, Device{name, strings.TrimSpace(label)})
		}
	}
	s.foundMu.Lock()
	defer s.foundMu.Unlock()
	s.found = list
	return slices.Clone(list), nil
}

// Scan scans one page and returns it as PNG. The device is one that Devices
// found. The codes of its errors: not_found for another device, unavailable if
// the scanner does not work now, too_large, bad_file for a page that is not
// whole.
func (s *SANE) Scan(ctx context.Context, device string, dpi int, grey bool) ([]byte, error) {
	const op = "scanner.Scan"
	s.foundMu.Lock()
	known := slices.ContainsFunc(s.found, func(d Device) bool { return d.Name == device })
	s.foundMu.Unlock()
	if !known {
		return nil, &akno.Error{Code: akno.NotFound, Op: op}
	}
	if !slices.Contains(DPI(), dpi) {
		return nil, &akno.Error{Code: akno.Invalid, Op: op, Fields: map[string]string{"dpi": "word"}}
	}
	mode := "Color"
	if grey {
		mode = "Gray"
	}
	page, err := s.run(ctx, attach.MaxBytes, "--device-name="+device, "--format=png", "--mode="+mode, "--resolution="+strconv.Itoa(dpi))
	if err != nil {
		return nil, err
	}
	if kind, err := attach.Inspect(bytes.NewReader(page), int64(len(page))); err != nil || kind != attach.PNG {
		return nil, &akno.Error{Code: akno.BadFile, Op: op, Err: err}
	}
	return page, nil
}

// run runs the program and returns what it prints, most octets of it. What it
// complains of names the device only and goes with the error.
func (s *SANE) run(ctx context.Context, most int64, args ...string) ([]byte, error) {
	const op = "scanner.run"
	ctx, stop := context.WithCancel(ctx)
	defer stop() // ends a program that prints more than it may
	cmd := exec.CommandContext(ctx, s.path, args...)
	var said bytes.Buffer
	cmd.Stderr = &limited{&said, 4096}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, &akno.Error{Code: akno.Unavailable, Op: op, Err: err}
	}
	octets, err := io.ReadAll(io.LimitReader(out, most+1))
	large := int64(len(octets)) > most
	if large {
		stop()
	}
	waited := cmd.Wait()
	switch {
	case large:
		return nil, &akno.Error{Code: akno.TooLarge, Op: op}
	case errors.Join(err, waited) != nil:
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, &akno.Error{Code: akno.Unavailable, Op: op, Err: fmt.Errorf("%w: %.200q", errors.Join(err, waited), said.String())}
	}
	return octets, nil
}

// limited keeps the first octets and swallows the rest.
type limited struct {
	w    io.Writer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	l.left -= n
	if _, err := l.w.Write(p[:n]); err != nil {
		return 0, err
	}
	return len(p), nil
}
