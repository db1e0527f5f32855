package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
)

// Backup is Copy of this database.
func (db *DB) Backup(ctx context.Context, path string) error { return Copy(ctx, db.address, path) }

// Copy writes a whole copy of the database at an address into a new SQLite file
// at path, as one moment had it, while the portal goes on working; so a copy of
// one engine can be restored to the other. When it has returned nil the copy is on
// the disk; it appears whole or not at all.
func Copy(ctx context.Context, address, path string) error {
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		return errors.Join(fmt.Errorf("store: backup: %s is there already", filepath.Base(path)), err)
	}
	part := path + ".part"
	if err := removeIfThere(part); err != nil {
		return fmt.Errorf("store: backup: %w", err)
	}
	err := copyTo(ctx, address, part)
	if err == nil {
		err = os.Chmod(part, 0o600)
	}
	if err == nil {
		err = syncPath(part)
	}
	if err == nil {
		err = os.Rename(part, path)
	}
	if err == nil {
		err = syncPath(filepath.Dir(path))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("store: backup: %w", err), removeIfThere(part))
	}
	return nil
}

func copyTo(ctx context.Context, address, part string) error {
	if IsServer(address) {
		return fromServer(ctx, address, part)
	}
	if _, err := os.Stat(address); err != nil {
		return err
	}
	// A connection of its own: the readers refuse the statement, and the writer
	// would let everybody wait.
	conn, err := sql.Open("sqlite", dsn(address, "ro", []string{"busy_timeout(5000)"}))
	if err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, "VACUUM INTO ?", part)
	return errors.Join(err, conn.Close())
}

// Renew gives the database at path a new life: another epoch. It is for a file
// that was restored from a copy, before the portal is started on it, and makes
// every device send again what the copy does not have. It returns the new epoch.
func Renew(ctx context.Context, path string, now clock.Clock) (epoch string, err error) {
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("store: renew: %w", err)
	}
	db, err := Open(ctx, path, now)
	if err != nil {
		return "", err
	}
	at := now()
	epoch = ids.New(at)
	err = db.Write(ctx, func(tx dbx.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE meta SET value = ? WHERE name = 'epoch'`, epoch); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO meta(name, value) VALUES('renewed', ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value`,
			strconv.FormatInt(at.UnixMilli(), 10))
		return err
	})
	return epoch, errors.Join(err, db.Close())
}

// Renewed returns when the present life of the database began by Renew, the zero
// time for the first one. What was given out before, and is not in the copy, may
// be in the hands of people.
func Renewed(ctx context.Context, tx dbx.Tx) (time.Time, error) {
	var text string
	found, err := dbx.Found(ctx, tx, `SELECT value FROM meta WHERE name = 'renewed'`, nil, &text)
	if err != nil || !found {
		return time.Time{}, err
	}
	ms, err := strconv.ParseInt(text, 10, 64)
	return time.UnixMilli(ms).UTC(), err
}

func removeIfThere(path string) error {
	if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
