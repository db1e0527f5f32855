package der

import (
	"time"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

// ReadTime reads the Time of certificates and revocation lists: UTCTime up to
// 2049, GeneralizedTime from 2050, whole seconds, Z, a date of the calendar.
func ReadTime(s *cryptobyte.String, out *time.Time) bool {
	var body cryptobyte.String
	var err error
	switch {
	case s.PeekASN1Tag(tag.UTCTime):
		if !s.ReadASN1(&body, tag.UTCTime) {
			return false
		}
		*out, err = ParseUTCTime(body)
		return err == nil
	case s.PeekASN1Tag(tag.GeneralizedTime):
		if !s.ReadASN1(&body, tag.GeneralizedTime) {
			return false
		}
		*out, err = ParseGeneralizedTime(body, false)
		return err == nil && out.Year() >= 2050
	}
	return false
}

// ReadGeneralizedTime reads a GeneralizedTime of whole seconds, any year.
func ReadGeneralizedTime(s *cryptobyte.String, out *time.Time) bool {
	var body cryptobyte.String
	if !s.ReadASN1(&body, tag.GeneralizedTime) {
		return false
	}
	t, err := ParseGeneralizedTime(body, false)
	*out = t
	return err == nil
}

// ParseUTCTime reads the contents octets YYMMDDhhmmssZ; YY from 50 on means the
// twentieth century.
func ParseUTCTime(b []byte) (time.Time, error) {
	if len(b) != 13 || b[12] != 'Z' {
		return time.Time{}, ErrEncoding
	}
	year, ok := digits(b[:2])
	if !ok {
		return time.Time{}, ErrEncoding
	}
	if year >= 50 {
		year += 1900
	} else {
		year += 2000
	}
	return calendar(year, b[2:12], 0)
}

// ParseGeneralizedTime reads the contents octets YYYYMMDDhhmmss[.f…]Z. A fraction
// is taken only when the caller allows one and must not end in a zero.
func ParseGeneralizedTime(b []byte, fraction bool) (time.Time, error) {
	if len(b) < 15 || b[len(b)-1] != 'Z' {
		return time.Time{}, ErrEncoding
	}
	year, ok := digits(b[:4])
	if !ok {
		return time.Time{}, ErrEncoding
	}
	nanos := 0
	if rest := b[14 : len(b)-1]; len(rest) > 0 {
		if !fraction || len(rest) < 2 || len(rest) > 10 || rest[0] != '.' || rest[len(rest)-1] == '0' {
			return time.Time{}, ErrEncoding
		}
		if nanos, ok = digits(rest[1:]); !ok {
			return time.Time{}, ErrEncoding
		}
		for range 10 - len(rest) {
			nanos *= 10
		}
	}
	return calendar(year, b[4:14], nanos)
}

// calendar joins a year with MMDDhhmmss and refuses what no calendar holds.
func calendar(year int, b []byte, nanos int) (time.Time, error) {
	var f [5]int
	for i := range f {
		n, ok := digits(b[2*i : 2*i+2])
		if !ok {
			return time.Time{}, ErrEncoding
		}
		f[i] = n
	}
	t := time.Date(year, time.Month(f[0]), f[1], f[2], f[3], f[4], nanos, time.UTC)
	if t.Year() != year || int(t.Month()) != f[0] || t.Day() != f[1] || t.Hour() != f[2] ||
		t.Minute() != f[3] || t.Second() != f[4] {
		return time.Time{}, ErrEncoding
	}
	return t, nil
}

func digits(b []byte) (int, bool) {
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// AddTime writes the Time of certificates: UTCTime for the years 1950 to 2049,
// GeneralizedTime otherwise; fractions of a second are dropped.
func AddTime(b *cryptobyte.Builder, t time.Time) {
	t = t.UTC().Truncate(time.Second)
	if y := t.Year(); y < 1950 || y > 2049 {
		b.AddASN1GeneralizedTime(t)
		return
	}
	b.AddASN1UTCTime(t)
}
