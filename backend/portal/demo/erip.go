package demo

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"akno/backend/akno"
	"akno/backend/akno/erip"
	"akno/backend/portal/payment"
	"akno/backend/portalapi"
)

// claimView is a claim as the page shows it.
type claimView struct {
	Entered     string
	Claim       *payment.Claim
	Title       string
	Result      string // of a payment that was just made
	Transaction string
}

// erip shows the claim behind a code.
func (s *site) erip(w http.ResponseWriter, r *http.Request) {
	p := newPage(r, "erip")
	v := claimView{Entered: strings.TrimSpace(r.FormValue("code")), Result: r.FormValue("result"), Transaction: r.FormValue("transaction")}
	status := http.StatusOK
	if v.Entered != "" {
		c, err := s.links.Claims.Claim(r.Context(), accountOf(v.Entered))
		if err != nil {
			p.Error, status = claimError(err)
		} else {
			v.Claim = &c
			if procedure, err := s.links.Catalogue.Find(c.Procedure); err == nil {
				v.Title = procedure.Number + ". " + procedure.Title.In(p.Lang)
			}
		}
	}
	if _, known := words["result_"+v.Result]; !known {
		v.Result = ""
	}
	p.Data = v
	s.show(w, p, status)
}

// accountOf returns the account number of a link or a picture's text, or the text
// itself.
func accountOf(text string) string {
	if m, err := erip.Parse(text); err == nil {
		if p, err := m.Payment(); err == nil {
			return p.Account
		}
	}
	return text
}

func claimError(err error) (key string, status int) {
	switch akno.CodeOf(err) {
	case akno.NotFound:
		return "error_unknown", http.StatusNotFound
	case akno.Invalid:
		return "error_" + akno.FieldsOf(err)["orderCode"], http.StatusUnprocessableEntity
	}
	return "error_internal", http.StatusInternalServerError
}

// pay tells the portal of a payment as a payment system does, and shows what the
// portal said.
func (s *site) pay(w http.ResponseWriter, r *http.Request) {
	p := newPage(r, "erip")
	code := strings.TrimSpace(r.PostFormValue("code"))
	amount, err := akno.ParseMoney(strings.TrimSpace(r.PostFormValue("amount")))
	if err != nil || amount <= 0 {
		p.Error, p.Data = "error_amount", claimView{Entered: code}
		s.show(w, p, http.StatusUnprocessableEntity)
		return
	}
	notice := portalapi.PaymentNotice{
		Transaction: newTransaction(), OrderCode: code, Amount: amount.String(), PaidAt: s.config.Clock().UnixMilli(),
	}
	result, err := s.notify(r.Context(), notice)
	if err != nil {
		p.Error, p.Data = "error_portal", claimView{Entered: code}
		s.show(w, p, http.StatusBadGateway)
		return
	}
	q := url.Values{"code": {code}, "result": {string(result)}, "transaction": {notice.Transaction}, "lang": {string(p.Lang)}}
	http.Redirect(w, r, "/erip?"+q.Encode(), http.StatusSeeOther)
}

// newTransaction draws the number of an operation, 12 digits.
func newTransaction() string {
	var b [12]byte
	rand.Read(b[:]) // crypto/rand never fails
	for i := range b {
		b[i] = '0' + b[i]%10 // a slight preference for some digits harms nobody here
	}
	return string(b[:])
}

// notify makes the signed call.
func (s *site) notify(ctx context.Context, n portalapi.PaymentNotice) (portalapi.PaymentTakenResult, error) {
	body, err := json.Marshal(n)
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.links.Portal+"/v1/payments/notifications", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Akno-Signature", payment.Sign(s.provider, body))
	res, err := s.client.Do(req)
	if err != nil {
		return "", err
	}
	raw, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return "", err
	}
	var taken portalapi.PaymentTaken
	if res.StatusCode != http.StatusOK || json.Unmarshal(raw, &taken) != nil {
		return "", fmt.Errorf("demo: the portal answered %d", res.StatusCode)
	}
	return taken.Result, nil
}
