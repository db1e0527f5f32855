package akno

import "slices"

// An ApplicantKind is who may ask for a procedure (заинтересованное лицо).
type ApplicantKind string

// The kinds of applicants.
const (
	Citizen     ApplicantKind = "citizen"
	Foreigner   ApplicantKind = "foreigner" // иностранный гражданин, лицо без гражданства
	SoleTrader  ApplicantKind = "sole_trader"
	LegalEntity ApplicantKind = "legal_entity"
)

// A Confidence says how well a fact of the catalogue is founded.
type Confidence string

// The confidences.
const (
	Seen     Confidence = "S" // seen in a public page or file
	Unproven Confidence = "M" // general knowledge: never to be shown as law
	Proposed Confidence = "P" // a proposal of ours
)

// A Procedure is an administrative procedure (административная процедура) of
// the catalogue. It is never changed once loaded.
type Procedure struct {
	Code       string // "200.1.3.4": list and number; the key
	ID         int    // 1…99 999, the number in order codes; never given to another procedure
	Act        string // the list
	Number     string // the number in the list
	Category   string
	Title      Text
	Body       string // code of the body that carries it out
	Applicants []ApplicantKind
	Documents  []NeededDocument
	Fee        Fee
	Term       Term
	Validity   Validity
	Level      Level // the session's level that the procedure asks for
	Form       string
	Note       string // Russian, for whoever keeps the catalogue

	DecisionViaPortal  bool
	ComplaintViaPortal bool
	Confidence         map[string]Confidence // number, title, docs, fee, term, validity, auth
	Sources            []string
}

// Accepts reports whether an applicant of kind k may ask for the procedure.
func (p Procedure) Accepts(k ApplicantKind) bool { return slices.Contains(p.Applicants, k) }

// Needs returns the level that an applicant of kind k needs: a legal entity
// always signs in strictly, whatever the catalogue's row says.
func (p Procedure) Needs(k ApplicantKind) Level {
	if k == LegalEntity {
		return Strict
	}
	return p.Level
}

// A Body is an authorised body (уполномоченный орган), or a kind of them.
type Body struct {
	Code string
	Name Text
}

// A Document is a kind of document that a procedure asks for.
type Document struct {
	Code string
	Name Text
}

// A NeededDocument is a document of a procedure's list.
type NeededDocument struct {
	Document  string // code
	Condition Text   // when it is needed; zero: always
}

// A FeeKind says how a fee is found.
type FeeKind string

// The kinds of fees.
const (
	FeeFree   FeeKind = "free"
	FeeBase   FeeKind = "base_value" // a coefficient of the base value (базовая величина)
	FeeMixed  FeeKind = "mixed"      // free or not, as the body says
	FeeTariff FeeKind = "tariff"     // the operator's price list
)

// A Fee is what a procedure costs. Coefficients are decimal texts.
type Fee struct {
	Kind     FeeKind
	Rate     string // of the base value, for FeeBase
	Variants []FeeVariant
	Note     string // Russian
}

// A FeeVariant changes a fee while its fact holds: Rate replaces the
// coefficient, Add is added to it. One of the two is empty.
type FeeVariant struct {
	When string
	Rate string
	Add  string
}

// A Term is how long the body may take.
type Term struct {
	Value    int
	Unit     string // same_day, days, working_days, months
	Extended string // text, when the body asks another one: "1 month"

	ExtendedValue int    // the same as a number; 0: the term is not extended
	ExtendedUnit  string // days, working_days, months
}

// A Validity is how long the issued document holds.
type Validity struct {
	Kind  string // indefinite, one_off, months, years, by_age, text
	Value int
	Text  Text
	Rules []AgeRule
}

// An AgeRule is one line of a validity by age.
type AgeRule struct {
	Under, From int // years of age; 0: no bound
	Years       int
	Text        string // Russian, where Years does not say it
}
