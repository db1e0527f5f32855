package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"akno/backend/internal/atomicfile"
	"akno/backend/stb/cms"
)

// write writes a file as a whole, or to standard output for "-".
func (e *env) write(name string, data []byte) error {
	if name == "-" {
		_, err := e.out.Write(data)
		return err
	}
	return atomicfile.Write(name, data, 0o644)
}

// stream runs a conversion from a file to a new file; nothing is left of the new file when it fails.
func (e *env) stream(from, to string, convert func(dst io.Writer, src io.Reader, size int64) error) (err error) {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer src.Close()
	info, err := src.Stat()
	if err != nil {
		return err
	}
	dst, err := os.CreateTemp(filepath.Dir(to), ".aknoctl-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			dst.Close()
			os.Remove(dst.Name())
		}
	}()
	if err = convert(dst, src, info.Size()); err != nil {
		return err
	}
	if err = dst.Sync(); err != nil {
		return err
	}
	if err = dst.Close(); err != nil {
		return err
	}
	return os.Rename(dst.Name(), to)
}

func encrypt(e *env, args []string) (int, error) {
	o := newOptions(e)
	var to list
	o.Var(&to, "to", "")
	out := o.String("out", "", "")
	rest, err := o.parse(args, 1, 1)
	if err != nil {
		return exitUsage, err
	}
	if *out == "" || len(to) == 0 {
		return wrongUsage("--to and --out are needed")
	}
	recipients, err := e.certificates(to...)
	if err != nil {
		return exitUsage, err
	}
	err = e.stream(rest[0], *out, func(dst io.Writer, src io.Reader, size int64) error {
		return cms.Encrypt(context.Background(), dst, src, size, recipients)
	})
	if err != nil {
		return exitUsage, err
	}
	return exitYes, e.answer(map[string]any{"out": *out, "recipients": len(recipients)},
		fmt.Sprintf("%s: for %d recipients", *out, len(recipients)))
}

func decrypt(e *env, args []string) (int, error) {
	o := newOptions(e)
	keyFile, passwordFile, out := o.String("key", "", ""), o.String("password-file", "", ""), o.String("out", "", "")
	rest, err := o.parse(args, 1, 1)
	if err != nil {
		return exitUsage, err
	}
	if *keyFile == "" || *out == "" {
		return wrongUsage("--key and --out are needed")
	}
	key, err := e.openKey(*keyFile, *passwordFile)
	if err != nil {
		return e.keyFault(err)
	}
	defer key.Wipe()
	if _, err := os.Stat(rest[0]); err != nil {
		return exitUsage, err
	}
	err = e.stream(rest[0], *out, func(dst io.Writer, src io.Reader, _ int64) error {
		return cms.Decrypt(context.Background(), dst, src, key)
	})
	if err != nil {
		return exitNo, err
	}
	return exitYes, e.answer(map[string]any{"out": *out}, *out)
}
