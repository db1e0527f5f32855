package syncer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/portalclient"
	"akno/backend/internal/dbx"
	"akno/backend/portalapi"
)

// A batch holds at most so many commands and octets of their bodies; one command
// that is larger goes alone.
const (
	maxBatch       = 100
	maxBatchOctets = 1 << 20
)

// http413 is the status of who finds a request too large, be it the portal or a
// gateway before it.
const http413 = 413

// push sends the commands in their order, many in one request. After silence
// nothing more is sent: the next one would wait as long.
func (s *Syncer) push(ctx context.Context, account string, opIDs []string) error {
	stream, err := s.stream(ctx, account)
	if err != nil {
		return err
	}
	p := &pusher{Syncer: s, account: account, epoch: stream.Epoch, left: opIDs, most: s.o.Batch}
	var f *flight
	for err == nil && (f != nil || len(p.left) > 0) {
		if f != nil {
			f, err = p.onward(ctx, f)
			continue
		}
		var batch []Queued
		if batch, err = p.open(ctx); err == nil {
			f, err = p.start(ctx, batch)
		}
	}
	return err
}

// A pusher sends commands in batches. Only the request itself is left to another
// goroutine: while a batch is on its way the next one is opened, and while that one
// is on its way it is written down what became of the first. What a command's row
// says of its having left is on the disk before its request begins.
type pusher struct {
	*Syncer
	account, epoch string

	left []string // op ids that were not opened yet
	most int      // commands in a batch
}

// A flight is a batch on its way.
type flight struct {
	batch  []Queued
	landed chan struct{} // closed with the answer
	answer *portalapi.PushResult
	err    error
}

// open reads the next commands up to a batch. One that was taken back meanwhile is
// passed over; one whose octets have changed on this disk is refused here, and
// holds up none of the others.
func (p *pusher) open(ctx context.Context) ([]Queued, error) {
	var batch []Queued
	var spoiled []string
	n := 0
	err := p.o.DB.Read(ctx, func(tx dbx.Tx) error {
		batch, spoiled, n = nil, nil, 0
		octets := 0
		for ; n < len(p.left) && len(batch) < p.most; n++ {
			q, waits, err := whole(ctx, tx, p.left[n])
			switch {
			case akno.CodeOf(err) == akno.BadFile:
				spoiled = append(spoiled, p.left[n])
			case err != nil:
				return err
			case waits && len(batch) > 0 && octets+len(q.Body) > maxBatchOctets:
				return nil
			case waits:
				batch, octets = append(batch, q), octets+len(q.Body)
			}
		}
		return nil
	})
	if err == nil && len(spoiled) > 0 {
		err = p.o.DB.Write(ctx, func(tx dbx.Tx) error {
			for _, opID := range spoiled {
				if err := reject(ctx, tx, opID, akno.BadFile, nil); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil {
		return nil, err
	}
	p.left = p.left[n:]
	return batch, nil
}

// start brings the files of a batch to the portal, notes that its commands leave,
// and sends them. It returns nothing when nothing is on its way: because none of
// them could go, or because they were sent one by one.
func (p *pusher) start(ctx context.Context, batch []Queued) (*flight, error) {
	batch, err := p.bring(ctx, batch)
	if err != nil {
		return nil, err
	}
	if batch, err = p.leave(ctx, batch); err != nil || len(batch) == 0 {
		return nil, err
	}
	if p.oneByOne() {
		return nil, p.singlyAll(ctx, batch)
	}
	f := &flight{batch: batch, landed: make(chan struct{})}
	go func() {
		defer close(f.landed)
		f.answer, f.err = p.o.Portal.PushCommands(ctx, requestOf(p.epoch, batch))
	}()
	return f, nil
}

// onward waits for the answer to a batch, writes down what it says and returns the
// next batch on its way. A batch without files of its own leaves before that is
// written down, so that neither side waits for the other.
func (p *pusher) onward(ctx context.Context, f *flight) (*flight, error) {
	batch, openErr := p.open(ctx)
	<-f.landed
	switch {
	case openErr != nil:
		return nil, errors.Join(p.settle(ctx, f), openErr)
	case portalclient.StatusOf(f.err) == http413 && len(f.batch) > 1:
		p.most = max(1, len(f.batch)/2)
		p.left = slices.Concat(opIDs(f.batch), opIDs(batch), p.left)
		return nil, p.stay(ctx, f.batch)
	case f.err != nil || p.most < p.o.Batch || slices.ContainsFunc(batch, func(q Queued) bool { return len(q.Files) > 0 }):
		if err := p.settle(ctx, f); err != nil {
			return nil, err
		}
		return p.start(ctx, batch)
	}
	next, startErr := p.start(ctx, batch)
	err := p.settle(ctx, f)
	if err == nil && startErr == nil {
		return next, nil
	}
	if next != nil { // what became of it is worth writing down, if that can be done at all
		<-next.landed
		_ = p.settle(ctx, next)
	}
	return nil, errors.Join(err, startErr)
}

func opIDs(batch []Queued) []string {
	out := make([]string, len(batch))
	for i, q := range batch {
		out[i] = q.OpID
	}
	return out
}

// bring takes the files of commands to the portal. A command that cannot go is
// noted so and left out.
func (p *pusher) bring(ctx context.Context, batch []Queued) ([]Queued, error) {
	var ready []Queued
	for _, q := range batch {
		if err := p.uploadFiles(ctx, p.account, p.epoch, q.Files); err != nil {
			if err := p.failed(ctx, q, err); err != nil {
				return nil, err
			}
			p.o.Tell(Event{Kind: "application", ID: q.Target})
			continue
		}
		ready = append(ready, q)
	}
	return ready, nil
}

// settle writes down what became of a batch that has landed. It returns an error
// only when the round has to end.
func (p *pusher) settle(ctx context.Context, f *flight) error {
	var err error
	switch {
	case f.err == nil:
		p.note(nil)
		err = p.outcome(ctx, p.account, p.epoch, f.batch, f.answer)
	case akno.CodeOf(f.err) == akno.NotFound:
		p.goSingly()
		return p.singlyAll(ctx, f.batch)
	default:
		err = p.failedAll(ctx, f.batch, f.err)
	}
	if err == nil {
		p.tell(f.batch)
	}
	return err
}

// singlyAll sends commands one by one.
func (p *pusher) singlyAll(ctx context.Context, batch []Queued) error {
	err := p.pushSingly(ctx, p.account, p.epoch, batch)
	if err == nil {
		p.tell(batch)
	}
	return err
}

// tell has the page look at the applications of a batch.
func (p *pusher) tell(batch []Queued) {
	for _, q := range batch {
		p.o.Tell(Event{Kind: "application", ID: q.Target})
	}
}

// leave notes of every command that it may reach the portal, and leaves out those
// that were taken back meanwhile.
func (s *Syncer) leave(ctx context.Context, batch []Queued) ([]Queued, error) {
	var going []Queued
	err := s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		going = going[:0]
		for _, q := range batch {
			goes, err := leaving(ctx, tx, q.OpID, s.o.Now())
			if err != nil {
				return err
			}
			if goes {
				going = append(going, q)
			}
		}
		return nil
	})
	return going, err
}

// stay takes back what leave noted of a batch that somebody refused to carry.
func (s *Syncer) stay(ctx context.Context, batch []Queued) error {
	return s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		for _, q := range batch {
			if _, err := tx.Exec(ctx, `UPDATE outbox SET attempt=attempt-1 WHERE op_id=?`, q.OpID); err != nil {
				return err
			}
		}
		return nil
	})
}

func requestOf(epoch string, batch []Queued) portalapi.PushRequest {
	out := portalapi.PushRequest{Epoch: epoch, Ops: make([]portalapi.PushOp, 0, len(batch))}
	for _, q := range batch {
		sum := sha256.Sum256(q.Body)
		out.Ops = append(out.Ops, portalapi.PushOp{
			OpId: q.OpID, DeviceSeq: q.Seq, Kind: string(q.Kind), Target: q.Target, Body: q.Body, BodyHash: hex.EncodeToString(sum[:]),
		})
	}
	return out
}

// failedAll notes that a batch got no answer, or one about the request as a whole:
// no command is refused by that.
func (s *Syncer) failedAll(ctx context.Context, batch []Queued, cause error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	s.note(cause)
	v := judge(cause)
	if v == final && !(len(batch) == 1 && akno.CodeOf(cause) == akno.TooLarge) {
		v = retry
	}
	tries := make([]try, len(batch))
	for i, q := range batch {
		tries[i] = try{q, cause, v}
	}
	return s.put(ctx, tries...)
}

// outcome notes the outcomes of a batch. An answer of another life of the portal's
// database is not trusted: the next pull tells what this life holds, and the
// repeat gets its outcome.
func (s *Syncer) outcome(ctx context.Context, account, epoch string, batch []Queued, answer *portalapi.PushResult) error {
	outcomes := map[string]portalapi.PushOutcome{}
	for _, o := range answer.Results {
		outcomes[o.OpId] = o
	}
	var taken []Queued
	var tries []try
	var foreign error
	for _, q := range batch {
		o, ok := outcomes[q.OpID]
		good := o.Outcome == portalapi.Applied || o.Outcome == portalapi.Replayed
		switch {
		case !ok || good && (o.Application == nil || o.Application.Id != q.Target):
			foreign = &akno.Error{Code: akno.Unavailable, Op: "syncer.push", Err: errNotEchoed}
			tries = append(tries, try{q, foreign, retry})
		case answer.Epoch != epoch:
			tries = append(tries, try{q, &akno.Error{Code: akno.Unavailable, Op: "syncer.push", Err: errOtherLife}, retry})
		case good:
			taken = append(taken, q)
		default:
			v := final
			if o.Outcome != portalapi.Rejected { // deferred, or a word of a newer portal
				v = retry
			}
			tries = append(tries, try{q, portalclient.Refusal("push", o.Problem), v})
		}
	}
	if err := s.done(ctx, account, epoch, taken, tries, outcomes); err != nil || foreign == nil {
		return err
	}
	s.note(foreign)
	return foreign
}

var errOtherLife = errors.New("the answer is of another life of the portal's database")

// done moves the commands that were taken to what was sent, stores what the portal
// says of their applications, and notes why the others were not taken, all in one
// transaction. It returns an error only when the round has to end.
func (s *Syncer) done(ctx context.Context, account, epoch string, taken []Queued, tries []try, outcomes map[string]portalapi.PushOutcome) error {
	now := s.o.Now()
	var fresh []Entity
	err := s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		fresh = fresh[:0]
		if err := s.putIn(ctx, tx, tries); err != nil {
			return err
		}
		for _, q := range taken {
			e, stored, err := s.doneOne(ctx, tx, account, epoch, q.OpID, *outcomes[q.OpID].Application, now)
			if err != nil {
				return err
			}
			if stored {
				fresh = append(fresh, e)
			}
		}
		if len(taken) == 0 {
			return nil
		}
		_, err := tx.Exec(ctx, `UPDATE stream SET pushed_at=? WHERE account=?`, now.UnixMilli(), account)
		return err
	})
	if err != nil {
		return err
	}
	for _, e := range fresh {
		s.changed(e)
	}
	return s.ends(tries)
}

// doneOne is done for one command within a transaction; it says whether the
// application is news.
func (s *Syncer) doneOne(ctx context.Context, tx dbx.Tx, account, epoch, opID string, a portalapi.Application, now time.Time) (Entity, bool, error) {
	body, err := json.Marshal(a)
	if err != nil {
		return Entity{}, false, err
	}
	e := Entity{Kind: KindApplication, ID: a.Id, Version: a.Version, Body: body, ChangedAt: now}
	if err := done(ctx, tx, opID, account, epoch, now); err != nil {
		return e, false, err
	}
	stored, err := Put(ctx, tx, account, e)
	if err != nil || !stored {
		return e, false, err
	}
	return e, true, s.applied(ctx, tx, account, e)
}

// pushSingly sends the commands of a batch one by one.
func (s *Syncer) pushSingly(ctx context.Context, account, epoch string, batch []Queued) error {
	for _, q := range batch {
		if err := s.pushOne(ctx, account, epoch, q); err != nil {
			return err
		}
	}
	return nil
}

// oneByOne says whether the portal is known to be of an earlier version, which
// takes commands one by one. It is asked again after a start.
func (s *Syncer) oneByOne() bool {
	s.stateMu.Lock()
	defer s.stateMu.Unlock()
	return s.singly
}

func (s *Syncer) goSingly() {
	s.stateMu.Lock()
	defer s.stateMu.Unlock()
	s.singly = true
}
