package parcel

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"akno/backend/akno"
	"akno/backend/desktop/secmem"
	"akno/backend/internal/ids"
	"akno/backend/stb/belt"
	"akno/backend/stb/bign"
	"akno/backend/stb/pki"
)

const (
	// Extension is how the names of parcels end.
	Extension = ".akno"
	magic     = "AKNOPAR1"
	format    = "akno parcel"
	// outboxFormat is that of a parcel of commands; a program that does not know it
	// finds no parcel in the file, rather than an empty one.
	outboxFormat = "akno outbox"
	version      = 1
	maxHead      = 1 << 16 // octets
	maxWraps     = 8
	keySize      = 32
	saltSize     = 16
	// iterations take about half a second: the file leaves the computer, and who has
	// found it may try passwords for as long as he likes.
	iterations      = 1_000_000
	leastIterations = 100_000
	mostIterations  = 5_000_000
	// LeastPassword is the length below which a password is refused, in code
	// points.
	LeastPassword = 12
)

// The ways to open a parcel.
const (
	ByPassword = "password"
	ByKey      = "eds"
)

// A wrap is the content key wrapped in one way.
type wrap struct {
	Way         string `json:"way"`
	Salt        []byte `json:"salt,omitempty"`        // 16 octets
	Iterations  int    `json:"iterations,omitempty"`  // of PBKDF2
	Certificate string `json:"certificate,omitempty"` // SHA-256 in hex of the key's certificate
	Key         []byte `json:"key"`                   // 48 octets of belt-kwp, or a token
}

// head is what stands in a parcel in the open.
type head struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
	ID      string `json:"id"`   // UUID; its octets are the header of every wrap
	Made    int64  `json:"made"` // Unix milliseconds
	Wraps   []wrap `json:"wraps"`
}

// A Look is what a parcel says of itself to who cannot open it yet. Nothing of
// it is proven.
type Look struct {
	ID           string
	Made         time.Time
	Password     bool     // a password opens it
	Certificates []string // whose keys open it, SHA-256 in hex
	Size         int64    // octets of the file
	Outbox       bool     // it holds commands that wait, not drafts
}

// encode returns the octets before the first chunk: the magic, the length of the
// head in four octets, and the head.
func (h head) encode() ([]byte, error) {
	text, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("parcel: %w", err)
	}
	if len(text) > maxHead {
		return nil, &akno.Error{Code: akno.TooLarge, Op: "parcel.head"}
	}
	out := binary.LittleEndian.AppendUint32([]byte(magic), uint32(len(text)))
	return append(out, text...), nil
}

// readHead reads the octets before the first chunk. The code is bad_file for
// what is no parcel and wrong_state for one of a newer program.
func readHead(r io.Reader) (h head, octets []byte, err error) {
	start := make([]byte, len(magic)+4)
	if _, err := io.ReadFull(r, start); err != nil || string(start[:len(magic)]) != magic {
		return h, nil, errBroken("no parcel")
	}
	n := binary.LittleEndian.Uint32(start[len(magic):])
	if n > maxHead {
		return h, nil, errBroken("a head too long")
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return h, nil, errBroken("the head is cut short")
	}
	var any struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if err := json.Unmarshal(text, &any); err != nil || any.Format != format && any.Format != outboxFormat || any.Version < 1 {
		return h, nil, errBroken("no head")
	}
	if any.Version > version {
		return h, nil, &akno.Error{Code: akno.WrongState, Op: "parcel"}
	}
	if err := json.Unmarshal(text, &h); err != nil {
		return h, nil, errBroken("no head")
	}
	// One head has one spelling: no member twice, none that is not known.
	octets, err = h.encode()
	if err != nil || !bytes.Equal(octets[len(start):], text) {
		return h, nil, errBroken("the head is not spelt as it must be")
	}
	return h, octets, h.check()
}

func (h head) check() error {
	if !ids.Valid(h.ID) || len(h.Wraps) == 0 || len(h.Wraps) > maxWraps {
		return errBroken("a head that says nothing")
	}
	for _, w := range h.Wraps {
		switch {
		case w.Way == ByPassword && len(w.Salt) == saltSize && w.Certificate == "" && w.Iterations >= leastIterations && w.Iterations <= mostIterations:
		case w.Way == ByKey && hexSum(w.Certificate) && w.Salt == nil && w.Iterations == 0:
		default:
			return errBroken("a way that is not known")
		}
	}
	return nil
}

func (h head) id() ([]byte, error) {
	text := h.ID[:8] + h.ID[9:13] + h.ID[14:18] + h.ID[19:23] + h.ID[24:]
	return hex.DecodeString(text)
}

func hexSum(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == sha256.Size && hex.EncodeToString(b) == s
}

// wrapPassword adds the way by a password, which the caller wipes.
func (h *head) wrapPassword(ctx context.Context, key *secmem.Box, password []byte, rounds int) error {
	if utf8.RuneCount(password) < LeastPassword {
		return &akno.Error{Code: akno.Invalid, Op: "parcel.password", Fields: map[string]string{"password": "too_short"}}
	}
	w := wrap{Way: ByPassword, Salt: make([]byte, saltSize), Iterations: rounds}
	if _, err := rand.Read(w.Salt); err != nil {
		return fmt.Errorf("parcel: %w", err)
	}
	kek, err := belt.PBKDF2Context(ctx, password, w.Salt, w.Iterations, nil)
	defer clear(kek[:])
	if err != nil {
		return fmt.Errorf("parcel: %w", err)
	}
	id, err := h.id()
	if err != nil {
		return err
	}
	if w.Key, err = belt.Wrap(kek[:], key.Octets(), id); err != nil {
		return fmt.Errorf("parcel: %w", err)
	}
	h.Wraps = append(h.Wraps, w)
	return nil
}

// wrapFor adds the way by the private key of a certificate (STB 34.101.45,
// clause 7.2.3).
func (h *head) wrapFor(key *secmem.Box, cert *pki.Certificate) error {
	sum := sha256.Sum256(cert.Raw)
	return h.wrapTo(key, hex.EncodeToString(sum[:]), cert.PublicKey)
}

func (h *head) wrapTo(key *secmem.Box, certificate string, owner *bign.PublicKey) error {
	id, err := h.id()
	if err != nil {
		return err
	}
	token, err := owner.WrapKey(key.Octets(), id)
	if err != nil {
		return fmt.Errorf("parcel: %w", err)
	}
	h.Wraps = append(h.Wraps, wrap{Way: ByKey, Certificate: certificate, Key: token})
	return nil
}

// A Key opens parcels: by a password or by a private key.
type Key func(ctx context.Context, h head) (*secmem.Box, error)

// Password opens by a password, which the caller wipes. The code bad_password
// means a wrong password or a damaged file, which cannot be told apart.
func Password(password []byte) Key {
	return func(ctx context.Context, h head) (*secmem.Box, error) {
		const op = "parcel.Password"
		err := error(&akno.Error{Code: akno.WrongState, Op: op})
		for _, w := range h.Wraps {
			if w.Way != ByPassword {
				continue
			}
			var kek [keySize]byte
			if kek, err = belt.PBKDF2Context(ctx, password, w.Salt, w.Iterations, nil); err != nil {
				return nil, fmt.Errorf("parcel: %w", err)
			}
			var box *secmem.Box
			box, err = h.take(op, akno.BadPassword, func(id []byte) ([]byte, error) { return belt.Unwrap(kek[:], w.Key, id) })
			clear(kek[:])
			if err == nil {
				return box, nil
			}
		}
		return nil, err
	}
}

// PrivateKey opens by a private key, which stays with its owner (keyring). The
// code is key_mismatch for a parcel that is not for it.
func PrivateKey(private *bign.PrivateKey) Key {
	return func(_ context.Context, h head) (*secmem.Box, error) {
		const op = "parcel.PrivateKey"
		for _, w := range h.Wraps {
			if w.Way != ByKey {
				continue
			}
			box, err := h.take(op, akno.KeyMismatch, func(id []byte) ([]byte, error) { return private.UnwrapKey(w.Key, id) })
			if err == nil {
				return box, nil
			}
		}
		return nil, &akno.Error{Code: akno.KeyMismatch, Op: op}
	}
}

func (h head) take(op string, code akno.Code, unwrap func(id []byte) ([]byte, error)) (*secmem.Box, error) {
	id, err := h.id()
	if err != nil {
		return nil, err
	}
	octets, err := unwrap(id)
	if err != nil {
		return nil, &akno.Error{Code: code, Op: op}
	}
	defer clear(octets)
	if len(octets) != keySize {
		return nil, errBroken("a key of another length")
	}
	return secmem.Of(octets), nil
}
