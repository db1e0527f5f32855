package curve

import (
	"encoding/hex"

	"akno/backend/stb/internal/mp"
)

// The standard parameters of STB 34.101.45, appendix B: little-endian octets in
// hexadecimal of the coefficient b, the group order q and the ordinate of the base
// point (0, yG). The coefficient a is -3.
const (
	b256 = "f1039cd66b7d2eb253928b976950f54cbefbd8e4ab3ac1d2eda8f315156cce77"
	q256 = "07663d2699bf5a7efc4dfb0dd68e5cd9ffffffffffffffffffffffffffffffff"
	y256 = "936a510418cf291e52f608c4663991785d83d651a3c9e45c9fd616fb3cfcf76b"
	b384 = "64bf736823fca7bc7cbdcef3f0e2bd143a2e71e9f96a21a696b1fb0fbb482771" +
		"d2345d65ab5a073320ef9c95e1df753c"
	q384 = "b7a70cf33fdcb73d0affa4a6e7da4680bb7baf7303c4cc6cfeffffffffffffff" +
		"ffffffffffffffffffffffffffffffff"
	y384 = "51c433f731cb5eeaf9422a6b273e408455d3b1669ee74905a0ff86dc119a723a" +
		"89bf2d437e1130639e9e2ea82482435d"
	b512 = "909c13d6986934097aa2493a272286ea43a2ac878c003329955e24c4b5dc1127" +
		"88b0addae313ce1751255dddeea9c65b8958fd606a5d8cd8438c3b934459b46c"
	q512 = "f18e060d49adffdc32df5695e5ca1b36f413212eb0eb6bf24e0098012c09c0b2" +
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
	y512 = "bdedefce6fae92b7040d4cc9b983aa676122e8ee957377ffd26ffa0ee2dd7369" +
		"dacacc001bf8edd2e2bc61b3b341abb0ab8fd1a0f7e682b1817603e47aff26a8"
)

// Order256, Order384 and Order512 are the group orders.
var (
	Order256 = mp.NewModulus(octets(q256))
	Order384 = mp.NewModulus(octets(q384))
	Order512 = mp.NewModulus(octets(q512))
)

// octets decodes one of the constants above.
func octets(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic("curve: " + err.Error())
	}
	return b
}

// Parameters returns the coefficient b, the group order q and the ordinate of the base
// point of the curve of the given number of bits, 256, 384 or 512, little-endian.
func Parameters(bits int) (b, q, y []byte) {
	switch bits {
	case Bits256:
		return octets(b256), octets(q256), octets(y256)
	case Bits384:
		return octets(b384), octets(q384), octets(y384)
	default:
		return octets(b512), octets(q512), octets(y512)
	}
}
