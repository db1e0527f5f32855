package portalapi

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// RowSum is the part of one record in the checksum of an account's records: the
// first eight octets of the SHA-256 of its kind, id and version. The checksum is
// the sum of all of them modulo 2^64, so that a record is put in and taken out in
// any order.
func RowSum(kind, id string, version int64) uint64 {
	h := sha256.Sum256(fmt.Appendf(nil, "%s|%s|%d", kind, id, version))
	return binary.BigEndian.Uint64(h[:8])
}

// Checksum is how a sum of RowSum is written: 16 digits of hex.
func Checksum(sum uint64) string { return fmt.Sprintf("%016x", sum) }
