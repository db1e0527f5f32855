package review

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/workdays"
	"akno/backend/gossuok"
	"akno/backend/internal/dbx"
	"akno/backend/portal/application"
	"akno/backend/portal/session"
	"akno/backend/portalapi"
	"akno/backend/print"
	"akno/backend/stb/pki"
)

func TestTheWayToADecision(t *testing.T) {
	w := open(t)
	id := w.filed(portalapi.DeskItemPaidFree)
	a := w.act(officerOf, id, portalapi.DeskCommandEventRegister, "")
	if *a.Application.RegistrationNumber != "000001/2026" || *a.Application.Deadline != "2026-11-25" {
		t.Errorf("registered as %s until %s", *a.Application.RegistrationNumber, *a.Application.Deadline)
	}
	if a = w.act(officerOf, id, portalapi.DeskCommandEventTake, ""); *a.Assignee != officerOf.Name() {
		t.Errorf("taken by %q", *a.Assignee)
	}
	a = w.propose(id, portalapi.DeskCommandOutcomeGranted)
	if a.Proposal == nil || a.Proposal.Document.MediaType != "application/pdf" || len(a.Application.History) != 3 {
		t.Fatalf("proposal is %+v", a.Proposal)
	}
	pdf := w.document(id)
	cmd := w.decision(id, w.body)
	got, err := w.Decide(ctx, headOf, id, cmd)
	must(t, err)
	d := got.Application.Decision
	if got.Application.Status != string(akno.Granted) || d == nil || d.Number != "Р-000001/2026" || got.Proposal != nil {
		t.Fatalf("application is %+v", got.Application)
	}
	stored, err := w.blobs.Read(ctx, citizen, d.Document.Sha256)
	must(t, err)
	signature, err := w.blobs.Read(ctx, citizen, d.Signature.Sha256)
	must(t, err)
	if !bytes.Equal(stored, pdf) || !bytes.Equal(signature, cmd.Signature) {
		t.Error("what is stored is not what was signed")
	}
	if _, _, err := w.trust.Detached(ctx, stored, signature, w.now); err != nil {
		t.Errorf("the stored signature: %v", err)
	}
	again, err := w.Decide(ctx, headOf, id, cmd)
	if err != nil || again.Application.Version != got.Application.Version {
		t.Errorf("the same again: version %d (%v)", again.Application.Version, err)
	}
	for _, want := range []string{"register", "take", "propose", "view", "view_file", "decide_grant"} {
		if !slices.Contains(w.journal(), want) {
			t.Errorf("the journal does not say %s", want)
		}
	}
}

func TestTheDocumentSaysWhatTheLawAsksInTheLanguageOfTheApplication(t *testing.T) {
	for language, name := range map[akno.Lang]string{akno.Russian: "Комитет по труду", akno.Belarusian: "Камітэт па працы"} {
		w := open(t)
		w.language = language
		id := w.reviewed()
		w.propose(id, portalapi.DeskCommandOutcomeRefused)
		procedure, err := w.Catalogue.Find("200.2.18")
		must(t, err)
		day := workdays.MustParse("2026-11-20")
		want, err := print.Decision(print.DecisionPaper{
			Lang: language, Outcome: akno.Refused, Date: day, Number: "Р-000001/2026", Body: name,
			Applicant: "Тестовский Ян Янович", ProcedureNumber: "2.18", ProcedureTitle: procedure.Title.In(language),
			ApplicationNumber: "000001/2026", ApplicationDate: day, Reasons: "Выдать справку", Ground: "статья 25 Закона № 433-З",
			SuperiorBody: "Минский горисполком", OfficialPost: "председатель", OfficialName: "Сидоров Олег Олегович",
			SignatureFile: "решение Р-000001-2026.pdf.p7s",
		})
		must(t, err)
		if !bytes.Equal(w.document(id), want) {
			t.Errorf("%s: the document is another one", language)
		}
	}
}

func TestDecideRefuses(t *testing.T) {
	t.Run("a signature over another document", func(t *testing.T) {
		w, id := proposed(t)
		cmd := w.decision(id, w.body)
		cmd.Signature = w.signed(w.body, []byte("x"))
		wantCode(t, w, id, headOf, cmd, akno.BadSignature)
	})
	t.Run("the certificate of another body", func(t *testing.T) {
		w, id := proposed(t)
		c := w.card(gossuok.OrganisationOrder(gossuok.Organisation{Name: "Загс", ShortName: "Загс", UNP: "100000001", Locality: "Минск"}))
		wantCode(t, w, id, headOf, w.decision(id, c), akno.WrongSigner)
	})
	t.Run("the head's own certificate", func(t *testing.T) {
		w, id := proposed(t)
		c := w.card(gossuok.PersonOrder(gossuok.Person{PersonName: pki.PersonName{Surname: "Сидоров", GivenName: "Олег"}, Latin: "Sidarau Aleh", Number: "3110575A001PB7"}))
		wantCode(t, w, id, headOf, w.decision(id, c), akno.WrongSigner)
	})
	t.Run("a revoked certificate of the body", func(t *testing.T) {
		w, id := proposed(t)
		must(t, w.ca.Revoke(w.body.cert.Serial, pki.ReasonKeyCompromise))
		w.now = w.now.Add(time.Minute)
		w.publish()
		wantCode(t, w, id, headOf, w.decision(id, w.body), akno.CertRevoked)
	})
	t.Run("an officer", func(t *testing.T) {
		w, id := proposed(t)
		wantCode(t, w, id, officerOf, w.decision(id, w.body), akno.Forbidden)
	})
	t.Run("a head of another body", func(t *testing.T) {
		w, id := proposed(t)
		wantCode(t, w, id, stranger, w.decision(id, w.body), akno.NotFound)
	})
	t.Run("who proposed it himself", func(t *testing.T) {
		w := open(t)
		id := w.reviewed()
		_, err := w.Act(ctx, both, id, proposal(w.get(id).Application.Version, portalapi.DeskCommandOutcomeGranted))
		must(t, err)
		wantCode(t, w, id, both, w.decision(id, w.body), akno.Forbidden)
	})
	t.Run("a head whom the document does not name", func(t *testing.T) {
		w, id := proposed(t)
		other := staff("0193f0a0-0000-7000-8000-0000000000d2", &labour, "Замов", session.Head)
		wantCode(t, w, id, other, w.decision(id, w.body), akno.Forbidden)
	})
	t.Run("a proposal that is not there any more", func(t *testing.T) {
		w, id := proposed(t)
		cmd := w.decision(id, w.body)
		cmd.ProposalId = id
		wantCode(t, w, id, headOf, cmd, akno.Conflict)
	})
	t.Run("a version that is not there any more", func(t *testing.T) {
		w, id := proposed(t)
		cmd := w.decision(id, w.body)
		cmd.Version--
		wantCode(t, w, id, headOf, cmd, akno.Conflict)
	})
}

func proposed(t *testing.T) (*world, string) {
	t.Helper()
	w := open(t)
	id := w.reviewed()
	w.propose(id, portalapi.DeskCommandOutcomeGranted)
	return w, id
}

func wantCode(t *testing.T, w *world, id string, who session.Session, cmd portalapi.DecisionCommand, code akno.Code) {
	t.Helper()
	if _, err := w.Decide(ctx, who, id, cmd); akno.CodeOf(err) != code {
		t.Errorf("error is %v, want %s", err, code)
	}
	if a := w.get(id); a.Application.Decision != nil || a.Application.Status != string(akno.InReview) {
		t.Errorf("application is %s with %v", a.Application.Status, a.Application.Decision)
	}
}

func TestADecisionBearsTheDayOnWhichItIsSigned(t *testing.T) {
	w, id := proposed(t)
	old := w.get(id)
	w.now = friday.Add(3 * 24 * time.Hour)
	w.publish()
	wantCode(t, w, id, headOf, w.decision(id, w.body), akno.Conflict)
	fresh := w.get(id)
	if fresh.Proposal.Id == old.Proposal.Id || fresh.Proposal.Document.Sha256 == old.Proposal.Document.Sha256 || fresh.Proposal.ProposedAt != w.now.UnixMilli() {
		t.Errorf("the proposal was not renewed: %+v", fresh.Proposal)
	}
	got, err := w.Decide(ctx, headOf, id, w.decision(id, w.body))
	if err != nil || got.Application.Decision.Number != "Р-000001/2026" {
		t.Errorf("decision: %v", err)
	}
}

func TestARepresentativeSignsOnlyForHimself(t *testing.T) {
	org := gossuok.Organisation{Name: "Комитет", UNP: "200988541", Locality: "Минск"}
	for number, code := range map[string]akno.Code{"3110575A001PB7": "", "4250699K012PB4": akno.WrongSigner} {
		w, id := proposed(t)
		c := w.card(gossuok.RepresentativeOrder(gossuok.Person{
			PersonName: pki.PersonName{Surname: "Сидоров", GivenName: "Олег"}, Number: number,
		}, org, "председатель"))
		_, err := w.Decide(ctx, headOf, id, w.decision(id, c))
		if (err != nil) != (code != "") || err != nil && akno.CodeOf(err) != code {
			t.Errorf("%s: %v", number, err)
		}
	}
}

func TestARefusalToAcceptGoesTheSameWay(t *testing.T) {
	w := open(t)
	id := w.filed(portalapi.DeskItemPaidFree)
	w.propose(id, portalapi.DeskCommandOutcomeAcceptanceRefused)
	got, err := w.Decide(ctx, headOf, id, w.decision(id, w.body))
	if err != nil || got.Application.Status != string(akno.AcceptanceRefused) || got.Application.Decision.Outcome != portalapi.DecisionOutcomeAcceptanceRefused {
		t.Errorf("application is %s (%v)", got.Application.Status, err)
	}
}

func TestProposeRefuses(t *testing.T) {
	granted, refused, acceptance := portalapi.DeskCommandOutcomeGranted, portalapi.DeskCommandOutcomeRefused, portalapi.DeskCommandOutcomeAcceptanceRefused
	for name, tt := range map[string]struct {
		outcome *portalapi.DeskCommandOutcome
		change  func(*portalapi.DeskCommand)
		code    akno.Code
	}{
		"no outcome":                       {nil, func(c *portalapi.DeskCommand) { c.Outcome = nil }, akno.Invalid},
		"no words":                         {&granted, func(c *portalapi.DeskCommand) { c.Text = new("  ") }, akno.Invalid},
		"a refusal without a ground":       {&refused, func(c *portalapi.DeskCommand) { c.Ground = nil }, akno.Invalid},
		"a refusal to accept after review": {&acceptance, func(*portalapi.DeskCommand) {}, akno.WrongState},
		"a version that is gone":           {&granted, func(c *portalapi.DeskCommand) { c.Version-- }, akno.Conflict},
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			id := w.reviewed()
			cmd := proposal(w.get(id).Application.Version, refused)
			if tt.outcome != nil {
				cmd = proposal(cmd.Version, *tt.outcome)
			}
			tt.change(&cmd)
			if _, err := w.Act(ctx, officerOf, id, cmd); akno.CodeOf(err) != tt.code {
				t.Errorf("error is %v, want %s", err, tt.code)
			}
			if w.get(id).Proposal != nil {
				t.Error("a proposal was kept")
			}
		})
	}
}

func TestReturnProposal(t *testing.T) {
	w, id := proposed(t)
	if _, err := w.Act(ctx, headOf, id, command(w.get(id).Application.Version, portalapi.DeskCommandEventReturnProposal, "")); akno.CodeOf(err) != akno.Invalid {
		t.Errorf("without words: %v", err)
	}
	a := w.act(headOf, id, portalapi.DeskCommandEventReturnProposal, "нет ссылки на акт")
	if a.Proposal != nil || a.Application.Status != string(akno.InReview) {
		t.Errorf("application is %+v", a)
	}
	w.write(func(tx dbx.Tx) error {
		r, err := application.Load(ctx, tx, citizen, id)
		if err == nil && (r.Review.Returned.Text != "нет ссылки на акт" || len(r.Review.Earlier) != 1) {
			t.Errorf("review is %+v", r.Review)
		}
		return err
	})
	if a := w.propose(id, portalapi.DeskCommandOutcomeGranted); a.Proposal == nil {
		t.Error("nothing was proposed again")
	}
}

func TestQuestions(t *testing.T) {
	t.Run("a question is due in three working days and runs out after them", func(t *testing.T) {
		w := open(t)
		id := w.reviewed()
		a := w.act(officerOf, id, portalapi.DeskCommandEventAskApplicant, "За какой период?")
		q := a.Application.Questions[0]
		if q.DueDate != "2026-11-25" || q.Text != "За какой период?" || a.Application.Status != string(akno.Clarification) {
			t.Errorf("question is %+v", q)
		}
		w.write(func(tx dbx.Tx) error {
			r, err := application.Load(ctx, tx, citizen, id)
			// The day of law ends at midnight in Minsk.
			if want := time.Date(2026, 11, 25, 21, 0, 0, 0, time.UTC); err == nil && !r.DueAt.Equal(want) {
				t.Errorf("due at %s, want %s", r.DueAt, want)
			}
			return err
		})
		if *a.Application.Deadline != "2026-11-25" {
			t.Errorf("the question moved the deadline to %s", *a.Application.Deadline)
		}
	})
	t.Run("a question without words is refused", func(t *testing.T) {
		w := open(t)
		id := w.reviewed()
		_, err := w.Act(ctx, officerOf, id, command(w.get(id).Application.Version, portalapi.DeskCommandEventAskApplicant, " "))
		if akno.CodeOf(err) != akno.Invalid {
			t.Errorf("error is %v", err)
		}
	})
	t.Run("a question longer than the applicant can be shown is refused", func(t *testing.T) {
		w := open(t)
		id := w.reviewed()
		_, err := w.Act(ctx, officerOf, id, command(w.get(id).Application.Version, portalapi.DeskCommandEventAskApplicant, strings.Repeat("я", 4001)))
		if akno.FieldsOf(err)["text"] != "max_len" {
			t.Errorf("error is %v", err)
		}
	})
	t.Run("a payment that is not found is asked about", func(t *testing.T) {
		w := open(t)
		id := w.filed(portalapi.DeskItemPaidProof)
		w.act(officerOf, id, portalapi.DeskCommandEventRegister, "")
		a := w.act(officerOf, id, portalapi.DeskCommandEventRejectPayment, "Платеж не найден")
		if a.Application.Status != string(akno.PaymentRejected) || len(a.Application.Questions) != 1 {
			t.Errorf("application is %+v", a.Application)
		}
	})
	t.Run("a request to another body extends the deadline to a month", func(t *testing.T) {
		w := open(t)
		id := w.reviewed()
		a := w.act(officerOf, id, portalapi.DeskCommandEventRequestAgency, "Запрос в ФСЗН")
		if *a.Application.Deadline != "2026-12-21" { // 20 December is a Sunday
			t.Errorf("deadline is %s", *a.Application.Deadline)
		}
		if a = w.act(officerOf, id, portalapi.DeskCommandEventAgencyAnswer, ""); a.Application.Status != string(akno.InReview) {
			t.Errorf("application is %s", a.Application.Status)
		}
	})
}

func TestActIsTakenOnce(t *testing.T) {
	w := open(t)
	id := w.filed(portalapi.DeskItemPaidFree)
	cmd := command(1, portalapi.DeskCommandEventRegister, "")
	for range 2 {
		a, err := w.Act(ctx, officerOf, id, cmd)
		if err != nil || a.Application.Version != 2 {
			t.Errorf("version %d (%v)", a.Application.Version, err)
		}
	}
	cmd.Event = portalapi.DeskCommandEventTake
	if _, err := w.Act(ctx, officerOf, id, cmd); akno.CodeOf(err) != akno.Conflict {
		t.Errorf("another command under the same id: %v", err)
	}
}

func TestWhoSitsAtNoDeskSeesNothing(t *testing.T) {
	w := open(t)
	id := w.filed(portalapi.DeskItemPaidFree, portalapi.FileRef{Sha256: "ab"})
	before := len(w.journal())
	for name, tt := range map[string]struct {
		who  session.Session
		code akno.Code
	}{
		"a clerk":   {clerk, akno.Forbidden},
		"a citizen": {session.Session{AccountID: citizen, Roles: []session.Role{session.Citizen}}, akno.Forbidden},
		"a citizen who names a body": {
			session.Session{AccountID: citizen, Roles: []session.Role{session.Citizen}, Body: &labour}, akno.Forbidden,
		},
		"another body": {stranger, akno.NotFound},
	} {
		_, err1 := w.Get(ctx, tt.who, id)
		_, err2 := w.OpenFile(ctx, tt.who, id, "ab")
		_, err3 := w.Act(ctx, tt.who, id, command(1, portalapi.DeskCommandEventRegister, ""))
		for _, err := range []error{err1, err2, err3} {
			if akno.CodeOf(err) != tt.code {
				t.Errorf("%s: %v, want %s", name, err, tt.code)
			}
		}
	}
	if n := len(w.journal()); n != before {
		t.Errorf("%d looks were written down that nobody had", n-before)
	}
}

func TestAFileOutsideOfTheApplicationIsNotFound(t *testing.T) {
	w := open(t)
	var pdf bytes.Buffer
	pdf.WriteString("%PDF-1.4\nxref\nstartxref\n9\n%%EOF")
	private, err := w.blobs.Add(ctx, citizen, bytes.NewReader(pdf.Bytes()))
	must(t, err)
	id := w.filed(portalapi.DeskItemPaidFree)
	if _, err := w.OpenFile(ctx, officerOf, id, private.Sha256); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("a private file: %v", err)
	}
	id = w.filed(portalapi.DeskItemPaidFree, portalapi.FileRef{Sha256: private.Sha256})
	f, err := w.OpenFile(ctx, officerOf, id, private.Sha256)
	must(t, err)
	must(t, f.Close())
	if j := w.journal(); j[len(j)-1] != "view_file" {
		t.Errorf("the journal ends with %s", j[len(j)-1])
	}
}

func TestList(t *testing.T) {
	w := open(t)
	var all []string
	for range 5 {
		all = append(all, w.filed(portalapi.DeskItemPaidFree))
		w.now = w.now.Add(time.Second)
	}
	w.act(officerOf, all[0], portalapi.DeskCommandEventRegister, "")
	w.act(officerOf, all[0], portalapi.DeskCommandEventTake, "")
	list := func(who session.Session, queue portalapi.Queue, search string, cursor *string, limit int) portalapi.DeskPage {
		t.Helper()
		p, err := w.List(ctx, who, portalapi.ListDeskParams{Queue: queue, Search: &search, Cursor: cursor, Limit: &limit})
		must(t, err)
		return p
	}
	t.Run("pages follow one another", func(t *testing.T) {
		var got []string
		var cursor *string
		for range 3 {
			p := list(officerOf, portalapi.QueueIncoming, "", cursor, 2)
			for _, i := range p.Items {
				got = append(got, i.Id)
			}
			if cursor = p.Next; cursor == nil {
				break
			}
		}
		if !slices.Equal(got, all[1:]) {
			t.Errorf("listed %v, want %v", got, all[1:])
		}
	})
	t.Run("counts say what stands where", func(t *testing.T) {
		c := list(officerOf, portalapi.QueueDone, "", nil, 10).Counts
		if c.Incoming != 4 || c.Review != 1 || c.Clarification+c.Decision+c.Done != 0 {
			t.Errorf("counts are %+v", c)
		}
	})
	t.Run("a search finds a name in any case and a number", func(t *testing.T) {
		for text, want := range map[string]int{"ТЕСТОВСКИЙ  ян": 1, "000001/2026": 1, "Иванов": 0, "%": 0, "_": 0} {
			if got := len(list(officerOf, portalapi.QueueReview, text, nil, 10).Items); got != want {
				t.Errorf("%q finds %d, want %d", text, got, want)
			}
		}
	})
	t.Run("another body's list is its own", func(t *testing.T) {
		if p := list(stranger, portalapi.QueueIncoming, "", nil, 10); len(p.Items) != 0 || p.Items == nil || p.Counts.Incoming != 0 {
			t.Errorf("page is %+v", p)
		}
	})
	t.Run("a cursor that is none is refused", func(t *testing.T) {
		bad := "!"
		if _, err := w.List(ctx, officerOf, portalapi.ListDeskParams{Queue: portalapi.QueueDone, Cursor: &bad}); akno.CodeOf(err) != akno.Invalid {
			t.Errorf("error is %v", err)
		}
	})
}

func TestTerms(t *testing.T) {
	for text, want := range map[string]bool{
		"1 month": true, "15 working days": true, "2 months": true, "10 days": true, "": false, "soon": false, "0 days": false, "1 year": false,
	} {
		if _, ok := parseTerm(text); ok != want {
			t.Errorf("%q: %v", text, ok)
		}
	}
	for _, tt := range []struct {
		v      akno.Validity
		ru, be string
	}{
		{akno.Validity{Kind: "indefinite"}, "бессрочно", "бестэрмінова"},
		{akno.Validity{Kind: "months", Value: 6}, "6 мес.", "6 мес."},
		{akno.Validity{Kind: "years", Value: 1}, "1 год", "1 год"},
		{akno.Validity{Kind: "years", Value: 3}, "3 года", "3 гады"},
		{akno.Validity{Kind: "years", Value: 12}, "12 лет", "12 гадоў"},
		{akno.Validity{Kind: "years", Value: 20}, "20 лет", "20 гадоў"},
		{akno.Validity{Kind: "by_age"}, "", ""},
	} {
		if ru, be := validity(tt.v, akno.Russian), validity(tt.v, akno.Belarusian); ru != tt.ru || be != tt.be {
			t.Errorf("%+v is %q and %q", tt.v, ru, be)
		}
	}
}

// Every term of the catalogue that a request to another body extends can be read.
func TestEveryExtendedTermOfTheCatalogueIsUnderstood(t *testing.T) {
	w := open(t)
	for _, p := range w.Catalogue.Procedures() {
		if p.Term.Extended == "" {
			continue
		}
		if _, ok := parseTerm(p.Term.Extended); !ok {
			t.Errorf("%s: %q", p.Code, p.Term.Extended)
		}
	}
}
