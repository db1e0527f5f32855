package app

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/secmem"
	"akno/backend/desktop/store"
	"akno/backend/desktop/vault"
)

// life is the profile that the program works on, from one unlocking to the next
// lock. While it is locked no part is open: the database is closed, its keys and
// pages are wiped, and every call that needs it is refused with the code locked.
type life struct {
	locked atomic.Bool  // nothing is open: a password is needed
	damage atomic.Bool  // what is open was found damaged
	gate   gate         // the calls of the page that work on what is open
	seen   atomic.Int64 // when the person was last at the window, Unix milliseconds

	lifeMu   sync.Mutex // guards the rest; held while the profile is opened or locked
	index    *vault.Index
	vault    *vault.Vault
	key      *secmem.Box   // nil while locked
	stop     func()        // ends the background work; nil while nothing runs
	done     chan struct{} // closed when it has ended
	tries    int           // wrong passwords in a row
	until    time.Time     // before which no other is tried
	restored time.Time     // the copy that took the place of a damaged database, not yet told
}

// find reads the list of profiles and the key file of the one in use. The caller
// holds lifeMu.
func (a *App) find() error {
	if a.life.vault != nil {
		return nil
	}
	a.life.index = vault.ReadIndex(a.cfg.ProfileDir)
	v, err := vault.Open(a.life.index.Dir(a.life.index.Current), a.now)
	if err != nil {
		return err
	}
	a.life.vault = v
	return nil
}

// begin opens the profile used last, or leaves it locked when it has a password.
func (a *App) begin() error {
	a.life.lifeMu.Lock()
	defer a.life.lifeMu.Unlock()
	return a.resume()
}

// resume is begin for who holds lifeMu.
func (a *App) resume() error {
	if err := a.find(); err != nil {
		a.life.locked.Store(false) // no password would help
		return err
	}
	if a.life.vault.Protected() {
		if key := a.keptKey(); key != nil {
			return a.unlocked(key)
		}
		a.life.locked.Store(true)
		return nil
	}
	key, err := a.life.vault.OpenKey()
	if err != nil {
		return err
	}
	return a.unlocked(key)
}

// unlocked opens every part under key and starts the background work. The caller
// holds lifeMu and gives the key away.
func (a *App) unlocked(key *secmem.Box) error {
	a.life.key = key
	ctx, stop := context.WithCancel(a.ctx)
	a.life.stop, a.life.done = stop, make(chan struct{})
	a.life.seen.Store(a.now().UnixMilli())
	a.life.locked.Store(false) // what is not open yet says so itself
	a.life.damage.Store(false)
	a.failed(a.open())
	done := a.life.done
	a.Go("app.Run", func() {
		defer close(done)
		if err := a.Run(ctx); err != nil {
			a.log.WithField("cause", err).Error("background work ended")
		}
	})
	return nil
}

// failed keeps why something could not be opened, for every call that would need
// it. The log has it at once, since a page may never ask.
func (a *App) failed(err error) {
	if err != nil {
		a.problemOf(err)
	}
	a.stateMu.Lock()
	defer a.stateMu.Unlock()
	a.cause = err
}

// unopened is why the profile is not open, nil where nothing failed.
func (a *App) unopened() error {
	a.stateMu.Lock()
	defer a.stateMu.Unlock()
	return a.cause
}

// callPatience is how long a lock leaves the calls that run alone, and how long
// it waits for those that it has ended.
const callPatience = time.Second

// end stops the background work and closes every part. The caller holds lifeMu.
func (a *App) end() {
	if a.life.stop == nil {
		return // nothing was opened
	}
	if !a.life.gate.shut(callPatience) {
		a.log.Warn("a call of the page did not end in time")
	}
	a.life.stop()
	wait := time.NewTimer(shutdownLimit)
	defer wait.Stop()
	select {
	case <-a.life.done:
	case <-wait.C:
		a.log.Warn("background work did not end in time")
	}
	if err := a.close(); err != nil {
		a.log.WithField("cause", err).Error("not everything could be closed")
	}
	a.life.stop = nil
	if a.life.key != nil {
		a.life.key.Wipe()
		a.life.key = nil
	}
}

// openStore opens the database of the profile in use under its key.
func (a *App) openStore(ctx context.Context) (*store.DB, error) {
	if err := a.find(); err != nil {
		return nil, err
	}
	if a.life.key == nil {
		key, err := a.life.vault.OpenKey()
		if err != nil {
			return nil, err
		}
		a.life.key = key
	}
	db, err := store.Open(ctx, a.profileDir(), a.life.key.Octets())
	if err == nil && !db.Restored().IsZero() {
		a.life.restored = db.Restored()
		a.log.Warn("a damaged database was replaced by its copy")
	}
	return db, err
}

// profileDir is the folder of the profile in use.
func (a *App) profileDir() string {
	if a.life.index == nil {
		return a.cfg.ProfileDir
	}
	return a.life.index.Dir(a.life.index.Current)
}

// errLocked is what a call gets while the profile is locked.
func (a *App) errLocked(op string) error {
	if a.life.locked.Load() {
		return &akno.Error{Code: akno.Locked, Op: op}
	}
	if err := a.unopened(); err != nil {
		return err
	}
	return &akno.Error{Code: akno.Unavailable, Op: op, Err: errors.New("the profile is not open")}
}
