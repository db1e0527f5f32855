// Package payment issues the orders of paid procedures and takes the news of
// payments. The portal never holds money: an order is a 30-digit code that a
// person pays elsewhere, and the payment system tells so over a signed call.
//
// The sum is that of the day of payment (domain rule: coefficient times the base
// value in force on that day), so an unpaid order is quoted anew when the base
// value changes. Money that came too late, in another sum or for no order is
// written down for people to settle; it never changes an order by itself.
package payment

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/erip"
	"akno/backend/akno/ordercode"
	"akno/backend/akno/workdays"
	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/portal/audit"
	"akno/backend/portal/session"
	"akno/backend/portal/store"
	"akno/backend/portalapi"
)

// ChangeKind is the kind of an order in the index of changes.
const ChangeKind = "order"

// Expiry is the time in which an order can be paid.
const Expiry = 30 * 24 * time.Hour

// A Quote is what a procedure costs on a day.
type Quote struct {
	Amount    akno.Money
	BaseValue akno.Money // in force on that day
}

// Rules are what the catalogue knows of a procedure.
type Rules interface {
	// Level returns the assurance level the procedure asks for, or an error with
	// code NotFound.
	Level(procedure string) (akno.Level, error)
	// Quote returns the fee of a procedure by the facts of the form's answers. A
	// free procedure, one without a computable fee, an unknown fact or a form
	// that is not in force is an *akno.Error.
	Quote(procedure, formID string, formVersion int, facts []string, on workdays.Date) (Quote, error)
	// Number returns the number of a procedure inside order codes, which is never
	// given to another one.
	Number(procedure string) (int, error)
}

// Config is what an operator chooses.
type Config struct {
	SerialKey   []byte // of the keyed permutation of serials, at least 32 octets
	ProviderKey []byte // of the payment system's signatures, at least 32 octets
	Merchant    string // ASCII, up to 25 characters, in the link of ERIP
	City        string // ASCII, up to 15 characters
}

// A Service issues orders and takes payments.
type Service struct {
	db      dbx.DB
	clock   clock.Clock
	rules   Rules
	serials *ordercode.Permutation
	config  Config
	watch   Watcher
}

// A Watcher is told of every change of an order inside the transaction that makes
// it. Its error undoes the change.
type Watcher func(ctx context.Context, tx dbx.Tx, account string, o portalapi.Order) error

// Watch sets who is told of changes. It is called once, before the service is
// used.
func (s *Service) Watch(w Watcher) { s.watch = w }

// New returns the service over db.
func New(db dbx.DB, now clock.Clock, rules Rules, c Config) (*Service, error) {
	serials, err := ordercode.NewPermutation(c.SerialKey)
	if err != nil {
		return nil, err
	}
	if len(c.ProviderKey) < 32 {
		return nil, errors.New("payment: the key of the payment system is shorter than 32 octets")
	}
	return &Service{db: db, clock: now, rules: rules, serials: serials, config: c}, nil
}

// Bucket returns the bucket of an account, 0 to 1023: the first ten bits of the
// hash of its id, fixed for ever.
func Bucket(account string) int {
	h := sha256.Sum256([]byte(account))
	return int(binary.BigEndian.Uint16(h[:]) >> 6)
}

// Create issues an order for an application, or returns the one that awaits
// payment already when it was asked for with the same facts.
func (s *Service) Create(ctx context.Context, who session.Session, req portalapi.OrderRequest) (portalapi.Order, error) {
	const op = "payment.Create"
	need, err := s.rules.Level(req.Procedure)
	if err != nil {
		return portalapi.Order{}, err
	}
	if who.Level < need {
		return portalapi.Order{}, &akno.Error{Code: akno.LowLevel, Op: op}
	}
	command, err := store.NewOp(req.OpId, op, req)
	if err != nil {
		return portalapi.Order{}, err
	}
	now := s.clock()
	facts := slices.Sorted(slices.Values(req.FeeFacts))
	q, err := s.rules.Quote(req.Procedure, req.FormId, req.FormVersion, facts, workdays.Of(now))
	if err != nil {
		return portalapi.Order{}, err
	}
	var out portalapi.Order
	err = s.db.Write(ctx, func(tx dbx.Tx) error {
		var err error
		out, err = store.OnceAs(ctx, tx, who.AccountID, command, now, func() (portalapi.Order, error) {
			return s.create(ctx, tx, who.AccountID, req, facts, q, now)
		})
		return err
	})
	return out, err
}

func (s *Service) create(ctx context.Context, tx dbx.Tx, account string, req portalapi.OrderRequest, facts []string, q Quote, now time.Time) (portalapi.Order, error) {
	const op = "payment.Create"
	have, found, err := s.current(ctx, tx, account, req.ApplicationId)
	if err != nil {
		return portalapi.Order{}, err
	}
	if found {
		// Never a second payment while one is pending or made.
		if have.doc.Procedure != req.Procedure || !slices.Equal(have.facts, facts) {
			return portalapi.Order{}, &akno.Error{Code: akno.Conflict, Op: op, Fields: map[string]string{"order": "exists"}}
		}
		return have.doc, nil
	}
	code, err := s.code(ctx, tx, account, req.Procedure, workdays.Of(now))
	if err != nil {
		return portalapi.Order{}, err
	}
	o := &order{account: account, facts: facts, form: form{ID: req.FormId, Version: req.FormVersion}, doc: portalapi.Order{
		Code: code.String(), ApplicationId: req.ApplicationId, Procedure: req.Procedure,
		Status: portalapi.OrderStatusAwaiting, CreatedAt: now.UnixMilli(), ExpiresAt: now.Add(Expiry).UnixMilli(), Version: 1,
	}}
	if err := s.price(o, q); err != nil {
		return portalapi.Order{}, err
	}
	if err := o.insert(ctx, tx); err != nil {
		return portalapi.Order{}, err
	}
	return o.doc, s.note(ctx, tx, o, now, audit.ByAccount(account), string(akno.EventOrder))
}

// price puts the sum of q and the link that asks for it into o.
func (s *Service) price(o *order, q Quote) error {
	if q.Amount <= 0 {
		return &akno.Error{Code: akno.WrongState, Op: "payment.price", Err: errors.New("nothing to pay")}
	}
	link, err := erip.Link(erip.Payment{
		Service: fmt.Sprintf("%07d", ordercode.Service), Account: o.doc.Code, Amount: q.Amount,
		Merchant: s.config.Merchant, City: s.config.City,
	})
	if err != nil {
		return fmt.Errorf("payment: link: %w", err)
	}
	o.doc.Amount, o.doc.BaseValue, o.doc.EripLink = q.Amount.String(), q.BaseValue.String(), link
	return nil
}

// code takes the next code of the account's bucket on a day.
func (s *Service) code(ctx context.Context, tx dbx.Tx, account, procedure string, day workdays.Date) (ordercode.Code, error) {
	number, err := s.rules.Number(procedure)
	if err != nil {
		return "", err
	}
	bucket := Bucket(account)
	renewed, err := store.Renewed(ctx, tx)
	if err != nil {
		return "", err
	}
	var n int
	err = tx.QueryRow(ctx, `INSERT INTO order_counter (bucket, day, n) VALUES (?, ?, ?)
		ON CONFLICT (bucket, day) DO UPDATE SET n = CASE WHEN order_counter.n < excluded.n THEN excluded.n ELSE order_counter.n + 1 END
		RETURNING n`, bucket, day.String(), 1+firstCount(day, renewed)).Scan(&n)
	if err != nil {
		return "", fmt.Errorf("payment: counter: %w", err)
	}
	serial, err := s.serials.Serial(bucket, n-1)
	if err != nil {
		return "", fmt.Errorf("payment: %w", err)
	}
	return ordercode.Make(ordercode.Parts{
		Version: ordercode.Version, Service: ordercode.Service, Date: day, Procedure: number, Serial: serial,
	})
}

// firstCount is where a bucket's count of a day begins. A portal that was restored
// from a copy does not know which codes it gave out after the copy was made, and
// people may have paid by them: on the day of the restore it goes on from where
// the clock stands between the day's beginning and its end. No bucket gives out
// codes faster than they last for a day.
func firstCount(day workdays.Date, renewed time.Time) int {
	if renewed.IsZero() || workdays.Of(renewed) != day {
		return 0
	}
	passed := renewed.Sub(day.Start())
	return min(int(int64(passed/time.Millisecond)*ordercode.PerBucket/(24*time.Hour).Milliseconds()), ordercode.PerBucket-1)
}

// Get returns an order of the session's account.
func (s *Service) Get(ctx context.Context, who session.Session, code portalapi.OrderCode) (portalapi.Order, error) {
	var o *order
	err := s.db.Read(ctx, func(tx dbx.Tx) error {
		var err error
		o, err = load(ctx, tx, who.AccountID, code)
		return err
	})
	if err != nil {
		return portalapi.Order{}, err
	}
	return o.doc, nil
}

// Cancel voids an unpaid order of the session's account; a void one stays void
// without a word.
func (s *Service) Cancel(ctx context.Context, who session.Session, code portalapi.OrderCode) error {
	const op = "payment.Cancel"
	return s.db.Write(ctx, func(tx dbx.Tx) error {
		o, err := load(ctx, tx, who.AccountID, code)
		if err != nil || o.doc.Status == portalapi.OrderStatusVoid {
			return err
		}
		if o.doc.Status != portalapi.OrderStatusAwaiting {
			return &akno.Error{Code: akno.WrongState, Op: op}
		}
		return s.move(ctx, tx, o, portalapi.OrderStatusVoid, audit.ByAccount(who.AccountID), string(akno.EventCancelOrder))
	})
}

// move brings o to status and writes everything that follows from it.
func (s *Service) move(ctx context.Context, tx dbx.Tx, o *order, status portalapi.OrderStatus, actor, event string) error {
	o.doc.Status = status
	if err := o.update(ctx, tx); err != nil {
		return err
	}
	return s.note(ctx, tx, o, s.clock(), actor, event)
}

// note writes the change and the record of the journal for what happened to o.
func (s *Service) note(ctx context.Context, tx dbx.Tx, o *order, now time.Time, actor, event string) error {
	if s.watch != nil {
		if err := s.watch(ctx, tx, o.account, o.doc); err != nil {
			return err
		}
	}
	err := audit.Append(ctx, tx, o.account, now, audit.Record{Actor: actor, Action: event, Entity: ChangeKind + ":" + o.doc.Code})
	if err != nil {
		return err
	}
	return store.RecordChange(ctx, tx, o.account, ChangeKind, o.doc.Code, o.doc.Version, false)
}

// Of returns the order of an application that awaits payment or is paid, with the
// facts it was priced by, inside the caller's transaction.
func (s *Service) Of(ctx context.Context, tx dbx.Tx, account, application string) (o portalapi.Order, facts []string, found bool, err error) {
	have, found, err := s.current(ctx, tx, account, application)
	if err != nil || !found {
		return portalapi.Order{}, nil, false, err
	}
	return have.doc, have.facts, true, nil
}

// UseProof notes that an application is paid by a proof, such as the hash of a
// scanned receipt or the number of an operation. One that was used for another
// application before is not noted again: used is true then.
func (s *Service) UseProof(ctx context.Context, tx dbx.Tx, account, application, proof string, now time.Time) (used bool, err error) {
	var n int
	err = tx.QueryRow(ctx, `SELECT count(*) FROM payment_proof WHERE proof = ? AND NOT (account_id = ? AND application_id = ?)`,
		proof, account, application).Scan(&n)
	if err != nil || n > 0 {
		return n > 0, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO payment_proof (proof, account_id, application_id, at) VALUES (?, ?, ?, ?)
		ON CONFLICT (proof, account_id, application_id) DO NOTHING`, proof, account, application, now.UnixMilli())
	return false, err
}

// encode is json.Marshal for structures of the contract, which cannot fail.
func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("payment: " + err.Error()) // unreachable
	}
	return string(b)
}
