package syncsim

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/portal/account"
	"akno/backend/portal/application"
	"akno/backend/portal/audit"
	"akno/backend/portal/blob"
	"akno/backend/portal/catalogue"
	"akno/backend/portal/change"
	"akno/backend/portal/clerkdesk"
	"akno/backend/portal/draftbackup"
	"akno/backend/portal/httpapi"
	"akno/backend/portal/intake"
	"akno/backend/portal/payment"
	"akno/backend/portal/review"
	"akno/backend/portal/session"
	"akno/backend/portal/session/sessiontest"
	"akno/backend/portal/store"
	"akno/backend/portalapi"
)

const number = "3110575A001PB7"

// card is the certificate of the person of the simulation.
func card() sessiontest.Card {
	n, p := number, "Янович"
	return sessiontest.Card{Person: portalapi.Person{Surname: "Тестовский", Name: "Ян", Patronymic: &p, PersonalNumber: &n}}
}

// signatures believe the card, and what the device's signer makes. While they look,
// other requests are served.
type signatures struct {
	sessiontest.Signatures
	portal *portal
}

func (s signatures) Detached(_ context.Context, content, signature []byte, at time.Time) (session.Signer, portalapi.SignatureReport, error) {
	if s.portal.meanwhile != nil {
		s.portal.meanwhile()
	}
	if !bytes.Equal(signature, append([]byte("signed:"), content...)) {
		return session.Signer{}, portalapi.SignatureReport{}, &akno.Error{Code: akno.BadSignature}
	}
	return session.Signer{Person: card().Person}, portalapi.SignatureReport{Verdict: portalapi.PASSED, CheckedAt: at.UnixMilli()}, nil
}

// document is a PDF that is the same for the same octets, and large for some and
// for those that are large.
func document(octets []byte) ([]byte, error) {
	sum := sha256.Sum256(octets)
	var b bytes.Buffer
	fmt.Fprintf(&b, "%%PDF-1.4\n%%%x\n", sum)
	if len(octets) > 256<<10 {
		b.WriteString("%" + strings.Repeat("x", len(octets)) + "\n")
	} else if sum[0] < 32 {
		b.WriteString("%" + strings.Repeat("x", 260<<10+int(sum[1])<<9) + "\n")
	}
	at := b.Len()
	fmt.Fprintf(&b, "xref\n0 1\n0000000000 65535 f \ntrailer<</Size 1>>\nstartxref\n%d\n%%%%EOF\n", at)
	return b.Bytes(), nil
}

// A portal is the real server over a real file, which dies and comes back.
type portal struct {
	clock    clock.Clock
	ahead    time.Duration // by how much its own is wrong
	home     home          // of this life
	root     string        // of everything
	lives    int
	db       *store.DB
	fuse     *fuse
	blobs    *blob.Store
	changes  *change.Service
	access   *account.Service
	payments *payment.Service
	handler  http.Handler
	full     bool        // the disk takes no more
	crammed  bool        // and here it is that of the files only
	limits   blob.Limits // of files; zero for those of the product

	flaw func(httpapi.Intake) httpapi.Intake // of a portal that is to be found out; nil for none

	// meanwhile is called while a submission is being looked at, before it is
	// stored: other requests are served then.
	meanwhile func()

	levelMu sync.Mutex // guards levels
	levels  []accepted
}

func (p *portal) now() time.Time { return p.clock().Add(p.ahead) }

// open opens the portal's database and starts the portal over it.
func (p *portal) open(ctx context.Context, cat *catalogue.Catalogue) error {
	var err error
	if p.db, err = store.Open(ctx, p.home.address, p.now); err != nil {
		return err
	}
	p.full = false
	return p.run(cat)
}

// run starts the portal over its open database.
func (p *portal) run(cat *catalogue.Catalogue) error {
	p.fuse = &fuse{}
	db := mortalDB{p.db, p.fuse}
	disk, err := blob.OpenDisk(p.files())
	if err != nil {
		return err
	}
	disk.Through(crowded(func() bool { return p.full || p.crammed }))
	limits := p.limits
	if limits == (blob.Limits{}) {
		limits = blob.DefaultLimits()
	}
	p.blobs = blob.New(db, disk, p.now, limits)
	p.access = &account.Service{
		DB: p.db, Now: p.now, Secret: bytes.Repeat([]byte{7}, 32), Hasher: account.NewHasher(account.Cost{Memory: 64, Passes: 1}),
		Signatures: signatures{portal: p}, Origin: "https://portal.example", Consents: []portalapi.Consent{{Version: "1", Sha256: strings.Repeat("a", 64)}},
		Limits: account.DefaultLimits, Wait: account.Sleep,
	}
	pay, err := payment.New(db, p.now, cat, payment.Config{
		SerialKey: bytes.Repeat([]byte{1}, 32), ProviderKey: bytes.Repeat([]byte{2}, 32), Merchant: "AKNO", City: "Minsk",
	})
	if err != nil {
		return err
	}
	in := intake.New(intake.Config{
		DB: db, Clock: p.now, Catalogue: cat, Blobs: p.blobs, Orders: pay, Signatures: signatures{portal: p}, Limits: intake.DefaultLimits(),
		Documents: application.Documents{DB: db, Keep: p.blobs.Add, Print: document},
	})
	pay.Watch(in.OrderChanged)
	p.payments = pay
	drafts := draftbackup.New(db, p.now, p.db.Epoch, draftbackup.DefaultLimits())
	p.changes = change.New(db, p.db.Epoch, []byte("key"), p.now, map[string]change.Body{
		account.ChangeKind: account.Body, noteKind: noteBody, draftbackup.ChangeKind: drafts.Body,
	})
	var lane httpapi.Intake = witness{in, p}
	if p.flaw != nil {
		lane = p.flaw(lane)
	}
	o := httpapi.DefaultOptions()
	o.Clock, o.Rate, o.Burst, o.Challenges = p.now, 1e9, 1e9, 1e9
	p.handler = httpapi.New(httpapi.Behind{
		Access: p.access, Blobs: blob.Door{Store: p.blobs}, Orders: pay, Payments: pay, Intake: lane, Changes: p.changes, Drafts: drafts,
		Counter: &clerkdesk.Service{DB: db, Now: p.now, Accounts: p.access, Files: p.blobs},
		Desk:    review.New(review.Config{DB: db, Clock: p.now, Catalogue: cat, Blobs: p.blobs, Signatures: signatures{portal: p}}),
	}, o)
	return nil
}

// seed makes the bodies and the person's account, and returns the account.
func (p *portal) seed(ctx context.Context, cat *catalogue.Catalogue) (string, error) {
	err := p.db.Write(ctx, func(tx dbx.Tx) error {
		for _, kind := range cat.Bodies() {
			ref := portalapi.BodyRef{Id: "demo-" + kind.Code, Kind: kind.Code, Name: portalapi.Text{Ru: kind.Name.RU}}
			if err := application.PutBody(ctx, tx, application.Body{Ref: ref}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	ch, err := p.access.Challenge(ctx, "register")
	if err != nil {
		return "", err
	}
	s, err := p.access.RegisterByEDS(ctx, portalapi.EdsRegistration{
		ChallengeId: ch.Id, Signature: sessiontest.Sign(card(), ch.Document), Language: portalapi.Ru, Consent: p.access.Consents[0],
	})
	return s.Account.Id, err
}

// restart is a death and a new start: what was committed is there. The new portal
// finds the database open, or reads the file and its log as they lie on the disk.
func (p *portal) restart(ctx context.Context, cat *catalogue.Catalogue, fromDisk bool) error {
	if !fromDisk {
		return p.run(cat)
	}
	next, err := p.home.afterDeath(p.nextLife())
	if err != nil {
		return err
	}
	return p.move(ctx, cat, next)
}

// nextLife returns a folder for another life of the database.
func (p *portal) nextLife() string {
	p.lives++
	return filepath.Join(p.root, fmt.Sprint("life", p.lives))
}

// backup copies the database, then the files: every row of the copy has its file.
// The copy is the portal's own, or one of the disk at a moment.
func (p *portal) backup(ctx context.Context, to string, own bool) error {
	at := filepath.Join(to, "portal.db")
	copied := p.home.copyTo
	if own {
		copied = p.db.Backup
	}
	if err := copied(ctx, at); err != nil {
		return err
	}
	return linkTree(p.files(), filepath.Join(to, "files"))
}

// restore goes back to a copy, as an operator does: the database begins another
// life, and the files are those of the copy.
func (p *portal) restore(ctx context.Context, cat *catalogue.Catalogue, backup string) error {
	dir := p.nextLife()
	renewed := filepath.Join(dir, "portal.db")
	if err := copyDatabase(filepath.Join(backup, "portal.db"), renewed); err != nil {
		return err
	}
	if _, err := store.Renew(ctx, renewed, p.now); err != nil {
		return err
	}
	next, err := homeOf(ctx, renewed)
	if err != nil {
		return err
	}
	if err := errors.Join(os.RemoveAll(p.files()), linkTree(filepath.Join(backup, "files"), p.files())); err != nil {
		return err
	}
	return p.move(ctx, cat, next)
}

func (p *portal) files() string { return filepath.Join(p.root, "files") }

// clearFiles forgets every file that no application refers to.
func (p *portal) clearFiles(ctx context.Context) error {
	return p.db.Write(ctx, func(tx dbx.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM blob WHERE NOT EXISTS (SELECT 1 FROM application a WHERE a.doc LIKE '%' || blob.sha256 || '%')`)
		return err
	})
}

// linkTree is a copy of a folder whose files never change.
func linkTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if e.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		return os.Link(path, filepath.Join(to, rel))
	})
}

func (p *portal) move(ctx context.Context, cat *catalogue.Catalogue, next home) error {
	err := p.db.Close()
	if next.address != p.home.address {
		err = errors.Join(err, p.home.leave())
	}
	if err != nil {
		return err
	}
	p.home = next
	return p.open(ctx, cat)
}

// serve answers a request, or dies over it.
func (p *portal) serve(r *http.Request) (*http.Response, error) {
	if p.fuse.isDead() {
		return nil, errCut
	}
	rec := httptest.NewRecorder()
	p.handler.ServeHTTP(rec, r)
	if p.fuse.isDead() {
		return nil, errCut
	}
	return rec.Result(), nil
}

// fill makes the portal's disk full, or frees it.
func (p *portal) fill(ctx context.Context, full bool) error {
	if !store.IsServer(p.home.address) {
		return limitPages(ctx, p.db, full, &p.full)
	}
	p.full = full // a server has its own disk: the answer is the one it would give
	p.fuse.fill(full)
	return nil
}

// limitPages makes a database take no more pages, or lets it grow again.
func limitPages(ctx context.Context, db dbx.DB, full bool, is *bool) error {
	limit := 1 << 30
	if full {
		limit = 1 // raised by the engine to what is in use
	}
	err := db.Write(ctx, func(tx dbx.Tx) error {
		var n int
		return tx.QueryRow(ctx, fmt.Sprint("PRAGMA max_page_count=", limit)).Scan(&n)
	})
	*is = full
	return err
}

// apps returns the applications of the account.
func (p *portal) apps(ctx context.Context, account string) (map[string]*application.Record, error) {
	out := map[string]*application.Record{}
	err := p.db.Read(ctx, func(tx dbx.Tx) error {
		var all []string
		err := dbx.Each(ctx, tx, func(scan func(...any) error) error {
			var id string
			err := scan(&id)
			all = append(all, id)
			return err
		}, `SELECT id FROM application WHERE account_id=? ORDER BY filed_at, id`, account)
		for _, id := range all {
			r, loadErr := application.Load(ctx, tx, account, id)
			err = errors.Join(err, loadErr)
			out[id] = r
		}
		return err
	})
	return out, err
}

// review takes the next step of an official with an application and returns it;
// nil where there is none to take.
func (p *portal) review(ctx context.Context, account, id string) (*portalapi.Application, error) {
	now := p.now()
	var out *portalapi.Application
	err := p.db.Write(ctx, func(tx dbx.Tx) error {
		out = nil
		r, err := application.Load(ctx, tx, account, id)
		if err != nil {
			return err
		}
		step := application.Step{Actor: akno.ByReviewer, Shown: portalapi.HistoryEntryActorOfficer}
		switch r.Status() {
		case akno.Submitted:
			step.Event, step.To = akno.EventRegister, akno.RegisteredStatus
		case akno.RegisteredStatus:
			step.Event, step.To = akno.EventTake, akno.InReview
		case akno.InReview:
			step.Event, step.To = akno.EventAskApplicant, akno.Clarification
			r.Doc.Questions = append(r.Doc.Questions, portalapi.Question{Id: ids.New(now), AskedAt: now.UnixMilli(), DueDate: "2027-01-15", Text: "Уточните адрес"})
		default:
			return nil
		}
		if err := r.Take(step, now); err != nil {
			return err
		}
		if err := r.Save(ctx, tx, application.Cause{Actor: audit.System, Event: step.Event}, now); err != nil {
			return err
		}
		out = &r.Doc
		return nil
	})
	return out, err
}

// noteKind is a kind of records that the program does not know, and the only one
// that is deleted.
const noteKind = "note"

func noteBody(ctx context.Context, tx dbx.Tx, _, id string) (json.RawMessage, error) {
	var text string
	found, err := dbx.Found(ctx, tx, `SELECT value FROM meta WHERE name=?`, []any{"note:" + id}, &text)
	if err != nil || !found {
		return nil, err
	}
	return json.RawMessage(text), nil
}

// note writes a note, or removes it.
func (p *portal) note(ctx context.Context, account, id string, version int64, gone bool) error {
	return p.db.Write(ctx, func(tx dbx.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM meta WHERE name=?`, "note:"+id); err != nil {
			return err
		}
		if !gone {
			if _, err := tx.Exec(ctx, `INSERT INTO meta(name, value) VALUES(?, ?)`, "note:"+id, fmt.Sprintf(`{"v":%d}`, version)); err != nil {
				return err
			}
		}
		return store.RecordChange(ctx, tx, account, noteKind, id, version, gone)
	})
}
