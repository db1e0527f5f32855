package main

import (
	"crypto/cipher"
	"encoding/json"

	"akno/backend/stb/belt"
)

func beltVectors() map[string]computation {
	return map[string]computation{
		"belt-block": both(func(c *belt.Cipher, dst, src, _ []byte) error {
			size(len(src), belt.BlockSize)
			c.Encrypt(dst, src)
			return nil
		}, func(c *belt.Cipher, dst, src, _ []byte) error {
			size(len(src), belt.BlockSize)
			c.Decrypt(dst, src)
			return nil
		}),
		"belt-wblock": both(func(c *belt.Cipher, dst, src, _ []byte) error {
			copy(dst, src)
			return c.EncryptWide(dst)
		}, func(c *belt.Cipher, dst, src, _ []byte) error {
			copy(dst, src)
			return c.DecryptWide(dst)
		}),
		"belt-ecb": both(
			func(c *belt.Cipher, dst, src, _ []byte) error { return c.EncryptECB(dst, src) },
			func(c *belt.Cipher, dst, src, _ []byte) error { return c.DecryptECB(dst, src) }),
		"belt-cbc": both((*belt.Cipher).EncryptCBC, (*belt.Cipher).DecryptCBC),
		"belt-cfb": both(stream((*belt.Cipher).NewCFBEncrypter), stream((*belt.Cipher).NewCFBDecrypter)),
		"belt-ctr": both(stream((*belt.Cipher).NewCTR), stream((*belt.Cipher).NewCTR)),
		"belt-bde": both((*belt.Cipher).EncryptBDE, (*belt.Cipher).DecryptBDE),
		"belt-sde": both((*belt.Cipher).EncryptSDE, (*belt.Cipher).DecryptSDE),
		"belt-compress": func(in inputs) (outputs, error) {
			x := in.octets("x")
			size(len(x), 64)
			s, y := belt.Compress((*[64]byte)(x))
			return outputs{"s": upper(s[:]), "y": upper(y[:])}, nil
		},
		"belt-mac": func(in inputs) (outputs, error) {
			m, err := belt.NewMAC(in.octets("key"))
			if err != nil {
				return nil, err
			}
			m.Write(in.octets("msg"))
			return outputs{"mac": upper(m.Sum(nil))}, nil
		},
		"belt-polymul": func(in inputs) (outputs, error) {
			u, v := in.octets("u"), in.octets("v")
			size(len(u), 16)
			size(len(v), 16)
			w := belt.PolyMul([16]byte(u), [16]byte(v))
			return outputs{"w": upper(w[:])}, nil
		},
		"belt-dwp":             sealing(belt.NewDWP),
		"belt-che":             sealing(belt.NewCHE),
		"belt-kwp":             wrapping,
		"belt-fmt":             format,
		"belt-hash":            hashing(belt.NewHash),
		"belt-hash-montecarlo": monteCarlo(belt.NewHash),
		"belt-keyexpand": func(in inputs) (outputs, error) {
			k, err := belt.ExpandKey(in.octets("key"))
			return outputs{"expanded": upper(k[:])}, err
		},
		"belt-keyrep": func(in inputs) (outputs, error) {
			n := 0
			if in.has("out_len") {
				n = in.number("out_len")
			} else {
				n = in.number("out_bits") / 8
			}
			k, err := belt.TransformKey(in.octets("key"), in.octets("level"), in.octets("header"), n)
			return outputs{"key": upper(k)}, err
		},
		"belt-pbkdf2": func(in inputs) (outputs, error) {
			n := in.iterations()
			if n < 1 {
				return nil, errInvalid
			}
			k := belt.PBKDF2(in.octets("password"), in.octets("salt"), n)
			return outputs{"key": upper(k[:])}, nil
		},
		"hmac-hbelt": func(in inputs) (outputs, error) {
			m := belt.SumHMAC(in.octets("key"), in.octets("msg"))
			return outputs{"mac": upper(m[:])}, nil
		},
	}
}

// mode is one direction of a mode of the cipher.
type mode func(c *belt.Cipher, dst, src, iv []byte) error

// both runs pt to ct or ct to pt.
func both(encrypt, decrypt mode) computation {
	return func(in inputs) (outputs, error) {
		c, err := belt.NewCipher(in.octets("key"))
		if err != nil {
			return nil, err
		}
		f, from, to := encrypt, "pt", "ct"
		if !in.has("pt") {
			f, from, to = decrypt, "ct", "pt"
		}
		src := in.octets(from)
		dst := make([]byte, len(src))
		if err := f(c, dst, src, in.optional("iv")); err != nil {
			return nil, err
		}
		return outputs{to: upper(dst)}, nil
	}
}

// stream makes a mode of a stream.
func stream(start func(c *belt.Cipher, iv []byte) cipher.Stream) mode {
	return func(c *belt.Cipher, dst, src, iv []byte) error {
		if len(iv) != belt.BlockSize {
			return errInvalid
		}
		start(c, iv).XORKeyStream(dst, src)
		return nil
	}
}

// sealing runs an authenticated mode in the direction the inputs ask for.
func sealing(make func(key []byte) (cipher.AEAD, error)) computation {
	return func(in inputs) (outputs, error) {
		a, err := make(in.octets("key"))
		if err != nil {
			return nil, err
		}
		iv, aad := in.octets("iv"), in.optional("aad")
		if len(iv) != a.NonceSize() {
			return nil, errInvalid
		}
		if in.has("pt") {
			sealed := a.Seal(nil, iv, in.octets("pt"), aad)
			n := len(sealed) - a.Overhead()
			return outputs{"ct": upper(sealed[:n]), "tag": upper(sealed[n:])}, nil
		}
		tag := in.octets("tag")
		if len(tag) != a.Overhead() {
			return nil, errInvalid
		}
		pt, err := a.Open(nil, iv, append(in.octets("ct"), tag...), aad)
		return outputs{"pt": upper(pt)}, err
	}
}

func wrapping(in inputs) (outputs, error) {
	var header []byte // nil stands for zeros
	if in.has("header") {
		if header = in.octets("header"); len(header) != belt.HeaderSize {
			return nil, errInvalid
		}
	}
	if in.has("pt") {
		ct, err := belt.Wrap(in.octets("key"), in.octets("pt"), header)
		return outputs{"ct": upper(ct)}, err
	}
	pt, err := belt.Unwrap(in.octets("key"), in.octets("ct"), header)
	return outputs{"pt": upper(pt)}, err
}

// format runs belt-fmt in the direction the inputs ask for.
func format(in inputs) (outputs, error) {
	c, err := belt.NewCipher(in.octets("key"))
	if err != nil {
		return nil, err
	}
	f, from, to := c.EncryptDigits, "pt", "ct"
	if !in.has("pt") {
		f, from, to = c.DecryptDigits, "ct", "pt"
	}
	list, ok := in[from].([]any)
	if !ok {
		return nil, errUnsupported
	}
	digits := make([]uint16, len(list))
	for i, d := range list {
		n, ok := d.(json.Number)
		if !ok {
			return nil, errUnsupported
		}
		v, err := n.Int64()
		if err != nil || v < 0 || v >= belt.MaxDigits {
			return nil, errInvalid
		}
		digits[i] = uint16(v)
	}
	var iv []byte
	if in.has("iv") {
		iv = in.octets("iv")
	}
	if err := f(digits, in.number("mod"), iv); err != nil {
		return nil, err
	}
	return outputs{to: digits}, nil
}
