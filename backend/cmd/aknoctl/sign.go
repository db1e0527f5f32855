package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"akno/backend/stb/cms"
	"akno/backend/stb/pki"
)

// signOptions are what one unlocked key signs with.
type signOptions struct {
	signer   pki.Signer
	cert     *pki.Certificate
	chain    []*pki.Certificate
	attached bool
	raise    *raiser // to a level above B-B; nil for none
}

// signFlags are the options of the command.
type signFlags struct {
	key, password, cert, level, out, tsa *string
	attached, container                  *bool
	limit                                *time.Duration
	chain                                list
	services                             trust
}

func (o *options) sign() *signFlags {
	f := &signFlags{
		key: o.String("key", "", ""), password: o.String("password-file", "", ""), cert: o.String("cert", "", ""),
		level: o.String("level", "b-b", ""), out: o.String("out", "", ""), tsa: o.String("tsa", "", ""),
		attached: o.Bool("attached", false, ""), container: o.Bool("asic", false, ""), limit: o.Duration("timeout", time.Minute, ""),
	}
	o.Var(&f.chain, "chain", "")
	o.Var(&f.services.anchors, "trust", "")
	o.Var(&f.services.crls, "crl", "")
	o.Var(&f.services.ocsps, "ocsp", "")
	return f
}

// check says what is wrong with the command line.
func (f *signFlags) check(files []string) error {
	switch {
	case *f.key == "":
		return usageError("--key is needed")
	case *f.container && (*f.out == "" || *f.out == "-" || *f.attached):
		return usageError("--asic needs --out with the name of the container, and goes without --attached")
	case !*f.container && len(files) == 0:
		return usageError("no file to sign")
	case !*f.container && *f.out != "" && len(files) > 1:
		return usageError("--out is for one file, or for a container with --asic")
	}
	return nil
}

func signFiles(e *env, args []string) (int, error) {
	o := newOptions(e)
	f := o.sign()
	files, err := o.parse(args, 0, 1000)
	if err == nil {
		err = f.check(files)
	}
	if err != nil {
		return exitUsage, err
	}
	if e.json && *f.out == "" && slices.Contains(files, "-") {
		return exitUsage, errTwoOutputs
	}
	s := signOptions{attached: *f.attached}
	if s.cert, err = oneCertificate("--cert", *f.cert, e.certificates); err != nil {
		return exitUsage, err
	}
	if s.chain, err = e.certificates(f.chain...); err != nil {
		return exitUsage, err
	}
	if s.raise, err = e.newRaiser(*f.level, *f.tsa, *f.limit, &f.services, s.chain); err != nil {
		return exitUsage, err
	}
	var plan *containerPlan
	if *f.container { // what cannot be done is said before anybody types a password
		if plan, err = e.planContainer(files, *f.out); err != nil {
			return exitUsage, err
		}
		defer plan.close()
	}
	key, err := e.openKey(*f.key, *f.password)
	if err != nil {
		return e.keyFault(err)
	}
	defer key.Wipe()
	s.signer = key
	ctx, stop := e.interruptible()
	defer stop()
	if plan != nil {
		return e.signContainer(ctx, plan, s)
	}
	return e.signEach(ctx, files, *f.out, s)
}

// signEach makes one signature for each file.
func (e *env) signEach(ctx context.Context, files []string, out string, s signOptions) (int, error) {
	type done struct {
		File  string `json:"file"`
		Out   string `json:"out,omitempty"`
		Error string `json:"error,omitempty"`
	}
	status, answers, text := exitYes, []done{}, ""
	for _, name := range files {
		target := out
		switch {
		case target != "":
		case name == "-":
			target = name
		default:
			target = name + ".p7s"
		}
		d := done{File: name, Out: target}
		if err := e.signFile(ctx, name, target, s); err != nil {
			d.Out, d.Error, status = "", said(err).Error(), exitUsage
		}
		answers = append(answers, d)
		text += fmt.Sprintf("\n%s: %s%s", name, d.Out, d.Error)
	}
	return status, e.answer(map[string]any{"files": answers}, strings.TrimPrefix(text, "\n"))
}

// options are those of one signature.
func (s signOptions) options(e *env) cms.SignOptions {
	return cms.SignOptions{Certificate: s.cert, Signer: s.signer, Chain: s.chain, Time: e.now()}
}

// signFile signs one file.
func (e *env) signFile(ctx context.Context, name, target string, s signOptions) error {
	if s.attached {
		return e.signAttached(ctx, name, target, s)
	}
	content := e.content(ctx, name)
	signature, err := cms.Sign(content, s.options(e))
	if err != nil {
		return err
	}
	if signature, err = s.raise.raise(ctx, signature, content, s.cert); err != nil {
		return err
	}
	return e.write(target, signature)
}

// signAttached signs one file and puts it into the signature. A file of a known
// length is never held: one reading signs it; raising to a level, which changes
// the length of what stands after the file, costs a second one.
func (e *env) signAttached(ctx context.Context, name, target string, s signOptions) error {
	f, size, err := e.open(name)
	if err != nil {
		return err
	}
	if f == nil {
		return e.signHeld(ctx, name, target, s)
	}
	src := e.watch(f, name, size)
	defer src.Close()
	if s.raise == nil {
		return e.build(target, 0o644, func(dst io.Writer) error {
			return cms.SignAttached(ctx, dst, src, size, s.options(e))
		})
	}
	content := e.content(ctx, name)
	signature, err := cms.Sign(content, s.options(e))
	if err != nil {
		return err
	}
	if signature, err = s.raise.raise(ctx, signature, content, s.cert); err != nil {
		return err
	}
	return e.build(target, 0o644, func(dst io.Writer) error { return cms.Attach(ctx, dst, signature, src, size) })
}

// signHeld does it for what has no length beforehand.
func (e *env) signHeld(ctx context.Context, name, target string, s signOptions) error {
	data, err := e.read(name)
	if err != nil {
		return err
	}
	opt := s.options(e)
	if opt.Attached = data; data == nil {
		opt.Attached = []byte{}
	}
	signature, err := cms.Sign(nil, opt)
	if err != nil {
		return err
	}
	if signature, err = s.raise.raise(ctx, signature, nil, s.cert); err != nil {
		return err
	}
	return e.write(target, signature)
}
