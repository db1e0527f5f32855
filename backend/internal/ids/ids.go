// Package ids makes the identifiers of records. An identifier is made where
// the thing is born, so that a retry repeats it and is harmless.
package ids

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"time"
)

// New returns a UUIDv7 (RFC 9562, 5.7) as text of 36 characters: 48 bits of
// now in milliseconds, then 74 random bits. Identifiers made later sort later.
func New(now time.Time) string {
	var b [16]byte
	ms := now.UnixMilli()
	binary.BigEndian.PutUint32(b[0:], uint32(ms>>16))
	binary.BigEndian.PutUint16(b[4:], uint16(ms))
	rand.Read(b[6:]) // crypto/rand never fails
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// Valid reports whether s has the form of an identifier made by New: lower
// case, version 7, variant 10.
func Valid(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		case 14:
			if c != '7' {
				return false
			}
		case 19:
			if c != '8' && c != '9' && c != 'a' && c != 'b' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
				return false
			}
		}
	}
	return true
}
