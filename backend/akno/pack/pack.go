// Package pack is the bundle in which procedures, forms and lists travel from
// their publisher to the programs: a manifest that names every item by its
// SHA-256, and the items. Only the manifest is signed, so an update carries the
// items that changed and nothing else, and an item proves itself by its hash.
//
// The package reads and compares; it holds no keys. Whoever opens a bundle
// brings the judge of its signature, and only a Verified one can be used.
package pack

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"akno/backend/akno/workdays"
)

// Format is the word that a manifest begins with.
const Format = "akno.packs/1"

// The bounds on what is read.
const (
	MaxManifest = 1 << 20 // octets
	MaxItem     = 4 << 20
	maxItems    = 5000
)

// ErrManifest is returned for octets that are no manifest, ErrItem for an item
// that the manifest does not name or that is not the one it names, and ErrOlder
// for a bundle that is not newer than the one in use.
var (
	ErrManifest = errors.New("pack: not a manifest")
	ErrItem     = errors.New("pack: not an item of the manifest")
	ErrOlder    = errors.New("pack: not newer than the one in use")
)

// A Manifest names the items of a bundle.
type Manifest struct {
	Format string        `json:"format"`
	Issued workdays.Date `json:"issued"`
	Serial int           `json:"serial"` // grows with every bundle of a publisher
	Items  []Entry       `json:"items"`  // by name
}

// An Entry is an item of a manifest. Names are "catalogue", "list/districts",
// "procedure/200.1.3.4", "form/F_1_3_4@1" and "tests/F_1_3_4@1".
type Entry struct {
	Name        string        `json:"name"`
	SHA256      string        `json:"sha256"`
	Size        int           `json:"size"`                  // octets
	AcceptUntil workdays.Date `json:"accept_until,omitzero"` // of a form: the last day on which drafts pinned to it may be filed
}

// A Bundle is a manifest with its signature and the items that are at hand.
type Bundle struct {
	Manifest  Manifest
	Raw       []byte // the octets that are signed
	Signature []byte
	items     map[string][]byte // by hash
}

// An Item is what Build makes a bundle of.
type Item struct {
	Name        string
	Octets      []byte
	AcceptUntil workdays.Date
}

// Build makes an unsigned bundle.
func Build(issued workdays.Date, serial int, items []Item) (*Bundle, error) {
	b := &Bundle{Manifest: Manifest{Format: Format, Issued: issued, Serial: serial}, items: map[string][]byte{}}
	for _, it := range items {
		hash := hashOf(it.Octets)
		b.items[hash] = it.Octets
		b.Manifest.Items = append(b.Manifest.Items, Entry{it.Name, hash, len(it.Octets), it.AcceptUntil})
	}
	slices.SortFunc(b.Manifest.Items, func(x, y Entry) int { return strings.Compare(x.Name, y.Name) })
	var err error
	if b.Raw, err = json.Marshal(b.Manifest); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	return b, b.Manifest.check()
}

// Parse reads a manifest. Its items are added with Add.
func Parse(manifest, signature []byte) (*Bundle, error) {
	b := &Bundle{Raw: manifest, Signature: signature, items: map[string][]byte{}}
	if len(manifest) > MaxManifest {
		return nil, ErrManifest
	}
	d := json.NewDecoder(bytes.NewReader(manifest))
	d.DisallowUnknownFields()
	if err := d.Decode(&b.Manifest); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrManifest, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, ErrManifest
	}
	return b, b.Manifest.check()
}

func (m Manifest) check() error {
	if m.Format != Format || m.Serial < 1 || m.Issued.IsZero() || len(m.Items) == 0 || len(m.Items) > maxItems {
		return ErrManifest
	}
	for i, e := range m.Items {
		if e.Name == "" || len(e.SHA256) != 64 || e.Size < 1 || e.Size > MaxItem || i > 0 && m.Items[i-1].Name >= e.Name {
			return fmt.Errorf("%w: item %q", ErrManifest, e.Name)
		}
	}
	return nil
}

// Read reads a bundle with all its items, one canonical JSON on a line.
func Read(manifest, signature, items []byte) (*Bundle, error) {
	b, err := Parse(manifest, signature)
	if err != nil {
		return nil, err
	}
	for line := range bytes.SplitSeq(bytes.TrimSuffix(items, []byte("\n")), []byte("\n")) {
		if err := b.Add(line); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// Lines writes the items for Read, in the order of their names.
func (b *Bundle) Lines() []byte {
	var out bytes.Buffer
	seen := map[string]bool{}
	for _, e := range b.Manifest.Items {
		if !seen[e.SHA256] {
			out.Write(b.items[e.SHA256])
			out.WriteByte('\n')
			seen[e.SHA256] = true
		}
	}
	return out.Bytes()
}

// Add takes an item that the manifest names. Any other is ErrItem.
func (b *Bundle) Add(octets []byte) error {
	hash := hashOf(octets)
	for _, e := range b.Manifest.Items {
		if e.SHA256 == hash && e.Size == len(octets) {
			b.items[hash] = octets
			return nil
		}
	}
	return ErrItem
}

// Take adds the items that other has and b names.
func (b *Bundle) Take(other *Bundle) {
	for _, e := range b.Manifest.Items {
		if octets, ok := other.items[e.SHA256]; ok {
			b.items[e.SHA256] = octets
		}
	}
}

// Missing returns the hashes of the items that are not at hand, each once.
func (b *Bundle) Missing() []string {
	missing := map[string]bool{}
	for _, e := range b.Manifest.Items {
		if b.items[e.SHA256] == nil {
			missing[e.SHA256] = true
		}
	}
	return slices.Sorted(maps.Keys(missing))
}

// Octets returns an item by its hash.
func (b *Bundle) Octets(hash string) ([]byte, bool) {
	octets, ok := b.items[hash]
	return octets, ok
}

// Hash returns the SHA-256 of the manifest, 64 hexadecimal digits: it names the
// bundle with everything in it.
func (b *Bundle) Hash() string { return hashOf(b.Raw) }

// A Judge decides whether a signature over a manifest is a publisher's.
type Judge func(manifest, signature []byte) error

// A Verified is a whole bundle whose signature was found good.
type Verified struct{ *Bundle }

// Verify judges the signature and that no item is missing.
func (b *Bundle) Verify(judge Judge) (Verified, error) {
	if err := judge(b.Raw, b.Signature); err != nil {
		return Verified{}, err
	}
	if n := len(b.Missing()); n > 0 {
		return Verified{}, fmt.Errorf("%w: %d are missing", ErrItem, n)
	}
	return Verified{b}, nil
}

// Item returns an item by its name.
func (b *Bundle) Item(name string) ([]byte, bool) {
	i, ok := slices.BinarySearchFunc(b.Manifest.Items, name, func(e Entry, n string) int { return strings.Compare(e.Name, n) })
	if !ok {
		return nil, false
	}
	return b.Octets(b.Manifest.Items[i].SHA256)
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Canonical returns JSON with sorted members and without blanks. Numbers stay:
// the ones in packs are small and whole, money and coefficients are texts.
func Canonical(v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(tree); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}
