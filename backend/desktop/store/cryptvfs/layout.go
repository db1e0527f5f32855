package cryptvfs

import "encoding/binary"

const (
	// PageSize is the length of a page as SQLite sees it, in octets.
	PageSize = 4096

	tagSize   = 8
	nonceSize = 16
	overhead  = tagSize + nonceSize

	logHeader   = 32 // of the log as SQLite sees it
	frameHeader = 24
	frame       = frameHeader + PageSize

	pageBlock  = PageSize + overhead // on the disk
	logStart   = logHeader + overhead
	frameBlock = frameHeader + overhead + pageBlock
)

// what a block holds; part of what its tag covers.
type kind byte

const (
	page kind = 1 + iota
	logHead
	frameHead
	framePage
)

// A block is one sealed piece of a file.
type block struct {
	kind   kind
	number int64 // of the page or of the frame, from 0
	start  int64 // where it begins, as SQLite sees it
	size   int   // what it holds, in octets
	place  int64 // where it begins on the disk
}

// pageAt returns the block of a database that holds the octet at offset.
func pageAt(offset int64) block {
	n := offset / PageSize
	return block{page, n, n * PageSize, PageSize, n * pageBlock}
}

// logAt returns the block of a log that holds the octet at offset.
func logAt(offset int64) block {
	if offset < logHeader {
		return block{logHead, 0, 0, logHeader, 0}
	}
	n := (offset - logHeader) / frame
	start, place := logHeader+n*frame, logStart+n*frameBlock
	if offset < start+frameHeader {
		return block{frameHead, n, start, frameHeader, place}
	}
	return block{framePage, n, start + frameHeader, PageSize, place + frameHeader + overhead}
}

// pageSize is how long a database of so many octets on the disk is for SQLite.
// What is left of a block that was not written whole does not count.
func pageSize(disk int64) int64 { return disk / pageBlock * PageSize }

// pageEnd is how long a database on the disk is that SQLite wants n long.
func pageEnd(n int64) int64 { return (n + PageSize - 1) / PageSize * pageBlock }

// logSize is pageSize for a log.
func logSize(disk int64) int64 {
	if disk < logStart {
		return 0
	}
	return logHeader + (disk-logStart)/frameBlock*frame
}

// logEnd is pageEnd for a log.
func logEnd(n int64) int64 {
	if n == 0 {
		return 0
	}
	if n <= logHeader {
		return logStart
	}
	return logStart + (n-logHeader+frame-1)/frame*frameBlock
}

// salts are the two numbers that tell the generations of a log apart.
type salts [8]byte

// covered is what the tag of b covers besides its contents.
func (b block) covered(out *[24]byte, s salts) []byte {
	*out = [24]byte{byte(b.kind)}
	binary.LittleEndian.PutUint64(out[8:], uint64(b.number))
	if b.kind == framePage {
		copy(out[16:], s[:])
	}
	return out[:]
}
