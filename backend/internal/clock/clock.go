// Package clock is the only door to the time of day. Everything that asks what
// time it is takes a Clock, so that tests can hold it still or move it.
package clock

import "time"

// A Clock tells the current time in UTC and whole milliseconds, which is what
// the databases keep.
type Clock func() time.Time

// System is the system clock.
func System() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// Fixed returns a clock that stands still at t, for tests.
func Fixed(t time.Time) Clock { return func() time.Time { return t } }
