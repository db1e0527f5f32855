package review

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/canon"
	"akno/backend/akno/form"
	"akno/backend/akno/workdays"
	"akno/backend/gossuok"
	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/internal/testkit/testdb"
	"akno/backend/portal/application"
	"akno/backend/portal/audit"
	"akno/backend/portal/blob"
	"akno/backend/portal/catalogue"
	"akno/backend/portal/session"
	"akno/backend/portal/store"
	"akno/backend/portal/trust"
	"akno/backend/portalapi"
	"akno/backend/stb/bign"
	"akno/backend/stb/cms"
	"akno/backend/stb/pki"
)

var ctx = context.Background()

// bundle is read once: it never changes, and its forms take a while to compile.
var bundle = sync.OnceValues(catalogue.Load)

// friday is Friday 20 November 2026, noon in Minsk.
var friday = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

const citizen = "0193f0a0-0000-7000-8000-0000000000aa"

var labour = portalapi.BodyRef{Id: "labour-1", Kind: "labour", Name: portalapi.Text{Ru: "Комитет по труду", Be: new("Камітэт па працы")}, Unp: new("200988541")}

func staff(account string, body *portalapi.BodyRef, surname string, roles ...session.Role) session.Session {
	return session.Session{
		AccountID: account, Level: akno.Strict, Roles: roles, Role: roles[0], Body: body, PersonalNumber: "3110575A001PB7",
		Person: &portalapi.Person{Surname: surname, Name: "Олег", Patronymic: new("Олегович")},
	}
}

var (
	officerOf = staff("0193f0a0-0000-7000-8000-0000000000c1", &labour, "Петров", session.Officer)
	headOf    = staff("0193f0a0-0000-7000-8000-0000000000d1", &labour, "Сидоров", session.Head)
	both      = staff("0193f0a0-0000-7000-8000-0000000000e1", &labour, "Сидоров", session.Officer, session.Head)
	stranger  = staff("0193f0a0-0000-7000-8000-0000000000f1", &portalapi.BodyRef{Id: "zags-1"}, "Чужов", session.Officer, session.Head)
	clerk     = staff("0193f0a0-0000-7000-8000-0000000000a2", nil, "Клерков", session.Clerk)
)

// A card is a certificate with its key.
type card struct {
	key  *bign.PrivateKey
	cert *pki.Certificate
}

// authority is opened once: deriving the keys of its containers takes a while.
// Its clock is that of the test that runs.
var (
	caNow     clock.Clock
	authority = sync.OnceValues(func() (*gossuok.Authority, error) {
		dir, err := os.MkdirTemp("", "review")
		if err != nil {
			return nil, err
		}
		return gossuok.Open(gossuok.Config{Dir: dir, Clock: func() time.Time { return caNow() }, BaseURL: "http://127.0.0.1:1"})
	})
)

func TestMain(m *testing.M) {
	code := m.Run()
	if ca, err := authority(); err == nil {
		ca.Close()
		if err := os.RemoveAll(ca.Dir()); err != nil {
			panic(err)
		}
	}
	os.Exit(code)
}

type world struct {
	*Service
	t     *testing.T
	now   time.Time
	db    *store.DB
	blobs *blob.Store
	ca    *gossuok.Authority
	trust *trust.Store
	body  card

	language akno.Lang // of what is filed
}

func open(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: friday, language: akno.Russian}
	tick := func() time.Time { return w.now }
	db, err := store.Open(ctx, testdb.Address(t), tick)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	disk, err := blob.OpenDisk(t.TempDir())
	must(t, err)
	cat, err := bundle()
	must(t, err)
	caNow = tick
	w.ca, err = authority()
	must(t, err)
	w.trust, err = trust.New(w.ca.Anchor().Raw)
	must(t, err)
	must(t, w.trust.AddIntermediate(w.ca.Issuer().Raw))
	w.db, w.blobs = db, blob.New(db, disk, tick, blob.DefaultLimits())
	w.Service = New(Config{DB: db, Clock: tick, Catalogue: cat, Blobs: w.blobs, Signatures: w.trust, Documents: application.Documents{
		DB: db, Keep: w.blobs.Add, Print: readable,
	}})
	w.body = w.card(gossuok.OrganisationOrder(gossuok.Organisation{Name: "Комитет", ShortName: "Комитет", UNP: "200988541", Locality: "Минск"}))
	w.publish()
	w.write(func(tx dbx.Tx) error {
		return application.PutBody(ctx, tx, application.Body{
			Ref: labour, Superior: "Минский горисполком", Post: "председатель", Official: "Сидоров Олег Олегович",
		})
	})
	return w
}

// readable makes a document that is the same for the same octets.
func readable(octets []byte) ([]byte, error) {
	head := fmt.Sprintf("%%PDF-1.4\n%% %x\n", sha256.Sum256(octets))
	return fmt.Appendf(nil, "%sxref\n0 1\n0000000000 65535 f \ntrailer<</Size 1>>\nstartxref\n%d\n%%%%EOF\n", head, len(head)), nil
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) card(o gossuok.Order, err error) card {
	w.t.Helper()
	must(w.t, err)
	key, err := bign.GenerateKey(bign.Curve256v1())
	must(w.t, err)
	cert, err := w.ca.Issue(o, key.PublicKey())
	must(w.t, err)
	return card{key, cert}
}

// publish brings the lists in force to the portal.
func (w *world) publish() {
	w.t.Helper()
	for _, name := range []string{"root", "ruc"} {
		raw, err := w.ca.RevocationList(name)
		must(w.t, err)
		must(w.t, w.trust.AddList(raw, w.now))
	}
}

func (w *world) write(fn func(tx dbx.Tx) error) {
	w.t.Helper()
	must(w.t, w.db.Write(ctx, fn))
}

// filed stores an application as intake does.
func (w *world) filed(paid portalapi.DeskItemPaid, files ...portalapi.FileRef) string {
	w.t.Helper()
	p, err := w.Catalogue.Find("200.2.18")
	must(w.t, err)
	f, err := w.Catalogue.FormFor(p.Code)
	must(w.t, err)
	raw, err := os.ReadFile("../../akno/form/testdata/examples/F_2_18.json")
	must(w.t, err)
	var ex struct {
		Values form.Answers `json:"values"`
	}
	must(w.t, json.Unmarshal(raw, &ex))
	body, _ := w.Catalogue.Body(p.Body)
	id, day := ids.New(w.now), workdays.Of(w.now)
	sub, err := canon.Build(canon.Input{
		Application: id, Procedure: p, Body: body, Schema: f.Schema, FormHash: f.Hash, Language: w.language, AsOf: day,
		Kind: akno.Citizen, State: form.Evaluate(f.Schema, ex.Values, day),
	})
	must(w.t, err)
	octets, err := sub.Encode()
	must(w.t, err)
	ms, deadline := w.now.UnixMilli(), "2026-11-25"
	r := application.New(citizen, portalapi.Application{
		Id: id, Procedure: p.Code, FormId: p.Form, FormVersion: 1, CreatedAt: ms, SubmittedAt: &ms, Deadline: &deadline, Body: labour, Files: files,
	})
	r.Paid, r.Applicant = paid, portalapi.Person{Surname: "Тестовский", Name: "Ян", Patronymic: new("Янович")}
	must(w.t, r.Take(application.Step{Event: akno.EventSync, To: akno.Submitted, Actor: akno.BySystem, Shown: "citizen"}, w.now))
	w.write(func(tx dbx.Tx) error {
		return application.Insert(ctx, tx, w.now, application.Filing{
			Record: r, Octets: application.Octets{Submission: octets}, Cause: application.Cause{Actor: audit.System, Event: akno.EventSubmit},
		})
	})
	return id
}

func (w *world) get(id string) portalapi.DeskApplication {
	w.t.Helper()
	a, err := w.Get(ctx, officerOf, id)
	must(w.t, err)
	return a
}

func command(version int64, event portalapi.DeskCommandEvent, text string) portalapi.DeskCommand {
	c := portalapi.DeskCommand{OpId: ids.New(friday), Version: version, Event: event}
	if text != "" {
		c.Text = &text
	}
	return c
}

// act takes a step at the version that is there.
func (w *world) act(who session.Session, id string, event portalapi.DeskCommandEvent, text string) portalapi.DeskApplication {
	w.t.Helper()
	a, err := w.Act(ctx, who, id, command(w.get(id).Application.Version, event, text))
	if err != nil {
		w.t.Fatalf("%s: %v", event, err)
	}
	return a
}

// reviewed brings a new application into review.
func (w *world) reviewed() string {
	w.t.Helper()
	id := w.filed(portalapi.DeskItemPaidFree)
	w.act(officerOf, id, portalapi.DeskCommandEventRegister, "")
	w.act(officerOf, id, portalapi.DeskCommandEventTake, "")
	return id
}

func proposal(version int64, outcome portalapi.DeskCommandOutcome) portalapi.DeskCommand {
	c := command(version, portalapi.DeskCommandEventPropose, "Выдать справку")
	c.Outcome = &outcome
	if outcome != portalapi.DeskCommandOutcomeGranted {
		c.Ground = new("статья 25 Закона № 433-З")
	}
	return c
}

func (w *world) propose(id string, outcome portalapi.DeskCommandOutcome) portalapi.DeskApplication {
	w.t.Helper()
	a, err := w.Act(ctx, officerOf, id, proposal(w.get(id).Application.Version, outcome))
	must(w.t, err)
	return a
}

// document returns the octets of the proposed decision as the head reads them.
func (w *world) document(id string) []byte {
	w.t.Helper()
	a := w.get(id)
	f, err := w.OpenFile(ctx, headOf, id, a.Proposal.Document.Sha256)
	must(w.t, err)
	b, err := io.ReadAll(f)
	must(w.t, err)
	must(w.t, f.Close())
	return b
}

func (w *world) signed(c card, content []byte) []byte {
	w.t.Helper()
	sig, err := cms.Sign(cms.Octets(bytes.Clone(content)), cms.SignOptions{Certificate: c.cert, Signer: c.key, Time: w.now})
	must(w.t, err)
	return sig
}

func (w *world) decision(id string, c card) portalapi.DecisionCommand {
	w.t.Helper()
	a := w.get(id)
	return portalapi.DecisionCommand{
		OpId: ids.New(w.now), Version: a.Application.Version, ProposalId: a.Proposal.Id, Signature: w.signed(c, w.document(id)),
	}
}

// journal returns what the applicant's journal says, as texts.
func (w *world) journal() []string {
	w.t.Helper()
	var out []string
	must(w.t, w.db.Read(ctx, func(tx dbx.Tx) error {
		chain, err := audit.List(ctx, tx, citizen)
		for _, e := range chain {
			out = append(out, e.Action)
		}
		if audit.Verify(citizen, chain) != 0 {
			w.t.Error("the journal is broken")
		}
		return err
	}))
	return out
}
