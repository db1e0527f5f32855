package backup

import (
	"bytes"
	"compress/flate"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"akno/backend/akno"
	"akno/backend/desktop/draft"
	"akno/backend/desktop/portalclient"
	"akno/backend/stb/belt"
)

// The octets that the portal keeps are
//
//	magic, 8 | synchro value, 16 | sealed text | tag, 8
//
// where the text is the packed draft as JSON, compressed (RFC 1951), and the tag
// covers whose it is, which draft and which revision: the portal can neither put
// one backup in the place of another nor an old one in the place of a new one
// under the newer number.
const (
	magic   = "AKNODRB1"
	maxText = 64 << 20 // octets of a draft that is unpacked
)

// errSealed is for octets that this key does not open, or that were changed.
var errSealed = errors.New("a backup does not verify")

// cipherOf returns the cipher under the key that is made of a secret.
func cipherOf(secret []byte) (aead cipher.AEAD, wipe func(), err error) {
	key := belt.SumHMAC(secret, []byte("akno draft backup\n"))
	defer clear(key[:])
	var c belt.Cipher
	if err := c.SetKey(key[:]); err != nil {
		return nil, nil, fmt.Errorf("backup: %w", err)
	}
	return c.DWP(), c.Wipe, nil
}

func bound(account, id string, rev int64) []byte {
	return fmt.Appendf(nil, "%s\n%s\n%s\n%d\n", magic, account, id, rev)
}

// seal seals a packed draft. The code is too_large for one that the portal does
// not take.
func seal(secret []byte, account string, p draft.Packed) ([]byte, error) {
	text, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	defer clear(text)
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.DefaultCompression)
	if err == nil {
		_, err = w.Write(text)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	defer clear(packed.Bytes())
	if len(magic)+belt.BlockSize+packed.Len()+belt.MACSize > portalclient.MaxCopy || len(text) > maxText {
		return nil, &akno.Error{Code: akno.TooLarge, Op: "backup.seal", Fields: map[string]string{"backup": "copy_size"}}
	}
	aead, wipe, err := cipherOf(secret)
	if err != nil {
		return nil, err
	}
	defer wipe()
	out := append(make([]byte, 0, len(magic)+belt.BlockSize+packed.Len()+belt.MACSize), magic...)
	out = out[:len(magic)+belt.BlockSize]
	synchro := out[len(magic):]
	if _, err := rand.Read(synchro); err != nil {
		return nil, fmt.Errorf("backup: %w", err)
	}
	return aead.Seal(out, synchro, packed.Bytes(), bound(account, p.ID, int64(len(p.Revisions)))), nil
}

// open returns the draft of a backup. The code is bad_file for what this key does
// not open, what was changed, and what is another draft or revision than the
// portal says.
func open(secret []byte, account, id string, rev int64, octets []byte) (draft.Packed, error) {
	var p draft.Packed
	bad := func(err error) error { return &akno.Error{Code: akno.BadFile, Op: "backup.open", Err: err} }
	if len(octets) < len(magic)+belt.BlockSize+belt.MACSize || string(octets[:len(magic)]) != magic {
		return p, bad(errSealed)
	}
	aead, wipe, err := cipherOf(secret)
	if err != nil {
		return p, err
	}
	defer wipe()
	body := octets[len(magic):]
	packed, err := aead.Open(nil, body[:belt.BlockSize], body[belt.BlockSize:], bound(account, id, rev))
	if err != nil {
		return p, bad(errSealed)
	}
	defer clear(packed)
	text, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), maxText+1))
	if err != nil || len(text) > maxText {
		return p, bad(errors.Join(err, errors.New("a backup that cannot be unpacked")))
	}
	defer clear(text)
	if err := json.Unmarshal(text, &p); err != nil {
		return draft.Packed{}, bad(err)
	}
	if p.ID != id || p.Account != account || int64(len(p.Revisions)) != rev {
		return draft.Packed{}, bad(errSealed)
	}
	return p, p.Check()
}
