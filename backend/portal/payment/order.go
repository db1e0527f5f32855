package payment

import (
	"context"
	"encoding/json"
	"fmt"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
	"akno/backend/portalapi"
)

// An order is a row of payment_order: the order of the contract and what it was
// priced by.
type order struct {
	account string
	facts   []string
	form    form
	doc     portalapi.Order
}

// form is the form by whose answers an order was priced.
type form struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
}

const columns = `SELECT account_id, facts, form, doc FROM payment_order `

// load returns an order of account, or akno.NotFound.
func load(ctx context.Context, tx dbx.Tx, account, code string) (*order, error) {
	o, found, err := find(ctx, tx, columns+`WHERE account_id = ? AND code = ?`, account, code)
	if err == nil && !found {
		err = &akno.Error{Code: akno.NotFound, Op: "payment.load"}
	}
	return o, err
}

// current returns the order of an application that awaits payment or is paid.
func (s *Service) current(ctx context.Context, tx dbx.Tx, account, application string) (*order, bool, error) {
	return find(ctx, tx, columns+`WHERE account_id = ? AND application_id = ? AND status IN ('awaiting', 'paid')`, account, application)
}

func find(ctx context.Context, tx dbx.Tx, query string, args ...any) (*order, bool, error) {
	var account, facts, form, doc string
	found, err := dbx.Found(ctx, tx, query, args, &account, &facts, &form, &doc)
	if err != nil || !found {
		return nil, false, err
	}
	o, err := decode(account, facts, form, doc)
	return o, err == nil, err
}

func decode(account, facts, form, doc string) (*order, error) {
	o := &order{account: account}
	for _, part := range []struct {
		text string
		into any
	}{{facts, &o.facts}, {form, &o.form}, {doc, &o.doc}} {
		if err := json.Unmarshal([]byte(part.text), part.into); err != nil {
			return nil, fmt.Errorf("payment: stored order: %w", err)
		}
	}
	return o, nil
}

func (o *order) amount() (akno.Money, error) { return akno.ParseMoney(o.doc.Amount) }

func (o *order) insert(ctx context.Context, tx dbx.Tx) error {
	amount, err := o.amount()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO payment_order
		(account_id, code, application_id, procedure, facts, form, amount, status, expires_at, version, doc)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		o.account, o.doc.Code, o.doc.ApplicationId, o.doc.Procedure, encode(o.facts), encode(o.form),
		int64(amount), string(o.doc.Status), o.doc.ExpiresAt, o.doc.Version, encode(o.doc))
	return err
}

// update writes o as its next version; somebody else's change in between is
// akno.Conflict.
func (o *order) update(ctx context.Context, tx dbx.Tx) error {
	amount, err := o.amount()
	if err != nil {
		return err
	}
	o.doc.Version++
	n, err := dbx.Changed(ctx, tx, `UPDATE payment_order SET amount = ?, status = ?, version = ?, doc = ?
		WHERE account_id = ? AND code = ? AND version = ?`,
		int64(amount), string(o.doc.Status), o.doc.Version, encode(o.doc), o.account, o.doc.Code, o.doc.Version-1)
	if err == nil && n != 1 {
		err = &akno.Error{Code: akno.Conflict, Op: "payment.update"}
	}
	return err
}
