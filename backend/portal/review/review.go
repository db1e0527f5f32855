// Package review is the work of a body: its lists, the steps that its officers
// take with an application, and the decision that its head signs. An officer
// proposes, the head decides with the body's key over exactly the document that
// was proposed, and nobody does both. A refusal to accept an application is a
// decision like the others and goes the same way.
package review

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/workdays"
	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/portal/application"
	"akno/backend/portal/audit"
	"akno/backend/portal/blob"
	"akno/backend/portal/catalogue"
	"akno/backend/portal/session"
	"akno/backend/portalapi"
)

// Blobs keeps the files of accounts.
type Blobs interface {
	Add(ctx context.Context, account string, r io.Reader) (portalapi.BlobRef, error)
	Open(ctx context.Context, account, sum string) (*os.File, portalapi.BlobRef, error)
	Read(ctx context.Context, account, sum string) ([]byte, error)
}

// Signatures judges signatures at the time of arrival.
type Signatures interface {
	Detached(ctx context.Context, content, signature []byte, at time.Time) (session.Signer, portalapi.SignatureReport, error)
}

// Config is what the service works with.
type Config struct {
	DB         dbx.DB
	Clock      clock.Clock
	Catalogue  *catalogue.Catalogue
	Blobs      Blobs
	Signatures Signatures
	Calendar   workdays.Calendar
	Documents  application.Documents
}

// A Service is the desk of the bodies.
type Service struct {
	Config
}

// New returns the service.
func New(c Config) *Service { return &Service{c} }

// maxPage is the most applications a page of a list holds.
const maxPage = 200

// List returns a page of the body's applications, nearest deadline first, and
// how many stand in each list.
func (s *Service) List(ctx context.Context, who session.Session, params portalapi.ListDeskParams) (portalapi.DeskPage, error) {
	body, err := bodyOf(who)
	if err != nil {
		return portalapi.DeskPage{}, err
	}
	day, id, err := parseCursor(params.Cursor)
	if err != nil {
		return portalapi.DeskPage{}, err
	}
	limit := 50
	if params.Limit != nil && *params.Limit > 0 && *params.Limit <= maxPage {
		limit = *params.Limit
	}
	page := portalapi.DeskPage{Items: make([]portalapi.DeskItem, 0, limit)}
	err = s.DB.Read(ctx, func(tx dbx.Tx) error {
		if err := count(ctx, tx, body, &page); err != nil {
			return err
		}
		last := ""
		err := dbx.Each(ctx, tx, func(scan func(...any) error) error {
			var deadline, app, doc string
			if err := scan(&deadline, &app, &doc); err != nil {
				return err
			}
			if len(page.Items) == limit {
				page.Next = &last
				return nil
			}
			var item portalapi.DeskItem
			if err := json.Unmarshal([]byte(doc), &item); err != nil {
				return fmt.Errorf("review: stored line: %w", err)
			}
			page.Items, last = append(page.Items, item), cursor(deadline, app)
			return nil
		}, `SELECT deadline, id, doc FROM desk_item
			WHERE body_id = ? AND queue = ? AND (deadline, id) > (?, ?) AND search LIKE ? ESCAPE '\'
			ORDER BY deadline, id LIMIT ?`,
			body, string(params.Queue), day, id, pattern(params.Search), limit+1)
		return err
	})
	return page, err
}

// count fills in how many applications stand in each list of a body.
func count(ctx context.Context, tx dbx.Tx, body string, page *portalapi.DeskPage) error {
	return dbx.Each(ctx, tx, func(scan func(...any) error) error {
		var queue string
		var n int
		if err := scan(&queue, &n); err != nil {
			return err
		}
		switch portalapi.Queue(queue) {
		case portalapi.QueueIncoming:
			page.Counts.Incoming = n
		case portalapi.QueueReview:
			page.Counts.Review = n
		case portalapi.QueueClarification:
			page.Counts.Clarification = n
		case portalapi.QueueDecision:
			page.Counts.Decision = n
		case portalapi.QueueDone:
			page.Counts.Done = n
		}
		return nil
	}, `SELECT queue, count(*) FROM desk_item WHERE body_id = ? GROUP BY queue`, body)
}

// pattern returns what a search looks for; every sign of a person's text stands
// for itself.
func pattern(search *string) string {
	if search == nil {
		return "%"
	}
	text := strings.Join(strings.Fields(application.Fold(*search)), " ")
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
}

func cursor(deadline, id string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(deadline + "|" + id))
}

func parseCursor(c *string) (deadline, id string, err error) {
	if c == nil || *c == "" {
		return "", "", nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(*c)
	deadline, id, ok := strings.Cut(string(raw), "|")
	if err != nil || !ok {
		return "", "", &akno.Error{Code: akno.Invalid, Op: "review.List", Fields: map[string]string{"cursor": "format"}}
	}
	return deadline, id, nil
}

// bodyOf returns the body whose desk a session sits at.
func bodyOf(who session.Session) (string, error) {
	if who.Body == nil || !who.Is(session.Officer) && !who.Is(session.Head) {
		return "", &akno.Error{Code: akno.Forbidden, Op: "review.bodyOf"}
	}
	return who.Body.Id, nil
}

// Get returns an application of the body with all that was filed and its readable
// document. The look is written into the applicant's journal before anything is
// shown.
func (s *Service) Get(ctx context.Context, who session.Session, id portalapi.Id) (portalapi.DeskApplication, error) {
	body, err := bodyOf(who)
	if err != nil {
		return portalapi.DeskApplication{}, err
	}
	if err := s.document(ctx, body, id); err != nil {
		return portalapi.DeskApplication{}, err
	}
	var out portalapi.DeskApplication
	err = s.DB.Write(ctx, func(tx dbx.Tx) error {
		r, err := application.LoadForBody(ctx, tx, body, id)
		if err != nil {
			return err
		}
		if out, err = view(ctx, tx, who, r); err != nil {
			return err
		}
		return s.look(ctx, tx, who, r, "view", "")
	})
	return out, err
}

// document makes what the body reads, unless it is there.
func (s *Service) document(ctx context.Context, body, id string) error {
	var r *application.Record
	err := s.DB.Read(ctx, func(tx dbx.Tx) error {
		var err error
		r, err = application.LoadForBody(ctx, tx, body, id)
		return err
	})
	if err != nil || r.Doc.Document != nil {
		return err
	}
	return s.Documents.Make(ctx, r.Account, id)
}

// look writes down who looked at what of whom.
func (s *Service) look(ctx context.Context, tx dbx.Tx, who session.Session, r *application.Record, action, ground string) error {
	return audit.Append(ctx, tx, r.Account, s.Clock(), audit.Record{
		Actor: audit.ByAccount(who.AccountID), Action: action, Entity: application.ChangeKind + ":" + r.Doc.Id, Ground: ground,
	})
}

// view returns r as who sees it.
func view(ctx context.Context, tx dbx.Tx, who session.Session, r *application.Record) (portalapi.DeskApplication, error) {
	o, err := application.LoadOctets(ctx, tx, r.Account, r.Doc.Id)
	if err != nil {
		return portalapi.DeskApplication{}, err
	}
	out := portalapi.DeskApplication{
		Allowed: allowed(who, r), Applicant: r.Applicant, Application: r.Doc, Proposal: r.Review.Proposal,
		Report: r.Report, Submission: o.Submission,
	}
	if o.Signature != nil {
		out.Signature = &o.Signature
	}
	if r.Review.Assignee != "" {
		out.Assignee = &r.Review.Assignee
	}
	return out, nil
}

// OpenFile returns a file of an application of the body; the look is written into
// the applicant's journal. A file of the account that does not belong to the
// application is not found.
func (s *Service) OpenFile(ctx context.Context, who session.Session, id portalapi.Id, sum portalapi.Hash) (blob.File, error) {
	body, err := bodyOf(who)
	if err != nil {
		return blob.File{}, err
	}
	var account string
	err = s.DB.Write(ctx, func(tx dbx.Tx) error {
		r, err := application.LoadForBody(ctx, tx, body, id)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(r.Files(), func(f portalapi.FileRef) bool { return f.Sha256 == sum }) {
			return &akno.Error{Code: akno.NotFound, Op: "review.OpenFile"}
		}
		account = r.Account
		return s.look(ctx, tx, who, r, "view_file", sum)
	})
	if err != nil {
		return blob.File{}, err
	}
	f, ref, err := s.Blobs.Open(ctx, account, sum)
	if err != nil {
		return blob.File{}, err
	}
	return blob.File{ReadCloser: f, Size: ref.Size}, nil
}

// errNew says that a command was not applied before.
var errNew = errors.New("review: a new command")
