package canon_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"strings"
	"sync"
	"testing"

	"akno/backend/akno"
	"akno/backend/akno/canon"
	"akno/backend/akno/catalogue"
	"akno/backend/akno/form"
	"akno/backend/akno/workdays"
)

var write = flag.Bool("write-frozen", false, "write fixtures that do not exist yet; existing ones are never rewritten")

var bundle = sync.OnceValues(catalogue.Load)

var day = workdays.MustParse("2026-11-21")

func input(t testing.TB, procedure string, l akno.Lang) canon.Input {
	t.Helper()
	c, err := bundle()
	if err != nil {
		t.Fatal(err)
	}
	p, ok := c.Procedure(procedure)
	if !ok {
		t.Fatal(procedure)
	}
	f, err := c.Form(p.Form)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile("../form/testdata/examples/" + p.Form + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var ex struct {
		Values form.Answers `json:"values"`
	}
	if err := json.Unmarshal(raw, &ex); err != nil {
		t.Fatal(err)
	}
	body, _ := c.Body(p.Body)
	return canon.Input{
		Application: "0192f3c1-7c1a-7d2e-8a00-000000000001", Procedure: p, Body: body, Schema: f.Schema, FormHash: f.Hash,
		State: form.Evaluate(f.Schema, ex.Values, day), Language: l, AsOf: day, Kind: p.Applicants[0],
	}
}

func encoded(t testing.TB, in canon.Input) (canon.Submission, []byte) {
	t.Helper()
	s, err := canon.Build(in)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return s, raw
}

var procedures = []string{
	"200.1.3.4", "200.1.1.5", "200.2.33.1", "200.5.13", "200.11.2.1", "200.12.19", "200.13.1", "548.3.15.1", "nces.6.0.00",
}

func TestASubmissionReadsBackToTheSameOctets(t *testing.T) {
	c, err := bundle()
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range procedures {
		for _, l := range []akno.Lang{akno.Russian, akno.Belarusian} {
			in := input(t, code, l)
			_, raw := encoded(t, in)
			back, err := canon.Parse(raw)
			if err != nil {
				t.Errorf("%s %s: %v", code, l, err)
				continue
			}
			again, err := back.Encode()
			if err != nil || !bytes.Equal(raw, again) {
				t.Errorf("%s %s changes: %v", code, l, err)
			}
			if st, err := canon.Verify(back, c, in.Schema, in.FormHash); err != nil || !st.Valid() {
				t.Errorf("%s %s: %v", code, l, err)
			}
		}
	}
}

// The fixtures are what has been signed: no later version may read or write them
// otherwise.
func TestFrozenSubmissions(t *testing.T) {
	for _, code := range procedures {
		name := "testdata/frozen/" + code + ".json"
		in := input(t, code, akno.Russian)
		if code == "200.5.13" {
			in.Order = &canon.Order{Code: "900000002611210013500000000163", Amount: 4500}
			in.Payment = &canon.Payment{Operation: "123456789"}
		}
		_, raw := encoded(t, in)
		want, err := os.ReadFile(name)
		if os.IsNotExist(err) && *write {
			if err := os.WriteFile(name, raw, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(raw, want) {
			t.Errorf("%s is written otherwise than it was signed", code)
		}
	}
}

func TestWhatWasSignedIsWhatWasShown(t *testing.T) {
	c, err := bundle()
	if err != nil {
		t.Fatal(err)
	}
	in := input(t, "200.1.3.4", akno.Russian)
	for name, change := range map[string]func(*canon.Submission){
		"another text":        func(s *canon.Submission) { s.Sections[1].Answers[0].Text = "Иванов" },
		"another label":       func(s *canon.Submission) { s.Sections[1].Answers[0].Label = "Имя" },
		"another order":       func(s *canon.Submission) { a := s.Sections[1].Answers; a[0], a[1] = a[1], a[0] },
		"another title":       func(s *canon.Submission) { s.Procedure.Title = "Иное" },
		"another applicant":   func(s *canon.Submission) { s.Applicant.PersonalNumber = "4250699K012PB4" },
		"an attachment more":  func(s *canon.Submission) { s.Attachments = append(s.Attachments, canon.Attachment{Field: "x"}) },
		"a section less":      func(s *canon.Submission) { s.Sections = s.Sections[1:] },
		"English":             func(s *canon.Submission) { s.Language = akno.English },
		"a strange applicant": func(s *canon.Submission) { s.Applicant.Kind = akno.LegalEntity },
	} {
		s, raw := encoded(t, in)
		s, err := canon.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		change(&s)
		if _, err := canon.Verify(s, c, in.Schema, in.FormHash); akno.CodeOf(err) != akno.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	s, _ := encoded(t, in)
	if _, err := canon.Verify(s, c, in.Schema, strings.Repeat("0", 64)); akno.CodeOf(err) != akno.OldForm {
		t.Errorf("another hash of the form: %v", err)
	}
	s.AsOf = workdays.MustParse("1990-01-01")
	if _, err := canon.Verify(s, c, in.Schema, in.FormHash); akno.FieldsOf(err)["id_doc_issued"] != "date_max" {
		t.Errorf("another day: %v", err)
	}
}

func TestAnApplicationWithErrorsIsNotSigned(t *testing.T) {
	in := input(t, "200.1.3.4", akno.Russian)
	a := in.State.Submission()
	a = maps.Clone(a)
	delete(a, "surname")
	in.State = form.Evaluate(in.Schema, a, day)
	if _, err := canon.Build(in); akno.FieldsOf(err)["surname"] != "required" {
		t.Errorf("got %v", err)
	}
}

func TestOtherOctetsAreRefused(t *testing.T) {
	_, raw := encoded(t, input(t, "200.1.3.4", akno.Russian))
	text := string(raw)
	for name, in := range map[string]string{
		"an unknown member": strings.Replace(text, `{"applicant"`, `{"added":"x","applicant"`, 1),
		"a missing member":  strings.Replace(text, `"as_of":"2026-11-21",`, ``, 1),
		"a number":          strings.Replace(text, `"version":"1"`, `"version":1`, 1),
		"a blank":           strings.Replace(text, `{"applicant"`, `{ "applicant"`, 1),
		"another format":    strings.Replace(text, canon.Format, "akno.submission/2", 1),
		"more octets":       text + "\n",
		"less octets":       text[:len(text)-1],
		"a bad date":        strings.Replace(text, `"as_of":"2026-11-21"`, `"as_of":"2026-11-31"`, 1),
		"nothing":           "",
		"another object":    "{}",
	} {
		if in == text {
			t.Fatalf("%s changes nothing", name)
		}
		if _, err := canon.Parse([]byte(in)); err == nil {
			t.Errorf("%s is read", name)
		}
	}
	if _, err := canon.Parse(make([]byte, canon.MaxSize+1)); akno.CodeOf(err) != akno.TooLarge {
		t.Errorf("got %v", err)
	}
}

func TestApplicantsAreReadFromTheAnswers(t *testing.T) {
	for code, want := range map[string]canon.Applicant{
		"200.1.3.4": {Kind: akno.Citizen, Name: "Тестовский Ян Янович", PersonalNumber: "3110575A001PB7", BirthDate: "1975-05-11"},
		"548.8.3.1": {Kind: akno.LegalEntity, Name: "Тест", UNP: "123456783"},
	} {
		s, _ := encoded(t, input(t, code, akno.Russian))
		if s.Applicant != want {
			t.Errorf("%s: %+v", code, s.Applicant)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, code := range procedures {
		raw, err := os.ReadFile("testdata/frozen/" + code + ".json")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte(`{"format":"akno.submission/1","sections":[]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := canon.Parse(raw)
		if err != nil {
			return
		}
		again, err := s.Encode()
		if err != nil || !bytes.Equal(raw, again) {
			t.Errorf("%q is written as %q, %v", raw, again, err)
		}
	})
}
