package belt

import (
	"bytes"
	"encoding"
	"hash"
	"testing"
)

func TestBlockMatchesStandard(t *testing.T) {
	for _, v := range standardVectors(t, "belt-block", 2) {
		c, err := NewCipher(v.in(t, "key"))
		if err != nil {
			t.Fatal(err)
		}
		got := make([]byte, BlockSize)
		var want []byte
		if v.has("pt") {
			c.Encrypt(got, v.in(t, "pt"))
			want = v.out(t, "ct")
		} else {
			c.Decrypt(got, v.in(t, "ct"))
			want = v.out(t, "pt")
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s: got %X, want %X", v.Direction, got, want)
		}
	}
}

func TestCompressMatchesStandard(t *testing.T) {
	for _, v := range standardVectors(t, "belt-compress", 1) {
		in := v.in(t, "x")
		s, y := Compress((*[64]byte)(in))
		if !bytes.Equal(s[:], v.out(t, "s")) || !bytes.Equal(y[:], v.out(t, "y")) {
			t.Errorf("got %X %X", s, y)
		}
	}
}

func TestHashMatchesStandard(t *testing.T) {
	for _, v := range standardVectors(t, "belt-hash", 3) {
		got := Sum256(v.in(t, "msg"))
		if !bytes.Equal(got[:], v.out(t, "hash")) {
			t.Errorf("got %X, want %X", got, v.out(t, "hash"))
		}
	}
}

func TestHashDoesNotDependOnPieces(t *testing.T) {
	msg := make([]byte, 300)
	for i := range msg {
		msg[i] = byte(i * 7)
	}
	d := NewHash()
	for n := range msg {
		want := Sum256(msg[:n])
		for step := 1; step < 70; step += 3 {
			d.Reset()
			for p := msg[:n]; len(p) > 0; p = p[min(step, len(p)):] {
				d.Write(p[:min(step, len(p))])
			}
			if got := d.Sum(nil); !bytes.Equal(got, want[:]) {
				t.Fatalf("length %d by %d: got %X, want %X", n, step, got, want)
			}
		}
	}
}

func TestSumLeavesStateUsable(t *testing.T) {
	d := NewHash()
	d.Write([]byte("first"))
	d.Sum(nil)
	d.Write([]byte("second"))
	want := Sum256([]byte("firstsecond"))
	if got := d.Sum([]byte{1, 2}); !bytes.Equal(got[2:], want[:]) || got[0] != 1 || got[1] != 2 {
		t.Errorf("got %X, want prefix 0102 and %X", got, want)
	}
}

func TestHashDoesNotAllocate(t *testing.T) {
	msg, out := make([]byte, 100), make([]byte, 0, Size)
	var d hash.Hash = NewHash()
	if n := testing.AllocsPerRun(100, func() {
		d.Reset()
		d.Write(msg)
		out = d.Sum(out[:0])
	}); n != 0 {
		t.Errorf("%v allocations per hash", n)
	}
	if n := testing.AllocsPerRun(100, func() { Sum256(msg) }); n != 0 {
		t.Errorf("%v allocations per Sum256", n)
	}
}

func TestClonedHashGoesOnByItself(t *testing.T) {
	a := NewHash()
	a.Write([]byte("one"))
	b, err := a.(hash.Cloner).Clone()
	if err != nil {
		t.Fatal(err)
	}
	a.Write([]byte("two"))
	b.Write([]byte("three"))
	want, other := Sum256([]byte("onetwo")), Sum256([]byte("onethree"))
	if !bytes.Equal(a.Sum(nil), want[:]) || !bytes.Equal(b.Sum(nil), other[:]) {
		t.Error("the two disturb one another")
	}
}

func TestHashSavesAndRestoresState(t *testing.T) {
	for n := range 100 {
		a := NewHash()
		a.Write(bytes.Repeat([]byte{3}, n))
		saved, err := a.(encoding.BinaryMarshaler).MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		b := NewHash()
		if err := b.(encoding.BinaryUnmarshaler).UnmarshalBinary(saved); err != nil {
			t.Fatal(err)
		}
		a.Write([]byte("tail"))
		b.Write([]byte("tail"))
		if !bytes.Equal(a.Sum(nil), b.Sum(nil)) {
			t.Fatalf("length %d: restored state gives another value", n)
		}
		if b.(encoding.BinaryUnmarshaler).UnmarshalBinary(saved[:len(saved)-1]) == nil {
			t.Fatal("truncated state accepted")
		}
	}
}

func BenchmarkHash16K(b *testing.B) {
	msg := make([]byte, 16384)
	b.SetBytes(16384)
	for b.Loop() {
		Sum256(msg)
	}
}

func BenchmarkEncryptBlock(b *testing.B) {
	c, _ := NewCipher(make([]byte, 32))
	x := make([]byte, 16)
	b.SetBytes(16)
	for b.Loop() {
		c.Encrypt(x, x)
	}
}

func BenchmarkEncrypt2(b *testing.B) {
	c, _ := NewCipher(make([]byte, 32))
	var x, y [4]uint32
	b.SetBytes(32)
	for b.Loop() {
		encrypt2(&c.k, &c.k, &x, &y)
	}
}
