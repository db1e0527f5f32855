package intake

import (
	"testing"

	"akno/backend/akno"
	"akno/backend/akno/canon"
	"akno/backend/akno/form"
	"akno/backend/internal/dbx"
	"akno/backend/portal/application"
	"akno/backend/portalapi"
)

const (
	represented       = "Иванова Анна Петровна"
	representedNumber = "4250699K012PB4"
)

// speakFor makes a filing one of a representative.
func speakFor(f *filing) {
	f.answers["acts_as"] = form.Text("representative")
	f.answers["rep_basis"] = form.Text("power_of_attorney")
	f.answers["rep_doc"] = form.Text("доверенность № 1 от 01.11.2026")
	f.answers["rep_full_name"] = form.Text(represented)
	f.answers["rep_personal_number"] = form.Text(representedNumber)
	f.answers["rep_file"] = form.File{
		ID: "f1", Name: "doverennost.pdf", MIME: "application/pdf", Size: 1024, SHA256: canon.Hash([]byte("доверенность")),
	}.Value()
}

func TestARepresentativeFiles(t *testing.T) {
	t.Run("for somebody else with his own signature", func(t *testing.T) {
		w := open(t)
		f := w.prepare(free)
		speakFor(f)
		req := w.build(f)
		sub, err := canon.Parse(req.Submission)
		if err != nil {
			t.Fatal(err)
		}
		if a := sub.Applicant; a.PersonalNumber != yanNumber || a.Name != "Тестовский Ян Янович" || a.Represented != represented {
			t.Errorf("the applicant is %+v", a)
		}
		a := w.submit(req)
		if a.Status != string(akno.Submitted) || len(a.Files) != 1 || *a.Files[0].Field != "rep_file" {
			t.Errorf("application is %+v", a)
		}
		w.write(func(tx dbx.Tx) error {
			r, err := application.Load(ctx, tx, yanAccount, a.Id)
			if err == nil && (r.Name() != "Тестовский Ян Янович" || r.Review.Represented.Name != represented || r.Review.Represented.PersonalNumber != representedNumber) {
				t.Errorf("the body sees %q for %+v", r.Name(), r.Review.Represented)
			}
			return err
		})
	})
	t.Run("not with the signature of the person he speaks for", func(t *testing.T) {
		w := open(t)
		f := w.prepare(free)
		speakFor(f)
		w.cards.people["anna"] = portalapi.Person{Surname: "Иванова", Name: "Анна", Patronymic: new("Петровна"), PersonalNumber: new(representedNumber)}
		req := w.build(f)
		req.Signature = sign("anna", req.Submission)
		who := strict()
		who.PersonalNumber = representedNumber
		if _, err := w.Submit(ctx, who, req); akno.FieldsOf(err)["signature"] != "another_representative" {
			t.Errorf("error is %v", err)
		}
	})
	t.Run("not without the paper that gives him the power", func(t *testing.T) {
		w := open(t)
		f := w.prepare(free)
		speakFor(f)
		req := w.build(f)
		delete(w.blobs.all, yanAccount+canon.Hash([]byte("доверенность")))
		if _, err := w.Submit(ctx, strict(), req); akno.FieldsOf(err)["rep_file"] != "file_missing" {
			t.Errorf("error is %v", err)
		}
	})
	t.Run("not for himself", func(t *testing.T) {
		w := open(t)
		f := w.prepare(free)
		speakFor(f)
		f.answers["rep_personal_number"] = form.Text(yanNumber)
		if _, err := w.Submit(ctx, strict(), w.build(f)); akno.FieldsOf(err)["rep_personal_number"] != "same_person" {
			t.Errorf("error is %v", err)
		}
	})
}
