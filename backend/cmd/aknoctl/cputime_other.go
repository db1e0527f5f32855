//go:build !linux

package main

import "time"

// cpuTime returns the time of day, in whole milliseconds: the processor time of one thread is not
// to be had here. The second value says so.
func (e *env) cpuTime() (time.Duration, bool) { return time.Duration(e.now().UnixNano()), false }
