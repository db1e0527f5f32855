package logx

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/sirupsen/logrus"
)

// rules are what may not stand in a record, most specific first. The program
// speaks English to its log, so a Cyrillic letter there is something that a
// person typed or named: a name, an address, a file, an answer of a form.
//
// Most records hold none of it, and expressions are slow: a rule is tried only
// where the octets say that it may find something.
var rules = []struct {
	may  func(traits) bool
	what *regexp.Regexp
	with string
}{
	{func(t traits) bool { return t.at }, regexp.MustCompile(`(?i)[\p{L}0-9._%+-]+@[\p{L}0-9-]+(?:\.[\p{L}0-9-]+)+`), "<email>"},
	{func(t traits) bool { return t.digits >= 7 }, regexp.MustCompile(`\b[0-9]{7}[ABCKEMHabckemh][0-9]{3}(?i:PB|BA|BI)[0-9]\b`), "<ident>"},
	{func(t traits) bool { return t.digits >= 7 }, regexp.MustCompile(`\b[A-Z]{2}[0-9]{7}\b`), "<passport>"},
	{func(t traits) bool { return t.plus }, regexp.MustCompile(`\+375[0-9 ()-]{9,16}`), "<phone>"},
	{func(t traits) bool { return t.digits >= 20 }, regexp.MustCompile(`[0-9]{20,}`), "<digits>"},
	{func(t traits) bool { return t.slash }, regexp.MustCompile(`(?:file://)?(?:[A-Za-z]:\\|\\\\|/(?:` + strings.Join(folders, "|") + `)/)(?:[^\s:"'<>|]*[/\\])?[^\s:"'<>|]*(?: [^\s:"'<>|/\\]+\.[\p{L}0-9]{1,5}\b)?`), "<path>"},
	{func(t traits) bool { return t.wide }, regexp.MustCompile(`[\p{L}\p{M}\p{N}'’.-]*\p{Cyrillic}[\p{L}\p{M}\p{N}'’.-]*(?:[ ,]+[\p{L}\p{M}\p{N}'’.-]*\p{Cyrillic}[\p{L}\p{M}\p{N}'’.-]*)*`), "<text>"},
}

// folders are those at the top of a disk below which people keep files.
var folders = []string{"home", "root", "Users", "Volumes", "media", "mnt", "run", "tmp", "var", "srv", "opt", "data", "work"}

// traits are what one look at a text's octets tells.
type traits struct {
	at, plus, slash bool // has @, +, a backslash or one of the folders
	wide            bool // has letters beyond ASCII
	digits          int  // the longest run of them
}

func traitsOf(s string) (t traits) {
	run := 0
	for i := range len(s) {
		switch c := s[i]; {
		case '0' <= c && c <= '9':
			run++
			t.digits = max(t.digits, run)
			continue
		case c == '@':
			t.at = true
		case c == '+':
			t.plus = true
		case c == '\\':
			t.slash = true
		case c == '/':
			name, _, ended := strings.Cut(s[i+1:], "/")
			t.slash = t.slash || ended && slices.Contains(folders, name)
		case c >= 0x80:
			t.wide = true
		}
		run = 0
	}
	return t
}

// Scrub returns s without what looks like personal data: addresses of mail,
// identification and passport numbers, telephones, runs of twenty digits and
// more, names of files and folders, and everything written in Cyrillic.
func Scrub(s string) string {
	t := traitsOf(s)
	for _, r := range rules {
		if r.may(t) {
			s = r.what.ReplaceAllString(s, r.with)
		}
	}
	return s
}

// scrubber is a formatter that passes the message and every textual field
// through Scrub. Stacks are the program's own text and stay whole.
type scrubber struct{ next logrus.Formatter }

// Format implements logrus.Formatter.
func (f scrubber) Format(e *logrus.Entry) ([]byte, error) {
	clean := *e
	clean.Message = Scrub(e.Message)
	clean.Data = make(logrus.Fields, len(e.Data))
	for k, v := range e.Data {
		clean.Data[k] = scrubValue(k, v)
	}
	return f.next.Format(&clean)
}

// StackField is the name of the one field that is written as it is: a
// goroutine's stack as runtime/debug prints it, which holds no values.
const StackField = "stack"

func scrubValue(name string, v any) any {
	switch v := v.(type) {
	case bool, int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64, float32, float64, nil:
		return v
	case string:
		if name == StackField {
			return v
		}
		return Scrub(v)
	case error:
		return scrubError(v)
	default: // a Code, a time, a list: whatever it is, it is written as text
		return Scrub(fmt.Sprint(v))
	}
}

// scrubError knows the two errors that name files, so that a folder outside the
// usual places is taken out too.
func scrubError(err error) string {
	text := err.Error()
	if e, ok := errors.AsType[*fs.PathError](err); ok && e.Path != "" {
		text = strings.ReplaceAll(text, e.Path, "<path>")
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok && e.Old != "" && e.New != "" {
		text = strings.ReplaceAll(strings.ReplaceAll(text, e.New, "<path>"), e.Old, "<path>")
	}
	return Scrub(text)
}
