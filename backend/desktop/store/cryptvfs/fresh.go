package cryptvfs

import (
	"encoding/binary"
	"errors"
	"slices"
	"sync"
)

// ErrOlder says that a page is not the one that was written last: an older one
// lies in its place, or the disk did not write the newer one.
var ErrOlder = errors.New("cryptvfs: an older page lies in the place of a newer one")

// tagOf is what tells one writing of a page from every other: the tag, which is
// new with each, since the nonce is. 0 stands for a page that was never written.
func tagOf(sealed []byte) uint64 { return binary.LittleEndian.Uint64(sealed[PageSize:]) }

// seen is what is known of one page.
type seen struct {
	first uint64 // as it was read first, before it was written here
	read  bool   // first is known
	now   uint64 // as it was written; 0 when that is not known
	ours  bool   // it was written, or cut off, since the database was opened
}

// freshness is what is known of the pages of one database from its opening to its
// closing. A page is compared with what it was when it was written last here, and
// with what it was when the database was closed, once that is known: reading that
// takes time, which an opening must not.
type freshness struct {
	mu    sync.Mutex
	pages []seen
	then  []uint64 // when it was closed; nil while that is not known, 0 for a page that is not
	cut   int64    // pages from here on were cut off since
	older bool     // one was found that is older than it should be
}

func newFreshness() *freshness { return &freshness{cut: 1 << 62} }

// at returns what is known of page n.
func (f *freshness) at(n int64) *seen {
	if grow := int(n) + 1 - len(f.pages); grow > 0 {
		f.pages = slices.Grow(f.pages, grow)[:n+1]
	}
	return &f.pages[n]
}

// read says whether the page n with that tag is the one that was written last.
func (f *freshness) read(n int64, tag uint64) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, last := f.at(n), uint64(0)
	switch {
	case p.ours:
		last = p.now
	case p.read:
		last = p.first
	default:
		p.first, p.read = tag, true
		if int(n) < len(f.then) {
			last = f.then[n]
		}
	}
	if last != 0 && last != tag {
		f.older = true
		return false
	}
	return true
}

// wrote takes over that page n was written; tag is 0 where it is not known what
// lies there now, since the disk refused it.
func (f *freshness) wrote(n int64, tag uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.at(n)
	p.now, p.ours = tag, true
}

// truncated takes over that only n pages are left.
func (f *freshness) truncated(n int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := n; i < int64(max(len(f.pages), len(f.then))); i++ {
		p := f.at(i)
		p.now, p.ours = 0, true
	}
	f.cut = min(f.cut, n)
}

// Follow keeps in mind what is written to the database at path and read from it,
// from before it is opened until Close.
func (v *VFS) Follow(path string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.fresh[path] = newFreshness()
}

// Expect says what the pages of the followed database were when it was closed, as
// Tags returned it. The error is ErrOlder if one that was read meanwhile is
// another; one that is read later is refused by then, as a damaged one is.
func (v *VFS) Expect(path string, tags []byte) error {
	f := v.following(path)
	f.mu.Lock()
	defer f.mu.Unlock()
	then := make([]uint64, len(tags)/8)
	var err error
	for n := range then {
		then[n] = binary.LittleEndian.Uint64(tags[8*n:])
		if n < len(f.pages) && f.pages[n].read && then[n] != 0 && f.pages[n].first != then[n] {
			err, f.older = ErrOlder, true
		}
	}
	f.then = then[:min(int64(len(then)), f.cut)] // what was cut off since is not expected
	return err
}

// Older says whether a page of the followed database was found that is older than
// it should be.
func (v *VFS) Older(path string) bool {
	f := v.following(path)
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.older
}

// Tags returns what the pages of the followed database are now, 8 octets for each;
// zeros for one that nothing is known of.
func (v *VFS) Tags(path string) []byte {
	f := v.following(path)
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make([]byte, 8*max(len(f.pages), len(f.then)))
	for n := range len(out) / 8 {
		tag := uint64(0)
		if n < len(f.then) {
			tag = f.then[n]
		}
		if n < len(f.pages) {
			switch p := f.pages[n]; {
			case p.ours:
				tag = p.now
			case p.read:
				tag = p.first
			}
		}
		binary.LittleEndian.PutUint64(out[8*n:], tag)
	}
	return out
}

func (v *VFS) following(path string) *freshness {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.fresh[path]
}
