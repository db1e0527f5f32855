package app

import (
	"encoding/json"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"akno/backend/akno"
)

// defaultPreferences hold until the person chooses.
var defaultPreferences = Preferences{Language: "ru", Theme: "system", TextSize: 100}

// preferences keeps Preferences in a file of the profile: the window needs them
// before the database is open, and when it cannot be opened.
type preferences struct {
	path   string
	fileMu sync.Mutex // guards the file
}

func newPreferences(profile string) *preferences {
	return &preferences{path: filepath.Join(profile, "preferences.json")}
}

// get returns what was chosen. A file that cannot be read is as good as none:
// the window opens with the defaults.
func (p *preferences) get() Preferences {
	p.fileMu.Lock()
	defer p.fileMu.Unlock()
	out := defaultPreferences
	b, err := os.ReadFile(p.path)
	if err != nil || json.Unmarshal(b, &out) != nil || checkPreferences(out) != nil {
		return defaultPreferences
	}
	return out
}

// set keeps v, on the disk when it returns.
func (p *preferences) set(v Preferences) error {
	const op = "preferences.set"
	if fields := checkPreferences(v); fields != nil {
		return &akno.Error{Code: akno.Invalid, Op: op, Fields: fields}
	}
	p.fileMu.Lock()
	defer p.fileMu.Unlock()
	if err := os.MkdirAll(filepath.Dir(p.path), 0o700); err != nil {
		return written(err)
	}
	return WriteWhole(p.path, func(w io.Writer) error { return json.NewEncoder(w).Encode(v) })
}

// checkPreferences returns the fields whose values are not known, nil if all
// are.
func checkPreferences(v Preferences) map[string]string {
	fields := map[string]string{}
	if !slices.Contains([]string{"ru", "be", "en"}, v.Language) {
		fields["language"] = "unknown"
	}
	if !slices.Contains([]string{"system", "light", "dark", "contrast"}, v.Theme) {
		fields["theme"] = "unknown"
	}
	if !slices.Contains([]int{100, 115, 130, 150}, v.TextSize) {
		fields["textSize"] = "unknown"
	}
	if v.PortalURL != "" && !portalAddress(v.PortalURL) {
		fields["portalURL"] = "address"
	}
	if len(fields) == 0 {
		return nil
	}
	return fields
}

// portalAddress says whether s may be the portal's: https, or http on this
// computer.
func portalAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Hostname() != "" && u.User == nil && u.RawQuery == "" && u.Fragment == "" &&
		(u.Scheme == "https" || u.Scheme == "http" && loopback(u))
}

// PortalURL returns the portal's address: the one given at the start, or the
// one in the preferences, or "".
func (a *App) PortalURL() string {
	if a.cfg.PortalURL != "" {
		return a.cfg.PortalURL
	}
	return a.preferences.get().PortalURL
}
