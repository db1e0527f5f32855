package app

// DraftQuery asks for a page of a box of drafts.
type DraftQuery struct {
	Box    string `json:"box"`    // drafts, ready, sent
	Search string `json:"search"` // words; every form of a word finds every other
	Cursor string `json:"cursor"` // next of the page before, "" for the first
}

// DraftPage is a part of a box, the last saved first.
type DraftPage struct {
	Items  []DraftSummary `json:"items"`
	Next   string         `json:"next"` // "" at the end
	Drafts int            `json:"drafts"`
	Ready  int            `json:"ready"`
	Sent   int            `json:"sent"`
	Partly bool           `json:"partly"` // the index is being made: there may be more
}

// UpgradeView says that the form of a draft has a newer version. Version is 0
// when it has not.
type UpgradeView struct {
	Version     int    `json:"version"`
	AcceptUntil string `json:"acceptUntil"` // last day of the draft's own version, "" for no end
	Over        bool   `json:"over"`        // that day is over
}

// OrphanView is an answer that a newer form has no place for.
type OrphanView struct {
	Label Text `json:"label"`
	Text  Text `json:"text"`
}

// MomentView is a line of a draft's history.
type MomentView struct {
	Revision int    `json:"revision"`
	At       string `json:"at"`
	Kind     string `json:"kind"` // created, edit, undo, redo, restore, migrate, proof, handed, returned
	Fields   []Text `json:"fields"`
}

// HistoryPage is a part of a draft's history, the last moment first.
type HistoryPage struct {
	Items []MomentView `json:"items"`
	Next  int          `json:"next"` // what to ask with for more, 0 at the end
}

// RevisionView is a draft as it was.
type RevisionView struct {
	Revision int           `json:"revision"`
	Groups   []AnswerGroup `json:"groups"`
	Ready    int           `json:"ready"`
	Total    int           `json:"total"`
}

// DifferenceView is what another version of a form does to one question.
type DifferenceView struct {
	Kind string `json:"kind"` // added, renamed, set, altered, orphaned
	From Text   `json:"from"` // the question before, empty for a new one
	To   Text   `json:"to"`   // the question after, empty for one that is gone
	Old  Text   `json:"old"`
	New  Text   `json:"new"`
}

// MigrationView is what a draft becomes under the newest version of its form.
type MigrationView struct {
	Title       Text             `json:"title"`
	From        int              `json:"from"`
	To          int              `json:"to"`
	AcceptUntil string           `json:"acceptUntil"`
	Over        bool             `json:"over"`
	Differences []DifferenceView `json:"differences"`
	Orphans     []OrphanView     `json:"orphans"`
	Ready       int              `json:"ready"`
	Total       int              `json:"total"`
}

// TemplateView is a beginning of applications that a person has saved.
type TemplateView struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Procedure string `json:"procedure"`
	Title     Text   `json:"title"` // of the procedure
	Personal  bool   `json:"personal"`
	CreatedAt string `json:"createdAt"`
}
