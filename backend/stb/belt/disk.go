package belt

// EncryptBDE encrypts the blocks of a sector one by one (belt-bde, clause 7.9.3): src and dst have
// the same length, a multiple of 16 octets and at least 16, and are the same slice or do not
// overlap; iv has 16 octets and belongs to the place of the sector. Other lengths give ErrLength.
func (c *Cipher) EncryptBDE(dst, src, iv []byte) error {
	return c.bde(dst, src, iv, encrypt)
}

// DecryptBDE is the inverse of EncryptBDE (clause 7.9.4).
func (c *Cipher) DecryptBDE(dst, src, iv []byte) error {
	return c.bde(dst, src, iv, decrypt)
}

func (c *Cipher) bde(dst, src, iv []byte, one func(*[8]uint32, *[4]uint32)) error {
	if len(src) == 0 || len(src)%BlockSize != 0 || len(dst) != len(src) || len(iv) != BlockSize {
		return ErrLength
	}
	var x [4]uint32
	load(&x, iv)
	encrypt(&c.k, &x)
	s := toElement(&x)
	for len(src) > 0 {
		s = s.timesX()
		mask := s.words()
		load(&x, src)
		xor(&x, &mask)
		one(&c.k, &x)
		xor(&x, &mask)
		store(dst, &x)
		dst, src = dst[BlockSize:], src[BlockSize:]
	}
	return nil
}

// EncryptSDE encrypts a sector as a whole (belt-sde, clause 7.9.5): like EncryptBDE, with at
// least 32 octets.
func (c *Cipher) EncryptSDE(dst, src, iv []byte) error {
	return c.sde(dst, src, iv, c.EncryptWide)
}

// DecryptSDE is the inverse of EncryptSDE (clause 7.9.6).
func (c *Cipher) DecryptSDE(dst, src, iv []byte) error {
	return c.sde(dst, src, iv, c.DecryptWide)
}

func (c *Cipher) sde(dst, src, iv []byte, wide func([]byte) error) error {
	if len(src) < 2*BlockSize || len(src)%BlockSize != 0 || len(dst) != len(src) || len(iv) != BlockSize {
		return ErrLength
	}
	var s [BlockSize]byte
	c.Encrypt(s[:], iv)
	copy(dst, src)
	xorOctets(dst[:BlockSize], dst, s[:])
	if err := wide(dst); err != nil {
		return err
	}
	xorOctets(dst[:BlockSize], dst, s[:])
	return nil
}
