package canon_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"akno/backend/akno"
	"akno/backend/akno/canon"
	"akno/backend/akno/canon/jcs"
	"akno/backend/akno/form"
)

// general encodes s by way of package jcs, which knows nothing of submissions.
func general(t *testing.T, s canon.Submission) []byte {
	t.Helper()
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	out, err := jcs.Canonicalize(raw)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestASubmissionIsWrittenAsCanonicalJSONIs(t *testing.T) {
	var all []canon.Submission
	for _, code := range procedures {
		for _, l := range []akno.Lang{akno.Russian, akno.Belarusian, akno.English} {
			s, _ := encoded(t, input(t, code, l))
			all = append(all, s)
		}
	}
	odd := all[0]
	odd.Procedure.Title = "\"\\/\b\t\n\f\r\x00\x1f\x7f<&>\u2028ў😀\xff\xc3\xc3("
	odd.Applicant.Represented, odd.Applicant.UNP, odd.Applicant.Document = "Ё", "1", "2"
	odd.Order, odd.Payment = &canon.Order{Code: "1", Amount: 4500}, &canon.Payment{Operation: "7", Receipt: "r"}
	odd.Attachments = append(odd.Attachments, canon.Attachment{Field: "f", Name: "n", MediaType: "m", Size: 12, SHA256: "s"})
	number, err := form.ValueOf(json.Number("1.50"))
	if err != nil {
		t.Fatal(err)
	}
	odd.Sections = append(odd.Sections, canon.Section{ID: "x", Answers: []canon.Answer{
		{Field: "flag", Value: form.Flag(true)},
		{Field: "no", Value: form.Flag(false)},
		{Field: "number", Value: number},
		{Field: "none"},
		{Field: "list", Value: form.ListOf(form.Text("a"), form.ListOf(), number)},
		{Field: "record", Value: form.RecordOf(map[string]form.Value{"b": form.Text("1"), "a": number, "\ufb33": {}, "😀": {}, "é": form.Flag(true)})},
		{Field: "table", Rows: [][]canon.Answer{{{Field: "cell", Text: "x"}}, {}, nil}},
	}}, canon.Section{ID: "none"})
	all = append(all, odd, canon.Submission{})
	for _, s := range all {
		got, err := s.Encode()
		if want := general(t, s); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %v\n%s\n%s", s.Procedure.Code, err, got, want)
		}
	}
}

func TestWhatIsNestedTooDeepIsNoSubmission(t *testing.T) {
	_, raw := encoded(t, input(t, "200.1.3.4", akno.Russian))
	for depth, good := range map[int]bool{1: true, 9: true, 10: false, 100: false} {
		rows := strings.Repeat(`,"rows":[[{"field":"f","label":"l"`, depth) + strings.Repeat(`,"text":"t","value":"v"}]]`, depth)
		text := strings.Replace(string(raw), `,"text":`, rows+`,"text":`, 1)
		if _, err := jcs.Parse([]byte(text)); (err == nil) != good {
			t.Fatalf("%d deep in package jcs: %v", depth, err)
		}
		if _, err := canon.Parse([]byte(text)); (err == nil) != good || err != nil && !errors.Is(err, canon.ErrFormat) {
			t.Errorf("%d deep: %v", depth, err)
		}
	}
}
