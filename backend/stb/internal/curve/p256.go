package curve

import (
	"sync"

	"akno/backend/stb/internal/mp"
)

// Bits256 is the length of a field element and of the group order of bign-curve256v1.
const Bits256 = 256

// affine256 is a point of bign-curve256v1 other than infinity.
type affine256 struct{ x, y mp.E4 }

// point256 is a point in Jacobian coordinates: (x/z^2, y/z^3), infinity where z is zero.
type point256 struct{ x, y, z mp.E4 }

// cached256 is a point prepared for being added: with the square and the cube of z.
type cached256 struct {
	point256
	zz, zzz mp.E4
}

// tables256 holds what is computed once for the base point G.
type tables256 struct {
	b    mp.E4
	base affine256
	// comb[i][j] is (2j+1) 2^(combBits*i) G; the windows of a secret number.
	comb [(Bits256 + combBits - 1) / combBits][1 << (combBits - 1)]affine256
	// low[j] is (2j+1) G and high[j] is (2j+1) 2^l G; for public numbers.
	low, high [1 << (nafBase - 2)]affine256
}

// shared256 returns the tables, made at the first call.
var shared256 = sync.OnceValue(func() *tables256 {
	t := new(tables256)
	t.b.SetBytes(octets(b256))
	t.base.y.SetBytes(octets(y256))
	p := t.base.point()
	for i := range t.comb {
		oddMultiples256(t.comb[i][:], &p)
		for range combBits {
			p.double(&p)
		}
	}
	p = t.base.point()
	oddMultiples256(t.low[:], &p)
	for range Bits256 / 2 {
		p.double(&p)
	}
	oddMultiples256(t.high[:], &p)
	return t
})

// point returns a in Jacobian coordinates.
func (a *affine256) point() point256 { return point256{a.x, a.y, mp.E4{1}} }

// double sets r to 2p, in constant time. Infinity gives infinity.
func (r *point256) double(p *point256) {
	var y2, g, b, d, e, t mp.E4
	y2.Add(&p.y, &p.y)
	g.Square(&y2)
	b.Mul(&p.x, &g)
	d.Square(&p.z)
	r.z.Mul(&y2, &p.z)
	t.Sub(&p.x, &d)
	d.Add(&p.x, &d)
	t.Mul(&t, &d)
	e.Add(&t, &t)
	e.Add(&e, &t)
	t.Square(&e)
	t.Sub(&t, &b)
	r.x.Sub(&t, &b)
	b.Sub(&b, &r.x)
	b.Mul(&b, &e)
	g.Square(&g)
	g.Half(&g)
	r.y.Sub(&b, &g)
}

// addMixed sets r to p+q and returns the differences of abscissae and ordinates over a
// common denominator. Where the first is zero the result is meaningless: the points are
// equal, opposite, or p is infinity. r and p may be the same variable.
func (r *point256) addMixed(p *point256, q *affine256) (h, d mp.E4) {
	var zz, hh, v, t mp.E4
	zz.Square(&p.z)
	h.Mul(&q.x, &zz)
	h.Sub(&h, &p.x)
	d.Mul(&q.y, &p.z)
	d.Mul(&d, &zz)
	d.Sub(&d, &p.y)
	hh.Square(&h)
	r.z.Mul(&p.z, &h)
	v.Mul(&p.x, &hh)
	hh.Mul(&hh, &h)
	t.Square(&d)
	t.Sub(&t, &hh)
	t.Sub(&t, &v)
	r.x.Sub(&t, &v)
	v.Sub(&v, &r.x)
	v.Mul(&v, &d)
	hh.Mul(&hh, &p.y)
	r.y.Sub(&v, &hh)
	return h, d
}

// addCached is addMixed for a prepared point.
func (r *point256) addCached(p *point256, q *cached256) (h, d mp.E4) {
	var zz, u, s, v, t mp.E4
	zz.Square(&p.z)
	u.Mul(&p.x, &q.zz)
	h.Mul(&q.x, &zz)
	h.Sub(&h, &u)
	s.Mul(&p.y, &q.zzz)
	d.Mul(&q.y, &p.z)
	d.Mul(&d, &zz)
	d.Sub(&d, &s)
	zz.Square(&h)
	t.Mul(&p.z, &q.z)
	r.z.Mul(&t, &h)
	v.Mul(&u, &zz)
	zz.Mul(&zz, &h)
	t.Square(&d)
	t.Sub(&t, &zz)
	t.Sub(&t, &v)
	r.x.Sub(&t, &v)
	v.Sub(&v, &r.x)
	v.Mul(&v, &d)
	zz.Mul(&zz, &s)
	r.y.Sub(&v, &zz)
	return h, d
}

// addComplete sets r to p+q in constant time for any p but infinity and any q but -p.
func (r *point256) addComplete(p *point256, q *affine256) {
	var sum, twice point256
	twice.double(p)
	h, d := sum.addMixed(p, q)
	equal := h.IsZero() & d.IsZero()
	r.x.Select(equal, &twice.x, &sum.x)
	r.y.Select(equal, &twice.y, &sum.y)
	r.z.Select(equal, &twice.z, &sum.z)
}

// settle repairs r, the result of adding a point equal or opposite to p, or to
// infinity. It is not constant time.
func (r *point256) settle(p point256, q *point256, d *mp.E4) {
	switch {
	case p.z.IsZero() != 0:
		*r = *q
	case d.IsZero() != 0:
		r.double(&p)
	default:
		*r = point256{}
	}
}

// addPublic adds to r the affine q, or its negative; any case is right, the time depends on it.
func (r *point256) addPublic(q *affine256, negative bool) {
	p, a := *r, *q
	if negative {
		a.y.Neg(&a.y)
	}
	if h, d := r.addMixed(&p, &a); h.IsZero() != 0 {
		j := a.point()
		r.settle(p, &j, &d)
	}
}

// addPublicCached is addPublic for a prepared point.
func (r *point256) addPublicCached(q *cached256, negative bool) {
	p, a := *r, *q
	if negative {
		a.y.Neg(&a.y)
	}
	if h, d := r.addCached(&p, &a); h.IsZero() != 0 {
		r.settle(p, &a.point256, &d)
	}
}

// prepare returns p with the square and the cube of its z.
func (p *point256) prepare() (c cached256) {
	c.point256 = *p
	c.zz.Square(&p.z)
	c.zzz.Mul(&c.zz, &p.z)
	return c
}

// affine sets a to p, which is not infinity. What it knew of z is wiped, see wipe.
func (p *point256) affine(a *affine256) {
	var zi, zz mp.E4
	zi.Inv(&p.z)
	zz.Square(&zi)
	a.x.Mul(&p.x, &zz)
	zz.Mul(&zz, &zi)
	a.y.Mul(&p.y, &zz)
	clear(zi[:])
	clear(zz[:])
}

// wipe clears p: who knows z, besides the point, learns about the number it is a multiple by.
func (p *point256) wipe() {
	clear(p.x[:])
	clear(p.y[:])
	clear(p.z[:])
}

// wipe clears a.
func (a *affine256) wipe() {
	clear(a.x[:])
	clear(a.y[:])
}

// put writes a to out: x and y, little-endian.
func (a *affine256) put(out []byte) {
	a.x.PutBytes(out[:Bits256/8])
	a.y.PutBytes(out[Bits256/8 : Bits256/4])
}

// oddMultiples256 sets t[j] to (2j+1)p with one inversion for all. No multiple is infinity
// and the sequence of operations does not depend on p.
func oddMultiples256(t []affine256, p *point256) {
	var points [maxMultiples]point256
	var products [maxMultiples]mp.E4
	var twice point256
	twice.double(p)
	c := twice.prepare()
	points[0], products[0] = *p, p.z
	for i := 1; i < len(t); i++ {
		points[i].addCached(&points[i-1], &c)
		products[i].Mul(&products[i-1], &points[i].z)
	}
	var inv, zi, zz mp.E4
	inv.Inv(&products[len(t)-1])
	for i := len(t) - 1; i >= 0; i-- {
		zi = inv
		if i > 0 {
			zi.Mul(&inv, &products[i-1])
			inv.Mul(&inv, &points[i].z)
		}
		zz.Square(&zi)
		t[i].x.Mul(&points[i].x, &zz)
		zz.Mul(&zz, &zi)
		t[i].y.Mul(&points[i].y, &zz)
	}
}

// selectSigned256 sets a to the entry of table that belongs to the digit 2v+1-2len(table), reading
// all entries: the odd multiples, negated for a negative digit.
func selectSigned256(a *affine256, table []affine256, v uint64) {
	n := uint64(len(table))
	negative := -((v - n) >> 63) // v below n; no division, whose time may depend on v
	index := v ^ negative
	index &= n - 1
	*a = affine256{}
	for i := range table {
		m := equalMask(uint64(i), index)
		a.x.Or(m, &table[i].x)
		a.y.Or(m, &table[i].y)
	}
	a.y.CondNeg(negative)
}

// BaseMult256 writes kG to out, 64 octets at level 128, in constant time. k is neither zero
// nor above the order.
func BaseMult256(out []byte, k *mp.Scalar) {
	t := shared256()
	var odd mp.Scalar
	negate := Order256.MakeOdd(&odd, k)
	var a affine256
	selectSigned256(&a, t.comb[0][:], odd.Window(1, combBits))
	p := a.point()
	last := len(t.comb) - 1
	for i := 1; i < last; i++ {
		selectSigned256(&a, t.comb[i][:], odd.Window(i*combBits+1, combBits))
		p.addMixed(&p, &a)
	}
	// The first digit is positive: it stands for itself, above the middle of the range. Only here the
	// two points can be equal, modulo the order.
	top := odd.Window(last*combBits+1, combBits) + 1<<(combBits-1)
	selectSigned256(&a, t.comb[last][:], top)
	p.addComplete(&p, &a)
	p.affine(&a)
	a.y.CondNeg(negate)
	a.put(out)
	clear(odd[:])
	p.wipe()
}

// Mult256 writes kQ to out in constant time, for the point Q given as x and y, and returns
// false when Q is not on the curve. k is neither zero nor above the order.
func Mult256(out, q []byte, k *mp.Scalar) bool {
	var a affine256
	if !a.set(q) {
		return false
	}
	var table [1 << (multBits - 1)]affine256
	p := a.point()
	oddMultiples256(table[:], &p)
	var odd mp.Scalar
	negate := Order256.MakeOdd(&odd, k)
	const last = (Bits256+multBits-1)/multBits - 1
	selectSigned256(&a, table[:], odd.Window(last*multBits+1, multBits)+1<<(multBits-1))
	p = a.point()
	for i := last - 1; i >= 0; i-- {
		for range multBits {
			p.double(&p)
		}
		selectSigned256(&a, table[:], odd.Window(i*multBits+1, multBits))
		if i == 0 {
			p.addComplete(&p, &a)
		} else {
			p.addMixed(&p, &a)
		}
	}
	p.affine(&a)
	a.y.CondNeg(negate)
	a.put(out)
	clear(odd[:])
	p.wipe()
	a.wipe()
	return true
}

// set reads x and y and returns whether they are below p and the point is on the curve.
func (a *affine256) set(xy []byte) bool {
	below := a.x.SetBytes(xy[:Bits256/8]) & a.y.SetBytes(xy[Bits256/8:Bits256/4])
	var l, r mp.E4
	l.Square(&a.y)
	a.right(&r)
	return below&l.Equal(&r) != 0
}

// right sets r to x^3 - 3x + b.
func (a *affine256) right(r *mp.E4) {
	var t mp.E4
	t.Square(&a.x)
	t.Mul(&t, &a.x)
	t.Sub(&t, &a.x)
	t.Sub(&t, &a.x)
	t.Sub(&t, &a.x)
	r.Add(&t, &shared256().b)
}

// OnCurve256 returns whether x and y, 64 octets at level 128, are the coordinates of a point.
func OnCurve256(xy []byte) bool {
	var a affine256
	return a.set(xy)
}

// Lift256 writes to out a point with the abscissa x, 32 octets at level 128, and returns
// whether there is one. x is public.
func Lift256(out, x []byte) bool {
	var a affine256
	if a.x.SetBytes(x) == 0 {
		return false
	}
	a.right(&a.y)
	if a.y.Sqrt(&a.y) == 0 {
		return false
	}
	a.put(out)
	return true
}

// DoubleMult256 writes uG + vQ to out and returns whether that is a point: false when
// it is infinity or Q is not on the curve. v is below 2^(l+1). All arguments are public:
// the time depends on them.
func DoubleMult256(out, q []byte, u, v *mp.Scalar) bool {
	var a affine256
	if !a.set(q) {
		return false
	}
	t := shared256()
	var cached [1 << (nafPoint - 2)]cached256
	p := a.point()
	cached[0] = p.prepare()
	p.double(&p)
	twice := p.prepare()
	for i := 1; i < len(cached); i++ {
		p.addCached(&cached[i-1].point256, &twice)
		cached[i] = p.prepare()
	}
	var low, high, point [Bits256/2 + 2]int16
	naf(low[:], u, 0, Bits256/2, nafBase)
	naf(high[:], u, Bits256/2, Bits256/2, nafBase)
	naf(point[:], v, 0, Bits256/2+1, nafPoint)
	p = point256{}
	for i := len(point) - 1; i >= 0; i-- {
		p.double(&p)
		if d := low[i]; d != 0 {
			p.addPublic(&t.low[abs(d)/2], d < 0)
		}
		if d := high[i]; d != 0 {
			p.addPublic(&t.high[abs(d)/2], d < 0)
		}
		if d := point[i]; d != 0 {
			p.addPublicCached(&cached[abs(d)/2], d < 0)
		}
	}
	if p.z.IsZero() != 0 {
		return false
	}
	p.affine(&a)
	a.put(out)
	return true
}

// Subtract256 writes p-q to out for two points given as x and y, and returns false when the
// difference is infinity or one of them is not on the curve. Both are public.
func Subtract256(out, p, q []byte) bool {
	var a, b affine256
	if !a.set(p) || !b.set(q) {
		return false
	}
	r := a.point()
	r.addPublic(&b, true)
	if r.z.IsZero() != 0 {
		return false
	}
	r.affine(&a)
	a.put(out)
	return true
}
