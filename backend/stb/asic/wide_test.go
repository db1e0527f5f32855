package asic

import (
	"archive/zip"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestMembersBeyondFourGigabytesAreWrittenAndRead writes the headers around a
// hole: the octets of the long member are never written nor read.
func TestMembersBeyondFourGigabytesAreWrittenAndRead(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "wide.asice"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const size = 5 << 30
	w := &writer{w: f, seek: f, time: time.Date(2026, 3, 15, 12, 5, 0, 0, time.UTC)}
	if err := w.put(memberType, []byte(mimeE)); err != nil {
		t.Fatal(err)
	}
	w.enter("long", 7, size)
	if err := w.write(w.local("long", 7, size)); err != nil {
		t.Fatal(err)
	}
	w.at += size
	if _, err := f.Seek(size, io.SeekCurrent); err != nil {
		t.Fatal(err)
	}
	if err := w.put("after", []byte("text")); err != nil {
		t.Fatal(err)
	}
	if err := w.finish(); err != nil {
		t.Fatal(err)
	}
	a, err := readArchive(f, w.at)
	if err != nil {
		t.Fatal(err)
	}
	if m := a.members[1]; m.name != "long" || m.size != size || m.crc != 7 {
		t.Errorf("%+v", m)
	}
	if b, err := a.whole(a.members[2], 10); err != nil || string(b) != "text" {
		t.Errorf("%q, %v", b, err)
	}
	z, err := zip.NewReader(f, w.at)
	if err != nil {
		t.Fatal(err)
	}
	if long := z.File[1]; long.UncompressedSize64 != size || !long.Modified.Equal(w.time) {
		t.Errorf("%+v", long.FileHeader)
	}
	after, err := z.File[2].Open()
	if err != nil {
		t.Fatal(err)
	}
	defer after.Close()
	if b, err := io.ReadAll(after); err != nil || string(b) != "text" {
		t.Errorf("another reader: %q, %v", b, err)
	}
}
