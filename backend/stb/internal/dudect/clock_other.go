//go:build !linux

package dudect

import "time"

var began = time.Now()

// now returns a time in nanoseconds.
func now() int64 { return int64(time.Since(began)) }
