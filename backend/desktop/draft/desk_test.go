package draft

import (
	"cmp"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/catalogue"
	"akno/backend/akno/form"
	"akno/backend/akno/ordercode"
	"akno/backend/akno/workdays"
	"akno/backend/desktop/signer"
	"akno/backend/desktop/store"
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
	forms  []catalogue.Published // that came after the bundle
	who    string                // is signed in
	last   string                // was signed in last, and is shown while nobody is
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
	if c, err = c.With(d.forms...); err != nil {
		return err
	}
	if d.db, err = store.Open(ctx, d.dir, make([]byte, store.KeySize)); err != nil {
		return err
	}
	d.who = "anna"
	d.Service = New(Options{
		DB: d.db, Catalogue: c, Orders: d.orders, Signer: d.signer, Now: func() time.Time { return d.now },
		Print:   func(raw []byte) ([]byte, error) { return print.Application(raw, false) },
		Sources: func(context.Context) []form.Source { return d.known },
		Account: func() string { return d.who },
		Shown:   func() string { return cmp.Or(d.who, d.last) },
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
