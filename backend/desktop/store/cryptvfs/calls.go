package cryptvfs

import (
	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// The functions of this file are what SQLite calls; their names and results are
// those of sqlite3_vfs and sqlite3_io_methods.

func (v *VFS) xOpen(tls *libc.TLS, _, name, p uintptr, flags int32, outFlags uintptr) int32 {
	at[header](p).methods = 0
	f := &file{vfs: v}
	if flags&(sqlite3.SQLITE_OPEN_MAIN_DB|sqlite3.SQLITE_OPEN_WAL) == 0 || name == 0 {
		f.store = &memory{}
		if outFlags != 0 {
			*at[int32](outFlags) = flags
		}
	} else {
		open := function[openFn](at[sqlite3.Tsqlite3_vfs](v.base).FxOpen)
		if rc := open(tls, v.base, name, lower(p), flags, outFlags); rc != sqlite3.SQLITE_OK {
			return rc
		}
		scratch := libc.Xmalloc(tls, pageBlock)
		if scratch == 0 {
			function[fileFn](methodsOf(lower(p)).FxClose)(tls, lower(p))
			return sqlite3.SQLITE_NOMEM
		}
		f.disk = &disk{vfs: v, file: lower(p), scratch: scratch, log: flags&sqlite3.SQLITE_OPEN_WAL != 0}
		f.store = f.disk
	}
	at[header](p).methods = v.methods
	v.mu.Lock()
	defer v.mu.Unlock()
	if f.disk != nil {
		f.disk.place = v.share(libc.GoString(name))
	}
	v.files[p] = f
	return sqlite3.SQLITE_OK
}

// xDelete misses nothing: the journal of a copy was in memory.
func (v *VFS) xDelete(tls *libc.TLS, _, name uintptr, sync int32) int32 {
	v.tells("remove")
	remove := function[delFn](at[sqlite3.Tsqlite3_vfs](v.base).FxDelete)
	rc := remove(tls, v.base, name, sync)
	if rc == sqlite3.SQLITE_IOERR_DELETE_NOENT {
		return sqlite3.SQLITE_OK
	}
	return rc
}

func (v *VFS) xClose(tls *libc.TLS, p uintptr) int32 {
	f := v.file(p)
	rc := f.store.close(tls)
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.files, p)
	if f.disk != nil {
		f.disk.place.shm.leave(&f.held)
		v.leave(tls, f.disk.place)
	}
	return rc
}

func (v *VFS) xRead(tls *libc.TLS, p, buf uintptr, n int32, offset int64) int32 {
	return v.file(p).store.read(tls, octets(buf, int(n)), offset)
}

func (v *VFS) xWrite(tls *libc.TLS, p, buf uintptr, n int32, offset int64) int32 {
	return v.file(p).store.write(tls, octets(buf, int(n)), offset)
}

func (v *VFS) xTruncate(tls *libc.TLS, p uintptr, size int64) int32 {
	return v.file(p).store.truncate(tls, size)
}

func (v *VFS) xFileSize(tls *libc.TLS, p, out uintptr) int32 {
	n, rc := v.file(p).store.size(tls)
	*at[int64](out) = n
	return rc
}

func (v *VFS) xSync(tls *libc.TLS, p uintptr, flags int32) int32 {
	v.tells("sync")
	rc := v.flagged(tls, p, flags, func(m *sqlite3.Tsqlite3_io_methods) uintptr { return m.FxSync })
	if d := v.file(p).disk; d != nil {
		rc = d.refusal(tls, rc)
	}
	return rc
}

func (v *VFS) xLock(tls *libc.TLS, p uintptr, level int32) int32 {
	return v.flagged(tls, p, level, func(m *sqlite3.Tsqlite3_io_methods) uintptr { return m.FxLock })
}

func (v *VFS) xUnlock(tls *libc.TLS, p uintptr, level int32) int32 {
	return v.flagged(tls, p, level, func(m *sqlite3.Tsqlite3_io_methods) uintptr { return m.FxUnlock })
}

// flagged hands a call with one number to the system; in memory there is nothing to do.
func (v *VFS) flagged(tls *libc.TLS, p uintptr, n int32, which func(*sqlite3.Tsqlite3_io_methods) uintptr) int32 {
	if v.file(p).disk == nil {
		return sqlite3.SQLITE_OK
	}
	return function[flagFn](which(methodsOf(lower(p))))(tls, lower(p), n)
}

func (v *VFS) xCheckReservedLock(tls *libc.TLS, p, out uintptr) int32 {
	if v.file(p).disk == nil {
		*at[int32](out) = 0
		return sqlite3.SQLITE_OK
	}
	return function[askFn](methodsOf(lower(p)).FxCheckReservedLock)(tls, lower(p), out)
}

func (v *VFS) xFileControl(tls *libc.TLS, p uintptr, op int32, arg uintptr) int32 {
	switch op {
	case sqlite3.SQLITE_FCNTL_SIZE_HINT, sqlite3.SQLITE_FCNTL_CHUNK_SIZE, sqlite3.SQLITE_FCNTL_MMAP_SIZE:
		return sqlite3.SQLITE_NOTFOUND // sizes here are not those on the disk
	}
	if v.file(p).disk == nil {
		return sqlite3.SQLITE_NOTFOUND
	}
	return function[ctlFn](methodsOf(lower(p)).FxFileControl)(tls, lower(p), op, arg)
}

func (v *VFS) xSectorSize(*libc.TLS, uintptr) int32 { return PageSize }

// xDeviceCharacteristics keeps the promises of the system that hold for blocks
// too: not that a page is written as one, nor that parts of it are cheap to read.
func (v *VFS) xDeviceCharacteristics(tls *libc.TLS, p uintptr) int32 {
	if v.file(p).disk == nil {
		return sqlite3.SQLITE_IOCAP_POWERSAFE_OVERWRITE
	}
	const holds = sqlite3.SQLITE_IOCAP_POWERSAFE_OVERWRITE | sqlite3.SQLITE_IOCAP_UNDELETABLE_WHEN_OPEN |
		sqlite3.SQLITE_IOCAP_IMMUTABLE
	return function[fileFn](methodsOf(lower(p)).FxDeviceCharacteristics)(tls, lower(p)) & holds
}

func (v *VFS) xShmMap(tls *libc.TLS, p uintptr, number, size, extend int32, out uintptr) int32 {
	region, rc := v.file(p).disk.place.shm.region(tls, number, size, extend != 0)
	*at[uintptr](out) = region
	return rc
}

func (v *VFS) xShmLock(_ *libc.TLS, p uintptr, first, n, flags int32) int32 {
	f := v.file(p)
	return f.disk.place.shm.lock(&f.held, int(first), int(n), flags)
}

func (v *VFS) xShmBarrier(_ *libc.TLS, p uintptr) { v.file(p).disk.place.shm.fence() }

func (v *VFS) xShmUnmap(_ *libc.TLS, p uintptr, _ int32) int32 {
	f := v.file(p)
	f.disk.place.shm.leave(&f.held)
	return sqlite3.SQLITE_OK
}
