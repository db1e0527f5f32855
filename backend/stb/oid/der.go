package oid

import "encoding/asn1"

// DER returns the complete DER of an identifier: tag 06, length, content. That is the form
// in which bign hashes the identifier of a hash function into a signature (STB 34.101.45,
// clause 7.1). It returns nil when id is not an identifier: fewer than two arcs, a
// negative one, a first above 2, or a second above 39 under 0 or 1.
func DER(id asn1.ObjectIdentifier) []byte {
	if len(id) < 2 || id[0] < 0 || id[0] > 2 || id[1] < 0 || (id[0] < 2 && id[1] > 39) {
		return nil
	}
	body := appendArc(make([]byte, 0, 16), uint64(id[0])*40+uint64(id[1]))
	for _, v := range id[2:] {
		if v < 0 {
			return nil
		}
		body = appendArc(body, uint64(v))
	}
	if len(body) > 127 {
		return nil
	}
	return append([]byte{6, byte(len(body))}, body...)
}

// appendArc appends v in base 128, most significant digit first.
func appendArc(b []byte, v uint64) []byte {
	n := 0
	for w := v >> 7; w > 0; w >>= 7 {
		n++
	}
	for ; n > 0; n-- {
		b = append(b, byte(v>>(7*n))|0x80)
	}
	return append(b, byte(v&0x7f))
}

// DER of the identifiers of hash functions, as bign hashes them. Callers do not change
// the slices.
var (
	// BeltHashDER is the DER of BeltHash, 11 octets.
	BeltHashDER = DER(BeltHash)
	// Bash256DER is the DER of Bash256, 11 octets.
	Bash256DER = DER(Bash256)
	// Bash384DER is the DER of Bash384, 11 octets.
	Bash384DER = DER(Bash384)
	// Bash512DER is the DER of Bash512, 11 octets.
	Bash512DER = DER(Bash512)
)
