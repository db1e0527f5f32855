// Package change tells a device what changed in its account since it last asked.
// The index of changes has one row for each entity, as large as the data and not
// as the history; what a device has seen already it is never sent again, and
// what is gone it is told as gone.
package change

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"akno/backend/akno"
	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/portal/session"
	"akno/backend/portal/store"
	"akno/backend/portalapi"
)

// MaxPage is the most changes a page holds.
const MaxPage = 500

// A Body returns an entity of a kind as the JSON of the contract. Nil is an
// entity that is not there any more.
type Body func(ctx context.Context, tx dbx.Tx, account, id string) (json.RawMessage, error)

// A Service answers pulls.
type Service struct {
	db     dbx.DB
	epoch  func() string
	key    []byte
	now    clock.Clock
	bodies map[string]Body
}

// New returns the service over db. epoch names the life of the database, key is
// that under which cursors are made, now the portal's clock. bodies are the kinds whose JSON is not stored
// as it is sent; applications and orders are read from their rows.
func New(db dbx.DB, epoch func() string, key []byte, now clock.Clock, bodies map[string]Body) *Service {
	return &Service{db: db, epoch: epoch, key: key, now: now, bodies: bodies}
}

// Epoch names the life of the database.
func (s *Service) Epoch() string { return s.epoch() }

// Pull returns at most limit changes after cursor; "" is the beginning. A cursor
// of another epoch, from the future or from before what is kept is
// akno.ExpiredCode: the device begins anew and sends again what the portal may
// have lost.
func (s *Service) Pull(ctx context.Context, who session.Session, cursor string, limit int) (portalapi.ChangePage, error) {
	from, err := s.parse(who.AccountID, cursor)
	if err != nil {
		return portalapi.ChangePage{}, err
	}
	if limit < 1 || limit > MaxPage {
		limit = MaxPage
	}
	page := portalapi.ChangePage{Epoch: s.epoch(), From: &cursor, Changes: []portalapi.Change{}}
	err = s.db.Read(ctx, func(tx dbx.Tx) error {
		var seq, least, live int64
		var sum *int64
		if _, err := dbx.Found(ctx, tx, `SELECT seq, min_seq, live_count, checksum FROM stream WHERE account_id = ? AND name = ?`,
			[]any{who.AccountID, store.AccountStream}, &seq, &least, &live, &sum); err != nil {
			return err
		}
		at := from
		if cursor == "" {
			at.since = seq
		}
		if at.after > seq || max(at.after, at.since) < least {
			return expired("range")
		}
		if at.after == seq { // the usual answer: nothing new
			page.Cursor, page.At = s.cursor(who.AccountID, at), &at.after
			s.seal(&page, live, sum)
			return nil
		}
		page.Changes = make([]portalapi.Change, 0, limit)
		last, more, err := s.fill(ctx, tx, who.AccountID, at.after, limit, &page.Changes)
		if !more {
			// All that there is was told, also what was forgotten since: the end is that
			// of the stream, so that a reading anew does not end before an earlier one.
			last = seq
		}
		page.Cursor, page.At, page.More = s.cursor(who.AccountID, place{last, at.since}), &last, more
		if !more {
			s.seal(&page, live, sum)
		}
		return err
	})
	if err != nil {
		return portalapi.ChangePage{}, err
	}
	return page, nil
}

// mostRows is one more than a page holds. A number that is bound there would have
// the statement compiled anew for every page.
var mostRows = strconv.Itoa(MaxPage + 1)

// errFull ends the reading of rows.
var errFull = errors.New("change: the page is full")

// fill appends at most limit changes after a number and returns the number of
// the last one.
func (s *Service) fill(ctx context.Context, tx dbx.Tx, account string, after int64, limit int, into *[]portalapi.Change) (last int64, more bool, err error) {
	last = after
	var seq int64
	var c portalapi.Change
	var deleted bool
	var doc []byte
	row := []any{&seq, &c.Kind, &c.Id, &c.Version, &deleted, &doc} // once: a page has many rows
	err = dbx.Each(ctx, tx, func(scan func(...any) error) error {
		if err := scan(row...); err != nil {
			return err
		}
		if len(*into) == limit {
			more = true
			return errFull
		}
		c.Deleted, c.Body = nil, nil
		if deleted {
			gone := true
			c.Deleted = &gone
		} else if doc != nil {
			raw := json.RawMessage(doc)
			c.Body = &raw
		}
		last = seq
		*into = append(*into, c)
		return nil
	}, `SELECT c.seq, c.kind, c.id, c.version, c.deleted, coalesce(c.doc, CASE c.kind
			WHEN 'application' THEN (SELECT a.doc FROM application a WHERE a.account_id = c.account_id AND a.id = c.id)
			WHEN 'order' THEN (SELECT o.doc FROM payment_order o WHERE o.account_id = c.account_id AND o.code = c.id) END)
		FROM change c WHERE c.account_id = ? AND c.stream = ? AND c.seq > ? ORDER BY c.seq LIMIT `+mostRows,
		account, store.AccountStream, after)
	if err != nil && !errors.Is(err, errFull) {
		return last, more, err
	}
	return last, more, s.complete(ctx, tx, account, *into)
}

// complete adds the bodies that are not stored as they are sent.
func (s *Service) complete(ctx context.Context, tx dbx.Tx, account string, changes []portalapi.Change) error {
	for i := range changes {
		c := &changes[i]
		body, known := s.bodies[c.Kind]
		if c.Body != nil || c.Deleted != nil || !known {
			continue
		}
		raw, err := body(ctx, tx, account, c.Id)
		if err != nil {
			return fmt.Errorf("change: body of %s: %w", c.Kind, err)
		}
		if raw == nil {
			gone := true
			c.Deleted = &gone
			continue
		}
		c.Body = &raw
	}
	return nil
}

// seal tells with the last page what the device should have after it, and when. A
// stream that was not summed up since an earlier version says only when.
func (s *Service) seal(page *portalapi.ChangePage, live int64, sum *int64) {
	now := s.now().UnixMilli()
	page.Now = &now
	if sum != nil {
		text := portalapi.Checksum(uint64(*sum))
		page.Live, page.Checksum = &live, &text
	}
}

func expired(why string) error {
	return &akno.Error{Code: akno.ExpiredCode, Op: "change.Pull", Fields: map[string]string{"cursor": why}}
}
