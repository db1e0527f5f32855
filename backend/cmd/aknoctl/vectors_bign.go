package main

import (
	"hash"

	"akno/backend/stb/bash"
	"akno/backend/stb/belt"
	"akno/backend/stb/bign"
)

func bignVectors() map[string]computation {
	return map[string]computation{
		"bign-params":              params,
		"bign-genkeypair":          keyPair,
		"bign-sign":                sign,
		"bign-verify":              verify,
		"bign-genk":                oneTimeKey,
		"bign-keytransport":        transport,
		"bign-keytransport-wrap":   transport,
		"bign-keytransport-unwrap": transport,
		"bign-ibs-extract":         extractIdentity,
		"bign-ibs-sign":            signIdentity,
		"bign-ibs-verify":          verifyIdentity,
	}
}

// curve returns the curve of an entry.
func curve(in inputs) *bign.Curve {
	c := bign.CurveByName(in.text("curve"))
	if c == nil {
		panic(errUnsupported)
	}
	return c
}

// digest returns H of an entry, or the hash value of msg.
func digest(in inputs) []byte {
	if in.has("H") {
		return in.octets("H")
	}
	return hashOf(in, message(in))
}

// hashOf returns the hash value of octets by the hash function of an entry.
func hashOf(in inputs, octets []byte) []byte {
	name := "hash_alg"
	if !in.has(name) {
		name = "hash"
	}
	h := map[string]func() hash.Hash{
		"belt-hash": belt.NewHash, "bash256": bash.New256, "bash384": bash.New384, "bash512": bash.New512,
	}[in.text(name)]
	if h == nil {
		panic(errUnsupported)
	}
	state := h()
	state.Write(octets)
	return state.Sum(nil)
}

func params(in inputs) (outputs, error) {
	c := bign.CurveByName(in.text("name"))
	if c == nil {
		return nil, errUnsupported
	}
	p := c.Params()
	return outputs{
		"p": upper(p.P), "a": upper(p.A), "b": upper(p.B), "q": upper(p.Q), "yG": upper(p.YG), "seed": upper(p.Seed),
	}, nil
}

func keyPair(in inputs) (outputs, error) {
	k, err := bign.NewPrivateKey(curve(in), in.octets("d"))
	if err != nil {
		return nil, err
	}
	return outputs{"Q": upper(k.PublicKey().Bytes())}, nil
}

// sign signs with the one-time key given, or with the one clause 6.3.3 makes of t.
func sign(in inputs) (outputs, error) {
	c := curve(in)
	k, err := bign.NewPrivateKey(c, in.octets("d"))
	if err != nil {
		return nil, err
	}
	id, h := in.octets("hash_oid_der"), digest(in)
	once := in.optional("k")
	if len(once) == 0 {
		if _, once, err = k.OneTimeKey(id, h, in.optional("t")); err != nil {
			return nil, err
		}
	}
	sig, err := k.SignHashWithKey(id, h, once)
	if err != nil {
		return nil, err
	}
	r, err := bign.NewPrivateKey(c, once)
	if err != nil {
		return nil, err
	}
	cut := c.Size() / 2
	return outputs{
		"H": upper(h), "R": upper(r.PublicKey().Bytes()), "S0": upper(sig[:cut]), "S1": upper(sig[cut:]), "sig": upper(sig),
	}, nil
}

func verify(in inputs) (outputs, error) {
	id, sig, point := in.octets("hash_oid_der"), in.octets("sig"), in.octets("Q")
	q, err := bign.NewPublicKey(curve(in), point)
	if err != nil {
		return nil, errInvalid
	}
	return verdict(q.Verify(id, digest(in), sig)), nil
}

func oneTimeKey(in inputs) (outputs, error) {
	k, err := bign.NewPrivateKey(curve(in), in.octets("d"))
	if err != nil {
		return nil, err
	}
	theta, once, err := k.OneTimeKey(in.octets("hash_oid_der"), in.octets("H"), in.optional("t"))
	if err != nil {
		return nil, err
	}
	return outputs{"theta": upper(theta), "k": upper(once)}, nil
}

// transport makes a token where there is a public key and opens one where there is a private key.
func transport(in inputs) (outputs, error) {
	c, header := curve(in), in.octets("header")
	if len(header) != belt.HeaderSize {
		return nil, errInvalid
	}
	if in.has("d") {
		k, err := bign.NewPrivateKey(c, in.octets("d"))
		if err != nil {
			return nil, err
		}
		key, err := k.UnwrapKey(in.octets("token"), header)
		if err != nil {
			return nil, errInvalid
		}
		return outputs{"key": upper(key)}, nil
	}
	q, err := bign.NewPublicKey(c, in.octets("Q"))
	if err != nil {
		return nil, errInvalid
	}
	once, err := bign.NewPrivateKey(c, in.octets("k"))
	if err != nil {
		return nil, err
	}
	theta, err := once.Agree(q)
	if err != nil {
		return nil, err
	}
	token, err := q.WrapKeyWith(once, in.octets("key"), header)
	if err != nil {
		return nil, err
	}
	return outputs{"R": upper(once.PublicKey().Bytes()), "theta": upper(theta[:32]), "token": upper(token)}, nil
}

func extractIdentity(in inputs) (outputs, error) {
	q, err := bign.NewPublicKey(curve(in), in.octets("Q"))
	if err != nil {
		return nil, errInvalid
	}
	key, point, err := q.ExtractIdentity(in.octets("hash_oid_der"), hashOf(in, in.octets("id")), in.octets("sig"))
	if err != nil {
		return nil, err
	}
	return outputs{"e": upper(key.Bytes()), "R": upper(point)}, nil
}

func signIdentity(in inputs) (outputs, error) {
	c := curve(in)
	key, err := bign.NewPrivateKey(c, in.octets("e"))
	if err != nil {
		return nil, err
	}
	h0, h := hashOf(in, in.octets("id")), digest(in)
	sig, err := key.SignIdentityWithKey(in.octets("hash_oid_der"), h0, h, in.octets("k"))
	if err != nil {
		return nil, err
	}
	v, err := bign.NewPrivateKey(c, in.octets("k"))
	if err != nil {
		return nil, err
	}
	return outputs{"H0": upper(h0), "H": upper(h), "V": upper(v.PublicKey().Bytes()), "sig": upper(sig)}, nil
}

func verifyIdentity(in inputs) (outputs, error) {
	id, sig, point := in.octets("hash_oid_der"), in.octets("sig"), in.octets("R")
	q, err := bign.NewPublicKey(curve(in), in.octets("Q"))
	if err != nil {
		return nil, errInvalid
	}
	return verdict(q.VerifyIdentity(id, hashOf(in, in.octets("id")), point, digest(in), sig)), nil
}
