package app

import (
	"context"
	"errors"
	"time"

	"akno/backend/desktop/parcel"
	"akno/backend/desktop/syncer"
)

// BeginPackOutbox packs what waits for the portal, to be sent from another computer.
func (p *Parcels) BeginPackOutbox() (out Ticket, err error) {
	defer p.a.guard("parcels.BeginPackOutbox", &err)
	if err := p.w.opened(); err != nil {
		return out, err
	}
	return p.a.secrets.password("pack", func(ctx context.Context, password []byte) (any, error) {
		if err := p.w.opened(); err != nil {
			return nil, err
		}
		waiting, err := p.w.sync.Carry(ctx)
		if err != nil {
			return nil, err
		}
		o, err := parcel.PackOutbox(waiting, p.w.c.store.Blobs(), p.a.now())
		if err != nil {
			return nil, err
		}
		if err := o.ForPassword(ctx, password); err != nil {
			o.Close()
			return nil, err
		}
		p.hold(o)
		return madeOf(o, false), nil
	})
}

// leaving writes a parcel. The commands of an outbox are noted first as what may have
// left this computer: a crash while the file is written must not leave one that can
// be made a draft again here and be sent from there.
func (p *Parcels) leaving(ctx context.Context, o *parcel.Outgoing, write func() error) error {
	if o.Commands == 0 {
		return write()
	}
	if err := p.w.opened(); err != nil { // locked while the dialog stood open
		return err
	}
	back, err := p.w.sync.Leaving(ctx, o.Carried())
	if err != nil {
		return err
	}
	if err := write(); err != nil {
		return errors.Join(err, back(p.a.ctx))
	}
	p.w.tell("sync", "")
	return nil
}

// carriedView shows what taking the commands of an outbox in would do.
func (w *work) carriedView(ctx context.Context, all []syncer.Carried) ([]ParcelCommand, error) {
	stand, err := w.sync.Weigh(ctx, all)
	if err != nil {
		return nil, err
	}
	out := []ParcelCommand{}
	for i, c := range all {
		line := ParcelCommand{
			ID: c.OpID, Kind: string(c.Kind), QueuedAt: moment(time.UnixMilli(c.QueuedAt)), Files: len(c.Files), Standing: string(stand[i]),
		}
		for _, f := range c.Files {
			line.Size += int(f.Size)
		}
		if stand[i] != syncer.CarriedForeign {
			q := syncer.Queued{Command: syncer.Command{OpID: c.OpID, Kind: c.Kind, Target: c.Target, Body: c.Body}}
			line.Title = w.titleOf(ctx, q)
		}
		out = append(out, line)
	}
	return out, nil
}

// titleOf is the procedure that a command is about, no words when it is not known
// here.
func (w *work) titleOf(ctx context.Context, q syncer.Queued) Text {
	if code := w.cabinet.ProcedureOf(ctx, q); code != "" {
		return w.c.title(code)
	}
	return Text{}
}
