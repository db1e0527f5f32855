// Package desk is the work of an official and of the head of a body: queues,
// one application with all that was filed, the steps of a review, and the
// signature under the decision. What the portal says of a signature is shown
// beside what this computer found out itself.
package desk

import (
	"bytes"
	"context"
	"io"

	"akno/backend/akno"
	"akno/backend/akno/canon"
	"akno/backend/desktop/signer"
	"akno/backend/internal/clock"
	"akno/backend/internal/ids"
	"akno/backend/portalapi"
)

// Portal is what the service asks of the portal.
type Portal interface {
	ListDesk(context.Context, *portalapi.ListDeskParams) (*portalapi.DeskPage, error)
	GetDeskApplication(context.Context, string) (*portalapi.DeskApplication, error)
	ActOnApplication(context.Context, string, portalapi.DeskCommand) (*portalapi.DeskApplication, error)
	Decide(context.Context, string, portalapi.DecisionCommand) (*portalapi.DeskApplication, error)
	// DownloadDesk writes a file of an application to w and checks its hash.
	DownloadDesk(ctx context.Context, application, sum string, size int64, w io.Writer) error
}

// Signer checks signatures and signs decisions.
type Signer interface {
	SignDetached(ctx context.Context, keyID string, password, content []byte) (signer.Signed, error)
	VerifyDetached(ctx context.Context, content, signature []byte) (signer.Verdict, error)
}

// largestFile is the largest file of an application, in octets.
const largestFile = 64 << 20

// Memory keeps what is being written; it is on disk when SetSetting returns.
type Memory interface {
	Setting(ctx context.Context, name string, v any) error
	SetSetting(ctx context.Context, name string, v any) error
}

// Writing is a text of a review that has not been sent: a question, a decision.
type Writing struct {
	Mode string // what it is for, a word of the page

	Outcome, Text, Ground string
}

// Service is the desk of the session that is open.
type Service struct {
	portal Portal
	signer Signer
	memory Memory
	now    clock.Clock
}

// New returns a desk over the portal.
func New(portal Portal, s Signer, memory Memory, now clock.Clock) *Service {
	return &Service{portal: portal, signer: s, memory: memory, now: now}
}

const (
	maxWritings = 12
	maxWriting  = 4 * 8000 // octets of a text
)

// writings is the setting that keeps the texts about one application.
func writings(id string) string { return "desk." + id }

// Keep keeps the texts that are being written about the application id; an empty
// list forgets them.
func (s *Service) Keep(ctx context.Context, id string, list []Writing) error {
	const op = "desk.Keep"
	if !ids.Valid(id) || len(list) > maxWritings {
		return &akno.Error{Code: akno.Invalid, Op: op}
	}
	for _, w := range list {
		if len(w.Mode) > 40 || len(w.Outcome) > 40 || len(w.Text) > maxWriting || len(w.Ground) > maxWriting {
			return &akno.Error{Code: akno.TooLarge, Op: op}
		}
	}
	return s.memory.SetSetting(ctx, writings(id), list)
}

// View is an application on the desk.
type View struct {
	portalapi.DeskApplication
	// Filed is what was filed, read from the signed octets.
	Filed canon.Submission
	// Own is this computer's own verdict on the applicant's signature; nil when
	// there is none.
	Own *signer.Verdict
	// Written are the texts that were being written about it here.
	Written []Writing
}

// Queue returns a page of a queue, nearest deadline first.
func (s *Service) Queue(ctx context.Context, queue, search, cursor string) (*portalapi.DeskPage, error) {
	params := &portalapi.ListDeskParams{Queue: portalapi.Queue(queue)}
	if search != "" {
		params.Search = &search
	}
	if cursor != "" {
		params.Cursor = &cursor
	}
	return s.portal.ListDesk(ctx, params)
}

// Get returns an application; the portal records the look.
func (s *Service) Get(ctx context.Context, id string) (View, error) {
	return s.view(ctx)(s.portal.GetDeskApplication(ctx, id))
}

// Step is a step of a review.
type Step struct {
	Event, Outcome, Text, Ground string
	Version                      int64
}

// Act takes a step.
func (s *Service) Act(ctx context.Context, id string, step Step) (View, error) {
	cmd := portalapi.DeskCommand{
		OpId: ids.New(s.now()), Version: step.Version, Event: portalapi.DeskCommandEvent(step.Event),
	}
	if step.Outcome != "" {
		o := portalapi.DeskCommandOutcome(step.Outcome)
		cmd.Outcome = &o
	}
	if step.Text != "" {
		cmd.Text = &step.Text
	}
	if step.Ground != "" {
		cmd.Ground = &step.Ground
	}
	return s.view(ctx)(s.portal.ActOnApplication(ctx, id, cmd))
}

// Decide signs the document of the proposal that was shown, with the body's key
// keyID, and sends the signature. shown is the SHA-256 of that document in hex;
// a proposal or a document that has been replaced meanwhile is refused with the
// code conflict.
func (s *Service) Decide(ctx context.Context, id, proposal, shown, keyID string, password []byte) (View, error) {
	const op = "desk.Decide"
	now, err := s.portal.GetDeskApplication(ctx, id)
	if err != nil {
		return View{}, err
	}
	if now.Proposal == nil || now.Proposal.Id != proposal || now.Proposal.Document.Sha256 != shown {
		return View{}, &akno.Error{Code: akno.Conflict, Op: op}
	}
	document, err := s.File(ctx, id, FileOf(now.Proposal.Document, RoleProposal))
	if err != nil {
		return View{}, err
	}
	signed, err := s.signer.SignDetached(ctx, keyID, password, document)
	if err != nil {
		return View{}, err
	}
	return s.view(ctx)(s.portal.Decide(ctx, id, portalapi.DecisionCommand{
		OpId: ids.New(s.now()), Version: now.Application.Version, ProposalId: proposal, Signature: signed.CMS,
	}))
}

// Role says what a file of an application is.
type Role string

// The roles.
const (
	RoleDocument   Role = "document"   // the readable application
	RoleAttachment Role = "attachment" // filed with it
	RoleAnswer     Role = "answer"     // sent with an answer
	RoleProposal   Role = "proposal"   // the decision as proposed
	RoleDecision   Role = "decision"   // the decision
	RoleSignature  Role = "signature"  // under the decision
)

// File is a file of an application.
type File struct {
	Role      Role
	SHA256    string // hex
	Size      int64  // octets
	MediaType string
	Name      string
}

// FileOf takes a file over from the wire.
func FileOf(f portalapi.FileRef, role Role) File {
	return File{Role: role, SHA256: f.Sha256, Size: f.Size, MediaType: f.MediaType, Name: f.Name}
}

// Files lists the files of the application in the order in which they are read.
func (v View) Files() []File {
	var out []File
	if v.Application.Document != nil {
		out = append(out, FileOf(*v.Application.Document, RoleDocument))
	}
	for _, f := range v.Application.Files {
		out = append(out, FileOf(f, RoleAttachment))
	}
	for _, q := range v.Application.Questions {
		if q.Files == nil {
			continue
		}
		for _, f := range *q.Files {
			out = append(out, FileOf(f, RoleAnswer))
		}
	}
	if v.Proposal != nil {
		out = append(out, FileOf(v.Proposal.Document, RoleProposal))
	}
	if d := v.Application.Decision; d != nil {
		out = append(out, FileOf(d.Document, RoleDecision), FileOf(d.Signature, RoleSignature))
	}
	return out
}

// File fetches a file of an application.
func (s *Service) File(ctx context.Context, id string, f File) ([]byte, error) {
	if f.Size > largestFile {
		return nil, &akno.Error{Code: akno.TooLarge, Op: "desk.File"}
	}
	var data bytes.Buffer
	if err := s.portal.DownloadDesk(ctx, id, f.SHA256, f.Size, &data); err != nil {
		return nil, err
	}
	return data.Bytes(), nil
}

// view reads what was filed and checks its signature here.
func (s *Service) view(ctx context.Context) func(*portalapi.DeskApplication, error) (View, error) {
	return func(d *portalapi.DeskApplication, err error) (View, error) {
		if err != nil {
			return View{}, err
		}
		v := View{DeskApplication: *d}
		filed, err := canon.Parse(d.Submission)
		if err != nil {
			return View{}, &akno.Error{Code: akno.BadFile, Op: "desk.view", Err: err}
		}
		v.Filed = filed
		if err := s.memory.Setting(ctx, writings(d.Application.Id), &v.Written); err != nil {
			return View{}, err
		}
		if d.Signature == nil {
			return v, nil
		}
		own, err := s.signer.VerifyDetached(ctx, d.Submission, *d.Signature)
		if err != nil {
			return View{}, err
		}
		v.Own = &own
		return v, nil
	}
}
