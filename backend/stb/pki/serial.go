package pki

import (
	"encoding/hex"
	"errors"
	"math/big"
	"strings"

	"akno/backend/stb/internal/der"
)

// Serial is the serial number of a certificate: the contents octets of its
// INTEGER, at most 20 of a positive number. Two serials are the same number
// exactly when they are equal as values, so a Serial is a key of maps.
type Serial string

var errSerial = errors.New("pki: serial number is not a positive number of at most 20 octets")

// NewSerial makes a serial number from its big-endian magnitude of at most 20
// octets; with 20 octets the highest bit must be zero.
func NewSerial(magnitude []byte) (Serial, error) {
	s := Serial(der.Unsigned(magnitude))
	return s, s.check()
}

// Hex returns the number in upper-case hexadecimal, two digits an octet, as
// certificates are quoted to people.
func (s Serial) Hex() string {
	octets := []byte(s)
	if len(octets) > 1 && octets[0] == 0 {
		octets = octets[1:]
	}
	return strings.ToUpper(hex.EncodeToString(octets))
}

// Int returns the number.
func (s Serial) Int() *big.Int {
	n := new(big.Int).SetBytes([]byte(s))
	if len(s) > 0 && s[0] >= 0x80 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(s))))
	}
	return n
}

// check refuses what clause 6.2 of STB 34.101.19 does: zero, negative and
// overlong numbers, and encodings with more octets than needed.
func (s Serial) check() error {
	negative, err := der.Integer([]byte(s))
	if err != nil || negative || len(s) > 20 || s == "\x00" {
		return errSerial
	}
	return nil
}
