package draft

import (
	"syscall"
	"testing"
	"time"
)

// rusageThread asks for the calling thread alone (RUSAGE_THREAD of Linux).
const rusageThread = 1

// worked is the processor time of the calling thread; the caller has locked
// itself to it. It counts what a save does and not what the machine does beside,
// nor how long its disk takes.
func worked(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(rusageThread, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
