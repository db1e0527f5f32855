package main

import (
	"context"
	"fmt"
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

func signFiles(e *env, args []string) (int, error) {
	o := newOptions(e)
	keyFile, passwordFile, certFile := o.String("key", "", ""), o.String("password-file", "", ""), o.String("cert", "", "")
	attached, level, out := o.Bool("attached", false, ""), o.String("level", "b-b", ""), o.String("out", "", "")
	tsa, limit := o.String("tsa", "", ""), o.Duration("timeout", time.Minute, "")
	var chain, anchors, crls, ocsps list
	o.Var(&chain, "chain", "")
	o.Var(&anchors, "trust", "")
	o.Var(&crls, "crl", "")
	o.Var(&ocsps, "ocsp", "")
	files, err := o.parse(args, 1, 1000)
	if err != nil {
		return exitUsage, err
	}
	if *keyFile == "" || (*out != "" && len(files) > 1) {
		return wrongUsage("--key is needed, --out is for one file")
	}
	s := signOptions{attached: *attached}
	if s.cert, err = oneCertificate("--cert", *certFile, e.certificates); err != nil {
		return exitUsage, err
	}
	if s.chain, err = e.certificates(chain...); err != nil {
		return exitUsage, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), *limit)
	defer cancel()
	if s.raise, err = e.newRaiser(ctx, *level, *tsa, &trust{anchors: anchors, crls: crls, ocsps: ocsps}, s.chain); err != nil {
		return exitUsage, err
	}
	key, err := e.openKey(*keyFile, *passwordFile)
	if err != nil {
		return e.keyFault(err)
	}
	defer key.Wipe()
	s.signer = key
	type done struct {
		File  string `json:"file"`
		Out   string `json:"out,omitempty"`
		Error string `json:"error,omitempty"`
	}
	status, answers, text := exitYes, []done{}, ""
	for _, name := range files {
		target := *out
		if target == "" {
			target = name + ".p7s"
		}
		d := done{File: name, Out: target}
		if err := e.signFile(name, target, s); err != nil {
			d.Out, d.Error, status = "", err.Error(), exitUsage
		}
		answers = append(answers, d)
		text += fmt.Sprintf("%s: %s%s\n", name, d.Out, d.Error)
	}
	return status, e.answer(map[string]any{"files": answers}, text)
}

// signFile signs one file.
func (e *env) signFile(name, target string, s signOptions) error {
	opt := cms.SignOptions{Certificate: s.cert, Signer: s.signer, Chain: s.chain, Time: e.now()}
	content := e.content(name)
	if s.attached {
		data, err := e.read(name)
		if err != nil {
			return err
		}
		if data == nil {
			data = []byte{}
		}
		opt.Attached = data
	}
	signature, err := cms.Sign(content, opt)
	if err != nil {
		return err
	}
	if signature, err = s.raise.raise(signature, content, s.cert); err != nil {
		return err
	}
	return e.write(target, signature)
}
