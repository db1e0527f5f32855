package syncsim

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"akno/backend/akno"
	"akno/backend/desktop/portalclient"
	"akno/backend/desktop/syncer"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/portal/httpapi"
	"akno/backend/portal/session"
	"akno/backend/portalapi"
)

// The command lane is linearizable: whatever several devices and an official do at
// once, and whatever answers are lost, there is one order of the commands that
// explains every answer. Porcupine looks for it.

// A deed is what somebody asks about one application, the input of a step.
type deed struct {
	application, kind, op string
	version               int64  // that the asker has seen
	question              string // to be answered
}

// A word is what the portal says, the output of a step.
type word struct {
	heard    bool // false where the answer was lost, which may mean anything
	good     bool // the command took effect, or had before
	version  int64
	status   akno.Status
	question string // that waits for an answer
}

// A standing is an application as the model knows it. A value that was given out
// never changes.
type standing struct {
	word
	applied map[string]word // by op id
}

// step is the model: what an application must answer, and what it becomes.
func step(s standing, d deed, out word) (bool, standing) {
	if d.kind == "read" {
		return !out.heard || out.good == (s.version > 0) && (!out.good || same(out, s.word)), s
	}
	if had, again := s.applied[d.op]; again {
		return !out.heard || out.good && same(out, had), s
	}
	next := s.word
	next.good = true
	next.version++
	allowed := s.version > 0 && d.version == s.version
	switch d.kind {
	case "submit":
		allowed, next.status = s.version == 0, akno.Submitted
	case "withdraw":
		allowed = allowed && s.status.CanBecome(akno.Withdrawn)
		next.status, next.question = akno.Withdrawn, ""
	case "answer":
		allowed = allowed && s.status == akno.Clarification && d.question == s.question
		next.status, next.question = akno.InReview, ""
	case "review":
		to := map[akno.Status]akno.Status{
			akno.Submitted: akno.RegisteredStatus, akno.RegisteredStatus: akno.InReview, akno.InReview: akno.Clarification,
		}[s.status]
		allowed, next.status = to != "", to
		next.question = out.question
	}
	if !allowed {
		return !out.heard || !out.good, s
	}
	if out.heard && (!out.good || !same(out, next)) {
		return false, s
	}
	applied := maps.Clone(s.applied)
	if applied == nil {
		applied = map[string]word{}
	}
	applied[d.op] = next
	return true, standing{next, applied}
}

func same(a, b word) bool {
	return a.version == b.version && a.status == b.status && a.question == b.question
}

var lane = porcupine.Model{
	Partition: func(all []porcupine.Operation) [][]porcupine.Operation {
		by := map[string][]porcupine.Operation{}
		for _, o := range all {
			id := o.Input.(deed).application
			by[id] = append(by[id], o)
		}
		var out [][]porcupine.Operation
		for _, ops := range by {
			out = append(out, ops)
		}
		return out
	},
	Init: func() any { return standing{} },
	Step: func(s, in, out any) (bool, any) { return step(s.(standing), in.(deed), out.(word)) },
	Equal: func(a, b any) bool {
		return a.(standing).word == b.(standing).word && maps.Equal(a.(standing).applied, b.(standing).applied)
	},
}

// A crowd is the people who work on the same applications at once.
type crowd struct {
	w       *world
	submits map[string]portalapi.SubmissionRequest
	all     []string
	clock   atomic.Int64

	mu      sync.Mutex
	history []porcupine.Operation
	asked   []command // that may be repeated by anybody
}

// A command is a deed with its octets.
type command struct {
	deed
	body []byte
}

// gather prepares applications on a device, with their files on the portal.
func gather(ctx context.Context, w *world, n int) (*crowd, error) {
	c := &crowd{w: w, submits: map[string]portalapi.SubmissionRequest{}}
	d := w.devices[0]
	if err := d.signIn(ctx); err != nil {
		return nil, err
	}
	for range n {
		id, err := d.write(ctx, procedure)
		if err == nil {
			err = d.finalise(ctx, id)
		}
		if err != nil {
			return nil, err
		}
		c.all = append(c.all, id)
	}
	waiting, err := d.outbox(ctx)
	if err != nil {
		return nil, err
	}
	for _, q := range waiting {
		var req portalapi.SubmissionRequest
		if err := json.Unmarshal(q.body, &req); err != nil {
			return nil, err
		}
		c.submits[q.target] = req
		if err := d.upload(ctx, q.op); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// upload brings the files of a command to the portal.
func (d *device) upload(ctx context.Context, op string) error {
	var text string
	err := d.read(ctx, func(tx dbx.Tx) error {
		return tx.QueryRow(ctx, `SELECT files FROM outbox JOIN envelope USING (seq) WHERE op_id=?`, op).Scan(&text)
	})
	var files []syncer.File
	if err == nil {
		err = json.Unmarshal([]byte(text), &files)
	}
	for _, f := range files {
		if err != nil {
			return err
		}
		r, openErr := d.db.Blobs().Open(f.SHA256)
		if openErr != nil {
			return openErr
		}
		err = errors.Join(d.client.Upload(ctx, f.SHA256, f.Size, r), r.Close())
	}
	return err
}

// do asks the portal and notes what it said and when.
func (c *crowd) do(who int, d deed, ask func() word) word {
	called := c.clock.Add(1)
	out := ask()
	returned := c.clock.Add(1)
	if !out.heard {
		returned = math.MaxInt64 // it may still come
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.history = append(c.history, porcupine.Operation{ClientId: who, Input: d, Call: called, Output: out, Return: returned})
	return out
}

// A deaf transport loses answers, and sometimes requests.
type deaf struct {
	p   *portal
	rng *rand.Rand
}

func (t deaf) RoundTrip(r *http.Request) (*http.Response, error) {
	fate := t.rng.IntN(16)
	if fate == 0 {
		return nil, errCut
	}
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	c := r.Clone(r.Context())
	c.Body, c.RequestURI, c.RemoteAddr, c.Host = io.NopCloser(bytes.NewReader(body)), r.URL.RequestURI(), "192.0.2.1:1", r.URL.Host
	res, err := t.p.serve(c)
	if err == nil && fate == 1 {
		return nil, errors.Join(errCut, res.Body.Close())
	}
	return res, err
}

// citizen is one device of the person, which does n things.
func (c *crowd) citizen(ctx context.Context, who, n int, token string, rng *rand.Rand) error {
	client, err := portalclient.New(portalclient.Options{BaseURL: "https://portal.example", Now: c.w.now})
	if err != nil {
		return err
	}
	client.R.SetTransport(deaf{c.w.portal, rng})
	client.SetToken(token)
	seen := map[string]word{}
	for range n {
		cmd, err := c.choose(rng, seen)
		if err != nil {
			return err
		}
		out := c.do(who, cmd.deed, func() word {
			if cmd.kind == "read" {
				return heard(client.GetApplication(ctx, cmd.application))
			}
			return pushed(client.PushCommands(ctx, cmd.request()))
		})
		if out.heard && out.good {
			seen[cmd.application] = out
		}
	}
	return nil
}

// choose draws what to do next: a command by what was seen last, one that somebody
// gave before, or a look.
func (c *crowd) choose(rng *rand.Rand, seen map[string]word) (command, error) {
	id := c.all[rng.IntN(len(c.all))]
	d := deed{application: id, op: ids.New(c.w.now()), version: seen[id].version, question: seen[id].question}
	var body any
	switch roll := rng.IntN(12); {
	case roll == 0:
		c.mu.Lock()
		defer c.mu.Unlock()
		if len(c.asked) > 0 {
			return c.asked[rng.IntN(len(c.asked))], nil
		}
		fallthrough
	case roll < 5:
		d.kind, d.op = "read", ""
		return command{deed: d}, nil
	case d.version == 0 || roll == 5:
		req := c.submits[id]
		d.kind, d.version = "submit", 0
		if rng.IntN(3) == 0 { // the device's own, or another's who has the same draft
			req.OpId = d.op
		}
		d.op, body = req.OpId, req
	case roll == 6:
		d.kind, body = "withdraw", portalapi.VersionedCommand{OpId: d.op, Version: d.version}
	case d.question == "":
		d.kind, d.op = "read", ""
		return command{deed: d}, nil
	default:
		d.kind = "answer"
		body = portalapi.AnswerCommand{OpId: d.op, Version: d.version, QuestionId: d.question, Text: "дом 12", Files: []portalapi.FileRef{}}
	}
	octets, err := json.Marshal(body)
	cmd := command{d, octets}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, cmd)
	return cmd, err
}

func (c command) request() portalapi.PushRequest {
	sum := sha256.Sum256(c.body)
	return portalapi.PushRequest{Ops: []portalapi.PushOp{{
		OpId: c.op, DeviceSeq: 1, Kind: c.kind, Target: c.application, Body: c.body, BodyHash: hex.EncodeToString(sum[:]),
	}}}
}

func pushed(r *portalapi.PushResult, err error) word {
	if err != nil {
		return word{}
	}
	if r.Results[0].Outcome == portalapi.Deferred { // nothing happened, and nothing was said
		return word{}
	}
	return heard(r.Results[0].Application, nil)
}

// heard is what an answer says. Nothing is a refusal; a line that broke is not.
func heard(a *portalapi.Application, err error) word {
	switch {
	case err != nil && akno.CodeOf(err) != akno.NotFound:
		return word{}
	case err != nil || a == nil:
		return word{heard: true}
	}
	out := word{heard: true, good: true, version: a.Version, status: akno.Status(a.Status)}
	for _, q := range a.Questions {
		if q.AnsweredAt == nil && out.status == akno.Clarification {
			out.question = q.Id
		}
	}
	return out
}

// official takes n steps with applications.
func (c *crowd) official(ctx context.Context, who, n int, rng *rand.Rand) error {
	var failed error
	for range n {
		d := deed{application: c.all[rng.IntN(len(c.all))], kind: "review", op: ids.New(c.w.now())}
		c.do(who, d, func() word {
			a, err := c.w.portal.review(ctx, c.w.account, d.application)
			if akno.CodeOf(err) == akno.NotFound {
				a, err = nil, nil
			}
			failed = errors.Join(failed, err)
			return heard(a, err)
		})
	}
	return failed
}

// busy lets everybody work at once and says whether an order explains it.
func busy(ctx context.Context, seed uint64, flaw func(httpapi.Intake) httpapi.Intake) (porcupine.CheckResult, error) {
	w, err := newWorld(ctx, seed, 0)
	if err != nil {
		return "", err
	}
	c, err := gather(ctx, w, 3)
	if err != nil {
		return "", errors.Join(err, w.close())
	}
	w.portal.flaw = flaw
	if err := w.portal.run(w.cat); err != nil {
		return "", errors.Join(err, w.close())
	}
	errs := make([]error, 3)
	var all sync.WaitGroup
	for i := range errs {
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		all.Go(func() {
			if i == 2 {
				errs[i] = c.official(ctx, i, 40, rng)
				return
			}
			errs[i] = c.citizen(ctx, i, 60, w.devices[0].token, rng)
		})
	}
	all.Wait()
	if err := errors.Join(append(errs, w.close())...); err != nil {
		return "", err
	}
	unheard := 0
	for _, o := range c.history {
		if !o.Output.(word).heard {
			unheard++
		}
	}
	if 2*unheard > len(c.history) {
		return "", fmt.Errorf("%d of %d answers were not heard, which explains anything", unheard, len(c.history))
	}
	return porcupine.CheckOperationsTimeout(lane, c.history, 0), nil
}

// rounds are those of a plain go test; the long run asks for more.
func rounds() int {
	if os.Getenv("AKNO_SOAK") != "" {
		return 2000
	}
	return 6
}

func TestOneOrderOfTheCommandsExplainsEveryAnswer(t *testing.T) {
	for seed := range rounds() {
		got, err := busy(t.Context(), uint64(seed), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got != porcupine.Ok {
			t.Fatalf("I1: no order of the commands explains what was answered (seed %d)", seed)
		}
	}
}

// Whether a busy round meets a stale command is a matter of luck; here one is met.
func TestInOneOrderAStaleWithdrawalIsRefused(t *testing.T) {
	ctx := t.Context()
	w := aWorld(t)
	c, err := gather(ctx, w, 1)
	if err != nil {
		t.Fatal(err)
	}
	id, client := c.all[0], w.devices[0].client
	ask := func(d deed, body any) word {
		octets, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		return c.do(0, d, func() word { return pushed(client.PushCommands(ctx, command{d, octets}.request())) })
	}
	filed := ask(deed{application: id, kind: "submit", op: c.submits[id].OpId}, c.submits[id])
	if !filed.good {
		t.Fatalf("it was not filed: %+v", filed)
	}
	if err := c.official(ctx, 1, 1, rand.New(rand.NewPCG(1, 1))); err != nil {
		t.Fatal(err)
	}
	stale := deed{application: id, kind: "withdraw", op: ids.New(w.now()), version: filed.version}
	if got := ask(stale, portalapi.VersionedCommand{OpId: stale.op, Version: stale.version}); !got.heard {
		t.Fatal("the withdrawal was not answered")
	}
	if !porcupine.CheckOperations(lane, c.history) {
		t.Fatal("I1: no order of the commands explains a stale withdrawal that took effect")
	}
}

// A forgetful intake takes every repeat for a new command.
type forgetful struct {
	httpapi.Intake
	now func() time.Time
}

func (i forgetful) Answer(ctx context.Context, who session.Session, id portalapi.Id, cmd portalapi.AnswerCommand) (portalapi.Application, error) {
	cmd.OpId = ids.New(i.now())
	return i.Intake.Answer(ctx, who, id, cmd)
}

func (i forgetful) Withdraw(ctx context.Context, who session.Session, id portalapi.Id, cmd portalapi.VersionedCommand) (portalapi.Application, error) {
	cmd.OpId = ids.New(i.now())
	return i.Intake.Withdraw(ctx, who, id, cmd)
}

// A lazy intake looks each application up once.
type lazy struct {
	httpapi.Intake
	had *sync.Map
}

func (i lazy) Get(ctx context.Context, who session.Session, id portalapi.Id) (portalapi.Application, error) {
	if had, there := i.had.Load(id); there {
		return had.(portalapi.Application), nil
	}
	a, err := i.Intake.Get(ctx, who, id)
	if err == nil {
		i.had.Store(id, a)
	}
	return a, err
}

func TestAPortalThatForgetsOrIsLateIsFound(t *testing.T) {
	for name, flaw := range map[string]func(httpapi.Intake) httpapi.Intake{
		"forgets commands": func(i httpapi.Intake) httpapi.Intake { return forgetful{i, func() time.Time { return monday }} },
		"shows what was":   func(i httpapi.Intake) httpapi.Intake { return lazy{i, &sync.Map{}} },
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(50) {
				got, err := busy(t.Context(), seed, flaw)
				if err != nil {
					t.Fatal(err)
				}
				if got == porcupine.Illegal {
					return
				}
			}
			t.Error("it was not found")
		})
	}
}
