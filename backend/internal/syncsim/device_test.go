package syncsim

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/desktop/attach"
	"akno/backend/desktop/backup"
	"akno/backend/desktop/cabinet"
	"akno/backend/desktop/draft"
	"akno/backend/desktop/portalclient"
	"akno/backend/desktop/signer"
	"akno/backend/desktop/store"
	"akno/backend/desktop/syncer"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/logx"
	"akno/backend/portal/session/sessiontest"
	"akno/backend/portalapi"
)

const (
	procedure      = "200.22.3" // with a file
	plainProcedure = "200.1.3.1"
)

// A device is the real program over a real profile, without its window.
type device struct {
	w     *world
	n     int
	dir   string
	lives int
	jump  time.Duration // by how much its clock is wrong

	db      *store.DB
	written atomic.Int64 // statements that may change something
	step    func()       // is called before every statement of a write; nil for nothing
	fuse    *fuse
	link    *link
	client  *portalclient.Client
	sync    *syncer.Syncer
	drafts  *draft.Service
	cabinet *cabinet.Service
	lane    *backup.Service
	account atomic.Value // string: who is signed in
	token   string
	weak    bool // in a session without a signature
	full    bool // the disk takes no more
	crammed bool // and here it is that of the files only
}

// holder signs by putting a word before the octets.
type holder struct{}

func (holder) SignDetached(_ context.Context, _ string, _, content []byte) (signer.Signed, error) {
	return signer.Signed{
		CMS:     append([]byte("signed:"), content...),
		Verdict: signer.Verdict{Rung: signer.Good, Signer: "Тестовский Ян Янович", Number: number},
	}, nil
}

// start opens the profile and starts the program over it.
func (d *device) start(ctx context.Context) error {
	var err error
	if d.db, err = store.Open(ctx, d.dir, make([]byte, store.KeySize)); err != nil {
		return err
	}
	d.full = false
	d.db.Blobs().Through(crowded(func() bool { return d.full || d.crammed }))
	d.db.Watch(func(step string) {
		if d.step != nil {
			d.step()
		}
		for _, reads := range []string{"SELECT", "begin", "commit"} {
			if strings.HasPrefix(step, reads) {
				return
			}
		}
		d.written.Add(1)
	})
	return d.run(ctx)
}

// mark is the state of the profile.
func (d *device) mark() mark { return mark{d.db, d.written.Load()} }

// read runs fn in the connection that writes: it has the pages in the open, and
// the others would have to open them anew after each change.
func (d *device) read(ctx context.Context, fn func(tx dbx.Tx) error) error {
	return d.db.Write(ctx, fn)
}

// run starts the program over its open profile. Nobody is signed in.
func (d *device) run(ctx context.Context) error {
	var err error
	d.fuse, d.weak = &fuse{}, false
	d.account.Store("")
	dead := d.fuse
	d.link = &link{w: d.w, dead: dead.isDead, answers: map[string][]packet{}}
	clk := func() time.Time { return d.w.now().Add(d.jump) }
	d.client, err = portalclient.New(portalclient.Options{
		BaseURL: "https://portal.example", Now: clk, SignedOut: func(string) { d.signOut() },
	})
	if err != nil {
		return err
	}
	d.link.wire = d.client.R.GetClient().Transport.(*http.Transport)
	d.client.R.SetTransport(d.link)
	d.sync = syncer.New(syncer.Options{
		DB: mortalProfile{d.db, d.fuse, d.yields}, Portal: d.client, Account: d.who, Now: clk, Log: logx.Discard(), Random: d.w.random,
		Batch: d.w.batch,
		Applied: func(ctx context.Context, tx syncer.Tx, e syncer.Entity) error {
			return errors.Join(d.drafts.ApplyChange(ctx, tx, e), d.cabinet.ApplyChange(ctx, tx, e), d.lane.ApplyChange(ctx, tx, e))
		},
	})
	// The day of the draft is right even where the clock is not: a wrong day is
	// refused by the portal, which is another story.
	d.drafts = draft.New(draft.Options{
		DB: d.db, Catalogue: d.w.cat.Catalogue, Orders: d.client, Print: document, Signer: holder{}, Now: d.w.now, Account: d.who,
		Shown: func() string { return d.w.account }, Queued: d.sync.Nudge,
	})
	d.lane = backup.New(backup.Options{
		DB: mortalProfile{d.db, d.fuse, d.yields}, Portal: d.client, Drafts: d.drafts, Account: d.who, Shown: func() string { return d.w.account },
		Now: clk, Log: logx.Discard(), Pull: d.sync.Peek, Random: d.w.random,
	})
	d.cabinet = cabinet.New(cabinet.Options{DB: d.db, Drafts: d.drafts, Sync: d.sync, Now: d.w.now})
	return d.sync.Recall(ctx)
}

// yields says whether what is under way goes on before what this device writes.
func (d *device) yields() bool { return d.w.batch > 0 && d.w.random(2) == 0 }

// who is signed in, "" for nobody.
func (d *device) who() string {
	account, _ := d.account.Load().(string)
	return account
}

func (d *device) signOut() {
	d.account.Store("")
	d.weak = false
	d.client.SetToken("")
}

// kill is kill -9 and a new start. What a program that was killed leaves on the
// disk is what it had committed, so that the next one may as well find the
// database open; it reads the files and the log as they lie there where the
// world asks for it.
func (d *device) kill(ctx context.Context) error {
	d.fuse.die()
	if !d.w.fromDisk() {
		return d.run(ctx)
	}
	d.lives++
	next := filepath.Join(d.w.dir, fmt.Sprintf("device%d-%d", d.n, d.lives))
	if err := copyDatabase(filepath.Join(d.dir, "profile.db"), filepath.Join(next, "profile.db")); err != nil {
		return err
	}
	if err := errors.Join(d.db.Close(), moveFolders(d.dir, next), os.RemoveAll(d.dir)); err != nil {
		return err
	}
	d.dir = next
	return d.start(ctx)
}

// moveFolders moves the files of a profile, which never change.
func moveFolders(from, to string) error {
	all, err := os.ReadDir(from)
	for _, e := range all {
		if e.IsDir() {
			err = errors.Join(err, os.Rename(filepath.Join(from, e.Name()), filepath.Join(to, e.Name())))
		}
	}
	return err
}

// signIn opens a session, as far as the network lets it.
func (d *device) signIn(ctx context.Context) error {
	ch, err := d.client.CreateChallenge(ctx, portalapi.ChallengeRequest{Purpose: "sign_in"})
	if err != nil {
		return err
	}
	s, err := d.client.SignInByEds(ctx, portalapi.SignedChallenge{ChallengeId: ch.Id, Signature: sessiontest.Sign(card(), ch.Document)})
	if err != nil {
		return err
	}
	if s.Token == nil {
		return errors.New("a session without a token")
	}
	d.token = *s.Token
	d.client.SetToken(d.token)
	d.account.Store(s.Account.Id)
	d.weak = false
	return errors.Join(d.sync.Hurry(ctx), d.lane.Hurry(ctx))
}

// write makes a new draft with every answer, and returns its id.
func (d *device) write(ctx context.Context, of string) (string, error) {
	v, err := d.drafts.Create(ctx, of)
	if err != nil {
		return "", err
	}
	answers := d.w.answers[of]
	patches := make([]draft.Patch, 0, len(answers))
	for field, value := range answers {
		if field == papers {
			continue
		}
		patches = append(patches, draft.Patch{Field: field, Value: value})
	}
	c, err := d.drafts.Apply(ctx, v.Row.ID, patches)
	if err != nil {
		return "", err
	}
	if of == procedure {
		return v.Row.ID, d.attach(ctx, v.Row.ID)
	}
	return v.Row.ID, passes(c)
}

// attach adds the file that a draft lacks.
func (d *device) attach(ctx context.Context, id string) error {
	paper, err := d.paper(id)
	if err != nil {
		return err
	}
	c, err := d.drafts.Attach(ctx, attach.Place{Of: id, Field: papers}, []form.File{paper}, "", nil)
	if err != nil {
		return err
	}
	return passes(c)
}

func passes(c draft.Change) error {
	if !c.View.State.Valid() {
		return fmt.Errorf("the example does not pass: %+v", c.View.State.Errors)
	}
	return nil
}

// papers is the field that holds a file.
const papers = "title_file"

// paper stores a file that belongs to one draft only.
func (d *device) paper(id string) (form.File, error) {
	pdf, err := document([]byte(id + strings.Repeat(" ", d.w.papers)))
	if err != nil {
		return form.File{}, err
	}
	f := form.File{ID: ids.New(d.w.now()), Name: "справка.pdf", MIME: "application/pdf"}
	f.SHA256, f.Size, err = d.db.Blobs().Put(bytes.NewReader(pdf), 1<<20)
	return f, err
}

// house is the answer that the simulation changes.
const house = "reg_house"

func (d *device) edit(ctx context.Context, id, text string) error {
	_, err := d.drafts.Apply(ctx, id, []draft.Patch{{Field: house, Value: form.Text(text)}})
	return err
}

// finalise signs a draft and hands it over.
func (d *device) finalise(ctx context.Context, id string) error {
	p, err := d.drafts.Preview(ctx, id, akno.Russian)
	if err != nil {
		return err
	}
	_, err = d.drafts.Sign(ctx, id, "key", nil, akno.Russian, p.Hash)
	return err
}

// A row is a command in the outbox or among what was sent.
type row struct {
	op, kind, target, epoch, state, failure string
	next                                    int64 // try, in Unix milliseconds
	body                                    []byte
}

func rows(ctx context.Context, tx dbx.Tx, query string) ([]row, error) {
	var out []row
	err := dbx.Each(ctx, tx, func(scan func(...any) error) error {
		var r row
		err := scan(&r.op, &r.kind, &r.target, &r.epoch, &r.state, &r.failure, &r.next, &r.body)
		out = append(out, r)
		return err
	}, query)
	return out, err
}

const (
	outboxRows = `SELECT op_id, kind, target, '', state, failure, next_at, body FROM outbox JOIN envelope USING (seq) ORDER BY seq`
	sentRows   = `SELECT op_id, kind, target, epoch, '', '', 0, body FROM sent JOIN envelope USING (seq) ORDER BY seq`
)

func (d *device) outbox(ctx context.Context) ([]row, error) {
	var out []row
	err := d.read(ctx, func(tx dbx.Tx) (err error) {
		out, err = rows(ctx, tx, outboxRows)
		return err
	})
	return out, err
}

// entity is a copy of a record of the portal.
type entity struct {
	version int64
	body    string
}

// holdings are what a device has of everything that the invariants are about.
type holdings struct {
	outbox, sent []row
	copies       map[string]entity // by kind and id
	stream       syncer.Stream
	doubt        string            // the portal's sum that the copies did not come to, or ""
	answers      map[string]string // of drafts, by id
	revisions    map[string]int    // the last, by id
	kept         keeping           // empty where the portal keeps no drafts
}

func (d *device) holdings(ctx context.Context) (*holdings, error) {
	h := &holdings{copies: map[string]entity{}, answers: map[string]string{}, revisions: map[string]int{}}
	err := d.read(ctx, func(tx dbx.Tx) error {
		var err error
		if h.outbox, err = rows(ctx, tx, outboxRows); err != nil {
			return err
		}
		if h.sent, err = rows(ctx, tx, sentRows); err != nil {
			return err
		}
		if h.stream, err = syncer.StreamOf(ctx, tx, d.w.account); err != nil {
			return err
		}
		if _, err = dbx.Found(ctx, tx, `SELECT doubt FROM stream WHERE account=?`, []any{d.w.account}, &h.doubt); err != nil {
			return err
		}
		err = dbx.Each(ctx, tx, func(scan func(...any) error) error {
			var kind, id string
			var e entity
			err := scan(&kind, &id, &e.version, &e.body)
			h.copies[kind+"/"+id] = e
			return err
		}, `SELECT kind, id, version, body FROM inbox WHERE account=?`, d.w.account)
		if err != nil {
			return err
		}
		err = dbx.Each(ctx, tx, func(scan func(...any) error) error {
			var id, text string
			var n int
			err := scan(&id, &text, &n)
			h.answers[id], h.revisions[id] = text, n
			return err
		}, `SELECT id, answers, rev FROM draft`)
		if err == nil && d.w.shared != nil {
			h.kept, err = keepingOf(ctx, tx, d.w.account)
		}
		return err
	})
	return h, err
}
