package main

import (
	"time"

	"golang.org/x/sys/unix"
)

// cpuTime returns the processor time the calling thread has used: on a shared machine it is what a
// measurement can be trusted with. The second value says that it is processor time.
func (e *env) cpuTime() (time.Duration, bool) {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		return time.Duration(e.now().UnixNano()), false
	}
	return time.Duration(t.Nano()), true
}
