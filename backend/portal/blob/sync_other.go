//go:build !linux

package blob

import (
	"os"
	"runtime"
)

// dataSync brings f to the disk.
func dataSync(f *os.File) error { return f.Sync() }

// syncDir brings the names in folder dir to the disk. Windows keeps its folders
// by itself and refuses the request.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	return err
}
