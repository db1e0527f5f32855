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

// makeKeys makes the containers that a new folder lacks, under the password of
// the folder. Whoever reads the folder has the keys: a demo authority protects
// nothing but its own form.
func (a *Authority) makeKeys() error {
	for _, name := range []string{rootName, rucName, ocspName, tsaName} {
		_, err := os.Stat(a.keyPath(name))
		if errors.Is(err, os.ErrNotExist) {
			err = a.newKey(name)
		}
		if err != nil {
			return fmt.Errorf("key of %s: %w", name, err)
		}
	}
	return nil
}

func (a *Authority) keyPath(name string) string {
	return filepath.Join(a.config.Dir, "keys", name+".key")
}

// key returns a key of the authority. Its container is opened when the key is
// first needed: most runs never need that of the root.
func (a *Authority) key(name string) (*bign.PrivateKey, error) {
	a.keysMu.Lock()
	defer a.keysMu.Unlock()
	if k := a.keys[name]; k != nil {
		return k, nil
	}
	file, err := os.ReadFile(a.keyPath(name))
	if err != nil {
		return nil, err
	}
	password, err := a.password()
	if err != nil {
		return nil, err
	}
	defer clear(password)
	k, err := container.Open(file, password)
	if err != nil {
		return nil, fmt.Errorf("key of %s: %w", name, err)
	}
	if c := a.certs[name]; c != nil && !c.PublicKey.Equal(k.PublicKey()) {
		k.Wipe()
		return nil, fmt.Errorf("certificate of %s belongs to another key", name)
	}
	a.keys[name] = k
	return k, nil
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

// publisherName is the key that signs procedure packs. It has no certificate:
// programs know a publisher by its public key.
const publisherName = "publisher"

// Publisher returns the public key of the demo's publisher of packs. Its
// container lies with the others, under the password of the folder; it is made
// when it is first asked for.
func (a *Authority) Publisher() (*bign.PublicKey, error) {
	_, err := os.Stat(a.keyPath(publisherName))
	if errors.Is(err, os.ErrNotExist) {
		err = a.sealKey(publisherName)
	}
	if err != nil {
		return nil, fmt.Errorf("gossuok: key of %s: %w", publisherName, err)
	}
	key, err := a.key(publisherName)
	if err != nil {
		return nil, err
	}
	return key.PublicKey(), nil
}

func (a *Authority) newKey(name string) error {
	// A key without its certificate would be another authority under the same
	// folder: refuse to make one where certificates were issued already.
	if issued, err := filepath.Glob(filepath.Join(a.config.Dir, "issued", "*.json")); err != nil || len(issued) > 0 {
		return errors.New("the file is missing and certificates were issued")
	}
	return a.sealKey(name)
}

// sealKey makes a key and writes its container.
func (a *Authority) sealKey(name string) error {
	key, err := bign.GenerateKey(bign.Curve256v1())
	if err != nil {
		return err
	}
	password, err := a.password()
	if err != nil {
		return err
	}
	defer clear(password)
	file, err := container.Seal(key, password, container.MinIterations)
	if err != nil {
		return err
	}
	a.keys[name] = key
	return writeFile(a.keyPath(name), file)
}
