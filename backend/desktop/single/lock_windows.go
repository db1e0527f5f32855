package single

import (
	"errors"
	"os"
	"syscall"
)

var errLocked = errors.New("locked")

const errSharingViolation syscall.Errno = 32

// tryLock opens the file with no sharing at all: nobody else can open it until
// this process ends.
func tryLock(path string) (*os.File, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	h, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil,
		syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if errors.Is(err, errSharingViolation) {
		return nil, errLocked
	}
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(h), path), nil
}

// ownedByUs has nothing to check: the temporary folder is the user's own.
func ownedByUs(string) error { return nil }
