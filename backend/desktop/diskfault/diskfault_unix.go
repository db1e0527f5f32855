//go:build unix

package diskfault

import "syscall"

// noRoom is also what a quota and a limit on the length of files answer.
func noRoom(e syscall.Errno) bool {
	return e == syscall.ENOSPC || e == syscall.EDQUOT || e == syscall.EFBIG
}

func protected(e syscall.Errno) bool { return e == syscall.EROFS }
