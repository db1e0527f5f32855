package netwatch

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// listen signals whatever the kernel tells of links, addresses and ways; stop waits
// until it has ended, for which ctx must have.
func listen(ctx context.Context, signals chan<- struct{}) (stop func()) {
	var wait sync.WaitGroup
	f, err := open()
	if err != nil { // a sandbox without the socket
		wait.Go(func() { poll(ctx, signals) })
		return wait.Wait
	}
	unwatch := context.AfterFunc(ctx, func() { _ = f.Close() }) // wakes the reader
	wait.Go(func() {
		defer unwatch()
		heard(f, signals)
		poll(ctx, signals) // ends at once with ctx
	})
	return wait.Wait
}

// open opens a socket on which the kernel tells of changes.
func open() (*os.File, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, err
	}
	const groups = unix.RTMGRP_LINK | unix.RTMGRP_IPV4_IFADDR | unix.RTMGRP_IPV6_IFADDR | unix.RTMGRP_IPV4_ROUTE | unix.RTMGRP_IPV6_ROUTE
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: groups}); err != nil {
		return nil, errors.Join(err, unix.Close(fd))
	}
	return os.NewFile(uintptr(fd), "netlink"), nil
}

// heard signals every message until the socket is closed or breaks. What a message
// says does not matter: the state is read anew.
func heard(f *os.File, signals chan<- struct{}) {
	buf := make([]byte, 1<<16)
	for {
		_, err := f.Read(buf)
		if err != nil && !errors.Is(err, unix.ENOBUFS) { // that many at once were lost, which is a signal too
			return
		}
		signal(signals)
	}
}

// ways are the default routes of IPv4: a computer may change its network and keep
// its address.
func ways() []string {
	text, err := os.ReadFile("/proc/net/route")
	if err != nil {
		return nil
	}
	var out []string
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line) // interface, destination, gateway, …
		if len(f) > 2 && f[1] == "00000000" {
			out = append(out, "way "+f[0]+" "+f[2])
		}
	}
	return out
}
