package syncsim

import (
	"context"
	"errors"
	"fmt"

	"pgregory.net/rapid"

	"akno/backend/akno"
	"akno/backend/desktop/draft"
	"akno/backend/internal/dbx"
	"akno/backend/portalapi"
)

// paidProcedure costs one base value.
const paidProcedure = "200.5.13"

// A cashier is the payment system: it takes money for codes, and tells the portal
// of it until it is heard, and sometimes again.
type cashier struct {
	notices []portalapi.PaymentNotice
}

// pay takes money for an order.
func (w *world) pay(o draft.Order) portalapi.PaymentNotice {
	n := portalapi.PaymentNotice{
		Amount: o.Amount, OrderCode: o.Code, PaidAt: w.at.UnixMilli(), Transaction: fmt.Sprintf("9%09d", len(w.cashier.notices)),
	}
	w.cashier.notices = append(w.cashier.notices, n)
	return n
}

// tell tells the portal of a payment. It may be too busy to hear.
func (w *world) tell(ctx context.Context, n portalapi.PaymentNotice) error {
	_, err := w.portal.payments.Notify(ctx, n)
	if w.portal.full || w.portal.fuse.isDead() {
		return nil
	}
	return err
}

// tellAll tells of everything again, as a payment system does with a portal that
// was away.
func (w *world) tellAll(ctx context.Context) error {
	for _, n := range w.cashier.notices {
		if err := w.tell(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// unhanded is a draft of d whose fee may still be seen to.
func (r *run) unhanded(d *device) string {
	return r.pick("paid draft", func(_ string, wr *writing) bool { return wr.device == d && wr.paid && wr.handed == nil })
}

// order asks for a code to pay by, over a bad network, or gives one back.
func (r *run) order() {
	d := r.device()
	if d.full {
		return
	}
	id := r.unhanded(d)
	if id == "" {
		if len(r.drafts) < 6 {
			r.must(r.begin(d, paidProcedure))
		}
		return
	}
	d.link.script = rapid.SliceOfN(rapid.SampledFrom(r.allowed), 1, 3).Draw(r.t, "network")
	if rapid.IntRange(0, 5).Draw(r.t, "cancel") == 0 {
		_ = d.drafts.CancelOrder(r.ctx, id) // fails as the network does
	} else {
		_, _ = d.drafts.CreateOrder(r.ctx, id)
	}
	d.link.script = nil
	r.must(r.revive(r.ctx))
}

// payOrder lets somebody pay the code of an order, or the person say that it was
// paid under a number, which may be that of another payment.
func (r *run) payOrder() {
	d := r.device()
	id := r.pick("paid draft", func(_ string, wr *writing) bool { return wr.device == d && wr.paid })
	if id == "" {
		return
	}
	v, err := d.drafts.Open(r.ctx, id)
	r.must(err)
	switch {
	case v.Order.Code == "":
	case rapid.Bool().Draw(r.t, "stated"):
		number := fmt.Sprint(100000 + rapid.IntRange(1, 3).Draw(r.t, "number"))
		if _, err := d.drafts.StateTransaction(r.ctx, id, number); err != nil && akno.CodeOf(err) != akno.WrongState && !(d.full && akno.CodeOf(err) == akno.DiskFull) {
			r.must(err)
		}
	default:
		n := r.pay(v.Order)
		if rapid.Bool().Draw(r.t, "told") {
			r.must(r.tell(r.ctx, n))
		}
	}
}

// tellAgain repeats what the payment system has told, or tells it for the first
// time.
func (r *run) tellAgain() {
	if n := len(r.cashier.notices); n > 0 {
		r.must(r.tell(r.ctx, r.cashier.notices[rapid.IntRange(0, n-1).Draw(r.t, "notice")]))
	}
}

// A bill is an order of the portal with what was paid on it.
type bill struct {
	code, application, status string
	taken                     int
}

// checkMoney: an order code is one application's in every life of the portal and
// is paid once at most; what is paid stays paid; and a proof pays for one
// application (I12).
func (w *world) checkMoney(ctx context.Context) error {
	var bills []bill
	err := w.portal.db.Read(ctx, func(tx dbx.Tx) error {
		bills = bills[:0]
		err := dbx.Each(ctx, tx, func(scan func(...any) error) error {
			var b bill
			err := scan(&b.code, &b.application, &b.status, &b.taken)
			bills = append(bills, b)
			return err
		}, `SELECT o.code, o.application_id, o.status,
			(SELECT count(*) FROM payment p WHERE p.order_code=o.code AND p.result='taken')
			FROM payment_order o WHERE o.account_id=?`, w.account)
		if err != nil {
			return err
		}
		return dbx.Each(ctx, tx, func(scan func(...any) error) error {
			var proof string
			var n int
			if err := scan(&proof, &n); err != nil {
				return err
			}
			return fmt.Errorf("I12: the proof %s pays for %d applications", proof, n)
		}, `SELECT proof, count(*) FROM payment_proof GROUP BY proof HAVING count(*)>1`)
	})
	if err != nil {
		return err
	}
	current := map[string]string{}
	for _, b := range bills {
		key := w.portal.db.Epoch() + b.code
		had, known := w.seen.codes[b.code]
		switch {
		case known && had != b.application:
			return fmt.Errorf("I12: the code %s was %s's and is %s's", b.code, had, b.application)
		case b.taken > 1:
			return fmt.Errorf("I12: the code %s was paid %d times", b.code, b.taken)
		case (b.status == "paid") != (b.taken == 1):
			return fmt.Errorf("I12: the order %s is %s, and %d payments were taken for it", b.code, b.status, b.taken)
		case w.seen.paid[key] && b.status != "paid":
			return fmt.Errorf("I12: the order %s was paid and is %s", b.code, b.status)
		}
		if b.status == "paid" || b.status == "awaiting" {
			if other := current[b.application]; other != "" {
				return fmt.Errorf("I12: %s has the orders %s and %s", b.application, other, b.code)
			}
			current[b.application] = b.code
		}
		w.seen.codes[b.code], w.seen.paid[key] = b.application, b.status == "paid"
	}
	return nil
}

// mend does what a person does with applications that the portal refused over the
// money: the order is looked at and paid, and the application is signed anew. It
// says whether there was one.
func (w *world) mend(ctx context.Context, d *device) (bool, error) {
	waiting, err := d.outbox(ctx)
	if err != nil {
		return false, err
	}
	for _, q := range waiting {
		wr := w.drafts[q.target]
		if !w.mendable(q) {
			continue
		}
		if _, err := d.drafts.Reopen(ctx, q.target); err != nil {
			return false, fmt.Errorf("reopen: %w", err)
		}
		wr.handed = nil
		err := w.payAndHandOver(ctx, d, q.target)
		if akno.CodeOf(err) == akno.SignedOut { // the session was over, and nobody knew it here
			if err := d.signIn(ctx); err != nil {
				return true, fmt.Errorf("sign in: %w", err)
			}
			err = w.payAndHandOver(ctx, d, q.target)
		}
		return true, err
	}
	return false, nil
}

// mendable says whether a command is the submission of a paid application that the
// portal refused.
func (w *world) mendable(q row) bool {
	wr := w.drafts[q.target]
	return q.state == "rejected" && q.kind == "submit" && wr != nil && wr.paid
}

func (w *world) payAndHandOver(ctx context.Context, d *device, id string) error {
	v, err := d.drafts.Open(ctx, id)
	if err == nil && v.Order.Code != "" && v.Order.Stated != "" {
		v, err = d.drafts.StateTransaction(ctx, id, "")
	}
	if err == nil && v.Order.Code != "" {
		v, err = d.drafts.RefreshOrder(ctx, id)
	}
	if err == nil {
		v, err = d.drafts.CreateOrder(ctx, id)
	}
	if err != nil {
		return fmt.Errorf("L1: the order of %s cannot be mended: %w", id, err)
	}
	if v.Order.Status == draft.OrderAwaiting {
		if err := w.tell(ctx, w.pay(v.Order)); err != nil {
			return err
		}
		if _, err = d.drafts.RefreshOrder(ctx, id); err != nil {
			return fmt.Errorf("L1: the order of %s cannot be mended: %w", id, err)
		}
	}
	err = d.finalise(ctx, id)
	return errors.Join(err, w.handedOver(ctx, d, id))
}

// overMoney says whether a refusal of a paid application is one that a person can
// mend: the order is not there or not paid in this life of the portal, or the
// proof is another application's.
func overMoney(r row) bool {
	return r.failure == string(akno.NeedsPaying) || r.failure == string(akno.Conflict)
}
