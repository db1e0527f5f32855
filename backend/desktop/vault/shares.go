package vault

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"

	"akno/backend/akno"
	"akno/backend/desktop/secmem"
	"akno/backend/stb/bels"
	"akno/backend/stb/belt"
)

// The default: any two of three shares open the profile.
const (
	DefaultShares    = 3
	DefaultThreshold = 2
)

// shareMark begins the text of a share.
const shareMark = "AKNO1"

// A share on paper is shareMark and 37 octets in hex, in groups of four digits:
//
//	mark of the set, 2 | share of bels, 33 | check, 2
//
// where the check is the first two octets of belt-hash of what precedes it.
const (
	setSize   = 2
	paperSize = setSize + 1 + 32 + 2
)

// ShareSet says which shares are in force.
type ShareSet struct{ Count, Threshold int }

// Shares tells of the shares, nothing when there are none.
func (v *Vault) Shares() ShareSet {
	if w := v.find(byShares); w != nil {
		return ShareSet{w.Count, w.Threshold}
	}
	return ShareSet{}
}

// MakeShares makes shares of which threshold open the profile, and returns them
// as they are written on paper; the caller wipes them. Those made before open it
// no more.
func (v *Vault) MakeShares(key *secmem.Box, count, threshold int) ([][]byte, error) {
	const op = "vault.MakeShares"
	secret := make([]byte, KeySize)
	defer clear(secret)
	set := make([]byte, setSize)
	if _, err := rand.Read(secret); err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	if _, err := rand.Read(set); err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	shares, err := bels.Split(secret, count, threshold)
	if err != nil {
		return nil, &akno.Error{Code: akno.Invalid, Op: op, Fields: map[string]string{"shares": "unknown"}, Err: err}
	}
	id, err := v.id()
	if err != nil {
		return nil, err
	}
	w := wrap{Way: byShares, Count: count, Threshold: threshold, Salt: set}
	if w.Key, err = belt.Wrap(secret, key.Octets(), id); err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	out := make([][]byte, len(shares))
	for i, s := range shares {
		out[i] = onPaper(set, s)
		clear(s)
	}
	return out, v.put(w)
}

// DropShares takes the shares out of use.
func (v *Vault) DropShares() error {
	before := v.head.Wraps
	v.head.Wraps = append([]wrap(nil), before...)
	v.drop(byShares)
	if err := v.save(); err != nil {
		v.head.Wraps = before
		return err
	}
	return nil
}

// Recover opens the key by the texts of shares. The caller wipes all of it. The
// codes: wrong_state without shares; invalid with the field share1, share2 …
// for a text with a slip of the pen ("pattern"), of another set ("another") or
// given twice ("repeats"); bad_password when they do not open the profile.
func (v *Vault) Recover(texts ...[]byte) (*secmem.Box, error) {
	const op = "vault.Recover"
	w := v.find(byShares)
	if w == nil {
		return nil, &akno.Error{Code: akno.WrongState, Op: op}
	}
	var shares [][]byte
	defer func() {
		for _, s := range shares {
			clear(s)
		}
	}()
	fields := map[string]string{}
	for i, text := range texts {
		field := fmt.Sprintf("share%d", i+1)
		set, share, ok := offPaper(text)
		switch {
		case !ok:
			fields[field] = "pattern"
			continue
		case !bytes.Equal(set, w.Salt):
			fields[field] = "another"
		case contains(shares, share[0]):
			fields[field] = "repeats"
		}
		shares = append(shares, share)
	}
	if len(fields) > 0 || len(shares) < w.Threshold {
		return nil, &akno.Error{Code: akno.Invalid, Op: op, Fields: fields}
	}
	secret, err := bels.Join(shares)
	if err != nil {
		return nil, &akno.Error{Code: akno.BadPassword, Op: op, Err: err}
	}
	defer clear(secret)
	return v.unwrap(op, secret, w.Key)
}

func contains(shares [][]byte, number byte) bool {
	for _, s := range shares {
		if s[0] == number {
			return true
		}
	}
	return false
}

// onPaper writes a share for paper.
func onPaper(set, share []byte) []byte {
	b := make([]byte, 0, paperSize)
	defer func() { clear(b[:cap(b)]) }()
	b = append(append(b, set...), share...)
	sum := belt.Sum256(b)
	b = append(b, sum[:2]...)
	digits := bytes.ToUpper(hex.AppendEncode(nil, b))
	defer clear(digits)
	out := []byte(shareMark)
	for i := 0; i < len(digits); i += 4 {
		out = append(out, '-')
		out = append(out, digits[i:min(i+4, len(digits))]...)
	}
	return out
}

// offPaper reads what onPaper wrote. Case, spaces and hyphens do not matter, nor
// does О for zero or another letter that looks the same in Cyrillic.
func offPaper(text []byte) (set, share []byte, ok bool) {
	digits := make([]byte, 0, 2*paperSize+len(shareMark))
	defer func() { clear(digits[:cap(digits)]) }()
	for _, r := range string(text) {
		if strings.ContainsRune(" \t\r\n-\u00a0\u2011\u2013", r) {
			continue
		}
		if i := strings.IndexRune(lookAlike, r); i >= 0 {
			r = rune(latin[len([]rune(lookAlike[:i]))])
		}
		if r > 127 || len(digits) == cap(digits) {
			return nil, nil, false
		}
		digits = append(digits, byte(r))
	}
	upper := bytes.ToUpper(digits)
	defer clear(upper)
	rest, found := bytes.CutPrefix(upper, []byte(shareMark))
	if !found {
		rest, found = bytes.CutPrefix(upper, []byte("AKN01")) // zero for the letter
	}
	b := make([]byte, hex.DecodedLen(len(rest)))
	if _, err := hex.Decode(b, rest); err != nil || !found || len(b) != paperSize {
		return nil, nil, false
	}
	n := paperSize - 2
	sum := belt.Sum256(b[:n])
	if !bytes.Equal(sum[:2], b[n:]) {
		clear(b)
		return nil, nil, false
	}
	return b[:setSize], b[setSize:n], true
}

// The Cyrillic letters that look like the Latin ones of a share.
const (
	lookAlike = "АВСЕКНОавсекно"
	latin     = "ABCEKHOabcekho"
)
