package single

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
)

// socketPath returns a name for the socket that fits into the 104 to 108 bytes
// which systems allow. A long folder name is replaced by its hash in a private
// folder of its own.
func socketPath(at Place) (string, error) {
	abs, err := filepath.Abs(at.Profile)
	if err != nil {
		return "", err
	}
	if p := filepath.Join(abs, "socket"); len(p) <= 100 {
		return p, nil
	}
	base := at.Runtime
	if base == "" {
		base = os.TempDir()
	}
	sum := sha256.Sum256([]byte(abs))
	private := filepath.Join(base, "akno-"+hex.EncodeToString(sum[:8]))
	if err := os.MkdirAll(private, 0o700); err != nil {
		return "", err
	}
	if err := ownedByUs(private); err != nil {
		return "", err
	}
	return filepath.Join(private, "socket"), nil
}
