package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"akno/backend/internal/dbx"
)

// What each program of the past wrote, by the newest schema that it knew: the rows
// of a table are written by the program that made it, and those after it keep them.
var lives = []struct {
	version int
	open    bool // its profiles lay open on the disk
	wrote   string
}{
	{1, true, `
		INSERT INTO draft(id, procedure, form_id, form_version, form_hash, answers, sources, rev, state, ready, total, created_at, saved_at)
			VALUES('d1', '200.1.3.4', 'F', 1, 'h', '{"surname":"Верасень Алесь Іванавіч"}', '{"surname":"profile"}', 3, 'draft', 4, 9, 1, 30),
				('d2', '200.5.13', 'F', 1, 'h', '{"phone":"veras@example.by"}', '{}', 1, 'ordered', 9, 9, 2, 40),
				('d3', '200.1.3.4', 'F', 1, 'h', '{"number":"3140785A017PB2"}', '{}', 2, 'signed', 9, 9, 3, 50),
				('d4', '200.1.3.4', 'F', 1, 'h', '{"street":"улица Лесная, 17"}', '{}', 1, 'draft', 1, 9, 4, 60);
		UPDATE draft SET deleted_at=70 WHERE id='d4';
		INSERT INTO draft_rev(draft, rev, at, change) VALUES('d1', 1, 10, '[]'), ('d1', 2, 20, '[{"field":"surname"}]'), ('d1', 3, 30, '[{"field":"name"}]'),
			('d2', 1, 40, '[]'), ('d3', 1, 45, '[]'), ('d3', 2, 50, '[]'), ('d4', 1, 60, '[]');
		INSERT INTO draft_order(draft, op_id, request, code, body, stated, receipt) VALUES('d2', 'op-order', '{}', '135000000000000000000000000001', '{"version":1}', '9000000017', '');
		INSERT INTO submission(application, op_id, language, content, signature, signer, document, made_at) VALUES('d3', 'op3', 'ru', x'0102', x'03', 's', '{}', 50);
		INSERT INTO outbox(seq, op_id, account, kind, target, body, body_hash, files, state, attempt, fields, queued_at)
			VALUES(2, 'op3', 'anna', 'submit', 'd3', x'0102', 'h3', '["f"]', 'pending', 2, '{}', 50), (3, 'op9', 'anna', 'withdraw', 'x', x'09', 'h9', '[]', 'rejected', 1, '{"a":"b"}', 55);
		INSERT INTO sent(seq, op_id, account, kind, target, body, body_hash, files, epoch, queued_at, acked_at)
			VALUES(1, 'op1', 'anna', 'answer', 'y', x'0a', 'ha', '[]', 'life', 5, 6);
		INSERT INTO uploaded VALUES('anna', 'life', 'f');
		INSERT INTO inbox VALUES('anna', 'application', 'y', 7, '{"status":"decided"}', 8);
		INSERT INTO stream(account, epoch, cursor, pulled_at) VALUES('anna', 'life', 'c7', 8)`},
	{2, true, `
		INSERT INTO draft(id, account, procedure, form_id, form_version, form_hash, answers, rev, state, ready, total, created_at, saved_at)
			VALUES('d5', 'boris', '200.1.3.4', 'F', 1, 'h', '{"surname":"Борис"}', 1, 'draft', 2, 9, 5, 80);
		INSERT INTO draft_rev(draft, rev, at, change) VALUES('d5', 1, 80, '[]')`},
	{10, true, `
		INSERT INTO draft(id, account, procedure, form_id, form_version, form_hash, answers, rev, node, state, ready, total, errors, subject, orphans, created_at, saved_at)
			VALUES('d6', 'anna', '200.1.3.4', 'F', 2, 'h2', '{"surname":"Шостая"}', 2, 2, 'draft', 9, 9, 0, 'Шостая', '[{"field":"old"}]', 6, 90);
		INSERT INTO draft_rev(draft, rev, at, change, kind, node, parent) VALUES('d6', 1, 85, '[]', 'created', 1, 0), ('d6', 2, 90, '[]', 'migrate', 2, 1);
		INSERT INTO draft_words(rowid, tokens) VALUES(-1, 'd/0/шостая');
		UPDATE draft SET word_row=-1, stale=0 WHERE id='d6';
		INSERT INTO draft_form VALUES('h2', 'F', 2, '{"id":"F"}');
		INSERT INTO template VALUES('t1', 'anna', 'Моя справка', '200.1.3.4', 'F', 2, 'h2', '{"surname":"x"}', 1, 91)`},
	{20, false, `
		INSERT INTO shadow VALUES('anna', 'application', 'z', 9, '{}');
		UPDATE stream SET snapshot=1, shadow_epoch='life', shadow_cursor='s3', doubt='sum'`},
	{21, false, `UPDATE stream SET at_seq=7`},
	{30, false, `INSERT INTO picture VALUES('p1', 'd6', 'photo', '', '', '', 0, '{"sha256":"f"}', '{"turn":90}')`},
	{35, false, `UPDATE draft SET brought='fork' WHERE id='d6'; UPDATE draft_form SET unverified=1`},
	{40, false, `
		INSERT INTO backup_key VALUES('anna', x'00112233445566778899aabbccddeeff', 'life', 92);
		INSERT INTO backup(draft, account, version, backed_rev, owner) VALUES('d6', 'anna', 3, 2, 'me');
		UPDATE draft SET elsewhere=1 WHERE id='d1'`},
	{45, false, `UPDATE outbox SET carried_at=93 WHERE op_id='op3'`},
	{46, false, `INSERT INTO told VALUES('anna', 'decided/y', 94)`},
	{50, false, `
		INSERT INTO envelope(files, body_hash, body) VALUES('[]', 'hb', x'0b');
		INSERT INTO outbox(seq, op_id, account, kind, target, state, queued_at) VALUES((SELECT max(seq) FROM envelope), 'op11', 'anna', 'complain', 'y', 'pending', 95)`},
}

// lived makes a profile that was begun by the first program and worked on by each
// up to the one of that version, sealed unless it lies open. It returns the hash of
// a file that is attached.
func lived(t *testing.T, dir string, version int, open bool) (sum string) {
	t.Helper()
	path := filepath.Join(dir, fileName)
	db, err := sql.Open("sqlite", dsn(path, "", "rwc", writerPragmas))
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	for _, life := range lives {
		if life.version > version {
			break
		}
		p, err := provider(db, upTo(t, life.version))
		if err != nil {
			t.Fatal(err)
		}
		if life.version > 1 { // as an upgrade did
			if err := copyPlain(db, fmt.Sprintf("%s.v%d", path, life.version)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := p.Up(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(life.wrote); err != nil {
			t.Fatalf("version %d: %v", life.version, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	scan := []byte(strings.Join(personal, " "))
	sum = sumOf(scan)
	blob := filepath.Join(dir, openBlob, sum[:2], sum)
	if err := errors.Join(os.MkdirAll(filepath.Dir(blob), 0o700), os.WriteFile(blob, scan, 0o600)); err != nil {
		t.Fatal(err)
	}
	if !open {
		if err := settle(t.Context(), dir, testKey); err != nil {
			t.Fatal(err)
		}
	}
	return sum
}

// shown is what a person was shown as saved: her drafts with their history, what
// she signed, and what waits or was taken, in the words that every schema has.
func shown(t *testing.T, db *sql.DB) string {
	t.Helper()
	commands := `SELECT op_id, account, kind, target, hex(body), body_hash, files FROM `
	in := func(table string) string {
		if ask(t, db, `SELECT count(*) FROM sqlite_schema WHERE name='envelope'`) != "0" {
			return commands + table + ` JOIN envelope USING(seq) ORDER BY op_id`
		}
		return commands + table + ` ORDER BY op_id`
	}
	var b strings.Builder
	for _, query := range []string{
		`SELECT id, procedure, form_id, form_version, form_hash, answers, sources, rev, state, deleted_at, saved_at FROM draft ORDER BY id`,
		`SELECT draft, rev, at, change FROM draft_rev ORDER BY draft, rev`,
		`SELECT draft, op_id, code, body, stated FROM draft_order`,
		`SELECT application, op_id, hex(content), hex(signature) FROM submission`,
		`SELECT account, kind, id, version, body FROM inbox`,
		in("outbox"), in("sent"),
	} {
		fmt.Fprintln(&b, ask(t, db, query))
	}
	return b.String()
}

// everything is every row of every table and the schema itself, but for the times
// at which its migrations ran.
func everything(t *testing.T, db *sql.DB) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintln(&b, ask(t, db, `SELECT version_id FROM schema_version ORDER BY id`))
	tables, err := dump(t.Context(), db, `SELECT name, sql FROM sqlite_schema WHERE type='table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name`)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		name := table[0].(string)
		if name == "schema_version" {
			continue
		}
		rows, err := dump(t.Context(), db, `SELECT * FROM "`+name+`"`)
		if err != nil {
			t.Fatal(err)
		}
		lines := make([]string, 0, len(rows))
		for _, row := range rows {
			lines = append(lines, fmt.Sprintf("%q", row))
		}
		slices.Sort(lines)
		fmt.Fprintln(&b, name, table[1], lines)
	}
	fmt.Fprintln(&b, ask(t, db, `SELECT name, sql FROM sqlite_schema WHERE type<>'table' ORDER BY name`))
	return b.String()
}

// dyingOpen makes the test binary a program that opens a profile and closes it, and
// ends itself, as kill -9 does, at a step of that. It tells the number of the steps
// when it has come to the end.
const dyingOpen = "STORE_UPGRADE"

func openAndDie(t *testing.T, dir, at string) {
	t.Helper()
	end, err := strconv.Atoi(at)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	steps := 0
	ctx := watchedBy(context.Background(), func(string) {
		if steps++; steps == end {
			if err := self.Kill(); err != nil {
				panic(err)
			}
			select {} // until the blow has come
		}
	})
	db, err := Open(ctx, dir, testKey)
	if err != nil {
		t.Fatal(err)
	}
	closeDB(t, db)
	fmt.Println("steps", steps)
}

// openingUntil opens the profile in a program of its own, which dies at that step.
// It returns the number of steps of one that came to the end, 0 for one that died.
func openingUntil(t *testing.T, dir string, step int) int {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestADeathAtAnyStepOfAnUpgradeLosesNothing$")
	cmd.Env = append(os.Environ(), dyingOpen+"="+dir, dyingOpen+"_STEP="+strconv.Itoa(step))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if _, said, ended := strings.Cut(out.String(), "steps "); ended && err == nil {
		number, _, _ := strings.Cut(said, "\n")
		n, err := strconv.Atoi(number)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if err == nil || out.Len() > 0 {
		t.Fatalf("step %d: the program says %q, %v", step, out.String(), err)
	}
	return 0
}

// history is a profile of the past and what must be there after its upgrade.
type history struct {
	version            int
	dir, sum           string
	was, shown, became string // at the end of the life before; what was shown as saved; after an upgrade that nobody disturbed
	steps              int    // of that
}

func newHistory(t *testing.T, version int, open bool) history {
	t.Helper()
	h := history{version: version, dir: t.TempDir()}
	h.sum = lived(t, h.dir, version, open)
	if open != (disclosed(t, h.dir) != nil) {
		t.Fatalf("the profile is open: %v", !open)
	}
	h.was, h.shown = h.before(t, open)
	dir := h.copied(t)
	h.steps = openingUntil(t, dir, 0)
	db := openAt(t, dir)
	h.became = everything(t, db.rw)
	closeDB(t, db)
	return h
}

// before looks into the profile without bringing it up to date.
func (h history) before(t *testing.T, open bool) (was, saved string) {
	t.Helper()
	dir := h.copied(t)
	name := ""
	if !open {
		vfs, err := newVFS(t.Context(), testKey)
		if err != nil {
			t.Fatal(err)
		}
		defer vfs.Close()
		name = vfs.Name()
	}
	return look(t, filepath.Join(dir, fileName), name)
}

func look(t *testing.T, path, vfs string) (all, saved string) {
	t.Helper()
	db, err := sql.Open("sqlite", dsn(path, vfs, "ro", nil))
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	all, saved = everything(t, db), shown(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return all, saved
}

func (h history) copied(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(h.dir)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// dies opens the profile and dies at each of the steps, one after the other, and
// then lets the next start finish.
func (h history) dies(t *testing.T, steps ...int) {
	t.Helper()
	dir := h.copied(t)
	for _, step := range steps {
		openingUntil(t, dir, step)
	}
	db, err := Open(t.Context(), dir, testKey)
	if err != nil {
		t.Fatalf("version %d, step %v of %d: the next start: %v", h.version, steps, h.steps, err)
	}
	if !db.Restored().IsZero() {
		t.Errorf("version %d, step %v of %d: an older copy took its place", h.version, steps, h.steps)
	}
	if got := everything(t, db.rw); got != h.became {
		t.Errorf("version %d, step %v of %d: it became\n%s\nundisturbed it is\n%s", h.version, steps, h.steps, got, h.became)
	}
	if got := shown(t, db.rw); got != h.shown {
		t.Errorf("version %d, step %v of %d: there is\n%s\nshown as saved was\n%s", h.version, steps, h.steps, got, h.shown)
	}
	if data, err := db.Blobs().Read(h.sum); err != nil || string(data) != strings.Join(personal, " ") {
		t.Errorf("version %d, step %v of %d: the file: %q %v", h.version, steps, h.steps, data, err)
	}
	if err := db.Write(t.Context(), func(tx dbx.Tx) error { return SetSetting(t.Context(), tx, "after", 1) }); err != nil {
		t.Errorf("version %d, step %v of %d: it does not go on: %v", h.version, steps, h.steps, err)
	}
	if h.version < newest(t) {
		if was, _ := look(t, fmt.Sprintf("%s.v%d", db.path, h.version), db.vfs.Name()); was != h.was {
			t.Errorf("version %d, step %v of %d: the copy from before holds\n%s\nwant\n%s", h.version, steps, h.steps, was, h.was)
		}
	}
	closeDB(t, db)
	if got := disclosed(t, dir); got != nil {
		t.Errorf("version %d, step %v of %d: still open: %v", h.version, steps, h.steps, got)
	}
	left, err := filepath.Glob(filepath.Join(dir, "*.part"))
	if err != nil || len(left) > 0 {
		t.Errorf("version %d, step %v of %d: %v is left, %v", h.version, steps, h.steps, left, err)
	}
}

func TestADeathAtAnyStepOfAnUpgradeLosesNothing(t *testing.T) {
	if dir := os.Getenv(dyingOpen); dir != "" {
		openAndDie(t, dir, os.Getenv(dyingOpen+"_STEP"))
		return
	}
	some := 2
	if os.Getenv("AKNO_SOAK") != "" {
		some = 0 // all
	}
	for _, life := range lives {
		for _, open := range []bool{false, true} {
			if open && !life.open {
				continue
			}
			name := fmt.Sprintf("version %d, sealed", life.version)
			if open {
				name = fmt.Sprintf("version %d, open", life.version)
			}
			t.Run(name, func(t *testing.T) {
				h := newHistory(t, life.version, open)
				if h.steps < 10 {
					t.Fatalf("%d steps", h.steps)
				}
				n := 0
				for step := range h.each(some) {
					h.dies(t, step)
					h.dies(t, step, 1+rand.IntN(h.steps)) // and once more, on the way out of it
					n += 2
				}
				t.Logf("%d deaths at %d steps", n, h.steps)
			})
		}
	}
}

// each yields the steps at which to die: some of them, or with 0 all.
func (h history) each(some int) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for i := range h.steps {
			if some != 0 && i == some {
				return
			}
			step := i + 1
			if some != 0 {
				step = 1 + rand.IntN(h.steps)
			}
			if !yield(step) {
				return
			}
		}
	}
}
