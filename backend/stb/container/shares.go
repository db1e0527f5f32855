package container

import (
	"crypto/rand"
	"encoding/hex"
	"strings"

	"akno/backend/stb/bels"
	"akno/backend/stb/bign"
)

// SealSplit writes a container for the key under a random protection secret instead of a password, and
// splits that secret into count shares, threshold of which restore it (STB 34.101.78, clause 11.1).
// The shares are to be protected themselves: of any threshold of them at least one goes into
// SealShare. Errors of bels.Split and as of Seal.
func SealSplit(key *bign.PrivateKey, count, threshold, iterations int) (file []byte, shares []Share, err error) {
	level := key.Curve().Level()
	secret := make([]byte, level/8)
	defer clear(secret)
	if _, err := rand.Read(secret); err != nil {
		return nil, nil, err
	}
	parts, err := bels.Split(secret, count, threshold)
	if err != nil {
		return nil, nil, err
	}
	password := secretPassword(secret)
	defer clear(password)
	if file, err = Seal(key, password, iterations); err != nil {
		for _, p := range parts {
			clear(p)
		}
		return nil, nil, err
	}
	for _, p := range parts {
		shares = append(shares, Share{Level: level, Octets: p})
	}
	return file, shares, nil
}

// OpenSplit opens a container written by SealSplit, or by another program that follows the
// standard, with threshold shares or more. Too few shares, or those of another key, give
// ErrPassword: the restored secret is wrong and nothing else can show it. Errors else as of bels.Join
// and Open.
func OpenSplit(file []byte, shares []Share) (*bign.PrivateKey, error) {
	parts := make([][]byte, len(shares))
	for i, s := range shares {
		parts[i] = s.Octets
	}
	secret, err := bels.Join(parts)
	if err != nil {
		return nil, err
	}
	defer clear(secret)
	password := secretPassword(secret)
	defer clear(password)
	return Open(file, password)
}

// secretPassword returns the form in which a protection secret serves as a password: upper-case
// hexadecimal.
func secretPassword(secret []byte) []byte {
	b := make([]byte, 2*len(secret))
	for i, v := range secret {
		b[2*i], b[2*i+1] = upperHex(v>>4), upperHex(v&15)
	}
	return b
}

// upperHex returns the digit of v, below 16, without a branch or a table.
func upperHex(v byte) byte {
	letter := byte(int8(9-int8(v)) >> 7) // all ones above 9
	return '0' + v + letter&('A'-'9'-1)
}

// Text returns the share for paper: Level/4 + 2 hexadecimal digits in upper case, the first two its
// number. The text is as secret as the share.
func (s Share) Text() string { return strings.ToUpper(hex.EncodeToString(s.Octets)) }

// maxShareText is the longest text of a share that is looked at, with room for any grouping of its digits.
const maxShareText = 1024

// ParseShareText is the inverse of Text. Case does not matter, and spaces and hyphens between digits are
// passed over. Anything else gives ErrNotShare.
func ParseShareText(text string) (Share, error) {
	if len(text) > maxShareText {
		return Share{}, ErrNotShare
	}
	drop := func(r rune) rune {
		if strings.ContainsRune(" \t\r\n-\u00a0", r) {
			return -1
		}
		return r
	}
	b, err := hex.DecodeString(strings.Map(drop, text))
	if err != nil {
		return Share{}, ErrNotShare
	}
	s := Share{Level: 8 * (len(b) - 1), Octets: b}
	if (s.Level != 128 && s.Level != 192 && s.Level != 256) || !s.valid() {
		s.Wipe()
		return Share{}, ErrNotShare
	}
	return s, nil
}
