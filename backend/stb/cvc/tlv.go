package cvc

import (
	"encoding/asn1"

	"akno/backend/stb/internal/der"
)

// Tags, one or two octets (STB 34.101.79; those of ISO/IEC 7816-6).
const (
	tagCertificate = 0x7F21
	tagBody        = 0x7F4E
	tagVersion     = 0x5F29
	tagAuthority   = 0x42
	tagPublicKey   = 0x7F49
	tagHolder      = 0x5F20
	tagRights      = 0x7F4C
	tagFrom        = 0x5F25
	tagUntil       = 0x5F24
	tagExtensions  = 0x65
	tagExtension   = 0x73
	tagSignature   = 0x5F37

	tagBitString   = 0x03
	tagOctetString = 0x04
	tagOID         = 0x06
	tagSequence    = 0x30
)

// cursor reads elements of DER one after another. Once something is wrong it
// stays wrong and reads nothing.
type cursor struct {
	rest []byte
	bad  bool
}

// next reads an element; whole includes its tag and length.
func (c *cursor) next(tag int) (body, whole []byte) {
	if !c.at(tag) {
		c.bad = true
		return nil, nil
	}
	head := 1
	if tag > 0xFF {
		head = 2
	}
	length, size := derLength(c.rest[head:])
	if size == 0 || length > len(c.rest)-head-size {
		c.bad = true
		return nil, nil
	}
	whole = c.rest[:head+size+length]
	c.rest = c.rest[len(whole):]
	return whole[head+size:], whole
}

// at says whether an element of this tag follows.
func (c *cursor) at(tag int) bool {
	if c.bad || len(c.rest) < 3 {
		return false
	}
	if tag > 0xFF {
		return int(c.rest[0])<<8|int(c.rest[1]) == tag
	}
	return int(c.rest[0]) == tag
}

// within returns a cursor over the body of the next element.
func (c *cursor) within(tag int) *cursor {
	body, _ := c.next(tag)
	return &cursor{rest: body, bad: c.bad}
}

// end demands that nothing follows, and hands a fault in sub to c.
func (c *cursor) end(sub *cursor) {
	if sub.bad || len(sub.rest) > 0 {
		c.bad = true
	}
}

// oid demands an identifier.
func (c *cursor) oid(id asn1.ObjectIdentifier) {
	if _, whole := c.next(tagOID); c.bad || string(whole) != string(der.OID(id)) {
		c.bad = true
	}
}

// derLength reads a length in its shortest form, of at most two octets after the
// first; size is 0 for anything else.
func derLength(b []byte) (length, size int) {
	switch {
	case len(b) >= 1 && b[0] < 0x80:
		return int(b[0]), 1
	case len(b) >= 2 && b[0] == 0x81 && b[1] >= 0x80:
		return int(b[1]), 2
	case len(b) >= 3 && b[0] == 0x82 && b[1] != 0:
		return int(b[1])<<8 | int(b[2]), 3
	}
	return 0, 0
}

// element makes an element; its body is shorter than 64 KiB.
func element(tag int, bodies ...[]byte) []byte {
	length := 0
	for _, b := range bodies {
		length += len(b)
	}
	var out []byte
	if tag > 0xFF {
		out = append(out, byte(tag>>8))
	}
	out = append(out, byte(tag))
	switch {
	case length < 0x80:
		out = append(out, byte(length))
	case length < 0x100:
		out = append(out, 0x81, byte(length))
	default:
		out = append(out, 0x82, byte(length>>8), byte(length))
	}
	for _, b := range bodies {
		out = append(out, b...)
	}
	return out
}
