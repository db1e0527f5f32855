package bign

import (
	"errors"

	"akno/backend/stb/belt"
)

// ErrToken says that a key token does not open, for whatever reason.
var ErrToken = errors.New("bign: key token does not open")

// WrapKey makes a token that carries key, 16 octets or more, to the owner of k (clause 7.2.3).
// header has 16 octets, nil standing for zeros. The token has Size+len(key)+16 octets. A length not
// allowed gives belt.ErrLength.
func (k *PublicKey) WrapKey(key, header []byte) ([]byte, error) {
	once, err := GenerateKey(k.curve)
	if err != nil {
		return nil, err
	}
	defer once.Wipe()
	return k.WrapKeyWith(once, key, header)
}

// WrapKeyWith is WrapKey with a one-time key pair of the caller on the curve of k. One pair may
// serve several recipients of the same key, and nothing else.
func (k *PublicKey) WrapKeyWith(once *PrivateKey, key, header []byte) ([]byte, error) {
	x, err := once.Agree(k)
	if err != nil {
		return nil, err
	}
	defer clear(x)
	wrapped, err := belt.Wrap(x[:32], key, header)
	if err != nil {
		return nil, err
	}
	n := k.curve.size
	return append(append(make([]byte, 0, n+len(wrapped)), once.public.xy[:n]...), wrapped...), nil
}

// UnwrapKey opens a token (clause 7.2.4). Every failure but a wiped key is ErrToken. The
// caller wipes the result.
func (k *PrivateKey) UnwrapKey(token, header []byte) ([]byte, error) {
	if k.wiped {
		return nil, ErrWiped
	}
	c := k.public.curve
	if len(token) < c.size+belt.BlockSize+belt.HeaderSize {
		return nil, ErrToken
	}
	var r, x [2 * maxSize]byte
	defer clear(x[:])
	// The sign of the ordinate does not matter: only the abscissa of dR is used.
	if !c.lift(r[:2*c.size], token[:c.size]) || !c.mult(x[:2*c.size], r[:2*c.size], &k.d) {
		return nil, ErrToken
	}
	key, err := belt.Unwrap(x[:32], token[c.size:], header)
	if err != nil {
		return nil, ErrToken
	}
	return key, nil
}

// Agree returns the abscissa of dQ, Size octets: the secret shared by the owners of k and of
// q. It is not uniform; what is made of it goes through a hash or, as in key transport, into a
// cipher key. A q of another curve gives ErrPublicKey.
func (k *PrivateKey) Agree(q *PublicKey) ([]byte, error) {
	c := k.public.curve
	if k.wiped {
		return nil, ErrWiped
	}
	if q.curve != c {
		return nil, ErrPublicKey
	}
	var x [2 * maxSize]byte
	defer clear(x[:])
	if !c.mult(x[:2*c.size], q.point(), &k.d) {
		return nil, ErrPublicKey
	}
	return append([]byte(nil), x[:c.size]...), nil
}
