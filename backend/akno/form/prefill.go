package form

import (
	"strings"

	"akno/backend/akno/ident"
)

// A Source knows answers by the paths that forms name: the person's profile, a
// certificate, an earlier application. Get returns Null for a path it does not
// know.
type Source struct {
	Name string // shown to the person beside the answer: "profile", "certificate"
	Get  func(path string) Value
}

// A Prefilled is an answer that was put in for the person.
type Prefilled struct {
	Field  string `json:"field"`
	Value  Value  `json:"value"`
	Source string `json:"source"`
}

// Prefill returns answers for the fields that name a path and are not answered
// yet, each from the first source that knows the path. The order is that of the
// document.
func (s *Schema) Prefill(a Answers, sources ...Source) []Prefilled {
	var out []Prefilled
	for _, f := range s.fields {
		if f.Prefill == "" || !f.normal(a[f.ID]).IsNull() {
			continue
		}
		for _, src := range sources {
			if v := f.normal(src.Get(f.Prefill)); !v.IsNull() {
				out = append(out, Prefilled{Field: f.ID, Value: v, Source: src.Name})
				break
			}
		}
	}
	return out
}

// PrefillPaths lists the paths that the form names, each once, in the order of
// the document.
func (s *Schema) PrefillPaths() []string {
	seen := map[string]bool{"": true}
	var out []string
	for _, f := range s.fields {
		if !seen[f.Prefill] {
			seen[f.Prefill] = true
			out = append(out, f.Prefill)
		}
	}
	return out
}

// Suggest returns what the form suggests for a field from the other answers: the
// Latin spelling of a name. It is an offer that the person may change, and false
// when there is nothing to offer.
func (s *Schema) Suggest(id string, a Answers) (string, bool) {
	i, ok := s.byID[id]
	if !ok {
		return "", false
	}
	from, ok := strings.CutPrefix(s.fields[i].Rules.Suggest, "translit_mvd_2010(")
	if !ok {
		return "", false
	}
	out := ident.Transliterate(a[strings.TrimSuffix(from, ")")].Text())
	return out, out != ""
}
