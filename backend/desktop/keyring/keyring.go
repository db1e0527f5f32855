// Package keyring finds the key files and certificates of a person, tells what
// each can be used for and why not, and opens a key for as long as one piece of
// work takes. Keys are used where they lie; the program never deletes one. A
// private key leaves this package only into the function that Use is given.
package keyring

import (
	"context"
	"sync"
	"time"

	"akno/backend/desktop/trust"
	"akno/backend/internal/clock"
	"akno/backend/stb/pki"
)

// State is what can be done with an entry, or why nothing can.
type State string

// The states. Usable comes first in lists, the others are folded away with
// their reason.
const (
	Usable        State = "usable"
	KeyCreated    State = "key_created"    // a key of ours that no certificate was asked for yet
	RequestSent   State = "request_sent"   // its request lies with the registration authority
	Rejected      State = "rejected"       // the authority refused the request
	NotYet        State = "not_yet"        // the certificate's time has not begun
	Expired       State = "expired"        // the certificate's time is over
	Revoked       State = "revoked"        // the certificate is on a list
	Suspended     State = "suspended"      // the certificate is on hold
	Untrusted     State = "untrusted"      // no path to an anchor
	WrongUse      State = "wrong_use"      // a certificate for something else than signing
	NoCertificate State = "no_certificate" // a key without its certificate
	NoKey         State = "no_key"         // a certificate without its key
	Foreign       State = "foreign"        // a container of another program
	Damaged       State = "damaged"        // not readable, or not what its form says
)

// Place says what kind of folder a file lies in.
type Place string

// The places.
const (
	InProfile Place = "profile"
	InFolder  Place = "folder"
)

// Entry is a key with its certificate, or what there is of the two.
type Entry struct {
	// ID is the SHA-256 of the certificate in hex, or of the key's file when there
	// is no certificate.
	ID    string
	State State
	// Unchecked says that the lists at hand are too old to tell a revocation.
	Unchecked bool
	// Proven says that the key was once opened and fits the certificate. Before
	// that the pair is a guess by what lies together.
	Proven            bool
	KeyPath, CertPath string
	Certificate       *pki.Certificate // nil when there is none
	Curve             string           // known once the key was opened, or from the certificate
	Place             Place
	RequestID         string    // of the registration authority
	Loose             bool      // other people of this computer may read the key's file
	ListDate          time.Time // of the revocation list that was asked
	ChangedAt         time.Time // of the key's file
}

// Passed is a file that is neither key nor certificate for us.
type Passed struct {
	Path string
	Code string // foreign_container, bad_key_file, too_large
}

// Looked is a folder that was searched.
type Looked struct {
	Dir    string
	Files  int
	Passed []Passed
}

// Listing is what a search found: usable entries first, the newest first.
type Listing struct {
	Usable, Other []Entry
	Looked        []Looked
}

// Memory keeps what the keyring remembers between runs: places, which key a
// file holds, and requests. Nothing of it is secret.
type Memory interface {
	Setting(ctx context.Context, name string, v any) error
	SetSetting(ctx context.Context, name string, v any) error
}

// Keyring knows where keys lie.
type Keyring struct {
	own    string   // the profile's own folder
	extra  []string // folders that the program was told at its start
	memory Memory
	trust  *trust.Store
	now    clock.Clock

	notesMu sync.Mutex
	tries   map[string]failures // by SHA-256 of the key's file
}

// failures counts wrong passwords of one file. It is friction against haste,
// not security: whoever has the file may try elsewhere.
type failures struct {
	count int
	until time.Time
}

// New returns a keyring that keeps new keys in the folder own and looks there,
// in the folders extra, and in the places that memory holds.
func New(own string, extra []string, memory Memory, ts *trust.Store, now clock.Clock) *Keyring {
	return &Keyring{own: own, extra: extra, memory: memory, trust: ts, now: now, tries: map[string]failures{}}
}

// notes is what is remembered, under the setting "keyring".
type notes struct {
	Places   []string           `json:"places"`   // files and folders, absolute
	Keys     map[string]keyNote `json:"keys"`     // by SHA-256 of the key's file
	Requests map[string]request `json:"requests"` // by SHA-256 of the public key
}

// keyNote is what was learned when a key was opened.
type keyNote struct {
	PublicKey string `json:"publicKey"` // SHA-256 of x‖y in hex
	Curve     string `json:"curve"`
}

// request is a certificate asked for.
type request struct {
	ID       string    `json:"id"` // given by the authority; empty before it was sent
	Path     string    `json:"path"`
	SentAt   time.Time `json:"sentAt"`
	Rejected bool      `json:"rejected"`
}

func (k *Keyring) notes(ctx context.Context) (notes, error) {
	var n notes
	err := k.memory.Setting(ctx, "keyring", &n)
	if n.Keys == nil {
		n.Keys = map[string]keyNote{}
	}
	if n.Requests == nil {
		n.Requests = map[string]request{}
	}
	return n, err
}

// note changes what is remembered.
func (k *Keyring) note(ctx context.Context, change func(*notes)) error {
	k.notesMu.Lock()
	defer k.notesMu.Unlock()
	n, err := k.notes(ctx)
	if err != nil {
		return err
	}
	change(&n)
	return k.memory.SetSetting(ctx, "keyring", n)
}
