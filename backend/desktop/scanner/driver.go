package scanner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"sync"

	"akno/backend/akno"
	"akno/backend/desktop/attach"
)

// A Driver is the system's way to its scanners.
type Driver interface {
	// Devices asks which scanners are there. It takes seconds: the network is
	// asked too.
	Devices(ctx context.Context) ([]Device, error)
	// Scan scans one page and returns it as PNG. The device is one that Devices
	// found. The codes of its errors: not_found for another device, unavailable
	// if the scanner does not work now, too_large, bad_file for a page that is
	// not whole.
	Scan(ctx context.Context, device string, dpi int, grey bool) ([]byte, error)
}

// DPI are the resolutions that are offered, in dots an inch. Letters of a
// document are read well at the first.
func DPI() []int { return []int{200, 300, 400} }

const (
	maxDevices = 20
	maxList    = 64 << 10 // octets of a list of devices
	maxPage    = attach.MaxBytes
)

// A Device is a scanner as the system names it.
type Device struct {
	Name  string // such as "genesys:libusb:001:004"
	Label string // maker and model
}

// devices are those that were found last: no other name goes to a program.
type devices struct {
	foundMu sync.Mutex // guards found
	found   []Device
}

// keep takes over what was found.
func (d *devices) keep(list []Device) []Device {
	d.foundMu.Lock()
	defer d.foundMu.Unlock()
	d.found = list
	return slices.Clone(list)
}

// check refuses a device that was not found and dots that are not offered.
func (d *devices) check(device string, dpi int) error {
	const op = "scanner.Scan"
	d.foundMu.Lock()
	known := slices.ContainsFunc(d.found, func(one Device) bool { return one.Name == device })
	d.foundMu.Unlock()
	if !known {
		return &akno.Error{Code: akno.NotFound, Op: op}
	}
	if !slices.Contains(DPI(), dpi) {
		return &akno.Error{Code: akno.Invalid, Op: op, Fields: map[string]string{"dpi": "word"}}
	}
	return nil
}

// whole refuses what is not a page.
func whole(page []byte) ([]byte, error) {
	if kind, err := attach.Inspect(bytes.NewReader(page), int64(len(page))); err != nil || kind != attach.PNG {
		return nil, &akno.Error{Code: akno.BadFile, Op: "scanner.Scan", Err: err}
	}
	return page, nil
}

// run runs the program that make gives and returns what it prints, most octets of
// it. What it complains of names the device only and goes with the error.
func run(ctx context.Context, most int64, make func(ctx context.Context) *exec.Cmd) ([]byte, error) {
	const op = "scanner.run"
	ctx, stop := context.WithCancel(ctx)
	defer stop() // ends a program that prints more than it may
	cmd := make(ctx)
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
