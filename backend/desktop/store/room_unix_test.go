//go:build unix

package store

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"akno/backend/akno"
	"akno/backend/internal/clock"
)

// TestADiskWithoutRoomIsNamedAndLosesNothing takes the room away from a process
// of its own by the limit on the length of files, which is a limit of the whole
// process. What the real disk answers differs in its number only; build/small_disk.sh
// tries that too.
func TestADiskWithoutRoomIsNamedAndLosesNothing(t *testing.T) {
	if dir := os.Getenv("STORE_ROOM"); dir != "" {
		writeWithoutRoom(t, dir)
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestADiskWithoutRoomIsNamedAndLosesNothing$", "-test.v")
	cmd.Env = append(os.Environ(), "STORE_ROOM="+t.TempDir())
	out, err := cmd.CombinedOutput() // the other process cannot say more than a pipe holds
	if err != nil || !strings.Contains(string(out), "all of it was tried") {
		t.Errorf("%v\n%s", err, out)
	}
}

func writeWithoutRoom(t *testing.T, dir string) {
	var free syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &free); err != nil {
		t.Fatal(err)
	}
	room := func(octets uint64) {
		t.Helper()
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: octets, Max: free.Max}); err != nil {
			t.Fatal(err)
		}
	}
	db := openAt(t, dir)
	sum, _, err := db.Blobs().Put(strings.NewReader("до"), 100)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.SetSetting(t.Context(), "a", 1); err != nil {
		t.Fatal(err)
	}
	for _, octets := range []uint64{0, 1, 4096, 5000} { // nothing, and parts of a block
		room(octets)
		for range 3 {
			if err := db.SetSetting(t.Context(), "a", strings.Repeat("x", 100_000)); akno.CodeOf(err) != akno.DiskFull {
				t.Errorf("%d octets of room, a row: %v", octets, err)
			}
		}
		if _, _, err := db.Blobs().Put(strings.NewReader(strings.Repeat("x", 100_000)), 1<<20); akno.CodeOf(err) != akno.DiskFull {
			t.Errorf("%d octets of room, a file: %v", octets, err)
		}
		if err := db.Keep(t.Context(), clock.System()); akno.CodeOf(err) != akno.DiskFull {
			t.Errorf("%d octets of room, a copy: %v", octets, err)
		}
		a := 0
		if err := db.Setting(t.Context(), "a", &a); err != nil || a != 1 {
			t.Errorf("%d octets of room: what was there reads as %d, %v", octets, a, err)
		}
		room(free.Cur)
	}
	if err := db.SetSetting(t.Context(), "b", 2); err != nil {
		t.Errorf("there is room again: %v", err)
	}
	closeDB(t, db)
	db = openAt(t, dir)
	a, b := 0, 0
	if err := db.Setting(t.Context(), "a", &a); err != nil || a != 1 {
		t.Errorf("%d %v", a, err)
	}
	if err := db.Setting(t.Context(), "b", &b); err != nil || b != 2 {
		t.Errorf("%d %v", b, err)
	}
	if data, err := db.Blobs().Read(sum); err != nil || string(data) != "до" {
		t.Errorf("%q %v", data, err)
	}
	entries, err := os.ReadDir(dir + "/" + blobsName + "/tmp")
	if err != nil || len(entries) > 0 {
		t.Errorf("files that had no room are left: %v %v", entries, err)
	}
	closeDB(t, db)
	fmt.Println("all of it was tried")
}
