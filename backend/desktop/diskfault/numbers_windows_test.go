package diskfault

const (
	full     = errDiskFull
	readOnly = errWriteProtect
)
