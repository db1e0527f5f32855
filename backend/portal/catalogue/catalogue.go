// Package catalogue is the portal's view of the bundle of procedures: what an
// order and a submission are checked against. The rules themselves are those of
// akno/catalogue, which the desktop program shares.
package catalogue

import (
	"strconv"

	"akno/backend/akno"
	"akno/backend/akno/catalogue"
	"akno/backend/akno/workdays"
	"akno/backend/portal/payment"
	"akno/backend/portalapi"
)

// A Catalogue answers questions about procedures and their forms.
type Catalogue struct {
	*catalogue.Catalogue
}

// Load reads the bundle inside the program.
func Load() (*Catalogue, error) {
	c, err := catalogue.Load()
	if err != nil {
		return nil, err
	}
	return &Catalogue{c}, nil
}

var _ payment.Rules = (*Catalogue)(nil)

// Ref returns the version and hash of the bundle in force.
func (c *Catalogue) Ref() portalapi.CatalogueRef {
	return portalapi.CatalogueRef{Version: c.Version(), Sha256: c.BundleHash()}
}

// Find returns a procedure, or akno.NotFound.
func (c *Catalogue) Find(procedure string) (akno.Procedure, error) {
	p, ok := c.Procedure(procedure)
	if !ok {
		return p, &akno.Error{Code: akno.NotFound, Op: "catalogue.Find", Fields: map[string]string{"procedure": "unknown"}}
	}
	return p, nil
}

// Level returns the level that a procedure asks of a person.
func (c *Catalogue) Level(procedure string) (akno.Level, error) {
	p, err := c.Find(procedure)
	return p.Level, err
}

// Number returns the number of a procedure inside order codes.
func (c *Catalogue) Number(procedure string) (int, error) {
	p, err := c.Find(procedure)
	return p.ID, err
}

// InForce returns the form of a procedure if its id and version are those in
// force; otherwise an error with code OldForm that names what is in force.
func (c *Catalogue) InForce(procedure, formID string, formVersion int) (*catalogue.Form, error) {
	f, err := c.FormFor(procedure)
	if err != nil {
		return nil, err
	}
	if f.ID() != formID || f.Version() != formVersion {
		return nil, &akno.Error{Code: akno.OldForm, Op: "catalogue.InForce", Fields: map[string]string{
			"formId": f.ID(), "formVersion": strconv.Itoa(f.Version()),
		}}
	}
	return f, nil
}

// Quote returns the fee of a procedure on a day. There is nothing to order for a
// procedure that is free or whose fee the catalogue cannot tell: akno.WrongState.
// A fact that the fee does not know is akno.Invalid, so that a slip of a client
// never changes what a person pays.
func (c *Catalogue) Quote(procedure, formID string, formVersion int, facts []string, on workdays.Date) (payment.Quote, error) {
	const op = "catalogue.Quote"
	p, err := c.Find(procedure)
	if err != nil {
		return payment.Quote{}, err
	}
	if _, err := c.InForce(procedure, formID, formVersion); err != nil {
		return payment.Quote{}, err
	}
	for _, f := range facts {
		if !hasVariant(p, f) {
			return payment.Quote{}, &akno.Error{Code: akno.Invalid, Op: op, Fields: map[string]string{"feeFacts": "unknown"}}
		}
	}
	q, err := c.Catalogue.Quote(p, facts, on)
	if err != nil {
		return payment.Quote{}, err
	}
	if !q.Known() || q.Free() {
		return payment.Quote{}, &akno.Error{Code: akno.WrongState, Op: op, Fields: map[string]string{"procedure": "no_fee"}}
	}
	return payment.Quote{Amount: q.Amount, BaseValue: q.Base}, nil
}

func hasVariant(p akno.Procedure, fact string) bool {
	for _, v := range p.Fee.Variants {
		if v.When == fact {
			return true
		}
	}
	return false
}
