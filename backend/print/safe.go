package print

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// pagesMark stands for the number of pages until it is known. It is made of
// characters of private use, which no text can bring: safe escapes them.
const pagesMark = "\ue000\ue001"

// shown are the characters that the letters of the papers have.
var shown = &unicode.RangeTable{R16: []unicode.Range16{
	{Lo: 0x20, Hi: 0x7e, Stride: 1},
	{Lo: 0xa0, Hi: 0xac, Stride: 1},
	{Lo: 0xae, Hi: 0x24f, Stride: 1},
	{Lo: 0x2bc, Hi: 0x2bc, Stride: 1},
	{Lo: 0x300, Hi: 0x33f, Stride: 1},
	{Lo: 0x384, Hi: 0x3ce, Stride: 1},
	{Lo: 0x400, Hi: 0x52f, Stride: 1},
	{Lo: 0x2010, Hi: 0x2027, Stride: 1},
	{Lo: 0x2030, Hi: 0x205e, Stride: 1},
	{Lo: 0x20a0, Hi: 0x20b5, Stride: 1},
	{Lo: 0x2116, Hi: 0x2122, Stride: 1},
	{Lo: 0x2190, Hi: 0x22ff, Stride: 1},
	{Lo: 0x25a0, Hi: 0x25ff, Stride: 1},
}, LatinOffset: 2}

// safe returns s with every character that the letters do not have, or that
// would change the order of others, written as its number: [U+1F600]. What was
// signed must be seen whole, and the writer of PDFs cannot take a character
// outside the basic plane. Line ends stay, tabulators become blanks.
func safe(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r == utf8.RuneError || r == '\t' || r == '\r' || !unicode.Is(shown, r) }) {
		return s
	}
	var b strings.Builder
	for _, r := range strings.ReplaceAll(s, "\r\n", "\n") {
		switch {
		case r == '\n' || r != utf8.RuneError && unicode.Is(shown, r):
			b.WriteRune(r)
		case r == '\t':
			b.WriteByte(' ')
		case unicode.Is(unicode.Zs, r):
			b.WriteByte(' ')
		default:
			fmt.Fprintf(&b, "[U+%04X]", r)
		}
	}
	return b.String()
}

// lines breaks a text into lines of at most w millimetres in the letters that
// are set.
func (p *paper) lines(s string, w float64) []string { return p.SplitText(safe(s), w) }
