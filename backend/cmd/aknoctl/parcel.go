package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/draft"
	"akno/backend/desktop/parcel"
	"akno/backend/desktop/signer"
	"akno/backend/desktop/syncer"
	"akno/backend/internal/atomicfile"
)

// shownParcel is a parcel that was made, in an answer.
type shownParcel struct {
	Out     string   `json:"out"`
	Drafts  int      `json:"drafts"`
	Files   int      `json:"files"`
	Size    int64    `json:"size"` // octets of the files
	Signed  bool     `json:"signed"`
	Missing []string `json:"missing,omitempty"` // removed files that are not here any more
}

// draftExport packs drafts into a file for another computer; with a key it is
// signed.
func draftExport(e *env, args []string) (int, error) {
	o := newCabinetOptions(e)
	out, passwordFile := o.String("out", "", ""), o.String("parcel-password-file", "", "")
	var to list
	o.Var(&to, "to", "")
	chosen, err := o.parse(args, 0, 1000)
	if err != nil {
		return exitUsage, err
	}
	if *out == "" {
		return wrongUsage("--out is missing")
	}
	return o.with(e, func(p *profile) (int, error) {
		made, err := parcel.Pack(p.ctx, p.drafts, p.blobs, chosen, e.now())
		if err != nil {
			return exitNo, err
		}
		defer made.Close()
		if err := p.letIn(made, *passwordFile, to); err != nil {
			return exitNo, err
		}
		if p.keyID != "" {
			err := made.Sign(func(statement []byte) ([]byte, error) {
				signed, err := p.signer.SignDetached(p.ctx, p.keyID, p.password, statement)
				return signed.CMS, err
			})
			if err != nil {
				return exitNo, err
			}
		}
		err = atomicfile.Build(*out, 0o600, func(f *os.File) error { return made.WriteTo(p.ctx, f, nil) })
		if err != nil {
			return exitNo, err
		}
		shown := shownParcel{*out, made.Drafts, made.Files, made.Size, p.keyID != "", made.Missing}
		return exitYes, e.answer(shown, fmt.Sprintf("%s: %d drafts, %d files, %d octets", *out, made.Drafts, made.Files, made.Size))
	})
}

// letIn gives a parcel the ways to be opened: for the owners of certificates, or
// by a password.
func (p *profile) letIn(made *parcel.Outgoing, passwordFile string, to list) error {
	if len(to) > 0 {
		certs, err := p.e.certificates(to...)
		if err != nil {
			return err
		}
		for _, c := range certs {
			if err := made.ForKey(c); err != nil {
				return err
			}
		}
		if passwordFile == "" {
			return nil
		}
	}
	password, err := p.e.password(passwordFile, "password of the file")
	if err != nil {
		return err
	}
	defer clear(password)
	return made.ForPassword(p.ctx, password)
}

// shownLine is a draft of a parcel in an answer.
type shownLine struct {
	ID        string `json:"id"`
	Here      string `json:"here,omitempty"` // its id here, when it is another one
	Procedure string `json:"procedure"`
	Standing  string `json:"standing"`
	SavedAt   string `json:"savedAt"`
	Revisions int    `json:"revisions"`
	Files     int    `json:"files"`
	Size      int64  `json:"size"`
	Verified  bool   `json:"verified"` // the form is one of this program's
}

// draftImport says what a file from another computer would bring, and takes it
// in unless only the plan was asked for.
func draftImport(e *env, args []string) (int, error) {
	o := newCabinetOptions(e)
	o.begins = true
	passwordFile, plan := o.String("parcel-password-file", "", ""), o.Bool("plan", false, "")
	rest, err := o.parse(args, 1, 1)
	if err != nil {
		return exitUsage, err
	}
	return o.with(e, func(p *profile) (int, error) {
		in, err := p.openParcel(rest[0], *passwordFile)
		if err != nil {
			return exitNo, err
		}
		defer in.Close()
		return p.takeIn(in, *plan)
	})
}

// openParcel opens a file by the key of the command line, or by a password.
func (p *profile) openParcel(path, passwordFile string) (in *parcel.Incoming, err error) {
	if path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	if p.keyID != "" {
		return parcel.OpenByKey(p.ctx, path, p.keys, p.keyID, p.password)
	}
	password, err := p.e.password(passwordFile, "password of "+filepath.Base(path))
	if err != nil {
		return nil, err
	}
	defer clear(password)
	return parcel.Open(p.ctx, path, parcel.Password(password))
}

// takeIn answers with the plan, or does what it says. A draft that is left alone
// makes the answer no.
func (p *profile) takeIn(in *parcel.Incoming, onlyPlan bool) (int, error) {
	if len(in.Outbox()) > 0 {
		return p.takeOutbox(in, onlyPlan)
	}
	lines, err := in.Plan(p.ctx, p.drafts)
	if err != nil {
		return exitNo, err
	}
	answer := struct {
		MadeAt string      `json:"madeAt"`
		Signed bool        `json:"signed"`
		Signer string      `json:"signer,omitempty"`
		Rung   string      `json:"rung,omitempty"` // of the signature: ok, ok_notes, open, bad
		Done   bool        `json:"done"`
		Drafts []shownLine `json:"drafts"`
	}{MadeAt: stamp(in.Made()), Done: !onlyPlan, Drafts: []shownLine{}}
	if statement, cms := in.Signed(); len(cms) > 0 {
		v, err := p.signer.VerifyDetached(p.ctx, statement, cms)
		if err != nil {
			return exitNo, err
		}
		answer.Signed, answer.Signer, answer.Rung = true, v.Signer, string(v.Rung)
		if v.Rung == signer.Bad && !onlyPlan {
			return exitNo, &akno.Error{Code: akno.BadSignature, Op: "aknoctl.takeIn"}
		}
	}
	var taken []parcel.Taken
	if !onlyPlan {
		if taken, err = in.TakeIn(p.ctx, p.drafts, p.blobs); err != nil {
			return exitNo, err
		}
	}
	text := []string{"no signature: make sure whose file it is"}
	if answer.Signed {
		text[0] = fmt.Sprintf("signed by %s: %s", answer.Signer, answer.Rung)
	}
	alone := false
	for i, l := range lines {
		d := shownLine{
			l.Draft.ID, "", l.Draft.Procedure, string(l.Standing), stamp(time.UnixMilli(l.Draft.SavedAt)), len(l.Draft.Revisions), l.Files, l.Size, l.Verified,
		}
		if taken != nil {
			if d.Standing = string(taken[i].Standing); taken[i].ID != d.ID {
				d.Here = taken[i].ID
			}
		}
		alone = alone || d.Standing == string(draft.StandForeign) || d.Standing == string(draft.StandUnknown)
		answer.Drafts = append(answer.Drafts, d)
		text = append(text, fmt.Sprintf("%s  %s  %s  %d changes, %d files", d.ID, d.Procedure, d.Standing, d.Revisions, d.Files))
	}
	return statusOf(!alone), p.e.answer(answer, strings.Join(text, "\n"))
}

// takeOutbox is takeIn for commands that another computer made and did not send.
func (p *profile) takeOutbox(in *parcel.Incoming, onlyPlan bool) (int, error) {
	type line struct {
		ID       string `json:"id"`
		Kind     string `json:"kind"`
		Target   string `json:"target"`
		Standing string `json:"standing"`
		QueuedAt string `json:"queuedAt"`
	}
	answer := struct {
		MadeAt   string `json:"madeAt"`
		Done     bool   `json:"done"`
		Commands []line `json:"commands"`
	}{MadeAt: stamp(in.Made()), Done: !onlyPlan, Commands: []line{}}
	stand, err := p.sync.Weigh(p.ctx, in.Outbox())
	if err == nil && !onlyPlan {
		stand, err = in.TakeOutbox(p.ctx, p.sync, p.blobs)
	}
	if err != nil {
		return exitNo, err
	}
	text := []string{"commands that wait for the portal"}
	alone := false
	for i, c := range in.Outbox() {
		answer.Commands = append(answer.Commands, line{c.OpID, string(c.Kind), c.Target, string(stand[i]), stamp(time.UnixMilli(c.QueuedAt))})
		text = append(text, fmt.Sprintf("%s  %s  %s  %s", c.OpID, c.Kind, c.Target, stand[i]))
		alone = alone || stand[i] == syncer.CarriedForeign
	}
	return statusOf(!alone), p.e.answer(answer, strings.Join(text, "\n"))
}
