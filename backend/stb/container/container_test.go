package container

import (
	"bytes"
	"context"
	"encoding/asn1"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"akno/backend/stb/belt"
	"akno/backend/stb/bign"
	"akno/backend/stb/internal/der"
	"akno/backend/stb/oid"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

const devFolder = "../testdata/pki-dev"

// devEntry is what the manifest of the peer's files says about one of them.
type devEntry struct {
	File, Expect, Password string
	PrivateKey             string `json:"private_key_hex"`
	Share                  string `json:"share_hex"`
}

func devEntries(t testing.TB, prefix string) (list []devEntry) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(devFolder, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var m struct{ Entries []devEntry }
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	for _, e := range m.Entries {
		if strings.HasPrefix(e.File, prefix+"/") && !strings.HasSuffix(e.File, ".json") {
			list = append(list, e)
		}
	}
	if len(list) == 0 {
		t.Fatalf("nothing under %s", prefix)
	}
	return list
}

func devFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(devFolder, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestContainersOfAnotherImplementationOpen(t *testing.T) {
	for _, e := range devEntries(t, "keys") {
		file := devFile(t, e.File)
		switch {
		case e.Expect == "error":
			if _, err := Open(file, []byte(e.Password)); !errors.Is(err, ErrPassword) {
				t.Errorf("%s: %v", e.File, err)
			}
		case e.Share != "":
			s, err := OpenShare(file, []byte(e.Password))
			if err != nil || hex.EncodeToString(s.Octets) != e.Share {
				t.Errorf("%s: %X, %v", e.File, s.Octets, err)
			}
			if _, err := Open(file, []byte(e.Password)); !errors.Is(err, ErrShare) {
				t.Errorf("%s as a key: %v", e.File, err)
			}
		default:
			key, err := Open(file, []byte(e.Password))
			if err != nil || hex.EncodeToString(key.Bytes()) != e.PrivateKey {
				t.Errorf("%s: %v", e.File, err)
			}
		}
	}
}

func TestFilesOfAnotherImplementationAreRecognised(t *testing.T) {
	for folder, want := range map[string]Format{
		"certs": FormatCertificate, "crl": FormatCRL, "csr": FormatRequest, "p12": FormatPKCS12,
	} {
		for _, e := range devEntries(t, folder) {
			if got := Inspect(devFile(t, e.File)); got.Format != want || got.PEM != "" {
				t.Errorf("%s is taken for %s", e.File, got.Format)
			}
		}
	}
	for name, want := range map[string]Info{
		"keys/g-fl1.p8e":            {Format: FormatContainer, Iterations: 10000},
		"keys/b-fl384.p8e":          {Format: FormatContainer, Iterations: 10000, Curve: bign.Curve384v1()},
		"keys/b-root.p8e":           {Format: FormatContainer, Iterations: 20000, Curve: bign.Curve512v1()},
		"keys/b-fl384-share2.p8e":   {Format: FormatShare, Iterations: 10000},
		"keys/g-fl1-plain.p8":       {Format: FormatPlainKey, Curve: bign.Curve256v1()},
		"keys/bels_vectors.json":    {Format: FormatUnknown},
		"cms/g-fl1-attached-bb.p7s": {Format: FormatCMS},
		"cms/b-fl384-fl512-ctr.p7m": {Format: FormatCMS},
		"tsp/g-order-ku.tst":        {Format: FormatCMS},
		"tsp/g-order.tsr":           {Format: FormatUnknown},
		"cms/order.txt":             {Format: FormatUnknown},
	} {
		got := Inspect(devFile(t, name))
		if got.Format != want.Format || got.Iterations != want.Iterations || got.Curve != want.Curve {
			t.Errorf("%s: %s, %d iterations, %v", name, got.Format, got.Iterations, got.Curve)
		}
	}
}

func newKey(t testing.TB, c *bign.Curve) *bign.PrivateKey {
	t.Helper()
	k, err := bign.GenerateKey(c)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestSealedKeysOpen(t *testing.T) {
	for _, c := range bign.Curves() {
		key := newKey(t, c)
		for _, password := range map[int][]string{32: {"", "пароль Ўў"}, 48: {strings.Repeat("long ", 100)}, 64: {"p"}}[c.Size()] {
			file, err := Seal(key, []byte(password), MinIterations)
			if err != nil {
				t.Fatal(err)
			}
			again, err := Open(file, []byte(password))
			if err != nil || !again.Equal(key) {
				t.Fatalf("%s under %q: %v", c, password, err)
			}
			if _, err := Open(file, []byte(password+"x")); !errors.Is(err, ErrPassword) {
				t.Errorf("%s under another password: %v", c, err)
			}
		}
	}
}

func TestContainerHasTheOctetsOfTheStandardProfile(t *testing.T) {
	peer := devFile(t, "keys/g-fl1.p8e")
	key, err := Open(peer, []byte("Лясная сцежка 7"))
	if err != nil {
		t.Fatal(err)
	}
	file, err := Seal(key, []byte("Лясная сцежка 7"), 10000)
	if err != nil || len(file) != 160 {
		t.Fatalf("%d octets, %v", len(file), err)
	}
	// All but the salt and what depends on it is what the peer writes.
	for i := range file {
		if inSalt := i >= 35 && i < 43; !inSalt && i < 79 && file[i] != peer[i] {
			t.Fatalf("octet %d: %x, the peer writes %x", i, file[i], peer[i])
		}
	}
	other, err := Seal(key, []byte("Лясная сцежка 7"), 10000)
	if err != nil || bytes.Equal(other[35:43], file[35:43]) {
		t.Errorf("salt repeats: %v", err)
	}
}

func TestEveryDamagedOctetIsNoticed(t *testing.T) {
	key := newKey(t, bign.Curve256v1())
	file, err := Seal(key, []byte("p"), MinIterations)
	if err != nil {
		t.Fatal(err)
	}
	for i := range file {
		if i >= 90 && i%9 != 0 { // the octets of the wrapped key are all alike
			continue
		}
		bad := bytes.Clone(file)
		bad[i] ^= 1
		if k, err := Open(bad, []byte("p")); err == nil {
			t.Fatalf("octet %d changed and the container opens to a key equal: %v", i, k.Equal(key))
		} else if i >= 79 && !errors.Is(err, ErrPassword) {
			t.Fatalf("octet %d of the wrapped key: %v", i, err)
		}
	}
	for n := range file {
		if _, err := Open(file[:n], []byte("p")); !errors.Is(err, ErrFormat) {
			t.Fatalf("%d octets: %v", n, err)
		}
	}
	if _, err := Open(append(bytes.Clone(file), 0), []byte("p")); !errors.Is(err, ErrFormat) {
		t.Errorf("trailing octet: %v", err)
	}
}

func TestIterationsHaveLimits(t *testing.T) {
	key := newKey(t, bign.Curve256v1())
	for _, n := range []int{-1, 0, 1, MinIterations - 1, MaxIterations + 1} {
		var limit *IterationsError
		if _, err := Seal(key, nil, n); !errors.As(err, &limit) || limit.N != n {
			t.Errorf("%d iterations: %v", n, err)
		}
	}
	salt := make([]byte, saltSize)
	for _, n := range []int{9999, 5_000_001, 1<<31 - 1} {
		file, err := writeContainer(salt, n, make([]byte, 81))
		if err != nil {
			t.Fatal(err)
		}
		var limit *IterationsError
		if _, err := Open(file, nil); !errors.As(err, &limit) || limit.N != n {
			t.Errorf("%d iterations: %v", n, err)
		}
		if info := Inspect(file); info.Format != FormatContainer || info.Iterations != n {
			t.Errorf("%d iterations: %+v", n, info)
		}
	}
}

// replaced returns file with one stretch of octets in place of another of the same length.
func replaced(t *testing.T, file, from, to []byte) []byte {
	t.Helper()
	if len(from) != len(to) || bytes.Count(file, from) != 1 {
		t.Fatalf("%X stands %d times in %X", from, bytes.Count(file, from), file)
	}
	return bytes.Replace(file, from, to, 1)
}

func TestForeignAlgorithmsAreNamed(t *testing.T) {
	file := devFile(t, "keys/g-fl1.p8e")
	for want, changed := range map[string][]byte{
		"belt-dwp256": replaced(t, file, oid.DER(oid.BeltKWP256), oid.DER(oid.BeltDWP256)),
		"bash512":     replaced(t, file, oid.DER(oid.HMACHBelt), oid.DER(oid.Bash512)),
	} {
		var unsupported *UnsupportedError
		if _, err := Open(changed, nil); !errors.As(err, &unsupported) || unsupported.What != want {
			t.Errorf("%s: %v", want, err)
		}
		if info := Inspect(changed); info.Format != FormatPKCS8 || info.Algorithm != want {
			t.Errorf("%s: %+v", want, info)
		}
	}
}

func TestIndefiniteLengthsAndPEMAreRead(t *testing.T) {
	file, password := devFile(t, "keys/g-fl1.p8e"), []byte("Лясная сцежка 7")
	want, err := Open(file, password)
	if err != nil {
		t.Fatal(err)
	}
	// The outer SEQUENCE with indefinite length, the octet string in two pieces.
	head, body := file[3:77], file[79:]
	loose := append([]byte{0x30, 0x80}, head...)
	loose = append(loose, 0x24, 0x80, 4, 40)
	loose = append(loose, body[:40]...)
	loose = append(loose, 4, 0x81, byte(len(body)-40))
	loose = append(loose, body[40:]...)
	loose = append(loose, 0, 0, 0, 0)
	armoured := pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: file})
	armoured = append([]byte("Bag Attributes\n    friendlyName: key\n"), armoured...)
	for name, form := range map[string][]byte{"BER": loose, "PEM": armoured} {
		key, err := Open(form, password)
		if err != nil || !key.Equal(want) {
			t.Errorf("%s: %v", name, err)
		}
		if info := Inspect(form); info.Format != FormatContainer || info.Iterations != 10000 {
			t.Errorf("%s: %+v", name, info)
		}
	}
	if info := Inspect(armoured); info.PEM != "ENCRYPTED PRIVATE KEY" || !bytes.Equal(info.DER, file) || info.Blocks != 1 {
		t.Errorf("PEM: %+v", info)
	}
}

// modeFile protects a plain key with a belt mode that takes a vector.
func modeFile(t *testing.T, cipher asn1.ObjectIdentifier, plain []byte, encrypt func(c *belt.Cipher, dst, src, iv []byte) error) []byte {
	t.Helper()
	salt, iv := []byte("8 octets"), []byte("vector of length")
	kek := belt.PBKDF2([]byte("p"), salt, MinIterations)
	c, err := belt.NewCipher(kek[:])
	if err != nil {
		t.Fatal(err)
	}
	body := make([]byte, len(plain))
	if err := encrypt(c, body, plain, iv); err != nil {
		t.Fatal(err)
	}
	seq := tag.SEQUENCE
	var b cryptobyte.Builder
	b.AddASN1(seq, func(b *cryptobyte.Builder) {
		b.AddASN1(seq, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(oid.PBES2)
			b.AddASN1(seq, func(b *cryptobyte.Builder) {
				b.AddASN1(seq, func(b *cryptobyte.Builder) {
					b.AddASN1ObjectIdentifier(oid.PBKDF2)
					b.AddASN1(seq, func(b *cryptobyte.Builder) {
						b.AddASN1OctetString(salt)
						b.AddASN1Int64(MinIterations)
						der.AddAlgorithm(b, oid.HMACHBelt)
					})
				})
				b.AddASN1(seq, func(b *cryptobyte.Builder) {
					b.AddASN1ObjectIdentifier(cipher)
					b.AddASN1OctetString(iv)
				})
			})
		})
		b.AddASN1OctetString(body)
	})
	return b.BytesOrPanic()
}

func TestModesWithoutIntegrityAreReadForImport(t *testing.T) {
	cfb := func(c *belt.Cipher, dst, src, iv []byte) error {
		c.NewCFBEncrypter(iv).XORKeyStream(dst, src)
		return nil
	}
	ctr := func(c *belt.Cipher, dst, src, iv []byte) error {
		c.NewCTR(iv).XORKeyStream(dst, src)
		return nil
	}
	for _, curve := range bign.Curves() {
		key := newKey(t, curve)
		plain, err := MarshalPlain(key)
		if err != nil {
			t.Fatal(err)
		}
		n := 16 - len(plain)%16
		padded := append(bytes.Clone(plain), bytes.Repeat([]byte{byte(n)}, n)...)
		for name, file := range map[string][]byte{
			"belt-cfb256":        modeFile(t, oid.BeltCFB256, plain, cfb),
			"belt-ctr256":        modeFile(t, oid.BeltCTR256, plain, ctr),
			"belt-cbc256":        modeFile(t, oid.BeltCBC256, plain, (*belt.Cipher).EncryptCBC),
			"belt-cbc256 padded": modeFile(t, oid.BeltCBC256, padded, (*belt.Cipher).EncryptCBC),
		} {
			again, err := Open(file, []byte("p"))
			if err != nil || !again.Equal(key) {
				t.Fatalf("%s, %s: %v", curve.Name(), name, err)
			}
			if _, err := Open(file, []byte("q")); !errors.Is(err, ErrPassword) {
				t.Errorf("%s, wrong password: %v", name, err)
			}
			if info := Inspect(file); info.Format != FormatPKCS8 || info.Algorithm != name[:11] {
				t.Errorf("%s: %+v", name, info)
			}
		}
		for i := 1; i <= n; i++ {
			bad := bytes.Clone(padded)
			bad[len(bad)-i] ^= 0x40
			if _, err := Open(modeFile(t, oid.BeltCBC256, bad, (*belt.Cipher).EncryptCBC), []byte("p")); err == nil {
				t.Errorf("%s: octet %d of the padding does not matter", curve.Name(), i)
			}
		}
	}
}

func TestSharesGoThereAndBack(t *testing.T) {
	for _, level := range []int{128, 192, 256} {
		s := Share{Level: level, Octets: bytes.Repeat([]byte{7}, level/8+1)}
		file, err := SealShare(s, []byte("p"), MinIterations)
		if err != nil {
			t.Fatal(err)
		}
		again, err := OpenShare(file, []byte("p"))
		if err != nil || again.Level != level || !bytes.Equal(again.Octets, s.Octets) {
			t.Errorf("level %d: %+v, %v", level, again, err)
		}
	}
	for _, s := range []Share{
		{},
		{Level: 128},
		{Level: 128, Octets: make([]byte, 17)},
		{Level: 100, Octets: make([]byte, 13)},
		{Level: 128, Octets: append([]byte{17}, make([]byte, 16)...)},
	} {
		if _, err := SealShare(s, nil, MinIterations); !errors.Is(err, ErrContent) {
			t.Errorf("%+v: %v", s, err)
		}
	}
	key, err := Seal(newKey(t, bign.Curve256v1()), nil, MinIterations)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenShare(key, nil); !errors.Is(err, ErrNotShare) {
		t.Errorf("key as a share: %v", err)
	}
}

func TestContentsThatAreNoKeyAreRefused(t *testing.T) {
	size := 32
	for name, c := range map[string]struct {
		info []byte
		want error
	}{
		"zero":         {plainInfo(t, make([]byte, size)), ErrContent},
		"q and above":  {plainInfo(t, bytes.Repeat([]byte{255}, size)), ErrContent},
		"short":        {plainInfo(t, make([]byte, size-1)), ErrContent},
		"other length": {plainInfo(t, bytes.Repeat([]byte{1}, 48)), ErrContent},
		"no structure": {bytes.Repeat([]byte{0x30}, 40), ErrContent},
	} {
		file, err := seal(bytes.Clone(c.info), []byte("p"), MinIterations)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Open(file, []byte("p")); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func plainInfo(t *testing.T, d []byte) []byte {
	t.Helper()
	info, err := writeKeyInfo(oid.BignPubKey, oid.BignCurve256v1, d)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func TestLargeFilesAreNotOpened(t *testing.T) {
	if _, err := Open(make([]byte, MaxFile+1), nil); !errors.Is(err, ErrTooLarge) {
		t.Errorf("%v", err)
	}
}

func TestOpeningStopsWithItsContext(t *testing.T) {
	file, err := writeContainer(make([]byte, saltSize), MaxIterations, make([]byte, 81))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	calls := 0
	_, err = OpenContext(ctx, file, nil, func(int) {
		if calls++; calls == 3 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || calls != 3 {
		t.Errorf("%v after %d steps", err, calls)
	}
}

func TestAWipedKeyIsNotSealed(t *testing.T) {
	key := newKey(t, bign.Curve256v1())
	key.Wipe()
	if _, err := Seal(key, []byte("p"), MinIterations); !errors.Is(err, bign.ErrWiped) {
		t.Errorf("sealed: %v", err)
	}
	if _, err := MarshalPlain(key); !errors.Is(err, bign.ErrWiped) {
		t.Errorf("written plain: %v", err)
	}
	if _, _, err := SealSplit(key, 3, 2, MinIterations); !errors.Is(err, bign.ErrWiped) {
		t.Errorf("split: %v", err)
	}
}
