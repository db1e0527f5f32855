package cabinet

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"akno/backend/akno"
	"akno/backend/akno/catalogue"
	"akno/backend/akno/form"
	"akno/backend/desktop/draft"
	"akno/backend/desktop/portalclient"
	"akno/backend/desktop/signer"
	"akno/backend/desktop/store"
	"akno/backend/desktop/syncer"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/logx"
	"akno/backend/portalapi"
	"akno/backend/print"
)

const (
	anna     = "0193f0a0-0000-7000-8000-0000000000aa"
	question = "0193f0a0-0000-7000-8000-0000000000bb"
)

var bundle = sync.OnceValues(catalogue.Load)

// seal signs and verifies by a word at the end.
type seal struct {
	key  string
	rung signer.Rung // of a signature that fits; "" for Good
	code akno.Code
}

func (s seal) SignDetached(_ context.Context, _ string, _, content []byte) (signer.Signed, error) {
	return signer.Signed{CMS: append(bytes.Clone(content), s.key...), Verdict: signer.Verdict{Rung: signer.Good, Signer: "Тестовский Ян"}}, nil
}

func (s seal) VerifyDetached(_ context.Context, content, sig []byte) (signer.Verdict, error) {
	if !bytes.Equal(sig, append(bytes.Clone(content), s.key...)) {
		return signer.Verdict{Rung: signer.Bad, Code: akno.BadSignature}, nil
	}
	return signer.Verdict{Rung: s.judged(), Code: s.code, Signer: "Кіраўнік", Organisation: "Орган", UNP: "199000013"}, nil
}

func (s seal) judged() signer.Rung {
	if s.rung == "" {
		return signer.Good
	}
	return s.rung
}

type desk struct {
	*Service
	t      *testing.T
	db     *store.DB
	drafts *draft.Service
	now    time.Time
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	db, err := store.Open(t.Context(), t.TempDir(), make([]byte, store.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	d := &desk{t: t, db: db, now: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)}
	now := func() time.Time { return d.now }
	c, err := bundle()
	if err != nil {
		t.Fatal(err)
	}
	client, err := portalclient.New(portalclient.Options{BaseURL: "http://127.0.0.1:1", Now: now})
	if err != nil {
		t.Fatal(err)
	}
	client.SetOffline(true)
	account := func() string { return anna }
	s := syncer.New(syncer.Options{DB: db, Portal: client, Account: account, Now: now, Log: logx.Discard()})
	d.drafts = draft.New(draft.Options{
		DB: db, Catalogue: c, Signer: seal{key: "!"}, Now: now, Account: account,
		Print: func(raw []byte) ([]byte, error) { return print.Application(raw, false) },
	})
	d.Service = New(Options{DB: db, Drafts: d.drafts, Sync: s, Verifier: seal{key: "!"}, Now: now})
	return d
}

// file an application of the free procedure.
func (d *desk) file() string {
	d.t.Helper()
	ctx := d.t.Context()
	v, err := d.drafts.Create(ctx, "200.1.3.4")
	if err != nil {
		d.t.Fatal(err)
	}
	raw, err := os.ReadFile("../../akno/form/testdata/examples/F_1_3_4.json")
	if err != nil {
		d.t.Fatal(err)
	}
	var ex struct {
		Values form.Answers `json:"values"`
	}
	if err := json.Unmarshal(raw, &ex); err != nil {
		d.t.Fatal(err)
	}
	var patches []draft.Patch
	for f, a := range ex.Values {
		patches = append(patches, draft.Patch{Field: f, Value: a})
	}
	if _, err := d.drafts.Apply(ctx, v.Row.ID, patches); err != nil {
		d.t.Fatal(err)
	}
	p, err := d.drafts.Preview(ctx, v.Row.ID, akno.Russian)
	if err != nil {
		d.t.Fatal(err)
	}
	if _, err := d.drafts.Sign(ctx, v.Row.ID, "k", nil, akno.Russian, p.Hash); err != nil {
		d.t.Fatal(err)
	}
	return v.Row.ID
}

// arrives is a record that came from the portal.
func (d *desk) arrives(a portalapi.Application) {
	d.t.Helper()
	b, err := json.Marshal(a)
	if err != nil {
		d.t.Fatal(err)
	}
	d.sql(func(ctx context.Context, tx dbx.Tx) error {
		e := syncer.Entity{Kind: syncer.KindApplication, ID: a.Id, Version: a.Version, Body: b, ChangedAt: d.now}
		if _, err := syncer.Put(ctx, tx, anna, e); err != nil {
			return err
		}
		return d.ApplyChange(ctx, tx, e)
	})
}

func (d *desk) sql(fn func(ctx context.Context, tx dbx.Tx) error) {
	d.t.Helper()
	if err := d.db.Write(d.t.Context(), func(tx dbx.Tx) error { return fn(d.t.Context(), tx) }); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) card(id string) Card {
	d.t.Helper()
	c, err := d.Get(d.t.Context(), id)
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

func (d *desk) blob(text string) portalapi.FileRef {
	d.t.Helper()
	sum, n, err := d.db.Blobs().Put(strings.NewReader(text), 1<<20)
	if err != nil {
		d.t.Fatal(err)
	}
	return portalapi.FileRef{Sha256: sum, Size: n, MediaType: "application/pdf", Name: "Решение.pdf"}
}

func TestARecordOfAnUnknownKindIsToldOfWithWhatItCallsItself(t *testing.T) {
	d := newDesk(t)
	put := func(kind, id, body string) {
		d.sql(func(ctx context.Context, tx dbx.Tx) error {
			e := syncer.Entity{Kind: kind, ID: id, Version: 1, Body: json.RawMessage(body), ChangedAt: d.now}
			_, err := syncer.Put(ctx, tx, anna, e)
			return err
		})
	}
	put("invitation", "a", `{"title":{"ru":"Приглашение","be":"Запрашэнне"},"room":7}`)
	put("invitation", "b", `{"title":7}`)
	put("eclipse", "c", `null`)
	put("account", "d", `{}`)
	put("draft_backup", "e", `{}`)
	got, _, err := d.Received(t.Context(), 10)
	if err != nil || len(got) != 3 {
		t.Fatalf("%+v, %v", got, err)
	}
	titles := map[string]int{}
	for _, r := range got {
		if !r.Newer || r.Application != "" || r.At != d.now.UnixMilli() {
			t.Errorf("%+v", r)
		}
		titles[r.Title.RU]++
	}
	if titles["Приглашение"] != 1 || titles[""] != 2 {
		t.Errorf("%v", titles)
	}
}

func TestTheWayOfAnApplicationOnThisComputer(t *testing.T) {
	d := newDesk(t)
	id := d.file()
	c := d.card(id)
	if c.Summary.Status != Queued || !c.Unqueue || c.Withdraw || c.Known || c.Sent == nil {
		t.Fatalf("%+v", c)
	}
	list, err := d.List(t.Context())
	if err != nil || len(list) != 1 || list[0].Status != Queued || list[0].Procedure != "200.1.3.4" {
		t.Errorf("%+v %v", list, err)
	}
	d.sql(func(ctx context.Context, tx dbx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE outbox SET left_at=1, failure='unavailable'`)
		return err
	})
	if c = d.card(id); c.Summary.Status != Sending || c.Unqueue || c.Summary.Failure != akno.Unavailable || c.Summary.Task != NoTask {
		t.Errorf("%+v", c.Summary)
	}
	d.sql(func(ctx context.Context, tx dbx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE outbox SET state='rejected', failure='invalid', fields='{"surname":"pattern"}'`)
		return err
	})
	c = d.card(id)
	if c.Summary.Status != string(akno.FormatRejected) || c.Summary.Task != TaskFix || !cmp.Equal(c.Errors(), map[string]string{"surname": "pattern"}) {
		t.Errorf("%+v %v", c.Summary, c.Errors())
	}
	if _, err := d.drafts.Reopen(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if list, err = d.List(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("%+v %v", list, err)
	}
	if _, err := d.Get(t.Context(), id); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("got %v", err)
	}
}

func TestTheWayOfAnApplicationOnThePortal(t *testing.T) {
	d := newDesk(t)
	at := d.now.UnixMilli()
	due, opened := "2026-12-01", at
	for name, c := range map[string]struct {
		app      portalapi.Application
		task     Task
		due      string
		withdraw bool
	}{
		"in review":          {portalapi.Application{Status: "in_review"}, NoTask, "", true},
		"asked":              {portalapi.Application{Status: "clarification", Questions: []portalapi.Question{{Id: question, DueDate: due}}}, TaskAnswer, due, true},
		"answered":           {portalapi.Application{Status: "clarification", Questions: []portalapi.Question{{Id: question, DueDate: due, AnsweredAt: &at}}}, NoTask, "", true},
		"to be paid":         {portalapi.Application{Status: "awaiting_payment"}, TaskPay, "", false},
		"payment not found":  {portalapi.Application{Status: "payment_rejected", Questions: []portalapi.Question{{Id: question, DueDate: due}}}, TaskAnswer, due, true},
		"granted":            {portalapi.Application{Status: "granted", Decision: &portalapi.Decision{}}, TaskDecision, "", false},
		"opened":             {portalapi.Application{Status: "delivered", Decision: &portalapi.Decision{OpenedAt: &opened}}, NoTask, "", false},
		"of a future portal": {portalapi.Application{Status: "eclipsed"}, NoTask, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			c.app.Id, c.app.Version, c.app.Procedure = ids.New(d.now), 3, "200.1.3.4"
			d.arrives(c.app)
			got := d.card(c.app.Id)
			if got.Summary.Task != c.task || got.Summary.TaskDue != c.due || got.Withdraw != c.withdraw || got.Summary.Status != c.app.Status {
				t.Errorf("%+v withdraw %v", got.Summary, got.Withdraw)
			}
		})
	}
	d.sql(func(ctx context.Context, tx dbx.Tx) error {
		_, err := syncer.Put(ctx, tx, anna, syncer.Entity{Kind: syncer.KindApplication, ID: "x", Version: 1, Body: json.RawMessage(`{"status":7}`)})
		return err
	})
	if list, err := d.List(t.Context()); err != nil || len(list) != 9 {
		t.Errorf("one strange record spoils the list: %d, %v", len(list), err)
	}
}

func TestADecidedApplicationSaysWhen(t *testing.T) {
	d := newDesk(t)
	due, decided := "2026-12-01", d.now.Add(-time.Hour)
	id := ids.New(d.now)
	d.arrives(portalapi.Application{
		Id: id, Version: 5, Procedure: "200.1.3.4", Status: "granted", Deadline: &due,
		Decision: &portalapi.Decision{At: decided.UnixMilli()},
		History:  []portalapi.HistoryEntry{{At: d.now.UnixMilli()}},
	})
	if got := d.card(id).Summary; !got.DecidedAt.Equal(decided) {
		t.Errorf("decided %v, want %v", got.DecidedAt, decided)
	}
}

func (d *desk) asked() string {
	id := ids.New(d.now)
	d.arrives(portalapi.Application{
		Id: id, Version: 5, Procedure: "200.1.3.4", Status: "clarification",
		Questions: []portalapi.Question{{Id: question, DueDate: "2026-12-01", Text: "Какой адрес?"}},
	})
	return id
}

func TestAnAnswerWaitsAndIsShownAsGiven(t *testing.T) {
	d := newDesk(t)
	id := d.asked()
	pdf, err := print.CabinetApplication(print.CabinetPaper{Lang: akno.Russian})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "справка.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	files, err := d.AddAnswerFiles(t.Context(), id, question, []string{path})
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	if again, err := d.AddAnswerFiles(t.Context(), id, question, []string{path}); err != nil || len(again) != 1 || again[0].ID != files[0].ID {
		t.Errorf("the same file twice: %+v %v", again, err)
	}
	for name, text := range map[string]string{"nothing": "  \n", "too much": strings.Repeat("я", maxAnswer+1)} {
		if err := d.Answer(t.Context(), id, question, text, nil); akno.FieldsOf(err)["text"] == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := d.Answer(t.Context(), id, question, "ул. Тестовая, 1", []string{"another"}); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("got %v", err)
	}
	if err := d.Answer(t.Context(), id, question, " ул. Тестовая, 1 ", []string{files[0].ID}); err != nil {
		t.Fatal(err)
	}
	c := d.card(id)
	q := c.Portal.Questions[0]
	if q.Answer == nil || *q.Answer != "ул. Тестовая, 1" || q.AnsweredAt == nil || len(*q.Files) != 1 || c.Summary.Task != NoTask {
		t.Errorf("%+v", q)
	}
	w := c.Waiting[0]
	var body portalapi.AnswerCommand
	if err := json.Unmarshal(w.Body, &body); err != nil || body.Version != 5 || body.QuestionId != question || len(w.Files) != 1 || w.Account != anna {
		t.Errorf("%+v %v", body, err)
	}
	if err := d.Answer(t.Context(), id, question, "ещё", nil); akno.CodeOf(err) != akno.WrongState && akno.CodeOf(err) != akno.NotFound {
		t.Errorf("a second answer: %v", err)
	}
	d.sql(func(ctx context.Context, tx dbx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE outbox SET state='rejected', failure='conflict'`)
		return err
	})
	if c = d.card(id); c.Summary.Task != TaskFix || c.Portal.Questions[0].AnsweredAt != nil {
		t.Errorf("a refused answer is shown as given: %+v", c.Summary)
	}
	if err := d.Answer(t.Context(), id, question, "снова", nil); err != nil || len(d.card(id).Waiting) != 1 {
		t.Errorf("it cannot be given again: %v", err)
	}
}

func TestWithdrawIsAskedForOnce(t *testing.T) {
	d := newDesk(t)
	id := d.asked()
	if err := d.Withdraw(t.Context(), id, strings.Repeat("я", maxReason+1)); akno.CodeOf(err) != akno.Invalid {
		t.Errorf("got %v", err)
	}
	if err := d.Withdraw(t.Context(), id, "передумал"); err != nil {
		t.Fatal(err)
	}
	if c := d.card(id); c.Withdraw || len(c.Waiting) != 1 {
		t.Errorf("%+v", c)
	}
	if err := d.Withdraw(t.Context(), id, ""); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("got %v", err)
	}
	if err := d.Withdraw(t.Context(), "nobody", ""); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("got %v", err)
	}
}

func (d *desk) decided(signature string) string {
	return d.decidedBy(signature, "199000013")
}

func (d *desk) decidedBy(signature, unp string) string {
	d.t.Helper()
	id := ids.New(d.now)
	sig := d.blob(signature)
	sig.Name = "Решение.pdf.p7s"
	d.arrives(portalapi.Application{
		Id: id, Version: 8, Procedure: "200.1.3.4", Status: "granted", Body: portalapi.BodyRef{Unp: &unp},
		Decision: &portalapi.Decision{Outcome: "granted", Document: d.blob("%PDF decision"), Signature: sig},
	})
	return id
}

func TestADecisionIsCheckedHereAndTold(t *testing.T) {
	d := newDesk(t)
	id := d.decided("%PDF decision!")
	got, err := d.OpenDecision(t.Context(), id)
	if err != nil || got.Verdict.Rung != signer.Good || got.Verdict.Signer != "Кіраўнік" {
		t.Fatalf("%+v %v", got, err)
	}
	w := d.card(id).Waiting
	if len(w) != 1 || w[0].Kind != syncer.OpenDecision {
		t.Fatalf("%+v", w)
	}
	if _, err := d.OpenDecision(t.Context(), id); err != nil || len(d.card(id).Waiting) != 1 {
		t.Errorf("opened twice: %v", err)
	}
	var zipped bytes.Buffer
	if err := d.WriteDecision(t.Context(), id, &zipped); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"Решение.pdf": "%PDF decision", "Решение.pdf.p7s": "%PDF decision!"}, unzip(t, zipped.Bytes())); diff != "" {
		t.Error(diff)
	}
}

func TestADecisionSignedBySomebodyElseIsNone(t *testing.T) {
	d := newDesk(t)
	id := d.decidedBy("%PDF decision!", "100000007")
	got, err := d.OpenDecision(t.Context(), id)
	if err != nil || got.Verdict.Rung != signer.Bad || got.Verdict.Code != akno.WrongSigner || len(d.card(id).Waiting) != 0 {
		t.Errorf("%+v %v", got, err)
	}
}

func TestABadDecisionIsShownAndNotReceived(t *testing.T) {
	d := newDesk(t)
	id := d.decided("%PDF another decision!")
	got, err := d.OpenDecision(t.Context(), id)
	if err != nil || got.Verdict.Rung != signer.Bad || len(d.card(id).Waiting) != 0 {
		t.Errorf("%+v %v", got, err)
	}
}

func TestADecisionInTheNameOfTheBodyIsNotReceivedUnlessProven(t *testing.T) {
	for name, c := range map[string]struct {
		seal     seal
		received bool
	}{
		"by an unknown authority":  {seal{"!", signer.Undecided, akno.CertUntrusted}, false},
		"by a revoked certificate": {seal{"!", signer.Undecided, akno.CertRevoked}, false},
		"with a list that is old":  {seal{"!", signer.Undecided, akno.NoRevocation}, true},
		"with remarks":             {seal{"!", signer.GoodNotes, ""}, true},
		"of a rung yet to come":    {seal{"!", "better", ""}, false},
	} {
		d := newDesk(t)
		d.o.Verifier = c.seal
		id := d.decided("%PDF decision!")
		if _, err := d.OpenDecision(t.Context(), id); err != nil || (len(d.card(id).Waiting) == 1) != c.received {
			t.Errorf("%s: %v, waiting %d", name, err, len(d.card(id).Waiting))
		}
	}
}

func TestARefusedAnswerIsNotWrittenAnew(t *testing.T) {
	d := newDesk(t)
	id := d.asked()
	path := filepath.Join(t.TempDir(), "a.pdf")
	pdf, err := print.CabinetApplication(print.CabinetPaper{Lang: akno.Russian})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	files, err := d.AddAnswerFiles(t.Context(), id, question, []string{path})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Answer(t.Context(), id, question, "ул. Тестовая, 1", []string{files[0].ID}); err != nil {
		t.Fatal(err)
	}
	d.sql(func(ctx context.Context, tx dbx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE outbox SET state='rejected', failure='conflict'`)
		return err
	})
	text, kept, err := d.KeptAnswer(t.Context(), id, question)
	if err != nil || text != "ул. Тестовая, 1" || len(kept) != 1 {
		t.Fatalf("%q %+v %v", text, kept, err)
	}
	if err := d.Answer(t.Context(), id, question, text, []string{kept[0].ID}); err != nil {
		t.Error(err)
	}
}

func TestADecisionThatIsNotHereNeedsTheNetwork(t *testing.T) {
	d := newDesk(t)
	id := ids.New(d.now)
	absent := portalapi.FileRef{Sha256: strings.Repeat("0", 64), Size: 3, Name: "x.pdf"}
	d.arrives(portalapi.Application{Id: id, Version: 1, Status: "granted", Decision: &portalapi.Decision{Document: absent, Signature: absent}})
	if _, err := d.OpenDecision(t.Context(), id); akno.CodeOf(err) != akno.Unavailable {
		t.Errorf("got %v", err)
	}
	if _, here, err := d.CheckDecision(t.Context(), d.card(id)); here || err != nil {
		t.Errorf("%v %v", here, err)
	}
	if _, err := d.OpenDecision(t.Context(), d.asked()); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("got %v", err)
	}
}

func unzip(t *testing.T, raw []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(b)
	}
	return out
}

func TestThePackageHoldsWhatWasSigned(t *testing.T) {
	d := newDesk(t)
	id := d.file()
	var zipped bytes.Buffer
	if err := d.WritePackage(t.Context(), id, &zipped); err != nil {
		t.Fatal(err)
	}
	got := unzip(t, zipped.Bytes())
	c := d.card(id)
	if got["application.json"] != string(c.Sent.Octets) || got["application.json.p7s"] != string(c.Sent.CMS) || !strings.HasPrefix(got["Заявление 1.3.4.pdf"], "%PDF") {
		t.Errorf("%d files", len(got))
	}
	if sheet, err := print.Sheet(c.Sent.Octets); err != nil || got["attachments.pdf"] != string(sheet) {
		t.Errorf("the list of attachments is not in it: %v", err)
	}
	if err := d.WritePackage(t.Context(), d.asked(), io.Discard); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("got %v", err)
	}
}

func TestNamesInAPackageHideNoOther(t *testing.T) {
	var b bytes.Buffer
	p := pack{z: zip.NewWriter(&b)}
	for _, name := range []string{"a.pdf", "a.pdf", "../../a.pdf", "/etc/passwd"} {
		p.create("files/", name)
	}
	if want := []string{"files/a.pdf", "files/a (2).pdf", "files/a (3).pdf", "files/passwd"}; !slices.Equal(p.names, want) {
		t.Errorf("got %q", p.names)
	}
}

func TestAHalfTypedAnswerIsKeptUntilItIsGiven(t *testing.T) {
	d := newDesk(t)
	id := d.asked()
	question := d.card(id).Portal.Questions[0].Id
	if err := d.KeepAnswer(t.Context(), id, question, "справка бу"); err != nil {
		t.Fatal(err)
	}
	if text, _, err := d.KeptAnswer(t.Context(), id, question); err != nil || text != "справка бу" {
		t.Fatalf("%q, %v", text, err)
	}
	if err := d.Answer(t.Context(), id, question, "справка будет в среду", nil); err != nil {
		t.Fatal(err)
	}
	d.arrives(portalapi.Application{Id: id, Version: 6, Status: "in_review", Questions: []portalapi.Question{{Id: question, AnsweredAt: new(int64)}}})
	if text, _, err := d.KeptAnswer(t.Context(), id, question); err != nil || text != "" {
		t.Errorf("afterwards %q, %v", text, err)
	}
	if err := d.KeepAnswer(t.Context(), id, "nobody", "x"); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("got %v", err)
	}
}
