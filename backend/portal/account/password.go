package account

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"akno/backend/akno/guess"
	"akno/backend/portal/retry"

	"golang.org/x/crypto/argon2"
)

const (
	saltSize    = 16
	keySize     = 32
	hashWait    = 2 * time.Second // for a place among those who hash
	minPassword = 8               // characters
	maxPassword = 256             // octets
)

// A Cost is what one check of a password costs: argon2id with one lane.
type Cost struct {
	Memory uint32 // KiB
	Passes uint32
}

// DefaultCost is one of the settings that OWASP names as equally strong, the
// one with the smallest memory: sign-ins in a row do not make the heap grow.
var DefaultCost = Cost{Memory: 7 << 10, Passes: 5}

// A Hasher makes and checks the hashes of passwords, as many at a time as there
// are processors, so that a storm of sign-ins does not starve other work.
type Hasher struct {
	cost   Cost
	places chan struct{}
	dummy  string // a hash that nothing matches
}

// NewHasher returns a Hasher whose new hashes have cost c.
func NewHasher(c Cost) *Hasher {
	h := &Hasher{cost: c, places: make(chan struct{}, runtime.NumCPU())}
	var salt [saltSize]byte
	var key [keySize]byte
	rand.Read(salt[:])
	rand.Read(key[:])
	h.dummy = phc(c, salt[:], key[:])
	return h
}

// Hash returns the PHC string of password.
func (h *Hasher) Hash(ctx context.Context, password []byte) (string, error) {
	var salt [saltSize]byte
	rand.Read(salt[:])
	key, err := h.key(ctx, password, salt[:], h.cost)
	if err != nil {
		return "", err
	}
	defer clear(key)
	return phc(h.cost, salt[:], key), nil
}

// Check says whether password is the one of the PHC string hash, and whether
// the hash was made at another cost and is to be made anew. An empty hash
// costs what any other does and matches nothing.
func (h *Hasher) Check(ctx context.Context, password []byte, hash string) (ok, stale bool, err error) {
	known := hash != ""
	if !known {
		hash = h.dummy
	}
	c, salt, want, err := parsePHC(hash)
	if err != nil {
		return false, false, err
	}
	got, err := h.key(ctx, password, salt, c)
	if err != nil {
		return false, false, err
	}
	defer clear(got)
	ok = subtle.ConstantTimeCompare(got, want) == 1 && known
	return ok, ok && c != h.cost, nil
}

func (h *Hasher) key(ctx context.Context, password, salt []byte, c Cost) ([]byte, error) {
	wait := time.NewTimer(hashWait)
	defer wait.Stop()
	select {
	case h.places <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-wait.C:
		return nil, retry.Unavailable("account.hash", hashWait)
	}
	defer func() { <-h.places }()
	return argon2.IDKey(password, salt, c.Passes, c.Memory, 1, keySize), nil
}

func phc(c Cost, salt, key []byte) string {
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=1$%s$%s", argon2.Version, c.Memory, c.Passes, enc.EncodeToString(salt), enc.EncodeToString(key))
}

func parsePHC(s string) (c Cost, salt, key []byte, err error) {
	bad := errors.New("account: malformed password hash")
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return c, nil, nil, bad
	}
	var version int
	if n, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=1", &version, &c.Memory, &c.Passes); n != 3 || err != nil ||
		version != argon2.Version || c.Passes == 0 || c.Memory > 1<<20 || c.Passes > 64 {
		return c, nil, nil, bad
	}
	salt, err = base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return c, nil, nil, bad
	}
	key, err = base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(key) != keySize {
		return c, nil, nil, bad
	}
	return c, salt, key, nil
}

// Flaws of a new password; the words are part of the API.
const (
	flawShort    = "password_short"
	flawLong     = "password_long"
	flawText     = "password_text"
	flawFrequent = "password_frequent"
	flawOwn      = "password_own"
	flawSame     = "password_same"
)

// flaw returns why a password may not be chosen, or "". There are no rules of
// composition: length counts, and that nobody guesses it first. own are words
// that belong to the person or the portal.
func flaw(password []byte, own ...string) string {
	switch {
	case !utf8.Valid(password):
		return flawText
	case utf8.RuneCount(password) < minPassword:
		return flawShort
	case len(password) > maxPassword:
		return flawLong
	}
	low := lower(password)
	defer clear(low)
	for _, w := range append(own, "akno", "акно", "portal", "портал", "paslugi", "паслугі", "belarus", "беларусь") {
		word := []byte(strings.ToLower(w))
		if len(word) == 0 {
			continue
		}
		// What is left beside an own word has to be a password by itself.
		n := bytes.Count(low, word)
		if left := utf8.RuneCount(low) - n*utf8.RuneCount(word); n > 0 && left < minPassword {
			return flawOwn
		}
	}
	if guess.Bits(password) < guess.EnoughOnline {
		return flawFrequent
	}
	return ""
}

// lower returns text in lower case, to be wiped by who asked. bytes.ToLower
// leaves copies behind where a letter grows.
func lower(text []byte) []byte {
	out := make([]byte, 0, utf8.UTFMax*len(text))
	for rest := text; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		out, rest = utf8.AppendRune(out, unicode.ToLower(r)), rest[size:]
	}
	return out
}

// oneTimeLetters are letters and digits that are not taken for one another on
// paper, in either alphabet.
const oneTimeLetters = "abcdefghjkmnpqrstuvwxyz23456789"

// OneTimePassword makes a password to be printed and typed once: four groups of
// four characters, 79 bits. It is made of the portal's key and of what it is
// for, so that a command that is repeated after a lost answer gets the same
// one, although only its hash is stored.
func (s Secret) OneTimePassword(what string) []byte {
	const n = len(oneTimeLetters)
	out := make([]byte, 0, 19)
	for block := 0; ; block++ {
		random := s.Key("one-time password", what+"\x00"+strconv.Itoa(block))
		for _, b := range random {
			if int(b) >= 256/n*n {
				continue // keeps every character equally likely
			}
			if len(out)%5 == 4 {
				out = append(out, '-')
			}
			out = append(out, oneTimeLetters[int(b)%n])
			if len(out) == cap(out) {
				clear(random)
				return out
			}
		}
	}
}
