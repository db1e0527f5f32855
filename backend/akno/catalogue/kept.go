package catalogue

import (
	"fmt"

	"akno/backend/akno/form"
)

// Kept compiles a form that the bundle has no more, or has in another version:
// a definition that was kept beside what was filled in by it, with the hash that
// it had then. Lists are those of the bundle, so that a value which a list has
// lost is doubted and not refused.
func (h *Catalogue) Kept(def form.Definition, hash string) (*Form, error) {
	s, err := form.Compile(def, h.now.Load().lists)
	if err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	return &Form{Schema: s, Hash: hash}, nil
}
