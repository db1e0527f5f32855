package intake

import (
	"testing"

	"akno/backend/akno/canon"
	"akno/backend/print"
)

func TestTheBodyReadsWhatWasSigned(t *testing.T) {
	w := open(t)
	req := w.build(w.prepare(free))
	pdf, err := print.Application(req.Submission, false)
	if err != nil {
		t.Fatal(err)
	}
	sum := canon.Hash(pdf)
	t.Run("when the device sent another document", func(t *testing.T) {
		if req.Document.Sha256 == sum {
			t.Fatal("the document of this test is not another one")
		}
		a := w.submit(req)
		if a.Document.Sha256 != sum || a.Document.Size != int64(len(pdf)) || a.Document.Name != "Заявление 2.18.pdf" {
			t.Errorf("the document is %+v, want %s", a.Document, sum)
		}
		if _, err := w.Blobs.Stat(ctx, yanAccount, sum); err != nil {
			t.Errorf("the document was not stored: %v", err)
		}
	})
	t.Run("and an honest copy is not stored a second time", func(t *testing.T) {
		f := w.prepare(free)
		req := w.build(f)
		pdf, err := print.Application(req.Submission, false)
		if err != nil {
			t.Fatal(err)
		}
		ref := w.keep(canon.Hash(pdf), "application/pdf", int64(len(pdf)))
		req.Document.Sha256, req.Document.Size = ref.Sha256, ref.Size
		before := len(w.blobs.all)
		if a := w.submit(req); a.Document.Sha256 != ref.Sha256 {
			t.Errorf("the document is %+v", a.Document)
		}
		if len(w.blobs.all) != before {
			t.Errorf("%d files were stored beside it", len(w.blobs.all)-before)
		}
	})
	t.Run("and nothing is made of what is refused", func(t *testing.T) {
		req := w.build(w.prepare(free))
		before := len(w.blobs.all)
		req.Signature = sign("hank", req.Submission)
		if _, err := w.Submit(ctx, strict(), req); err == nil || len(w.blobs.all) != before {
			t.Errorf("error is %v, %d files were stored", err, len(w.blobs.all)-before)
		}
	})
}
