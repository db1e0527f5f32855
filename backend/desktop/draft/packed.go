package draft

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"akno/backend/akno"
	"akno/backend/akno/catalogue"
	"akno/backend/akno/form"
	"akno/backend/akno/ordercode"
	"akno/backend/desktop/attach"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/portalapi"
)

// A Packed draft is one with its whole history, as it is carried to another
// computer. Times are Unix milliseconds.
type Packed struct {
	ID          string            `json:"id"`
	Account     string            `json:"account"` // whose it is, "" for nobody's
	Procedure   string            `json:"procedure"`
	FormID      string            `json:"formId"`
	FormVersion int               `json:"formVersion"`
	FormHash    string            `json:"formHash"`
	Answers     form.Answers      `json:"answers"`
	Sources     map[string]string `json:"sources"`
	Problems    map[string]string `json:"problems"`
	Orphans     []Orphan          `json:"orphans"`
	Origin      string            `json:"origin"`
	Node        int               `json:"node"` // the revision whose answers it has
	CreatedAt   int64             `json:"createdAt"`
	SavedAt     int64             `json:"savedAt"`
	Subject     string            `json:"subject"` // to be shown; it is made anew when the draft is taken in
	Revisions   []PackedRevision  `json:"revisions"`
	Order       *PackedOrder      `json:"order"` // nil for none
}

// A PackedRevision is a revision as it is stored; the first one is 1.
type PackedRevision struct {
	At     int64  `json:"at"`
	Kind   string `json:"kind"`
	Node   int    `json:"node"`
	Parent int    `json:"parent"`
	Change string `json:"change"` // JSON
	Pin    string `json:"pin"`    // JSON, "" for none
}

// A PackedOrder is an order that the portal has answered with.
type PackedOrder struct {
	OpID    string `json:"opId"`
	Request string `json:"request"` // JSON
	Code    string `json:"code"`
	Body    string `json:"body"` // JSON
	Stated  string `json:"stated"`
	Receipt string `json:"receipt"` // JSON of the file, "" for none
}

// The bounds on a packed draft that is read.
const (
	maxRevisions  = 100_000
	maxPackedText = 4 << 20 // octets of one member
)

// Pack returns a draft with its history. The code is wrong_state for one that
// was handed over or deleted: a submission belongs to the queue of this
// computer.
func (s *Service) Pack(ctx context.Context, id string) (Packed, error) {
	var p Packed
	err := s.o.DB.Read(ctx, func(tx dbx.Tx) error {
		row, o, err := s.loadBoth(ctx, tx, id)
		if err != nil {
			return err
		}
		if row.State == Frozen || !row.DeletedAt.IsZero() {
			return &akno.Error{Code: akno.WrongState, Op: "draft.Pack"}
		}
		p = Packed{
			ID: row.ID, Account: row.Account, Procedure: row.Procedure, FormID: row.FormID, FormVersion: row.FormVersion, FormHash: row.FormHash,
			Answers: row.Answers, Sources: row.Sources, Problems: row.Problems, Orphans: append([]Orphan{}, row.Orphans...), Origin: row.Origin,
			Node: row.node, CreatedAt: row.CreatedAt.UnixMilli(), SavedAt: row.SavedAt.UnixMilli(), Subject: row.Subject,
		}
		if p.Revisions, err = chainOf(ctx, tx, id); err != nil || o.code == "" {
			return err
		}
		p.Order = &PackedOrder{}
		_, err = dbx.Found(ctx, tx, `SELECT op_id, request, code, body, stated, receipt FROM draft_order WHERE draft=?`, []any{id},
			&p.Order.OpID, &p.Order.Request, &p.Order.Code, &p.Order.Body, &p.Order.Stated, &p.Order.Receipt)
		return err
	})
	return p, err
}

// chainOf returns the revisions of a draft, the first one first.
func chainOf(ctx context.Context, tx dbx.Tx, id string) ([]PackedRevision, error) {
	out := []PackedRevision{}
	err := dbx.Each(ctx, tx, func(scan func(...any) error) error {
		var r PackedRevision
		err := scan(&r.At, &r.Kind, &r.Node, &r.Parent, &r.Change, &r.Pin)
		out = append(out, r)
		return err
	}, `SELECT at, kind, node, parent, change, pin FROM draft_rev WHERE draft=? ORDER BY rev`, id)
	return out, err
}

// Check says whether a packed draft that was read is one: nothing of it is
// trusted before. The code is bad_file.
func (p Packed) Check() error {
	bad := func(why string) error {
		return &akno.Error{Code: akno.BadFile, Op: "draft.Packed", Err: errors.New(why)}
	}
	switch {
	case !ids.Valid(p.ID), p.Origin != "" && !ids.Valid(p.Origin), len(p.Account) > 64, len(p.Procedure) > 64, len(p.FormID) > 128, len(p.Subject) > 4096:
		return bad("identifiers")
	case len(p.FormHash) != 64, p.FormVersion < 1, p.CreatedAt <= 0, p.SavedAt < p.CreatedAt:
		return bad("the form or the times")
	case p.Answers == nil, p.Sources == nil, p.Problems == nil, len(p.Answers) > 2000, len(p.Sources) > 2000, len(p.Problems) > 2000, len(p.Orphans) > 2000:
		return bad("answers")
	case len(p.Revisions) == 0, len(p.Revisions) > maxRevisions, p.Node < 1, p.Node > len(p.Revisions):
		return bad("revisions")
	}
	for i, r := range p.Revisions {
		if r.Node < 1 || r.Node > i+1 || r.Parent < 0 || r.Parent > i || r.At <= 0 || !slices.Contains(kinds, r.Kind) || len(r.Change) > maxPackedText || len(r.Pin) > maxPackedText {
			return bad("a revision")
		}
		if _, err := cellsOf(r.Change); err != nil {
			return bad("a change")
		}
		if r.Pin != "" && json.Unmarshal([]byte(r.Pin), new(pin)) != nil {
			return bad("a pin")
		}
	}
	if p.Revisions[len(p.Revisions)-1].Node != p.Node {
		return bad("the last revision")
	}
	if p.Order != nil {
		if err := p.Order.check(); err != nil {
			return bad("the order")
		}
	}
	for _, f := range p.Files() {
		if attach.Name(f.Name) != f.Name || len(f.MIME) > 200 || len(f.ID) > 64 {
			return bad("the name of a file")
		}
	}
	return nil
}

var kinds = []string{KindCreated, KindEdit, KindUndo, KindRedo, KindRestore, KindMigrate, KindProof, KindHanded, KindReturned}

// Files are the files that a draft names, each once: those of its answers, of
// its order and of its history.
func (p Packed) Files() []form.File {
	var out []form.File
	type named struct{ sum, name string }
	had := map[named]bool{}
	add := func(v form.Value) {
		for _, f := range filesWithin(v) {
			if n := (named{f.SHA256, f.Name}); !had[n] {
				had[n] = true
				out = append(out, f)
			}
		}
	}
	for _, v := range p.Answers {
		add(v)
	}
	for _, o := range p.Orphans {
		add(o.Value)
	}
	if p.Order != nil && p.Order.Receipt != "" {
		var f form.File
		if json.Unmarshal([]byte(p.Order.Receipt), &f) == nil {
			add(f.Value())
		}
	}
	for _, r := range p.Revisions {
		cells, err := cellsOf(r.Change)
		if err != nil {
			continue // Check refuses it
		}
		for _, c := range cells {
			add(c.Old)
			add(c.New)
		}
	}
	return out
}

// Needed are the hashes of the files without which the draft is not whole; those
// of its history are not among them.
func (p Packed) Needed() []string {
	var out []string
	p.Revisions = nil
	for _, f := range p.Files() {
		out = append(out, f.SHA256)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// filesWithin returns every file within an answer.
func filesWithin(v form.Value) []form.File {
	if f, ok := form.FileOf(v); ok {
		return []form.File{f}
	}
	var out []form.File
	for _, item := range v.Items() {
		out = append(out, filesWithin(item)...)
	}
	for _, name := range v.Members() {
		out = append(out, filesWithin(v.Get(name))...)
	}
	return out
}

// Pins are the forms that a packed draft needs: its own and those that it had
// before, by hash.
func (p Packed) Pins() []string {
	out := []string{p.FormHash}
	had := map[string]bool{p.FormHash: true}
	for _, r := range p.Revisions {
		var before pin
		if r.Pin != "" && json.Unmarshal([]byte(r.Pin), &before) == nil && !had[before.Hash] {
			had[before.Hash] = true
			out = append(out, before.Hash)
		}
	}
	return out
}

// PackForm returns the definition of a form that a packed draft names by its
// hash, and whether this computer has it.
func (s *Service) PackForm(ctx context.Context, p Packed, hash string) (form.Definition, bool, error) {
	pinned := pin{p.FormID, p.FormVersion, p.FormHash, nil}
	for _, r := range p.Revisions {
		var before pin
		if r.Pin != "" && json.Unmarshal([]byte(r.Pin), &before) == nil && before.Hash == hash {
			pinned = before
		}
	}
	f, err := s.pinned(ctx, pinned)
	if akno.CodeOf(err) == akno.OldForm {
		return form.Definition{}, false, nil
	}
	if err != nil {
		return form.Definition{}, false, err
	}
	return f.Definition(), true, nil
}

// CheckForm says whether a definition is the one that has the hash. The code is
// bad_file.
func CheckForm(def form.Definition, hash string) error {
	got, err := catalogue.Hash(def)
	if err != nil || got != hash {
		return &akno.Error{Code: akno.BadFile, Op: "draft.CheckForm", Err: errors.New("the form is not the one that its hash names")}
	}
	return nil
}

func (o PackedOrder) check() error {
	var body portalapi.Order
	if o.Receipt != "" {
		if err := json.Unmarshal([]byte(o.Receipt), new(form.File)); err != nil {
			return err
		}
	}
	if err := errors.Join(json.Unmarshal([]byte(o.Request), new(portalapi.OrderRequest)), json.Unmarshal([]byte(o.Body), &body)); err != nil {
		return err
	}
	if _, err := ordercode.Parse(o.Code); err != nil || body.Code != o.Code || !ids.Valid(o.OpID) || len(o.Stated) > 200 {
		return errors.Join(err, errors.New("not an order"))
	}
	return nil
}
