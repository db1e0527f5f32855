package syncer

import (
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/portalapi"
)

func TestANetworkThatComesBackForgetsTheBackoff(t *testing.T) {
	d := newDevice(t)
	d.settle()
	d.random = func(n int64) int64 { return n - 1 } // the longest wait
	d.submit()
	silent := func() time.Duration {
		t.Helper()
		d.portal.with(func() { d.portal.faults = []fault{lost, lost, lost, lost} })
		if _, err := d.Round(t.Context()); akno.CodeOf(err) != akno.Unavailable {
			t.Fatalf("the portal is silent: %v", err)
		}
		plan, err := d.plan(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return plan.Wait
	}
	for range 12 {
		d.now = d.now.Add(silent() + time.Millisecond)
	}
	if wait := silent(); wait < 10*time.Minute {
		t.Fatalf("after long silence the next try comes in %v", wait)
	}
	if err := d.NetworkUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	plan, err := d.plan(t.Context())
	if err != nil || len(plan.Push) != 1 || !plan.Pull {
		t.Fatalf("nothing is tried at once: %+v, %v", plan, err)
	}
	if wait := silent(); wait > 4*time.Second {
		t.Errorf("the first silence of another network waits %v", wait)
	}
	d.settle()
	if n := len(d.pending()); n != 0 {
		t.Errorf("%d wait", n)
	}
}

func TestANetworkThatComesBackKeepsWhatThePortalAskedFor(t *testing.T) {
	d := newDevice(t)
	d.settle()
	d.submit()
	after := 120
	d.portal.with(func() {
		d.portal.whole = &portalapi.Problem{Status: 503, Code: string(akno.Unavailable), RetryAfter: &after}
	})
	if _, err := d.Round(t.Context()); akno.CodeOf(err) != akno.Unavailable {
		t.Fatalf("%v", err)
	}
	if err := d.NetworkUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	plan, err := d.plan(t.Context())
	if err != nil || len(plan.Push) != 0 || plan.Pull || plan.Wait < time.Minute {
		t.Errorf("%+v, %v", plan, err)
	}
}
