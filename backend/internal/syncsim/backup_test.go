package syncsim

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/desktop/backup"
	"akno/backend/desktop/draft"
	"akno/backend/desktop/store"
	"akno/backend/internal/dbx"
	"akno/backend/portalapi"
)

// The lane of backups: the portal keeps sealed copies of the drafts of both
// devices, which take some of them from each other and write on, knowing of it or
// not. Nothing of these is handed over, so that what was written in them stays to
// be looked for.

// sharedProcedure is that of the drafts that both devices write on.
const sharedProcedure = "200.1.3.4"

// A sharing is what is known of the drafts that both devices write on.
type sharing struct {
	words int               // that were written so far
	said  [devices][]string // what each device was shown as saved, or has taken in
	forks map[string]bool   // drafts that hold what the other device wrote otherwise
}

// keepDrafts lets the portal keep the drafts of both devices.
func (w *world) keepDrafts(ctx context.Context) error {
	w.shared = &sharing{forks: map[string]bool{}}
	for _, d := range w.devices {
		err := d.signIn(ctx)
		if err == nil {
			err = d.sync.Now(ctx) // the life of the portal is known then
		}
		if err == nil {
			err = d.lane.Enable(ctx, backup.Code([]byte("what she has got")))
		}
		if err != nil {
			return fmt.Errorf("backups are not switched on: %w", err)
		}
	}
	return nil
}

// jot writes something new into a shared draft, or into a new one where id is "".
func (w *world) jot(ctx context.Context, d *device, id string) (string, error) {
	if id == "" {
		v, err := d.drafts.Create(ctx, sharedProcedure)
		if err != nil {
			return "", err
		}
		id = v.Row.ID
	}
	w.shared.words++
	word := fmt.Sprintf("Слово %d.", w.shared.words)
	_, err := d.drafts.Apply(ctx, id, []draft.Patch{{Field: "surname", Value: form.Text(word)}})
	if err == nil {
		w.shared.said[d.n] = append(w.shared.said[d.n], word)
	}
	return id, err
}

// reads returns what a shared draft says on a device, "" for one that is not there.
func (d *device) reads(ctx context.Context, id string) (string, error) {
	v, err := d.drafts.Open(ctx, id)
	if akno.CodeOf(err) == akno.NotFound {
		return "", nil
	}
	return v.Row.Answers["surname"].Text(), err
}

// sharedOn returns the shared drafts that are on a device, forks among them.
func (d *device) sharedOn(ctx context.Context) ([]string, error) {
	var out []string
	err := d.read(ctx, func(tx dbx.Tx) error {
		return dbx.Each(ctx, tx, func(scan func(...any) error) error {
			var id string
			err := scan(&id)
			out = append(out, id)
			return err
		}, `SELECT id FROM draft WHERE procedure=? ORDER BY id`, sharedProcedure)
	})
	return out, err
}

// writeShared writes on one of the shared drafts of a device. One that the device
// knows to be another's is refused (C2 for a full disk).
func (r *run) writeShared() { r.writeSharedOn(r.device()) }

func (r *run) writeSharedOn(d *device) {
	all, err := d.sharedOn(r.ctx)
	r.must(err)
	id := ""
	if len(all) > 0 && (len(all) > 1 || rapid.IntRange(0, 3).Draw(r.t, "new") > 0) {
		id = rapid.SampledFrom(all).Draw(r.t, "shared draft")
	}
	r.writeOn(d, id)
}

func (r *run) writeOn(d *device, id string) {
	_, err := r.jot(r.ctx, d, id)
	switch code := akno.CodeOf(err); {
	case err == nil, d.full && code == akno.DiskFull, code == akno.WrongState && akno.FieldsOf(err)["draft"] == "elsewhere":
	case code == akno.NotFound: // it was not here before either
	default:
		r.must(err)
	}
}

// take makes a device the owner of a shared draft, over a bad network.
func (r *run) take() {
	d := r.device()
	var all []string
	for _, other := range r.devices {
		ids, err := other.sharedOn(r.ctx)
		r.must(err)
		all = append(all, ids...)
	}
	if len(all) == 0 {
		return
	}
	slices.Sort(all)
	all = slices.Compact(all)
	id := rapid.SampledFrom(all).Draw(r.t, "shared draft")
	if d.who() == "" {
		_ = d.signIn(r.ctx)
	}
	d.link.aim, d.link.script = "drafts", rapid.SliceOfN(rapid.SampledFrom(r.allowed), 0, 4).Draw(r.t, "network")
	_, err := d.lane.Take(r.ctx, id)
	d.link.aim, d.link.script = "", nil
	if err == nil {
		r.must(r.taken(r.ctx, d, id))
		if rapid.Bool().Draw(r.t, "both write on") {
			for _, who := range r.devices {
				r.writeOn(who, id)
			}
		}
	} else if code := akno.CodeOf(err); code == akno.Internal && !errors.Is(err, errDead) || code == akno.OldForm {
		r.t.Fatalf("I8: draft %s cannot be taken: %v", id, err)
	}
	r.must(r.revive(r.ctx))
}

// taken notes what a device has got with a draft.
func (w *world) taken(ctx context.Context, d *device, id string) error {
	word, err := d.reads(ctx, id)
	if err == nil && word != "" {
		w.shared.said[d.n] = append(w.shared.said[d.n], word)
	}
	return err
}

// A copyRow is what a device knows of the copy of a draft.
type copyRow struct {
	rev, backed, ownerEpoch int64
	owner, fork             string
	elsewhere, open         bool
}

// A keeping is what a device knows of the copies of its drafts.
type keeping struct {
	life, device string
	rows         map[string]copyRow
	chains       map[string][]string // the revisions of the shared drafts
}

func keepingOf(ctx context.Context, tx dbx.Tx, account string) (keeping, error) {
	k := keeping{rows: map[string]copyRow{}, chains: map[string][]string{}}
	if _, err := dbx.Found(ctx, tx, `SELECT life FROM backup_key WHERE account=?`, []any{account}, &k.life); err != nil {
		return k, err
	}
	if err := store.Setting(ctx, tx, "backup.device", &k.device); err != nil {
		return k, err
	}
	err := dbx.Each(ctx, tx, func(scan func(...any) error) error {
		var id string
		var r copyRow
		err := scan(&id, &r.rev, &r.backed, &r.owner, &r.ownerEpoch, &r.fork, &r.elsewhere, &r.open)
		k.rows[id] = r
		return err
	}, `SELECT d.id, d.rev, b.backed_rev, b.owner, b.owner_epoch, b.fork, d.elsewhere, d.box IN ('drafts', 'ready')
		FROM backup b JOIN draft d ON d.id=b.draft WHERE b.account=? AND d.account=b.account`, account)
	if err != nil {
		return k, err
	}
	return k, dbx.Each(ctx, tx, func(scan func(...any) error) error {
		var id, revision string
		err := scan(&id, &revision)
		k.chains[id] = append(k.chains[id], revision)
		return err
	}, `SELECT r.draft, r.at || ' ' || r.kind || ' ' || r.change FROM draft_rev r JOIN draft d ON d.id=r.draft
		WHERE d.procedure=? ORDER BY r.draft, r.rev`, sharedProcedure)
}

// copies returns the copies of drafts that the portal keeps.
func (p *portal) copies(ctx context.Context, account string) (map[string]portalapi.DraftBackup, error) {
	out := map[string]portalapi.DraftBackup{}
	err := p.db.Read(ctx, func(tx dbx.Tx) error {
		return dbx.Each(ctx, tx, func(scan func(...any) error) error {
			var c portalapi.DraftBackup
			err := scan(&c.Id, &c.Version, &c.Rev, &c.OwnerDevice, &c.OwnerEpoch)
			out[c.Id] = c
			return err
		}, `SELECT id, version, rev, owner_device, owner_epoch FROM draft_backup WHERE account_id=?`, account)
	})
	return out, err
}

// checkKept: what an owner believes to be kept is (I3); what was shown as saved in
// a shared draft is in the history of one (I8); and a draft was forked only where
// two have written otherwise.
func (w *world) checkKept(o *official, d *device, h *holdings) error {
	if w.shared == nil {
		return nil
	}
	k := h.kept
	for id, row := range k.rows {
		c, there := o.kept[id]
		_, shared := k.chains[id]
		switch {
		case k.life != o.epoch || row.owner != k.device || row.backed == 0:
		case there && c.OwnerDevice == k.device && c.OwnerEpoch == row.ownerEpoch && c.Rev < row.backed:
			return fmt.Errorf("I3: device %d believes revision %d of %s to be kept, and %d is", d.n, row.backed, id, c.Rev)
		case !there && shared:
			return fmt.Errorf("I3: device %d believes revision %d of %s to be kept, and none is", d.n, row.backed, id)
		}
		if row.fork == "" {
			continue
		}
		w.shared.forks[row.fork] = true
		if !shared {
			return fmt.Errorf("I8: %s was made a draft beside %s, on which only device %d writes", row.fork, id, d.n)
		}
		one, two := k.chains[id], k.chains[row.fork]
		if n := min(len(one), len(two)); slices.Equal(one[:n], two[:n]) {
			return fmt.Errorf("I8: %s was made a draft beside %s on device %d, and one goes on from the other", row.fork, id, d.n)
		}
	}
	var all strings.Builder
	for _, chain := range k.chains {
		for _, revision := range chain {
			all.WriteString(revision)
		}
	}
	for _, word := range w.shared.said[d.n] {
		if !strings.Contains(all.String(), `"`+word+`"`) {
			return fmt.Errorf("I8: device %d was shown %q as saved and has it nowhere", d.n, word)
		}
	}
	return nil
}

// kept says whether the portal keeps every draft that a device owns, as it is.
func (w *world) kept(ctx context.Context) (bool, error) {
	err := w.lagging(ctx)
	var lags *lag
	if errors.As(err, &lags) {
		return false, nil
	}
	return err == nil, err
}

// A lag is a draft that the portal does not keep as it is.
type lag struct{ why string }

func (l *lag) Error() string { return "L4: " + l.why }

// lagging returns the first draft that the portal does not keep as it is.
func (w *world) lagging(ctx context.Context) error {
	if w.shared == nil {
		return nil
	}
	copies, err := w.portal.copies(ctx, w.account)
	if err != nil {
		return err
	}
	apps, err := w.portal.apps(ctx, w.account)
	if err != nil {
		return err
	}
	owned := map[string]int{}
	for _, d := range w.devices {
		h, err := d.holdings(ctx)
		if err != nil {
			return err
		}
		for _, id := range slices.Sorted(maps.Keys(h.kept.rows)) {
			row, c := h.kept.rows[id], copies[id]
			own := c.OwnerDevice == h.kept.device
			switch {
			case apps[id] != nil && own && c.Id != "":
				return &lag{fmt.Sprintf("%s was filed and a copy of its draft is kept still", id)}
			case !row.open || apps[id] != nil || row.elsewhere && !own:
			case row.elsewhere:
				return &lag{fmt.Sprintf("draft %s is device %d's for the portal, and not for itself", id, d.n)}
			case !own || h.kept.life != w.portal.db.Epoch() || row.backed < row.rev || c.Rev < row.rev:
				return &lag{fmt.Sprintf("draft %s of device %d is at revision %d, it believes %d to be kept, and the portal keeps %d", id, d.n, row.rev, row.backed, c.Rev)}
			default:
				owned[id]++
			}
		}
	}
	for id, n := range owned {
		if n > 1 {
			return &lag{fmt.Sprintf("draft %s has %d owners", id, n)}
		}
	}
	return nil
}

// checkCopies lets each shared draft be taken by the device that does not own it:
// it gets what the owner had written (L4).
func (w *world) checkCopies(ctx context.Context) error {
	if w.shared == nil {
		return nil
	}
	if err := w.lagging(ctx); err != nil {
		return err
	}
	copies, err := w.portal.copies(ctx, w.account)
	if err != nil {
		return err
	}
	shared := map[string]bool{}
	names := [devices]string{}
	for _, d := range w.devices {
		h, err := d.holdings(ctx)
		if err != nil {
			return err
		}
		names[d.n] = h.kept.device
		for id := range h.kept.chains {
			shared[id] = true
		}
	}
	for _, id := range slices.Sorted(maps.Keys(shared)) {
		c, there := copies[id]
		owner := slices.Index(names[:], c.OwnerDevice)
		if !there || owner < 0 {
			continue // of a device that was not signed in when it wrote
		}
		if err := w.takeOver(ctx, id, w.devices[owner], w.devices[1-owner]); err != nil {
			return err
		}
	}
	return w.check(ctx)
}

// takeOver lets another device take a draft from its owner; one that the owner has
// not got yet, since it died while it took it, it takes itself.
func (w *world) takeOver(ctx context.Context, id string, owner, other *device) error {
	wrote, err := owner.reads(ctx, id)
	if err != nil {
		return err
	}
	if wrote == "" {
		_, err := owner.lane.Take(ctx, id)
		if err != nil {
			return fmt.Errorf("L4: draft %s cannot be taken by device %d, whose it is: %w", id, owner.n, err)
		}
		return nil
	}
	if _, err := other.lane.Take(ctx, id); err != nil {
		return fmt.Errorf("L4: draft %s cannot be taken by device %d: %w", id, other.n, err)
	}
	// It may stand beside what the other one had written, or in the history of that.
	w.shared.said[other.n] = append(w.shared.said[other.n], wrote)
	return nil
}
