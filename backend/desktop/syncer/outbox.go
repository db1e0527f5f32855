package syncer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
)

// A Kind is what a command asks the portal to do.
type Kind string

// The kinds of commands; the target of each is an application.
const (
	Submit       Kind = "submit"
	Answer       Kind = "answer"
	Withdraw     Kind = "withdraw"
	OpenDecision Kind = "open_decision"
)

// A File is a file that must be on the portal before its command.
type File struct {
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"` // octets
}

// A Command is something that the portal is to do once. It never changes after
// it was queued: every try sends the same octets with the same identifier, so
// the portal does it once however often it hears of it.
type Command struct {
	OpID    string // UUIDv7
	Account string // whose it is; "" for whoever signs in first
	Kind    Kind
	Target  string // application
	Body    []byte // JSON of the contract, with the same opId inside
	Files   []File
}

// A Queued is a command that waits.
type Queued struct {
	Command
	Seq      int64 // order of queueing
	Rejected bool  // the portal refused it: it waits for the person
	Attempt  int
	NextTry  time.Time
	LeftAt   time.Time         // when it may first have left this computer
	Failure  akno.Code         // of the last refusal or silence
	Fields   map[string]string // the portal's messages on the fields
	QueuedAt time.Time
	Carried  time.Time // when it was last written to a file for another computer
	Brought  bool      // it came from another computer by such a file
	Size     int       // octets of the body

	hash string // SHA-256 of the body in hex, of one that was opened whole
}

// Queue puts a command into the outbox, within the transaction of its effect on
// this computer.
func Queue(ctx context.Context, tx dbx.Tx, c Command, now time.Time) error {
	if !json.Valid(c.Body) { // it stands in a request as it is
		return fmt.Errorf("queue: %s is not JSON", c.Kind)
	}
	files, err := json.Marshal(append([]File{}, c.Files...))
	if err != nil {
		return err
	}
	sum := sha256.Sum256(c.Body)
	res, err := tx.Exec(ctx, `INSERT INTO envelope(files, body_hash, body) VALUES(?, ?, ?)`, string(files), hex.EncodeToString(sum[:]), c.Body)
	if err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	seq, err := res.LastInsertId()
	if err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO outbox(seq, op_id, account, kind, target, state, queued_at) VALUES(?, ?, ?, ?, ?, 'pending', ?)`,
		seq, c.OpID, c.Account, string(c.Kind), c.Target, now.UnixMilli())
	if err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	return nil
}

// Unqueue takes the command of that kind and target back. It fails with the
// code wrong_state when the command may have left this computer, by the line or
// in a file, since the portal may have done it already; one that the portal
// refused may be taken.
func Unqueue(ctx context.Context, tx dbx.Tx, k Kind, target string) error {
	n, err := dbx.Changed(ctx, tx, `DELETE FROM outbox WHERE kind=? AND target=? AND (left_at=0 AND carried_at=0 OR state='rejected')`, string(k), target)
	if err != nil {
		return err
	}
	if n == 0 {
		return &akno.Error{Code: akno.WrongState, Op: "outbox.Unqueue"}
	}
	return nil
}

const (
	queuedColumns = `seq, op_id, account, kind, target, body, body_hash, files, state, attempt, next_at, left_at, failure, fields, queued_at,
		carried_at, brought, length(body)`
	// queuedRows are rows of commands that wait, with what they say.
	queuedRows = ` FROM outbox JOIN envelope USING (seq)`
	// headColumns leave out the octets of submissions, which are large; the
	// bodies of the other kinds are a few lines.
	headColumns = `seq, op_id, account, kind, target, CASE kind WHEN 'submit' THEN x'' ELSE body END, '', files, state, attempt,
		next_at, left_at, failure, fields, queued_at, carried_at, brought, length(body)`
)

// Pending returns every command that waits, oldest first, submissions without
// their bodies.
func Pending(ctx context.Context, tx dbx.Tx) ([]Queued, error) {
	return queued(ctx, tx, `SELECT `+headColumns+queuedRows+` ORDER BY seq`)
}

// PendingOf returns the commands that wait for one application, oldest first,
// submissions without their bodies.
func PendingOf(ctx context.Context, tx dbx.Tx, target string) ([]Queued, error) {
	return queued(ctx, tx, `SELECT `+headColumns+queuedRows+` WHERE target=? ORDER BY seq`, target)
}

// heads returns of every command that waits what the plan of the exchange depends
// on, oldest first.
func heads(ctx context.Context, tx dbx.Tx) ([]Queued, error) {
	var out []Queued
	err := dbx.Each(ctx, tx, func(scan func(...any) error) error {
		var q Queued
		var state, failure string
		var next int64
		err := scan(&q.OpID, &q.Account, &q.Target, &state, &next, &failure)
		q.Rejected, q.NextTry, q.Failure = state == "rejected", at(next), akno.Code(failure)
		out = append(out, q)
		return err
	}, `SELECT op_id, account, target, state, next_at, failure FROM outbox ORDER BY seq`)
	return out, err
}

// whole returns a command with its body, and false when it waits no more.
// Octets that have changed since it was queued are bad_file.
func whole(ctx context.Context, tx dbx.Tx, opID string) (Queued, bool, error) {
	out, err := queued(ctx, tx, `SELECT `+queuedColumns+queuedRows+` WHERE op_id=?`, opID)
	if err != nil || len(out) == 0 {
		return Queued{}, false, err
	}
	return out[0], true, nil
}

// wholes gives the commands of those ids that still wait, with their bodies, in the
// order of the ids. Of one that is not intact the octets have changed since it was
// queued.
func wholes(ctx context.Context, tx dbx.Tx, opIDs []string, each func(q Queued, intact bool) error) error {
	return dbx.Each(ctx, tx, func(scan func(...any) error) error {
		q, err := scanQueued(scan)
		spoiled := akno.CodeOf(err) == akno.BadFile
		if err != nil && !spoiled {
			return err
		}
		return each(q, !spoiled)
	}, `SELECT `+queuedColumns+` FROM json_each(?) AS asked JOIN outbox ON op_id=asked.value JOIN envelope USING (seq) ORDER BY asked.rowid`, list(opIDs))
}

// list is ids as a JSON array, for json_each.
func list(opIDs []string) string {
	text, err := json.Marshal(opIDs)
	if err != nil {
		panic(err) // texts are always JSON
	}
	return string(text)
}

func queued(ctx context.Context, tx dbx.Tx, query string, args ...any) ([]Queued, error) {
	var out []Queued
	err := dbx.Each(ctx, tx, func(scan func(...any) error) error {
		q, err := scanQueued(scan)
		out = append(out, q)
		return err
	}, query, args...)
	return out, err
}

var errBody = errors.New("the octets of a queued command have changed")

func scanQueued(scan func(...any) error) (Queued, error) {
	var q Queued
	var kind, files, state, failure, fields string
	var next, left, queued, carried int64
	err := scan(&q.Seq, &q.OpID, &q.Account, &kind, &q.Target, &q.Body, &q.hash, &files, &state, &q.Attempt, &next, &left, &failure, &fields, &queued,
		&carried, &q.Brought, &q.Size)
	if err != nil {
		return q, err
	}
	if sum := sha256.Sum256(q.Body); q.hash != "" && hex.EncodeToString(sum[:]) != q.hash {
		return q, &akno.Error{Code: akno.BadFile, Op: "outbox", Err: errBody}
	}
	q.Kind, q.Rejected, q.Failure = Kind(kind), state == "rejected", akno.Code(failure)
	q.NextTry, q.LeftAt, q.QueuedAt, q.Carried = at(next), at(left), at(queued), at(carried)
	return q, errors.Join(json.Unmarshal([]byte(files), &q.Files), json.Unmarshal([]byte(fields), &q.Fields))
}

func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// leaving notes, before commands are sent, that they may reach the portal, and says
// which of them go. One that was taken back meanwhile does not, and must not be sent.
func leaving(ctx context.Context, tx dbx.Tx, opIDs []string, now time.Time) (goes map[string]bool, err error) {
	goes = make(map[string]bool, len(opIDs))
	err = dbx.Each(ctx, tx, func(scan func(...any) error) error {
		var opID string
		err := scan(&opID)
		goes[opID] = true
		return err
	}, `UPDATE outbox SET attempt=attempt+1, left_at=CASE left_at WHEN 0 THEN ? ELSE left_at END
		WHERE op_id IN (SELECT value FROM json_each(?)) AND state='pending' RETURNING op_id`, now.UnixMilli(), list(opIDs))
	return goes, err
}

// untried takes back that a try of commands was counted.
func untried(ctx context.Context, tx dbx.Tx, opIDs []string) error {
	_, err := tx.Exec(ctx, `UPDATE outbox SET attempt=attempt-1 WHERE op_id IN (SELECT value FROM json_each(?))`, list(opIDs))
	return err
}

// stayed takes back what leaving noted the first time, when it is certain that
// nothing was sent.
func stayed(ctx context.Context, tx dbx.Tx, opID string) error {
	_, err := tx.Exec(ctx, `UPDATE outbox SET left_at=0 WHERE op_id=?`, opID)
	return err
}

// later notes a failed try and when to try again.
func later(ctx context.Context, tx dbx.Tx, opID string, code akno.Code, next time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE outbox SET failure=?, next_at=? WHERE op_id=?`, string(code), next.UnixMilli(), opID)
	return err
}

// reject notes that the portal refused a command for good.
func reject(ctx context.Context, tx dbx.Tx, opID string, code akno.Code, fields map[string]string) error {
	if fields == nil {
		fields = map[string]string{}
	}
	text, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE outbox SET state='rejected', failure=?, fields=?, next_at=0 WHERE op_id=?`, string(code), string(text), opID)
	return err
}

// Drop removes a refused command, after the person has dealt with it.
func Drop(ctx context.Context, tx dbx.Tx, opID string) error {
	_, err := tx.Exec(ctx, `DELETE FROM outbox WHERE op_id=? AND state='rejected'`, opID)
	return err
}

// done moves commands to what was sent.
func done(ctx context.Context, tx dbx.Tx, opIDs []string, account, epoch string, now time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO sent(seq, op_id, account, kind, target, epoch, queued_at, acked_at)
		SELECT seq, op_id, ?, kind, target, ?, queued_at, ? FROM outbox WHERE op_id IN (SELECT value FROM json_each(?))`,
		account, epoch, now.UnixMilli(), list(opIDs))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM outbox WHERE op_id IN (SELECT value FROM json_each(?))`, list(opIDs))
	return err
}

// again puts what an account sent in another life of the portal's database back
// into the outbox: a portal restored from a copy may have lost it, and one that
// has not answers as before. It returns how many there were.
func again(ctx context.Context, tx dbx.Tx, account, epoch string) (n int64, err error) {
	n, err = dbx.Changed(ctx, tx, `INSERT INTO outbox(seq, op_id, account, kind, target, state, left_at, queued_at)
		SELECT seq, op_id, account, kind, target, 'pending', acked_at, queued_at
		FROM sent WHERE account=? AND epoch<>?`, account, epoch)
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `DELETE FROM sent WHERE account=? AND epoch<>?`, account, epoch)
	return n, err
}

// keepSent is how long what the portal took is kept after that was confirmed: a
// portal that is restored from a copy younger than this is given again what the copy
// does not have.
const keepSent = 30 * 24 * time.Hour

// confirm notes that the portal's records were read to their end, when its clock told
// now, and forgets what was confirmed so long before. Both times are the portal's:
// nobody's clock here makes anything old. What was taken in another life is neither
// confirmed nor forgotten.
func confirm(ctx context.Context, tx dbx.Tx, account, epoch string, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE sent SET confirmed_at=? WHERE account=? AND confirmed_at=0 AND epoch=?`, now.UnixMilli(), account, epoch)
	if err != nil {
		return fmt.Errorf("confirm: %w", err)
	}
	_, err = tx.Exec(ctx, `DELETE FROM sent WHERE account=? AND confirmed_at>0 AND confirmed_at<? AND epoch=?`,
		account, now.Add(-keepSent).UnixMilli(), epoch)
	if err != nil {
		return fmt.Errorf("confirm: %w", err)
	}
	return nil
}

// ask lets what the portal refused in another life of its database be judged
// anew: this life may have taken it, or have another reason.
func ask(ctx context.Context, tx dbx.Tx, account string) error {
	_, err := tx.Exec(ctx, `UPDATE outbox SET state='pending', failure='', fields='{}' WHERE account IN ('', ?) AND state='rejected' AND failure<>?`,
		account, string(akno.BadFile))
	return err
}
