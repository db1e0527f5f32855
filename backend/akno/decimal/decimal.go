// Package decimal is exact decimal arithmetic for the numbers that people write
// into forms. No binary float is involved anywhere: 0.1 + 0.2 is 0.3.
package decimal

import (
	"errors"
	"math/big"
	"strings"
)

// Digits is the number of significant digits of a quotient.
const Digits = 34

// maxLen bounds a text that is read, in octets.
const maxLen = 64

// ErrSyntax is returned for a text that is no decimal number.
var ErrSyntax = errors.New("decimal: not a number")

// A Decimal is an exact decimal number, coef·10⁻ˢᶜᵃˡᵉ. The zero Decimal is 0. It
// is a value: no operation changes its operands.
type Decimal struct {
	coef  big.Int // never changed once a Decimal is made
	scale int     // never negative
}

// Parse reads an optional minus, digits and, after a full stop or a comma, more
// digits: "-12.50". Blanks, exponents, a plus and more than 64 octets are
// refused.
func Parse(s string) (Decimal, error) {
	if len(s) > maxLen {
		return Decimal{}, ErrSyntax
	}
	neg := strings.HasPrefix(s, "-")
	whole, part, dotted := strings.Cut(strings.Replace(strings.TrimPrefix(s, "-"), ",", ".", 1), ".")
	if whole == "" || dotted && part == "" || !digits(whole) || !digits(part) {
		return Decimal{}, ErrSyntax
	}
	var d Decimal
	d.coef.SetString(whole+part, 10) // cannot fail: digits only
	d.scale = len(part)
	if neg {
		d.coef.Neg(&d.coef)
	}
	return d, nil
}

// MustParse is Parse for numbers written in the program; it panics on any other.
func MustParse(s string) Decimal {
	d, err := Parse(s)
	if err != nil {
		panic("decimal: " + s + " is no number")
	}
	return d
}

// Int returns n.
func Int(n int64) Decimal {
	var d Decimal
	d.coef.SetInt64(n)
	return d
}

// String returns the shortest exact form: no exponent, no trailing zeros after
// the full stop.
func (d Decimal) String() string {
	s := d.Fixed(d.scale)
	if d.scale > 0 {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if s == "-0" {
		return "0"
	}
	return s
}

// Fixed returns d rounded half up to n places and written with all of them.
func (d Decimal) Fixed(n int) string {
	r := d.Round(n)
	neg := r.coef.Sign() < 0
	var abs big.Int
	s := abs.Abs(&r.coef).String()
	zeros := n - r.scale
	s += strings.Repeat("0", zeros)
	if len(s) <= n {
		s = strings.Repeat("0", n-len(s)+1) + s
	}
	if n > 0 {
		s = s[:len(s)-n] + "." + s[len(s)-n:]
	}
	if neg {
		s = "-" + s
	}
	return s
}

// Round returns d rounded to at most n places, halves away from zero.
func (d Decimal) Round(n int) Decimal {
	if d.scale <= n {
		return d
	}
	unit := pow10(d.scale - n)
	var r Decimal
	var rest, twice big.Int
	r.coef.QuoRem(&d.coef, unit, &rest)
	r.scale = n
	if twice.Abs(twice.Lsh(&rest, 1)).Cmp(unit) >= 0 {
		r.coef.Add(&r.coef, big.NewInt(int64(d.coef.Sign())))
	}
	return r
}

// Sign returns -1, 0 or 1.
func (d Decimal) Sign() int { return d.coef.Sign() }

// Cmp returns -1, 0 or 1 as d is less than, equal to or greater than e.
func (d Decimal) Cmp(e Decimal) int {
	if d.scale == e.scale {
		return d.coef.Cmp(&e.coef)
	}
	a, b, _ := align(d, e)
	return a.Cmp(b)
}

// Add returns d + e.
func (d Decimal) Add(e Decimal) Decimal {
	a, b, scale := align(d, e)
	r := Decimal{scale: scale}
	r.coef.Add(a, b)
	return r
}

// Sub returns d − e.
func (d Decimal) Sub(e Decimal) Decimal {
	a, b, scale := align(d, e)
	r := Decimal{scale: scale}
	r.coef.Sub(a, b)
	return r
}

// Mul returns d · e.
func (d Decimal) Mul(e Decimal) Decimal {
	r := Decimal{scale: d.scale + e.scale}
	r.coef.Mul(&d.coef, &e.coef)
	return r
}

// Quo returns d / e with 34 significant digits, halves away from zero. It is
// false when e is zero.
func (d Decimal) Quo(e Decimal) (Decimal, bool) {
	if e.coef.Sign() == 0 {
		return Decimal{}, false
	}
	if d.coef.Sign() == 0 {
		return Decimal{}, true
	}
	// Enough places for 34 digits of the quotient and one to round.
	places := max(Digits+1-len(d.coef.String())+len(e.coef.String()), 0)
	r := Decimal{scale: places + max(d.scale-e.scale, 0)}
	var num big.Int
	num.Mul(&d.coef, pow10(places+max(e.scale-d.scale, 0)))
	r.coef.Quo(&num, &e.coef)
	whole := len(new(big.Int).Abs(&r.coef).String()) - r.scale
	return r.Round(max(Digits-whole, 0)), true
}

// Limit returns d with at most 34 significant digits and 40 places, halves away
// from zero. It is false for a number of more than 40 digits before the full
// stop, so that no chain of products grows without end.
func (d Decimal) Limit() (Decimal, bool) {
	if d.coef.BitLen() <= 64 && d.scale <= maxPlaces {
		return d, true // the most frequent case: at most 20 digits
	}
	digits := len(new(big.Int).Abs(&d.coef).String())
	if digits-d.scale > maxPlaces {
		return Decimal{}, false
	}
	if keep := d.scale + Digits - digits; keep < 0 {
		unit := Decimal{}
		unit.coef.Set(pow10(-keep))
		q, _ := d.Quo(unit)
		return q.Round(0).Mul(unit), true
	} else {
		return d.Round(min(keep, maxPlaces)), true
	}
}

// maxPlaces bounds what Limit lets through.
const maxPlaces = 40

// Trunc returns d without its fraction.
func (d Decimal) Trunc() Decimal {
	if d.scale == 0 {
		return d
	}
	var r Decimal
	r.coef.Quo(&d.coef, pow10(d.scale))
	return r
}

// Int64 returns d as an int64, and false if it has a fraction or does not fit.
func (d Decimal) Int64() (int64, bool) {
	t := d.Trunc()
	return t.coef.Int64(), t.coef.IsInt64() && t.Cmp(d) == 0
}

// IsInt reports whether d has no fraction.
func (d Decimal) IsInt() bool { return d.scale == 0 || d.Round(0).Cmp(d) == 0 }

// Places returns the number of digits after the full stop that are needed.
func (d Decimal) Places() int {
	_, part, _ := strings.Cut(d.String(), ".")
	return len(part)
}

// MultipleOf reports whether d is a whole number of steps. It is false for a
// step of zero.
func (d Decimal) MultipleOf(step Decimal) bool {
	a, b, _ := align(d, step)
	if b.Sign() == 0 {
		return false
	}
	var rest big.Int
	return rest.Rem(a, b).Sign() == 0
}

// align brings both numbers to one scale.
func align(d, e Decimal) (a, b *big.Int, scale int) {
	a, b = new(big.Int).Set(&d.coef), new(big.Int).Set(&e.coef)
	switch {
	case d.scale < e.scale:
		a.Mul(a, pow10(e.scale-d.scale))
	case e.scale < d.scale:
		b.Mul(b, pow10(d.scale-e.scale))
	}
	return a, b, max(d.scale, e.scale)
}

func pow10(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
