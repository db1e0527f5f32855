package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"akno/backend/akno"
)

const anna = "0193f0a0-0000-7000-8000-0000000000aa"

func sumOf(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

func openDisk(t *testing.T) *Disk {
	t.Helper()
	d, err := OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// tmpFiles counts what lies in the folder of unfinished files.
func tmpFiles(t *testing.T, d *Disk) int {
	t.Helper()
	all, err := os.ReadDir(filepath.Join(d.root, "tmp"))
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// Lengths around the pieces in which a file is received.
func TestEveryLengthIsReceivedWhole(t *testing.T) {
	d := openDisk(t)
	for _, n := range []int{0, 1, copyBuffer - 1, copyBuffer, copyBuffer + 1, 2*copyBuffer - 1, 2 * copyBuffer, 5*copyBuffer + 17} {
		data := make([]byte, n)
		for i := range data {
			data[i] = byte(i * 7 >> 3)
		}
		for name, r := range map[string]io.Reader{
			"at once": bytes.NewReader(data), "in halves": iotest.HalfReader(bytes.NewReader(data)), "with the end": iotest.DataErrReader(bytes.NewReader(data)),
		} {
			p, err := d.Receive(context.Background(), r, int64(n))
			if err != nil {
				t.Fatal(err)
			}
			got := make([]byte, n)
			if _, err := p.ReadAt(got, 0); err != nil && n > 0 {
				t.Fatal(err)
			}
			if p.Size != int64(n) || p.Sum != sha256.Sum256(data) || !bytes.Equal(got, data) {
				t.Errorf("%d octets %s: size %d", n, name, p.Size)
			}
			if err := p.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func BenchmarkReceive8MiB(b *testing.B) {
	d, err := OpenDisk(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	data := make([]byte, 8<<20)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		p, err := d.Receive(context.Background(), bytes.NewReader(data), int64(len(data)))
		if err == nil {
			err = p.Close()
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

func TestDisk(t *testing.T) {
	ctx := context.Background()
	t.Run("a kept file is found under its hash", func(t *testing.T) {
		d := openDisk(t)
		data := bytes.Repeat([]byte("akno"), 300<<10) // longer than several buffers
		p, err := d.Receive(ctx, iotest.HalfReader(bytes.NewReader(data)), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(p.Keep(anna), p.Close()); err != nil {
			t.Fatal(err)
		}
		f, err := d.Open(anna, sumOf(data))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		got, err := io.ReadAll(f)
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("read %d octets (%v), want %d", len(got), err, len(data))
		}
		if n := tmpFiles(t, d); n != 0 {
			t.Errorf("%d temporary files are left", n)
		}
	})
	for name, r := range map[string]struct {
		body io.Reader
		want func(error) bool
	}{
		"a file over the limit": {strings.NewReader("12345678901"), func(err error) bool { return akno.CodeOf(err) == akno.TooLarge }},
		"a body that breaks off": {
			io.MultiReader(strings.NewReader("123"), iotest.ErrReader(io.ErrUnexpectedEOF)),
			func(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) },
		},
	} {
		t.Run(name+" leaves nothing behind", func(t *testing.T) {
			d := openDisk(t)
			if _, err := d.Receive(ctx, r.body, 10); !r.want(err) {
				t.Errorf("error is %v", err)
			}
			if n := tmpFiles(t, d); n != 0 {
				t.Errorf("%d temporary files are left", n)
			}
		})
	}
	t.Run("a file exactly at the limit is received", func(t *testing.T) {
		p, err := openDisk(t).Receive(ctx, strings.NewReader("1234567890"), 10)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Run("a start removes what an earlier run left", func(t *testing.T) {
		d := openDisk(t)
		if err := os.WriteFile(filepath.Join(d.root, "tmp", "x"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenDisk(d.root); err != nil {
			t.Fatal(err)
		}
		if n := tmpFiles(t, d); n != 0 {
			t.Errorf("%d temporary files are left", n)
		}
	})
	t.Run("the same file kept by many at once is one file", func(t *testing.T) {
		d := openDisk(t)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				p, err := d.Receive(ctx, strings.NewReader("same"), 10)
				if err != nil {
					t.Error(err)
					return
				}
				if err := errors.Join(p.Keep(anna), p.Close()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		var found []string
		err := d.Walk(time.Now().Add(time.Hour), func(account, sum string) error {
			found = append(found, account+" "+sum)
			return nil
		})
		if err != nil || len(found) != 1 || found[0] != anna+" "+sumOf([]byte("same")) {
			t.Errorf("found %v (%v)", found, err)
		}
	})
	t.Run("a removed file is gone, and may be removed again", func(t *testing.T) {
		d := openDisk(t)
		p, err := d.Receive(ctx, strings.NewReader("x"), 10)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(p.Keep(anna), p.Close()); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := d.Remove(anna, sumOf([]byte("x"))); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := d.Open(anna, sumOf([]byte("x"))); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("open says %v", err)
		}
	})
}
