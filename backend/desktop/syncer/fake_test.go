package syncer

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"akno/backend/akno"
	"akno/backend/portalapi"
)

// fault is what happens to one request on its way.
type fault int

const (
	fine      fault = iota
	lost            // never arrives
	answerCut       // is done, and the answer is lost
	hotel           // is answered by somebody else
	stumble         // status 500, nothing done
)

// life is what a restore brings back.
type life struct {
	epoch   string
	seq     int64
	ops     map[string]string // op id to hash of the body
	apps    map[string]portalapi.Application
	changes map[string]portalapi.Change // by kind and id
	at      map[string]int64            // sequence of a change
	blobs   map[string][]byte
	effects map[string]int // how often an operation took effect
}

// fakePortal keeps the contract's promises in memory: one effect for one
// operation, its answer repeated, an index of changes.
type fakePortal struct {
	life
	mu      sync.Mutex
	faults  []fault
	refuse  map[string]*portalapi.Problem // by target
	other   string                        // token of a second account
	token   string
	page    int
	filedBy map[string]string // who caused the last effect on an application
	// uploaded is called when a file has come.
	uploaded func()
	swap     string // id put into the answers to commands
	epochs   int
	old      bool               // a version that takes commands one by one
	most     int                // commands that fit into one request, 0 for all
	whole    *portalapi.Problem // the answer to a push as a whole
	pushed   func()             // called when a push was done
	wrongSum bool               // tells a sum that no device reaches
	pulls    int
}

func newFake(t *testing.T) (*fakePortal, string) {
	t.Helper()
	f := &fakePortal{refuse: map[string]*portalapi.Problem{}, token: "token", page: 2, filedBy: map[string]string{}}
	f.life = life{
		epoch: f.nextEpoch(), ops: map[string]string{}, apps: map[string]portalapi.Application{}, changes: map[string]portalapi.Change{},
		at: map[string]int64{}, blobs: map[string][]byte{}, effects: map[string]int{},
	}
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	return f, srv.URL
}

func (f *fakePortal) nextEpoch() string {
	f.epochs++
	return fmt.Sprintf("0193f0a0-0000-7000-8000-%012d", f.epochs)
}

func (l life) copied() life {
	l.ops, l.apps, l.changes = maps.Clone(l.ops), maps.Clone(l.apps), maps.Clone(l.changes)
	l.at, l.blobs, l.effects = maps.Clone(l.at), maps.Clone(l.blobs), maps.Clone(l.effects)
	return l
}

func (f *fakePortal) with(fn func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fn()
}

// restore goes back to a copy, under a new epoch.
func (f *fakePortal) restore(l life) {
	f.with(func() {
		f.life = l.copied()
		f.epoch = f.nextEpoch()
	})
}

func (f *fakePortal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	how := fine
	if len(f.faults) > 0 {
		how, f.faults = f.faults[0], f.faults[1:]
	}
	switch how {
	case lost:
		panic(http.ErrAbortHandler)
	case hotel:
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<html>room number?")
		return
	case stumble:
		f.problem(w, &portalapi.Problem{Status: 500, Code: "internal"})
		return
	}
	rec := httptest.NewRecorder()
	f.answer(rec, r, body)
	if how == answerCut {
		panic(http.ErrAbortHandler)
	}
	maps.Copy(w.Header(), rec.Header())
	w.WriteHeader(rec.Code)
	_, _ = w.Write(rec.Body.Bytes())
}

func (f *fakePortal) problem(w http.ResponseWriter, p *portalapi.Problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p)
}

func (f *fakePortal) reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func (f *fakePortal) answer(w http.ResponseWriter, r *http.Request, body []byte) {
	who := r.Header.Get("Authorization")
	if who != "Bearer "+f.token && (f.other == "" || who != "Bearer "+f.other) {
		f.problem(w, &portalapi.Problem{Status: 401, Code: string(akno.SignedOut)})
		return
	}
	part := strings.Split(strings.TrimPrefix(r.URL.Path, "/v1/"), "/")
	switch {
	case part[0] == "changes":
		f.pull(w, r.URL.Query().Get("cursor"))
	case part[0] == "sync" && f.old:
		f.problem(w, &portalapi.Problem{Status: 404, Code: string(akno.NotFound)})
	case part[0] == "sync":
		f.push(w, body, who)
	case part[0] == "blobs" && r.Method == http.MethodPut:
		sum := sha256.Sum256(body)
		f.blobs[part[1]] = body
		if f.uploaded != nil {
			f.uploaded()
		}
		f.reply(w, portalapi.BlobRef{Sha256: hex.EncodeToString(sum[:]), Size: int64(len(body)), MediaType: "application/pdf"})
	case part[0] == "blobs":
		w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = w.Write(f.blobs[part[1]])
	default:
		f.command(w, part, body, who)
	}
}

// push does many commands, each as if it had come alone.
func (f *fakePortal) push(w http.ResponseWriter, body []byte, who string) {
	var req portalapi.PushRequest
	if err := json.Unmarshal(body, &req); err != nil {
		f.problem(w, &portalapi.Problem{Status: 400, Code: "invalid"})
		return
	}
	if f.whole != nil {
		f.problem(w, f.whole)
		return
	}
	if f.most > 0 && len(req.Ops) > f.most || f.most < 0 {
		f.problem(w, &portalapi.Problem{Status: 413, Code: string(akno.TooLarge)})
		return
	}
	out := portalapi.PushResult{Results: []portalapi.PushOutcome{}}
	for _, op := range req.Ops {
		part := map[string][]string{
			"submit": {"applications"}, "withdraw": {"applications", op.Target, "withdrawal"},
			"answer": {"applications", op.Target, "answers"}, "open_decision": {"applications", op.Target, "opening"},
		}[op.Kind]
		rec := httptest.NewRecorder()
		f.command(rec, part, op.Body, who)
		o := portalapi.PushOutcome{OpId: op.OpId, Outcome: portalapi.Applied}
		if rec.Code == http.StatusOK {
			o.Application = &portalapi.Application{}
			_ = json.Unmarshal(rec.Body.Bytes(), o.Application)
		} else {
			o.Problem, o.Outcome = &portalapi.Problem{}, portalapi.Rejected
			_ = json.Unmarshal(rec.Body.Bytes(), o.Problem)
			if (*o.Problem).Status == 403 {
				o.Outcome = portalapi.Deferred
			}
		}
		out.Results = append(out.Results, o)
	}
	if f.pushed != nil {
		f.pushed()
	}
	out.Epoch = f.epoch
	w.Header().Set("Content-Type", "application/vnd.akno.sync+json")
	_ = json.NewEncoder(w).Encode(out)
}

func (f *fakePortal) command(w http.ResponseWriter, part []string, body []byte, who string) {
	var c struct {
		OpID     string            `json:"opId"`
		AppID    string            `json:"applicationId"`
		Document portalapi.FileRef `json:"document"`
	}
	if err := json.Unmarshal(body, &c); err != nil {
		f.problem(w, &portalapi.Problem{Status: 400, Code: "invalid"})
		return
	}
	if len(part) > 1 {
		c.AppID = part[1]
	}
	hash := fmt.Sprintf("%x", sha256.Sum256(body))
	if had, ok := f.ops[c.OpID]; ok && had != hash {
		f.problem(w, &portalapi.Problem{Status: 409, Code: string(akno.Conflict)})
		return
	} else if ok {
		f.reply(w, f.apps[c.AppID])
		return
	}
	if p := f.refuse[c.AppID]; p != nil {
		f.problem(w, p)
		return
	}
	a, known := f.apps[c.AppID]
	if len(part) == 1 {
		if _, there := f.blobs[c.Document.Sha256]; known || !there && c.Document.Sha256 != "" {
			f.problem(w, &portalapi.Problem{Status: 409, Code: string(akno.Conflict)})
			return
		}
		a = portalapi.Application{Id: c.AppID, Status: string(akno.Submitted)}
	} else {
		a.Status = part[2]
	}
	f.ops[c.OpID] = hash
	f.effects[c.OpID]++
	f.filedBy[c.AppID] = who
	f.store(a)
	a = f.apps[c.AppID]
	if f.swap != "" {
		a.Id = f.swap
	}
	f.reply(w, a)
}

// store puts an application into the index of changes.
func (f *fakePortal) store(a portalapi.Application) {
	a.Version++
	f.apps[a.Id] = a
	b, err := json.Marshal(a)
	if err != nil {
		panic(err)
	}
	f.change(portalapi.Change{Kind: KindApplication, Id: a.Id, Version: a.Version, Body: (*json.RawMessage)(&b)})
}

func (f *fakePortal) change(c portalapi.Change) {
	f.seq++
	key := c.Kind + "/" + c.Id
	f.changes[key], f.at[key] = c, f.seq
}

func (f *fakePortal) pull(w http.ResponseWriter, cursor string) {
	f.pulls++
	from := int64(0)
	if cursor != "" {
		epoch, n, _ := strings.Cut(cursor, ".")
		if epoch != f.epoch {
			f.problem(w, &portalapi.Problem{Status: 410, Code: string(akno.ExpiredCode)})
			return
		}
		from, _ = strconv.ParseInt(n, 10, 64)
	}
	keys := slices.DeleteFunc(slices.Collect(maps.Keys(f.at)), func(k string) bool { return f.at[k] <= from })
	slices.SortFunc(keys, func(a, b string) int { return int(f.at[a] - f.at[b]) })
	page := portalapi.ChangePage{Epoch: f.epoch, Changes: []portalapi.Change{}, More: len(keys) > f.page}
	for _, k := range keys[:min(len(keys), f.page)] {
		page.Changes = append(page.Changes, f.changes[k])
		from = f.at[k]
	}
	page.Cursor = fmt.Sprintf("%s.%d", f.epoch, from)
	page.From = &cursor
	if !page.More {
		live, sum := int64(0), uint64(0)
		for _, c := range f.changes {
			if c.Deleted == nil {
				live++
				sum += portalapi.RowSum(c.Kind, c.Id, c.Version)
			}
		}
		if f.wrongSum {
			sum++
		}
		text := portalapi.Checksum(sum)
		page.Live, page.Checksum = &live, &text
	}
	f.reply(w, page)
}
