package packsrc

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"akno/backend/akno"
	"akno/backend/akno/form"
)

// Wordings names the wordings of a form that are missing in a language, and
// Belarusian ones with letters that Belarusian does not have.
func Wordings(def form.Definition) []string {
	w := &wordings{out: []string{}}
	w.check(def.Title, "the title")
	for _, sec := range def.Sections {
		w.check(sec.Title, sec.ID+".title")
		for _, f := range sec.Fields {
			w.field(f, f.ID)
		}
	}
	for _, r := range def.Rules {
		switch {
		case r.Msg == nil && slices.Contains(form.Codes(), r.Error): // every form knows its sentence
		case r.Msg == nil:
			w.out = append(w.out, fmt.Sprintf("the error %s of %s has no wording", r.Error, r.Field))
		default:
			w.check(*r.Msg, string(r.Error)+".msg")
		}
	}
	return w.out
}

type wordings struct{ out []string }

func (w *wordings) field(f form.Field, path string) {
	w.check(f.Label, path+".label")
	if f.Help != nil {
		w.check(*f.Help, path+".help")
	}
	if f.Rules.MustMsg != nil {
		w.check(*f.Rules.MustMsg, path+".must_msg")
	}
	for _, o := range f.Options {
		w.check(o.Label, path+".options."+o.Value)
	}
	for _, col := range f.Columns {
		w.field(col, path+"."+col.ID)
	}
}

// check looks at one wording. One without Cyrillic letters (a category of a
// driving licence) is the same in every language.
func (w *wordings) check(t akno.Text, where string) {
	if t.RU == "" {
		w.out = append(w.out, fmt.Sprintf("no ru wording of %s", where))
		return
	}
	cyrillic := strings.ContainsFunc(t.RU, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) })
	for _, l := range akno.Langs() {
		if _, ok := t.Exact(l); !ok && cyrillic {
			w.out = append(w.out, fmt.Sprintf("no %s wording of %s", l, where))
		}
	}
	if i := strings.IndexAny(strings.ToLower(t.BE), "ищъ"); i >= 0 {
		w.out = append(w.out, fmt.Sprintf("the be wording of %s has letters that are not Belarusian: %s", where, t.BE))
	}
}
