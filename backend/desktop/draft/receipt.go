package draft

import (
	"context"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/desktop/attach"
	"akno/backend/internal/dbx"
)

// ReceiptField is the field of the place at which the scan of a receipt is
// attached to the order of a draft. No form can have a field of that name.
const ReceiptField = "order.receipt"

// receiptPlace is what the receipt of an order may be: one file of at most
// ReceiptLimit octets.
var receiptPlace = form.Field{
	ID: ReceiptField, Type: form.TypeFile,
	Rules: form.Rules{MaxMB: ReceiptLimit >> 20, MIME: []string{attach.PDF, attach.JPEG, attach.PNG}},
}

// receiptAt is At for the receipt of an order.
func receiptAt(v View) (form.Field, []form.File, error) {
	if v.Order.Code == "" {
		return form.Field{}, nil, &akno.Error{Code: akno.WrongState, Op: "draft.At"}
	}
	files := []form.File{}
	if v.Order.Receipt.ID != "" {
		files = append(files, v.Order.Receipt)
	}
	return receiptPlace, files, nil
}

// attachReceipt is Attach for the receipt of an order: one file at most, in the
// place of the one that is there. Without a file the proof stays as it is, and
// only also is done.
func (s *Service) attachReceipt(ctx context.Context, id string, files []form.File, replaced string, also func(dbx.Tx) error) (Change, error) {
	const op = "draft.Attach"
	if len(files) > 1 {
		return Change{}, &akno.Error{Code: akno.WrongState, Op: op, Fields: map[string]string{ReceiptField: string(form.TooManyFiles)}}
	}
	v, err := s.prove(ctx, op, id, func(tx dbx.Tx, o *order) (bool, error) {
		if replaced != "" && o.receipt.ID != replaced {
			return false, &akno.Error{Code: akno.NotFound, Op: op}
		}
		for _, f := range files {
			if !s.o.DB.Blobs().Has(f.SHA256) {
				return false, &akno.Error{Code: akno.NotFound, Op: op}
			}
			o.receipt = f
		}
		if also == nil {
			return len(files) > 0, nil
		}
		return len(files) > 0, also(tx)
	})
	return Change{View: v}, err
}

// Begun is when a draft was begun.
func (s *Service) Begun(ctx context.Context, id string) (time.Time, error) {
	v, err := s.Open(ctx, id)
	return v.Row.CreatedAt, err
}
