package dudect

import (
	"math"
	"testing"
)

// recorder takes note of errors in the place of a test.
type recorder struct {
	testing.TB
	failed bool
}

func (*recorder) Helper()                 {}
func (*recorder) Logf(string, ...any)     {}
func (r *recorder) Errorf(string, ...any) { r.failed = true }

// work takes time by the number of rounds.
func work(rounds int) (sum uint64) {
	for i := range rounds {
		sum = sum*0x9E3779B97F4A7C15 + uint64(i)
	}
	return sum
}

// sink keeps the work from being left out.
var sink uint64

func TestAComputationThatLeaksIsFoundOut(t *testing.T) {
	rounds := 0
	c := Case{"rounds by class", 2000, func(class int) { rounds = 1000 + 50*class }, func() { sink += work(rounds) }}
	var hold, control recorder
	Hold(&hold, c)
	Control(&control, c)
	if !hold.failed || control.failed {
		t.Errorf("a leak of a twentieth: hold fails: %v, control fails: %v", hold.failed, control.failed)
	}
}

func TestAComputationThatDoesNotLeakIsNotAccused(t *testing.T) {
	seed := uint64(0)
	c := Case{"same rounds", 2000, func(class int) { seed = uint64(class) }, func() { sink += work(1000) + seed }}
	var hold, control recorder
	Hold(&hold, c)
	Control(&control, c)
	if hold.failed || !control.failed {
		t.Errorf("no leak: hold fails: %v, control fails: %v", hold.failed, control.failed)
	}
}

func TestWelchMatchesAComputationByHand(t *testing.T) {
	// Means 2 and 6, variances 1 and 4, three samples each: t = 4 / sqrt(5/3).
	times := [2][]float64{{1, 2, 3}, {4, 6, 8}}
	if got, want := welch(times, 8), 4/math.Sqrt(5.0/3); math.Abs(got-want) > 1e-12 {
		t.Errorf("t is %v, want %v", got, want)
	}
	if !math.IsInf(welch(times, 3), 1) {
		t.Error("a class that lies wholly above the limit is not told apart")
	}
	if got := welch([2][]float64{{5, 5}, {5, 5}}, 5); got != 0 {
		t.Errorf("equal times give %v", got)
	}
}
