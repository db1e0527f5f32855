package dbx

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
)

// A Foreign is the error of a SQLite file that another program has made.
type Foreign struct {
	ID int64 // its application id
}

func (f Foreign) Error() string {
	return fmt.Sprintf("a file of another program, application id %#x", f.ID)
}

// CheckOwner returns Foreign for a file that is neither empty nor marked with an
// application id as the caller's.
func CheckOwner(ctx context.Context, db *sql.DB, applicationID int64) error {
	var id, tables int64
	if err := db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return err
	}
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return err
	}
	if id != applicationID && (id != 0 || tables != 0) {
		return Foreign{id}
	}
	return nil
}

// ReadBack proves that the settings are in force by which nothing is lost: a log that
// is synced at each commit, checked references, patience, and the owner's mark. What
// opens a file asks for them in its DSN, where a slip of the pen sets nothing.
func ReadBack(ctx context.Context, db *sql.DB, applicationID int64) error {
	for _, s := range []struct{ name, want string }{
		{"journal_mode", "wal"},
		{"synchronous", "2"},
		{"foreign_keys", "1"},
		{"busy_timeout", "5000"},
		{"application_id", strconv.FormatInt(applicationID, 10)},
	} {
		var got string
		if err := db.QueryRowContext(ctx, "PRAGMA "+s.name).Scan(&got); err != nil {
			return err
		}
		if got != s.want {
			return fmt.Errorf("%s is %s, want %s", s.name, got, s.want)
		}
	}
	return nil
}
