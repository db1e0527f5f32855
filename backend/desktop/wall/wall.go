// Package wall hands the system clock to the code outside backend, which Go
// does not let import backend/internal/clock.
package wall

import (
	"time"

	"akno/backend/internal/clock"
)

// Now is the current time in UTC and whole milliseconds.
func Now() time.Time { return clock.System() }
