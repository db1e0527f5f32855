package gossuok

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"akno/backend/stb/bign"
	"akno/backend/stb/container"
)

// openKeys opens the containers of the authority's keys under the password of
// its folder, and makes what a new folder lacks. Whoever reads the folder has the
// keys: a demo authority protects nothing but its own form.
func (a *Authority) openKeys() error {
	password, err := a.password()
	if err != nil {
		return err
	}
	defer clear(password)
	for _, name := range []string{rootName, rucName, ocspName, tsaName} {
		path := filepath.Join(a.config.Dir, "keys", name+".key")
		file, err := os.ReadFile(path)
		switch {
		case errors.Is(err, os.ErrNotExist):
			a.keys[name], err = a.newKey(path, password)
		case err == nil:
			a.keys[name], err = container.Open(file, password)
		}
		if err != nil {
			return fmt.Errorf("key of %s: %w", name, err)
		}
	}
	return nil
}

// password reads the password of the folder, or draws one.
func (a *Authority) password() ([]byte, error) {
	path := filepath.Join(a.config.Dir, "password")
	b, err := os.ReadFile(path)
	if !errors.Is(err, os.ErrNotExist) {
		return bytes.TrimSpace(b), err
	}
	var raw [16]byte
	rand.Read(raw[:]) // crypto/rand never fails
	text := []byte(hex.EncodeToString(raw[:]))
	return text, writeFile(path, append(bytes.Clone(text), '\n'))
}

func (a *Authority) newKey(path string, password []byte) (*bign.PrivateKey, error) {
	// A key without its certificate would be another authority under the same
	// folder: refuse to make one where certificates were issued already.
	if issued, err := filepath.Glob(filepath.Join(a.config.Dir, "issued", "*.json")); err != nil || len(issued) > 0 {
		return nil, errors.New("the file is missing and certificates were issued")
	}
	key, err := bign.GenerateKey(bign.Curve256v1())
	if err != nil {
		return nil, err
	}
	file, err := container.Seal(key, password, container.MinIterations)
	if err != nil {
		return nil, err
	}
	return key, writeFile(path, file)
}
