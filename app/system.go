package app

import (
	"runtime"

	"akno/backend/akno"
)

// System is the bound type of the window itself.
type System struct{ a *App }

// Info is what the page shows about the program.
type Info struct {
	Version      string `json:"version"`
	Platform     string `json:"platform"` // "linux/amd64"
	Web          bool   `json:"web"`      // shown in a browser, not in a window
	MemoryLocked bool   `json:"memoryLocked"`
	Portal       string `json:"portal"`  // the address given at the start, or ""
	Failure      string `json:"failure"` // what could not be opened, as the text of a failure, or ""
}

// Info tells what runs, and what failed while it was opened.
func (s *System) Info() (out Info, err error) {
	defer s.a.guard("system.Info", &err)
	s.a.stateMu.Lock()
	defer s.a.stateMu.Unlock()
	_, window := s.a.platform.(*WailsPlatform)
	return Info{
		Version: s.a.cfg.Version, Platform: runtime.GOOS + "/" + runtime.GOARCH, Web: !window,
		MemoryLocked: s.a.secrets.arena.locked, Portal: s.a.cfg.PortalURL, Failure: s.a.failure,
	}, nil
}

// Ready says that the page listens, and returns what was asked for before. A
// page that was loaded again says it again.
func (s *System) Ready() (out []Link, err error) {
	defer s.a.guard("system.Ready", &err)
	s.a.stateMu.Lock()
	defer s.a.stateMu.Unlock()
	s.a.ready = true
	out, s.a.waiting = append([]Link{}, s.a.waiting...), nil
	return out, nil
}

// Painted marks the first painted frame.
func (s *System) Painted() (err error) {
	defer s.a.guard("system.Painted", &err)
	s.a.mark("paint")
	return nil
}

// Left says that the page has handed over what was typed last, after the event
// "leaving": the window may close.
func (s *System) Left() (err error) {
	defer s.a.guard("system.Left", &err)
	s.a.stateMu.Lock()
	defer s.a.stateMu.Unlock()
	if s.a.leaving != nil && !s.a.left {
		s.a.left = true
		close(s.a.leaving)
	}
	return nil
}

// OpenURL shows an outside address in the person's own browser.
func (s *System) OpenURL(address string) (err error) {
	const op = "system.OpenURL"
	defer s.a.guard(op, &err)
	if err := CheckURL(address, s.a.cfg.PortalURL); err != nil {
		return &akno.Error{Code: akno.Invalid, Op: op, Err: err}
	}
	return s.a.platform.OpenURL(address)
}

// Print opens the dialog for printing the page.
func (s *System) Print() (err error) {
	defer s.a.guard("system.Print", &err)
	return s.a.platform.Print()
}

// Ticket returns a word for one POST of secrets to /_secret/{purpose}?ticket=…
// The secrets themselves never go through a bound call. params are ids that the
// secrets belong to.
func (s *System) Ticket(purpose string, params map[string]string) (out string, err error) {
	defer s.a.guard("system.Ticket", &err)
	return s.a.secrets.ticket(purpose, params)
}

// Looks returns the language, theme and sizes of the window.
func (s *System) Looks() (out Looks, err error) {
	defer s.a.guard("system.Looks", &err)
	return s.a.looks.get(), nil
}

// SetLooks keeps the language, theme and sizes of the window.
func (s *System) SetLooks(v Looks) (err error) {
	defer s.a.guard("system.SetLooks", &err)
	return s.a.looks.set(v)
}
