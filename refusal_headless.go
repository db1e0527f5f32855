//go:build headless

package main

// refuse shows nothing more than what was printed: who starts a program that is
// shown in a browser reads that.
func refuse(error) {}
