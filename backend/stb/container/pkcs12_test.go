package container

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"testing"

	"akno/backend/stb/bign"
	"akno/backend/stb/internal/der"
	"akno/backend/stb/oid"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

func TestExchangeFilesOfAnotherImplementationOpen(t *testing.T) {
	for _, e := range devEntries(t, "p12") {
		x, err := OpenPKCS12(devFile(t, e.File), []byte(e.Password))
		if e.Expect == "error" {
			if !errors.Is(err, ErrPassword) {
				t.Errorf("%s: %v", e.File, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", e.File, err)
			continue
		}
		if hex.EncodeToString(x.Key.Bytes()) != e.PrivateKey || !x.Authenticated || len(x.Certificates) != 2 {
			t.Errorf("%s: %d certificates, authenticated %v", e.File, len(x.Certificates), x.Authenticated)
		}
		for i, name := range []string{"certs/g-fl1.cer", "certs/g-ruc.cer"} {
			if !bytes.Equal(x.Certificates[i], devFile(t, name)) {
				t.Errorf("%s: certificate %d is not %s", e.File, i, name)
			}
		}
	}
}

func TestDamagedExchangeFilesDoNotOpen(t *testing.T) {
	file, password := devFile(t, "p12/g-fl1.p12"), []byte("Ключ Ганны")
	for i := 0; i < len(file); i += 149 {
		bad := bytes.Clone(file)
		bad[i] ^= 0x20
		if _, err := OpenPKCS12(bad, password); err == nil {
			t.Errorf("octet %d does not matter", i)
		}
	}
	for _, n := range []int{0, 1, 10, len(file) - 1} {
		if _, err := OpenPKCS12(file[:n], password); !errors.Is(err, ErrFormat) {
			t.Errorf("%d octets: %v", n, err)
		}
	}
	if _, err := OpenPKCS12(make([]byte, MaxPKCS12+1), nil); !errors.Is(err, ErrTooLarge) {
		t.Errorf("%v", err)
	}
}

// exchangeFile writes a file without a MAC around bags.
func exchangeFile(t *testing.T, bags func(b *cryptobyte.Builder)) []byte {
	t.Helper()
	content := func(b *cryptobyte.Builder, inside func(b *cryptobyte.Builder)) {
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(oidData)
			b.AddASN1(der.Explicit(0), func(b *cryptobyte.Builder) { b.AddASN1(tag.OCTET_STRING, inside) })
		})
	}
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(3)
		content(b, func(b *cryptobyte.Builder) {
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
				content(b, func(b *cryptobyte.Builder) { b.AddASN1(tag.SEQUENCE, bags) })
			})
		})
	})
	file, err := b.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func addBag(b *cryptobyte.Builder, kind asn1.ObjectIdentifier, value []byte) {
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(kind)
		b.AddASN1(der.Explicit(0), func(b *cryptobyte.Builder) { b.AddBytes(value) })
	})
}

func TestExchangeFilesWithoutMACSayTheyAreNotAuthenticated(t *testing.T) {
	key := newKey(t, bign.Curve512v1())
	shrouded, err := Seal(key, []byte("p"), MinIterations)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := MarshalPlain(newKey(t, bign.Curve256v1()))
	if err != nil {
		t.Fatal(err)
	}
	file := exchangeFile(t, func(b *cryptobyte.Builder) {
		addBag(b, oid.AnyPolicy, []byte{5, 0}) // of an unknown kind
		addBag(b, oidShrouded, shrouded)
		addBag(b, oidKeyBag, plain) // the first key counts
	})
	x, err := OpenPKCS12(file, []byte("p"))
	if err != nil || x.Authenticated || !x.Key.Equal(key) || len(x.Certificates) != 0 {
		t.Fatalf("%+v, %v", x, err)
	}
	if _, err := OpenPKCS12(file, []byte("q")); !errors.Is(err, ErrPassword) {
		t.Errorf("wrong password: %v", err)
	}
	if info := Inspect(file); info.Format != FormatPKCS12 {
		t.Errorf("taken for %s", info.Format)
	}
}

func TestBagsThatLieInBagsAreRead(t *testing.T) {
	key := newKey(t, bign.Curve256v1())
	shrouded, err := Seal(key, []byte("p"), MinIterations)
	if err != nil {
		t.Fatal(err)
	}
	certificate := der.Element(tag.SEQUENCE, append(oid.DER(oidX509), der.Element(der.Explicit(0), der.Element(tag.OCTET_STRING, []byte("certificate")))...))
	for depth, want := range map[int]error{0: nil, 1: nil, maxDepth: nil, maxDepth + 1: ErrFormat} {
		file := exchangeFile(t, func(b *cryptobyte.Builder) {
			put := func(b *cryptobyte.Builder) {
				addBag(b, oidShrouded, shrouded)
				addBag(b, oidCertBag, certificate)
			}
			for range depth {
				inner := put
				put = func(b *cryptobyte.Builder) {
					var list cryptobyte.Builder
					list.AddASN1(tag.SEQUENCE, inner)
					addBag(b, oidSafeBag, list.BytesOrPanic())
				}
			}
			put(b)
		})
		x, err := OpenPKCS12(file, []byte("p"))
		if !errors.Is(err, want) || err == nil && (!x.Key.Equal(key) || len(x.Certificates) != 1) {
			t.Errorf("%d deep: %+v, %v", depth, x, err)
		}
	}
	many := exchangeFile(t, func(b *cryptobyte.Builder) {
		for range maxBags {
			var list cryptobyte.Builder
			list.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
				for range maxBags {
					addBag(b, oid.AnyPolicy, []byte{5, 0})
				}
			})
			addBag(b, oidSafeBag, list.BytesOrPanic())
		}
	})
	if _, err := OpenPKCS12(many, []byte("p")); !errors.Is(err, ErrFormat) {
		t.Errorf("more bags than are read: %v", err)
	}
}

// aesContainer protects a PrivateKeyInfo with PBKDF2 over HMAC-SHA-256 and AES-256-CBC.
func aesContainer(t *testing.T, plain, password []byte) []byte {
	t.Helper()
	salt, iv := []byte("sixteen octets!!"), []byte("vector of length")
	kek, err := pbkdf2.Key(sha256.New, string(password), salt, 2048, 32)
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(kek)
	if err != nil {
		t.Fatal(err)
	}
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	body := append(bytes.Clone(plain), bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(body, body)
	algorithm := func(b *cryptobyte.Builder, id asn1.ObjectIdentifier, params func(b *cryptobyte.Builder)) {
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(id)
			params(b)
		})
	}
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		algorithm(b, oid.PBES2, func(b *cryptobyte.Builder) {
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
				algorithm(b, oid.PBKDF2, func(b *cryptobyte.Builder) {
					b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
						b.AddASN1OctetString(salt)
						b.AddASN1Int64(2048)
						der.AddAlgorithm(b, oidHMACSHA256)
					})
				})
				algorithm(b, oidAES256CBC, func(b *cryptobyte.Builder) { b.AddASN1OctetString(iv) })
			})
		})
		b.AddASN1OctetString(body)
	})
	out, err := b.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestExchangeFilesWithAESOpen(t *testing.T) {
	key := newKey(t, bign.Curve256v1())
	plain, err := MarshalPlain(key)
	if err != nil {
		t.Fatal(err)
	}
	shrouded := aesContainer(t, plain, []byte("p"))
	file := exchangeFile(t, func(b *cryptobyte.Builder) { addBag(b, oidShrouded, shrouded) })
	x, err := OpenPKCS12(file, []byte("p"))
	if err != nil || !x.Key.Equal(key) {
		t.Fatalf("%v", err)
	}
	if _, err := OpenPKCS12(file, []byte("q")); !errors.Is(err, ErrPassword) {
		t.Errorf("wrong password: %v", err)
	}
	var unsupported *UnsupportedError
	if _, err := Open(shrouded, []byte("p")); !errors.As(err, &unsupported) {
		t.Errorf("outside of an exchange file: %v", err)
	}
}

func TestIterationsOfAnExchangeFileAreLimitedTogether(t *testing.T) {
	salt := make([]byte, saltSize)
	heavy, err := writeContainer(salt, MaxIterations-1, make([]byte, 81))
	if err != nil {
		t.Fatal(err)
	}
	light, err := writeContainer(salt, 2, make([]byte, 81))
	if err != nil {
		t.Fatal(err)
	}
	x := &exchange{work: MaxIterations}
	if err := x.spend(MaxIterations - 1); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][]byte{heavy, light} {
		var limit *IterationsError
		if err := x.bag(oidShrouded, c); !errors.As(err, &limit) {
			t.Errorf("%v", err)
		}
	}
}
