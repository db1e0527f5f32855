package catalogue

import (
	"slices"

	"akno/backend/akno"
	"akno/backend/akno/decimal"
	"akno/backend/akno/form"
	"akno/backend/akno/workdays"
)

// A Quote is what a procedure costs a person on a day.
type Quote struct {
	Kind   akno.FeeKind
	Amount akno.Money    // zero for a free procedure, and where the body sets the fee
	Rate   string        // coefficient of the base value; empty where there is none
	Base   akno.Money    // the base value on that day
	From   workdays.Date // the day since which the base value holds
	Facts  []string      // the variants that were applied
}

// Known reports whether the amount follows from the catalogue. It does not where
// the body or the operator's price list says it.
func (q Quote) Known() bool { return q.Kind == akno.FeeFree || q.Kind == akno.FeeBase }

// Free reports whether nothing has to be paid.
func (q Quote) Free() bool { return q.Known() && q.Amount == 0 }

// BaseOn returns the base value that holds on a day. The error has code NotFound
// for a day before the first one that is known.
func (h *Catalogue) BaseOn(day workdays.Date) (BaseValue, error) {
	c := h.now.Load()
	for _, b := range c.bases {
		if !day.Before(b.From) {
			return b, nil
		}
	}
	return BaseValue{}, &akno.Error{Code: akno.NotFound, Op: "catalogue.BaseOn"}
}

// Quote returns what procedure p costs on a day while the given facts hold: the
// first variant that replaces the coefficient, then every variant that adds to
// it, times the base value of the day, rounded to kopecks. A fact that p has no
// variant for changes nothing.
func (h *Catalogue) Quote(p akno.Procedure, facts []string, day workdays.Date) (Quote, error) {
	q := Quote{Kind: p.Fee.Kind}
	if p.Fee.Kind != akno.FeeBase {
		return q, nil
	}
	base, err := h.BaseOn(day)
	if err != nil {
		return Quote{}, err
	}
	rate := decimal.MustParse(p.Fee.Rate) // checked when the bundle was loaded
	replaced := false
	for _, v := range p.Fee.Variants {
		if v.Rate != "" && !replaced && slices.Contains(facts, v.When) {
			rate, replaced = decimal.MustParse(v.Rate), true
			q.Facts = append(q.Facts, v.When)
		}
	}
	for _, v := range p.Fee.Variants {
		if v.Add != "" && slices.Contains(facts, v.When) {
			rate = rate.Add(decimal.MustParse(v.Add))
			q.Facts = append(q.Facts, v.When)
		}
	}
	sum := rate.Mul(decimal.MustParse(base.Amount.String())).Fixed(2)
	if q.Amount, err = akno.ParseMoney(sum); err != nil {
		return Quote{}, err
	}
	q.Rate, q.Base, q.From = rate.String(), base.Amount, base.From
	return q, nil
}

// FactsField is the field of a general form that asks for the facts of the fee.
const FactsField = "fee_facts"

// youth are the facts that follow from the applicant's age: the fact holds
// below it.
var youth = map[string]int{
	"under14_standard":                           14,
	"child_under14_or_pensioner_or_disabled_1_2": 14,
	"minor_or_disabled_or_pensioner":             18,
	"minor":                                      18,
}

// FeeFacts returns which facts of p's fee hold by the answers of a form: an
// option or a ticked line with the fact's name, or the applicant's age. The
// order is that of the variants.
func FeeFacts(p akno.Procedure, st form.State, today workdays.Date) []string {
	if len(p.Fee.Variants) == 0 {
		return nil
	}
	said := map[string]bool{}
	for _, f := range st.Fields {
		if !f.Visible {
			continue
		}
		said[f.Value.Text()] = true
		if f.ID == FactsField {
			for _, item := range f.Value.Items() {
				said[item.Text()] = true
			}
		}
	}
	birth, err := workdays.Parse(st.Value("birth_date").Text())
	var out []string
	for _, v := range p.Fee.Variants {
		age, byAge := youth[v.When]
		young := byAge && err == nil && today.YearsSince(birth) < age
		// A child's passport is free in the ordinary term only.
		if v.When == "under14_standard" && hurried(said) {
			continue
		}
		if said[v.When] || young {
			out = append(out, v.When)
		}
	}
	return out
}

func hurried(said map[string]bool) bool { return said["accelerated_15d"] || said["urgent_7d"] }

// A Refusal says why a procedure is not open to somebody.
type Refusal string

// The reasons of a refusal; each has a message in every language.
const (
	Allowed   Refusal = ""
	LowLevel  Refusal = "low_level"      // the session's level is too low
	WrongKind Refusal = "applicant_kind" // such an applicant may not ask for it
)

// Allow says whether an applicant of kind k with a session of level l may ask
// for p, and if not, why. The level that is needed is p.Needs(k).
func Allow(p akno.Procedure, l akno.Level, k akno.ApplicantKind) Refusal {
	switch {
	case !p.Accepts(k):
		return WrongKind
	case l < p.Needs(k):
		return LowLevel
	}
	return Allowed
}
