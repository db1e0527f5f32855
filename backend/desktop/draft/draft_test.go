package draft

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"akno/backend/akno"
	"akno/backend/akno/canon"
	"akno/backend/akno/catalogue"
	"akno/backend/akno/form"
	"akno/backend/akno/ordercode"
	"akno/backend/akno/workdays"
	"akno/backend/desktop/signer"
	"akno/backend/desktop/store"
	"akno/backend/desktop/syncer"
	"akno/backend/internal/dbx"
	"akno/backend/portalapi"
	"akno/backend/print"
)

const (
	freeOne = "200.1.3.4"
	paidOne = "200.5.13"
)

var bundle = sync.OnceValues(catalogue.Load)

// desk is a person's computer in a test.
type desk struct {
	*Service
	t      *testing.T
	dir    string
	db     *store.DB
	now    time.Time
	orders *orders
	signer *keyHolder
	known  []form.Source
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, dir: t.TempDir(), now: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC), orders: &orders{}, signer: &keyHolder{number: "3110575A001PB7"}}
	d.start()
	t.Cleanup(func() { d.stop() })
	return d
}

func (d *desk) start() {
	d.t.Helper()
	if err := d.open(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) open(ctx context.Context) error {
	c, err := bundle()
	if err != nil {
		return err
	}
	if d.db, err = store.Open(ctx, d.dir); err != nil {
		return err
	}
	d.Service = New(Options{
		DB: d.db, Catalogue: c, Orders: d.orders, Signer: d.signer, Now: func() time.Time { return d.now },
		Print:   func(raw []byte) ([]byte, error) { return print.Application(raw, false) },
		Sources: func(context.Context) []form.Source { return d.known },
		Account: func() string { return "anna" },
	})
	return nil
}

func (d *desk) stop() {
	d.t.Helper()
	if err := d.db.Close(); err != nil {
		d.t.Error(err)
	}
}

// orders is the portal as far as orders go.
type orders struct {
	made   []portalapi.Order
	ops    map[string]int
	fail   error // before anything is done
	lose   bool  // the answer is lost
	voided []string
}

func (o *orders) CreateOrder(_ context.Context, r portalapi.OrderRequest) (*portalapi.Order, error) {
	if o.fail != nil {
		return nil, o.fail
	}
	if o.ops == nil {
		o.ops = map[string]int{}
	}
	i, again := o.ops[r.OpId]
	if !again {
		code, err := ordercode.Make(ordercode.Parts{
			Version: ordercode.Version, Date: workdays.MustParse("2026-11-21"), Procedure: 135, Serial: len(o.made) + 1,
		})
		if err != nil {
			return nil, err
		}
		i = len(o.made)
		o.ops[r.OpId] = i
		o.made = append(o.made, portalapi.Order{
			Code: string(code), ApplicationId: r.ApplicationId, Procedure: r.Procedure, Status: OrderAwaiting, Version: 1,
			Amount: amountOf(r), BaseValue: "45.00", CreatedAt: 1, ExpiresAt: 2, EripLink: "https://pay.raschet.by/#x",
		})
	}
	if o.lose {
		return nil, &akno.Error{Code: akno.Unavailable}
	}
	return &o.made[i], nil
}

// amountOf is what the portal computes by itself.
func amountOf(r portalapi.OrderRequest) string {
	c, err := bundle()
	if err != nil {
		return ""
	}
	p, _ := c.Procedure(r.Procedure)
	q, err := c.Quote(p, r.FeeFacts, workdays.MustParse("2026-11-21"))
	if err != nil {
		return ""
	}
	return q.Amount.String()
}

func (o *orders) GetOrder(_ context.Context, code string) (*portalapi.Order, error) {
	for i := range o.made {
		if o.made[i].Code == code {
			return &o.made[i], nil
		}
	}
	return nil, &akno.Error{Code: akno.NotFound}
}

func (o *orders) CancelOrder(_ context.Context, code string) (*struct{}, error) {
	if o.fail != nil {
		return nil, o.fail
	}
	o.voided = append(o.voided, code)
	return &struct{}{}, nil
}

func (o *orders) pay(transaction string) {
	last := &o.made[len(o.made)-1]
	at := int64(5)
	last.Status, last.Transaction, last.PaidAt = OrderPaid, &transaction, &at
	last.Version++
}

// keyHolder signs by putting its name before the octets.
type keyHolder struct {
	number string
	fail   error
	bad    bool
	during func()
}

func (k *keyHolder) SignDetached(_ context.Context, keyID string, password, content []byte) (signer.Signed, error) {
	if k.during != nil {
		k.during()
	}
	if k.fail != nil {
		return signer.Signed{}, k.fail
	}
	if string(password) != "correct" {
		return signer.Signed{}, &akno.Error{Code: akno.BadPassword}
	}
	v := signer.Verdict{Rung: signer.Good, Signer: "Тестовский Ян Янович", Number: k.number}
	if k.bad {
		v.Rung = signer.Bad
	}
	return signer.Signed{CMS: append([]byte(keyID+":"), content...), Verdict: v}, nil
}

// example are the answers of a whole form.
func example(t *testing.T, formID string) form.Answers {
	t.Helper()
	raw, err := os.ReadFile("../../akno/form/testdata/examples/" + formID + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var ex struct {
		Values form.Answers `json:"values"`
	}
	if err := json.Unmarshal(raw, &ex); err != nil {
		t.Fatal(err)
	}
	return ex.Values
}

func (d *desk) create(procedure string) string {
	d.t.Helper()
	v, err := d.Create(d.t.Context(), procedure)
	if err != nil {
		d.t.Fatal(err)
	}
	return v.Row.ID
}

// fill types an example in, and attaches real files where it names some.
func (d *desk) fill(id string) View {
	d.t.Helper()
	v, err := d.Open(d.t.Context(), id)
	if err != nil {
		d.t.Fatal(err)
	}
	var patches []Patch
	pdf := filepath.Join(d.t.TempDir(), "scan.pdf")
	if err := os.WriteFile(pdf, pdfOctets(d.t), 0o600); err != nil {
		d.t.Fatal(err)
	}
	for field, value := range example(d.t, v.Form.ID()) {
		def, ok := v.Form.Field(field)
		if !ok {
			d.t.Fatal(field)
		}
		switch def.Type {
		case form.TypeFile, form.TypeFileList:
			if c, err := d.AddFiles(d.t.Context(), id, field, "", "", []string{pdf}); err != nil || len(c.Refused) > 0 {
				d.t.Fatal(err, c.Refused)
			}
		case form.TypeTable:
			d.t.Fatalf("%s is a table", field)
		default:
			patches = append(patches, Patch{Field: field, Value: value})
		}
	}
	c, err := d.Apply(d.t.Context(), id, patches)
	if err != nil {
		d.t.Fatal(err)
	}
	if !c.View.State.Valid() {
		d.t.Fatalf("the example does not pass: %+v", c.View.State.Errors)
	}
	return c.View
}

// pdfOctets is a real document.
func pdfOctets(t *testing.T) []byte {
	t.Helper()
	b, err := print.CabinetApplication(print.CabinetPaper{Lang: akno.Russian})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func typed(field, text string) []Patch { return []Patch{{Field: field, Value: form.Text(text)}} }

func TestADraftIsPrefilledAndSaysFromWhere(t *testing.T) {
	d := newDesk(t)
	d.known = []form.Source{{Name: FromProfile, Get: func(path string) form.Value {
		if path == "profile.surname" {
			return form.Text("Тестовский")
		}
		return form.Value{}
	}}}
	v, err := d.Create(t.Context(), freeOne)
	if err != nil {
		t.Fatal(err)
	}
	if f, _ := v.Field("surname"); f.State.Value.Text() != "Тестовский" || f.Source != FromProfile {
		t.Errorf("%+v", f)
	}
	c, err := d.Apply(t.Context(), v.Row.ID, typed("surname", "Иванов"))
	if err != nil {
		t.Fatal(err)
	}
	if f, _ := c.View.Field("surname"); f.Source != "" || f.State.Value.Text() != "Иванов" {
		t.Errorf("what the person typed is still said to come from the profile: %+v", f)
	}
	if _, err := d.Create(t.Context(), "200.99.99"); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("got %v", err)
	}
}

func TestAnEarlierApplicationIsASource(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	d.fill(id)
	d.send(id)
	v, err := d.Create(t.Context(), "200.2.6")
	if err != nil {
		t.Fatal(err)
	}
	if f, ok := v.Field("surname"); !ok || f.State.Value.Text() != "Тестовский" || f.Source != FromApplication {
		t.Errorf("%+v", f)
	}
}

// send hands an application over, signed.
func (d *desk) send(id string) Result {
	d.t.Helper()
	p, err := d.Preview(d.t.Context(), id, akno.Russian)
	if err != nil {
		d.t.Fatal(err)
	}
	r, err := d.Sign(d.t.Context(), id, "key", []byte("correct"), akno.Russian, p.Hash)
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

func TestAnswersAreSavedAsTypedAndShownAsTheyCount(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	c, err := d.Apply(t.Context(), id, typed("personal_number", "3110575а001рв7")) // Cyrillic letters
	if err != nil {
		t.Fatal(err)
	}
	f, _ := c.View.Field("personal_number")
	if f.State.Value.Text() != "3110575A001PB7" || !f.State.Repaired || len(f.State.Errors) != 0 {
		t.Errorf("%+v", f.State)
	}
	if !slices.Contains(c.Changed, "personal_number") || slices.Contains(c.Changed, "surname") {
		t.Errorf("changed %v", c.Changed)
	}
	c, err = d.Apply(t.Context(), id, typed("personal_number", "3110575A001PB8"))
	if err != nil {
		t.Fatal(err)
	}
	if f, _ = c.View.Field("personal_number"); len(f.State.Errors) != 1 || f.State.Errors[0].Code != form.CheckDigit || f.State.Value.Text() != "3110575A001PB8" {
		t.Errorf("a wrong number is kept and named: %+v", f.State)
	}
	again, err := d.Apply(t.Context(), id, typed("personal_number", "3110575A001PB8"))
	if err != nil || again.View.Row.Rev != c.View.Row.Rev || len(again.Changed) != 0 {
		t.Errorf("the same answer made a revision: %d, %d, %v", c.View.Row.Rev, again.View.Row.Rev, err)
	}
	d.stop()
	d.start()
	v, err := d.Open(t.Context(), id)
	if err != nil || v.Row.Answers["personal_number"].Text() != "3110575A001PB8" || v.Row.Rev != c.View.Row.Rev {
		t.Errorf("%+v %v", v.Row, err)
	}
}

func TestPatchesThatMeanNothingAreRefusedWhole(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	for name, p := range map[string]Patch{
		"no such field":      {Field: "nobody", Value: form.Text("x")},
		"a cell of no table": {Field: "surname", Row: "1", Column: "x", Value: form.Text("x")},
		"a column alone":     {Field: "surname", Column: "x", Value: form.Text("x")},
		"a file by text":     {Field: "rep_file", Value: form.Text("/etc/passwd")},
	} {
		if _, err := d.Apply(t.Context(), id, []Patch{{Field: "surname", Value: form.Text("Иванов")}, p}); akno.CodeOf(err) != akno.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	v, err := d.Open(t.Context(), id)
	if err != nil || v.Row.Rev != 1 || !v.Row.Answers["surname"].IsNull() {
		t.Errorf("half of a refused call was saved: %+v %v", v.Row.Answers, err)
	}
	if _, err := d.Apply(t.Context(), id, make([]Patch, maxPatches+1)); akno.CodeOf(err) != akno.TooLarge {
		t.Errorf("got %v", err)
	}
}

func TestRowsOfATableKeepTheirIdentity(t *testing.T) {
	d := newDesk(t)
	c, err := bundle()
	if err != nil {
		t.Fatal(err)
	}
	var procedure, field, column string
	for _, p := range c.Procedures() {
		f, err := c.Form(p.Form)
		if err != nil {
			t.Fatal(err)
		}
		for _, sec := range f.Definition().Sections {
			for _, def := range sec.Fields {
				if def.Type == form.TypeTable && procedure == "" && def.Rules.MaxRows > 2 && def.Columns[0].Type == form.TypeText {
					procedure, field, column = p.Code, def.ID, def.Columns[0].ID
				}
			}
		}
	}
	if procedure == "" {
		t.Fatal("no form has a table that begins with a text")
	}
	id := d.create(procedure)
	var rows []string
	for range 3 {
		ch, err := d.AddRow(t.Context(), id, field)
		if err != nil {
			t.Fatal(err)
		}
		f, _ := ch.View.Field(field)
		rows = f.RowIDs
	}
	if _, err := d.Apply(t.Context(), id, []Patch{{field, rows[2], column, form.Text("третий")}}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.RemoveRow(t.Context(), id, field, rows[0]); err != nil {
		t.Fatal(err)
	}
	ch, err := d.Apply(t.Context(), id, []Patch{{field, rows[1], column, form.Text("второй")}})
	if err != nil {
		t.Fatal(err)
	}
	f, _ := ch.View.Field(field)
	got := []string{}
	for _, r := range ch.View.Row.Answers[field].Items() {
		got = append(got, r.Get(column).Text())
	}
	if !cmp.Equal(got, []string{"второй", "третий"}) || !cmp.Equal(f.RowIDs, rows[1:]) {
		t.Errorf("%v %v", got, f.RowIDs)
	}
	if _, err := d.Apply(t.Context(), id, []Patch{{field, rows[0], column, form.Text("x")}}); akno.CodeOf(err) != akno.Invalid {
		t.Errorf("a removed row was written to: %v", err)
	}
	if _, err := d.RemoveRow(t.Context(), id, field, rows[0]); akno.CodeOf(err) != akno.Invalid {
		t.Errorf("got %v", err)
	}
	dup, err := d.Duplicate(t.Context(), id)
	if err != nil || len(dup.Row.Answers[field].Items()) != 2 {
		t.Errorf("%+v %v", dup.Row.Answers, err)
	}
}

func TestFilesAreTakenOrRefusedOneByOne(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	if _, err := d.Apply(t.Context(), id, typed("acts_as", "representative")); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	good, bad, huge := filepath.Join(dir, "доверенность.pdf"), filepath.Join(dir, "план.docx"), filepath.Join(dir, "фильм.pdf")
	for path, octets := range map[string][]byte{good: pdfOctets(t), bad: []byte("PK\x03\x04"), huge: bytes.Repeat([]byte("x"), 26<<20)} {
		if err := os.WriteFile(path, octets, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := d.AddFiles(t.Context(), id, "rep_file", "", "", []string{bad, huge, good, filepath.Join(dir, "нет.pdf")})
	if err != nil {
		t.Fatal(err)
	}
	want := []Refused{{"план.docx", akno.BadFileType}, {"фильм.pdf", akno.TooLarge}, {"нет.pdf", akno.NotFound}}
	if diff := cmp.Diff(want, c.Refused); diff != "" {
		t.Error(diff)
	}
	f, _ := c.View.Field("rep_file")
	file, ok := form.FileOf(f.State.Value)
	if !ok || file.Name != "доверенность.pdf" || file.MIME != "application/pdf" || !d.db.Blobs().Has(file.SHA256) {
		t.Fatalf("%+v", file)
	}
	c, err = d.RemoveFile(t.Context(), id, "rep_file", "", "", file.ID)
	if err != nil {
		t.Fatal(err)
	}
	if f, _ = c.View.Field("rep_file"); !f.State.Value.IsNull() {
		t.Error("the file is still there")
	}
	if _, err := d.RemoveFile(t.Context(), id, "rep_file", "", "", file.ID); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("got %v", err)
	}
	if _, err := d.AddFiles(t.Context(), id, "surname", "", "", []string{good}); akno.CodeOf(err) != akno.Invalid {
		t.Errorf("a file where a name is wanted: %v", err)
	}
}

func TestDeleteIsUndone(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	if err := d.Delete(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if list, err := d.List(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("%v %v", list, err)
	}
	if _, err := d.Apply(t.Context(), id, typed("surname", "x")); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("got %v", err)
	}
	if err := d.Restore(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if list, err := d.List(t.Context()); err != nil || len(list) != 1 || list[0].ID != id {
		t.Errorf("%v %v", list, err)
	}
	if err := d.Restore(t.Context(), id); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("got %v", err)
	}
	if err := d.Delete(t.Context(), "nobody"); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsSignedIsWhatWasShown(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	d.fill(id)
	p, err := d.Preview(t.Context(), id, akno.Russian)
	if err != nil {
		t.Fatal(err)
	}
	again, err := d.Preview(t.Context(), id, akno.Russian)
	if err != nil || again.Hash != p.Hash || again.Document.SHA256 != p.Document.SHA256 {
		t.Errorf("the same application has other octets or another document: %v", err)
	}
	if _, err := d.Preview(t.Context(), id, akno.English); akno.CodeOf(err) != akno.Invalid {
		t.Errorf("an application in English: %v", err)
	}
	if _, err := d.Sign(t.Context(), id, "key", []byte("wrong"), akno.Russian, p.Hash); akno.CodeOf(err) != akno.BadPassword {
		t.Errorf("got %v", err)
	}
	d.signer.number = "4250699K012PB4"
	if _, err := d.Sign(t.Context(), id, "key", []byte("correct"), akno.Russian, p.Hash); akno.CodeOf(err) != akno.WrongSigner {
		t.Errorf("another person's key: %v", err)
	}
	d.signer.number, d.signer.bad = "3110575A001PB7", true
	if _, err := d.Sign(t.Context(), id, "key", []byte("correct"), akno.Russian, p.Hash); akno.CodeOf(err) != akno.BadSignature {
		t.Errorf("a fresh signature that does not verify: %v", err)
	}
	d.signer.bad = false
	if _, err := d.Apply(t.Context(), id, typed("surname", "Иванов")); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Sign(t.Context(), id, "key", []byte("correct"), akno.Russian, p.Hash); akno.CodeOf(err) != akno.Conflict {
		t.Errorf("other octets than were shown: %v", err)
	}
	if p, err = d.Preview(t.Context(), id, akno.Russian); err != nil {
		t.Fatal(err)
	}
	d.signer.during = func() { // typed in another window while the password is asked for
		if _, err := d.Apply(t.Context(), id, typed("surname", "Петров")); err != nil {
			t.Error(err)
		}
	}
	if _, err := d.Sign(t.Context(), id, "key", []byte("correct"), akno.Russian, p.Hash); akno.CodeOf(err) != akno.Conflict {
		t.Errorf("edited during the signature: %v", err)
	}
	if n := d.outbox(); len(n) != 0 {
		t.Errorf("queued %+v", n)
	}
}

func (d *desk) outbox() []syncer.Queued {
	d.t.Helper()
	var out []syncer.Queued
	err := d.db.Read(d.t.Context(), func(tx dbx.Tx) error {
		var err error
		out, err = syncer.Pending(d.t.Context(), tx)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return out
}

func TestASignedApplicationIsFrozenAndQueuedWithItsFiles(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	d.fill(id)
	p, err := d.Preview(t.Context(), id, akno.Belarusian)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Sign(t.Context(), id, "key", []byte("correct"), akno.Belarusian, p.Hash); err != nil {
		t.Fatal(err)
	}
	q := d.outbox()
	if len(q) != 1 || q[0].Kind != syncer.Submit || q[0].Target != id || q[0].Account != "anna" || len(q[0].Files) != len(p.Files)+1 {
		t.Fatalf("%+v", q)
	}
	var req portalapi.SubmissionRequest
	if err := json.Unmarshal(q[0].Body, &req); err != nil {
		t.Fatal(err)
	}
	if req.OpId != q[0].OpID || !bytes.Equal(req.Submission, p.Octets) || req.Signature == nil || !bytes.HasPrefix(*req.Signature, []byte("key:")) {
		t.Errorf("%+v", req)
	}
	c, err := bundle()
	if err != nil {
		t.Fatal(err)
	}
	s, err := canon.Parse(req.Submission)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := canon.Verify(s, c, p.View.Form.Schema, p.View.Form.Hash); err != nil {
		t.Errorf("the portal would refuse it: %v", err)
	}
	for name, err := range map[string]error{
		"edited":  second(d.Apply(t.Context(), id, typed("surname", "x"))),
		"deleted": d.Delete(t.Context(), id),
		"signed":  second(d.Sign(t.Context(), id, "key", []byte("correct"), akno.Belarusian, p.Hash)),
	} {
		if akno.CodeOf(err) != akno.WrongState {
			t.Errorf("a frozen application was %s: %v", name, err)
		}
	}
	sent, ok, err := d.SentOf(t.Context(), id)
	if err != nil || !ok || !bytes.Equal(sent.Octets, p.Octets) || sent.Signer == "" || sent.Document.SHA256 != p.Document.SHA256 {
		t.Errorf("%v %v", ok, err)
	}
}

func second[T any](_ T, err error) error { return err }

func TestUnqueueDropsTheSignature(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	d.fill(id)
	d.send(id)
	v, err := d.Unqueue(t.Context(), id)
	if err != nil || v.Row.State != Open || len(d.outbox()) != 0 {
		t.Fatalf("%+v %v", v.Row, err)
	}
	if _, ok, err := d.SentOf(t.Context(), id); ok || err != nil {
		t.Errorf("the signed octets are still there: %v", err)
	}
	if _, err := d.Unqueue(t.Context(), id); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("got %v", err)
	}
	d.send(id)
	if len(d.outbox()) != 1 {
		t.Error("it cannot be signed again")
	}
}

func TestARefusedApplicationOpensWithThePortalsMessages(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	d.fill(id)
	d.send(id)
	if _, err := d.Reopen(t.Context(), id); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("one that waits was reopened: %v", err)
	}
	err := d.db.Write(t.Context(), func(tx dbx.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE outbox SET state='rejected', left_at=1, failure='invalid', fields='{"birth_date":"date_max"}'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	v, err := d.Reopen(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	errs := v.PortalErrors()
	if v.Row.ID != id || v.Row.State != Open || len(errs) != 1 || errs[0].Field != "birth_date" || errs[0].Code != "date_max" || errs[0].Label.RU == "" {
		t.Errorf("%+v %+v", v.Row, errs)
	}
	if list, err := d.List(t.Context()); err != nil || len(list) != 1 || !list[0].Rejected {
		t.Errorf("%+v %v", list, err)
	}
	c, err := d.Apply(t.Context(), id, typed("birth_date", "1975-05-12"))
	if err != nil || len(c.View.PortalErrors()) != 0 {
		t.Errorf("the portal's message stays after the answer was changed: %v", err)
	}
}

func TestWithoutASignatureOnlyWhereNoneIsAskedFor(t *testing.T) {
	d := newDesk(t)
	c, err := bundle()
	if err != nil {
		t.Fatal(err)
	}
	must, may := 0, 0
	for _, p := range c.Procedures() {
		f, err := c.Form(p.Form)
		if err != nil {
			t.Fatal(err)
		}
		v := View{Procedure: p, Form: f, Kind: p.Applicants[0]}
		if v.MustSign() {
			must++
		} else {
			may++
		}
		if p.Level == akno.Strict && !v.MustSign() {
			t.Errorf("%s asks for an EDS to sign in and for none to file", p.Code)
		}
	}
	if must == 0 || may == 0 {
		t.Errorf("%d must, %d may", must, may)
	}
	id := d.create("200.1.1.5")
	d.fill(id)
	p, err := d.Preview(t.Context(), id, akno.Russian)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Submit(t.Context(), id, akno.Russian, p.Hash); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("got %v", err)
	}
}

func TestAnUnfinishedFormIsNeitherShownNorOrdered(t *testing.T) {
	d := newDesk(t)
	id := d.create(paidOne)
	for _, err := range []error{second(d.Preview(t.Context(), id, akno.Russian)), second(d.CreateOrder(t.Context(), id))} {
		if akno.CodeOf(err) != akno.Invalid || akno.FieldsOf(err)["surname"] != string(form.Required) {
			t.Errorf("got %v", err)
		}
	}
}

func TestATableOfErrorsPointsIntoTheDocument(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	v, err := d.Open(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	errs := v.Errors()
	if len(errs) == 0 {
		t.Fatal("an empty form has no errors")
	}
	for _, e := range errs {
		if e.Section == "" || e.Label.RU == "" || e.Code == "" {
			t.Errorf("%+v", e)
		}
	}
}

var errNetwork = &akno.Error{Code: akno.Unavailable, Err: errors.New("no network")}

func TestHandedListsWhatWasSent(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	d.fill(id)
	if h, err := d.Handed(t.Context()); err != nil || len(h) != 0 {
		t.Errorf("%v %v", h, err)
	}
	d.send(id)
	h, err := d.Handed(t.Context())
	if err != nil || len(h) != 1 || h[0].ID != id || h[0].Procedure != freeOne {
		t.Errorf("%v %v", h, err)
	}
	if !strings.HasPrefix(h[0].State, Frozen) {
		t.Errorf("%+v", h[0])
	}
}
