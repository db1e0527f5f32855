package payment

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/ordercode"
	"akno/backend/akno/workdays"
	"akno/backend/internal/dbx"
	"akno/backend/portal/audit"
	"akno/backend/portal/mail"
	"akno/backend/portalapi"
)

// Sign returns the hex HMAC-SHA-256 of a notice's body, as the payment system
// sends it in the header X-Akno-Signature.
func Sign(key, body []byte) string {
	m := hmac.New(sha256.New, key)
	m.Write(body)
	return hex.EncodeToString(m.Sum(nil))
}

// Authentic says whether signature (hex) is that of the payment system over the
// body of a notice. It is asked with the octets as they came, before they are
// parsed.
func (s *Service) Authentic(body []byte, signature string) bool {
	got, err := hex.DecodeString(signature)
	m := hmac.New(sha256.New, s.config.ProviderKey)
	m.Write(body)
	return err == nil && hmac.Equal(got, m.Sum(nil))
}

// Notify takes the news of a payment whose signature was checked. The same
// transaction told again is Repeated and changes nothing; told again with another
// sum or for another order it is akno.Conflict.
func (s *Service) Notify(ctx context.Context, n portalapi.PaymentNotice) (portalapi.PaymentTaken, error) {
	amount, err := akno.ParseMoney(n.Amount)
	if err != nil || amount <= 0 {
		return portalapi.PaymentTaken{}, &akno.Error{Code: akno.Invalid, Op: "payment.Notify", Fields: map[string]string{"amount": "format"}}
	}
	var result portalapi.PaymentTakenResult
	err = s.db.Write(ctx, func(tx dbx.Tx) error {
		var err error
		result, err = s.notify(ctx, tx, n, amount)
		return err
	})
	return portalapi.PaymentTaken{Result: result}, err
}

func (s *Service) notify(ctx context.Context, tx dbx.Tx, n portalapi.PaymentNotice, amount akno.Money) (portalapi.PaymentTakenResult, error) {
	if known, err := repeated(ctx, tx, n, amount); err != nil || known {
		return portalapi.Repeated, err
	}
	o, found, err := s.byCode(ctx, tx, n.OrderCode)
	if err != nil {
		return "", err
	}
	now := s.clock()
	result, surplus := portalapi.UnknownOrder, akno.Money(0)
	var account any
	if found {
		account = o.account
		if result, surplus, err = s.judge(ctx, tx, o, n, amount, now); err != nil {
			return "", err
		}
	}
	_, err = tx.Exec(ctx, `INSERT INTO payment (txn, order_code, account_id, amount, surplus, paid_at, received_at, result)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		n.Transaction, n.OrderCode, account, int64(amount), int64(surplus), n.PaidAt, now.UnixMilli(), string(result))
	if err != nil || !found {
		return result, err
	}
	if result != portalapi.Taken {
		return result, audit.Append(ctx, tx, o.account, now, audit.Record{
			Actor: audit.System, Action: "payment_not_taken", Entity: ChangeKind + ":" + o.doc.Code, Ground: string(result),
		})
	}
	o.doc.Transaction, o.doc.PaidAt = &n.Transaction, &n.PaidAt
	note := mail.Note{Letter: mail.OrderPaid, Procedure: o.doc.Procedure, Order: o.doc.Code, Amount: n.Amount}
	if _, err := mail.Enqueue(ctx, tx, o.account, note, now); err != nil {
		return "", err
	}
	return result, s.move(ctx, tx, o, portalapi.OrderStatusPaid, audit.System, string(akno.EventEripConfirm))
}

// repeated says whether the transaction of n was told before.
func repeated(ctx context.Context, tx dbx.Tx, n portalapi.PaymentNotice, amount akno.Money) (bool, error) {
	var code string
	var sum int64
	known, err := dbx.Found(ctx, tx, `SELECT order_code, amount FROM payment WHERE txn = ?`, []any{n.Transaction}, &code, &sum)
	if err == nil && known && (code != n.OrderCode || akno.Money(sum) != amount) {
		err = &akno.Error{Code: akno.Conflict, Op: "payment.Notify", Fields: map[string]string{"transaction": "reused"}}
	}
	return known, err
}

// byCode returns the order of a code of any account. A code that this portal
// cannot have made is told without a query.
func (s *Service) byCode(ctx context.Context, tx dbx.Tx, text string) (*order, bool, error) {
	code, err := ordercode.Parse(text)
	if err != nil {
		return nil, false, nil //nolint:nilerr // a text that is no code names no order
	}
	parts, err := code.Split()
	if err != nil || parts.Version != ordercode.Version || parts.Service != ordercode.Service {
		return nil, false, nil //nolint:nilerr // the same
	}
	if _, _, ours := s.serials.Open(parts.Serial); !ours {
		return nil, false, nil
	}
	return find(ctx, tx, columns+`WHERE code = ?`, code.String())
}

// judge decides what a payment does to o. The sum that is due is that of the day
// of payment; more than is due pays the order, and the surplus is for people to
// return.
func (s *Service) judge(
	ctx context.Context, tx dbx.Tx, o *order, n portalapi.PaymentNotice, amount akno.Money, now time.Time,
) (portalapi.PaymentTakenResult, akno.Money, error) {
	if payable, err := s.payable(ctx, tx, o, n.PaidAt); err != nil || !payable {
		return portalapi.OrderClosed, 0, err
	}
	paid := time.UnixMilli(min(max(n.PaidAt, o.doc.CreatedAt), now.UnixMilli()))
	q, err := s.rules.Quote(o.doc.Procedure, o.form.ID, o.form.Version, o.facts, workdays.Of(paid))
	if err != nil {
		return "", 0, err
	}
	if amount < q.Amount {
		return portalapi.WrongAmount, 0, nil
	}
	return portalapi.Taken, amount - q.Amount, nil
}

// payable says whether a payment made at paidAt may still pay o. One that was made
// in time and told late pays an order that has expired in between, unless another
// order of the application has taken its place.
func (s *Service) payable(ctx context.Context, tx dbx.Tx, o *order, paidAt portalapi.Millis) (bool, error) {
	if paidAt > o.doc.ExpiresAt {
		return false, nil
	}
	if o.doc.Status != portalapi.OrderStatusExpired {
		return o.doc.Status == portalapi.OrderStatusAwaiting, nil
	}
	_, replaced, err := s.current(ctx, tx, o.account, o.doc.ApplicationId)
	return !replaced, err
}

// A Claim is what the payment system is told of an order before it takes money:
// enough to show the payer what he pays for, and nothing about a person.
type Claim struct {
	Code      ordercode.Code
	Procedure string
	Amount    akno.Money
	Status    portalapi.OrderStatus
	ExpiresAt time.Time
}

// Claim answers the payment system's question about a code, or akno.NotFound. A
// text that is no code is akno.Invalid with the reason in the field orderCode.
func (s *Service) Claim(ctx context.Context, text string) (Claim, error) {
	const op = "payment.Claim"
	code, err := ordercode.Parse(text)
	if err != nil {
		return Claim{}, &akno.Error{Code: akno.Invalid, Op: op, Fields: map[string]string{"orderCode": reason(err)}, Err: err}
	}
	var c Claim
	err = s.db.Read(ctx, func(tx dbx.Tx) error {
		o, found, err := s.byCode(ctx, tx, code.String())
		if err != nil {
			return err
		}
		if !found {
			return &akno.Error{Code: akno.NotFound, Op: op}
		}
		c = Claim{Code: code, Procedure: o.doc.Procedure, Status: o.doc.Status, ExpiresAt: time.UnixMilli(o.doc.ExpiresAt).UTC()}
		c.Amount, err = o.amount()
		return err
	})
	return c, err
}

// reason names what is wrong with a code.
func reason(err error) string {
	switch {
	case errors.Is(err, ordercode.ErrLength):
		return "length"
	case errors.Is(err, ordercode.ErrChecksum):
		return "checksum"
	case errors.Is(err, ordercode.ErrDate):
		return "date"
	}
	return "format"
}
