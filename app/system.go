package app

import (
	"context"
	"runtime"

	"akno/backend/akno"
)

// System is the bound type of the window itself.
type System struct{ a *App }

var _ systemSurface = (*System)(nil)

// About tells what runs.
func (s *System) About() (out About, err error) {
	defer s.a.guard("system.About", &err)
	return About{
		Version: s.a.cfg.Version, Platform: runtime.GOOS + "/" + runtime.GOARCH, Web: !s.a.platform.Window(),
		MemoryLocked: s.a.secrets.arena.locked, PortalURL: s.a.PortalURL(),
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
	s.a.answerLeaving(true)
	return nil
}

// Stay says, after the event "leaving", that something could not be handed over
// and that the window must stay. It returns false where nothing is kept open by
// it: a program without a window is ended by the system and not by its person.
func (s *System) Stay() (stays bool, err error) {
	defer s.a.guard("system.Stay", &err)
	if !s.a.platform.Window() {
		s.a.answerLeaving(true)
		return false, nil
	}
	s.a.answerLeaving(false)
	return true, nil
}

// Leave closes the window without asking again: the person has chosen to lose
// what could not be saved.
func (s *System) Leave() (err error) {
	defer s.a.guard("system.Leave", &err)
	s.a.stateMu.Lock()
	if s.a.leaving == nil {
		s.a.leaving = make(chan bool, 1)
	}
	s.a.stateMu.Unlock()
	s.a.platform.Quit()
	return nil
}

// answerLeaving answers a window that waits to close; only the first answer counts.
func (a *App) answerLeaving(leaves bool) {
	a.stateMu.Lock()
	defer a.stateMu.Unlock()
	if a.leaving == nil {
		return
	}
	select {
	case a.leaving <- leaves:
	default:
		return
	}
	if !leaves {
		a.leaving = nil // the next time the page is asked again
	}
}

// OpenURL shows an outside address in the person's own browser.
func (s *System) OpenURL(address string) (err error) {
	const op = "system.OpenURL"
	defer s.a.guard(op, &err)
	if err := CheckURL(address, s.a.PortalURL()); err != nil {
		return &akno.Error{Code: akno.Invalid, Op: op, Err: err}
	}
	return s.a.platform.OpenURL(address)
}

// Print opens the dialog for printing the page.
func (s *System) Print() (err error) {
	defer s.a.guard("system.Print", &err)
	return s.a.platform.Print()
}

// BeginSelfTest returns a ticket for a known, harmless body. The page posts one
// at the start to learn whether bodies arrive at all, which depends on how the
// window was built; the answer is the count of its octets.
func (s *System) BeginSelfTest() (out Ticket, err error) {
	defer s.a.guard("system.BeginSelfTest", &err)
	return s.a.secrets.password("selftest", func(_ context.Context, body []byte) (any, error) { return len(body), nil })
}

// Preferences returns the person's choices on this computer.
func (s *System) Preferences() (out Preferences, err error) {
	defer s.a.guard("system.Preferences", &err)
	return s.a.preferences.get(), nil
}

// SetPreferences keeps the person's choices on this computer. Another portal is
// another world: who was signed in at the old one is not at the new one.
func (s *System) SetPreferences(p Preferences) (err error) {
	defer s.a.guard("system.SetPreferences", &err)
	before := s.a.PortalURL()
	if err := s.a.preferences.set(p); err != nil {
		return err
	}
	if after := s.a.PortalURL(); after != before {
		return s.a.moved(after)
	}
	return nil
}

// Active says that the person is at the window: typing or pointing. The page
// says it once a minute at most. Exchange in the background is no sign of a
// person, so that a session left alone ends when the law of the portal says.
func (s *System) Active() (err error) {
	defer s.a.guard("system.Active", &err)
	s.a.life.seen.Store(s.a.now().UnixMilli())
	s.a.Go("system.Active", func() {
		for _, p := range s.a.parts {
			c, ok := p.(*core)
			if !ok || c.opened() != nil || !c.session.State().SignedIn {
				continue
			}
			ctx, cancel := context.WithTimeout(s.a.ctx, callLimit)
			defer cancel()
			if _, err := c.session.Refresh(ctx); err != nil && !akno.Silent(akno.CodeOf(err)) {
				s.a.log.WithField("cause", err).Warn("the portal was not told of the person")
			}
		}
	})
	return nil
}
