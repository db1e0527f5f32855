package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"
)

// A figure is what one work came to in one round.
type figure struct {
	rate  float64       // things a second
	cpu   time.Duration // of the server, for each thing
	bytes int64         // over the wire, both ways, for each thing
}

// figures are those of one server in one round, by work.
type figures map[string]figure

// take lets clients share calls of work, and measures them. Work returns how many
// things it did.
func (f figures) take(s *server, name string, clients, calls int, work func(n int) (int, error)) error {
	before, err := s.cpu()
	if err != nil {
		return err
	}
	wire := s.client.wire.Load()
	var next, things atomic.Int64
	errs := make([]error, clients)
	began := time.Now()
	var wg sync.WaitGroup
	for c := range clients {
		wg.Go(func() {
			for n := int(next.Add(1)) - 1; n < calls && errs[c] == nil; n = int(next.Add(1)) - 1 {
				var k int
				k, errs[c] = work(n)
				things.Add(int64(k))
			}
		})
	}
	wg.Wait()
	took := time.Since(began)
	after, err := s.cpu()
	if err := errors.Join(append(errs, err)...); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	n := things.Load()
	if n == 0 {
		return fmt.Errorf("%s: nothing was done", name)
	}
	f[name] = figure{float64(n) / took.Seconds(), (after - before) / time.Duration(n), (s.client.wire.Load() - wire) / n}
	return nil
}

// A bar is a ratio that has to hold: of a work to the same of the peer, or of the
// portal's own work to another one of it.
type bar struct {
	work, than string
	least      float64 // 0 for one that is told only
}

func bars() []bar {
	return []bar{{"push 100", "", 3}, {"pull 50", "", 3}, {"full pull", "", 5}, {"pull, nothing new", "", 3}, {queue, alone, 0.7}, {readBack, alone, 0}}
}

// mostBytes is the bar on a pull that brings nothing.
const mostBytes = 1024

// report prints what the rounds came to, and returns errBar when a bar does not
// hold. A ratio is taken within a round; the median of the rounds counts.
func report(w io.Writer, rounds []map[string]figures) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "work\tportald /s\tPocketBase /s\ttimes\t(range)\tbar\tCPU µs\tPocketBase's\ttimes\t")
	failed := false
	for _, b := range bars() {
		ok, err := b.line(t, rounds)
		if err != nil {
			return err
		}
		failed = failed || !ok
	}
	if err := t.Flush(); err != nil {
		return err
	}
	octets := of(rounds, "portald", "pull, nothing new", func(f figure) float64 { return float64(f.bytes) })
	verdict := ""
	if median(octets) >= mostBytes {
		failed, verdict = true, "  FAILS"
	}
	fmt.Fprintf(w, "a pull that brings nothing: %.0f octets both ways, bar < %d%s\n", median(octets), mostBytes, verdict)
	if failed {
		return errBar
	}
	return nil
}

// list prints one work of every round, without a judgement.
func list(w io.Writer, rounds []map[string]figures, work string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "round\tserver\t/s\tCPU µs\t")
	n := 0
	for i, r := range rounds {
		for _, server := range slices.Sorted(maps.Keys(r)) {
			if f, ok := r[server][work]; ok {
				n++
				fmt.Fprintf(t, "%d\t%s\t%.0f\t%.1f\t\n", i+1, server, f.rate, float64(f.cpu.Nanoseconds())/1000)
			}
		}
	}
	if n == 0 {
		return fmt.Errorf("no work is named %q", work)
	}
	return t.Flush()
}

// line prints one bar beside what was measured, and says whether it holds.
func (b bar) line(w io.Writer, rounds []map[string]figures) (bool, error) {
	rate := func(f figure) float64 { return f.rate }
	cpu := func(f figure) float64 { return float64(f.cpu.Microseconds()) }
	own, peer := of(rounds, "portald", b.work, rate), of(rounds, "pocketbase", b.work, rate)
	title := b.work
	if b.than != "" {
		peer, title = of(rounds, "portald", b.than, rate), b.work+" / "+b.than
	}
	if len(own) == 0 || len(peer) != 0 && len(peer) != len(own) {
		return false, fmt.Errorf("%q was not measured in every round", b.work)
	}
	var times, range_, verdict string
	ratio := ratios(own, peer)
	if len(ratio) > 0 {
		times = fmt.Sprintf("%.2f", median(ratio))
		range_ = fmt.Sprintf("(%.2f–%.2f)", slices.Min(ratio), slices.Max(ratio))
		if median(ratio) < b.least {
			verdict = "FAILS"
		}
	}
	ownCPU, peerCPU := of(rounds, "portald", b.work, cpu), of(rounds, "pocketbase", b.work, cpu)
	fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%.1f\t%s\t%s\t%s\t%s\n", title, whole(own), whole(peer), times, range_, b.least,
		whole(ownCPU), whole(peerCPU), number("%.1f", median(ratios(peerCPU, ownCPU))), verdict)
	return verdict == "", nil
}

// of returns a figure of every round that has it.
func of(rounds []map[string]figures, server, work string, value func(figure) float64) (out []float64) {
	for _, r := range rounds {
		if f, ok := r[server][work]; ok {
			out = append(out, value(f))
		}
	}
	return out
}

// ratios are those of each round.
func ratios(a, b []float64) (out []float64) {
	for i := range min(len(a), len(b)) {
		if b[i] > 0 {
			out = append(out, a[i]/b[i])
		}
	}
	return out
}

func whole(list []float64) string { return number("%.0f", median(list)) }

func number(format string, v float64) string {
	if v == 0 {
		return ""
	}
	return strings.TrimSpace(fmt.Sprintf(format, v))
}

// median returns the middle one, or 0 of none.
func median(list []float64) float64 {
	if len(list) == 0 {
		return 0
	}
	list = slices.Sorted(slices.Values(list))
	return list[len(list)/2]
}
