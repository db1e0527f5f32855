package app

// assemble makes the parts of the program in the order in which they are
// opened. Each but the core is bound to the page under the name of its type.
func assemble(a *App) []part {
	c := &core{a: a}
	w := &work{a: a, c: c}
	k := &Clerk{a: a, c: c}
	return []part{
		c, &Profiles{a}, &Session{a, c}, &Keys{a, c}, k, &Desk{a: a, c: c},
		&Applications{a, w}, &Catalogue{a, w}, &Drafts{a, w}, &Attachments{a: a, w: w, k: k}, &Parcels{a: a, w: w}, &Backups{a: a, w: w}, &Exchange{a, w}, &Network{a, c}, &Notifications{a, w},
	}
}
