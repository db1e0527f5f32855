package syncer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
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
	most := maxBatch
	for len(opIDs) > 0 {
		batch, rest, err := s.gather(ctx, account, stream.Epoch, opIDs, most)
		if err != nil {
			return err
		}
		if len(batch) > 0 {
			sent, err := s.pushBatch(ctx, account, stream.Epoch, batch)
			if err != nil {
				return err
			}
			if !sent { // too much for somebody on the way
				most = max(1, len(batch)/2)
				continue
			}
		}
		for _, q := range batch {
			s.o.Tell(Event{Kind: "application", ID: q.Target})
		}
		opIDs = rest
	}
	return nil
}

// gather takes commands up to a batch, with their files on the portal, and returns
// which are left. A command that cannot go is noted so and left out.
func (s *Syncer) gather(ctx context.Context, account, epoch string, opIDs []string, most int) (batch []Queued, rest []string, err error) {
	octets := 0
	for i, opID := range opIDs {
		q, err := s.take(ctx, opID)
		if err != nil {
			return nil, nil, err
		}
		if q.OpID == "" { // taken back meanwhile, or spoiled
			continue
		}
		if len(batch) > 0 && (len(batch) == most || octets+len(q.Body) > maxBatchOctets) {
			return batch, opIDs[i:], nil
		}
		if err := s.uploadFiles(ctx, account, epoch, q.Files); err != nil {
			if err := s.failed(ctx, q, err); err != nil {
				return nil, nil, err
			}
			s.o.Tell(Event{Kind: "application", ID: q.Target})
			continue
		}
		batch, octets = append(batch, q), octets+len(q.Body)
	}
	return batch, nil, nil
}

// pushBatch sends a batch and notes what became of each command. It returns an
// error only when the round has to end, and false when the batch was too large and
// nothing of it was looked at.
func (s *Syncer) pushBatch(ctx context.Context, account, epoch string, batch []Queued) (sent bool, err error) {
	batch, err = s.leave(ctx, batch)
	if err != nil || len(batch) == 0 {
		return true, err
	}
	if s.oneByOne() {
		return true, s.pushSingly(ctx, account, epoch, batch)
	}
	answer, err := s.o.Portal.PushCommands(ctx, requestOf(epoch, batch))
	switch {
	case err == nil:
		s.note(nil)
		return true, s.outcome(ctx, account, epoch, batch, answer)
	case akno.CodeOf(err) == akno.NotFound:
		s.goSingly()
		return true, s.pushSingly(ctx, account, epoch, batch)
	case portalclient.StatusOf(err) == http413 && len(batch) > 1:
		return false, s.stay(ctx, batch)
	}
	return true, s.failedAll(ctx, batch, err)
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
	var ends error
	for _, q := range batch {
		if err := s.put(ctx, q, cause, v); err != nil {
			if ends = err; !errors.Is(err, cause) {
				return err
			}
		}
	}
	return ends
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
	var foreign error
	for _, q := range batch {
		o, ok := outcomes[q.OpID]
		good := o.Outcome == portalapi.Applied || o.Outcome == portalapi.Replayed
		switch {
		case !ok || good && (o.Application == nil || o.Application.Id != q.Target):
			foreign = &akno.Error{Code: akno.Unavailable, Op: "syncer.push", Err: errNotEchoed}
			if err := s.put(ctx, q, foreign, retry); err != nil {
				return err
			}
		case answer.Epoch != epoch:
			if err := s.put(ctx, q, &akno.Error{Code: akno.Unavailable, Op: "syncer.push", Err: errOtherLife}, retry); err != nil {
				return err
			}
		case good:
			taken = append(taken, q)
		default:
			v := final
			if o.Outcome != portalapi.Rejected { // deferred, or a word of a newer portal
				v = retry
			}
			if err := s.put(ctx, q, portalclient.Refusal("push", o.Problem), v); err != nil {
				return err
			}
		}
	}
	if err := s.done(ctx, account, epoch, taken, outcomes); err != nil || foreign == nil {
		return err
	}
	s.note(foreign)
	return foreign
}

var errOtherLife = errors.New("the answer is of another life of the portal's database")

// done moves the commands that were taken to what was sent, and stores what the
// portal says of their applications.
func (s *Syncer) done(ctx context.Context, account, epoch string, taken []Queued, outcomes map[string]portalapi.PushOutcome) error {
	if len(taken) == 0 {
		return nil
	}
	now := s.o.Now()
	var fresh []Entity
	err := s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		fresh = fresh[:0]
		for _, q := range taken {
			e, stored, err := s.doneOne(ctx, tx, account, epoch, q.OpID, *outcomes[q.OpID].Application, now)
			if err != nil {
				return err
			}
			if stored {
				fresh = append(fresh, e)
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
	return nil
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
