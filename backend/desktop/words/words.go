// Package words is how the desktop looks for things: the words of a text and of
// a question, brought to their stems, so that any form of a Russian or
// Belarusian word finds every other. The catalogue compares texts with it, the
// drafts keep its tokens in an index.
package words

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kljensen/snowball/russian"
	"golang.org/x/text/unicode/norm"
)

// A Query is what a person looks for, in words. A word is found by its stem in
// either language, or by its beginning, since it may be half typed.
type Query []word

type word struct {
	plain, ru, be string
	whole         bool // it was typed to its end
}

// ParseQuery reads the words of text.
func ParseQuery(text string) Query {
	var q Query
	for _, w := range Split(text) {
		q = append(q, wordOf(w))
	}
	last := strings.LastIndexFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '.' })
	for i := range q {
		_, size := utf8.DecodeRuneInString(text[max(last, 0):])
		q[i].whole = i < len(q)-1 || last+size < len(text)
	}
	return q
}

// wordOf finds the stems of a word: in each language in whose letters it can be
// written, "" in the other.
func wordOf(plain string) word {
	w := word{plain: plain}
	if cyrillic(plain) && !strings.ContainsAny(plain, "іў") {
		w.ru = russian.Stem(plain, false)
	}
	if !strings.ContainsAny(plain, "ищъ") {
		w.be = stemBelarusian(plain)
	}
	return w
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
		for _, w := range Split(t) {
			have = append(have, wordOf(w))
		}
	}
	for _, want := range q {
		if !slices.ContainsFunc(have, want.in) {
			return false
		}
	}
	return true
}

// in says whether the looked-for word w is found in the word h of a text.
func (w word) in(h word) bool {
	return strings.HasPrefix(h.plain, w.plain) || w.ru != "" && w.ru == h.ru || w.be != "" && w.be == h.be
}

// Split returns the words of text in lower case with е for ё and without
// apostrophes, and numbers of procedures (1.1.5) whole.
func Split(text string) []string {
	text = strings.ReplaceAll(strings.ToLower(norm.NFC.String(text)), "ё", "е")
	text = strings.NewReplacer("'", "", "’", "", "ʼ", "").Replace(text)
	fields := strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '.'
	})
	out := fields[:0]
	for _, w := range fields {
		if w = strings.Trim(w, "."); w != "" {
			out = append(out, w)
		}
	}
	return out
}

// The kinds of tokens, each by the character before it. None of them is of a
// word, so that a token is never taken for a word or another kind.
const (
	markRussian    = "="
	markBelarusian = "~"
	markBeginning  = ">"
)

// beginnings are the lengths in letters at which the beginning of a word is a
// token. A half-typed word of another length is looked for by the longest of
// them that it has: two letters more or less of a long word tell little.
// Of a number every beginning is one: each digit tells.
var beginnings = []int{1, 2, 3, 4, 5, 6, 8}

const longestNumber = 40

// startsOf returns the lengths of the beginnings of a word that are tokens.
func startsOf(letters []rune) []int {
	if !slices.ContainsFunc(letters, unicode.IsDigit) {
		n := 0
		for n < len(beginnings) && beginnings[n] <= len(letters) {
			n++
		}
		return beginnings[:n]
	}
	out := make([]int, min(len(letters), longestNumber))
	for i := range out {
		out[i] = i + 1
	}
	return out
}

// MaxTokens bounds the tokens of one text, so that nobody's novel makes the
// index slow for everything else.
const MaxTokens = 4000

// Tokens returns what an index keeps of the texts, each token once.
func Tokens(texts ...string) []string {
	seen := map[string]bool{}
	out := []string{}
	add := func(token string) {
		if !seen[token] && len(out) < MaxTokens {
			seen[token] = true
			out = append(out, token)
		}
	}
	for _, t := range texts {
		for _, plain := range Split(t) {
			w := wordOf(plain)
			if w.ru != "" {
				add(markRussian + w.ru)
			}
			if w.be != "" {
				add(markBelarusian + w.be)
			}
			letters := []rune(plain)
			for _, n := range startsOf(letters) {
				add(markBeginning + string(letters[:n]))
			}
		}
	}
	return out
}

// Tokens returns for each word of the query the tokens of which one must be in
// a text that is found: its stems, and its beginning while it may be half typed.
func (q Query) Tokens() [][]string {
	out := make([][]string, 0, len(q))
	for _, w := range q {
		var list []string
		if !w.whole || w.ru == "" && w.be == "" {
			letters := []rune(w.plain)
			starts := startsOf(letters)
			list = append(list, markBeginning+string(letters[:starts[len(starts)-1]]))
		}
		if w.ru != "" {
			list = append(list, markRussian+w.ru)
		}
		if w.be != "" {
			list = append(list, markBelarusian+w.be)
		}
		out = append(out, list)
	}
	return out
}
