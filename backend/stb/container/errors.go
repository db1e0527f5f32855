package container

import (
	"errors"
	"fmt"
)

var (
	// ErrPassword says that a container does not open: the password is wrong or the octets
	// are damaged, which cannot be told apart.
	ErrPassword = errors.New("container: wrong password or damaged container")
	// ErrFormat says that octets are not a key or container of any kind known here.
	ErrFormat = errors.New("container: not a key container")
	// ErrTooLarge says that a file is longer than MaxFile octets and was not looked at.
	ErrTooLarge = errors.New("container: file too large for a key container")
	// ErrShare says that a container opened and holds a partial secret, not a private key.
	ErrShare = errors.New("container: holds a partial secret, not a private key")
	// ErrNotShare says that a container opened and holds something else than a partial secret.
	ErrNotShare = errors.New("container: does not hold a partial secret")
	// ErrContent says that a container opened and what is inside is not a key of its curve.
	ErrContent = errors.New("container: contents are not a key")
)

// UnsupportedError says that a container was recognised but uses something outside of the
// standard's profile.
type UnsupportedError struct {
	// What names it: an algorithm, such as "belt-cfb128" or "2.16.840.1.101.3.4.1.42", or a
	// part of the structure, such as "salt of 16 octets".
	What string
}

// Error implements error.
func (e *UnsupportedError) Error() string { return "container: not supported: " + e.What }

// IterationsError says that the number of iterations of a container lies outside of
// MinIterations and MaxIterations.
type IterationsError struct {
	// N is the number found or asked for; numbers above 2^31-1 are given as that.
	N int
}

// Error implements error.
func (e *IterationsError) Error() string {
	return fmt.Sprintf("container: %d iterations, want %d to %d", e.N, MinIterations, MaxIterations)
}
