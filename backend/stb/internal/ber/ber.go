// Package ber reads the basic encoding rules as strangers write them into CMS:
// indefinite lengths, strings in pieces, lengths longer than needed. It only
// walks over octets and never copies them unless asked for contents in one
// piece. Depth and number of children are limited, so the work on any input
// is bounded by its length times MaxDepth.
package ber

import (
	"errors"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

// MaxDepth is the deepest nesting that is read.
const MaxDepth = 32

var (
	// ErrMalformed says that octets are not an element of BER.
	ErrMalformed = errors.New("ber: malformed element")
	// ErrLimit says that the nesting or the number of elements exceeds what is
	// read.
	ErrLimit = errors.New("ber: too deep or too many elements")
)

// Element is one element of BER.
type Element struct {
	// Tag is the identifier octet.
	Tag tag.Tag
	// Raw is the whole element, with its end-of-contents octets if it has them.
	Raw []byte
	// Body is the contents octets, without end-of-contents octets.
	Body  []byte
	depth int
	der   bool
}

const constructed = 0x20

// Constructed reports whether the element consists of elements.
func (e Element) Constructed() bool { return e.Tag&constructed != 0 }

// Read takes the first element off the input and returns the octets after it.
func Read(in []byte) (e Element, rest []byte, err error) { return read(in, 0) }

func read(in []byte, depth int) (Element, []byte, error) {
	if depth > MaxDepth {
		return Element{}, nil, ErrLimit
	}
	if len(in) < 2 || in[0]&0x1f == 0x1f || in[0] == 0 {
		return Element{}, nil, ErrMalformed
	}
	e := Element{Tag: tag.Tag(in[0]), depth: depth, der: true}
	if in[1] == 0x80 {
		return readIndefinite(e, in)
	}
	head, n, minimal, ok := length(in)
	if !ok {
		return Element{}, nil, ErrMalformed
	}
	e.der = minimal
	e.Raw, e.Body = in[:head+n], in[head:head+n]
	return e, in[head+n:], nil
}

// length reads a definite length and reports whether it has the DER form.
func length(in []byte) (head, n int, minimal, ok bool) {
	if in[1] < 0x80 {
		n = int(in[1])
		return 2, n, true, n <= len(in)-2
	}
	k := int(in[1] & 0x7f)
	if k > len(in)-2 || k == 0x7f {
		return 0, 0, false, false
	}
	octets := in[2 : 2+k]
	minimal = octets[0] != 0
	for len(octets) > 0 && octets[0] == 0 {
		octets = octets[1:]
	}
	if len(octets) > 4 {
		return 0, 0, false, false
	}
	for _, c := range octets {
		n = n<<8 | int(c)
	}
	return 2 + k, n, minimal && n >= 0x80, n <= len(in)-2-k
}

func readIndefinite(e Element, in []byte) (Element, []byte, error) {
	if !e.Constructed() {
		return Element{}, nil, ErrMalformed
	}
	rest := in[2:]
	for {
		if len(rest) >= 2 && rest[0] == 0 && rest[1] == 0 {
			n := len(in) - len(rest)
			e.der, e.Raw, e.Body = false, in[:n+2], in[2:n]
			return e, rest[2:], nil
		}
		var err error
		if _, rest, err = read(rest, e.depth+1); err != nil {
			return Element{}, nil, err
		}
	}
}

// Children returns the elements inside a constructed element, at most limit of
// them.
func (e Element) Children(limit int) ([]Element, error) {
	if !e.Constructed() {
		return nil, ErrMalformed
	}
	var out []Element
	for rest := e.Body; len(rest) > 0; {
		if len(out) == limit {
			return nil, ErrLimit
		}
		var child Element
		var err error
		if child, rest, err = read(rest, e.depth+1); err != nil {
			return nil, err
		}
		out = append(out, child)
	}
	return out, nil
}

// Octets returns the value of an OCTET STRING, the element itself possibly
// under an implicit tag: its contents octets, or those of its pieces joined.
func (e Element) Octets() ([]byte, error) {
	if !e.Constructed() {
		return e.Body, nil
	}
	var out []byte
	err := e.pieces(func(piece []byte) { out = append(out, piece...) })
	if err != nil {
		return nil, err
	}
	return out, nil
}

// pieces gives the octets of each piece of a string in turn.
func (e Element) pieces(take func(piece []byte)) error {
	for rest := e.Body; len(rest) > 0; {
		piece, tail, err := read(rest, e.depth+1)
		if err != nil {
			return err
		}
		rest = tail
		switch piece.Tag {
		case tag.OCTET_STRING:
			take(piece.Body)
		case tag.OCTET_STRING | constructed:
			if err := piece.pieces(take); err != nil {
				return err
			}
		default:
			return ErrMalformed
		}
	}
	return nil
}

// DER returns the element with definite shortest lengths everywhere and OCTET
// STRINGs in one piece. The order of sets is not touched. An element that has
// this form already is returned as it is, without a copy. Otherwise the one copy
// of an element below 64 KiB is the result: who wipes it leaves none of a secret.
func (e Element) DER() ([]byte, error) {
	if same, err := e.isDER(); err != nil || same {
		return e.Raw, err
	}
	// Below 64 KiB no element is longer in its DER form, so this does not grow.
	buf := make([]byte, 0, len(e.Raw))
	b := cryptobyte.NewBuilder(buf)
	if err := e.write(b); err != nil {
		clear(buf[:cap(buf)])
		return nil, err
	}
	return b.Bytes()
}

func (e Element) isDER() (bool, error) {
	if !e.der {
		return false, nil
	}
	if !e.Constructed() {
		return true, nil
	}
	if e.Tag == tag.OCTET_STRING|constructed {
		return false, nil
	}
	for rest := e.Body; len(rest) > 0; {
		child, tail, err := read(rest, e.depth+1)
		if err != nil {
			return false, err
		}
		rest = tail
		if same, err := child.isDER(); err != nil || !same {
			return false, err
		}
	}
	return true, nil
}

func (e Element) write(b *cryptobyte.Builder) error {
	if e.Tag == tag.OCTET_STRING|constructed {
		var failed error
		b.AddASN1(tag.OCTET_STRING, func(b *cryptobyte.Builder) { failed = e.pieces(b.AddBytes) })
		return failed
	}
	var failed error
	b.AddASN1(e.Tag, func(b *cryptobyte.Builder) {
		if !e.Constructed() {
			b.AddBytes(e.Body)
			return
		}
		for rest := e.Body; len(rest) > 0 && failed == nil; {
			var child Element
			if child, rest, failed = read(rest, e.depth+1); failed == nil {
				failed = child.write(b)
			}
		}
	})
	return failed
}
