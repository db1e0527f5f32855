package bign

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"

	"akno/backend/stb/belt"
	"akno/backend/stb/internal/mp"
	"akno/backend/stb/internal/scrub"
)

// ErrIdentity says that an authority's signature of an identifier does not verify.
var ErrIdentity = errors.New("bign: signature of the identifier does not verify")

// ExtractIdentity makes the key pair of an identity of the signature sig that the authority, whose
// key is k, gave the hash value of the identifier (appendix В). point is the public part, x||y of
// 2*Size octets. Errors: ErrHash, ErrIdentity.
func (k *PublicKey) ExtractIdentity(hashOIDDER, idHash, sig []byte) (key *PrivateKey, point []byte, err error) {
	c := k.curve
	if len(idHash) != c.size || !validOID(hashOIDDER) {
		return nil, nil, ErrHash
	}
	if !k.Verify(hashOIDDER, idHash, sig) {
		return nil, nil, ErrIdentity
	}
	var e, h mp.Scalar
	defer clear(e[:])
	var buf [maxSize]byte
	defer clear(buf[:])
	c.order.SetBytes(&e, sig[c.size/2:])
	c.order.SetBytes(&h, idHash)
	c.order.Add(&e, &e, &h)
	c.order.PutBytes(buf[:], &e)
	if key, err = NewPrivateKey(c, buf[:c.size]); err != nil {
		return nil, nil, ErrIdentity
	}
	point = make([]byte, 2*c.size)
	if !c.recompute(point, k.point(), idHash, sig) {
		key.Wipe()
		return nil, nil, ErrIdentity
	}
	return key, point, nil
}

// SignIdentity signs a hash value with the private key of an identity (appendix В). The one-time key
// is made as in SignHash, with the hash of the identifier among what is mixed in. Errors: ErrHash, ErrWiped.
func (k *PrivateKey) SignIdentity(hashOIDDER, idHash, hash []byte) ([]byte, error) {
	if len(idHash) != k.public.curve.size {
		return nil, ErrHash
	}
	if err := k.check(hashOIDDER, hash); err != nil {
		return nil, err
	}
	t := make([]byte, 32+len(idHash))
	if _, err := rand.Read(t[:32]); err != nil {
		return nil, err
	}
	copy(t[32:], idHash)
	var once mp.Scalar
	var theta [belt.Size]byte
	err := k.oneTimeKey(&once, &theta, hashOIDDER, hash, t)
	scrub.Stack()
	clear(theta[:])
	clear(t)
	if err != nil {
		return nil, err
	}
	return k.sign(nil, hashOIDDER, idHash, hash, &once), nil
}

// SignIdentityWithKey is SignIdentity with a one-time key of the caller, for conformance runs only; see
// SignHashWithKey.
func (k *PrivateKey) SignIdentityWithKey(hashOIDDER, idHash, hash, once []byte) ([]byte, error) {
	if len(idHash) != k.public.curve.size {
		return nil, ErrHash
	}
	if err := k.check(hashOIDDER, hash); err != nil {
		return nil, err
	}
	var s mp.Scalar
	defer clear(s[:])
	if len(once) != k.public.curve.size || k.public.curve.order.SetBytes(&s, once)&^s.IsZero() == 0 {
		return nil, ErrPrivateKey
	}
	return k.sign(nil, hashOIDDER, idHash, hash, &s), nil
}

// VerifyIdentity returns whether sig is the signature of the hash value by the identity with the
// given hash of its identifier and public point, under the authority whose key is k (appendix В).
// Anything malformed is false.
func (k *PublicKey) VerifyIdentity(hashOIDDER, idHash, point, hash, sig []byte) bool {
	c := k.curve
	if len(idHash) != c.size || len(hash) != c.size || len(point) != 2*c.size ||
		len(sig) != c.SignatureSize() || !validOID(hashOIDDER) {
		return false
	}
	t := c.challenge(hashOIDDER, point[:c.size], nil, idHash)
	var zero, w mp.Scalar
	c.challengeScalar(&w, t[:c.size/2])
	var q, r [2 * maxSize]byte
	if !c.doubleMult(q[:2*c.size], k.point(), &zero, &w) ||
		!c.subtract(q[:2*c.size], point, q[:2*c.size]) ||
		!c.recompute(r[:2*c.size], q[:2*c.size], hash, sig) {
		return false
	}
	challenge := c.challenge(hashOIDDER, r[:c.size], idHash, hash)
	return subtle.ConstantTimeCompare(challenge[:c.size/2], sig[:c.size/2]) == 1
}
