package vault

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"akno/backend/akno"
	"akno/backend/desktop/secmem"
)

// protected is a profile with a password, and its key.
func protected(t *testing.T) (*Vault, *secmem.Box) {
	t.Helper()
	v := openVault(t, folder(t))
	key, err := v.OpenKey()
	if err == nil {
		err = v.SetPassword(t.Context(), key, []byte("васильки на поле"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return v, key
}

// drawer is a key store for tests.
type drawer struct {
	kept   map[string][]byte
	broken bool // it does not answer
	loses  bool // it takes everything and keeps nothing
}

var errSilent = &akno.Error{Code: akno.Unavailable, Op: "drawer"}

func (d *drawer) Set(name string, secret []byte) error {
	if d.broken {
		return errSilent
	}
	if !d.loses {
		d.kept[name] = bytes.Clone(secret)
	}
	return nil
}

func (d *drawer) Get(name string) ([]byte, error) {
	if d.broken {
		return nil, errSilent
	}
	if secret, ok := d.kept[name]; ok {
		return bytes.Clone(secret), nil
	}
	return nil, fs.ErrNotExist
}

func (d *drawer) Delete(name string) error {
	if d.broken {
		return errSilent
	}
	delete(d.kept, name)
	return nil
}

func TestAKeyStoreOpensWhatItWasGivenAndNothingElse(t *testing.T) {
	v, key := protected(t)
	d := &drawer{kept: map[string][]byte{}}
	if v.KeptIn() {
		t.Error("kept without having been asked for")
	}
	if _, err := v.UnlockIn(d); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("got %v", err)
	}
	if err := v.KeepIn(d, key); err != nil || !v.KeptIn() {
		t.Fatal(err)
	}
	got, err := v.UnlockIn(d)
	if err != nil || !bytes.Equal(got.Octets(), key.Octets()) {
		t.Fatalf("%v", err)
	}
	if bytes.Equal(d.kept[v.Profile()], key.Octets()) {
		t.Error("the store holds the data key itself")
	}
	file, err := os.ReadFile(filepath.Join(v.dir, fileName))
	if err != nil || bytes.Contains(file, key.Octets()) {
		t.Errorf("the file holds the key: %v", err)
	}
	again, err := Open(v.dir, v.now)
	if err != nil || !again.KeptIn() || !again.Protected() {
		t.Fatalf("after the next start: %v", err)
	}
	// Something else in the store is a wrong password, and the right one opens still.
	secret := d.kept[v.Profile()]
	for name, other := range map[string][]byte{"another secret": make([]byte, KeySize), "half": secret[:5]} {
		d.kept[v.Profile()] = other
		if _, err := again.UnlockIn(d); akno.CodeOf(err) != akno.BadPassword {
			t.Errorf("%s: %v", name, err)
		}
	}
	d.kept[v.Profile()] = secret
	if err := again.TakeOut(d); err != nil || again.KeptIn() || len(d.kept) != 0 {
		t.Errorf("%v, %d kept", err, len(d.kept))
	}
	d.kept[v.Profile()] = secret // as another program has it
	if _, err := again.UnlockIn(d); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("a secret without its wrap: %v", err)
	}
}

func TestAKeyStoreThatDoesNotWorkIsToldAndChangesNothing(t *testing.T) {
	v, key := protected(t)
	for name, d := range map[string]*drawer{
		"it does not answer": {kept: map[string][]byte{}, broken: true},
		"it keeps nothing":   {kept: map[string][]byte{}, loses: true},
	} {
		if err := v.KeepIn(d, key); akno.CodeOf(err) != akno.Unavailable || v.KeptIn() {
			t.Errorf("%s: %v", name, err)
		}
	}
	d := &drawer{kept: map[string][]byte{}}
	if err := v.KeepIn(d, key); err != nil {
		t.Fatal(err)
	}
	d.broken = true
	if _, err := v.UnlockIn(d); akno.CodeOf(err) != akno.Unavailable {
		t.Errorf("got %v", err)
	}
	// Taken out all the same: what stays in the store opens nothing.
	if err := v.TakeOut(d); !errors.Is(err, errSilent) || v.KeptIn() {
		t.Errorf("%v", err)
	}
}

func TestAProfileWithoutAPasswordIsNotGivenToAKeyStore(t *testing.T) {
	v, key := protected(t)
	d := &drawer{kept: map[string][]byte{}}
	if err := v.KeepIn(d, key); err != nil {
		t.Fatal(err)
	}
	if err := v.LeaveOpen(key); err != nil || v.KeptIn() {
		t.Errorf("%v: an open profile is kept in a store", err)
	}
	if err := v.KeepIn(d, key); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("got %v", err)
	}
}
