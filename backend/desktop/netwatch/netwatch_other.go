//go:build !linux

package netwatch

import (
	"context"
	"sync"
)

// listen compares addresses from time to time.
func listen(ctx context.Context, signals chan<- struct{}) (stop func()) {
	var wait sync.WaitGroup
	wait.Go(func() { poll(ctx, signals) })
	return wait.Wait
}

// ways are not read here.
func ways() []string { return nil }
