// Package secmem is the memory that secrets live in: pages of their own, outside
// the collector's heap, locked against being written to the swap and left out of
// core dumps where the system allows it. It never says what lies in them.
package secmem

import (
	"runtime"
	"unsafe"
)

// A Box is one secret of a fixed length in a page of its own. Wipe ends it; the
// page goes back to the system when nobody holds the box any more, so that a
// late reader meets zeros and not a fault.
type Box struct {
	octets []byte
	locked bool
}

// New returns a box of n octets of zeros.
func New(n int) *Box {
	pages, locked := Pages(n)
	b := &Box{octets: pages[:n:n], locked: locked}
	runtime.AddCleanup(b, func(pages []byte) {
		clear(pages)
		free(pages)
	}, pages)
	return b
}

// Of returns a box that holds a copy of secret; the caller wipes secret.
func Of(secret []byte) *Box {
	b := New(len(secret))
	copy(b.octets, secret)
	return b
}

// Octets returns the secret where it lies. It must not be kept longer than the
// box is held.
func (b *Box) Octets() []byte { return b.octets }

// Locked says whether the system agreed to lock the page.
func (b *Box) Locked() bool { return b.locked }

// Wipe puts zeros in the place of the secret.
func (b *Box) Wipe() { clear(b.octets) }

// For returns a box of zeros of the length of a T.
func For[T any]() *Box {
	var t T
	return New(int(unsafe.Sizeof(t)))
}

// At shows the box as a T, a type without pointers that is not longer than it.
// The T lives as long as the box is held.
func At[T any](b *Box) *T {
	var t T
	if unsafe.Sizeof(t) > uintptr(len(b.octets)) {
		panic("secmem: the box is too small")
	}
	return (*T)(unsafe.Pointer(unsafe.SliceData(b.octets)))
}
