package cryptvfs

import (
	"crypto/rand"
	"syscall"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"

	"akno/backend/akno"
	"akno/backend/desktop/diskfault"
)

// file is an open file.
type file struct {
	vfs   *VFS
	store store
	disk  *disk   // nil for a file in memory
	held  holding // its locks on the index of the log
}

// store is where the octets of a file are; results are codes of SQLite.
type store interface {
	read(tls *libc.TLS, dst []byte, offset int64) int32
	write(tls *libc.TLS, src []byte, offset int64) int32
	truncate(tls *libc.TLS, n int64) int32
	size(tls *libc.TLS) (int64, int32)
	close(tls *libc.TLS) int32
}

// disk is a database or a log. One connection uses it.
type disk struct {
	vfs     *VFS
	place   *place
	file    uintptr // of the system
	scratch uintptr // C memory for one block as it is on the disk
	log     bool
	part    [PageSize]byte // a block of which a part was asked for; wiped
}

func (d *disk) at(offset int64) block {
	if d.log {
		return logAt(offset)
	}
	return pageAt(offset)
}

func (d *disk) read(tls *libc.TLS, dst []byte, offset int64) int32 {
	// Recovery reads the log's header and then whole frames.
	recovering := d.log && (offset == 0 || len(dst) == frame)
	for rest := dst; len(rest) > 0; {
		b := d.at(offset)
		n := min(len(rest), int(b.start)+b.size-int(offset))
		switch rc := d.readBlock(tls, b, rest[:n], int(offset-b.start)); {
		case rc == sqlite3.SQLITE_CORRUPT && recovering:
			clear(dst) // no checksum fits zeros: the log ends here
			return sqlite3.SQLITE_OK
		case rc != sqlite3.SQLITE_OK:
			clear(rest)
			return rc
		}
		rest, offset = rest[n:], offset+int64(n)
	}
	return sqlite3.SQLITE_OK
}

// readBlock reads the octets of b from its octet from on into dst.
func (d *disk) readBlock(tls *libc.TLS, b block, dst []byte, from int) int32 {
	d.place.mu.RLock()
	defer d.place.mu.RUnlock()
	key, kept := cacheKey{d.place.id, b.number}, b.size == PageSize
	if kept && d.vfs.cache.get(key, dst, from) {
		return sqlite3.SQLITE_OK
	}
	n := b.size + overhead
	move := function[moveFn](methodsOf(d.file).FxRead)
	if rc := move(tls, d.file, d.scratch, int32(n), b.place); rc != sqlite3.SQLITE_OK {
		return rc
	}
	whole := dst
	if len(dst) != b.size {
		whole = d.part[:b.size]
		defer clear(d.part[:])
	}
	if rc := d.openBlock(b, whole, octets(d.scratch, n)); rc != sqlite3.SQLITE_OK {
		return rc
	}
	if f := d.place.fresh; f != nil && b.kind == page && !f.read(b.number, tagOf(octets(d.scratch, n))) {
		return sqlite3.SQLITE_CORRUPT
	}
	if b.kind == logHead {
		d.place.learn(whole[16:24])
	}
	if kept {
		d.vfs.cache.put(key, whole)
	}
	if len(dst) != b.size {
		copy(dst, whole[from:])
	}
	return sqlite3.SQLITE_OK
}

// openBlock opens what is sealed into dst, of the block's size.
func (d *disk) openBlock(b block, dst, sealed []byte) int32 {
	if b.kind == page && zero(sealed) {
		clear(dst) // never written: a hole, as SQLite leaves for a page that is free from its birth
		return sqlite3.SQLITE_OK
	}
	var cover [24]byte
	nonce := sealed[b.size+tagSize:]
	if _, err := d.vfs.seal.Open(dst[:0], nonce, sealed[:b.size+tagSize], b.covered(&cover, d.place.generation())); err != nil {
		return sqlite3.SQLITE_CORRUPT
	}
	return sqlite3.SQLITE_OK
}

func (d *disk) write(tls *libc.TLS, src []byte, offset int64) int32 {
	for len(src) > 0 {
		b := d.at(offset)
		if b.start != offset || len(src) < b.size {
			return sqlite3.SQLITE_IOERR_WRITE // a page of another size
		}
		if rc := d.writeBlock(tls, b, src[:b.size]); rc != sqlite3.SQLITE_OK {
			return rc
		}
		src, offset = src[b.size:], offset+int64(b.size)
	}
	return sqlite3.SQLITE_OK
}

func (d *disk) writeBlock(tls *libc.TLS, b block, src []byte) int32 {
	d.place.mu.Lock()
	defer d.place.mu.Unlock()
	if b.kind == logHead {
		d.place.learn(src[16:24])
	}
	n := b.size + overhead
	sealed := octets(d.scratch, n)
	nonce := sealed[b.size+tagSize:]
	if _, err := rand.Read(nonce); err != nil {
		return sqlite3.SQLITE_IOERR_WRITE
	}
	var cover [24]byte
	d.vfs.seal.Seal(sealed[:0:b.size+tagSize], nonce, src, b.covered(&cover, d.place.generation()))
	key, kept := cacheKey{d.place.id, b.number}, b.size == PageSize
	move := function[moveFn](methodsOf(d.file).FxWrite)
	d.vfs.tells("write")
	rc := d.refusal(tls, move(tls, d.file, d.scratch, int32(n), b.place))
	if f := d.place.fresh; f != nil && b.kind == page {
		tag := tagOf(sealed)
		if rc != sqlite3.SQLITE_OK {
			tag = 0
		}
		f.wrote(b.number, tag)
	}
	switch {
	case kept && rc == sqlite3.SQLITE_OK:
		d.vfs.cache.put(key, src)
	case kept:
		d.vfs.cache.drop(func(k cacheKey) bool { return k == key })
	}
	return rc
}

func (d *disk) truncate(tls *libc.TLS, n int64) int32 {
	d.place.mu.Lock()
	defer d.place.mu.Unlock()
	d.vfs.tells("truncate")
	end := pageEnd(n)
	if d.log {
		end = logEnd(n)
	}
	rc := d.refusal(tls, function[sizeFn](methodsOf(d.file).FxTruncate)(tls, d.file, end))
	d.vfs.cache.drop(func(k cacheKey) bool { return k.file == d.place.id && d.start(k.number) >= n })
	if f := d.place.fresh; f != nil && !d.log {
		f.truncated((n + PageSize - 1) / PageSize)
	}
	return rc
}

// refusal names why the system did not write. SQLite knows a full disk only; what
// else leaves no room, a quota or a limit on the length of files, and a disk that
// turned read-only while it was written, come to it as any fault of a disk.
func (d *disk) refusal(tls *libc.TLS, rc int32) int32 {
	if rc&0xff != sqlite3.SQLITE_IOERR {
		return rc
	}
	// The system's answer goes to C memory, as it does for SQLite.
	*at[int32](d.scratch) = 0
	control := function[ctlFn](methodsOf(d.file).FxFileControl)
	if control(tls, d.file, sqlite3.SQLITE_FCNTL_LAST_ERRNO, d.scratch) != sqlite3.SQLITE_OK {
		return rc
	}
	switch diskfault.Code(syscall.Errno(*at[int32](d.scratch))) {
	case akno.DiskFull:
		return sqlite3.SQLITE_FULL
	case akno.ReadOnly:
		return sqlite3.SQLITE_READONLY
	}
	return rc
}

// start is where the page or the frame of that number begins for SQLite.
func (d *disk) start(number int64) int64 {
	if d.log {
		return logHeader + number*frame
	}
	return number * PageSize
}

func (d *disk) size(tls *libc.TLS) (int64, int32) {
	// The system's answer goes to C memory, as it does for SQLite.
	rc := function[askFn](methodsOf(d.file).FxFileSize)(tls, d.file, d.scratch)
	n := *at[int64](d.scratch)
	if d.log {
		return logSize(n), rc
	}
	return pageSize(n), rc
}

func (d *disk) close(tls *libc.TLS) int32 {
	libc.Xfree(tls, d.scratch)
	return function[fileFn](methodsOf(d.file).FxClose)(tls, d.file)
}

func zero(b []byte) bool {
	for _, x := range b {
		if x != 0 {
			return false
		}
	}
	return true
}
