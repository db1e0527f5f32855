package canon

import (
	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/akno/ordercode"
)

// A Catalogue is what Verify knows of procedures and forms.
type Catalogue interface {
	Procedure(code string) (akno.Procedure, bool)
	Body(code string) (akno.Body, bool)
}

// Verify proves that a submission says what the form shows: it evaluates the
// answers again on the submission's own day, builds the submission anew and
// compares the octets. The result is the evaluation. The error is an *akno.Error:
//
//   - NotFound, the procedure is not in the catalogue;
//   - OldForm, the submission is pinned to another version of the form;
//   - Invalid with Fields, answers break rules;
//   - Invalid without Fields, what was signed is not what the form shows.
func Verify(s Submission, c Catalogue, schema *form.Schema, formHash string) (form.State, error) {
	raw, err := s.Encode()
	if err != nil {
		return form.State{}, err
	}
	return VerifyOctets(raw, s, c, schema, formHash)
}

// VerifyOctets is Verify for who has the octets at hand that s was parsed from.
func VerifyOctets(raw []byte, s Submission, c Catalogue, schema *form.Schema, formHash string) (form.State, error) {
	const op = "canon.Verify"
	p, ok := c.Procedure(s.Procedure.Code)
	if !ok {
		return form.State{}, &akno.Error{Code: akno.NotFound, Op: op}
	}
	if s.Form.ID != p.Form || s.Form.ID != schema.ID() || s.Form.Version != schema.Version() || s.Form.SHA256 != formHash {
		return form.State{}, &akno.Error{Code: akno.OldForm, Op: op}
	}
	body, ok := c.Body(p.Body)
	if !ok {
		return form.State{}, &akno.Error{Code: akno.NotFound, Op: op}
	}
	if s.Language != akno.Russian && s.Language != akno.Belarusian || !p.Accepts(s.Applicant.Kind) {
		return form.State{}, &akno.Error{Code: akno.Invalid, Op: op}
	}
	if s.Order != nil {
		if code, err := ordercode.Parse(string(s.Order.Code)); err != nil || code != s.Order.Code {
			return form.State{}, &akno.Error{Code: akno.Invalid, Op: op}
		}
	}
	st := form.Evaluate(schema, s.Answers(), s.AsOf)
	again, err := Build(Input{
		Application: s.Application, Procedure: p, Body: body, Schema: schema, FormHash: formHash, State: st,
		Language: s.Language, AsOf: s.AsOf, Kind: s.Applicant.Kind, Order: s.Order, Payment: s.Payment,
	})
	if err != nil {
		return st, err
	}
	same, err := again.isWritten(raw)
	if err == nil && !same {
		err = &akno.Error{Code: akno.Invalid, Op: op}
	}
	return st, err
}
