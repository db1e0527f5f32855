package draft

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/desktop/syncer"
	"akno/backend/internal/dbx"
	"akno/backend/portalapi"
)

// A Standing is how a packed draft stands to what is on this computer. The
// history of a draft only grows, so one that begins with all of another's is
// later than it; no clock is asked.
type Standing string

// The standings.
const (
	StandNew      Standing = "new"      // not here yet: taken in
	StandSame     Standing = "same"     // here already, or taken in before: nothing to do
	StandOlder    Standing = "older"    // what is here goes on from it: nothing to do
	StandNewer    Standing = "newer"    // goes on from what is here: what is here goes on too
	StandDiverged Standing = "diverged" // both were written on: taken in as a draft of its own
	StandDeleted  Standing = "deleted"  // here, and deleted: brought back
	StandForeign  Standing = "foreign"  // another person's: left alone
	StandUnknown  Standing = "unknown"  // its procedure or form is of a later program: left alone
)

// The words of the column brought.
const (
	broughtNew  = "parcel"
	broughtFork = "fork"
)

// A Weighed draft is one of a parcel against what is here.
type Weighed struct {
	Standing Standing
	Here     int  // revisions of it that are here
	Verified bool // a bundle of this program has its form, or had
	View     View // how the carried draft reads; empty for StandForeign and StandUnknown
}

// Weigh says what taking a packed draft in would do, and does nothing. forms are
// the definitions that came along, by hash, each checked by CheckForm.
func (s *Service) Weigh(ctx context.Context, p Packed, forms map[string]form.Definition) (Weighed, error) {
	w := Weighed{Standing: StandUnknown}
	var err error
	if w.View, w.Verified, err = s.weighed(ctx, p, forms); err != nil {
		if code := akno.CodeOf(err); code == akno.NotFound || code == akno.OldForm {
			return w, nil
		}
		return w, err
	}
	err = s.o.DB.Read(ctx, func(tx dbx.Tx) (err error) {
		w.Standing, w.Here, err = s.stand(ctx, tx, p)
		return err
	})
	if w.Standing == StandForeign {
		w.View = View{}
	}
	return w, err
}

// weighed resolves a packed draft as it would be here.
func (s *Service) weighed(ctx context.Context, p Packed, forms map[string]form.Definition) (View, bool, error) {
	row := p.row()
	verified, err := s.formKnown(ctx, row.pin())
	if err != nil {
		return View{}, false, err
	}
	if _, err := s.pinned(ctx, row.pin()); akno.CodeOf(err) == akno.OldForm {
		def, came := forms[p.FormHash]
		if !came || def.ID != p.FormID || def.Version != p.FormVersion {
			return View{}, false, err
		}
		f, err := s.o.Catalogue.Kept(def, p.FormHash)
		if err != nil { // made of what this program does not know
			return View{}, false, &akno.Error{Code: akno.OldForm, Op: "draft.Weigh", Err: err}
		}
		s.forms.put(f)
	}
	v, err := s.resolve(ctx, row, order{})
	return v, verified, err
}

// formKnown says whether the form is of a bundle of this program, or came to the
// profile with one.
func (s *Service) formKnown(ctx context.Context, p pin) (bool, error) {
	if _, err := s.o.Catalogue.Pinned(p.ID, p.Version, p.Hash); err == nil {
		return true, nil
	}
	known := false
	err := s.o.DB.Read(ctx, func(tx dbx.Tx) (err error) {
		known, err = s.verified(ctx, tx, p)
		return err
	})
	return known, err
}

// verified is formKnown within a transaction.
func (s *Service) verified(ctx context.Context, tx dbx.Tx, p pin) (bool, error) {
	if _, err := s.o.Catalogue.Pinned(p.ID, p.Version, p.Hash); err == nil {
		return true, nil
	}
	var unverified int
	found, err := dbx.Found(ctx, tx, `SELECT unverified FROM draft_form WHERE hash=?`, []any{p.Hash}, &unverified)
	return found && unverified == 0, err
}

// editable returns an error for a draft that may not be changed: with the code
// wrong_state for one that was handed over or deleted, or that another computer
// owns, and old_form for one whose
// form came from elsewhere and is of no bundle of this program.
func (s *Service) editable(ctx context.Context, op string, row Row) error {
	if row.State == Frozen || !row.DeletedAt.IsZero() {
		return &akno.Error{Code: akno.WrongState, Op: op}
	}
	if row.Elsewhere {
		return elsewhere(op)
	}
	if row.brought == "" {
		return nil // its form was here when it was begun
	}
	known, err := s.formKnown(ctx, row.pin())
	if err == nil && !known {
		err = &akno.Error{Code: akno.OldForm, Op: op}
	}
	return err
}

// row is the draft of a packed one, without what is made anew.
func (p Packed) row() Row {
	return Row{
		ID: p.ID, Account: p.Account, Procedure: p.Procedure, FormID: p.FormID, FormVersion: p.FormVersion, FormHash: p.FormHash,
		Answers: cloned(p.Answers), Sources: cloned(p.Sources), Problems: cloned(p.Problems), Orphans: p.Orphans, Origin: p.Origin,
		Rev: len(p.Revisions), node: p.Node, State: Open, CreatedAt: millis(p.CreatedAt), SavedAt: millis(p.SavedAt),
	}
}

// stand compares the history of a packed draft with the one that is here.
func (s *Service) stand(ctx context.Context, tx dbx.Tx, p Packed) (Standing, int, error) {
	who := s.o.Shown()
	if p.Account != "" && who != "" && p.Account != who {
		return StandForeign, 0, nil
	}
	var account, state, code, asked string
	var deleted int64
	found, err := dbx.Found(ctx, tx, `SELECT d.account, d.state, d.deleted_at, coalesce(o.code, ''), coalesce(o.op_id, '')
		FROM draft d LEFT JOIN draft_order o ON o.draft=d.id WHERE d.id=?`, []any{p.ID}, &account, &state, &deleted, &code, &asked)
	if err != nil || !found {
		return StandNew, 0, err
	}
	if account != "" && account != who {
		return StandForeign, 0, nil
	}
	here, err := chainOf(ctx, tx, p.ID)
	if err != nil {
		return "", 0, err
	}
	carried, err := carriedOrder(ctx, tx, who, p)
	if err != nil {
		return "", 0, err
	}
	// An order is the portal's and no part of the history: what is within what is
	// here is never a draft of its own for the sake of one, which it would not get.
	shorter := min(len(here), len(p.Revisions))
	out := StandDiverged
	switch {
	case !slices.Equal(here[:shorter], p.Revisions[:shorter]):
	case len(p.Revisions) == len(here) && carried != "" && asked == "" && state != Frozen:
		out = StandNewer // by the order, of which nothing is known here
	case len(p.Revisions) <= len(here):
		out = StandOlder
		if len(p.Revisions) == len(here) {
			out = StandSame
		}
		if deleted != 0 {
			out = StandDeleted
		}
	case (carried == "" || code == "" || carried == code) && state != Frozen:
		out = StandNewer
	}
	if out == StandDiverged {
		var one int
		was, err := dbx.Found(ctx, tx, `SELECT 1 FROM draft WHERE id=?`, []any{p.forkID()}, &one)
		if was || err != nil {
			return StandSame, len(here), err // taken in before
		}
	}
	return out, len(here), nil
}

// carriedOrder returns the code of the order that a packed draft brings, "" for none
// and for one that the portal has told to be cancelled.
func carriedOrder(ctx context.Context, tx dbx.Tx, account string, p Packed) (string, error) {
	if p.Order == nil {
		return "", nil
	}
	body := ""
	found, err := dbx.Found(ctx, tx, `SELECT body FROM inbox WHERE account=? AND kind=? AND id=?`, []any{account, syncer.KindOrder, p.Order.Code}, &body)
	if err != nil {
		return "", err
	}
	var told portalapi.Order
	if found && json.Unmarshal([]byte(body), &told) == nil && told.Status == OrderVoid {
		return "", nil
	}
	return p.Order.Code, nil
}

// forkID is the id of the draft that a diverged one is taken in as: the same
// each time, so that taking it in twice is taking it in once. The time in it is
// that of its last revision.
func (p Packed) forkID() string {
	h := sha256.New()
	fmt.Fprintf(h, "akno fork\n%s\n", p.ID)
	for _, r := range p.Revisions {
		fmt.Fprintf(h, "%d %q %d %d %q %q\n", r.At, r.Kind, r.Node, r.Parent, r.Change, r.Pin)
	}
	b := h.Sum(nil)[:16]
	ms := p.Revisions[len(p.Revisions)-1].At
	binary.BigEndian.PutUint32(b[0:], uint32(ms>>16))
	binary.BigEndian.PutUint16(b[4:], uint16(ms))
	b[6], b[8] = b[6]&0x0f|0x70, b[8]&0x3f|0x80
	x := hex.EncodeToString(b)
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
}

// Unpack takes a packed draft in, all of it or nothing, and returns how it stood
// at that moment and the id that it has here. The files that it needs are stored
// before: the code is not_found without them. Nothing that is here is
// overwritten.
func (s *Service) Unpack(ctx context.Context, p Packed, forms map[string]form.Definition) (Standing, string, error) {
	const op = "draft.Unpack"
	v, _, err := s.weighed(ctx, p, forms)
	if code := akno.CodeOf(err); err != nil && (code == akno.NotFound || code == akno.OldForm) {
		return StandUnknown, "", nil
	}
	if err != nil {
		return "", "", err
	}
	var stand Standing
	id := p.ID
	err = s.o.DB.Write(ctx, func(tx dbx.Tx) (err error) {
		if stand, _, err = s.stand(ctx, tx, p); err != nil {
			return err
		}
		switch stand {
		case StandNew, StandNewer, StandDiverged:
		case StandDeleted:
			_, err := tx.Exec(ctx, `UPDATE draft SET deleted_at=0 WHERE id=?`, id)
			return err
		default:
			return nil
		}
		for _, sum := range p.Needed() {
			if !s.o.DB.Blobs().Has(sum) {
				return &akno.Error{Code: akno.NotFound, Op: op}
			}
		}
		if err := s.keepForms(ctx, tx, p, forms); err != nil {
			return err
		}
		row := p.row()
		row.take(v)
		if row.SavedAt.After(s.o.Now()) { // a clock that is ahead does not put it before all others for ever
			row.SavedAt = s.o.Now()
		}
		row.Account, row.brought = s.o.Shown(), broughtNew
		if stand == StandDiverged {
			id, row.brought, p.Order = p.forkID(), broughtFork, nil // the order is of the application that stays
			row.ID = id
		}
		return takeIn(ctx, tx, row, p, stand)
	})
	return stand, id, err
}

// takeIn writes the draft, the revisions that are not here, and its order.
func takeIn(ctx context.Context, tx dbx.Tx, row Row, p Packed, stand Standing) error {
	from := 0
	carried, err := carriedOrder(ctx, tx, row.Account, p)
	if err != nil {
		return err
	}
	if carried == "" {
		p.Order = nil
	} else {
		var other string
		taken, err := dbx.Found(ctx, tx, `SELECT draft FROM draft_order WHERE code=? AND draft<>?`, []any{p.Order.Code, row.ID}, &other)
		if err != nil {
			return err
		}
		if taken {
			p.Order = nil // it is the order of another draft of this computer
		} else {
			row.State = Ordered
		}
	}
	if stand == StandNewer {
		var one int
		ordered, err := dbx.Found(ctx, tx, `SELECT 1 FROM draft_order WHERE draft=? AND code<>''`, []any{row.ID}, &one)
		if err != nil {
			return err
		}
		if ordered { // it stays where none comes
			row.State = Ordered
		}
		if err := tx.QueryRow(ctx, `SELECT coalesce(max(rev), 0) FROM draft_rev WHERE draft=?`, row.ID).Scan(&from); err != nil {
			return err
		}
		if err := replaceRow(ctx, tx, row); err != nil {
			return err
		}
	} else if err := insertRow(ctx, tx, row); err != nil {
		return err
	}
	for i, r := range p.Revisions[from:] {
		_, err := tx.Exec(ctx, `INSERT INTO draft_rev(draft, rev, at, change, kind, node, parent, pin) VALUES(?, ?, ?, ?, ?, ?, ?, ?)`,
			row.ID, from+i+1, r.At, r.Change, r.Kind, r.Node, r.Parent, r.Pin)
		if err != nil {
			return err
		}
	}
	if p.Order == nil {
		return nil
	}
	// The proof of an order that the portal has lost stays where none comes.
	_, err = tx.Exec(ctx, `INSERT INTO draft_order(draft, op_id, request, code, body, stated, receipt) VALUES(?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT(draft) DO UPDATE SET op_id=excluded.op_id, request=excluded.request, code=excluded.code, body=excluded.body,
			stated=CASE WHEN code='' AND excluded.stated='' THEN stated ELSE excluded.stated END,
			receipt=CASE WHEN code='' AND excluded.receipt='' THEN receipt ELSE excluded.receipt END`,
		row.ID, p.Order.OpID, p.Order.Request, p.Order.Code, p.Order.Body, p.Order.Stated, p.Order.Receipt)
	return err
}

// replaceRow gives a draft that is here the answers it goes on with; what stood
// before is in its history.
func replaceRow(ctx context.Context, tx dbx.Tx, r Row) error {
	t, err := r.texts()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE draft SET account=?, form_id=?, form_version=?, form_hash=?, answers=?, sources=?, problems=?, orphans=?, rev=?, node=?,
		state=?, ready=?, total=?, errors=?, subject=?, saved_at=?, brought=?, deleted_at=0, stale=1 WHERE id=?`,
		r.Account, r.FormID, r.FormVersion, r.FormHash, t.answers, t.sources, t.problems, t.orphans, r.Rev, r.node,
		r.State, r.Ready, r.Total, r.Errors, r.Subject, r.SavedAt.UnixMilli(), r.brought, r.ID)
	return err
}

// keepForms keeps the definitions that a packed draft needs and that no bundle of
// this program has, marked as what they are.
func (s *Service) keepForms(ctx context.Context, tx dbx.Tx, p Packed, forms map[string]form.Definition) error {
	for _, hash := range p.Pins() {
		def, came := forms[hash]
		if !came {
			continue
		}
		known, err := s.verified(ctx, tx, pin{ID: def.ID, Version: def.Version, Hash: hash})
		if err != nil {
			return err
		}
		text, err := json.Marshal(def)
		if err != nil {
			return fmt.Errorf("draft.form: %w", err)
		}
		_, err = tx.Exec(ctx, `INSERT INTO draft_form(hash, form_id, version, definition, unverified) VALUES(?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			hash, def.ID, def.Version, string(text), !known)
		if err != nil {
			return err
		}
	}
	return nil
}
