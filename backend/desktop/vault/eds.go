package vault

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"akno/backend/akno"
	"akno/backend/desktop/keyring"
	"akno/backend/desktop/secmem"
	"akno/backend/stb/bign"
	"akno/backend/stb/pki"
)

// AddKey lets the owner of the certificate's private key in: the data key goes
// into a token of bign key transport (STB 34.101.45, clause 7.2.3). A second
// certificate takes the place of the first.
func (v *Vault) AddKey(key *secmem.Box, cert *pki.Certificate) error {
	return v.letIn(key, fingerprint(cert), cert.PublicKey)
}

func (v *Vault) letIn(key *secmem.Box, certificate string, owner *bign.PublicKey) error {
	id, err := v.id()
	if err != nil {
		return err
	}
	token, err := owner.WrapKey(key.Octets(), id)
	if err != nil {
		return fmt.Errorf("vault.AddKey: %w", err)
	}
	return v.put(wrap{Way: byEDS, Certificate: certificate, Key: token})
}

// DropKey takes the way by a private key out.
func (v *Vault) DropKey() error {
	before := slices.Clone(v.head.Wraps)
	v.drop(byEDS)
	if err := v.save(); err != nil {
		v.head.Wraps = before
		return err
	}
	return nil
}

// KeyCertificate is the SHA-256 in hex of the certificate whose key opens the
// profile, "" when none does.
func (v *Vault) KeyCertificate() string {
	if w := v.find(byEDS); w != nil {
		return w.Certificate
	}
	return ""
}

// UnlockByKey opens the data key by a private key, which stays with its owner
// (keyring). The codes: wrong_state when no key is let in, key_mismatch for
// another key.
func (v *Vault) UnlockByKey(private *bign.PrivateKey) (*secmem.Box, error) {
	const op = "vault.UnlockByKey"
	w := v.find(byEDS)
	if w == nil {
		return nil, &akno.Error{Code: akno.WrongState, Op: op}
	}
	id, err := v.id()
	if err != nil {
		return nil, err
	}
	octets, err := private.UnwrapKey(w.Key, id)
	if err != nil {
		return nil, &akno.Error{Code: akno.KeyMismatch, Op: op}
	}
	defer clear(octets)
	return box(op, octets)
}

// UnlockByKeyFile is UnlockByKey with the key of the container at path, which
// keyring opens by its password and wipes. Codes besides: those of
// keyring.WithFile.
func (v *Vault) UnlockByKeyFile(ctx context.Context, path string, password []byte) (key *secmem.Box, err error) {
	err = keyring.WithFile(ctx, path, password, func(private *bign.PrivateKey) error {
		key, err = v.UnlockByKey(private)
		return err
	})
	return key, err
}

// fingerprint is how keyring names a key: by its certificate.
func fingerprint(cert *pki.Certificate) string {
	sum := sha256.Sum256(cert.Raw)
	return hex.EncodeToString(sum[:])
}
