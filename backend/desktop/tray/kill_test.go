package tray

import (
	"bufio"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"akno/backend/akno/form"
	"akno/backend/desktop/draft"
	"akno/backend/desktop/picture"
)

// attaching makes the test binary a program that takes photos, makes them into
// files, and says what it showed, until it is killed.
const attaching = "AKNO_TEST_ATTACHING"

func TestMain(m *testing.M) {
	if dir := os.Getenv(attaching); dir != "" {
		fmt.Println("error:", attachForEver(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func attachForEver(dir string) error {
	ctx := context.Background()
	d := &desk{dir: dir, who: "anna"}
	if err := d.open(ctx); err != nil {
		return err
	}
	v, err := d.drafts.Create(ctx, "200.1.3.4")
	if err != nil {
		return err
	}
	d.id = v.Row.ID
	if _, err := d.drafts.Apply(ctx, d.id, []draft.Patch{{Field: "acts_as", Value: form.Text("representative")}}); err != nil {
		return err
	}
	for n := 0; ; n++ {
		var two [2]Offer
		for i := range two {
			var b strings.Builder
			if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 40+n%50, 40+i)), nil); err != nil {
				return err
			}
			two[i] = FromOctets(fmt.Sprintf("%d-%d.jpg", n, i), []byte(b.String()))
		}
		if _, _, err := d.Offer(ctx, d.scan(), two[:]); err != nil {
			return err
		}
		fmt.Println("waiting", d.id, n)
		list, err := d.Pictures(ctx, d.scan(), "")
		if err != nil {
			return err
		}
		var pages []Page
		for _, p := range list {
			pages = append(pages, Page{p.ID, picture.Edit{Turns: 1}})
		}
		if _, err := d.Attach(ctx, d.scan(), "", pages, true); err != nil {
			return err
		}
		_, files, err := d.drafts.At(ctx, d.scan())
		if err != nil {
			return err
		}
		fmt.Println("attached", d.id, files[0].SHA256)
	}
}

func TestNothingShownAsAttachedIsLostByAKill(t *testing.T) {
	for round := range 6 {
		dir := t.TempDir()
		id, last := runAndKill(t, dir, 2+rand.IntN(9))
		d := &desk{t: t, dir: dir, who: "anna", id: id}
		if err := d.open(t.Context()); err != nil {
			t.Fatal(err)
		}
		// The pictures that waited are there, or the document that was made of them.
		waiting, attached := d.waiting(d.scan(), ""), d.attached(d.scan())
		switch what, sum, _ := strings.Cut(last, " "); {
		case what == "waiting" && len(waiting) == 0 && len(attached) == 0:
			t.Errorf("round %d: pictures were shown as waiting, nothing is there", round)
		case what == "attached" && len(attached) != 1:
			t.Errorf("round %d: %s was shown as attached, %v is there", round, sum, attached)
		case what == "attached" && !d.db.Blobs().Has(sum):
			t.Errorf("round %d: what was shown as attached has no octets", round)
		}
		for _, f := range attached {
			if _, err := d.db.Blobs().Read(f.SHA256); err != nil {
				t.Errorf("round %d: a row names a file that is not there: %v", round, err)
			}
			if len(d.waiting(d.scan(), f.ID)) != 2 {
				t.Errorf("round %d: a document without its originals", round)
			}
		}
		if err := d.db.Close(); err != nil {
			t.Error(err)
		}
	}
}

// runAndKill lets the program say so many things and ends it without a warning.
// It returns the draft and what was said last.
func runAndKill(t *testing.T, dir string, lines int) (id, last string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), attaching+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewScanner(out)
	for n := 0; in.Scan(); n++ {
		what, rest, _ := strings.Cut(in.Text(), " ")
		if what == "error:" {
			t.Fatal(in.Text())
		}
		var more string
		id, more, _ = strings.Cut(rest, " ")
		last = what + " " + more
		if n == lines {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait() // killed
	return id, last
}
