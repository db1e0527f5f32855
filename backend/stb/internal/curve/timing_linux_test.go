//go:build !race

package curve

import (
	"math"
	"math/big"
	"math/rand/v2"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"unsafe"

	"akno/backend/stb/internal/mp"
)

// threadTime returns the processor time of the calling thread in nanoseconds.
func threadTime(t *testing.T) int64 {
	const threadClock = 3
	var ts syscall.Timespec
	if _, _, e := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, threadClock, uintptr(unsafe.Pointer(&ts)), 0); e != 0 {
		t.Fatal(e)
	}
	return ts.Nano()
}

// leak measures f for a fixed number and for random ones, in random order, and returns the greatest
// |t| of Welch's test over the samples cut at several percentiles: above 4.5 the two can be
// told apart.
func leak(t *testing.T, fixed *mp.Scalar, random []*mp.Scalar, f func(k *mp.Scalar)) float64 {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	const samples = 4000
	rng := rand.New(rand.NewPCG(8, 9))
	var times [2][]float64
	var all []float64
	for i := range samples {
		class := rng.IntN(2)
		k := *fixed
		if class == 1 {
			k = *random[rng.IntN(len(random))]
		}
		start := threadTime(t)
		f(&k)
		d := float64(threadTime(t) - start)
		if i >= samples/20 { // warm by now
			times[class], all = append(times[class], d), append(all, d)
		}
	}
	slices.Sort(all)
	worst := 0.0
	for _, percent := range []int{50, 75, 90, 97} {
		limit := all[len(all)*percent/100]
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
			variance[c] /= n[c] - 1
		}
		if v := math.Abs(mean[0]-mean[1]) / math.Sqrt(variance[0]/n[0]+variance[1]/n[1]); v > worst {
			worst = v
		}
	}
	return worst
}

func TestSecretMultiplesTakeTheSameTime(t *testing.T) {
	const limit = 4.5
	for _, l := range levels()[:1] {
		all := l.scalars(40)
		var random []*mp.Scalar
		for _, v := range all[len(all)-40:] {
			random = append(random, l.scalar(v))
		}
		fixed := l.scalar(big.NewInt(3))
		out, q := make([]byte, l.bits/4), l.bytes(l.times(big.NewInt(9), l.generator()))
		v := l.scalar(new(big.Int).Lsh(big.NewInt(1), uint(l.bits/2)))
		for name, f := range map[string]func(k *mp.Scalar){
			"base point":  func(k *mp.Scalar) { l.base(out, k) },
			"other point": func(k *mp.Scalar) { l.mult(out, q, k) },
			"order":       func(k *mp.Scalar) { var z mp.Scalar; l.order.Mul(&z, k, k) },
		} {
			// Other work on the machine can push one run over the limit, a leak pushes all.
			worst := math.Inf(1)
			for range 4 {
				if worst = min(worst, leak(t, fixed, random, f)); worst < limit {
					break
				}
			}
			if worst >= limit {
				t.Errorf("%s, %s: |t| = %.1f", l.name, name, worst)
			}
		}
		// The control: a computation on public numbers is seen to depend on them.
		if got := leak(t, fixed, random, func(k *mp.Scalar) { l.doubleMult(out, q, k, v) }); got < 10*limit {
			t.Errorf("%s: the control shows |t| = %.1f only, so the test proves nothing", l.name, got)
		}
	}
}
