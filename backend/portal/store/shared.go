package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
	"akno/backend/portalapi"
)

// AccountStream is the name of the stream that a citizen pulls.
const AccountStream = "acct"

// RecordChange notes in the account's stream that the entity (kind, id) is now
// at version, or gone. It is the last thing a transaction does to an entity
// that the citizen sees.
func RecordChange(ctx context.Context, tx dbx.Tx, accountID, kind, id string, version int64, deleted bool) error {
	return recordChanges(ctx, tx, accountID, kind, []changed{{id: id, version: version, deleted: deleted}})
}

// A Body is an entity with its JSON as devices pull it.
type Body struct {
	ID      string
	Version int64
	JSON    string
}

// RecordBodies is RecordChange of entities of one kind, in their order and each
// once, whose JSON is kept in the index: a pull need not look for it elsewhere. One
// of version 1 has not been in the stream before. Who changes the JSON without a
// change says so by ReplaceBody.
func RecordBodies(ctx context.Context, tx dbx.Tx, accountID, kind string, bodies ...Body) error {
	list := make([]changed, len(bodies))
	for i, b := range bodies {
		list[i] = changed{id: b.ID, version: b.Version, json: &b.JSON, first: b.Version == 1}
	}
	return recordChanges(ctx, tx, accountID, kind, list)
}

// ReplaceBody replaces the JSON of an entity in the index.
func ReplaceBody(ctx context.Context, tx dbx.Tx, accountID, kind, id, body string) error {
	_, err := tx.Exec(ctx, `UPDATE change SET doc = ? WHERE account_id = ? AND stream = ? AND kind = ? AND id = ?`,
		body, accountID, AccountStream, kind, id)
	if err != nil {
		return fmt.Errorf("change: %w", err)
	}
	return nil
}

// changed is an entity as it is now.
type changed struct {
	id      string
	version int64
	deleted bool
	json    *string
	first   bool // the stream has never had it
}

func recordChanges(ctx context.Context, tx dbx.Tx, accountID, kind string, list []changed) error {
	if len(list) == 0 {
		return nil
	}
	// The first statement locks the stream where several writers are at work.
	var seq, live int64
	var sum *int64
	err := tx.QueryRow(ctx, `INSERT INTO stream(account_id, name, seq, min_seq, live_count, checksum) VALUES(?, ?, ?, 0, 0, 0)
		ON CONFLICT(account_id, name) DO UPDATE SET seq = stream.seq + excluded.seq RETURNING seq, live_count, checksum`,
		accountID, AccountStream, len(list)).Scan(&seq, &live, &sum)
	if err != nil {
		return fmt.Errorf("stream: %w", err)
	}
	seq -= int64(len(list))
	if live, sum, err = without(ctx, tx, accountID, kind, list, live, sum); err != nil {
		return err
	}
	rows := make([][]any, len(list))
	for i, c := range list {
		if !c.deleted {
			live++
			*sum += int64(portalapi.RowSum(kind, c.id, c.version))
		}
		seq++
		rows[i] = []any{accountID, AccountStream, kind, c.id, seq, c.version, c.deleted, c.json}
	}
	err = dbx.Insert(ctx, tx, `INSERT INTO change(account_id, stream, kind, id, seq, version, deleted, doc)`,
		`ON CONFLICT(account_id, stream, kind, id) DO UPDATE SET seq = excluded.seq, version = excluded.version, deleted = excluded.deleted,
			doc = excluded.doc, gone_at = 0`, rows...)
	if err != nil {
		return fmt.Errorf("change: %w", err)
	}
	_, err = tx.Exec(ctx, `UPDATE stream SET live_count = ?, checksum = ? WHERE account_id = ? AND name = ?`,
		live, *sum, accountID, AccountStream)
	if err != nil {
		return fmt.Errorf("stream: %w", err)
	}
	return nil
}

// without returns the number and the sum of a stream's records but for those in
// list. A stream of an earlier version has no sum, and is summed up as a whole.
func without(ctx context.Context, tx dbx.Tx, accountID, kind string, list []changed, live int64, sum *int64) (int64, *int64, error) {
	keys := make([]string, 0, len(list))
	for _, c := range list {
		if !c.first {
			keys = append(keys, c.id)
		}
	}
	var err error
	if sum == nil {
		live, sum = 0, new(int64)
		err = dbx.Each(ctx, tx, func(scan func(...any) error) error {
			var k, i string
			var v int64
			if err := scan(&k, &i, &v); err != nil || k == kind && slices.Contains(keys, i) {
				return err
			}
			live++
			*sum += int64(portalapi.RowSum(k, i, v))
			return nil
		}, `SELECT kind, id, version FROM change WHERE account_id = ? AND stream = ? AND deleted = 0`, accountID, AccountStream)
	} else {
		err = dbx.EachOf(ctx, tx, func(scan func(...any) error) error {
			var id string
			var version int64
			if err := scan(&id, &version); err != nil {
				return err
			}
			live--
			*sum -= int64(portalapi.RowSum(kind, id, version))
			return nil
		}, `SELECT id, version FROM change WHERE account_id = ? AND stream = ? AND deleted = 0 AND kind = ? AND id IN (?)`,
			[]any{accountID, AccountStream, kind}, keys)
	}
	if err != nil {
		return 0, nil, fmt.Errorf("stream: %w", err)
	}
	return live, sum, nil
}

// An Op names one command of a client: the id that the device made and the
// hash of what it asks.
type Op struct {
	ID   string
	Hash [sha256.Size]byte
}

// NewOp returns the Op of a command: id as the client sent it, the name of the
// operation, and everything that decides what the command does (path and body)
// as JSON values.
func NewOp(id, operation string, parts ...any) (Op, error) {
	h := sha256.New()
	enc := json.NewEncoder(h)
	if err := enc.Encode(operation); err != nil {
		return Op{}, fmt.Errorf("op: %w", err)
	}
	for _, p := range parts {
		if err := enc.Encode(p); err != nil {
			return Op{}, fmt.Errorf("op: %w", err)
		}
	}
	op := Op{ID: id}
	h.Sum(op.Hash[:0])
	return op, nil
}

// OpOf returns the Op of a command for who has made the octets that NewOp would: the
// name of the operation and its parts as encoding/json writes them, each with a line
// feed behind it.
func OpOf(id string, octets []byte) Op { return Op{ID: id, Hash: sha256.Sum256(octets)} }

// ErrForgotten says that a command was applied so long ago that its result is not
// kept any more.
var ErrForgotten = &akno.Error{Code: akno.ExpiredCode, Op: "store.Once"}

// An Outcome is what became of a command when it came before.
type Outcome struct {
	Before bool   // it was applied
	Result []byte // of that time; empty when it is forgotten
	Err    error  // with code Conflict: the id was used for another command
}

// Before tells for each of ops what became of it.
func Before(ctx context.Context, tx dbx.Tx, accountID string, ops ...Op) ([]Outcome, error) {
	at := make(map[string][]int, len(ops))
	keys := make([]string, 0, len(ops))
	for i, op := range ops {
		if at[op.ID] == nil {
			keys = append(keys, op.ID)
		}
		at[op.ID] = append(at[op.ID], i)
	}
	out := make([]Outcome, len(ops))
	err := dbx.EachOf(ctx, tx, func(scan func(...any) error) error {
		var id string
		var hash, result []byte
		if err := scan(&id, &hash, &result); err != nil {
			return err
		}
		for _, i := range at[id] {
			out[i] = ops[i].met(hash, result)
		}
		return nil
	}, `SELECT op_id, hash, result FROM applied_op WHERE account_id = ? AND op_id IN (?)`, []any{accountID}, keys)
	if err != nil {
		return nil, fmt.Errorf("applied op: %w", err)
	}
	return out, nil
}

// met returns what becomes of op when its id was applied with a hash and a result.
func (op Op) met(hash, result []byte) Outcome {
	if !bytes.Equal(hash, op.Hash[:]) {
		return Outcome{Err: &akno.Error{Code: akno.Conflict, Op: "store.Once", Fields: map[string]string{"opId": "reused"}}}
	}
	return Outcome{Before: true, Result: result}
}

// An Applied is a command with its result.
type Applied struct {
	Op     Op
	Result []byte
}

// Meets returns what becomes of op after a.
func (a Applied) Meets(op Op) Outcome { return op.met(a.Op.Hash[:], a.Result) }

// Note stores the results of commands that Before did not know, in the transaction
// that applied them.
func Note(ctx context.Context, tx dbx.Tx, accountID string, now time.Time, list ...Applied) error {
	rows := make([][]any, len(list))
	for i, a := range list {
		if a.Result == nil {
			a.Result = []byte{}
		}
		rows[i] = []any{accountID, a.Op.ID, a.Op.Hash[:], a.Result, now.UnixMilli()}
	}
	if err := dbx.Insert(ctx, tx, `INSERT INTO applied_op(account_id, op_id, hash, result, at)`, "", rows...); err != nil {
		return fmt.Errorf("applied op: %w", err)
	}
	return nil
}

// Once applies a command at most once: when the account has applied op before,
// it returns the result of that time without calling fn; when the id was used
// for another command, an error with code Conflict. Otherwise it calls fn and
// stores its result in the same transaction. It is the first thing a command's
// transaction does, so that a repeat never writes.
func Once(ctx context.Context, tx dbx.Tx, accountID string, op Op, now time.Time, fn func() ([]byte, error)) ([]byte, error) {
	before, err := Before(ctx, tx, accountID, op)
	if err != nil {
		return nil, err
	}
	if o := before[0]; o.Before || o.Err != nil {
		return o.Result, o.Err
	}
	result, err := fn()
	if err != nil {
		return nil, err
	}
	if result == nil {
		result = []byte{}
	}
	return result, Note(ctx, tx, accountID, now, Applied{Op: op, Result: result})
}

// OnceAs is Once for a result that travels as JSON: it decodes what a repeat
// gets into the same type that fn returns. A repeat of a command whose result is
// forgotten gets ErrForgotten.
func OnceAs[T any](ctx context.Context, tx dbx.Tx, accountID string, op Op, now time.Time, fn func() (T, error)) (T, error) {
	var out T
	fresh := false
	raw, err := Once(ctx, tx, accountID, op, now, func() ([]byte, error) {
		fresh = true
		var err error
		if out, err = fn(); err != nil {
			return nil, err
		}
		return json.Marshal(out)
	})
	if err != nil || fresh {
		return out, err
	}
	if len(raw) == 0 {
		return out, ErrForgotten
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return out, fmt.Errorf("applied op: %w", err)
	}
	return out, nil
}

// A Job is work to be done after its cause was committed. Nothing is sent from
// a request: whoever causes a letter writes a Job in the same transaction.
type Job struct {
	AccountID string
	Kind      string    // selects the handler
	Payload   string    // identifiers only, never personal data
	RunAt     time.Time // not before
}

// Enqueue writes a job under the id, which the handler may use to make its
// effect repeatable. The runner is woken by the commit.
func Enqueue(ctx context.Context, tx dbx.Tx, id string, j Job) error {
	_, err := tx.Exec(ctx, `INSERT INTO job(account_id, id, kind, payload, run_at) VALUES(?, ?, ?, ?, ?)`,
		j.AccountID, id, j.Kind, j.Payload, j.RunAt.UnixMilli())
	if err != nil {
		return fmt.Errorf("job: %w", err)
	}
	if w, ok := tx.(interface{ wake() }); ok {
		w.wake()
	}
	return nil
}

// How long rows are kept that nobody asks for any more.
const (
	keepResults    = 400 * 24 * time.Hour // of commands
	keepGone       = 400 * 24 * time.Hour // records that are not there any more, for devices that were away
	keepJobs       = 7 * 24 * time.Hour
	keepSessions   = 30 * 24 * time.Hour
	keepThrottle   = 48 * time.Hour
	keepChallenges = time.Hour
	keepClaims     = 24 * time.Hour // as long as a registration may stand unfinished
)

// forgotten is the time of a command whose result is forgotten: it is never swept
// again.
const forgotten = math.MaxInt64

// Sweep removes what is only of use for a time and returns how many rows went. Of
// a command the result goes, and not that it was applied: a device brings what it
// ever sent to a portal that was restored, however long ago that was.
func (db *DB) Sweep(ctx context.Context, now time.Time) (int, error) {
	var n int64
	err := db.Write(ctx, func(tx dbx.Tx) error {
		before := func(keep time.Duration) int64 { return now.Add(-keep).UnixMilli() }
		gone, err := sweepGone(ctx, tx, now)
		if err != nil {
			return err
		}
		n = gone
		for _, q := range []struct {
			query string
			args  []any
		}{
			{`DELETE FROM challenge WHERE expires_at < ?`, []any{before(keepChallenges)}},
			{`DELETE FROM password_reset WHERE expires_at < ?`, []any{before(keepChallenges)}},
			{`DELETE FROM claim_code WHERE expires_at < ?`, []any{before(keepClaims)}},
			{`DELETE FROM session WHERE expires_at < ?`, []any{before(keepSessions)}},
			{`DELETE FROM throttle WHERE since < ? AND next_at < ?`, []any{before(keepThrottle), before(keepThrottle)}},
			{`UPDATE applied_op SET result = ?, at = ? WHERE at < ?`, []any{[]byte{}, int64(forgotten), before(keepResults)}},
			{`DELETE FROM job WHERE done_at > 0 AND done_at < ?`, []any{before(keepJobs)}},
		} {
			m, err := dbx.Changed(ctx, tx, q.query, q.args...)
			if err != nil {
				return fmt.Errorf("sweep: %w", err)
			}
			n += m
		}
		return nil
	})
	return int(n), err
}

// sweepGone forgets the records that have been gone for keepGone, and notes in their
// streams that a cursor from before is over. Who was gone is found and dated here,
// so that its time is that of the sweep that met it first.
func sweepGone(ctx context.Context, tx dbx.Tx, now time.Time) (int64, error) {
	type stream struct {
		account, name string
		seq           int64
	}
	var over []stream
	limit := now.Add(-keepGone).UnixMilli()
	err := dbx.Each(ctx, tx, func(scan func(...any) error) error {
		var s stream
		err := scan(&s.account, &s.name, &s.seq)
		over = append(over, s)
		return err
	}, `SELECT account_id, stream, max(seq) FROM change WHERE deleted = 1 AND gone_at > 0 AND gone_at < ? GROUP BY account_id, stream`, limit)
	if err != nil {
		return 0, fmt.Errorf("sweep: gone: %w", err)
	}
	for _, s := range over {
		if _, err := tx.Exec(ctx, `UPDATE stream SET min_seq = ? WHERE account_id = ? AND name = ? AND min_seq < ?`, s.seq, s.account, s.name, s.seq); err != nil {
			return 0, fmt.Errorf("sweep: gone: %w", err)
		}
	}
	n, err := dbx.Changed(ctx, tx, `DELETE FROM change WHERE deleted = 1 AND gone_at > 0 AND gone_at < ?`, limit)
	if err != nil {
		return 0, fmt.Errorf("sweep: gone: %w", err)
	}
	if _, err := tx.Exec(ctx, `UPDATE change SET gone_at = ? WHERE deleted = 1 AND gone_at = 0`, now.UnixMilli()); err != nil {
		return 0, fmt.Errorf("sweep: gone: %w", err)
	}
	return n, nil
}
