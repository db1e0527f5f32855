package app

// Pending is a command that waits to be sent.
type Pending struct {
	ID        string       `json:"id"`
	Kind      string       `json:"kind"`   // submit, answer, withdraw, open_decision
	Target    string       `json:"target"` // application
	Title     Text         `json:"title"`
	QueuedAt  string       `json:"queuedAt"`
	Attempts  int          `json:"attempts"`
	NextTry   string       `json:"nextTry"`
	LeftAt    string       `json:"leftAt"`    // when it may first have left this computer
	CarriedAt string       `json:"carriedAt"` // when it was last written to a file for another computer
	Brought   bool         `json:"brought"`   // it came from another computer
	Size      int          `json:"size"`      // octets, without the files
	Files     int          `json:"files"`
	FileSize  int          `json:"fileSize"` // octets of them
	Failure   string       `json:"failure"`  // code of the last refusal or silence
	Rejected  bool         `json:"rejected"` // the portal refused it
	Errors    []FieldError `json:"errors"`   // of the portal, when it refused
	NeedsYou  bool         `json:"needsYou"`
}

// SyncState is the state of the exchange with the portal.
type SyncState struct {
	Online      bool      `json:"online"`
	Working     bool      `json:"working"`
	PulledAt    string    `json:"pulledAt"`
	PushedAt    string    `json:"pushedAt"`
	ReachedAt   string    `json:"reachedAt"` // when the portal last answered
	ClockSkew   int       `json:"clockSkew"` // seconds, portal minus this computer
	Pending     []Pending `json:"pending"`
	Paused      bool      `json:"paused"` // the person switched the network off
	LastFailure string    `json:"lastFailure"`
	Trouble     string    `json:"trouble"` // why the portal cannot be heard, a code of akno.Error, "" while it is
	Issuer      string    `json:"issuer"`  // of the certificate that stands in its place, for tls_foreign
	NeedsSignIn bool      `json:"needsSignIn"`
}

// SendingView is a command decoded from the octets that go to the portal.
type SendingView struct {
	ID        string        `json:"id"`
	Kind      string        `json:"kind"`
	Title     Text          `json:"title"`
	Size      int           `json:"size"` // octets, without the files
	SHA256    string        `json:"sha256"`
	Language  string        `json:"language"` // of an application: ru, be
	Groups    []AnswerGroup `json:"groups"`   // its answers
	Content   string        `json:"content"`  // the text that was signed, as it is
	Signature int           `json:"signature"`
	Signer    string        `json:"signer"`
	Question  string        `json:"question"`
	Text      string        `json:"text"`     // of an answer or a withdrawal
	Document  FileInfo      `json:"document"` // made here of the content, to be read
	Files     []FileInfo    `json:"files"`
}

// ReceivedLine is a record that came from the portal lately.
type ReceivedLine struct {
	Application string `json:"application"`
	Title       Text   `json:"title"`
	Status      string `json:"status"` // "" for an order of payment
	At          string `json:"at"`
	Newer       bool   `json:"newer"` // of a kind that this program does not know
}

// ExchangeFacts are what may be known of the exchange besides its state.
type ExchangeFacts struct {
	Received      []ReceivedLine `json:"received"`
	Epoch         string         `json:"epoch"`         // life of the portal's database
	RestoredAt    string         `json:"restoredAt"`    // when it was learned that the portal was restored from a copy, "" for never
	RestoredAgain int            `json:"restoredAgain"` // commands that were queued again for that
	Version       string         `json:"version"`       // of the program, for support
}

// StorageView is how much room the profile takes, in octets.
type StorageView struct {
	Database int `json:"database"`
	Drafts   int `json:"drafts"` // how many there are
	Files    int `json:"files"`
	Count    int `json:"count"` // of files
	Copy     int `json:"copy"`
	Before   int `json:"before"` // copies before upgrades, which may be freed
	Damaged  int `json:"damaged"`
	Other    int `json:"other"`
	Total    int `json:"total"`
}
