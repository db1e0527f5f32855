package app

import (
	"context"

	"akno/backend/desktop/backup"
)

// Backups is the bound type of the sealed copies of drafts that the portal keeps
// for who has asked for it.
type Backups struct {
	a *App
	w *work
}

var _ backupsSurface = (*Backups)(nil)

// with answers a call.
func (b *Backups) with(call func(ctx context.Context) error) error {
	ctx, cancel, err := b.w.calling()
	if err != nil {
		return err
	}
	defer cancel()
	return call(ctx)
}

// State tells how backups stand.
func (b *Backups) State() (out BackupState, err error) {
	defer b.a.guard("backups.State", &err)
	return out, b.with(func(ctx context.Context) (err error) {
		out, err = b.state(ctx)
		return err
	})
}

func (b *Backups) state(ctx context.Context) (BackupState, error) {
	s, err := b.w.backup.Status(ctx)
	return BackupState{
		SignedIn: s.SignedIn, On: s.On, Since: moment(s.Since), Kept: s.Kept, Waiting: s.Waiting, Failure: string(s.Failure),
	}, err
}

// changed answers a call that switches something.
func (b *Backups) changed(call func(ctx context.Context) error) (out BackupState, err error) {
	err = b.with(func(ctx context.Context) error {
		if err := call(ctx); err != nil {
			return err
		}
		b.w.tell("draft", "")
		out, err = b.state(ctx)
		return err
	})
	return out, err
}

// Facts tells how the backups of these drafts stand. One that has none is not
// among them.
func (b *Backups) Facts(drafts []string) (out []BackupFact, err error) {
	defer b.a.guard("backups.Facts", &err)
	out = []BackupFact{}
	err = b.with(func(ctx context.Context) error {
		facts, err := b.w.backup.Facts(ctx, drafts...)
		for _, id := range drafts {
			if f, known := facts[id]; known {
				out = append(out, BackupFact{ID: id, State: f.State, At: moment(f.At), Failure: string(f.Failure), Fork: f.Fork})
			}
		}
		return err
	})
	return out, err
}

// Away lists the drafts on the portal that are not at this computer.
func (b *Backups) Away() (out []AwayDraft, err error) {
	defer b.a.guard("backups.Away", &err)
	out = []AwayDraft{}
	err = b.with(func(ctx context.Context) error {
		list, err := b.w.backup.Away(ctx)
		for _, d := range list {
			line := AwayDraft{ID: d.ID, Subject: d.Subject, SavedAt: moment(d.SavedAt), StoredAt: moment(d.StoredAt), Own: d.Own, Failure: string(d.Failure)}
			if d.Procedure != "" {
				line.Title = b.w.c.title(d.Procedure)
			}
			out = append(out, line)
		}
		return err
	})
	return out, err
}

// BeginEnable switches backups on, or gives them another code; the code follows.
func (b *Backups) BeginEnable() (out Ticket, err error) {
	defer b.a.guard("backups.BeginEnable", &err)
	if err := b.w.opened(); err != nil {
		return out, err
	}
	return b.a.secrets.password("backup", func(_ context.Context, code []byte) (any, error) {
		return b.changed(func(ctx context.Context) error { return b.w.backup.Enable(ctx, code) })
	})
}

// Disable switches backups off at this computer and removes from the portal what
// it kept there.
func (b *Backups) Disable() (out BackupState, err error) {
	defer b.a.guard("backups.Disable", &err)
	return b.changed(func(ctx context.Context) error { return b.w.backup.Disable(ctx) })
}

// RemoveAll removes every backup of the person from the portal.
func (b *Backups) RemoveAll() (out BackupState, err error) {
	defer b.a.guard("backups.RemoveAll", &err)
	return b.changed(func(ctx context.Context) error {
		if err := b.w.backup.RemoveAll(ctx); err != nil {
			return err
		}
		return b.w.sync.Now(ctx) // so that what is told next is true
	})
}

// Take makes this computer the one at which a draft is worked on.
func (b *Backups) Take(id string) (out BackupTaken, err error) {
	defer b.a.guard("backups.Take", &err)
	out.Missing = []string{}
	err = b.with(func(ctx context.Context) error {
		var got backup.Taken
		got, err := b.w.backup.Take(ctx, id)
		out = BackupTaken{ID: got.ID, Fork: got.Fork, Missing: append([]string{}, got.Missing...)}
		return err
	})
	return out, err
}

// Compare shows how the answers of one draft differ from those of another.
func (b *Backups) Compare(id, other string) (out []DifferenceView, err error) {
	defer b.a.guard("backups.Compare", &err)
	out = []DifferenceView{}
	err = b.with(func(ctx context.Context) error {
		list, err := b.w.drafts.Compare(ctx, id, other)
		for _, c := range list {
			out = append(out, DifferenceView{
				Kind: string(c.Kind), From: textOf(c.From), To: textOf(c.To), Old: textOf(c.Old), New: textOf(c.New),
			})
		}
		return err
	})
	return out, err
}

// Retry forgets the waits after failures.
func (b *Backups) Retry() (err error) {
	defer b.a.guard("backups.Retry", &err)
	return b.with(func(ctx context.Context) error { return b.w.backup.Hurry(ctx) })
}
