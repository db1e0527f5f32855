package app

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"akno/backend/akno"
)

// Looks are what the window needs before the profile is open: its language,
// theme and size. Words are the ones the page uses; "" is the default.
type Looks struct {
	Language string `json:"language"` // "ru", "be", "en"
	Theme    string `json:"theme"`    // "system", "light", "dark", "contrast"
	Density  string `json:"density"`  // "comfortable", "compact"
	TextSize int    `json:"textSize"` // per cent: 100, 115, 130, 150
	Motion   string `json:"motion"`   // "system", "none"
}

// defaultLooks hold until the person chooses.
var defaultLooks = Looks{Language: "ru", Theme: "system", Density: "comfortable", TextSize: 100, Motion: "system"}

// looks keeps Looks in a file of the profile.
type looks struct {
	path    string
	looksMu sync.Mutex // guards the file
}

func newLooks(profile string) *looks { return &looks{path: filepath.Join(profile, "looks.json")} }

// get returns what was chosen. A file that cannot be read is as good as none:
// the window opens with the defaults.
func (l *looks) get() Looks {
	l.looksMu.Lock()
	defer l.looksMu.Unlock()
	out := defaultLooks
	b, err := os.ReadFile(l.path)
	if err != nil || json.Unmarshal(b, &out) != nil || out.check() != nil {
		return defaultLooks
	}
	return out
}

// set keeps v.
func (l *looks) set(v Looks) error {
	const op = "looks.set"
	if fields := v.check(); fields != nil {
		return &akno.Error{Code: akno.Invalid, Op: op, Fields: fields}
	}
	l.looksMu.Lock()
	defer l.looksMu.Unlock()
	if err := os.MkdirAll(filepath.Dir(l.path), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return &akno.Error{Code: akno.Internal, Op: op, Err: err}
	}
	err := WriteWhole(l.path, func(w io.Writer) error { return json.NewEncoder(w).Encode(v) })
	if err != nil {
		return &akno.Error{Code: akno.Internal, Op: op, Err: err}
	}
	return nil
}

// check returns the fields whose words are not known, nil if all are.
func (v Looks) check() map[string]string {
	fields := map[string]string{}
	for name, field := range map[string]struct {
		word  string
		known []string
	}{
		"language": {v.Language, []string{"ru", "be", "en"}},
		"theme":    {v.Theme, []string{"system", "light", "dark", "contrast"}},
		"density":  {v.Density, []string{"comfortable", "compact"}},
		"motion":   {v.Motion, []string{"system", "none"}},
	} {
		if !slices.Contains(field.known, field.word) {
			fields[name] = "unknown"
		}
	}
	if !slices.Contains([]int{100, 115, 130, 150}, v.TextSize) {
		fields["textSize"] = "unknown"
	}
	if len(fields) == 0 {
		return nil
	}
	return fields
}
