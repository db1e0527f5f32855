//go:build !linux

package draft

import (
	"testing"
	"time"
)

var began = time.Now()

// worked is the time that has passed, where no time of a thread can be asked
// for.
func worked(*testing.T) time.Duration { return time.Since(began) }
