// Package der holds the small pieces of the distinguished encoding rules that
// golang.org/x/crypto/cryptobyte leaves open: calendar-checked times, algorithm
// identifiers kept octet for octet, minimal INTEGER contents and the order of
// SET OF. Reading is strict: whatever is not DER is refused.
package der

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

// ErrEncoding says that octets are not the DER form of what was expected.
var ErrEncoding = errors.New("der: not in distinguished encoding")

// Context returns the identifier octet of the primitive context tag n.
func Context(n uint8) tag.Tag { return tag.Tag(n).ContextSpecific() }

// Explicit returns the identifier octet of the constructed context tag n.
func Explicit(n uint8) tag.Tag { return tag.Tag(n).ContextSpecific().Constructed() }

// Algorithm is an AlgorithmIdentifier as it was encoded.
type Algorithm struct {
	// OID names the algorithm.
	OID asn1.ObjectIdentifier
	// Params is the whole parameters element; empty when it is absent.
	Params []byte
	// Raw is the whole AlgorithmIdentifier.
	Raw []byte
}

// NullParams reports whether the parameters are the element NULL.
func (a Algorithm) NullParams() bool { return bytes.Equal(a.Params, []byte{5, 0}) }

// PlainParams reports whether the parameters are absent or NULL, the two forms
// met for algorithms that take no parameters.
func (a Algorithm) PlainParams() bool { return len(a.Params) == 0 || a.NullParams() }

// ReadAlgorithm reads an AlgorithmIdentifier: an OID and at most one element of
// parameters, nothing more.
func ReadAlgorithm(s *cryptobyte.String, out *Algorithm) bool {
	var raw, body cryptobyte.String
	if !s.ReadASN1Element(&raw, tag.SEQUENCE) {
		return false
	}
	out.Raw = raw
	inner := raw
	if !inner.ReadASN1(&body, tag.SEQUENCE) || !body.ReadASN1ObjectIdentifier(&out.OID) {
		return false
	}
	out.Params = nil
	if body.Empty() {
		return true
	}
	var params cryptobyte.String
	var t tag.Tag
	if !body.ReadAnyASN1Element(&params, &t) || !body.Empty() {
		return false
	}
	out.Params = params
	return true
}

// AddAlgorithm writes an AlgorithmIdentifier with the parameters NULL.
func AddAlgorithm(b *cryptobyte.Builder, oid asn1.ObjectIdentifier) {
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid)
		b.AddASN1NULL()
	})
}

// OID returns the DER element of an object identifier. It panics on an
// identifier that cannot exist, which only a constant of the program can be.
func OID(oid asn1.ObjectIdentifier) []byte {
	var b cryptobyte.Builder
	b.AddASN1ObjectIdentifier(oid)
	return b.BytesOrPanic()
}

// Integer checks the contents octets of an INTEGER for the shortest form and
// reports whether the number is negative.
func Integer(body []byte) (negative bool, err error) {
	if len(body) == 0 {
		return false, ErrEncoding
	}
	if len(body) > 1 && (body[0] == 0 && body[1] < 0x80 || body[0] == 0xff && body[1] >= 0x80) {
		return false, ErrEncoding
	}
	return body[0] >= 0x80, nil
}

// Unsigned returns the contents octets of the INTEGER whose big-endian
// magnitude is given.
func Unsigned(magnitude []byte) []byte {
	m := bytes.TrimLeft(magnitude, "\x00")
	if len(m) == 0 {
		return []byte{0}
	}
	if m[0] >= 0x80 {
		return append([]byte{0}, m...)
	}
	return bytes.Clone(m)
}

// AddElement writes an element with ready contents octets.
func AddElement(b *cryptobyte.Builder, t tag.Tag, body []byte) {
	b.AddASN1(t, func(b *cryptobyte.Builder) { b.AddBytes(body) })
}

// Element returns the DER element with identifier octet t and the given
// contents octets.
func Element(t tag.Tag, body []byte) []byte {
	var b cryptobyte.Builder
	AddElement(&b, t, body)
	return b.BytesOrPanic()
}

// SortSet puts encoded elements in the ascending order that DER wants of SET OF
// (ITU-T X.690, 11.6: shorter encodings are padded with zero octets).
func SortSet(elements [][]byte) { slices.SortStableFunc(elements, compareElements) }

func compareElements(a, b []byte) int {
	n := min(len(a), len(b))
	if c := bytes.Compare(a[:n], b[:n]); c != 0 {
		return c
	}
	// Padding with zeros makes a longer element greater only where its tail is
	// not zero; complete DER elements never are prefixes of one another.
	return len(a) - len(b)
}
