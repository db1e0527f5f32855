package cabinet

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"akno/backend/akno"
	"akno/backend/akno/canon"
	"akno/backend/akno/form"
	"akno/backend/desktop/syncer"
	"akno/backend/internal/dbx"
	"akno/backend/portalapi"
)

// An Envelope is a command that waits, decoded from the very octets that go to the
// portal.
type Envelope struct {
	syncer.Queued
	Hash      string // SHA-256 of the octets
	Procedure string // "" when it is not known here
	Language  string // of an application
	Content   string // the JSON text that was signed, of an application
	Sections  []canon.Section
	Signature int    // octets of the signature, 0 for none
	Signer    string // as this computer noted it, "" for one from another computer
	Question  string // that is answered
	Text      string // of an answer or a withdrawal
	Files     []form.File
}

// Envelope returns a command that waits. The code is not_found for one that waits
// no more, and bad_file for one whose octets have changed on this disk.
func (s *Service) Envelope(ctx context.Context, opID string) (Envelope, error) {
	q, err := s.o.Sync.Look(ctx, opID)
	if err != nil {
		return Envelope{}, err
	}
	sum := sha256.Sum256(q.Body)
	out := Envelope{Queued: q, Hash: hex.EncodeToString(sum[:]), Files: []form.File{}}
	out.Procedure = s.procedureOf(ctx, q)
	switch q.Kind {
	case syncer.Submit:
		err = s.submission(ctx, &out)
	case syncer.Answer:
		err = s.answer(ctx, &out)
	case syncer.Withdraw:
		var b portalapi.VersionedCommand
		if err = json.Unmarshal(q.Body, &b); err == nil && b.Text != nil {
			out.Text = *b.Text
		}
	}
	return out, err
}

// submission decodes an application as it is sent.
func (s *Service) submission(ctx context.Context, out *Envelope) error {
	var b portalapi.SubmissionRequest
	if err := json.Unmarshal(out.Body, &b); err != nil {
		return err
	}
	out.Content = string(b.Submission)
	if b.Signature != nil {
		out.Signature = len(*b.Signature)
	}
	if read, err := canon.Parse(b.Submission); err == nil { // the text is shown whole in any case
		out.Language, out.Sections = string(read.Language), read.Sections
		for _, f := range read.Attachments {
			out.Files = append(out.Files, form.File{ID: f.SHA256, Name: f.Name, MIME: f.MediaType, Size: f.Size, SHA256: f.SHA256})
		}
	}
	if sent, ours, err := s.o.Drafts.SentOf(ctx, out.Target); ours && err == nil {
		out.Signer = sent.Signer
	}
	if b.Document != nil { // an earlier version of this program sent a copy to read
		out.Files = append(out.Files, fileOf(*b.Document))
	}
	for _, f := range out.Queued.Files { // a receipt is named by its hash only
		named := slices.ContainsFunc(out.Files, func(had form.File) bool { return had.SHA256 == f.SHA256 })
		if !named {
			out.Files = append(out.Files, form.File{ID: f.SHA256, SHA256: f.SHA256, Size: f.Size, MIME: "application/octet-stream"})
		}
	}
	return nil
}

// answer decodes an answer to a question.
func (s *Service) answer(ctx context.Context, out *Envelope) error {
	var b portalapi.AnswerCommand
	if err := json.Unmarshal(out.Body, &b); err != nil {
		return err
	}
	out.Text = b.Text
	for _, f := range b.Files {
		out.Files = append(out.Files, fileOf(f))
	}
	if c, err := s.Get(ctx, out.Target); err == nil {
		for _, q := range c.Portal.Questions {
			if q.Id == b.QuestionId {
				out.Question = q.Text
			}
		}
	}
	return nil
}

// ProcedureOf returns the procedure of the application that a waiting command is
// about, "" when this computer does not know it.
func (s *Service) ProcedureOf(ctx context.Context, q syncer.Queued) string {
	return s.procedureOf(ctx, q)
}

func (s *Service) procedureOf(ctx context.Context, q syncer.Queued) string {
	if c, err := s.Get(ctx, q.Target); err == nil {
		return c.Summary.Procedure
	}
	if q.Kind != syncer.Submit {
		return ""
	}
	if len(q.Body) == 0 { // a command of a list comes without its octets
		full, err := s.o.Sync.Look(ctx, q.OpID)
		if err != nil {
			return ""
		}
		q = full
	}
	var b portalapi.SubmissionRequest
	if json.Unmarshal(q.Body, &b) != nil {
		return ""
	}
	read, err := canon.Parse(b.Submission)
	if err != nil {
		return ""
	}
	return read.Procedure.Code
}

func fileOf(f portalapi.FileRef) form.File {
	return form.File{ID: f.Sha256, Name: f.Name, MIME: f.MediaType, Size: f.Size, SHA256: f.Sha256}
}

// A Receipt is a record that came from the portal.
type Receipt struct {
	Application string
	Procedure   string
	Status      string // of an application; "" for an order
	At          int64  // Unix milliseconds, by this computer's clock
	// Newer says that the record is of a kind that this program does not know: it is
	// kept as it came. Title is what it calls itself, if it does.
	Newer bool
	Title akno.Text
}

// Received tells of the records that changed last, newest first, and what else a
// person may know of the exchange.
func (s *Service) Received(ctx context.Context, most int) ([]Receipt, syncer.Facts, error) {
	facts, err := s.o.Sync.Facts(ctx, most)
	if err != nil {
		return nil, facts, err
	}
	out := []Receipt{}
	for _, e := range facts.Received {
		r := Receipt{At: e.ChangedAt.UnixMilli()}
		switch e.Kind {
		case syncer.KindApplication:
			a := decode(e)
			r.Application, r.Procedure, r.Status = a.Id, a.Procedure, a.Status
		case syncer.KindOrder:
			if r.Application, err = s.orderOf(ctx, e.ID); err != nil {
				return nil, facts, err
			}
			if c, err := s.Get(ctx, r.Application); err == nil {
				r.Procedure = c.Summary.Procedure
			}
		default:
			r.Newer, r.Title = true, titleOf(e.Body)
		}
		out = append(out, r)
	}
	return out, facts, nil
}

// titleOf returns what a record of an unknown kind calls itself, if it does so as the
// other records do.
func titleOf(body json.RawMessage) akno.Text {
	var named struct {
		Title akno.Text `json:"title"`
	}
	if json.Unmarshal(body, &named) != nil { // of another shape
		return akno.Text{}
	}
	return named.Title
}

// orderOf returns the application of an order.
func (s *Service) orderOf(ctx context.Context, id string) (application string, err error) {
	account := s.o.Sync.Account()
	err = s.o.DB.Read(ctx, func(tx dbx.Tx) error {
		e, _, err := syncer.EntityOf(ctx, tx, account, syncer.KindOrder, id)
		if err != nil {
			return err
		}
		var o portalapi.Order
		if json.Unmarshal(e.Body, &o) == nil {
			application = o.ApplicationId
		}
		return nil
	})
	return application, err
}
