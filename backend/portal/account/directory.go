package account

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
)

// The kinds of names that are unique over all accounts.
const (
	KindEmail       = "email"
	KindIdentifier  = "identifier"
	KindCertificate = "certificate"
)

// A Secret is the portal's own key, 32 octets. What is looked up by a name of a
// person is stored under a hash keyed by it, so that a stolen table is no list
// of citizens, and the codes of letters are made of it, so that they need not
// be stored.
type Secret []byte

// Key returns the keyed hash of name among the names of a kind.
func (s Secret) Key(kind, name string) []byte {
	m := hmac.New(sha256.New, s)
	m.Write([]byte(kind))
	m.Write([]byte{0})
	m.Write([]byte(name))
	return m.Sum(nil)
}

// CursorKey returns the key under which cursors of changes are made.
func (s Secret) CursorKey() []byte { return s.Key("cursor", "") }

// readable is base32 without I, L, O and U (Crockford).
var readable = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// ActivationCode returns the code of the activation letter whose job has this
// id: 130 bits in 26 characters, in groups.
func (s Secret) ActivationCode(jobID string) string { return s.letterCode("activation", jobID) }

func (s Secret) letterCode(kind, jobID string) string {
	code := readable.EncodeToString(s.Key(kind, jobID)[:16])
	var groups []string
	for len(code) > 5 {
		groups, code = append(groups, code[:5]), code[5:]
	}
	return strings.Join(append(groups, code), "-")
}

// codeHash returns what is stored of a code that was typed or pasted: case and
// groups do not matter, and the letters that are left out of the alphabet are
// read as the digits they look like.
func codeHash(code string) []byte {
	s := strings.NewReplacer("-", "", "_", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(code))
	sum := sha256.Sum256([]byte(s))
	return sum[:]
}

// normalEmail returns the form under which an address is looked up.
func normalEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// Owner returns the account that owns a name, or "".
func Owner(ctx context.Context, tx dbx.Tx, kind string, key []byte) (string, error) {
	var id string
	_, err := dbx.Found(ctx, tx, `SELECT account_id FROM directory WHERE kind = ? AND key = ?`, []any{kind, key}, &id)
	if err != nil {
		return "", fmt.Errorf("directory: %w", err)
	}
	return id, nil
}

// Claim makes the account the owner of a name. A name that another account
// owns is answered with akno.Registered.
func Claim(ctx context.Context, tx dbx.Tx, kind string, key []byte, accountID string) error {
	owner, err := Owner(ctx, tx, kind, key)
	switch {
	case err != nil:
		return err
	case owner == accountID:
		return nil
	case owner != "":
		return &akno.Error{Code: akno.Registered, Op: "directory.Claim", Err: errors.New(kind + " belongs to another account")}
	}
	_, err = tx.Exec(ctx, `INSERT INTO directory(kind, key, account_id) VALUES(?, ?, ?)`, kind, key, accountID)
	if err != nil {
		return fmt.Errorf("directory: %w", err)
	}
	return nil
}

// prefix returns the network of an address that counts as one neighbour: /24 of
// IPv4, /48 of IPv6.
func prefix(from string) string {
	a, err := netip.ParseAddr(from)
	if err != nil {
		return "unknown"
	}
	a = a.Unmap().WithZone("")
	bits := 24
	if a.Is6() {
		bits = 48
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return "unknown"
	}
	return p.String()
}
