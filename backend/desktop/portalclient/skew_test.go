package portalclient

import (
	"net/http"
	"testing"
	"time"
)

func TestAClockThatIsOffIsCorrectedAndOneThatWasSetIsBelievedAtOnce(t *testing.T) {
	at := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC) // of this computer
	line := make(chan bool, 16)
	c, _ := client(t, func(http.ResponseWriter, *http.Request) {})
	c.now = func() time.Time { return at }
	c.line = func(heard bool) { line <- heard }
	ask := func(off time.Duration) {
		t.Helper()
		c.noteDate(at.Add(off).Format(http.TimeFormat), at, at)
	}
	if got := c.Corrected(); !got.Equal(at) {
		t.Errorf("before the portal was heard: %v", got)
	}
	ask(4 * time.Minute)
	if got := c.Corrected(); !got.Equal(at) {
		t.Errorf("four minutes are not corrected: %v", got)
	}
	ask(3 * time.Hour)
	<-line
	if got := c.Corrected().Sub(at); got < 3*time.Hour || got > 3*time.Hour+time.Second {
		t.Errorf("three hours: corrected by %v", got)
	}
	ask(3*time.Hour + 40*time.Second) // a slow answer moves the average a little
	if got := c.Skew(); got > 3*time.Hour+15*time.Second {
		t.Errorf("a slow answer: %v", got)
	}
	ask(0) // the person has set the clock
	<-line
	if got := c.Corrected(); !got.Equal(at) || c.Skew().Abs() > time.Second {
		t.Errorf("after the clock was set: %v, %v", got, c.Skew())
	}
	ask(-20 * time.Minute)
	<-line
	if got := at.Sub(c.Corrected()); got < 19*time.Minute || got > 21*time.Minute {
		t.Errorf("a clock ahead: %v", got)
	}
}
