package scrub

import (
	"fmt"
	"io"
)

// Opaque is embedded in what holds secrets: no verb of package fmt prints it, wherever it lies.
type Opaque struct{}

// Format implements fmt.Formatter.
func (Opaque) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "(secret)") }
