package httpapi

import (
	"context"
	"io"

	"akno/backend/portal/blob"
	"akno/backend/portal/intake"
	"akno/backend/portal/session"
	"akno/backend/portalapi"
)

// The services behind the operations. Each is given the session that the edge
// has checked against the table of rights (rights.go); whether the thing asked
// for belongs to that session's account is the service's own check, and what
// belongs to somebody else is answered with akno.NotFound. Every slice of an
// answer is made, never nil: the contract knows no null.

// Orders makes and keeps the orders of a citizen.
type Orders interface {
	// Create makes an order for an application, or returns the one that the
	// same command made before.
	Create(ctx context.Context, s session.Session, req portalapi.OrderRequest) (portalapi.Order, error)
	// Get returns an order of the session's account.
	Get(ctx context.Context, s session.Session, code portalapi.OrderCode) (portalapi.Order, error)
	// Cancel voids an order that has not been paid.
	Cancel(ctx context.Context, s session.Session, code portalapi.OrderCode) error
}

// Payments takes what the payment system says.
type Payments interface {
	// Authentic says whether signature (hex HMAC-SHA-256 under the
	// provider's key) is that of body.
	Authentic(body []byte, signature string) bool
	// Notify takes a confirmed payment; the same transaction twice is one.
	Notify(ctx context.Context, notice portalapi.PaymentNotice) (portalapi.PaymentTaken, error)
}

// Intake accepts what a citizen files and does with it afterwards.
type Intake interface {
	// Submit files an application. The level that the procedure asks for is
	// checked here against s.Level.
	Submit(ctx context.Context, s session.Session, req portalapi.SubmissionRequest) (portalapi.Application, error)
	// SubmitAll files applications, each with its own outcome.
	SubmitAll(ctx context.Context, s session.Session, reqs []portalapi.SubmissionRequest) []intake.Filed
	// Get returns an application of the session's account.
	Get(ctx context.Context, s session.Session, id portalapi.Id) (portalapi.Application, error)
	// Withdraw withdraws an application that has not been decided.
	Withdraw(ctx context.Context, s session.Session, id portalapi.Id, cmd portalapi.VersionedCommand) (portalapi.Application, error)
	// Answer answers a question of the body.
	Answer(ctx context.Context, s session.Session, id portalapi.Id, cmd portalapi.AnswerCommand) (portalapi.Application, error)
	// OpenDecision notes that the decision was opened and checked on the
	// device.
	OpenDecision(ctx context.Context, s session.Session, id portalapi.Id, cmd portalapi.VersionedCommand) (portalapi.Application, error)
	// Applied says which of the commands the account has had applied before.
	Applied(ctx context.Context, s session.Session, ops []portalapi.PushOp) (map[string]bool, error)
}

// Changes tells a device what changed in its account.
type Changes interface {
	// Pull returns at most limit changes after cursor ("" is the beginning).
	Pull(ctx context.Context, s session.Session, cursor string, limit int) (portalapi.ChangePage, error)
	// Epoch names the life of the portal's database.
	Epoch() string
}

// A File is a stored file that is being read. Whoever got it closes it.
type File = blob.File

// Blobs keeps files under their hash, for each account apart.
type Blobs interface {
	// Put stores body under its SHA-256 in hex; when it returns, the file is
	// on the disk. Octets of another hash are refused with akno.BadFile,
	// too many with akno.TooLarge.
	Put(ctx context.Context, s session.Session, sha256 portalapi.Hash, body io.Reader) (portalapi.BlobRef, error)
	// Open returns a file of the session's account.
	Open(ctx context.Context, s session.Session, sha256 portalapi.Hash) (File, error)
	// Offset says how many octets of a file are stored, and whether that is
	// all of it.
	Offset(ctx context.Context, s session.Session, sha256 portalapi.Hash) (n int64, whole bool, err error)
	// Append stores the next octets of a file of size octets, which begin at
	// offset, and returns how many are stored then. What arrived before body
	// broke off is kept.
	Append(ctx context.Context, s session.Session, sha256 portalapi.Hash, offset, size int64, body io.Reader) (int64, error)
}

// Desk is the work of a body's officers and its head.
type Desk interface {
	// List returns a page of the body's applications, nearest deadline first.
	List(ctx context.Context, s session.Session, params portalapi.ListDeskParams) (portalapi.DeskPage, error)
	// Get returns an application of the body; the look is recorded.
	Get(ctx context.Context, s session.Session, id portalapi.Id) (portalapi.DeskApplication, error)
	// Act takes a step of the review.
	Act(ctx context.Context, s session.Session, id portalapi.Id, cmd portalapi.DeskCommand) (portalapi.DeskApplication, error)
	// Decide takes the head's signature under the proposed decision.
	Decide(ctx context.Context, s session.Session, id portalapi.Id, cmd portalapi.DecisionCommand) (portalapi.DeskApplication, error)
	// OpenFile returns a file of an application of the body.
	OpenFile(ctx context.Context, s session.Session, id portalapi.Id, sha256 portalapi.Hash) (File, error)
}

// Facts is what the portal says about itself to everybody.
type Facts interface {
	// Info names the portal, its limits and its services.
	Info(ctx context.Context) (portalapi.PortalInfo, error)
	// Trust returns the intermediate certificates and revocation lists.
	Trust(ctx context.Context) (portalapi.TrustData, error)
	// Catalogue names the catalogue in force.
	Catalogue(ctx context.Context) (portalapi.CatalogueRef, error)
	// Packs returns the manifest of the packs in force with its signature.
	Packs(ctx context.Context) (portalapi.PackManifest, error)
	// Pack returns an item of the packs in force by its SHA-256, or
	// akno.NotFound.
	Pack(ctx context.Context, sha256 string) ([]byte, error)
	// Ready returns nil when the portal takes work, else an error with code
	// akno.Unavailable.
	Ready(ctx context.Context) error
}

// Access is registration, sign-in and the care of sessions (portal/account).
type Access interface {
	RegisterByEmail(ctx context.Context, from string, req portalapi.EmailRegistration) (portalapi.LetterSent, error)
	ResendActivation(ctx context.Context, from string, email portalapi.Email) (portalapi.LetterSent, error)
	Activate(ctx context.Context, from, code string) (portalapi.Activated, error)
	RequestReset(ctx context.Context, from string, email portalapi.Email) (portalapi.LetterSent, error)
	ResetPassword(ctx context.Context, req portalapi.PasswordReset) (portalapi.Activated, error)
	RegisterByEDS(ctx context.Context, req portalapi.EdsRegistration) (portalapi.Session, error)
	Challenge(ctx context.Context, purpose portalapi.ChallengeRequestPurpose) (portalapi.Challenge, error)
	SignInByPassword(ctx context.Context, from string, req portalapi.PasswordSignIn) (portalapi.Session, error)
	SignInByEDS(ctx context.Context, req portalapi.SignedChallenge) (portalapi.Session, error)
	// Look is Authenticate for what a program asks by itself, with nobody
	// there: it does not put off the end of an idle session.
	Look(ctx context.Context, token string) (session.Session, error)
	// Authenticate returns the session whose token this is, or an error with
	// code akno.SignedOut.
	Authenticate(ctx context.Context, token string) (session.Session, error)
	Current(ctx context.Context, s session.Session) (portalapi.Session, error)
	Sessions(ctx context.Context, s session.Session) (portalapi.SessionList, error)
	SignOut(ctx context.Context, s session.Session) error
	EndSession(ctx context.Context, s session.Session, id portalapi.Id) error
	StepUp(ctx context.Context, s session.Session, req portalapi.SignedChallenge) (portalapi.Session, error)
	BindCertificate(ctx context.Context, s session.Session, req portalapi.SignedChallenge) (portalapi.Session, error)
	ChangePassword(ctx context.Context, s session.Session, req portalapi.PasswordChange) (portalapi.Session, error)
}

// Counter is the clerk's work: registration in person (portal/clerkdesk).
type Counter interface {
	Matches(ctx context.Context, s session.Session, q portalapi.MatchQuery) (portalapi.MatchList, error)
	Start(ctx context.Context, s session.Session, req portalapi.RegistrationStart) (portalapi.Registration, error)
	Get(ctx context.Context, s session.Session, id portalapi.Id) (portalapi.Registration, error)
	Verify(ctx context.Context, s session.Session, id portalapi.Id, req portalapi.Verification) (portalapi.Registration, error)
	Issue(ctx context.Context, s session.Session, id portalapi.Id, cmd portalapi.Command) (portalapi.IssuedIdentifier, error)
	Cancel(ctx context.Context, s session.Session, id portalapi.Id, reason portalapi.CancelRegistrationParamsReason) error
	Day(ctx context.Context, s session.Session) (portalapi.ClerkDay, error)
}

// Behind is everything the server answers with.
type Behind struct {
	Facts    Facts
	Access   Access
	Counter  Counter
	Blobs    Blobs
	Orders   Orders
	Payments Payments
	Intake   Intake
	Changes  Changes
	Drafts   Drafts
	Desk     Desk
}
