package review

import (
	"io"
	"sync"
	"testing"

	"akno/backend/portalapi"
)

func TestTheBodyReadsADocumentMadeOfWhatWasSigned(t *testing.T) {
	w := open(t)
	id := w.filed(portalapi.DeskItemPaidFree)
	var all [4]*portalapi.FileRef
	var wg sync.WaitGroup
	for i := range all { // several look at the same time, and nobody has before
		wg.Go(func() {
			if a, err := w.Get(ctx, officerOf, id); err == nil {
				all[i] = a.Application.Document
			}
		})
	}
	wg.Wait()
	a := w.get(id)
	want, err := readable(a.Submission)
	must(t, err)
	for _, ref := range all {
		if ref == nil || *ref != *a.Application.Document {
			t.Fatalf("%+v beside %+v", ref, a.Application.Document)
		}
	}
	f, err := w.OpenFile(ctx, officerOf, id, a.Application.Document.Sha256)
	must(t, err)
	got, err := io.ReadAll(f)
	must(t, err)
	must(t, f.Close())
	if string(got) != string(want) || a.Application.Document.Name != "Заявление 2.18.pdf" {
		t.Errorf("%q is %q", a.Application.Document.Name, got)
	}
	if a.Application.Version != 1 {
		t.Errorf("reading made version %d", a.Application.Version)
	}
}
