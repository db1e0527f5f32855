package intake

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"testing"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/portal/store"
	"akno/backend/portalapi"
)

// requests builds n good commands.
func (w *world) requests(n int) []portalapi.SubmissionRequest {
	w.t.Helper()
	out := make([]portalapi.SubmissionRequest, n)
	for i := range out {
		out[i] = w.build(w.prepare(free))
	}
	return out
}

// order of the applications in the index of changes.
func (w *world) indexed() []string {
	w.t.Helper()
	var out []string
	err := w.db.Read(ctx, func(tx dbx.Tx) error {
		return dbx.Each(ctx, tx, func(scan func(...any) error) error {
			var id string
			err := scan(&id)
			out = append(out, id)
			return err
		}, `SELECT id FROM change WHERE account_id = ? AND kind = 'application' ORDER BY seq`, yanAccount)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func TestManyApplicationsAreFiledEachWithItsOwnOutcome(t *testing.T) {
	w := open(t)
	first := w.requests(1)[0]
	before := w.submit(first)
	all := append(w.requests(9), first)
	all[1].Signature = sign("hank", all[1].Submission) // another signer
	all[3].Submission = []byte("{}")                   // no submission
	all[4].OpId = all[2].OpId                          // another command under a used id
	reused := w.requests(1)[0]
	reused.OpId = first.OpId
	all = append(all, reused)
	twice := all[5]
	twice.OpId = ids.New(w.now) // the same application by another command
	all = append(all, twice)
	want := []akno.Code{"", akno.WrongSigner, "", akno.Invalid, akno.Conflict, "", "", "", "", "", akno.Conflict, akno.Conflict}
	jobs := w.db.Stats().Jobs
	got := w.SubmitAll(ctx, strict(), all)
	if n := w.db.Stats().Jobs - jobs; n != 1 {
		t.Errorf("%d writes", n)
	}
	filed := []string{before.Id}
	for i, f := range got {
		if f.Err != nil || want[i] != "" {
			if akno.CodeOf(f.Err) != want[i] {
				t.Errorf("command %d: %v, want %q", i, f.Err, want[i])
			}
			continue
		}
		a, err := f.Application()
		if err != nil {
			t.Errorf("command %d: %v", i, err)
		}
		if again := i == 9; f.Again != again || a.Id != all[i].ApplicationId || a.Version != 1 {
			t.Errorf("command %d: %+v", i, f)
		}
		if i != 9 {
			filed = append(filed, a.Id)
		}
	}
	if got := w.indexed(); !slices.Equal(got, filed) {
		t.Errorf("filed as %v, want %v", got, filed)
	}
	for i, f := range w.SubmitAll(ctx, strict(), all) {
		if akno.CodeOf(f.Err) != want[i] && (f.Err != nil || want[i] != "") || f.Err == nil && !f.Again {
			t.Errorf("command %d the second time: %+v", i, f)
		}
	}
	if got := w.indexed(); len(got) != len(filed) {
		t.Errorf("%d applications after the second time", len(got))
	}
	if out := w.SubmitAll(ctx, strict(), nil); len(out) != 0 {
		t.Errorf("of nothing: %v", out)
	}
}

// A brittle database fails in the middle of storing one application.
type brittle struct {
	dbx.DB
	id  string
	err error
}

type brittleTx struct {
	dbx.Tx
	b brittle
}

func (b brittle) Write(ctx context.Context, fn func(dbx.Tx) error) error {
	return b.DB.Write(ctx, func(tx dbx.Tx) error { return fn(brittleTx{tx, b}) })
}

func (t brittleTx) Exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if strings.HasPrefix(query, "INSERT INTO desk_item") && slices.Contains(args, any(t.b.id)) {
		return nil, t.b.err
	}
	return t.Tx.Exec(ctx, query, args...)
}

func TestAFaultInTheMiddleOfOneTakesNoOtherWithIt(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		good bool // the others
	}{
		"of this one":     {errors.New("fault"), true},
		"of the database": {&akno.Error{Code: akno.DiskFull}, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			all := w.requests(5)
			w.DB = brittle{w.db, all[2].ApplicationId, c.err}
			for i, f := range w.SubmitAll(ctx, strict(), all) {
				if good := c.good && i != 2; (f.Err == nil) != good {
					t.Errorf("command %d: %v", i, f.Err)
				}
			}
			want := map[bool]int{true: 4, false: 0}[c.good]
			if got := w.indexed(); len(got) != want || slices.Contains(got, all[2].ApplicationId) {
				t.Errorf("%d applications", len(got))
			}
		})
	}
}

func TestAPanicOfACheckIsTheFailureOfItsCommand(t *testing.T) {
	all := []*entry{{}, {}, {}}
	beside(all, func(f *entry) {
		if f == all[1] {
			panic("fault")
		}
		f.Again = true
	})
	if all[0].Err != nil || !all[0].Again || akno.CodeOf(all[1].Err) != akno.Internal || all[2].Err != nil {
		t.Errorf("%v %v %v", all[0].Err, all[1].Err, all[2].Err)
	}
}

func TestARepeatWhoseAnswerIsForgottenGetsTheApplicationAsItIs(t *testing.T) {
	w := open(t)
	all := w.requests(2)
	w.submit(all[0])
	if _, err := w.db.Sweep(ctx, w.now.AddDate(2, 0, 0)); err != nil {
		t.Fatal(err)
	}
	for i, f := range w.SubmitAll(ctx, strict(), all) {
		if a, err := f.Application(); err != nil || a.Id != all[i].ApplicationId || f.Again != (i == 0) {
			t.Errorf("command %d: %v, again %v, %v", i, a.Id, f.Again, err)
		}
	}
	if got := w.indexed(); len(got) != 2 {
		t.Errorf("%d applications", len(got))
	}
}

func TestACommandIsNamedAsTheStoreNamesIt(t *testing.T) {
	id := ids.New(friday)
	for name, req := range map[string]portalapi.SubmissionRequest{
		"signed":           {OpId: id, ApplicationId: id, Submission: []byte("{<\xff>}"), Signature: &[]byte{0, 1, 255}},
		"unsigned":         {OpId: id, ApplicationId: id, Submission: []byte("12")},
		"signed by naught": {OpId: id, ApplicationId: id, Submission: []byte("123"), Signature: &[]byte{}},
		"of nothing":       {OpId: id, ApplicationId: id},
		"signed by nil":    {OpId: id, ApplicationId: id, Submission: []byte("1"), Signature: new([]byte)},
		"with a document":  {OpId: id, ApplicationId: id, Submission: []byte("1"), Document: &portalapi.FileRef{Name: "<a>"}},
		"of an odd name":   {OpId: "\"<", ApplicationId: id, Submission: []byte("1")},
	} {
		want, err := store.NewOp(req.OpId, opSubmit, req)
		if got, gerr := opOf(req); err != nil || gerr != nil || got != want {
			t.Errorf("%s: %x %v, want %x %v", name, got.Hash, gerr, want.Hash, err)
		}
	}
}
