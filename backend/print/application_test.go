package print

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"akno/backend/akno"
	"akno/backend/akno/canon"
	"akno/backend/akno/catalogue"
	"akno/backend/akno/form"
)

// large builds a submission with a table of many rows and a long text, so that
// every part goes over the end of a page.
func large(t *testing.T, l akno.Lang) []byte {
	t.Helper()
	c, err := catalogue.Load()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile("../akno/form/testdata/examples/F_2_33_1.json")
	if err != nil {
		t.Fatal(err)
	}
	var ex struct {
		Values form.Answers `json:"values"`
	}
	if err := json.Unmarshal(raw, &ex); err != nil {
		t.Fatal(err)
	}
	a := maps.Clone(ex.Values)
	row := a["members"].Items()[0]
	rows := make([]form.Value, 15)
	for i := range rows {
		rows[i] = row
	}
	a["members"] = form.ListOf(rows...)
	a["gasp_kind"] = form.Text("both")
	a["hardship"] = form.Text(strings.Repeat("Обстоятельства изложены подробно. Дар’я, ў, і, ё. ", 58))
	p, _ := c.Procedure("200.2.33.1")
	f, err := c.Form(p.Form)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := c.Body(p.Body)
	s, err := canon.Build(canon.Input{
		Application: "0192f3c1-7c1a-7d2e-8a00-000000000002", Procedure: p, Body: body, Schema: f.Schema, FormHash: f.Hash,
		State: form.Evaluate(f.Schema, a, day), Language: l, AsOf: day, Kind: akno.Citizen,
	})
	if err != nil {
		t.Fatal(err)
	}
	octets, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return octets
}

func TestALargeApplicationTakesSeveralPages(t *testing.T) {
	for _, l := range akno.Langs() {
		b, err := Application(large(t, l), false)
		if err != nil {
			t.Fatal(err)
		}
		if pages := bytes.Count(b, []byte("/Type /Page\n")); pages < 4 {
			t.Errorf("%s: %d pages", l, pages)
		}
		if *keep != "" {
			if err := os.WriteFile(filepath.Join(*keep, "large_"+string(l)+".pdf"), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}
