package cryptvfs

import (
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// This file is the border to the translated C: memory that is not Go's is
// looked at here, and functions become pointers and back.

// at shows the C memory at p as a T.
func at[T any](p uintptr) *T { return *(**T)(unsafe.Pointer(&p)) }

// octets shows n octets of C memory at p.
func octets(p uintptr, n int) []byte { return unsafe.Slice(at[byte](p), n) }

// pointer makes a C function pointer of f, which the caller keeps reachable for
// as long as C may call it: the value of a Go function is a pointer already.
func pointer[F any](f *F) uintptr { return *(*uintptr)(unsafe.Pointer(f)) }

// function is the inverse of pointer.
func function[F any](p uintptr) F { return *(*F)(unsafe.Pointer(&p)) }

// header is what an open file of this VFS begins with; the file of the system's
// VFS follows it.
type header struct {
	methods uintptr
	_       uintptr
}

const headerSize = unsafe.Sizeof(header{})

// lower is the file of the system's VFS inside ours.
func lower(file uintptr) uintptr { return file + headerSize }

func methodsOf(file uintptr) *sqlite3.Tsqlite3_io_methods {
	return at[sqlite3.Tsqlite3_io_methods](at[header](file).methods)
}

type (
	openFn  = func(tls *libc.TLS, vfs, name, file uintptr, flags int32, outFlags uintptr) int32
	delFn   = func(tls *libc.TLS, vfs, name uintptr, sync int32) int32
	fileFn  = func(tls *libc.TLS, file uintptr) int32
	flagFn  = func(tls *libc.TLS, file uintptr, flags int32) int32
	moveFn  = func(tls *libc.TLS, file, buf uintptr, n int32, offset int64) int32
	sizeFn  = func(tls *libc.TLS, file uintptr, size int64) int32
	askFn   = func(tls *libc.TLS, file, out uintptr) int32
	ctlFn   = func(tls *libc.TLS, file uintptr, op int32, arg uintptr) int32
	mapFn   = func(tls *libc.TLS, file uintptr, region, size, extend int32, out uintptr) int32
	lockFn  = func(tls *libc.TLS, file uintptr, offset, n, flags int32) int32
	fenceFn = func(tls *libc.TLS, file uintptr)
)
