package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"os"

	"akno/backend/stb/cms"
	"akno/backend/stb/cvc"
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

// signatureAnswer is the answer about a signature.
type signatureAnswer struct {
	outcome
	Level   cms.Level      `json:"level"`
	Signers []signerAnswer `json:"signers"`
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
	var answer signatureAnswer
	if s, err := cvc.ParseSignature(data); err == nil { // written backwards: nothing else is taken for it
		if answer, err = e.verifyCardSignature(s, *contentFile, t, opt.At); err != nil {
			return exitUsage, err
		}
	} else {
		report := cms.VerifyOctets(data, content, opt)
		answer = signatureAnswer{outcome{report.Verdict, report.Reason, report.Notes}, report.Level, []signerAnswer{}}
		for _, s := range report.Signers {
			answer.Signers = append(answer.Signers, answerFor(s))
		}
	}
	text := fmt.Sprintf("%s, level %s", answer.text(), answer.Level)
	for _, a := range answer.Signers {
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
