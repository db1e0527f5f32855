//go:build unix

package secmem

import (
	"os"
	"syscall"
)

// Pages returns at least n octets in whole pages, and whether they are
// locked. A lock that the system refuses is a line in diagnostics, not a stop.
func Pages(n int) (pages []byte, locked bool) {
	page := os.Getpagesize()
	n = (n + page - 1) / page * page
	pages, err := syscall.Mmap(-1, 0, n, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		return make([]byte, n), false
	}
	keepFromDumps(pages)
	return pages, syscall.Mlock(pages) == nil
}

// free gives the pages back to the system.
func free(pages []byte) { _ = syscall.Munmap(pages[:cap(pages)]) }
