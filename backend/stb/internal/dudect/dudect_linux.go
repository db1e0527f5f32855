// Package dudect tells by measurement whether the time of a computation depends on its secrets, for
// the tests of this tree. Two classes of inputs, such as one key and many, are measured in random order,
// and Welch's test says whether the two sets of times can come of one distribution (Reparaz, Balasch,
// Verbauwhede: Dude, is my code constant time?).
//
// That no difference is found proves nothing by itself: every test also measures a computation that is
// known to leak, its control, and fails when that one is not found out. The look-ups in the tables
// of belt are not judged by it: the tables lie in the cache all the while, see package belt.
package dudect

import (
	"flag"
	"math"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
)

const (
	// Limit is the |t| from which on two classes can be told apart.
	Limit = 4.5
	// tries is how often a computation that seems to leak is measured. Other work on the machine can push one
	// run over the limit, a leak pushes all.
	tries = 5
)

// more is how many times more samples are taken in a long run: go test PACKAGE -args -samples=25.
var more = flag.Int("samples", 1, "how many times as many samples of secret times are taken")

// Case is a computation with its two classes of inputs.
type Case struct {
	// Name says what is measured.
	Name string
	// Samples is how many times Run is measured in the short run.
	Samples int
	// Prepare lays out an input of class 0 or 1, always at the same place and by the same steps, so that
	// classes differ in nothing but values. It is not measured.
	Prepare func(class int)
	// Run is measured.
	Run func()
}

// Hold reports an error when the time of the computation depends on the class.
func Hold(t testing.TB, c Case) {
	t.Helper()
	least := math.Inf(1)
	for range tries {
		if least = min(least, c.leak()); least < Limit {
			t.Logf("%s: |t| = %.1f", c.Name, least)
			return
		}
	}
	t.Errorf("%s: the time depends on the secret, |t| = %.1f", c.Name, least)
}

// Control reports an error when the time of the computation, which is known to depend on the class,
// does not show it.
func Control(t testing.TB, c Case) {
	t.Helper()
	most := 0.0
	for range tries {
		if most = max(most, c.leak()); most > 2*Limit {
			t.Logf("control, %s: |t| = %.1f", c.Name, most)
			return
		}
	}
	t.Errorf("control, %s: |t| = %.1f only, so the test proves nothing", c.Name, most)
}

// leak returns the greatest |t| of Welch's test over the samples cut at several percentiles.
func (c *Case) leak() float64 {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	runtime.GC()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	samples := c.Samples * *more
	warm := samples/20 + 1
	times := [2][]float64{make([]float64, 0, samples+warm), make([]float64, 0, samples+warm)}
	all := make([]float64, 0, samples+warm)
	for i := range samples + warm {
		class := rand.IntN(2)
		c.Prepare(class)
		start := now()
		c.Run()
		d := float64(now() - start)
		if i >= warm {
			times[class], all = append(times[class], d), append(all, d)
		}
		if i%10_000 == 9_999 {
			runtime.GC()
		}
	}
	slices.Sort(all)
	worst := 0.0
	for _, percent := range []int{50, 75, 90, 97, 100} {
		worst = max(worst, welch(times, all[(len(all)-1)*percent/100]))
	}
	return worst
}

// welch returns |t| of the samples that are not above a limit.
func welch(times [2][]float64, limit float64) float64 {
	var mean, variance, n [2]float64
	for c, list := range times {
		for _, d := range list {
			if d <= limit {
				n[c]++
				delta := d - mean[c]
				mean[c] += delta / n[c]
				variance[c] += delta * (d - mean[c])
			}
		}
		if n[c] < 2 {
			// Every time of one class is above the limit: nothing can tell them apart better.
			return math.Inf(1)
		}
		variance[c] /= n[c] - 1
	}
	spread := variance[0]/n[0] + variance[1]/n[1]
	if mean[0] == mean[1] {
		return 0
	}
	return math.Abs(mean[0]-mean[1]) / math.Sqrt(spread)
}

// Ratio returns how many times longer f takes than g: both run once in every round, so that what disturbs
// the machine disturbs both, and the ratio is their median. The collector works between the runs only, as its
// work falls to whoever allocates next.
func Ratio(rounds int, f, g func()) float64 {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	measure := func(run func()) float64 {
		runtime.GC()
		start := now()
		run()
		return float64(now() - start)
	}
	f()
	g()
	var ratios []float64
	for range rounds {
		ratios = append(ratios, measure(f)/measure(g))
	}
	slices.Sort(ratios)
	return ratios[rounds/2]
}
