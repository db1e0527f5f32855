package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"

	"akno/backend/internal/atomicfile"
	"akno/backend/stb/cms"
)

// write writes a file as a whole, or to standard output for "-".
func (e *env) write(name string, data []byte) error {
	if name == "-" {
		e.taken = true
		_, err := e.out.Write(data)
		return err
	}
	return atomicfile.Write(name, data, 0o644)
}

// create writes a file that must not exist yet, or to standard output for "-".
func (e *env) create(name string, data []byte, perm os.FileMode) error {
	if name == "-" {
		return e.write(name, data)
	}
	return atomicfile.Create(name, data, perm)
}

// convert turns a file into a new file for its owner's eyes, however long it is;
// nothing is left of the new file when it fails.
func (e *env) convert(from, to string, work func(dst io.Writer, src io.Reader, size int64) error) error {
	if from == "-" { // its length is not known beforehand
		data, err := e.read(from)
		defer clear(data)
		if err != nil {
			return err
		}
		return e.build(to, 0o600, func(dst io.Writer) error { return work(dst, bytes.NewReader(data), int64(len(data))) })
	}
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return err
	}
	src := e.watch(f, from, info.Size())
	defer src.Close()
	return e.build(to, 0o600, func(dst io.Writer) error { return work(dst, src, info.Size()) })
}

// maxRecipients is how many are read from one command line; package cms says for how many an
// envelope is made.
const maxRecipients = 1000

func encrypt(e *env, args []string) (int, error) {
	o := newOptions(e)
	var to list
	o.Var(&to, "to", "")
	out := o.String("out", "", "")
	rest, err := o.parse(args, 1, 1+maxRecipients)
	if err != nil {
		return exitUsage, err
	}
	if len(to) > 0 { // --to A B is --to A --to B
		to = append(to, rest[1:]...)
	} else if len(rest) > 1 {
		return wrongUsage("%d arguments, want 1", len(rest))
	}
	if *out == "" || len(to) == 0 {
		return wrongUsage("--to and --out are needed")
	}
	recipients, err := e.certificates(to...)
	if err != nil {
		return exitUsage, err
	}
	ctx, stop := e.interruptible()
	defer stop()
	err = e.convert(rest[0], *out, func(dst io.Writer, src io.Reader, size int64) error {
		return cms.Encrypt(ctx, dst, src, size, recipients)
	})
	if err != nil {
		return exitUsage, said(err)
	}
	return exitYes, e.answer(map[string]any{"out": *out, "recipients": len(recipients)},
		fmt.Sprintf("%s: for %d recipients", *out, len(recipients)))
}

// bare reads what may stand in PEM. Only PEM is held.
func bare(src io.Reader) (io.Reader, error) {
	r := bufio.NewReaderSize(src, 4096)
	// What ends before is for the parser to refuse.
	if start, _ := r.Peek(r.Size()); looksLikeDER(start) || !bytes.Contains(start, []byte("-----BEGIN ")) {
		return r, nil
	}
	data, err := io.ReadAll(io.LimitReader(r, maxInput))
	return bytes.NewReader(withoutPEM(data)), err
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
	if _, err := os.Stat(rest[0]); err != nil && rest[0] != "-" {
		return exitUsage, err
	}
	ctx, stop := e.interruptible()
	defer stop()
	err = e.convert(rest[0], *out, func(dst io.Writer, src io.Reader, _ int64) error {
		envelope, err := bare(src)
		if err != nil {
			return err
		}
		return cms.Decrypt(ctx, dst, envelope, key)
	})
	if ctx.Err() != nil {
		return exitUsage, said(ctx.Err())
	}
	if err != nil {
		return exitNo, err
	}
	return exitYes, e.answer(map[string]any{"out": *out}, *out)
}
