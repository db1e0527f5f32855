package review

import (
	"slices"

	"akno/backend/akno"
	"akno/backend/portal/application"
	"akno/backend/portal/session"
	"akno/backend/portalapi"
)

// eventDecide is what the head causes with his signature; it is no event of the
// desk's command, but a right like the others.
const eventDecide = "decide"

// A right says who may cause an event of the review and in which statuses. That
// the status then moves is the table of akno's word.
type right struct {
	event    string
	roles    []session.Role
	statuses []akno.Status
	proposed bool // only while a proposal waits for the head; otherwise only while none does
}

// rights lists every right of a body's people; what is not here is forbidden. An
// officer prepares, the head decides: no event is in both hands.
var rights = []right{
	{event: "register", roles: officer, statuses: []akno.Status{akno.Submitted}},
	{event: "take", roles: officer, statuses: []akno.Status{akno.RegisteredStatus}},
	{event: "reject_payment", roles: officer, statuses: []akno.Status{akno.RegisteredStatus}},
	{event: "request_agency", roles: officer, statuses: []akno.Status{akno.InReview}},
	{event: "agency_answer", roles: officer, statuses: []akno.Status{akno.AgencyRequest}},
	{event: "ask_applicant", roles: officer, statuses: []akno.Status{akno.InReview}},
	{event: "propose", roles: officer, statuses: proposable},
	{event: "return_proposal", roles: head, statuses: proposable, proposed: true},
	{event: eventDecide, roles: head, statuses: proposable, proposed: true},
}

var (
	officer    = []session.Role{session.Officer}
	head       = []session.Role{session.Head}
	proposable = []akno.Status{akno.Submitted, akno.RegisteredStatus, akno.PaymentRejected, akno.InReview, akno.AgencyRequest}
)

// outcomes lists where each decision can be proposed, and the event and status it
// leads to.
var outcomes = map[portalapi.ProposalOutcome]struct {
	from  []akno.Status
	event akno.Event
	to    akno.Status
}{
	portalapi.ProposalOutcomeGranted: {[]akno.Status{akno.InReview}, akno.EventDecideGrant, akno.Granted},
	portalapi.ProposalOutcomeRefused: {[]akno.Status{akno.InReview, akno.AgencyRequest}, akno.EventDecideRefuse, akno.Refused},
	portalapi.ProposalOutcomeAcceptanceRefused: {
		[]akno.Status{akno.Submitted, akno.RegisteredStatus, akno.PaymentRejected}, akno.EventRefuseAcceptance, akno.AcceptanceRefused,
	},
}

// may returns nil if who may cause event on r now. A person without the role is
// told akno.Forbidden, one who comes at the wrong time akno.WrongState.
func may(who session.Session, r *application.Record, event string) error {
	const op = "review.may"
	i := slices.IndexFunc(rights, func(x right) bool { return x.event == event })
	if i < 0 || !slices.ContainsFunc(rights[i].roles, who.Is) {
		return &akno.Error{Code: akno.Forbidden, Op: op}
	}
	if own(who, r) {
		return &akno.Error{Code: akno.Forbidden, Op: op, Fields: map[string]string{"applicant": "own"}}
	}
	x := rights[i]
	if !slices.Contains(x.statuses, r.Status()) || x.proposed != (r.Review.Proposal != nil) {
		return &akno.Error{Code: akno.WrongState, Op: op}
	}
	switch {
	case event == "reject_payment" && r.Paid == portalapi.DeskItemPaidFree:
		return &akno.Error{Code: akno.WrongState, Op: op, Fields: map[string]string{"payment": "free"}}
	case event == eventDecide && r.Review.ProposerID == who.AccountID:
		// Four eyes: nobody signs what he has proposed himself.
		return &akno.Error{Code: akno.Forbidden, Op: op, Fields: map[string]string{"proposal": "own"}}
	}
	return nil
}

// own says whether who has filed r, is the person in it or the one for whom it was
// filed: nobody works on his own application, whichever cabinet it came from.
func own(who session.Session, r *application.Record) bool {
	if who.AccountID == r.Account {
		return true
	}
	n := r.Applicant.PersonalNumber
	return who.PersonalNumber != "" && (n != nil && *n == who.PersonalNumber || r.Review.Represented.PersonalNumber == who.PersonalNumber)
}

// allowed lists what who may do with r now.
func allowed(who session.Session, r *application.Record) []string {
	out := make([]string, 0, len(rights))
	for _, x := range rights {
		if may(who, r, x.event) == nil {
			out = append(out, x.event)
		}
	}
	return out
}
