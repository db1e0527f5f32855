package dudect

import (
	"syscall"
	"unsafe"
)

// now returns the processor time of the calling thread in nanoseconds, which work of others on the
// machine does not add to.
func now() int64 {
	const threadClock = 3
	var ts syscall.Timespec
	if _, _, e := syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, threadClock, uintptr(unsafe.Pointer(&ts)), 0); e != 0 {
		panic("dudect: " + e.Error())
	}
	return ts.Nano()
}
