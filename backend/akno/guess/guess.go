// Package guess says how soon a new password would be guessed: in bits, as if
// the one who guesses knew the words that people choose here, in either layout
// of the keyboard, and the ways in which they are made longer. It knows of no
// rules of composition, and it refuses nothing by itself: whoever keeps secrets
// says how many bits are enough.
//
// It is no library, since those take a password as a text that cannot be wiped
// and know of one alphabet. A password is never kept: what is worked on is wiped
// before Bits returns.
package guess

import (
	"bytes"
	"math"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	_ "embed"
)

// Enough is how many bits a password must have that guards what lies on a disk:
// whoever took the disk guesses as fast as the derivation of the key allows.
const Enough = 40

// EnoughOnline is the same where each guess is a request that is counted.
const EnoughOnline = 20

// most is how many characters are looked at: no password is weak beyond them.
const most = 80

// Costs in bits.
const (
	ofWord  = 12.0 // one of some thousand
	ofRun   = 5.0  // where it begins and which way it goes
	ofYear  = 6.0
	ofDate  = 14.0
	again   = 2.0 // the part before, once more
	another = 1.0 // a further part
	leet    = 2.0
	digit   = 3.3
	letter  = 4.7
	capital = 5.7
	other   = 5.5
	blank   = 2.0
)

var (
	//go:embed frequent.txt
	frequent string
	//go:embed words.txt
	short string
)

// words are what people choose, by the keys on which it is typed: so a word is
// found in whatever layout it was typed.
var words = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(frequent + "\n" + short) {
		keys := string(keysOf(nil, []rune(w)))
		m[keys] = true
		if base := strings.TrimRight(keys, "0123456789!"); len(base) >= 4 {
			m[base] = true
		}
	}
	return m
})

// rows of the keyboard, by keys.
var rows = []string{"`1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./"}

// onKey is where the letters of the Russian and the Belarusian layout are.
var onKey = func() map[rune]byte {
	m := map[rune]byte{'ў': 'o', 'і': 'b', 'ё': '`', '’': '\''}
	letters := []rune("йцукенгшщзхъфывапролджэячсмитьбю")
	for i, key := range []byte("qwertyuiop[]asdfghjkl;'zxcvbnm,.") {
		m[letters[i]] = key
	}
	return m
}()

// plain reads the digits and signs that stand for letters.
var plain = map[byte]byte{'0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', '$': 's'}

// keysOf appends the key of every character, in lower case; what is on no key
// of these layouts is 0.
func keysOf(to []byte, text []rune) []byte {
	for _, r := range text {
		r = unicode.ToLower(r)
		key, cyrillic := onKey[r]
		if !cyrillic && r < utf8.RuneSelf {
			key = byte(r)
		}
		to = append(to, key)
	}
	return to
}

// Bits estimates the password: the cheapest way to put it together of words,
// runs, dates, repetitions and single characters.
func Bits(password []byte) float64 {
	text := make([]rune, 0, most)
	for rest := password; len(rest) > 0 && len(text) < most; {
		r, size := utf8.DecodeRune(rest)
		text, rest = append(text, r), rest[size:]
	}
	keys := keysOf(make([]byte, 0, most), text)
	read := make([]byte, len(keys))
	defer func() {
		clear(text)
		clear(keys)
		clear(read)
	}()
	for i, k := range keys {
		read[i] = k
		if l, ok := plain[k]; ok {
			read[i] = l
		}
	}
	best := make([]float64, len(text)+1)
	for to := 1; to <= len(text); to++ {
		best[to] = math.Inf(1)
		for from := range to {
			if cost := part(text, keys, read, from, to); !math.IsInf(cost, 1) {
				if from > 0 {
					cost += another
				}
				best[to] = min(best[to], best[from]+cost)
			}
		}
		// A character that is nothing else is no part of its own.
		best[to] = min(best[to], best[to-1]+single(text[to-1]))
	}
	return best[len(text)]
}

func single(r rune) float64 {
	switch {
	case unicode.IsDigit(r):
		return digit
	case unicode.IsSpace(r):
		return blank
	case unicode.IsUpper(r):
		return capital
	case unicode.IsLetter(r):
		return letter
	}
	return other
}

// part is what the characters from…to cost as one thing that people write, or
// infinity.
func part(text []rune, keys, read []byte, from, to int) float64 {
	n := to - from
	if n < 2 {
		return math.Inf(1)
	}
	cost := math.Inf(1)
	if n >= 3 {
		if words()[string(keys[from:to])] { // no text is made of it
			cost = ofWord
		} else if words()[string(read[from:to])] {
			cost = ofWord + leet
		}
		if stepped(text[from:to]) || n >= 4 && onRow(keys[from:to]) {
			cost = min(cost, ofRun+math.Log2(float64(n)))
		}
	}
	if from >= n && bytes.Equal(keys[from:to], keys[from-n:from]) && keys[from] != 0 {
		cost = min(cost, again)
	}
	return min(cost, day(text[from:to]))
}

// stepped says whether each character is followed by its neighbour, or by itself.
func stepped(text []rune) bool {
	step := text[1] - text[0]
	if step < -1 || step > 1 {
		return false
	}
	for i := 2; i < len(text); i++ {
		if text[i]-text[i-1] != step {
			return false
		}
	}
	return true
}

// onRow says whether the keys are neighbours in a row of the keyboard.
func onRow(keys []byte) bool {
	for _, row := range rows {
		at := strings.IndexByte(row, keys[0])
		if at < 0 {
			continue
		}
		for _, step := range []int{1, -1} {
			run := true
			for i, k := range keys {
				p := at + i*step
				run = run && p >= 0 && p < len(row) && row[p] == k
			}
			if run {
				return true
			}
		}
	}
	return false
}

// day is what a year or a date of six or eight digits costs.
func day(text []rune) float64 {
	number := func(from, to int) int {
		n := 0
		for _, r := range text[from:to] {
			n = n*10 + int(r-'0')
		}
		return n
	}
	if len(text) == 10 && text[2] == text[5] && strings.ContainsRune(".-/", text[2]) { // as it is written
		whole := [8]rune{text[0], text[1], text[3], text[4], text[6], text[7], text[8], text[9]}
		defer clear(whole[:])
		return day(whole[:])
	}
	for _, r := range text {
		if r < '0' || r > '9' {
			return math.Inf(1)
		}
	}
	year := func(n int) bool { return n >= 1900 && n <= 2059 }
	date := func(d, m int) bool { return d >= 1 && d <= 31 && m >= 1 && m <= 12 }
	switch len(text) {
	case 4:
		if year(number(0, 4)) {
			return ofYear
		}
	case 6:
		if date(number(0, 2), number(2, 4)) {
			return ofDate
		}
	case 8:
		if date(number(0, 2), number(2, 4)) && year(number(4, 8)) || year(number(0, 4)) && date(number(6, 8), number(4, 6)) {
			return ofDate
		}
	}
	return math.Inf(1)
}
