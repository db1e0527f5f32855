package intake

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"sync"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/canon"
	"akno/backend/akno/form"
	"akno/backend/akno/workdays"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/internal/testkit/testdb"
	"akno/backend/portal/application"
	"akno/backend/portal/catalogue"
	"akno/backend/portal/payment"
	"akno/backend/portal/session"
	"akno/backend/portal/store"
	"akno/backend/portalapi"
	"akno/backend/print"
)

var ctx = context.Background()

// bundle is read once: it never changes, and its forms take a while to compile.
var bundle = sync.OnceValues(catalogue.Load)

// friday is Friday 20 November 2026, noon in Minsk.
var friday = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

const (
	yanNumber  = "3110575A001PB7"
	yanAccount = "0193f0a0-0000-7000-8000-0000000000aa"
)

func strict() session.Session {
	return session.Session{
		AccountID: yanAccount, Level: akno.Strict, Role: session.Citizen, PersonalNumber: yanNumber, Email: "yan@example.by",
		Person: &portalapi.Person{Surname: "Тестовский", Name: "Ян", Patronymic: new("Янович")},
	}
}

func nonStrict() session.Session {
	s := strict()
	s.Level = akno.NonStrict
	return s
}

// blobs is every file that an account has stored.
type blobs struct {
	mu  sync.Mutex
	all map[string]portalapi.BlobRef
}

func (b *blobs) Stat(_ context.Context, account, sum string) (portalapi.BlobRef, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ref, ok := b.all[account+sum]
	if !ok {
		return ref, &akno.Error{Code: akno.NotFound}
	}
	return ref, nil
}

func (b *blobs) has(sum string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, ok := b.all[yanAccount+sum]
	return ok
}

func (b *blobs) Add(_ context.Context, account string, r io.Reader) (portalapi.BlobRef, error) {
	raw, err := io.ReadAll(r)
	ref := portalapi.BlobRef{Sha256: canon.Hash(raw), MediaType: "application/pdf", Size: int64(len(raw))}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all[account+ref.Sha256] = ref
	return ref, err
}

// cards believes a signature that is the name of a card and the content.
type cards struct {
	people map[string]portalapi.Person
	broken map[string]akno.Code
}

func (c *cards) Detached(_ context.Context, content, signature []byte, at time.Time) (session.Signer, portalapi.SignatureReport, error) {
	name, ok := bytes.CutSuffix(signature, content)
	if !ok {
		return session.Signer{}, portalapi.SignatureReport{}, &akno.Error{Code: akno.BadSignature}
	}
	if code := c.broken[string(name)]; code != "" {
		return session.Signer{}, portalapi.SignatureReport{}, &akno.Error{Code: code}
	}
	return session.Signer{Person: c.people[string(name)]},
		portalapi.SignatureReport{Verdict: portalapi.PASSED, CheckedAt: at.UnixMilli()}, nil
}

func sign(name string, content []byte) *[]byte {
	s := append([]byte(name), content...)
	return &s
}

type world struct {
	*Service
	t     *testing.T
	now   time.Time
	db    *store.DB
	cat   *catalogue.Catalogue
	pay   *payment.Service
	blobs *blobs
	cards *cards
}

func open(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: friday, blobs: &blobs{all: map[string]portalapi.BlobRef{}}, cards: &cards{
		people: map[string]portalapi.Person{
			"yan":  {Surname: "Тестовский", Name: "Ян", PersonalNumber: new(yanNumber)},
			"hank": {Surname: "Иванов", Name: "Иван", PersonalNumber: new("4250699K012PB4")},
			"none": {Surname: "Тестовский", Name: "Ян"},
		},
		broken: map[string]akno.Code{"revoked": akno.CertRevoked, "expired": akno.CertExpired, "stranger": akno.CertUntrusted, "offline": akno.NoRevocation},
	}}
	tick := func() time.Time { return w.now }
	var err error
	if w.db, err = store.Open(ctx, testdb.Address(t), tick); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.db.Close(); err != nil {
			t.Error(err)
		}
	})
	if w.cat, err = bundle(); err != nil {
		t.Fatal(err)
	}
	w.pay, err = payment.New(w.db, tick, w.cat, payment.Config{
		SerialKey: bytes.Repeat([]byte{1}, 32), ProviderKey: bytes.Repeat([]byte{2}, 32), Merchant: "AKNO", City: "Minsk",
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Service = New(Config{
		DB: w.db, Clock: tick, Catalogue: w.cat, Blobs: w.blobs, Orders: w.pay, Signatures: w.cards, Limits: DefaultLimits(),
		Documents: application.Documents{
			DB: w.db, Keep: w.blobs.Add, Print: func(octets []byte) ([]byte, error) { return print.Application(octets, false) },
		},
	})
	w.pay.Watch(w.OrderChanged)
	w.write(func(tx dbx.Tx) error {
		for _, kind := range w.cat.Bodies() {
			ref := portalapi.BodyRef{Id: "demo-" + kind.Code, Kind: kind.Code, Name: portalapi.Text{Ru: kind.Name.RU}}
			if err := application.PutBody(ctx, tx, application.Body{Ref: ref}); err != nil {
				return err
			}
		}
		return nil
	})
	return w
}

func (w *world) write(fn func(tx dbx.Tx) error) {
	w.t.Helper()
	if err := w.db.Write(ctx, fn); err != nil {
		w.t.Fatal(err)
	}
}

// example returns the answers of the filled form of a procedure.
func (w *world) example(procedure string) (akno.Procedure, form.Answers) {
	w.t.Helper()
	p, err := w.cat.Find(procedure)
	if err != nil {
		w.t.Fatal(err)
	}
	raw, err := os.ReadFile("../../akno/form/testdata/examples/" + p.Form + ".json")
	if err != nil {
		w.t.Fatal(err)
	}
	var ex struct {
		Values form.Answers `json:"values"`
	}
	if err := json.Unmarshal(raw, &ex); err != nil {
		w.t.Fatal(err)
	}
	return p, ex.Values
}

// filing is what a test changes before it is filed.
type filing struct {
	procedure string
	id        string
	answers   form.Answers
	order     *canon.Order
	payment   *canon.Payment
	asOf      workdays.Date
	request   portalapi.SubmissionRequest
}

// prepare returns the filing of a procedure's example.
func (w *world) prepare(procedure string) *filing {
	w.t.Helper()
	_, answers := w.example(procedure)
	return &filing{procedure: procedure, id: ids.New(w.now), answers: answers, asOf: workdays.Of(w.now)}
}

// build makes the octets of a filing and stores its files.
func (w *world) build(f *filing) portalapi.SubmissionRequest {
	w.t.Helper()
	p, _ := w.example(f.procedure)
	schema, err := w.cat.FormFor(f.procedure)
	if err != nil {
		w.t.Fatal(err)
	}
	body, _ := w.cat.Body(p.Body)
	s, err := canon.Build(canon.Input{
		Application: f.id, Procedure: p, Body: body, Schema: schema.Schema, FormHash: schema.Hash,
		State: form.Evaluate(schema.Schema, f.answers, f.asOf), Language: akno.Russian, AsOf: f.asOf,
		Kind: p.Applicants[0], Order: f.order, Payment: f.payment,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	raw, err := s.Encode()
	if err != nil {
		w.t.Fatal(err)
	}
	for _, a := range s.Attachments {
		w.keep(a.SHA256, a.MediaType, a.Size)
	}
	document := w.keep(canon.Hash(append([]byte("pdf"), raw...)), "application/pdf", 1000)
	f.request = portalapi.SubmissionRequest{
		OpId: ids.New(w.now), ApplicationId: f.id, Submission: raw, Signature: sign("yan", raw),
		Document: &portalapi.FileRef{Name: "заявление.pdf", MediaType: document.MediaType, Sha256: document.Sha256, Size: document.Size},
	}
	return f.request
}

func (w *world) keep(sum, mediaType string, size int64) portalapi.BlobRef {
	ref := portalapi.BlobRef{Sha256: sum, MediaType: mediaType, Size: size}
	w.blobs.all[yanAccount+sum] = ref
	return ref
}

func (w *world) submit(req portalapi.SubmissionRequest) portalapi.Application {
	w.t.Helper()
	a, err := w.Submit(ctx, strict(), req)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// order makes an order for a filing.
func (w *world) order(f *filing, facts ...string) portalapi.Order {
	w.t.Helper()
	p, err := w.cat.Find(f.procedure)
	if err != nil {
		w.t.Fatal(err)
	}
	o, err := w.pay.Create(ctx, strict(), portalapi.OrderRequest{
		OpId: ids.New(w.now), ApplicationId: f.id, Procedure: f.procedure, FormId: p.Form, FormVersion: 1, FeeFacts: facts,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return o
}

func (w *world) payFor(o portalapi.Order) {
	w.t.Helper()
	got, err := w.pay.Notify(ctx, portalapi.PaymentNotice{Transaction: o.Code[:8], OrderCode: o.Code, Amount: o.Amount, PaidAt: w.now.UnixMilli()})
	if err != nil || got.Result != portalapi.Taken {
		w.t.Fatalf("payment: %s %v", got.Result, err)
	}
}

// events returns the history as texts.
func events(a portalapi.Application) []string {
	out := []string{}
	for _, h := range a.History {
		out = append(out, h.Event+" "+h.Status)
	}
	return out
}
