package leftover

import (
	"crypto/rand"
	"testing"
)

// recorder takes note of errors in the place of a test.
type recorder struct {
	testing.TB
	failed bool
}

func (*recorder) Helper()                 {}
func (r *recorder) Errorf(string, ...any) { r.failed = true }

// kept is where the computations below leave things.
var kept []byte

//go:noinline
func onStack(secret []byte) (sum byte) {
	var copied [200]byte
	copy(copied[100:], secret)
	for _, b := range copied {
		sum += b
	}
	return sum
}

func TestWhatIsLeftIsFound(t *testing.T) {
	if !Alone(t) {
		return
	}
	for name, leave := range map[string]func(secret []byte){
		"kept":         func(secret []byte) { kept = append([]byte(nil), secret...) },
		"in part":      func(secret []byte) { kept = append([]byte("part: "), secret[3:12]...) },
		"given back":   func(secret []byte) { kept = append([]byte(nil), secret...); kept = nil },
		"on the stack": func(secret []byte) { kept = []byte{onStack(secret)} },
	} {
		var hold, control recorder
		leaving := func(s *Secrets) {
			secret, again := make([]byte, 32), make([]byte, 32)
			if _, err := rand.Read(secret); err != nil {
				t.Fatal(err)
			}
			copy(again, secret)
			s.Add("secret", again)
			leave(secret)
			clear(secret)
		}
		Hold(&hold, name, leaving)
		Control(&control, name, leaving)
		if !hold.failed || control.failed {
			t.Errorf("%s: hold fails: %v, control fails: %v", name, hold.failed, control.failed)
		}
	}
}

func TestWhatIsWipedIsNotFound(t *testing.T) {
	if !Alone(t) {
		return
	}
	var hold, control recorder
	wiping := func(s *Secrets) {
		secret := make([]byte, 32)
		if _, err := rand.Read(secret); err != nil {
			t.Fatal(err)
		}
		s.Add("secret", secret)
	}
	Hold(&hold, "wiped", wiping)
	Control(&control, "wiped", wiping)
	if hold.failed || !control.failed {
		t.Errorf("hold fails: %v, control fails: %v", hold.failed, control.failed)
	}
}
