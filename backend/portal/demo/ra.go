package demo

import (
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"akno/backend/gossuok"
	"akno/backend/stb/oid"
	"akno/backend/stb/pki"
)

// requestView is a request as the page shows it.
type requestView struct {
	gossuok.Request
	Holder, Number string
}

// issuedView is an issued certificate as the page shows it.
type issuedView struct {
	gossuok.Issued
	Serial, Holder, Number string
	Over                   bool // out of its time
}

// reasons are those that the page offers.
var reasons = map[string]pki.RevocationReason{
	"key_compromise": pki.ReasonKeyCompromise, "affiliation": pki.ReasonAffiliationChanged,
	"superseded": pki.ReasonSuperseded, "cessation": pki.ReasonCessationOfOperation,
}

// ra shows the queue and the register.
func (s *site) ra(w http.ResponseWriter, r *http.Request) {
	p := newPage(r, "ra")
	if key := r.FormValue("error"); key != "" {
		if _, known := words["error_"+key]; known {
			p.Error = "error_" + key
		}
	}
	data := struct {
		Waiting, Done []requestView
		Issued        []issuedView
		Reasons       []string
	}{Reasons: []string{"key_compromise", "affiliation", "superseded", "cessation"}}
	for _, q := range s.authority.Requests() {
		v := requestView{Request: q}
		if parsed, err := q.Parsed(); err == nil {
			v.Holder, v.Number = subject(parsed.Subject)
		}
		if q.State == gossuok.Waiting {
			data.Waiting = append(data.Waiting, v)
		} else {
			data.Done = append(data.Done, v)
		}
	}
	now := s.config.Clock()
	for _, i := range s.authority.List() {
		h := i.Certificate.Holder()
		name := h.Full()
		if h.Organisation != "" {
			name = strings.TrimSpace(name + " " + h.Organisation)
		}
		data.Issued = append(data.Issued, issuedView{
			Issued: i, Serial: i.Certificate.Serial.Hex(), Holder: name, Number: h.PersonalNumber + h.UNP, Over: !i.Certificate.InForce(now),
		})
	}
	p.Data = data
	s.show(w, p, http.StatusOK)
}

// subject returns the name and the number that a request asks for.
func subject(n pki.Name) (name, number string) {
	parts := []string{n.Get(pki.AttrSurname), n.Get(pki.AttrName), n.Get(pki.AttrGivenName), n.Get(pki.AttrOrganisation)}
	number = n.Get(pki.AttrSerialNumber)
	if number == "" {
		number = n.Get(oid.GosSUOKPersonalNumber)
	}
	return strings.Join(strings.Fields(strings.Join(parts, " ")), " "), number
}

// judge approves or rejects a request.
func (s *site) judge(w http.ResponseWriter, r *http.Request) {
	var err error
	switch r.PostFormValue("do") {
	case "approve":
		_, err = s.authority.Approve(r.PathValue("id"))
	case "reject":
		reason := strings.TrimSpace(r.PostFormValue("reason"))
		if reason == "" {
			s.back(w, r, "reason")
			return
		}
		_, err = s.authority.Reject(r.PathValue("id"), reason)
	default:
		err = gossuok.ErrState
	}
	s.back(w, r, failure(err))
}

// change revokes, suspends or resumes a certificate and tells the portal at once.
func (s *site) change(w http.ResponseWriter, r *http.Request) {
	magnitude, err := hex.DecodeString(r.PathValue("serial"))
	if err != nil {
		s.back(w, r, "not_found")
		return
	}
	serial, err := pki.NewSerial(magnitude)
	if err != nil {
		s.back(w, r, "not_found")
		return
	}
	switch r.PostFormValue("do") {
	case "revoke":
		reason, known := reasons[r.PostFormValue("reason")]
		if !known {
			s.back(w, r, "reason")
			return
		}
		err = s.authority.Revoke(serial, reason)
	case "suspend":
		err = s.authority.Suspend(serial)
	case "resume":
		err = s.authority.Resume(serial)
	default:
		err = gossuok.ErrState
	}
	if err == nil {
		err = s.refresh()
	}
	s.back(w, r, failure(err))
}

func failure(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, gossuok.ErrNotFound):
		return "not_found"
	case errors.Is(err, gossuok.ErrState):
		return "state"
	}
	return "internal"
}

// back returns to the page, with what went wrong.
func (s *site) back(w http.ResponseWriter, r *http.Request, failed string) {
	q := url.Values{"lang": {string(newPage(r, "ra").Lang)}}
	if failed != "" {
		q.Set("error", failed)
	}
	http.Redirect(w, r, "/ra?"+q.Encode(), http.StatusSeeOther)
}

// When writes a moment as people in Minsk read it.
func (p page) When(t time.Time) string { return t.In(minsk).Format("02.01.2006 15:04") }

// minsk is the zone in which the pages tell the time.
var minsk = time.FixedZone("Europe/Minsk", 3*60*60)
