package draft

import (
	"bytes"
	"context"
	"encoding/json"

	"akno/backend/akno"
	"akno/backend/akno/canon"
	"akno/backend/akno/form"
	"akno/backend/desktop/signer"
	"akno/backend/desktop/syncer"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/portalapi"
)

const (
	maxOctets   = 1 << 20  // of a submission, by the contract
	maxDocument = 25 << 20 // of the readable document
)

// A Preview is an application as it will be read, signed and sent.
type Preview struct {
	View       View
	Submission canon.Submission
	Octets     []byte
	Hash       string    // SHA-256 of Octets
	Document   form.File // made from Octets; in the blob folder
	Files      []form.File
}

// Preview makes the octets that will be signed and the document from those very
// octets. The form must be whole.
func (s *Service) Preview(ctx context.Context, id string, l akno.Lang) (Preview, error) {
	const op = "draft.Preview"
	row, o, err := s.read(ctx, id)
	if err != nil {
		return Preview{}, err
	}
	if err := s.editable(ctx, op, row); err != nil {
		return Preview{}, err
	}
	v, err := s.resolve(ctx, row, o)
	if err != nil {
		return Preview{}, err
	}
	return s.compose(op, v, l)
}

func (s *Service) compose(op string, v View, l akno.Lang) (Preview, error) {
	if l != akno.Russian && l != akno.Belarusian { // an application may be made in these only
		return Preview{}, &akno.Error{Code: akno.Invalid, Op: op, Fields: map[string]string{"language": string(form.BadOption)}}
	}
	if v.Upgrade.Over { // the portal would refuse what a person has signed
		return Preview{}, &akno.Error{Code: akno.OldForm, Op: op}
	}
	body, ok := s.o.Catalogue.Body(v.Procedure.Body)
	if !ok {
		return Preview{}, &akno.Error{Code: akno.NotFound, Op: op}
	}
	p := Preview{View: v}
	ord, pay, err := v.Order.payment()
	if err != nil {
		return p, err
	}
	p.Submission, err = canon.Build(canon.Input{
		Application: v.Row.ID, Procedure: v.Procedure, Body: body, Schema: v.Form.Schema, FormHash: v.Form.Hash,
		State: v.State, Language: l, AsOf: s.today(), Kind: v.Kind, Order: ord, Payment: pay,
	})
	if err != nil {
		return p, err
	}
	if p.Octets, err = p.Submission.Encode(); err != nil {
		return p, err
	}
	if len(p.Octets) > maxOctets {
		return p, &akno.Error{Code: akno.TooLarge, Op: op}
	}
	p.Hash = canon.Hash(p.Octets)
	for _, a := range v.Form.Attachments(v.State) {
		p.Files = append(p.Files, a.File)
	}
	if v.Order.Receipt.ID != "" {
		p.Files = append(p.Files, v.Order.Receipt)
	}
	p.Document, err = s.document(p)
	return p, err
}

// document makes the readable document and keeps it.
func (s *Service) document(p Preview) (form.File, error) {
	pdf, err := s.o.Print(p.Octets)
	if err != nil {
		return form.File{}, err
	}
	f := form.File{ID: ids.New(s.o.Now()), Name: "Заявление " + p.Submission.Procedure.Number + ".pdf", MIME: "application/pdf"}
	if p.Submission.Language == akno.Belarusian {
		f.Name = "Заява " + p.Submission.Procedure.Number + ".pdf"
	}
	f.SHA256, f.Size, err = s.o.DB.Blobs().Put(bytes.NewReader(pdf), maxDocument)
	return f, err
}

// A Result is a handed-over application.
type Result struct {
	Application string
	Signed      signer.Signed // zero for one without a signature
}

// Sign signs the application that was shown, and hands it over. hash is that of
// the preview: when the octets would be others now, nothing is signed and the
// code is conflict. The signature's holder must be the applicant.
func (s *Service) Sign(ctx context.Context, id, keyID string, password []byte, l akno.Lang, hash string) (Result, error) {
	const op = "draft.Sign"
	p, err := s.shown(ctx, op, id, l, hash)
	if err != nil {
		return Result{}, err
	}
	signed, err := s.o.Signer.SignDetached(ctx, keyID, password, p.Octets)
	if err != nil {
		return Result{}, err
	}
	if signed.Verdict.Rung == signer.Bad {
		return Result{}, &akno.Error{Code: akno.BadSignature, Op: op}
	}
	if want, got := p.Submission.Applicant.PersonalNumber, signed.Verdict.Number; want != "" && got != "" && got != want {
		return Result{}, &akno.Error{Code: akno.WrongSigner, Op: op}
	}
	return s.freeze(ctx, op, p, signed)
}

// Submit hands an application over without a signature, where none is asked for.
func (s *Service) Submit(ctx context.Context, id string, l akno.Lang, hash string) (Result, error) {
	const op = "draft.Submit"
	p, err := s.shown(ctx, op, id, l, hash)
	if err != nil {
		return Result{}, err
	}
	if p.View.MustSign() {
		return Result{}, &akno.Error{Code: akno.WrongState, Op: op}
	}
	return s.freeze(ctx, op, p, signer.Signed{})
}

// MustSign says whether the application needs a signature, by its form or by
// the level of its procedure.
func (v View) MustSign() bool {
	return v.Form.Definition().RequiresSignature || v.Procedure.Needs(v.Kind) == akno.Strict
}

func (s *Service) shown(ctx context.Context, op, id string, l akno.Lang, hash string) (Preview, error) {
	p, err := s.Preview(ctx, id, l)
	if err != nil {
		return p, err
	}
	if p.Hash != hash {
		return p, &akno.Error{Code: akno.Conflict, Op: op}
	}
	switch {
	case p.View.Order.Other:
		return p, &akno.Error{Code: akno.NeedsPaying, Op: op, Fields: map[string]string{"order": "amount"}}
	case p.View.NeedsPaying():
		return p, &akno.Error{Code: akno.NeedsPaying, Op: op}
	}
	return p, nil
}

// freeze closes the draft, keeps the signed octets and queues them, all or
// nothing.
func (s *Service) freeze(ctx context.Context, op string, p Preview, signed signer.Signed) (Result, error) {
	now := s.o.Now()
	id := p.View.Row.ID
	// The readable document stays here: the portal makes its own from the octets.
	req := portalapi.SubmissionRequest{OpId: ids.New(now), ApplicationId: id, Submission: p.Octets}
	if signed.CMS != nil {
		req.Signature = &signed.CMS
	}
	body, err := json.Marshal(req)
	if err != nil {
		return Result{}, err
	}
	document, err := json.Marshal(p.Document)
	if err != nil {
		return Result{}, err
	}
	c := syncer.Command{OpID: req.OpId, Kind: syncer.Submit, Target: id, Body: body}
	for _, f := range p.Files {
		c.Files = append(c.Files, syncer.File{SHA256: f.SHA256, Size: f.Size})
	}
	err = s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		row, err := s.load(ctx, tx, id)
		if err != nil {
			return err
		}
		if row.Rev != p.View.Row.Rev || row.State == Frozen || row.Elsewhere || !row.DeletedAt.IsZero() {
			return &akno.Error{Code: akno.Conflict, Op: op} // edited while the password was typed
		}
		row.Rev, row.State, row.SavedAt, row.Problems = row.Rev+1, Frozen, now, map[string]string{}
		if err := save(ctx, tx, row, revision{kind: KindHanded}); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO submission(application, op_id, language, content, signature, signer, document, made_at)
			VALUES(?, ?, ?, ?, ?, ?, ?, ?)`,
			id, req.OpId, string(p.Submission.Language), p.Octets, append([]byte{}, signed.CMS...), signed.Verdict.Signer, string(document), now.UnixMilli())
		if err != nil {
			return err
		}
		c.Account = row.Account // "" goes with who signs in first
		return syncer.Queue(ctx, tx, c, now)
	})
	if err != nil {
		return Result{}, err
	}
	s.o.Queued()
	return Result{id, signed}, nil
}

// Unqueue takes an application back that has not left this computer. Its
// signature is removed and it is a draft again.
func (s *Service) Unqueue(ctx context.Context, id string) (View, error) {
	err := s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		if err := syncer.Unqueue(ctx, tx, syncer.Submit, id); err != nil {
			return err
		}
		return s.thaw(ctx, tx, id, nil)
	})
	if err != nil {
		return View{}, err
	}
	return s.Open(ctx, id)
}

// thaw makes a draft of a frozen one again. The order, which is the
// application's, stays with it.
func (s *Service) thaw(ctx context.Context, tx dbx.Tx, id string, problems map[string]string) error {
	row, o, err := s.loadBoth(ctx, tx, id)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM submission WHERE application=?`, id); err != nil {
		return err
	}
	row.State = Open
	if o.code != "" {
		row.State = Ordered
	}
	if problems != nil {
		row.Problems = problems
	}
	row.Rev, row.SavedAt = row.Rev+1, s.o.Now()
	return save(ctx, tx, row, revision{kind: KindReturned})
}

// Reopen makes a draft of an application that was refused, with the portal's
// messages on its fields. One that the portal never took becomes a draft itself
// and keeps its order; from one that a body decided on, a new one is made.
func (s *Service) Reopen(ctx context.Context, id string) (View, error) {
	thawed := false
	err := s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		waiting, err := syncer.PendingOf(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, q := range waiting {
			if q.Kind != syncer.Submit {
				continue
			}
			if !q.Rejected {
				return &akno.Error{Code: akno.WrongState, Op: "draft.Reopen"}
			}
			if err := syncer.Drop(ctx, tx, q.OpID); err != nil {
				return err
			}
			thawed = true
			return s.thaw(ctx, tx, id, q.Fields)
		}
		return nil
	})
	if err != nil {
		return View{}, err
	}
	if thawed {
		return s.Open(ctx, id)
	}
	return s.copyOf(ctx, id)
}

// Sent is what was handed over from this computer.
type Sent struct {
	Row      Row
	Octets   []byte
	CMS      []byte // empty where no signature was asked for
	Signer   string
	Document form.File
	Order    Order
	View     View
}

// SentOf returns what was handed over for an application, and whether it was
// from this computer.
func (s *Service) SentOf(ctx context.Context, id string) (Sent, bool, error) {
	var out Sent
	var o order
	found := false
	err := s.o.DB.Read(ctx, func(tx dbx.Tx) error {
		var document string
		var err error
		found, err = dbx.Found(ctx, tx, `SELECT s.content, s.signature, s.signer, s.document
			FROM submission s JOIN draft d ON d.id=s.application WHERE s.application=? AND d.account IN ('', ?)`, []any{id, s.o.Shown()},
			&out.Octets, &out.CMS, &out.Signer, &document)
		if err != nil || !found {
			return err
		}
		if err := json.Unmarshal([]byte(document), &out.Document); err != nil {
			return err
		}
		out.Row, o, err = s.loadBoth(ctx, tx, id)
		return err
	})
	if err != nil || !found {
		return out, false, err
	}
	out.View, err = s.resolve(ctx, out.Row, o)
	out.Order = out.View.Order
	return out, err == nil, err
}

// Handed lists the applications that were handed over from this computer, the
// latest first.
func (s *Service) Handed(ctx context.Context) ([]Summary, error) {
	out := []Summary{}
	err := s.o.DB.Read(ctx, func(tx dbx.Tx) error {
		return dbx.Each(ctx, tx, func(scan func(...any) error) error {
			var d Summary
			var created, saved int64
			err := scan(&d.ID, &d.Procedure, &d.OrderCode, &d.Ready, &d.Total, &created, &saved)
			d.State, d.CreatedAt, d.SavedAt = Frozen, millis(created), millis(saved)
			out = append(out, d)
			return err
		}, `SELECT d.id, d.procedure, coalesce(o.code, ''), d.ready, d.total, d.created_at, s.made_at
			FROM submission s JOIN draft d ON d.id=s.application LEFT JOIN draft_order o ON o.draft=d.id
			WHERE d.account IN ('', ?) ORDER BY s.made_at DESC, d.id DESC`, s.o.Shown())
	})
	return out, err
}
