package parcel

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/draft"
	"akno/backend/desktop/secmem"
	"akno/backend/desktop/store"
	"akno/backend/internal/ids"
	"akno/backend/stb/pki"
)

// An Outgoing is a parcel that is being made: packed, then given a way to be
// opened, then signed if its person has a key, then written. Close wipes its key.
type Outgoing struct {
	// Drafts, Files and Size (octets of the files) are what is in it.
	Drafts, Files int
	Commands      int // of an outbox
	Size          int64
	// Missing are names of attached files that this computer has no more; the
	// drafts that name them only in their history are carried all the same.
	Missing []string

	blobs     *store.Blobs
	key       *secmem.Box
	head      head
	manifest  manifest
	forms     [][]byte
	signature []byte
	rounds    int
}

// Pack packs the drafts of these ids, or all that are being prepared for none.
// The code is wrong_state for one that was handed over, not_found for one that is
// not here or whose file is gone, and too_large for more than a parcel holds.
func Pack(ctx context.Context, drafts *draft.Service, blobs *store.Blobs, chosen []string, now time.Time) (*Outgoing, error) {
	const op = "parcel.Pack"
	if len(chosen) == 0 {
		all, err := drafts.List(ctx)
		if err != nil {
			return nil, err
		}
		for _, d := range all {
			chosen = append(chosen, d.ID)
		}
	}
	slices.Sort(chosen)
	chosen = slices.Compact(chosen)
	if len(chosen) == 0 {
		return nil, &akno.Error{Code: akno.NotFound, Op: op}
	}
	if len(chosen) > maxDrafts {
		return nil, &akno.Error{Code: akno.TooLarge, Op: op}
	}
	out := newOutgoing(blobs, format, now)
	for _, id := range chosen {
		if err := out.add(ctx, drafts, id); err != nil {
			return nil, err
		}
	}
	return out, out.finish()
}

func newOutgoing(blobs *store.Blobs, kind string, now time.Time) *Outgoing {
	return &Outgoing{
		blobs: blobs, rounds: iterations, manifest: manifest{Drafts: []draft.Packed{}, Forms: []formEntry{}, Files: []fileEntry{}},
		head: head{Format: kind, Version: version, ID: ids.New(now), Made: now.UnixMilli(), Wraps: []wrap{}},
	}
}

// finish counts what was packed and makes the content key.
func (o *Outgoing) finish() error {
	if _, err := o.manifest.encode(); err != nil {
		return err
	}
	key := make([]byte, keySize)
	defer clear(key)
	if _, err := rand.Read(key); err != nil {
		return fmt.Errorf("parcel: %w", err)
	}
	o.key = secmem.Of(key)
	o.Drafts, o.Commands = len(o.manifest.Drafts), len(o.manifest.Commands)
	o.Files, o.Size = len(o.manifest.Files), o.manifest.size()
	return nil
}

// add packs one draft with its forms and files.
func (o *Outgoing) add(ctx context.Context, drafts *draft.Service, id string) error {
	p, err := drafts.Pack(ctx, id)
	if err != nil {
		return err
	}
	for _, hash := range p.Pins() {
		if slices.ContainsFunc(o.manifest.Forms, func(f formEntry) bool { return f.Hash == hash }) {
			continue
		}
		def, here, err := drafts.PackForm(ctx, p, hash)
		if err != nil {
			return err
		}
		if !here {
			continue // of its history; the draft's own form is always here
		}
		text, err := json.Marshal(def)
		if err != nil {
			return fmt.Errorf("parcel: %w", err)
		}
		o.forms = append(o.forms, text)
		o.manifest.Forms = append(o.manifest.Forms, formEntry{hash, len(text)})
	}
	needed := p.Needed()
	for _, f := range p.Files() {
		if slices.ContainsFunc(o.manifest.Files, func(had fileEntry) bool { return had.SHA256 == f.SHA256 }) {
			continue
		}
		if !o.blobs.Has(f.SHA256) {
			if slices.Contains(needed, f.SHA256) {
				return &akno.Error{Code: akno.NotFound, Op: "parcel.Pack", Fields: map[string]string{"file": "file_missing"}}
			}
			o.Missing = append(o.Missing, f.Name)
			continue
		}
		o.manifest.Files = append(o.manifest.Files, fileEntry{f.SHA256, f.Size})
	}
	o.manifest.Drafts = append(o.manifest.Drafts, p)
	return nil
}

// ForPassword lets in who knows the password, which the caller wipes. The code
// is invalid for one that is too short.
func (o *Outgoing) ForPassword(ctx context.Context, password []byte) error {
	return o.head.wrapPassword(ctx, o.key, password, o.rounds)
}

// ForKey lets in the owner of the certificate's private key.
func (o *Outgoing) ForKey(cert *pki.Certificate) error { return o.head.wrapFor(o.key, cert) }

// Sign puts the signature of sign over the parcel, made with the person's own
// key. It comes after every way to open it was given.
func (o *Outgoing) Sign(sign func(statement []byte) (cms []byte, err error)) error {
	head, err := o.head.encode()
	if err != nil {
		return err
	}
	text, err := o.manifest.encode()
	if err != nil {
		return err
	}
	if o.signature, err = sign(statement(head, text)); err == nil && len(o.signature) > maxSignature {
		err = &akno.Error{Code: akno.TooLarge, Op: "parcel.Sign"}
	}
	return err
}

// WriteTo writes the parcel. progress, which may be nil, is told how many octets
// of the files are done. Nothing is written in the open. The code is wrong_state
// for a parcel that nobody could open.
func (o *Outgoing) WriteTo(ctx context.Context, w io.Writer, progress func(done int64)) error {
	if len(o.head.Wraps) == 0 {
		return &akno.Error{Code: akno.WrongState, Op: "parcel.WriteTo"}
	}
	octets, err := o.head.encode()
	if err != nil {
		return err
	}
	s, err := newSealing(o.key.Octets(), sha256.Sum256(octets))
	if err != nil {
		return fmt.Errorf("parcel: %w", err)
	}
	defer s.wipe()
	text, err := o.manifest.encode()
	if err != nil {
		return err
	}
	if _, err := w.Write(octets); err != nil {
		return fmt.Errorf("parcel: %w", err)
	}
	sealed := s.writer(w)
	parts := [][]byte{length(text), text, length(o.signature), o.signature}
	for _, part := range append(parts, o.forms...) {
		if _, err := sealed.Write(part); err != nil {
			return fmt.Errorf("parcel: %w", err)
		}
	}
	counted := &counting{w: sealed, ctx: ctx, tell: progress}
	for _, f := range o.manifest.Files {
		if err := o.copy(counted, f); err != nil {
			return err
		}
		counted.say()
	}
	if err := sealed.Close(); err != nil {
		return fmt.Errorf("parcel: %w", err)
	}
	return nil
}

// counting tells how much was written, every so often, and ends with its context.
type counting struct {
	w          io.Writer
	ctx        context.Context //nolint:containedctx // of the one call that made it
	tell       func(done int64)
	done, told int64
}

// tellEvery is how many octets go by between two words about them.
const tellEvery = 1 << 20

func (c *counting) Write(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.w.Write(p)
	if c.done += int64(n); c.done-c.told >= tellEvery {
		c.say()
	}
	return n, err
}

func (c *counting) say() {
	if c.tell != nil && c.told != c.done {
		c.tell(c.done)
	}
	c.told = c.done
}

func length(b []byte) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(len(b))) }

// copy copies one file and looks that it is what it is called.
func (o *Outgoing) copy(w io.Writer, f fileEntry) error {
	r, err := o.blobs.Open(f.SHA256)
	if err != nil {
		return err
	}
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(w, h), r)
	if err = errors.Join(err, r.Close()); err != nil {
		return fmt.Errorf("parcel: %w", err)
	}
	if n != f.Size || hex.EncodeToString(h.Sum(nil)) != f.SHA256 {
		return &akno.Error{Code: akno.BadFile, Op: "parcel.WriteTo", Err: errors.New("a file of the profile has changed")}
	}
	return nil
}

// Close wipes the key.
func (o *Outgoing) Close() { o.key.Wipe() }
