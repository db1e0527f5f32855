package syncsim

import (
	"context"
	"os"
	"path/filepath"

	"akno/backend/internal/testkit/testdb"
	"akno/backend/portal/store"
)

// A home is where the portal's rows of one life lie: a file, or a schema of a
// server when the tests run on one.
type home struct {
	address string
	leave   func() error // removes them, once they are closed
}

func inFile(dir string) home {
	return home{address: filepath.Join(dir, "portal.db"), leave: func() error { return os.RemoveAll(dir) }}
}

// homeOf makes a life of what a file in a folder of its own holds.
func homeOf(ctx context.Context, path string) (home, error) {
	if !testdb.OnServer() {
		return inFile(filepath.Dir(path)), nil
	}
	address, giveBack, err := testdb.Lease()
	if err != nil {
		return home{}, err
	}
	if err := store.Fill(ctx, path, address); err != nil {
		return home{}, err
	}
	return home{address, giveBack}, os.RemoveAll(filepath.Dir(path))
}

// copyTo copies the rows as they lie on the disk; a server is asked.
func (h home) copyTo(ctx context.Context, path string) error {
	if store.IsServer(h.address) {
		return store.Copy(ctx, h.address, path)
	}
	return copyDatabase(h.address, path)
}

// afterDeath returns the rows that who starts after a death finds: the file and
// its log as they lie on the disk, in the folder dir, or what the server has once
// the connections are gone.
func (h home) afterDeath(dir string) (home, error) {
	if store.IsServer(h.address) {
		return h, nil
	}
	next := inFile(dir)
	return next, copyDatabase(h.address, next.address)
}
