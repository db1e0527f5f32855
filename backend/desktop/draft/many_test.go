package draft

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"akno/backend/akno/form"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
)

// many is how many drafts an office has that never throws one away. make test
// takes a part of them, make soak all.
func many() int {
	if os.Getenv(soak) != "" {
		return 100_000
	}
	return 4_000
}

var (
	surnames = []string{"Ковалёва", "Петров", "Сидорова", "Иванов", "Шчарбакова", "Новік", "Грыневіч", "Лукашук", "Савіцкая", "Мельник"}
	streets  = []string{"Зялёная", "Садовая", "Набережная", "Школьная", "Центральная", "Лесная", "Партизанская", "Сонечная"}
)

// crowd fills a profile with n drafts and their index. One in a thousand is
// about somebody rare, nine in ten are whole.
func crowd(t testing.TB, d *desk, n int) {
	t.Helper()
	ctx := t.Context()
	v, err := d.Create(ctx, freeOne)
	if err != nil {
		t.Fatal(err)
	}
	const group = 500
	for from := 0; from < n-1; from += group {
		err = d.db.Write(ctx, func(tx dbx.Tx) error {
			for i := from; i < min(from+group, n-1); i++ {
				row := oneOf(v.Row, i)
				if err := insertRow(ctx, tx, row); err != nil {
					return err
				}
				if err := revise(ctx, tx, row, revision{kind: KindCreated}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for left := true; left; {
		if left, err = d.index(ctx, group, false); err != nil {
			t.Fatal(err)
		}
	}
}

func oneOf(like Row, i int) Row {
	at := like.CreatedAt.Add(time.Duration(i) * time.Second)
	like.ID, like.CreatedAt, like.SavedAt = ids.New(at), at, at
	name := surnames[i%len(surnames)]
	if i%1000 == 17 {
		name = "Редкостный"
	}
	like.Answers = form.Answers{
		"surname": form.Text(name), "name": form.Text("Имя" + strconv.Itoa(i%200)), "reg_street": form.Text(streets[i%len(streets)]),
		"reg_house": form.Text(strconv.Itoa(i % 300)), "id_doc_number": form.Text(strconv.Itoa(1_000_000 + i)), "phone": form.Text("+37529" + strconv.Itoa(1_000_000+i)),
		"purpose": form.Text("для предоставления по месту работы и в банк, номер дела " + strconv.Itoa(i)),
	}
	like.Subject, like.Ready, like.Total, like.Errors = name, 8, 20, (i/10)%10
	return like
}

// costs are the best of several runs of two things in turns: what each takes,
// without what the machine does beside. There are more runs while the second looks
// to take more than most of the first.
func costs(most float64, bare, run func()) (a, b time.Duration) {
	a, b = time.Hour, time.Hour
	for i := 0; i < 60 || i < 600 && float64(b) > most*float64(a); i++ {
		began := time.Now()
		bare()
		middle := time.Now()
		run()
		a, b = min(a, middle.Sub(began)), min(b, time.Since(middle))
	}
	return a, b
}

func TestPagesAndQueriesCostAtMostThreeBareReads(t *testing.T) {
	d := newDesk(t)
	n := many()
	began := time.Now()
	crowd(t, d, n)
	t.Logf("%d drafts made and indexed in %v", n, time.Since(began).Round(time.Millisecond))
	mid := oneOf(Row{CreatedAt: d.now}, n/2).SavedAt.UnixMilli()
	// a page of the same rows by their index, and nothing else
	columns := strings.Replace(summaryColumns, `coalesce(o.code, '')`, `''`, 1)
	bare := func() {
		rows := 0
		err := d.db.Read(t.Context(), func(tx dbx.Tx) error {
			return dbx.Each(t.Context(), tx, func(scan func(...any) error) error {
				_, err := scanSummary(scan)
				rows++
				return err
			}, `SELECT `+columns+` FROM draft d WHERE account='anna' AND box='drafts' AND saved_at<? ORDER BY saved_at DESC LIMIT 51`, mid)
		})
		if err != nil || rows != pageSize+1 {
			t.Fatal(rows, err)
		}
	}
	for _, q := range []struct {
		name string
		Query
		found int
	}{
		{"the first page", Query{Box: BoxDrafts}, pageSize},
		{"a page in the middle", Query{Box: BoxDrafts, Cursor: strconv.FormatInt(mid, 10) + "."}, pageSize},
		{"a word that stands in each", Query{Box: BoxDrafts, Search: "справка"}, pageSize},
		{"a form of a common name", Query{Box: BoxDrafts, Search: "Ковалёвой"}, pageSize},
		{"a rare name", Query{Box: BoxDrafts, Search: "редкостного"}, min(pageSize, n/1000)},
		{"three letters", Query{Box: BoxDrafts, Search: "шча"}, pageSize},
		{"five letters", Query{Box: BoxDrafts, Search: "справ"}, pageSize},
		{"half a long word", Query{Box: BoxDrafts, Search: "предоставл"}, pageSize},
		{"two words", Query{Box: BoxDrafts, Search: "петрову садовой"}, -1},
		{"a number", Query{Box: BoxDrafts, Search: strconv.Itoa(1_000_000 + n/2 + 11)}, 1},
		{"nothing", Query{Box: BoxDrafts, Search: "абракадабра"}, 0},
	} {
		got := 0
		b, c := costs(3, bare, func() {
			p, err := d.Page(t.Context(), q.Query)
			if err != nil || p.Partly {
				t.Fatal(p.Partly, err)
			}
			got = len(p.Items)
		})
		ratio := float64(c) / float64(b)
		t.Logf("%-28s %3d rows %10v  %.2f of a bare read of %v", q.name, got, c, ratio, b)
		if q.found >= 0 && got != q.found {
			t.Errorf("%s: %d found, want %d", q.name, got, q.found)
		}
		if ratio > 3 {
			t.Errorf("%s costs %.2f bare reads", q.name, ratio)
		}
	}
}

func TestOpeningDoesNotGrowWithWhatWasWritten(t *testing.T) {
	few, full := newDesk(t), newDesk(t)
	crowd(t, few, 100)
	crowd(t, full, many())
	open := func(d *desk) time.Duration {
		began := time.Now()
		if err := d.open(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Page(t.Context(), Query{Box: BoxDrafts}); err != nil {
			t.Fatal(err)
		}
		took := time.Since(began)
		d.stop()
		return took
	}
	few.stop()
	full.stop()
	a, b := time.Hour, time.Hour
	// In turns, and longer while it looks bad: what the machine does beside hits
	// both, and the least of many tries is what opening costs by itself.
	for i := 0; i < 40 || i < 200 && float64(b) > 1.2*float64(a); i++ {
		a, b = min(a, open(few)), min(b, open(full))
	}
	few.start()
	full.start()
	st, err := os.Stat(filepath.Join(full.dir, "profile.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("opening and the first page: %v with 100 drafts, %v with %d (%d MB): %.2f", a, b, many(), st.Size()>>20, float64(b)/float64(a))
	if float64(b) > 1.2*float64(a) {
		t.Errorf("%.2f times slower", float64(b)/float64(a))
	}
}

// p99 of saving an answer is at most twelve times the p50 of a commit of one row,
// in the same run and by the processor: the clock also counts who else uses the
// disk. What the collector of garbage and the folding of the log cost is in it.
func TestSavingAnAnswerCostsLittleMoreThanACommit(t *testing.T) {
	const runs, most = 1000, 12
	d := newDesk(t)
	id := d.create("200.1.1.5")
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var bare, save timings
	for i := range runs {
		bare.take(t, func() error {
			return d.db.Write(t.Context(), func(tx dbx.Tx) error {
				_, err := tx.Exec(t.Context(), `INSERT INTO setting(name, value) VALUES('bare', ?) ON CONFLICT(name) DO UPDATE SET value=excluded.value`, strconv.Itoa(i))
				return err
			})
		})
		d.now = d.now.Add(time.Second)
		save.take(t, func() error {
			_, err := d.Apply(t.Context(), id, typed("surname", "Тест"+strconv.Itoa(i)))
			return err
		})
	}
	ratio := float64(percentile(save.cpu, 99)) / float64(percentile(bare.cpu, 50))
	t.Logf("a commit of one row: %v; saving an answer: %v; p99 to p50: %.1f by the processor, %.1f by the clock", &bare, &save, ratio,
		float64(percentile(save.wall, 99))/float64(percentile(bare.wall, 50)))
	if ratio > most {
		t.Errorf("p99 of a save is %.1f of p50 of a commit", ratio)
	}
}

// timings are how long something took, each time.
type timings struct{ cpu, wall []time.Duration }

func (s *timings) take(t *testing.T, run func() error) {
	t.Helper()
	began, before := time.Now(), worked(t)
	if err := run(); err != nil {
		t.Fatal(err)
	}
	s.cpu, s.wall = append(s.cpu, worked(t)-before), append(s.wall, time.Since(began))
}

func (s *timings) String() string {
	return fmt.Sprintf("cpu p50 %v p99 %v, clock p50 %v p99 %v", percentile(s.cpu, 50), percentile(s.cpu, 99), percentile(s.wall, 50), percentile(s.wall, 99))
}

// percentile is of a list in any order.
func percentile(list []time.Duration, p int) time.Duration {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[(len(sorted)-1)*p/100]
}

// crowded is a profile for benchmarks.
func crowded(b *testing.B) *desk {
	b.Helper()
	d := &desk{dir: b.TempDir(), now: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC), orders: &orders{}, signer: &keyHolder{}}
	if err := d.open(context.Background()); err != nil {
		b.Fatal(err)
	}
	crowd(b, d, 10_000)
	b.Cleanup(func() {
		if err := d.db.Close(); err != nil {
			b.Error(err)
		}
	})
	return d
}

// BenchmarkPage is a page of the list of ten thousand drafts, and of what is
// found among them.
func BenchmarkPage(b *testing.B) {
	d := crowded(b)
	for name, q := range map[string]Query{"list": {Box: BoxDrafts}, "search": {Box: BoxDrafts, Search: "ковалёвой"}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := d.Page(b.Context(), q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
