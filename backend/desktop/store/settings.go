package store

import (
	"context"
	"encoding/json"
	"fmt"

	"akno/backend/internal/dbx"
)

// Setting reads the setting name into v, which stays as it is when there is no
// such setting.
func Setting(ctx context.Context, tx dbx.Tx, name string, v any) error {
	var text string
	found, err := dbx.Found(ctx, tx, `SELECT value FROM setting WHERE name=?`, []any{name}, &text)
	if err != nil || !found {
		return err
	}
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return fmt.Errorf("setting %s: %w", name, err)
	}
	return nil
}

// SetSetting writes v as the setting name.
func SetSetting(ctx context.Context, tx dbx.Tx, name string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("setting %s: %w", name, err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO setting(name, value) VALUES(?, ?)
		ON CONFLICT(name) DO UPDATE SET value=excluded.value`, name, string(text))
	return err
}

// Setting reads the setting name into v in a snapshot of its own.
func (db *DB) Setting(ctx context.Context, name string, v any) error {
	return db.Read(ctx, func(tx dbx.Tx) error { return Setting(ctx, tx, name, v) })
}

// SetSetting writes v as the setting name, durably.
func (db *DB) SetSetting(ctx context.Context, name string, v any) error {
	return db.Write(ctx, func(tx dbx.Tx) error { return SetSetting(ctx, tx, name, v) })
}
