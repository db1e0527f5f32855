package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// growth is how much more memory a long file may cost than a short one, in octets.
const growth = 32 << 20

// large is a folder with a long file, mostly a hole, and a short one.
type large struct {
	t    *testing.T
	dir  string
	size int64
}

func newLarge(t *testing.T, size int64) *large {
	t.Helper()
	l := &large{t, t.TempDir(), size}
	for name, n := range map[string]int64{"long": size, "short": 1000} {
		f, err := os.Create(l.at(name))
		if err != nil {
			t.Fatal(err)
		}
		// Something at both ends, so that nothing can be left out unseen.
		if _, err := f.WriteAt([]byte("begin"), 0); err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteAt([]byte("end"), n-3); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

func (l *large) at(name string) string { return filepath.Join(l.dir, name) }

// peak runs the program as a process of its own and returns the most memory that
// it held, in octets, and the time of the processor that it took. What wait says of
// memory counts the parent's too, so the kernel is asked while the process lives;
// the number only grows.
func (l *large) peak(args ...string) (most int64, took time.Duration) {
	l.t.Helper()
	var out bytes.Buffer
	cmd := exec.Command("aknoctl", args...)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		l.t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	status := fmt.Sprintf("/proc/%d/status", cmd.Process.Pid)
	for {
		if raw, err := os.ReadFile(status); err == nil {
			most = max(most, highWater(raw))
		}
		select {
		case <-tick.C:
		case err := <-done:
			if err != nil {
				l.t.Fatalf("%v: %v\n%s", args, err, out.String())
			}
			return most, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		}
	}
}

// highWater is the most resident memory that a process had, in octets.
func highWater(status []byte) (n int64) {
	_, after, _ := bytes.Cut(status, []byte("VmHWM:"))
	if _, err := fmt.Sscan(string(after), &n); err != nil {
		return 0
	}
	return n << 10
}

// compare does the same work with the short file and with the long one.
func (l *large) compare(work string, args func(name string) []string) {
	l.t.Helper()
	idle, _ := l.peak(args("short")...) // 0 if it was over before it was looked at, which is the harder measure
	used, took := l.peak(args("long")...)
	l.t.Logf("%-16s %6.1f MiB, %5.1f above idle, %6.1f s of processor, %4.0f MiB/s", work, float64(used)/(1<<20), float64(used-idle)/(1<<20), took.Seconds(), float64(l.size>>20)/took.Seconds())
	if used == 0 || used-idle > growth {
		l.t.Errorf("%s: %d octets of memory for the long file, %d for the short one", work, used, idle)
	}
}

func (l *large) sameFiles(a, b string) {
	l.t.Helper()
	var sums [2][]byte
	for i, name := range []string{a, b} {
		f, err := os.Open(l.at(name))
		if err != nil {
			l.t.Fatal(err)
		}
		h := sha256.New()
		if _, err := io.Copy(h, f); err != nil {
			l.t.Fatal(err)
		}
		f.Close()
		sums[i] = h.Sum(nil)
	}
	if !bytes.Equal(sums[0], sums[1]) {
		l.t.Errorf("%s and %s differ", a, b)
	}
}

// everything is all that is done with long files. What was used up is removed: the
// longest files would not fit side by side everywhere.
func (l *large) everything() {
	l.t.Helper()
	key := []string{"--key", peer("keys/g-fl1-plain.p8"), "--cert", peer("certs/g-fl1.cer"), "--chain", peer("certs/g-ruc.cer")}
	check := []string{"--trust", peer("certs/g-root.cer"), "--at", "2026-03-15T12:05:00Z"}
	with := func(more []string, args ...string) []string { return append(args, more...) }
	remove := func(names ...string) {
		for _, name := range names {
			if err := os.Remove(l.at(name)); err != nil {
				l.t.Fatal(err)
			}
		}
	}
	l.compare("sign detached", func(n string) []string { return with(key, "sign", l.at(n), "--out", l.at(n+".p7s")) })
	l.compare("verify detached", func(n string) []string {
		return with(check, "verify", l.at(n+".p7s"), "--content", l.at(n))
	})
	l.compare("sign attached", func(n string) []string {
		return with(key, "sign", l.at(n), "--attached", "--out", l.at(n+".p7m"))
	})
	l.compare("verify attached", func(n string) []string { return with(check, "verify", l.at(n+".p7m")) })
	remove("long.p7m")
	l.compare("encrypt", func(n string) []string {
		return []string{"encrypt", l.at(n), "--to", peer("certs/g-fl1.cer"), "--out", l.at(n + ".env")}
	})
	l.compare("decrypt", func(n string) []string {
		return []string{"decrypt", l.at(n + ".env"), "--key", peer("keys/g-fl1-plain.p8"), "--out", l.at(n + ".copy")}
	})
	l.sameFiles("long", "long.copy")
	remove("long.env", "long.copy")
	l.compare("sign asic", func(n string) []string {
		return with(key, "sign", l.at(n), peer("cms/order.txt"), "--asic", "--out", l.at(n+".asice"))
	})
	l.compare("add to asic", func(n string) []string { return with(key, "sign", "--asic", "--out", l.at(n+".asice")) })
	l.compare("verify asic", func(n string) []string { return with(check, "verify", l.at(n+".asice")) })
}

func TestLongFilesCostNoMemory(t *testing.T) { newLarge(t, 64<<20).everything() }

// TestAnInterruptionLeavesNoFile interrupts each long work while its result grows.
func TestAnInterruptionLeavesNoFile(t *testing.T) {
	l := newLarge(t, 4<<30)
	key := []string{"--key", peer("keys/g-fl1-plain.p8"), "--cert", peer("certs/g-fl1.cer")}
	for work, args := range map[string][]string{
		"sign attached": append([]string{"sign", l.at("long"), "--attached", "--json"}, key...),
		"sign asic":     append([]string{"sign", l.at("long"), "--asic", "--json"}, key...),
		"encrypt":       {"encrypt", l.at("long"), "--to", peer("certs/g-fl1.cer"), "--json"},
	} {
		folder := t.TempDir()
		target := filepath.Join(folder, "result")
		cmd := exec.Command("aknoctl", append(args, "--out", target)...)
		var out, diagnostics bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &diagnostics
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		waitForGrowth(t, folder)
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // the status is looked at
		said := out.String() + diagnostics.String()
		if got := cmd.ProcessState.ExitCode(); got != exitUsage || !bytes.Contains([]byte(said), []byte("interrupted")) {
			t.Errorf("%s: exit status %d\n%s", work, got, said)
		}
		if out.Len() > 0 && !json.Valid(out.Bytes()) {
			t.Errorf("%s: %s", work, out.String())
		}
		if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
			t.Errorf("%s: left behind %v, %v", work, left, err)
		}
	}
}

// waitForGrowth waits until a file of a folder has a mebibyte.
func waitForGrowth(t *testing.T, folder string) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	deadline := time.After(time.Minute)
	for {
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if info, err := e.Info(); err == nil && info.Size() > 1<<20 {
				return
			}
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("nothing is written")
		}
	}
}
