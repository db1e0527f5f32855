package app

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/draft"
	"akno/backend/desktop/keyring"
	"akno/backend/desktop/parcel"
	"akno/backend/desktop/signer"
)

// Parcels is the bound type of drafts that are carried to another computer by
// hand. There is one parcel each way at a time; its key is wiped when another
// takes its place, when the page forgets it, and when the profile is closed.
type Parcels struct {
	a *App
	w *work

	parcelMu sync.Mutex // guards the rest
	out      *parcel.Outgoing
	in       *parcel.Incoming
}

var _ parcelsSurface = (*Parcels)(nil)

// parcelLimit is how long a parcel may be written or taken in: it may hold much,
// and media are slow.
const parcelLimit = 30 * time.Minute

// calling is like that of a short call, with time for a large file.
func (p *Parcels) calling() (context.Context, context.CancelFunc, error) {
	if err := p.w.opened(); err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(p.a.ctx, parcelLimit)
	return ctx, cancel, nil
}

// BeginPack packs drafts. The posted secrets are, in this order, the password of
// the parcel when it is for no key, and the password of the key that signs when
// there is one.
func (p *Parcels) BeginPack(r PackRequest) (out Ticket, err error) {
	defer p.a.guard("parcels.BeginPack", &err)
	if err := p.w.opened(); err != nil {
		return out, err
	}
	secrets := 0
	if r.ForKey == "" {
		secrets++
	}
	if r.SignKey != "" {
		secrets++
	}
	if secrets == 0 {
		return out, &akno.Error{Code: akno.Invalid, Op: "parcels.BeginPack"}
	}
	return p.a.secrets.expect("pack", secrets, func(ctx context.Context, secrets [][]byte) (any, error) {
		return p.pack(ctx, r, secrets)
	})
}

// Pack packs drafts for a key of the person's own, without a signature.
func (p *Parcels) Pack(r PackRequest) (out ParcelMade, err error) {
	defer p.a.guard("parcels.Pack", &err)
	if r.ForKey == "" || r.SignKey != "" {
		return out, &akno.Error{Code: akno.Invalid, Op: "parcels.Pack"}
	}
	ctx, cancel, err := p.calling()
	if err != nil {
		return out, err
	}
	defer cancel()
	return p.pack(ctx, r, nil)
}

func (p *Parcels) pack(ctx context.Context, r PackRequest, secrets [][]byte) (ParcelMade, error) {
	if err := p.w.opened(); err != nil {
		return ParcelMade{}, err
	}
	if len(r.Drafts) == 0 {
		return ParcelMade{}, &akno.Error{Code: akno.Invalid, Op: "parcels.pack", Fields: map[string]string{"drafts": "required"}}
	}
	o, err := parcel.Pack(ctx, p.w.drafts, p.w.c.store.Blobs(), r.Drafts, p.a.now())
	if err != nil {
		return ParcelMade{}, err
	}
	if err := p.seal(ctx, o, r, secrets); err != nil {
		o.Close()
		return ParcelMade{}, err
	}
	p.hold(o)
	return madeOf(o, r.SignKey != ""), nil
}

// hold keeps a parcel that is ready to be saved, in the place of another.
func (p *Parcels) hold(o *parcel.Outgoing) {
	p.parcelMu.Lock()
	defer p.parcelMu.Unlock()
	if p.out != nil {
		p.out.Close()
	}
	p.out = o
}

func madeOf(o *parcel.Outgoing, signed bool) ParcelMade {
	return ParcelMade{
		Drafts: o.Drafts, Commands: o.Commands, Files: o.Files, Size: int(o.Size), Missing: append([]string{}, o.Missing...), Signed: signed,
	}
}

// seal gives the parcel its way to be opened and its signature.
func (p *Parcels) seal(ctx context.Context, o *parcel.Outgoing, r PackRequest, secrets [][]byte) error {
	if r.ForKey == "" {
		if err := o.ForPassword(ctx, secrets[0]); err != nil {
			return err
		}
		secrets = secrets[1:]
	} else {
		e, err := p.w.c.keys.Find(ctx, r.ForKey)
		if err != nil {
			return err
		}
		if e.Certificate == nil {
			return &akno.Error{Code: akno.NotFound, Op: "parcels.pack"}
		}
		if err := o.ForKey(e.Certificate); err != nil {
			return err
		}
	}
	if r.SignKey == "" {
		return nil
	}
	return o.Sign(func(statement []byte) ([]byte, error) {
		signed, err := p.w.c.signer.SignDetached(ctx, r.SignKey, secrets[0], statement)
		if err == nil && signed.Verdict.Rung == signer.Bad {
			err = &akno.Error{Code: akno.BadSignature, Op: "parcels.pack"}
		}
		return signed.CMS, err
	})
}

// SaveFile asks where to save the parcel that was packed, and writes it there.
func (p *Parcels) SaveFile() (place string, err error) {
	defer p.a.guard("parcels.SaveFile", &err)
	ctx, cancel, err := p.calling()
	if err != nil {
		return "", err
	}
	defer cancel()
	// A dialog may stand open for long: locking the profile does not wait for it.
	p.parcelMu.Lock()
	o := p.out
	p.out = nil
	p.parcelMu.Unlock()
	if o == nil {
		return "", &akno.Error{Code: akno.WrongState, Op: "parcels.SaveFile"}
	}
	q := parcelQuestion(p.w.language(), o.Commands > 0)
	q.Name = q.Name + " " + p.w.today().String() + parcel.Extension
	place, err = p.a.platform.SaveFile(q, func(w io.Writer) error {
		return p.leaving(ctx, o, func() error {
			return o.WriteTo(ctx, w, func(done int64) { p.a.platform.Emit("parcel", int(done)) })
		})
	})
	p.parcelMu.Lock()
	defer p.parcelMu.Unlock()
	if p.out == nil && p.w.opened() == nil && (err != nil || place == "") {
		p.out = o // to be saved elsewhere
	} else {
		o.Close()
	}
	return place, err
}

// parcelQuestion is the dialog for parcels. Its texts are of the system's dialog,
// outside of the page.
func parcelQuestion(l akno.Lang, queue bool) FileQuestion {
	title := akno.Text{RU: "Файлы Akno", BE: "Файлы Akno"}.In(l)
	name := akno.Text{RU: "Черновики", BE: "Чарнавікі"}.In(l)
	if queue {
		name = akno.Text{RU: "Очередь на отправку", BE: "Чарга на адпраўку"}.In(l)
	}
	return FileQuestion{Title: title, Name: name, One: true, Filters: []FileFilter{{Name: title, Pattern: "*" + parcel.Extension}}}
}

// PickFile asks the person for a parcel; an empty path means that there is none.
func (p *Parcels) PickFile() (out ParcelLook, err error) {
	defer p.a.guard("parcels.PickFile", &err)
	out.Keys = []string{}
	paths, err := p.a.platform.OpenFiles(parcelQuestion(p.w.language(), false))
	if err != nil || len(paths) == 0 {
		return out, err
	}
	return p.look(paths[0])
}

// Look says what a file that was dropped or opened is.
func (p *Parcels) Look(path string) (out ParcelLook, err error) {
	defer p.a.guard("parcels.Look", &err)
	return p.look(path)
}

func (p *Parcels) look(path string) (ParcelLook, error) {
	out := ParcelLook{Keys: []string{}}
	if !filepath.IsAbs(path) {
		return out, &akno.Error{Code: akno.NotFound, Op: "parcels.Look"}
	}
	l, err := parcel.LookAt(path)
	if err != nil {
		return out, err
	}
	out.Path, out.Name, out.Size, out.MadeAt, out.Password = path, filepath.Base(path), int(l.Size), moment(l.Made), l.Password
	out.Outbox = l.Outbox
	if len(l.Certificates) == 0 {
		return out, nil
	}
	ctx, cancel, err := p.calling()
	if err != nil {
		return out, err
	}
	defer cancel()
	list, err := p.w.c.keys.List(ctx)
	if err != nil {
		return out, err
	}
	for _, e := range slices.Concat(list.Usable, list.Other) {
		if e.Certificate != nil && slices.Contains(l.Certificates, keyring.Describe(e.Certificate).SHA256) && !slices.Contains(out.Keys, e.ID) {
			out.Keys = append(out.Keys, e.ID)
		}
	}
	return out, nil
}

// BeginOpen opens a parcel: with its password, or with the key keyID and the
// password of that.
func (p *Parcels) BeginOpen(path, keyID string) (out Ticket, err error) {
	defer p.a.guard("parcels.BeginOpen", &err)
	if err := p.w.opened(); err != nil {
		return out, err
	}
	return p.a.secrets.password("unpack", func(ctx context.Context, password []byte) (any, error) {
		if err := p.w.opened(); err != nil {
			return nil, err
		}
		var in *parcel.Incoming
		var err error
		if keyID == "" {
			in, err = parcel.Open(ctx, path, parcel.Password(password))
		} else {
			in, err = parcel.OpenByKey(ctx, path, p.w.c.keys, keyID, password)
		}
		if err != nil {
			return nil, err
		}
		p.parcelMu.Lock()
		defer p.parcelMu.Unlock()
		if p.in != nil {
			_ = p.in.Close() // it was only read
		}
		p.in = in
		return p.plan(ctx)
	})
}

// plan shows what taking the open parcel in would do. The caller holds parcelMu.
func (p *Parcels) plan(ctx context.Context) (ParcelPlan, error) {
	out := ParcelPlan{MadeAt: moment(p.in.Made()), Lines: []ParcelLine{}, Commands: []ParcelCommand{}}
	if commands := p.in.Outbox(); len(commands) > 0 {
		var err error
		out.Commands, err = p.w.carriedView(ctx, commands)
		return out, err
	}
	lines, err := p.in.Plan(ctx, p.w.drafts)
	if err != nil {
		return out, err
	}
	for _, l := range lines {
		line := ParcelLine{
			ID: l.Draft.ID, Title: p.w.c.title(l.Draft.Procedure), Standing: string(l.Standing), SavedAt: moment(time.UnixMilli(l.Draft.SavedAt)),
			Revisions: len(l.Draft.Revisions), Here: l.Here, Files: l.Files, Size: int(l.Size), FormVersion: l.Draft.FormVersion,
			Verified: l.Verified, Ready: l.View.State.Ready, Total: l.View.State.Total,
		}
		if l.Standing != draft.StandForeign {
			line.Subject = l.Draft.Subject
		}
		out.Lines = append(out.Lines, line)
	}
	statement, cms := p.in.Signed()
	if out.Signed = len(cms) > 0; out.Signed {
		v, err := p.w.c.signer.VerifyDetached(ctx, statement, cms)
		if err != nil {
			return out, err
		}
		out.Verdict = p.w.c.verdictView(v)
	}
	return out, nil
}

// TakeIn takes the drafts of the open parcel in.
func (p *Parcels) TakeIn() (out []ParcelTaken, err error) {
	defer p.a.guard("parcels.TakeIn", &err)
	out = []ParcelTaken{}
	ctx, cancel, err := p.calling()
	if err != nil {
		return out, err
	}
	defer cancel()
	p.parcelMu.Lock()
	in := p.in
	p.in = nil
	p.parcelMu.Unlock()
	if in == nil {
		return out, &akno.Error{Code: akno.WrongState, Op: "parcels.TakeIn"}
	}
	if err = p.judged(ctx, in); err != nil {
		return out, errors.Join(err, in.Close())
	}
	out, err = p.take(ctx, in)
	p.parcelMu.Lock()
	defer p.parcelMu.Unlock()
	if p.in == nil && p.w.opened() == nil && err != nil {
		p.in = in // once there is room again
	} else {
		err = errors.Join(err, in.Close())
	}
	p.w.tell("draft", "")
	return out, err
}

// take takes drafts or commands in.
func (p *Parcels) take(ctx context.Context, in *parcel.Incoming) ([]ParcelTaken, error) {
	out := []ParcelTaken{}
	if commands := in.Outbox(); len(commands) > 0 {
		taken, err := in.TakeOutbox(ctx, p.w.sync, p.w.c.store.Blobs())
		for i, st := range taken {
			out = append(out, ParcelTaken{ID: commands[i].OpID, Standing: string(st)})
		}
		return out, err
	}
	taken, err := in.TakeIn(ctx, p.w.drafts, p.w.c.store.Blobs())
	for _, t := range taken {
		out = append(out, ParcelTaken{ID: t.ID, Standing: string(t.Standing)})
	}
	return out, err
}

// judged refuses a parcel whose signature is not good and never will be: somebody
// has made it over.
func (p *Parcels) judged(ctx context.Context, in *parcel.Incoming) error {
	statement, cms := in.Signed()
	if len(cms) == 0 {
		return nil
	}
	v, err := p.w.c.signer.VerifyDetached(ctx, statement, cms)
	if err == nil && v.Rung == signer.Bad {
		err = &akno.Error{Code: akno.BadSignature, Op: "parcels.TakeIn"}
	}
	return err
}

// Forget wipes the keys of what was packed and opened.
func (p *Parcels) Forget() (err error) {
	defer p.a.guard("parcels.Forget", &err)
	return p.close()
}

// close implements closer.
func (p *Parcels) close() error {
	p.parcelMu.Lock()
	defer p.parcelMu.Unlock()
	if p.out != nil {
		p.out.Close()
		p.out = nil
	}
	if p.in == nil {
		return nil
	}
	err := p.in.Close()
	p.in = nil
	return err
}
