package syncsim

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/cryptotest"
	"time"

	"pgregory.net/rapid"

	"akno/backend/akno"
	"akno/backend/portalapi"
)

// seqOf reads the number in a cursor.
func seqOf(cursor string) (int64, error) {
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(b) != 49 {
		return 0, fmt.Errorf("not a cursor: %q", cursor)
	}
	return int64(binary.BigEndian.Uint64(b[17:25])), nil
}

// A run is one history of the world.
type run struct {
	*world
	ctx context.Context
	t   *rapid.T
	// allowed are the faults of this run: each run does without some, since what
	// all of them hide together one alone may show.
	allowed []fault
	paying  bool // whether some drafts cost money
}

// must ends the run when something of the simulation itself fails.
func (r *run) must(err error) {
	if err != nil {
		r.t.Fatalf("the simulation failed: %v", err)
	}
}

func (r *run) device() *device { return r.devices[rapid.IntRange(0, devices-1).Draw(r.t, "device")] }

// pick draws one of the ids that fit, or "".
func (r *run) pick(what string, fits func(id string, wr *writing) bool) string {
	var all []string
	for _, id := range slices.Sorted(maps.Keys(r.drafts)) {
		if fits(id, r.drafts[id]) {
			all = append(all, id)
		}
	}
	if len(all) == 0 {
		return ""
	}
	return all[rapid.IntRange(0, len(all)-1).Draw(r.t, what)]
}

// begin makes a draft of a procedure. Where there is no room for its file, it is
// without.
func (r *run) begin(d *device, procedure string) error {
	id, err := d.write(r.ctx, procedure)
	if id != "" {
		r.drafts[id] = &writing{device: d, house: "10", paid: procedure == paidProcedure, sums: map[string]bool{}}
	}
	if id != "" && d.crammed && akno.CodeOf(err) == akno.DiskFull {
		r.drafts[id].bare = true
		return nil
	}
	return err
}

// dress adds the file that there was no room for, and says whether the draft has
// all that it needs.
func (r *run) dress(d *device, id string) bool {
	wr := r.drafts[id]
	if !wr.bare {
		return true
	}
	switch err := d.attach(r.ctx, id); {
	case err == nil:
		wr.bare = false
	case (d.full || d.crammed) && akno.CodeOf(err) == akno.DiskFull:
	default:
		r.must(err)
	}
	return !wr.bare
}

// procedure draws one of those that drafts are of.
func (r *run) procedure() string {
	if r.paying && rapid.IntRange(0, 2).Draw(r.t, "paid") == 0 {
		return paidProcedure
	}
	if rapid.IntRange(0, 2).Draw(r.t, "plain") == 0 {
		return plainProcedure
	}
	return procedure
}

// edit changes a draft, or begins one. What it returns without an error was
// shown as saved. On a full disk it may be refused, and nothing has changed then
// (C2).
func (r *run) edit() {
	d := r.device()
	id := r.pick("draft", func(_ string, wr *writing) bool { return wr.device == d && wr.handed == nil })
	if id == "" || len(r.drafts) < 3 && rapid.Bool().Draw(r.t, "new") {
		if !d.full {
			r.must(r.begin(d, r.procedure()))
		}
		return
	}
	text := fmt.Sprint(rapid.IntRange(100, 999).Draw(r.t, "house"))
	err := d.edit(r.ctx, id, text)
	if d.full && akno.CodeOf(err) == akno.DiskFull {
		return
	}
	r.must(err)
	r.drafts[id].house = text
}

// finalise hands a draft over. On a full disk it may be refused, and it is a draft
// still (C3); so it is without the money.
func (r *run) finalise() {
	d := r.device()
	id := r.pick("draft", func(_ string, wr *writing) bool { return wr.device == d && wr.handed == nil })
	if id == "" {
		if len(r.drafts) >= 6 || d.full {
			return
		}
		r.must(r.begin(d, r.procedure()))
		return
	}
	if !r.dress(d, id) {
		return
	}
	switch err := d.finalise(r.ctx, id); {
	case err == nil:
		r.must(r.handedOver(r.ctx, d, id))
	case (d.full || d.crammed) && akno.CodeOf(err) == akno.DiskFull, r.drafts[id].paid && akno.CodeOf(err) == akno.NeedsPaying:
		if r.handedOver(r.ctx, d, id) == nil {
			r.t.Fatalf("C3: %s is in the outbox and was said not to be handed over: %v", id, err)
		}
	default:
		r.must(err)
	}
}

// handedOver notes the command of a draft that was handed over.
func (w *world) handedOver(ctx context.Context, d *device, id string) error {
	waiting, err := d.outbox(ctx)
	if err != nil {
		return err
	}
	for _, q := range waiting {
		if q.target == id && q.kind == "submit" {
			w.drafts[id].handed = &q
			var req portalapi.SubmissionRequest
			if err := json.Unmarshal(q.body, &req); err != nil {
				return err
			}
			sum := sha256.Sum256(req.Submission)
			w.drafts[id].sums[hex.EncodeToString(sum[:])] = true
			return nil
		}
	}
	return fmt.Errorf("C3: %s was handed over and is not in the outbox", id)
}

// takeBack makes a draft of what has not left the device.
func (r *run) takeBack() {
	d := r.device()
	id := r.pick("handed", func(_ string, wr *writing) bool { return wr.device == d && wr.handed != nil })
	if id == "" || d.full {
		return
	}
	if _, err := d.drafts.Unqueue(r.ctx, id); err == nil {
		r.drafts[id].handed = nil
	} else if akno.CodeOf(err) != akno.WrongState {
		r.must(err)
	}
}

// act withdraws an application, or answers a question about it.
func (r *run) act() {
	d := r.device()
	if d.full {
		return
	}
	h, err := d.holdings(r.ctx)
	r.must(err)
	have := h.copies
	var all []string
	for _, id := range slices.Sorted(maps.Keys(have)) {
		if app, is := strings.CutPrefix(id, "application/"); is {
			all = append(all, app)
		}
	}
	if len(all) == 0 {
		return
	}
	id := all[rapid.IntRange(0, len(all)-1).Draw(r.t, "application")]
	var a portalapi.Application
	r.must(json.Unmarshal([]byte(have["application/"+id].body), &a))
	if a.Status == string(akno.Clarification) {
		q := a.Questions[len(a.Questions)-1].Id
		err = d.cabinet.Answer(r.ctx, id, q, "дом 12", nil)
	} else if rapid.IntRange(0, 2).Draw(r.t, "withdraw") == 0 {
		err = d.cabinet.Withdraw(r.ctx, id, "")
	}
	if err != nil && akno.CodeOf(err) != akno.WrongState {
		r.must(err)
	}
}

// exchange is a round of a device over a bad network; the program may die at any
// of its commits.
func (r *run) exchange() {
	d := r.device()
	aims := []string{"", "sync/push", "changes", "blobs"}
	if r.shared != nil {
		aims = append(aims, "drafts")
	}
	d.link.aim = rapid.SampledFrom(aims).Draw(r.t, "aim")
	d.link.script = rapid.SliceOfN(rapid.SampledFrom(r.allowed), 2, 12).Draw(r.t, "network")
	if slices.Contains(r.allowed, diesEarly) {
		if n := rapid.IntRange(0, 12).Draw(r.t, "commits"); n < 5 {
			d.fuse.arm(n, rapid.Bool().Draw(r.t, "after"))
		}
	}
	if d.who() == "" {
		_ = d.signIn(r.ctx) // fails as the network does
	}
	if rapid.IntRange(0, 3).Draw(r.t, "meanwhile") == 0 {
		r.portal.meanwhile = r.meanwhile(d)
		defer func() { r.portal.meanwhile = nil }()
	}
	lanes := []func(){func() { r.round(d) }}
	if r.shared != nil {
		lanes = append(lanes, func() { r.roundOfCopies(d) })
		if rapid.Bool().Draw(r.t, "copies first") {
			slices.Reverse(lanes)
		}
	}
	for _, lane := range lanes {
		lane()
	}
	d.link.script, d.link.aim = nil, ""
	r.must(r.revive(r.ctx))
}

// round is one of the commands and the records.
func (r *run) round(d *device) {
	if rapid.Bool().Draw(r.t, "now") {
		_ = d.sync.Now(r.ctx)
		return
	}
	wait, _ := d.sync.Round(r.ctx)
	r.must(r.boundedWait(wait))
}

// roundOfCopies is one of the copies of drafts, while a person may write on.
func (r *run) roundOfCopies(d *device) {
	if left := rapid.IntRange(0, 6).Draw(r.t, "writes on"); left > 0 {
		d.link.on = func() {
			if left--; left == 0 {
				r.writeSharedOn(d)
			}
		}
	}
	_, _ = d.lane.Round(r.ctx) // what came of it stands in the rows
	d.link.on = nil
}

// boundedWait: the exchange never rests for long, but where nothing can change
// without a nudge, and where a clock went back (L5).
func (w *world) boundedWait(wait time.Duration) error {
	if wait > longestWait && wait != time.Hour && !w.jumped {
		return fmt.Errorf("L5: the exchange rests for %v", wait)
	}
	return nil
}

// meanwhile returns what other people do while the portal looks at a submission
// of d: an official writes a note, and another device asks for changes.
func (r *run) meanwhile(d *device) func() {
	return func() {
		r.portal.meanwhile = nil // once
		if r.portal.full || r.portal.fuse.isDead() {
			return
		}
		r.notes["n1"]++
		_ = r.portal.note(r.ctx, r.account, "n1", r.notes["n1"], false) // fails as the portal does
		for _, other := range r.devices {
			if other != d && other.who() != "" {
				_ = other.sync.Now(r.ctx)
			}
		}
	}
}

// forge sends another command under an id that was applied. It is refused.
func (r *run) forge() {
	d := r.device()
	id := r.pick("handed", func(id string, wr *writing) bool { return wr.handed != nil })
	if id == "" || d.who() == "" || d.link.cut || r.portal.full {
		return
	}
	var req portalapi.SubmissionRequest
	r.must(json.Unmarshal(r.drafts[id].handed.body, &req))
	if apps, err := r.portal.apps(r.ctx, r.account); err != nil || apps[id] == nil {
		r.must(err)
		return
	}
	req.Document = &portalapi.FileRef{Name: "другое.pdf", MediaType: "application/pdf", Sha256: strings.Repeat("0", 64)}
	if _, err := d.client.SubmitApplication(r.ctx, req); err == nil {
		r.t.Fatalf("I6: another command was taken under the id of %s", id)
	}
}

// clerk lets an official take a step, or changes a note.
func (r *run) clerk() {
	if r.portal.full {
		return
	}
	if rapid.IntRange(0, 2).Draw(r.t, "note") == 0 {
		id := fmt.Sprint("n", rapid.IntRange(1, 3).Draw(r.t, "id"))
		r.notes[id]++
		r.must(r.portal.note(r.ctx, r.account, id, r.notes[id], rapid.IntRange(0, 2).Draw(r.t, "gone") == 0))
		return
	}
	apps, err := r.portal.apps(r.ctx, r.account)
	r.must(err)
	if len(apps) == 0 {
		return
	}
	all := slices.Sorted(maps.Keys(apps))
	_, err = r.portal.review(r.ctx, r.account, all[rapid.IntRange(0, len(all)-1).Draw(r.t, "application")])
	r.must(err)
}

func (r *run) backup() {
	if len(r.backups) >= 3 {
		return
	}
	path := filepath.Join(r.dir, fmt.Sprint("backup", len(r.backups)))
	r.must(os.Mkdir(path, 0o700))
	r.must(r.portal.backup(r.ctx, path, r.fromDisk()))
	r.backups = append(r.backups, path)
}

func (r *run) restore() {
	if len(r.backups) == 0 {
		return
	}
	r.at = r.at.Add(time.Minute)
	r.must(r.portal.restore(r.ctx, r.cat, r.backups[rapid.IntRange(0, len(r.backups)-1).Draw(r.t, "backup")]))
}

// years lets the portal sweep, and again as it will when years have passed: sessions
// are over, and what commands were answered and what records are gone is forgotten.
func (r *run) years() {
	if r.portal.full {
		return
	}
	for _, at := range []time.Time{r.at, r.at.Add(3 * 365 * 24 * time.Hour)} {
		_, err := r.portal.db.Sweep(r.ctx, at)
		r.must(err)
	}
}

func (r *run) killDevice() { r.must(r.device().kill(r.ctx)) }
func (r *run) killPortal() { r.must(r.portal.restart(r.ctx, r.cat, r.fromDisk())) }

// wait lets time pass, and a device's clock be wrong, by hours or by more than what
// is kept for thirty days is kept, and right again; or the portal's be ahead: a
// portal that is behind refuses what was written at midnight, which is another
// story.
func (r *run) wait() {
	r.at = r.at.Add(time.Duration(rapid.IntRange(1, 1200).Draw(r.t, "seconds")) * time.Second)
	switch rapid.IntRange(0, 8).Draw(r.t, "jumps") {
	case 0:
		r.device().jump = time.Duration(rapid.IntRange(-72, 72).Draw(r.t, "hours")) * time.Hour
		r.jumped = true
	case 1:
		days := rapid.IntRange(31, 800).Draw(r.t, "days")
		if rapid.Bool().Draw(r.t, "back") {
			days = -days
		}
		r.device().jump = time.Duration(days) * 24 * time.Hour
		r.jumped = true
	case 3:
		r.device().jump = 0
	case 2:
		r.portal.ahead = time.Duration(rapid.IntRange(0, 120).Draw(r.t, "minutes")) * time.Minute
	}
}

func (r *run) deliver() {
	if len(r.late) > 0 {
		r.arrive(rapid.IntRange(0, len(r.late)-1).Draw(r.t, "late"))
		r.must(r.revive(r.ctx))
	}
}

func (r *run) cutCable() {
	d := r.device()
	d.link.cut = !d.link.cut
}

// fillDisk makes a disk full, or only that of the files, or frees it.
func (r *run) fillDisk() {
	ofFiles := rapid.Bool().Draw(r.t, "of files")
	d := r.device()
	switch portal := rapid.Bool().Draw(r.t, "portal"); {
	case portal && ofFiles:
		r.portal.crammed = !r.portal.crammed
	case portal:
		r.must(r.portal.fill(r.ctx, !r.portal.full))
	case ofFiles:
		d.crammed = !d.crammed
	default:
		r.must(limitPages(r.ctx, d.db, !d.full, &d.full))
	}
}

// settle lets everything be well for a while: without it many faults only hide
// each other.
func (r *run) settle() {
	r.must(r.calm(r.ctx))
	_, err := r.quiesce(r.ctx, 2, false)
	r.must(err)
}

func (r *run) actions() map[string]func(*rapid.T) {
	optional := map[string]func(){
		"restore": r.restore, "years": r.years, "killDevice": r.killDevice, "killPortal": r.killPortal, "cutCable": r.cutCable,
		"lock": r.lock, "signInWeakly": r.signInWeakly,
		"fillDisk": r.fillDisk, "settle": r.settle, "takeBack": r.takeBack, "act": r.act, "clerk": r.clerk, "deliver": r.deliver, "forge": r.forge,
	}
	all := map[string]func(){"edit": r.edit, "finalise": r.finalise, "wait": r.wait, "backup": r.backup}
	for i := range 6 { // what the others are about
		all[fmt.Sprint("exchange ", i)] = r.exchange
	}
	for _, name := range slices.Sorted(maps.Keys(optional)) {
		if rapid.IntRange(0, 2).Draw(r.t, "with "+name) > 0 {
			all[name] = optional[name]
		}
	}
	if r.shared != nil {
		all["write"], all["write more"], all["take"] = r.writeShared, r.writeShared, r.take
	}
	if r.paying {
		all["order"], all["pay"], all["tell"] = r.order, r.payOrder, r.tellAgain
	}
	out := map[string]func(*rapid.T){}
	for name, act := range all {
		out[name] = func(t *rapid.T) {
			r.t = t
			act()
		}
	}
	out[""] = func(t *rapid.T) {
		if err := r.check(r.ctx); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestNothingIsLostWhateverHappens runs the real program and the real portal
// through histories of faults that rapid invents, and holds the invariants after
// each step and at the end. A failure names the seed that repeats it.
func TestNothingIsLostWhateverHappens(t *testing.T) {
	ctx := t.Context()
	met := map[fault]int{}
	runs, requests, sharing, forks := 0, 0, 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		cryptotest.SetGlobalRandom(t, seed) // identifiers too are those of the seed
		w, err := newWorld(ctx, seed, rapid.SampledFrom([]int{0, 0, 1, 2}).Draw(rt, "batch"))
		if err != nil {
			rt.Fatalf("the world did not begin: %v", err)
		}
		defer func() {
			if err := w.close(); err != nil {
				rt.Errorf("the world did not end: %v", err)
			}
		}()
		r := &run{world: w, ctx: ctx, t: rt, allowed: []fault{fine, fine, fine, fine}}
		for _, f := range faults[1:] {
			if rapid.IntRange(0, 2).Draw(rt, "fault "+string(f)) > 0 {
				r.allowed = append(r.allowed, f)
			}
		}
		r.paying = rapid.IntRange(0, 2).Draw(rt, "paying") == 0
		if rapid.IntRange(0, 2).Draw(rt, "sharing") == 0 {
			r.must(w.keepDrafts(ctx))
		}
		rt.Repeat(r.actions())
		r.must(w.calm(ctx))
		before := w.requests
		quiet, err := w.quiesce(ctx, 60, true)
		r.must(err)
		if err := w.check(ctx); err != nil {
			rt.Fatal(err)
		}
		if err := w.checkEnd(ctx, quiet, w.requests-before); err != nil {
			rt.Fatal(err)
		}
		if err := w.checkCopies(ctx); err != nil {
			rt.Fatal(err)
		}
		if w.shared != nil {
			sharing, forks = sharing+1, forks+len(w.shared.forks)
		}
		runs, requests = runs+1, requests+w.requests
		for f, n := range w.met {
			met[f] += n
		}
	})
	t.Logf("%d runs, %d requests, %d with copies of drafts and %d forks, %v", runs, requests, sharing, forks, met)
}
