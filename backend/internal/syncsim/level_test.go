package syncsim

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"pgregory.net/rapid"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
	"akno/backend/portal/application"
	"akno/backend/portal/httpapi"
	"akno/backend/portal/intake"
	"akno/backend/portal/session"
	"akno/backend/portalapi"
)

// A witness stands before the intake and notes in sessions of which level
// submissions are accepted, whatever becomes of the answer.
type witness struct {
	httpapi.Intake
	p *portal
}

func (i witness) Submit(ctx context.Context, who session.Session, req portalapi.SubmissionRequest) (portalapi.Application, error) {
	return i.SubmitAll(ctx, who, []portalapi.SubmissionRequest{req})[0].Application()
}

func (i witness) SubmitAll(ctx context.Context, who session.Session, reqs []portalapi.SubmissionRequest) []intake.Filed {
	var fresh []portalapi.SubmissionRequest
	for _, req := range reqs {
		if !i.p.accepted(ctx, who.AccountID, req.OpId) {
			fresh = append(fresh, req)
		}
	}
	out := i.Intake.SubmitAll(ctx, who, reqs)
	i.p.levelMu.Lock()
	defer i.p.levelMu.Unlock()
	for _, req := range fresh {
		if i.p.accepted(ctx, who.AccountID, req.OpId) {
			i.p.levels = append(i.p.levels, accepted{req.ApplicationId, who.Level})
		}
	}
	return out
}

// accepted is a submission that took effect in a session of a level.
type accepted struct {
	application string
	level       akno.Level
}

func (p *portal) accepted(ctx context.Context, account, op string) bool {
	found := false
	_ = p.db.Read(ctx, func(tx dbx.Tx) error {
		var one int
		var err error
		found, err = dbx.Found(ctx, tx, `SELECT 1 FROM applied_op WHERE account_id=? AND op_id=?`, []any{account, op}, &one)
		return err
	})
	return found
}

// checkLevels: nothing was accepted in a session below the level of its procedure
// (I11).
func (w *world) checkLevels(apps map[string]*application.Record) error {
	w.portal.levelMu.Lock()
	defer w.portal.levelMu.Unlock()
	for _, a := range w.portal.levels {
		r, known := apps[a.application]
		if !known {
			continue
		}
		pr, err := w.cat.Find(r.Doc.Procedure)
		if err != nil {
			return err
		}
		if a.level < pr.Needs(akno.Citizen) {
			return fmt.Errorf("I11: %s was accepted in a session of the level %s and needs %s", a.application, a.level, pr.Needs(akno.Citizen))
		}
	}
	w.portal.levels = nil
	return nil
}

// signInWeakly lets the person come in without the signature: by a password, or
// by an identifier of One Window.
func (r *run) signInWeakly() {
	d := r.device()
	if d.link.cut || d.full || r.portal.full || r.portal.fuse.isDead() {
		return
	}
	if rapid.Bool().Draw(r.t, "identifier") {
		r.must(r.enterWeakly(d, akno.NonStrict, session.ByIdentifier))
		return
	}
	r.must(r.enterWeakly(d, akno.Email, session.ByEmail))
}

func (r *run) enterWeakly(d *device, level akno.Level, way session.Way) error {
	var token string
	err := r.portal.db.Write(r.ctx, func(tx dbx.Tx) error {
		var err error
		_, token, err = session.Open(r.ctx, tx, session.Opening{AccountID: r.account, Level: level, Way: way}, r.portal.now())
		return err
	})
	if err != nil {
		return err
	}
	d.client.SetToken(token)
	d.account.Store(r.account)
	d.weak = true
	return d.sync.Hurry(r.ctx)
}

// lock locks the profile in the middle of an exchange, and opens it again: what
// was under way ends, and nothing lies in the open meanwhile (C13).
func (r *run) lock() {
	d := r.device()
	if d.who() == "" {
		_ = d.signIn(r.ctx)
	}
	locked := false
	left := rapid.IntRange(1, 4).Draw(r.t, "requests")
	d.link.on = func() {
		if left--; left == 0 {
			locked = true
			r.must(d.db.Close())
		}
	}
	_ = d.sync.Now(r.ctx) // what came of it stands in the rows
	d.link.on = nil
	if !locked {
		r.must(d.db.Close())
	}
	if err := d.sealed(); err != nil {
		r.t.Fatal(err)
	}
	d.fuse.die()
	r.must(d.start(r.ctx))
}

// sealed says whether nothing in the folder of a profile can be read.
func (d *device) sealed() error {
	return filepath.WalkDir(d.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, open := range []string{"Тестовский", house, "%PDF-1.4", "SQLite format"} {
			if bytes.Contains(b, []byte(open)) {
				return fmt.Errorf("C13: %s of a locked profile says %q", e.Name(), open)
			}
		}
		return nil
	})
}
