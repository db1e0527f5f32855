//go:build unix

package diskfault

import "syscall"

const (
	full     = syscall.EDQUOT
	readOnly = syscall.EROFS
)
