package httpapi

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/internal/testkit/testcontract"
	"akno/backend/internal/testkit/testdb"
	"akno/backend/logx"
	"akno/backend/portal/account"
	"akno/backend/portal/blob"
	"akno/backend/portal/clerkdesk"
	"akno/backend/portal/draftbackup"
	"akno/backend/portal/intake"
	"akno/backend/portal/session"
	"akno/backend/portal/session/sessiontest"
	"akno/backend/portal/store"
	"akno/backend/portalapi"
)

// A rig is a portal whose access and counter are real, on a database of its
// own; the other services only say who reached them.
type rig struct {
	t       *testing.T
	handler http.Handler
	access  *account.Service
	db      *store.DB
	log     *bytes.Buffer
	mu      sync.Mutex
	at      time.Time
}

func (r *rig) now() time.Time { r.mu.Lock(); defer r.mu.Unlock(); return r.at }

func (r *rig) pass(d time.Duration) { r.mu.Lock(); defer r.mu.Unlock(); r.at = r.at.Add(d) }

func newRig(t *testing.T, change func(*Options)) *rig {
	t.Helper()
	r := &rig{t: t, log: &bytes.Buffer{}, at: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	var err error
	if r.db, err = store.Open(t.Context(), testdb.Address(t), r.now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.db.Close(); err != nil {
			t.Error(err)
		}
	})
	r.access = &account.Service{
		DB: r.db, Now: r.now, Secret: bytes.Repeat([]byte{7}, 32), Hasher: account.NewHasher(account.Cost{Memory: 64, Passes: 1}),
		Signatures: sessiontest.Signatures{}, Origin: "https://portal.example",
		Consents: []portalapi.Consent{{Version: "1", Sha256: strings.Repeat("a", 64)}}, Limits: account.DefaultLimits, Wait: account.Sleep,
	}
	blobs := &blobs{files: map[string][]byte{}}
	o := DefaultOptions()
	o.Log, o.Clock, o.Burst = logx.New(r.log), r.now, 10000
	if change != nil {
		change(&o)
	}
	r.handler = testcontract.Handler(t, New(Behind{
		Facts: facts{}, Access: r.access, Blobs: blobs, Orders: orders{}, Payments: payments{}, Intake: office{}, Changes: changes{}, Desk: desk{},
		Drafts:  draftbackup.New(r.db, r.now, r.db.Epoch, draftbackup.DefaultLimits()),
		Counter: &clerkdesk.Service{DB: r.db, Now: r.now, Accounts: r.access, Files: blobs},
	}, o))
	return r
}

// An answer is what a call brought back.
type answer struct {
	status  int
	body    []byte
	header  http.Header
	problem portalapi.Problem
}

func (r *rig) do(method, path, token string, body any) answer {
	r.t.Helper()
	var in io.Reader
	kind := ""
	switch b := body.(type) {
	case nil:
	case []byte:
		in, kind = bytes.NewReader(b), "application/octet-stream"
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			r.t.Fatal(err)
		}
		in, kind = bytes.NewReader(raw), "application/json"
	}
	req := httptest.NewRequest(method, path, in)
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return r.send(req)
}

func (r *rig) send(req *http.Request) answer {
	r.t.Helper()
	rec := httptest.NewRecorder()
	r.handler.ServeHTTP(rec, req)
	a := answer{status: rec.Code, body: rec.Body.Bytes(), header: rec.Header()}
	if rec.Code >= 400 {
		if err := json.Unmarshal(a.body, &a.problem); err != nil {
			r.t.Errorf("%s %s: %d %s", req.Method, req.URL.Path, rec.Code, a.body)
		}
	}
	return a
}

func get[T any](t *testing.T, a answer) T {
	t.Helper()
	var v T
	if a.status >= 400 {
		t.Fatalf("refused: %+v", a.problem)
	}
	if err := json.Unmarshal(a.body, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func (a answer) want(t *testing.T, code akno.Code) {
	t.Helper()
	if a.problem.Code != string(code) || a.status != statusOf[code] || a.problem.Status != a.status {
		t.Errorf("got %d %s, want %s", a.status, a.body, code)
	}
}

func ptr[T any](v T) *T { return &v }

const (
	numberA = "3120485A001PB6"
	numberB = "4170577B002PB0"
)

// eds registers the person by EDS, with more roles if wanted, and returns the
// token of a session.
func (r *rig) eds(number string, roles, more string) string {
	r.t.Helper()
	card := sessiontest.Card{Person: portalapi.Person{Surname: "Ковалёва", Name: "Ганна", PersonalNumber: &number}}
	ch := get[portalapi.Challenge](r.t, r.do("POST", "/v1/challenges", "", portalapi.ChallengeRequest{Purpose: "register"}))
	s := get[portalapi.Session](r.t, r.do("POST", "/v1/registrations/eds", "", portalapi.EdsRegistration{
		ChallengeId: ch.Id, Signature: sessiontest.Sign(card, ch.Document), Language: portalapi.Be, Consent: r.access.Consents[0],
	}))
	if roles != "" {
		err := r.db.Write(r.t.Context(), func(tx dbx.Tx) error {
			_, err := tx.Exec(r.t.Context(), `UPDATE account SET roles = ?, office = ? WHERE account_id = ?`, roles, more, s.Account.Id)
			return err
		})
		if err != nil {
			r.t.Fatal(err)
		}
	}
	return *s.Token
}

func (r *rig) id() string { return ids.New(r.now()) }

// The services below answer with the least that the contract takes.

type facts struct{}

func (facts) Info(context.Context) (portalapi.PortalInfo, error) {
	return portalapi.PortalInfo{
		Name: portalapi.Text{Ru: "портал"}, Version: "1", Epoch: "0193f0a0-0000-7000-8000-000000000000", ConsentVersion: "1",
		ConsentHash: strings.Repeat("a", 64), Catalogue: portalapi.CatalogueRef{Version: "1", Sha256: strings.Repeat("a", 64)},
		Limits: portalapi.Limits{FileBytes: 1, ApplicationBytes: 1, Files: 1}, Services: portalapi.Services{Crl: []string{}},
	}, nil
}

func (facts) Trust(context.Context) (portalapi.TrustData, error) {
	return portalapi.TrustData{Intermediates: [][]byte{}, Lists: [][]byte{}}, nil
}

func (facts) Catalogue(context.Context) (portalapi.CatalogueRef, error) {
	return portalapi.CatalogueRef{Version: "1", Sha256: strings.Repeat("a", 64)}, nil
}

func (facts) Packs(context.Context) (portalapi.PackManifest, error) {
	return portalapi.PackManifest{Manifest: []byte("{}"), Signature: []byte("s")}, nil
}

func (facts) Pack(context.Context, string) ([]byte, error) {
	return []byte("{}"), nil
}

func (facts) Ready(context.Context) error { return nil }

type blobs struct {
	files map[string][]byte
}

func (b *blobs) Put(_ context.Context, s session.Session, sum portalapi.Hash, body io.Reader) (portalapi.BlobRef, error) {
	raw, err := io.ReadAll(body)
	if err != nil {
		return portalapi.BlobRef{}, err
	}
	b.files[s.AccountID+sum] = raw
	return b.Stat(context.Background(), s.AccountID, sum)
}

func (b *blobs) Stat(_ context.Context, accountID, sum string) (portalapi.BlobRef, error) {
	raw, ok := b.files[accountID+sum]
	if !ok {
		return portalapi.BlobRef{}, &akno.Error{Code: akno.NotFound, Op: "blobs"}
	}
	return portalapi.BlobRef{Sha256: sum, Size: int64(len(raw)), MediaType: "application/pdf"}, nil
}

func (b *blobs) Offset(_ context.Context, s session.Session, sum portalapi.Hash) (int64, bool, error) {
	raw, ok := b.files[s.AccountID+sum]
	return int64(len(raw)), ok, nil
}

func (b *blobs) Append(_ context.Context, s session.Session, sum portalapi.Hash, offset, size int64, body io.Reader) (int64, error) {
	if offset > 0 {
		return 0, blob.ErrBusy
	}
	raw, err := io.ReadAll(body)
	b.files[s.AccountID+sum] = raw
	return int64(len(raw)), err
}

func (b *blobs) Open(_ context.Context, s session.Session, sum portalapi.Hash) (File, error) {
	raw, ok := b.files[s.AccountID+sum]
	if !ok {
		return File{}, &akno.Error{Code: akno.NotFound, Op: "blobs"}
	}
	return File{ReadCloser: io.NopCloser(bytes.NewReader(raw)), Size: int64(len(raw))}, nil
}

var errReached = &akno.Error{Code: akno.NeedsPaying, Op: "test: the service was reached"}

type orders struct{}

func (orders) Create(context.Context, session.Session, portalapi.OrderRequest) (portalapi.Order, error) {
	return portalapi.Order{}, errReached
}

func (orders) Get(context.Context, session.Session, portalapi.OrderCode) (portalapi.Order, error) {
	return portalapi.Order{}, errReached
}

func (orders) Cancel(context.Context, session.Session, portalapi.OrderCode) error { return errReached }

type payments struct{}

func (payments) Authentic(body []byte, signature string) bool {
	return signature == fmt.Sprintf("%x", sha256.Sum256(body))
}

func (payments) Notify(context.Context, portalapi.PaymentNotice) (portalapi.PaymentTaken, error) {
	return portalapi.PaymentTaken{Result: portalapi.Taken}, nil
}

type office struct{}

func (office) Submit(context.Context, session.Session, portalapi.SubmissionRequest) (portalapi.Application, error) {
	return portalapi.Application{}, errReached
}

func (o office) SubmitAll(ctx context.Context, s session.Session, reqs []portalapi.SubmissionRequest) []intake.Filed {
	out := make([]intake.Filed, len(reqs))
	for i, req := range reqs {
		_, out[i].Err = o.Submit(ctx, s, req)
	}
	return out
}

func (office) Get(context.Context, session.Session, portalapi.Id) (portalapi.Application, error) {
	panic("a fault of a service with Ковалёва in its text")
}

func (office) Withdraw(context.Context, session.Session, portalapi.Id, portalapi.VersionedCommand) (portalapi.Application, error) {
	return portalapi.Application{}, errReached
}

func (office) Answer(context.Context, session.Session, portalapi.Id, portalapi.AnswerCommand) (portalapi.Application, error) {
	return portalapi.Application{}, errReached
}

func (office) OpenDecision(context.Context, session.Session, portalapi.Id, portalapi.VersionedCommand) (portalapi.Application, error) {
	return portalapi.Application{}, errReached
}

type changes struct{}

func (office) Applied(_ context.Context, _ session.Session, ops []portalapi.PushOp) (map[string]bool, error) {
	return map[string]bool{}, nil
}

func (changes) Epoch() string { return "0193f0a0-0000-7000-8000-000000000000" }

func (changes) Pull(_ context.Context, _ session.Session, cursor string, limit int) (portalapi.ChangePage, error) {
	return portalapi.ChangePage{Epoch: "0193f0a0-0000-7000-8000-000000000000", Cursor: fmt.Sprint(cursor, limit), Changes: []portalapi.Change{}}, nil
}

type desk struct{}

func (desk) List(context.Context, session.Session, portalapi.ListDeskParams) (portalapi.DeskPage, error) {
	return portalapi.DeskPage{Items: []portalapi.DeskItem{}}, nil
}

func (desk) Get(context.Context, session.Session, portalapi.Id) (portalapi.DeskApplication, error) {
	return portalapi.DeskApplication{}, errReached
}

func (desk) Act(context.Context, session.Session, portalapi.Id, portalapi.DeskCommand) (portalapi.DeskApplication, error) {
	return portalapi.DeskApplication{}, errReached
}

func (desk) Decide(context.Context, session.Session, portalapi.Id, portalapi.DecisionCommand) (portalapi.DeskApplication, error) {
	return portalapi.DeskApplication{}, errReached
}

func (desk) OpenFile(context.Context, session.Session, portalapi.Id, portalapi.Hash) (File, error) {
	return File{}, errReached
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}
