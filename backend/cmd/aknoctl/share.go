package main

import (
	"errors"
	"fmt"

	"akno/backend/internal/atomicfile"
	"akno/backend/stb/bels"
	"akno/backend/stb/container"
)

func keySplit(e *env, args []string) (int, error) {
	o := newOptions(e)
	out := o.String("out", "", "")
	var files list
	o.Var(&files, "share", "")
	threshold := o.Int("threshold", 2, "")
	passwordFile := o.String("password-file", "", "")
	sharePassword := o.String("share-password-file", "", "")
	iterations := o.Int("iterations", keyIterations, "")
	rest, err := o.parse(args, 1, 1)
	if err != nil {
		return exitUsage, err
	}
	if *out == "" || len(files) < *threshold || *threshold < 2 || len(files) > bels.MaxShares {
		return wrongUsage("--out and %d to %d times --share are needed", max(2, *threshold), bels.MaxShares)
	}
	key, err := e.openKey(rest[0], *passwordFile)
	if err != nil {
		return e.keyFault(err)
	}
	defer key.Wipe()
	password, err := e.password(*sharePassword, "password of the shares")
	if err != nil {
		return exitUsage, err
	}
	defer clear(password)
	if len(password) == 0 {
		return exitUsage, errors.New("a share without a password is not written")
	}
	sealed, shares, err := container.SealSplit(key, len(files), *threshold, *iterations)
	if err != nil {
		return exitUsage, err
	}
	for i, s := range shares {
		file, err := container.SealShare(s, password, *iterations)
		s.Wipe()
		if err != nil {
			return exitUsage, err
		}
		if err := atomicfile.Create(files[i], file, 0o600); err != nil {
			return exitUsage, err
		}
	}
	if err := e.create(*out, sealed, 0o600); err != nil {
		return exitUsage, err
	}
	answer := describe(container.FormatContainer, key)
	return exitYes, e.answer(answer, answer.text()+fmt.Sprintf("\nany %d of %d shares open it", *threshold, len(shares)))
}

func keyJoin(e *env, args []string) (int, error) {
	o := newOptions(e)
	out := o.String("out", "", "")
	var files list
	o.Var(&files, "share", "")
	passwordFile := o.String("password-file", "", "")
	sharePassword := o.String("share-password-file", "", "")
	iterations := o.Int("iterations", keyIterations, "")
	rest, err := o.parse(args, 1, 1)
	if err != nil {
		return exitUsage, err
	}
	if *out == "" || len(files) < 2 {
		return wrongUsage("--out and two or more --share are needed")
	}
	data, err := e.read(rest[0])
	if err != nil {
		return exitUsage, err
	}
	shares, err := e.readShares(files, *sharePassword)
	defer func() {
		for _, s := range shares {
			s.Wipe()
		}
	}()
	if err != nil {
		return e.keyFault(err)
	}
	key, err := container.OpenSplit(data, shares)
	if err != nil {
		return e.keyFault(err)
	}
	defer key.Wipe()
	password, err := e.newPassword(*passwordFile)
	if err != nil {
		return exitUsage, err
	}
	defer clear(password)
	return e.writeKey(*out, key, password, *iterations)
}

// readShares reads shares from files: containers under one password, or the text of paper shares.
func (e *env) readShares(files []string, passwordFile string) (shares []container.Share, err error) {
	var password []byte
	defer func() { clear(password) }()
	for _, name := range files {
		data, err := e.read(name)
		if err != nil {
			return shares, err
		}
		defer clear(data)
		s, err := container.ParseShareText(string(data))
		if err != nil {
			if password == nil {
				if password, err = e.password(passwordFile, "password of the shares"); err != nil {
					return shares, err
				}
			}
			if s, err = container.OpenShare(data, password); err != nil {
				return shares, fmt.Errorf("%s: %w", name, err)
			}
		}
		shares = append(shares, s)
	}
	return shares, nil
}
