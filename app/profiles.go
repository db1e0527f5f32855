package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/keyring"
	"akno/backend/desktop/secmem"
	"akno/backend/desktop/vault"
)

// Profiles is the bound type of the profiles at this computer: their passwords,
// the lock, and the list of them.
type Profiles struct{ a *App }

var _ profilesSurface = (*Profiles)(nil)

// run locks the profile when its person has been away.
func (p *Profiles) run(ctx context.Context) error {
	look := time.NewTicker(idleLook)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-look.C:
		}
		if p.a.idle() {
			// Beside this work, which the lock waits for.
			p.a.Go("profiles.idle", func() { _ = p.a.lockNow() })
			return nil
		}
	}
}

// State tells which profile is in use and how it is protected.
func (p *Profiles) State() (out ProfileState, err error) {
	defer p.a.guard("profiles.State", &err)
	p.a.life.lifeMu.Lock()
	defer p.a.life.lifeMu.Unlock()
	return p.state(), nil
}

// state is State for who holds lifeMu.
func (p *Profiles) state() ProfileState {
	l := &p.a.life
	out := ProfileState{Locked: l.locked.Load(), Profiles: []ProfileEntry{}, RestoredAt: moment(l.restored), Damaged: l.damage.Load()}
	if l.index != nil {
		out.ID = l.index.Current
		for _, e := range l.index.Profiles {
			out.Profiles = append(out.Profiles, ProfileEntry{ID: e.ID, Name: e.Name})
			if e.ID == out.ID {
				out.Name = e.Name
			}
		}
	}
	if v := l.vault; v != nil {
		out.Protected, out.LockAfter, out.KeyID = v.Protected(), v.LockAfter(), v.KeyCertificate()
		out.Kept = v.KeptIn()
		out.Shares, out.Threshold = v.Shares().Count, v.Shares().Threshold
	}
	return out
}

// with answers a call that works on the list or the key file.
func (p *Profiles) with(work func() error) (ProfileState, error) {
	p.a.life.lifeMu.Lock()
	defer p.a.life.lifeMu.Unlock()
	if err := p.a.find(); err != nil {
		return ProfileState{}, err
	}
	if err := work(); err != nil {
		return ProfileState{}, err
	}
	return p.state(), nil
}

// opened is with for an unlocked profile.
func (p *Profiles) opened(work func(v *vault.Vault, key *secmem.Box) error) (ProfileState, error) {
	return p.with(func() error {
		if p.a.life.key == nil {
			return &akno.Error{Code: akno.Locked, Op: "profiles.opened"}
		}
		return work(p.a.life.vault, p.a.life.key)
	})
}

// BeginUnlock opens the locked profile; its password follows.
func (p *Profiles) BeginUnlock() (out Ticket, err error) {
	defer p.a.guard("profiles.BeginUnlock", &err)
	return p.a.secrets.password("unlock", func(ctx context.Context, password []byte) (any, error) {
		return p.with(func() error {
			return p.a.enter(func() (*secmem.Box, error) { return p.a.life.vault.Unlock(ctx, password) })
		})
	})
}

// BeginRecover opens the locked profile by two shares and gives it a new
// password; the three follow.
func (p *Profiles) BeginRecover() (out Ticket, err error) {
	defer p.a.guard("profiles.BeginRecover", &err)
	return p.a.secrets.expect("recover", 3, func(ctx context.Context, in [][]byte) (any, error) {
		return p.with(func() error {
			if err := vault.CheckPassword(in[2]); err != nil { // before anything is opened
				return err
			}
			return p.a.enter(func() (*secmem.Box, error) {
				key, err := p.a.life.vault.Recover(in[0], in[1])
				if err != nil {
					return nil, err
				}
				return key, p.a.life.vault.SetPassword(ctx, key, in[2])
			})
		})
	})
}

// ChooseKeyFile asks the person for a key file; "" means that she cancelled.
func (p *Profiles) ChooseKeyFile() (path string, err error) {
	defer p.a.guard("profiles.ChooseKeyFile", &err)
	files, err := p.a.platform.OpenFiles(FileQuestion{One: true, Filters: []FileFilter{{Name: "*.key", Pattern: "*.key"}}})
	if err != nil || len(files) == 0 {
		return "", err
	}
	return files[0], nil
}

// BeginUnlockByKey opens the locked profile by the key file at path; the key's
// password follows.
func (p *Profiles) BeginUnlockByKey(path string) (out Ticket, err error) {
	defer p.a.guard("profiles.BeginUnlockByKey", &err)
	return p.a.secrets.password("unlock_key", func(ctx context.Context, password []byte) (any, error) {
		return p.with(func() error {
			return p.a.enter(func() (*secmem.Box, error) { return p.a.life.vault.UnlockByKeyFile(ctx, path, password) })
		})
	})
}

// Lock locks the profile in use.
func (p *Profiles) Lock() (out ProfileState, err error) {
	defer p.a.guard("profiles.Lock", &err)
	if err := p.a.lockNow(); err != nil {
		return out, err
	}
	return p.State()
}

// Create makes a profile of that name, without a password yet, and turns to it.
func (p *Profiles) Create(name string) (out ProfileState, err error) {
	defer p.a.guard("profiles.Create", &err)
	return p.with(func() error {
		e, err := p.a.life.index.Add(name, p.a.now)
		if err != nil {
			return err
		}
		return p.a.turnTo(e.ID)
	})
}

// Use turns to the profile id.
func (p *Profiles) Use(id string) (out ProfileState, err error) {
	defer p.a.guard("profiles.Use", &err)
	return p.with(func() error { return p.a.turnTo(id) })
}

// AcceptOlder goes on with what the profile in use holds, though a page of it is
// older than it was and there is no copy: such a profile stays shut until then.
func (p *Profiles) AcceptOlder() (out ProfileState, err error) {
	defer p.a.guard("profiles.AcceptOlder", &err)
	return p.with(p.a.acceptOlder)
}

// Rename gives the profile in use another name.
func (p *Profiles) Rename(name string) (out ProfileState, err error) {
	defer p.a.guard("profiles.Rename", &err)
	return p.opened(func(*vault.Vault, *secmem.Box) error { return p.a.life.index.Rename(p.a.life.index.Current, name) })
}

// BeginProtect gives the profile its first password, which follows.
func (p *Profiles) BeginProtect() (out Ticket, err error) {
	defer p.a.guard("profiles.BeginProtect", &err)
	return p.a.secrets.password("protect", func(ctx context.Context, password []byte) (any, error) {
		return p.opened(func(v *vault.Vault, key *secmem.Box) error {
			if v.Protected() {
				return &akno.Error{Code: akno.WrongState, Op: "profiles.protect"}
			}
			return v.SetPassword(ctx, key, password)
		})
	})
}

// BeginChangePassword changes the profile's password; both follow.
func (p *Profiles) BeginChangePassword() (out Ticket, err error) {
	defer p.a.guard("profiles.BeginChangePassword", &err)
	return p.a.secrets.change("profile_password", func(ctx context.Context, current, next []byte) (any, error) {
		return p.proven(ctx, current, func(v *vault.Vault, key *secmem.Box) error { return v.SetPassword(ctx, key, next) })
	})
}

// BeginUnprotect takes the profile's password away; it follows.
func (p *Profiles) BeginUnprotect() (out Ticket, err error) {
	defer p.a.guard("profiles.BeginUnprotect", &err)
	return p.a.secrets.password("unprotect", func(ctx context.Context, password []byte) (any, error) {
		return p.proven(ctx, password, func(v *vault.Vault, key *secmem.Box) error { return v.LeaveOpen(key) })
	})
}

// proven is opened for who knows the password.
func (p *Profiles) proven(ctx context.Context, password []byte, work func(*vault.Vault, *secmem.Box) error) (ProfileState, error) {
	return p.opened(func(v *vault.Vault, key *secmem.Box) error {
		again, err := v.Unlock(ctx, password)
		if err != nil {
			return err
		}
		again.Wipe()
		return work(v, key)
	})
}

// ChooseFolder asks the person where to put the shares; "" means that she
// cancelled.
func (p *Profiles) ChooseFolder() (folder string, err error) {
	defer p.a.guard("profiles.ChooseFolder", &err)
	return p.a.platform.OpenFolder("")
}

// BeginShares makes shares for a forgotten password and writes them to the
// folder, one file each; the profile's password follows. Those made before are
// good for nothing after.
func (p *Profiles) BeginShares(folder string) (out Ticket, err error) {
	defer p.a.guard("profiles.BeginShares", &err)
	return p.a.secrets.password("shares", func(ctx context.Context, password []byte) (any, error) {
		return p.proven(ctx, password, func(v *vault.Vault, key *secmem.Box) error {
			shares, err := v.MakeShares(key, vault.DefaultShares, vault.DefaultThreshold)
			defer func() {
				for _, s := range shares {
					clear(s)
				}
			}()
			if err != nil {
				return err
			}
			return writeShares(folder, shares)
		})
	})
}

// writeShares writes each share as a sheet to print. The sheets say what they are
// for and not whose.
func writeShares(folder string, shares [][]byte) error {
	for i, s := range shares {
		path := filepath.Join(folder, fmt.Sprintf("akno-share-%d.txt", i+1))
		err := WriteWhole(path, func(w io.Writer) error {
			_, head := fmt.Fprintf(w, sheet, i+1, len(shares), vault.DefaultThreshold)
			_, body := w.Write(s)
			_, end := io.WriteString(w, "\r\n")
			return errors.Join(head, body, end)
		})
		if err == nil {
			err = os.Chmod(path, 0o600)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// sheet is the text above a share on paper.
const sheet = "Акно · часть %[1]d из %[2]d\r\n\r\n" +
	"Любые %[3]d части из %[2]d открывают профиль, если забыт пароль. Напечатайте, храните части в разных местах, файл удалите.\r\n" +
	"Любыя %[3]d часткі з %[2]d адкрываюць профіль, калі забыты пароль. Надрукуйце, захоўвайце часткі ў розных месцах, файл выдаліце.\r\n" +
	"Any %[3]d of %[2]d shares open the profile when its password is forgotten. Print, keep the shares apart, delete the file.\r\n\r\n"

// BeginLetKeyIn lets a key of the digital signature open the profile; the
// profile's password and the key's follow: who finds the profile open may not let
// a key of his own in.
func (p *Profiles) BeginLetKeyIn(keyID string) (out Ticket, err error) {
	defer p.a.guard("profiles.BeginLetKeyIn", &err)
	keys := p.a.keys()
	if keys == nil {
		return out, p.a.errLocked("profiles.BeginLetKeyIn")
	}
	return p.a.secrets.change("let_key_in", func(ctx context.Context, current, password []byte) (any, error) {
		// Each password has its own refusal: a wrong one of the profile is no try of the key.
		_, err := p.proven(ctx, current, func(*vault.Vault, *secmem.Box) error { return nil })
		if akno.CodeOf(err) == akno.BadPassword {
			return nil, &akno.Error{Code: akno.Invalid, Op: "profiles.letKeyIn", Fields: map[string]string{"current": "password_wrong"}}
		}
		if err != nil {
			return nil, err
		}
		e, err := keys.Find(ctx, keyID)
		if err != nil {
			return nil, err
		}
		if e.Certificate == nil {
			return nil, &akno.Error{Code: akno.NotFound, Op: "profiles.letKeyIn"}
		}
		if err := keys.Prove(ctx, e.KeyPath, password); err != nil {
			return nil, err
		}
		return p.opened(func(v *vault.Vault, key *secmem.Box) error { return v.AddKey(key, e.Certificate) })
	})
}

// DropKey takes the way by a key out.
func (p *Profiles) DropKey() (out ProfileState, err error) {
	defer p.a.guard("profiles.DropKey", &err)
	return p.opened(func(v *vault.Vault, _ *secmem.Box) error { return v.DropKey() })
}

// KeyStoreAnswers says whether the system has a key store that answers.
func (p *Profiles) KeyStoreAnswers() (answers bool, err error) {
	defer p.a.guard("profiles.KeyStoreAnswers", &err)
	if p.a.cfg.KeyStore == nil {
		return false, nil
	}
	secret, err := p.a.cfg.KeyStore.Get("probe") // nobody has ever kept it
	clear(secret)
	return err == nil || errors.Is(err, fs.ErrNotExist), nil
}

// BeginKeepIn lets the system's key store open the profile when the program
// starts; the profile's password follows.
func (p *Profiles) BeginKeepIn() (out Ticket, err error) {
	const op = "profiles.BeginKeepIn"
	defer p.a.guard(op, &err)
	if p.a.cfg.KeyStore == nil {
		return out, &akno.Error{Code: akno.Unavailable, Op: op}
	}
	return p.a.secrets.password("keep_in", func(ctx context.Context, password []byte) (any, error) {
		return p.proven(ctx, password, func(v *vault.Vault, key *secmem.Box) error { return v.KeepIn(p.a.cfg.KeyStore, key) })
	})
}

// TakeOut takes the way by the system's key store out. What a store that does not
// answer goes on keeping opens nothing.
func (p *Profiles) TakeOut() (out ProfileState, err error) {
	const op = "profiles.TakeOut"
	defer p.a.guard(op, &err)
	if p.a.cfg.KeyStore == nil {
		return out, &akno.Error{Code: akno.Unavailable, Op: op}
	}
	return p.opened(func(v *vault.Vault, _ *secmem.Box) error {
		err := v.TakeOut(p.a.cfg.KeyStore)
		if err != nil && !v.KeptIn() {
			p.a.log.WithField("cause", err).Info("the system's key store keeps a secret that opens nothing")
			return nil
		}
		return err
	})
}

// SetLockAfter says after how many minutes without the person the profile locks
// itself; 0 stands for never.
func (p *Profiles) SetLockAfter(minutes int) (out ProfileState, err error) {
	defer p.a.guard("profiles.SetLockAfter", &err)
	return p.opened(func(v *vault.Vault, _ *secmem.Box) error { return v.SetLockAfter(minutes) })
}

// Noted says that the person has read that a damaged database was replaced.
func (p *Profiles) Noted() (err error) {
	defer p.a.guard("profiles.Noted", &err)
	p.a.life.lifeMu.Lock()
	defer p.a.life.lifeMu.Unlock()
	p.a.life.restored = time.Time{}
	return nil
}

// keys is the keyring of the open profile, nil while it is locked.
func (a *App) keys() *keyring.Keyring {
	for _, p := range a.parts {
		if c, ok := p.(*core); ok && c.opened() == nil {
			return c.keys
		}
	}
	return nil
}
