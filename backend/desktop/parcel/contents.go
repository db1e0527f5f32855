package parcel

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/desktop/draft"
	"akno/backend/desktop/syncer"
)

// The contents, which the chunks hold, are
//
//	length, 4 | manifest | length, 4 | signature | form … | file …
//
// Forms and files have no names and no order of their own: they are those that
// the manifest lists, in its order and with its sizes, and nothing follows them.

// The bounds on a parcel, for who makes it and for who reads it.
const (
	maxManifest  = 64 << 20
	maxSignature = 1 << 20
	maxDrafts    = 1000
	maxCommands  = 1000
	maxForms     = 500
	maxForm      = 4 << 20
	maxFiles     = 10_000
	maxFile      = 25 << 20 // as much as attach takes
	maxAll       = 4 << 30  // octets of all files
)

// manifest says what a parcel holds. Through its hashes a signature over it
// covers everything.
type manifest struct {
	Drafts []draft.Packed `json:"drafts"`
	Forms  []formEntry    `json:"forms"`
	Files  []fileEntry    `json:"files"`
	// Commands are there in an outbox only, which has neither drafts nor forms.
	Commands []syncer.Carried `json:"commands,omitempty"`
}

// formEntry is the definition of a form: its hash is of the canonical JSON, which
// its octets need not be.
type formEntry struct {
	Hash string `json:"hash"`
	Size int    `json:"size"`
}

type fileEntry struct {
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

// encode returns the octets of the manifest.
func (m manifest) encode() ([]byte, error) {
	text, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("parcel: %w", err)
	}
	if len(text) > maxManifest || len(m.Drafts) > maxDrafts || len(m.Forms) > maxForms || len(m.Files) > maxFiles ||
		len(m.Commands) > maxCommands || m.size() > maxAll {
		return nil, &akno.Error{Code: akno.TooLarge, Op: "parcel"}
	}
	return text, nil
}

// size is that of all files in octets.
func (m manifest) size() int64 {
	var sum int64
	for _, f := range m.Files {
		sum += f.Size
	}
	return sum
}

// readManifest reads what readers of foreign files must doubt: every count and
// size, what is named twice, what is named and does not come along.
func readManifest(text []byte, queue bool) (manifest, error) {
	var m manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return m, errBroken("no manifest")
	}
	// One manifest has one spelling, so that nobody reads another one in it.
	if again, err := m.encode(); err != nil || !bytes.Equal(again, text) {
		return m, errBroken("the manifest is not spelt as it must be")
	}
	if queue && (len(m.Drafts) > 0 || len(m.Forms) > 0) || !queue && len(m.Commands) > 0 {
		return m, errBroken("drafts and commands in one file")
	}
	if len(m.Drafts)+len(m.Commands) == 0 {
		return m, errBroken("nothing is in it")
	}
	files, forms, drafts := map[string]int64{}, map[string]bool{}, map[string]bool{}
	for _, f := range m.Files {
		if _, twice := files[f.SHA256]; twice || !hexSum(f.SHA256) || f.Size < 0 || f.Size > maxFile {
			return m, errBroken("a file is named twice or has no size")
		}
		files[f.SHA256] = f.Size
	}
	for _, f := range m.Forms {
		if forms[f.Hash] || !hexSum(f.Hash) || f.Size <= 0 || f.Size > maxForm {
			return m, errBroken("a form is named twice or has no size")
		}
		forms[f.Hash] = true
	}
	if err := checkCommands(m.Commands, files); err != nil {
		return m, err
	}
	for _, d := range m.Drafts {
		if err := d.Check(); err != nil {
			return m, err
		}
		if drafts[d.ID] {
			return m, errBroken("a draft is there twice")
		}
		drafts[d.ID] = true
		for _, f := range d.Files() {
			if size, came := files[f.SHA256]; came && size != f.Size {
				return m, errBroken("a file has two sizes")
			}
		}
		for _, sum := range d.Needed() {
			if _, came := files[sum]; !came {
				return m, errBroken("a file did not come along")
			}
		}
		if !forms[d.FormHash] {
			return m, errBroken("a form did not come along")
		}
	}
	return m, nil
}

// statement is what is signed: the head, so that the signature belongs to this
// parcel and to those it is for, and the manifest. It cannot be read as an
// application or as a challenge, which begin otherwise.
func statement(head, manifest []byte) []byte {
	h, m := sha256.Sum256(head), sha256.Sum256(manifest)
	return []byte("Akno parcel 1\n" + hex.EncodeToString(h[:]) + "\n" + hex.EncodeToString(m[:]) + "\n")
}

// readForm reads a definition and checks that it is the one that is named.
func readForm(octets []byte, hash string) (form.Definition, error) {
	var def form.Definition
	if err := json.Unmarshal(octets, &def); err != nil {
		return def, errBroken("a form that cannot be read")
	}
	return def, draft.CheckForm(def, hash)
}
