//go:build !headless

package main

import (
	"github.com/wailsapp/wails/v2"

	"akno/app"
)

// run opens the real window.
func run(cfg app.Config) error {
	cfg.Platform = app.NewWailsPlatform()
	if app.Bindings { // the generator only wants the types
		a, err := app.New(cfg)
		if err != nil {
			return err
		}
		return wails.Run(a.Options())
	}
	prepareEnvironment()
	return alone(cfg, func(a *app.App) error { return wails.Run(a.Options()) })
}
