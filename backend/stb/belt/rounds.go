package belt

// encrypt applies belt-block (STB 34.101.31, clause 6.1.3) to x in place. The
// three swaps that end a round are done by renaming the variables, so that four
// rounds later every variable has its own name again.
func encrypt(k *[8]uint32, x *[4]uint32) {
	a, b, c, d := x[0], x[1], x[2], x[3]
	var e uint32
	b, c = b^g5(a+k[0]), c^g21(d+k[1])
	a -= g13(b + k[2])
	e = g21(b+c+k[3]) ^ 1
	b, c = b+e, c-e
	d, b = d+g13(c+k[4]), b^g21(a+k[5])
	c ^= g5(d + k[6])
	d, a = d^g5(b+k[7]), a^g21(c+k[0])
	b -= g13(d + k[1])
	e = g21(d+a+k[2]) ^ 2
	d, a = d+e, a-e
	c, d = c+g13(a+k[3]), d^g21(b+k[4])
	a ^= g5(c + k[5])
	c, b = c^g5(d+k[6]), b^g21(a+k[7])
	d -= g13(c + k[0])
	e = g21(c+b+k[1]) ^ 3
	c, b = c+e, b-e
	a, c = a+g13(b+k[2]), c^g21(d+k[3])
	b ^= g5(a + k[4])
	a, d = a^g5(c+k[5]), d^g21(b+k[6])
	c -= g13(a + k[7])
	e = g21(a+d+k[0]) ^ 4
	a, d = a+e, d-e
	b, a = b+g13(d+k[1]), a^g21(c+k[2])
	d ^= g5(b + k[3])
	b, c = b^g5(a+k[4]), c^g21(d+k[5])
	a -= g13(b + k[6])
	e = g21(b+c+k[7]) ^ 5
	b, c = b+e, c-e
	d, b = d+g13(c+k[0]), b^g21(a+k[1])
	c ^= g5(d + k[2])
	d, a = d^g5(b+k[3]), a^g21(c+k[4])
	b -= g13(d + k[5])
	e = g21(d+a+k[6]) ^ 6
	d, a = d+e, a-e
	c, d = c+g13(a+k[7]), d^g21(b+k[0])
	a ^= g5(c + k[1])
	c, b = c^g5(d+k[2]), b^g21(a+k[3])
	d -= g13(c + k[4])
	e = g21(c+b+k[5]) ^ 7
	c, b = c+e, b-e
	a, c = a+g13(b+k[6]), c^g21(d+k[7])
	b ^= g5(a + k[0])
	a, d = a^g5(c+k[1]), d^g21(b+k[2])
	c -= g13(a + k[3])
	e = g21(a+d+k[4]) ^ 8
	a, d = a+e, d-e
	b, a = b+g13(d+k[5]), a^g21(c+k[6])
	d ^= g5(b + k[7])
	x[0], x[1], x[2], x[3] = b, d, a, c
}

// decrypt is the inverse of encrypt (clause 6.1.4).
func decrypt(k *[8]uint32, x *[4]uint32) {
	a, b, c, d := x[0], x[1], x[2], x[3]
	var e uint32
	b, c = b^g5(a+k[7]), c^g21(d+k[6])
	a -= g13(b + k[5])
	e = g21(b+c+k[4]) ^ 8
	b, c = b+e, c-e
	d, b = d+g13(c+k[3]), b^g21(a+k[2])
	c ^= g5(d + k[1])
	a, d = a^g5(c+k[0]), d^g21(b+k[7])
	c -= g13(a + k[6])
	e = g21(a+d+k[5]) ^ 7
	a, d = a+e, d-e
	b, a = b+g13(d+k[4]), a^g21(c+k[3])
	d ^= g5(b + k[2])
	c, b = c^g5(d+k[1]), b^g21(a+k[0])
	d -= g13(c + k[7])
	e = g21(c+b+k[6]) ^ 6
	c, b = c+e, b-e
	a, c = a+g13(b+k[5]), c^g21(d+k[4])
	b ^= g5(a + k[3])
	d, a = d^g5(b+k[2]), a^g21(c+k[1])
	b -= g13(d + k[0])
	e = g21(d+a+k[7]) ^ 5
	d, a = d+e, a-e
	c, d = c+g13(a+k[6]), d^g21(b+k[5])
	a ^= g5(c + k[4])
	b, c = b^g5(a+k[3]), c^g21(d+k[2])
	a -= g13(b + k[1])
	e = g21(b+c+k[0]) ^ 4
	b, c = b+e, c-e
	d, b = d+g13(c+k[7]), b^g21(a+k[6])
	c ^= g5(d + k[5])
	a, d = a^g5(c+k[4]), d^g21(b+k[3])
	c -= g13(a + k[2])
	e = g21(a+d+k[1]) ^ 3
	a, d = a+e, d-e
	b, a = b+g13(d+k[0]), a^g21(c+k[7])
	d ^= g5(b + k[6])
	c, b = c^g5(d+k[5]), b^g21(a+k[4])
	d -= g13(c + k[3])
	e = g21(c+b+k[2]) ^ 2
	c, b = c+e, b-e
	a, c = a+g13(b+k[1]), c^g21(d+k[0])
	b ^= g5(a + k[7])
	d, a = d^g5(b+k[6]), a^g21(c+k[5])
	b -= g13(d + k[4])
	e = g21(d+a+k[3]) ^ 1
	d, a = d+e, a-e
	c, d = c+g13(a+k[2]), d^g21(b+k[1])
	a ^= g5(c + k[0])
	x[0], x[1], x[2], x[3] = c, a, d, b
}
