package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/clock"
	"akno/backend/logx"
	"akno/backend/portal/httpapi"
	"akno/backend/portal/jobs"
	"akno/backend/portalapi"
)

const (
	stopTime = 10 * time.Second // for requests that are on their way
	maxList  = 32 << 20         // octets of a revocation list
	listTime = 30 * time.Second // to fetch one
)

// A Main is a portal that runs: it listens, serves, does its jobs and stops in
// order. Config, Log and Clock are set before Start.
type Main struct {
	Config Config
	Log    logx.Logger
	Clock  clock.Clock
	// Extend puts a demonstration around the portal. It may be nil.
	Extend func(ctx context.Context) (Extension, error)

	portal   *Portal
	extra    Extension
	server   *http.Server
	base     string
	addr     string
	stopping atomic.Bool
	stopJobs context.CancelFunc
	jobsDone chan struct{}
	served   chan error
}

// Portal returns the services, for a test that looks behind the edge.
func (m *Main) Portal() *Portal { return m.portal }

// URL returns the address of the portal without a slash at the end.
func (m *Main) URL() string { return m.base }

// Start opens the data folder and returns when the portal takes work. What it
// began ends with Close.
func (m *Main) Start(ctx context.Context) (err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, m.Close())
		}
	}()
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", m.Config.Addr)
	if err != nil {
		return err
	}
	m.addr = l.Addr().String()
	m.setBase()
	if err := m.open(ctx); err != nil {
		return errors.Join(err, l.Close())
	}
	handler, err := m.handler()
	if err != nil {
		return errors.Join(err, l.Close())
	}
	m.server = httpapi.Server(handler)
	m.served = make(chan error, 1)
	go func() { m.served <- m.serve(l) }()
	if err := m.startJobs(); err != nil {
		return err
	}
	m.Log.WithFields(logx.F{"addr": m.addr, "epoch": m.portal.DB.Epoch(), "version": Version}).Info("portal takes work")
	return m.tellReady()
}

func (m *Main) setBase() {
	scheme := "http"
	if m.Config.TLSCert != "" {
		scheme = "https"
	}
	m.base = strings.TrimRight(m.Config.Origin, "/")
	if m.base == "" {
		m.base = scheme + "://" + m.addr
	}
	m.Config.Origin = m.base
}

func (m *Main) open(ctx context.Context) (err error) {
	if m.Extend != nil {
		if m.extra, err = m.Extend(ctx); err != nil {
			return err
		}
	}
	if m.portal, err = openPortal(ctx, m.Config, m.extra, m.Clock); err != nil {
		return err
	}
	if m.extra.Feed != nil {
		if err := m.extra.Feed(m.portal.Trust); err != nil {
			return err
		}
		return m.seed(ctx)
	}
	kept, err := readFolder(m.Config.path("trust", "fetched"))
	if err != nil {
		return err
	}
	for _, der := range kept {
		// A list that is no longer fitting is fetched anew or missed later.
		if err := m.portal.Trust.AddList(der, m.Clock()); err != nil {
			m.Log.WithField("error", err.Error()).Warn("a kept revocation list is of no use")
		}
	}
	if _, err := m.refreshLists(ctx); err != nil {
		m.Log.WithField("error", err.Error()).Warn("revocation lists are not fresh")
	}
	return m.seed(ctx)
}

func (m *Main) seed(ctx context.Context) error {
	if m.extra.Seed == nil {
		return nil
	}
	return m.extra.Seed(ctx, m.portal)
}

func (m *Main) services() portalapi.Services {
	if m.extra.Services != nil {
		return *m.extra.Services
	}
	c := m.Config
	return portalapi.Services{Ra: c.RA, Ocsp: c.OCSP, Tsa: c.TSA, Crl: list(c.CRL)}
}

func (m *Main) handler() (http.Handler, error) {
	proxies, err := m.Config.proxies()
	if err != nil {
		return nil, err
	}
	o := httpapi.DefaultOptions()
	o.Log, o.Clock, o.Proxies = m.Log, m.Clock, proxies
	o.Rate, o.Burst = m.Config.Rate, int(4*m.Config.Rate)+1
	o.TLS = strings.HasPrefix(m.base, "https:")
	if m.Config.Demo {
		o.Challenges = 600
	}
	return httpapi.New(m.portal.behind(m.ready, m.services()), o), nil
}

func (m *Main) ready(context.Context) error {
	if m.stopping.Load() {
		return &akno.Error{Code: akno.Unavailable, Op: "server.Ready", Err: errors.New("stopping")}
	}
	return nil
}

func (m *Main) serve(l net.Listener) error {
	var err error
	if m.Config.TLSCert != "" {
		err = m.server.ServeTLS(l, m.Config.TLSCert, m.Config.TLSKey)
	} else {
		err = m.server.Serve(l)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

func (m *Main) startJobs() error {
	handlers, err := m.portal.handlers()
	if err != nil {
		return err
	}
	tasks := append(m.portal.tasks(), jobs.Task{Name: "revocation lists", Every: m.Config.CRLEvery, Run: m.refreshLists})
	runner := &jobs.Runner{DB: m.portal.DB, Now: m.Clock, Log: m.Log, Handlers: handlers, Tasks: tasks}
	ctx, cancel := context.WithCancel(context.Background())
	m.stopJobs, m.jobsDone = cancel, make(chan struct{})
	go func() {
		defer close(m.jobsDone)
		var wg sync.WaitGroup
		wg.Go(func() { runner.Run(ctx) })
		if m.extra.Serve != nil {
			wg.Go(func() { m.serveExtra(ctx) })
		}
		wg.Wait()
	}()
	return nil
}

func (m *Main) serveExtra(ctx context.Context) {
	if err := m.extra.Serve(ctx, m.portal, m.base); err != nil && ctx.Err() == nil {
		m.Log.WithField("error", err.Error()).Error("the demonstration ended")
	}
}

// refreshLists takes the newest revocation lists and keeps them for the next
// start. It counts nothing: a list that is taken again is no news.
func (m *Main) refreshLists(ctx context.Context) (int, error) {
	var errs []error
	for _, address := range list(m.Config.CRL) {
		der, err := fetch(ctx, address)
		if err == nil {
			err = m.portal.Trust.AddList(der, m.Clock())
		}
		if err == nil {
			err = m.Config.keepList(address, der)
		}
		errs = append(errs, err)
	}
	return 0, errors.Join(errs...)
}

// fetch gets a revocation list. It is signed, so that the way it comes needs no
// trust.
func fetch(ctx context.Context, address string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, listTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", address, res.Status)
	}
	return io.ReadAll(io.LimitReader(res.Body, maxList))
}

// tellReady writes the ready file: who started the portal waits for it.
func (m *Main) tellReady() error {
	if m.Config.ReadyFile == "" {
		return nil
	}
	if m.extra.Ready != nil {
		return m.extra.Ready(m.Config.ReadyFile, m.base)
	}
	raw, err := json.Marshal(map[string]any{"portal": m.base, "addr": m.addr, "pid": os.Getpid(), "epoch": m.portal.DB.Epoch()})
	if err != nil {
		return err
	}
	return writeWhole(m.Config.ReadyFile, append(raw, '\n'))
}

// Run starts the portal, serves until ctx ends or the database fails, and stops
// it.
func (m *Main) Run(ctx context.Context) error {
	if err := m.Start(ctx); err != nil {
		return err
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-m.served:
	case <-m.portal.DB.Failed():
		err = errors.New("a commit failed: the portal has to be started again")
	}
	return errors.Join(err, m.Close())
}

// Close stops the portal: it says that it is not ready, lets the requests on
// their way end, ends the jobs and closes the data folder. It may be called
// again.
func (m *Main) Close() error {
	if m.stopping.Swap(true) {
		return nil
	}
	var errs []error
	if m.server != nil {
		ctx, cancel := context.WithTimeout(context.Background(), stopTime)
		defer cancel()
		if err := m.server.Shutdown(ctx); err != nil {
			errs = append(errs, m.server.Close())
		}
	}
	if m.stopJobs != nil {
		m.stopJobs()
		<-m.jobsDone
	}
	if m.portal != nil {
		errs = append(errs, m.portal.DB.Close())
	}
	if m.extra.Close != nil && m.stopJobs == nil { // what was served ends by itself
		errs = append(errs, m.extra.Close())
	}
	if m.Config.ReadyFile != "" {
		if err := os.Remove(m.Config.ReadyFile); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	if m.portal != nil {
		m.Log.Info("portal stopped")
	}
	return errors.Join(errs...)
}
