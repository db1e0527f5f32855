package asic

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxName is the most octets of a name.
const maxName = 1024

// decomposition is a letter and what it consists of (form D of Unicode).
type decomposition struct {
	letter rune
	parts  string
}

// checkName says what is wrong with the name of a member, "" if nothing is. A
// name is a relative path with slashes that means the same on every system.
func checkName(name string) string {
	switch {
	case name == "" || len(name) > maxName:
		return "a name is empty or too long"
	case !utf8.ValidString(name):
		return "a name is not UTF-8"
	case strings.ContainsAny(name, "\\:"):
		return "a name has a backslash or a colon"
	case strings.ContainsFunc(name, hidden):
		return "a name has characters that cannot be seen or turn the writing around"
	}
	for part := range strings.SplitSeq(strings.TrimSuffix(name, "/"), "/") {
		if part == "" || part == "." || part == ".." {
			return "a name leads out of the container or is no plain path"
		}
	}
	return ""
}

// hidden are control characters and those that turn the direction of writing.
func hidden(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == utf8.RuneError || unicode.Is(unicode.Bidi_Control, r)
}

// fold returns what is equal for names that a system or a person may take for one:
// case, composition of letters, characters without width, dots and spaces at the
// end of a part. It is no name.
func fold(name string) string {
	var parts []string
	for part := range strings.SplitSeq(strings.TrimSuffix(name, "/"), "/") {
		parts = append(parts, strings.TrimRight(foldPart(part), ". "))
	}
	return strings.Join(parts, "/")
}

func foldPart(s string) string {
	var out []rune
	for _, r := range s {
		if unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) {
			continue
		}
		// A letter and its other case may be composed differently.
		for _, d := range decompose(r) {
			for _, x := range decompose(lowest(d)) {
				out = append(out, lowest(x))
			}
		}
	}
	for i := 0; i < len(out); i++ {
		j := i
		for j < len(out) && unicode.Is(unicode.Mn, out[j]) {
			j++
		}
		slices.Sort(out[i:j])
		i = max(i, j-1)
	}
	return string(out)
}

// lowest returns the least of the characters that differ by case only.
func lowest(r rune) rune {
	least := r
	for x := unicode.SimpleFold(r); x != r; x = unicode.SimpleFold(x) {
		least = min(least, x)
	}
	return least
}

func decompose(r rune) string {
	i, ok := slices.BinarySearchFunc(decompositions[:], r, func(d decomposition, r rune) int { return int(d.letter - r) })
	if !ok {
		return string(r)
	}
	return decompositions[i].parts
}

// doubles returns two names that may be taken for one, or one that is a file and
// a folder at once; ok is false when there are none.
func doubles(names []string) (a, b string, ok bool) {
	seen := map[string]string{}
	for _, name := range names {
		key := fold(name)
		if other, ok := seen[key]; ok {
			return other, name, true
		}
		seen[key] = name
	}
	for _, name := range names {
		key := fold(name)
		for i := strings.LastIndexByte(key, '/'); i > 0; i = strings.LastIndexByte(key[:i], '/') {
			if other, ok := seen[key[:i]]; ok && !strings.HasSuffix(other, "/") {
				return other, name, true
			}
		}
	}
	return "", "", false
}
