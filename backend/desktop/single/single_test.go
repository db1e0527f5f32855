package single

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"akno/backend/akno"
)

func TestTheLockIsExclusive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	for range 3 {
		f, err := tryLock(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tryLock(path); !errors.Is(err, errLocked) {
			t.Error(err)
		}
		f.Close()
	}
}

func TestSecondLaunchHandsOverItsArguments(t *testing.T) {
	dir := t.TempDir()
	got := make(chan []string, 1)
	first, err := Take(Place{Profile: dir}, nil, func(args []string, cwd string) {
		wd, _ := os.Getwd()
		if cwd != wd {
			t.Errorf("cwd %q, want %q", cwd, wd)
		}
		got <- args
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"akno://activate?code=Abc123", "заявление № 1.pdf"}
	if _, err := Take(Place{Profile: dir}, want, nil); !errors.Is(err, ErrRunning) {
		t.Fatal(err)
	}
	if args := <-got; !slices.Equal(args, want) {
		t.Error(args)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Take(Place{Profile: dir}, nil, func([]string, string) {})
	if err != nil {
		t.Fatal("not free after Close:", err)
	}
	again.Close()
}

func TestOneOfManyWins(t *testing.T) {
	at := Place{Profile: t.TempDir()}
	const launches = 20
	handed := make(chan struct{}, launches)
	won := make(chan *Instance, launches)
	var wg sync.WaitGroup
	for range launches {
		wg.Go(func() {
			i, err := Take(at, []string{"x"}, func([]string, string) { handed <- struct{}{} })
			switch {
			case err == nil:
				won <- i
			case !errors.Is(err, ErrRunning):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(won) != 1 {
		t.Fatalf("%d winners", len(won))
	}
	for range launches - 1 {
		<-handed // each of the losers is heard; the test's own limit is the wait
	}
	if err := (<-won).Close(); err != nil {
		t.Error(err)
	}
}

func TestACrashFreesTheLock(t *testing.T) {
	if dir := os.Getenv("SINGLE_CRASH"); dir != "" {
		if _, err := Take(Place{Profile: dir}, nil, func([]string, string) {}); err != nil {
			os.Exit(3)
		}
		os.Stdout.WriteString("locked\n")
		select {} // until the parent kills it
	}
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^TestACrashFreesTheLock$")
	cmd.Env = append(os.Environ(), "SINGLE_CRASH="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 7)); err != nil {
		t.Fatal(err)
	}
	cmd.Process.Kill()
	cmd.Wait()
	i, err := Take(Place{Profile: dir}, nil, func([]string, string) {})
	if err != nil {
		t.Fatal(err)
	}
	i.Close()
}

func TestLongFolderNamesWork(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("папка", 20))
	runtime, err := os.MkdirTemp("", "r") // t.TempDir is itself too long here
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(runtime) })
	i, err := Take(Place{dir, runtime}, nil, func([]string, string) {})
	if err != nil {
		t.Fatal(err)
	}
	defer i.Close()
	if _, err := Take(Place{dir, runtime}, nil, nil); !errors.Is(err, ErrRunning) {
		t.Error(err)
	}
}

// killed leaves the socket that a program leaves which was killed: it is there, and
// nobody listens.
func killed(t *testing.T, at Place) {
	t.Helper()
	sock, err := socketPath(at)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.ListenUnix("unix", &net.UnixAddr{Name: sock, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	ln.SetUnlinkOnClose(false)
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(sock); err != nil {
		t.Fatal(err)
	}
}

func TestALoserWaitsForAWinnerThatDoesNotListenYet(t *testing.T) {
	for name, left := range map[string]func(t *testing.T, at Place){
		"after a kill": killed,
		"after an end": func(*testing.T, Place) {},
	} {
		t.Run(name, func(t *testing.T) {
			at := Place{Profile: t.TempDir()}
			left(t, at)
			lock, err := tryLock(filepath.Join(at.Profile, "lock")) // it has won, and has come no further
			if err != nil {
				t.Fatal(err)
			}
			sock, err := socketPath(at)
			if err != nil {
				t.Fatal(err)
			}
			got := make(chan []string, 1)
			var winner *Instance
			rests := 0
			_, err = take(at, []string{"x"}, nil, func() {
				if rests++; rests == 7 {
					winner = begin(lock, sock, func(args []string, _ string) { got <- args })
				}
			})
			if !errors.Is(err, ErrRunning) || rests != 7 {
				t.Fatalf("after %d rests: %v", rests, err)
			}
			if args := <-got; !slices.Equal(args, []string{"x"}) {
				t.Error(args)
			}
			if err := winner.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestALoserGetsWhatAWinnerThatDiedLeft(t *testing.T) {
	at := Place{Profile: t.TempDir()}
	lock, err := tryLock(filepath.Join(at.Profile, "lock"))
	if err != nil {
		t.Fatal(err)
	}
	killed(t, at)
	i, err := take(at, nil, func([]string, string) {}, func() { _ = lock.Close() })
	if err != nil {
		t.Fatal(err)
	}
	if err := i.Close(); err != nil {
		t.Error(err)
	}
}

func TestALoserDoesNotWaitForEver(t *testing.T) {
	at := Place{Profile: t.TempDir()}
	killed(t, at)
	lock, err := tryLock(filepath.Join(at.Profile, "lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	rests := 0
	if i, err := take(at, nil, nil, func() { rests++ }); !errors.Is(err, ErrSilent) || akno.CodeOf(err) != akno.Unavailable || i != nil {
		t.Error(err)
	}
	if rests != tries-1 {
		t.Errorf("%d rests", rests)
	}
}

func TestALaunchIsToldOfACommandThatHasTheProfile(t *testing.T) {
	at := Place{Profile: t.TempDir()}
	command, err := Take(at, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	rests := 0
	i, err := take(at, []string{"x"}, nil, func() { rests++ })
	if !errors.Is(err, ErrHeld) || akno.CodeOf(err) != akno.Unavailable || i != nil {
		t.Error(err)
	}
	if rests != brief-1 {
		t.Errorf("%d rests", rests)
	}
	rests = 0
	i, err = take(at, []string{"x"}, func([]string, string) {}, func() {
		if rests++; rests == 3 {
			_ = command.Close()
		}
	})
	if err != nil || rests != 3 {
		t.Fatalf("a command that ended after 3 rests keeps it out after %d: %v", rests, err)
	}
	if err := i.Close(); err != nil {
		t.Error(err)
	}
}

func TestALaunchIsAnsweredWhileAnotherIsWorkedOn(t *testing.T) {
	at := Place{Profile: t.TempDir()}
	const launches = 5
	started, done := make(chan struct{}), make(chan string, launches)
	first, err := Take(at, nil, func(args []string, _ string) {
		<-started // it reads a large profile, and shows nothing yet
		done <- args[0]
	})
	if err != nil {
		t.Fatal(err)
	}
	sock, err := socketPath(at)
	if err != nil {
		t.Fatal(err)
	}
	silent, err := net.Dial("unix", sock) // one that was stopped before it said anything
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	want := []string{}
	for n := range launches {
		want = append(want, strconv.Itoa(n))
		_, err := take(at, want[n:], nil, func() { t.Error("it has to try again") })
		if !errors.Is(err, ErrRunning) {
			t.Errorf("launch %d: %v", n, err)
		}
	}
	close(started)
	got := []string{}
	for range launches {
		got = append(got, <-done)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Error(got)
	}
	if err := first.Close(); err != nil {
		t.Error(err)
	}
}
