package scanner

import (
	"os/exec"
	"syscall"
)

// Find looks for the system's way to its scanners; nil if there is none.
func Find() Driver {
	if w := findWIA("powershell.exe"); w != nil {
		return w
	}
	return nil
}

// hide keeps the program's console from flashing over ours.
func hide(cmd *exec.Cmd) {
	const createNoWindow = 0x08000000
	cmd.SysProcAttr = &syscall.SysProcAttr{HideWindow: true, CreationFlags: createNoWindow}
}
