package draft

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
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
	"akno/backend/internal/dbx"
)

// These make the test binary a program that does one thing to a draft and ends
// itself, as kill -9 does, at a step of it: before a statement, before the commit,
// after it, or at a step of storing a file.
const (
	dying     = "AKNO_TEST_DYING"      // the profile
	dyingAct  = "AKNO_TEST_DYING_ACT"  // what to do
	dyingStep = "AKNO_TEST_DYING_STEP" // at which step to die
	soak      = "AKNO_SOAK"            // every step, several times
)

// acts are what a death may come into the middle of.
var acts = map[string]func(ctx context.Context, d *desk, id string) error{
	"save": func(ctx context.Context, d *desk, id string) error {
		_, err := d.Apply(ctx, id, []Patch{{Field: "rep_doc", Value: form.Text("после")}})
		return err
	},
	"undo": func(ctx context.Context, d *desk, id string) error {
		_, err := d.Undo(ctx, id)
		return err
	},
	"restore": func(ctx context.Context, d *desk, id string) error {
		_, err := d.RestoreRevision(ctx, id, 2)
		return err
	},
	"attach": func(ctx context.Context, d *desk, id string) error {
		c, err := d.AddFiles(ctx, id, "rep_file", "", "", []string{filepath.Join(d.dir, "scan.pdf")})
		if len(c.Refused) > 0 {
			return errors.New("refused")
		}
		return err
	},
	"finalise": func(ctx context.Context, d *desk, id string) error {
		p, err := d.Preview(ctx, id, akno.Russian)
		if err != nil {
			return err
		}
		_, err = d.Sign(ctx, id, "key", []byte("correct"), akno.Russian, p.Hash)
		return err
	},
	"migrate": func(ctx context.Context, d *desk, id string) error {
		v, err := d.Open(ctx, id)
		if err != nil {
			return err
		}
		_, err = d.Migrate(ctx, id, v.Upgrade.Version)
		return err
	},
	"index": func(ctx context.Context, d *desk, _ string) error {
		_, err := d.Page(ctx, Query{Box: BoxReady, Search: "справка"})
		return err
	},
}

// dieDoing does one thing and dies on the way; it tells when it has been done.
func dieDoing(dir string) error {
	ctx := context.Background()
	d := dyingDesk(dir)
	raw, err := os.ReadFile(filepath.Join(dir, "forms.json"))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, &d.forms); err != nil {
		return err
	}
	if err := d.open(ctx); err != nil {
		return err
	}
	list, err := d.List(ctx)
	if err != nil || len(list) != 1 {
		return fmt.Errorf("%d drafts, %w", len(list), err)
	}
	at, err := strconv.Atoi(os.Getenv(dyingStep))
	if err != nil {
		return err
	}
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		return err
	}
	steps := 0
	d.db.Watch(func(string) {
		if steps++; steps == at {
			if err := self.Kill(); err != nil {
				panic(err)
			}
			select {} // until the blow has come
		}
	})
	if err := acts[os.Getenv(dyingAct)](ctx, d, list[0].ID); err != nil {
		return err
	}
	fmt.Println("done", steps)
	return nil
}

func dyingDesk(dir string) *desk {
	return &desk{dir: dir, now: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC), orders: &orders{}, signer: &keyHolder{number: "3110575A001PB7"}}
}

// patient is a profile with a draft that every act can be done to, closed.
func patient(t *testing.T) (d *desk, id string) {
	t.Helper()
	d = newDesk(t)
	id = d.create(freeOne)
	d.fill(id)
	d.write(id, "acts_as", "representative")
	d.write(id, "rep_basis", "power_of_attorney")
	d.write(id, "rep_doc", "до")
	d.write(id, "acts_as", "self")
	if err := os.WriteFile(filepath.Join(d.dir, "scan.pdf"), pdfOctets(t), 0o600); err != nil {
		t.Fatal(err)
	}
	v, err := d.Open(t.Context(), id)
	if err != nil || !v.State.Valid() {
		t.Fatal(err, v.State.Errors)
	}
	return d, id
}

// snapshot is all that a person could have seen of a draft.
type snapshot struct {
	rev                           int
	state, answers, form          string
	revisions, submissions, queue int
}

func (d *desk) snapshot(id string) snapshot {
	d.t.Helper()
	var s snapshot
	err := d.db.Read(d.t.Context(), func(tx dbx.Tx) error {
		_, err := dbx.Found(d.t.Context(), tx, `SELECT rev, state, answers, form_hash, (SELECT count(*) FROM draft_rev WHERE draft=d.id),
			(SELECT count(*) FROM submission), (SELECT count(*) FROM outbox) FROM draft d WHERE id=?`,
			[]any{id}, &s.rev, &s.state, &s.answers, &s.form, &s.revisions, &s.submissions, &s.queue)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return s
}

func TestADeathAtAnyStatementLeavesWhatWasOrWhatCame(t *testing.T) {
	rounds, perAct := 1, 3
	if os.Getenv(soak) != "" {
		rounds, perAct = 4, 0
	}
	for act := range acts {
		t.Run(act, func(t *testing.T) {
			n := 0
			for range rounds {
				for step := range stepsOf(t, act, perAct) {
					dieOnce(t, act, step)
					n++
				}
			}
			t.Logf("%d deaths", n)
		})
	}
}

// stepsOf yields the steps of an act at which to die: all of them, or some.
func stepsOf(t *testing.T, act string, some int) func(yield func(int) bool) {
	t.Helper()
	d, _ := patient(t)
	all := runDying(t, d, act, 0)
	if all < 3 {
		t.Fatalf("%s has %d steps", act, all)
	}
	return func(yield func(int) bool) {
		if some == 0 {
			for step := 1; step <= all; step++ {
				if !yield(step) {
					return
				}
			}
			return
		}
		yield(all) // after the commit
		for range some - 1 {
			if !yield(1 + rand.IntN(all)) {
				return
			}
		}
	}
}

// runDying runs the act in a program of its own and returns how many steps it
// took, 0 when it died.
func runDying(t *testing.T, d *desk, act string, step int) int {
	t.Helper()
	if act == "migrate" {
		v, err := d.List(t.Context())
		if err != nil || len(v) != 1 {
			t.Fatal(err)
		}
		d.published(2, "")
	}
	d.stop()
	defer d.start()
	forms, err := json.Marshal(d.forms)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(d.dir, "forms.json"), forms, 0o600); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), dying+"="+d.dir, dyingAct+"="+act, dyingStep+"="+strconv.Itoa(step))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	said := out.String()
	if done, ok := strings.CutPrefix(said, "done "); ok && err == nil && step == 0 {
		n, err := strconv.Atoi(strings.TrimSpace(done))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if step == 0 || said != "" || err == nil {
		t.Fatalf("%s, step %d: the program says %q, %v", act, step, said, err)
	}
	return 0
}

func dieOnce(t *testing.T, act string, step int) {
	t.Helper()
	d, id := patient(t)
	before := d.snapshot(id)
	runDying(t, d, act, step)
	died := d.snapshot(id)
	if err := d.db.Check(t.Context()); err != nil {
		t.Fatalf("step %d: %v", step, err)
	}
	if died.revisions != died.rev {
		t.Errorf("step %d: %d revisions of %d", step, died.revisions, died.rev)
	}
	frozen := 0
	if died.state == Frozen {
		frozen = 1
	}
	if died.submissions != frozen || died.queue != frozen {
		t.Errorf("step %d: half handed over: %+v", step, died)
	}
	v, err := d.Open(t.Context(), id)
	if err != nil {
		t.Fatalf("step %d: %v", step, err)
	}
	for _, a := range v.Form.Attachments(v.State) {
		if _, err := d.db.Blobs().Read(a.File.SHA256); err != nil {
			t.Errorf("step %d: an answer names a file that is not there: %v", step, err)
		}
	}
	then, err := d.Then(t.Context(), id, before.rev)
	if err != nil {
		t.Fatalf("step %d: %v", step, err)
	}
	text, err := json.Marshal(then.Row.Answers)
	if err != nil || string(text) != before.answers {
		t.Errorf("step %d: the revision that was shown as saved is another now: %s, %v", step, text, err)
	}
	if died == before && act != "index" {
		// It had not happened: it can be done now.
		if err := acts[act](t.Context(), d, id); err != nil {
			t.Errorf("step %d: it cannot be done again: %v", step, err)
		}
	}
	if got := d.all(Query{Box: boxOf(t, d, id), Search: "справка"}); len(got) != 1 {
		t.Errorf("step %d: found %d times", step, len(got))
	}
}

func boxOf(t *testing.T, d *desk, id string) string {
	t.Helper()
	box := ""
	err := d.db.Read(t.Context(), func(tx dbx.Tx) error {
		_, err := dbx.Found(t.Context(), tx, `SELECT box FROM draft WHERE id=?`, []any{id}, &box)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return box
}

func TestAFullOrReadOnlyDiskLosesNothingAndIsNamed(t *testing.T) {
	for name, fault := range map[string]struct {
		pragma, undo string
		code         akno.Code
	}{
		"full":      {`PRAGMA max_page_count=1`, `PRAGMA max_page_count=1000000`, akno.DiskFull}, // as many as there are
		"read only": {`PRAGMA query_only=1`, "", akno.ReadOnly},                                  // until it is opened again
	} {
		t.Run(name, func(t *testing.T) {
			d, id := patient(t)
			before := d.snapshot(id)
			pragma := func(text string) {
				t.Helper()
				if err := d.db.Write(t.Context(), func(tx dbx.Tx) error { _, err := tx.Exec(t.Context(), text); return err }); err != nil {
					t.Fatal(err)
				}
			}
			pragma(fault.pragma)
			long := strings.Repeat("много слов ", 3000)
			_, err := d.Apply(t.Context(), id, []Patch{{Field: "rep_doc", Value: form.Text(long)}})
			if akno.CodeOf(err) != fault.code {
				t.Errorf("got %v", err)
			}
			if got := d.snapshot(id); got != before {
				t.Errorf("%+v, was %+v", got, before)
			}
			if fault.undo == "" {
				d.stop()
				d.start()
			} else {
				pragma(fault.undo)
			}
			c, err := d.Apply(t.Context(), id, []Patch{{Field: "rep_doc", Value: form.Text(long)}})
			if err != nil || c.View.Row.Rev != before.rev+1 {
				t.Errorf("it does not go on: %v", err)
			}
		})
	}
}
