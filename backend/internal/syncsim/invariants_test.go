package syncsim

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
	"akno/backend/portal/application"
	"akno/backend/portal/session"
	"akno/backend/portalapi"
)

// A ledger is what the invariants remember of earlier steps.
type ledger struct {
	bodies    map[string][32]byte // of commands, by op id
	cursors   map[string]int64    // of a device in an epoch
	whole     map[string]bool     // applications whose files were looked at, in an epoch
	official  official
	codes     map[string]string // applications by order code, in every life
	paid      map[string]bool   // order codes, in an epoch
	revisions map[string]int    // of drafts, by id
}

func newLedger() ledger {
	return ledger{bodies: map[string][32]byte{}, cursors: map[string]int64{}, whole: map[string]bool{}, codes: map[string]string{}, paid: map[string]bool{}, revisions: map[string]int{}}
}

// A mark is a state of a database: what has not been written to since needs no
// second look.
type mark struct {
	db    any
	write int64
}

// An official is what the portal holds, read at once.
type official struct {
	mark    mark
	epoch   string
	apps    map[string]*application.Record
	index   map[string]record
	applied map[string]bool // by op id
	kept    map[string]portalapi.DraftBackup
	known   [devices]mark // who was held against it
}

// look reads the portal, unless nothing was written there since.
func (w *world) look(ctx context.Context) (*official, error) {
	o := &w.seen.official
	at := mark{w.portal.db, w.portal.db.Stats().Jobs}
	if o.mark == at {
		return o, nil
	}
	apps, err := w.portal.apps(ctx, w.account)
	if err != nil {
		return nil, err
	}
	index, err := w.portal.index(ctx, w.account)
	if err != nil {
		return nil, err
	}
	*o = official{mark: at, epoch: w.portal.db.Epoch(), apps: apps, index: index, applied: map[string]bool{}}
	err = w.portal.db.Read(ctx, func(tx dbx.Tx) error {
		return dbx.Each(ctx, tx, func(scan func(...any) error) error {
			var op string
			err := scan(&op)
			o.applied[op] = true
			return err
		}, `SELECT op_id FROM applied_op WHERE account_id=?`, w.account)
	})
	if err == nil && w.shared != nil {
		o.kept, err = w.portal.copies(ctx, w.account)
	}
	if err != nil {
		return nil, err
	}
	return o, errors.Join(w.checkEffects(ctx), w.checkApplications(ctx, apps), w.checkMoney(ctx), w.checkLevels(apps))
}

// check holds every invariant of safety against the world as it is. An error
// begins with the number of the invariant.
func (w *world) check(ctx context.Context) error {
	o, err := w.look(ctx)
	if err != nil {
		return err
	}
	for _, d := range w.devices {
		at := d.mark()
		if o.known[d.n] == at {
			continue
		}
		h, err := d.holdings(ctx)
		if err != nil {
			return err
		}
		if err := errors.Join(w.checkAcks(o, d, h), w.checkPrefix(o, d, h), w.checkDrafts(d, h), w.checkKept(o, d, h)); err != nil {
			return err
		}
		o.known[d.n] = at
	}
	return nil
}

// checkEffects: an operation has one effect at most (I1), and what was applied
// under an id is what was asked under it (I6).
func (w *world) checkEffects(ctx context.Context) error {
	return w.portal.db.Read(ctx, func(tx dbx.Tx) error {
		return dbx.Each(ctx, tx, func(scan func(...any) error) error {
			var entity, action string
			var n int
			if err := scan(&entity, &action, &n); err != nil {
				return err
			}
			if n > 1 {
				return fmt.Errorf("I1: %s of %s took effect %d times", action, entity, n)
			}
			return nil
		}, `SELECT entity, action, count(*) FROM audit WHERE action IN ('submit', 'withdraw') GROUP BY entity, action HAVING count(*) > 1`)
	})
}

// checkApplications: an application has left the device whole, with its files
// (I9), as it was signed (I7), and moved by the table only (I10).
func (w *world) checkApplications(ctx context.Context, apps map[string]*application.Record) error {
	for id, r := range apps {
		if key := w.portal.db.Epoch() + id; !w.seen.whole[key] {
			if err := w.checkWhole(ctx, id, r.Files()); err != nil {
				return err
			}
			w.seen.whole[key] = true
		}
		was := akno.Queued
		answers := map[string]int{}
		for i, h := range r.Doc.History {
			to := akno.Status(h.Status)
			if to != was && !was.CanBecome(to) {
				return fmt.Errorf("I10: %s went from %s to %s at step %d", id, was, to, i)
			}
			answers[h.Event]++
			was = to
		}
		answered := 0
		for _, q := range r.Doc.Questions {
			if q.AnsweredAt != nil {
				answered++
			}
		}
		if answers["answer"] != answered {
			return fmt.Errorf("I1: %s has %d answers to %d questions", id, answers["answer"], answered)
		}
	}
	return nil
}

func (w *world) checkWhole(ctx context.Context, id string, files []portalapi.FileRef) error {
	for _, f := range files {
		in, ref, err := w.portal.blobs.Open(ctx, w.account, f.Sha256)
		if errors.Is(err, errDead) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("I9: a file of %s: %w", id, err)
		}
		h := sha256.New()
		n, err := io.Copy(h, in)
		if err := errors.Join(err, in.Close()); err != nil {
			return err
		}
		if n != f.Size || ref.Size != n || hex.EncodeToString(h.Sum(nil)) != f.Sha256 {
			return fmt.Errorf("I9: a file of %s is not what it was", id)
		}
	}
	return w.checkOctets(ctx, id)
}

// checkOctets: the portal holds the octets that a device signed (I7).
func (w *world) checkOctets(ctx context.Context, id string) error {
	wr := w.drafts[id]
	if wr == nil {
		return fmt.Errorf("I7: application %s was written by nobody", id)
	}
	var octets []byte
	err := w.portal.db.Read(ctx, func(tx dbx.Tx) error {
		_, err := dbx.Found(ctx, tx, `SELECT submission FROM application WHERE id=?`, []any{id}, &octets)
		return err
	})
	if err != nil {
		return err
	}
	if sum := sha256.Sum256(octets); !wr.sums[hex.EncodeToString(sum[:])] {
		return fmt.Errorf("I7: application %s has octets that were never signed", id)
	}
	return nil
}

// longestWait is between two tries, and between two looks at the portal.
const longestWait = 15*time.Minute + time.Second

// checkAcks: what a device believes to be taken in the present life of the
// portal is there (I2), what waits or was sent has the octets that were queued
// (I7), what was applied is not refused, and nothing rests for longer than it may
// (L5).
func (w *world) checkAcks(o *official, d *device, h *holdings) error {
	for _, r := range slices.Concat(h.sent, h.outbox) {
		sum := sha256.Sum256(r.body)
		if had, known := w.seen.bodies[r.op]; known && had != sum {
			return fmt.Errorf("I7: the octets of %s have changed", r.op)
		}
		w.seen.bodies[r.op] = sum
	}
	for _, r := range h.sent {
		if r.epoch == o.epoch && !o.applied[r.op] {
			return fmt.Errorf("I2: %s %s is believed to be taken and is not", r.kind, r.target)
		}
	}
	for _, r := range h.outbox {
		if wait := time.UnixMilli(r.next).Sub(w.at); !w.jumped && wait > longestWait {
			return fmt.Errorf("L5: %s %s rests for %v", r.kind, r.target, wait)
		}
		if r.state != "rejected" || h.stream.Epoch != o.epoch {
			continue
		}
		if o.applied[r.op] {
			return fmt.Errorf("I1: %s %s took effect and is shown as refused on device %d: %s", r.kind, r.target, d.n, r.failure)
		}
		if wr := w.drafts[r.target]; r.kind == "submit" && !(wr != nil && wr.paid && overMoney(r)) {
			return fmt.Errorf("L1: application %s was refused: %s", r.target, r.failure)
		}
	}
	return nil
}

// A record is a line of the portal's index of changes.
type record struct {
	seq, version int64
	deleted      bool
}

func (p *portal) index(ctx context.Context, account string) (map[string]record, error) {
	out := map[string]record{}
	err := p.db.Read(ctx, func(tx dbx.Tx) error {
		return dbx.Each(ctx, tx, func(scan func(...any) error) error {
			var kind, id string
			var r record
			err := scan(&kind, &id, &r.seq, &r.version, &r.deleted)
			out[kind+"/"+id] = r
			return err
		}, `SELECT kind, id, seq, version, deleted FROM change WHERE account_id=?`, account)
	})
	return out, err
}

// checkPrefix: what the portal changed up to the device's cursor is on the
// device (I4), and the cursor goes forward only (I5).
func (w *world) checkPrefix(o *official, d *device, h *holdings) error {
	have, s := h.copies, h.stream
	if s.Epoch == "" || s.Epoch != o.epoch || s.Cursor == "" {
		return nil // another life, or the beginning of this one
	}
	at, err := seqOf(s.Cursor)
	if err != nil {
		return err
	}
	key := fmt.Sprint(d.n, " ", s.Epoch)
	if at < w.seen.cursors[key] {
		return fmt.Errorf("I5: the cursor of device %d went back from %d to %d", d.n, w.seen.cursors[key], at)
	}
	w.seen.cursors[key] = at
	for _, id := range slices.Sorted(maps.Keys(o.index)) {
		r := o.index[id]
		e, there := have[id]
		switch {
		case r.seq > at:
		case r.deleted && there:
			return fmt.Errorf("I4: device %d at %d still has %s, which is gone since %d", d.n, at, id, r.seq)
		case !r.deleted && (!there || e.version != r.version):
			return fmt.Errorf("I4: device %d at %d has version %d of %s (%v), the portal %d since %d", d.n, at, e.version, id, there, r.version, r.seq)
		}
	}
	return nil
}

// checkDrafts: what was shown as saved is there (I8).
func (w *world) checkDrafts(d *device, h *holdings) error {
	for id, wr := range w.drafts {
		if wr.device != d {
			continue
		}
		if !strings.Contains(h.answers[id], `"`+wr.house+`"`) {
			return fmt.Errorf("I8: draft %s does not hold %q any more", id, wr.house)
		}
		if n := h.revisions[id]; n < w.seen.revisions[id] {
			return fmt.Errorf("I8: draft %s was at revision %d and is at %d", id, w.seen.revisions[id], n)
		}
		w.seen.revisions[id] = h.revisions[id]
	}
	return nil
}

// agree says whether every device has what the portal has.
func (w *world) agree(ctx context.Context) (bool, error) {
	want, err := w.truth(ctx)
	if err != nil {
		return false, err
	}
	for _, d := range w.devices {
		h, err := d.holdings(ctx)
		if err != nil || !maps.Equal(h.copies, want) {
			return false, err
		}
	}
	return true, nil
}

// truth is everything that the portal would tell a new device.
func (w *world) truth(ctx context.Context) (map[string]entity, error) {
	out := map[string]entity{}
	cursor := ""
	for {
		page, err := w.portal.changes.Pull(ctx, session.Session{AccountID: w.account}, cursor, 200)
		if err != nil {
			return nil, err
		}
		for _, c := range page.Changes {
			if c.Body != nil && (c.Deleted == nil || !*c.Deleted) {
				out[c.Kind+"/"+c.Id] = entity{c.Version, string(*c.Body)}
			}
		}
		if !page.More {
			return out, nil
		}
		cursor = page.Cursor
	}
}

// checkEnd holds what must come true once the faults have stopped: everything
// that was handed over is there, once (L1); nothing waits without a reason (L2);
// the copies equal the portal's records (L3); and it took a bounded number of
// requests (L5).
func (w *world) checkEnd(ctx context.Context, quiet bool, requests int) error {
	apps, err := w.portal.apps(ctx, w.account)
	if err != nil {
		return err
	}
	handed := 0
	for _, id := range slices.Sorted(maps.Keys(w.drafts)) {
		wr := w.drafts[id]
		r, there := apps[id]
		if wr.handed == nil {
			if there {
				return fmt.Errorf("L1: %s was taken back and was filed", id)
			}
			continue
		}
		handed++
		if !there {
			return fmt.Errorf("L1: application %s was handed over and is lost", id)
		}
		var req portalapi.SubmissionRequest
		if err := json.Unmarshal(wr.handed.body, &req); err != nil {
			return err
		}
		if !bytes.Equal(w.octets(ctx, id), req.Submission) {
			return fmt.Errorf("L1: application %s was filed with other octets", id)
		}
		_ = r
	}
	if !quiet {
		return w.unrest(ctx)
	}
	for _, d := range w.devices {
		h, err := d.holdings(ctx)
		if err != nil {
			return err
		}
		if h.doubt != "" {
			return fmt.Errorf("L3: device %d never reaches the portal's sum %s", d.n, h.doubt)
		}
	}
	if bound := w.bound(handed); requests > bound {
		return fmt.Errorf("L5: %d requests after the faults had stopped, at most %d", requests, bound)
	}
	return nil
}

// bound is how many requests are enough once the faults have stopped.
func (w *world) bound(handed int) int {
	n := 40 + 14*(handed+len(w.notes)) + 20*w.mended + 30*devices
	if w.shared != nil {
		n += 60 + 8*(len(w.drafts)+w.shared.words)
	}
	return n
}

func (w *world) octets(ctx context.Context, id string) (octets []byte) {
	_ = w.portal.db.Read(ctx, func(tx dbx.Tx) error {
		_, err := dbx.Found(ctx, tx, `SELECT submission FROM application WHERE id=?`, []any{id}, &octets)
		return err
	})
	return octets
}

// unrest says what did not come to rest.
func (w *world) unrest(ctx context.Context) error {
	for _, d := range w.devices {
		waiting, err := d.outbox(ctx)
		if err != nil {
			return err
		}
		for _, r := range waiting {
			if r.state != "rejected" || r.failure == "" {
				return fmt.Errorf("L2: %s %s still waits on device %d: %s %q", r.kind, r.target, d.n, r.state, r.failure)
			}
		}
	}
	want, err := w.truth(ctx)
	if err != nil {
		return err
	}
	for _, d := range w.devices {
		h, err := d.holdings(ctx)
		if err != nil {
			return err
		}
		for id, e := range want {
			if have := h.copies[id]; have != e {
				return fmt.Errorf("L3: device %d at %s has version %d of %s, the portal %d", d.n, h.stream.Cursor, have.version, id, e.version)
			}
		}
		for id := range h.copies {
			if _, there := want[id]; !there {
				return fmt.Errorf("L3: device %d still has %s", d.n, id)
			}
		}
	}
	if err := w.lagging(ctx); err != nil {
		return err
	}
	return errors.New("L2: it does not come to rest")
}
