package bign

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"

	"akno/backend/stb/belt"
	"akno/backend/stb/oid"
)

type vector struct {
	Algorithm string
	Direction string
	Inputs    map[string]any
	Outputs   map[string]any
}

func unhex(t testing.TB, v any) []byte {
	t.Helper()
	s, ok := v.(string)
	if !ok {
		t.Fatalf("no text: %v", v)
	}
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (v vector) in(t testing.TB, name string) []byte  { return unhex(t, v.Inputs[name]) }
func (v vector) out(t testing.TB, name string) []byte { return unhex(t, v.Outputs[name]) }
func (v vector) curve(t testing.TB) *Curve {
	t.Helper()
	name, _ := v.Inputs["curve"].(string)
	c := CurveByName(name)
	if c == nil {
		t.Fatalf("no curve %q", name)
	}
	return c
}

// standardVectors returns the entries of stb_vectors.json for one algorithm.
func standardVectors(t testing.TB, algorithm string, want int) (list []vector) {
	t.Helper()
	raw, err := os.ReadFile("../testdata/stb_vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Vectors []vector }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	for _, v := range file.Vectors {
		if v.Algorithm == algorithm {
			list = append(list, v)
		}
	}
	if len(list) != want {
		t.Fatalf("%s: %d entries, want %d", algorithm, len(list), want)
	}
	return list
}

func newKey(t testing.TB, c *Curve, d []byte) *PrivateKey {
	t.Helper()
	k, err := NewPrivateKey(c, d)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestKeyPairMatchesStandard(t *testing.T) {
	for _, v := range standardVectors(t, "bign-genkeypair", 1) {
		k := newKey(t, v.curve(t), v.in(t, "d"))
		if !bytes.Equal(k.PublicKey().Bytes(), v.out(t, "Q")) {
			t.Errorf("got %X", k.PublicKey().Bytes())
		}
		if !bytes.Equal(k.Bytes(), v.in(t, "d")) {
			t.Error("private key changed")
		}
	}
}

func TestSignatureMatchesStandard(t *testing.T) {
	for _, v := range standardVectors(t, "bign-sign", 1) {
		k := newKey(t, v.curve(t), v.in(t, "d"))
		h := belt.Sum256(v.in(t, "msg"))
		sig, err := k.SignHashWithKey(v.in(t, "hash_oid_der"), h[:], v.in(t, "k"))
		if err != nil || !bytes.Equal(sig, v.out(t, "sig")) {
			t.Errorf("got %X, %v", sig, err)
		}
	}
}

func TestVerificationMatchesStandard(t *testing.T) {
	for _, v := range standardVectors(t, "bign-verify", 1) {
		k, err := NewPublicKey(v.curve(t), v.in(t, "Q"))
		if err != nil {
			t.Fatal(err)
		}
		h := belt.Sum256(v.in(t, "msg"))
		if !k.Verify(v.in(t, "hash_oid_der"), h[:], v.in(t, "sig")) {
			t.Error("signature of the standard refused")
		}
	}
}

func TestOneTimeKeyMatchesStandard(t *testing.T) {
	for _, v := range standardVectors(t, "bign-genk", 2) {
		k := newKey(t, v.curve(t), v.in(t, "d"))
		theta, once, err := k.OneTimeKey(v.in(t, "hash_oid_der"), v.in(t, "H"), v.in(t, "t"))
		if err != nil || !bytes.Equal(theta, v.out(t, "theta")) || !bytes.Equal(once, v.out(t, "k")) {
			t.Errorf("got %X %X, %v", theta, once, err)
		}
	}
}

func TestKeyTransportMatchesStandard(t *testing.T) {
	for _, v := range standardVectors(t, "bign-keytransport", 2) {
		if v.Direction == "wrap" {
			q, err := NewPublicKey(v.curve(t), v.in(t, "Q"))
			if err != nil {
				t.Fatal(err)
			}
			got, err := q.WrapKeyWith(newKey(t, v.curve(t), v.in(t, "k")), v.in(t, "key"), v.in(t, "header"))
			if err != nil || !bytes.Equal(got, v.out(t, "token")) {
				t.Errorf("wrap: got %X, %v", got, err)
			}
			continue
		}
		got, err := newKey(t, v.curve(t), v.in(t, "d")).UnwrapKey(v.in(t, "token"), v.in(t, "header"))
		if err != nil || !bytes.Equal(got, v.out(t, "key")) {
			t.Errorf("unwrap: got %X, %v", got, err)
		}
	}
}

func TestParametersMatchStandard(t *testing.T) {
	for _, v := range standardVectors(t, "bign-params", 3) {
		name, _ := v.Inputs["name"].(string)
		c := CurveByName(name)
		if c == nil {
			t.Fatalf("no curve %q", name)
		}
		if c.OID().String() != v.Inputs["oid"] || float64(c.Level()) != v.Inputs["l"] || CurveByOID(c.OID()) != c {
			t.Errorf("%s: identifier %v, level %d", c, c.OID(), c.Level())
		}
		one := make([]byte, c.Size())
		one[0] = 1
		g := append(make([]byte, c.Size()), v.out(t, "yG")...)
		if got := newKey(t, c, one).PublicKey().Bytes(); !bytes.Equal(got, g) {
			t.Errorf("%s: G is %X, want %X", c, got, g)
		}
		if _, err := NewPrivateKey(c, v.out(t, "q")); err == nil {
			t.Errorf("%s: private key q accepted", c)
		}
	}
}

// hashOIDs are identifiers used at the three levels.
func hashOID(c *Curve) []byte {
	switch c {
	case Curve256v1():
		return oid.BeltHashDER
	case Curve384v1():
		return oid.Bash384DER
	}
	return oid.Bash512DER
}

func BenchmarkBign(b *testing.B) {
	for _, c := range Curves() {
		k, err := GenerateKey(c)
		if err != nil {
			b.Fatal(err)
		}
		hash := make([]byte, c.Size())
		sig, err := k.SignHash(hashOID(c), hash)
		if err != nil {
			b.Fatal(err)
		}
		q := k.PublicKey()
		b.Run(c.Name()+"/sign", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				k.SignHash(hashOID(c), hash)
			}
		})
		b.Run(c.Name()+"/verify", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				q.Verify(hashOID(c), hash, sig)
			}
		})
	}
}
