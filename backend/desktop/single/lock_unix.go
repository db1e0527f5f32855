//go:build unix

package single

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

var (
	errLocked   = errors.New("locked")
	errNotOwned = errors.New("single: socket folder belongs to somebody else")
)

func tryLock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errLocked
		}
		return nil, err
	}
	return f, nil
}

func ownedByUs(dir string) error {
	st, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	sys, ok := st.Sys().(*syscall.Stat_t)
	if !ok || int(sys.Uid) != os.Getuid() || st.Mode().Perm() != 0o700 || st.Mode().Type() != fs.ModeDir {
		return errNotOwned
	}
	return nil
}
