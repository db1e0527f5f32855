package vault

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"akno/backend/akno"
	"akno/backend/desktop/diskfault"
	"akno/backend/desktop/secmem"
	"akno/backend/internal/atomicfile"
	"akno/backend/internal/clock"
	"akno/backend/internal/ids"
	"akno/backend/stb/belt"
)

const (
	fileName = "profile.key"
	copyName = fileName + ".copy"
	// databaseName is what package store seals under the key.
	databaseName = "profile.db"
	format       = "akno profile key"
	version      = 1
	// KeySize is the length of the data key in octets.
	KeySize = 32
)

// The ways to wrap the key.
const (
	byPassword = "password"
	byShares   = "shares"
	byEDS      = "eds"
	byNothing  = "open"
	byStore    = "keystore"
)

// A wrap is the key wrapped in one way. Which of the fields are there depends
// on the way.
type wrap struct {
	Way         string `json:"way"`
	Salt        []byte `json:"salt,omitempty"`        // 16 octets
	Iterations  int    `json:"iterations,omitempty"`  // of PBKDF2
	Threshold   int    `json:"threshold,omitempty"`   // shares that are enough
	Count       int    `json:"count,omitempty"`       // shares made
	Certificate string `json:"certificate,omitempty"` // SHA-256 in hex of the key's certificate
	Key         []byte `json:"key,omitempty"`         // 48 octets of belt-kwp, or a token
}

// head is the file profile.key.
type head struct {
	Format    string `json:"format"`
	Version   int    `json:"version"`
	Profile   string `json:"profile"`             // UUID; its octets are the header of every wrap
	LockAfter int    `json:"lockAfter,omitempty"` // minutes without the person; 0: never
	Wraps     []wrap `json:"wraps"`
}

// A Vault is the key file of one profile. Its methods are called one at a time.
type Vault struct {
	dir  string // the profile's folder
	open string // the folder of keys without a password
	now  clock.Clock
	head head
}

// Base is the folder of all profiles that dir, the folder of one of them, is or
// is in. One program at a time has it, whichever profile it works on.
func Base(dir string) string {
	if parent := filepath.Dir(dir); filepath.Base(parent) == profilesName {
		return filepath.Dir(parent)
	}
	return dir
}

// OpenFolder is where the keys lie of profiles without a password, beside the
// folder of all profiles that dir is, or is in.
func OpenFolder(dir string) string { return Base(dir) + ".open" }

// Exists says whether a profile lies in the folder dir, sealed or not, or what is
// left of one.
func Exists(dir string) bool {
	for _, name := range []string{fileName, copyName, databaseName} {
		if _, err := os.Lstat(filepath.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
			return true
		}
	}
	return false
}

// Open reads the key file of the profile in the folder dir. A profile that has
// none yet gets a key, without a password. The codes: bad_file when the file
// and its copy are damaged, or gone from a profile that is sealed already;
// wrong_state for the file of a newer program.
func Open(dir string, now clock.Clock) (*Vault, error) {
	const op = "vault.Open"
	v := &Vault{dir: dir, open: OpenFolder(dir), now: now}
	err := v.load(fileName)
	if err != nil && akno.CodeOf(err) != akno.WrongState {
		if copyErr := v.load(copyName); copyErr == nil {
			return v, v.save() // mends the damaged one
		}
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return v, err
	}
	if sealed, err := hasSealed(dir); err != nil || sealed {
		return nil, &akno.Error{Code: akno.BadFile, Op: op, Err: errors.Join(err, errors.New("the key file is gone"))}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, written(op, err)
	}
	v.head = head{Format: format, Version: version, Profile: ids.New(now())}
	key := secmem.New(KeySize)
	defer key.Wipe()
	if _, err := rand.Read(key.Octets()); err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	return v, v.LeaveOpen(key)
}

// hasSealed says whether the folder holds a database that a lost key sealed.
func hasSealed(dir string) (bool, error) {
	f, err := os.Open(filepath.Join(dir, databaseName))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	var magic [16]byte
	n, _ := f.Read(magic[:])
	return n > 0 && string(magic[:n]) != "SQLite format 3\x00", nil
}

func (v *Vault) load(name string) error {
	const op = "vault.Open"
	data, err := os.ReadFile(filepath.Join(v.dir, name))
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	var h head
	if err := json.Unmarshal(data, &h); err != nil || h.Format != format {
		return &akno.Error{Code: akno.BadFile, Op: op, Err: fmt.Errorf("%s is no key file", name)}
	}
	if h.Version > version {
		return &akno.Error{Code: akno.WrongState, Op: op, Err: fmt.Errorf("key file of version %d", h.Version)}
	}
	v.head = h
	if _, err := v.id(); err != nil || len(h.Wraps) == 0 {
		return &akno.Error{Code: akno.BadFile, Op: op, Err: fmt.Errorf("%s is damaged", name)}
	}
	return nil
}

// save writes the file and then its copy, so that one of them is whole.
func (v *Vault) save() error {
	data, err := json.MarshalIndent(v.head, "", "  ")
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	for _, name := range []string{fileName, copyName} {
		if err := atomicfile.Write(filepath.Join(v.dir, name), append(data, '\n'), 0o600); err != nil {
			return written("vault.save", err)
		}
	}
	return nil
}

// id is the profile's id in octets: the header of its wraps, so that a wrap of
// one profile does not open as one of another.
func (v *Vault) id() ([]byte, error) {
	id, err := hex.DecodeString(strings.ReplaceAll(v.head.Profile, "-", ""))
	if err != nil || len(id) != belt.HeaderSize {
		return nil, &akno.Error{Code: akno.BadFile, Op: "vault.id"}
	}
	return id, nil
}

// find returns the wrap of that way, nil when there is none.
func (v *Vault) find(way string) *wrap {
	i := slices.IndexFunc(v.head.Wraps, func(w wrap) bool { return w.Way == way })
	if i < 0 {
		return nil
	}
	return &v.head.Wraps[i]
}

// drop takes out the wraps of those ways.
func (v *Vault) drop(ways ...string) {
	v.head.Wraps = slices.DeleteFunc(v.head.Wraps, func(w wrap) bool { return slices.Contains(ways, w.Way) })
}

// put puts w in the place of the wrap of its way and writes the file. On failure
// the vault is as it was.
func (v *Vault) put(w wrap, without ...string) error {
	before := slices.Clone(v.head.Wraps)
	v.drop(append(without, w.Way)...)
	v.head.Wraps = append(v.head.Wraps, w)
	if err := v.save(); err != nil {
		v.head.Wraps = before
		return err
	}
	return nil
}

// Protected says whether a password is needed.
func (v *Vault) Protected() bool { return v.find(byNothing) == nil }

// Profile is the profile's id.
func (v *Vault) Profile() string { return v.head.Profile }

// LockAfter is after how many minutes without the person the profile locks
// itself; 0 stands for never.
func (v *Vault) LockAfter() int { return v.head.LockAfter }

// SetLockAfter changes LockAfter.
func (v *Vault) SetLockAfter(minutes int) error {
	if minutes < 0 || minutes > 24*60 {
		return &akno.Error{Code: akno.Invalid, Op: "vault.SetLockAfter", Fields: map[string]string{"lockAfter": "unknown"}}
	}
	before := v.head.LockAfter
	v.head.LockAfter = minutes
	if err := v.save(); err != nil {
		v.head.LockAfter = before
		return err
	}
	return nil
}

// openPath is where the key lies while there is no password.
func (v *Vault) openPath() string { return filepath.Join(v.open, v.head.Profile+".key") }

// LeaveOpen takes the password away: from now on the key lies in a file outside
// the profile's folder. It is on the disk before the other ways are taken out.
func (v *Vault) LeaveOpen(key *secmem.Box) error {
	const op = "vault.LeaveOpen"
	if err := os.MkdirAll(v.open, 0o700); err != nil {
		return written(op, err)
	}
	text := make([]byte, 2*KeySize)
	defer clear(text)
	hex.Encode(text, key.Octets())
	if err := atomicfile.Write(v.openPath(), text, 0o600); err != nil {
		return written(op, err)
	}
	return v.put(wrap{Way: byNothing}, byPassword, byStore)
}

// OpenKey returns the key of a profile without a password; the caller wipes it.
// The codes: locked when there is a password, bad_file when the file with the
// key is gone or damaged.
func (v *Vault) OpenKey() (*secmem.Box, error) {
	const op = "vault.OpenKey"
	if v.Protected() {
		return nil, &akno.Error{Code: akno.Locked, Op: op}
	}
	text, err := os.ReadFile(v.openPath())
	defer clear(text)
	if err != nil {
		return nil, &akno.Error{Code: akno.BadFile, Op: op, Err: errors.New("the file with the key cannot be read")}
	}
	key := secmem.New(KeySize)
	if n, err := hex.Decode(key.Octets(), text[:min(len(text), 2*KeySize)]); err != nil || n != KeySize || len(text) != 2*KeySize {
		key.Wipe()
		return nil, &akno.Error{Code: akno.BadFile, Op: op, Err: errors.New("the file with the key is damaged")}
	}
	return key, nil
}

// closeOpen takes the key's file away once there is a password.
func (v *Vault) closeOpen() error {
	path := v.openPath()
	if f, err := os.OpenFile(path, os.O_WRONLY, 0); err == nil {
		_, err = f.Write(make([]byte, 2*KeySize))
		if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
			return written("vault.closeOpen", err)
		}
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return written("vault.closeOpen", err)
	}
	return nil
}

// written gives a failure of the disk its code.
func written(op string, err error) error {
	return &akno.Error{Code: cmp.Or(diskfault.Code(err), akno.Internal), Op: op, Err: err}
}
