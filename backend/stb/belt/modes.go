package belt

// EncryptECB encrypts src into dst (belt-ecb, clause 7.1.3). Both have the same length, 16
// octets or more; a length that is no multiple of 16 is handled by stealing ciphertext. dst
// and src are the same slice or do not overlap. Shorter input gives ErrLength.
func (c *Cipher) EncryptECB(dst, src []byte) error {
	return c.ecb(dst, src, encrypt, c.encryptPair)
}

// DecryptECB is the inverse of EncryptECB (clause 7.1.4).
func (c *Cipher) DecryptECB(dst, src []byte) error {
	return c.ecb(dst, src, decrypt, c.decryptPair)
}

func (c *Cipher) encryptPair(x, y *[4]uint32) { encrypt2(&c.k, &c.k, x, y) }

func (c *Cipher) decryptPair(x, y *[4]uint32) { decrypt2(&c.k, x, y) }

// ecb serves both directions: stealing works the same way in both.
func (c *Cipher) ecb(dst, src []byte, one func(*[8]uint32, *[4]uint32), two func(x, y *[4]uint32)) error {
	if len(src) < BlockSize || len(dst) != len(src) {
		return ErrLength
	}
	var x, y [4]uint32
	tail := len(src) % BlockSize
	for len(src) >= 2*BlockSize {
		load(&x, src)
		load(&y, src[BlockSize:])
		two(&x, &y)
		// The block before a tail is needed again below, from dst, hence the order of stores.
		store(dst, &x)
		store(dst[BlockSize:], &y)
		if len(src) == 2*BlockSize+tail {
			return c.ecbTail(dst[BlockSize:], src[2*BlockSize:], one)
		}
		dst, src = dst[2*BlockSize:], src[2*BlockSize:]
	}
	load(&x, src)
	one(&c.k, &x)
	store(dst, &x)
	return c.ecbTail(dst, src[BlockSize:], one)
}

// ecbTail finishes with a tail shorter than a block: dst begins with the last full block of
// output, which lends its end.
func (c *Cipher) ecbTail(dst, tail []byte, one func(*[8]uint32, *[4]uint32)) error {
	if len(tail) == 0 {
		return nil
	}
	var last [BlockSize]byte
	copy(last[:], dst[:BlockSize])
	n := copy(last[:], tail)
	copy(dst[BlockSize:], dst[:n])
	var x [4]uint32
	load(&x, last[:])
	one(&c.k, &x)
	store(dst, &x)
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
