package draft

import (
	"encoding/json"
	"errors"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"akno/backend/akno"
	"akno/backend/akno/canon"
	"akno/backend/akno/form"
	"akno/backend/desktop/syncer"
	"akno/backend/internal/dbx"
	"akno/backend/portalapi"
)

func (d *desk) order(id string) View {
	d.t.Helper()
	v, err := d.CreateOrder(d.t.Context(), id)
	if err != nil {
		d.t.Fatal(err)
	}
	return v
}

func TestAnOrderIsMadeOnce(t *testing.T) {
	d := newDesk(t)
	id := d.create(paidOne)
	v := d.fill(id)
	if !v.Pays() || !v.NeedsPaying() || v.Order.Status != OrderNone {
		t.Fatalf("%+v", v.Quote)
	}
	d.orders.fail = errNetwork
	if _, err := d.CreateOrder(t.Context(), id); akno.CodeOf(err) != akno.Unavailable {
		t.Fatalf("got %v", err)
	}
	d.orders.fail, d.orders.lose = nil, true
	if _, err := d.CreateOrder(t.Context(), id); akno.CodeOf(err) != akno.Unavailable {
		t.Fatalf("got %v", err)
	}
	d.orders.lose = false
	d.stop()
	d.start()
	v = d.order(id)
	if v.Row.State != Ordered || v.Order.Status != OrderAwaiting || v.Order.Amount != v.Quote.Amount.String() || len(v.Order.Code) != 30 {
		t.Errorf("%+v", v.Order)
	}
	if again := d.order(id); again.Order.Code != v.Order.Code || len(d.orders.made) != 1 {
		t.Errorf("%d orders were made", len(d.orders.made))
	}
	if list, err := d.List(t.Context()); err != nil || list[0].OrderCode != v.Order.Code || list[0].State != Ordered {
		t.Errorf("%+v %v", list, err)
	}
}

func TestAFreeProcedureHasNoOrder(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	if v := d.fill(id); v.Pays() || v.NeedsPaying() {
		t.Errorf("%+v", v.Quote)
	}
	if _, err := d.CreateOrder(t.Context(), id); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("got %v", err)
	}
	if _, err := d.StateTransaction(t.Context(), id, "123456789"); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("a proof without an order: %v", err)
	}
}

func TestAPaidOneIsFiledWithItsProofOnly(t *testing.T) {
	receipt := func(t *testing.T, d *desk, id string) {
		path := filepath.Join(t.TempDir(), "чек.pdf")
		if err := os.WriteFile(path, pdfOctets(t), 0o600); err != nil {
			t.Fatal(err)
		}
		if v, err := d.AddReceipt(t.Context(), id, path); err != nil || v.Order.Receipt.Name != "чек.pdf" {
			t.Fatal(v.Order, err)
		}
	}
	for name, c := range map[string]struct {
		prove func(t *testing.T, d *desk, id string)
		check func(p canon.Payment, v View) bool
		files int
	}{
		"the number of the operation": {func(t *testing.T, d *desk, id string) {
			if _, err := d.StateTransaction(t.Context(), id, " 1234 5678\u00a09 "); err != nil {
				t.Fatal(err)
			}
		}, func(p canon.Payment, _ View) bool { return p == canon.Payment{Operation: "123456789"} }, 0},
		"a receipt": {receipt, func(p canon.Payment, v View) bool { return p == canon.Payment{Receipt: v.Order.Receipt.SHA256} }, 1},
		"the portal's word": {func(t *testing.T, d *desk, id string) {
			d.orders.pay("T-77")
			if _, err := d.RefreshOrder(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}, func(p canon.Payment, _ View) bool { return p == canon.Payment{Operation: "T-77"} }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			id := d.create(paidOne)
			d.fill(id)
			v := d.order(id)
			p, err := d.Preview(t.Context(), id, akno.Russian)
			if err != nil || p.Submission.Payment != nil || string(p.Submission.Order.Code) != v.Order.Code {
				t.Fatalf("%+v %v", p.Submission.Order, err)
			}
			if _, err := d.Sign(t.Context(), id, "key", []byte("correct"), akno.Russian, p.Hash); akno.CodeOf(err) != akno.NeedsPaying {
				t.Fatalf("got %v", err)
			}
			c.prove(t, d, id)
			if _, err := d.Sign(t.Context(), id, "key", []byte("correct"), akno.Russian, p.Hash); akno.CodeOf(err) != akno.Conflict {
				t.Fatalf("signed without the proof in it: %v", err)
			}
			before := len(p.Files)
			if p, err = d.Preview(t.Context(), id, akno.Russian); err != nil {
				t.Fatal(err)
			}
			if p.Submission.Payment == nil || !c.check(*p.Submission.Payment, p.View) || p.Submission.Order.Amount.String() != p.View.Order.Amount {
				t.Errorf("%+v", p.Submission.Payment)
			}
			if len(p.Files) != before+c.files {
				t.Errorf("%d files", len(p.Files))
			}
			if _, err := d.Sign(t.Context(), id, "key", []byte("correct"), akno.Russian, p.Hash); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestNumbersOfOperations(t *testing.T) {
	d := newDesk(t)
	id := d.create(paidOne)
	d.fill(id)
	d.order(id)
	for _, bad := range []string{"12345", "12345678901234567890123", "12а456", "-123456", "№123456"} {
		if _, err := d.StateTransaction(t.Context(), id, bad); akno.FieldsOf(err)["number"] != "format" {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if v, err := d.StateTransaction(t.Context(), id, "123456"); err != nil || !v.Order.ProofReady() {
		t.Errorf("%+v %v", v.Order, err)
	}
	if v, err := d.StateTransaction(t.Context(), id, ""); err != nil || v.Order.ProofReady() {
		t.Errorf("it cannot be taken out: %v", err)
	}
}

func TestACancelledOrderFreesTheDraft(t *testing.T) {
	d := newDesk(t)
	id := d.create(paidOne)
	d.fill(id)
	code := d.order(id).Order.Code
	d.orders.fail = errNetwork
	if err := d.CancelOrder(t.Context(), id); akno.CodeOf(err) != akno.Unavailable {
		t.Errorf("got %v", err)
	}
	d.orders.fail = nil
	if err := d.CancelOrder(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	v, err := d.Open(t.Context(), id)
	if err != nil || v.Row.State != Open || v.Order.Status != OrderNone || !cmp.Equal(d.orders.voided, []string{code}) {
		t.Errorf("%+v %v", v.Order, err)
	}
	if second := d.order(id).Order.Code; second == code {
		t.Error("the void code came back")
	}
	d.orders.pay("T-1")
	if _, err := d.RefreshOrder(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if err := d.CancelOrder(t.Context(), id); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("a paid order was cancelled: %v", err)
	}
}

func TestTheExchangeBringsTheNewsOfAPayment(t *testing.T) {
	d := newDesk(t)
	id := d.create(paidOne)
	d.fill(id)
	d.orders.lose = true // made there, and we do not know it
	if _, err := d.CreateOrder(t.Context(), id); err == nil {
		t.Fatal("the answer was to be lost")
	}
	d.orders.pay("T-9")
	apply := func(o portalapi.Order) {
		t.Helper()
		body, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		err = d.db.Write(t.Context(), func(tx dbx.Tx) error {
			return d.ApplyChange(t.Context(), tx, syncer.Entity{Kind: syncer.KindOrder, ID: o.Code, Version: o.Version, Body: body})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	paid := d.orders.made[0]
	apply(paid)
	v, err := d.Open(t.Context(), id)
	if err != nil || v.Order.Status != OrderPaid || v.Order.Transaction != "T-9" || v.Row.State != Ordered {
		t.Errorf("%+v %v", v.Order, err)
	}
	old := paid
	old.Version, old.Status = 1, OrderAwaiting
	apply(old)
	apply(portalapi.Order{Code: "900000002611210013500000099901", ApplicationId: id, Version: 9, Status: OrderAwaiting})
	if v, err = d.Open(t.Context(), id); err != nil || v.Order.Status != OrderPaid || v.Order.Code != paid.Code {
		t.Errorf("old or foreign news was taken over: %+v %v", v.Order, err)
	}
	if err := d.db.Write(t.Context(), func(tx dbx.Tx) error {
		return d.ApplyChange(t.Context(), tx, syncer.Entity{Kind: syncer.KindOrder, Body: json.RawMessage(`[]`)})
	}); err != nil {
		t.Errorf("a record of the future stops the exchange: %v", err)
	}
}

func TestAnOrderThatIsOverProvesNothing(t *testing.T) {
	d := newDesk(t)
	id := d.create(paidOne)
	d.fill(id)
	code := d.order(id).Order.Code
	if _, err := d.StateTransaction(t.Context(), id, "123456"); err != nil {
		t.Fatal(err)
	}
	d.orders.made[0].Status = OrderExpired
	d.orders.made[0].Version++
	v, err := d.RefreshOrder(t.Context(), id)
	if err != nil || v.Order.ProofReady() || !v.NeedsPaying() {
		t.Errorf("%+v %v", v.Order, err)
	}
	if v = d.order(id); v.Order.Code == code || v.Order.Status != OrderAwaiting || v.Order.Stated != "" {
		t.Errorf("%+v", v.Order)
	}
}

func TestAnswersThatChangeTheFeeVoidTheOrder(t *testing.T) {
	d := newDesk(t)
	id := d.create(paidOne)
	d.fill(id)
	first := d.order(id)
	// The same answers asked for with other facts, as if they had changed since.
	if err := d.db.Write(t.Context(), func(tx dbx.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE draft_order SET request=json_set(request, '$.feeFacts', json('["urgent_7d_made_up"]'))`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	v, err := d.Open(t.Context(), id)
	if err != nil || v.Order.Status != OrderVoid || !v.NeedsPaying() {
		t.Fatalf("%+v %v", v.Order, err)
	}
	if v = d.order(id); v.Order.Code == first.Order.Code || !cmp.Equal(d.orders.voided, []string{first.Order.Code}) {
		t.Errorf("the old code can still be paid: %+v", d.orders.voided)
	}
}

func TestADraftWithAnOrderIsNotDeleted(t *testing.T) {
	d := newDesk(t)
	id := d.create(paidOne)
	d.fill(id)
	d.order(id)
	if err := d.Delete(t.Context(), id); akno.CodeOf(err) != akno.WrongState || akno.FieldsOf(err)["order"] != "exists" {
		t.Errorf("somebody may pay for nothing: %v", err)
	}
	d.orders.pay("T-1")
	if _, err := d.RefreshOrder(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if err := d.Delete(t.Context(), id); akno.CodeOf(err) != akno.WrongState || akno.FieldsOf(err)["order"] != "paid" {
		t.Errorf("what was paid for is gone: %v", err)
	}
	cancelled := d.create(paidOne)
	d.fill(cancelled)
	d.order(cancelled)
	if err := errors.Join(d.CancelOrder(t.Context(), cancelled), d.Delete(t.Context(), cancelled)); err != nil {
		t.Error(err)
	}
}

// passport fills in the exchange of a passport, whose fee follows from the speed
// that is chosen, and has its order paid.
func (d *desk) passport() (id string) {
	d.t.Helper()
	id = d.create("200.11.2.1")
	photo := filepath.Join(d.t.TempDir(), "photo.jpg")
	f, err := os.Create(photo)
	if err != nil {
		d.t.Fatal(err)
	}
	if err := errors.Join(jpeg.Encode(f, image.NewGray(image.Rect(0, 0, 640, 800)), nil), f.Close()); err != nil {
		d.t.Fatal(err)
	}
	if c, err := d.AddFiles(d.t.Context(), id, "photo", "", "", []string{photo}); err != nil || len(c.Refused) > 0 {
		d.t.Fatal(err, c.Refused)
	}
	var patches []Patch
	for field, value := range example(d.t, "F_11_2_1") {
		if field != "photo" {
			patches = append(patches, Patch{Field: field, Value: value})
		}
	}
	if _, err := d.Apply(d.t.Context(), id, patches); err != nil {
		d.t.Fatal(err)
	}
	d.order(id)
	d.orders.pay("T-1")
	return id
}

func (d *desk) speed(id, word string) (View, error) {
	d.t.Helper()
	c, err := d.Apply(d.t.Context(), id, []Patch{{Field: "speed", Value: form.Text(word)}})
	return c.View, err
}

func TestWhatWasPaidIsForTheFactsOfThen(t *testing.T) {
	d := newDesk(t)
	id := d.passport()
	if _, err := d.RefreshOrder(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if _, err := d.speed(id, "urgent_7d"); akno.CodeOf(err) != akno.WrongState || akno.FieldsOf(err)["speed"] != "paid" {
		t.Errorf("a paid sum was left: %v", err)
	}
}

func TestAnOrderPaidBehindChangedAnswersLeadsBackToThem(t *testing.T) {
	d := newDesk(t)
	id := d.passport()
	if _, err := d.speed(id, "urgent_7d"); err != nil { // the news of the payment is not here yet
		t.Fatal(err)
	}
	v, err := d.RefreshOrder(t.Context(), id)
	if err != nil || v.Order.Status != OrderPaid || !v.Order.Other || !v.NeedsPaying() {
		t.Fatalf("%+v %v", v.Order, err)
	}
	p, err := d.Preview(t.Context(), id, akno.Russian)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Sign(t.Context(), id, "key", []byte("correct"), akno.Russian, p.Hash); akno.CodeOf(err) != akno.NeedsPaying || akno.FieldsOf(err)["order"] != "amount" {
		t.Errorf("signed for another sum than was paid: %v", err)
	}
	if v, err = d.speed(id, "normal"); err != nil || v.Order.Other || v.NeedsPaying() {
		t.Errorf("there is no way back: %+v %v", v.Order, err)
	}
}

func TestAnOrderThatARestoredPortalLostIsMadeAnew(t *testing.T) {
	for name, learn := range map[string]func(d *desk, id, code string) error{
		"by asking for it": func(d *desk, id, _ string) error {
			_, err := d.RefreshOrder(d.t.Context(), id)
			return err
		},
		"from the copies": func(d *desk, _, code string) error {
			return d.db.Write(d.t.Context(), func(tx dbx.Tx) error {
				return d.ApplyChange(d.t.Context(), tx, syncer.Entity{Kind: syncer.KindOrder, ID: code})
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			id := d.create(paidOne)
			d.fill(id)
			v := d.order(id)
			code, transaction := v.Order.Code, "9000000017"
			paid := d.orders.made[0]
			paid.Version, paid.Status, paid.Transaction = paid.Version+1, portalapi.OrderStatusPaid, &transaction
			err := d.db.Write(t.Context(), func(tx dbx.Tx) error { return newer(t.Context(), tx, paid) })
			if err != nil {
				t.Fatal(err)
			}
			d.orders.made, d.orders.ops = nil, nil // the portal is an older one
			if err := learn(d, id, code); err != nil {
				t.Fatal(err)
			}
			if v, err = d.Open(t.Context(), id); err != nil || v.Order.Status != OrderNone || v.Row.State != Open {
				t.Fatalf("%+v %s %v", v.Order, v.Row.State, err)
			}
			v = d.order(id)
			if v.Order.Status != OrderAwaiting || v.Order.Stated != transaction || !v.Order.ProofReady() {
				t.Errorf("what was paid is forgotten: %+v", v.Order)
			}
		})
	}
}

func TestTheProofOfALostOrderOutlivesOtherAnswers(t *testing.T) {
	d := newDesk(t)
	id := d.passport()
	scan := filepath.Join(t.TempDir(), "receipt.pdf")
	if err := os.WriteFile(scan, pdfOctets(t), 0o600); err != nil {
		t.Fatal(err)
	}
	v, err := d.StateTransaction(t.Context(), id, "9000000017")
	if err == nil {
		v, err = d.AddReceipt(t.Context(), id, scan)
	}
	if err != nil {
		t.Fatal(err)
	}
	receipt := v.Order.Receipt.SHA256
	d.orders.made, d.orders.ops = nil, nil // the portal is an older one
	if _, err := d.RefreshOrder(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if _, err := d.speed(id, "urgent_7d"); err != nil { // another sum: another order is asked for
		t.Fatal(err)
	}
	if v = d.order(id); v.Order.Stated != "9000000017" || v.Order.Receipt.SHA256 != receipt {
		t.Errorf("what was typed and attached is gone: %+v", v.Order)
	}
	if _, err := d.speed(id, "normal"); err != nil {
		t.Fatal(err)
	}
	if v = d.order(id); v.Order.Stated != "" || v.Order.Receipt.ID != "" {
		t.Errorf("the proof of an order that was replaced proves the next one: %+v", v.Order)
	}
}
