package vault

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"
	"unicode/utf8"

	"akno/backend/akno"
	"akno/backend/akno/guess"
	"akno/backend/desktop/secmem"
	"akno/backend/stb/belt"
)

const (
	saltSize = 16
	// leastIterations is below what no password is derived, on a slow computer too.
	leastIterations = 100_000
	mostIterations  = 5_000_000
	// derivation is how long deriving should take on this computer.
	derivation = 400 * time.Millisecond
	// leastPassword is the length below which a new password is refused, in code
	// points: that of a key's, since it guards as much.
	leastPassword = 12
)

// calibrate returns how many iterations take about as long as derivation, but
// not fewer than leastIterations.
func (v *Vault) calibrate() int {
	const probe = 20_000
	start := v.now()
	belt.PBKDF2([]byte("probe"), make([]byte, saltSize), probe)
	took := v.now().Sub(start)
	if took <= 0 { // a clock that stands still
		return 2 * leastIterations
	}
	return int(min(max(int64(probe)*int64(derivation)/int64(took), leastIterations), mostIterations))
}

// CheckPassword refuses what cannot be a new password, with the code invalid:
// not_text is no UTF-8, too_short has fewer than twelve letters, and
// password_frequent is guessed soon by who has the folder.
func CheckPassword(password []byte) error {
	why := ""
	switch {
	case !utf8.Valid(password):
		why = "not_text"
	case utf8.RuneCount(password) < leastPassword:
		why = "too_short"
	case guess.Bits(password) < guess.Enough:
		why = "password_frequent"
	default:
		return nil
	}
	return &akno.Error{Code: akno.Invalid, Op: "vault.CheckPassword", Fields: map[string]string{"password": why}}
}

// SetPassword makes password the way in, in the place of the one before or of
// none. The caller wipes both arguments. The codes are those of CheckPassword.
func (v *Vault) SetPassword(ctx context.Context, key *secmem.Box, password []byte) error {
	if err := CheckPassword(password); err != nil {
		return err
	}
	w := wrap{Way: byPassword, Salt: make([]byte, saltSize), Iterations: v.calibrate()}
	if _, err := rand.Read(w.Salt); err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	id, err := v.id()
	if err != nil {
		return err
	}
	kek, err := belt.PBKDF2Context(ctx, password, w.Salt, w.Iterations, nil)
	defer clear(kek[:])
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	if w.Key, err = belt.Wrap(kek[:], key.Octets(), id); err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	if err := v.put(w, byNothing); err != nil {
		return err
	}
	return v.closeOpen()
}

// Unlock opens the key by the password; the caller wipes both. The code
// bad_password means a wrong password or a damaged file, which cannot be told
// apart.
func (v *Vault) Unlock(ctx context.Context, password []byte) (*secmem.Box, error) {
	const op = "vault.Unlock"
	w := v.find(byPassword)
	if w == nil {
		return nil, &akno.Error{Code: akno.WrongState, Op: op}
	}
	if len(w.Salt) < saltSize || w.Iterations < leastIterations || w.Iterations > mostIterations {
		return nil, &akno.Error{Code: akno.BadFile, Op: op, Err: fmt.Errorf("%d iterations", w.Iterations)}
	}
	kek, err := belt.PBKDF2Context(ctx, password, w.Salt, w.Iterations, nil)
	defer clear(kek[:])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	return v.unwrap(op, kek[:], w.Key)
}

// unwrap opens a wrap of belt-kwp.
func (v *Vault) unwrap(op string, kek, wrapped []byte) (*secmem.Box, error) {
	id, err := v.id()
	if err != nil {
		return nil, err
	}
	octets, err := belt.Unwrap(kek, wrapped, id)
	if err != nil {
		return nil, &akno.Error{Code: akno.BadPassword, Op: op}
	}
	defer clear(octets)
	return box(op, octets)
}

func box(op string, octets []byte) (*secmem.Box, error) {
	if len(octets) != KeySize {
		return nil, &akno.Error{Code: akno.BadFile, Op: op, Err: fmt.Errorf("a key of %d octets", len(octets))}
	}
	return secmem.Of(octets), nil
}
