package intake

import (
	"bytes"
	"context"

	"akno/backend/akno"
	"akno/backend/akno/canon"
	"akno/backend/portal/blob"
	"akno/backend/portalapi"
)

// render makes the readable document of f from the very octets that were signed,
// and that is what the body reads. The device sends its own copy, but nothing in a
// signature binds that copy to the octets: a changed program could show the body
// another text. An honest copy is the same to the octet and is not stored twice;
// one that differs, as that of a program of another version may, is not refused
// but has no reader.
func (s *Service) render(ctx context.Context, account string, f *filed, octets []byte) error {
	pdf, err := s.Print(octets)
	if err != nil {
		return err
	}
	f.document = portalapi.FileRef{Name: documentName(f.sub), MediaType: blob.PDF, Sha256: canon.Hash(pdf), Size: int64(len(pdf))}
	_, err = s.Blobs.Stat(ctx, account, f.document.Sha256)
	if akno.CodeOf(err) == akno.NotFound {
		_, err = s.Blobs.Add(ctx, account, bytes.NewReader(pdf))
	}
	return err
}

// documentName is under which name people save the document.
func documentName(sub canon.Submission) string {
	if sub.Language == akno.Belarusian {
		return "Заява " + sub.Procedure.Number + ".pdf"
	}
	return "Заявление " + sub.Procedure.Number + ".pdf"
}
