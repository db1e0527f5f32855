package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/workdays"
	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/internal/publisher"
	"akno/backend/portal/account"
	"akno/backend/portal/application"
	"akno/backend/portal/blob"
	"akno/backend/portal/catalogue"
	"akno/backend/portal/change"
	"akno/backend/portal/clerkdesk"
	"akno/backend/portal/draftbackup"
	"akno/backend/portal/httpapi"
	"akno/backend/portal/intake"
	"akno/backend/portal/jobs"
	"akno/backend/portal/mail"
	"akno/backend/portal/payment"
	"akno/backend/portal/review"
	"akno/backend/portal/store"
	"akno/backend/portal/trust"
	"akno/backend/portalapi"
	"akno/backend/print"
)

// Version is the version of the server, set by the build.
var Version = "0.1.0"

const databaseName = "portal.db"

// A Portal is the services over an open data folder.
type Portal struct {
	DB        *store.DB
	Trust     *trust.Store
	Accounts  *account.Service
	Blobs     *blob.Store
	Catalogue *catalogue.Catalogue
	Payments  *payment.Service
	Intake    *intake.Service
	Review    *review.Service
	Counter   *clerkdesk.Service
	Changes   *change.Service
	Drafts    *draftbackup.Service

	config Config
	now    clock.Clock
}

// An Extension is what a demonstration puts around a portal. Every field may be
// empty.
type Extension struct {
	// Anchors are trusted as given, in DER.
	Anchors [][]byte
	// PublisherDir holds keys of publishers of packs, *.pub, beside those that
	// the operator trusts.
	PublisherDir string
	// Feed gives the store certificates of authorities and lists, now and
	// whenever there are newer ones.
	Feed func(*trust.Store) error
	// Services are the addresses that the portal tells its clients.
	Services *portalapi.Services
	// ProviderKey is the key of the payment system, 32 octets.
	ProviderKey []byte
	// Seed makes what has to be there before the portal takes work.
	Seed func(context.Context, *Portal) error
	// Serve runs beside the portal until ctx ends; portal is its address.
	Serve func(ctx context.Context, p *Portal, portal string) error
	// Ready writes the ready file instead of the portal.
	Ready func(file, portal string) error
	// Close ends what was opened and not served.
	Close func() error
}

// openPortal opens the data folder of c.
func openPortal(ctx context.Context, c Config, x Extension, now clock.Clock) (*Portal, error) {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, err
	}
	exists, err := store.Exists(ctx, c.database())
	if err != nil {
		return nil, err
	}
	fresh := !exists
	secret, err := c.secret("portal", fresh)
	if err != nil {
		return nil, err
	}
	p := &Portal{config: c, now: now}
	if p.Trust, err = openTrust(c, x, now); err != nil {
		return nil, err
	}
	consents, err := consents()
	if err != nil {
		return nil, err
	}
	publishers, err := publisher.FromDirs(c.path("trust", "publishers"), x.PublisherDir)
	if err != nil {
		return nil, err
	}
	if p.Catalogue, err = catalogue.Open(c.path("packs"), publishers...); err != nil {
		return nil, err
	}
	disk, err := blob.OpenDisk(c.path("blobs"))
	if err != nil {
		return nil, err
	}
	if p.DB, err = store.Open(ctx, c.database(), now); err != nil {
		return nil, err
	}
	p.Blobs = blob.New(p.DB, disk, now, blob.DefaultLimits())
	p.Accounts = &account.Service{
		DB: p.DB, Now: now, Secret: secret, Hasher: account.NewHasher(account.DefaultCost), Signatures: p.Trust, Origin: c.Origin,
		Consents: consents, Limits: account.Limits{Registrations: c.Registrations}, Wait: account.Sleep,
	}
	p.Counter = &clerkdesk.Service{DB: p.DB, Now: now, Accounts: p.Accounts, Files: p.Blobs}
	if err := p.openDesk(c, x, fresh); err != nil {
		return nil, errors.Join(err, p.DB.Close())
	}
	return p, nil
}

// openDesk wires what an application passes: order, intake, review, changes.
func (p *Portal) openDesk(c Config, x Extension, fresh bool) error {
	serial, err := c.secret("serial", fresh)
	if err != nil {
		return err
	}
	provider := x.ProviderKey
	if provider == nil {
		if provider, err = c.secret("provider", fresh); err != nil {
			return err
		}
	}
	p.Payments, err = payment.New(p.DB, p.now, p.Catalogue, payment.Config{
		SerialKey: serial, ProviderKey: provider, Merchant: c.Merchant, City: c.City,
	})
	if err != nil {
		return err
	}
	documents := application.Documents{
		DB: p.DB, Keep: p.Blobs.Add, Print: func(octets []byte) ([]byte, error) { return print.Application(octets, false) },
	}
	p.Intake = intake.New(intake.Config{
		DB: p.DB, Clock: p.now, Catalogue: p.Catalogue, Blobs: p.Blobs, Orders: p.Payments, Signatures: p.Trust,
		Calendar: workdays.Calendar{}, Limits: intake.DefaultLimits(), Documents: documents,
	})
	p.Payments.Watch(p.Intake.OrderChanged)
	p.Review = review.New(review.Config{
		DB: p.DB, Clock: p.now, Catalogue: p.Catalogue, Blobs: p.Blobs, Signatures: p.Trust, Calendar: workdays.Calendar{},
		Documents: documents,
	})
	p.Drafts = draftbackup.New(p.DB, p.now, p.DB.Epoch, draftbackup.DefaultLimits())
	p.Changes = change.New(p.DB, p.DB.Epoch, p.Accounts.Secret.CursorKey(), p.now, map[string]change.Body{
		account.ChangeKind: account.Body, draftbackup.ChangeKind: p.Drafts.Body,
	})
	return nil
}

// consents returns the texts of the consent in force.
func consents() ([]portalapi.Consent, error) {
	var out []portalapi.Consent
	for _, l := range []akno.Lang{akno.Russian, akno.Belarusian} {
		hash, err := print.ConsentHash(l)
		if err != nil {
			return nil, err
		}
		out = append(out, portalapi.Consent{Version: print.ConsentVersion, Sha256: hash})
	}
	return out, nil
}

// openTrust reads what the operator has put into the folder trust: anchors and
// certificates of authorities, and revocation lists.
func openTrust(c Config, x Extension, now clock.Clock) (*trust.Store, error) {
	anchors, err := readFolder(c.path("trust", "anchors"))
	if err != nil {
		return nil, err
	}
	s, err := trust.New(append(anchors, x.Anchors...)...)
	if err != nil {
		return nil, err
	}
	middle, err := readFolder(c.path("trust", "authorities"))
	if err != nil {
		return nil, err
	}
	for _, der := range middle {
		if err := s.AddIntermediate(der); err != nil {
			return nil, err
		}
	}
	lists, err := readFolder(c.path("trust", "lists"))
	if err != nil {
		return nil, err
	}
	for _, der := range lists {
		if err := s.AddList(der, now()); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// PutBody adds a body that carries out procedures, or replaces what is known of
// it.
func (p *Portal) PutBody(ctx context.Context, b application.Body) error {
	return p.DB.Write(ctx, func(tx dbx.Tx) error { return application.PutBody(ctx, tx, b) })
}

// Body returns a body by its id.
func (p *Portal) Body(ctx context.Context, id string) (portalapi.BodyRef, error) {
	var b application.Body
	err := p.DB.Read(ctx, func(tx dbx.Tx) error {
		var err error
		b, err = application.LoadBody(ctx, tx, id)
		return err
	})
	return b.Ref, err
}

// Open opens the portal of a data folder without serving it. The caller closes
// its DB.
func Open(ctx context.Context, c Config, now clock.Clock) (*Portal, error) {
	return openPortal(ctx, c, Extension{}, now)
}

// behind returns the services as the edge wants them.
func (p *Portal) behind(ready func(context.Context) error, services portalapi.Services) httpapi.Behind {
	return httpapi.Behind{
		Facts: &facts{Portal: p, ready: ready, services: services}, Access: p.Accounts, Counter: p.Counter, Blobs: blob.Door{Store: p.Blobs},
		Orders: p.Payments, Payments: p.Payments, Intake: p.Intake, Changes: p.Changes, Drafts: p.Drafts, Desk: p.Review,
	}
}

// handlers are the jobs of the portal.
func (p *Portal) handlers() (map[string]jobs.Handler, error) {
	sender, err := p.sender()
	if err != nil {
		return nil, err
	}
	postman := &mail.Postman{
		DB: p.DB, Now: p.now, Sender: sender, Portal: p.config.Name,
		Codes: map[mail.Letter]func(string) string{
			mail.Activation:    p.Accounts.Secret.ActivationCode,
			mail.PasswordReset: p.Accounts.Secret.ResetCode,
			mail.ClaimCode:     p.Accounts.Secret.ClaimCode,
		},
	}
	row := func(do func(context.Context, store.Job) error) jobs.Handler {
		return func(ctx context.Context, j jobs.Job) error { return do(ctx, j.Job) }
	}
	return map[string]jobs.Handler{
		mail.JobKind:       postman.Handle,
		account.JobExpire:  row(p.Accounts.Expire),
		account.JobOneTime: row(p.Accounts.ExpireOneTime),
		clerkdesk.JobDrop:  row(p.Counter.Drop),
	}, nil
}

func (p *Portal) sender() (mail.Sender, error) {
	c := p.config
	if c.SMTP == "" {
		return mail.Folder{Dir: c.path("mail"), From: c.MailFrom}, nil
	}
	s := mail.SMTP{Addr: c.SMTP, From: c.MailFrom, User: c.SMTPUser}
	if c.SMTPPassword != "" {
		raw, err := os.ReadFile(filepath.Clean(c.SMTPPassword))
		if err != nil {
			return nil, err
		}
		s.Password = strings.TrimSpace(string(raw))
	}
	return s, nil
}

// tasks are what the portal does again and again.
func (p *Portal) tasks() []jobs.Task {
	return []jobs.Task{
		{Name: "sweep", Every: time.Hour, Run: func(ctx context.Context) (int, error) { return p.DB.Sweep(ctx, p.now()) }},
		{Name: "orders", Every: 10 * time.Minute, Run: p.Payments.Expire},
		{Name: "prices", Every: time.Hour, Run: p.Payments.Requote},
		{Name: "deadlines", Every: 10 * time.Minute, Run: p.Intake.Upkeep},
		{Name: "files", Every: 6 * time.Hour, Run: p.Blobs.Collect},
		{Name: "spoiled groups", Every: time.Minute, Run: p.spoiled()},
	}
}

// spoiled returns a task that counts the groups of writes that had to be run
// again since it was asked last. More than a few are a defect of some service,
// or an attack through it, and stand in the log.
func (p *Portal) spoiled() func(context.Context) (int, error) {
	var before int64
	return func(context.Context) (int, error) {
		n := p.DB.Stats().Spoiled
		defer func() { before = n }()
		return int(n - before), nil
	}
}

// facts is what the portal says about itself.
type facts struct {
	*Portal
	ready    func(context.Context) error
	services portalapi.Services
}

func (f *facts) Info(context.Context) (portalapi.PortalInfo, error) {
	c, limits := f.Accounts.Consents[0], f.Intake.LimitsInForce()
	return portalapi.PortalInfo{
		Name: portalapi.Text{Ru: f.config.Name}, Version: Version, Time: f.now().UnixMilli(), Epoch: f.DB.Epoch(), Demo: f.config.Demo,
		ConsentVersion: c.Version, ConsentHash: c.Sha256, Catalogue: f.Portal.Catalogue.Ref(), Services: f.services,
		Operator: f.config.operator(),
		Limits:   portalapi.Limits{FileBytes: f.Blobs.Limits().File, ApplicationBytes: limits.Bytes, Files: limits.Files},
	}, nil
}

func (f *facts) Trust(context.Context) (portalapi.TrustData, error) {
	return f.Portal.Trust.Data(), nil
}

func (f *facts) Catalogue(context.Context) (portalapi.CatalogueRef, error) {
	return f.Portal.Catalogue.Ref(), nil
}

func (f *facts) Packs(context.Context) (portalapi.PackManifest, error) {
	return f.Portal.Catalogue.Packs(), nil
}

func (f *facts) Pack(_ context.Context, sha256 string) ([]byte, error) {
	return f.Portal.Catalogue.Pack(sha256)
}

func (f *facts) Ready(ctx context.Context) error {
	if err := f.ready(ctx); err != nil {
		return err
	}
	return errors.Join(f.DB.Ready(), probe(f.config.Data))
}

// probe proves that the data folder takes bytes.
func probe(dir string) error {
	f, err := os.CreateTemp(dir, ".probe-*")
	if err == nil {
		_, err = f.Write(make([]byte, 4<<10))
		err = errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	if err != nil {
		return &akno.Error{Code: akno.Unavailable, Op: "server.Ready", Err: err}
	}
	return nil
}

// Migrate brings the database of a data folder up to date and returns the
// version of its schema.
func Migrate(ctx context.Context, c Config, now clock.Clock) (version int64, err error) {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return 0, err
	}
	// The keys are made with the database, or a later start would refuse them.
	p, err := openPortal(ctx, c, Extension{}, now)
	if err != nil {
		return 0, err
	}
	version, newest, err := p.DB.SchemaVersion(ctx)
	if err == nil && version != newest {
		err = fmt.Errorf("schema is %d, want %d", version, newest)
	}
	return version, errors.Join(err, p.DB.Close())
}
