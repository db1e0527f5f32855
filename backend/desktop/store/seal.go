package store

import (
	"crypto/cipher"
	"crypto/rand"
	"crypto/subtle"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync"

	"akno/backend/akno"
	"akno/backend/desktop/secmem"
	"akno/backend/stb/belt"
)

// A sealed file is, in octets:
//
//	magic, 8 | id, 16 | seal(SHA-256, 32 | size, 8) | seal(chunk 0) | seal(chunk 1) …
//
// where a chunk is 65 536 octets of the file, the last one shorter, and seal is
// belt-dwp (STB 34.101.31, clause 7.6.3): ciphertext | tag, 8 | nonce, 16. The
// tag covers the id and the number of the chunk, counted from 1; the first piece
// has the number 0.
const (
	sealMagic = "AKNOBLB1"
	sealExtra = belt.MACSize + belt.BlockSize
	factsSize = 32 + 8
	chunkSize = 1 << 16
	chunkFull = chunkSize + sealExtra
	idAt      = len(sealMagic)
	factsAt   = idAt + 16
	chunksAt  = factsAt + factsSize + sealExtra
)

// KeySize is the length of a profile's data key in octets.
const KeySize = 32

// derive returns the key for one use of the data key (belt-keyrep, clause 8.2).
func derive(key []byte, use string) ([]byte, error) {
	var header [belt.HeaderSize]byte
	copy(header[:], use)
	out, err := belt.TransformKey(key, make([]byte, belt.LevelSize), header[:], KeySize)
	if err != nil {
		return nil, fmt.Errorf("store: key: %w", err)
	}
	return out, nil
}

// blobKeys seal files and make their names.
type blobKeys struct {
	secret *secmem.Box // the cipher of seal, held for as long as seal is
	seal   cipher.AEAD
	names  *secmem.Box
}

func newBlobKeys(key []byte) (*blobKeys, error) {
	content, err := derive(key, "akno blobs")
	if err != nil {
		return nil, err
	}
	defer clear(content)
	names, err := derive(key, "akno blob names")
	if err != nil {
		return nil, err
	}
	defer clear(names)
	k := &blobKeys{secret: secmem.For[belt.Cipher](), names: secmem.Of(names)}
	c := secmem.At[belt.Cipher](k.secret)
	if err := c.SetKey(content); err != nil {
		return nil, fmt.Errorf("store: key: %w", err)
	}
	k.seal = c.DWP()
	return k, nil
}

func (k *blobKeys) wipe() {
	k.secret.Wipe()
	k.names.Wipe()
}

// name is the name on the disk of the file with the hash sum.
func (k *blobKeys) name(sum string) string {
	mac := belt.SumHMAC(k.names.Octets(), []byte(sum))
	return hex.EncodeToString(mac[:])
}

// covered is what the tag of a piece covers besides it.
func covered(id [16]byte, number int64) []byte {
	return binary.LittleEndian.AppendUint64(append(make([]byte, 0, 24), id[:]...), uint64(number))
}

// put appends the sealed piece to dst.
func (k *blobKeys) put(dst, piece []byte, id [16]byte, number int64) ([]byte, error) {
	var nonce [belt.BlockSize]byte
	if _, err := rand.Read(nonce[:]); err != nil {
		return nil, err
	}
	return append(k.seal.Seal(dst, nonce[:], piece, covered(id, number)), nonce[:]...), nil
}

// take opens what put made into dst.
func (k *blobKeys) take(dst, sealed []byte, id [16]byte, number int64) ([]byte, error) {
	if len(sealed) < sealExtra {
		return nil, errChanged
	}
	n := len(sealed) - belt.BlockSize
	out, err := k.seal.Open(dst, sealed[n:], sealed[:n], covered(id, number))
	if err != nil {
		return nil, errChanged
	}
	return out, nil
}

var errChanged = &akno.Error{Code: akno.BadFile, Op: "blobs", Err: errors.New("the file has changed since it was stored")}

// sealer writes one sealed file.
type sealer struct {
	k      *blobKeys
	f      io.WriterAt
	id     [16]byte
	plain  []byte // not yet sealed
	sealed []byte
	chunks int64
	size   int64
}

func (k *blobKeys) create(f io.WriterAt) (*sealer, error) {
	s := &sealer{k: k, f: f, plain: make([]byte, 0, chunkSize), sealed: make([]byte, 0, chunkFull)}
	_, err := rand.Read(s.id[:])
	return s, err
}

// Write implements io.Writer.
func (s *sealer) Write(p []byte) (int, error) {
	all := len(p)
	for len(p) > 0 {
		n := min(len(p), chunkSize-len(s.plain))
		s.plain, p = append(s.plain, p[:n]...), p[n:]
		if len(s.plain) == chunkSize {
			if err := s.flush(); err != nil {
				return 0, err
			}
		}
	}
	return all, nil
}

func (s *sealer) flush() error {
	var err error
	if s.sealed, err = s.k.put(s.sealed[:0], s.plain, s.id, s.chunks+1); err != nil {
		return err
	}
	if _, err := s.f.WriteAt(s.sealed, int64(chunksAt)+s.chunks*chunkFull); err != nil {
		return err
	}
	s.chunks++
	s.size += int64(len(s.plain))
	clear(s.plain)
	s.plain = s.plain[:0]
	return nil
}

// finish writes the rest and, last of all, the head with the hash.
func (s *sealer) finish(sum [32]byte) error {
	if len(s.plain) > 0 {
		if err := s.flush(); err != nil {
			return err
		}
	}
	head := append([]byte(sealMagic), s.id[:]...)
	facts := binary.LittleEndian.AppendUint64(sum[:], uint64(s.size))
	head, err := s.k.put(head, facts, s.id, 0)
	if err != nil {
		return err
	}
	_, err = s.f.WriteAt(head, 0)
	return err
}

// A Blob is an open file of Blobs. It is read from any place; a chunk that has
// changed is refused with the code bad_file before any octet of it is given.
type Blob struct {
	k    *blobKeys
	f    file
	id   [16]byte
	size int64
	at   int64 // where Read goes on

	chunkMu sync.Mutex // guards the rest
	chunk   int64      // the number of what plain holds, -1 for none
	plain   []byte
	sealed  []byte
}

// file is what a Blob needs of a file.
type file interface {
	io.ReaderAt
	io.Closer
}

var (
	_ io.ReadSeekCloser = (*Blob)(nil)
	_ io.ReaderAt       = (*Blob)(nil)
)

func (k *blobKeys) open(f file, sum string) (*Blob, error) {
	var head [chunksAt]byte
	if _, err := f.ReadAt(head[:], 0); err != nil || string(head[:idAt]) != sealMagic {
		return nil, errChanged
	}
	b := &Blob{k: k, f: f, id: [16]byte(head[idAt:]), chunk: -1}
	facts, err := k.take(nil, head[factsAt:], b.id, 0)
	if err != nil {
		return nil, err
	}
	want, err := hex.DecodeString(sum)
	if err != nil || subtle.ConstantTimeCompare(want, facts[:32]) != 1 {
		return nil, errChanged
	}
	b.size = int64(binary.LittleEndian.Uint64(facts[32:]))
	return b, nil
}

// Size is the length of the file in octets.
func (b *Blob) Size() int64 { return b.size }

// Read implements io.Reader.
func (b *Blob) Read(p []byte) (int, error) {
	n, err := b.ReadAt(p[:min(len(p), chunkSize)], b.at)
	b.at += int64(n)
	if n > 0 && errors.Is(err, io.EOF) {
		err = nil
	}
	return n, err
}

// ReadAt implements io.ReaderAt; several may read at once.
func (b *Blob) ReadAt(p []byte, at int64) (int, error) {
	if at < 0 {
		return 0, errors.New("blobs: read before the beginning")
	}
	b.chunkMu.Lock()
	defer b.chunkMu.Unlock()
	read := 0
	for read < len(p) && at < b.size {
		if err := b.load(at / chunkSize); err != nil {
			return read, err
		}
		n := copy(p[read:], b.plain[at%chunkSize:])
		read, at = read+n, at+int64(n)
	}
	if read < len(p) {
		return read, io.EOF
	}
	return read, nil
}

// load opens the chunk of that number. The caller holds chunkMu.
func (b *Blob) load(number int64) error {
	if b.chunk == number {
		return nil
	}
	b.chunk = -1
	if b.sealed == nil {
		b.sealed, b.plain = make([]byte, chunkFull), make([]byte, 0, chunkSize)
	}
	n := min(chunkSize, b.size-number*chunkSize) + sealExtra
	if m, err := b.f.ReadAt(b.sealed[:n], int64(chunksAt)+number*chunkFull); int64(m) < n {
		if errors.Is(err, io.EOF) {
			return errChanged
		}
		return told("blobs.Read", err)
	}
	var err error
	if b.plain, err = b.k.take(b.plain[:0], b.sealed[:n], b.id, number+1); err != nil {
		return err
	}
	b.chunk = number
	return nil
}

// Seek implements io.Seeker.
func (b *Blob) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += b.at
	case io.SeekEnd:
		offset += b.size
	}
	if offset < 0 {
		return b.at, errors.New("blobs: seek before the beginning")
	}
	b.at = offset
	return offset, nil
}

// Close implements io.Closer and wipes what was read.
func (b *Blob) Close() error {
	b.chunkMu.Lock()
	defer b.chunkMu.Unlock()
	clear(b.plain[:cap(b.plain)])
	b.chunk = -1
	return b.f.Close()
}
