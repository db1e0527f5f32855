package app

// PackRequest says what to pack, and for whom.
type PackRequest struct {
	Drafts  []string `json:"drafts"`
	ForKey  string   `json:"forKey"`  // a key of the person's own, "" for a password
	SignKey string   `json:"signKey"` // "" for no signature
}

// ParcelMade is what was packed and is still to be saved.
type ParcelMade struct {
	Drafts   int      `json:"drafts"`
	Commands int      `json:"commands"` // of an outbox
	Files    int      `json:"files"`
	Size     int      `json:"size"`    // octets of the files
	Missing  []string `json:"missing"` // names of removed files that are not here any more
	Signed   bool     `json:"signed"`
}

// ParcelLook is what a parcel says of itself before it is opened.
type ParcelLook struct {
	Path     string   `json:"path"` // "" when none was chosen
	Name     string   `json:"name"`
	Size     int      `json:"size"` // octets
	MadeAt   string   `json:"madeAt"`
	Password bool     `json:"password"` // a password opens it
	Keys     []string `json:"keys"`     // the person's keys that open it
	Outbox   bool     `json:"outbox"`   // it holds what waits for the portal, not drafts
}

// ParcelLine is what would become of one draft.
type ParcelLine struct {
	ID          string `json:"id"`
	Title       Text   `json:"title"`
	Subject     string `json:"subject"`  // whom it is about
	Standing    string `json:"standing"` // new, same, older, newer, diverged, deleted, foreign, unknown
	SavedAt     string `json:"savedAt"`
	Revisions   int    `json:"revisions"`
	Here        int    `json:"here"` // revisions of it that are here
	Files       int    `json:"files"`
	Size        int    `json:"size"` // octets of its files
	FormVersion int    `json:"formVersion"`
	Verified    bool   `json:"verified"` // its form is one of this program's
	Ready       int    `json:"ready"`
	Total       int    `json:"total"`
}

// ParcelCommand is what would become of one command of an outbox.
type ParcelCommand struct {
	ID       string `json:"id"`
	Kind     string `json:"kind"` // as of Pending
	Title    Text   `json:"title"`
	QueuedAt string `json:"queuedAt"`
	Files    int    `json:"files"`
	Size     int    `json:"size"`     // octets of its files
	Standing string `json:"standing"` // new, same, sent, foreign
}

// ParcelPlan is what taking a parcel in would do.
type ParcelPlan struct {
	MadeAt   string          `json:"madeAt"`
	Lines    []ParcelLine    `json:"lines"`
	Commands []ParcelCommand `json:"commands"` // of an outbox, which has no lines
	Signed   bool            `json:"signed"`
	Verdict  VerdictView     `json:"verdict"` // of the signature, when there is one
}

// ParcelTaken is what became of one draft or command, in the order of the plan.
type ParcelTaken struct {
	ID       string `json:"id"` // of the draft or command here, "" when it was left alone
	Standing string `json:"standing"`
}
