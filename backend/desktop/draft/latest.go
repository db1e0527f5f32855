package draft

import (
	"context"
	"sync"

	"akno/backend/akno/catalogue"
	"akno/backend/akno/workdays"
)

// Who types works on one draft. What it looked like after the last key is what it
// looks like before the next one, so it is evaluated once for each and not twice.
// The tables are asked all the same: a draft that they hold otherwise, in any octet,
// is read and evaluated anew.

// latestView is the draft that was resolved last.
type latestView struct {
	mu     sync.Mutex // guards the rest
	at     stored
	day    workdays.Date
	bundle catalogue.InForce
	view   View // read only: who works on it copies it first
	order  order
}

// resolved evaluates a draft as on today, unless it was evaluated just so. What it
// returns is shared: it is read only.
func (s *Service) resolved(ctx context.Context, at stored) (View, order, error) {
	day, bundle := s.today(), s.o.Catalogue.InForce()
	if v, o, ok := s.latest.get(&at, day, bundle); ok {
		return v, o, nil
	}
	row, o, err := at.read()
	if err != nil {
		return View{}, o, err
	}
	v, err := s.resolve(ctx, row, o)
	if err == nil {
		s.latest.put(at, day, bundle, v, o)
	}
	return v, o, err
}

func (l *latestView) get(at *stored, day workdays.Date, bundle catalogue.InForce) (View, order, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.view.Form == nil || l.day != day || l.bundle != bundle || !l.at.same(at) {
		return View{}, order{}, false
	}
	return l.view, l.order, true
}

func (l *latestView) put(at stored, day workdays.Date, bundle catalogue.InForce, v View, o order) {
	v.Undo, v.Redo = false, false
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at, l.day, l.bundle, l.view, l.order = at, day, bundle, v, o
}

// same says whether the tables hold the same draft in the same state.
func (at *stored) same(other *stored) bool {
	a, b := &at.row, &other.row
	return at.texts == other.texts && at.order == other.order &&
		a.ID == b.ID && a.Account == b.Account && a.Procedure == b.Procedure && a.Origin == b.Origin && a.brought == b.brought &&
		a.FormID == b.FormID && a.FormVersion == b.FormVersion && a.FormHash == b.FormHash &&
		a.Rev == b.Rev && a.node == b.node && a.State == b.State && a.Elsewhere == b.Elsewhere &&
		a.Ready == b.Ready && a.Total == b.Total && a.Errors == b.Errors && a.Subject == b.Subject &&
		a.CreatedAt.Equal(b.CreatedAt) && a.SavedAt.Equal(b.SavedAt) && a.DeletedAt.Equal(b.DeletedAt)
}
