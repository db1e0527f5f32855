package session

import (
	"errors"
	"net"
	"net/url"
	"strings"

	"akno/backend/akno"
	"akno/backend/akno/ident"
)

var errNotChallenge = errors.New("the portal sent something else than a challenge of its own for this purpose")

// ActivationCode returns the code of an activation letter from what a person
// pasted: the code itself, with blanks or dashes, or the whole link. Cyrillic
// letters that look like the Latin ones of a code are repaired.
func ActivationCode(s string) (string, error) {
	s = strings.TrimSpace(s)
	if u, err := url.Parse(s); err == nil && u.Scheme != "" {
		if s = u.Query().Get("code"); s == "" {
			s = u.Path[strings.LastIndexByte(u.Path, '/')+1:]
		}
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '\u00a0' || r == '-' || r == '\n' || r == '\t':
			return -1
		default:
			return r
		}
	}, s)
	s = ident.Capitals(s)
	const shortest, longest = 8, 64
	if len(s) < shortest || len(s) > longest || strings.IndexFunc(s, notCodeLetter) >= 0 {
		return "", &akno.Error{Code: akno.Invalid, Op: "session.ActivationCode", Fields: map[string]string{"code": "pattern"}}
	}
	return s, nil
}

func notCodeLetter(r rune) bool {
	return (r < '0' || r > '9') && (r < 'A' || r > 'Z')
}

// samePortal says whether a challenge that names origin may be signed for the
// portal at address. On this computer one portal may be reached by several
// names and ports.
func samePortal(origin, address string) bool {
	a, errA := url.Parse(origin)
	b, errB := url.Parse(address)
	if errA != nil || errB != nil || a.Host == "" || b.Host == "" {
		return false
	}
	if here(a) && here(b) {
		return true
	}
	same := func(x, y string) bool { return strings.TrimRight(x, "/") == strings.TrimRight(y, "/") }
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b) && same(a.EscapedPath(), b.EscapedPath())
}

// here says whether u is on this computer.
func here(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}
