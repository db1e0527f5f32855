// Package glossary explains words of law where they stand in a form.
//
// It is shipped beside the packs and is no part of them: an explanation is not
// what a person answers or signs, so mending one must not make a new version of
// every form that has the word, nor ask a publisher for a signature.
package glossary

import (
	"encoding/csv"
	"regexp"
	"strings"
	"sync"

	_ "embed"

	"akno/backend/akno"
)

//go:embed entries.csv
var source string

// An Entry is a word and what it means.
type Entry struct {
	ID    string
	Name  akno.Text
	Means akno.Text
	find  map[akno.Lang]*regexp.Regexp
}

// A Mark is an occurrence of an entry in a text.
type Mark struct {
	ID    string
	Words akno.Text // the words as they stand there, "" in a language that says it otherwise
}

// columns of entries.csv: id, then name, pattern and meaning, each in the order
// of akno.Langs.
const (
	columns = 10
	name    = 1
	find    = 4
	means   = 7
)

var entries = sync.OnceValue(func() []Entry {
	r := csv.NewReader(strings.NewReader(source))
	r.FieldsPerRecord = columns
	rows, err := r.ReadAll()
	if err != nil {
		panic("glossary: " + err.Error()) // it is a part of the program
	}
	out := make([]Entry, 0, len(rows))
	for _, c := range rows[1:] {
		e := Entry{ID: c[0], Name: text(c[name:]), Means: text(c[means:]), find: map[akno.Lang]*regexp.Regexp{}}
		for i, l := range akno.Langs() {
			e.find[l] = pattern(c[find+i])
		}
		out = append(out, e)
	}
	return out
})

func text(c []string) akno.Text { return akno.Text{RU: c[0], BE: c[1], EN: c[2]} }

// pattern is that of the forms of a word: * stands for any ending, ? for any
// letter. The words around it are no part of it.
func pattern(forms string) *regexp.Regexp {
	p := regexp.QuoteMeta(forms)
	p = strings.NewReplacer(`\*`, `[\p{L}]*`, `\?`, `\p{L}`, ` `, `\s+`).Replace(p)
	return regexp.MustCompile(`(?i)(?:^|[^\p{L}])(` + p + `)(?:[^\p{L}]|$)`)
}

// Find returns the entries that stand in a text, in the order of the glossary.
func Find(t akno.Text) []Mark {
	var out []Mark
	for _, e := range entries() {
		m := Mark{ID: e.ID, Words: akno.Text{RU: e.in(t.RU, akno.Russian), BE: e.in(t.BE, akno.Belarusian), EN: e.in(t.EN, akno.English)}}
		if m.Words != (akno.Text{}) {
			out = append(out, m)
		}
	}
	return out
}

func (e Entry) in(s string, l akno.Lang) string {
	if m := e.find[l].FindStringSubmatch(s); m != nil {
		return m[1]
	}
	return ""
}

// Get returns an entry.
func Get(id string) (Entry, bool) {
	for _, e := range entries() {
		if e.ID == id {
			return e, true
		}
	}
	return Entry{}, false
}

// All returns the entries.
func All() []Entry { return append([]Entry{}, entries()...) }
