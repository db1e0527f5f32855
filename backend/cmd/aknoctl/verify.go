package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"akno/backend/stb/asic"
	"akno/backend/stb/cms"
	"akno/backend/stb/cvc"
)

// unhex decodes hexadecimal digits.
func unhex(s string) ([]byte, error) { return hex.DecodeString(s) }

// signerAnswer is the answer about one signer.
type signerAnswer struct {
	outcome
	Level         cms.Level `json:"level"`
	Subject       string    `json:"subject,omitempty"`
	Serial        string    `json:"serial,omitempty"`
	SigningTime   string    `json:"signingTime,omitempty"`
	TimestampTime string    `json:"timestampTime,omitempty"`
	Member        string    `json:"member,omitempty"` // of the container, where the signature is
	Certificate   *shown    `json:"certificate,omitempty"`
}

// signatureAnswer is the answer about a signature.
type signatureAnswer struct {
	outcome
	Level   cms.Level      `json:"level"`
	Signers []signerAnswer `json:"signers"`
	// Of a container: its form, its files, and what nobody signed.
	Container asic.Kind    `json:"container,omitempty"`
	Files     []fileAnswer `json:"files,omitempty"`
	Unsigned  []string     `json:"unsigned,omitempty"`
}

// text is the answer for people.
func (a signatureAnswer) text() string {
	text := fmt.Sprintf("%s, level %s", a.outcome.text(), a.Level)
	if a.Container != "" {
		text += ", container " + string(a.Container)
	}
	for _, s := range a.Signers {
		text += fmt.Sprintf("\n%s\n  %s, level %s, signed %s, stamped %s", s.Subject, s.text(), s.Level, s.SigningTime, s.TimestampTime)
	}
	for _, f := range a.Files {
		var who []string
		for _, i := range f.Signers {
			who = append(who, a.Signers[i].Subject)
		}
		if len(who) == 0 {
			who = []string{"nobody"}
		}
		text += fmt.Sprintf("\n%s, %d octets, signed by %s", f.Name, f.Size, strings.Join(who, "; "))
	}
	return text
}

func verifySignature(e *env, args []string) (int, error) {
	o := newOptions(e)
	t := o.trust()
	contentFile := o.String("content", "", "")
	rest, err := o.parse(args, 1, 1)
	if err != nil {
		return exitUsage, err
	}
	if rest[0] == "-" && *contentFile == "-" {
		return wrongUsage("the signature and the content cannot both be standard input")
	}
	opt := cms.Options{}
	if opt.Verifier, opt.At, err = t.load(e); err != nil {
		return exitUsage, err
	}
	if *contentFile != "" {
		if _, err := os.Stat(*contentFile); err != nil && *contentFile != "-" {
			return exitUsage, err
		}
	}
	ctx, stop := e.interruptible()
	defer stop()
	answer, err := e.judge(ctx, rest[0], *contentFile, t, opt)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return exitUsage, said(err)
	}
	return answer.status(), e.answer(answer, answer.text())
}

// judge tells by its contents what a file is and verifies it: a container, a long
// signature as a stream, a short one of either kind.
func (e *env) judge(ctx context.Context, name, contentFile string, t *trust, opt cms.Options) (signatureAnswer, error) {
	var content cms.Content
	if contentFile != "" {
		content = e.content(ctx, contentFile)
	}
	f, size, err := e.open(name)
	if err != nil {
		return signatureAnswer{}, err
	}
	if f != nil {
		defer f.Close()
		start := make([]byte, 4)
		n, err := io.ReadFull(f, start)
		if err != nil && n == 0 && !errors.Is(err, io.EOF) {
			return signatureAnswer{}, err
		}
		switch {
		case asic.Is(start) && contentFile != "":
			return signatureAnswer{}, usageError("--content is for signatures, a container has its files inside")
		case asic.Is(start):
			return e.verifyContainer(ctx, f, size, name, opt)
		case size > held && start[0] == 0x30:
			report, err := cms.VerifyStream(ctx, e.source(name), content, opt)
			return answerAbout(report), err
		}
	}
	data, err := e.binary(name)
	if err != nil {
		return signatureAnswer{}, err
	}
	if asic.Is(data) && contentFile == "" {
		return e.verifyContainer(ctx, bytes.NewReader(data), int64(len(data)), name, opt)
	}
	if s, err := cvc.ParseSignature(data); err == nil { // written backwards: nothing else is taken for it
		return e.verifyCardSignature(s, contentFile, t, opt.At)
	}
	return answerAbout(cms.VerifyOctets(data, content, opt)), nil
}

// answerAbout is the answer about a signed message.
func answerAbout(r cms.Report) signatureAnswer {
	a := signatureAnswer{outcome: outcome{r.Verdict, r.Reason, r.Notes}, Level: r.Level, Signers: []signerAnswer{}}
	for _, s := range r.Signers {
		a.Signers = append(a.Signers, answerFor(s))
	}
	return a
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
