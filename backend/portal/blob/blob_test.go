package blob

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/clock"
	"akno/backend/internal/testkit/testdb"
	"akno/backend/portal/store"
)

const boris = "0193f0a0-0000-7000-8000-0000000000bb"

var noon = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

// openStore returns a store over a database and a folder of its own, and the
// hand of its clock.
func openStore(t *testing.T, limits Limits) (*Store, *time.Time) {
	t.Helper()
	now := noon
	tick := clock.Clock(func() time.Time { return now })
	db, err := store.Open(context.Background(), testdb.Address(t), tick)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return New(db, openDisk(t), tick, limits), &now
}

func put(t *testing.T, s *Store, account string, b []byte) {
	t.Helper()
	if _, err := s.Put(context.Background(), account, sumOf(b), bytes.NewReader(b)); err != nil {
		t.Fatal(err)
	}
}

func TestPut(t *testing.T) {
	ctx := context.Background()
	t.Run("a stored file is read back and known by its own type", func(t *testing.T) {
		s, _ := openStore(t, DefaultLimits())
		ref, err := s.Put(ctx, anna, sumOf(pdf("a")), bytes.NewReader(pdf("a")))
		if err != nil {
			t.Fatal(err)
		}
		if ref.MediaType != PDF || ref.Size != int64(len(pdf("a"))) {
			t.Errorf("reference is %+v", ref)
		}
		if got, err := s.Read(ctx, anna, ref.Sha256); err != nil || !bytes.Equal(got, pdf("a")) {
			t.Errorf("read %q (%v)", got, err)
		}
	})
	t.Run("another account does not find it", func(t *testing.T) {
		s, _ := openStore(t, DefaultLimits())
		put(t, s, anna, pdf("a"))
		if _, err := s.Stat(ctx, boris, sumOf(pdf("a"))); akno.CodeOf(err) != akno.NotFound {
			t.Errorf("stat says %v", err)
		}
		if _, _, err := s.Open(ctx, boris, sumOf(pdf("a"))); akno.CodeOf(err) != akno.NotFound {
			t.Errorf("open says %v", err)
		}
	})
	t.Run("a file sent again is not read again", func(t *testing.T) {
		s, _ := openStore(t, DefaultLimits())
		put(t, s, anna, pdf("a"))
		broken := io.MultiReader(strings.NewReader("x"), badReader{})
		if _, err := s.Put(ctx, anna, sumOf(pdf("a")), broken); err != nil {
			t.Error(err)
		}
	})
	for name, tt := range map[string]struct {
		sum  string
		body []byte
		code akno.Code
	}{
		"a hash that is none is refused":     {"../../etc/passwd", pdf("a"), akno.Invalid},
		"a hash in capitals is refused":      {strings.ToUpper(sumOf(pdf("a"))), pdf("a"), akno.Invalid},
		"another hash is refused":            {sumOf([]byte("b")), pdf("a"), akno.BadFile},
		"a file over the limit is refused":   {sumOf(pdf(strings.Repeat("a", 2000))), pdf(strings.Repeat("a", 2000)), akno.TooLarge},
		"a damaged file is refused":          {sumOf(cut(pdf("a"), 9)), cut(pdf("a"), 9), akno.BadFile},
		"a file of another kind is refused":  {sumOf([]byte("MZ")), []byte("MZ"), akno.BadFileType},
		"an account over its day is refused": {sumOf(pdf(strings.Repeat("c", 900))), pdf(strings.Repeat("c", 900)), akno.TooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := openStore(t, Limits{File: 1500, Account: 3000, Day: 1200})
			put(t, s, anna, pdf(strings.Repeat("b", 200)))
			_, err := s.Put(ctx, anna, tt.sum, bytes.NewReader(tt.body))
			if akno.CodeOf(err) != tt.code {
				t.Fatalf("code %s (%v), want %s", akno.CodeOf(err), err, tt.code)
			}
			if n := tmpFiles(t, s.disk); n != 0 {
				t.Errorf("%d temporary files are left", n)
			}
			if _, err := s.Stat(ctx, anna, tt.sum); akno.CodeOf(err) != akno.NotFound {
				t.Errorf("stat says %v", err)
			}
		})
	}
	t.Run("the next day an account may send again", func(t *testing.T) {
		s, now := openStore(t, Limits{File: 1500, Account: 3000, Day: 1200})
		put(t, s, anna, pdf(strings.Repeat("b", 900)))
		*now = noon.Add(24 * time.Hour)
		put(t, s, anna, pdf(strings.Repeat("c", 900)))
	})
	t.Run("what the portal adds is not counted against the account", func(t *testing.T) {
		s, _ := openStore(t, Limits{File: 100, Account: 3000, Day: 10})
		ref, err := s.Add(ctx, anna, bytes.NewReader(pdf("a")))
		if err != nil || ref.Sha256 != sumOf(pdf("a")) {
			t.Errorf("reference %+v (%v)", ref, err)
		}
	})
}

func TestCollect(t *testing.T) {
	ctx := context.Background()
	s, now := openStore(t, DefaultLimits())
	put(t, s, anna, pdf("kept"))
	p, err := s.disk.Receive(ctx, bytes.NewReader(pdf("orphan")), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(p.Keep(anna), p.Close()); err != nil {
		t.Fatal(err)
	}
	*now = time.Now()
	if n, err := s.Collect(ctx); n != 0 || err != nil {
		t.Errorf("%d fresh files were removed (%v)", n, err)
	}
	*now = time.Now().Add(25 * time.Hour)
	if n, err := s.Collect(ctx); n != 1 || err != nil {
		t.Errorf("%d files were removed (%v), want 1", n, err)
	}
	if _, err := s.Read(ctx, anna, sumOf(pdf("kept"))); err != nil {
		t.Error(err)
	}
	if _, err := s.disk.Open(anna, sumOf(pdf("orphan"))); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the orphan is there: %v", err)
	}
}

type badReader struct{}

func (badReader) Read([]byte) (int, error) { return 0, errors.New("read too far") }
