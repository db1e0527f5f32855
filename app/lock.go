package app

import (
	"context"
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/secmem"
	"akno/backend/desktop/store"
)

// lock closes the profile. Calls that run are answered; the next one is refused.
// The caller holds lifeMu.
func (a *App) lock() {
	if a.life.key == nil {
		return
	}
	a.life.locked.Store(true)
	a.leaveSession()
	a.end()
	a.files.clear()
	a.secrets.forget()
}

// lockNow locks a profile that has a password and tells the page.
func (a *App) lockNow() error {
	a.life.lifeMu.Lock()
	defer a.life.lifeMu.Unlock()
	if a.life.vault == nil || !a.life.vault.Protected() {
		return &akno.Error{Code: akno.WrongState, Op: "app.lock"}
	}
	a.lock()
	a.platform.Emit("profile")
	return nil
}

// leaveSession ends the session with the portal, without waiting for it: a
// locked window must not leave a door open there.
func (a *App) leaveSession() {
	for _, p := range a.parts {
		c, ok := p.(*core)
		if !ok || c.session == nil || !c.session.State().SignedIn {
			continue
		}
		s := c.session
		a.Go("app.leaveSession", func() {
			ctx, cancel := context.WithTimeout(a.ctx, callLimit)
			defer cancel()
			if err := s.SignOut(ctx); err != nil && !akno.Silent(akno.CodeOf(err)) {
				a.log.WithField("cause", err).Info("the portal was not told of the lock")
			}
		})
	}
}

// turnTo locks the profile in use and goes on with the profile id.
func (a *App) turnTo(id string) error {
	a.lock()
	if err := a.life.index.Use(id); err != nil {
		return err
	}
	a.life.vault, a.life.tries, a.life.until = nil, 0, time.Time{}
	return a.goOn()
}

// goOn opens the profile in use after another one, or another state of it, and
// tells the page. What failed before is not its matter. The caller holds lifeMu.
func (a *App) goOn() error {
	a.failed(nil)
	err := a.resume()
	if err != nil {
		a.failed(err)
	}
	a.platform.Emit("profile")
	return err
}

// acceptOlder opens a profile that stays shut because a page of it is older than
// it was, as a person decides who has no copy. The caller holds lifeMu.
func (a *App) acceptOlder() error {
	if akno.FieldsOf(a.unopened())["profile"] != "older" {
		return &akno.Error{Code: akno.WrongState, Op: "app.acceptOlder"}
	}
	a.lock()
	if err := store.AcceptOlder(a.profileDir()); err != nil {
		return err
	}
	return a.goOn()
}

// longestTry is the longest wait after a wrong password. It is friction against
// haste: who has the files can try without this program.
const longestTry = 30 * time.Second

// enter opens the locked profile by what open makes of the key file, and makes a
// wrong try wait for the next. The caller holds lifeMu.
func (a *App) enter(open func() (*secmem.Box, error)) error {
	const op = "app.enter"
	if err := a.find(); err != nil {
		return err
	}
	if a.life.key != nil {
		return &akno.Error{Code: akno.WrongState, Op: op}
	}
	if a.now().Before(a.life.until) {
		return &akno.Error{Code: akno.SlowDown, Op: op}
	}
	key, err := open()
	switch akno.CodeOf(err) {
	case akno.BadPassword, akno.KeyMismatch:
		a.life.until = a.now().Add(min(time.Second<<min(a.life.tries, 5), longestTry))
		a.life.tries++
	}
	if err != nil {
		return err
	}
	a.life.tries, a.life.until = 0, time.Time{}
	if err := a.unlocked(key); err != nil {
		return err
	}
	a.platform.Emit("profile")
	return nil
}

// idleLook is how often it is looked whether the person has left.
const idleLook = 10 * time.Second

// idle says whether the person has been away for as long as the profile allows.
func (a *App) idle() bool {
	a.life.lifeMu.Lock()
	defer a.life.lifeMu.Unlock()
	if a.life.vault == nil || !a.life.vault.Protected() || a.life.vault.LockAfter() == 0 {
		return false
	}
	seen := time.UnixMilli(a.life.seen.Load())
	return a.now().Sub(seen) >= time.Duration(a.life.vault.LockAfter())*time.Minute
}

// keptKey is the key of a profile that the system's key store opens, nil when it
// does not: then the password is asked for, as it is after every lock. The caller
// holds lifeMu.
func (a *App) keptKey() *secmem.Box {
	if a.cfg.KeyStore == nil || !a.life.vault.KeptIn() {
		return nil
	}
	key, err := a.life.vault.UnlockIn(a.cfg.KeyStore)
	if err != nil {
		a.log.WithField("cause", err).Info("the system's key store did not open the profile")
		return nil
	}
	return key
}
