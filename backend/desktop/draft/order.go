package draft

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"akno/backend/akno"
	"akno/backend/akno/canon"
	"akno/backend/akno/form"
	"akno/backend/akno/ordercode"
	"akno/backend/desktop/attach"
	"akno/backend/desktop/syncer"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/portalapi"
)

// The states of an order.
const (
	OrderNone     = "none"
	OrderAwaiting = "awaiting"
	OrderPaid     = "paid"
	OrderExpired  = "expired"
	OrderVoid     = "void" // cancelled, or for another sum than the answers now ask for
)

// ReceiptLimit is the size of a receipt's scan in octets.
const ReceiptLimit = 10 << 20

// An Order is the order of a draft with the proof of its payment.
type Order struct {
	Code        string // "" when there is none
	Amount      string
	BaseValue   string
	Status      string
	CreatedAt   time.Time
	ExpiresAt   time.Time
	PaidAt      time.Time
	Transaction string // by the payment system
	EripLink    string
	Stated      string    // number of the operation, by the person
	Receipt     form.File // scan, by the person; ID is "" when there is none
	// Other says that the order was paid for other facts than the answers tell
	// now, as when they were changed without a network meanwhile. The portal
	// refuses such an application until the answers are as they were.
	Other bool
}

// ProofReady says whether the application may be filed as far as money goes:
// the payment is confirmed, or the person gave a proof for the body to check.
func (o Order) ProofReady() bool {
	return o.Status == OrderPaid && !o.Other || o.Status == OrderAwaiting && (o.Stated != "" || o.Receipt.ID != "")
}

// order is the stored order of a draft. A zero opID means that there is none.
type order struct {
	opID    string
	request string
	code    string
	body    portalapi.Order
	stated  string
	receipt form.File
}

// orderTexts is an order as its table holds it, without anything where there is
// none.
type orderTexts struct{ opID, request, code, body, stated, receipt string }

func loadOrder(ctx context.Context, tx dbx.Tx, draft string) (order, error) {
	var t orderTexts
	_, err := dbx.Found(ctx, tx, `SELECT op_id, request, code, body, stated, receipt FROM draft_order WHERE draft=?`, []any{draft},
		&t.opID, &t.request, &t.code, &t.body, &t.stated, &t.receipt)
	if err != nil {
		return order{}, err
	}
	return t.read()
}

func (t orderTexts) read() (order, error) {
	if t == (orderTexts{}) {
		return order{}, nil
	}
	o := order{opID: t.opID, request: t.request, code: t.code, stated: t.stated}
	if t.receipt != "" {
		if err := json.Unmarshal([]byte(t.receipt), &o.receipt); err != nil {
			return order{}, err
		}
	}
	return o, json.Unmarshal([]byte(t.body), &o.body)
}

// view shows the order against what the answers of v cost.
func (o order) view(v View) (Order, error) {
	if o.code == "" {
		return Order{Status: OrderNone}, nil
	}
	out := Order{
		Code: o.code, Amount: o.body.Amount, BaseValue: o.body.BaseValue, Status: string(o.body.Status),
		CreatedAt: millis(o.body.CreatedAt), ExpiresAt: millis(o.body.ExpiresAt), EripLink: o.body.EripLink,
		Stated: o.stated, Receipt: o.receipt,
	}
	if o.body.PaidAt != nil {
		out.PaidAt = millis(*o.body.PaidAt)
	}
	if o.body.Transaction != nil {
		out.Transaction = *o.body.Transaction
	}
	priced, err := o.facts()
	if err != nil || v.Row.State == Frozen {
		return out, err
	}
	changed := !slices.Equal(priced, v.Facts)
	out.Other = out.Status == OrderPaid && changed
	if out.Status == OrderAwaiting && (changed || out.Amount != v.Quote.Amount.String()) {
		out.Status = OrderVoid // the answers have changed what it costs, or why
	}
	return out, nil
}

// facts are the facts of the fee that the order was asked for with.
func (o order) facts() ([]string, error) {
	var req portalapi.OrderRequest
	if err := json.Unmarshal([]byte(o.request), &req); err != nil {
		return nil, err
	}
	return req.FeeFacts, nil
}

// CreateOrder asks the portal for a code to pay the fee by. The form must be
// whole, since the fee follows from it. Asked again it returns the order that
// is there; an order for another sum or out of time is replaced.
func (s *Service) CreateOrder(ctx context.Context, id string) (View, error) {
	const op = "draft.CreateOrder"
	row, o, err := s.read(ctx, id)
	if err != nil {
		return View{}, err
	}
	v, err := s.orderable(ctx, op, row, o)
	if err != nil || v.Order.Status == OrderAwaiting || v.Order.Status == OrderPaid {
		return v, err
	}
	if o.code != "" && o.body.Status == OrderAwaiting { // replaced: the old code must not be payable any more
		if err := s.cancelAtPortal(ctx, o.code); err != nil {
			return View{}, err
		}
	}
	req, err := s.prepareOrder(ctx, id, v, o)
	if err != nil {
		return View{}, err
	}
	got, err := s.o.Orders.CreateOrder(ctx, req)
	if akno.CodeOf(err) == akno.Conflict {
		s.o.Queued() // there is an order that this computer does not know: the exchange will bring it
	}
	if err != nil {
		return View{}, err
	}
	if code, err := ordercode.Parse(got.Code); err != nil || string(code) != got.Code || got.ApplicationId != id {
		return View{}, &akno.Error{Code: akno.Unavailable, Op: op, Err: err} // not what was asked for
	}
	err = s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		if err := storeOrder(ctx, tx, id, *got); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE draft SET state='ordered' WHERE id=? AND state='draft'`, id)
		return err
	})
	if err != nil {
		return View{}, err
	}
	return s.Open(ctx, id)
}

// orderable resolves a draft and checks that an order may be made for it.
func (s *Service) orderable(ctx context.Context, op string, row Row, o order) (View, error) {
	if err := s.editable(ctx, op, row); err != nil {
		return View{}, err
	}
	v, err := s.resolve(ctx, row, o)
	if err != nil {
		return View{}, err
	}
	if v.Upgrade.Over { // what would be paid for could not be filed
		return View{}, &akno.Error{Code: akno.OldForm, Op: op}
	}
	if !v.State.Valid() {
		return View{}, invalid(op, v)
	}
	if !v.Pays() {
		return View{}, &akno.Error{Code: akno.WrongState, Op: op}
	}
	return v, nil
}

func invalid(op string, v View) error {
	fields := map[string]string{}
	for _, e := range v.Errors() {
		if _, first := fields[e.Field]; !first {
			fields[e.Field] = e.Code
		}
	}
	return &akno.Error{Code: akno.Invalid, Op: op, Fields: fields}
}

// prepareOrder stores the request before it is sent, so that after a lost answer
// the same request is sent again and makes no second order. The proof of an order
// that the portal has lost stays: it is not known whether it was paid.
func (s *Service) prepareOrder(ctx context.Context, id string, v View, o order) (portalapi.OrderRequest, error) {
	req := portalapi.OrderRequest{
		ApplicationId: id, Procedure: v.Procedure.Code, FormId: v.Row.FormID, FormVersion: v.Row.FormVersion,
		FeeFacts: append([]string{}, v.Facts...),
	}
	text, err := json.Marshal(req)
	if err != nil {
		return req, err
	}
	req.OpId = o.opID
	if o.opID != "" && o.code == "" && o.request == string(text) {
		return req, nil
	}
	req.OpId = ids.New(s.o.Now())
	err = s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO draft_order(draft, op_id, request) VALUES(?, ?, ?)
			ON CONFLICT(draft) DO UPDATE SET op_id=excluded.op_id, request=excluded.request, code='', body='{}',
				stated=CASE code WHEN '' THEN stated ELSE '' END, receipt=CASE code WHEN '' THEN receipt ELSE '' END`,
			id, req.OpId, string(text))
		return err
	})
	return req, err
}

func storeOrder(ctx context.Context, tx dbx.Tx, draft string, got portalapi.Order) error {
	body, err := json.Marshal(got)
	if err != nil {
		return err
	}
	if _, err = tx.Exec(ctx, `UPDATE draft_order SET code=?, body=? WHERE draft=?`, got.Code, string(body), draft); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE draft SET stale=1 WHERE id=?`, draft) // it is found by the code
	return err
}

// RefreshOrder asks the portal whether the order was paid.
func (s *Service) RefreshOrder(ctx context.Context, id string) (View, error) {
	_, o, err := s.read(ctx, id)
	if err != nil {
		return View{}, err
	}
	if o.code == "" {
		return View{}, &akno.Error{Code: akno.WrongState, Op: "draft.RefreshOrder"}
	}
	got, err := s.o.Orders.GetOrder(ctx, o.code)
	if akno.CodeOf(err) == akno.NotFound {
		if err := s.o.DB.Write(ctx, func(tx dbx.Tx) error { return lost(ctx, tx, o.code) }); err != nil {
			return View{}, err
		}
		return s.Open(ctx, id)
	}
	if err != nil {
		return View{}, err
	}
	if got.Code != o.code {
		return View{}, &akno.Error{Code: akno.Unavailable, Op: "draft.RefreshOrder"}
	}
	if err := s.o.DB.Write(ctx, func(tx dbx.Tx) error { return newer(ctx, tx, *got) }); err != nil {
		return View{}, err
	}
	return s.Open(ctx, id)
}

// CancelOrder voids an unpaid order and makes the draft free of it.
func (s *Service) CancelOrder(ctx context.Context, id string) error {
	const op = "draft.CancelOrder"
	row, o, err := s.read(ctx, id)
	if err != nil {
		return err
	}
	if row.State == Frozen || o.code == "" || o.body.Status == OrderPaid {
		return &akno.Error{Code: akno.WrongState, Op: op}
	}
	if row.Elsewhere {
		return elsewhere(op)
	}
	if o.body.Status == OrderAwaiting {
		if err := s.cancelAtPortal(ctx, o.code); err != nil {
			return err
		}
	}
	return s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM draft_order WHERE draft=? AND code=?`, id, o.code); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE draft SET state='draft' WHERE id=? AND state='ordered'`, id)
		return err
	})
}

// cancelAtPortal voids an order there. One that is gone already is as good.
func (s *Service) cancelAtPortal(ctx context.Context, code string) error {
	_, err := s.o.Orders.CancelOrder(ctx, code)
	if akno.CodeOf(err) == akno.NotFound {
		return nil
	}
	return err
}

// ApplyChange takes over a changed record of the portal, within the transaction
// in which the syncer stores it. An application that the portal has taken is its
// account's, whoever prepared it.
func (s *Service) ApplyChange(ctx context.Context, tx dbx.Tx, e syncer.Entity) error {
	if e.Kind == syncer.KindApplication && e.Account != "" {
		_, err := tx.Exec(ctx, `UPDATE draft SET account=? WHERE id=? AND account=''`, e.Account, e.ID)
		return err
	}
	if e.Kind != syncer.KindOrder {
		return nil
	}
	if e.Body == nil {
		return lost(ctx, tx, e.ID)
	}
	var got portalapi.Order
	if err := json.Unmarshal(e.Body, &got); err != nil {
		return nil //nolint:nilerr // a record of the future: the raw copy is kept
	}
	return newer(ctx, tx, got)
}

// newer takes over a state of an order unless a newer one is known. An order
// whose making was asked for, and whose answer was lost, is known by its
// application.
func newer(ctx context.Context, tx dbx.Tx, got portalapi.Order) error {
	o, err := loadOrder(ctx, tx, got.ApplicationId)
	if err != nil || o.opID == "" {
		return err
	}
	switch {
	case o.code == got.Code && o.body.Version < got.Version:
	case o.code == "" && got.Status != OrderVoid && got.Status != OrderExpired:
		if _, err := tx.Exec(ctx, `UPDATE draft SET state='ordered' WHERE id=? AND state='draft'`, got.ApplicationId); err != nil {
			return err
		}
	default:
		return nil
	}
	return storeOrder(ctx, tx, got.ApplicationId, got)
}

// lost forgets an order that the portal does not have any more, as one that was
// restored from an older copy: nothing can be paid by its code nor filed with it,
// and another is asked for. What the person has paid by the old code stays as the
// number of the operation, for the body to check.
func lost(ctx context.Context, tx dbx.Tx, code string) error {
	var draft, body, stated string
	found, err := dbx.Found(ctx, tx, `SELECT draft, body, stated FROM draft_order WHERE code=?`, []any{code}, &draft, &body, &stated)
	if err != nil || !found {
		return err
	}
	var o portalapi.Order
	if err := json.Unmarshal([]byte(body), &o); err != nil {
		return err
	}
	if stated == "" && o.Transaction != nil {
		stated = *o.Transaction
	}
	if _, err := tx.Exec(ctx, `UPDATE draft_order SET code='', body='{}', stated=? WHERE draft=?`, stated, draft); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE draft SET state='draft', stale=1 WHERE id=? AND state='ordered'`, draft)
	return err
}

// AddReceipt attaches the scan of a receipt as the proof of payment.
func (s *Service) AddReceipt(ctx context.Context, id, path string) (View, error) {
	f, err := s.taker.Take(path, attach.Limits{Bytes: ReceiptLimit})
	if err != nil {
		return View{}, err
	}
	return s.prove(ctx, "draft.AddReceipt", id, proven(func(o *order) { o.receipt = f }))
}

// RemoveReceipt takes the scan out.
func (s *Service) RemoveReceipt(ctx context.Context, id string) (View, error) {
	return s.prove(ctx, "draft.RemoveReceipt", id, proven(func(o *order) { o.receipt = form.File{} }))
}

// operation is the number of an operation as banks print it.
var operation = regexp.MustCompile(`^[0-9]{6,20}$`)

// StateTransaction keeps the number of the operation in ERIP as the proof of
// payment; an empty one takes it out. Blanks in it are dropped.
func (s *Service) StateTransaction(ctx context.Context, id, number string) (View, error) {
	const op = "draft.StateTransaction"
	number = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, number)
	if number != "" && !operation.MatchString(number) {
		return View{}, &akno.Error{Code: akno.Invalid, Op: op, Fields: map[string]string{"number": string(form.BadFormat)}}
	}
	return s.prove(ctx, op, id, proven(func(o *order) { o.stated = number }))
}

// proven is a change of the proof that always makes a difference.
func proven(change func(o *order)) func(dbx.Tx, *order) (bool, error) {
	return func(_ dbx.Tx, o *order) (bool, error) {
		change(o)
		return true, nil
	}
}

// prove changes the proof of payment in one transaction; change says whether it
// did.
func (s *Service) prove(ctx context.Context, op, id string, change func(tx dbx.Tx, o *order) (bool, error)) (View, error) {
	err := s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		row, o, err := s.loadBoth(ctx, tx, id)
		if err != nil {
			return err
		}
		if row.State == Frozen || o.code == "" {
			return &akno.Error{Code: akno.WrongState, Op: op}
		}
		if row.Elsewhere {
			return elsewhere(op)
		}
		changed, err := change(tx, &o)
		if err != nil || !changed {
			return err
		}
		receipt := ""
		if o.receipt.ID != "" {
			text, err := json.Marshal(o.receipt)
			if err != nil {
				return err
			}
			receipt = string(text)
		}
		if _, err = tx.Exec(ctx, `UPDATE draft_order SET stated=?, receipt=? WHERE draft=?`, o.stated, receipt, id); err != nil {
			return err
		}
		// A revision, so that a signature begun over the old proof is not
		// taken for one over the new.
		row.Rev, row.SavedAt = row.Rev+1, s.o.Now()
		return save(ctx, tx, row, revision{kind: KindProof})
	})
	if err != nil {
		return View{}, err
	}
	return s.Open(ctx, id)
}

// payment is the order and the proof as they are signed.
func (o Order) payment() (*canon.Order, *canon.Payment, error) {
	if o.Code == "" {
		return nil, nil, nil
	}
	amount, err := akno.ParseMoney(o.Amount)
	if err != nil {
		return nil, nil, err
	}
	ord := &canon.Order{Code: ordercode.Code(o.Code), Amount: amount}
	p := &canon.Payment{Operation: o.Stated, Receipt: o.Receipt.SHA256}
	if o.Transaction != "" { // what the payment system says is better than what the person says
		p.Operation = o.Transaction
	}
	if *p == (canon.Payment{}) {
		return ord, nil, nil
	}
	return ord, p, nil
}
