//go:build headless

package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"akno/app"
	"akno/app/web"
)

// run serves the same page and bound methods on an address of this computer
// instead of opening a window, for a computer without a display and for tests.
// This file is the only importer of app/web, so the program with a window holds
// none of it.
func run(cfg app.Config) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	addr := os.Getenv("AKNO_WEB_ADDR")
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	keys := cfg.KeysDir
	if keys == "" {
		keys = filepath.Join(cfg.ProfileDir, "keys")
	}
	p := web.NewPlatform(os.Stdout, keys, scratch(cfg.ProfileDir))
	cfg.Platform = p
	return alone(cfg, func(a *app.App) error { return web.Run(ctx, a.Options(), p, addr) })
}

// scratch is where documents pass between the browser and the program: a folder
// named after the profile, in memory where the system has such a place.
func scratch(profile string) string {
	sum := sha256.Sum256([]byte(profile))
	return filepath.Join(cmp.Or(os.Getenv("XDG_RUNTIME_DIR"), os.TempDir()), "akno-web-"+hex.EncodeToString(sum[:8]))
}
