package vault

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"akno/backend/akno"
	"akno/backend/desktop/secmem"
	"akno/backend/stb/belt"
)

// A KeyStore keeps secrets for the person's account at this computer
// (desktop/keystore). Get returns fs.ErrNotExist for a name that has none.
type KeyStore interface {
	Set(name string, secret []byte) error
	Get(name string) ([]byte, error)
	Delete(name string) error
}

// KeepIn lets the system's key store open the profile. What the store keeps is no
// key of data: it opens the wrap in the profile's folder, so that neither is good
// for anything without the other. The secret lies in the store before the wrap is
// written.
func (v *Vault) KeepIn(store KeyStore, key *secmem.Box) error {
	const op = "vault.KeepIn"
	if !v.Protected() {
		return &akno.Error{Code: akno.WrongState, Op: op}
	}
	secret := make([]byte, KeySize)
	defer clear(secret)
	if _, err := rand.Read(secret); err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	id, err := v.id()
	if err != nil {
		return err
	}
	w := wrap{Way: byStore}
	if w.Key, err = belt.Wrap(secret, key.Octets(), id); err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	if err := store.Set(v.head.Profile, secret); err != nil {
		return err
	}
	// Some stores take everything and keep nothing.
	back, err := store.Get(v.head.Profile)
	same := slices.Equal(back, secret)
	clear(back)
	if err != nil || !same {
		return &akno.Error{Code: akno.Unavailable, Op: op, Err: errors.Join(err, errors.New("the store did not keep the secret"))}
	}
	return v.put(w)
}

// KeptIn says whether the system's key store opens the profile.
func (v *Vault) KeptIn() bool { return v.find(byStore) != nil }

// UnlockIn opens the key by what the store keeps; the caller wipes it. The codes:
// wrong_state when the profile was not given to a store, unavailable for one that
// does not answer, bad_password when it keeps nothing for this profile or
// something else.
func (v *Vault) UnlockIn(store KeyStore) (*secmem.Box, error) {
	const op = "vault.UnlockIn"
	w := v.find(byStore)
	if w == nil {
		return nil, &akno.Error{Code: akno.WrongState, Op: op}
	}
	secret, err := store.Get(v.head.Profile)
	defer clear(secret)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && len(secret) != KeySize:
		return nil, &akno.Error{Code: akno.BadPassword, Op: op}
	case err != nil:
		return nil, err
	}
	return v.unwrap(op, secret, w.Key)
}

// TakeOut takes the way by the store away. The wrap goes first: a secret that
// stays in a store which does not answer opens nothing.
func (v *Vault) TakeOut(store KeyStore) error {
	before := slices.Clone(v.head.Wraps)
	v.drop(byStore)
	if err := v.save(); err != nil {
		v.head.Wraps = before
		return err
	}
	return store.Delete(v.head.Profile)
}
