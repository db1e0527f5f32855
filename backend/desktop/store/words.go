package store

import (
	"slices"
	"strings"
	"unicode"

	"github.com/kljensen/snowball/russian"
	"golang.org/x/text/unicode/norm"
)

// A Query is what a person looks for, in words. Russian words match by their
// stems. The stemmer knows no Belarusian, whose words therefore match by their
// beginnings as well; so do half-typed words of any language.
type Query []word

type word struct{ plain, stem string }

// ParseQuery reads the words of text.
func ParseQuery(text string) Query {
	var q Query
	for _, w := range split(text) {
		q = append(q, word{w, russian.Stem(w, false)})
	}
	return q
}

// Empty says whether the query asks for nothing in particular.
func (q Query) Empty() bool { return len(q) == 0 }

// Matches says whether every word of the query is in one of the texts.
func (q Query) Matches(texts ...string) bool {
	if len(q) == 0 {
		return true
	}
	var have []word
	for _, t := range texts {
		for _, w := range split(t) {
			have = append(have, word{w, russian.Stem(w, false)})
		}
	}
	for _, want := range q {
		if !slices.ContainsFunc(have, want.in) {
			return false
		}
	}
	return true
}

// in says whether the looked-for word w is found in the word h of a text. Of a
// longer Belarusian word the last two letters may differ, which is where its
// cases are.
func (w word) in(h word) bool {
	if strings.HasPrefix(h.plain, w.plain) || w.stem == h.stem {
		return true
	}
	r := []rune(w.plain)
	return len(r) > 5 && strings.HasPrefix(h.plain, string(r[:len(r)-2]))
}

// split returns the words of text in lower case with е for ё, and numbers of
// procedures (1.1.5) whole.
func split(text string) []string {
	text = strings.ReplaceAll(strings.ToLower(norm.NFC.String(text)), "ё", "е")
	words := strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '.' && r != '\'' && r != '’'
	})
	words = slices.DeleteFunc(words, func(w string) bool { return strings.Trim(w, ".'’") == "" })
	for i, w := range words {
		words[i] = strings.ReplaceAll(strings.Trim(w, ".'’"), "’", "'")
	}
	return words
}
