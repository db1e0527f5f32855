package akno

import (
	"strings"
	"unicode"
)

// A Lang is a language of the interface and of the documents.
type Lang string

// The languages. An electronic application may be made in Russian or
// Belarusian only (Law 433-З); English is for the interface and for a reading
// copy.
const (
	Russian    Lang = "ru"
	Belarusian Lang = "be"
	English    Lang = "en"
)

// Langs lists the languages in the order in which they are offered.
func Langs() []Lang { return []Lang{Russian, Belarusian, English} }

// ParseLang returns the language whose code is s.
func ParseLang(s string) (Lang, bool) {
	switch l := Lang(s); l {
	case Russian, Belarusian, English:
		return l, true
	}
	return "", false
}

// Text is a wording in the languages of the product. Russian is always there in
// the data; the others may be missing.
type Text struct {
	RU string `json:"ru"`
	BE string `json:"be,omitempty"`
	EN string `json:"en,omitempty"`
}

// In returns the wording in language l. Where there is none it returns the
// Russian one followed by its language code in brackets, so that a gap is seen
// on the screen instead of passing for a translation. A wording without Cyrillic
// letters (a category of a driving licence) is the same in every language.
func (t Text) In(l Lang) string {
	if s, ok := t.Exact(l); ok {
		return s
	}
	if !strings.ContainsFunc(t.RU, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }) {
		return t.RU
	}
	return t.RU + " [ru]"
}

// Exact returns the wording in language l and whether there is one.
func (t Text) Exact(l Lang) (string, bool) {
	var s string
	switch l {
	case Russian:
		s = t.RU
	case Belarusian:
		s = t.BE
	case English:
		s = t.EN
	}
	return s, s != ""
}

// IsZero reports whether there is no wording at all.
func (t Text) IsZero() bool { return t == Text{} }
