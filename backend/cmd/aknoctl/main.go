// Command aknoctl does without a window what the program does with one: it checks and makes
// signatures, keys and certificates, fills forms, takes applications from a draft to the
// decision, runs test vectors and measures speed. It is for scripts, support staff and the
// conformance runs of the project, and adds no logic of its own.
package main

import (
	"context"
	"io"
	"os"

	"akno/backend/internal/clock"
)

func main() {
	os.Exit(run(os.Args[1:], &env{in: os.Stdin, out: os.Stdout, err: os.Stderr, now: clock.System}))
}

// env is what a command may touch besides files.
type env struct {
	in       io.Reader
	out, err io.Writer
	now      clock.Clock
	json     bool            // exactly one JSON document is wanted on out
	used     bool            // in was read: it can be only once
	answered bool            // that document was printed
	taken    bool            // out carries the octets of a file, so that words go to err
	ctx      context.Context //nolint:containedctx // that of the program; nil where nothing ends it
}
