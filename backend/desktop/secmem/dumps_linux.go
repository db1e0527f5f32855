package secmem

import "syscall"

// keepFromDumps leaves the pages out of core dumps, MADV_DONTDUMP of madvise(2).
func keepFromDumps(pages []byte) {
	const dontDump = 0x10
	_ = syscall.Madvise(pages, dontDump)
}
