// Package audit is the journal of what was done to an account and who looked
// at it. Each account has its own chain: a record holds the hash of the one
// before, so that none can be changed, removed or put in between unseen.
package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"akno/backend/internal/dbx"
)

// A Record says who did what to which thing of an account, and on what ground.
// All four are identifiers and words of the program, never personal data.
type Record struct {
	Actor  string // "account:<id>", "guest" or "system"
	Action string // an event of a state table, or what was looked at
	Entity string // kind and id: "application:<id>"
	Ground string // a word that says why; may be empty
}

// An Entry is a Record in its place in the chain.
type Entry struct {
	Record
	Seq        int64
	At         time.Time
	Prev, Hash []byte
}

// ByAccount returns the actor word of an account.
func ByAccount(id string) string { return "account:" + id }

// The actors that are not accounts.
const (
	Guest  = "guest"
	System = "system"
)

// Append adds records to the account's chain, in their order. The head is read in
// the transaction, so that a rollback leaves nothing to repair.
func Append(ctx context.Context, tx dbx.Tx, accountID string, at time.Time, records ...Record) error {
	last, prev := int64(0), make([]byte, sha256.Size)
	_, err := dbx.Found(ctx, tx, `SELECT seq, hash FROM audit WHERE account_id = ? ORDER BY seq DESC LIMIT 1`,
		[]any{accountID}, &last, &prev)
	if err != nil {
		return fmt.Errorf("audit: head: %w", err)
	}
	rows := make([][]any, len(records))
	for i, r := range records {
		last++
		hash := digest(accountID, Entry{Record: r, Seq: last, At: at, Prev: prev})
		rows[i] = []any{accountID, last, at.UnixMilli(), r.Actor, r.Action, r.Entity, r.Ground, prev, hash}
		prev = hash
	}
	err = dbx.Insert(ctx, tx, `INSERT INTO audit(account_id, seq, at, actor, action, entity, ground, prev, hash)`, "", rows...)
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

// List returns the account's chain from the first record on.
func List(ctx context.Context, tx dbx.Tx, accountID string) ([]Entry, error) {
	out := make([]Entry, 0, 16)
	err := dbx.Each(ctx, tx, func(scan func(...any) error) error {
		var e Entry
		var at int64
		if err := scan(&e.Seq, &at, &e.Actor, &e.Action, &e.Entity, &e.Ground, &e.Prev, &e.Hash); err != nil {
			return err
		}
		e.At = time.UnixMilli(at).UTC()
		out = append(out, e)
		return nil
	}, `SELECT seq, at, actor, action, entity, ground, prev, hash FROM audit WHERE account_id = ? ORDER BY seq`, accountID)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	return out, nil
}

// Verify checks the chain of an account from its first record on. It returns
// the number of the first record that does not fit, or 0.
func Verify(accountID string, chain []Entry) (broken int64) {
	prev := make([]byte, sha256.Size)
	for i, e := range chain {
		if e.Seq != int64(i)+1 || !bytes.Equal(e.Prev, prev) || !bytes.Equal(e.Hash, digest(accountID, e)) {
			return int64(i) + 1
		}
		prev = e.Hash
	}
	return 0
}

// digest hashes every part with its length before it, so that no two records
// have the same octets.
func digest(accountID string, e Entry) []byte {
	h := sha256.New()
	put := func(b []byte) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(b)))
		h.Write(n[:])
		h.Write(b)
	}
	h.Write(e.Prev)
	var n [16]byte
	binary.BigEndian.PutUint64(n[:8], uint64(e.Seq))
	binary.BigEndian.PutUint64(n[8:], uint64(e.At.UnixMilli()))
	h.Write(n[:])
	for _, s := range []string{accountID, e.Actor, e.Action, e.Entity, e.Ground} {
		put([]byte(s))
	}
	return h.Sum(nil)
}
