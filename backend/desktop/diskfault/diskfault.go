// Package diskfault knows the errors of systems that say that a disk does not
// take what is written: since it has no room, or since it may not be written. A
// person can do something about either, so they are told by codes of their own.
package diskfault

import (
	"errors"
	"io/fs"
	"syscall"

	"akno/backend/akno"
)

// Code is the code by which a person is told of err: disk_full, read_only, or ""
// for an error that is neither.
func Code(err error) akno.Code {
	e, ok := errors.AsType[syscall.Errno](err)
	switch {
	case ok && noRoom(e):
		return akno.DiskFull
	case ok && protected(e), errors.Is(err, fs.ErrPermission):
		return akno.ReadOnly
	}
	return ""
}
