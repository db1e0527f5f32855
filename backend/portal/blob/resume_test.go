package blob

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"akno/backend/akno"
)

// brokenOff is a body that breaks off after its octets.
type brokenOff struct{ io.Reader }

func (c brokenOff) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func TestAFileIsStoredInPiecesThatOutliveTheLineAndTheProcess(t *testing.T) {
	s, _ := openStore(t, DefaultLimits())
	data := pdf(strings.Repeat("x", 700<<10))
	sum := sumOf(data)
	size := int64(len(data))
	n, err := s.Append(t.Context(), anna, sum, 0, size, brokenOff{bytes.NewReader(data[:300<<10])})
	if err != nil || n != 300<<10 {
		t.Fatalf("a broken piece kept %d octets: %v", n, err)
	}
	disk, err := OpenDisk(s.disk.root) // as a start does
	if err != nil {
		t.Fatal(err)
	}
	s = New(s.db, disk, s.clock, s.limits)
	if n, whole, err := s.Offset(t.Context(), anna, sum); n != 300<<10 || whole || err != nil {
		t.Fatalf("after a start: %d %v %v", n, whole, err)
	}
	if n, _, _ := s.Offset(t.Context(), boris, sum); n != 0 {
		t.Error("the beginning of another account's file is seen")
	}
	for _, from := range []int64{0, 300<<10 - 1, 300<<10 + 1} {
		if n, err := s.Append(t.Context(), anna, sum, from, size, bytes.NewReader(data[from:])); akno.CodeOf(err) != akno.Conflict || n != 300<<10 {
			t.Errorf("octets from %d on were taken: %d %v", from, n, err)
		}
	}
	if n, err = s.Append(t.Context(), anna, sum, n, size, bytes.NewReader(data[n:])); err != nil || n != size {
		t.Fatalf("%d %v", n, err)
	}
	if n, whole, err := s.Offset(t.Context(), anna, sum); n != size || !whole || err != nil {
		t.Errorf("%d %v %v", n, whole, err)
	}
	if got, err := s.Read(t.Context(), anna, sum); err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d octets came back: %v", len(got), err)
	}
	if n, err := s.Append(t.Context(), anna, sum, size, size, bytes.NewReader(nil)); err != nil || n != size {
		t.Errorf("the last piece again: %d %v", n, err)
	}
}

func TestAFileInPiecesThatIsAnotherOneIsForgotten(t *testing.T) {
	s, _ := openStore(t, DefaultLimits())
	data := pdf(strings.Repeat("x", 300<<10))
	sum := sumOf(data)
	wrong := bytes.Clone(data)
	wrong[1000] ^= 1
	if _, err := s.Append(t.Context(), anna, sum, 0, int64(len(wrong)), bytes.NewReader(wrong)); akno.CodeOf(err) != akno.BadFile {
		t.Fatal(err)
	}
	if n, _, err := s.Offset(t.Context(), anna, sum); n != 0 || err != nil {
		t.Errorf("%d octets of it are still there: %v", n, err)
	}
	if n, err := s.Append(t.Context(), anna, sum, 0, int64(len(data)), bytes.NewReader(append(bytes.Clone(data), 1))); akno.CodeOf(err) != akno.TooLarge {
		t.Errorf("more than was announced was taken: %d %v", n, err)
	}
}

func TestTwoRequestsDoNotAppendToOneFile(t *testing.T) {
	s, _ := openStore(t, DefaultLimits())
	data := pdf(strings.Repeat("x", 300<<10))
	sum := sumOf(data)
	r, w := io.Pipe()
	done := make(chan error)
	go func() {
		_, err := s.Append(context.Background(), anna, sum, 0, int64(len(data)), r)
		done <- err
	}()
	if _, err := w.Write(data[:10]); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Append(t.Context(), anna, sum, 0, int64(len(data)), bytes.NewReader(data)); !errors.Is(err, ErrBusy) {
		t.Errorf("got %v", err)
	}
	if _, err := w.Write(data[10:]); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Close(), <-done); err != nil {
		t.Fatal(err)
	}
}

func TestBeginningsAreNotKeptForEver(t *testing.T) {
	s, now := openStore(t, DefaultLimits())
	data := pdf(strings.Repeat("x", 300<<10))
	sum := sumOf(data)
	if _, err := s.Append(t.Context(), anna, sum, 0, int64(len(data)), brokenOff{bytes.NewReader(data[:100])}); err != nil {
		t.Fatal(err)
	}
	*now = time.Now()
	if n, err := s.Collect(t.Context()); n != 0 || err != nil {
		t.Errorf("%d were removed: %v", n, err)
	}
	*now = now.Add(keepPart + time.Hour)
	if n, err := s.Collect(t.Context()); n != 1 || err != nil {
		t.Errorf("%d were removed: %v", n, err)
	}
}
