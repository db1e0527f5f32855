package draft

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
)

// page reads a whole box, page by page.
func (d *desk) all(q Query) []string {
	d.t.Helper()
	var ids []string
	for {
		p, err := d.Page(d.t.Context(), q)
		if err != nil {
			d.t.Fatal(err)
		}
		if p.Partly {
			d.t.Error("the index is behind")
		}
		for _, s := range p.Items {
			ids = append(ids, s.ID)
		}
		if p.Next == "" {
			return ids
		}
		q.Cursor = p.Next
	}
}

func (d *desk) found(search string) []string {
	d.t.Helper()
	return d.all(Query{Box: BoxDrafts, Search: search})
}

func TestPagesMeetAndEndInTheOrderOfSaving(t *testing.T) {
	d := newDesk(t)
	var want []string
	for i := range 2*pageSize + 7 {
		d.now = d.now.Add(time.Second)
		d.who = []string{"anna", ""}[i%2] // half of them are nobody's
		want = append(want, d.create(freeOne))
	}
	d.who = "anna"
	slices.Reverse(want)
	if err := d.Upkeep(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, q := range map[string]Query{"by time": {Box: BoxDrafts}, "by words": {Box: BoxDrafts, Search: "справка"}} {
		if got := d.all(q); !slices.Equal(got, want) {
			t.Errorf("%s: %d drafts of %d, or in another order", name, len(got), len(want))
		}
	}
	p, err := d.Page(t.Context(), Query{Box: BoxDrafts})
	if err != nil || p.Counts[BoxDrafts] != len(want) || len(p.Items) != pageSize {
		t.Errorf("%v %d %v", p.Counts, len(p.Items), err)
	}
	for _, q := range []Query{{Box: "all"}, {Box: BoxDrafts, Cursor: "x"}, {Box: BoxDrafts, Search: "a", Cursor: "x"}} {
		if _, err := d.Page(t.Context(), q); akno.CodeOf(err) != akno.Invalid {
			t.Errorf("%+v: %v", q, err)
		}
	}
}

func TestADraftMovesFromBoxToBox(t *testing.T) {
	d := newDesk(t)
	id := d.create(freeOne)
	in := func() string {
		t.Helper()
		where := ""
		for _, box := range []string{BoxDrafts, BoxReady, BoxSent} {
			for _, q := range []Query{{Box: box}, {Box: box, Search: "справка"}} {
				if p, err := d.Page(t.Context(), q); err != nil {
					t.Fatal(err)
				} else if len(p.Items) > 0 {
					where += box + strconv.Itoa(p.Counts[box]) + " "
				}
			}
		}
		return where
	}
	if got := in(); got != "drafts1 drafts1 " {
		t.Error(got)
	}
	d.fill(id)
	if got := in(); got != "ready1 ready1 " {
		t.Error(got)
	}
	if p, err := d.Page(t.Context(), Query{Box: BoxReady}); err != nil || p.Items[0].Errors != 0 || p.Items[0].Subject != "Тестовский Ян Янович" {
		t.Errorf("%+v %v", p.Items, err)
	}
	d.send(id)
	if got := in(); got != "sent1 sent1 " {
		t.Error(got)
	}
	if _, err := d.Unqueue(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if err := d.Delete(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if got := in(); got != "" {
		t.Error(got)
	}
	if err := d.Restore(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if got := in(); got != "ready1 ready1 " {
		t.Error(got)
	}
}

func TestSearchFindsFormsOfWordsNumbersAndAnswers(t *testing.T) {
	d := newDesk(t)
	mine := d.create(freeOne)
	d.write(mine, "surname", "Ковалёва")
	d.write(mine, "reg_street", "Зялёная вуліца")
	d.write(mine, "reg_region", "minsk")
	other := d.create("200.2.1")
	d.write(other, "surname", "Петров")
	for search, want := range map[string][]string{
		"ковалевой":           {mine},
		"КОВАЛ":               {mine},
		"вуліцы":              {mine},
		"зялёнай вуліцы":      {mine},
		"1.3.4":               {mine},
		"200.2.1":             {other},
		"справками":           {mine},
		"петровым":            {other},
		"петров ковалёва":     nil,
		"нет такого":          nil,
		`"; DROP TABLE draft`: nil,
		"*":                   {other, mine}, // nothing to look for: all
	} {
		if got := d.found(search); !slices.Equal(got, want) {
			t.Errorf("%q finds %v, want %v", search, got, want)
		}
	}
	d.write(mine, "surname", "Сидорова")
	if got := d.found("ковалёва"); got != nil {
		t.Errorf("an old answer is found: %v", got)
	}
	if got := d.found("сидоровой"); !slices.Equal(got, []string{mine}) {
		t.Errorf("a new answer is not found: %v", got)
	}
	d.who = "boris"
	if got := d.found("сидорова"); got != nil {
		t.Errorf("boris finds anna's drafts: %v", got)
	}
}

func TestAnOrderCodeFindsItsDraft(t *testing.T) {
	d := newDesk(t)
	id := d.create(paidOne)
	d.fill(id)
	v, err := d.CreateOrder(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if got := d.all(Query{Box: BoxReady, Search: v.Order.Code}); !slices.Equal(got, []string{id}) {
		t.Errorf("%s: %v", v.Order.Code, got)
	}
}

func TestADraftOfNobodyIsFoundByWhoTakesItOver(t *testing.T) {
	d := newDesk(t)
	d.who = ""
	id := d.create(freeOne)
	d.write(id, "surname", "Ничейный")
	d.who = "boris"
	if got := d.found("ничейный"); !slices.Equal(got, []string{id}) {
		t.Errorf("%v", got)
	}
	d.write(id, "name", "Борис")
	if got := d.found("ничейный"); !slices.Equal(got, []string{id}) {
		t.Errorf("%v", got)
	}
	d.who = "anna"
	if got := d.found("ничейный"); got != nil {
		t.Errorf("%v", got)
	}
}

func TestTheIndexIsWholeAfterUpkeep(t *testing.T) {
	d := newDesk(t)
	for range 3*batch + 1 {
		d.create(freeOne)
	}
	if err := d.Upkeep(t.Context()); err != nil {
		t.Fatal(err)
	}
	var stale, rows int
	err := d.db.Read(t.Context(), func(tx dbx.Tx) error {
		_, err := dbx.Found(t.Context(), tx, `SELECT (SELECT count(*) FROM draft WHERE stale=1), (SELECT count(*) FROM draft_words)`, nil, &stale, &rows)
		return err
	})
	if err != nil || stale != 0 || rows != 3*batch+1 {
		t.Errorf("%d stale, %d rows, %v", stale, rows, err)
	}
}
