//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package main

import "golang.org/x/sys/unix"

// The requests that read and set the modes of a terminal.
const getTermios, setTermios = unix.TIOCGETA, unix.TIOCSETA
