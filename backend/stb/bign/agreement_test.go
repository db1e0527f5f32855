package bign

import (
	"bytes"
	"math/big"
	"slices"
	"testing"

	"akno/backend/stb/belt"
	"akno/backend/stb/internal/curve"
	"akno/backend/stb/internal/mp"
)

// The four entries of key agreement (STB 34.101.66, appendix Б) are transcripts of sessions: they
// have no inputs, so that no program can be asked for them. The protocols are not
// implemented; here their numbers are computed from the secret ones among them, with the
// group, the hash function, key transformation, the block cipher and the MAC of this tree.
// Greetings are empty and a certificate is the name followed by the key (Б.1, Б.2).

// session is a transcript.
type session struct {
	t   *testing.T
	out map[string]any
	c   *Curve
}

func transcript(t *testing.T, algorithm string) session {
	return session{t, standardVectors(t, algorithm, 1)[0].Outputs, Curve256v1()}
}

func (s session) get(name string) []byte { return unhex(s.t, s.out[name]) }

func (s session) check(name string, got []byte) {
	s.t.Helper()
	if want := s.get(name); !bytes.Equal(got, want) {
		s.t.Errorf("%s is %X, want %X", name, got, want)
	}
}

// number reads a number of any length modulo the order.
func (s session) number(b []byte) (x mp.Scalar) {
	s.c.order.SetBytes(&x, b)
	return x
}

// times is kP; the base point where p is nil.
func (s session) times(k, p []byte) []byte {
	s.t.Helper()
	x, out := s.number(k), make([]byte, 64)
	if p == nil {
		s.c.baseMult(out, &x)
	} else if !s.c.mult(out, p, &x) {
		s.t.Fatal("not a point")
	}
	return out
}

// key is bake-kdf: the key of the given number out of a secret (6.1).
func (s session) key(secret []byte, number byte) []byte {
	sum := belt.NewHash()
	sum.Write(secret)
	header := make([]byte, 16)
	header[0] = number
	k, err := belt.TransformKey(sum.Sum(nil), bytes.Repeat([]byte{0xff}, 12), header, 32)
	if err != nil {
		s.t.Fatal(err)
	}
	return k
}

func (s session) mac(key []byte, data ...[]byte) []byte {
	m, err := belt.NewMAC(key)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, d := range data {
		m.Write(d)
	}
	return m.Sum(nil)
}

// challenge is t, the half of the hash value of the abscissas, and 2^l + t.
func challenge(va, vb []byte) (t, with []byte) {
	sum := belt.NewHash()
	sum.Write(va[:32])
	sum.Write(vb[:32])
	t = sum.Sum(nil)[:16]
	return t, append(append(append([]byte(nil), t...), 1), make([]byte, 15)...)
}

// answer is s = u - (2^l + t)d modulo q.
func (s session) answer(u, with, d []byte) []byte {
	a, b, x, out := s.number(u), s.number(with), s.number(d), make([]byte, 32)
	s.c.order.Mul(&b, &b, &x)
	s.c.order.Sub(&a, &a, &b)
	s.c.order.PutBytes(out, &a)
	return out
}

func TestKeysOfTheTranscriptsBelongTogether(t *testing.T) {
	s := transcript(t, "bake-keys")
	s.check("Q_A", s.times(s.get("d_A"), nil))
	s.check("Q_B", s.times(s.get("d_B"), nil))
}

func TestTheTranscriptOfBMQVIsComputed(t *testing.T) {
	k, s := transcript(t, "bake-keys"), transcript(t, "bake-bmqv")
	va, vb := s.times(s.get("u_A"), nil), s.times(s.get("u_B"), nil)
	s.check("V_A", va)
	s.check("V_B", vb)
	c, with := challenge(va, vb)
	s.check("t", c)
	sa, sb := s.answer(s.get("u_A"), with, k.get("d_A")), s.answer(s.get("u_B"), with, k.get("d_B"))
	s.check("s_A", sa)
	s.check("s_B", sb)
	// Both sides come to one point: the answer of one, and what the other showed.
	for _, side := range [][3][]byte{{sa, vb, k.get("Q_B")}, {sb, va, k.get("Q_A")}} {
		d := make([]byte, 64)
		if !s.c.subtract(d, side[1], s.times(with, side[2])) {
			t.Fatal("infinity")
		}
		s.check("K", s.times(side[0], d))
	}
	secret := bytes.Join([][]byte{s.get("K")[:32], k.get("Id_A"), k.get("Q_A"), k.get("Id_B"), k.get("Q_B")}, nil)
	s.check("K_0", s.key(secret, 0))
	s.check("K_1", s.key(secret, 1))
	s.check("T_A", s.mac(s.key(secret, 1), make([]byte, 16)))
	s.check("T_B", s.mac(s.key(secret, 1), bytes.Repeat([]byte{0xff}, 16)))
}

func TestTheTranscriptOfBSTSIsComputed(t *testing.T) {
	k, s := transcript(t, "bake-keys"), transcript(t, "bake-bsts")
	va, vb := s.times(s.get("u_A"), nil), s.times(s.get("u_B"), nil)
	s.check("V_A", va)
	s.check("V_B", vb)
	c, with := challenge(va, vb)
	s.check("t", c)
	s.check("K", s.times(s.get("u_A"), vb))
	s.check("K", s.times(s.get("u_B"), va))
	secret := s.get("K")[:32]
	s.check("K_0", s.key(secret, 0))
	s.check("K_1", s.key(secret, 1))
	s.check("K_2", s.key(secret, 2))
	for _, side := range []string{"A", "B"} {
		a := s.answer(s.get("u_"+side), with, k.get("d_"+side))
		s.check("s_"+side, a)
		// Each shows the answer and the certificate under K_2, from different start values.
		last := make([]byte, 16)
		if side == "B" {
			last = bytes.Repeat([]byte{0xff}, 16)
		}
		y := bytes.Join([][]byte{a, k.get("Id_" + side), k.get("Q_" + side)}, nil)
		block, err := belt.NewCipher(s.key(secret, 2))
		if err != nil {
			t.Fatal(err)
		}
		block.NewCFBEncrypter(last).XORKeyStream(y, y)
		s.check("Y_"+side, y)
		s.check("T_"+side, s.mac(s.key(secret, 1), y, last))
	}
}

func TestTheTranscriptOfBPACEIsComputed(t *testing.T) {
	s := transcript(t, "bake-bpace")
	sum := belt.NewHash()
	sum.Write(s.get("P"))
	s.check("K_2", sum.Sum(nil))
	block, err := belt.NewCipher(s.get("K_2"))
	if err != nil {
		t.Fatal(err)
	}
	for _, side := range []string{"A", "B"} {
		y := make([]byte, 16)
		block.Encrypt(y, s.get("R_"+side))
		s.check("Y_"+side, y)
	}
	w := pointOf(t, append(s.get("R_A"), s.get("R_B")...))
	s.check("W", w)
	s.check("V_A", s.times(s.get("u_A"), w))
	s.check("V_B", s.times(s.get("u_B"), w))
	s.check("K", s.times(s.get("u_A"), s.get("V_B")))
	s.check("K", s.times(s.get("u_B"), s.get("V_A")))
	secret := bytes.Join([][]byte{s.get("K")[:32], s.get("V_A")[:32], s.get("V_B")[:32]}, nil)
	s.check("K_0", s.key(secret, 0))
	s.check("K_1", s.key(secret, 1))
	s.check("T_A", s.mac(s.key(secret, 1), make([]byte, 16)))
	s.check("T_B", s.mac(s.key(secret, 1), bytes.Repeat([]byte{0xff}, 16)))
}

// pointOf is bake-swu (6.2) by the words of the standard: the point that stands for 2l bits.
func pointOf(t *testing.T, x []byte) []byte {
	t.Helper()
	wrapped, err := belt.Wrap(make([]byte, 32), x, nil)
	if err != nil {
		t.Fatal(err)
	}
	b, _, _ := curve.Parameters(curve.Bits256)
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(189))
	mul := func(list ...*big.Int) *big.Int {
		out := big.NewInt(1)
		for _, v := range list {
			out.Mod(out.Mul(out, v), p)
		}
		return out
	}
	add := func(list ...*big.Int) *big.Int {
		out := new(big.Int)
		for _, v := range list {
			out.Mod(out.Add(out, v), p)
		}
		return out
	}
	neg := func(v *big.Int) *big.Int { return new(big.Int).Sub(p, v) }
	a, coefficient, one := neg(big.NewInt(3)), little(b), big.NewInt(1)
	s := new(big.Int).Mod(little(wrapped), p)
	u := neg(mul(s, s))
	v := add(u, mul(u, u))
	x1 := mul(neg(mul(coefficient, add(one, v))), new(big.Int).ModInverse(mul(a, v), p))
	x2 := mul(u, x1)
	y := add(mul(x1, x1, x1), mul(a, x1), coefficient)
	root := new(big.Int).Add(p, one)
	root.Sub(new(big.Int).Sub(p, one), root.Rsh(root, 2))
	r := new(big.Int).Exp(y, root, p)
	w := [2]*big.Int{x1, mul(r, y)}
	if mul(r, r, y).Cmp(one) != 0 {
		w = [2]*big.Int{x2, mul(s, s, s, y, r)}
	}
	out := make([]byte, 64)
	for i, v := range w {
		v.FillBytes(out[32*i : 32*i+32])
		slices.Reverse(out[32*i : 32*i+32])
	}
	return out
}

func little(b []byte) *big.Int {
	b = bytes.Clone(b)
	slices.Reverse(b)
	return new(big.Int).SetBytes(b)
}
