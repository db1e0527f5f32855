package intake

import (
	"bytes"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/canon"
	"akno/backend/akno/form"
	"akno/backend/akno/ordercode"
	"akno/backend/akno/workdays"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/portal/application"
	"akno/backend/portal/audit"
	"akno/backend/portal/session"
	"akno/backend/portalapi"

	"github.com/google/go-cmp/cmp"
)

const (
	free       = "200.2.18"   // strict, 5 days
	paid       = "200.5.13"   // strict, one base value
	easy       = "200.1.3.4"  // non-strict, free, on the same day
	passport   = "200.11.2.1" // strict, facts of the fee, a photo
	foreigners = "200.12.19"  // e-mail
)

func TestAFreeApplicationIsFiled(t *testing.T) {
	w := open(t)
	req := w.build(w.prepare(free))
	a := w.submit(req)
	if a.Status != string(akno.Submitted) || a.Version != 1 || a.Body.Kind != "labour" || *a.SubmittedAt != friday.UnixMilli() {
		t.Errorf("application is %+v", a)
	}
	// Five days after Friday the 20th is Wednesday the 25th.
	if *a.Deadline != "2026-11-25" {
		t.Errorf("deadline is %s", *a.Deadline)
	}
	if want := []string{"sync submitted"}; !cmp.Equal(events(a), want) {
		t.Error(cmp.Diff(want, events(a)))
	}
	if a.Order != nil || a.Document != nil || len(a.Questions) != 0 {
		t.Errorf("application is %+v", a)
	}
	w.write(func(tx dbx.Tx) error {
		o, err := application.LoadOctets(ctx, tx, yanAccount, a.Id)
		if err != nil || !bytes.Equal(o.Submission, req.Submission) || !bytes.Equal(o.Signature, *req.Signature) {
			t.Errorf("the octets were changed (%v)", err)
		}
		r, err := application.LoadForBody(ctx, tx, "demo-labour", a.Id)
		if err != nil {
			return err
		}
		if r.Name() != "Тестовский Ян Янович" || r.Report == nil || r.Paid != portalapi.DeskItemPaidFree {
			t.Errorf("record is %+v", r)
		}
		chain, err := audit.List(ctx, tx, yanAccount)
		if err != nil {
			return err
		}
		if len(chain) != 1 || chain[0].Action != "submit" || chain[0].Entity != "application:"+a.Id {
			t.Errorf("journal is %+v", chain)
		}
		var letters, changes int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM job WHERE account_id = ? AND kind = 'mail'`, yanAccount).Scan(&letters); err != nil {
			return err
		}
		err = tx.QueryRow(ctx, `SELECT count(*) FROM change WHERE account_id = ? AND kind = 'application' AND id = ? AND version = 1`, yanAccount, a.Id).Scan(&changes)
		if letters != 1 || changes != 1 {
			t.Errorf("%d letters, %d changes", letters, changes)
		}
		return err
	})
}

func TestARepeatIsAnsweredOnce(t *testing.T) {
	w := open(t)
	req := w.build(w.prepare(free))
	first := w.submit(req)
	t.Run("even after the certificate was revoked", func(t *testing.T) {
		w.cards.broken["yan"] = akno.CertRevoked
		defer delete(w.cards.broken, "yan")
		if again := w.submit(req); !cmp.Equal(again, first) {
			t.Error(cmp.Diff(first, again))
		}
	})
	t.Run("another body under the same id is a conflict", func(t *testing.T) {
		other := req
		other.Document.Name = "x"
		if _, err := w.Submit(ctx, strict(), other); akno.CodeOf(err) != akno.Conflict {
			t.Errorf("error is %v", err)
		}
	})
	t.Run("another command for the same application is a conflict", func(t *testing.T) {
		other := req
		other.OpId = ids.New(w.now)
		if _, err := w.Submit(ctx, strict(), other); akno.CodeOf(err) != akno.Conflict {
			t.Errorf("error is %v", err)
		}
	})
}

func TestASubmissionThatIsNotRightIsRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		procedure string
		who       func() session.Session
		before    func(w *world, f *filing)
		after     func(w *world, r *portalapi.SubmissionRequest)
		code      akno.Code
		field     string
		why       string
	}{
		"octets that are no submission": {
			procedure: free, after: func(_ *world, r *portalapi.SubmissionRequest) { r.Submission = []byte("{}") },
			code: akno.Invalid, field: "submission", why: "format",
		},
		"octets that are written otherwise": {
			procedure: free, after: func(_ *world, r *portalapi.SubmissionRequest) { r.Submission = append(r.Submission, ' ') },
			code: akno.Invalid, field: "submission", why: "format",
		},
		"another application's octets": {
			procedure: free, after: func(w *world, r *portalapi.SubmissionRequest) { r.ApplicationId = ids.New(w.now) },
			code: akno.Invalid, field: "applicationId", why: "another",
		},
		"a session of a low level": {procedure: free, who: nonStrict, code: akno.LowLevel},
		"a submission of tomorrow": {
			procedure: free, before: func(_ *world, f *filing) { f.asOf = f.asOf.AddDays(1) },
			code: akno.Invalid, field: "as_of", why: "future",
		},
		"a submission whose label was changed": {
			procedure: free, after: func(_ *world, r *portalapi.SubmissionRequest) {
				r.Submission = bytes.Replace(r.Submission, []byte("Фамилия"), []byte("Прозвище"), 1)
			}, code: akno.Invalid, field: "submission", why: "shown",
		},
		"an answer that has become wrong": {
			procedure: foreigners, who: func() session.Session { return session.Session{AccountID: yanAccount, Level: akno.Email} },
			before: func(w *world, _ *filing) { w.now = w.now.AddDate(0, 8, 0) },
			after:  func(_ *world, r *portalapi.SubmissionRequest) { r.Signature = nil },
			code:   akno.Invalid, field: "passport_expires", why: "date_min",
		},
		"a missing document": {
			procedure: free, after: func(w *world, r *portalapi.SubmissionRequest) { delete(w.blobs.all, yanAccount+r.Document.Sha256) },
			code: akno.Invalid, field: "document", why: "file_missing",
		},
		"a document of another account": {
			procedure: free, after: func(w *world, r *portalapi.SubmissionRequest) {
				w.blobs.all["other"+r.Document.Sha256] = w.blobs.all[yanAccount+r.Document.Sha256]
				delete(w.blobs.all, yanAccount+r.Document.Sha256)
			}, code: akno.Invalid, field: "document", why: "file_missing",
		},
		"a document that is a picture": {
			procedure: free, after: func(w *world, r *portalapi.SubmissionRequest) {
				w.keep(r.Document.Sha256, "image/png", r.Document.Size)
			},
			code: akno.Invalid, field: "document", why: "file_type",
		},
		"a document of another size": {
			procedure: free, after: func(_ *world, r *portalapi.SubmissionRequest) { r.Document.Size++ },
			code: akno.Invalid, field: "document", why: "file_size",
		},
		"a strict procedure without a signature": {
			procedure: free, after: func(_ *world, r *portalapi.SubmissionRequest) { r.Signature = nil },
			code: akno.BadSignature, field: "signature", why: "required",
		},
		"a signature over other octets": {
			procedure: free, after: func(_ *world, r *portalapi.SubmissionRequest) { r.Signature = sign("yan", []byte("x")) }, code: akno.BadSignature,
		},
		"the signature of somebody else": {
			procedure: free, after: func(_ *world, r *portalapi.SubmissionRequest) { r.Signature = sign("hank", r.Submission) },
			code: akno.WrongSigner, field: "signature", why: "another_account",
		},
		"the signature of a certificate without a number": {
			procedure: free, after: func(_ *world, r *portalapi.SubmissionRequest) { r.Signature = sign("none", r.Submission) },
			code: akno.WrongSigner, field: "signature", why: "another_account",
		},
		"a revoked certificate":    {procedure: free, after: signedBy("revoked"), code: akno.CertRevoked},
		"an expired certificate":   {procedure: free, after: signedBy("expired"), code: akno.CertExpired},
		"a stranger's certificate": {procedure: free, after: signedBy("stranger"), code: akno.CertUntrusted},
		"no revocation data":       {procedure: free, after: signedBy("offline"), code: akno.NoRevocation},
		"an application for another person without a signature": {
			procedure: easy, who: func() session.Session {
				s := nonStrict()
				s.PersonalNumber = "4250699K012PB4"
				return s
			}, after: func(_ *world, r *portalapi.SubmissionRequest) { r.Signature = nil },
			code: akno.WrongSigner, field: "signature", why: "another_person",
		},
		"a paid procedure without an order": {procedure: paid, code: akno.NeedsPaying, field: "order", why: "none"},
		"a paid procedure with an unpaid order": {
			procedure: paid, before: func(w *world, f *filing) { f.order = signedOrder(w.order(f)) },
			code: akno.NeedsPaying, field: "order", why: "unpaid",
		},
		"a paid order that the signature does not cover": {
			procedure: paid, before: func(w *world, f *filing) { w.payFor(w.order(f)) },
			code: akno.NeedsPaying, field: "order", why: "unsigned",
		},
		"another amount in the submission": {
			procedure: paid, before: func(w *world, f *filing) {
				o := w.order(f)
				w.payFor(o)
				f.order = signedOrder(o)
				f.order.Amount--
			}, code: akno.NeedsPaying, field: "order", why: "amount",
		},
		"another order in the submission": {
			procedure: paid, before: func(w *world, f *filing) {
				w.order(f)
				f.order = signedOrder(w.order(w.prepare(paid)))
			}, code: akno.NeedsPaying, field: "order", why: "another",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			f := w.prepare(tt.procedure)
			if tt.before != nil {
				tt.before(w, f)
			}
			if tt.field == "passport_expires" {
				f.asOf = workdays.Of(friday)
			}
			req := w.build(f)
			if tt.after != nil {
				tt.after(w, &req)
			}
			who := strict
			if tt.who != nil {
				who = tt.who
			}
			_, err := w.Submit(ctx, who(), req)
			if akno.CodeOf(err) != tt.code || tt.field != "" && akno.FieldsOf(err)[tt.field] != tt.why {
				t.Fatalf("error is %v, want %s %s=%s", err, tt.code, tt.field, tt.why)
			}
			if _, err := w.Get(ctx, who(), req.ApplicationId); akno.CodeOf(err) != akno.NotFound {
				t.Errorf("something was kept: %v", err)
			}
		})
	}
}

// signedOrder is an order as it stands in the octets that are signed.
func signedOrder(o portalapi.Order) *canon.Order {
	amount, err := akno.ParseMoney(o.Amount)
	if err != nil {
		panic(err) // the portal made it
	}
	return &canon.Order{Code: ordercode.Code(o.Code), Amount: amount}
}

func signedBy(name string) func(*world, *portalapi.SubmissionRequest) {
	return func(_ *world, r *portalapi.SubmissionRequest) { r.Signature = sign(name, r.Submission) }
}

func TestFieldErrorsComeBack(t *testing.T) {
	w := open(t)
	f := w.prepare(free)
	req := w.build(f)
	// The same octets are wrong once an answer breaks a rule of its field.
	req.Submission = bytes.ReplaceAll(req.Submission, []byte(yanNumber), []byte("3110575A001PB5"))
	_, err := w.Submit(ctx, strict(), req)
	if akno.CodeOf(err) != akno.Invalid || akno.FieldsOf(err)["personal_number"] != string(form.CheckDigit) {
		t.Errorf("error is %v", err)
	}
}

func TestANonStrictProcedureNeedsNoSignature(t *testing.T) {
	w := open(t)
	req := w.build(w.prepare(easy))
	req.Signature = nil
	a, err := w.Submit(ctx, nonStrict(), req)
	if err != nil {
		t.Fatal(err)
	}
	if a.Status != string(akno.Submitted) || *a.Deadline != "2026-11-20" {
		t.Errorf("application is %s until %s", a.Status, *a.Deadline)
	}
	w.write(func(tx dbx.Tx) error {
		r, err := application.Load(ctx, tx, yanAccount, a.Id)
		if err == nil && r.Report != nil {
			t.Errorf("report is %+v", r.Report)
		}
		return err
	})
}

func TestAPaidApplication(t *testing.T) {
	t.Run("goes to the body when its order is paid", func(t *testing.T) {
		w := open(t)
		f := w.prepare(paid)
		o := w.order(f)
		f.order = signedOrder(o)
		w.payFor(o)
		a := w.submit(w.build(f))
		want := []string{"sync awaiting_payment", "erip_confirm submitted"}
		if !cmp.Equal(events(a), want) || a.Order == nil || a.Order.Status != portalapi.OrderStatusPaid {
			t.Errorf("order %+v, history %s", a.Order, cmp.Diff(want, events(a)))
		}
	})
	t.Run("goes to the body with a proof, and the payment settles it later", func(t *testing.T) {
		w := open(t)
		f := w.prepare(paid)
		o := w.order(f)
		f.order = signedOrder(o)
		f.payment = &canon.Payment{Operation: "12345678"}
		a := w.submit(w.build(f))
		want := []string{"sync awaiting_payment", "attach_receipt payment_submitted", "forward submitted"}
		if !cmp.Equal(events(a), want) {
			t.Error(cmp.Diff(want, events(a)))
		}
		if err := w.pay.Cancel(ctx, strict(), o.Code); akno.CodeOf(err) != akno.WrongState {
			t.Errorf("the order of a filed application was voided: %v", err)
		}
		w.payFor(o)
		got, err := w.Get(ctx, strict(), a.Id)
		if err != nil || got.Order.Status != portalapi.OrderStatusPaid || got.Version != 2 || got.Status != a.Status {
			t.Errorf("after the payment: %+v (%v)", got, err)
		}
	})
	t.Run("that was signed before its order was quoted anew is filed", func(t *testing.T) {
		w := open(t)
		w.now = time.Date(2025, 12, 31, 9, 0, 0, 0, time.UTC)
		f := w.prepare(paid)
		f.order = signedOrder(w.order(f))
		f.payment = &canon.Payment{Operation: "12345678"}
		req := w.build(f)
		w.now = w.now.AddDate(0, 0, 3)
		if n, err := w.pay.Requote(ctx); err != nil || n != 1 {
			t.Fatalf("%d orders were quoted anew (%v)", n, err)
		}
		if a := w.submit(req); a.Order.Amount != "45.00" || f.order.Amount.String() != "42.00" {
			t.Errorf("the order is %s, signed was %s", a.Order.Amount, f.order.Amount)
		}
	})
	t.Run("with a scan of the receipt names it among the files", func(t *testing.T) {
		w := open(t)
		f := w.prepare(paid)
		f.order = signedOrder(w.order(f))
		scan := w.keep(canon.Hash([]byte("scan")), "image/jpeg", 5000)
		f.payment = &canon.Payment{Receipt: scan.Sha256}
		a := w.submit(w.build(f))
		last := a.Files[len(a.Files)-1]
		if *last.Field != "payment" || last.Name != "receipt.jpg" || last.Size != 5000 {
			t.Errorf("file is %+v", last)
		}
	})
	t.Run("with a scan that was not stored is refused", func(t *testing.T) {
		w := open(t)
		f := w.prepare(paid)
		f.order = signedOrder(w.order(f))
		f.payment = &canon.Payment{Receipt: canon.Hash([]byte("scan"))}
		if _, err := w.Submit(ctx, strict(), w.build(f)); akno.FieldsOf(err)["payment"] != "file_missing" {
			t.Errorf("error is %v", err)
		}
	})
	t.Run("with a proof that was used before is refused", func(t *testing.T) {
		w := open(t)
		for i, code := range []akno.Code{"", akno.Conflict} {
			f := w.prepare(paid)
			f.order = signedOrder(w.order(f))
			f.payment = &canon.Payment{Operation: "12345678"}
			_, err := w.Submit(ctx, strict(), w.build(f))
			if (err != nil) != (code != "") || err != nil && akno.CodeOf(err) != code {
				t.Errorf("filing %d: %v", i, err)
			}
		}
	})
	t.Run("whose order was made for a cheaper case is refused", func(t *testing.T) {
		w := open(t)
		f := w.prepare(passport)
		f.answers["speed"] = form.Text("urgent_7d")
		o := w.order(f)
		f.order = signedOrder(o)
		w.payFor(o)
		_, err := w.Submit(ctx, strict(), w.build(f))
		if akno.CodeOf(err) != akno.NeedsPaying || akno.FieldsOf(err)["order"] != "amount" {
			t.Errorf("error is %v", err)
		}
	})
	t.Run("whose order fits the case is filed", func(t *testing.T) {
		w := open(t)
		f := w.prepare(passport)
		f.answers["speed"] = form.Text("urgent_7d")
		o := w.order(f, "urgent_7d")
		f.order = signedOrder(o)
		w.payFor(o)
		if a := w.submit(w.build(f)); a.Order.Amount != "135.00" {
			t.Errorf("paid %s", a.Order.Amount)
		}
	})
}

func TestAnApplicationOfSomebodyElseIsNotFound(t *testing.T) {
	w := open(t)
	a := w.submit(w.build(w.prepare(free)))
	other := strict()
	other.AccountID = "0193f0a0-0000-7000-8000-0000000000bb"
	if _, err := w.Get(ctx, other, a.Id); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("get: %v", err)
	}
	cmd := portalapi.VersionedCommand{OpId: ids.New(w.now), Version: 1}
	if _, err := w.Withdraw(ctx, other, a.Id, cmd); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("withdraw: %v", err)
	}
}

func TestFiledOnADayOff(t *testing.T) {
	w := open(t)
	w.now = time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC) // Saturday
	a := w.submit(w.build(w.prepare(free)))
	// Taken as filed on Monday the 23rd; five days later is Saturday, so Monday.
	if *a.Deadline != "2026-11-30" {
		t.Errorf("deadline is %s", *a.Deadline)
	}
}
