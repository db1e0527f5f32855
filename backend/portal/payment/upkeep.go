package payment

import (
	"context"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/workdays"
	"akno/backend/internal/dbx"
	"akno/backend/portal/audit"
	"akno/backend/portalapi"
)

// batch is how many orders one transaction of the upkeep touches.
const batch = 100

// Expire closes the orders whose time to be paid is over and returns how many.
func (s *Service) Expire(ctx context.Context) (int, error) {
	total := 0
	for {
		n, err := s.once(ctx, `WHERE status = 'awaiting' AND expires_at < ? ORDER BY expires_at LIMIT ?`, []any{s.clock().UnixMilli(), batch},
			func(tx dbx.Tx, all []*order) error {
				for _, o := range all {
					if err := s.move(ctx, tx, o, portalapi.OrderStatusExpired, audit.System, string(akno.EventOrderExpired)); err != nil {
						return err
					}
				}
				return nil
			})
		if err != nil {
			return total, err
		}
		if total += n; n < batch {
			return total, nil
		}
	}
}

// Requote gives the orders that await payment the sum of today where the base
// value has changed since they were priced, and returns how many it changed.
func (s *Service) Requote(ctx context.Context) (int, error) {
	today := workdays.Of(s.clock())
	total, after := 0, ""
	for {
		changed, last := 0, ""
		n, err := s.once(ctx, `WHERE status = 'awaiting' AND code > ? ORDER BY code LIMIT ?`, []any{after, batch},
			func(tx dbx.Tx, all []*order) error {
				changed = 0
				for _, o := range all {
					last = o.doc.Code
					done, err := s.requote(ctx, tx, o, today)
					if err != nil {
						return err
					}
					if done {
						changed++
					}
				}
				return nil
			})
		if err != nil {
			return total, err
		}
		total, after = total+changed, last
		if n < batch {
			return total, nil
		}
	}
}

func (s *Service) requote(ctx context.Context, tx dbx.Tx, o *order, today workdays.Date) (bool, error) {
	q, err := s.rules.Quote(o.doc.Procedure, o.form.ID, o.form.Version, o.facts, today)
	if err != nil || q.Amount.String() == o.doc.Amount {
		return false, err
	}
	if err := s.price(o, q); err != nil {
		return false, err
	}
	return true, s.move(ctx, tx, o, portalapi.OrderStatusAwaiting, audit.System, string(akno.EventRequote))
}

// once runs fn over the orders of one batch in one transaction and returns how
// many there were. Like every function of a transaction, fn may run twice.
func (s *Service) once(ctx context.Context, where string, args []any, fn func(dbx.Tx, []*order) error) (n int, err error) {
	err = s.db.Write(ctx, func(tx dbx.Tx) error {
		var all []*order
		err := dbx.Each(ctx, tx, func(scan func(...any) error) error {
			var account, facts, form, doc string
			if err := scan(&account, &facts, &form, &doc); err != nil {
				return err
			}
			o, err := decode(account, facts, form, doc)
			all = append(all, o)
			return err
		}, columns+where, args...)
		n = len(all)
		if err != nil || n == 0 {
			return err
		}
		return fn(tx, all)
	})
	return n, err
}

// A Mismatch is money that pays no order, or more than one costs.
type Mismatch struct {
	Transaction, OrderCode string
	Amount, Surplus        akno.Money
	Result                 portalapi.PaymentTakenResult
	ReceivedAt             time.Time
}

// Mismatches lists the payments that people still have to settle, oldest first.
func (s *Service) Mismatches(ctx context.Context) ([]Mismatch, error) {
	out := make([]Mismatch, 0, 8)
	err := s.db.Read(ctx, func(tx dbx.Tx) error {
		return dbx.Each(ctx, tx, func(scan func(...any) error) error {
			var m Mismatch
			var amount, surplus, at int64
			var result string
			if err := scan(&m.Transaction, &m.OrderCode, &amount, &surplus, &result, &at); err != nil {
				return err
			}
			m.Amount, m.Surplus, m.Result = akno.Money(amount), akno.Money(surplus), portalapi.PaymentTakenResult(result)
			m.ReceivedAt = time.UnixMilli(at).UTC()
			out = append(out, m)
			return nil
		}, `SELECT txn, order_code, amount, surplus, result, received_at FROM payment
			WHERE (result <> 'taken' OR surplus > 0) AND settled_at IS NULL ORDER BY received_at, txn LIMIT 1000`)
	})
	return out, err
}

// Settle notes that people have dealt with a payment that paid no order, or more
// than one costs. A payment that needs nobody, or was settled before, is
// akno.NotFound.
func (s *Service) Settle(ctx context.Context, transaction string) error {
	return s.db.Write(ctx, func(tx dbx.Tx) error {
		n, err := dbx.Changed(ctx, tx, `UPDATE payment SET settled_at = ?
			WHERE txn = ? AND (result <> 'taken' OR surplus > 0) AND settled_at IS NULL`, s.clock().UnixMilli(), transaction)
		if err == nil && n != 1 {
			err = &akno.Error{Code: akno.NotFound, Op: "payment.Settle"}
		}
		return err
	})
}
