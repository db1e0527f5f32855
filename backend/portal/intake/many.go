package intake

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/portal/application"
	"akno/backend/portal/session"
	"akno/backend/portal/store"
	"akno/backend/portalapi"
)

// Filed is what became of a command to file an application.
type Filed struct {
	JSON  []byte // the portalapi.Application
	Again bool   // it was applied before, and this is its answer of that time
	Err   error
}

// Application returns what was filed, or why nothing was.
func (f *Filed) Application() (a portalapi.Application, err error) {
	if f.Err != nil {
		return a, f.Err
	}
	return a, json.Unmarshal(f.JSON, &a)
}

// An entry is one command on its way.
type entry struct {
	Filed
	op    store.Op
	req   portalapi.SubmissionRequest
	filed *filed
}

// settled says whether the outcome is known.
func (f *entry) settled() bool { return f.Again || f.Err != nil }

// SubmitAll files applications, each as if it had come alone: one that is refused
// holds up none of the others. Everything that needs no transaction is checked
// beside one another; what was found good is stored in the order given, as a rule
// by one transaction, so that many applications wait for one sync of the disk.
func (s *Service) SubmitAll(ctx context.Context, who session.Session, reqs []portalapi.SubmissionRequest) []Filed {
	all := make([]*entry, len(reqs))
	for i, req := range reqs {
		all[i] = &entry{req: req}
	}
	beside(all, func(f *entry) { f.op, f.Err = opOf(f.req) })
	s.replayAll(ctx, who.AccountID, all)
	now := s.Clock()
	beside(all, func(f *entry) { f.filed, f.Err = s.check(ctx, who, f.req, now) })
	var group []*entry
	for i, f := range all {
		if !f.settled() {
			group = append(group, f)
		}
		// A proof of payment is noted before it is known whether it was used: who
		// brings one is stored by itself.
		if len(group) > 0 && (i+1 == len(all) || f.proven() || all[i+1].proven()) {
			s.keep(ctx, who, group, now)
			group = nil
		}
	}
	out := make([]Filed, len(all))
	for i, f := range all {
		out[i] = f.Filed
	}
	return out
}

// buffers hold octets that are hashed and forgotten.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// opOf is store.NewOp of a command that files, whose parts are octets nearly all.
func opOf(req portalapi.SubmissionRequest) (store.Op, error) {
	odd := req.Document != nil || req.Submission == nil || req.Signature != nil && *req.Signature == nil
	if odd || !ids.Valid(req.OpId) || !ids.Valid(req.ApplicationId) {
		return store.NewOp(req.OpId, opSubmit, req)
	}
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	b := append((*buf)[:0], `"`+opSubmit+`"`+"\n"+`{"applicationId":"`...)
	b = append(append(append(b, req.ApplicationId...), `","opId":"`...), req.OpId...)
	if req.Signature != nil {
		b = base64.StdEncoding.AppendEncode(append(b, `","signature":"`...), *req.Signature)
	}
	b = base64.StdEncoding.AppendEncode(append(b, `","submission":"`...), req.Submission)
	b = append(b, "\"}\n"...)
	*buf = b
	return store.OpOf(req.OpId, b), nil
}

// proven says whether an application that was found good brings a proof of payment.
func (f *entry) proven() bool { return !f.settled() && f.filed.sub.Payment != nil }

// beside does fn for every command whose outcome is not known, on all processors.
// A fault of fn is the failure of its command only.
func beside(all []*entry, fn func(*entry)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	work := func() {
		for i := int(next.Add(1)) - 1; i < len(all); i = int(next.Add(1)) - 1 {
			if !all[i].settled() {
				protected(all[i], fn)
			}
		}
	}
	for range min(runtime.GOMAXPROCS(0), len(all)) - 1 {
		wg.Go(work)
	}
	work()
	wg.Wait()
}

func protected(f *entry, fn func(*entry)) {
	defer func() {
		if p := recover(); p != nil {
			f.Err = fmt.Errorf("intake: panic: %v\n%s", p, debug.Stack())
		}
	}()
	fn(f)
}

// replayAll finds the answers of the commands that were applied before. It is asked
// before the slow checks: a repeat must get its answer even when the certificate has
// been revoked or the form replaced since.
func (s *Service) replayAll(ctx context.Context, account string, all []*entry) {
	var ops []store.Op
	var of []*entry
	for _, f := range all {
		if !f.settled() {
			ops, of = append(ops, f.op), append(of, f)
		}
	}
	err := s.DB.Read(ctx, func(tx dbx.Tx) error {
		before, err := store.Before(ctx, tx, account, ops...)
		if err != nil {
			return err
		}
		for i, f := range of {
			f.Filed = recall(ctx, tx, account, f.req.ApplicationId, before[i])
		}
		return nil
	})
	if err != nil {
		fail(all, err)
	}
}

// recall is what a command gets that came before: the answer of that time, or, when
// that is forgotten, the application as it is.
func recall(ctx context.Context, tx dbx.Tx, account, id string, o store.Outcome) Filed {
	if !o.Before || len(o.Result) > 0 {
		return Filed{JSON: o.Result, Again: o.Before, Err: o.Err}
	}
	r, err := application.Load(ctx, tx, account, id)
	if err != nil {
		return Filed{Err: err}
	}
	return Filed{JSON: []byte(r.JSON), Again: true}
}

// fail is the outcome of every command that has none yet.
func fail(all []*entry, err error) {
	for _, f := range all {
		if !f.settled() {
			f.Err = err
		}
	}
}

// keep stores what was found good by one transaction. A command that is refused
// there leaves the others alone; when storing fails they are taken back, and each is
// stored by itself.
func (s *Service) keep(ctx context.Context, who session.Session, group []*entry, now time.Time) {
	var outcomes []Filed
	err := s.DB.Write(ctx, func(tx dbx.Tx) (err error) {
		outcomes, err = s.store(ctx, tx, who, group, now)
		return err
	})
	switch {
	case err == nil:
		for i, f := range group {
			f.Filed = outcomes[i]
		}
	case len(group) == 1 || whole(err):
		fail(group, err)
	default:
		for _, f := range group {
			s.keep(ctx, who, []*entry{f}, now)
		}
	}
}

// store is the transaction of keep: first everything that is looked at, then the
// writes, many rows by one statement. An error takes back all of it.
func (s *Service) store(ctx context.Context, tx dbx.Tx, who session.Session, group []*entry, now time.Time) ([]Filed, error) {
	ops, names := make([]store.Op, len(group)), make([]string, len(group))
	for i, f := range group {
		ops[i], names[i] = f.op, f.req.ApplicationId
	}
	before, err := store.Before(ctx, tx, who.AccountID, ops...)
	if err != nil {
		return nil, err
	}
	there, err := application.Filed(ctx, tx, who.AccountID, names...)
	if err != nil {
		return nil, err
	}
	out := make([]Filed, len(group))
	bodies := map[string]application.Body{}
	var filings []application.Filing
	var at []int // of each filing in the group
	met := map[string]int{}
	for i, f := range group {
		if before[i].Before || before[i].Err != nil {
			out[i] = recall(ctx, tx, who.AccountID, f.req.ApplicationId, before[i])
			continue
		}
		if k, twice := met[f.op.ID]; twice {
			o := store.Applied{Op: ops[at[k]]}.Meets(f.op)
			out[i] = Filed{Again: o.Before, Err: o.Err}
			continue // its JSON is known further below
		}
		filing, err := s.admit(ctx, tx, who, f, there, bodies, now)
		if err != nil {
			if len(group) == 1 { // it may have noted a proof
				return nil, err
			}
			out[i].Err = err
			continue
		}
		met[f.op.ID], there[f.req.ApplicationId] = len(filings), true
		filings, at = append(filings, filing), append(at, i)
	}
	if err := application.Insert(ctx, tx, now, filings...); err != nil {
		return nil, err
	}
	applied := make([]store.Applied, len(filings))
	for k, f := range filings {
		applied[k] = store.Applied{Op: ops[at[k]], Result: []byte(f.JSON)}
	}
	for i, f := range group {
		if k, ok := met[f.op.ID]; ok && out[i].Err == nil && !before[i].Before {
			out[i].JSON = applied[k].Result
		}
	}
	return out, store.Note(ctx, tx, who.AccountID, now, applied...)
}

// admit is what an application needs of the database before it is stored.
func (s *Service) admit(ctx context.Context, tx dbx.Tx, who session.Session, f *entry, there map[string]bool,
	bodies map[string]application.Body, now time.Time,
) (out application.Filing, err error) {
	if there[f.req.ApplicationId] {
		return out, &akno.Error{Code: akno.Conflict, Op: opSubmit, Fields: map[string]string{"applicationId": "filed"}}
	}
	kind := f.filed.procedure.Body
	body, known := bodies[kind]
	if !known {
		if body, err = application.BodyOfKind(ctx, tx, kind); err != nil {
			return out, err
		}
		bodies[kind] = body
	}
	return s.accept(ctx, tx, who, f.req, f.filed, body, now)
}

// whole says whether err is that of the database, which every one would meet.
func whole(err error) bool {
	code := akno.CodeOf(err)
	return code == akno.DiskFull || code == akno.Unavailable
}
