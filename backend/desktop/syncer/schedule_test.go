package syncer

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"akno/backend/akno"
)

func TestNext(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	row := func(op, target string, change ...func(*Queued)) Queued {
		q := Queued{Command: Command{OpID: op, Target: target, Account: "anna"}}
		for _, c := range change {
			c(&q)
		}
		return q
	}
	waits := func(d time.Duration) func(*Queued) { return func(q *Queued) { q.NextTry = now.Add(d) } }
	rejected := func(q *Queued) { q.Rejected = true }
	anna := World{Now: now, Account: "anna", Pulled: now}
	for name, c := range map[string]struct {
		rows []Queued
		w    World
		want Plan
	}{
		"nothing to do":             {nil, anna, Plan{Wait: pullEvery}},
		"nobody is signed in":       {nil, World{Now: now}, Plan{}},
		"it is time to look":        {nil, World{Now: now, Account: "anna"}, Plan{Pull: true}},
		"the person cut it":         {[]Queued{row("1", "a")}, World{Now: now, Account: "anna", Paused: true}, Plan{}},
		"one command":               {[]Queued{row("1", "a")}, anna, Plan{Push: []string{"1"}, Wait: pullEvery}},
		"it waits for a sign-in":    {[]Queued{row("1", "a")}, World{Now: now}, Plan{NeedsSignIn: true}},
		"it is somebody else's":     {[]Queued{row("1", "a", func(q *Queued) { q.Account = "bob" })}, anna, Plan{Wait: pullEvery}},
		"it is nobody's yet":        {[]Queued{row("1", "a", func(q *Queued) { q.Account = "" })}, anna, Plan{Push: []string{"1"}, Wait: pullEvery}},
		"one at a time of a target": {[]Queued{row("1", "a"), row("2", "a"), row("3", "b")}, anna, Plan{Push: []string{"1", "3"}, Wait: pullEvery}},
		"one that waits holds up its target only": {
			[]Queued{row("1", "a", waits(5*time.Second)), row("2", "a"), row("3", "b")},
			anna,
			Plan{Push: []string{"3"}, Wait: 5 * time.Second},
		},
		"a refused one holds up nobody": {
			[]Queued{row("1", "a", rejected), row("2", "a")},
			anna,
			Plan{Push: []string{"2"}, Wait: pullEvery},
		},
		"a low level needs the person": {
			[]Queued{row("1", "a", waits(time.Second), func(q *Queued) { q.Failure = akno.LowLevel })},
			anna,
			Plan{NeedsSignIn: true, Wait: time.Second},
		},
		"the lane rests": {
			[]Queued{row("1", "a")},
			World{Now: now, Account: "anna", NotYet: now.Add(time.Second)},
			Plan{Wait: time.Second},
		},
		"a try planned by a clock that ran ahead": {
			[]Queued{row("1", "a", waits(48*time.Hour))},
			World{Now: now, Account: "anna", Pulled: now.Add(48 * time.Hour)},
			Plan{Push: []string{"1"}, Pull: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, Next(c.rows, c.w)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBackoff(t *testing.T) {
	most := func(n int64) int64 { return n - 1 }
	for attempt, want := range map[int]time.Duration{0: time.Second, 1: 2 * time.Second, 5: 32 * time.Second, 10: backoffMax, 1000: backoffMax} {
		got := backoff(attempt, 0, most)
		if got < want || got > want+time.Millisecond {
			t.Errorf("attempt %d: %v, want %v", attempt, got, want)
		}
	}
	if got := backoff(0, time.Minute, most); got != time.Minute {
		t.Errorf("the portal asked for a minute, we wait %v", got)
	}
	if got := backoff(3, 0, func(int64) int64 { return 0 }); got != time.Millisecond {
		t.Errorf("full jitter begins at %v", got)
	}
}

func TestJudge(t *testing.T) {
	for code, want := range map[akno.Code]verdict{
		akno.Unavailable: halt, akno.SlowDown: retry, akno.SignedOut: signIn, akno.LowLevel: signIn,
		akno.Invalid: final, akno.Conflict: final, akno.WrongSigner: final, akno.TooLarge: final, akno.DiskFull: retry,
		akno.NoRevocation: retry, akno.CertRevoked: final,
	} {
		if got := judge(&akno.Error{Code: code}); got != want {
			t.Errorf("%s: %v", code, got)
		}
	}
	if judge(errors.New("a bug here")) != retry {
		t.Error("a bug of this program loses a command")
	}
}
