//go:build !linux && !headless

package main

// prepareEnvironment has nothing to prepare here.
func prepareEnvironment() {}
