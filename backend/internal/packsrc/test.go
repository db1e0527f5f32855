package packsrc

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"akno/backend/akno/form"
	"akno/backend/akno/workdays"
)

// A Test is answers with what has to come of them. A member that is absent is
// not looked at; an empty list of errors says that the form may be filed.
type Test struct {
	Name     string            `json:"name"`
	Like     string            `json:"like,omitempty"` // the name of a test before, whose answers are changed by In; null takes one away
	On       workdays.Date     `json:"on,omitzero"`    // the day; that of the test it is like
	In       json.RawMessage   `json:"in"`
	Shows    []string          `json:"shows,omitempty"`
	Hides    []string          `json:"hides,omitempty"`
	Errors   *[]string         `json:"errors,omitempty"` // "field code" in the order of the document
	Warnings *[]string         `json:"warnings,omitempty"`
	Computed map[string]string `json:"computed,omitempty"`
}

// Run runs the test cases of a form and returns what did not come as expected,
// one line for each difference.
func Run(s *form.Schema, tests []Test) []string {
	out := []string{}
	done := map[string]Test{}
	filled := map[string]form.Answers{}
	for _, t := range tests {
		a := form.Answers{}
		if t.Like != "" {
			before, ok := done[t.Like]
			if !ok {
				out = append(out, fmt.Sprintf("test %q is like %q, which is not before it", t.Name, t.Like))
				continue
			}
			a = maps.Clone(filled[t.Like])
			if t.On.IsZero() {
				t.On = before.On
			}
		}
		var in form.Answers
		if err := json.Unmarshal(t.In, &in); err != nil || t.Name == "" || t.On.IsZero() {
			out = append(out, fmt.Sprintf("test %q has no name, no day or no answers", t.Name))
			continue
		}
		for id, v := range in {
			if _, ok := s.Field(id); !ok {
				out = append(out, fmt.Sprintf("test %q answers %q, which is no field", t.Name, id))
			}
			if a[id] = v; v.IsNull() {
				delete(a, id)
			}
		}
		done[t.Name], filled[t.Name] = t, a
		for _, d := range t.differences(s, a) {
			out = append(out, fmt.Sprintf("test %q: %s", t.Name, d))
		}
	}
	return out
}

func (t Test) differences(s *form.Schema, a form.Answers) []string {
	st := form.Evaluate(s, a, t.On)
	var out []string
	visible := st.Visible()
	for _, id := range t.Shows {
		if !slices.Contains(visible, id) {
			out = append(out, id+" is hidden")
		}
	}
	for _, id := range t.Hides {
		if slices.Contains(visible, id) {
			out = append(out, id+" is shown")
		}
	}
	for _, list := range []struct {
		what string
		want *[]string
		got  []form.Problem
	}{{"errors", t.Errors, st.Errors}, {"warnings", t.Warnings, st.Warnings}} {
		got := []string{}
		for _, p := range list.got {
			got = append(got, p.Field+" "+string(p.Code))
		}
		if list.want != nil && !slices.Equal(got, *list.want) {
			out = append(out, fmt.Sprintf("%s are [%s], not [%s]", list.what, strings.Join(got, ", "), strings.Join(*list.want, ", ")))
		}
	}
	computed := s.Computed(st)
	for _, id := range slices.Sorted(maps.Keys(t.Computed)) {
		if computed[id] != t.Computed[id] {
			out = append(out, fmt.Sprintf("%s is %q, not %q", id, computed[id], t.Computed[id]))
		}
	}
	for _, f := range st.Faults {
		out = append(out, fmt.Sprintf("%s: the rule %q: %s", f.Field, f.Rule, f.Fault))
	}
	return out
}
