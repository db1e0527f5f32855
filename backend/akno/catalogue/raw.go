package catalogue

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"akno/backend/akno"
	"akno/backend/akno/decimal"
	"akno/backend/akno/workdays"
)

// A RawRegistry is the item "catalogue" of a bundle: what all procedures share.
type RawRegistry struct {
	Generated  string               `json:"generated"`
	Disclaimer akno.Text            `json:"disclaimer"`
	BaseValue  []RawBase            `json:"base_value"`
	Bodies     map[string]akno.Text `json:"bodies"`
	Documents  map[string]akno.Text `json:"documents"`
	Order      []string             `json:"order"` // codes of the procedures as they are listed
}

// A RawBase is the base value from a day on.
type RawBase struct {
	From workdays.Date   `json:"from"`
	BYN  akno.Money      `json:"byn"`
	Act  string          `json:"act,omitempty"`
	C    akno.Confidence `json:"c"`
}

// A RawProcedure is an item "procedure/…" of a bundle. Coefficients of the base
// value are decimal texts.
type RawProcedure struct {
	Code               string                     `json:"code"`
	Version            int                        `json:"version"`
	ValidFrom          workdays.Date              `json:"valid_from"`
	ID                 int                        `json:"number_in_orders"`
	Act                string                     `json:"act"`
	Number             string                     `json:"number"`
	Category           string                     `json:"category"`
	Title              akno.Text                  `json:"title"`
	Body               string                     `json:"body"`
	Applicants         []akno.ApplicantKind       `json:"applicants"`
	Documents          []RawDocument              `json:"documents"`
	Fee                RawFee                     `json:"fee"`
	Term               RawTerm                    `json:"term"`
	Validity           RawValidity                `json:"validity"`
	LOA                string                     `json:"loa"`
	DecisionViaPortal  bool                       `json:"decision_via_portal"`
	ComplaintViaPortal bool                       `json:"complaint_via_portal"`
	Form               string                     `json:"form"`
	Confidence         map[string]akno.Confidence `json:"confidence"`
	Sources            []string                   `json:"sources"`
	Note               string                     `json:"note,omitempty"`
}

// A RawDocument is a document of a procedure's list.
type RawDocument struct {
	Doc       string    `json:"doc"`
	Condition akno.Text `json:"condition,omitzero"`
}

// A RawFee is what a procedure costs.
type RawFee struct {
	Kind     akno.FeeKind `json:"kind"`
	BV       string       `json:"bv,omitempty"`
	Variants []RawVariant `json:"variants,omitempty"`
	Note     string       `json:"note,omitempty"`
}

// A RawVariant changes a fee while its fact holds.
type RawVariant struct {
	When  string `json:"when"`
	BV    string `json:"bv,omitempty"`
	AddBV string `json:"add_bv,omitempty"`
}

// A RawTerm is how long the body may take.
type RawTerm struct {
	Value    int    `json:"value"`
	Unit     string `json:"unit"`
	Extended string `json:"extended,omitempty"`
}

// A RawValidity is how long the issued document holds.
type RawValidity struct {
	Kind  string     `json:"kind"`
	Value int        `json:"value,omitempty"`
	Text  *akno.Text `json:"text,omitempty"`
	Rules []RawAge   `json:"rules,omitempty"`
}

// A RawAge is one line of a validity by age.
type RawAge struct {
	LT    int    `json:"lt,omitempty"`
	GTE   int    `json:"gte,omitempty"`
	Years int    `json:"years,omitempty"`
	Text  string `json:"years_text,omitempty"`
}

// strict reads an item and refuses members that the program does not know: they
// would mean something that it does not do.
func strict(octets []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(octets))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

func (r RawProcedure) procedure(c *loaded) (akno.Procedure, error) {
	p := akno.Procedure{
		Code: r.Code, ID: r.ID, Act: r.Act, Number: r.Number, Category: r.Category, Title: r.Title, Body: r.Body,
		Applicants: r.Applicants, Note: r.Note, Confidence: r.Confidence, Sources: r.Sources, Form: r.Form,
		DecisionViaPortal: r.DecisionViaPortal, ComplaintViaPortal: r.ComplaintViaPortal,
		Term: akno.Term{Value: r.Term.Value, Unit: r.Term.Unit, Extended: r.Term.Extended},
	}
	if p.ID < 1 || p.ID > 99_999 {
		return p, fmt.Errorf("number %d", p.ID)
	}
	var ok bool
	if p.Level, ok = akno.ParseLevel(r.LOA); !ok {
		return p, fmt.Errorf("level %q", r.LOA)
	}
	if _, ok = c.bodies[r.Body]; !ok {
		return p, fmt.Errorf("body %q", r.Body)
	}
	if _, ok = c.forms[r.Form]; !ok {
		return p, fmt.Errorf("form %q", r.Form)
	}
	for _, d := range r.Documents {
		if _, ok := c.documents[d.Doc]; !ok {
			return p, fmt.Errorf("document %q", d.Doc)
		}
		p.Documents = append(p.Documents, akno.NeededDocument{Document: d.Doc, Condition: d.Condition})
	}
	switch r.Term.Unit {
	case string(workdays.SameDay), string(workdays.Days), string(workdays.WorkingDays), string(workdays.Months):
	default:
		return p, fmt.Errorf("unit %q", r.Term.Unit)
	}
	if p.Term.ExtendedValue, p.Term.ExtendedUnit, ok = extended(r.Term.Extended); !ok {
		return p, fmt.Errorf("extended term %q", r.Term.Extended)
	}
	p.Validity = akno.Validity{Kind: r.Validity.Kind, Value: r.Validity.Value}
	if r.Validity.Text != nil {
		p.Validity.Text = *r.Validity.Text
	}
	for _, v := range r.Validity.Rules {
		p.Validity.Rules = append(p.Validity.Rules, akno.AgeRule{Under: v.LT, From: v.GTE, Years: v.Years, Text: v.Text})
	}
	return p, r.fee(&p)
}

func (r RawProcedure) fee(p *akno.Procedure) error {
	p.Fee = akno.Fee{Kind: r.Fee.Kind, Rate: r.Fee.BV, Note: r.Fee.Note}
	switch r.Fee.Kind {
	case akno.FeeFree, akno.FeeMixed, akno.FeeTariff:
	case akno.FeeBase:
		if _, err := decimal.Parse(p.Fee.Rate); err != nil {
			return fmt.Errorf("fee %q", p.Fee.Rate)
		}
	default:
		return fmt.Errorf("fee of kind %q", r.Fee.Kind)
	}
	for _, v := range r.Fee.Variants {
		variant := akno.FeeVariant{When: v.When, Rate: v.BV, Add: v.AddBV}
		if _, err := decimal.Parse(variant.Rate + variant.Add); err != nil || variant.Rate != "" && variant.Add != "" {
			return fmt.Errorf("variant %q", v.When)
		}
		p.Fee.Variants = append(p.Fee.Variants, variant)
	}
	return nil
}

// extended reads "1 month" and "15 working days".
func extended(s string) (n int, unit string, ok bool) {
	if s == "" {
		return 0, "", true
	}
	count, words, _ := strings.Cut(s, " ")
	n, err := strconv.Atoi(count)
	switch words {
	case "day", "days":
		unit = string(workdays.Days)
	case "working day", "working days":
		unit = string(workdays.WorkingDays)
	case "month", "months":
		unit = string(workdays.Months)
	}
	return n, unit, err == nil && n > 0 && unit != ""
}
