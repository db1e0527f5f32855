package ident

import (
	"strings"

	"akno/backend/akno/workdays"
)

// A Sex is "m" or "f", and empty where it is not known.
type Sex string

// The sexes.
const (
	Male   Sex = "m"
	Female Sex = "f"
)

// A Number is an identification number (идентификационный номер) that was read.
type Number struct {
	Text     string        // 14 Latin characters
	Birth    workdays.Date // zero when the century is unknown
	Sex      Sex           // empty when the century is unknown
	Region   byte          // one of A B C E H K M
	Status   string        // PB citizen, BA foreigner with a permit, BI stateless person
	Repaired bool          // Cyrillic letters were replaced
	Warnings []Warning
}

// ParseNumber reads an identification number, C DDMMYY R NNN SS K. The faults
// are found in this order: length, format, check digit, date. A first digit
// outside 1…6 leaves birth date and sex unknown and is a warning.
func ParseNumber(s string) (Number, Fault) {
	text, repaired := Latin(s)
	n := Number{Text: text, Repaired: repaired}
	if len([]rune(text)) != 14 {
		return n, Length
	}
	if len(text) != 14 || !numberShape(text) {
		return n, Format
	}
	n.Region, n.Status = text[7], text[11:13]
	if NumberCheckDigit(text[:13]) != text[13] {
		return n, CheckDigit
	}
	century := (int(text[0]-'1')/2 + 18) * 100
	if text[0] < '1' || text[0] > '6' {
		n.Warnings = []Warning{CenturyUnknown}
		return n, None
	}
	birth, err := workdays.New(century+num(text[5:7]), num(text[3:5]), num(text[1:3]))
	if err != nil {
		return n, Impossible
	}
	n.Birth, n.Sex = birth, Male
	if text[0]%2 == 0 {
		n.Sex = Female
	}
	return n, None
}

// NumberCheckDigit returns the last character of the number whose first 13
// characters are s: Σ v(i)·w(i) mod 10 with weights 7, 3, 1 from the left,
// digits as they are and A = 10 … Z = 35. It returns 0 if s has another shape.
func NumberCheckDigit(s string) byte {
	if len(s) != 13 {
		return 0
	}
	sum := 0
	for i := range 13 {
		v := index(s[i])
		if v < 0 {
			return 0
		}
		sum += v * [3]int{7, 3, 1}[i%3]
	}
	return byte('0' + sum%10)
}

func numberShape(s string) bool {
	status := s[11:13]
	return digitsOnly(s[:7]) && strings.IndexByte("ABCEHKM", s[7]) >= 0 && digitsOnly(s[8:11]) &&
		(status == "PB" || status == "BA" || status == "BI") && digitsOnly(s[13:])
}

// index returns the place of c in 0-9A-Z, or -1.
func index(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'Z':
		return int(c-'A') + 10
	}
	return -1
}

func num(s string) int {
	n := 0
	for i := range len(s) {
		n = n*10 + int(s[i]-'0')
	}
	return n
}
