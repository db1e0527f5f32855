// Package backupsim runs the backup of drafts with the real desktop, of several
// computers, and the real portal, on real files, through the faults that can come
// between them.
package backupsim

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/catalogue"
	"akno/backend/akno/form"
	"akno/backend/desktop/backup"
	"akno/backend/desktop/draft"
	"akno/backend/desktop/portalclient"
	dstore "akno/backend/desktop/store"
	"akno/backend/desktop/syncer"
	"akno/backend/internal/dbx"
	"akno/backend/internal/testkit/testcontract"
	"akno/backend/logx"
	"akno/backend/portal/change"
	"akno/backend/portal/draftbackup"
	"akno/backend/portal/httpapi"
	"akno/backend/portal/session"
	"akno/backend/portal/store"
)

const (
	procedure = "200.1.3.4"
	anna      = "0193f0a0-0000-7000-8000-0000000000aa"
	boris     = "0193f0a0-0000-7000-8000-0000000000bb"
)

var bundle = sync.OnceValues(catalogue.Load)

// code is what the person has written down.
func code() []byte { return backup.Code(bytes.Repeat([]byte{1, 2}, 8)) }

// access lets in by a token that is the account itself.
type access struct{ httpapi.Access }

func (access) Authenticate(_ context.Context, token string) (session.Session, error) {
	return session.Session{AccountID: token, Level: akno.Email, Roles: []session.Role{session.Citizen}}, nil
}

func (a access) Look(ctx context.Context, token string) (session.Session, error) {
	return a.Authenticate(ctx, token)
}

// A world is a portal and the computers of a person.
type world struct {
	t       *testing.T
	at      time.Time
	path    string
	db      *store.DB
	handler http.Handler
}

func newWorld(t *testing.T, limits draftbackup.Limits) *world {
	t.Helper()
	w := &world{t: t, at: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC), path: filepath.Join(t.TempDir(), "portal.db")}
	w.open(limits)
	t.Cleanup(func() { _ = w.db.Close() })
	return w
}

func (w *world) now() time.Time { return w.at }

func (w *world) open(limits draftbackup.Limits) {
	w.t.Helper()
	var err error
	if w.db, err = store.Open(w.t.Context(), w.path, w.now); err != nil {
		w.t.Fatal(err)
	}
	drafts := draftbackup.New(w.db, w.now, w.db.Epoch, limits)
	changes := change.New(w.db, w.db.Epoch, []byte("key"), w.now, map[string]change.Body{draftbackup.ChangeKind: drafts.Body})
	o := httpapi.DefaultOptions()
	o.Clock, o.Rate, o.Burst = w.now, 1e9, 1e9
	w.handler = testcontract.Handler(w.t, httpapi.New(httpapi.Behind{Access: access{}, Drafts: drafts, Changes: changes}, o))
}

// copied makes a copy of the portal's database.
func (w *world) copied() string {
	w.t.Helper()
	path := filepath.Join(w.t.TempDir(), "copy.db")
	if err := w.db.Backup(w.t.Context(), path); err != nil {
		w.t.Fatal(err)
	}
	return path
}

// restore starts the portal on a copy, in another life.
func (w *world) restore(path string) {
	w.t.Helper()
	if err := w.db.Close(); err != nil {
		w.t.Fatal(err)
	}
	if _, err := store.Renew(w.t.Context(), path, w.now); err != nil {
		w.t.Fatal(err)
	}
	w.path = path
	w.open(draftbackup.DefaultLimits())
}

// revision returns the revision that the portal keeps, 0 for none.
func (w *world) revision(account, id string) int64 {
	w.t.Helper()
	var rev int64
	err := w.db.Read(w.t.Context(), func(tx dbx.Tx) error {
		_, err := dbx.Found(w.t.Context(), tx, `SELECT rev FROM draft_backup WHERE account_id=? AND id=?`, []any{account, id}, &rev)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return rev
}

// A fault is what happens to one request.
type fault int

const (
	fine  fault = iota
	lost        // it never arrives
	cut         // it is done, and the answer is lost
	hotel       // somebody else answers
)

var errLine = errors.New("the line is broken")

// A computer is the program over a profile of its own.
type computer struct {
	w   *world
	dir string
	who string

	db     *dstore.DB
	client *portalclient.Client
	sync   *syncer.Syncer
	drafts *draft.Service
	lane   *backup.Service

	faults []fault
	off    bool                                      // the cable is out
	out    bool                                      // the session has ended by itself
	during func(r *http.Request)                     // before a request is done
	after  func(r *http.Request, res *http.Response) // before its answer is heard
	dead   bool                                      // no commit comes through any more
}

// A mortal is a profile whose program may die at any commit.
type mortal struct {
	*dstore.DB
	c *computer
}

var errDead = errors.New("killed")

func (m mortal) Write(ctx context.Context, fn func(tx dbx.Tx) error) error {
	if m.c.dead {
		return errDead
	}
	return m.DB.Write(ctx, fn)
}

func (w *world) computer(who string) *computer {
	w.t.Helper()
	c := &computer{w: w, dir: w.t.TempDir(), who: who}
	var err error
	if c.db, err = dstore.Open(w.t.Context(), c.dir, make([]byte, dstore.KeySize)); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = c.db.Close() })
	c.start()
	return c
}

// start starts the program over the profile, also after a sudden death.
func (c *computer) start() {
	t := c.w.t
	t.Helper()
	c.dead = false
	all, err := bundle()
	if err != nil {
		t.Fatal(err)
	}
	c.client, err = portalclient.New(portalclient.Options{BaseURL: "https://portal.example", Now: c.w.now})
	if err != nil {
		t.Fatal(err)
	}
	c.client.R.SetTransport(c)
	c.client.SetToken(c.who)
	account := func() string {
		if c.out {
			return ""
		}
		return c.who
	}
	shown := func() string { return c.who }
	half := func(n int64) int64 { return n / 2 }
	c.sync = syncer.New(syncer.Options{
		DB: c.db, Portal: c.client, Account: account, Now: c.w.now, Log: logx.Discard(), Random: half,
		Applied: func(ctx context.Context, tx syncer.Tx, e syncer.Entity) error { return c.lane.ApplyChange(ctx, tx, e) },
	})
	c.drafts = draft.New(draft.Options{DB: c.db, Catalogue: all, Now: c.w.now, Account: account, Shown: shown})
	c.lane = backup.New(backup.Options{
		DB: mortal{c.db, c}, Portal: c.client, Drafts: c.drafts, Account: account, Shown: shown, Now: c.w.now, Log: logx.Discard(), Random: half,
	})
}

// RoundTrip implements http.RoundTripper.
func (c *computer) RoundTrip(r *http.Request) (*http.Response, error) {
	f := fine
	if len(c.faults) > 0 {
		f, c.faults = c.faults[0], c.faults[1:]
	}
	if f == lost || c.off {
		return nil, errLine
	}
	if c.during != nil {
		c.during(r)
	}
	rec := httptest.NewRecorder()
	if f == hotel {
		rec.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(rec, "<html>sign in</html>")
		return rec.Result(), nil
	}
	if r.Body == nil {
		r.Body = http.NoBody
	}
	c.w.handler.ServeHTTP(rec, r)
	if f == cut {
		return nil, errLine
	}
	res := rec.Result()
	if c.after != nil {
		c.after(r, res)
	}
	return res, nil
}

// signIn is the first contact: the exchange learns the life of the portal.
func (c *computer) signIn() *computer {
	c.w.t.Helper()
	c.pull()
	return c
}

func (c *computer) pull() {
	c.w.t.Helper()
	if err := c.sync.Now(c.w.t.Context()); err != nil {
		c.w.t.Fatal(err)
	}
}

// on switches backups on.
func (c *computer) on() *computer {
	c.w.t.Helper()
	if err := c.lane.Enable(c.w.t.Context(), code()); err != nil {
		c.w.t.Fatal(err)
	}
	return c
}

// round makes one round of the lane after the waits are over, and returns what it
// ended with.
func (c *computer) round() error {
	c.w.at = c.w.at.Add(30 * time.Minute)
	_, err := c.lane.Round(c.w.t.Context())
	return err
}

// settle lets both lanes work until there is nothing to do.
func (c *computer) settle() {
	c.w.t.Helper()
	for range 4 {
		c.pull()
		if err := c.round(); err != nil {
			c.w.t.Fatal(err)
		}
	}
	c.pull()
}

// write makes a draft and returns its id.
func (c *computer) write(text string) string {
	c.w.t.Helper()
	v, err := c.drafts.Create(c.w.t.Context(), procedure)
	if err != nil {
		c.w.t.Fatal(err)
	}
	c.answer(v.Row.ID, text)
	return v.Row.ID
}

func (c *computer) answer(id, text string) {
	c.w.t.Helper()
	if err := c.try(id, text); err != nil {
		c.w.t.Fatal(err)
	}
}

func (c *computer) try(id, text string) error {
	c.w.at = c.w.at.Add(time.Minute) // an answer of its own, not the same one typed on
	_, err := c.drafts.Apply(c.w.t.Context(), id, []draft.Patch{{Field: "surname", Value: form.Text(text)}})
	return err
}

// reads holds the answer of a draft.
func (c *computer) reads(id, want string) {
	c.w.t.Helper()
	v, err := c.drafts.Open(c.w.t.Context(), id)
	if err != nil {
		c.w.t.Fatal(err)
	}
	if got := v.Row.Answers["surname"].Text(); got != want {
		c.w.t.Errorf("reads %q, want %q", got, want)
	}
}

func (c *computer) fact(id string) backup.Fact {
	c.w.t.Helper()
	all, err := c.lane.Facts(c.w.t.Context(), id)
	if err != nil {
		c.w.t.Fatal(err)
	}
	return all[id]
}

// state holds how the backup of a draft stands.
func (c *computer) state(id, want string) backup.Fact {
	c.w.t.Helper()
	f := c.fact(id)
	if f.State != want {
		c.w.t.Fatalf("the backup is %+v, want %q", f, want)
	}
	return f
}

// backedRev is I3: what is believed to be kept is kept.
func (c *computer) backedRev(id string) int64 {
	c.w.t.Helper()
	var rev int64
	err := c.db.Read(c.w.t.Context(), func(tx dbx.Tx) error {
		_, err := dbx.Found(c.w.t.Context(), tx, `SELECT backed_rev FROM backup WHERE draft=?`, []any{id}, &rev)
		return err
	})
	if err != nil {
		c.w.t.Fatal(err)
	}
	if kept := c.w.revision(c.who, id); rev > kept {
		c.w.t.Errorf("revision %d is believed to be kept, %d is", rev, kept)
	}
	return rev
}

// copies are the drafts here that another computer wrote otherwise.
func (c *computer) copies() []string {
	c.w.t.Helper()
	l, err := c.drafts.List(c.w.t.Context())
	if err != nil {
		c.w.t.Fatal(err)
	}
	var out []string
	for _, d := range l {
		if d.Copy {
			out = append(out, d.ID)
		}
	}
	return out
}

func (c *computer) take(id string) backup.Taken {
	c.w.t.Helper()
	got, err := c.lane.Take(c.w.t.Context(), id)
	if err != nil {
		c.w.t.Fatal(err)
	}
	return got
}

func wants(t *testing.T, err error, code akno.Code) {
	t.Helper()
	if akno.CodeOf(err) != code {
		t.Fatalf("got %v, want %s", err, code)
	}
}

// openCopyOf starts the program over a copy of another one's profile.
func (c *computer) openCopyOf(other *computer) {
	t := c.w.t
	t.Helper()
	for _, name := range []string{"profile.db", "profile.db-wal"} {
		octets, err := os.ReadFile(filepath.Join(other.dir, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(c.dir, name), octets, 0o600)
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	var err error
	if c.db, err = dstore.Open(t.Context(), c.dir, make([]byte, dstore.KeySize)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.db.Close() })
	c.start()
}
