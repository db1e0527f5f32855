// Package single keeps one running program per profile folder and hands the
// arguments of a second launch to the first.
//
// Wails' own SingleInstanceLock needs a D-Bus session on Linux (without one it
// lets a second process open the same database), starts GTK and OnStartup in
// the second process first, and ends it with status 1 (wails#3723). This one
// needs a folder only, works before anything else starts and lets main return.
//
// The lock is an operating system lock on a file, so a crash frees it. The
// arguments go over a Unix socket in the same folder; Windows 10 1803 and later
// have them too. What arrives is as little trusted as a command line.
//
// A command that works on a profile takes the lock too and has nothing to show: a
// launch is told so, rather than believe that it was heard.
//
// Where the system has no such sockets the lock still holds, but later launches
// end with an error.
package single

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/clock"
)

// ErrRunning says that the program already runs and has got the arguments.
var ErrRunning = errors.New("single: already running")

// ErrHeld says that a command has the profile, which shows nothing and takes no
// arguments.
var ErrHeld = errors.New("a command (aknoctl) works with the profile: start the program again when it has ended")

// ErrSilent says that the program already runs and does not answer.
var ErrSilent = errors.New("the running program does not answer")

const (
	maxMessage = 64 << 10
	// patience is how long one who has been reached may take to answer.
	patience = 3 * time.Second
	// pause and tries bound the time until one who has the lock is reached: who has
	// just won listens in a moment, unless the computer is very busy.
	pause = 50 * time.Millisecond
	tries = 200
	// brief is how many tries a command is given to end: most are over by then.
	brief = 40
)

// What a launch is answered.
const (
	taken = "ok"
	held  = "no"
)

type message struct {
	Args []string `json:"args"`
	Dir  string   `json:"dir"`
}

// Instance is the right to be the only one. Close gives it up.
type Instance struct {
	lock *os.File
	ln   net.Listener // may be nil
}

// Place says where the lock and the socket lie.
type Place struct {
	Profile string // the folder that has one program; made if it is not there
	Runtime string // a folder of the user's own with a short name, for sockets of profiles with long names; may be empty
}

// Take makes this process the only one for the profile at. If another process
// is, Take gives it args and returns ErrRunning; one that does not answer is
// ErrSilent, and one that shows nothing is ErrHeld, both with the code unavailable.
// received is called, one launch at a time, with what later launches were given and
// the folder they were started in; a launch is answered before, so it may take its
// time. It is nil for a command, which shows nothing.
func Take(at Place, args []string, received func(args []string, cwd string)) (*Instance, error) {
	return take(at, args, received, func() { time.Sleep(pause) })
}

// take is Take with what it does between two tries.
func take(at Place, args []string, received func(args []string, cwd string), rest func()) (*Instance, error) {
	dir := at.Profile
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("single: %w", err)
	}
	sock, err := socketPath(at)
	if err != nil {
		return nil, err
	}
	for left, command := tries, brief; ; rest() {
		lock, err := tryLock(filepath.Join(dir, "lock"))
		if err == nil {
			return begin(lock, sock, received), nil
		}
		if !errors.Is(err, errLocked) {
			return nil, fmt.Errorf("single: %w", err)
		}
		err = send(sock, args)
		if err == nil {
			return nil, ErrRunning
		}
		if errors.Is(err, ErrHeld) {
			if command--; command == 0 {
				return nil, &akno.Error{Code: akno.Unavailable, Op: "single.Take", Err: err}
			}
			continue
		}
		// The winner may not listen yet, while its socket is not there or is that of
		// one that was killed; or it may be about to leave. One that listens and says
		// nothing is neither.
		if left--; left == 0 || errors.Is(err, os.ErrDeadlineExceeded) {
			return nil, &akno.Error{Code: akno.Unavailable, Op: "single.Take", Err: fmt.Errorf("%w: %w", ErrSilent, err)}
		}
	}
}

// Close stops listening and frees the lock.
func (i *Instance) Close() error {
	var err error
	if i.ln != nil {
		err = i.ln.Close() // removes the socket
	}
	return errors.Join(err, i.lock.Close())
}

// begin listens for later launches. Where the system has no Unix sockets it does
// not.
func begin(lock *os.File, sock string, received func([]string, string)) *Instance {
	_ = os.Remove(sock) // left by a crash; the lock is ours, so nobody uses it
	ln, err := net.Listen("unix", sock)
	if err != nil {
		return &Instance{lock: lock}
	}
	go listen(ln, received)
	return &Instance{lock, ln}
}

// listen answers every launch at once and passes them on one at a time, however
// long received takes over one: who starts on a large or a damaged profile reads it
// first, and the launches after must not take that for silence. It ends with ln.
func listen(ln net.Listener, received func([]string, string)) {
	var oneMu sync.Mutex // one launch at a time
	for {
		c, err := ln.Accept()
		if err != nil {
			return
		}
		go func() {
			m, ok := receive(c, received != nil)
			if !ok {
				return
			}
			oneMu.Lock()
			defer oneMu.Unlock()
			received(m.Args, m.Dir)
		}()
	}
}

// receive reads what a launch was given and answers whether it is taken, which it
// returns.
func receive(c net.Conn, takes bool) (m message, ok bool) {
	defer c.Close()
	_ = c.SetDeadline(clock.System().Add(patience))
	if json.NewDecoder(io.LimitReader(c, maxMessage)).Decode(&m) != nil {
		return m, false
	}
	answer := held
	if takes {
		answer = taken
	}
	_, _ = io.WriteString(c, answer)
	return m, takes
}

func send(sock string, args []string) error {
	c, err := net.DialTimeout("unix", sock, patience)
	if err != nil {
		return err
	}
	defer c.Close()
	_ = c.SetDeadline(clock.System().Add(patience))
	cwd, _ := os.Getwd()
	if err := json.NewEncoder(c).Encode(message{args, cwd}); err != nil {
		return err
	}
	var answer [len(taken)]byte
	if _, err := io.ReadFull(c, answer[:]); err != nil {
		return err
	}
	if string(answer[:]) == held {
		return ErrHeld
	}
	return nil
}
