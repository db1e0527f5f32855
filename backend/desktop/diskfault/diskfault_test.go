package diskfault

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"akno/backend/akno"
)

func TestAFaultOfTheDiskHasItsCodeHoweverItIsWrapped(t *testing.T) {
	_, missing := os.Open(filepath.Join(t.TempDir(), "none"))
	for _, c := range []struct {
		err  error
		want akno.Code
	}{
		{fmt.Errorf("save: %w", &fs.PathError{Op: "write", Path: "x", Err: full}), akno.DiskFull},
		{errors.Join(errors.New("a"), full), akno.DiskFull},
		{&os.SyscallError{Syscall: "write", Err: readOnly}, akno.ReadOnly},
		{&fs.PathError{Op: "open", Path: "x", Err: syscall.EACCES}, akno.ReadOnly},
		{missing, ""},
		{errors.New("disk full"), ""},
		{nil, ""},
	} {
		if got := Code(c.err); got != c.want {
			t.Errorf("%v: %q, want %q", c.err, got, c.want)
		}
	}
}
