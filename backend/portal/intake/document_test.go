package intake

import (
	"bytes"
	"testing"

	"akno/backend/akno/canon"
	"akno/backend/print"
)

func TestTheDocumentIsMadeOfWhatWasSigned(t *testing.T) {
	w := open(t)
	req := w.build(w.prepare(free))
	pdf, err := print.Application(req.Submission, false)
	if err != nil {
		t.Fatal(err)
	}
	sum := canon.Hash(pdf)
	if req.Document.Sha256 == sum {
		t.Fatal("the device's copy is no other document in this test")
	}
	filed := w.submit(req)
	if filed.Document != nil || w.blobs.has(sum) {
		t.Errorf("filing waits for a document: %+v", filed.Document)
	}
	var first string
	for range 2 {
		a, err := w.Get(ctx, strict(), filed.Id)
		if err != nil {
			t.Fatal(err)
		}
		if a.Document == nil || a.Document.Sha256 != sum || a.Document.Size != int64(len(pdf)) || a.Document.Name != "Заявление 2.18.pdf" {
			t.Fatalf("the document is %+v, want %s", a.Document, sum)
		}
		if a.Version != filed.Version || !w.blobs.has(sum) {
			t.Errorf("version %d, stored %v", a.Version, w.blobs.has(sum))
		}
		if first == "" {
			first = a.Document.Sha256
			// A later portal prints otherwise; what somebody has read stays.
			w.Documents.Print = func([]byte) ([]byte, error) { return bytes.Clone([]byte("%PDF-other")), nil }
		}
	}
	t.Run("and a device need not send one", func(t *testing.T) {
		req := w.build(w.prepare(free))
		req.Document = nil
		if a := w.submit(req); a.Document != nil {
			t.Errorf("the document is %+v", a.Document)
		}
	})
	t.Run("and what follows keeps it", func(t *testing.T) {
		a, err := w.Withdraw(ctx, strict(), filed.Id, w.command(filed.Version))
		if err != nil || a.Document == nil || a.Document.Sha256 != sum {
			t.Errorf("%+v, %v", a.Document, err)
		}
	})
}
