package draft

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/internal/dbx"
)

// A Row is a draft as it is stored.
type Row struct {
	ID          string
	Account     string // whose it is, "" while it is nobody's
	Procedure   string // code
	FormID      string
	FormVersion int
	FormHash    string
	Answers     form.Answers
	Sources     map[string]string // field to source
	Problems    map[string]string // the portal's errors on the fields
	Origin      string            // the application it was made from
	Orphans     []Orphan
	Rev         int
	node        int // the revision whose answers it has
	State       string
	Ready       int
	Total       int
	Errors      int    // when it was saved last
	Subject     string // whom it is about
	brought     string // '' for one that was begun here
	Elsewhere   bool   // another computer owns it: it is only read here
	CreatedAt   time.Time
	SavedAt     time.Time
	DeletedAt   time.Time
}

// An Orphan is an answer that a newer form has no place for. It stays to be read
// and copied.
type Orphan struct {
	Field   string     `json:"field"` // of the older form: id, or table[0].column
	Version int        `json:"version"`
	Label   akno.Text  `json:"label"` // as it asked
	Value   form.Value `json:"value"`
	Text    akno.Text  `json:"text"` // as people read it
}

// take keeps what the lists show of a resolved draft.
func (r *Row) take(v View) {
	r.Ready, r.Total, r.Errors, r.Subject = v.State.Ready, v.State.Total, len(v.State.Errors), subjectOf(v.State)
}

// subjectOf reads whom an application is about.
func subjectOf(st form.State) string {
	if name := st.Value("entity_name").Text(); name != "" {
		return name
	}
	return strings.Join(strings.Fields(st.Value("surname").Text()+" "+st.Value("name").Text()+" "+st.Value("patronymic").Text()), " ")
}

// stored is a draft with its order as the tables hold them.
type stored struct {
	row   Row // without what texts hold
	texts rowTexts
	order orderTexts
}

type rowTexts struct{ answers, sources, problems, orphans string }

// find reads a draft that is shown to whoever uses the program now; another's is
// not found. A draft of nobody is read as that of who is signed in, and is his
// once it is saved.
func (s *Service) find(ctx context.Context, tx dbx.Tx, id string) (stored, error) {
	at := stored{row: Row{ID: id}}
	r, t, o := &at.row, &at.texts, &at.order
	var created, saved, deleted int64
	found, err := dbx.Found(ctx, tx, `SELECT d.account, d.procedure, d.form_id, d.form_version, d.form_hash, d.answers, d.sources, d.problems, d.orphans,
		d.origin, d.rev, d.node, d.state, d.ready, d.total, d.errors, d.subject, d.brought, d.elsewhere, d.created_at, d.saved_at, d.deleted_at,
		coalesce(o.op_id, ''), coalesce(o.request, ''), coalesce(o.code, ''), coalesce(o.body, ''), coalesce(o.stated, ''), coalesce(o.receipt, '')
		FROM draft d LEFT JOIN draft_order o ON o.draft=d.id WHERE d.id=? AND d.account IN ('', ?)`, []any{id, s.o.Shown()},
		&r.Account, &r.Procedure, &r.FormID, &r.FormVersion, &r.FormHash, &t.answers, &t.sources, &t.problems, &t.orphans,
		&r.Origin, &r.Rev, &r.node, &r.State, &r.Ready, &r.Total, &r.Errors, &r.Subject, &r.brought, &r.Elsewhere, &created, &saved, &deleted,
		&o.opID, &o.request, &o.code, &o.body, &o.stated, &o.receipt)
	if err != nil {
		return at, err
	}
	if !found {
		return at, &akno.Error{Code: akno.NotFound, Op: "draft"}
	}
	if r.Account == "" {
		r.Account = s.o.Account()
	}
	r.CreatedAt, r.SavedAt, r.DeletedAt = millis(created), millis(saved), millis(deleted)
	return at, nil
}

// read makes a draft and its order of what the tables hold.
func (at stored) read() (Row, order, error) {
	r := at.row
	err := errors.Join(json.Unmarshal([]byte(at.texts.answers), &r.Answers), json.Unmarshal([]byte(at.texts.sources), &r.Sources),
		json.Unmarshal([]byte(at.texts.problems), &r.Problems), json.Unmarshal([]byte(at.texts.orphans), &r.Orphans))
	if err != nil {
		return r, order{}, fmt.Errorf("draft %s: %w", r.ID, err)
	}
	o, err := at.order.read()
	return r, o, err
}

func (s *Service) load(ctx context.Context, tx dbx.Tx, id string) (Row, error) {
	row, _, err := s.loadBoth(ctx, tx, id)
	return row, err
}

func (s *Service) loadBoth(ctx context.Context, tx dbx.Tx, id string) (Row, order, error) {
	at, err := s.find(ctx, tx, id)
	if err != nil {
		return at.row, order{}, err
	}
	return at.read()
}

func (r Row) texts() (rowTexts, error) {
	a, err1 := json.Marshal(r.Answers)
	s, err2 := json.Marshal(r.Sources)
	p, err3 := json.Marshal(r.Problems)
	o, err4 := json.Marshal(append([]Orphan{}, r.Orphans...))
	return rowTexts{string(a), string(s), string(p), string(o)}, errors.Join(err1, err2, err3, err4)
}

func insertRow(ctx context.Context, tx dbx.Tx, r Row) error {
	t, err := r.texts()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO draft(id, account, procedure, form_id, form_version, form_hash, answers, sources, problems, orphans, origin,
		rev, node, state, ready, total, errors, subject, brought, created_at, saved_at) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		r.ID, r.Account, r.Procedure, r.FormID, r.FormVersion, r.FormHash, t.answers, t.sources, t.problems, t.orphans, r.Origin,
		r.Rev, r.node, r.State, r.Ready, r.Total, r.Errors, r.Subject, r.brought, r.CreatedAt.UnixMilli(), r.SavedAt.UnixMilli())
	return err
}

// save writes the row as its next revision. The index of words learns of it
// when somebody searches, not while somebody types.
func save(ctx context.Context, tx dbx.Tx, r Row, rev revision) error {
	t, err := r.texts()
	if err != nil {
		return err
	}
	return saveAs(ctx, tx, r, t, rev)
}

// saveAs is save of a row whose texts are known.
func saveAs(ctx context.Context, tx dbx.Tx, r Row, t rowTexts, rev revision) error {
	_, err := tx.Exec(ctx, `UPDATE draft SET account=?, form_id=?, form_version=?, form_hash=?, answers=?, sources=?, problems=?, orphans=?, rev=?, node=?,
		state=?, ready=?, total=?, errors=?, subject=?, saved_at=?, stale=1 WHERE id=?`,
		r.Account, r.FormID, r.FormVersion, r.FormHash, t.answers, t.sources, t.problems, t.orphans, r.Rev, r.node,
		r.State, r.Ready, r.Total, r.Errors, r.Subject, r.SavedAt.UnixMilli(), r.ID)
	if err != nil {
		return err
	}
	return revise(ctx, tx, r, rev)
}

// The kinds of revisions.
const (
	KindCreated  = "created"
	KindEdit     = "edit"
	KindUndo     = "undo"
	KindRedo     = "redo"
	KindRestore  = "restore"
	KindMigrate  = "migrate"
	KindProof    = "proof"    // of payment: no answer changed
	KindHanded   = "handed"   // signed and put into the queue
	KindReturned = "returned" // taken back, or sent back by the portal
)

// A revision is what is written beside a saved draft, and never changed.
type revision struct {
	kind   string
	change []cell
	parent int  // the node before it, 0 for one that is no node
	pin    *pin // the form that stood before, nil when it is the same
}

// pin is a form and the orphans that came with it.
type pin struct {
	ID      string   `json:"id"`
	Version int      `json:"version"`
	Hash    string   `json:"hash"`
	Orphans []Orphan `json:"orphans,omitempty"`
}

func (r Row) pin() pin { return pin{r.FormID, r.FormVersion, r.FormHash, r.Orphans} }

func (r *Row) pinTo(p pin) {
	r.FormID, r.FormVersion, r.FormHash, r.Orphans = p.ID, p.Version, p.Hash, p.Orphans
}

func revise(ctx context.Context, tx dbx.Tx, r Row, rev revision) error {
	text, err := json.Marshal(append([]cell{}, rev.change...))
	if err != nil {
		return err
	}
	before := []byte{}
	if rev.pin != nil {
		if before, err = json.Marshal(rev.pin); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `INSERT INTO draft_rev(draft, rev, at, change, kind, node, parent, pin) VALUES(?, ?, ?, ?, ?, ?, ?, ?)`,
		r.ID, r.Rev, r.SavedAt.UnixMilli(), string(text), rev.kind, r.node, rev.parent, string(before))
	return err
}

// cell is one changed answer of a revision, with what stood there before.
type cell struct {
	Field  string     `json:"field"`
	Row    string     `json:"row,omitempty"`
	Column string     `json:"column,omitempty"`
	Old    form.Value `json:"old"`
	New    form.Value `json:"new"`
	Source string     `json:"source,omitempty"` // of New
	Was    string     `json:"was,omitempty"`    // the source of Old
}

func millis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
