package intake

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
	"akno/backend/portal/session"
	"akno/backend/portal/store"
	"akno/backend/portalapi"
)

// Filed is what became of a command to file an application.
type Filed struct {
	Application portalapi.Application
	Again       bool // it was applied before, and this is its answer of that time
	Err         error
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
	beside(all, func(f *entry) { f.op, f.Err = store.NewOp(f.req.OpId, opSubmit, f.req) })
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

// replayAll is replay for many.
func (s *Service) replayAll(ctx context.Context, account string, all []*entry) {
	err := s.DB.Read(ctx, func(tx dbx.Tx) error {
		for _, f := range all {
			if f.settled() {
				continue
			}
			out, again, err := known(ctx, tx, account, f.req.ApplicationId, f.op)
			f.Filed = Filed{Application: out, Again: again, Err: err}
		}
		return nil
	})
	if err != nil {
		fail(all, err)
	}
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
// there before its first write leaves the others alone; one that fails later takes
// them back, and then each is stored by itself.
func (s *Service) keep(ctx context.Context, who session.Session, group []*entry, now time.Time) {
	spoiled := false
	outcomes := make([]Filed, len(group))
	err := s.DB.Write(ctx, func(tx dbx.Tx) error {
		spoiled = false
		for i, f := range group {
			wrote := false
			var o Filed
			again := true
			o.Application, o.Err = once(ctx, tx, who.AccountID, f.req.ApplicationId, f.op, now, func() (portalapi.Application, error) {
				again = false
				return s.accept(ctx, tx, who, f.req, f.filed, now, &wrote)
			})
			o.Again = again && o.Err == nil
			outcomes[i] = o
			if o.Err != nil && (wrote || len(group) == 1) {
				spoiled = true
				return o.Err
			}
		}
		return nil
	})
	switch {
	case err == nil:
		for i, f := range group {
			f.Filed = outcomes[i]
		}
	case len(group) == 1 || !spoiled || whole(err):
		fail(group, err)
	default:
		for _, f := range group {
			s.keep(ctx, who, []*entry{f}, now)
		}
	}
}

// whole says whether err is that of the database, which every one would meet.
func whole(err error) bool {
	code := akno.CodeOf(err)
	return code == akno.DiskFull || code == akno.Unavailable
}
