package akno

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// Money is an exact sum in kopecks of the Belarusian ruble (BYN, 933). Its text
// is decimal with a full stop and two places: "45.00". In JSON it is that text,
// never a number.
type Money int64

// ErrMoney is returned for a text that is not a sum of money.
var ErrMoney = errors.New("not a sum of money")

// ParseMoney reads digits with at most two places after a full stop or a
// comma: "45", "45.5", "45,50". Signs, blanks and exponents are refused, and so
// is a sum over 92 quadrillion rubles.
func ParseMoney(s string) (Money, error) {
	whole, part, dotted := strings.Cut(strings.Replace(s, ",", ".", 1), ".")
	if whole == "" || !digits(whole) || dotted && (part == "" || len(part) > 2 || !digits(part)) {
		return 0, ErrMoney
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n > math.MaxInt64/100-1 {
		return 0, ErrMoney
	}
	n *= 100
	for i := range 2 {
		if i < len(part) {
			n += int64(part[i]-'0') * int64([2]int{10, 1}[i])
		}
	}
	return Money(n), nil
}

func digits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// String returns rubles and kopecks: "45.00".
func (m Money) String() string {
	sign, n := "", uint64(m)
	if m < 0 {
		sign, n = "-", -n
	}
	k := strconv.FormatUint(n%100, 10)
	if len(k) == 1 {
		k = "0" + k
	}
	return sign + strconv.FormatUint(n/100, 10) + "." + k
}

// MarshalText writes the text of String.
func (m Money) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads the text of ParseMoney.
func (m *Money) UnmarshalText(b []byte) error {
	v, err := ParseMoney(string(b))
	if err != nil {
		return err
	}
	*m = v
	return nil
}
