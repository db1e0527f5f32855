//go:build !headless

package main

import (
	"context"
	"io"
	"net/http"
	"runtime"
	"strings"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	wailsruntime "github.com/wailsapp/wails/v2/pkg/runtime"
)

// show tells why the program did not open, in a dialog of the system. The window
// that the dialog needs stays hidden, and its page empty.
func (r refusal) show() error {
	text := r.text
	if runtime.GOOS == "linux" {
		text = strings.ReplaceAll(text, "%", "%%") // GTK reads it as a format
	}
	return wails.Run(&options.App{
		Title: r.title, StartHidden: true,
		AssetServer: &assetserver.Options{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = io.WriteString(w, "<!doctype html><title></title>") // who asked is gone if it fails
		})},
		OnStartup: func(ctx context.Context) {
			_, _ = wailsruntime.MessageDialog(ctx, wailsruntime.MessageDialogOptions{
				Type: wailsruntime.ErrorDialog, Title: r.title, Message: text,
			}) // the same is printed
			wailsruntime.Quit(ctx)
		},
		Linux: &linux.Options{ProgramName: "akno", WebviewGpuPolicy: linux.WebviewGpuPolicyNever},
	})
}
