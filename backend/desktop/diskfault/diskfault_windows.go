package diskfault

import "syscall"

// Numbers of winerror.h, which package syscall has no names for.
const (
	errWriteProtect  syscall.Errno = 19
	errHandleFull    syscall.Errno = 39
	errDiskFull      syscall.Errno = 112
	errFileTooLarge  syscall.Errno = 223
	errQuotaExceeded syscall.Errno = 1295
)

func noRoom(e syscall.Errno) bool {
	return e == errDiskFull || e == errHandleFull || e == errFileTooLarge || e == errQuotaExceeded
}

func protected(e syscall.Errno) bool { return e == errWriteProtect }
