package main

import (
	"akno/backend/stb/belt"
	"akno/backend/stb/bign"
	"akno/backend/stb/pki"
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
		"bign-keytransport-unwrap": unwrap,
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
	return hashNamed(in).Sum(octets)
}

// hashNamed returns the hash function that an entry names.
func hashNamed(in inputs) *pki.HashAlgorithm {
	name := "hash_alg"
	if !in.has(name) {
		name = "hash"
	}
	for _, h := range []*pki.HashAlgorithm{pki.BeltHash, pki.Bash256, pki.Bash384, pki.Bash512} {
		if h.Name == in.text(name) {
			return h
		}
	}
	panic(errUnsupported)
}

// hashID returns the identifier that is hashed into signatures: the one of an entry, or that of the
// hash function it names.
func hashID(in inputs) []byte {
	if in.has("hash_oid_der") {
		return in.octets("hash_oid_der")
	}
	return hashNamed(in).OIDDER()
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
	id, h := hashID(in), digest(in)
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
	id, h := hashID(in), in.any("H")
	if !in.has("H") {
		h = digest(in)
	}
	q, err := bign.NewPublicKey(curve(in), in.any("Q"))
	if err != nil {
		return nil, errInvalid
	}
	return verdict(q.Verify(id, h, in.any("sig"))), nil
}

func oneTimeKey(in inputs) (outputs, error) {
	k, err := bign.NewPrivateKey(curve(in), in.octets("d"))
	if err != nil {
		return nil, err
	}
	theta, once, err := k.OneTimeKey(hashID(in), in.octets("H"), in.optional("t"))
	if err != nil {
		return nil, err
	}
	return outputs{"theta": upper(theta), "k": upper(once)}, nil
}

// unwrap opens a token.
func unwrap(in inputs) (outputs, error) {
	header := in.any("header")
	if len(header) != belt.HeaderSize {
		return nil, errInvalid
	}
	k, err := bign.NewPrivateKey(curve(in), in.octets("d"))
	if err != nil {
		return nil, err
	}
	key, err := k.UnwrapKey(in.any("token"), header)
	if err != nil {
		return nil, errInvalid
	}
	return outputs{"key": upper(key)}, nil
}

// unwrapShown opens a token and shows the inner values that the standard prints: the ordinate of R
// and the key of the wrapping.
func unwrapShown(in inputs) (outputs, error) {
	out, err := unwrap(in)
	if err != nil {
		return nil, err
	}
	c := curve(in)
	k, err := bign.NewPrivateKey(c, in.octets("d"))
	if err != nil {
		return nil, err
	}
	r, err := bign.PublicKeyFromAbscissa(c, in.octets("token")[:c.Size()])
	if err != nil {
		return nil, err
	}
	theta, err := k.Agree(r)
	if err != nil {
		return nil, err
	}
	out["y_R"], out["theta"] = upper(r.Bytes()[c.Size():]), upper(theta[:32])
	return out, nil
}

// transport makes a token where there is a public key and opens one where there is a private key.
func transport(in inputs) (outputs, error) {
	if in.has("d") {
		return unwrapShown(in)
	}
	c, header := curve(in), in.octets("header")
	if len(header) != belt.HeaderSize {
		return nil, errInvalid
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
	key, point, err := q.ExtractIdentity(hashID(in), hashOf(in, in.octets("id")), in.octets("sig"))
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
	sig, err := key.SignIdentityWithKey(hashID(in), h0, h, in.octets("k"))
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
	id, sig, point := hashID(in), in.any("sig"), in.any("R")
	q, err := bign.NewPublicKey(curve(in), in.any("Q"))
	if err != nil {
		return nil, errInvalid
	}
	return verdict(q.VerifyIdentity(id, hashOf(in, in.octets("id")), point, digest(in), sig)), nil
}
