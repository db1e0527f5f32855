package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/cabinet"
	"akno/backend/desktop/draft"
	"akno/backend/desktop/keyring"
	"akno/backend/desktop/packs"
	"akno/backend/desktop/portalclient"
	"akno/backend/desktop/session"
	"akno/backend/desktop/signer"
	"akno/backend/desktop/store"
	"akno/backend/desktop/syncer"
	truststore "akno/backend/desktop/trust"
	"akno/backend/desktop/vault"
	"akno/backend/internal/atomicfile"
	"akno/backend/logx"
	"akno/backend/print"
	"akno/backend/stb/pki"
)

// cabinetOptions are the options of the commands that work on a profile.
type cabinetOptions struct {
	*options
	dir, portal             *string
	profilePassword         *string
	key, passwordFile, cert *string
	anchors                 list
	limit                   *time.Duration
	begins                  bool // a profile that is not there yet is made
}

func newCabinetOptions(e *env) *cabinetOptions {
	o := newOptions(e)
	c := &cabinetOptions{
		options: o, dir: o.String("profile-dir", "", ""), profilePassword: o.String("profile-password-file", "", ""), portal: o.String("portal", "", ""),
		key: o.String("key", "", ""), passwordFile: o.String("password-file", "", ""), cert: o.String("cert", "", ""),
		limit: o.Duration("timeout", 2*time.Minute, ""),
	}
	o.Var(&c.anchors, "trust", "")
	return c
}

// profile is the cabinet of a profile folder, wired as in the program with a
// window. One program at a time has a profile.
type profile struct {
	e       *env
	ctx     context.Context //nolint:containedctx // a profile lives within one command
	close   []func() error
	portal  *portalclient.Client
	trust   *truststore.Store
	packs   *packs.Store
	keys    *keyring.Keyring
	signer  *signer.Signer
	session *session.Service
	sync    *syncer.Syncer
	drafts  *draft.Service
	cabinet *cabinet.Service
	blobs   *store.Blobs

	keyID    string // of the key that signs, "" for none
	password []byte
}

// with opens the profile, gives it to work, and closes it. What the program or
// the portal refuses is told by its code.
func (o *cabinetOptions) with(e *env, work func(*profile) (int, error)) (int, error) {
	if *o.dir == "" {
		return wrongUsage("--profile-dir is missing")
	}
	if (*o.key == "") && *o.passwordFile+*o.cert != "" {
		return wrongUsage("--password-file and --cert go with --key")
	}
	ctx, cancel := context.WithTimeout(context.Background(), *o.limit)
	defer cancel()
	p := &profile{e: e, ctx: ctx}
	status, err := exitUsage, p.open(o)
	if err == nil {
		status, err = work(p)
		err = errors.Join(err, p.signOut())
	}
	clear(p.password)
	for i := len(p.close) - 1; i >= 0; i-- {
		if failure := p.close[i](); failure != nil {
			status, err = exitUsage, errors.Join(err, failure)
		}
	}
	if err != nil {
		return e.refused(err)
	}
	return status, nil
}

// refused answers with the code of an error that has one. Silence and haste
// leave the question open; the rest says no.
func (e *env) refused(err error) (int, error) {
	if _, wrong := errors.AsType[usageError](err); wrong {
		return exitUsage, err
	}
	status, code := exitNo, akno.CodeOf(err)
	switch {
	case code == akno.Internal:
		return exitUsage, err
	case errors.Is(err, errNoProfile): // nothing was asked yet
		status = exitUsage
	case akno.Silent(code), code == akno.SlowDown:
		status = exitMaybe
	}
	answer := struct {
		Code   akno.Code         `json:"code"`
		Fields map[string]string `json:"fields,omitempty"`
	}{Code: code}
	if told, ok := errors.AsType[*akno.Error](err); ok {
		answer.Fields = told.Fields
	}
	if e.json {
		return status, errors.Join(err, e.answer(answer, ""))
	}
	return status, err
}

var errNoProfile = errors.New("there is no profile")

// noProfile is the refusal to make a profile where one is only asked about, as in a
// folder whose name was mistyped.
func noProfile(dir string) error {
	return &akno.Error{
		Code: akno.NotFound, Op: "aknoctl.profile", Fields: map[string]string{"profile-dir": string(akno.NotFound)},
		Err: fmt.Errorf("%w in %s: give another --profile-dir, or make one by «draft new», «draft import», «sync» or «profile passwd»", errNoProfile, dir),
	}
}

func (p *profile) open(o *cabinetOptions) error {
	dir, err := filepath.Abs(*o.dir)
	if err != nil {
		return err
	}
	if !o.begins && !vault.Exists(dir) {
		return noProfile(dir)
	}
	lock, err := alone(dir)
	if err != nil {
		return err
	}
	p.close = append(p.close, lock.Close)
	db, err := p.openStore(dir, *o.profilePassword)
	if err != nil {
		return err
	}
	p.close = append(p.close, db.Close)
	p.portal, err = portalclient.New(portalclient.Options{
		BaseURL: cmp.Or(*o.portal, "https://portal.invalid"), // RFC 2606: what needs no network works
		Now:     p.e.now, SignedOut: func(token string) { p.session.Ended(token) },
	})
	if err != nil {
		return usageError(fmt.Sprintf("--portal %q: %v", *o.portal, err))
	}
	anchors, err := p.anchors(dir, o.anchors)
	if err != nil {
		return err
	}
	if p.trust, err = truststore.Open(filepath.Join(dir, "trust"), anchors, p.e.now); err != nil {
		return err
	}
	if p.packs, err = packs.Open(filepath.Join(dir, "packs"), append(anchors, filepath.Join(dir, "anchors"))...); err != nil {
		return err
	}
	files, err := keyFiles(*o.key, *o.cert)
	if err != nil {
		return err
	}
	p.keys = keyring.New(filepath.Join(dir, "keys"), files, db, p.trust, p.e.now)
	p.signer = signer.New(p.keys, p.trust, p.e.now)
	p.session = session.New(p.portal, p.signer, p.e.now)
	if err := p.wire(db); err != nil {
		return err
	}
	return p.unlock(files, *o.passwordFile)
}

// openStore opens the database of the profile in dir.
func (p *profile) openStore(dir, passwordFile string) (*store.DB, error) {
	_, key, err := p.e.openVault(p.ctx, dir, passwordFile)
	if err != nil {
		return nil, err
	}
	defer key.Wipe()
	return store.Open(p.ctx, dir, key.Octets())
}

// wire puts drafts, exchange and cabinet over the opened profile.
func (p *profile) wire(db *store.DB) error {
	c := p.packs.Catalogue()
	p.sync = syncer.New(syncer.Options{
		DB: db, Portal: p.portal, Account: p.account, Now: p.e.now, Log: logx.Discard(),
		Applied: func(ctx context.Context, tx syncer.Tx, e syncer.Entity) error {
			return errors.Join(p.drafts.ApplyChange(ctx, tx, e), p.cabinet.ApplyChange(ctx, tx, e))
		},
	})
	p.drafts = draft.New(draft.Options{
		DB: db, Catalogue: c, Orders: p.portal, Signer: p.signer, Now: p.e.now,
		Account: p.account, Shown: p.sync.Account,
		Print: func(octets []byte) ([]byte, error) { return print.Application(octets, false) },
	})
	p.blobs = db.Blobs()
	p.cabinet = cabinet.New(cabinet.Options{DB: db, Drafts: p.drafts, Sync: p.sync, Verifier: p.signer, Now: p.e.now})
	return p.sync.Recall(p.ctx)
}

// account is whose applications are exchanged.
func (p *profile) account() string {
	if s := p.session.State(); s.SignedIn && s.Role == "citizen" && !s.MustChangePassword {
		return s.AccountID
	}
	return ""
}

// anchors returns the folders of the anchors. Those of the command line are for
// this run only and do not become the profile's.
func (p *profile) anchors(dir string, files list) ([]string, error) {
	if len(files) == 0 {
		return []string{filepath.Join(dir, "anchors")}, nil
	}
	certs, err := p.e.certificates(files...)
	if err != nil {
		return nil, err
	}
	own, err := os.MkdirTemp("", "akno-anchors-")
	if err != nil {
		return nil, err
	}
	p.close = append(p.close, func() error { return os.RemoveAll(own) })
	for i, c := range certs {
		if err := atomicfile.Write(filepath.Join(own, fmt.Sprintf("%d.cer", i)), c.Raw, 0o600); err != nil {
			return nil, err
		}
	}
	return []string{own}, nil
}

// keyFiles returns the whole names of the key's file and of its certificate,
// which lies beside it unless it is named.
func keyFiles(key, cert string) ([]string, error) {
	if key == "" {
		return nil, nil
	}
	key, err := filepath.Abs(key)
	if err != nil {
		return nil, err
	}
	cert, err = filepath.Abs(cmp.Or(cert, strings.TrimSuffix(key, filepath.Ext(key))+".cer"))
	return []string{key, cert}, err
}

// unlock takes the password, proves that it opens the key, and finds the key's
// certificate. It does nothing without a key.
func (p *profile) unlock(files []string, passwordFile string) error {
	if files == nil {
		return nil
	}
	var cert *pki.Certificate
	certs, err := p.e.certificates(files[1])
	if err != nil {
		return err
	}
	cert = certs[0]
	if p.password, err = p.e.password(passwordFile, "password of "+filepath.Base(files[0])); err != nil {
		return err
	}
	if err := p.keys.Prove(p.ctx, files[0], p.password); err != nil {
		return err
	}
	sum := sha256.Sum256(cert.Raw)
	p.keyID = hex.EncodeToString(sum[:])
	return nil
}

// signIn opens a session by the key. Intermediate certificates and lists are
// fetched first: without them the key's certificate could not be judged.
func (p *profile) signIn() error {
	if p.keyID == "" {
		return usageError("--key is missing: without it nobody can sign in")
	}
	if p.portal.Offline() {
		return &akno.Error{Code: akno.Unavailable, Op: "aknoctl.signIn"}
	}
	if err := p.trust.Refresh(p.ctx, p.portal); err != nil && akno.CodeOf(err) != akno.Internal {
		return err // what does not verify is refused, and what is here stays
	}
	_, err := p.session.SignInByEDS(p.ctx, p.keyID, p.password)
	return err
}

// signOut ends the session on the portal, if there is one. The profile stays
// with its owner, so that what is prepared next is found again.
func (p *profile) signOut() error { return p.session.SignOut(p.ctx) }

// exchange signs in and makes one whole exchange.
func (p *profile) exchange() error {
	if err := p.signIn(); err != nil {
		return err
	}
	// Packs that are refused leave the ones in force, and the exchange goes on.
	if _, err := p.packs.Update(p.ctx, p.portal); err != nil {
		fmt.Fprintf(p.e.err, "the portal's packs were not taken over: %v\n", err)
	}
	return p.sync.Now(p.ctx)
}
