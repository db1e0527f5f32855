package blob

import (
	"os"

	"golang.org/x/sys/unix"
)

// dataSync brings the octets of f and its length to the disk; the time of the
// last change, which nobody reads back, may stay behind.
func dataSync(f *os.File) error {
	for {
		err := unix.Fdatasync(int(f.Fd()))
		if err != unix.EINTR {
			return err
		}
	}
}

// syncDir brings the names in folder dir to the disk.
func syncDir(dir string) error {
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
