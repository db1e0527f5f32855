package app

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strconv"
	"strings"

	"akno/backend/akno"
	"akno/backend/akno/ordercode"
	"akno/backend/akno/workdays"
	"akno/backend/desktop/draft"
	"akno/backend/print"
)

// ordered answers a call that returns an order.
func (d *Drafts) ordered(call func(ctx context.Context) (draft.View, error)) (OrderView, error) {
	ctx, cancel, err := d.w.calling()
	if err != nil {
		return OrderView{}, err
	}
	defer cancel()
	v, err := call(ctx)
	if err != nil {
		return OrderView{}, err
	}
	return d.w.orderView(v), nil
}

// CreateOrder asks the portal for a code to pay by.
func (d *Drafts) CreateOrder(id string) (out OrderView, err error) {
	defer d.a.guard("drafts.CreateOrder", &err)
	return d.ordered(func(ctx context.Context) (draft.View, error) { return d.w.drafts.CreateOrder(ctx, id) })
}

// RefreshOrder asks whether the order was paid.
func (d *Drafts) RefreshOrder(id string) (out OrderView, err error) {
	defer d.a.guard("drafts.RefreshOrder", &err)
	return d.ordered(func(ctx context.Context) (draft.View, error) { return d.w.drafts.RefreshOrder(ctx, id) })
}

// CancelOrder voids an unpaid order.
func (d *Drafts) CancelOrder(id string) (err error) {
	defer d.a.guard("drafts.CancelOrder", &err)
	return d.done(func(ctx context.Context) error { return d.w.drafts.CancelOrder(ctx, id) })
}

// StateTransaction keeps the number of the operation as the proof of payment.
func (d *Drafts) StateTransaction(id, number string) (out OrderView, err error) {
	defer d.a.guard("drafts.StateTransaction", &err)
	return d.ordered(func(ctx context.Context) (draft.View, error) { return d.w.drafts.StateTransaction(ctx, id, number) })
}

// SaveSlip saves the sheet to pay the order by.
func (d *Drafts) SaveSlip(id string) (place string, err error) {
	const op = "drafts.SaveSlip"
	defer d.a.guard(op, &err)
	err = d.done(func(ctx context.Context) error {
		v, err := d.w.drafts.Open(ctx, id)
		if err != nil {
			return err
		}
		if v.Order.Code == "" {
			return &akno.Error{Code: akno.WrongState, Op: op}
		}
		slip, err := d.w.slip(v)
		if err != nil {
			return err
		}
		place, err = d.a.platform.SaveFile(FileQuestion{Name: slipName}, func(w io.Writer) error {
			_, err := w.Write(slip)
			return err
		})
		return err
	})
	return place, err
}

const slipName = "zakaz.pdf"

// orderView is an order as the page reads it. The picture and the sheet are
// drawn when the page asks for them.
func (w *work) orderView(v draft.View) OrderView {
	o := v.Order
	out := OrderView{
		Code: o.Code, Groups: []string{}, Amount: o.Amount, BaseValue: o.BaseValue, Status: o.Status,
		CreatedAt: moment(o.CreatedAt), ExpiresAt: moment(o.ExpiresAt), PaidAt: moment(o.PaidAt), Transaction: o.Transaction,
		EripLink: o.EripLink, ReceiptMax: draft.ReceiptLimit, Stated: o.Stated, ProofReady: o.ProofReady(),
	}
	if o.Receipt.ID != "" {
		out.Receipt = w.file(o.Receipt)
	}
	if o.Code == "" {
		return out
	}
	for group := range slices.Chunk([]byte(o.Code), 6) {
		out.Groups = append(out.Groups, string(group))
	}
	out.Demo = demoCode(o.Code)
	key := o.Code + "\x00" + string(w.language()) + "\x00" + o.EripLink
	out.QR = w.drawn("qr\x00"+key, "image/png", "erip.png", func() ([]byte, error) { return print.QR(o.EripLink, 600, w.sample(o.Code)) })
	out.Slip = w.drawn("slip\x00"+key+"\x00"+strconv.Itoa(v.Row.Rev), "application/pdf", slipName, func() ([]byte, error) { return w.slip(v) })
	return out
}

// demoCode says whether a code is of a reference portal: no money can be paid by
// it, and everything that shows it says so.
func demoCode(code string) bool { return strings.HasPrefix(code, strconv.Itoa(ordercode.Version)) }

// sample is the language of the word SAMPLE across a picture, "" for none.
func (w *work) sample(code string) akno.Lang {
	if !demoCode(code) {
		return ""
	}
	return w.language()
}

// drawn is a file that is made when the page asks for it.
func (w *work) drawn(key, mediaType, name string, draw func() ([]byte, error)) FileInfo {
	open := func() (io.ReadSeekCloser, error) {
		data, err := draw()
		if err != nil {
			return nil, err
		}
		return octets{bytes.NewReader(data)}, nil
	}
	url := w.address(key, func() string { return w.a.files.add(open, mediaType, name) })
	return FileInfo{ID: url, Name: name, MediaType: mediaType, URL: url}
}

// slip draws the sheet to pay an order by.
func (w *work) slip(v draft.View) ([]byte, error) {
	l := w.language()
	amount, err := akno.ParseMoney(v.Order.Amount)
	if err != nil {
		return nil, err
	}
	body, _ := w.c.catalogue.Body(v.Procedure.Body)
	name := strings.Join(strings.Fields(v.State.Value("surname").Text()+" "+v.State.Value("name").Text()+" "+v.State.Value("patronymic").Text()), " ")
	if name == "" {
		name = v.State.Value("entity_name").Text()
	}
	return print.Order(print.OrderSlip{
		Lang: l, Code: ordercode.Code(v.Order.Code), Amount: amount, Procedure: v.Procedure.Number + " " + v.Procedure.Title.In(l),
		Applicant: name, Payee: body.Name.In(l), Date: workdays.Of(v.Order.CreatedAt), Before: workdays.Of(v.Order.ExpiresAt),
		Link: v.Order.EripLink, Sample: demoCode(v.Order.Code),
	})
}
