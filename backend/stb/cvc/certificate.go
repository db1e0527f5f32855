package cvc

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"akno/backend/stb/bign"
	"akno/backend/stb/oid"
	"akno/backend/stb/pki"
)

const (
	eidLength   = 5 // octets of the rights to eID
	esignLength = 2 // octets of the rights to eSign
	minName     = 8 // characters of a name
	maxName     = 12
	dateLength  = 6   // octets of a date
	maxSize     = 512 // octets of a certificate; the longest has 365
)

var (
	// ErrMalformed says that octets are not what they should be.
	ErrMalformed = errors.New("cvc: malformed")
	// ErrSignature says that a signature does not verify.
	ErrSignature = errors.New("cvc: the signature does not verify")
)

func malformed(what string) error { return fmt.Errorf("%w: %s", ErrMalformed, what) }

// Certificate is a card-verifiable certificate, or a request for one, which is
// signed by the key that it holds.
type Certificate struct {
	// Raw is the whole certificate and RawBody the part that is signed.
	Raw, RawBody []byte
	// Authority and Holder are names of 8 to 12 characters.
	Authority, Holder string
	// PublicKey is the holder's key.
	PublicKey *bign.PublicKey
	// From and Until are the first and the last day in force, at 00:00 UTC.
	From, Until time.Time
	// EID are the rights to the application eID, 5 octets, and ESign those to
	// eSign, 2 octets; nil grants none.
	EID, ESign []byte
	// Signature is S0‖S1 of 48, 72 or 96 octets by the authority.
	Signature []byte
}

// Is says whether octets begin as a certificate does. They may still be
// malformed.
func Is(data []byte) bool { return len(data) > 2 && data[0] == 0x7F && data[1] == 0x21 }

// Parse reads one certificate in DER with nothing after it. The error is
// ErrMalformed, also for a key that is not on its curve. The signature is not
// checked.
func Parse(data []byte) (*Certificate, error) {
	c := &cursor{rest: data}
	cert, err := read(c)
	if err == nil && len(c.rest) > 0 {
		err = malformed("octets after the certificate")
	}
	return cert, err
}

// read reads the next certificate.
func read(in *cursor) (*Certificate, error) {
	body, raw := in.next(tagCertificate)
	if in.bad || len(raw) > maxSize {
		return nil, malformed("certificate")
	}
	out := &Certificate{Raw: bytes.Clone(raw)}
	outer := &cursor{rest: body}
	content, rawBody := outer.next(tagBody)
	signature, _ := outer.next(tagSignature)
	if in.end(outer); in.bad {
		return nil, malformed("certificate")
	}
	out.RawBody, out.Signature = bytes.Clone(rawBody), bytes.Clone(signature)
	switch len(signature) {
	case 48, 72, 96:
	default:
		return nil, malformed("signature")
	}
	return out, out.readBody(&cursor{rest: content})
}

func (c *Certificate) readBody(in *cursor) error {
	if version, _ := in.next(tagVersion); in.bad || !bytes.Equal(version, []byte{0}) {
		return malformed("version")
	}
	authority, _ := in.next(tagAuthority)
	key := in.within(tagPublicKey)
	key.oid(oid.BignPubKey)
	bits, _ := key.next(tagBitString)
	in.end(key)
	holder, _ := in.next(tagHolder)
	if in.bad || !isName(authority) || !isName(holder) {
		return malformed("names or key")
	}
	c.Authority, c.Holder = string(authority), string(holder)
	if in.at(tagRights) {
		c.EID = readRights(in, oid.EIDAccess, eidLength)
	}
	from, _ := in.next(tagFrom)
	until, _ := in.next(tagUntil)
	if in.at(tagExtensions) {
		all := in.within(tagExtensions)
		one := all.within(tagExtension)
		one.oid(oid.SignAuthExt)
		c.ESign = readRights(one, oid.ESignAccess, esignLength)
		all.end(one)
		in.end(all)
	}
	if in.bad || len(in.rest) > 0 {
		return malformed("body")
	}
	var ok1, ok2 bool
	c.From, ok1 = readDate(from)
	c.Until, ok2 = readDate(until)
	if !ok1 || !ok2 || c.Until.Before(c.From) {
		return malformed("dates")
	}
	var err error
	c.PublicKey, err = readKey(bits)
	return err
}

// readRights reads a word of rights of so many octets.
func readRights(in *cursor, id []int, length int) []byte {
	rights := in.within(tagRights)
	rights.oid(id)
	word, _ := rights.next(tagOctetString)
	if len(word) != length {
		rights.bad = true
	}
	in.end(rights)
	return bytes.Clone(word)
}

// readKey reads a BIT STRING with a public key; its length tells the curve.
func readKey(bits []byte) (*bign.PublicKey, error) {
	if len(bits) == 0 || bits[0] != 0 {
		return nil, malformed("key")
	}
	for _, name := range []string{"bign-curve256v1", "bign-curve384v1", "bign-curve512v1"} {
		if curve := bign.CurveByName(name); len(bits)-1 == 2*curve.Size() {
			key, err := bign.NewPublicKey(curve, bits[1:])
			if err != nil {
				return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
			}
			return key, nil
		}
	}
	return nil, malformed("key")
}

// isName accepts 8 to 12 characters of PrintableString.
func isName(b []byte) bool {
	for _, x := range b {
		switch {
		case 'A' <= x && x <= 'Z', 'a' <= x && x <= 'z', '0' <= x && x <= '9':
		case bytes.IndexByte([]byte(" '()+,-./:=?"), x) >= 0:
		default:
			return false
		}
	}
	return minName <= len(b) && len(b) <= maxName
}

// readDate reads the six digits YYMMDD of this century, an octet each.
func readDate(b []byte) (time.Time, bool) {
	if len(b) != dateLength {
		return time.Time{}, false
	}
	for _, x := range b {
		if x > 9 {
			return time.Time{}, false
		}
	}
	year, month, day := 2000+10*int(b[0])+int(b[1]), 10*int(b[2])+int(b[3]), 10*int(b[4])+int(b[5])
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return t, t.Month() == time.Month(month) && t.Day() == day && month > 0
}

// writeDate is the opposite of readDate; nil for a day of another century.
func writeDate(t time.Time) []byte {
	t = t.UTC()
	y, m, d := t.Year()-2000, int(t.Month()), t.Day()
	if y < 0 || y > 99 {
		return nil
	}
	return []byte{byte(y / 10), byte(y % 10), byte(m / 10), byte(m % 10), byte(d / 10), byte(d % 10)}
}

// Equal compares two certificates octet for octet.
func (c *Certificate) Equal(o *Certificate) bool { return bytes.Equal(c.Raw, o.Raw) }

// IsAuthority says whether the holder is named as an authority is; cards and
// terminals are named by their numbers.
func (c *Certificate) IsAuthority() bool { return strings.HasPrefix(c.Holder, authorityPrefix) }

// CheckSignatureBy verifies the signature by the key of an authority, whose level
// decides about the hash algorithm; the certificate's own key checks a request.
// The error is ErrSignature.
func (c *Certificate) CheckSignatureBy(key *bign.PublicKey) error {
	h := pki.AlgorithmFor(key).Hash
	if !key.Verify(h.OIDDER(), h.Sum(c.RawBody), c.Signature) {
		return ErrSignature
	}
	return nil
}

// InForce says whether a time is on a day between From and Until, by UTC.
func (c *Certificate) InForce(at time.Time) bool {
	return !at.Before(c.From) && at.Before(c.Until.AddDate(0, 0, 1))
}
