// Package scrub keeps secrets where they belong: it wipes the part of the stack that functions which
// returned have used, where no variable leads any more, and keeps package fmt from printing what holds a secret.
package scrub

// room is more than the deepest chain of calls of the packages of this tree needs below a function that wipes.
const room = 4 << 10

// Stack writes over the part of the stack that its caller's callees have used: the registers that the compiler
// put there hold words of secrets. Called before a secret comes in as well, it makes the stack long
// enough, so that none with a secret on it is moved and left behind.
//
//go:noinline
func Stack() { spill(new([room]byte)) }

// spill keeps the room from being left out.
//
//go:noinline
func spill(*[room]byte) {}
