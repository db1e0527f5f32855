package demo

import (
	"encoding/json"
	"io"
	"net/url"
	"os"
	"strings"
	"testing"

	"akno/backend/akno"
	"akno/backend/akno/canon"
	"akno/backend/akno/form"
	"akno/backend/akno/ordercode"
	"akno/backend/akno/workdays"
	"akno/backend/internal/ids"
	"akno/backend/portal/account"
	"akno/backend/portal/application"
	"akno/backend/portal/blob"
	"akno/backend/portal/change"
	"akno/backend/portal/intake"
	"akno/backend/portal/review"
	"akno/backend/portal/session"
	"akno/backend/portalapi"
	"akno/backend/print"
	"akno/backend/stb/cms"
)

// A journey is the portal's services as one portal has them.
type journey struct {
	*world
	blobs   *blob.Store
	intake  *intake.Service
	review  *review.Service
	changes *change.Service
	seen    map[string]portalapi.Application // what the citizen's device has pulled
	cursor  string
}

func setOut(t *testing.T) *journey {
	t.Helper()
	j := &journey{world: open(t), seen: map[string]portalapi.Application{}}
	disk, err := blob.OpenDisk(t.TempDir())
	must(t, err)
	j.blobs = blob.New(j.db, disk, j.clock, blob.DefaultLimits())
	documents := application.Documents{
		DB: j.db, Keep: j.blobs.Add, Print: func(octets []byte) ([]byte, error) { return print.Application(octets, false) },
	}
	j.intake = intake.New(intake.Config{
		DB: j.db, Clock: j.clock, Catalogue: j.cat, Blobs: j.blobs, Orders: j.pay, Signatures: j.trust, Limits: intake.DefaultLimits(), Documents: documents,
	})
	j.pay.Watch(j.intake.OrderChanged)
	j.review = review.New(review.Config{DB: j.db, Clock: j.clock, Catalogue: j.cat, Blobs: j.blobs, Signatures: j.trust, Documents: documents})
	j.changes = change.New(j.db, j.db.Epoch, []byte("key"), j.clock, map[string]change.Body{account.ChangeKind: account.Body})
	return j
}

// enter signs a person in by the key and returns the session of the requests.
func (j *journey) enter(name string) session.Session {
	j.t.Helper()
	opened, err := j.signIn(name)
	must(j.t, err)
	s, err := j.account.Authenticate(ctx, *opened.Token)
	must(j.t, err)
	return s
}

// sign makes a detached signature by a key of the folder.
func (j *journey) sign(name string, content []byte) []byte {
	j.t.Helper()
	cert, key := j.card(name)
	sig, err := cms.Sign(cms.Octets(content), cms.SignOptions{Certificate: cert, Signer: key, Time: j.now})
	must(j.t, err)
	return sig
}

// submission fills the form of a procedure as its example does, with the
// citizen's own data.
func (j *journey) submission(id, procedure string, order *canon.Order) []byte {
	j.t.Helper()
	p, err := j.cat.Find(procedure)
	must(j.t, err)
	f, err := j.cat.FormFor(procedure)
	must(j.t, err)
	raw, err := os.ReadFile("../../akno/form/testdata/examples/" + p.Form + ".json")
	must(j.t, err)
	var ex struct {
		Values form.Answers `json:"values"`
	}
	must(j.t, json.Unmarshal(raw, &ex))
	for field, text := range map[string]string{
		"surname": "Ковалева", "name": "Анна", "patronymic": "Сергеевна", "personal_number": "4120385A014PB6", "birth_date": "1985-03-12", "sex": "f",
	} {
		ex.Values[field] = form.Text(text)
	}
	day := workdays.Of(j.now)
	body, _ := j.cat.Body(p.Body)
	s, err := canon.Build(canon.Input{
		Application: id, Procedure: p, Body: body, Schema: f.Schema, FormHash: f.Hash, Language: akno.Russian, AsOf: day,
		Kind: akno.Citizen, Order: order, State: form.Evaluate(f.Schema, ex.Values, day),
	})
	must(j.t, err)
	octets, err := s.Encode()
	must(j.t, err)
	return octets
}

// file signs and submits what was filled in.
func (j *journey) file(who session.Session, id string, octets []byte) portalapi.Application {
	j.t.Helper()
	signature := j.sign("citizen", octets)
	a, err := j.intake.Submit(ctx, who, portalapi.SubmissionRequest{
		OpId: ids.New(j.now), ApplicationId: id, Submission: octets, Signature: &signature,
	})
	must(j.t, err)
	return a
}

// act takes a step of the review on what is there.
func (j *journey) act(who session.Session, id string, event portalapi.DeskCommandEvent, text string) portalapi.DeskApplication {
	j.t.Helper()
	have, err := j.review.Get(ctx, who, id)
	must(j.t, err)
	cmd := portalapi.DeskCommand{OpId: ids.New(j.now), Version: have.Application.Version, Event: event, Text: &text}
	if event == portalapi.DeskCommandEventPropose {
		granted := portalapi.DeskCommandOutcomeGranted
		cmd.Outcome = &granted
	}
	a, err := j.review.Act(ctx, who, id, cmd)
	must(j.t, err)
	return a
}

// decide signs the proposed decision as the head does: over the document read
// from the desk, with the body's key.
func (j *journey) decide(who session.Session, id string) {
	j.t.Helper()
	have, err := j.review.Get(ctx, who, id)
	must(j.t, err)
	f, err := j.review.OpenFile(ctx, who, id, have.Proposal.Document.Sha256)
	must(j.t, err)
	pdf, err := io.ReadAll(f)
	must(j.t, err)
	must(j.t, f.Close())
	_, err = j.review.Decide(ctx, who, id, portalapi.DecisionCommand{
		OpId: ids.New(j.now), Version: have.Application.Version, ProposalId: have.Proposal.Id, Signature: j.sign("body", pdf),
	})
	must(j.t, err)
}

// pull brings the citizen's device up to date.
func (j *journey) pull(who session.Session) {
	j.t.Helper()
	for more := true; more; {
		page, err := j.changes.Pull(ctx, who, j.cursor, 2)
		must(j.t, err)
		for _, c := range page.Changes {
			if c.Kind == "application" {
				var a portalapi.Application
				must(j.t, json.Unmarshal(*c.Body, &a))
				j.seen[a.Id] = a
			}
		}
		j.cursor, more = page.Cursor, page.More
	}
}

// check verifies the decision on the device as its owner does: octets by their
// hashes from the portal, the signature by nothing but the anchor and the lists.
func (j *journey) check(who session.Session, a portalapi.Application) {
	j.t.Helper()
	read := func(ref portalapi.FileRef) []byte {
		f, err := blob.Door{Store: j.blobs}.Open(ctx, who, ref.Sha256)
		must(j.t, err)
		b, err := io.ReadAll(f)
		must(j.t, err)
		must(j.t, f.Close())
		if canon.Hash(b) != ref.Sha256 {
			j.t.Error("the file is another one")
		}
		return b
	}
	by, report, err := j.trust.Detached(ctx, read(a.Decision.Document), read(a.Decision.Signature), j.now)
	if err != nil || report.Verdict != portalapi.PASSED || len(by.Certificate) == 0 {
		j.t.Errorf("the decision: %+v (%v)", report, err)
	}
}

func TestAPaidApplicationFromTheOrderToTheDecision(t *testing.T) {
	j := setOut(t)
	citizen, officer, head := j.enter("citizen"), j.enter("officer"), j.enter("head")
	id := ids.New(j.now)

	o, err := j.pay.Create(ctx, citizen, portalapi.OrderRequest{
		OpId: ids.New(j.now), ApplicationId: id, Procedure: "200.5.13", FormId: "F_5_13", FormVersion: 1, FeeFacts: []string{},
	})
	must(t, err)
	octets := j.submission(id, "200.5.13", &canon.Order{Code: ordercode.Code(o.Code), Amount: 45_00})
	if out := j.call("POST", "/erip/pay", url.Values{"code": {o.Code}, "amount": {o.Amount}}); !strings.Contains(out.Header().Get("Location"), "result=taken") {
		t.Fatalf("payment: %v", out.Header())
	}
	if a := j.file(citizen, id, octets); a.Status != string(akno.Submitted) || a.Order.Status != portalapi.OrderStatusPaid {
		t.Fatalf("filed as %+v", a)
	}

	page, err := j.review.List(ctx, officer, portalapi.ListDeskParams{Queue: portalapi.QueueIncoming})
	must(t, err)
	if len(page.Items) != 1 || page.Items[0].Applicant != "Ковалева Анна Сергеевна" || *page.Items[0].Paid != portalapi.DeskItemPaidConfirmed {
		t.Fatalf("the officer sees %+v", page)
	}
	j.act(officer, id, portalapi.DeskCommandEventRegister, "")
	j.act(officer, id, portalapi.DeskCommandEventTake, "")
	j.act(officer, id, portalapi.DeskCommandEventAskApplicant, "Укажите год регистрации")

	j.pull(citizen)
	a := j.seen[id]
	if a.Status != string(akno.Clarification) || len(a.Questions) != 1 {
		t.Fatalf("the device has %+v", a)
	}
	_, err = j.intake.Answer(ctx, citizen, id, portalapi.AnswerCommand{
		OpId: ids.New(j.now), Version: a.Version, QuestionId: a.Questions[0].Id, Text: "1985", Files: []portalapi.FileRef{},
	})
	must(t, err)
	j.act(officer, id, portalapi.DeskCommandEventPropose, "Выдать повторное свидетельство о рождении")
	j.decide(head, id)

	j.pull(citizen)
	a = j.seen[id]
	if a.Status != string(akno.Granted) || a.Decision == nil || *a.RegistrationNumber != "000001/2026" {
		t.Fatalf("the device has %+v", a)
	}
	j.check(citizen, a)
	_, err = j.intake.OpenDecision(ctx, citizen, id, portalapi.VersionedCommand{OpId: ids.New(j.now), Version: a.Version})
	must(t, err)
	j.pull(citizen)
	if a = j.seen[id]; a.Status != string(akno.Delivered) || a.Decision.OpenedAt == nil {
		t.Errorf("in the end the device has %+v", a)
	}
}

func TestAFreeApplicationGoesTheSameWay(t *testing.T) {
	j := setOut(t)
	citizen, officer, head := j.enter("citizen"), j.enter("officer"), j.enter("head")
	for _, procedure := range []string{"200.2.18", "200.1.3.4"} {
		id := ids.New(j.now)
		j.file(citizen, id, j.submission(id, procedure, nil))
		j.act(officer, id, portalapi.DeskCommandEventRegister, "")
		j.act(officer, id, portalapi.DeskCommandEventTake, "")
		j.act(officer, id, portalapi.DeskCommandEventPropose, "Выдать справку")
		j.decide(head, id)
		j.pull(citizen)
		if a := j.seen[id]; a.Status != string(akno.Granted) {
			t.Errorf("%s: the device has %+v", procedure, a)
		} else {
			j.check(citizen, a)
		}
	}
}

// A key that was revoked on the page of the authority a moment ago signs nothing
// any more.
func TestARevocationCountsAtOnce(t *testing.T) {
	j := setOut(t)
	citizen := j.enter("citizen")
	cert, _ := j.card("citizen")
	j.call("POST", "/ra/certificates/"+cert.Serial.Hex(), url.Values{"do": {"revoke"}, "reason": {"key_compromise"}})
	id := ids.New(j.now)
	octets := j.submission(id, "200.2.18", nil)
	signature := j.sign("citizen", octets)
	_, err := j.intake.Submit(ctx, citizen, portalapi.SubmissionRequest{
		OpId: ids.New(j.now), ApplicationId: id, Submission: octets, Signature: &signature,
	})
	if akno.CodeOf(err) != akno.CertRevoked {
		t.Errorf("error is %v", err)
	}
}
