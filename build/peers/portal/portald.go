package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"time"

	"akno/backend/akno/catalogue"
	"akno/backend/desktop/portalclient"
	"akno/backend/desktop/store"
	"akno/backend/desktop/syncer"
	"akno/backend/gossuok"
	"akno/backend/logx"
	"akno/backend/portalapi"
)

const (
	syncType  = "application/vnd.akno.sync+json"
	jsonType  = "application/json"
	fullPage  = 500 // the most that the contract allows
	bodyID    = "peers"
	tooOften  = "100000"
	bodyTitle = "Орган сравнения"

	isApplication = `"kind":"application"`
)

// A portal is portald with a certification authority of its own. Everything that a
// portal facing the world does is on: sessions of the highest level, the checks of
// form and signature, the journal, commits and files on the disk before the answer.
// Only the limit of requests from one address is lifted.
type portal struct {
	server
	load  *load
	ready [][]byte // pushes, as they are sent

	profile    string // where that of the device goes, "" for none
	cpuProfile string // and that of the portal
}

// What the queue of a desktop is measured by.
const (
	alone    = "push 100, alone"
	queue    = "queue of 1000"
	readBack = "queue of 1000, read back"
)

// prepare makes the authority, the people with their cabinets and what they have.
func (p *portal) prepare(ctx context.Context, o options) (*load, error) {
	p.health = "/v1/readyz"
	p.args = func(addr, data string) []string {
		args := []string{
			"serve", "-data", data, "-addr", addr, "-rate", tooOften,
			"-operator", "Оператор", "-operator-address", "Минск", "-operator-email", "dpo@example.by",
		}
		if p.cpuProfile != "" {
			args = append(args, "-cpu-profile", p.cpuProfile)
		}
		return args
	}
	l := &load{}
	p.load = l
	ca, err := gossuok.Open(gossuok.Config{Dir: filepath.Join(p.dir, "ca"), Clock: clock, BaseURL: "http://127.0.0.1:9"})
	if err != nil {
		return nil, err
	}
	defer ca.Close()
	all := make([]*person, o.clients+2)
	for i := range all {
		if all[i], err = newPerson(ca, i); err != nil {
			return nil, err
		}
	}
	l.people, l.many, l.queue = all[:o.clients], all[o.clients], all[o.clients+1]
	if l.catalogue, err = catalogue.Load(); err != nil {
		return nil, err
	}
	if err := l.example(); err != nil {
		return nil, err
	}
	if err := errors.Join(p.trust(ca), p.addBody(ctx)); err != nil {
		return nil, err
	}
	if err := p.start(ctx); err != nil {
		return nil, err
	}
	defer p.stop()
	for _, who := range all {
		if err := p.register(ctx, who); err != nil {
			return nil, err
		}
	}
	if err := p.fill(ctx, o); err != nil {
		return nil, err
	}
	return l, p.settle()
}

// example reads the answers of the filled form.
func (l *load) example() error {
	proc, _ := l.catalogue.Procedure(procedure)
	raw, err := os.ReadFile(filepath.Join("backend/akno/form/testdata/examples", proc.Form+".json"))
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, &struct{ Values any }{&l.answers})
}

// trust gives the portal the authority's certificates and lists, as an operator
// does.
func (p *portal) trust(ca *gossuok.Authority) error {
	files := map[string][]byte{"anchors/root.cer": ca.Anchor().Raw, "authorities/ruc.cer": ca.Issuer().Raw}
	for _, name := range []string{"root", "ruc"} {
		raw, err := ca.RevocationList(name)
		if err != nil {
			return err
		}
		files["lists/"+name+".crl"] = raw
	}
	for name, raw := range files {
		path := filepath.Join(p.data(), "trust", name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, raw, 0o600)); err != nil {
			return err
		}
	}
	return nil
}

func (p *portal) addBody(ctx context.Context) error {
	proc, _ := p.load.catalogue.Procedure(procedure)
	out, err := exec.CommandContext(ctx, p.program, "admin", "add-body", "-data", p.data(), "-id", bodyID, "-kind", proc.Body, "-title", bodyTitle).CombinedOutput()
	if err != nil {
		return fmt.Errorf("add-body: %w: %s", err, out)
	}
	return nil
}

// post sends v and reads the answer into out.
func (p *portal) post(ctx context.Context, path, token, kind string, v, out any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	answer, err := p.call(ctx, "POST", path, token, kind, raw)
	if err != nil {
		return err
	}
	return json.Unmarshal(answer, out)
}

// register opens a cabinet by the person's key.
func (p *portal) register(ctx context.Context, who *person) error {
	var info portalapi.PortalInfo
	raw, err := p.call(ctx, "GET", "/v1/info", "", "", nil)
	if err == nil {
		err = json.Unmarshal(raw, &info)
	}
	if err != nil {
		return err
	}
	ch, signature, err := p.challenge(ctx, who, portalapi.ChallengeRequestPurposeRegister)
	if err != nil {
		return err
	}
	var s portalapi.Session
	err = p.post(ctx, "/v1/registrations/eds", "", jsonType, portalapi.EdsRegistration{
		ChallengeId: ch, Signature: signature, Language: portalapi.Ru,
		Consent: portalapi.Consent{Version: info.ConsentVersion, Sha256: info.ConsentHash},
	}, &s)
	if err == nil {
		who.token = "Bearer " + *s.Token
	}
	return err
}

func (p *portal) challenge(ctx context.Context, who *person, purpose portalapi.ChallengeRequestPurpose) (string, []byte, error) {
	var ch portalapi.Challenge
	if err := p.post(ctx, "/v1/challenges", "", jsonType, portalapi.ChallengeRequest{Purpose: purpose}, &ch); err != nil {
		return "", nil, err
	}
	signature, err := who.attach(ch.Document)
	return ch.Id, signature, err
}

// fill files what is pulled later, and signs what is pushed later.
func (p *portal) fill(ctx context.Context, o options) error {
	l := p.load
	file := func(who *person, n int) error {
		for ; n > 0; n -= perBatch {
			list, err := l.sign(who, min(n, perBatch))
			if err != nil {
				return err
			}
			raw, err := request(list)
			if err != nil {
				return err
			}
			if err := p.send(ctx, who, raw, len(list)); err != nil {
				return err
			}
		}
		return nil
	}
	for _, who := range l.people {
		if err := file(who, page); err != nil {
			return err
		}
	}
	if err := file(l.many, o.entities); err != nil {
		return err
	}
	var err error
	for n := range o.batches {
		batch, err := l.sign(l.people[n%len(l.people)], perBatch)
		if err != nil {
			return err
		}
		raw, err := request(batch)
		if err != nil {
			return err
		}
		l.batches, p.ready = append(l.batches, batch), append(p.ready, raw)
	}
	for range queued / perBatch {
		batch, err := l.sign(l.queue, perBatch)
		if err != nil {
			return err
		}
		l.alone = append(l.alone, batch)
	}
	if l.waiting, err = l.sign(l.queue, queued); err != nil {
		return err
	}
	l.records, _, err = p.changes(ctx, l.many)
	return err
}

// request is a push of applications.
func request(list []application) ([]byte, error) {
	r := portalapi.PushRequest{Ops: make([]portalapi.PushOp, len(list))}
	for i, a := range list {
		sum := sha256.Sum256(a.body)
		r.Ops[i] = portalapi.PushOp{
			OpId: a.op, DeviceSeq: int64(i + 1), Kind: "submit", Target: a.id, Body: a.body, BodyHash: hex.EncodeToString(sum[:]),
		}
	}
	return json.Marshal(r)
}

// send pushes, and wants every command applied.
func (p *portal) send(ctx context.Context, who *person, raw []byte, n int) error {
	answer, err := p.call(ctx, "POST", "/v1/sync/push", who.token, syncType, raw)
	if err == nil && bytes.Count(answer, []byte(`"outcome":"applied"`)) != n {
		err = fmt.Errorf("not everything was applied: %.500s", answer)
	}
	return err
}

// changes pulls everything of a person, and the cursor behind it.
func (p *portal) changes(ctx context.Context, who *person) (all []portalapi.Change, cursor string, err error) {
	for more := true; more; {
		raw, err := p.call(ctx, "GET", fmt.Sprintf("/v1/changes?limit=%d&cursor=%s", fullPage, url.QueryEscape(cursor)), who.token, "", nil)
		if err != nil {
			return nil, "", err
		}
		var page portalapi.ChangePage
		if err := json.Unmarshal(raw, &page); err != nil {
			return nil, "", err
		}
		all, cursor, more = append(all, page.Changes...), page.Cursor, page.More
	}
	return all, cursor, nil
}

func (p *portal) enter(ctx context.Context) error {
	for _, who := range append([]*person{p.load.many, p.load.queue}, p.load.people...) {
		ch, signature, err := p.challenge(ctx, who, portalapi.ChallengeRequestPurposeSignIn)
		if err != nil {
			return err
		}
		var s portalapi.Session
		err = p.post(ctx, "/v1/sessions/eds", "", jsonType, portalapi.SignedChallenge{ChallengeId: ch, Signature: signature}, &s)
		if err != nil {
			return err
		}
		who.token = "Bearer " + *s.Token
		if who == p.load.many {
			continue
		}
		if _, who.cursor, err = p.changes(ctx, who); err != nil {
			return err
		}
	}
	return nil
}

func (p *portal) push(ctx context.Context, n int) error {
	return p.send(ctx, p.load.people[n%len(p.load.people)], p.ready[n], perBatch)
}

func (p *portal) pull(ctx context.Context, n int, news bool) (int, error) {
	who, path := p.load.people[n], fmt.Sprintf("/v1/changes?limit=%d", page+1) // the account itself comes first
	if news {
		path += "&cursor=" + who.cursor
	}
	raw, err := p.call(ctx, "GET", path, who.token, "", nil)
	return bytes.Count(raw, []byte(isApplication)), err
}

// full pulls by pages, of which each names the next, and takes them no further
// apart than that needs.
func (p *portal) full(ctx context.Context) (n int, err error) {
	for cursor, more := "", true; more; {
		raw, err := p.call(ctx, "GET", fmt.Sprintf("/v1/changes?limit=%d&cursor=%s", fullPage, cursor), p.load.many.token, "", nil)
		if err != nil {
			return n, err
		}
		n += bytes.Count(raw, []byte(isApplication))
		_, rest, _ := bytes.Cut(raw, []byte(`"cursor":"`))
		next, _, _ := bytes.Cut(rest, []byte(`"`))
		cursor, more = string(next), bytes.Contains(raw, []byte(`"more":true`))
	}
	return n, nil
}

// alone measures one person: as many applications as a week without a network
// leaves, sent by this program and then by the exchange of the desktop.
func (p *portal) alone(ctx context.Context, l *load, out figures) error {
	var raws [][]byte
	for _, batch := range l.alone {
		raw, err := request(batch)
		if err != nil {
			return err
		}
		raws = append(raws, raw)
	}
	err := out.take(&p.server, alone, 1, len(raws), func(n int) (int, error) {
		return perBatch, p.send(ctx, l.queue, raws[n], perBatch)
	})
	if err != nil {
		return err
	}
	d, err := p.device(ctx, l)
	if err != nil {
		return err
	}
	err = out.take(&p.server, readBack, 1, 1, func(int) (int, error) {
		stop, err := profile(p.profile)
		if err != nil {
			return 0, err
		}
		d.begin()
		return queued, errors.Join(d.sync.Now(ctx), stop())
	})
	if err == nil {
		err = d.empty(ctx)
	}
	if err == nil {
		all := out[readBack]
		out[queue] = figure{queued / d.left.Seconds(), all.cpu, all.bytes}
	}
	return errors.Join(err, d.db.Close(), os.RemoveAll(d.dir))
}

// profile writes to path how this process spends its time until stop is called; to
// "" nothing.
func profile(path string) (stop func() error, err error) {
	if path == "" {
		return func() error { return nil }, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return func() error { pprof.StopCPUProfile(); return f.Close() }, pprof.StartCPUProfile(f)
}

// A device is a desktop with a profile and a full outbox.
type device struct {
	dir  string
	db   *store.DB
	sync *syncer.Syncer

	began time.Time
	told  map[string]bool // applications of which the page was told since then
	left  time.Duration   // until it was written down here that the last of them was taken
}

// begin starts the clock of an exchange.
func (d *device) begin() { d.began, d.told = clock(), map[string]bool{} }

// tell hears what the page is told of. One application is told of when it was written
// down that the portal took it; what is told afterwards, as it is read back, is of
// those that were told already.
func (d *device) tell(e syncer.Event) {
	if e.Kind != syncer.KindApplication || d.told == nil || d.told[e.ID] {
		return
	}
	if d.told[e.ID] = true; len(d.told) == queued {
		d.left = time.Since(d.began)
	}
}

// device makes a profile in which everything waits that l says.
func (p *portal) device(ctx context.Context, l *load) (*device, error) {
	d := &device{dir: filepath.Join(p.dir, "profile")}
	var err error
	if d.db, err = store.Open(ctx, d.dir, bytes.Repeat([]byte{7}, store.KeySize)); err != nil {
		return nil, err
	}
	client, err := portalclient.New(portalclient.Options{BaseURL: "http://" + p.addr, Now: clock})
	if err != nil {
		return nil, err
	}
	client.SetToken(l.queue.token[len("Bearer "):])
	account := l.queue.number
	d.sync = syncer.New(syncer.Options{DB: d.db, Portal: client, Account: func() string { return account }, Now: clock, Log: logx.Discard(), Tell: d.tell})
	if err := d.sync.Now(ctx); err != nil { // what the person had before
		return nil, err
	}
	return d, d.db.Write(ctx, func(tx syncer.Tx) error {
		for _, a := range l.waiting {
			c := syncer.Command{OpID: a.op, Account: account, Kind: syncer.Submit, Target: a.id, Body: a.body}
			if err := syncer.Queue(ctx, tx, c, clock().Add(-7*24*time.Hour)); err != nil {
				return err
			}
		}
		return nil
	})
}

// empty proves that nothing waits any more and that all of it left.
func (d *device) empty(ctx context.Context) error {
	return d.db.Read(ctx, func(tx syncer.Tx) error {
		waits, err := syncer.Pending(ctx, tx)
		if err != nil {
			return err
		}
		if len(waits) > 0 {
			return fmt.Errorf("%d commands still wait, the first because of %q", len(waits), waits[0].Failure)
		}
		if d.left == 0 {
			return fmt.Errorf("%d applications were told of", len(d.told))
		}
		return nil
	})
}
