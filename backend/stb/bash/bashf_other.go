//go:build !amd64 || purego

package bash

// permute is bash-f on words (clause 6.2).
func permute(s *[24]uint64) { permutePlain(s) }
