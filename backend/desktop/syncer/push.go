package syncer

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

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
// goroutine: while a batch is on its way the next one is opened, noted as leaving and
// written as a request, and while that one is on its way it is written down what
// became of the first. What a command's row says of its having left is on the disk
// before its request begins; of a batch that stays after all it is taken back.
type pusher struct {
	*Syncer
	account, epoch string

	left []string // op ids that were not opened yet
	most int      // commands in a batch
}

// A flight is a batch on its way, or ready for it.
type flight struct {
	batch   []Queued
	request []byte        // empty when err says why it could not be written
	landed  chan struct{} // closed with the answer
	answer  *portalclient.PushAnswer
	err     error
}

// errFull ends the reading of a batch that holds enough.
var errFull = errors.New("the batch is full")

// open reads the next commands up to a batch. One that was taken back meanwhile is
// passed over; one whose octets have changed on this disk is refused here, and
// holds up none of the others.
func (p *pusher) open(ctx context.Context) ([]Queued, error) {
	var batch []Queued
	var spoiled []string
	next := p.left[:min(len(p.left), p.most)]
	n := len(next)
	err := p.o.DB.Read(ctx, func(tx dbx.Tx) error {
		batch, spoiled, n = nil, nil, len(next)
		octets := 0
		err := wholes(ctx, tx, next, func(q Queued, intact bool) error {
			switch {
			case !intact:
				spoiled = append(spoiled, q.OpID)
			case len(batch) > 0 && octets+len(q.Body) > maxBatchOctets:
				n = slices.Index(next, q.OpID)
				return errFull
			default:
				batch, octets = append(batch, q), octets+len(q.Body)
			}
			return nil
		})
		if errors.Is(err, errFull) {
			return nil
		}
		return err
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

// start makes a batch ready and sends it. It returns nothing when nothing is on its
// way: because none of its commands could go, or because they were sent one by one.
func (p *pusher) start(ctx context.Context, batch []Queued) (*flight, error) {
	f, err := p.ready(ctx, batch)
	if err != nil || f == nil {
		return nil, err
	}
	if p.oneByOne() {
		return nil, p.singlyAll(ctx, f.batch)
	}
	p.send(ctx, f)
	return f, nil
}

// ready brings the files of a batch to the portal, notes that its commands leave and
// writes the request. It returns nothing when none of them can go.
func (p *pusher) ready(ctx context.Context, batch []Queued) (*flight, error) {
	batch, err := p.bring(ctx, batch)
	if err != nil {
		return nil, err
	}
	if batch, err = p.leave(ctx, batch); err != nil || len(batch) == 0 {
		return nil, err
	}
	f := &flight{batch: batch, landed: make(chan struct{})}
	f.request, f.err = requestOf(p.epoch, batch)
	return f, nil
}

// send sends a batch that is ready.
func (p *pusher) send(ctx context.Context, f *flight) {
	if f.err != nil {
		close(f.landed)
		return
	}
	go func() {
		defer close(f.landed)
		f.answer, f.err = p.o.Portal.PushWritten(ctx, f.request)
	}()
}

// onward makes the next batch ready, waits for the answer to the one on its way,
// sends the next one and writes down what the answer says: so neither side waits for
// the other. A batch with files of its own, and any after one that had no answer or
// was too large, is made ready only when that is written down.
func (p *pusher) onward(ctx context.Context, f *flight) (*flight, error) {
	var next *flight
	batch, err := p.open(ctx)
	if err == nil && p.most == p.o.Batch && !slices.ContainsFunc(batch, func(q Queued) bool { return len(q.Files) > 0 }) {
		if next, err = p.ready(ctx, batch); next == nil {
			batch = nil
		}
	}
	<-f.landed
	if f.err != nil && next != nil {
		// It did not leave. That is written down even when the program ends.
		err = p.back(context.WithoutCancel(ctx), next.batch)
		next = nil
	}
	switch {
	case err != nil:
		return nil, errors.Join(p.settle(ctx, f), err)
	case portalclient.StatusOf(f.err) == http413 && len(f.batch) > 1:
		p.most = max(1, len(f.batch)/2)
		p.left = slices.Concat(opIDs(f.batch), opIDs(batch), p.left)
		return nil, p.stay(ctx, f.batch)
	case next == nil:
		if err := p.settle(ctx, f); err != nil {
			return nil, err
		}
		return p.start(ctx, batch)
	}
	p.send(ctx, next)
	if err := p.settle(ctx, f); err != nil {
		<-next.landed // what became of it is worth writing down, if that can be done at all
		return nil, errors.Join(err, p.settle(ctx, next))
	}
	return next, nil
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
	if len(batch) == 0 {
		return nil, nil
	}
	var goes map[string]bool
	err := s.o.DB.Write(ctx, func(tx dbx.Tx) (err error) {
		goes, err = leaving(ctx, tx, opIDs(batch), s.o.Now())
		return err
	})
	return slices.DeleteFunc(batch, func(q Queued) bool { return !goes[q.OpID] }), err
}

// stay takes back that a batch was tried which somebody refused to carry. It may have
// left nevertheless.
func (s *Syncer) stay(ctx context.Context, batch []Queued) error {
	return s.o.DB.Write(ctx, func(tx dbx.Tx) error { return untried(ctx, tx, opIDs(batch)) })
}

// back takes back all that leave noted of a batch that was not sent after all.
func (s *Syncer) back(ctx context.Context, batch []Queued) error {
	return s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		for _, q := range batch {
			if !q.LeftAt.IsZero() { // in an earlier try
				continue
			}
			if err := stayed(ctx, tx, q.OpID); err != nil {
				return err
			}
		}
		return untried(ctx, tx, opIDs(batch))
	})
}

func requestOf(epoch string, batch []Queued) ([]byte, error) {
	ops := make([]portalapi.PushOp, 0, len(batch))
	for _, q := range batch {
		ops = append(ops, portalapi.PushOp{
			OpId: q.OpID, DeviceSeq: q.Seq, Kind: string(q.Kind), Target: q.Target, Body: q.Body, BodyHash: q.hash,
		})
	}
	return portalclient.WritePush(epoch, ops)
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
func (s *Syncer) outcome(ctx context.Context, account, epoch string, batch []Queued, answer *portalclient.PushAnswer) error {
	outcomes := map[string]portalclient.Outcome{}
	for _, o := range answer.Results {
		outcomes[o.OpID] = o
	}
	var taken []Entity
	var done []string
	var tries []try
	var foreign error
	for _, q := range batch {
		o, ok := outcomes[q.OpID]
		good := o.Outcome == portalapi.Applied || o.Outcome == portalapi.Replayed
		e := answered(o.Application)
		switch {
		case !ok || good && e.ID != q.Target:
			foreign = &akno.Error{Code: akno.Unavailable, Op: "syncer.push", Err: errNotEchoed}
			tries = append(tries, try{q, foreign, retry})
		case answer.Epoch != epoch:
			tries = append(tries, try{q, &akno.Error{Code: akno.Unavailable, Op: "syncer.push", Err: errOtherLife}, retry})
		case good:
			done, taken = append(done, q.OpID), append(taken, e)
		default:
			v := final
			if o.Outcome != portalapi.Rejected { // deferred, or a word of a newer portal
				v = retry
			}
			tries = append(tries, try{q, portalclient.Refusal("push", o.Problem), v})
		}
	}
	if err := s.done(ctx, account, epoch, done, taken, tries); err != nil || foreign == nil {
		return err
	}
	s.note(foreign)
	return foreign
}

var errOtherLife = errors.New("the answer is of another life of the portal's database")

// answered is the copy of the application in an answer; it has no id when there is
// none.
func answered(application json.RawMessage) Entity {
	var head struct {
		ID      string `json:"id"`
		Version int64  `json:"version"`
	}
	if len(application) == 0 || json.Unmarshal(application, &head) != nil {
		return Entity{}
	}
	return Entity{Kind: KindApplication, ID: head.ID, Version: head.Version, Body: application}
}

// done moves the commands that were taken to what was sent, stores what the portal
// says of their applications, and notes why the others were not taken, all in one
// transaction. It returns an error only when the round has to end.
func (s *Syncer) done(ctx context.Context, account, epoch string, ops []string, taken []Entity, tries []try) error {
	now := s.o.Now()
	var fresh []Entity
	err := s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		fresh = fresh[:0]
		if err := s.putIn(ctx, tx, tries); err != nil {
			return err
		}
		if len(ops) == 0 {
			return nil
		}
		if err := done(ctx, tx, ops, account, epoch, now); err != nil {
			return err
		}
		for _, e := range taken {
			e.ChangedAt = now
			stored, err := Put(ctx, tx, account, e)
			if err == nil && stored {
				fresh = append(fresh, e)
				err = s.applied(ctx, tx, account, e)
			}
			if err != nil {
				return err
			}
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
