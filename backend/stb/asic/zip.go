package asic

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"
)

// Limits of reading.
const (
	// MaxMembers is the most members of a container.
	MaxMembers = 1000
	// MaxMember is the most octets of one member, unpacked.
	MaxMember = 16 << 30
	// MaxTotal is the most octets of all members, unpacked.
	MaxTotal = 64 << 30
	// maxRatio is how many times a member may grow when it is unpacked, beyond
	// freeSize octets.
	maxRatio     = 200
	freeSize     = 1 << 20
	maxDirectory = 4 << 20
)

// ErrMalformed says that octets are not a container that can be read in one way
// only.
var ErrMalformed = errors.New("asic: malformed container")

func malformed(format string, a ...any) error {
	return fmt.Errorf("%w: %s", ErrMalformed, fmt.Sprintf(format, a...))
}

// Signatures of the records of a ZIP, their fixed lengths, and words of its
// format (APPNOTE 6.3.9, 4.3 to 4.5).
const (
	sigLocal, sigEntry, sigEnd                 = 0x04034b50, 0x02014b50, 0x06054b50
	sigEnd64, sigLocator, sigDescriptor        = 0x06064b50, 0x07064b50, 0x08074b50
	lenLocal, lenEntry, lenEnd                 = 30, 46, 22
	lenEnd64, lenLocator                       = 56, 20
	methodStore, methodDeflate                 = 0, 8
	flagDescriptor, flagUTF8                   = 1 << 3, 1 << 11
	knownFlags                                 = 1<<1 | 1<<2 | flagDescriptor | flagUTF8
	extraZip64, extraUnicodePath               = 0x0001, 0x7075
	max16, max32                               = 0xffff, 0xffffffff
	modeType, modeLink                  uint32 = 0o170000, 0o120000
)

// member is one file or folder of an archive.
type member struct {
	name          string
	method, flags uint16
	crc           uint32
	packed, size  int64
	at            int64 // of the local header
	body          int64 // of the first octet of the packed data
	bare          bool  // the local header has no extra fields
}

func (m *member) folder() bool { return strings.HasSuffix(m.name, "/") }

// archive is a ZIP whose structure was checked.
type archive struct {
	src         io.ReaderAt
	size        int64
	members     []*member // in the order of their octets
	directoryAt int64
	directory   []byte
	comment     []byte
}

// le reads little-endian words off a record.
func le(b []byte, at, n int) uint64 {
	switch n {
	case 2:
		return uint64(binary.LittleEndian.Uint16(b[at:]))
	case 4:
		return uint64(binary.LittleEndian.Uint32(b[at:]))
	}
	return binary.LittleEndian.Uint64(b[at:])
}

// readArchive reads the structure of a ZIP.
func readArchive(src io.ReaderAt, size int64) (*archive, error) {
	a := &archive{src: src, size: size}
	count, err := a.readEnd()
	if err != nil {
		return nil, err
	}
	if err := a.readDirectory(count); err != nil {
		return nil, err
	}
	var names []string
	var total int64
	for _, m := range a.members {
		names = append(names, m.name)
		if total += m.size; total > MaxTotal {
			return nil, malformed("the members are too long together")
		}
	}
	if x, y, ok := doubles(names); ok {
		return nil, malformed("%q and %q may be taken for one", x, y)
	}
	return a, a.readLocals()
}

// at returns n octets at an offset.
func (a *archive) at(offset, n int64) ([]byte, error) {
	if offset < 0 || n < 0 || offset > a.size-n {
		return nil, malformed("a record lies outside")
	}
	b := make([]byte, n)
	if m, err := a.src.ReadAt(b, offset); int64(m) < n {
		return nil, fmt.Errorf("asic: read: %w", err)
	}
	return b, nil
}

// readEnd finds the one end record and the central directory before it.
func (a *archive) readEnd() (count uint64, err error) {
	n := min(a.size, lenEnd+max16)
	tail, err := a.at(a.size-n, n)
	if err != nil {
		return 0, err
	}
	found := -1
	for i := 0; i+lenEnd <= len(tail); i++ {
		if le(tail, i, 4) != sigEnd || i+lenEnd+int(le(tail, i+20, 2)) != len(tail) {
			continue
		}
		if found >= 0 {
			return 0, malformed("two end records")
		}
		found = i
	}
	if found < 0 {
		return 0, malformed("no end record")
	}
	end := tail[found:]
	a.comment = end[lenEnd:]
	if bytes.Contains(a.comment, []byte("PK\x05\x06")) {
		return 0, malformed("two end records")
	}
	at := a.size - int64(len(end))
	disks := le(end, 4, 4)
	here, count, length, offset := le(end, 8, 2), le(end, 10, 2), le(end, 12, 4), le(end, 16, 4)
	if locator, err := a.at(at-lenLocator, lenLocator); err == nil && le(locator, 0, 4) == sigLocator {
		big, bigAt, err := a.readEnd64(locator, at-lenLocator)
		if err != nil {
			return 0, err
		}
		for i, narrow := range []struct{ value, limit uint64 }{{here, max16}, {count, max16}, {length, max32}, {offset, max32}} {
			if narrow.value != narrow.limit && narrow.value != big[i] {
				return 0, malformed("the end records contradict each other")
			}
		}
		here, count, length, offset, at = big[0], big[1], big[2], big[3], bigAt
	}
	switch {
	case disks != 0 || here != count:
		return 0, malformed("it consists of several parts")
	case count > MaxMembers || length > maxDirectory:
		return 0, malformed("more than %d members", MaxMembers)
	case offset > uint64(at) || offset+length != uint64(at):
		return 0, malformed("the directory is not before the end record")
	}
	a.directoryAt = int64(offset)
	a.directory, err = a.at(a.directoryAt, int64(length))
	return count, err
}

// readEnd64 reads the wide end record: how many entries are here and in all, the
// length of the directory and where it lies.
func (a *archive) readEnd64(locator []byte, locatorAt int64) (words [4]uint64, at int64, err error) {
	at = int64(le(locator, 8, 8))
	if le(locator, 4, 4) != 0 || le(locator, 16, 4) != 1 || at < 0 || at > locatorAt-lenEnd64 {
		return words, 0, malformed("wide end record")
	}
	b, err := a.at(at, lenEnd64)
	if err != nil {
		return words, 0, err
	}
	if le(b, 0, 4) != sigEnd64 || le(b, 4, 8) != uint64(locatorAt-at-12) || le(b, 16, 8) != 0 {
		return words, 0, malformed("wide end record")
	}
	for i := range words {
		words[i] = le(b, 24+8*i, 8)
	}
	return words, at, nil
}

func (a *archive) readDirectory(count uint64) error {
	rest := a.directory
	for range count {
		m, n, err := readEntry(rest)
		if err != nil {
			return err
		}
		a.members = append(a.members, m)
		rest = rest[n:]
	}
	if len(rest) > 0 {
		return malformed("octets after the directory")
	}
	slices.SortFunc(a.members, func(x, y *member) int { return cmp.Compare(x.at, y.at) })
	return nil
}

// readEntry reads one entry of the directory and returns its length.
func readEntry(b []byte) (m *member, n int, err error) {
	if len(b) < lenEntry || le(b, 0, 4) != sigEntry {
		return nil, 0, malformed("entry of the directory")
	}
	names, extras, comments := int(le(b, 28, 2)), int(le(b, 30, 2)), int(le(b, 32, 2))
	if n = lenEntry + names + extras + comments; n > len(b) {
		return nil, 0, malformed("entry of the directory")
	}
	m = &member{
		name: string(b[lenEntry : lenEntry+names]), flags: uint16(le(b, 8, 2)), method: uint16(le(b, 10, 2)), crc: uint32(le(b, 16, 4)),
	}
	if flaw := checkName(m.name); flaw != "" {
		return nil, 0, malformed("%s: %q", flaw, m.name)
	}
	words := []uint64{le(b, 24, 4), le(b, 20, 4), le(b, 42, 4)}
	if err := readExtras(b[lenEntry+names:lenEntry+names+extras], m.name, words); err != nil {
		return nil, 0, err
	}
	if words[0] > MaxMember || words[1] > MaxMember || words[2] > 1<<50 {
		return nil, 0, malformed("%q is too long", m.name)
	}
	m.size, m.packed, m.at = int64(words[0]), int64(words[1]), int64(words[2])
	switch {
	case m.flags&1 != 0:
		return nil, 0, malformed("%q is encrypted", m.name)
	case m.flags&^knownFlags != 0:
		return nil, 0, malformed("%q has features that are not read", m.name)
	case m.method != methodStore && m.method != methodDeflate:
		return nil, 0, malformed("%q is packed in a way that is not read", m.name)
	case m.method == methodStore && m.size != m.packed:
		return nil, 0, malformed("the lengths of %q contradict each other", m.name)
	case m.size > freeSize && m.size/maxRatio > m.packed:
		return nil, 0, malformed("%q grows more than %d times", m.name, maxRatio)
	case m.folder() && m.size != 0:
		return nil, 0, malformed("%q is a folder with contents", m.name)
	case le(b, 34, 2) != 0:
		return nil, 0, malformed("it consists of several parts")
	case b[5] == 3 && uint32(le(b, 38, 4)>>16)&modeType == modeLink:
		return nil, 0, malformed("%q is a link", m.name)
	}
	return m, n, nil
}

// readExtras reads extra fields: the wide values of those words that are too wide
// for their place, in this order, and a second name, which must be the same one.
func readExtras(b []byte, name string, words []uint64) error {
	var wide []byte
	seen := false
	for len(b) > 0 {
		if len(b) < 4 || int(le(b, 2, 2)) > len(b)-4 {
			return malformed("extra fields of %q", name)
		}
		id, field := le(b, 0, 2), b[4:4+le(b, 2, 2)]
		b = b[4+len(field):]
		switch id {
		case extraZip64:
			if seen {
				return malformed("two lengths of %q", name)
			}
			seen, wide = true, field
		case extraUnicodePath:
			if len(field) < 5 || string(field[5:]) != name {
				return malformed("%q has another name beside", name)
			}
		}
	}
	for i, w := range words {
		if w != max32 {
			continue
		}
		if len(wide) < 8 {
			return malformed("the length of %q is missing", name)
		}
		words[i], wide = le(wide, 0, 8), wide[8:]
	}
	return nil
}

// readLocals compares local headers with the directory and proves that members
// lie one after another, from the first octet to the directory.
func (a *archive) readLocals() error {
	next := int64(0)
	for i, m := range a.members {
		if m.at != next {
			return malformed("octets before %q, or members in one another", m.name)
		}
		b, err := a.at(m.at, lenLocal)
		if err != nil {
			return err
		}
		names, extras := int64(le(b, 26, 2)), int64(le(b, 28, 2))
		if le(b, 0, 4) != sigLocal || names != int64(len(m.name)) {
			return malformed("the local header of %q differs", m.name)
		}
		more, err := a.at(m.at+lenLocal, names+extras)
		if err != nil {
			return err
		}
		if err := m.compare(b, more); err != nil {
			return err
		}
		m.bare, m.body = extras == 0, m.at+lenLocal+names+extras
		after := a.directoryAt
		if i+1 < len(a.members) {
			after = a.members[i+1].at
		}
		if next, err = a.skipDescriptor(m, after); err != nil {
			return err
		}
	}
	if next != a.directoryAt {
		return malformed("octets before the directory")
	}
	return nil
}

// compare compares a local header with the entry of the directory. Sizes and sum
// may be zero where a descriptor brings them.
func (m *member) compare(b, more []byte) error {
	words := []uint64{le(b, 22, 4), le(b, 18, 4)}
	if err := readExtras(more[len(m.name):], m.name, words); err != nil {
		return err
	}
	late := m.flags&flagDescriptor != 0
	same := func(got, want uint64) bool { return got == want || late && got == 0 }
	if string(more[:len(m.name)]) != m.name || uint16(le(b, 6, 2)) != m.flags || uint16(le(b, 8, 2)) != m.method ||
		!same(le(b, 14, 4), uint64(m.crc)) || !same(words[0], uint64(m.size)) || !same(words[1], uint64(m.packed)) {
		return malformed("the local header of %q differs", m.name)
	}
	return nil
}

// skipDescriptor returns where a member ends: after its data, and after their
// descriptor if it has one, in any of its four forms.
func (a *archive) skipDescriptor(m *member, after int64) (int64, error) {
	end := m.body + m.packed
	if m.flags&flagDescriptor == 0 {
		return end, nil
	}
	gap := after - end
	if gap < 12 || gap > 24 {
		return 0, malformed("the descriptor of %q", m.name)
	}
	b, err := a.at(end, gap)
	if err != nil {
		return 0, err
	}
	if (gap == 16 || gap == 24) && le(b, 0, 4) == sigDescriptor {
		b = b[4:]
	}
	ok := le(b, 0, 4) == uint64(m.crc)
	switch len(b) {
	case 12:
		ok = ok && le(b, 4, 4) == uint64(m.packed) && le(b, 8, 4) == uint64(m.size)
	case 20:
		ok = ok && le(b, 4, 8) == uint64(m.packed) && le(b, 12, 8) == uint64(m.size)
	default:
		ok = false
	}
	if !ok {
		return 0, malformed("the descriptor of %q", m.name)
	}
	return after, nil
}

// checksum is the sum that a ZIP keeps of its members.
func checksum(data []byte) uint32 { return crc32.ChecksumIEEE(data) }
