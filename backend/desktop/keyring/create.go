package keyring

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"akno/backend/akno"
	"akno/backend/akno/guess"
	"akno/backend/internal/atomicfile"
	"akno/backend/stb/bign"
	"akno/backend/stb/container"
	"akno/backend/stb/pki"
)

// Holder is the person a key is made for.
type Holder struct {
	Surname, Name, Patronymic string
	PersonalNumber            string // normalised, checked by the caller
	Email                     string
}

const (
	shortestPassword = 12      // characters
	iterations       = 200_000 // of the derivation: about half a second
)

// Create makes a key of the curve named, writes its container under password
// and the request for its certificate into folder ("" for the profile's own),
// and proves both by reading them back. Codes: invalid with the field password
// or folder.
func (k *Keyring) Create(ctx context.Context, curveName string, h Holder, folder string, password []byte) (Entry, error) {
	const op = "keyring.Create"
	if why := WeakPassword(password, h); why != "" {
		return Entry{}, &akno.Error{Code: akno.Invalid, Op: op, Fields: map[string]string{"password": why}}
	}
	curve := bign.CurveByName(curveName)
	if curve == nil {
		return Entry{}, &akno.Error{Code: akno.Invalid, Op: op, Fields: map[string]string{"curve": "option"}}
	}
	if folder == "" {
		folder = k.own
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return Entry{}, fmt.Errorf("keyring: %w", err)
		}
	}
	key, err := bign.GenerateKey(curve)
	if err != nil {
		return Entry{}, fmt.Errorf("keyring: %w", err)
	}
	defer key.Wipe()
	path, sum, err := k.writeKey(folder, key, password)
	if err != nil {
		return Entry{}, err
	}
	asked := stemPath(path) + ".req"
	if err := writeRequest(asked, h, key); err != nil {
		return Entry{}, err
	}
	public := hexSum(key.PublicKey().Bytes())
	err = k.note(ctx, func(n *notes) {
		n.Keys[sum] = keyNote{public, curve.Name()}
		n.Requests[public] = request{Path: asked}
		if !within(path, k.own) && !slices.Contains(n.Places, path) {
			n.Places = append(n.Places, path)
		}
	})
	if err != nil {
		return Entry{}, err
	}
	return k.Find(ctx, sum)
}

// writeKey writes the container, reads it back and opens it, so that a key is
// never shown that its password does not open.
func (k *Keyring) writeKey(folder string, key *bign.PrivateKey, password []byte) (path, sum string, err error) {
	const op = "keyring.writeKey"
	sealed, err := container.Seal(key, password, iterations)
	if err != nil {
		return "", "", fmt.Errorf("keyring: %w", err)
	}
	name := "akno-" + k.now().Format("20060102") + "-" + hexSum(key.PublicKey().Bytes())[:8] + ".key"
	path = filepath.Join(folder, name)
	if err := atomicfile.Create(path, sealed, 0o600); err != nil {
		return "", "", &akno.Error{Code: akno.Invalid, Op: op, Fields: map[string]string{"folder": "not_writable"}, Err: err}
	}
	back, err := os.ReadFile(path)
	if err != nil {
		return "", "", fmt.Errorf("keyring: %w", err)
	}
	again, err := container.Open(back, password)
	if err != nil {
		return "", "", fmt.Errorf("keyring: container read back: %w", err)
	}
	defer again.Wipe()
	if !again.PublicKey().Equal(key.PublicKey()) {
		return "", "", errors.New("keyring: container holds another key")
	}
	return path, hexSum(back), nil
}

// writeRequest asks for a certificate of a natural person in the form that the
// state system issues: givenName is the patronymic there (34.101.78, annex of
// the deployed profile).
func writeRequest(path string, h Holder, key *bign.PrivateKey) error {
	attrs := []pki.Attribute{
		{Type: pki.AttrCountry, Value: "BY"},
		{Type: pki.AttrCommonName, Value: strings.TrimSpace(h.Surname + " " + h.Name + " " + h.Patronymic)},
		{Type: pki.AttrSurname, Value: h.Surname},
		{Type: pki.AttrName, Value: h.Name},
	}
	if h.Patronymic != "" {
		attrs = append(attrs, pki.Attribute{Type: pki.AttrGivenName, Value: h.Patronymic})
	}
	attrs = append(attrs, pki.Attribute{Type: pki.AttrSerialNumber, Value: h.PersonalNumber})
	if h.Email != "" {
		attrs = append(attrs, pki.Attribute{Type: pki.AttrEmail, Value: h.Email})
	}
	subject, err := pki.NewName(attrs...)
	if err != nil {
		return &akno.Error{Code: akno.Invalid, Op: "keyring.writeRequest", Err: err}
	}
	der, err := pki.CreateRequest(&pki.RequestTemplate{Subject: subject}, key)
	if err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	return atomicfile.Create(path, der, 0o600)
}

// Request returns the octets of the request of the entry id.
func (k *Keyring) Request(ctx context.Context, id string) ([]byte, error) {
	const op = "keyring.Request"
	public, n, err := k.publicKeyOf(ctx, id)
	if err != nil {
		return nil, err
	}
	r, ok := n.Requests[public]
	if !ok {
		return nil, &akno.Error{Code: akno.NotFound, Op: op}
	}
	der, err := os.ReadFile(r.Path)
	if err != nil {
		return nil, &akno.Error{Code: akno.NotFound, Op: op, Err: err}
	}
	return der, nil
}

// Sent remembers the number that the authority gave to the request of id, or
// that it refused it.
func (k *Keyring) Sent(ctx context.Context, id, requestID string, rejected bool) error {
	public, _, err := k.publicKeyOf(ctx, id)
	if err != nil {
		return err
	}
	return k.note(ctx, func(n *notes) {
		r := n.Requests[public]
		r.ID, r.Rejected = requestID, rejected
		if r.SentAt.IsZero() {
			r.SentAt = k.now()
		}
		n.Requests[public] = r
	})
}

func (k *Keyring) publicKeyOf(ctx context.Context, id string) (string, notes, error) {
	n, err := k.notes(ctx)
	if err != nil {
		return "", n, err
	}
	e, err := k.Find(ctx, id)
	if err != nil {
		return "", n, err
	}
	file, err := os.ReadFile(e.KeyPath)
	if err != nil {
		return "", n, &akno.Error{Code: akno.NotFound, Op: "keyring.publicKeyOf", Err: err}
	}
	note, ok := n.Keys[hexSum(file)]
	if !ok {
		return "", n, &akno.Error{Code: akno.NotFound, Op: "keyring.publicKeyOf"}
	}
	return note.PublicKey, n, nil
}

// Install puts a certificate beside its key. One that belongs to none of the
// known keys is refused with the code key_mismatch.
func (k *Keyring) Install(ctx context.Context, der []byte) (Entry, error) {
	const op = "keyring.Install"
	cert, err := pki.ParseCertificate(der)
	if err != nil || cert.PublicKey == nil {
		return Entry{}, &akno.Error{Code: akno.BadFile, Op: op, Err: err}
	}
	f, err := k.search(ctx)
	if err != nil {
		return Entry{}, err
	}
	public := hexSum(cert.PublicKey.Bytes())
	i := slices.IndexFunc(f.keys, func(key keyFile) bool { return key.note.PublicKey == public })
	if i < 0 {
		return Entry{}, &akno.Error{Code: akno.KeyMismatch, Op: op}
	}
	path := stemPath(f.keys[i].path) + ".cer"
	if have, err := os.ReadFile(path); err == nil && !bytes.Equal(have, der) {
		path = stemPath(f.keys[i].path) + "-" + hexSum(der)[:8] + ".cer" // an older certificate stays
	}
	if err := atomicfile.Write(path, der, 0o600); err != nil {
		return Entry{}, err
	}
	if !within(path, k.own) {
		if err := k.Add(ctx, path); err != nil {
			return Entry{}, err
		}
	}
	return k.Find(ctx, hexSum(cert.Raw))
}

// Import copies a key or a certificate into the profile's own folder: for files
// that will be gone, as those that came through a browser. The copy is exact
// and keeps its password.
func (k *Keyring) Import(ctx context.Context, path string) error {
	const op = "keyring.Import"
	info, err := os.Stat(path)
	if err != nil {
		return &akno.Error{Code: akno.NotFound, Op: op, Err: err}
	}
	if info.Size() > maxFile {
		return &akno.Error{Code: akno.TooLarge, Op: op}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return &akno.Error{Code: akno.BadKeyFile, Op: op, Err: err}
	}
	defer clear(data)
	if err := os.MkdirAll(k.own, 0o700); err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	to := filepath.Join(k.own, filepath.Base(path))
	if have, err := os.ReadFile(to); err == nil && !bytes.Equal(have, data) {
		to = stemPath(to) + "-" + hexSum(data)[:8] + filepath.Ext(to)
	}
	return atomicfile.Write(to, data, 0o600)
}

// Add remembers a file or a folder to look in.
func (k *Keyring) Add(ctx context.Context, path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	return k.note(ctx, func(n *notes) {
		if !slices.Contains(n.Places, path) {
			n.Places = append(n.Places, path)
		}
	})
}

// Forget stops looking at the files of the entry id. The files stay.
func (k *Keyring) Forget(ctx context.Context, id string) error {
	e, err := k.Find(ctx, id)
	if err != nil {
		return err
	}
	return k.note(ctx, func(n *notes) {
		n.Places = slices.DeleteFunc(n.Places, func(p string) bool { return p == e.KeyPath || p == e.CertPath })
	})
}

// WeakPassword says why a new password of a key is not taken, or "": too_short
// (under 12 characters), own_data (holds a part of the name or of the number),
// repeats (fewer than five different characters), password_frequent (guessed
// soon by who has the file), not_text (no UTF-8).
func WeakPassword(password []byte, h Holder) string {
	switch {
	case !utf8.Valid(password):
		return "not_text"
	case utf8.RuneCount(password) < shortestPassword:
		return "too_short"
	}
	lower := bytes.ToLower(password)
	defer clear(lower)
	for _, own := range []string{h.Surname, h.Name, h.PersonalNumber} {
		if utf8.RuneCountInString(own) >= 3 && bytes.Contains(lower, []byte(strings.ToLower(own))) {
			return "own_data"
		}
	}
	var different [5]rune
	n := 0
	for rest := lower; len(rest) > 0 && n < len(different); {
		r, size := utf8.DecodeRune(rest)
		rest = rest[size:]
		if !unicode.IsSpace(r) && !slices.Contains(different[:n], r) {
			different[n] = r
			n++
		}
	}
	if n < len(different) {
		return "repeats"
	}
	if guess.Bits(password) < guess.Enough {
		return "password_frequent"
	}
	return ""
}

func stemPath(path string) string { return strings.TrimSuffix(path, filepath.Ext(path)) }
