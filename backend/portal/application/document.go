package application

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"akno/backend/akno"
	"akno/backend/akno/canon"
	"akno/backend/internal/dbx"
	"akno/backend/portal/store"
	"akno/backend/portalapi"
)

// Documents makes the readable documents of what was filed, from the very octets
// that were signed: that is what a body reads. Nothing in a signature binds a copy
// that a device makes, so a changed program could show a body another text.
//
// A document says nothing that the octets do not say, so it is no part of filing,
// which it would make thirty times as dear, but is made when somebody first reads
// the application. From then on it is in the application's record, and stays the
// same when a later version of the portal would make another one.
type Documents struct {
	DB dbx.DB
	// Keep stores a file that the portal itself made for account.
	Keep func(ctx context.Context, account string, r io.Reader) (portalapi.BlobRef, error)
	// Print makes the document, a PDF, the same for the same octets.
	Print func(octets []byte) (pdf []byte, err error)
}

// Make makes the document of an application of account, unless it has one. The
// record names it only after it is durable. It is no news to devices: no version
// and no change come of it.
func (d Documents) Make(ctx context.Context, account, id string) error {
	var octets Octets
	made := false
	err := d.DB.Read(ctx, func(tx dbx.Tx) error {
		r, err := Load(ctx, tx, account, id)
		if err != nil {
			return err
		}
		if made = r.Doc.Document != nil; made {
			return nil
		}
		octets, err = LoadOctets(ctx, tx, account, id)
		return err
	})
	if err != nil || made {
		return err
	}
	sub, err := canon.Parse(octets.Submission)
	if err != nil {
		return fmt.Errorf("application: stored octets: %w", err)
	}
	pdf, err := d.Print(octets.Submission)
	if err != nil {
		return fmt.Errorf("application: document: %w", err)
	}
	kept, err := d.Keep(ctx, account, bytes.NewReader(pdf))
	if err != nil {
		return err
	}
	ref := portalapi.FileRef{Name: documentName(sub), MediaType: kept.MediaType, Sha256: kept.Sha256, Size: kept.Size}
	return d.DB.Write(ctx, func(tx dbx.Tx) error {
		r, err := Load(ctx, tx, account, id)
		if err != nil || r.Doc.Document != nil { // somebody else was reading it too
			return err
		}
		r.Doc.Document = &ref
		_, err = tx.Exec(ctx, `UPDATE application SET doc = ? WHERE account_id = ? AND id = ? AND version = ?`,
			encode(r.Doc), account, id, r.stored)
		if err != nil {
			return err
		}
		return store.ReplaceBody(ctx, tx, account, ChangeKind, id, encode(r.Doc))
	})
}

// documentName is under which name people save the document.
func documentName(sub canon.Submission) string {
	if sub.Language == akno.Belarusian {
		return "Заява " + sub.Procedure.Number + ".pdf"
	}
	return "Заявление " + sub.Procedure.Number + ".pdf"
}
