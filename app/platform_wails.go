package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"akno/backend/akno"
	"akno/backend/desktop/diskfault"
)

// WailsPlatform is the Platform of the real window. Every function of Wails'
// runtime package ends the process when its context is not the one given to
// OnStartup, hence the check in each method.
type WailsPlatform struct {
	ctx      atomic.Pointer[context.Context]
	notifier *notifier
}

var _ Platform = (*WailsPlatform)(nil)

// NewWailsPlatform returns a Platform that starts working with the window.
func NewWailsPlatform() *WailsPlatform { return &WailsPlatform{notifier: newNotifier()} }

// Started gives the platform the context that Wails passed to OnStartup.
func (p *WailsPlatform) Started(ctx context.Context) { p.ctx.Store(&ctx) }

// Emit implements Platform.
func (p *WailsPlatform) Emit(event string, data ...any) {
	if ctx := p.ctx.Load(); ctx != nil {
		runtime.EventsEmit(*ctx, event, data...)
	}
}

// OpenFiles implements Platform. Wails gives nil or "" for a cancelled dialog.
func (p *WailsPlatform) OpenFiles(q FileQuestion) ([]string, error) {
	ctx := p.ctx.Load()
	if ctx == nil {
		return nil, errNoWindow
	}
	o := runtime.OpenDialogOptions{Title: q.Title, Filters: filters(q.Filters)}
	if !q.One {
		return runtime.OpenMultipleFilesDialog(*ctx, o)
	}
	path, err := runtime.OpenFileDialog(*ctx, o)
	if err != nil || path == "" {
		return nil, err
	}
	return []string{path}, nil
}

// Passing implements Platform: a window is given the files where they are.
func (p *WailsPlatform) Passing(string) bool { return false }

// Taken implements Platform.
func (p *WailsPlatform) Taken([]string) {}

// OpenFolder implements Platform.
func (p *WailsPlatform) OpenFolder(title string) (string, error) {
	ctx := p.ctx.Load()
	if ctx == nil {
		return "", errNoWindow
	}
	return runtime.OpenDirectoryDialog(*ctx, runtime.OpenDialogOptions{Title: title, CanCreateDirectories: true})
}

// SaveFile implements Platform.
func (p *WailsPlatform) SaveFile(q FileQuestion, write func(io.Writer) error) (string, error) {
	ctx := p.ctx.Load()
	if ctx == nil {
		return "", errNoWindow
	}
	path, err := runtime.SaveFileDialog(*ctx, runtime.SaveDialogOptions{
		Title: q.Title, DefaultFilename: q.Name, Filters: filters(q.Filters),
	})
	if err != nil || path == "" {
		return "", err
	}
	if err := WriteWhole(path, write); err != nil {
		return "", err
	}
	return path, nil
}

// Window implements Platform.
func (p *WailsPlatform) Window() bool { return true }

// OpenURL implements Platform.
func (p *WailsPlatform) OpenURL(url string) error {
	ctx := p.ctx.Load()
	if ctx == nil {
		return errNoWindow
	}
	runtime.BrowserOpenURL(*ctx, url)
	return nil
}

// Print implements Platform.
func (p *WailsPlatform) Print() error {
	ctx := p.ctx.Load()
	if ctx == nil {
		return errNoWindow
	}
	runtime.WindowPrint(*ctx)
	return nil
}

// Notify implements Platform.
func (p *WailsPlatform) Notify(n Notification) error {
	ctx := p.ctx.Load()
	if ctx == nil {
		return errNoWindow
	}
	return p.notifier.show(*ctx, n)
}

// Show implements Platform.
func (p *WailsPlatform) Show() {
	if ctx := p.ctx.Load(); ctx != nil {
		runtime.WindowUnminimise(*ctx)
		runtime.Show(*ctx)
	}
}

// Quit implements Platform.
func (p *WailsPlatform) Quit() {
	if ctx := p.ctx.Load(); ctx != nil {
		runtime.Quit(*ctx)
	}
}

func filters(fs []FileFilter) []runtime.FileFilter {
	out := make([]runtime.FileFilter, 0, len(fs))
	for _, f := range fs {
		out = append(out, runtime.FileFilter{DisplayName: f.Name, Pattern: f.Pattern})
	}
	return out
}

// WriteWhole makes the file path of what write writes, readable by the owner
// only: first beside it under another name, then, on the disk, in its place. A
// file that was there stays as it was if anything fails.
func WriteWhole(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".akno-*")
	if err != nil {
		return written(err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(written(err), os.Remove(f.Name()))
		}
	}()
	w := bufio.NewWriter(f)
	err = errors.Join(write(w), w.Flush(), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// written gives an error of the disk that a file was saved to its code.
func written(err error) error {
	if code := diskfault.Code(err); code != "" {
		return &akno.Error{Code: code, Op: "app.WriteWhole", Err: err}
	}
	return fmt.Errorf("write: %w", err)
}
