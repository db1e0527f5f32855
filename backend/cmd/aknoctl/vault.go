package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"akno/backend/desktop/secmem"
	"akno/backend/desktop/single"
	"akno/backend/desktop/store"
	"akno/backend/desktop/vault"
)

// openVault returns the key file of the profile in dir and its key, opened by
// the password in a file when the profile has one. The caller wipes the key.
func (e *env) openVault(ctx context.Context, dir, passwordFile string) (*vault.Vault, *secmem.Box, error) {
	v, err := vault.Open(dir, e.now)
	if err != nil {
		return nil, nil, err
	}
	if !v.Protected() {
		key, err := v.OpenKey()
		return v, key, err
	}
	password, err := e.password(passwordFile, "password of the profile")
	if err != nil {
		return nil, nil, err
	}
	defer clear(password)
	key, err := v.Unlock(ctx, password)
	return v, key, err
}

// alone takes the profile in dir for this run: one program at a time has it and
// the others of its folder, as the window does.
func alone(dir string) (*single.Instance, error) {
	lock, err := single.Take(single.Place{Profile: vault.Base(dir), Runtime: os.Getenv("XDG_RUNTIME_DIR")}, nil, nil)
	switch {
	case errors.Is(err, single.ErrRunning):
		return nil, fmt.Errorf("the profile is in use: close the program first: %w", err)
	case errors.Is(err, single.ErrHeld):
		return nil, errors.New("the profile is in use: another command works with it, run this one after it")
	}
	return lock, err
}

// profilePasswd gives a profile a password, another one, or none.
func profilePasswd(e *env, args []string) (status int, err error) {
	o := newOptions(e)
	dir := o.String("profile-dir", "", "")
	passwordFile := o.String("profile-password-file", "", "")
	newFile := o.String("new-password-file", "", "")
	none := o.Bool("none", false, "")
	if _, err := o.parse(args, 0, 0); err != nil {
		return exitUsage, err
	}
	switch {
	case *dir == "":
		return wrongUsage("--profile-dir is missing")
	case *none == (*newFile != ""):
		return wrongUsage("give --new-password-file or --none")
	}
	abs, err := filepath.Abs(*dir)
	if err != nil {
		return exitUsage, err
	}
	lock, err := alone(abs)
	if err != nil {
		return exitUsage, err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	v, key, err := e.openVault(context.Background(), abs, *passwordFile)
	if err != nil {
		return e.refused(err)
	}
	defer key.Wipe()
	if *none {
		err = v.LeaveOpen(key)
	} else {
		var password []byte
		if password, err = e.password(*newFile, ""); err == nil {
			err = v.SetPassword(context.Background(), key, password)
			clear(password)
		}
	}
	if err != nil {
		return e.refused(err)
	}
	return exitYes, e.answer(struct {
		Protected bool `json:"protected"`
	}{v.Protected()}, fmt.Sprintf("protected by a password: %t\n", v.Protected()))
}

// profileAccept lets a profile be opened again in which an older page was found.
func profileAccept(e *env, args []string) (status int, err error) {
	o := newOptions(e)
	dir := o.String("profile-dir", "", "")
	if _, err := o.parse(args, 0, 0); err != nil {
		return exitUsage, err
	}
	if *dir == "" {
		return wrongUsage("--profile-dir is missing")
	}
	abs, err := filepath.Abs(*dir)
	if err != nil {
		return exitUsage, err
	}
	if !vault.Exists(abs) {
		return e.refused(noProfile(abs))
	}
	lock, err := alone(abs)
	if err != nil {
		return exitUsage, err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if err := store.AcceptOlder(abs); err != nil {
		return e.refused(err)
	}
	return exitYes, e.answer(map[string]bool{"accepted": true}, "accepted: the next start goes on with what the file holds")
}
