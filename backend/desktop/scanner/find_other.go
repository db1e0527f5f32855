//go:build !windows

package scanner

import "os/exec"

// Find looks for the system's scanning program; nil if there is none.
func Find() Driver {
	if s := findSANE(); s != nil {
		return s
	}
	return nil
}

// hide has no console window to hide.
func hide(*exec.Cmd) {}
