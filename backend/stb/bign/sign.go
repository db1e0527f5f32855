package bign

import (
	"crypto"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"io"
	"slices"

	"akno/backend/stb/belt"
	"akno/backend/stb/internal/mp"
	"akno/backend/stb/internal/scrub"
)

const (
	// maxOID is the number of octets of the longest hash identifier taken.
	maxOID = 64
	// maxSignature is the number of octets of the longest signature.
	maxSignature = maxSize + maxSize/2
)

// SignerOpts tells PrivateKey.Sign which hash function made the digest.
type SignerOpts struct {
	// HashOID is the DER of the identifier of the hash function, tag and length included.
	HashOID []byte
}

// HashFunc implements crypto.SignerOpts. It returns 0: the national hash functions have
// no number in package crypto.
func (SignerOpts) HashFunc() crypto.Hash { return 0 }

// Sign implements crypto.Signer: SignHash with the identifier in opts, which is a SignerOpts or
// a pointer to one. The reader is ignored, as the generator of the operating system is used.
func (k *PrivateKey) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	switch o := opts.(type) {
	case SignerOpts:
		return k.SignHash(o.HashOID, digest)
	case *SignerOpts:
		return k.SignHash(o.HashOID, digest)
	}
	return nil, errors.New("bign: options of Sign are not bign.SignerOpts")
}

// SignHash signs a hash value of Size octets (clause 7.1.3). hashOIDDER is the DER of the
// identifier of the hash function. The one-time key is made from the private key, the hash and 32 fresh
// random octets (clause 6.3.3), so that neither a poor generator nor a repeated computation
// reveals the private key. The result has SignatureSize octets. Errors: ErrHash, ErrWiped.
func (k *PrivateKey) SignHash(hashOIDDER, hash []byte) ([]byte, error) {
	// Short enough to be part of its caller, which then decides where the signature lies.
	return k.AppendSignature(make([]byte, 0, maxSignature), hashOIDDER, hash)
}

// AppendSignature appends the signature of SignHash to dst. It does not allocate when there is room. After an
// error it returns nil.
func (k *PrivateKey) AppendSignature(dst, hashOIDDER, hash []byte) ([]byte, error) {
	var t [32]byte
	if _, err := rand.Read(t[:]); err != nil {
		return nil, err
	}
	dst, err := k.appendSignature(dst, hashOIDDER, hash, t[:])
	clear(t[:])
	return dst, err
}

// SignHashDeterministic is SignHash with the additional octets t, any number of them, in
// place of the random ones. Equal arguments give equal signatures.
func (k *PrivateKey) SignHashDeterministic(hashOIDDER, hash, t []byte) ([]byte, error) {
	return k.appendSignature(make([]byte, 0, maxSignature), hashOIDDER, hash, t)
}

// appendSignature is AppendSignature with the additional octets t.
func (k *PrivateKey) appendSignature(dst, hashOIDDER, hash, t []byte) ([]byte, error) {
	if err := k.check(hashOIDDER, hash); err != nil {
		return nil, err
	}
	var once mp.Scalar
	var theta [belt.Size]byte
	err := k.oneTimeKey(&once, &theta, hashOIDDER, hash, t)
	scrub.Stack()
	clear(theta[:])
	if err != nil {
		return nil, err
	}
	return k.sign(dst, hashOIDDER, nil, hash, &once), nil
}

// check returns the error of arguments that cannot be signed with.
func (k *PrivateKey) check(hashOIDDER, hash []byte) error {
	if k.wiped {
		return ErrWiped
	}
	if len(hash) != k.public.curve.size || !validOID(hashOIDDER) {
		return ErrHash
	}
	return nil
}

// validOID returns whether b has the outer form of the DER of an identifier.
func validOID(b []byte) bool {
	return len(b) >= 3 && len(b) <= maxOID && b[0] == 6 && int(b[1]) == len(b)-2
}

// sign appends S0 and S1 made with the one-time key to dst and clears the key.
func (k *PrivateKey) sign(dst, hashOIDDER, idHash, hash []byte, once *mp.Scalar) []byte {
	c := k.public.curve
	var r [2 * maxSize]byte
	c.baseMult(r[:2*c.size], once)
	n := len(dst)
	dst = slices.Grow(dst, c.SignatureSize())[:n+c.SignatureSize()]
	sig := dst[n:]
	challenge := c.challenge(hashOIDDER, r[:c.size], idHash, hash)
	s0 := sig[:c.size/2]
	copy(s0, challenge[:])
	var h, e mp.Scalar
	c.order.SetBytes(&h, hash)
	c.challengeScalar(&e, s0)
	c.order.Mul(&e, &e, &k.d)
	c.order.Sub(once, once, &h)
	c.order.Sub(once, once, &e)
	c.order.PutBytes(sig[c.size/2:], once)
	clear(once[:])
	clear(e[:])
	clear(r[:])
	return dst
}

// challenge returns belt-hash(OID || x || H0 || H); its first l bits are S0. Signatures
// without an identity have no H0.
func (c *Curve) challenge(hashOIDDER, x, idHash, hash []byte) [belt.Size]byte {
	var buf [maxOID + 3*maxSize]byte
	n := copy(buf[:], hashOIDDER)
	n += copy(buf[n:], x)
	n += copy(buf[n:], idHash)
	n += copy(buf[n:], hash)
	return belt.Sum256(buf[:n])
}

// challengeScalar sets e to S0 + 2^l.
func (c *Curve) challengeScalar(e *mp.Scalar, s0 []byte) {
	var buf [maxSize]byte
	copy(buf[:], s0)
	buf[len(s0)] = 1
	c.order.SetBytes(e, buf[:c.size])
}

// oneTimeKey sets once to the one-time key of clause 6.3.3 and theta to the key it was made
// with. Its caller scrubs the stack afterwards.
func (k *PrivateKey) oneTimeKey(once *mp.Scalar, theta *[belt.Size]byte, hashOIDDER, hash, t []byte) error {
	c := k.public.curve
	var mixed [maxOID + 2*maxSize + 64]byte
	var buf [maxSize]byte
	b := buf[:c.size]
	c.order.PutBytes(b, &k.d)
	secret := append(append(append(mixed[:0], hashOIDDER...), b...), t...)
	*theta = belt.Sum256(secret)
	clear(secret)
	clear(mixed[:]) // secret is another place where t is long
	var block belt.Cipher
	if err := block.SetKey(theta[:]); err != nil {
		return err
	}
	copy(b, hash)
	rounds := uint64(2 * c.size / belt.BlockSize)
	for done := uint64(0); ; done += rounds {
		if err := block.EncryptWideFrom(b, done); err != nil {
			return err
		}
		// What is thrown away here says nothing about the key that is used.
		if below := c.order.SetBytes(once, b); below&^once.IsZero() != 0 {
			break
		}
	}
	block.Wipe()
	clear(buf[:])
	return nil
}

// OneTimeKey returns the key theta, 32 octets, and the one-time key k, Size octets, that
// SignHashDeterministic uses for its arguments (clause 6.3.3). It exists for conformance
// runs: who knows k and the signature knows the private key.
func (k *PrivateKey) OneTimeKey(hashOIDDER, hash, t []byte) (theta, once []byte, err error) {
	if err := k.check(hashOIDDER, hash); err != nil {
		return nil, nil, err
	}
	var s mp.Scalar
	key := new([belt.Size]byte)
	err = k.oneTimeKey(&s, key, hashOIDDER, hash, t)
	scrub.Stack()
	if err != nil {
		return nil, nil, err
	}
	once = make([]byte, k.public.curve.size)
	k.public.curve.order.PutBytes(once, &s)
	clear(s[:])
	return key[:], once, nil
}

// SignHashWithKey signs with a one-time key of Size octets given by the caller. It exists for
// conformance runs: a key used twice, or known to anybody, reveals the private key. Errors as of
// SignHash, and ErrPrivateKey for a one-time key out of range.
func (k *PrivateKey) SignHashWithKey(hashOIDDER, hash, once []byte) ([]byte, error) {
	if err := k.check(hashOIDDER, hash); err != nil {
		return nil, err
	}
	var s mp.Scalar
	defer clear(s[:])
	if len(once) != k.public.curve.size || k.public.curve.order.SetBytes(&s, once)&^s.IsZero() == 0 {
		return nil, ErrPrivateKey
	}
	return k.sign(nil, hashOIDDER, nil, hash, &s), nil
}

// Verify returns whether sig, SignatureSize octets, is the signature of the hash value made
// with the hash function of the given identifier (clause 7.1.4). Anything malformed is false.
// A signature with S1 = 0 is legal, one with S1 not below the group order is not. It does not
// allocate.
func (k *PublicKey) Verify(hashOIDDER, hash, sig []byte) bool {
	c := k.curve
	if len(hash) != c.size || len(sig) != c.SignatureSize() || !validOID(hashOIDDER) {
		return false
	}
	var r [2 * maxSize]byte
	if !c.recompute(r[:2*c.size], k.point(), hash, sig) {
		return false
	}
	challenge := c.challenge(hashOIDDER, r[:c.size], nil, hash)
	return subtle.ConstantTimeCompare(challenge[:c.size/2], sig[:c.size/2]) == 1
}

// recompute writes the point (S1+H)G + (S0+2^l)Q to r and returns false when S1 is out of range
// or the point is infinity.
func (c *Curve) recompute(r, q, hash, sig []byte) bool {
	var u, v, h mp.Scalar
	if c.order.SetBytes(&u, sig[c.size/2:]) == 0 {
		return false
	}
	c.order.SetBytes(&h, hash)
	c.order.Add(&u, &u, &h)
	c.challengeScalar(&v, sig[:c.size/2])
	return c.doubleMult(r, q, &u, &v)
}
