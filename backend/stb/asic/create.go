package asic

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"time"

	"akno/backend/stb/cms"
	"akno/backend/stb/pki"
)

// Signing says how a signature is made.
type Signing struct {
	// SignOptions are the certificate, the key, the chain and the time. Type,
	// content and MimeType are set by this package.
	cms.SignOptions
	// Raise brings a signature of level B-B to a higher level; nil leaves it.
	Raise func(signature []byte, content cms.Content) ([]byte, error)
	// Progress is told how many octets of the files were read, piece by piece; it
	// must be quick. May be nil.
	Progress func(n int)
}

func (s Signing) method() (*method, string, error) {
	if s.Certificate == nil {
		return nil, "", cms.ErrSigner
	}
	alg := pki.AlgorithmFor(s.Certificate.PublicKey)
	if alg == nil {
		return nil, "", fmt.Errorf("%w: %w", cms.ErrSigner, pki.ErrAlgorithm)
	}
	id := uri(alg.Hash)
	return methods[id], id, nil
}

// sign makes the signature over a manifest.
func (s Signing) sign(sheet []byte) ([]byte, error) {
	opt, content := s.SignOptions, cms.Octets(sheet)
	opt.Attached, opt.ContentType, opt.MimeType = nil, nil, "text/xml"
	signature, err := cms.Sign(content, opt)
	if err != nil || s.Raise == nil {
		return signature, err
	}
	return s.Raise(signature, content)
}

// Create writes a new container of files with one signature over all of them to
// dst, from where dst stands. Every file is read once, as a stream; the files are
// not packed. After an error what was written is no container and must be thrown
// away. It returns ErrFiles when names do not go into one container or a file has
// another length than stated.
func Create(ctx context.Context, dst io.WriteSeeker, files []File, opt Signing) error {
	if err := checkFiles(files); err != nil {
		return err
	}
	h, id, err := opt.method()
	if err != nil {
		return err
	}
	base, err := dst.Seek(0, io.SeekCurrent)
	if err != nil {
		return fmt.Errorf("asic: write: %w", err)
	}
	w := &writer{w: dst, seek: dst, base: base, time: opt.Time}
	if err := w.put(memberType, []byte(mimeE)); err != nil {
		return err
	}
	m := &manifest{}
	for _, f := range files {
		sum := h.make()
		if err := w.stream(ctx, f, sum, opt.Progress); err != nil {
			return err
		}
		m.objects = append(m.objects, reference{name: f.Name, mimeType: f.MimeType, algorithm: id, digest: sum.Sum(nil)})
	}
	return w.seal(m, 1, opt)
}

// AddSignature writes the container src of size octets with one more signature,
// over all its files, to dst. All octets of the earlier members stay where and as
// they are; only the directory at the end is written anew. It refuses containers
// whose files are not what their manifests say or that have a broken signature, and
// ASiC-S, which has room for one signature only.
func AddSignature(ctx context.Context, dst io.Writer, src io.ReaderAt, size int64, opt Signing) error {
	c, err := Open(src, size)
	if err != nil {
		return err
	}
	h, id, err := opt.method()
	if err != nil {
		return err
	}
	if c.Kind != KindE || len(c.files) == 0 || len(c.manifests) == maxSignatures {
		return fmt.Errorf("%w: nothing can be added to this one", ErrFiles)
	}
	sums, err := c.hash(ctx, opt.Progress, h)
	if err != nil {
		return err
	}
	if err := c.sound(sums, opt.Time); err != nil {
		return err
	}
	m := &manifest{}
	for _, f := range c.files {
		m.objects = append(m.objects, reference{name: f.name, mimeType: c.named[f.name], algorithm: id, digest: sums[f.name].sums[h]})
	}
	if _, err := pass(ctx, dst, io.NewSectionReader(src, 0, c.a.directoryAt), nil); err != nil {
		return fmt.Errorf("asic: copy: %w", err)
	}
	w := &writer{w: dst, at: c.a.directoryAt, directory: c.a.directory, count: len(c.a.members), comment: c.a.comment, time: opt.Time}
	n := 1
	for c.byName[sheetName(n)] != nil || c.byName[signatureName(n)] != nil {
		n++
	}
	return w.seal(m, n, opt)
}

// sound reports whether the files are what the manifests say and no signature is
// broken, as far as it can be told without trusting anybody: who signs beside
// others is shown what is wrong before (STB 34.101.80, 8.1.2).
func (c *Container) sound(sums map[string]*digests, at time.Time) error {
	for _, m := range c.files {
		if d := sums[m.name]; d.damage != nil {
			return d.damage
		}
	}
	for _, m := range c.manifests {
		r := SignatureReport{Report: cms.Report{Verdict: pki.Passed}}
		if !m.stamped() {
			var err error
			if r, err = c.verifyManifest(m, Options{Options: cms.Options{At: at}}); err != nil {
				return err
			}
		}
		c.compare(m, sums, Options{}, &r)
		if r.Verdict == pki.Failed || len(r.Covers) < len(m.objects) {
			return fmt.Errorf("%w: %s is broken or does not fit the files: %s %s", ErrFiles, m.member, r.Reason, strings.Join(r.Notes, ", "))
		}
	}
	return nil
}

func sheetName(n int) string     { return fmt.Sprintf(folderMeta+"ASiCManifest%03d.xml", n) }
func signatureName(n int) string { return fmt.Sprintf(folderMeta+"signature%03d.p7s", n) }

// checkFiles checks names and lengths before anything is written.
func checkFiles(files []File) error {
	names := []string{memberType, folderMeta}
	var total int64
	for _, f := range files {
		if flaw := checkName(f.Name); flaw != "" || strings.HasSuffix(f.Name, "/") {
			return fmt.Errorf("%w: %s: %q", ErrFiles, flaw, f.Name)
		}
		if strings.HasPrefix(fold(f.Name), fold(folderMeta)+"/") {
			return fmt.Errorf("%w: %q belongs to the container itself", ErrFiles, f.Name)
		}
		if total += f.Size; f.Size < 0 || f.Size > MaxMember || total > MaxTotal {
			return fmt.Errorf("%w: %q is too long", ErrFiles, f.Name)
		}
		names = append(names, f.Name)
	}
	if a, b, ok := doubles(names); ok {
		return fmt.Errorf("%w: %q and %q may be taken for one", ErrFiles, a, b)
	}
	if len(files) == 0 || len(files) > MaxMembers-16 {
		return fmt.Errorf("%w: 1 to %d files", ErrFiles, MaxMembers-16)
	}
	return nil
}

// writer writes the members of a ZIP, not packed, and its directory.
type writer struct {
	w         io.Writer
	seek      io.Seeker // nil where nothing is written before its sum is known
	base, at  int64
	directory []byte
	count     int
	comment   []byte
	time      time.Time
}

// seal adds the manifest and its signature under the number n and ends the file.
func (w *writer) seal(m *manifest, n int, opt Signing) error {
	m.signature, m.signatureType = signatureName(n), typeSignature
	sheet := m.encode()
	signature, err := opt.sign(sheet)
	if err != nil {
		return err
	}
	if w.count+2 > MaxMembers {
		return fmt.Errorf("%w: more than %d members", ErrFiles, MaxMembers)
	}
	if err := w.put(sheetName(n), sheet); err != nil {
		return err
	}
	if err := w.put(m.signature, signature); err != nil {
		return err
	}
	return w.finish()
}

func (w *writer) write(b []byte) error {
	n, err := w.w.Write(b)
	w.at += int64(n)
	if err != nil {
		return fmt.Errorf("asic: write: %w", err)
	}
	return nil
}

// put writes a short member.
func (w *writer) put(name string, data []byte) error {
	sum := checksum(data)
	w.enter(name, sum, int64(len(data)))
	if err := w.write(w.local(name, sum, int64(len(data)))); err != nil {
		return err
	}
	return w.write(data)
}

// stream writes a file; its checksum is put into the header afterwards.
func (w *writer) stream(ctx context.Context, f File, sum io.Writer, report func(int)) (err error) {
	r, err := f.Open()
	if err != nil {
		return fmt.Errorf("asic: open: %w", err)
	}
	defer r.Close()
	at := w.at
	if err := w.write(w.local(f.Name, 0, f.Size)); err != nil {
		return err
	}
	crc := crc32.NewIEEE()
	n, err := pass(ctx, io.MultiWriter(sum, crc, w.w), io.LimitReader(r, f.Size), report)
	if w.at += n; err != nil {
		return fmt.Errorf("asic: %q: %w", f.Name, err)
	}
	if extra, _ := io.ReadFull(r, make([]byte, 1)); n != f.Size || extra > 0 {
		return fmt.Errorf("%w: %q does not have %d octets", ErrFiles, f.Name, f.Size)
	}
	if _, err := w.seek.Seek(w.base+at+14, io.SeekStart); err != nil {
		return fmt.Errorf("asic: write: %w", err)
	}
	if _, err := w.w.Write(binary.LittleEndian.AppendUint32(nil, crc.Sum32())); err != nil {
		return fmt.Errorf("asic: write: %w", err)
	}
	if _, err := w.seek.Seek(w.base+w.at, io.SeekStart); err != nil {
		return fmt.Errorf("asic: write: %w", err)
	}
	w.enterAt(at, f.Name, crc.Sum32(), f.Size)
	return nil
}

// common returns what local headers and entries of the directory share: from the
// version to the length of the name.
func (w *writer) common(name string, crc uint32, size int64, wide bool) []byte {
	version, flags := uint16(10), uint16(0)
	if wide {
		version = 45
	}
	if strings.ContainsFunc(name, func(r rune) bool { return r >= 0x80 }) {
		flags = flagUTF8
	}
	t := w.time.UTC()
	clock := uint16(t.Hour()<<11 | t.Minute()<<5 | t.Second()/2)
	date := uint16(1<<5 | 1) // the first day that can be written
	if t.Year() >= 1980 && t.Year() < 2108 {
		date = uint16((t.Year()-1980)<<9 | int(t.Month())<<5 | t.Day())
	}
	short := uint32(min(size, max32))
	b := binary.LittleEndian.AppendUint16(nil, version)
	for _, x := range []uint16{flags, methodStore, clock, date} {
		b = binary.LittleEndian.AppendUint16(b, x)
	}
	for _, x := range []uint32{crc, short, short} {
		b = binary.LittleEndian.AppendUint32(b, x)
	}
	return binary.LittleEndian.AppendUint16(b, uint16(len(name)))
}

// local returns a local header.
func (w *writer) local(name string, crc uint32, size int64) []byte {
	var extra []byte
	if size >= max32 {
		extra = wide(size, size)
	}
	b := binary.LittleEndian.AppendUint32(nil, sigLocal)
	b = append(b, w.common(name, crc, size, extra != nil)...)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(extra)))
	return append(append(b, name...), extra...)
}

// wide returns the extra field of values that are too wide for their place.
func wide(values ...int64) []byte {
	b := binary.LittleEndian.AppendUint16(nil, extraZip64)
	b = binary.LittleEndian.AppendUint16(b, uint16(8*len(values)))
	for _, v := range values {
		b = binary.LittleEndian.AppendUint64(b, uint64(v))
	}
	return b
}

func (w *writer) enter(name string, crc uint32, size int64) { w.enterAt(w.at, name, crc, size) }

// enterAt adds an entry to the directory.
func (w *writer) enterAt(at int64, name string, crc uint32, size int64) {
	var values []int64
	if size >= max32 {
		values = append(values, size, size)
	}
	if at >= max32 {
		values = append(values, at)
	}
	var extra []byte
	if values != nil {
		extra = wide(values...)
	}
	b := binary.LittleEndian.AppendUint32(nil, sigEntry)
	b = binary.LittleEndian.AppendUint16(b, 3<<8|45) // of Unix, by the version that knows wide values
	b = append(b, w.common(name, crc, size, values != nil)...)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(extra)))
	b = append(b, make([]byte, 6)...) // no comment, first part, not text
	b = binary.LittleEndian.AppendUint32(b, 0o100644<<16)
	b = binary.LittleEndian.AppendUint32(b, uint32(min(at, max32)))
	w.directory = append(append(append(w.directory[:len(w.directory):len(w.directory)], b...), name...), extra...)
	w.count++
}

// finish writes the directory and the end records.
func (w *writer) finish() error {
	at, length := w.at, int64(len(w.directory))
	if err := w.write(w.directory); err != nil {
		return err
	}
	var b []byte
	if at >= max32 {
		endAt := w.at
		b = binary.LittleEndian.AppendUint32(b, sigEnd64)
		b = binary.LittleEndian.AppendUint64(b, lenEnd64-12)
		b = append(b, 45, 3, 45, 0)
		b = append(b, make([]byte, 8)...)
		for _, v := range []int64{int64(w.count), int64(w.count), length, at} {
			b = binary.LittleEndian.AppendUint64(b, uint64(v))
		}
		b = binary.LittleEndian.AppendUint32(b, sigLocator)
		b = binary.LittleEndian.AppendUint32(b, 0)
		b = binary.LittleEndian.AppendUint64(b, uint64(endAt))
		b = binary.LittleEndian.AppendUint32(b, 1)
	}
	b = binary.LittleEndian.AppendUint32(b, sigEnd)
	b = binary.LittleEndian.AppendUint32(b, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(w.count))
	b = binary.LittleEndian.AppendUint16(b, uint16(w.count))
	b = binary.LittleEndian.AppendUint32(b, uint32(length))
	b = binary.LittleEndian.AppendUint32(b, uint32(min(at, max32)))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(w.comment)))
	return w.write(append(b, w.comment...))
}
