// Command akno is the desktop program: a person's cabinet at the portal of
// electronic services, on the person's own computer. This file reads the
// environment, which nothing below it does, and wires the program; what it is
// shown in, a window or a browser, is chosen by the build.
package main

import (
	"embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"akno/app"
	"akno/backend/desktop/keystore"
	"akno/backend/desktop/wall"
)

//go:embed all:frontend/dist
var assets embed.FS

// version is set by the build.
var version = "0.0.0-dev"

func main() {
	if err := start(); err != nil {
		fmt.Fprintln(os.Stderr, "akno:", err)
		if _, unseen := errors.AsType[unopened](err); unseen {
			refuse(err)
		}
		os.Exit(1)
	}
}

// start reads the environment and runs the program. The build that generates
// TypeScript also comes through here: it runs main up to wails.Run, so nothing
// before run may open a database or the network.
func start() error {
	profile := os.Getenv("AKNO_PROFILE_DIR")
	if profile == "" {
		base, err := os.UserConfigDir()
		if err != nil {
			return err
		}
		profile = filepath.Join(base, "akno")
	}
	profile, err := filepath.Abs(profile)
	if err != nil {
		return err
	}
	cfg := app.Config{
		ProfileDir: profile,
		PortalURL:  os.Getenv("AKNO_PORTAL_URL"),
		TrustDir:   os.Getenv("AKNO_TRUST_DIR"),
		KeysDir:    os.Getenv("AKNO_KEYS_DIR"),
		Version:    version,
		KeyStore:   keystore.Store{Patience: 5 * time.Second},
		Clock:      wall.Now,
		Assets:     assets,
		Args:       os.Args[1:],
	}
	if os.Getenv("AKNO_MARKS") != "" {
		cfg.Marks, cfg.MarksSince = os.Stderr, os.Getenv("AKNO_T0_NS")
	}
	return run(cfg)
}
