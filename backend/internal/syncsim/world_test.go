package syncsim

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"testing"
	"time"

	"akno/backend/akno/form"
	"akno/backend/desktop/store"
	"akno/backend/internal/testkit/testdb"
	"akno/backend/portal/catalogue"
)

var bundle = sync.OnceValues(catalogue.Load)

// monday is Monday 23 November 2026, noon in Minsk.
var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

const devices = 2

// A world is a portal, the devices of one person, and the network between them.
type world struct {
	// flightMu guards at, seed, met and requests while a device goes on beside a
	// request of its own.
	flightMu sync.Mutex

	dir     string
	cat     *catalogue.Catalogue
	answers map[string]form.Answers // by procedure
	at      time.Time
	clock   func() time.Time // nil for one that is set by hand
	account string

	papers  int // octets that a file has at least
	cashier cashier
	jumped  bool // whether a device's clock was ever wrong
	portal  *portal
	devices [devices]*device
	late    []func() // what is still on its way

	seed     uint64 // of the waits
	batch    int    // commands in one request at most; 0 for as many as in the product
	thorough bool   // whoever dies reads everything from the disk again
	requests int
	met      map[fault]int
	backups  []string
	broken   error // what failed of the simulation itself while a request was under way

	mended int                 // applications that people have seen to
	drafts map[string]*writing // by id
	notes  map[string]int64    // versions
	shared *sharing            // nil where the portal keeps no drafts
	seen   ledger
}

// A writing is a draft of the simulation, as a person knows it.
type writing struct {
	device *device
	house  string
	paid   bool // its procedure costs money
	bare   bool // without its file, for which there was no room
	handed *row // the command, while it is handed over
	sums   map[string]bool
}

func (w *world) now() time.Time {
	if w.clock != nil {
		return w.clock()
	}
	w.flightMu.Lock()
	defer w.flightMu.Unlock()
	return w.at
}

// pass lets time pass while a request is under way.
func (w *world) pass(d time.Duration) {
	w.flightMu.Lock()
	defer w.flightMu.Unlock()
	w.at = w.at.Add(d).Truncate(time.Millisecond)
}

// random is a generator that a replay repeats (splitmix64).
func (w *world) random(n int64) int64 {
	w.flightMu.Lock()
	defer w.flightMu.Unlock()
	w.seed += 0x9e3779b97f4a7c15
	z := w.seed
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return int64((z ^ z>>31) % uint64(n))
}

// fromDisk says whether who was killed has to read its database anew. It costs
// more than all the rest of a history, so that it is asked of one death in eight.
func (w *world) fromDisk() bool { return w.thorough || w.random(8) == 0 }

func (w *world) count(f fault) {
	w.flightMu.Lock()
	defer w.flightMu.Unlock()
	w.met[f]++
	w.requests++
}

// A template is a world at its beginning, from which every run is copied.
type template struct {
	dir     string
	account string
	answers map[string]form.Answers
}

// scratch is a folder in memory where there is one: a run writes much and keeps
// nothing.
func scratch(pattern string) (string, error) {
	if st, err := os.Stat("/dev/shm"); err == nil && st.IsDir() {
		if dir, err := os.MkdirTemp("/dev/shm", pattern); err == nil {
			return dir, nil
		}
	}
	return os.MkdirTemp("", pattern)
}

// examples are the answers of the forms that the simulation fills.
func examples() (map[string]form.Answers, error) {
	out := map[string]form.Answers{}
	for procedure, name := range map[string]string{procedure: "F_22_3", paidProcedure: "F_5_13", plainProcedure: "F_1_3_1"} {
		raw, err := os.ReadFile("../../akno/form/testdata/examples/" + name + ".json")
		if err != nil {
			return nil, err
		}
		var example struct {
			Values form.Answers `json:"values"`
		}
		if err := json.Unmarshal(raw, &example); err != nil {
			return nil, err
		}
		out[procedure] = example.Values
	}
	return out, nil
}

var first = sync.OnceValues(func() (template, error) {
	ctx := context.Background()
	var t template
	var err error
	if t.answers, err = examples(); err != nil {
		return t, err
	}
	cat, err := bundle()
	if err != nil {
		return t, err
	}
	if t.dir, err = scratch("syncsim-first-"); err != nil {
		return t, err
	}
	p := &portal{clock: func() time.Time { return monday }, root: t.dir, home: inFile(t.dir)}
	if err := p.open(ctx, cat); err != nil {
		return t, err
	}
	t.account, err = p.seed(ctx, cat)
	if err := errors.Join(err, p.db.Close()); err != nil {
		return t, err
	}
	db, err := store.Open(ctx, filepath.Join(t.dir, "profile"), make([]byte, store.KeySize))
	if err != nil {
		return t, err
	}
	return t, db.Close()
})

// Runs and steps of a plain go test; the long run asks for more.
var usual = map[string]string{"rapid.checks": "40", "rapid.steps": "60", "rapid.nofailfile": "true"}

func TestMain(m *testing.M) {
	flag.Parse()
	if is, err := role(context.Background()); is {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(3)
		}
		os.Exit(0)
	}
	if testdb.OnServer() { // where a history costs ten times as much
		usual["rapid.checks"] = "6"
	}
	flag.Visit(func(f *flag.Flag) { delete(usual, f.Name) })
	for name, v := range usual {
		if err := flag.Set(name, v); err != nil {
			panic(err)
		}
	}
	// The portal and the programs of a history are small and end with it.
	debug.SetGCPercent(800)
	code := m.Run()
	if t, err := first(); err == nil {
		_ = os.RemoveAll(t.dir) // in memory or in the folder of temporary files
	}
	os.Exit(code)
}

// newWorld copies the beginning and starts everything. A device sends batch
// commands in one request at most, 0 for as many as the product does.
func newWorld(ctx context.Context, seed uint64, batch int) (*world, error) {
	t, err := first()
	if err != nil {
		return nil, err
	}
	w := &world{
		at: monday, account: t.account, answers: t.answers, seed: seed, batch: batch, met: map[fault]int{},
		drafts: map[string]*writing{}, notes: map[string]int64{}, seen: newLedger(),
	}
	if w.cat, err = bundle(); err != nil {
		return nil, err
	}
	if w.dir, err = scratch("syncsim-"); err != nil {
		return nil, err
	}
	w.portal = &portal{clock: w.now, root: w.dir}
	life := filepath.Join(w.dir, "life0", "portal.db")
	if err := copyDatabase(filepath.Join(t.dir, "portal.db"), life); err != nil {
		return nil, err
	}
	if w.portal.home, err = homeOf(ctx, life); err != nil {
		return nil, err
	}
	if err := w.portal.open(ctx, w.cat); err != nil {
		return nil, err
	}
	for i := range w.devices {
		d := &device{w: w, n: i, dir: filepath.Join(w.dir, fmt.Sprintf("device%d", i))}
		if err := copyClosed(filepath.Join(t.dir, "profile", "profile.db"), filepath.Join(d.dir, "profile.db")); err != nil {
			return nil, err
		}
		if err := d.start(ctx); err != nil {
			return nil, err
		}
		w.devices[i] = d
	}
	return w, nil
}

// aWorld is one for a test, which ends with it.
func aWorld(t *testing.T) *world {
	t.Helper()
	w, err := newWorld(t.Context(), 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func (w *world) close() error {
	errs := []error{w.portal.db.Close(), w.portal.home.leave()}
	for _, d := range w.devices {
		errs = append(errs, d.db.Close())
	}
	return errors.Join(append(errs, os.RemoveAll(w.dir))...)
}

// revive starts again what has died.
func (w *world) revive(ctx context.Context) error {
	if w.broken != nil {
		return w.broken
	}
	if w.portal.fuse.isDead() {
		if err := w.portal.restart(ctx, w.cat, w.fromDisk()); err != nil {
			return err
		}
	}
	w.portal.fuse.disarm()
	for _, d := range w.devices {
		if d.fuse.isDead() {
			if err := d.kill(ctx); err != nil {
				return err
			}
		}
		d.fuse.disarm()
	}
	return nil
}

// calm makes everything work: nobody dies any more, the disks have space, what
// was on its way arrives.
func (w *world) calm(ctx context.Context) error {
	if err := w.revive(ctx); err != nil {
		return err
	}
	if w.portal.full {
		if err := w.portal.fill(ctx, false); err != nil {
			return err
		}
	}
	w.portal.crammed = false
	for _, d := range w.devices {
		d.link.cut, d.link.script, d.crammed = false, nil, false
		if d.full {
			if err := limitPages(ctx, d.db, false, &d.full); err != nil {
				return err
			}
		}
	}
	for len(w.late) > 0 {
		w.arrive(0)
	}
	return nil
}

// arrive delivers a late request.
func (w *world) arrive(i int) {
	send := w.late[i]
	w.late = append(w.late[:i:i], w.late[i+1:]...)
	send()
}

// quiesce lets time pass in a fair network until nothing waits, at most rounds
// times, and says whether that was reached. Nobody hurries anything: the plan of
// the exchange has to come to it by itself. With mends people see to what was
// refused over money.
func (w *world) quiesce(ctx context.Context, rounds int, mends bool) (bool, error) {
	if mends {
		if err := w.tellAll(ctx); err != nil {
			return false, fmt.Errorf("I12: a payment is not heard: %w", err)
		}
	}
	for range rounds {
		quiet := true
		w.at = w.at.Add(4 * time.Minute)
		for _, d := range w.devices {
			if d.who() == "" || d.weak {
				if err := d.signIn(ctx); err != nil {
					return false, fmt.Errorf("sign in: %w", err)
				}
			}
			if mends {
				mended, err := w.mend(ctx, d)
				if err != nil {
					return false, err
				}
				if mended {
					w.mended++
				}
			}
			_, _ = d.sync.Round(ctx) // what came of it stands in the rows
			if w.shared != nil {
				_, _ = d.lane.Round(ctx) // and of this
			}
			waiting, err := d.outbox(ctx)
			if err != nil {
				return false, err
			}
			for _, r := range waiting {
				quiet = quiet && r.state == "rejected" && !(mends && w.mendable(r))
			}
			quiet = quiet && d.who() != ""
		}
		if quiet {
			quiet, err := w.agree(ctx)
			if err == nil && quiet {
				quiet, err = w.kept(ctx)
			}
			if err != nil || quiet {
				return quiet, err
			}
		}
	}
	return false, nil
}
