// Package ordercode makes and checks the 30-digit code of an order, the text
// that a payer enters in ERIP:
//
//	V RRRRRRR YYMMDD PPPPP SSSSSSSSS CC
//
// V is the version of the numbering, R the service code in ERIP, then the date
// of the order, P the number of the procedure, S a serial that cannot be
// guessed, C the check digits of ISO 7064 MOD 97-10. The code holds no personal
// data. It is text everywhere: it fits no machine number.
package ordercode

import (
	"errors"
	"fmt"
	"strings"

	"akno/backend/akno/workdays"
)

// Len is the number of digits of a code.
const Len = 30

// Version is the version digit of the reference portal. The state's own codes
// are not known to begin with it, so that one cannot be taken for the other.
const Version = 9

// Service is the ERIP service code of the reference portal: no merchant's.
const Service = 0

// The reasons for which a text is no order code.
var (
	ErrLength   = errors.New("ordercode: not 30 digits")
	ErrFormat   = errors.New("ordercode: a character that is no digit")
	ErrChecksum = errors.New("ordercode: check digits do not match")
	ErrDate     = errors.New("ordercode: impossible date")
	ErrRange    = errors.New("ordercode: a part is out of range")
)

// A Code is the 30 digits of an order code, without blanks.
type Code string

// Parts is what a code is made of.
type Parts struct {
	Version   int           // 0 to 9
	Service   int           // 0 to 9 999 999
	Date      workdays.Date // 2000 to 2099
	Procedure int           // 0 to 99 999
	Serial    int           // 0 to 999 999 999
}

// Make returns the code of p with its check digits, or ErrRange.
func Make(p Parts) (Code, error) {
	if out(p.Version, 9) || out(p.Service, 9_999_999) || out(p.Procedure, 99_999) || out(p.Serial, 999_999_999) {
		return "", ErrRange
	}
	if p.Date.Year < 2000 || p.Date.Year > 2099 {
		return "", ErrRange
	}
	if _, err := workdays.New(p.Date.Year, p.Date.Month, p.Date.Day); err != nil {
		return "", ErrRange
	}
	base := fmt.Sprintf("%d%07d%02d%02d%02d%05d%09d", p.Version, p.Service,
		p.Date.Year-2000, p.Date.Month, p.Date.Day, p.Procedure, p.Serial)
	return Code(fmt.Sprintf("%s%02d", base, 98-mod97(base+"00"))), nil
}

// Parse reads a code as people write it, with blanks and dashes anywhere, and
// checks it. A letter is refused and never guessed: О is no 0 and З is no 3.
func Parse(s string) (Code, error) {
	s = strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\n', '\r', '\u00a0', '\u2009', '\u202f', '-', '\u2010', '\u2011', '\u2012', '\u2013', '\u2014':
			return -1
		}
		return r
	}, s)
	if strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) >= 0 {
		return "", ErrFormat
	}
	if len(s) != Len {
		return "", ErrLength
	}
	if mod97(s) != 1 {
		return "", ErrChecksum
	}
	c := Code(s)
	if _, err := c.date(); err != nil {
		return "", ErrDate
	}
	return c, nil
}

// Split returns the parts of a code that Make or Parse returned.
func (c Code) Split() (Parts, error) {
	if _, err := Parse(string(c)); err != nil {
		return Parts{}, err
	}
	d, err := c.date()
	if err != nil {
		return Parts{}, ErrDate
	}
	s := string(c)
	return Parts{Version: num(s[:1]), Service: num(s[1:8]), Date: d, Procedure: num(s[14:19]), Serial: num(s[19:28])}, nil
}

// Grouped returns the code in five groups of six digits, as it is printed.
func (c Code) Grouped() string {
	var b strings.Builder
	for i, r := range string(c) {
		if i > 0 && i%6 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// String returns the digits without blanks.
func (c Code) String() string { return string(c) }

func (c Code) date() (workdays.Date, error) {
	return workdays.New(2000+num(string(c[8:10])), num(string(c[10:12])), num(string(c[12:14])))
}

// mod97 works digit by digit: thirty digits fit no machine number.
func mod97(s string) int {
	r := 0
	for i := range len(s) {
		r = (r*10 + int(s[i]-'0')) % 97
	}
	return r
}

func num(s string) int {
	n := 0
	for i := range len(s) {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

func out(n, top int) bool { return n < 0 || n > top }
