package dbx

import (
	"strconv"
	"strings"
)

// Dollar returns query with its ? written as $1, $2 and so on, as PostgreSQL
// wants parameters. What stands in quotes and comments is left alone.
func Dollar(query string) string {
	if !strings.Contains(query, "?") {
		return query
	}
	var b strings.Builder
	b.Grow(len(query) + 16)
	n := 0
	for i := 0; i < len(query); i++ {
		if j := skip(query[i:]); j > 0 {
			b.WriteString(query[i : i+j])
			i += j - 1
			continue
		}
		if query[i] != '?' {
			b.WriteByte(query[i])
			continue
		}
		n++
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(n))
	}
	return b.String()
}

// skip returns the length of the quoted text or the comment that s begins with,
// or 0. A doubled quote is two texts side by side, which comes to the same.
func skip(s string) int {
	end := ""
	switch {
	case s[0] == '\'' || s[0] == '"':
		end = s[:1]
	case strings.HasPrefix(s, "--"):
		end = "\n"
	case strings.HasPrefix(s, "/*"):
		end = "*/"
	default:
		return 0
	}
	if i := strings.Index(s[len(end):], end); i >= 0 {
		return len(end) + i + len(end)
	}
	return len(s)
}

// Plain returns args with what only SQLite would take by itself made plain: a
// truth value is stored as 0 or 1 by both engines. args is left as it is.
func Plain(args []any) []any {
	for i, a := range args {
		b, ok := a.(bool)
		if !ok {
			continue
		}
		out := append([]any(nil), args...)
		out[i] = int64(0)
		if b {
			out[i] = int64(1)
		}
		return append(out[:i+1], Plain(out[i+1:])...)
	}
	return args
}
