// Package leftover looks for secrets in the memory of the process, for the tests of this tree: what
// a computation leaves on stacks and in memory that was given back is found there until something else is
// written over it.
//
// Not looked for is what no program in Go can wipe: registers, and what the system writes of them when it
// interrupts a thread; memory that was swapped out; the old place of a stack that the runtime moved.
package leftover

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"reflect"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

const (
	// window is the number of octets that are looked for: a limb, the least part that is told from
	// chance.
	window = 8
	// mask disguises the secrets that are looked for, lest they be found where they are kept.
	mask = 0x9E3779B97F4A7C15
	// tries is how often a computation is repeated that seems to leave something.
	tries = 3
)

// undisturbed says that the process is one that Alone started.
var undisturbed = flag.Bool("undisturbed", false, "look for secrets in this process, which is not interrupted")

// Alone returns whether the process is fit for looking for secrets: nothing interrupts its goroutines,
// which would write the registers to memory. In another process it runs the test in one that is and reports
// its failure.
func Alone(t *testing.T) bool {
	t.Helper()
	if *undisturbed {
		return true
	}
	c := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-undisturbed")
	c.Env = []string{"GODEBUG=asyncpreemptoff=1", "GOTRACEBACK=all"}
	out, err := c.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("%v\n%s", err, out)
	}
	return false
}

// Secrets are the secrets to look for, in disguise.
type Secrets struct {
	windows map[uint64]string // the names
	first   [1 << 16]bool     // by the first two octets
}

// Add disguises a secret of 8 octets or more, under a name, and wipes it.
func (s *Secrets) Add(name string, secret []byte) {
	s.disguise(name, secret)
	clear(secret)
	scrub()
}

// disguise takes in the windows of a secret. Its frame is written over by scrub.
//
//go:noinline
func (s *Secrets) disguise(name string, secret []byte) {
	if s.windows == nil {
		s.windows = map[uint64]string{}
	}
	for i := 0; i+window <= len(secret); i++ {
		s.first[binary.LittleEndian.Uint16(secret[i:])] = true
		s.windows[binary.LittleEndian.Uint64(secret[i:])^mask] = name
	}
}

// scrub writes over what its caller's callees left on the stack.
//
//go:noinline
func scrub() byte {
	var room [32 << 10]byte
	for i := range room {
		room[i] = byte(i)
	}
	clear(room[:])
	return room[len(room)/3]
}

// Hold runs a computation, which returns the secrets it worked on, and reports an error when a part of them is
// left in memory.
func Hold(t testing.TB, name string, computation func(*Secrets)) {
	t.Helper()
	var found map[string]int
	for range tries {
		if found = after(t, computation); len(found) == 0 {
			return
		}
	}
	t.Errorf("%s: parts of secrets are left, at so many places: %v", name, found)
}

// Control reports an error when nothing of the secrets of a computation that leaves them is found.
func Control(t testing.TB, name string, computation func(*Secrets)) {
	t.Helper()
	if len(after(t, computation)) == 0 {
		t.Errorf("control, %s: nothing is found, so the test proves nothing", name)
	}
}

// after returns at how many places parts of which secrets are left after a computation. That has a goroutine of its own,
// whose stack stays as it is while memory is searched.
func after(t testing.TB, computation func(*Secrets)) map[string]int {
	t.Helper()
	// The collector moves stacks that are longer than needed, and leaves the old ones as they are.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	runtime.GC() // the one that may be under way is over after this
	s := new(Secrets)
	done, searched := make(chan struct{}), make(chan struct{})
	defer close(searched)
	go func() {
		defer func() {
			close(done)
			<-searched
		}()
		below(func() {
			scrub() // the stack is long enough from here on
			computation(s)
		})
	}()
	<-done
	return s.count(t)
}

// below runs f some way down the stack, where what the goroutine does afterwards does not reach, and
// where the stack is not so empty that the runtime would take a shorter one.
//
//go:noinline
func below(f func()) byte {
	var room [48 << 10]byte
	f()
	return room[len(room)/2]
}

// count returns at how many places of the writable memory parts of the secrets lie.
func (s *Secrets) count(t testing.TB) map[string]int {
	t.Helper()
	if len(s.windows) == 0 {
		t.Fatal("no secrets to look for")
	}
	memory, err := os.Open("/proc/self/mem")
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	areas, err := writable()
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 1<<20)
	defer clear(buf)
	found := map[string]int{}
	own := uint64(reflect.ValueOf(buf).Pointer())
	for _, a := range areas {
		for at := a[0]; at+window <= a[1]; {
			n := min(uint64(len(buf)), a[1]-at)
			if at < own+uint64(len(buf)) && at+n > own {
				// The buffer holds copies of what was read before.
				if n = own - min(own, at); n < window {
					at = own + uint64(len(buf))
					continue
				}
			}
			if _, err := memory.ReadAt(buf[:n], int64(at)); err != nil && !errors.Is(err, io.EOF) {
				break // an area that only looks readable
			}
			s.in(found, buf[:n])
			if n < uint64(len(buf)) {
				at += n
			} else {
				at += n - window + 1
			}
		}
	}
	return found
}

// in adds the windows of b that are parts of secrets to those found.
func (s *Secrets) in(found map[string]int, b []byte) {
	for i := 0; i+window <= len(b); i++ {
		if !s.first[binary.LittleEndian.Uint16(b[i:])] {
			continue
		}
		if name, ok := s.windows[binary.LittleEndian.Uint64(b[i:])^mask]; ok {
			found[name]++
		}
	}
}

// writable returns the writable areas of memory: from and to.
func writable() (areas [][2]uint64, err error) {
	f, err := os.Open("/proc/self/maps")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	for in.Scan() {
		var a [2]uint64
		var rights string
		if _, err := fmt.Sscanf(in.Text(), "%x-%x %s", &a[0], &a[1], &rights); err != nil {
			return nil, err
		}
		if strings.HasPrefix(rights, "rw") {
			areas = append(areas, a)
		}
	}
	return areas, in.Err()
}

// Ending returns a context that is cancelled after a number of looks at it, so that a
// computation is given up in its middle.
func Ending(looks int) context.Context { return &ending{context.Background(), looks} }

type ending struct {
	context.Context
	left int
}

func (e *ending) Err() error {
	if e.left--; e.left < 0 {
		return context.Canceled
	}
	return nil
}
