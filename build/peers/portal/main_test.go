package main

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// round is one in which the portal is so many times as fast at everything.
func round(times float64, bytes int64) map[string]figures {
	own, peer := figures{}, figures{}
	for _, b := range bars() {
		own[b.work] = figure{rate: 100 * times, cpu: 10 * time.Microsecond, bytes: bytes}
		if b.than == "" {
			peer[b.work] = figure{rate: 100, cpu: 40 * time.Microsecond}
		} else {
			own[b.than] = figure{rate: 100}
		}
	}
	own["push 100, alone"] = figure{rate: 100 * times}
	return map[string]figures{"portald": own, "pocketbase": peer}
}

func TestTheMedianOfTheRoundsIsJudged(t *testing.T) {
	var out strings.Builder
	if err := report(&out, []map[string]figures{round(9, 700), round(0.1, 700), round(6, 700)}); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
	if !strings.Contains(out.String(), "full pull") || strings.Contains(out.String(), "FAILS") {
		t.Error(out.String())
	}
}

func TestWhatDoesNotHoldIsNamed(t *testing.T) {
	for _, b := range bars() {
		r := round(9, 700)
		f := r["portald"][b.work]
		than := 100.0
		if b.than != "" {
			than = r["portald"][b.than].rate
		}
		f.rate = than * (b.least - 0.01)
		r["portald"][b.work] = f
		var out strings.Builder
		if err := report(&out, []map[string]figures{r}); !errors.Is(err, errBar) || strings.Count(out.String(), "FAILS") != 1 {
			t.Errorf("%s: %v\n%s", b.work, err, out.String())
		}
	}
	var out strings.Builder
	if err := report(&out, []map[string]figures{round(9, mostBytes)}); !errors.Is(err, errBar) || strings.Count(out.String(), "FAILS") != 1 {
		t.Errorf("a long answer: %v\n%s", err, out.String())
	}
}

func TestWhatWasNotMeasuredDoesNotPass(t *testing.T) {
	r := round(9, 700)
	delete(r["portald"], "full pull")
	if err := report(&strings.Builder{}, []map[string]figures{r}); err == nil || errors.Is(err, errBar) {
		t.Error(err)
	}
	r = round(9, 700)
	delete(r["pocketbase"], "push 100")
	if err := report(&strings.Builder{}, []map[string]figures{round(9, 700), r}); err == nil || errors.Is(err, errBar) {
		t.Error(err)
	}
}

func TestTheProcessorTimeOfAProgram(t *testing.T) {
	got, err := cpuOf("42 (odd ) name) S 1 42 42 0 -1 4194560 9 0 0 0 150 25 0 0 20 0 7 0 100 0 0")
	if err != nil || got != 1750*time.Millisecond {
		t.Error(got, err)
	}
	if _, err := cpuOf(""); err == nil {
		t.Error("nothing was read")
	}
}
