// Package atomicfile replaces files as a whole: after a crash at any moment
// the file has either its old contents or its new ones.
package atomicfile

import (
	"fmt"
	"os"
	"path/filepath"
)

// Write puts data into the file at path with the permissions perm. When it
// returns nil the data are on disk under that name. The temporary file lies in
// the same folder and is removed on failure.
func Write(path string, data []byte, perm os.FileMode) error {
	return Build(path, perm, func(f *os.File) error {
		if _, err := f.Write(data); err != nil {
			return fmt.Errorf("atomicfile: %w", err)
		}
		return nil
	})
}

// Build is Write for what is too long to be held: fill writes the file, which is
// empty and has another name until it is done. An error of fill is returned as it
// is, and nothing is left.
func Build(path string, perm os.FileMode, fill func(f *os.File) error) (err error) {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".akno-*")
	if err != nil {
		return fmt.Errorf("atomicfile: %w", err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if err = fill(f); err != nil {
		return err
	}
	if err = f.Chmod(perm); err != nil {
		return fmt.Errorf("atomicfile: %w", err)
	}
	if err = f.Sync(); err != nil {
		return fmt.Errorf("atomicfile: %w", err)
	}
	if err = f.Close(); err != nil {
		return fmt.Errorf("atomicfile: %w", err)
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("atomicfile: %w", err)
	}
	return syncDir(dir)
}

// Create is Write for a file that must not exist yet; it returns an error
// that is fs.ErrExist when it does.
func Create(path string, data []byte, perm os.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return fmt.Errorf("atomicfile: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("atomicfile: %w", err)
	}
	if err := Write(path, data, perm); err != nil {
		os.Remove(path)
		return err
	}
	return nil
}
