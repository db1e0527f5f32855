package review

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"akno/backend/akno"
	"akno/backend/portal/application"
	"akno/backend/portal/session"
	"akno/backend/portalapi"
)

var everyEvent = []string{
	"register", "take", "reject_payment", "request_agency", "agency_answer", "ask_applicant", "propose", "return_proposal", "decide",
}

// granted is the whole table of rights, written a second time: role, event, and
// in which statuses, with a proposal waiting or without.
var granted = map[session.Role]map[string]string{
	session.Officer: {
		"register": "submitted", "take": "registered", "reject_payment": "registered", "request_agency": "in_review",
		"agency_answer": "agency_request", "ask_applicant": "in_review",
		"propose": "submitted registered payment_rejected in_review agency_request",
	},
	session.Head: {
		"return_proposal": "submitted+ registered+ payment_rejected+ in_review+ agency_request+",
		"decide":          "submitted+ registered+ payment_rejected+ in_review+ agency_request+",
	},
	session.Clerk:   {},
	session.Citizen: {},
}

func TestEveryRightOfEveryRole(t *testing.T) {
	for role, table := range granted {
		for _, event := range append(slices.Clone(everyEvent), "delete", "") {
			for _, s := range akno.Statuses() {
				for _, proposed := range []bool{false, true} {
					r := &application.Record{Doc: portalapi.Application{Status: string(s)}, Paid: portalapi.DeskItemPaidProof}
					word := string(s)
					if proposed {
						r.Review.Proposal = &portalapi.Proposal{}
						word += "+"
					}
					err := may(session.Session{AccountID: "x", Roles: []session.Role{role}}, r, event)
					want := slices.Contains(strings.Fields(table[event]), word)
					if (err == nil) != want {
						t.Errorf("%s %s in %s: %v, want %v", role, event, word, err, want)
					}
					if code := akno.CodeOf(err); err != nil && table[event] == "" && code != akno.Forbidden {
						t.Errorf("%s %s in %s is told %s", role, event, word, code)
					}
				}
			}
		}
	}
}

func TestAllowedIsWhatMaySays(t *testing.T) {
	r := &application.Record{Doc: portalapi.Application{Status: string(akno.InReview)}}
	if got, want := fmt.Sprint(allowed(officerOf, r)), "[request_agency ask_applicant propose]"; got != want {
		t.Errorf("officer: %s", got)
	}
	if got := allowed(headOf, r); got == nil || len(got) != 0 {
		t.Errorf("head: %v", got)
	}
	r.Review.Proposal, r.Review.ProposerID = &portalapi.Proposal{}, officerOf.AccountID
	if got, want := fmt.Sprint(allowed(headOf, r)), "[return_proposal decide]"; got != want {
		t.Errorf("head with a proposal: %s", got)
	}
	r.Review.ProposerID = both.AccountID
	if got, want := fmt.Sprint(allowed(both, r)), "[return_proposal]"; got != want {
		t.Errorf("head with a proposal of his own: %s", got)
	}
}

func TestAFreeApplicationHasNoPaymentToReject(t *testing.T) {
	r := &application.Record{Doc: portalapi.Application{Status: string(akno.RegisteredStatus)}, Paid: portalapi.DeskItemPaidFree}
	if err := may(officerOf, r, "reject_payment"); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("error is %v", err)
	}
}

// Each outcome leads where the table of akno has a move from each of its
// statuses.
func TestOutcomesFitTheTable(t *testing.T) {
	for outcome, way := range outcomes {
		for _, s := range way.from {
			if to, err := s.To(way.to, way.event, akno.ByReviewer); err != nil || to != way.to {
				t.Errorf("%s from %s: %v", outcome, s, err)
			}
		}
		for _, s := range akno.Statuses() {
			if s.CanBecome(way.to) && !slices.Contains(way.from, s) && s.Allows(way.event, akno.ByReviewer) {
				t.Errorf("%s could be proposed from %s too", outcome, s)
			}
		}
	}
}

func TestNobodyWorksOnHisOwnApplication(t *testing.T) {
	who := session.Session{AccountID: "x", PersonalNumber: "3110575A001PB7", Roles: []session.Role{session.Citizen, session.Officer, session.Head}}
	for name, tt := range map[string]struct {
		account  string
		number   *string
		spokeFor string
		own      bool
	}{
		"another person's":                       {account: "y", number: new("4250699K012PB4")},
		"another person's, without a number":     {account: "y"},
		"filed from the same account":            {account: "x", own: true},
		"filed for this person by somebody else": {account: "y", number: new("3110575A001PB7"), own: true},
		"filed in the name of this person":       {account: "y", spokeFor: "3110575A001PB7", own: true},
	} {
		t.Run(name, func(t *testing.T) {
			r := &application.Record{
				Review: application.Review{Represented: application.Represented{PersonalNumber: tt.spokeFor}}, Account: tt.account, Applicant: portalapi.Person{PersonalNumber: tt.number},
				Doc: portalapi.Application{Status: string(akno.Submitted)},
			}
			err := may(who, r, "register")
			if (akno.FieldsOf(err)["applicant"] == "own") != tt.own || (err == nil) == tt.own {
				t.Errorf("error is %v", err)
			}
			if n := len(allowed(who, r)); (n == 0) != tt.own {
				t.Errorf("%d events are allowed", n)
			}
		})
	}
}

func TestADecisionNamesForWhomItIs(t *testing.T) {
	r := &application.Record{Applicant: portalapi.Person{Surname: "Тестовский", Name: "Ян"}}
	if got := party(r, akno.Russian); got != "Тестовский Ян" {
		t.Errorf("party is %q", got)
	}
	r.Review.Represented.Name = "Иванова Анна"
	for l, want := range map[akno.Lang]string{
		akno.Russian: "Иванова Анна (представитель: Тестовский Ян)", akno.Belarusian: "Иванова Анна (прадстаўнік: Тестовский Ян)",
	} {
		if got := party(r, l); got != want {
			t.Errorf("party is %q, want %q", got, want)
		}
	}
}
