package parcel

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/desktop/draft"
	"akno/backend/desktop/keyring"
	"akno/backend/desktop/secmem"
	"akno/backend/desktop/store"
	"akno/backend/stb/bign"
	"akno/backend/stb/pki"
)

// LookAt says what the file at path is, to who cannot open it yet. The codes:
// not_found, bad_file for what is no parcel, wrong_state for one of a newer
// program.
func LookAt(path string) (Look, error) {
	f, size, err := openFile(path)
	if err != nil {
		return Look{}, err
	}
	defer f.Close()
	h, _, err := readHead(f)
	if err != nil {
		return Look{}, err
	}
	out := Look{ID: h.ID, Made: time.UnixMilli(h.Made).UTC(), Size: size, Outbox: h.Format == outboxFormat}
	for _, w := range h.Wraps {
		if w.Way == ByPassword {
			out.Password = true
		} else {
			out.Certificates = append(out.Certificates, w.Certificate)
		}
	}
	return out, nil
}

func openFile(path string) (*os.File, int64, error) {
	const op = "parcel.Open"
	st, err := os.Stat(path) // before it is opened: opening a pipe would wait for a writer
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, &akno.Error{Code: akno.NotFound, Op: op}
	}
	if err != nil || !st.Mode().IsRegular() {
		return nil, 0, errBroken("not a plain file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, &akno.Error{Code: akno.Forbidden, Op: op}
	}
	return f, st.Size(), nil
}

// An Incoming is a parcel that was opened and read through to its end. It is
// read again when its drafts are taken in, so its file stays open. Close wipes
// its key.
type Incoming struct {
	f        *os.File
	key      *secmem.Box
	bound    [32]byte
	start    int64 // of the first chunk
	made     time.Time
	manifest manifest
	forms    map[string]form.Definition

	statement, signature []byte
}

// Open opens the parcel at path and reads all of it: every chunk is
// authenticated and every file is what its hash says, before anything is told.
// The codes are those of LookAt and of key.
func Open(ctx context.Context, path string, key Key) (*Incoming, error) {
	f, _, err := openFile(path)
	if err != nil {
		return nil, err
	}
	in, err := open(ctx, f, key)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return in, nil
}

// OpenByKey is Open with the key keyID of this computer; the caller wipes its
// password. The codes are those of Open and of keyring.Use.
func OpenByKey(ctx context.Context, path string, keys *keyring.Keyring, keyID string, password []byte) (in *Incoming, err error) {
	err = keys.Use(ctx, keyID, password, func(key *bign.PrivateKey, _ *pki.Certificate) (err error) {
		in, err = Open(ctx, path, PrivateKey(key))
		return err
	})
	return in, err
}

func open(ctx context.Context, f *os.File, key Key) (*Incoming, error) {
	h, octets, err := readHead(f)
	if err != nil {
		return nil, err
	}
	in := &Incoming{f: f, bound: sha256.Sum256(octets), start: int64(len(octets)), made: time.UnixMilli(h.Made).UTC()}
	if in.key, err = key(ctx, h); err != nil {
		return nil, err
	}
	err = in.read(ctx, func(text, signature []byte) error {
		m, err := readManifest(text, h.Format == outboxFormat)
		in.manifest, in.signature, in.statement = m, signature, statement(octets, text)
		in.forms = map[string]form.Definition{}
		return err
	}, func(e formEntry, octets []byte) error {
		def, err := readForm(octets, e.Hash)
		in.forms[e.Hash] = def
		return err
	}, func(_ fileEntry, r io.Reader) error {
		_, err := io.Copy(io.Discard, r)
		return err
	})
	if err != nil {
		in.key.Wipe()
		return nil, err
	}
	return in, nil
}

// read reads the contents once from their beginning and gives their parts away.
// What comes from file's reader is hashed on its way.
func (in *Incoming) read(ctx context.Context, first func(manifest, signature []byte) error, aForm func(formEntry, []byte) error, aFile func(fileEntry, io.Reader) error) error {
	if _, err := in.f.Seek(in.start, io.SeekStart); err != nil {
		return fmt.Errorf("parcel: %w", err)
	}
	s, err := newSealing(in.key.Octets(), in.bound)
	if err != nil {
		return fmt.Errorf("parcel: %w", err)
	}
	defer s.wipe()
	r := s.reader(in.f)
	defer r.wipe()
	text, err := part(r, maxManifest)
	if err != nil {
		return err
	}
	signature, err := part(r, maxSignature)
	if err != nil {
		return err
	}
	if err := first(text, signature); err != nil {
		return err
	}
	for _, f := range in.manifest.Forms {
		octets := make([]byte, f.Size)
		if _, err := io.ReadFull(r, octets); err != nil {
			return cut(err)
		}
		if err := aForm(f, octets); err != nil {
			return err
		}
	}
	for _, f := range in.manifest.Files {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := hashed(f, r, aFile); err != nil {
			return err
		}
	}
	if _, err := r.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		return errors.Join(cut(err), errBroken("more is in it than the manifest says"))
	}
	return nil
}

// part reads a part with its length in four octets before it.
func part(r io.Reader, limit uint32) ([]byte, error) {
	var n [4]byte
	if _, err := io.ReadFull(r, n[:]); err != nil {
		return nil, cut(err)
	}
	size := binary.LittleEndian.Uint32(n[:])
	if size > limit {
		return nil, errBroken("a part too long")
	}
	// It grows as it comes: a length alone takes no memory.
	octets, err := io.ReadAll(io.LimitReader(r, int64(size)))
	if err == nil && len(octets) < int(size) {
		err = io.ErrUnexpectedEOF
	}
	return octets, cut(err)
}

// cut gives the end of a file before its time the code bad_file.
func cut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errBroken("the contents end too early")
	}
	return err
}

// hashed gives one file to use and looks that all of it was there and is what it
// is called.
func hashed(f fileEntry, r io.Reader, use func(fileEntry, io.Reader) error) error {
	h := sha256.New()
	limited := &io.LimitedReader{R: r, N: f.Size}
	if err := use(f, io.TeeReader(limited, h)); err != nil {
		return err
	}
	if limited.N != 0 {
		return errBroken("the contents end too early")
	}
	if hex.EncodeToString(h.Sum(nil)) != f.SHA256 {
		return errBroken("a file is not what its hash says")
	}
	return nil
}

// Made is when the parcel was made, by the clock of that computer.
func (in *Incoming) Made() time.Time { return in.made }

// Signed returns what was signed and the signature over it, which is empty when
// there is none.
func (in *Incoming) Signed() (statement, cms []byte) { return in.statement, in.signature }

// A Line is what taking one draft in would do.
type Line struct {
	draft.Weighed
	Draft draft.Packed
	Files int   // that it names
	Size  int64 // of them, octets
}

// Plan says what taking the parcel in would do. It does nothing.
func (in *Incoming) Plan(ctx context.Context, drafts *draft.Service) ([]Line, error) {
	out := []Line{}
	came := map[string]bool{}
	for _, f := range in.manifest.Files {
		came[f.SHA256] = true
	}
	for _, d := range in.manifest.Drafts {
		w, err := drafts.Weigh(ctx, d, in.forms)
		if err != nil {
			return nil, err
		}
		l := Line{Weighed: w, Draft: d}
		for _, f := range d.Files() {
			if came[f.SHA256] {
				l.Files, l.Size = l.Files+1, l.Size+f.Size
			}
		}
		out = append(out, l)
	}
	return out, nil
}

// Taken is what became of one draft.
type Taken struct {
	Standing draft.Standing
	ID       string // of the draft here
}

// TakeIn takes the drafts of the parcel in: their files first, then each draft
// as a whole. Doing it twice is doing it once; after a failure, or a sudden
// death, it is done again. How a draft stands is asked anew: what was written
// since the plan is not overwritten either.
func (in *Incoming) TakeIn(ctx context.Context, drafts *draft.Service, blobs *store.Blobs) ([]Taken, error) {
	wanted := map[string]bool{}
	plan, err := in.Plan(ctx, drafts)
	if err != nil {
		return nil, err
	}
	for _, l := range plan {
		switch l.Standing {
		case draft.StandNew, draft.StandNewer, draft.StandDiverged, draft.StandDeleted:
			for _, f := range l.Draft.Files() {
				wanted[f.SHA256] = !blobs.Has(f.SHA256)
			}
		}
	}
	if err := in.keep(ctx, wanted, blobs); err != nil {
		return nil, err
	}
	out := []Taken{}
	for _, d := range in.manifest.Drafts {
		stand, id, err := drafts.Unpack(ctx, d, in.forms)
		if err != nil {
			return out, err
		}
		out = append(out, Taken{stand, id})
	}
	return out, nil
}

// Close closes the file and wipes the key.
func (in *Incoming) Close() error {
	in.key.Wipe()
	return in.f.Close()
}

// keep stores the files of the parcel whose hashes are wanted and passes over the
// others.
func (in *Incoming) keep(ctx context.Context, wanted map[string]bool, blobs *store.Blobs) error {
	return in.read(ctx, func(_, _ []byte) error { return nil }, func(formEntry, []byte) error { return nil }, func(e fileEntry, r io.Reader) error {
		if !wanted[e.SHA256] {
			_, err := io.Copy(io.Discard, r)
			return err
		}
		sum, _, err := blobs.Put(r, maxFile)
		if err == nil && sum != e.SHA256 {
			err = errBroken("a file is not what its hash says")
		}
		return err
	})
}
