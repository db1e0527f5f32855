package app

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"

	"akno/backend/desktop/vault"
	"akno/backend/logx"
)

// Config is what main knows.
type Config struct {
	ProfileDir string // the profile: database, blobs, log; made by Startup
	PortalURL  string // the portal's address; empty: the one in the preferences
	TrustDir   string // trust anchors and the portal's key; empty: the ones in the profile
	KeysDir    string // where key files are looked for first; empty: the profile's own folder
	Version    string // of the program, as a person reads it

	KeyStore vault.KeyStore   // the system's; nil where there is none
	Clock    func() time.Time // must be given
	Platform Platform         // must be given
	Log      logx.Logger      // nil: nothing is logged
	Assets   fs.FS            // the built page

	Args       []string  // addresses and files to open
	Marks      io.Writer // for measurements of the start; may be nil
	MarksSince string    // unix nanoseconds of the launch, for the marks
}

// App is the program behind the page.
type App struct {
	cfg      Config
	platform Platform
	log      logx.Logger
	now      func() time.Time
	born     time.Time

	files       *files
	secrets     *secrets
	uploads     *uploads
	preferences *preferences
	system      *System
	parts       []part
	life        life

	ctx  context.Context    // the program's life; set by Startup, the one context that is stored
	stop context.CancelFunc // ends it

	stateMu sync.Mutex // guards the rest
	ready   bool       // the page listens
	waiting []Link
	cause   error     // why something could not be opened, nil where all is open
	leaving chan bool // made when the window begins to close: whether the page lets it
}

// New wires the program. It opens nothing: the build that generates TypeScript
// runs it too.
func New(cfg Config) (*App, error) {
	if cfg.Clock == nil || cfg.Platform == nil {
		return nil, errors.New("app: a clock and a platform must be given")
	}
	if cfg.Log == nil {
		cfg.Log = logx.Discard()
	}
	a := &App{cfg: cfg, platform: cfg.Platform, log: cfg.Log, now: cfg.Clock, born: cfg.Clock()}
	a.files = newFiles()
	a.secrets = newSecrets(a)
	a.uploads = &uploads{a: a, tickets: map[string]upload{}}
	a.preferences = newPreferences(cfg.ProfileDir)
	a.system = &System{a}
	a.parts = assemble(a)
	a.ctx, a.stop = context.WithCancel(context.Background())
	return a, nil
}

// Bind returns the bound values, for Wails and for the web bridge.
func (a *App) Bind() []any {
	bound := []any{a.system}
	for _, p := range a.parts {
		if _, shared := p.(*core); !shared { // nothing of it is for the page
			bound = append(bound, p)
		}
	}
	return bound
}

// Startup opens what the program needs: databases, keys, the queue. ctx is the
// platform's own. A part that cannot be opened leaves the program running, so
// that the page can say why: every call that needs the part is refused with it.
func (a *App) Startup(ctx context.Context) {
	if p, ok := a.platform.(interface{ Started(context.Context) }); ok {
		p.Started(ctx)
	}
	a.mark("startup")
	if err := a.begin(); err != nil {
		a.failed(err)
	}
	cwd, err := os.Getwd()
	if err != nil {
		cwd = a.cfg.ProfileDir
	}
	a.Opened(a.cfg.Args, cwd)
}

// DomReady marks that the page has been parsed. It comes again when the page is
// loaded again, and must not block: it is called in the message loop.
func (a *App) DomReady(context.Context) { a.mark("domready") }

// leaveLimit is how long a closing window waits for the page to hand over what
// was typed last.
const leaveLimit = 1500 * time.Millisecond

// BeforeClose says whether the window must stay a moment: the first time it
// asks the page for what was typed last and closes when the page is done, or
// after leaveLimit. A page that could not hand everything over may keep the
// window.
func (a *App) BeforeClose(context.Context) (prevent bool) {
	a.stateMu.Lock()
	defer a.stateMu.Unlock()
	if !a.ready || a.leaving != nil {
		return false
	}
	answer := make(chan bool, 1)
	a.leaving = answer
	a.platform.Emit("leaving")
	a.Go("app.BeforeClose", func() {
		wait := time.NewTimer(leaveLimit)
		defer wait.Stop()
		select {
		case leaves := <-answer:
			if !leaves {
				a.log.Warn("the window stays: not everything could be saved")
				return
			}
		case <-wait.C:
			a.log.Warn("the page did not hand over in time")
		}
		a.platform.Quit()
	})
	return true
}

// shutdownLimit is how long Shutdown waits for background work.
const shutdownLimit = 5 * time.Second

// Shutdown ends background work and closes what Startup opened, in the reverse
// order.
func (a *App) Shutdown(context.Context) {
	a.stop()
	a.life.lifeMu.Lock()
	a.end()
	a.life.lifeMu.Unlock()
	a.secrets.close()
	a.mark("shutdown")
}

// Opened takes the arguments of this launch or of a second one, made in the
// folder cwd. What arrives before the page is ready waits for it.
func (a *App) Opened(args []string, cwd string) {
	for _, arg := range args {
		l, err := ParseLink(arg, cwd)
		if err != nil {
			a.log.Info("argument refused")
			continue
		}
		a.stateMu.Lock()
		if !a.ready {
			a.waiting = append(a.waiting, l)
		}
		ready := a.ready
		a.stateMu.Unlock()
		if ready {
			a.platform.Emit("link", l)
		}
	}
	a.platform.Show()
}
