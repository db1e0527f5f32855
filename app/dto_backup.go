package app

// BackupState is how the backups of drafts on the portal stand.
type BackupState struct {
	SignedIn bool   `json:"signedIn"`
	On       bool   `json:"on"`
	Since    string `json:"since"`
	Kept     int    `json:"kept"`    // backups on the portal, of every computer
	Waiting  int    `json:"waiting"` // drafts whose present answers are not there yet
	Failure  string `json:"failure"` // why the portal could not be reached, "" when it was
}

// BackupFact is how the backup of one draft stands.
type BackupFact struct {
	ID      string `json:"id"`
	State   string `json:"state"`   // backed, waiting, refused, elsewhere
	At      string `json:"at"`      // of what the portal keeps, "" for nothing
	Failure string `json:"failure"` // why it was refused
	Fork    string `json:"fork"`    // the draft in which another computer's answers are kept
}

// AwayDraft is a draft on the portal that is not at this computer.
type AwayDraft struct {
	ID       string `json:"id"`
	Title    Text   `json:"title"`
	Subject  string `json:"subject"`
	SavedAt  string `json:"savedAt"`
	StoredAt string `json:"storedAt"`
	Own      bool   `json:"own"`     // this computer owns it already
	Failure  string `json:"failure"` // why it cannot be read; the texts are empty then
}

// BackupTaken is what came of taking a draft to this computer.
type BackupTaken struct {
	ID      string   `json:"id"`
	Fork    string   `json:"fork"`    // the draft in which another computer's answers are kept
	Missing []string `json:"missing"` // names of files that stayed at the other computer
}
