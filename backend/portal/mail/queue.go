// Package mail writes the portal's letters. A letter is a job: whoever causes
// it queues a note of identifiers in his own transaction, and the text is
// rendered and sent afterwards, so that no answer waits for a mail server.
package mail

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/portal/store"
)

// JobKind is the kind of the jobs that send letters.
const JobKind = "mail"

// A Letter selects the text.
type Letter string

// The letters.
const (
	Activation        Letter = "activation"         // the code that opens a cabinet
	AlreadyRegistered Letter = "already_registered" // somebody asked for a cabinet with this address
	Guessing          Letter = "guessing"           // many wrong passwords
	PasswordClosed    Letter = "password_closed"    // so many that the password no longer opens
	IdentifierIssued  Letter = "identifier_issued"  // One Window issued the identifier
	PasswordReset     Letter = "password_reset"     // the code by which a password may be set anew
	ClaimCode         Letter = "claim_code"         // the code by which One Window may claim the cabinet
	OrderPaid         Letter = "order_paid"
	StatusChanged     Letter = "status_changed"
	QuestionAsked     Letter = "question_asked"
	Decided           Letter = "decided"
	Nobody            Letter = "nobody" // nothing is sent: it makes the unknown cost what the known does
)

// A Note is what a queued letter says: codes and identifiers, no personal data.
type Note struct {
	Letter      Letter `json:"letter"`
	Application string `json:"application,omitempty"` // id
	Number      string `json:"number,omitempty"`      // registration number that people see
	Procedure   string `json:"procedure,omitempty"`   // code of the list
	Order       string `json:"order,omitempty"`       // 30 digits
	Amount      string `json:"amount,omitempty"`      // BYN
	Status      string `json:"status,omitempty"`      // a word of the state table
	Due         string `json:"due,omitempty"`         // YYYY-MM-DD
}

// Enqueue queues a letter to the account in the caller's transaction and
// returns the id of its job.
func Enqueue(ctx context.Context, tx dbx.Tx, accountID string, n Note, now time.Time) (id string, err error) {
	payload, err := json.Marshal(n)
	if err != nil {
		return "", fmt.Errorf("mail: %w", err)
	}
	id = ids.New(now)
	return id, store.Enqueue(ctx, tx, id, store.Job{AccountID: accountID, Kind: JobKind, Payload: string(payload), RunAt: now})
}
