package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"os"

	"akno/backend/stb/cms"
	"akno/backend/stb/pki"
)

// unhex decodes hexadecimal digits.
func unhex(s string) ([]byte, error) { return hex.DecodeString(s) }

// content is a file that is hashed piece by piece, however long it is.
func (e *env) content(name string) cms.Content {
	return cms.Stream(context.Background(), func() (io.ReadCloser, error) {
		if name == "-" {
			return io.NopCloser(e.in), nil
		}
		return os.Open(name)
	})
}

// signerAnswer is the answer about one signer.
type signerAnswer struct {
	outcome
	Level         cms.Level `json:"level"`
	Subject       string    `json:"subject,omitempty"`
	Serial        string    `json:"serial,omitempty"`
	SigningTime   string    `json:"signingTime,omitempty"`
	TimestampTime string    `json:"timestampTime,omitempty"`
	Certificate   *shown    `json:"certificate,omitempty"`
}

func verifySignature(e *env, args []string) (int, error) {
	o := newOptions(e)
	t := o.trust()
	contentFile := o.String("content", "", "")
	rest, err := o.parse(args, 1, 1)
	if err != nil {
		return exitUsage, err
	}
	opt := cms.Options{}
	if opt.Verifier, opt.At, err = t.load(e); err != nil {
		return exitUsage, err
	}
	data, err := e.binary(rest[0])
	if err != nil {
		return exitUsage, err
	}
	var content cms.Content
	if *contentFile != "" {
		if _, err := os.Stat(*contentFile); err != nil && *contentFile != "-" {
			return exitUsage, err
		}
		content = e.content(*contentFile)
	}
	report := cms.VerifyOctets(data, content, opt)
	answer := struct {
		outcome
		Level   cms.Level      `json:"level"`
		Signers []signerAnswer `json:"signers"`
	}{outcome{report.Verdict, report.Reason, report.Notes}, report.Level, []signerAnswer{}}
	text := fmt.Sprintf("%s, level %s", answer.text(), answer.Level)
	for _, s := range report.Signers {
		a := answerFor(s)
		answer.Signers = append(answer.Signers, a)
		text += fmt.Sprintf("\n%s\n  %s, level %s, signed %s, stamped %s", a.Subject, a.text(), a.Level, a.SigningTime, a.TimestampTime)
	}
	return answer.status(), e.answer(answer, text)
}

func answerFor(s cms.SignerReport) signerAnswer {
	a := signerAnswer{
		outcome: outcome{s.Verdict, s.Reason, s.Notes}, Level: s.Level,
		SigningTime: stamp(s.SigningTime), TimestampTime: stamp(s.TimestampTime),
	}
	if c := s.Certificate; c != nil {
		shown := show(c)
		a.Certificate, a.Subject, a.Serial = &shown, shown.Subject, shown.Serial
	}
	return a
}

// signOptions are what one unlocked key signs with.
type signOptions struct {
	signer   pki.Signer
	cert     *pki.Certificate
	chain    []*pki.Certificate
	attached bool
}

func signFiles(e *env, args []string) (int, error) {
	o := newOptions(e)
	keyFile, passwordFile, certFile := o.String("key", "", ""), o.String("password-file", "", ""), o.String("cert", "", "")
	attached, level, out := o.Bool("attached", false, ""), o.String("level", "b-b", ""), o.String("out", "", "")
	var chain list
	o.Var(&chain, "chain", "")
	files, err := o.parse(args, 1, 1000)
	if err != nil {
		return exitUsage, err
	}
	if *keyFile == "" || *level != "b-b" || (*out != "" && len(files) > 1) {
		return wrongUsage("--key is needed, --level is b-b, --out is for one file")
	}
	s := signOptions{attached: *attached}
	if s.cert, err = e.oneCertificate("--cert", *certFile); err != nil {
		return exitUsage, err
	}
	if s.chain, err = e.certificates(chain...); err != nil {
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
	return e.write(target, signature)
}
