package bign

import (
	"bytes"
	"testing"

	"akno/backend/stb/belt"
)

func FuzzVerify(f *testing.F) {
	v := standardVectors(f, "bign-verify", 1)[0]
	f.Add(v.in(f, "Q"), v.out(f, "H"), v.in(f, "sig"))
	f.Add(v.in(f, "Q"), make([]byte, 32), make([]byte, 48))
	f.Add(make([]byte, 96), make([]byte, 48), make([]byte, 72))
	f.Add(bytes.Repeat([]byte{0xff}, 128), make([]byte, 64), bytes.Repeat([]byte{0xff}, 96))
	oid := v.in(f, "hash_oid_der")
	f.Fuzz(func(t *testing.T, xy, hash, sig []byte) {
		for _, c := range Curves() {
			q, err := NewPublicKey(c, xy)
			if err != nil {
				continue
			}
			if !bytes.Equal(q.Bytes(), xy) {
				t.Fatalf("%s: %x became %x", c, xy, q.Bytes())
			}
			valid := q.Verify(oid, hash, sig)
			if valid && (len(sig) != c.SignatureSize() || len(hash) != c.Size()) {
				t.Errorf("%s: %d octets verify as the signature of %d", c, len(sig), len(hash))
			}
			if again := q.Verify(oid, hash, sig); again != valid {
				t.Errorf("%s: %v and then %v", c, valid, again)
			}
		}
	})
}

func FuzzUnwrapKey(f *testing.F) {
	var key *PrivateKey
	for _, v := range standardVectors(f, "bign-keytransport", 2) {
		if v.Direction == "unwrap" {
			f.Add(v.in(f, "token"), v.in(f, "header"))
			var err error
			if key, err = NewPrivateKey(Curve256v1(), v.in(f, "d")); err != nil {
				f.Fatal(err)
			}
		}
	}
	f.Add([]byte{}, []byte{})
	f.Add(bytes.Repeat([]byte{0xff}, 80), make([]byte, 16))
	f.Fuzz(func(t *testing.T, token, header []byte) {
		got, err := key.UnwrapKey(token, header)
		if (got == nil) != (err != nil) {
			t.Fatalf("%x, %v", got, err)
		}
		if err == nil && len(token) != key.PublicKey().Curve().Size()+len(got)+belt.HeaderSize {
			t.Errorf("%d octets out of %d", len(got), len(token))
		}
	})
}

func FuzzIdentity(f *testing.F) {
	authority, err := NewPrivateKey(Curve256v1(), bytes.Repeat([]byte{9}, 32))
	if err != nil {
		f.Fatal(err)
	}
	id, q := hashOID(Curve256v1()), authority.PublicKey()
	idHash := bytes.Repeat([]byte{3}, 32)
	sig, err := authority.SignHashDeterministic(id, idHash, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(idHash, sig)
	f.Add(make([]byte, 32), bytes.Repeat([]byte{0xff}, 48))
	f.Fuzz(func(t *testing.T, idHash, sig []byte) {
		key, point, err := q.ExtractIdentity(id, idHash, sig)
		if (err == nil) != q.Verify(id, idHash, sig) {
			t.Fatalf("%v, and the signature of the identifier says otherwise", err)
		}
		hash := make([]byte, 32)
		if err != nil {
			q.VerifyIdentity(id, idHash, append(bytes.Clone(sig), sig...), hash, sig)
			return
		}
		signed, err := key.SignIdentity(id, idHash, hash)
		if err != nil || !q.VerifyIdentity(id, idHash, point, hash, signed) {
			t.Errorf("the identity does not sign, %v", err)
		}
	})
}
