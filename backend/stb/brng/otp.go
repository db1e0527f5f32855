package brng

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"akno/backend/stb/belt"
)

// Errors of one-time passwords.
var (
	// ErrDigits says that a password cannot have that many digits.
	ErrDigits = errors.New("brng: number of digits not allowed")
	// ErrSuite says that the description of an OCRA computation is not one of annex А over HBELT, or that its
	// inputs do not fit it.
	ErrSuite = errors.New("brng: OCRA suite and inputs do not fit")
)

// truncate makes a password of the given number of digits of a HMAC value (annex А, otp-dt).
func truncate(mac [belt.Size]byte, digits int) string {
	at := mac[len(mac)-1] % 16
	v := binary.BigEndian.Uint32(mac[at:]) & 0x7fffffff
	m := uint32(1)
	for range digits {
		m *= 10
	}
	return fmt.Sprintf("%0*d", digits, v%m)
}

// HOTP returns the one-time password of 6 to 8 digits for a counter (annex А); other numbers of
// digits give ErrDigits.
func HOTP(key []byte, counter uint64, digits int) (string, error) {
	if digits < 6 || digits > 8 {
		return "", ErrDigits
	}
	var w [8]byte
	binary.BigEndian.PutUint64(w[:], counter)
	return truncate(belt.SumHMAC(key, w[:]), digits), nil
}

// TOTP returns the one-time password for a time t, both t and the origin in seconds of the Unix
// clock, with a step of seconds (annex А): HOTP with the number of whole steps. A step below 1 or a
// time before the origin gives ErrSuite.
func TOTP(key []byte, t, origin, step int64, digits int) (string, error) {
	if step < 1 || t < origin {
		return "", ErrSuite
	}
	return HOTP(key, uint64(t-origin)/uint64(step), digits)
}

// OCRAInput is what goes into a password besides the question.
type OCRAInput struct {
	// Counter counts where the suite has C.
	Counter uint64
	// Question holds the question of the other side, and possibly the own one after it: each of
	// 4 to 64 octets of the suite's alphabet.
	Question []byte
	// PasswordHash is the hash value of a static password where the suite has P: of 32 octets for
	// PHBELT and PSHA256, 20 for PSHA1, 64 for PSHA512.
	PasswordHash []byte
	// Session is the identifier of the session where the suite has S.
	Session []byte
	// Time is the number of whole steps since 1970 where the suite has T.
	Time uint64
}

// suite is a description of annex А, taken apart.
type suite struct {
	digits                      int
	counter, time               bool
	alphabet                    byte
	question, password, session int
}

// OCRA returns the one-time password for a suite such as "OCRA-1:HOTP-HBELT-8:C-QN08-PHBELT-S064-T1M"
// (annex А). A suite that is malformed, or that does not fit the inputs, gives ErrSuite.
func OCRA(description string, key []byte, in OCRAInput) (string, error) {
	s, ok := parseSuite(description)
	if !ok || !s.fits(in) {
		return "", ErrSuite
	}
	x := append([]byte(description), 0)
	if s.counter {
		x = binary.BigEndian.AppendUint64(x, in.Counter)
	}
	x = append(x, in.Question...)
	x = append(x, make([]byte, 128-len(in.Question))...)
	x = append(x, in.PasswordHash...)
	x = append(x, in.Session...)
	if s.time {
		x = binary.BigEndian.AppendUint64(x, in.Time)
	}
	defer clear(x)
	return truncate(belt.SumHMAC(key, x), s.digits), nil
}

// fits returns whether the inputs have the lengths and the alphabet of the suite.
func (s *suite) fits(in OCRAInput) bool {
	if len(in.Question) < 4 || len(in.Question) > 2*s.question || len(in.Session) != s.session ||
		len(in.PasswordHash) != s.password {
		return false
	}
	for _, c := range in.Question {
		digit := c >= '0' && c <= '9'
		hexadecimal := digit || c >= 'A' && c <= 'F' || c >= 'a' && c <= 'f'
		letter := digit || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
		if !map[byte]bool{'N': digit, 'H': hexadecimal, 'A': letter}[s.alphabet] {
			return false
		}
	}
	return true
}

// parseSuite takes a description apart.
func parseSuite(description string) (s suite, ok bool) {
	rest, ok := strings.CutPrefix(description, "OCRA-1:HOTP-HBELT-")
	if !ok || len(rest) < 3 || rest[0] < '4' || rest[0] > '9' || rest[1] != ':' {
		return s, false
	}
	s.digits = int(rest[0] - '0')
	parts := strings.Split(rest[2:], "-")
	if parts[0] == "C" {
		s.counter, parts = true, parts[1:]
	}
	if len(parts) == 0 || len(parts[0]) != 4 || parts[0][0] != 'Q' || !strings.Contains("ANH", parts[0][1:2]) {
		return s, false
	}
	s.alphabet = parts[0][1]
	if s.question, ok = number(parts[0][2:], 4, 64); !ok {
		return s, false
	}
	parts = parts[1:]
	if len(parts) > 0 {
		// The hash of the password is computed elsewhere; only its length matters here.
		if n := map[string]int{"PHBELT": belt.Size, "PSHA1": 20, "PSHA256": 32, "PSHA512": 64}[parts[0]]; n > 0 {
			s.password, parts = n, parts[1:]
		}
	}
	if len(parts) > 0 && len(parts[0]) == 4 && parts[0][0] == 'S' {
		if s.session, ok = number(parts[0][1:], 1, 512); !ok {
			return s, false
		}
		parts = parts[1:]
	}
	if len(parts) > 0 && validStep(parts[0]) {
		s.time, parts = true, parts[1:]
	}
	return s, len(parts) == 0
}

// validStep returns whether p is a time step such as T1M.
func validStep(p string) bool {
	if len(p) < 3 || p[0] != 'T' || p[1] == '0' {
		return false
	}
	limit := map[byte]int{'S': 59, 'M': 59, 'H': 48}[p[len(p)-1]]
	_, ok := number(p[1:len(p)-1], 1, limit)
	return ok
}

// number reads decimal digits of a number within limits.
func number(text string, low, high int) (int, bool) {
	n, err := strconv.ParseUint(text, 10, 16)
	return int(n), err == nil && int(n) >= low && int(n) <= high
}
