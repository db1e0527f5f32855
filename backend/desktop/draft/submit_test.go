package draft

import (
	"bytes"
	"encoding/json"
	"testing"

	"akno/backend/akno"
	"akno/backend/akno/canon"
	"akno/backend/desktop/syncer"
	"akno/backend/internal/dbx"
	"akno/backend/portalapi"
)

func TestWhatIsSignedIsWhatWasShown(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	d.fill(id)
	p, err := d.Preview(t.Context(), id, akno.Russian)
	if err != nil {
		t.Fatal(err)
	}
	again, err := d.Preview(t.Context(), id, akno.Russian)
	if err != nil || again.Hash != p.Hash || again.Document.SHA256 != p.Document.SHA256 {
		t.Errorf("the same application has other octets or another document: %v", err)
	}
	if _, err := d.Preview(t.Context(), id, akno.English); akno.CodeOf(err) != akno.Invalid {
		t.Errorf("an application in English: %v", err)
	}
	if _, err := d.Sign(t.Context(), id, "key", []byte("wrong"), akno.Russian, p.Hash); akno.CodeOf(err) != akno.BadPassword {
		t.Errorf("got %v", err)
	}
	d.signer.number = "4250699K012PB4"
	if _, err := d.Sign(t.Context(), id, "key", []byte("correct"), akno.Russian, p.Hash); akno.CodeOf(err) != akno.WrongSigner {
		t.Errorf("another person's key: %v", err)
	}
	d.signer.number, d.signer.bad = "3110575A001PB7", true
	if _, err := d.Sign(t.Context(), id, "key", []byte("correct"), akno.Russian, p.Hash); akno.CodeOf(err) != akno.BadSignature {
		t.Errorf("a fresh signature that does not verify: %v", err)
	}
	d.signer.bad = false
	if _, err := d.Apply(t.Context(), id, typed("surname", "Иванов")); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Sign(t.Context(), id, "key", []byte("correct"), akno.Russian, p.Hash); akno.CodeOf(err) != akno.Conflict {
		t.Errorf("other octets than were shown: %v", err)
	}
	if p, err = d.Preview(t.Context(), id, akno.Russian); err != nil {
		t.Fatal(err)
	}
	d.signer.during = func() { // typed in another window while the password is asked for
		if _, err := d.Apply(t.Context(), id, typed("surname", "Петров")); err != nil {
			t.Error(err)
		}
	}
	if _, err := d.Sign(t.Context(), id, "key", []byte("correct"), akno.Russian, p.Hash); akno.CodeOf(err) != akno.Conflict {
		t.Errorf("edited during the signature: %v", err)
	}
	if n := d.outbox(); len(n) != 0 {
		t.Errorf("queued %+v", n)
	}
}

func (d *desk) outbox() []syncer.Queued {
	d.t.Helper()
	var out []syncer.Queued
	err := d.db.Read(d.t.Context(), func(tx dbx.Tx) error {
		var err error
		out, err = syncer.Pending(d.t.Context(), tx)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return out
}

func TestASignedApplicationIsFrozenAndQueuedWithItsFiles(t *testing.T) {
	d := newDesk(t)
	id := d.create("200.22.3")
	d.fill(id)
	p, err := d.Preview(t.Context(), id, akno.Belarusian)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Sign(t.Context(), id, "key", []byte("correct"), akno.Belarusian, p.Hash); err != nil {
		t.Fatal(err)
	}
	q := d.outbox()
	if len(q) != 1 || q[0].Kind != syncer.Submit || q[0].Target != id || q[0].Account != "anna" || len(q[0].Files) != 1 || q[0].Files[0].SHA256 != p.Files[0].SHA256 {
		t.Fatalf("%+v", q)
	}
	var req portalapi.SubmissionRequest
	var body []byte
	err = d.db.Read(t.Context(), func(tx dbx.Tx) error {
		_, err := dbx.Found(t.Context(), tx, `SELECT body FROM envelope`, nil, &body)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, &req); err != nil {
		t.Fatal(err)
	}
	if req.OpId != q[0].OpID || !bytes.Equal(req.Submission, p.Octets) || req.Signature == nil || !bytes.HasPrefix(*req.Signature, []byte("key:")) {
		t.Errorf("%+v", req)
	}
	c, err := bundle()
	if err != nil {
		t.Fatal(err)
	}
	s, err := canon.Parse(req.Submission)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := canon.Verify(s, c, p.View.Form.Schema, p.View.Form.Hash); err != nil {
		t.Errorf("the portal would refuse it: %v", err)
	}
	for name, err := range map[string]error{
		"edited":  second(d.Apply(t.Context(), id, typed("surname", "x"))),
		"deleted": d.Delete(t.Context(), id),
		"signed":  second(d.Sign(t.Context(), id, "key", []byte("correct"), akno.Belarusian, p.Hash)),
	} {
		if akno.CodeOf(err) != akno.WrongState {
			t.Errorf("a frozen application was %s: %v", name, err)
		}
	}
	sent, ok, err := d.SentOf(t.Context(), id)
	if err != nil || !ok || !bytes.Equal(sent.Octets, p.Octets) || sent.Signer == "" || sent.Document.SHA256 != p.Document.SHA256 {
		t.Errorf("%v %v", ok, err)
	}
}

func second[T any](_ T, err error) error { return err }

func TestUnqueueDropsTheSignature(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	d.fill(id)
	d.send(id)
	v, err := d.Unqueue(t.Context(), id)
	if err != nil || v.Row.State != Open || len(d.outbox()) != 0 {
		t.Fatalf("%+v %v", v.Row, err)
	}
	if _, ok, err := d.SentOf(t.Context(), id); ok || err != nil {
		t.Errorf("the signed octets are still there: %v", err)
	}
	if _, err := d.Unqueue(t.Context(), id); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("got %v", err)
	}
	d.send(id)
	if len(d.outbox()) != 1 {
		t.Error("it cannot be signed again")
	}
}

func TestARefusedApplicationOpensWithThePortalsMessages(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	d.fill(id)
	d.send(id)
	if _, err := d.Reopen(t.Context(), id); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("one that waits was reopened: %v", err)
	}
	err := d.db.Write(t.Context(), func(tx dbx.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE outbox SET state='rejected', left_at=1, failure='invalid', fields='{"birth_date":"date_max"}'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	v, err := d.Reopen(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	errs := v.PortalErrors()
	if v.Row.ID != id || v.Row.State != Open || len(errs) != 1 || errs[0].Field != "birth_date" || errs[0].Code != "date_max" || errs[0].Label.RU == "" {
		t.Errorf("%+v %+v", v.Row, errs)
	}
	if list, err := d.List(t.Context()); err != nil || len(list) != 1 || !list[0].Rejected {
		t.Errorf("%+v %v", list, err)
	}
	c, err := d.Apply(t.Context(), id, typed("birth_date", "1975-05-12"))
	if err != nil || len(c.View.PortalErrors()) != 0 {
		t.Errorf("the portal's message stays after the answer was changed: %v", err)
	}
}

func TestWithoutASignatureOnlyWhereNoneIsAskedFor(t *testing.T) {
	d := newDesk(t)
	c, err := bundle()
	if err != nil {
		t.Fatal(err)
	}
	must, may := 0, 0
	for _, p := range c.Procedures() {
		f, err := c.Form(p.Form)
		if err != nil {
			t.Fatal(err)
		}
		v := View{Procedure: p, Form: f, Kind: p.Applicants[0]}
		if v.MustSign() {
			must++
		} else {
			may++
		}
		if p.Level == akno.Strict && !v.MustSign() {
			t.Errorf("%s asks for an EDS to sign in and for none to file", p.Code)
		}
	}
	if must == 0 || may == 0 {
		t.Errorf("%d must, %d may", must, may)
	}
	id := d.create("200.1.1.5")
	d.fill(id)
	p, err := d.Preview(t.Context(), id, akno.Russian)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Submit(t.Context(), id, akno.Russian, p.Hash); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("got %v", err)
	}
}
