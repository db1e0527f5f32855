package catalogue

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"akno/backend/akno"
	"akno/backend/akno/decimal"
	"akno/backend/akno/form"
	"akno/backend/akno/workdays"
)

// bundle is the shape of the collected file. Members that the program does not
// use are named too, so that an unknown one is noticed.
type bundle struct {
	SchemaVersion int       `json:"schema_version"`
	Generated     string    `json:"generated"`
	Disclaimer    akno.Text `json:"disclaimer"`
	Legend        any       `json:"confidence_legend"`
	AuthMethods   any       `json:"auth_methods"`
	BaseValue     []struct {
		From workdays.Date   `json:"from"`
		BYN  akno.Money      `json:"byn"`
		Act  string          `json:"act"`
		C    akno.Confidence `json:"c"`
	} `json:"base_value"`
	Bodies     map[string]akno.Text       `json:"bodies"`
	Documents  map[string]akno.Text       `json:"documents"`
	Procedures []rawProcedure             `json:"procedures"`
	Forms      map[string]form.Definition `json:"forms"`

	numbers map[string]int
	texts   texts
}

type rawProcedure struct {
	Code       string               `json:"code"`
	Act        string               `json:"act"`
	Number     string               `json:"number"`
	Category   string               `json:"category"`
	Title      akno.Text            `json:"title"`
	Body       string               `json:"body"`
	Applicants []akno.ApplicantKind `json:"applicants"`
	Documents  []struct {
		Doc       string `json:"doc"`
		Condition string `json:"condition"`
	} `json:"documents"`
	Fee struct {
		Kind     akno.FeeKind `json:"kind"`
		BV       json.Number  `json:"bv"`
		Variants []struct {
			When  string      `json:"when"`
			BV    json.Number `json:"bv"`
			AddBV json.Number `json:"add_bv"`
		} `json:"variants"`
		Note string `json:"note"`
	} `json:"fee"`
	Term struct {
		Value    int    `json:"value"`
		Unit     string `json:"unit"`
		Basis    string `json:"basis"`
		Extended string `json:"extended_on_inter_agency_request"`
	} `json:"term"`
	Validity struct {
		Kind  string `json:"kind"`
		Value int    `json:"value"`
		RU    string `json:"ru"`
		Rules []struct {
			LT    int    `json:"lt"`
			GTE   int    `json:"gte"`
			Years int    `json:"years"`
			Text  string `json:"years_text"`
		} `json:"rules"`
	} `json:"validity"`
	Auth struct {
		Method string `json:"method"`
	} `json:"auth"`
	DecisionViaPortal  bool                       `json:"decision_via_portal"`
	ComplaintViaPortal bool                       `json:"complaint_via_portal"`
	Form               *string                    `json:"form"`
	Confidence         map[string]akno.Confidence `json:"confidence"`
	Sources            []string                   `json:"sources"`
	Note               string                     `json:"note"`
}

func (r rawProcedure) procedure(raw bundle) (akno.Procedure, error) {
	p := akno.Procedure{
		Code: r.Code, Act: r.Act, Number: r.Number, Category: r.Category, Title: r.Title, Body: r.Body,
		Applicants: r.Applicants, Note: r.Note, Confidence: r.Confidence, Sources: r.Sources,
		DecisionViaPortal: r.DecisionViaPortal, ComplaintViaPortal: r.ComplaintViaPortal,
		Term: akno.Term{Value: r.Term.Value, Unit: r.Term.Unit, Extended: r.Term.Extended},
	}
	var ok bool
	if p.ID, ok = raw.numbers[r.Code]; !ok || p.ID < 1 || p.ID > 99_999 {
		return p, fmt.Errorf("number %d", p.ID)
	}
	if p.Level, ok = akno.ParseLevel(r.Auth.Method); !ok {
		return p, fmt.Errorf("level %q", r.Auth.Method)
	}
	if _, ok = raw.Bodies[r.Body]; !ok {
		return p, fmt.Errorf("body %q", r.Body)
	}
	if r.Form != nil {
		if _, ok = raw.Forms[*r.Form]; !ok {
			return p, fmt.Errorf("form %q", *r.Form)
		}
		p.Form = *r.Form
	}
	for _, d := range r.Documents {
		if _, ok := raw.Documents[d.Doc]; !ok {
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
	if r.Validity.RU != "" {
		p.Validity.Text = raw.texts.complete(akno.Text{RU: r.Validity.RU})
	}
	for _, v := range r.Validity.Rules {
		p.Validity.Rules = append(p.Validity.Rules, akno.AgeRule{Under: v.LT, From: v.GTE, Years: v.Years, Text: v.Text})
	}
	return p, r.fee(&p, raw.texts)
}

func (r rawProcedure) fee(p *akno.Procedure, texts texts) error {
	p.Fee = akno.Fee{Kind: r.Fee.Kind, Rate: r.Fee.BV.String(), Note: r.Fee.Note}
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
		variant := akno.FeeVariant{When: v.When, Rate: v.BV.String(), Add: v.AddBV.String()}
		if _, err := decimal.Parse(variant.Rate + variant.Add); err != nil || variant.Rate != "" && variant.Add != "" {
			return fmt.Errorf("variant %q", v.When)
		}
		if _, ok := texts[v.When]; !ok {
			return fmt.Errorf("variant %q has no wording", v.When)
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
