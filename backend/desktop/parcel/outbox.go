package parcel

import (
	"context"
	"slices"
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/store"
	"akno/backend/desktop/syncer"
)

// PackOutbox packs commands that wait, with the files that the portal must have
// before them. The code is not_found when nothing waits or a file is gone.
func PackOutbox(commands []syncer.Carried, blobs *store.Blobs, now time.Time) (*Outgoing, error) {
	const op = "parcel.PackOutbox"
	if len(commands) == 0 {
		return nil, &akno.Error{Code: akno.NotFound, Op: op}
	}
	out := newOutgoing(blobs, outboxFormat, now)
	out.manifest.Commands = commands
	for _, c := range commands {
		for _, f := range c.Files {
			if slices.ContainsFunc(out.manifest.Files, func(had fileEntry) bool { return had.SHA256 == f.SHA256 }) {
				continue
			}
			if !blobs.Has(f.SHA256) {
				return nil, &akno.Error{Code: akno.NotFound, Op: op, Fields: map[string]string{"file": "file_missing"}}
			}
			out.manifest.Files = append(out.manifest.Files, fileEntry{f.SHA256, f.Size})
		}
	}
	return out, out.finish()
}

// Carried are the commands of an outbox that is being made.
func (o *Outgoing) Carried() []syncer.Carried { return o.manifest.Commands }

// checkCommands doubts what an outbox says of its commands: that each can be one of
// this program, is there once, and has its files with it.
func checkCommands(all []syncer.Carried, files map[string]int64) error {
	seen := map[string]bool{}
	for _, c := range all {
		if err := c.Check(); err != nil {
			return err
		}
		if seen[c.OpID] {
			return errBroken("a command is there twice")
		}
		seen[c.OpID] = true
		for _, f := range c.Files {
			if size, came := files[f.SHA256]; !came || size != f.Size {
				return errBroken("a file of a command did not come along")
			}
		}
	}
	return nil
}

// Outbox returns the commands of an outbox; none for a parcel of drafts.
func (in *Incoming) Outbox() []syncer.Carried { return in.manifest.Commands }

// TakeOutbox takes the commands of an outbox in, their files first. Doing it twice is
// doing it once.
func (in *Incoming) TakeOutbox(ctx context.Context, sync *syncer.Syncer, blobs *store.Blobs) ([]syncer.CarriedStanding, error) {
	stand, err := sync.Weigh(ctx, in.manifest.Commands)
	if err != nil {
		return nil, err
	}
	wanted := map[string]bool{}
	for i, c := range in.manifest.Commands {
		for _, f := range c.Files {
			wanted[f.SHA256] = wanted[f.SHA256] || stand[i] == syncer.CarriedNew && !blobs.Has(f.SHA256)
		}
	}
	if err := in.keep(ctx, wanted, blobs); err != nil {
		return nil, err
	}
	return sync.TakeCarried(ctx, in.manifest.Commands)
}
