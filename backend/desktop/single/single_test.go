package single

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
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
