// Package ident checks what identifies people and organisations in Belarus: the
// identification number, the payer's number (УНП), bank accounts, phones,
// identity documents, names and addresses. It repairs the letters that a
// Cyrillic keyboard produces where Latin ones are meant, says that it did, and
// never guesses between a letter and a digit.
package ident

import (
	"strings"
	"unicode"
)

// A Fault says why a text is not what it should be. The words are part of the
// API: each selects a message that a person reads.
type Fault string

// The faults. An empty Fault means that the text is right.
const (
	None       Fault = ""
	Length     Fault = "length"
	Format     Fault = "format"
	CheckDigit Fault = "check_digit"
	Impossible Fault = "date_impossible"
)

// A Warning is a doubt about a text that is formally right.
type Warning string

// The warnings.
const (
	CenturyUnknown    Warning = "century_unknown"     // the first digit does not tell century and sex
	UnusualFirstDigit Warning = "unusual_first_digit" // no known region of a payer's number
	UnknownSeries     Warning = "unknown_series"      // a series that passports are not known to have
	UnknownArea       Warning = "unknown_area"        // no known area code of a phone
)

// latinOf maps the Cyrillic capitals that look like Latin ones. Nothing else is
// mapped: У, З and б are no Y, 3 and 6.
var latinOf = map[rune]rune{
	'А': 'A', 'В': 'B', 'Е': 'E', 'К': 'K', 'М': 'M', 'Н': 'H', 'О': 'O', 'Р': 'P', 'С': 'C', 'Т': 'T', 'Х': 'X', 'І': 'I',
}

// cyrillicOf maps the Latin letters that look like Cyrillic ones, for house
// numbers and names. І is left out: a Russian text has none.
var cyrillicOf = map[rune]rune{
	'A': 'А', 'B': 'В', 'E': 'Е', 'K': 'К', 'M': 'М', 'H': 'Н', 'O': 'О', 'P': 'Р', 'C': 'С', 'T': 'Т', 'X': 'Х',
	'a': 'а', 'e': 'е', 'o': 'о', 'p': 'р', 'c': 'с', 'x': 'х',
}

// Latin returns s in upper case without blanks and hyphens and with look-alike
// Cyrillic letters replaced, and whether letters had to be replaced.
func Latin(s string) (out string, repaired bool) {
	out = strings.Map(func(r rune) rune {
		if latin, ok := latinOf[r]; ok {
			repaired = true
			return latin
		}
		return r
	}, strings.ToUpper(strip(s)))
	return out, repaired
}

// Capitals returns s in upper case with look-alike Cyrillic letters replaced;
// blanks and hyphens stay.
func Capitals(s string) string {
	return strings.Map(func(r rune) rune {
		if latin, ok := latinOf[r]; ok {
			return latin
		}
		return r
	}, strings.ToUpper(s))
}

// Cyrillic returns s with look-alike Latin letters replaced by Cyrillic ones,
// and whether letters had to be replaced.
func Cyrillic(s string) (out string, repaired bool) {
	out = strings.Map(func(r rune) rune {
		if c, ok := cyrillicOf[r]; ok {
			repaired = true
			return c
		}
		return r
	}, s)
	return out, repaired
}

// Word reports whether s is a word of one alphabet: three letters or more, all of
// them Cyrillic or all Latin, and no digit. Such a word was typed on the keyboard
// of its alphabet and is no slip: СТАС in Latin letters is not CTAC, nor HOPE in Cyrillic ones НОРЕ.
func Word(s string) bool {
	letters, cyrillic := 0, 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			return false
		case unicode.Is(unicode.Cyrillic, r):
			letters, cyrillic = letters+1, cyrillic+1
		case unicode.IsLetter(r):
			letters++
		}
	}
	return letters >= 3 && (cyrillic == 0 || cyrillic == letters)
}

// Visible returns s without the characters that nobody sees: marks of direction,
// zero widths and soft hyphens, which come along when a text is copied from a
// page, a messenger or a list of contacts. What is signed must be what is shown,
// and a mark of direction shows a text in another order than it has.
func Visible(s string) string {
	if !strings.ContainsFunc(s, unseen) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if unseen(r) {
			return -1
		}
		return r
	}, s)
}

func unseen(r rune) bool {
	switch {
	case r == '\u00ad', r == '\u061c', r == '\ufeff', r >= '\u200b' && r <= '\u200f', r >= '\u202a' && r <= '\u202e', r >= '\u2060' && r <= '\u2069':
		return true
	}
	return false
}

// strip removes blanks and hyphens of every kind, and what nobody sees.
func strip(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\n', '\r', '\u00a0', '\u2007', '\u2009', '\u202f', '-', '\u2010', '\u2011', '\u2012', '\u2013', '\u2014':
			return -1
		}
		if unseen(r) {
			return -1
		}
		return r
	}, s)
}

func digitsOnly(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
