package onewindow

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"akno/backend/akno"
	"akno/backend/desktop/attach"
	"akno/backend/desktop/session"
	"akno/backend/desktop/store"
	"akno/backend/desktop/tray"
	"akno/backend/internal/clock"
	"akno/backend/internal/testkit/testpki"
	"akno/backend/portalapi"
)

// portal keeps registrations as the portal does and notes commands.
type portal struct {
	Portal
	ops      []string
	uploaded []string
	answer   error // of the next command
	status   portalapi.RegistrationStatus
	started  portalapi.RegistrationStart
}

func (p *portal) take(op string) (*portalapi.Registration, error) {
	p.ops = append(p.ops, op)
	if err := p.answer; err != nil {
		p.answer = nil
		return nil, err
	}
	return &portalapi.Registration{Status: p.status}, nil
}

func (p *portal) StartRegistration(_ context.Context, r portalapi.RegistrationStart) (*portalapi.Registration, error) {
	p.status, p.started = "ui_draft", r
	return p.take(r.OpId)
}

func (p *portal) VerifyRegistration(_ context.Context, _ string, v portalapi.Verification) (*portalapi.Registration, error) {
	p.status = "ui_checked"
	return p.take(v.OpId)
}

func (p *portal) IssueIdentifier(_ context.Context, _ string, c portalapi.Command) (*portalapi.IssuedIdentifier, error) {
	p.status = "ui_issued"
	r, err := p.take(c.OpId)
	if err != nil {
		return nil, err
	}
	return &portalapi.IssuedIdentifier{Login: testpki.Anna.Number, Password: []byte("once"), Registration: *r}, nil
}

func (p *portal) CancelRegistration(context.Context, string, *portalapi.CancelRegistrationParams) (*struct{}, error) {
	_, err := p.take("cancel")
	return nil, err
}

func (p *portal) Upload(_ context.Context, sum string, size int64, f io.ReadSeeker) error {
	n, err := io.Copy(io.Discard, f)
	if n != size {
		return errors.New("another size")
	}
	p.uploaded = append(p.uploaded, sum)
	return err
}

type world struct {
	portal *portal
	desk   *Service
	again  func() *Service // the program started once more
	dir    string
	db     *store.DB
	tray   *tray.Service[Work]
}

func newWorld(t *testing.T) world {
	t.Helper()
	dir := t.TempDir()
	db, err := store.Open(t.Context(), dir, make([]byte, store.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	p, now := &portal{}, clock.Fixed(testpki.Noon)
	consent := func(string) (session.Consent, error) { return session.Consent{Version: "1", SHA256: "00"}, nil }
	again := func() *Service { return New(p, db, consent, now) }
	desk := again()
	return world{p, desk, again, dir, db, tray.New(db, desk, now)}
}

// pixel is one black pixel: the smallest picture that is whole.
const pixel = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU\x00\x00\x00\nIDATx\x9cc`\x00\x00\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND\xaeB`\x82"

// scan offers a file as the scan of a paper.
func (w world) scan(t *testing.T, id, paper string, octets []byte) Work {
	t.Helper()
	work, refused, err := w.tray.Offer(t.Context(), attach.Place{Of: id, Field: paper}, []tray.Offer{tray.FromOctets(paper+".png", octets)})
	if err != nil || len(refused) > 0 {
		t.Fatal(refused, err)
	}
	return work
}

func card() Card {
	return Card{
		Person: session.Person{
			Surname: "Ковалёва", Name: "Анна", Patronymic: "Петровна", PersonalNumber: testpki.Anna.Number,
			BirthDate: "1990-03-15", Sex: "f", Citizenship: "BLR",
		},
		Document: Document{Type: "passport_by", Series: "MP", Number: "1234567", Issuer: "РОВД", Issued: "2020-05-05", Expires: "2030-05-05"},
		Language: "ru",
	}
}

func TestRegistrationInPerson(t *testing.T) {
	w := newWorld(t)
	c := card()
	c.Person.PersonalNumber = "4150390А021РВ3" // А, Р and В are Cyrillic
	work, err := w.desk.Start(t.Context(), c)
	if err != nil || work.Status != "ui_draft" || work.Card.Person.PersonalNumber != testpki.Anna.Number {
		t.Fatalf("started: %+v, %v", work, err)
	}
	id := work.Card.ID
	if _, err := w.desk.Verify(t.Context(), id, Checks{true, true, true, true}); akno.CodeOf(err) != akno.Invalid {
		t.Fatalf("without scans: %v", err)
	}
	for _, paper := range []string{"application", "consent"} {
		w.scan(t, id, paper, []byte(pixel))
	}
	if _, err := w.desk.Verify(t.Context(), id, Checks{true, true, false, true}); akno.FieldsOf(err)["photoCompared"] != "required" {
		t.Errorf("without comparing the photo: %v", err)
	}
	if work, err = w.desk.Verify(t.Context(), id, Checks{true, true, true, true}); err != nil || work.Status != "ui_checked" || len(w.portal.uploaded) != 2 {
		t.Fatalf("verified: %+v, %v, %v", work, w.portal.uploaded, err)
	}
	issued, err := w.desk.Issue(t.Context(), id)
	if err != nil || issued.Login != testpki.Anna.Number || string(issued.Password) != "once" {
		t.Fatalf("issued: %+v, %v", issued, err)
	}
	if err := w.desk.Done(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if held, _ := w.desk.Held(t.Context()); len(held) != 0 {
		t.Errorf("left behind: %+v", held)
	}
}

func TestHalfACardOutlivesTheProgram(t *testing.T) {
	w := newWorld(t)
	half := Card{Person: session.Person{Surname: "Кова"}}
	work, err := w.desk.Save(t.Context(), half)
	if err != nil {
		t.Fatal(err)
	}
	held, err := w.again().Held(t.Context())
	if err != nil || len(held) != 1 {
		t.Fatalf("%+v, %v", held, err)
	}
	if diff := cmp.Diff(work, held[0]); diff != "" {
		t.Error(diff)
	}
}

func TestLostAnswerIsAskedForAgainAsTheSameCommand(t *testing.T) {
	w := newWorld(t)
	w.portal.answer = &akno.Error{Code: akno.Unavailable}
	c := card()
	work, err := w.desk.Save(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	c.ID = work.Card.ID
	if _, err := w.desk.Start(t.Context(), c); akno.CodeOf(err) != akno.Unavailable {
		t.Fatal(err)
	}
	if _, err := w.again().Start(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if len(w.portal.ops) != 2 || w.portal.ops[0] != w.portal.ops[1] {
		t.Errorf("commands %v", w.portal.ops)
	}
}

func TestMendedCardIsAnotherCommand(t *testing.T) {
	w := newWorld(t)
	w.portal.answer = &akno.Error{Code: akno.Registered}
	c := card()
	work, err := w.desk.Save(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	c.ID = work.Card.ID
	if _, err := w.desk.Start(t.Context(), c); akno.CodeOf(err) != akno.Registered {
		t.Fatal(err)
	}
	c.ClaimAccountID = "0193f0a0-0000-7000-8000-000000000000"
	if work, err = w.desk.Start(t.Context(), c); err != nil || work.Status != "ui_draft" {
		t.Fatalf("%+v, %v", work, err)
	}
	if w.portal.ops[0] == w.portal.ops[1] {
		t.Error("another card went under the number of the first")
	}
}

func TestTheCodeOfALetterTravelsOnceWithTheCard(t *testing.T) {
	w := newWorld(t)
	c := card()
	c.ClaimAccountID = "0193f0a0-0000-7000-8000-000000000000"
	w.portal.answer = &akno.Error{Code: akno.Invalid, Fields: map[string]string{"claimCode": "code_sent"}}
	work, err := w.desk.Start(t.Context(), c)
	if akno.FieldsOf(err)["claimCode"] != "code_sent" || w.portal.started.ClaimCode != nil {
		t.Fatalf("%+v, %v", w.portal.started, err)
	}
	c.ID, c.ClaimCode = work.Card.ID, " 1234 5678 "
	if work, err = w.desk.Start(t.Context(), c); err != nil || work.Card.ClaimCode != "" {
		t.Errorf("kept: %+v, %v", work.Card, err)
	}
	if sent := w.portal.started.ClaimCode; sent == nil || *sent != "1234 5678" {
		t.Errorf("sent: %v", sent)
	}
}

func TestWhatIsWrongWithACard(t *testing.T) {
	w := newWorld(t)
	for name, tc := range map[string]struct {
		mend  func(*Card)
		field string
		want  string
	}{
		"check digit":        {func(c *Card) { c.Person.PersonalNumber = "4150390A021PB8" }, "personalNumber", "check_digit"},
		"another birth date": {func(c *Card) { c.Person.BirthDate = "1990-03-16" }, "birthDate", "cross"},
		"another sex":        {func(c *Card) { c.Person.Sex = "m" }, "sex", "cross"},
		"no surname":         {func(c *Card) { c.Person.Surname = "" }, "surname", "required"},
		"expired passport":   {func(c *Card) { c.Document.Expires = "2026-11-20" }, "expires", "expired"},
		"issued tomorrow":    {func(c *Card) { c.Document.Issued = "2026-11-22" }, "issued", "max"},
		"no number":          {func(c *Card) { c.Document.Number = "" }, "documentNumber", "required"},
		"an e-mail":          {func(c *Card) { c.Email = "anna" }, "email", "format"},
	} {
		c := card()
		tc.mend(&c)
		if got := w.desk.Check(c); got[tc.field] != tc.want || len(got) != 1 {
			t.Errorf("%s: %v", name, got)
		}
	}
	if got := w.desk.Check(card()); got != nil {
		t.Errorf("a good card: %v", got)
	}
}

func TestCancelRemovesTheCard(t *testing.T) {
	w := newWorld(t)
	work, err := w.desk.Start(t.Context(), card())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.desk.Cancel(t.Context(), work.Card.ID, "mistake"); err != nil {
		t.Fatal(err)
	}
	if held, _ := w.desk.Held(t.Context()); len(held) != 0 || w.portal.ops[len(w.portal.ops)-1] != "cancel" {
		t.Errorf("held %+v, commands %v", held, w.portal.ops)
	}
}
