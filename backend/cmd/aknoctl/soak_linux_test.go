//go:build soak

package main

import "testing"

// TestTwoGigabytesCostNoMemory is TestLongFilesCostNoMemory with a file that no
// program could hold by mistake. It takes minutes and 4 GiB of disk.
func TestTwoGigabytesCostNoMemory(t *testing.T) { newLarge(t, 2<<30).everything() }
