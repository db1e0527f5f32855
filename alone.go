package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"akno/app"
	"akno/backend/desktop/single"
	"akno/backend/logx"
)

// alone runs show for the program of cfg if no other runs on the same profile.
// If one does, it is given the arguments and comes to the front. The lock is
// taken before anything else is started.
func alone(cfg app.Config, show func(*app.App) error) (err error) {
	var a *app.App
	made := make(chan struct{})
	opened := func(args []string, cwd string) {
		<-made
		if a != nil {
			a.Opened(args, cwd)
		}
	}
	place := single.Place{Profile: cfg.ProfileDir, Runtime: os.Getenv("XDG_RUNTIME_DIR")}
	inst, err := single.Take(place, cfg.Args, opened)
	if errors.Is(err, single.ErrRunning) {
		fmt.Fprintln(os.Stderr, "akno: the program runs already; it was asked to come to the front")
		return nil
	}
	if err != nil {
		return unopened{err}
	}
	defer func() { err = errors.Join(err, inst.Close()) }()
	log, file, err := logx.Open(filepath.Join(cfg.ProfileDir, "log", "akno.log"))
	if err != nil {
		close(made)
		return unopened{err}
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	cfg.Log = log
	a, err = app.New(cfg)
	close(made)
	if err != nil {
		return unopened{err}
	}
	log.WithField("version", cfg.Version).Info("started")
	defer log.Info("ended")
	return show(a)
}

// unopened is why the program ended before anything was shown. Who has opened it
// from a menu does not see what it prints.
type unopened struct{ error }

// Unwrap returns what it is made of.
func (u unopened) Unwrap() error { return u.error }
