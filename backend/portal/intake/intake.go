// Package intake accepts what citizens file and does with it what they ask
// afterwards: withdraw, answer, open the decision. The portal believes nothing
// that a device says: level, form, octets, files, payment and signature are
// checked again at the time of arrival, and a free and a paid procedure go the
// same way with steps left out.
package intake

import (
	"context"
	"errors"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/workdays"
	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/portal/application"
	"akno/backend/portal/catalogue"
	"akno/backend/portal/session"
	"akno/backend/portal/store"
	"akno/backend/portalapi"
)

// Blobs knows the files of accounts.
type Blobs interface {
	// Stat returns what is known of a file of account, or akno.NotFound.
	Stat(ctx context.Context, account, sum string) (portalapi.BlobRef, error)
}

// Orders knows the orders of accounts.
type Orders interface {
	// Of returns the order of an application that awaits payment or is paid, with
	// the facts it was priced by.
	Of(ctx context.Context, tx dbx.Tx, account, application string) (o portalapi.Order, facts []string, found bool, err error)
	// UseProof notes a proof of payment and says whether it was used before.
	UseProof(ctx context.Context, tx dbx.Tx, account, application, proof string, now time.Time) (used bool, err error)
}

// Signatures judges signatures at the time of arrival.
type Signatures interface {
	// Detached verifies a signature of one signer over content that travels apart.
	Detached(ctx context.Context, content, signature []byte, at time.Time) (session.Signer, portalapi.SignatureReport, error)
}

// Limits bound one application.
type Limits struct {
	Files int   // number of files
	Bytes int64 // of all files together
}

// DefaultLimits are 30 files and 50 MB.
func DefaultLimits() Limits { return Limits{Files: 30, Bytes: 50 << 20} }

// Config is what the service works with.
type Config struct {
	DB         dbx.DB
	Clock      clock.Clock
	Catalogue  *catalogue.Catalogue
	Blobs      Blobs
	Orders     Orders
	Signatures Signatures
	Calendar   workdays.Calendar
	Limits     Limits
	Documents  application.Documents
}

// A Service accepts applications.
type Service struct {
	Config
}

// New returns the service.
func New(c Config) *Service { return &Service{c} }

// LimitsInForce returns the limits that are applied.
func (s *Service) LimitsInForce() Limits { return s.Limits }

// Get returns an application of the session's account, with its readable document.
func (s *Service) Get(ctx context.Context, who session.Session, id portalapi.Id) (portalapi.Application, error) {
	if err := s.Documents.Make(ctx, who.AccountID, id); err != nil {
		return portalapi.Application{}, err
	}
	var r *application.Record
	err := s.DB.Read(ctx, func(tx dbx.Tx) error {
		var err error
		r, err = application.Load(ctx, tx, who.AccountID, id)
		return err
	})
	if err != nil {
		return portalapi.Application{}, err
	}
	return r.Doc, nil
}

// Applied says which of the commands the session's account has had applied
// before.
func (s *Service) Applied(ctx context.Context, who session.Session, ops []portalapi.PushOp) (map[string]bool, error) {
	var out map[string]bool
	err := s.DB.Read(ctx, func(tx dbx.Tx) error {
		out = map[string]bool{}
		for _, op := range ops {
			var one int
			found, err := dbx.Found(ctx, tx, `SELECT 1 FROM applied_op WHERE account_id = ? AND op_id = ?`, []any{who.AccountID, op.OpId}, &one)
			if err != nil {
				return err
			}
			out[op.OpId] = found
		}
		return nil
	})
	return out, err
}

// errNew says that a command was not applied before.
var errNew = errors.New("intake: a new command")

// replay returns the answer that a command got when it was applied before. It is
// asked before the slow checks: a repeat must get its answer even when the
// certificate has been revoked or the form replaced since.
func (s *Service) replay(ctx context.Context, account, id string, op store.Op) (out portalapi.Application, again bool, err error) {
	err = s.DB.Read(ctx, func(tx dbx.Tx) (err error) {
		out, err = once(ctx, tx, account, id, op, time.Time{}, func() (portalapi.Application, error) {
			return portalapi.Application{}, errNew
		})
		return err
	})
	if errors.Is(err, errNew) {
		return out, false, nil
	}
	return out, err == nil, err
}

// once applies a command on an application once. A repeat gets the answer of that
// time, or, when that is forgotten, the application as it is.
func once(ctx context.Context, tx dbx.Tx, account, id string, op store.Op, now time.Time, fn func() (portalapi.Application, error)) (portalapi.Application, error) {
	out, err := store.OnceAs(ctx, tx, account, op, now, fn)
	if !errors.Is(err, store.ErrForgotten) {
		return out, err
	}
	r, err := application.Load(ctx, tx, account, id)
	if err != nil {
		return out, err
	}
	return r.Doc, nil
}

// fieldError returns an error with code Invalid about one field.
func fieldError(op, field, why string) error {
	return &akno.Error{Code: akno.Invalid, Op: op, Fields: map[string]string{field: why}}
}
