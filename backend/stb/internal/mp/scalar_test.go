package mp

import (
	"encoding/hex"
	"encoding/json"
	"math/big"
	"math/rand/v2"
	"os"
	"testing"
)

// orders returns the group orders of the three standard curves.
func orders(t testing.TB) [][]byte {
	raw, err := os.ReadFile("../../testdata/stb_vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Vectors []struct {
			Algorithm string
			Outputs   map[string]any
		}
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	var list [][]byte
	for _, v := range file.Vectors {
		if v.Algorithm == "bign-params" {
			q, err := hex.DecodeString(v.Outputs["q"].(string))
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, q)
		}
	}
	if len(list) != 3 {
		t.Fatalf("%d sets of parameters", len(list))
	}
	return list
}

func TestScalarsAgreeWithBigNumbers(t *testing.T) {
	for _, octets := range orders(t) {
		m := NewModulus(octets)
		q := new(big.Int).SetBytes(reversed(octets))
		n := m.Limbs()
		values := edges(n, 189, rand.New(rand.NewPCG(2, uint64(n))))
		for d := int64(-2); d < 3; d++ {
			values = append(values, new(big.Int).Add(q, big.NewInt(d)))
		}
		num := func(x *Scalar) *big.Int {
			b := make([]byte, 8*n)
			m.PutBytes(b, x)
			return new(big.Int).SetBytes(reversed(b))
		}
		same := func(what string, got *Scalar, want *big.Int) {
			t.Helper()
			if w := new(big.Int).Mod(want, q); num(got).Cmp(w) != 0 {
				t.Fatalf("%d limbs, %s: got %x, want %x", n, what, num(got), w)
			}
		}
		var z Scalar
		for _, a := range values {
			var x Scalar
			below := m.SetBytes(&x, reversed(a.FillBytes(make([]byte, 8*n))))
			same("value", &x, a)
			if (below != 0) != (a.Cmp(q) < 0) {
				t.Fatalf("%x: below q is %x", a, below)
			}
			if x.IsZero() == 0 {
				even := m.MakeOdd(&z, &x)
				if num(&z).Bit(0) != 1 || (even != 0) != (num(&x).Bit(0) == 0) {
					t.Fatalf("%x made odd gives %x", a, num(&z))
				}
				if even != 0 {
					m.Add(&z, &z, &x)
					same("sum with the negative", &z, new(big.Int))
				}
			}
			for i := 0; i < 64*n; i += 5 {
				want := new(big.Int).Rsh(num(&x), uint(i)).Uint64() & 63
				if got := x.Window(i, 6); got != want {
					t.Fatalf("%x: bits from %d are %d, want %d", num(&x), i, got, want)
				}
			}
			for _, b := range values {
				var y Scalar
				m.SetBytes(&y, reversed(b.FillBytes(make([]byte, 8*n))))
				m.Mul(&z, &x, &y)
				same("product", &z, new(big.Int).Mul(a, b))
				m.Add(&z, &x, &y)
				same("sum", &z, new(big.Int).Add(a, b))
				m.Sub(&z, &x, &y)
				same("difference", &z, new(big.Int).Sub(a, b))
			}
		}
	}
}
