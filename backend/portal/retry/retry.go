// Package retry carries the wish "try again after so long" inside an error,
// from the place that throttles to the edge that answers.
package retry

import (
	"errors"
	"time"

	"akno/backend/akno"
)

// After is how long the caller has to wait before the next try.
type After time.Duration

// Error returns "retry after" and the time.
func (a After) Error() string { return "retry after " + time.Duration(a).String() }

// Of returns the wait in err's chain, or 0.
func Of(err error) time.Duration {
	if a, ok := errors.AsType[After](err); ok {
		return time.Duration(a)
	}
	return 0
}

// SlowDown returns an error with code SlowDown that asks to wait for d.
func SlowDown(op string, d time.Duration) error {
	return &akno.Error{Code: akno.SlowDown, Op: op, Err: After(d)}
}

// Unavailable returns an error with code Unavailable that asks to come back
// after d.
func Unavailable(op string, d time.Duration) error {
	return &akno.Error{Code: akno.Unavailable, Op: op, Err: After(d)}
}
