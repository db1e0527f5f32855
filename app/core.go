package app

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"sync"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/catalogue"
	"akno/backend/akno/form"
	"akno/backend/akno/workdays"
	deskwork "akno/backend/desktop/desk"
	"akno/backend/desktop/keyring"
	"akno/backend/desktop/onewindow"
	"akno/backend/desktop/packs"
	"akno/backend/desktop/portalclient"
	"akno/backend/desktop/session"
	"akno/backend/desktop/signer"
	"akno/backend/desktop/store"
	"akno/backend/desktop/sysproxy"
	"akno/backend/desktop/tray"
	"akno/backend/desktop/trust"
	"akno/backend/print"
)

// callLimit is how long a call of the page may wait for the portal.
const callLimit = 25 * time.Second

// core is what the bound types share. It is opened before any of them.
type core struct {
	a         *App
	packs     *packs.Store
	catalogue *catalogue.Catalogue // of the packs in force
	calendar  workdays.Calendar
	store     *store.DB
	portal    *portalclient.Client
	facts     *session.Facts
	desktop   *sysproxy.System
	trust     *trust.Store
	keys      *keyring.Keyring
	signer    *signer.Signer
	session   *session.Service
	window    *onewindow.Service
	scans     *tray.Service[onewindow.Work] // of the papers of One Window
	desk      *deskwork.Service
	leave     func(context.Context) error // hides the records of who has signed out
}

// open opens the profile and wires the services over it. What the page needs
// when the profile cannot be opened (preferences, the text of the failure) does
// not depend on it.
func (c *core) open(ctx context.Context) error {
	now := c.a.now
	c.store, c.session = nil, nil // of the profile before
	var err error
	// What the portal, the publisher and the authorities publish is no profile's own.
	base, own := c.a.cfg.ProfileDir, c.a.profileDir()
	anchors := []string{filepath.Join(base, "anchors")}
	if c.a.cfg.TrustDir != "" {
		anchors = []string{c.a.cfg.TrustDir}
	}
	if c.packs, err = packs.Open(filepath.Join(base, "packs"), anchors...); err != nil {
		return err
	}
	if err := c.packs.Problem(); err != nil {
		c.a.log.WithField("cause", err).Warn("kept packs were passed over")
	}
	c.catalogue = c.packs.Catalogue()
	if c.store, err = c.a.openStore(ctx); err != nil {
		return err
	}
	c.desktop = sysproxy.New(now)
	c.portal, err = portalclient.New(portalclient.Options{
		BaseURL: portalAt(c.a.PortalURL()), Now: now, SignedOut: func(token string) { c.session.Ended(token) },
		Line:    func(bool) { c.a.platform.Emit("sync") },
		Desktop: c.desktop.Way,
	})
	if err != nil {
		return &akno.Error{Code: akno.Invalid, Op: "core.open", Fields: map[string]string{"portalURL": "address"}, Err: err}
	}
	if err := c.useProxy(ctx); err != nil {
		return err
	}
	if c.trust, err = trust.Open(filepath.Join(base, "trust"), anchors, now); err != nil {
		return err
	}
	var extra []string
	if c.a.cfg.KeysDir != "" {
		extra = append(extra, c.a.cfg.KeysDir)
	}
	c.facts = session.NewFacts(c.portal, c.store)
	c.keys = keyring.New(filepath.Join(own, "keys"), extra, c.store, c.trust, now)
	// The time in a signature is the portal's where this computer's clock is known to be
	// wrong, since the portal judges the signature by it.
	c.signer = signer.New(c.keys, c.trust, c.portal.Corrected)
	c.desk = deskwork.New(c.portal, c.signer, c.store, now)
	c.window = onewindow.New(c.portal, c.store, consentOf, now)
	c.scans = tray.New[onewindow.Work](c.store, c.window, now)
	s := session.New(c.portal, c.signer, now)
	s.OnChange(func(session.State) { c.a.platform.Emit("session") })
	c.session = s // last: opened asks for it
	return nil
}

// portalAt is the address to call. Before a person has named a portal it is one
// that leads nowhere (RFC 2606): everything that needs no network works.
func portalAt(address string) string {
	if address == "" {
		return "https://portal.invalid"
	}
	return address
}

// moved turns the program to another portal.
func (a *App) moved(address string) error {
	for _, p := range a.parts {
		if c, ok := p.(*core); ok && c.opened() == nil {
			c.session.Forget()
			if err := c.hide(a.ctx); err != nil {
				return err
			}
			if err := c.portal.Use(portalAt(address)); err != nil {
				return &akno.Error{Code: akno.Invalid, Op: "core.moved", Fields: map[string]string{"portalURL": "address"}, Err: err}
			}
		}
	}
	return nil
}

// run keeps the portal's facts and the revocation lists fresh.
func (c *core) run(ctx context.Context) error {
	if c.opened() != nil {
		return nil
	}
	var beside sync.WaitGroup
	defer beside.Wait()
	beside.Go(func() {
		if err := c.a.guarded("core.check", func() error { return c.store.Check(ctx) }); err != nil && ctx.Err() == nil {
			c.damaged(err)
		}
	})
	const often, soon = time.Hour, time.Minute
	wait := time.NewTimer(0)
	defer wait.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-wait.C:
		}
		next := often
		if err := c.store.Keep(ctx, c.a.now()); err != nil && ctx.Err() == nil {
			c.a.log.WithField("cause", err).Warn("no copy of the profile could be made")
		}
		fresh, packsErr := c.packs.Update(ctx, c.portal)
		if fresh {
			c.a.log.WithField("catalogue", c.catalogue.BundleHash()).Info("newer packs of procedures were taken over")
		}
		err := errors.Join(c.facts.Refresh(ctx), c.trust.Refresh(ctx, c.portal), packsErr)
		if err != nil {
			next = soon
			if !akno.Silent(akno.CodeOf(err)) {
				c.a.log.WithField("cause", err).Warn("the portal's facts were not taken over")
			}
		}
		wait.Reset(next)
	}
}

// damaged tells the page that the profile was read through beside the work and is
// not whole: nothing more is written, the next start goes on with the copy.
func (c *core) damaged(err error) {
	c.a.problemOf(err) // no call asked: this is for the log
	if akno.CodeOf(err) == akno.BadFile {
		c.a.life.damage.Store(true) // for a page that does not listen yet
		c.a.platform.Emit("damaged")
	}
}

func (c *core) close() error {
	if c.store == nil {
		return nil
	}
	return c.store.Close()
}

// hide hides the records of who signs out: the next to sit down may be another.
func (c *core) hide(ctx context.Context) error {
	if c.leave == nil {
		return nil
	}
	return c.leave(ctx)
}

// opened returns an error while the profile is not open.
func (c *core) opened() error {
	if !c.a.life.gate.isOpen() || c.session == nil {
		return c.a.errLocked("core.opened")
	}
	return nil
}

// calling returns a context for a call of the page, which the profile stays open
// for until the call ends it.
func (c *core) calling() (context.Context, context.CancelFunc, error) {
	ctx, leave, ok := c.a.life.gate.enter()
	if !ok {
		return nil, nil, c.a.errLocked("core.calling")
	}
	if c.session == nil {
		leave()
		return nil, nil, c.a.errLocked("core.calling")
	}
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	return ctx, func() { cancel(); leave() }, nil
}

// title is a procedure's title; a code that this catalogue does not know stands
// for itself.
func (c *core) title(procedure string) Text {
	if p, ok := c.catalogue.Procedure(procedure); ok {
		return textOf(p.Title)
	}
	return Text{Ru: procedure, Be: procedure, En: procedure}
}

// fileInfo shows a stored file to the page.
func (c *core) fileInfo(f form.File) FileInfo {
	out := FileInfo{ID: f.ID, Name: f.Name, MediaType: f.MIME, Size: int(f.Size), SHA256: f.SHA256}
	if c.store.Blobs().Has(f.SHA256) {
		out.URL = c.a.files.add(c.reader(f.SHA256), f.MIME, f.Name)
	}
	return out
}

// reader opens a stored file each time the page asks for it.
func (c *core) reader(sum string) func() (io.ReadSeekCloser, error) {
	return func() (io.ReadSeekCloser, error) { return c.store.Blobs().Open(sum) }
}

// registrationAuthority is where requests for certificates go.
func (c *core) registrationAuthority(ctx context.Context) (string, error) {
	f, err := c.facts.Get(ctx)
	if err != nil {
		return "", err
	}
	// A request says who asks: it goes by https, or stays on this computer.
	address, err := portalclient.CheckAddress(f.RA)
	if err != nil {
		return "", &akno.Error{Code: akno.Unavailable, Op: "core.registrationAuthority", Err: err}
	}
	return address, nil
}

// consentOf names the consent's text in a language.
func consentOf(language string) (session.Consent, error) {
	hash, err := print.ConsentHash(akno.Lang(language))
	return session.Consent{Version: print.ConsentVersion, SHA256: hash}, err
}
