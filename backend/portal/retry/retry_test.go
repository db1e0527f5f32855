package retry

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"akno/backend/akno"
)

func TestTheWaitSurvivesWrapping(t *testing.T) {
	for _, c := range []struct {
		err  error
		code akno.Code
		wait time.Duration
	}{
		{SlowDown("a.B", 3*time.Second), akno.SlowDown, 3 * time.Second},
		{fmt.Errorf("more: %w", Unavailable("a.B", time.Minute)), akno.Unavailable, time.Minute},
		{errors.New("other"), akno.Internal, 0},
		{nil, akno.Internal, 0},
	} {
		if got := Of(c.err); got != c.wait || akno.CodeOf(c.err) != c.code {
			t.Errorf("%v: wait %v, code %s", c.err, got, akno.CodeOf(c.err))
		}
	}
}
