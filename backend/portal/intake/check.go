package intake

import (
	"context"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/canon"
	akcatalogue "akno/backend/akno/catalogue"
	"akno/backend/akno/form"
	"akno/backend/akno/workdays"
	"akno/backend/portal/blob"
	"akno/backend/portal/session"
	"akno/backend/portalapi"
	"akno/backend/stb/pki"
)

// filed is a submission that was found good, with what was found out on the way.
type filed struct {
	sub       canon.Submission
	procedure akno.Procedure
	formHash  string
	state     form.State // the answers as on the day of arrival
	files     []portalapi.FileRef
	report    *portalapi.SignatureReport
}

const opSubmit = "intake.Submit"

// representedField is, in every form, the identification number of the person for
// whom a representative files.
const representedField = "rep_personal_number"

// check repeats everything that can be checked without a transaction, in this
// order: octets, level, form, answers, files, signature.
func (s *Service) check(ctx context.Context, who session.Session, req portalapi.SubmissionRequest, now time.Time) (*filed, error) {
	sub, err := canon.Parse(req.Submission)
	if err != nil {
		return nil, &akno.Error{Code: akno.Invalid, Op: opSubmit, Fields: map[string]string{"submission": "format"}, Err: err}
	}
	if sub.Application != req.ApplicationId {
		return nil, fieldError(opSubmit, "applicationId", "another")
	}
	f := &filed{sub: sub}
	if f.procedure, err = s.Catalogue.Find(sub.Procedure.Code); err != nil {
		return nil, err
	}
	switch akcatalogue.Allow(f.procedure, who.Level, sub.Applicant.Kind) {
	case akcatalogue.LowLevel:
		return nil, &akno.Error{Code: akno.LowLevel, Op: opSubmit}
	case akcatalogue.WrongKind:
		return nil, fieldError(opSubmit, "applicant", "kind")
	}
	requires, err := s.checkForm(f, req.Submission, workdays.Of(now))
	if err != nil {
		return nil, err
	}
	if err := s.checkFiles(ctx, who.AccountID, f, req); err != nil {
		return nil, err
	}
	return f, s.checkSigner(ctx, who, f, req, requires, now)
}

// checkForm proves that the submission is what its form shows, on its own day and
// today. It returns whether the form asks for a signature.
func (s *Service) checkForm(f *filed, raw []byte, today workdays.Date) (requires bool, err error) {
	inForce, err := s.Catalogue.InForce(f.procedure.Code, f.sub.Form.ID, f.sub.Form.Version, today)
	if err != nil {
		return false, err
	}
	f.state, err = canon.VerifyOctets(raw, f.sub, s.Catalogue, inForce.Schema, inForce.Hash)
	if err != nil {
		if akno.CodeOf(err) == akno.Invalid && len(akno.FieldsOf(err)) == 0 {
			// What was signed is not what the form shows: no field is to blame.
			err = &akno.Error{Code: akno.Invalid, Op: opSubmit, Fields: map[string]string{"submission": "shown"}, Err: err}
		}
		return false, err
	}
	if f.sub.AsOf.After(today) {
		return false, fieldError(opSubmit, "as_of", "future")
	}
	f.formHash = inForce.Hash
	if f.sub.AsOf != today {
		f.state = form.Evaluate(inForce.Schema, f.sub.Answers(), today)
	}
	if !f.state.Valid() {
		fields := map[string]string{}
		for _, p := range f.state.Errors {
			if _, first := fields[p.Field]; !first {
				fields[p.Field] = string(p.Code)
			}
		}
		return false, &akno.Error{Code: akno.Invalid, Op: opSubmit, Fields: fields}
	}
	if n := f.state.Value(representedField).Text(); n != "" && n == f.sub.Applicant.PersonalNumber {
		return false, fieldError(opSubmit, representedField, "same_person")
	}
	return inForce.Definition().RequiresSignature, nil
}

// checkFiles proves that every file the submission names is here, belongs to the
// account and is what the submission says.
func (s *Service) checkFiles(ctx context.Context, account string, f *filed, req portalapi.SubmissionRequest) error {
	fields := map[string]string{}
	var total int64
	look := func(field string, want portalapi.FileRef) error {
		ref, err := s.Blobs.Stat(ctx, account, want.Sha256)
		switch {
		case akno.CodeOf(err) == akno.NotFound:
			fields[field] = "file_missing"
			return nil
		case err != nil:
			return err
		case ref.Size != want.Size:
			fields[field] = "file_size"
		case want.MediaType != "" && ref.MediaType != want.MediaType:
			fields[field] = "file_type"
		}
		total += ref.Size
		return nil
	}
	f.files = make([]portalapi.FileRef, 0, len(f.sub.Attachments)+1)
	for _, a := range f.sub.Attachments {
		ref := portalapi.FileRef{Name: a.Name, MediaType: a.MediaType, Size: a.Size, Sha256: a.SHA256, Field: &a.Field}
		if err := look(a.Field, ref); err != nil {
			return err
		}
		f.files = append(f.files, ref)
	}
	if req.Document != nil { // the copy of a device of an earlier version, which nobody reads
		if err := look("document", *req.Document); err != nil {
			return err
		}
	}
	if err := s.checkReceipt(ctx, account, f, fields); err != nil {
		return err
	}
	if len(fields) > 0 {
		return &akno.Error{Code: akno.Invalid, Op: opSubmit, Fields: fields}
	}
	if len(f.files) > s.Limits.Files || total > s.Limits.Bytes {
		return &akno.Error{Code: akno.TooLarge, Op: opSubmit}
	}
	return nil
}

// receiptField is under which name the scan of a receipt stands among the files.
const receiptField = "payment"

// checkReceipt adds the scan of a receipt to the files. The submission holds its
// hash only, so size and type are those of the stored file.
func (s *Service) checkReceipt(ctx context.Context, account string, f *filed, fields map[string]string) error {
	if f.sub.Payment == nil || f.sub.Payment.Receipt == "" {
		return nil
	}
	ref, err := s.Blobs.Stat(ctx, account, f.sub.Payment.Receipt)
	if akno.CodeOf(err) == akno.NotFound {
		fields[receiptField] = "file_missing"
		return nil
	}
	if err != nil {
		return err
	}
	if ref.MediaType == blob.CMS {
		fields[receiptField] = "file_type"
	}
	field := receiptField
	f.files = append(f.files, portalapi.FileRef{
		Name: receiptName(ref.MediaType), MediaType: ref.MediaType, Size: ref.Size, Sha256: ref.Sha256, Field: &field,
	})
	return nil
}

func receiptName(mediaType string) string {
	switch mediaType {
	case blob.JPEG:
		return "receipt.jpg"
	case blob.PNG:
		return "receipt.png"
	}
	return "receipt.pdf"
}

// checkSigner proves that the applicant is who signed, or, where no signature is
// asked for, who is signed in.
func (s *Service) checkSigner(ctx context.Context, who session.Session, f *filed, req portalapi.SubmissionRequest, requires bool, now time.Time) error {
	if req.Signature == nil || len(*req.Signature) == 0 {
		if requires || f.procedure.Needs(f.sub.Applicant.Kind) >= akno.Strict {
			return &akno.Error{Code: akno.BadSignature, Op: opSubmit, Fields: map[string]string{"signature": "required"}}
		}
		return checkPerson(f.sub.Applicant, who.PersonalNumber, who.Person)
	}
	signer, report, err := s.Signatures.Detached(ctx, req.Submission, *req.Signature, now)
	if err != nil {
		return err
	}
	f.report = &report
	if f.sub.Applicant.Kind == akno.LegalEntity || f.sub.Applicant.Kind == akno.SoleTrader && f.sub.Applicant.UNP != "" {
		return checkEntity(f.sub.Applicant, signer)
	}
	number := ""
	if signer.Person.PersonalNumber != nil {
		number = *signer.Person.PersonalNumber
	}
	if who.PersonalNumber != "" && number != who.PersonalNumber {
		return wrongSigner("another_account")
	}
	return checkPerson(f.sub.Applicant, number, &signer.Person)
}

// checkPerson compares the person who applies with the one who acts. A
// representative applies himself: the personal data of the form are his, and the
// person he speaks for is named beside them.
func checkPerson(a canon.Applicant, number string, p *portalapi.Person) error {
	if a.PersonalNumber == "" || a.PersonalNumber == number {
		return nil
	}
	// A number that cannot be compared proves nothing where one is on both sides
	// of the law: an account without a person files only what asks for none.
	if number == "" && p == nil {
		return nil
	}
	if a.Represented != "" {
		return wrongSigner("another_representative")
	}
	return wrongSigner("another_person")
}

// checkEntity proves that a certificate belongs to the legal entity or sole
// trader that applies.
func checkEntity(a canon.Applicant, by session.Signer) error {
	c, err := pki.ParseCertificate(by.Certificate)
	if err != nil {
		return &akno.Error{Code: akno.BadSignature, Op: opSubmit, Err: err}
	}
	if h := c.Holder(); h.UNP != "" && h.UNP == a.UNP {
		return nil
	}
	return wrongSigner("another_entity")
}

func wrongSigner(why string) error {
	return &akno.Error{Code: akno.WrongSigner, Op: opSubmit, Fields: map[string]string{"signature": why}}
}
