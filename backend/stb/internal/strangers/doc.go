// Package strangers shows every parser of this tree files that it was not made
// for, and measures what that costs. Other people's signatures, lists and stamps
// must be read or refused cleanly: no panic, no hang, bounded time and memory.
package strangers
