package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"akno/backend/internal/clock"
	"akno/backend/stb/cms"
)

func TestAMeterTellsHowFarAReadingIs(t *testing.T) {
	var out bytes.Buffer
	now := time.Unix(0, 0)
	m := &meter{w: &out, now: func() time.Time { return now }, name: "film", total: 16 << 20, shown: now}
	r := watched{cms.Metered(io.NopCloser(bytes.NewReader(make([]byte, 16<<20))), m.add), m}
	buf := make([]byte, 4<<20)
	for range 4 {
		if _, err := io.ReadFull(r, buf); err != nil {
			t.Fatal(err)
		}
		now = now.Add(150 * time.Millisecond)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != "\r\x1b[Kfilm: 75 %, 12 of 16 MiB\r\x1b[K" {
		t.Errorf("%q", got)
	}
}

func TestNothingIsShownWhereNobodyLooks(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "errors"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for name, w := range map[string]io.Writer{"a buffer": &bytes.Buffer{}, "a file": f} {
		e := &env{err: w, now: clock.System}
		m := e.newMeter("film", 1<<30)
		m.add(1 << 29)
		m.end()
		if m != nil {
			t.Errorf("%s has a meter", name)
		}
	}
}

// TestACancelledCommandIsNoVerdict runs commands whose context has ended.
func TestACancelledCommandIsNoVerdict(t *testing.T) {
	s := newSuite(t)
	s.sign(exitYes, "b-b", "--attached")
	s.run(exitYes, "encrypt", s.at("doc.txt"), "--to", s.at("key.cer"), "--out", s.at("doc.p7m"))
	s.run(exitYes, "sign", s.at("doc.txt"), "--asic", "--out", s.at("doc.asice"), "--key", s.at("key"), "--password-file", s.at("password"), "--cert", s.at("key.cer"))
	key := []string{"--key", s.at("key"), "--password-file", s.at("password")}
	before, err := os.ReadDir(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"verify", s.at("doc.p7s"), "--content", s.at("doc.txt"), "--trust", s.at("root.cer")},
		{"verify", s.at("doc.asice"), "--trust", s.at("root.cer")},
		append([]string{"sign", s.at("doc.txt"), "--cert", s.at("key.cer"), "--out", s.at("new")}, key...),
		append([]string{"sign", s.at("doc.txt"), "--attached", "--cert", s.at("key.cer"), "--out", s.at("new")}, key...),
		append([]string{"sign", s.at("doc.txt"), "--asic", "--cert", s.at("key.cer"), "--out", s.at("new")}, key...),
		append([]string{"sign", "--asic", "--cert", s.at("key.cer"), "--out", s.at("doc.asice")}, key...),
		{"encrypt", s.at("doc.txt"), "--to", s.at("key.cer"), "--out", s.at("new")},
		append([]string{"decrypt", s.at("doc.p7m"), "--out", s.at("new")}, key...),
	} {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		var out, diagnostics bytes.Buffer
		e := &env{in: strings.NewReader(""), out: &out, err: &diagnostics, now: clock.System, ctx: ctx}
		if status := run(append(args, "--json"), e); status != exitUsage || !strings.Contains(out.String()+diagnostics.String(), "interrupted") {
			t.Errorf("%v: exit status %d\n%s%s", args, status, out.String(), diagnostics.String())
		}
	}
	after, err := os.ReadDir(s.dir)
	if err != nil || len(after) != len(before) {
		t.Errorf("%d files became %d, %v", len(before), len(after), err)
	}
}

// TestALongAttachedSignatureIsVerifiedAsAShortOne goes both ways through verify,
// with a stamp that was put in before the content.
func TestALongAttachedSignatureIsVerifiedAsAShortOne(t *testing.T) {
	s := newSuite(t)
	long := bytes.Repeat([]byte("заявление "), held/16)
	s.put("doc.txt", long)
	for _, level := range []string{"b-b", "b-lt"} {
		more := []string{"--attached", "--chain", s.at("ruc.cer")}
		if level != "b-b" {
			more = append(more, "--tsa", s.url+"/tsa", "--trust", s.at("root.cer"))
		}
		s.sign(exitYes, level, more...)
		info, err := os.Stat(s.at("doc.p7s"))
		if err != nil || info.Size() <= held {
			t.Fatalf("%v, %v", info, err)
		}
		if got := s.level(); !strings.EqualFold(got, level) {
			t.Errorf("level %s, want %s", got, level)
		}
		s.run(exitYes, "verify", s.at("doc.p7s"), "--trust", s.at("root.cer"))
		s.put("other.txt", append(bytes.Clone(long), '!'))
		s.run(exitNo, "verify", s.at("doc.p7s"), "--content", s.at("other.txt"), "--trust", s.at("root.cer"))
		data := read(t, s.at("doc.p7s"))
		data[len(data)/2] ^= 1
		s.put("changed.p7s", data)
		s.run(exitNo, "verify", s.at("changed.p7s"), "--trust", s.at("root.cer"))
		s.put("cut.p7s", data[:len(data)-10])
		s.run(exitNo, "verify", s.at("cut.p7s"), "--trust", s.at("root.cer"))
	}
}
