// Package keystore is the system's own place for secrets: the Secret Service of
// the desktop on Linux, the Credential Manager on Windows, the Keychain on macOS.
// What lies there is open to every program of the person's account while she is
// signed in to the computer.
package keystore

import (
	"encoding/hex"
	"errors"
	"io/fs"
	"time"

	"github.com/zalando/go-keyring"

	"akno/backend/akno"
)

// service is the name under which the system lists our secrets.
const service = "Akno"

// A Store is the system's key store.
type Store struct {
	// Patience is how long the store may take to answer: some ask the person for
	// leave first, and some are never heard of again.
	Patience time.Duration
}

// Set keeps a secret under a name, in the place of the one before. The library
// takes text: a copy of it stays in memory until the collector comes.
func (s Store) Set(name string, secret []byte) error {
	return s.ask("keystore.Set", func() error { return keyring.Set(service, name, hex.EncodeToString(secret)) })
}

// Get returns the secret of a name, which the caller wipes. The error is
// fs.ErrNotExist where there is none.
func (s Store) Get(name string) (secret []byte, err error) {
	answer := make(chan []byte, 1)
	err = s.ask("keystore.Get", func() error {
		text, err := keyring.Get(service, name)
		if err != nil {
			return err
		}
		octets, err := hex.DecodeString(text)
		answer <- octets
		return err
	})
	if err != nil {
		return nil, err
	}
	return <-answer, nil
}

// Delete takes the secret of a name out; one that is not there is no error.
func (s Store) Delete(name string) error {
	err := s.ask("keystore.Delete", func() error { return keyring.Delete(service, name) })
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// ask asks the store and waits for it, for as long as Patience. The code
// unavailable is for one that does not answer, or that refuses.
func (s Store) ask(op string, what func() error) error {
	done := make(chan error, 1)
	go func() {
		defer func() {
			if recover() != nil { // of the library; its value may quote a secret
				done <- errors.New("it fell")
			}
		}()
		done <- what()
	}()
	wait := time.NewTimer(s.Patience)
	defer wait.Stop()
	select {
	case err := <-done:
		switch {
		case errors.Is(err, keyring.ErrNotFound):
			return fs.ErrNotExist
		case err != nil:
			return &akno.Error{Code: akno.Unavailable, Op: op, Err: err}
		}
		return nil
	case <-wait.C:
		return &akno.Error{Code: akno.Unavailable, Op: op, Err: errors.New("no answer")}
	}
}
