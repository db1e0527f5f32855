package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/portal/store"
)

// backupName is the file that makes a folder a whole copy: it is written last.
const backupName = "backup.json"

// A Copy says what a copy of a data folder holds.
type Copy struct {
	Version string `json:"version"` // of the program that made it
	MadeAt  int64  `json:"madeAt"`  // Unix time in milliseconds
	SHA256  string `json:"sha256"`  // of the database
	Files   int    `json:"files"`   // beside it
}

// Backup copies the data folder of c into the new folder to, while the portal may
// go on working: the database as one moment had it, as a file also where it is in
// a server, then the files, so that every
// row has its file, then the keys and what the operator trusts. The copy holds
// everything that the portal keeps secret.
func Backup(ctx context.Context, c Config, to string, now clock.Clock) (Copy, error) {
	out := Copy{Version: Version, MadeAt: now().UnixMilli()}
	if err := os.Mkdir(to, 0o700); err != nil {
		return out, fmt.Errorf("backup: %w", err)
	}
	if err := store.Copy(ctx, c.database(), filepath.Join(to, databaseName)); err != nil {
		return out, err
	}
	for _, part := range []string{"blobs", "secret", "trust"} {
		n, err := copyTree(ctx, c.path(part), filepath.Join(to, part))
		if err != nil {
			return out, fmt.Errorf("backup: %w", err)
		}
		out.Files += n
	}
	var err error
	if out.SHA256, err = sumOf(filepath.Join(to, databaseName)); err != nil {
		return out, fmt.Errorf("backup: %w", err)
	}
	raw, err := json.Marshal(out)
	if err != nil {
		return out, err
	}
	return out, errors.Join(writeWhole(filepath.Join(to, backupName), append(raw, '\n')), syncDir(to), syncDir(filepath.Dir(to)))
}

// Restore makes the data folder of c, which may not be there, from a copy, proves
// that every file that the database names is in it, and begins another life of the
// database: devices notice it and send again what the copy does not have. It
// returns the new epoch. The folder appears whole or not at all. When c names a
// PostgreSQL database, which has to be without a portal, the rows go there last,
// in one transaction.
func Restore(ctx context.Context, c Config, from string, now clock.Clock) (epoch string, err error) {
	if _, err := os.Lstat(c.Data); !errors.Is(err, os.ErrNotExist) {
		return "", errors.Join(fmt.Errorf("restore: %s is there: move it away first", c.Data), err)
	}
	if err := checkCopy(from); err != nil {
		return "", fmt.Errorf("restore: %w", err)
	}
	part := c
	part.DB = "" // everything is proven before a server is touched
	part.Data = filepath.Clean(c.Data) + ".restoring"
	if err := os.RemoveAll(part.Data); err != nil {
		return "", err
	}
	if _, err := copyTree(ctx, from, part.Data); err != nil {
		return "", fmt.Errorf("restore: %w", err)
	}
	if err := os.Remove(part.path(backupName)); err != nil {
		return "", err
	}
	if epoch, err = store.Renew(ctx, part.path(databaseName), now); err != nil {
		return "", err
	}
	if err := checkFiles(ctx, part, now); err != nil {
		return "", fmt.Errorf("restore: %w", err)
	}
	if c.DB != "" {
		if err := store.Fill(ctx, part.path(databaseName), c.DB); err != nil {
			return "", err
		}
		for _, suffix := range []string{"", "-wal", "-shm"} {
			if err := os.Remove(part.path(databaseName) + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
				return "", err
			}
		}
	}
	if err := os.Rename(part.Data, c.Data); err != nil {
		return "", err
	}
	return epoch, syncDir(filepath.Dir(filepath.Clean(c.Data)))
}

// checkCopy proves that a copy was finished and its database is what it was.
func checkCopy(from string) error {
	raw, err := os.ReadFile(filepath.Join(from, backupName))
	if err != nil {
		return fmt.Errorf("not a whole copy: %w", err)
	}
	var said Copy
	if err := json.Unmarshal(raw, &said); err != nil {
		return fmt.Errorf("not a whole copy: %w", err)
	}
	sum, err := sumOf(filepath.Join(from, databaseName))
	if err == nil && sum != said.SHA256 {
		err = errors.New("the database of the copy has changed")
	}
	return err
}

// checkFiles proves that every file that the database names is there and whole.
func checkFiles(ctx context.Context, c Config, now clock.Clock) error {
	p, err := Open(ctx, c, now)
	if err != nil {
		return err
	}
	type named struct{ account, sum string }
	var all []named
	err = p.DB.Read(ctx, func(tx dbx.Tx) error {
		return dbx.Each(ctx, tx, func(scan func(...any) error) error {
			var n named
			err := scan(&n.account, &n.sum)
			all = append(all, n)
			return err
		}, `SELECT account_id, sha256 FROM blob`)
	})
	bad := 0
	for _, n := range all {
		f, _, openErr := p.Blobs.Open(ctx, n.account, n.sum)
		if openErr != nil {
			bad++
			continue
		}
		h := sha256.New()
		if _, copyErr := io.Copy(h, f); errors.Join(copyErr, f.Close()) != nil || hex.EncodeToString(h.Sum(nil)) != n.sum {
			bad++
		}
	}
	if err == nil && bad > 0 {
		err = fmt.Errorf("%d of %d files are missing or damaged", bad, len(all))
	}
	return errors.Join(err, p.DB.Close())
}

// copyTree copies a folder, which may be missing, and returns how many files it
// had. What is on its way (uploads that are not whole) is left out.
func copyTree(ctx context.Context, from, to string) (n int, err error) {
	if _, err := os.Stat(from); errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	err = filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		switch {
		case e.IsDir() && filepath.Base(from) == "blobs" && (rel == "tmp" || rel == "parts"):
			return fs.SkipDir
		case e.IsDir():
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		n++
		return copyFile(path, filepath.Join(to, rel))
	})
	if err != nil {
		return n, err
	}
	return n, filepath.WalkDir(to, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.IsDir() {
			return err
		}
		return syncDir(path)
	})
}

// copyFile copies a file; the copy is on the disk when it returns nil.
func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

func sumOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), errors.Join(err, f.Close())
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
