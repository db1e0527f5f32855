package bign

import (
	"crypto"
	"crypto/rand"
	"crypto/subtle"
	"runtime"

	"akno/backend/stb/internal/mp"
	"akno/backend/stb/internal/scrub"
)

// PublicKey is a point of a curve. It does not change and may be shared.
type PublicKey struct {
	curve *Curve
	xy    [2 * maxSize]byte
}

// NewPublicKey makes a public key of x||y: 2*Size octets, little-endian, as they stand in
// the BIT STRING of a SubjectPublicKeyInfo. It returns ErrPublicKey unless both
// coordinates are below the prime and the point is on the curve (clause 6.2.3). The
// order of the group is prime, so no further check is needed.
func NewPublicKey(c *Curve, xy []byte) (*PublicKey, error) {
	if len(xy) != 2*c.size || !c.onCurve(xy) {
		return nil, ErrPublicKey
	}
	k := &PublicKey{curve: c}
	copy(k.xy[:], xy)
	return k, nil
}

// PublicKeyFromAbscissa makes a public key of x alone, Size octets, as it stands in a key token
// (clause 7.2.4): y is the square root that is the power (p+1)/4. It returns ErrPublicKey when no
// point has this abscissa or it is not below the prime. It takes a time that depends on x.
func PublicKeyFromAbscissa(c *Curve, x []byte) (*PublicKey, error) {
	k := &PublicKey{curve: c}
	if len(x) != c.size || !c.lift(k.point(), x) {
		return nil, ErrPublicKey
	}
	return k, nil
}

// Curve returns the curve of the key.
func (k *PublicKey) Curve() *Curve { return k.curve }

// Bytes returns x||y, 2*Size octets, little-endian. The caller owns the result.
func (k *PublicKey) Bytes() []byte { return append([]byte(nil), k.point()...) }

// point returns x||y without a copy.
func (k *PublicKey) point() []byte { return k.xy[:2*k.curve.size] }

// Equal returns whether x is a *PublicKey with the same curve and point.
func (k *PublicKey) Equal(x crypto.PublicKey) bool {
	o, ok := x.(*PublicKey)
	return ok && o != nil && k.curve == o.curve && k.xy == o.xy
}

// PrivateKey is a secret number d, 0 < d < q, with its public key. Its methods may be used by
// several goroutines at once, except for Wipe.
type PrivateKey struct {
	opaque
	public PublicKey
	d      mp.Scalar
	wiped  bool
}

// opaque keeps a key from being printed.
type opaque = scrub.Opaque

var _ crypto.Signer = (*PrivateKey)(nil)

// GenerateKey draws a private key from the operating system's generator (clause 6.2.2).
func GenerateKey(c *Curve) (*PrivateKey, error) { return generateKey(c, rand.Read) }

// generateKey is GenerateKey with the octets that fill writes.
func generateKey(c *Curve, fill func([]byte) (int, error)) (*PrivateKey, error) {
	var buf [maxSize]byte
	defer clear(buf[:])
	for {
		if _, err := fill(buf[:c.size]); err != nil {
			return nil, err
		}
		if k, err := NewPrivateKey(c, buf[:c.size]); err == nil {
			return k, nil
		}
	}
}

// NewPrivateKey makes a private key of Size little-endian octets and computes its public
// key. It returns ErrPrivateKey unless 0 < d < q. The octets are copied; the caller wipes
// its own.
func NewPrivateKey(c *Curve, d []byte) (*PrivateKey, error) {
	if len(d) != c.size {
		return nil, ErrPrivateKey
	}
	k := &PrivateKey{public: PublicKey{curve: c}}
	if below := c.order.SetBytes(&k.d, d); below&^k.d.IsZero() == 0 {
		k.Wipe()
		return nil, ErrPrivateKey
	}
	c.baseMult(k.public.point(), &k.d)
	return k, nil
}

// Public implements crypto.Signer; it returns a *PublicKey.
func (k *PrivateKey) Public() crypto.PublicKey { return k.PublicKey() }

// PublicKey returns the public key.
func (k *PrivateKey) PublicKey() *PublicKey {
	p := k.public
	return &p
}

// Curve returns the curve of the key.
func (k *PrivateKey) Curve() *Curve { return k.public.curve }

// Bytes returns d as Size little-endian octets, which the caller wipes.
func (k *PrivateKey) Bytes() []byte {
	b := make([]byte, k.public.curve.size)
	k.public.curve.order.PutBytes(b, &k.d)
	return b
}

// Equal returns whether x is a *PrivateKey with the same curve and number, in constant
// time for keys of one curve.
func (k *PrivateKey) Equal(x crypto.PrivateKey) bool {
	o, ok := x.(*PrivateKey)
	if !ok || o == nil || k.public.curve != o.public.curve {
		return false
	}
	a, b := k.Bytes(), o.Bytes()
	defer clear(a)
	defer clear(b)
	return subtle.ConstantTimeCompare(a, b) == 1
}

// Wipe clears the secret. Operations that need it return ErrWiped from then on.
func (k *PrivateKey) Wipe() {
	clear(k.d[:])
	k.wiped = true
	runtime.KeepAlive(k)
}
