package rule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// MaxLen bounds the text of a rule, in code points; MaxDepth its nesting.
const (
	MaxLen   = 2000
	MaxDepth = 32
)

// An Error says what is wrong with a rule, and where.
type Error struct {
	At  int // octets from the start
	Msg string
}

// Error returns the message with its place.
func (e *Error) Error() string { return fmt.Sprintf("rule, at %d: %s", e.At, e.Msg) }

func wrong(at int, format string, args ...any) *Error {
	return &Error{At: at, Msg: fmt.Sprintf(format, args...)}
}

type tokenKind uint8

const (
	tEnd tokenKind = iota
	tNumber
	tText
	tName
	tOp
)

type token struct {
	kind tokenKind
	at   int
	text string // the operator, the name, the digits, or the text between the quotes
}

// operators, longer ones first.
var operators = []string{
	"==", "!=", "<=", ">=", "&&", "||", "<", ">", "+", "-", "*", "/", "!", "?", ":", ".", ",", "(", ")", "[", "]",
}

// reserved are the words that the Common Expression Language keeps for itself.
var reserved = []string{
	"as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
	"namespace", "return", "var", "void", "while",
}

// lex splits a rule into tokens; the last one is tEnd.
func lex(src string) ([]token, error) {
	if !utf8.ValidString(src) || utf8.RuneCountInString(src) > MaxLen {
		return nil, wrong(0, "longer than %d characters, or not a text", MaxLen)
	}
	var out []token
	for at := 0; ; {
		for at < len(src) && strings.IndexByte(" \t\r\n", src[at]) >= 0 {
			at++
		}
		if at == len(src) {
			return append(out, token{kind: tEnd, at: at}), nil
		}
		t, end, err := next(src, at)
		if err != nil {
			return nil, err
		}
		out, at = append(out, t), end
	}
}

func next(src string, at int) (token, int, error) {
	c := src[at]
	switch {
	case c == '\'' || c == '"':
		return quoted(src, at)
	case digit(c):
		return numeral(src, at)
	case letter(c):
		end := at
		for end < len(src) && (letter(src[end]) || digit(src[end])) {
			end++
		}
		word := src[at:end]
		if slices.Contains(reserved, word) {
			return token{}, 0, wrong(at, "the word %q is reserved", word)
		}
		return token{tName, at, word}, end, nil
	}
	for _, op := range operators {
		if strings.HasPrefix(src[at:], op) {
			return token{tOp, at, op}, at + len(op), nil
		}
	}
	r, _ := utf8.DecodeRuneInString(src[at:])
	return token{}, 0, wrong(at, "the character %q is out of place", r)
}

func digit(c byte) bool  { return c >= '0' && c <= '9' }
func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' }

// numeral reads digits, and more after a full stop.
func numeral(src string, at int) (token, int, error) {
	end := at
	for end < len(src) && digit(src[end]) {
		end++
	}
	if end-at > 1 && src[at] == '0' {
		return token{}, 0, wrong(at, "a number does not begin with 0")
	}
	if end+1 < len(src) && src[end] == '.' && digit(src[end+1]) {
		for end++; end < len(src) && digit(src[end]); {
			end++
		}
	}
	if end < len(src) && letter(src[end]) {
		return token{}, 0, wrong(at, "a number runs into a word")
	}
	return token{tNumber, at, src[at:end]}, end, nil
}

// quoted reads a text between quotes of one kind. A backslash stands before a
// quote, a backslash, n, r, t, or u and four hexadecimal digits.
func quoted(src string, at int) (token, int, error) {
	quote := src[at]
	var b strings.Builder
	for i := at + 1; i < len(src); i++ {
		switch c := src[i]; {
		case c == quote:
			return token{tText, at, b.String()}, i + 1, nil
		case c == '\n' || c == '\r':
			return token{}, 0, wrong(i, "a text ends on its line")
		case c != '\\':
			b.WriteByte(c)
		default:
			n, ok := escape(src[i+1:], &b)
			if !ok {
				return token{}, 0, wrong(i, "the backslash is out of place")
			}
			i += n
		}
	}
	return token{}, 0, wrong(at, "a text is not closed")
}

// escape writes what stands after a backslash and returns how many octets it
// took.
func escape(s string, b *strings.Builder) (int, bool) {
	if s == "" {
		return 0, false
	}
	if i := strings.IndexByte(`\'"nrt`, s[0]); i >= 0 {
		b.WriteByte("\\'\"\n\r\t"[i])
		return 1, true
	}
	if s[0] != 'u' || len(s) < 5 {
		return 0, false
	}
	n, err := strconv.ParseUint(s[1:5], 16, 32)
	if err != nil || !utf8.ValidRune(rune(n)) {
		return 0, false
	}
	b.WriteRune(rune(n))
	return 5, true
}
