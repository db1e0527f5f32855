package scanner

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"akno/backend/akno"
)

// scans is a folder with a clock of its own.
type scans struct {
	*Folder
	t   *testing.T
	now time.Time
}

func newScans(t *testing.T, dir string) *scans {
	t.Helper()
	s := &scans{t: t, now: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)}
	f, err := Watch(dir, func() time.Time { return s.now })
	if err != nil {
		t.Fatal(err)
	}
	s.Folder = f
	return s
}

// after lets time pass, looks, and returns the names that are offered.
func (s *scans) after(d time.Duration) []string {
	s.t.Helper()
	s.now = s.now.Add(d)
	if _, err := s.Look(); err != nil {
		s.t.Fatal(err)
	}
	out := []string{}
	for _, f := range s.Ready() {
		out = append(out, f.Name)
	}
	return out
}

func (s *scans) write(name string, octets []byte) {
	s.t.Helper()
	path := filepath.Join(s.Dir(), name)
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = f.Write(octets)
	}
	if err = errors.Join(err, f.Close(), os.Chtimes(path, s.now, s.now)); err != nil {
		s.t.Fatal(err)
	}
}

func page(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 60, 80))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAFileIsOfferedOnlyOnceItIsComplete(t *testing.T) {
	s, whole := newScans(t, t.TempDir()), page(t)
	s.write("скан.png", whole[:20])
	for range 5 { // it stays half for longer than any pause
		if got := s.after(Settle); len(got) != 0 {
			t.Fatalf("half a file is offered: %v", got)
		}
	}
	s.write("скан.png", whole[20:40])
	if got := s.after(Settle); len(got) != 0 {
		t.Fatalf("it is being written: %v", got)
	}
	s.write("скан.png", whole[40:])
	if got := s.after(time.Second); len(got) != 0 {
		t.Fatalf("it has changed just now: %v", got)
	}
	if got := s.after(Settle - time.Millisecond); len(got) != 0 {
		t.Fatalf("it has not settled: %v", got)
	}
	if got := s.after(time.Second); len(got) != 1 || got[0] != "скан.png" {
		t.Fatalf("it is complete: %v", got)
	}
	if f := s.Ready()[0]; f.MediaType != "image/png" || f.Size != int64(len(whole)) {
		t.Errorf("%+v", f)
	}
	// A scanner that adds a page writes the same file again.
	s.write("скан.png", []byte("x"))
	if got := s.after(time.Second); len(got) != 0 {
		t.Errorf("a file that is written again is still offered: %v", got)
	}
}

func TestWhatWasThereIsNotOffered(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "старый.png"), page(t), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newScans(t, dir)
	s.after(Settle)
	if got := s.after(Settle); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

func TestOnlyFilesOfAnApplicationAreOffered(t *testing.T) {
	s := newScans(t, t.TempDir())
	s.write("таблица.xlsx", []byte("PK\x03\x04"))
	s.write(".hidden.png", page(t))
	s.write("copy.png.part", page(t))
	s.write("~lock.png", page(t))
	if err := os.Mkdir(filepath.Join(s.Dir(), "папка.png"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(s.Dir(), "link.png")); err != nil {
		t.Fatal(err)
	}
	s.after(Settle)
	if got := s.after(Settle); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

func TestAnAnsweredFileStaysWhereItIs(t *testing.T) {
	s := newScans(t, t.TempDir())
	s.write("2.png", page(t))
	s.write("1.png", page(t))
	s.after(Settle)
	if got := s.after(Settle); len(got) != 2 || got[0] != "1.png" {
		t.Fatalf("got %v", got)
	}
	first := s.Ready()[0]
	path, err := s.Path(first.ID)
	if err != nil {
		t.Fatal(err)
	}
	s.Answered(first.ID)
	if got := s.after(Settle); len(got) != 1 || got[0] != "2.png" {
		t.Errorf("got %v", got)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("it is gone: %v", err)
	}
	if _, err := s.Path(first.ID); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("got %v", err)
	}
	if err := os.Remove(filepath.Join(s.Dir(), "2.png")); err != nil {
		t.Fatal(err)
	}
	if got := s.after(time.Second); len(got) != 0 {
		t.Errorf("a file that is gone is offered: %v", got)
	}
}

func TestAFolderThatIsGoneIsSaid(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "Ковалёва")
	if _, err := Watch(dir, time.Now); akno.CodeOf(err) != akno.NotFound || bytes.Contains([]byte(err.Error()), []byte("Ковалёва")) {
		t.Errorf("got %v", err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	s := newScans(t, dir)
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Look(); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("got %v", err)
	}
}

// install puts a program by the name of SANE's on the path.
func install(t *testing.T, script string) *SANE {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, program), []byte("#!/bin/sh\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	s := findSANE()
	if s == nil {
		t.Fatal("the program is not found")
	}
	return s
}

func TestScannersAreListedAndScan(t *testing.T) {
	want := page(t)
	path := filepath.Join(t.TempDir(), "page.png")
	if err := os.WriteFile(path, want, 0o600); err != nil {
		t.Fatal(err)
	}
	s := install(t, `case "$1" in
--formatted-device-list=*) printf 'genesys:libusb:001:004\tCanon LiDE 110\nnet:10.0.0.7:x\t Xerox  \n';;
--device-name=genesys:libusb:001:004) [ "$2 $3 $4" = "--format=png --mode=Gray --resolution=300" ] && cat '`+path+`';;
--device-name=net:10.0.0.7:x) echo "scanimage: open of device failed" >&2; exit 1;;
esac`)
	list, err := s.Devices(t.Context())
	if err != nil || len(list) != 2 || list[0] != (Device{"genesys:libusb:001:004", "Canon LiDE 110"}) || list[1].Label != "Xerox" {
		t.Fatalf("%+v %v", list, err)
	}
	got, err := s.Scan(t.Context(), list[0].Name, 300, true)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d octets, %v", len(got), err)
	}
	for name, c := range map[string]struct {
		device string
		dpi    int
		code   akno.Code
	}{
		"a device that was not found": {"--output-file=/tmp/x", 300, akno.NotFound},
		"a scanner that is off":       {list[1].Name, 300, akno.Unavailable},
		"dots that are not offered":   {list[0].Name, 12_000, akno.Invalid},
		"nothing comes":               {list[0].Name, 200, akno.Unavailable},
	} {
		if _, err := s.Scan(t.Context(), c.device, c.dpi, true); akno.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHalfAPageIsNoPage(t *testing.T) {
	s := install(t, `case "$1" in
--formatted-device-list=*) printf 'a\tA\n';;
*) printf '\211PNG\r\n\032\n\0\0';;
esac`)
	if _, err := s.Devices(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Scan(t.Context(), "a", 200, false); akno.CodeOf(err) != akno.BadFile {
		t.Errorf("got %v", err)
	}
}

func TestAScanEndsWithItsContextAndItsSize(t *testing.T) {
	s := install(t, `case "$1" in
--formatted-device-list=*) printf 'a\tA\n';;
*) [ "$4" = "--resolution=200" ] && exec cat /dev/zero; exec tail -f /dev/null;;
esac`)
	if _, err := s.Devices(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Scan(t.Context(), "a", 200, false); akno.CodeOf(err) != akno.TooLarge {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := s.Scan(ctx, "a", 300, false); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestWithoutTheProgramThereIsNoScanner(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if s := findSANE(); s != nil {
		t.Error("a program was found")
	}
}
