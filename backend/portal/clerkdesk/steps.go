package clerkdesk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/ident"
	"akno/backend/internal/dbx"
	"akno/backend/portal/account"
	"akno/backend/portal/audit"
	"akno/backend/portal/session"
	"akno/backend/portal/store"
	"akno/backend/portalapi"
)

// invalid returns an error with code Invalid when a field has a flaw.
func invalid(op string, fields map[string]string) error {
	for k, v := range fields {
		if v == "" {
			delete(fields, k)
		}
	}
	if len(fields) == 0 {
		return nil
	}
	return &akno.Error{Code: akno.Invalid, Op: op, Fields: fields}
}

// check reads what the clerk entered and brings it into its normal form. The
// number has to be the one of this birth date and sex; look-alike letters are
// repaired where they are typed, not here.
func (d *Service) check(op string, req *portalapi.RegistrationStart, now time.Time) error {
	p, doc := &req.Person, &req.Document
	today := now.In(minsk).Format(time.DateOnly)
	fields := map[string]string{
		"surname": nameFlaw(&p.Surname), "name": nameFlaw(&p.Name), "patronymic": optionalName(p.Patronymic),
		"birthDate": dayFlaw(p.BirthDate), "issued": dayFlaw(&doc.Issued), "expires": dayFlaw(&doc.Expires),
	}
	n, fault := ident.ParseNumber(deref(p.PersonalNumber))
	switch {
	case p.PersonalNumber == nil:
		fields["personalNumber"] = "required"
	case fault != ident.None:
		fields["personalNumber"] = string(fault)
	case n.Text != *p.PersonalNumber:
		fields["personalNumber"] = string(ident.Format)
	case n.Sex != "":
		day, sex := n.Birth.String(), portalapi.PersonSex(n.Sex)
		if p.BirthDate != nil && *p.BirthDate != day {
			fields["birthDate"] = "number_mismatch"
		}
		if p.Sex != nil && *p.Sex != sex {
			fields["sex"] = "number_mismatch"
		}
		p.BirthDate, p.Sex = &day, &sex
	}
	if doc.Expires < today && fields["expires"] == "" {
		fields["expires"] = "document_expired"
	}
	if doc.Issued > today && fields["issued"] == "" {
		fields["issued"] = "in_future"
	}
	if doc.Type == portalapi.PassportBy || doc.Type == portalapi.IdCardBy {
		c, fault := ident.ParsePassport(deref(doc.Series) + doc.Number)
		fields["number"] = string(fault)
		if fault == ident.None && c.Repaired {
			fields["number"] = string(ident.Format)
		}
	}
	if req.Email != nil {
		c, fault := ident.ParseEmail(*req.Email)
		fields["email"] = string(fault)
		req.Email = &c.Text
	}
	if req.Phone != nil {
		c, fault := ident.ParsePhone(*req.Phone)
		fields["phone"] = string(fault)
		req.Phone = &c.Text
	}
	return invalid(op, fields)
}

func nameFlaw(s *string) string {
	c, fault := ident.ParseName(*s)
	if fault == ident.None {
		*s = c.Text
	}
	return string(fault)
}

func optionalName(s *string) string {
	if s == nil || *s == "" {
		return ""
	}
	return nameFlaw(s)
}

func dayFlaw(s *string) string {
	if s == nil {
		return ""
	}
	if _, err := time.Parse(time.DateOnly, *s); err != nil {
		return string(ident.Impossible)
	}
	return ""
}

// save writes a card whose version the caller has read in this transaction.
func (c card) save(ctx context.Context, tx dbx.Tx) error {
	checks := ""
	if c.checks != nil {
		var err error
		if checks, err = text(c.checks); err != nil {
			return err
		}
	}
	n, err := dbx.Changed(ctx, tx, `UPDATE registration SET status = ?, checks = ?, issued_at = ?, version = version + 1
		WHERE office = ? AND id = ? AND version = ?`, string(c.status), checks, c.issued, c.office, c.id, c.version)
	if err != nil {
		return fmt.Errorf("registration: %w", err)
	}
	if n != 1 {
		return &akno.Error{Code: akno.Conflict, Op: "clerkdesk.save"}
	}
	return nil
}

// scanTypes are the kinds of files that a signed paper may be scanned to.
var scanTypes = []string{"application/pdf", "image/jpeg", "image/png"}

// Verify records that the clerk has checked the person and the document and
// that the application and the consent were signed before their data were
// entered.
func (d *Service) Verify(ctx context.Context, s session.Session, id portalapi.Id, req portalapi.Verification) (portalapi.Registration, error) {
	const op = "clerkdesk.Verify"
	if err := d.checkPapers(ctx, op, s, req); err != nil {
		return portalapi.Registration{}, err
	}
	cmd, err := store.NewOp(req.OpId, op, id, req)
	if err != nil {
		return portalapi.Registration{}, err
	}
	now := d.Now()
	var out portalapi.Registration
	err = d.DB.Write(ctx, func(tx dbx.Tx) error {
		out, err = store.OnceAs(ctx, tx, s.AccountID, cmd, now, func() (portalapi.Registration, error) {
			c, err := load(ctx, tx, s.Office, id)
			if err != nil {
				return portalapi.Registration{}, err
			}
			if c.status, err = c.move(akno.EventClerkVerify); err != nil {
				return portalapi.Registration{}, err
			}
			if c.document.Expires < now.In(minsk).Format(time.DateOnly) {
				return portalapi.Registration{}, invalid(op, map[string]string{"expires": "document_expired"})
			}
			c.checks = &req
			if err := c.save(ctx, tx); err != nil {
				return portalapi.Registration{}, err
			}
			c.version++
			return c.view(), note(ctx, tx, s, step{akno.EventClerkVerify, id, ""}, now)
		})
		return err
	})
	return out, err
}

func (d *Service) checkPapers(ctx context.Context, op string, s session.Session, req portalapi.Verification) error {
	required := func(ok bool) string {
		if ok {
			return ""
		}
		return "required"
	}
	fields := map[string]string{
		"present": required(req.Present), "documentShown": required(req.DocumentShown),
		"photoCompared": required(req.PhotoCompared), "signedBefore": required(req.SignedBefore), "consent": d.Accounts.ConsentFlaw(req.Consent),
	}
	for field, scan := range map[string]portalapi.FileRef{"applicationScan": req.ApplicationScan, "consentScan": req.ConsentScan} {
		ref, err := d.Files.Stat(ctx, s.AccountID, scan.Sha256)
		switch {
		case akno.CodeOf(err) == akno.NotFound && err != nil:
			fields[field] = "file_missing"
		case err != nil:
			return err
		case ref.Size != scan.Size || !slices.Contains(scanTypes, ref.MediaType):
			fields[field] = "file_type"
		}
	}
	return invalid(op, fields)
}

// Issue makes or raises the account and returns the one-time password. Only its
// hash is stored; a command that is repeated because its answer was lost gets
// the same password, as long as the person has not changed it.
func (d *Service) Issue(ctx context.Context, s session.Session, id portalapi.Id, req portalapi.Command) (portalapi.IssuedIdentifier, error) {
	const op = "clerkdesk.Issue"
	password := d.Accounts.Secret.OneTimePassword(s.AccountID + "\x00" + id + "\x00" + req.OpId)
	hash, err := d.Accounts.Hasher.Hash(ctx, password)
	if err != nil {
		return portalapi.IssuedIdentifier{}, err
	}
	cmd, err := store.NewOp(req.OpId, op, id)
	if err != nil {
		return portalapi.IssuedIdentifier{}, err
	}
	now := d.Now()
	var out portalapi.Registration
	err = d.DB.Write(ctx, func(tx dbx.Tx) error {
		out, err = store.OnceAs(ctx, tx, s.AccountID, cmd, now, func() (portalapi.Registration, error) {
			return d.issue(ctx, tx, s, id, hash, now)
		})
		if err != nil {
			return err
		}
		return stillOneTime(ctx, tx, deref(out.AccountId))
	})
	if err != nil {
		clear(password)
		return portalapi.IssuedIdentifier{}, err
	}
	return portalapi.IssuedIdentifier{
		Login: *out.Person.PersonalNumber, Password: password, Registration: out,
		ExpiresAt: time.UnixMilli(*out.IssuedAt).Add(account.OneTimeLife).UnixMilli(),
	}, nil
}

func (d *Service) issue(ctx context.Context, tx dbx.Tx, s session.Session, id, hash string, now time.Time) (portalapi.Registration, error) {
	c, err := load(ctx, tx, s.Office, id)
	if err != nil {
		return portalapi.Registration{}, err
	}
	if c.status, err = c.move(akno.EventIssueIdentifier); err != nil {
		return portalapi.Registration{}, err
	}
	i := c.issue(hash, s.AccountID)
	i.Consent = c.checks.Consent
	if err := d.Accounts.Issuable(ctx, tx, i); err != nil {
		return portalapi.Registration{}, err
	}
	if err := d.Accounts.Issue(ctx, tx, i, now); err != nil {
		return portalapi.Registration{}, err
	}
	c.issued = now.UnixMilli()
	if err := c.save(ctx, tx); err != nil {
		return portalapi.Registration{}, err
	}
	c.version++
	return c.view(), note(ctx, tx, s, step{akno.EventIssueIdentifier, id, ""}, now)
}

// stillOneTime refuses to tell a password that is no longer the one-time one.
func stillOneTime(ctx context.Context, tx dbx.Tx, accountID string) error {
	var must bool
	_, err := dbx.Found(ctx, tx, `SELECT must_change FROM password WHERE account_id = ? AND way = 'identifier'`, []any{accountID}, &must)
	if err != nil {
		return fmt.Errorf("registration: %w", err)
	}
	if !must {
		return &akno.Error{Code: akno.UsedCode, Op: "clerkdesk.Issue"}
	}
	return nil
}

// Cancel gives up a registration that was not finished. What remains is a line
// of the clerk's journal with the reason and no personal data.
func (d *Service) Cancel(ctx context.Context, s session.Session, id portalapi.Id, reason portalapi.CancelRegistrationParamsReason) error {
	now := d.Now()
	return d.DB.Write(ctx, func(tx dbx.Tx) error {
		c, err := load(ctx, tx, s.Office, id)
		if err != nil {
			return err
		}
		if _, err := c.move(akno.EventClerkCancel); err != nil {
			return err
		}
		if err := c.remove(ctx, tx); err != nil {
			return err
		}
		return note(ctx, tx, s, step{akno.EventClerkCancel, id, string(reason)}, now)
	})
}

// remove deletes the card and the answers stored for repeats of the commands
// about it, which hold the same data.
func (c card) remove(ctx context.Context, tx dbx.Tx) error {
	if _, err := tx.Exec(ctx, `DELETE FROM registration WHERE office = ? AND id = ?`, c.office, c.id); err != nil {
		return fmt.Errorf("registration: %w", err)
	}
	_, err := tx.Exec(ctx, `DELETE FROM applied_op WHERE account_id = ? AND instr(result, ?) > 0`, c.clerk, []byte(`"id":"`+c.id+`"`))
	if err != nil {
		return fmt.Errorf("registration: %w", err)
	}
	return nil
}

// JobDrop is the kind of the job that removes a registration left unfinished.
const JobDrop = "registration.drop"

type dropPayload struct {
	Office string `json:"office"`
	ID     string `json:"id"`
}

// Drop is the handler of JobDrop.
func (d *Service) Drop(ctx context.Context, j store.Job) error {
	var p dropPayload
	if err := json.Unmarshal([]byte(j.Payload), &p); err != nil {
		return fmt.Errorf("registration: %w", err)
	}
	now := d.Now()
	return d.DB.Write(ctx, func(tx dbx.Tx) error {
		c, err := load(ctx, tx, p.Office, p.ID)
		if akno.CodeOf(err) == akno.NotFound {
			return nil
		}
		if err != nil || c.status == akno.AccountUIIssued {
			return err
		}
		if err := c.remove(ctx, tx); err != nil {
			return err
		}
		return audit.Append(ctx, tx, j.AccountID, now, audit.Record{
			Actor: audit.System, Action: string(akno.EventClerkCancel), Entity: "registration:" + p.ID, Ground: "unfinished",
		})
	})
}
