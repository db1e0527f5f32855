package app

import (
	"fmt"
	"strconv"
	"time"
)

// mark prints `MARK name milliseconds` to Config.Marks, counted from the moment
// the launcher gave in MarksSince, or from New. It measures the start, from the
// launch to the first painted frame.
func (a *App) mark(name string) {
	if a.cfg.Marks == nil {
		return
	}
	since := a.born
	if ns, err := strconv.ParseInt(a.cfg.MarksSince, 10, 64); err == nil {
		since = time.Unix(0, ns)
	}
	fmt.Fprintf(a.cfg.Marks, "MARK %s %d\n", name, a.now().Sub(since).Milliseconds())
}
