package draft

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/desktop/signer"
	"akno/backend/internal/dbx"
)

// These make the test binary a program that types into a draft, or hands one
// over and takes it back, and says what was done, until it is killed.
const (
	typing  = "AKNO_TEST_TYPING"
	signing = "AKNO_TEST_SIGNING"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(typing); dir != "" {
		fmt.Println("error:", typeForEver(dir))
		os.Exit(1)
	}
	if dir := os.Getenv(signing); dir != "" {
		fmt.Println("error:", signForEver(dir))
		os.Exit(1)
	}
	if dir := os.Getenv(dying); dir != "" {
		if err := dieDoing(dir); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// signForEver hands the draft of the profile over and takes it back.
func signForEver(dir string) error {
	ctx := context.Background()
	d := &desk{dir: dir, now: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC), orders: &orders{}, signer: &keyHolder{number: "3110575A001PB7"}}
	if err := d.open(ctx); err != nil {
		return err
	}
	id := os.Getenv(signing + "_ID")
	if _, err := d.Unqueue(ctx, id); err != nil && akno.CodeOf(err) != akno.WrongState {
		return err
	}
	for {
		p, err := d.Preview(ctx, id, akno.Russian)
		if err != nil {
			return err
		}
		for range 20 { // the document is made once, the transactions are what is killed
			if _, err := d.freeze(ctx, "test", p, signer.Signed{CMS: []byte("signature")}); err != nil {
				return err
			}
			fmt.Println("saved", id, 1, "handed over")
			v, err := d.Unqueue(ctx, id)
			if err != nil {
				return err
			}
			fmt.Println("saved", id, 0, "taken back")
			p.View = v
		}
	}
}

func typeForEver(dir string) error {
	ctx := context.Background()
	d := &desk{dir: dir, now: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC), orders: &orders{}, signer: &keyHolder{}}
	if err := d.open(ctx); err != nil {
		return err
	}
	list, err := d.List(ctx)
	if err != nil {
		return err
	}
	id := ""
	if len(list) > 0 {
		id = list[0].ID
	} else {
		v, err := d.Create(ctx, freeOne)
		if err != nil {
			return err
		}
		id = v.Row.ID
	}
	scan := filepath.Join(dir, "scan.pdf")
	if _, err := d.Apply(ctx, id, []Patch{{Field: "acts_as", Value: form.Text("representative")}}); err != nil {
		return err
	}
	for {
		v, err := d.Open(ctx, id)
		if err != nil {
			return err
		}
		text := "текст " + strconv.Itoa(v.Row.Rev+1)
		c, err := d.Apply(ctx, id, []Patch{{Field: "rep_doc", Value: form.Text(text)}})
		if err != nil {
			return err
		}
		fmt.Println("saved", id, c.View.Row.Rev, text)
		if c, err = d.AddFiles(ctx, id, "rep_file", "", "", []string{scan}); err != nil {
			return err
		}
		fmt.Println("saved", id, c.View.Row.Rev, text)
	}
}

func TestNothingAcknowledgedIsLostByAKill(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "scan.pdf"), pdfOctets(t), 0o600); err != nil {
		t.Fatal(err)
	}
	for round := range 8 {
		id, rev, text := runAndKill(t, 1+rand.IntN(12), typing+"="+dir)
		d := &desk{t: t, dir: dir, now: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC), orders: &orders{}, signer: &keyHolder{}}
		d.start()
		v, err := d.Open(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if v.Row.Rev < rev {
			t.Errorf("round %d: revision %d was acknowledged, %d is there", round, rev, v.Row.Rev)
		}
		got := v.Row.Answers["rep_doc"].Text()
		if v.Row.Rev == rev && got != text || !strings.HasPrefix(got, "текст ") {
			t.Errorf("round %d: %q was acknowledged, %q is there", round, text, got)
		}
		if f, ok := form.FileOf(v.Row.Answers["rep_file"]); ok {
			if _, err := d.db.Blobs().Read(f.SHA256); err != nil {
				t.Errorf("round %d: a row names a file that is not there: %v", round, err)
			}
		}
		n := 0
		err = d.db.Read(t.Context(), func(tx dbx.Tx) error {
			_, err := dbx.Found(t.Context(), tx, `SELECT count(*) FROM draft_rev WHERE draft=?`, []any{id}, &n)
			return err
		})
		if err != nil || n != v.Row.Rev {
			t.Errorf("round %d: %d revisions of %d are there, %v", round, n, v.Row.Rev, err)
		}
		d.stop()
	}
}

func TestAKilledHandingOverIsWholeOrNotAtAll(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	d.fill(id)
	for round := range 6 {
		d.stop()
		_, _, said := runAndKill(t, 1+rand.IntN(30), signing+"="+d.dir, signing+"_ID="+id)
		d.start()
		var state string
		submissions, commands := 0, 0
		err := d.db.Read(t.Context(), func(tx dbx.Tx) error {
			_, err := dbx.Found(t.Context(), tx, `SELECT state, (SELECT count(*) FROM submission), (SELECT count(*) FROM outbox) FROM draft WHERE id=?`,
				[]any{id}, &state, &submissions, &commands)
			return err
		})
		frozen := 0
		if state == Frozen {
			frozen = 1
		}
		if err != nil || submissions != frozen || commands != frozen {
			t.Errorf("round %d, after %q: a draft that is %s, %d submissions, %d commands, %v", round, said, state, submissions, commands, err)
		}
	}
}

// runAndKill runs the program until it has said so many times that something was
// saved, kills it at that moment and returns what it said last.
func runAndKill(t *testing.T, lines int, env ...string) (id string, rev int, text string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := bufio.NewScanner(out)
	for said.Scan() {
		part := strings.SplitN(said.Text(), " ", 4)
		if len(part) != 4 || part[0] != "saved" {
			t.Fatalf("the program says %q", said.Text())
		}
		if rev, err = strconv.Atoi(part[2]); err != nil {
			t.Fatal(err)
		}
		id, text = part[1], part[3]
		if lines--; lines == 0 {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || lines > 0 {
		t.Fatalf("the program ended by itself: %v", err)
	}
	return id, rev, text
}
