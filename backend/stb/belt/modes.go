package belt

// EncryptECB encrypts src into dst (belt-ecb, clause 7.1.3). Both have the same length, 16
// octets or more; a length that is no multiple of 16 is handled by stealing ciphertext. dst
// and src are the same slice or do not overlap. Shorter input gives ErrLength.
func (c *Cipher) EncryptECB(dst, src []byte) error { return c.ecb(dst, src, false) }

// DecryptECB is the inverse of EncryptECB (clause 7.1.4).
func (c *Cipher) DecryptECB(dst, src []byte) error { return c.ecb(dst, src, true) }

// ecb serves both directions: stealing works the same way in both.
func (c *Cipher) ecb(dst, src []byte, inverse bool) error {
	if len(src) < BlockSize || len(dst) != len(src) {
		return ErrLength
	}
	var x, y, z [4]uint32
	full := len(src) &^ (BlockSize - 1)
	i := 0
	for ; full-i >= 3*BlockSize; i += 3 * BlockSize {
		in, out := src[i:i+3*BlockSize], dst[i:i+3*BlockSize]
		load(&x, in)
		load(&y, in[BlockSize:])
		load(&z, in[2*BlockSize:])
		if inverse {
			decrypt3(&c.k, &x, &y, &z)
		} else {
			encrypt3(&c.k, &x, &y, &z)
		}
		store(out, &x)
		store(out[BlockSize:], &y)
		store(out[2*BlockSize:], &z)
	}
	for ; i < full; i += BlockSize {
		c.one(dst[i:], src[i:], inverse)
	}
	// The block before a tail is needed again, from dst.
	return c.ecbTail(dst[full-BlockSize:], src[full:], inverse)
}

// one encrypts a block, or decrypts it.
func (c *Cipher) one(dst, src []byte, inverse bool) {
	if inverse {
		c.Decrypt(dst, src)
	} else {
		c.Encrypt(dst, src)
	}
}

// ecbTail finishes with a tail shorter than a block: dst begins with the last full block of
// output, which lends its end.
func (c *Cipher) ecbTail(dst, tail []byte, inverse bool) error {
	if len(tail) == 0 {
		return nil
	}
	var last [BlockSize]byte
	copy(last[:], dst[:BlockSize])
	n := copy(last[:], tail)
	copy(dst[BlockSize:], dst[:n])
	c.one(dst, last[:], inverse)
	clear(last[:])
	return nil
}

// EncryptCBC encrypts src into dst under an initialisation vector of 16 octets (belt-cbc, clause 7.2.3).
// Lengths and overlap as in EncryptECB; a vector of another length gives ErrLength too. The vector
// must be unpredictable.
func (c *Cipher) EncryptCBC(dst, src, iv []byte) error {
	if len(src) < BlockSize || len(dst) != len(src) || len(iv) != BlockSize {
		return ErrLength
	}
	var x, y [4]uint32
	load(&y, iv)
	for len(src) >= BlockSize {
		load(&x, src)
		xor(&y, &x)
		encrypt(&c.k, &y)
		if n := len(src) - BlockSize; n > 0 && n < BlockSize {
			return c.cbcEncryptTail(dst, src[BlockSize:], &y)
		}
		store(dst, &y)
		dst, src = dst[BlockSize:], src[BlockSize:]
	}
	return nil
}

// cbcEncryptTail writes the last full block and the tail: y is the encryption of the last full one.
func (c *Cipher) cbcEncryptTail(dst, tail []byte, y *[4]uint32) error {
	var last, stolen [BlockSize]byte
	store(stolen[:], y)
	n := copy(last[:], tail)
	xorOctets(last[:n], last[:n], stolen[:n])
	copy(last[n:], stolen[n:])
	var x [4]uint32
	load(&x, last[:])
	encrypt(&c.k, &x)
	store(dst, &x)
	copy(dst[BlockSize:], stolen[:n])
	return nil
}

// DecryptCBC is the inverse of EncryptCBC (clause 7.2.4).
func (c *Cipher) DecryptCBC(dst, src, iv []byte) error {
	if len(src) < BlockSize || len(dst) != len(src) || len(iv) != BlockSize {
		return ErrLength
	}
	var prev, x, y, cx, cy [4]uint32
	load(&prev, iv)
	for len(src) > 0 {
		if n := len(src) - BlockSize; n > 0 && n < BlockSize {
			c.cbcDecryptTail(dst, src, &prev)
			return nil
		}
		load(&x, src)
		cx = x
		if n := len(src) - 2*BlockSize; n == 0 || n >= BlockSize {
			load(&y, src[BlockSize:])
			cy = y
			decrypt2(&c.k, &x, &y)
			xor(&x, &prev)
			xor(&y, &cx)
			store(dst, &x)
			store(dst[BlockSize:], &y)
			prev = cy
			dst, src = dst[2*BlockSize:], src[2*BlockSize:]
			continue
		}
		decrypt(&c.k, &x)
		xor(&x, &prev)
		store(dst, &x)
		prev = cx
		dst, src = dst[BlockSize:], src[BlockSize:]
	}
	return nil
}

// cbcDecryptTail decrypts a full block and the tail after it.
func (c *Cipher) cbcDecryptTail(dst, src []byte, prev *[4]uint32) {
	n := len(src) - BlockSize
	var x [4]uint32
	var t, last [BlockSize]byte
	load(&x, src)
	decrypt(&c.k, &x)
	store(t[:], &x)
	copy(last[:], src[BlockSize:])
	copy(last[n:], t[n:])
	xorOctets(dst[BlockSize:], t[:n], last[:n])
	load(&x, last[:])
	decrypt(&c.k, &x)
	xor(&x, prev)
	store(dst, &x)
	clear(t[:])
}
