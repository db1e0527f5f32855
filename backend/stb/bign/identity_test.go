package bign

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"akno/backend/stb/belt"
)

func TestIdentityKeysMatchStandard(t *testing.T) {
	for _, v := range standardVectors(t, "bign-ibs-extract", 1) {
		q, err := NewPublicKey(v.curve(t), v.in(t, "Q"))
		if err != nil {
			t.Fatal(err)
		}
		h := belt.Sum256(v.in(t, "id"))
		key, point, err := q.ExtractIdentity(v.in(t, "hash_oid_der"), h[:], v.in(t, "sig"))
		if err != nil || !bytes.Equal(key.Bytes(), v.out(t, "e")) || !bytes.Equal(point, v.out(t, "R")) {
			t.Errorf("got %X, %v", point, err)
		}
	}
}

func TestIdentitySignaturesMatchStandard(t *testing.T) {
	for _, v := range standardVectors(t, "bign-ibs-sign", 1) {
		id, msg := belt.Sum256(v.in(t, "id")), belt.Sum256(v.in(t, "msg"))
		key := newKey(t, v.curve(t), v.in(t, "e"))
		sig, err := key.SignIdentityWithKey(v.in(t, "hash_oid_der"), id[:], msg[:], v.in(t, "k"))
		if err != nil || !bytes.Equal(sig, v.out(t, "sig")) {
			t.Errorf("got %X, %v", sig, err)
		}
	}
	for _, v := range standardVectors(t, "bign-ibs-verify", 1) {
		q, err := NewPublicKey(v.curve(t), v.in(t, "Q"))
		if err != nil {
			t.Fatal(err)
		}
		id, msg := belt.Sum256(v.in(t, "id")), belt.Sum256(v.in(t, "msg"))
		if !q.VerifyIdentity(v.in(t, "hash_oid_der"), id[:], v.in(t, "R"), msg[:], v.in(t, "sig")) {
			t.Error("signature of the standard refused")
		}
	}
}

func TestIdentitySignaturesOfAllLevels(t *testing.T) {
	eachCurve(t, func(t *testing.T, c *Curve, authority *PrivateKey) {
		id, hash := bytes.Repeat([]byte{1}, c.Size()), bytes.Repeat([]byte{2}, c.Size())
		sig, err := authority.SignHash(hashOID(c), id)
		if err != nil {
			t.Fatal(err)
		}
		q := authority.PublicKey()
		key, point, err := q.ExtractIdentity(hashOID(c), id, sig)
		if err != nil {
			t.Fatal(err)
		}
		signed, err := key.SignIdentity(hashOID(c), id, hash)
		if err != nil || !q.VerifyIdentity(hashOID(c), id, point, hash, signed) {
			t.Fatalf("own signature does not verify: %v", err)
		}
		for name, ok := range map[string]bool{
			"another identity":  q.VerifyIdentity(hashOID(c), hash, point, hash, signed),
			"another message":   q.VerifyIdentity(hashOID(c), id, point, id, signed),
			"another authority": key.PublicKey().VerifyIdentity(hashOID(c), id, point, hash, signed),
			"no point":          q.VerifyIdentity(hashOID(c), id, make([]byte, 2*c.Size()), hash, signed),
			"short point":       q.VerifyIdentity(hashOID(c), id, point[1:], hash, signed),
			"plain signature":   q.Verify(hashOID(c), hash, signed),
		} {
			if ok {
				t.Errorf("%s accepted", name)
			}
		}
		bad := slices.Clone(sig)
		bad[0] ^= 1
		if _, _, err := q.ExtractIdentity(hashOID(c), id, bad); !errors.Is(err, ErrIdentity) {
			t.Errorf("damaged signature of the authority: %v", err)
		}
		if _, err := key.SignIdentity(hashOID(c), id[1:], hash); !errors.Is(err, ErrHash) {
			t.Errorf("short hash of the identifier: %v", err)
		}
	})
}
