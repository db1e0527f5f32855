package form_test

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/akno/workdays"
)

func find(t testing.TB, id string) example {
	t.Helper()
	for _, ex := range examples(t) {
		if ex.Form == id {
			return ex
		}
	}
	t.Fatal(id)
	return example{}
}

// compile makes a schema of one section from the JSON of its fields.
func compile(t testing.TB, fields string) *form.Schema {
	t.Helper()
	s, err := compiled(fields)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func compiled(fields string) (*form.Schema, error) {
	def, err := form.ParseDefinition([]byte(`{"id":"F","version":1,"title":{"ru":"Ф"},"requires_signature":false,
		"sections":[{"id":"s","title":{"ru":"С"},"fields":` + fields + `}]}`))
	if err != nil {
		return nil, err
	}
	return form.Compile(def, form.Lists{"known": {{Value: "a", Label: akno.Text{RU: "а"}, Parent: "1"}}})
}

func answers(t testing.TB, s string) form.Answers {
	t.Helper()
	var a form.Answers
	if err := json.Unmarshal([]byte(s), &a); err != nil {
		t.Fatal(err)
	}
	return a
}

func codes(problems []form.Problem) string {
	var out []string
	for _, p := range problems {
		out = append(out, p.Field+" "+string(p.Code))
	}
	return strings.Join(out, ", ")
}

func TestWrongAnswersAreNamed(t *testing.T) {
	for _, c := range []struct{ name, form, change, errors, warnings string }{
		{"a slip in the number", "F_1_3_4", `{"personal_number":"3110575A001PB5"}`, "personal_number check_digit", ""},
		{"a short number", "F_1_3_4", `{"personal_number":"3110575A001PB"}`, "personal_number length", ""},
		{"a number of another form", "F_1_3_4", `{"personal_number":"3110575D001PB7"}`, "personal_number format", ""},
		{"an impossible day in the number", "F_1_3_4", `{"personal_number":"3310275A001PB4"}`, "personal_number date_impossible", ""},
		{"a number without a century", "F_1_3_4", `{"personal_number":"7110575A001PB5"}`, "personal_number century_unknown", ""},
		{"Cyrillic letters in the number", "F_1_3_4", `{"personal_number":"3110575А001РВ7"}`, "", ""},
		{"another birth date", "F_1_3_4", `{"birth_date":"1975-05-12"}`, "personal_number birth_mismatch", ""},
		{"another sex", "F_1_3_4", `{"sex":"f"}`, "personal_number sex_mismatch", ""},
		{"an impossible date", "F_1_3_4", `{"birth_date":"1975-02-30"}`, "birth_date date_impossible", ""},
		{"a birth in the future", "F_1_3_4", `{"birth_date":"2026-11-22"}`, "birth_date date_max, personal_number birth_mismatch, id_doc_issued date_min_field", ""},
		{"a birth too long ago", "F_1_3_4", `{"birth_date":"1899-12-31","personal_number":"1311299A001PB` + checkDigit("1311299A001PB") + `"}`, "birth_date date_min", ""},
		{"issued before birth", "F_1_3_4", `{"id_doc_issued":"1974-01-01"}`, "id_doc_issued date_min_field", ""},
		{"an expired passport", "F_1_3_4", `{"id_doc_expires":"2026-11-20"}`, "", "id_doc_expires expired"},
		{"an unknown option", "F_1_3_4", `{"sex":"x"}`, "sex option", ""},
		{"an option of another case", "F_1_3_4", `{"delivery_mode":"PORTAL"}`, "delivery_mode option", ""},
		{"an unknown series", "F_1_3_4", `{"id_doc_series":"ZZ"}`, "", "id_doc_series unknown_series"},
		{"a series in Cyrillic", "F_1_3_4", `{"id_doc_series":"мр"}`, "", ""},
		{"letters for digits", "F_1_3_4", `{"id_doc_number":"12З4567"}`, "id_doc_number pattern", ""},
		{"a foreign passport has another number", "F_1_3_4", `{"id_doc_type":"foreign_passport","id_doc_number":"AB12345"}`, "", ""},
		{"a Latin letter in the house", "F_1_3_4", `{"reg_house":"10A"}`, "", ""},
		{"a house of another form", "F_1_3_4", `{"reg_house":"дом 10"}`, "reg_house pattern", ""},
		{"a surname in Latin", "F_1_3_4", `{"surname":"Testovski"}`, "surname pattern", ""},
		{"a surname in Latin letters that look Cyrillic", "F_1_3_4", `{"surname":"HOPE"}`, "surname pattern", ""},
		{"one Latin letter in a surname", "F_1_3_4", `{"surname":"Тестовcкий"}`, "", ""},
		{"a Latin surname in Cyrillic letters that look Latin", "F_11_2_1", `{"surname_lat":"СТАС"}`, "surname_lat pattern", ""},
		{"a Latin surname in small Cyrillic letters", "F_11_2_1", `{"surname_lat":"том"}`, "surname_lat pattern", ""},
		{"one Cyrillic letter in a Latin surname", "F_11_2_1", `{"surname_lat":"TESTОWSKI"}`, "", ""},
		{"a Latin surname in small letters", "F_11_2_1", `{"surname_lat":"testowski"}`, "", ""},
		{"a line separator in one line", "F_1_3_4", `{"id_doc_issuer":"a\u2028b"}`, "id_doc_issuer charset", ""},
		{"a text too long", "F_1_3_4", `{"id_doc_issuer":"` + strings.Repeat("ў", 201) + `"}`, "id_doc_issuer max_len", ""},
		{"a text just long enough", "F_1_3_4", `{"id_doc_issuer":"` + strings.Repeat("ў", 200) + `"}`, "", ""},
		{"a blank text", "F_1_3_4", `{"id_doc_issuer":"  "}`, "id_doc_issuer required", ""},
		{"a control character", "F_1_3_4", `{"id_doc_issuer":"a\u0007b"}`, "id_doc_issuer charset", ""},
		{"a number for a text", "F_1_3_4", `{"surname":5}`, "surname type", ""},
		{"a text for a tick", "F_1_3_4", `{"truth":"true"}`, "truth type", ""},
		{"a tick taken back", "F_1_3_4", `{"truth":false}`, "truth must_be", ""},
		{"a phone of another country", "F_1_3_4", `{"phone":"+48123456789"}`, "phone format", ""},
		{"a phone as it is dialled", "F_1_3_4", `{"phone":"8 (029) 123-45-67"}`, "", ""},
		{"an e-mail without a domain", "F_1_3_4", `{"email":"jan@example"}`, "email format", ""},
		{"too many copies", "F_1_3_4", `{"copies":100}`, "copies max", ""},
		{"half a copy", "F_1_3_4", `{"copies":1.5}`, "copies integer", ""},
		{"no number at all", "F_1_3_4", `{"copies":"one"}`, "copies number", ""},
		{"a postcode of another country", "F_1_3_4", `{"reg_postcode":"123456"}`, "reg_postcode pattern", ""},
		{"a district of another region", "F_1_3_4", `{"reg_region":"1","reg_district":"201"}`, "reg_district option", ""},
		{"a district of the region", "F_1_3_4", `{"reg_region":"1","reg_district":"101"}`, "", ""},
		{"a district of a newer list", "F_1_3_4", `{"reg_district":"ref:1"}`, "", "reg_district unknown_option"},
		{"a slip in the account", "F_2_33_1", `{"iban":"BY14NBRB3600900000002Z00AB00"}`, "iban check_digit", ""},
		{"no row at all", "F_2_33_1", `{"members":[]}`, "members required", ""},
		{"a row that is none", "F_2_33_1", `{"members":["x"]}`, "members[0] type", ""},
		{
			"a wrong cell", "F_2_33_1", `{"members":[{"full_name":"Тест","birth_date":"1975-05-11","personal_number":"5150801M045PB5","relation":"spouse","occupation":"x","income_12m":"-1"}]}`,
			"members[0].personal_number birth_mismatch, members[0].occupation option, members[0].income_12m min", "",
		},
		{"a third of a kopeck", "F_2_33_1", `{"members":[{"full_name":"Т","birth_date":"1975-05-11","relation":"child","occupation":"none","income_12m":"1.005"}]}`, "members[0].income_12m step", ""},
		{"a photo in another format", "F_11_2_1", `{"photo":{"file_id":"f","name":"a.png","mime":"image/png","size":1,"sha256":"` + strings.Repeat("0", 64) + `"}}`, "photo file_type", ""},
		{"a photo too large", "F_11_2_1", `{"photo":{"file_id":"f","name":"a.jpg","mime":"image/jpeg","size":5242881,"sha256":"` + strings.Repeat("0", 64) + `"}}`, "photo file_size", ""},
		{"an empty photo", "F_11_2_1", `{"photo":{"file_id":"f","name":"a.jpg","mime":"image/jpeg","size":0,"sha256":"` + strings.Repeat("0", 64) + `"}}`, "photo file_empty", ""},
		{"a photo with a wrong hash", "F_11_2_1", `{"photo":{"file_id":"f","name":"a.jpg","mime":"image/jpeg","size":1,"sha256":"00"}}`, "photo file", ""},
		{"a small photo", "F_11_2_1", `{"photo":{"file_id":"f","name":"a.jpg","mime":"image/jpeg","size":1,"width":399,"height":500,"sha256":"` + strings.Repeat("0", 64) + `"}}`, "photo image_small", ""},
		{"a wide photo", "F_11_2_1", `{"photo":{"file_id":"f","name":"a.jpg","mime":"image/jpeg","size":1,"width":900,"height":900,"sha256":"` + strings.Repeat("0", 64) + `"}}`, "photo image_aspect", ""},
		{"a visit in the past", "F_11_2_1", `{"visit_slot":"2026-11-20T10:00"}`, "visit_slot date_min", ""},
		{"a visit at no time", "F_11_2_1", `{"visit_slot":"2026-11-22T25:00"}`, "visit_slot time_impossible", ""},
		{"a category twice", "F_15_dl", `{"categories":["B","B"]}`, "categories option_twice", "gai_unit unknown_option"},
		{"an unknown category", "F_15_dl", `{"categories":["Q"]}`, "categories option", "gai_unit unknown_option"},
		{"a shop without hours", "F_548_8_3_1", `{"open_from":"24:00"}`, "open_from time_impossible", ""},
		{"a slip in the payer's number", "F_548_8_3_1", `{"unp":"123456784"}`, "unp check_digit", ""},
		{"an unusual payer's number", "F_548_8_3_1", `{"unp":"800000001"}`, "", "unp unusual_first_digit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ex := find(t, c.form)
			a := maps.Clone(ex.Values)
			maps.Copy(a, answers(t, c.change))
			st := form.Evaluate(ex.schema, a, today)
			if got := codes(st.Errors); got != c.errors {
				t.Errorf("errors %q, want %q", got, c.errors)
			}
			if got := codes(st.Warnings); got != c.warnings {
				t.Errorf("warnings %q, want %q", got, c.warnings)
			}
		})
	}
}

func TestRepairsAreSaidAndFiled(t *testing.T) {
	ex := find(t, "F_1_3_4")
	a := maps.Clone(ex.Values)
	maps.Copy(a, answers(t, `{"personal_number":" 3110575а001рв7","id_doc_series":"МР","reg_house":"10A","phone":"+375 29 123-45-67","copies":"2,0"}`))
	st := form.Evaluate(ex.schema, a, today)
	filed := st.Submission()
	for id, want := range map[string]string{
		"personal_number": "3110575A001PB7", "id_doc_series": "MP", "reg_house": "10А", "phone": "+375291234567", "copies": "2",
	} {
		if got := filed[id].Text(); got != want {
			t.Errorf("%s is filed as %q, want %q", id, got, want)
		}
	}
	for id, want := range map[string]bool{"personal_number": true, "id_doc_series": true, "reg_house": true, "phone": false, "copies": false} {
		if f, _ := st.Field(id); f.Repaired != want {
			t.Errorf("%s: repaired %v", id, f.Repaired)
		}
	}
}

// A mark of direction would show the reader another text than the one that is signed.
func TestWhatNobodySeesIsNotFiled(t *testing.T) {
	s := compile(t, `[{"id":"line","type":"text","label":{"ru":"С"},"required":true},{"id":"area","type":"textarea","label":{"ru":"Т"}},
		{"id":"one","type":"select","label":{"ru":"В"},"options":[{"value":"a","label":{"ru":"а"}}]},{"id":"day","type":"date","label":{"ru":"Д"}}]`)
	st := form.Evaluate(s, answers(t, `{"line":"за\u202eдом\u202c\u200b","area":"a\r\nb\rc\u2028d\ufeff","one":"\u200ea","day":"2026-11-21\u200f"}`), today)
	filed := st.Submission()
	for id, want := range map[string]string{"line": "задом", "area": "a\nb\nc\nd", "one": "a", "day": "2026-11-21"} {
		if got := filed[id].Text(); got != want || !st.Valid() {
			t.Errorf("%s is filed as %q, want %q; %s", id, got, want, codes(st.Errors))
		}
	}
	if st := form.Evaluate(s, answers(t, `{"line":"\u200b\u2060"}`), today); codes(st.Errors) != "line required" {
		t.Errorf("a text of nothing that is seen: %s", codes(st.Errors))
	}
}

func TestAHiddenFieldReadsAsUnanswered(t *testing.T) {
	s := compile(t, `[
		{"id":"c","type":"text","label":{"ru":"в"},"required":true,"visible_if":{"field":"b","op":"eq","value":"x"}},
		{"id":"b","type":"text","label":{"ru":"б"},"required":false,"visible_if":{"field":"a","op":"eq","value":true}},
		{"id":"a","type":"checkbox","label":{"ru":"а"},"required":false},
		{"id":"d","type":"text","label":{"ru":"г"},"required":true,"visible_if":{"field":"b","op":"ne","value":"x"}},
		{"id":"e","type":"text","label":{"ru":"д"},"required":false,"visible_if":{"any":[{"field":"a","op":"eq","value":true},{"field":"d","op":"in","value":["p","q"]}]}}]`)
	a := answers(t, `{"a":true,"b":"x","c":"1","d":"q"}`)
	st := form.Evaluate(s, a, today)
	if got := visible(st); got != "c b a e" || !st.Valid() {
		t.Errorf("visible %q, errors %v", got, st.Errors)
	}
	a["a"] = form.Flag(false)
	st = form.Evaluate(s, a, today)
	if got := visible(st); got != "a d e" || !st.Valid() {
		t.Errorf("visible %q, errors %v", got, st.Errors)
	}
	if f, _ := st.Field("b"); f.Value.Text() != "x" {
		t.Error("the answer of a hidden field is lost")
	}
	if _, filed := st.Submission()["b"]; filed || st.Value("b").Text() != "" {
		t.Error("the answer of a hidden field is filed")
	}
	if st.Total != 1 || st.Ready != 1 {
		t.Errorf("%d of %d", st.Ready, st.Total)
	}
}

func visible(st form.State) string { return strings.Join(st.Visible(), " ") }

func TestComputedValues(t *testing.T) {
	ex := find(t, "F_2_33_1")
	a := maps.Clone(ex.Values)
	a["avg_income"] = form.Text("1000000")
	st := form.Evaluate(ex.schema, a, today)
	if got := st.Value("avg_income").Text(); got != "0.83" {
		t.Errorf("got %q: an answer to a computed field is ignored, 10/12/1 is 0.83", got)
	}
	delete(a, "members")
	if got := form.Evaluate(ex.schema, a, today).Value("avg_income"); !got.IsNull() {
		t.Errorf("without rows there is %v", got.Plain())
	}
	s := compile(t, `[{"id":"a","type":"number","label":{"ru":"а"},"required":false},
		{"id":"b","type":"computed","label":{"ru":"б"},"required":false,"expr":"(a + 1.5) * 2 - a / 4"},
		{"id":"c","type":"computed","label":{"ru":"в"},"required":false,"expr":"b*b"}]`)
	st = form.Evaluate(s, answers(t, `{"a":2}`), today)
	if st.Value("b").Text() != "6.50" || st.Value("c").Text() != "42.25" {
		t.Errorf("%v %v", st.Value("b").Plain(), st.Value("c").Plain())
	}
	if got := s.Computed(st); len(got) != 2 || got["c"] != "42.25" {
		t.Errorf("got %v", got)
	}
}

func TestTodayIsAnInput(t *testing.T) {
	ex := find(t, "F_15_dl")
	later := form.Evaluate(ex.schema, ex.Values, workdays.MustParse("2027-01-01"))
	if got := codes(later.Errors); got != "medical_until date_min" {
		t.Errorf("got %q", got)
	}
}

func TestWrongDefinitionsAreRefused(t *testing.T) {
	for name, fields := range map[string]string{
		"no label":                `[{"id":"a","type":"text","label":{"ru":""},"required":true}]`,
		"an unknown type":         `[{"id":"a","type":"blob","label":{"ru":"а"},"required":true}]`,
		"an unknown member":       `[{"id":"a","type":"text","label":{"ru":"а"},"required":true,"visble_if":{}}]`,
		"an id of another form":   `[{"id":"__proto__","type":"text","label":{"ru":"а"},"required":true}]`,
		"an id twice":             `[{"id":"a","type":"text","label":{"ru":"а"},"required":true},{"id":"a","type":"text","label":{"ru":"а"},"required":true}]`,
		"an unknown field":        `[{"id":"a","type":"text","label":{"ru":"а"},"required":true,"visible_if":{"field":"b","op":"eq","value":1}}]`,
		"an unknown op":           `[{"id":"a","type":"text","label":{"ru":"а"},"required":true,"visible_if":{"field":"a","op":"gt","value":1}}]`,
		"a field of itself":       `[{"id":"a","type":"text","label":{"ru":"а"},"required":true,"visible_if":{"field":"a","op":"eq","value":"1"}}]`,
		"a ring":                  `[{"id":"a","type":"text","label":{"ru":"а"},"required":true,"visible_if":{"field":"b","op":"eq","value":"1"}},{"id":"b","type":"text","label":{"ru":"а"},"required":true,"visible_if":{"field":"a","op":"eq","value":"1"}}]`,
		"an open pattern":         `[{"id":"a","type":"text","label":{"ru":"а"},"required":true,"rules":{"pattern":"[0-9]+"}}]`,
		"a pattern of JavaScript": `[{"id":"a","type":"text","label":{"ru":"а"},"required":true,"rules":{"pattern":"^(?=a)$"}}]`,
		"no options":              `[{"id":"a","type":"select","label":{"ru":"а"},"required":true}]`,
		"an option twice":         `[{"id":"a","type":"select","label":{"ru":"а"},"required":true,"options":[{"value":"x","label":{"ru":"х"}},{"value":"x","label":{"ru":"х"}}]}]`,
		"a table without columns": `[{"id":"a","type":"table","label":{"ru":"а"},"required":true}]`,
		"a limit of a text":       `[{"id":"a","type":"text","label":{"ru":"а"},"required":true,"rules":{"min":1}}]`,
		"a bad date limit":        `[{"id":"a","type":"date","label":{"ru":"а"},"required":true,"rules":{"min":"tomorrow"}}]`,
		"a step of zero":          `[{"id":"a","type":"number","label":{"ru":"а"},"required":true,"rules":{"step":0}}]`,
		"an unknown check":        `[{"id":"a","type":"text","label":{"ru":"а"},"required":true,"rules":{"check":"luhn"}}]`,
		"no expression":           `[{"id":"a","type":"computed","label":{"ru":"а"},"required":false}]`,
		"a sum of nothing":        `[{"id":"a","type":"computed","label":{"ru":"а"},"required":false,"expr":"sum(b.c)"}]`,
		"an open bracket":         `[{"id":"a","type":"computed","label":{"ru":"а"},"required":false,"expr":"(1+2"}]`,
		"two numbers":             `[{"id":"a","type":"computed","label":{"ru":"а"},"required":false,"expr":"1 2"}]`,
		"a text in arithmetic":    `[{"id":"b","type":"text","label":{"ru":"а"},"required":false},{"id":"a","type":"computed","label":{"ru":"а"},"required":false,"expr":"b+1"}]`,
		"all and any":             `[{"id":"b","type":"text","label":{"ru":"а"},"required":false},{"id":"a","type":"text","label":{"ru":"а"},"required":true,"visible_if":{"all":[{"field":"b","op":"eq","value":"1"}],"any":[{"field":"b","op":"eq","value":"1"}]}}]`,
	} {
		if _, err := compiled(fields); !errors.Is(err, form.ErrDefinition) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRowsKeepTheirIdentityAndFileNone(t *testing.T) {
	ex := find(t, "F_2_33_1")
	a := maps.Clone(ex.Values)
	rec := map[string]form.Value{form.RowID: form.Text("r1")}
	for _, m := range a["members"].Items()[0].Members() {
		rec[m] = a["members"].Items()[0].Get(m)
	}
	a["members"] = form.ListOf(form.RecordOf(rec))
	st := form.Evaluate(ex.schema, a, today)
	if !st.Valid() || st.Value("members").Items()[0].Get(form.RowID).Text() != "r1" {
		t.Errorf("the row's id is lost: %v", st.Errors)
	}
	if !st.Submission()["members"].Items()[0].Get(form.RowID).IsNull() {
		t.Error("the row's id is filed")
	}
}

func TestPrefillSaysWhereFrom(t *testing.T) {
	ex := find(t, "F_1_3_4")
	certificate := form.Source{Name: "certificate", Get: func(p string) form.Value {
		return map[string]form.Value{"profile.surname": form.Text("Тестовский"), "profile.personal_number": form.Text("3110575А001РВ7")}[p]
	}}
	profile := form.Source{Name: "profile", Get: func(p string) form.Value {
		return map[string]form.Value{"profile.surname": form.Text("Другой"), "profile.name": form.Text("Ян"), "profile.phone": form.Text("")}[p]
	}}
	got := ex.schema.Prefill(form.Answers{"name": form.Text("Янка")}, certificate, profile)
	want := []form.Prefilled{
		{Field: "surname", Value: form.Text("Тестовский"), Source: "certificate"},
		{Field: "personal_number", Value: form.Text("3110575A001PB7"), Source: "certificate"},
	}
	if !slices.EqualFunc(got, want, func(a, b form.Prefilled) bool {
		return a.Field == b.Field && a.Source == b.Source && a.Value.Equal(b.Value)
	}) {
		t.Errorf("got %+v", got)
	}
	if n := len(ex.schema.PrefillPaths()); n != 25 {
		t.Errorf("%d paths", n)
	}
}

func TestANameIsSuggestedInLatin(t *testing.T) {
	ex := find(t, "F_11_2_1")
	if got, ok := ex.schema.Suggest("surname_lat", form.Answers{"surname_be": form.Text("Тэстоўскі")}); !ok || got != "TESTOUSKI" {
		t.Errorf("%q %v", got, ok)
	}
	if _, ok := ex.schema.Suggest("surname_lat", form.Answers{}); ok {
		t.Error("something is suggested from nothing")
	}
	if _, ok := ex.schema.Suggest("surname", ex.Values); ok {
		t.Error("a field without a rule is suggested")
	}
}

func TestOptionsFollowTheRegion(t *testing.T) {
	ex := find(t, "F_1_3_4")
	got := ex.schema.Options("reg_district", form.Answers{"reg_region": form.Text("3")})
	if len(got) != 21 || got[0].Parent != "3" {
		t.Errorf("%d districts", len(got))
	}
	if n := len(ex.schema.Options("sex", nil)); n != 2 {
		t.Errorf("%d sexes", n)
	}
}

func TestShownInTheWordsOfTheLanguage(t *testing.T) {
	ex := find(t, "F_2_33_1")
	st := form.Evaluate(ex.schema, ex.Values, today)
	seen := map[string]string{}
	var tables int
	for _, sec := range ex.schema.Show(st, akno.Belarusian) {
		for _, f := range sec.Fields {
			seen[f.Label] = f.Text
			tables += len(f.Rows)
		}
	}
	for label, want := range map[string]string{"Дата нараджэння": "11.05.1975", "Пол": "мужчынскі", "Рахунак для пералічэння (IBAN)": "BY13 NBRB 3600 9000 0000 2Z00 AB00"} {
		if seen[label] != want {
			t.Errorf("%s: %q, want %q", label, seen[label], want)
		}
	}
	if tables != 1 {
		t.Errorf("%d rows are shown", tables)
	}
	if files := ex.schema.Attachments(st); len(files) != 1 || files[0].Field != "income_files" {
		t.Errorf("%+v", files)
	}
}

func TestCodesAreOnceEach(t *testing.T) {
	seen := map[form.Code]bool{}
	for _, c := range form.Codes() {
		if seen[c] || c == "" {
			t.Errorf("%q stands twice", c)
		}
		seen[c] = true
	}
}

func BenchmarkEvaluate(b *testing.B) {
	ex := find(b, "F_2_33_1")
	for b.Loop() {
		form.Evaluate(ex.schema, ex.Values, today)
	}
}

func FuzzEvaluate(f *testing.F) {
	all := examples(f)
	for i, ex := range all {
		raw, err := json.Marshal(ex.Values)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(i, raw)
	}
	def, err := form.ParseDefinition([]byte(strings.ReplaceAll(ruled, "this.size() > 3 || ", "")))
	if err != nil {
		f.Fatal(err)
	}
	s, err := form.Compile(def, nil)
	if err != nil {
		f.Fatal(err)
	}
	all = append(all, example{Form: "F", schema: s})
	f.Add(len(all)-1, []byte(`{"birth":"2012-11-22","rep":"Ян","kids":[{"name":"Ева","share":0.7,"from":"1979-12-31"},{"share":"0.7"}]}`))
	f.Fuzz(func(t *testing.T, i int, raw []byte) {
		if i < 0 || i >= len(all) {
			return
		}
		var a form.Answers
		if json.Unmarshal(raw, &a) != nil {
			return
		}
		ex := all[i]
		st := form.Evaluate(ex.schema, a, today)
		if st.Ready > st.Total || len(st.Fields) == 0 {
			t.Errorf("%d of %d", st.Ready, st.Total)
		}
		filed := st.Submission()
		again := form.Evaluate(ex.schema, filed, today)
		if second := again.Submission(); !maps.EqualFunc(filed, second, form.Value.Equal) {
			t.Errorf("a submission changes when it is evaluated again")
		}
		if codes(st.Errors) != codes(again.Errors) {
			t.Errorf("errors %q become %q", codes(st.Errors), codes(again.Errors))
		}
		ex.schema.Show(st, akno.English)
		ex.schema.Attachments(st)
	})
}

// large makes a form of n fields, of which every fifth depends on the one before.
func large(t testing.TB, n int) (*form.Schema, form.Answers) {
	t.Helper()
	var b strings.Builder
	a := form.Answers{}
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		id := "f" + strconv.Itoa(i)
		b.WriteString(`{"id":"` + id + `","type":"text","label":{"ru":"П"},"required":true,"rules":{"pattern":"^[А-ЯЁІЎ][А-ЯЁІЎа-яёіў'’\\- ]{0,59}$"}`)
		if i%5 == 4 {
			b.WriteString(`,"visible_if":{"field":"f` + strconv.Itoa(i-1) + `","op":"ne","value":"Нет"}`)
		}
		b.WriteByte('}')
		a[id] = form.Text("Тестовский")
	}
	return compile(t, "["+b.String()+"]"), a
}

func BenchmarkEvaluate200(b *testing.B) {
	s, a := large(b, 200)
	b.ReportAllocs()
	for b.Loop() {
		form.Evaluate(s, a, today)
	}
}
