package keyring

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"time"

	"akno/backend/akno"
	"akno/backend/stb/bign"
	"akno/backend/stb/container"
	"akno/backend/stb/pki"
)

// Find returns the entry id.
func (k *Keyring) Find(ctx context.Context, id string) (Entry, error) {
	l, err := k.List(ctx)
	if err != nil {
		return Entry{}, err
	}
	for _, list := range [][]Entry{l.Usable, l.Other} {
		if i := slices.IndexFunc(list, func(e Entry) bool { return e.ID == id }); i >= 0 {
			return list[i], nil
		}
	}
	return Entry{}, &akno.Error{Code: akno.NotFound, Op: "keyring.Find"}
}

// Use opens the key of the entry id and gives it to use together with its
// certificate; the key is wiped when use returns. One call is one try: a wrong
// password is never tried again, and the next try has to wait 1, 2, 4 … 30 s.
//
// Codes: not_found; the entry's own reason (cert_expired, cert_revoked …);
// slow_down; bad_password, which also means a damaged container since the two
// cannot be told apart; key_mismatch when the key is not the certificate's.
func (k *Keyring) Use(ctx context.Context, id string, password []byte, use func(*bign.PrivateKey, *pki.Certificate) error) error {
	const op = "keyring.Use"
	e, err := k.Find(ctx, id)
	if err != nil {
		return err
	}
	if code, bad := codes[e.State]; bad {
		return &akno.Error{Code: code, Op: op}
	}
	key, err := k.open(ctx, e.KeyPath, password)
	if err != nil {
		return err
	}
	defer key.Wipe()
	if !key.PublicKey().Equal(e.Certificate.PublicKey) {
		return &akno.Error{Code: akno.KeyMismatch, Op: op}
	}
	return use(key, e.Certificate)
}

// Prove opens the container at path once and remembers which key it holds, so
// that it is paired with its certificate wherever the two lie. Codes: not_found,
// slow_down, bad_password, bad_key_file.
func (k *Keyring) Prove(ctx context.Context, path string, password []byte) error {
	key, err := k.open(ctx, path, password)
	if err != nil {
		return err
	}
	key.Wipe()
	return nil
}

// WithFile opens the container at path once and gives its key to use; the key is
// wiped when use returns. It is for who has no keyring yet: a locked profile.
// Codes: not_found, bad_password, bad_key_file.
func WithFile(ctx context.Context, path string, password []byte, use func(*bign.PrivateKey) error) error {
	const op = "keyring.WithFile"
	if err := ctx.Err(); err != nil {
		return err
	}
	file, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &akno.Error{Code: akno.NotFound, Op: op}
	}
	if err != nil {
		return &akno.Error{Code: akno.BadKeyFile, Op: op, Err: err}
	}
	key, err := container.Open(file, password)
	switch {
	case errors.Is(err, container.ErrPassword):
		return &akno.Error{Code: akno.BadPassword, Op: op}
	case err != nil:
		return &akno.Error{Code: akno.BadKeyFile, Op: op, Err: err}
	}
	defer key.Wipe()
	return use(key)
}

// codes are the states in which a key cannot be used and what a person is told
// then.
var codes = map[State]akno.Code{
	KeyCreated: akno.NotFound, RequestSent: akno.NotFound, Rejected: akno.NotFound, NoCertificate: akno.NotFound,
	NoKey: akno.NotFound, NotYet: akno.CertNotYet, Expired: akno.CertExpired, Revoked: akno.CertRevoked,
	Suspended: akno.CertSuspended, Untrusted: akno.CertUntrusted, WrongUse: akno.CertUsage,
	Foreign: akno.ForeignContainer, Damaged: akno.BadKeyFile,
}

// open opens the container at path and remembers which key it holds.
func (k *Keyring) open(ctx context.Context, path string, password []byte) (*bign.PrivateKey, error) {
	const op = "keyring.open"
	file, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &akno.Error{Code: akno.NotFound, Op: op, Err: err}
	}
	if err != nil {
		return nil, &akno.Error{Code: akno.BadKeyFile, Op: op, Err: err}
	}
	sum := hexSum(file)
	if err := k.mayTry(sum); err != nil {
		return nil, err
	}
	key, err := container.Open(file, password)
	switch {
	case errors.Is(err, container.ErrPassword):
		k.failed(sum)
		return nil, &akno.Error{Code: akno.BadPassword, Op: op}
	case err != nil:
		return nil, &akno.Error{Code: akno.BadKeyFile, Op: op, Err: err}
	}
	k.succeeded(sum)
	note := keyNote{PublicKey: hexSum(key.PublicKey().Bytes()), Curve: key.PublicKey().Curve().Name()}
	if err := k.note(ctx, func(n *notes) { n.Keys[sum] = note }); err != nil {
		key.Wipe()
		return nil, err
	}
	return key, nil
}

const longestWait = 30 * time.Second

func (k *Keyring) mayTry(sum string) error {
	k.notesMu.Lock()
	defer k.notesMu.Unlock()
	if k.now().Before(k.tries[sum].until) {
		return &akno.Error{Code: akno.SlowDown, Op: "keyring.mayTry"}
	}
	return nil
}

func (k *Keyring) failed(sum string) {
	k.notesMu.Lock()
	defer k.notesMu.Unlock()
	f := k.tries[sum]
	wait := min(time.Second<<min(f.count, 5), longestWait)
	k.tries[sum] = failures{f.count + 1, k.now().Add(wait)}
}

func (k *Keyring) succeeded(sum string) {
	k.notesMu.Lock()
	defer k.notesMu.Unlock()
	delete(k.tries, sum)
}
