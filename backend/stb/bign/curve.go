package bign

import (
	"encoding/asn1"
	"errors"
	"slices"

	"akno/backend/stb/internal/curve"
	"akno/backend/stb/internal/mp"
	"akno/backend/stb/oid"
)

// maxSize is the number of octets of the longest coordinate.
const maxSize = 64

// Errors of the package. Those about keys and tokens tell no more than their names, so
// that they are safe to pass on.
var (
	// ErrPublicKey says that octets are not a public key: wrong length, a coordinate that is not
	// below the prime, or a point that is not on the curve.
	ErrPublicKey = errors.New("bign: not a public key of this curve")
	// ErrPrivateKey says that octets are not a private key: wrong length, zero, or a number not
	// below the group order.
	ErrPrivateKey = errors.New("bign: not a private key of this curve")
	// ErrHash says that a hash value does not have the length of the level, or that its
	// identifier is not the DER of one.
	ErrHash = errors.New("bign: hash value or identifier does not fit the curve")
	// ErrWiped says that a private key was used after Wipe.
	ErrWiped = errors.New("bign: private key was wiped")
)

// Curve is one of the three standard sets of domain parameters (appendix Б). There is one
// value of each, so curves may be compared with ==.
type Curve struct {
	name  string
	size  int
	id    asn1.ObjectIdentifier
	order *mp.Modulus
}

var (
	curve256v1 = &Curve{"bign-curve256v1", 32, oid.BignCurve256v1, curve.Order256}
	curve384v1 = &Curve{"bign-curve384v1", 48, oid.BignCurve384v1, curve.Order384}
	curve512v1 = &Curve{"bign-curve512v1", 64, oid.BignCurve512v1, curve.Order512}
)

// Curve256v1 returns bign-curve256v1, level 128.
func Curve256v1() *Curve { return curve256v1 }

// Curve384v1 returns bign-curve384v1, level 192.
func Curve384v1() *Curve { return curve384v1 }

// Curve512v1 returns bign-curve512v1, level 256.
func Curve512v1() *Curve { return curve512v1 }

// Curves returns the three curves, the shortest first.
func Curves() []*Curve { return []*Curve{curve256v1, curve384v1, curve512v1} }

// CurveByName returns the curve with the given name, "bign-curve256v1" and so on, or nil.
func CurveByName(name string) *Curve {
	for _, c := range Curves() {
		if c.name == name {
			return c
		}
	}
	return nil
}

// CurveByOID returns the curve with the given identifier, or nil.
func CurveByOID(id asn1.ObjectIdentifier) *Curve {
	for _, c := range Curves() {
		if c.id.Equal(id) {
			return c
		}
	}
	return nil
}

// Name returns the standard name of the curve, such as "bign-curve256v1".
func (c *Curve) Name() string { return c.name }

// String returns the name.
func (c *Curve) String() string { return c.name }

// OID returns the identifier of the curve.
func (c *Curve) OID() asn1.ObjectIdentifier { return slices.Clone(c.id) }

// Size returns the number of octets of a private key, of a coordinate and of a hash value: 32, 48 or 64.
func (c *Curve) Size() int { return c.size }

// Level returns the security level l in bits: 128, 192 or 256.
func (c *Curve) Level() int { return 4 * c.size }

// SignatureSize returns the number of octets of a signature: 48, 72 or 96.
func (c *Curve) SignatureSize() int { return c.size + c.size/2 }

// baseMult writes kG to out, 2*Size octets, in constant time.
func (c *Curve) baseMult(out []byte, k *mp.Scalar) {
	switch c.size {
	case 32:
		curve.BaseMult256(out, k)
	case 48:
		curve.BaseMult384(out, k)
	default:
		curve.BaseMult512(out, k)
	}
}

// mult writes kQ to out in constant time and returns false when q is not on the curve.
func (c *Curve) mult(out, q []byte, k *mp.Scalar) bool {
	switch c.size {
	case 32:
		return curve.Mult256(out, q, k)
	case 48:
		return curve.Mult384(out, q, k)
	default:
		return curve.Mult512(out, q, k)
	}
}

// doubleMult writes uG+vQ to out and returns false when that is infinity. Public values only.
func (c *Curve) doubleMult(out, q []byte, u, v *mp.Scalar) bool {
	switch c.size {
	case 32:
		return curve.DoubleMult256(out, q, u, v)
	case 48:
		return curve.DoubleMult384(out, q, u, v)
	default:
		return curve.DoubleMult512(out, q, u, v)
	}
}

// onCurve returns whether xy, 2*Size octets, is a point.
func (c *Curve) onCurve(xy []byte) bool {
	switch c.size {
	case 32:
		return curve.OnCurve256(xy)
	case 48:
		return curve.OnCurve384(xy)
	default:
		return curve.OnCurve512(xy)
	}
}

// lift writes to out a point over the abscissa x and returns whether there is one.
func (c *Curve) lift(out, x []byte) bool {
	switch c.size {
	case 32:
		return curve.Lift256(out, x)
	case 48:
		return curve.Lift384(out, x)
	default:
		return curve.Lift512(out, x)
	}
}

// subtract writes p-q to out and returns false when that is infinity. Public points only.
func (c *Curve) subtract(out, p, q []byte) bool {
	switch c.size {
	case 32:
		return curve.Subtract256(out, p, q)
	case 48:
		return curve.Subtract384(out, p, q)
	default:
		return curve.Subtract512(out, p, q)
	}
}
