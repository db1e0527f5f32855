// Package catalogue is the portal's view of the bundle of procedures: what an
// order and a submission are checked against. The rules themselves are those of
// akno/catalogue, which the desktop program shares.
package catalogue

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"akno/backend/akno"
	"akno/backend/akno/catalogue"
	"akno/backend/akno/pack"
	"akno/backend/akno/workdays"
	"akno/backend/internal/publisher"
	"akno/backend/portal/payment"
	"akno/backend/portalapi"
	"akno/backend/stb/bign"
)

// A Catalogue answers questions about procedures and their forms.
type Catalogue struct {
	*catalogue.Catalogue
}

// Load reads the bundle inside the program, without a look at its signature: for
// tests.
func Load() (*Catalogue, error) {
	c, err := catalogue.Load()
	if err != nil {
		return nil, err
	}
	return &Catalogue{c}, nil
}

// Open reads the packs in the folder dir, or those inside the program if there
// is no such folder. One of the publishers must have signed them; the program's
// own publisher signs for what is inside it. Packs that do not verify are an
// error: a portal does not begin to work by other rules than its operator put
// there.
func Open(dir string, publishers ...*bign.PublicKey) (*Catalogue, error) {
	inside, pub, err := catalogue.Embedded()
	if err != nil {
		return nil, err
	}
	own, err := publisher.Parse(pub)
	if err != nil {
		return nil, err
	}
	embedded, err := inside.Verify(publisher.Judge(own))
	if err != nil {
		return nil, err
	}
	b, err := readPacks(dir)
	if err != nil {
		return nil, fmt.Errorf("catalogue: packs in %s: %w", filepath.Base(dir), err)
	}
	if b == nil {
		c, err := catalogue.New(embedded)
		return &Catalogue{c}, err
	}
	v, err := b.Verify(publisher.Judge(append(publishers, own)...))
	if err != nil {
		return nil, err
	}
	c, err := catalogue.New(v, embedded)
	return &Catalogue{c}, err
}

// readPacks reads the files of a bundle; nil if there is none.
func readPacks(dir string) (*pack.Bundle, error) {
	manifest, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	signature, err2 := os.ReadFile(filepath.Join(dir, "manifest.sig"))
	items, err3 := os.ReadFile(filepath.Join(dir, "items.jsonl"))
	if err := errors.Join(err, err2, err3); err != nil {
		return nil, err
	}
	return pack.Read(manifest, signature, items)
}

// Packs returns the manifest in force with its signature.
func (c *Catalogue) Packs() portalapi.PackManifest {
	b := c.Bundle()
	return portalapi.PackManifest{Manifest: b.Raw, Signature: b.Signature}
}

// Pack returns an item of the packs in force by its SHA-256, or akno.NotFound.
func (c *Catalogue) Pack(sha256 string) ([]byte, error) {
	octets, ok := c.Bundle().Octets(sha256)
	if !ok {
		return nil, &akno.Error{Code: akno.NotFound, Op: "catalogue.Pack"}
	}
	return octets, nil
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

// InForce returns the form of a procedure if its id and version may be filed on
// a day: those in force, or an older version until its last day. Otherwise the
// error has code OldForm and names what is in force.
func (c *Catalogue) InForce(procedure, formID string, formVersion int, on workdays.Date) (*catalogue.Form, error) {
	f, err := c.FormFor(procedure)
	if err != nil {
		return nil, err
	}
	if f.ID() == formID {
		if accepted, err := c.Accepted(formID, formVersion, on); akno.CodeOf(err) != akno.OldForm {
			return accepted, err
		}
	}
	return nil, &akno.Error{Code: akno.OldForm, Op: "catalogue.InForce", Fields: map[string]string{
		"formId": f.ID(), "formVersion": strconv.Itoa(f.Version()),
	}}
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
	if _, err := c.InForce(procedure, formID, formVersion, on); err != nil {
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
