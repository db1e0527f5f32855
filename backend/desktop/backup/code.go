package backup

import (
	"akno/backend/akno"
)

// A code is 48 digits in 8 groups of 6: digits are the same on every keyboard and
// in every language. Each group is 16 bits of the secret times 11, so that a digit
// that was written wrong, or two that were swapped, are found in their group.
const (
	secretSize = 16 // octets
	groups     = 8
	groupSize  = 6
	factor     = 11
)

// ParseCode returns the secret in a code as a person has typed it: anything may
// stand between the digits. The code is invalid with the field code for what is no
// code. The caller wipes both.
func ParseCode(code []byte) (secret []byte, err error) {
	secret = make([]byte, 0, secretSize)
	value, digits := 0, 0
	for _, c := range code {
		switch {
		case c >= '0' && c <= '9':
			value, digits = value*10+int(c-'0'), digits+1
		case c == ' ' || c == '-' || c == '\n' || c == '\r' || c == '\t':
			continue
		default:
			clear(secret)
			return nil, badCode()
		}
		if digits%groupSize != 0 {
			continue
		}
		if value%factor != 0 || value/factor > 0xffff || len(secret) == secretSize {
			clear(secret)
			return nil, badCode()
		}
		secret = append(secret, byte(value/factor>>8), byte(value/factor))
		value = 0
	}
	if digits != groups*groupSize {
		clear(secret)
		return nil, badCode()
	}
	return secret, nil
}

// Code returns the code of a secret, in groups with spaces between. The caller
// wipes both.
func Code(secret []byte) []byte {
	out := make([]byte, 0, groups*(groupSize+1))
	for i := 0; i < len(secret); i += 2 {
		if i > 0 {
			out = append(out, ' ')
		}
		value := (int(secret[i])<<8 | int(secret[i+1])) * factor
		for unit := 100_000; unit > 0; unit /= 10 {
			out = append(out, byte('0'+value/unit%10))
		}
	}
	return out
}

func badCode() error {
	return &akno.Error{Code: akno.Invalid, Op: "backup.ParseCode", Fields: map[string]string{"code": "checksum"}}
}
