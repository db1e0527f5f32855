package packsrc

import (
	"fmt"
	"io/fs"
	"regexp"
	"strings"

	"akno/backend/akno"
	"akno/backend/akno/catalogue"
	"akno/backend/akno/workdays"
)

// registry is what all procedures share.
type registry struct {
	Generated  workdays.Date        `json:"generated"`
	Disclaimer akno.Text            `json:"disclaimer"`
	BaseValue  []baseValue          `json:"base_value"`
	Bodies     map[string]akno.Text `json:"bodies"`
	Documents  map[string]akno.Text `json:"documents"`
	General    map[string]akno.Text `json:"general"` // wordings of the general forms
	Order      []string             `json:"order"`
}

type baseValue struct {
	From workdays.Date   `json:"from"`
	BYN  akno.Money      `json:"byn"`
	Act  string          `json:"act,omitempty"`
	C    akno.Confidence `json:"c"`
}

// procedure is a procedure as it is written.
type procedure struct {
	Code               string                     `json:"code"`
	Version            int                        `json:"version"`
	ValidFrom          workdays.Date              `json:"valid_from"`
	NumberInOrders     int                        `json:"number_in_orders"`
	Act                string                     `json:"act"`
	Number             string                     `json:"number"`
	Category           string                     `json:"category"`
	Title              akno.Text                  `json:"title"`
	Body               string                     `json:"body"`
	Applicants         []akno.ApplicantKind       `json:"applicants"`
	Documents          []document                 `json:"documents"`
	Fee                fee                        `json:"fee"`
	Term               term                       `json:"term"`
	Validity           catalogue.RawValidity      `json:"validity"`
	LOA                string                     `json:"loa"`
	DecisionViaPortal  bool                       `json:"decision_via_portal"`
	ComplaintViaPortal bool                       `json:"complaint_via_portal"`
	Confidence         map[string]akno.Confidence `json:"confidence"`
	Sources            []string                   `json:"sources"`
	Note               string                     `json:"note"`
	Form               any                        `json:"form"` // an id, a form, or {general: id, version: n}

	formID  string
	general int // version of the general form, 0 for a form of its own
}

type document struct {
	Doc       string    `json:"doc"`
	Condition akno.Text `json:"condition"`
}

type fee struct {
	Kind     akno.FeeKind `json:"kind"`
	Amount   string       `json:"amount"` // "0.5 BV"
	Note     string       `json:"note"`
	Variants []struct {
		When   string    `json:"when"`
		Amount string    `json:"amount"` // replaces
		Add    string    `json:"add"`    // is added
		Label  akno.Text `json:"label"`
	} `json:"variants"`
}

type term struct {
	Value    int    `json:"value"`
	Unit     string `json:"unit"`
	Basis    string `json:"basis"`
	Extended string `json:"extended_on_inter_agency_request"`
}

func (s *Set) readProcedure(tree fs.FS, name string) error {
	v, err := readTree(tree, name)
	if err != nil {
		return err
	}
	var p procedure
	if err := strict(v, &p); err != nil {
		return err
	}
	if base(name) != p.Code {
		return fmt.Errorf("the file is named otherwise than its code %s", p.Code)
	}
	switch f := v["form"].(type) {
	case string:
		p.formID = f
	case map[string]any:
		var general struct {
			General string `json:"general"`
			Version int    `json:"version"`
		}
		if f["general"] != nil {
			if err := strict(f, &general); err != nil {
				return err
			}
			p.formID, p.general = general.General, general.Version
			break
		}
		p.formID, _ = f["id"].(string)
		if err := s.addForm(name, f); err != nil {
			return err
		}
	}
	if p.formID == "" {
		return fmt.Errorf("the procedure has no form")
	}
	s.procedures = append(s.procedures, p)
	return p.check(s.registry)
}

var (
	coefficient = regexp.MustCompile(`^(0|[1-9][0-9]{0,3})(\.[0-9]{1,4})? BV$`)
	confident   = []string{"number", "title", "docs", "fee", "term", "validity", "auth"}
)

// check looks at what the catalogue's own reading does not: wordings, and that
// each fact says how well it is founded.
func (p procedure) check(r registry) error {
	w := &wordings{}
	w.check(p.Title, "title")
	for _, d := range p.Documents {
		if d.Condition != (akno.Text{}) {
			w.check(d.Condition, d.Doc+".condition")
		}
		if _, ok := r.Documents[d.Doc]; !ok && r.Documents != nil {
			return fmt.Errorf("there is no document %q", d.Doc)
		}
	}
	if p.Validity.Text != nil {
		w.check(*p.Validity.Text, "validity")
	}
	for _, v := range p.Fee.Variants {
		w.check(v.Label, v.When+".label")
		if (v.Amount == "") == (v.Add == "") || !coefficient.MatchString(v.Amount+v.Add) {
			return fmt.Errorf("variant %s: one of amount and add, such as \"0.5 BV\"", v.When)
		}
	}
	if (p.Fee.Kind == akno.FeeBase) != (p.Fee.Amount != "") || p.Fee.Amount != "" && !coefficient.MatchString(p.Fee.Amount) {
		return fmt.Errorf("the fee %q is not written such as \"0.5 BV\"", p.Fee.Amount)
	}
	for _, fact := range confident {
		switch p.Confidence[fact] {
		case akno.Seen, akno.Unproven, akno.Proposed:
		default:
			return fmt.Errorf("the fact %s does not say how well it is founded", fact)
		}
	}
	if p.Version < 1 || p.ValidFrom.IsZero() || !r.Generated.IsZero() && p.ValidFrom.After(r.Generated) {
		return fmt.Errorf("version %d is valid from %s, the bundle is of %s", p.Version, p.ValidFrom, r.Generated)
	}
	if len(w.out) > 0 {
		return fmt.Errorf("%s", strings.Join(w.out, "; "))
	}
	return nil
}

// raw is the procedure as the catalogue reads it.
func (p procedure) raw() catalogue.RawProcedure {
	out := catalogue.RawProcedure{
		Code: p.Code, Version: p.Version, ValidFrom: p.ValidFrom, ID: p.NumberInOrders, Act: p.Act, Number: p.Number,
		Category: p.Category, Title: p.Title, Body: p.Body, Applicants: p.Applicants, Documents: []catalogue.RawDocument{},
		Term:     catalogue.RawTerm{Value: p.Term.Value, Unit: p.Term.Unit, Extended: p.Term.Extended},
		Validity: p.Validity, LOA: p.LOA, DecisionViaPortal: p.DecisionViaPortal, ComplaintViaPortal: p.ComplaintViaPortal,
		Form: p.formID, Confidence: p.Confidence, Sources: p.Sources, Note: p.Note,
	}
	for _, d := range p.Documents {
		out.Documents = append(out.Documents, catalogue.RawDocument{Doc: d.Doc, Condition: d.Condition})
	}
	rate := func(s string) string { return strings.TrimSuffix(s, " BV") }
	out.Fee = catalogue.RawFee{Kind: p.Fee.Kind, BV: rate(p.Fee.Amount), Note: p.Fee.Note}
	for _, v := range p.Fee.Variants {
		out.Fee.Variants = append(out.Fee.Variants, catalogue.RawVariant{When: v.When, BV: rate(v.Amount), AddBV: rate(v.Add)})
	}
	return out
}

// raw is the registry as the catalogue reads it.
func (r registry) raw() catalogue.RawRegistry {
	out := catalogue.RawRegistry{
		Generated: r.Generated.String(), Disclaimer: r.Disclaimer, Bodies: r.Bodies, Documents: r.Documents, Order: r.Order,
	}
	for _, b := range r.BaseValue {
		out.BaseValue = append(out.BaseValue, catalogue.RawBase{From: b.From, BYN: b.BYN, Act: b.Act, C: b.C})
	}
	return out
}
