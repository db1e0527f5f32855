package change

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/internal/testkit/testdb"
	"akno/backend/portal/session"
	"akno/backend/portal/store"
	"akno/backend/portalapi"

	"github.com/google/go-cmp/cmp"
)

var (
	ctx  = context.Background()
	anna = session.Session{AccountID: "0193f0a0-0000-7000-8000-0000000000aa"}
	hank = session.Session{AccountID: "0193f0a0-0000-7000-8000-0000000000bb"}
)

type world struct {
	*Service
	t  *testing.T
	db *store.DB
}

func open(t *testing.T) *world {
	t.Helper()
	db, err := store.Open(ctx, testdb.Address(t), clock.Fixed(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	bodies := map[string]Body{"account": func(_ context.Context, _ dbx.Tx, account, id string) (json.RawMessage, error) {
		if id != account {
			return nil, nil
		}
		return json.RawMessage(`{"id":"` + id + `"}`), nil
	}}
	return &world{Service: New(db, db.Epoch, []byte("key"), clock.Fixed(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)), bodies), t: t, db: db}
}

// order writes an order and its change.
func (w *world) order(account string, n int, version int64) {
	w.t.Helper()
	code := fmt.Sprintf("%030d", n)
	err := w.db.Write(ctx, func(tx dbx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO payment_order
			(account_id, code, application_id, procedure, facts, form, amount, status, expires_at, version, doc)
			VALUES (?, ?, ?, 'p', '[]', '{}', 1, 'void', 0, ?, ?)
			ON CONFLICT (account_id, code) DO UPDATE SET version = excluded.version, doc = excluded.doc`,
			account, code, code, version, fmt.Sprintf(`{"v":%d}`, version))
		if err != nil {
			return err
		}
		return store.RecordChange(ctx, tx, account, "order", code, version, false)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) record(kind, id string, version int64, deleted bool) {
	w.t.Helper()
	err := w.db.Write(ctx, func(tx dbx.Tx) error {
		return store.RecordChange(ctx, tx, anna.AccountID, kind, id, version, deleted)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) pull(cursor string, limit int) portalapi.ChangePage {
	w.t.Helper()
	p, err := w.Pull(ctx, anna, cursor, limit)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// told writes changes as texts.
func told(p portalapi.ChangePage) []string {
	out := []string{}
	for _, c := range p.Changes {
		s := fmt.Sprintf("%s %s v%d", c.Kind, c.Id, c.Version)
		if c.Deleted != nil {
			s += " deleted"
		}
		if c.Body != nil {
			s += " " + string(*c.Body)
		}
		out = append(out, s)
	}
	return out
}

func TestPull(t *testing.T) {
	t.Run("an account without changes has an empty page and a cursor", func(t *testing.T) {
		w := open(t)
		p := w.pull("", 50)
		if p.Changes == nil || len(p.Changes) != 0 || p.More || p.Cursor != w.cursor(anna.AccountID, place{after: 0}) {
			t.Errorf("page is %+v", p)
		}
	})
	t.Run("pages follow one another and the last says so", func(t *testing.T) {
		w := open(t)
		for n := range 5 {
			w.order(anna.AccountID, n, 1)
		}
		var got []string
		cursor, pages := "", 0
		for more := true; more; pages++ {
			p := w.pull(cursor, 2)
			got, cursor, more = append(got, told(p)...), p.Cursor, p.More
		}
		if len(got) != 5 || pages != 3 {
			t.Errorf("%d changes on %d pages", len(got), pages)
		}
		if p := w.pull(cursor, 2); len(p.Changes) != 0 || p.Cursor != cursor {
			t.Errorf("after the end: %+v", p)
		}
	})
	t.Run("an entity is told once, as it is now", func(t *testing.T) {
		w := open(t)
		w.order(anna.AccountID, 1, 1)
		w.order(anna.AccountID, 2, 1)
		w.order(anna.AccountID, 1, 2)
		want := []string{
			`order 000000000000000000000000000002 v1 {"v":1}`,
			`order 000000000000000000000000000001 v2 {"v":2}`,
		}
		if got := told(w.pull("", 50)); !cmp.Equal(got, want) {
			t.Error(cmp.Diff(want, got))
		}
	})
	t.Run("what is gone is told as gone", func(t *testing.T) {
		w := open(t)
		w.order(anna.AccountID, 1, 1)
		w.record("order", "000000000000000000000000000001", 2, true)
		if got, want := told(w.pull("", 50)), []string{"order 000000000000000000000000000001 v2 deleted"}; !cmp.Equal(got, want) {
			t.Error(cmp.Diff(want, got))
		}
	})
	t.Run("other kinds get their body from their own service", func(t *testing.T) {
		w := open(t)
		w.record("account", anna.AccountID, 3, false)
		w.record("account", "lost", 1, false)
		w.record("unheard", "x", 1, false)
		want := []string{
			"account " + anna.AccountID + ` v3 {"id":"` + anna.AccountID + `"}`, "account lost v1 deleted", "unheard x v1",
		}
		if got := told(w.pull("", 50)); !cmp.Equal(got, want) {
			t.Error(cmp.Diff(want, got))
		}
	})
	t.Run("changes of another account are not told", func(t *testing.T) {
		w := open(t)
		w.order(hank.AccountID, 1, 1)
		if got := told(w.pull("", 50)); len(got) != 0 {
			t.Errorf("told %v", got)
		}
	})
	t.Run("a cursor survives changes behind it", func(t *testing.T) {
		w := open(t)
		w.order(anna.AccountID, 1, 1)
		cursor := w.pull("", 50).Cursor
		w.order(anna.AccountID, 2, 1)
		if got := told(w.pull(cursor, 50)); len(got) != 1 {
			t.Errorf("told %v", got)
		}
	})
}

func TestCursor(t *testing.T) {
	w := open(t)
	w.order(anna.AccountID, 1, 1)
	good := w.cursor(anna.AccountID, place{after: 1})
	elsewhere := New(w.db, func() string { return "0193f0a0-0000-7000-8000-000000000001" }, w.key, w.now, nil)
	for name, tt := range map[string]struct {
		cursor string
		code   akno.Code
		why    string
	}{
		"of another epoch is over":       {elsewhere.cursor(anna.AccountID, place{after: 1}), akno.ExpiredCode, "epoch"},
		"from the future is over":        {w.cursor(anna.AccountID, place{after: 2}), akno.ExpiredCode, "range"},
		"of an earlier version is over":  {w.db.Epoch() + ".1", akno.ExpiredCode, "form"},
		"of another account is refused":  {w.cursor(hank.AccountID, place{after: 1}), akno.Invalid, "format"},
		"that was made up is refused":    {New(w.db, w.db.Epoch, []byte("guess"), w.now, nil).cursor(anna.AccountID, place{after: 1}), akno.Invalid, "format"},
		"that was cut off is refused":    {good[:len(good)-2], akno.Invalid, "format"},
		"that is no base64 is refused":   {"____?", akno.Invalid, "format"},
		"with a changed head is refused": {"B" + good[1:], akno.Invalid, "format"},
	} {
		t.Run("a cursor "+name, func(t *testing.T) {
			_, err := w.Pull(ctx, anna, tt.cursor, 50)
			if akno.CodeOf(err) != tt.code || akno.FieldsOf(err)["cursor"] != tt.why {
				t.Errorf("error is %v", err)
			}
		})
	}
	t.Run("a cursor before what is kept is over, the beginning is not", func(t *testing.T) {
		err := w.db.Write(ctx, func(tx dbx.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE stream SET min_seq = 1 WHERE account_id = ?`, anna.AccountID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Pull(ctx, anna, w.cursor(anna.AccountID, place{}), 50); akno.CodeOf(err) != akno.ExpiredCode {
			t.Errorf("error is %v", err)
		}
		if got := told(w.pull("", 50)); len(got) != 1 {
			t.Errorf("told %v", got)
		}
	})
}

func TestAReadingFromTheBeginningGoesOnWhileWhatIsGoneIsForgotten(t *testing.T) {
	w := open(t)
	for n := range 6 {
		w.order(anna.AccountID, n, 1)
	}
	w.record("order", fmt.Sprintf("%030d", 2), 2, true) // number 7
	old := w.pull("", 50)
	least := func(seq int64) {
		t.Helper()
		err := w.db.Write(ctx, func(tx dbx.Tx) error {
			if _, err := tx.Exec(ctx, `DELETE FROM change WHERE deleted = 1 AND seq <= ?`, seq); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `UPDATE stream SET min_seq = ? WHERE account_id = ?`, seq, anna.AccountID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	least(7)
	first := w.pull("", 2)
	if second := w.pull(first.Cursor, 2); len(second.Changes) != 2 || !second.More {
		t.Errorf("the second page is %+v", second)
	}
	if p := w.pull(old.Cursor, 50); len(p.Changes) != 0 || p.Now == nil || *p.Now != w.now().UnixMilli() {
		t.Errorf("who has seen everything: %+v", p)
	}
	w.record("order", fmt.Sprintf("%030d", 0), 2, true) // number 8, which the reading has seen alive
	least(8)
	if _, err := w.Pull(ctx, anna, first.Cursor, 2); akno.CodeOf(err) != akno.ExpiredCode {
		t.Errorf("a reading that was not told of what went meanwhile goes on: %v", err)
	}
	if _, err := w.Pull(ctx, anna, old.Cursor, 2); akno.CodeOf(err) != akno.ExpiredCode {
		t.Errorf("got %v", err)
	}
}

func TestACursorOfTheFirstVersionIsGood(t *testing.T) {
	w := open(t)
	w.order(anna.AccountID, 1, 1)
	w.order(anna.AccountID, 2, 1)
	head := append([]byte{1}, epochOctets(w.db.Epoch())...)
	head = binary.BigEndian.AppendUint64(head, 1)
	text := base64.RawURLEncoding.EncodeToString(append(head, w.mac(anna.AccountID, head)...))
	if got := told(w.pull(text, 50)); len(got) != 1 {
		t.Errorf("told %v", got)
	}
	if _, err := w.Pull(ctx, hank, text, 50); akno.CodeOf(err) != akno.Invalid {
		t.Errorf("another account: %v", err)
	}
}

// sumOf is the checksum of what a page and those before it told.
func sumOf(live map[string]int64) (n int64, text string) {
	var sum uint64
	for id, v := range live {
		sum += portalapi.RowSum("order", id, v)
	}
	return int64(len(live)), portalapi.Checksum(sum)
}

func TestTheLastPageTellsWhatTheDeviceShouldHave(t *testing.T) {
	w := open(t)
	live := map[string]int64{}
	for n := range 5 {
		w.order(anna.AccountID, n, 1)
		live[fmt.Sprintf("%030d", n)] = 1
	}
	w.order(anna.AccountID, 2, 7)
	live[fmt.Sprintf("%030d", 2)] = 7
	w.record("order", fmt.Sprintf("%030d", 3), 2, true)
	delete(live, fmt.Sprintf("%030d", 3))
	w.record("order", fmt.Sprintf("%030d", 3), 3, true) // gone twice is gone
	first := w.pull("", 2)
	if first.Live != nil || first.Checksum != nil || first.From == nil || *first.From != "" {
		t.Errorf("a page in the middle says %+v", first)
	}
	n, text := sumOf(live)
	for _, p := range []portalapi.ChangePage{w.pull("", 50), w.pull(w.pull("", 50).Cursor, 50)} {
		if p.Live == nil || *p.Live != n || *p.Checksum != text {
			t.Errorf("the last page says %+v, want %d %s", p, n, text)
		}
	}
	err := w.db.Write(ctx, func(tx dbx.Tx) error { // a stream of an earlier version
		_, err := tx.Exec(ctx, `UPDATE stream SET checksum = NULL, live_count = 0`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if p := w.pull("", 50); p.Checksum != nil {
		t.Errorf("a sum that nobody computed: %s", *p.Checksum)
	}
	w.order(anna.AccountID, 4, 2)
	live[fmt.Sprintf("%030d", 4)] = 2
	n, text = sumOf(live)
	if p := w.pull("", 50); p.Live == nil || *p.Live != n || *p.Checksum != text {
		t.Errorf("after a change the page says %+v, want %d %s", p, n, text)
	}
}
