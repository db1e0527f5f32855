//go:build !headless

package main

import (
	"os"
	"syscall"
)

// prepareEnvironment sets what must be set before GTK starts.
//
// WebKit's DMA-BUF renderer is turned off where the NVIDIA kernel module is
// loaded and the person has not chosen otherwise: windows stay blank there
// (wails#2977, wails#4985). No core file is written when the program dies: it
// would hold what was typed.
func prepareEnvironment() {
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
	const off = "WEBKIT_DISABLE_DMABUF_RENDERER"
	if _, set := os.LookupEnv(off); set {
		return
	}
	if _, err := os.Stat("/sys/module/nvidia"); err == nil {
		_ = os.Setenv(off, "1")
	}
}
