package server

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/canon"
	"akno/backend/akno/form"
	"akno/backend/akno/ordercode"
	"akno/backend/akno/workdays"
	"akno/backend/internal/clock"
	"akno/backend/internal/ids"
	"akno/backend/internal/testkit/testcontract"
	"akno/backend/portal/demo"
	"akno/backend/portalapi"
	"akno/backend/stb/cms"
	"akno/backend/stb/container"
	"akno/backend/stb/pki"
)

// A journey is a demo portal with the people who are signed in to it.
type journey struct {
	t      *testing.T
	m      *Main
	keys   string
	tokens map[string]string
}

func newJourney(t *testing.T) *journey {
	t.Helper()
	data := t.TempDir()
	j := &journey{t: t, m: startDemo(t, data), keys: filepath.Join(data, "keys"), tokens: map[string]string{}}
	for _, name := range []string{"citizen", "officer", "head"} {
		var s portalapi.Session
		if status := call(t, j.m, "POST", "/v1/sessions/eds", "", signed(t, j.m, j.keys, name, "sign_in"), &s); status != http.StatusOK {
			t.Fatalf("%s: %d", name, status)
		}
		j.tokens[name] = *s.Token
	}
	return j
}

// do calls as one of the people and fails the test unless the answer is good.
func (j *journey) do(who, method, path string, body, out any) {
	j.t.Helper()
	var raw json.RawMessage
	if status := call(j.t, j.m, method, path, j.tokens[who], body, &raw); status >= 300 {
		j.t.Fatalf("%s %s by the %s: %d %s", method, path, who, status, raw)
	}
	if err := json.Unmarshal(raw, out); err != nil {
		j.t.Fatal(err)
	}
}

// refused calls as one of the people and wants a code.
func (j *journey) refused(who, method, path string, body any, want akno.Code) {
	j.t.Helper()
	var p portalapi.Problem
	call(j.t, j.m, method, path, j.tokens[who], body, &p)
	if p.Code != string(want) {
		j.t.Errorf("%s %s by the %s: %+v, want %s", method, path, who, p, want)
	}
}

func (j *journey) id() string { return ids.New(clock.System()) }

// sign makes a detached signature with a key of the demo's folder.
func (j *journey) sign(name string, content []byte) []byte {
	j.t.Helper()
	der, err := os.ReadFile(filepath.Join(j.keys, name+".cer"))
	if err != nil {
		j.t.Fatal(err)
	}
	cert, err := pki.ParseCertificate(der)
	if err != nil {
		j.t.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(j.keys, name+".key"))
	if err != nil {
		j.t.Fatal(err)
	}
	key, err := container.Open(file, []byte(demo.Password))
	if err != nil {
		j.t.Fatal(err)
	}
	defer key.Wipe()
	raw, err := cms.Sign(cms.Octets(content), cms.SignOptions{Certificate: cert, Signer: key, Time: clock.System()})
	if err != nil {
		j.t.Fatal(err)
	}
	return raw
}

// answers are the filled form of a procedure, with the demo's citizen in it.
func (j *journey) answers(formID string) form.Answers {
	j.t.Helper()
	raw, err := os.ReadFile("../../../akno/form/testdata/examples/" + formID + ".json")
	if err != nil {
		j.t.Fatal(err)
	}
	for old, fresh := range map[string]string{
		"Тестовский": "Ковалева", `"Ян"`: `"Анна"`, "Янович": "Сергеевна", "3110575A001PB7": "4120385A014PB6", `"sex": "m"`: `"sex": "f"`,
		`"birth_date": "1975-05-11",`: `"birth_date": "1985-03-12",`, "2026-11-20": workdays.Of(clock.System()).AddDays(-1).String(),
	} {
		raw = bytes.ReplaceAll(raw, []byte(old), []byte(fresh))
	}
	var example struct {
		Values form.Answers `json:"values"`
	}
	if err := json.Unmarshal(raw, &example); err != nil {
		j.t.Fatal(err)
	}
	return example.Values
}

// submission returns the canonical octets of an application.
func (j *journey) submission(procedure, id string, order *canon.Order) []byte {
	j.t.Helper()
	c := j.m.Portal().Catalogue
	p, err := c.Find(procedure)
	if err != nil {
		j.t.Fatal(err)
	}
	schema, err := c.FormFor(procedure)
	if err != nil {
		j.t.Fatal(err)
	}
	body, _ := c.Body(p.Body)
	today := workdays.Of(clock.System())
	s, err := canon.Build(canon.Input{
		Application: id, Procedure: p, Body: body, Schema: schema.Schema, FormHash: schema.Hash,
		State: form.Evaluate(schema.Schema, j.answers(p.Form), today), Language: akno.Russian, AsOf: today, Kind: p.Applicants[0], Order: order,
	})
	if err != nil {
		j.t.Fatal(err)
	}
	raw, err := s.Encode()
	if err != nil {
		j.t.Fatal(err)
	}
	return raw
}

// pdf is a small document that every reader opens.
func pdf(text string) []byte {
	body := "%PDF-1.4\n% " + text + "\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
	return []byte(body + fmt.Sprintf("xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 2 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(body)))
}

func hash(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// file stores a document of the citizen.
func (j *journey) file(content []byte) portalapi.FileRef {
	j.t.Helper()
	var ref portalapi.BlobRef
	j.do("citizen", "PUT", "/v1/blobs/"+hash(content), content, &ref)
	return portalapi.FileRef{Sha256: ref.Sha256, Size: ref.Size, MediaType: ref.MediaType, Name: "заявление.pdf"}
}

// filed takes an application to the body.
func (j *journey) filed(procedure, id string, order *canon.Order) portalapi.Application {
	j.t.Helper()
	raw := j.submission(procedure, id, order)
	signature, stranger := j.sign("citizen", raw), j.sign("stranger", raw)
	req := portalapi.SubmissionRequest{OpId: j.id(), ApplicationId: id, Submission: raw, Signature: &stranger, Document: new(j.file(pdf(id)))}
	j.refused("citizen", "POST", "/v1/applications", req, akno.WrongSigner)
	damaged := bytes.Clone(signature)
	damaged[len(damaged)-2] ^= 1
	req.OpId, req.Signature = j.id(), &damaged
	j.refused("citizen", "POST", "/v1/applications", req, akno.BadSignature)
	req.OpId, req.Signature = j.id(), &signature
	var a, again portalapi.Application
	j.do("citizen", "POST", "/v1/applications", req, &a)
	j.do("citizen", "POST", "/v1/applications", req, &again)
	if again.Id != a.Id || again.Version != a.Version {
		j.t.Errorf("a repeat made another application: %+v", again)
	}
	return a
}

// act takes a step of the review with the version that the desk shows.
func (j *journey) act(id string, event portalapi.DeskCommandEvent, change func(*portalapi.DeskCommand)) portalapi.DeskApplication {
	j.t.Helper()
	var d portalapi.DeskApplication
	j.do("officer", "GET", "/v1/desk/applications/"+id, nil, &d)
	cmd := portalapi.DeskCommand{OpId: j.id(), Version: d.Application.Version, Event: event}
	if change != nil {
		change(&cmd)
	}
	j.do("officer", "POST", "/v1/desk/applications/"+id+"/events", cmd, &d)
	return d
}

// decided takes an application from the desk to the decision in the cabinet.
func (j *journey) decided(id string) {
	j.t.Helper()
	text := func(s string) func(*portalapi.DeskCommand) { return func(c *portalapi.DeskCommand) { c.Text = &s } }
	j.act(id, portalapi.DeskCommandEventRegister, nil)
	j.act(id, portalapi.DeskCommandEventTake, nil)
	asked := j.act(id, portalapi.DeskCommandEventAskApplicant, text("Уточните период."))
	q := asked.Application.Questions[0]
	var a portalapi.Application
	j.do("citizen", "POST", "/v1/applications/"+id+"/answers", portalapi.AnswerCommand{
		OpId: j.id(), Version: asked.Application.Version, QuestionId: q.Id, Text: "Период верный.", Files: []portalapi.FileRef{},
	}, &a)
	granted := portalapi.DeskCommandOutcomeGranted
	proposed := j.act(id, portalapi.DeskCommandEventPropose, func(c *portalapi.DeskCommand) {
		c.Outcome = &granted
		text("Выдать справку.")(c)
	})
	document := j.blob("head", "/v1/desk/applications/"+id+"/blobs/"+proposed.Proposal.Document.Sha256)
	cmd := portalapi.DecisionCommand{
		OpId: j.id(), Version: proposed.Application.Version, ProposalId: proposed.Proposal.Id, Signature: j.sign("citizen", document),
	}
	j.refused("officer", "POST", "/v1/desk/applications/"+id+"/decision", cmd, akno.Forbidden)
	j.refused("head", "POST", "/v1/desk/applications/"+id+"/decision", cmd, akno.WrongSigner)
	cmd.OpId, cmd.Signature = j.id(), j.sign("body", document)
	var d portalapi.DeskApplication
	j.do("head", "POST", "/v1/desk/applications/"+id+"/decision", cmd, &d)
	j.opened(id, document)
}

// opened pulls the decision, checks its signature as a device does, and says so.
func (j *journey) opened(id string, document []byte) {
	j.t.Helper()
	var a portalapi.Application
	j.do("citizen", "GET", "/v1/applications/"+id, nil, &a)
	if a.Status != string(akno.Granted) || a.Decision == nil {
		j.t.Fatalf("application %+v", a)
	}
	got := j.blob("citizen", "/v1/blobs/"+a.Decision.Document.Sha256)
	signature := j.blob("citizen", "/v1/blobs/"+a.Decision.Signature.Sha256)
	if !bytes.Equal(got, document) {
		j.t.Error("the decision is not the document that was signed")
	}
	if _, report, err := j.m.Portal().Trust.Detached(j.t.Context(), got, signature, clock.System()); err != nil {
		j.t.Errorf("the decision's signature: %+v %v", report, err)
	}
	j.do("citizen", "POST", "/v1/applications/"+id+"/opening", portalapi.VersionedCommand{OpId: j.id(), Version: a.Version}, &a)
	if a.Status != string(akno.Delivered) {
		j.t.Errorf("status %s", a.Status)
	}
	var page portalapi.ChangePage
	j.do("citizen", "GET", "/v1/changes?limit=200", nil, &page)
	if !strings.Contains(fmt.Sprintf("%+v", page.Changes), id) {
		j.t.Error("the application is not among the changes")
	}
}

func (j *journey) blob(who, path string) []byte {
	j.t.Helper()
	req, err := http.NewRequestWithContext(j.t.Context(), "GET", j.m.URL()+path, nil)
	if err != nil {
		j.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+j.tokens[who])
	res, err := (&http.Client{Transport: testcontract.Transport(j.t, http.DefaultTransport)}).Do(req)
	if err != nil {
		j.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		j.t.Fatalf("%s: %d %v", path, res.StatusCode, err)
	}
	return raw
}

func TestAFreeProcedureGoesFromTheFormToTheDecision(t *testing.T) {
	j := newJourney(t)
	a := j.filed("200.2.18", j.id(), nil)
	if a.Status != string(akno.Submitted) || a.Body.Id != "demo-committee" {
		t.Fatalf("application %+v", a)
	}
	for _, other := range []string{"officer", "head"} {
		j.refused(other, "GET", "/v1/applications/"+a.Id, nil, akno.NotFound)
	}
	j.decided(a.Id)
}

func TestAPaidProcedureIsTakenWhenItsOrderIsPaid(t *testing.T) {
	j := newJourney(t)
	const procedure = "200.5.13"
	id := j.id()
	p, err := j.m.Portal().Catalogue.Find(procedure)
	if err != nil {
		t.Fatal(err)
	}
	var o portalapi.Order
	j.do("citizen", "POST", "/v1/orders", portalapi.OrderRequest{
		OpId: j.id(), ApplicationId: id, Procedure: procedure, FormId: p.Form, FormVersion: 1, FeeFacts: []string{},
	}, &o)
	for _, other := range []string{"officer", "head"} {
		j.refused(other, "GET", "/v1/orders/"+o.Code, nil, akno.NotFound)
	}
	if got := j.notify(o, "no key"); got != http.StatusForbidden {
		t.Errorf("a notice without a signature: %d", got)
	}
	if got := j.notify(o, ""); got != http.StatusOK {
		t.Fatalf("a signed notice: %d", got)
	}
	j.do("citizen", "GET", "/v1/orders/"+o.Code, nil, &o)
	if o.Status != portalapi.OrderStatusPaid {
		t.Fatalf("order %+v", o)
	}
	code, err := ordercode.Parse(o.Code)
	if err != nil {
		t.Fatal(err)
	}
	amount, err := akno.ParseMoney(o.Amount)
	if err != nil {
		t.Fatal(err)
	}
	a := j.filed(procedure, id, &canon.Order{Code: code, Amount: amount})
	if a.Status != string(akno.Submitted) || a.Order == nil || a.Order.Code != o.Code {
		t.Fatalf("application %+v", a)
	}
	j.decided(id)
}

// notify tells the portal of a payment; signature "" is the right one.
func (j *journey) notify(o portalapi.Order, signature string) int {
	j.t.Helper()
	raw, err := json.Marshal(portalapi.PaymentNotice{Transaction: "T" + o.Code[:12], OrderCode: o.Code, Amount: o.Amount, PaidAt: clock.System().UnixMilli()})
	if err != nil {
		j.t.Fatal(err)
	}
	if signature == "" {
		text, err := os.ReadFile(filepath.Join(j.m.Config.Data, "secrets", demo.ProviderKey))
		if err != nil {
			j.t.Fatal(err)
		}
		key, err := hex.DecodeString(strings.TrimSpace(string(text)))
		if err != nil {
			j.t.Fatal(err)
		}
		mac := hmac.New(sha256.New, key)
		mac.Write(raw)
		signature = hex.EncodeToString(mac.Sum(nil))
	}
	req, err := http.NewRequestWithContext(j.t.Context(), "POST", j.m.URL()+"/v1/payments/notifications", bytes.NewReader(raw))
	if err != nil {
		j.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Akno-Signature", signature)
	res, err := (&http.Client{Transport: testcontract.Transport(j.t, http.DefaultTransport), Timeout: 10 * time.Second}).Do(req)
	if err != nil {
		j.t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil {
		j.t.Fatal(err)
	}
	return res.StatusCode
}
