package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A server is a program that is started over a copy of its prepared data.
type server struct {
	name, program, dir string
	addr               string
	args               func(addr, data string) []string
	health             string

	cmd    *exec.Cmd
	client *client
}

func (s *server) base() *server    { return s }
func (s *server) data() string     { return filepath.Join(s.dir, "data") }
func (s *server) prepared() string { return filepath.Join(s.dir, "prepared") }

// start runs the program and waits until it takes work.
func (s *server) start(ctx context.Context) error {
	if _, err := os.Stat(s.prepared()); err == nil {
		if err := errors.Join(os.RemoveAll(s.data()), os.CopyFS(s.data(), os.DirFS(s.prepared()))); err != nil {
			return err
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.addr = l.Addr().String()
	if err := l.Close(); err != nil {
		return err
	}
	out, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	s.cmd = exec.Command(s.program, s.args(s.addr, s.data())...)
	s.cmd.Stdout, s.cmd.Stderr = out, out
	s.client = &client{addr: s.addr}
	if err := s.cmd.Start(); err != nil {
		return err
	}
	for range 3000 {
		if _, err := s.call(ctx, "GET", s.health, "", "", nil); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
	return errors.New("it never took work")
}

// stop ends the program in order.
func (s *server) stop() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	force := time.AfterFunc(20*time.Second, func() { _ = s.cmd.Process.Kill() })
	_ = s.cmd.Wait()
	force.Stop()
	s.client.close()
	s.cmd = nil
}

// settle keeps the data as those that every round begins with.
func (s *server) settle() error {
	s.stop()
	return os.Rename(s.data(), s.prepared())
}

// tail is the end of the program's log.
func (s *server) tail() string {
	raw, err := os.ReadFile(filepath.Join(s.dir, "log"))
	if err != nil {
		return ""
	}
	return string(raw[max(0, len(raw)-2000):])
}

// call sends a request and returns the body of a good answer.
func (s *server) call(ctx context.Context, method, path, token, kind string, body []byte) ([]byte, error) {
	status, raw, err := s.client.do(ctx, method, path, token, kind, body)
	if err == nil && status/100 != 2 {
		err = fmt.Errorf("%s %s: %d: %.300s", method, path, status, raw)
	}
	return raw, err
}

// cpu is the processor time that the program has used, in steps of 10 ms.
func (s *server) cpu() (time.Duration, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	return cpuOf(string(raw))
}

// cpuOf adds the fields 14 and 15 of /proc/PID/stat; the name in field 2 may hold
// blanks and brackets.
func cpuOf(stat string) (time.Duration, error) {
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	if len(fields) < 13 {
		return 0, errors.New("not a line of /proc/PID/stat")
	}
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond, errors.Join(err1, err2)
}
