package application

import (
	"context"
	"encoding/json"
	"fmt"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
	"akno/backend/portalapi"
)

// A Body is an authorised body of the portal.
type Body struct {
	Ref portalapi.BodyRef
	// Kinds are further kinds of bodies whose procedures it carries out.
	Kinds []string
	// Superior names the body to which a decision is appealed against.
	Superior string
	// Post and Official are the post and the full name of who signs decisions.
	Post, Official string
}

// PutBody adds a body or replaces what is known of it. From then on it carries
// out the procedures of its kinds.
func PutBody(ctx context.Context, tx dbx.Tx, b Body) error {
	_, err := tx.Exec(ctx, `INSERT INTO body (id, kind, ref, superior, post, official, is_active) VALUES (?, ?, ?, ?, ?, ?, 1)
		ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, ref = excluded.ref, superior = excluded.superior,
			post = excluded.post, official = excluded.official, is_active = 1`,
		b.Ref.Id, b.Ref.Kind, encode(b.Ref), b.Superior, b.Post, b.Official)
	if err != nil {
		return fmt.Errorf("application: body: %w", err)
	}
	for _, kind := range append([]string{b.Ref.Kind}, b.Kinds...) {
		_, err := tx.Exec(ctx, `INSERT INTO body_kind (kind, body_id) VALUES (?, ?)
			ON CONFLICT (kind) DO UPDATE SET body_id = excluded.body_id`, kind, b.Ref.Id)
		if err != nil {
			return fmt.Errorf("application: kind of a body: %w", err)
		}
	}
	return nil
}

// LoadBody returns the body with an id, or akno.NotFound.
func LoadBody(ctx context.Context, tx dbx.Tx, id string) (Body, error) {
	return loadBody(ctx, tx, `SELECT ref, superior, post, official FROM body WHERE is_active = 1 AND id = ?`, id)
}

// BodyOfKind returns the body that carries out what the catalogue gives to a
// kind of bodies, or akno.NotFound.
func BodyOfKind(ctx context.Context, tx dbx.Tx, kind string) (Body, error) {
	return loadBody(ctx, tx, `SELECT b.ref, b.superior, b.post, b.official FROM body_kind k JOIN body b ON b.id = k.body_id
		WHERE b.is_active = 1 AND k.kind = ?`, kind)
}

func loadBody(ctx context.Context, tx dbx.Tx, query, arg string) (Body, error) {
	var b Body
	var ref string
	found, err := dbx.Found(ctx, tx, query, []any{arg}, &ref, &b.Superior, &b.Post, &b.Official)
	if err != nil {
		return b, err
	}
	if !found {
		return b, &akno.Error{Code: akno.NotFound, Op: "application.LoadBody", Fields: map[string]string{"body": "unknown"}}
	}
	return b, json.Unmarshal([]byte(ref), &b.Ref)
}

// NextNumber takes the next number of a register of a body in a year, from 1.
func NextNumber(ctx context.Context, tx dbx.Tx, body, register string, year int) (n int, err error) {
	err = tx.QueryRow(ctx, `INSERT INTO register_counter (body_id, register, year, n) VALUES (?, ?, ?, 1)
		ON CONFLICT (body_id, register, year) DO UPDATE SET n = register_counter.n + 1 RETURNING n`, body, register, year).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("application: number of a register: %w", err)
	}
	return n, nil
}
