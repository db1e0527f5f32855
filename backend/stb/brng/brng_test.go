package brng

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"testing"
)

type vector struct {
	Algorithm       string
	Inputs, Outputs map[string]any
}

func (v vector) in(t testing.TB, name string) []byte { return unhex(t, v.Inputs[name]) }

func unhex(t testing.TB, v any) []byte {
	t.Helper()
	s, ok := v.(string)
	if !ok {
		t.Fatalf("no text: %v", v)
	}
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func standardVectors(t testing.TB, algorithm string, want int) (list []vector) {
	t.Helper()
	raw, err := os.ReadFile("../testdata/stb_vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Vectors []vector }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	for _, v := range file.Vectors {
		if v.Algorithm == algorithm {
			list = append(list, v)
		}
	}
	if len(list) != want {
		t.Fatalf("%s: %d entries, want %d", algorithm, len(list), want)
	}
	return list
}

func TestGeneratorsMatchStandard(t *testing.T) {
	for _, v := range standardVectors(t, "brng-ctr-hbelt", 1) {
		want := unhex(t, v.Outputs["y"])
		for _, step := range []int{32, 64, 96} {
			g, err := NewCTR(v.in(t, "key"), v.in(t, "iv"))
			if err != nil {
				t.Fatal(err)
			}
			y := v.in(t, "x")
			for i := 0; i < len(y); i += step {
				g.Generate(y[i:min(len(y), i+step)])
			}
			if !bytes.Equal(y, want) {
				t.Errorf("by %d: got %X", step, y)
			}
			iv := v.in(t, "iv")
			if s := g.IV(); binary.LittleEndian.Uint64(s[:]) != binary.LittleEndian.Uint64(iv)+3 || !bytes.Equal(s[8:], iv[8:]) {
				t.Errorf("next vector is %X", s)
			}
		}
	}
	for _, v := range standardVectors(t, "brng-hmac-hbelt", 1) {
		want := unhex(t, v.Outputs["y"])
		for step := 1; step <= len(want); step += 5 {
			g := NewHMAC(v.in(t, "key"), v.in(t, "iv"))
			y := make([]byte, len(want))
			for i := 0; i < len(y); i += step {
				if _, err := g.Read(y[i:min(len(y), i+step)]); err != nil {
					t.Fatal(err)
				}
			}
			if !bytes.Equal(y, want) {
				t.Errorf("by %d: got %X", step, y)
			}
		}
	}
}

func TestCounterGeneratorWrapsAndPads(t *testing.T) {
	g, err := NewCTR(make([]byte, 32), bytes.Repeat([]byte{255}, 32))
	if err != nil {
		t.Fatal(err)
	}
	long := make([]byte, 40)
	if n, err := g.Read(long); n != 40 || err != nil {
		t.Fatal(n, err)
	}
	iv := g.IV()
	if want := append([]byte{1}, make([]byte, 31)...); !bytes.Equal(iv[:], want) {
		t.Errorf("vector after two blocks is %X", iv)
	}
	g.Wipe()
	if g.IV() != [32]byte{} {
		t.Error("state left behind")
	}
	for _, n := range []int{0, 31, 33} {
		if _, err := NewCTR(make([]byte, n), make([]byte, 32)); !errors.Is(err, ErrSize) {
			t.Errorf("key of %d octets: %v", n, err)
		}
		if _, err := NewCTR(make([]byte, 32), make([]byte, n)); !errors.Is(err, ErrSize) {
			t.Errorf("vector of %d octets: %v", n, err)
		}
	}
}

func TestOneTimePasswordsMatchStandard(t *testing.T) {
	num := func(v vector, name string) int64 { return int64(v.Inputs[name].(float64)) }
	for _, v := range standardVectors(t, "hotp-hbelt", 3) {
		got, err := HOTP(v.in(t, "key"), binary.BigEndian.Uint64(v.in(t, "counter")), int(num(v, "digits")))
		if err != nil || got != v.Outputs["otp"] {
			t.Errorf("HOTP: got %s, %v, want %v", got, err, v.Outputs["otp"])
		}
	}
	for _, v := range standardVectors(t, "totp-hbelt", 3) {
		got, err := TOTP(v.in(t, "key"), num(v, "unix_time"), num(v, "T0"), num(v, "Ts"), int(num(v, "digits")))
		if err != nil || got != v.Outputs["otp"] {
			t.Errorf("TOTP: got %s, %v, want %v", got, err, v.Outputs["otp"])
		}
	}
	for _, v := range standardVectors(t, "ocra-hbelt", 3) {
		in := OCRAInput{
			Counter: binary.BigEndian.Uint64(v.in(t, "counter")), Question: []byte(v.Inputs["q"].(string)),
			PasswordHash: v.in(t, "p"), Session: v.in(t, "s"), Time: uint64(num(v, "t")),
		}
		got, err := OCRA(v.Inputs["suite"].(string), v.in(t, "key"), in)
		if err != nil || got != v.Outputs["otp"] {
			t.Errorf("OCRA: got %s, %v, want %v", got, err, v.Outputs["otp"])
		}
	}
}

func TestEveryHashOfAPasswordHasItsLength(t *testing.T) {
	key := bytes.Repeat([]byte{1}, 32)
	for suite, want := range map[string]struct {
		size int
		otp  string // computed by bee2
	}{"PHBELT": {32, "42428641"}, "PSHA1": {20, "48597323"}, "PSHA256": {32, "87168379"}, "PSHA512": {64, "97824545"}} {
		n := want.size
		in := OCRAInput{Question: []byte("12345678"), PasswordHash: make([]byte, n)}
		if otp, err := OCRA("OCRA-1:HOTP-HBELT-8:QN08-"+suite, key, in); err != nil || otp != want.otp {
			t.Errorf("%s: %q, %v, want %q", suite, otp, err, want.otp)
		}
		for _, other := range [][]byte{nil, make([]byte, n-1), make([]byte, n+1)} {
			in.PasswordHash = other
			if _, err := OCRA("OCRA-1:HOTP-HBELT-8:QN08-"+suite, key, in); !errors.Is(err, ErrSuite) {
				t.Errorf("%s with %d octets: %v", suite, len(other), err)
			}
		}
	}
}

func TestSuitesOutsideOfTheStandardAreRefused(t *testing.T) {
	question := OCRAInput{Question: []byte("12345678")}
	for _, good := range []string{"OCRA-1:HOTP-HBELT-4:QN04", "OCRA-1:HOTP-HBELT-9:C-QA64", "OCRA-1:HOTP-HBELT-6:QH08-T48H"} {
		if _, err := OCRA(good, nil, question); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{
		"", "OCRA-1:HOTP-HBELT-3:QN08", "OCRA-1:HOTP-HBELT-10:QN08", "OCRA-1:HOTP-SHA1-6:QN08", "OCRA-1:HOTP-HBELT-6:",
		"OCRA-1:HOTP-HBELT-6:C", "OCRA-1:HOTP-HBELT-6:QX08", "OCRA-1:HOTP-HBELT-6:QN03", "OCRA-1:HOTP-HBELT-6:QN65",
		"OCRA-1:HOTP-HBELT-6:QN08-S000", "OCRA-1:HOTP-HBELT-6:QN08-S513", "OCRA-1:HOTP-HBELT-6:QN08-T49H", "OCRA-1:HOTP-HBELT-6:QN08-T60S",
		"OCRA-1:HOTP-HBELT-6:QN08-T01M", "OCRA-1:HOTP-HBELT-6:QN08-T1D", "OCRA-1:HOTP-HBELT-6:QN08-T1M-PHBELT", "OCRA-1:HOTP-HBELT-6:QN08-PHBELT",
		"OCRA-1:HOTP-HBELT-6:QN08-S004", "OCRA-1:HOTP-HBELT-6:QN+8",
	} {
		if _, err := OCRA(bad, nil, question); !errors.Is(err, ErrSuite) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	for _, q := range []string{"", "123", "12345678901234567", "1234567x"} {
		if _, err := OCRA("OCRA-1:HOTP-HBELT-6:QN08", nil, OCRAInput{Question: []byte(q)}); !errors.Is(err, ErrSuite) {
			t.Errorf("question %q: %v", q, err)
		}
	}
	for _, d := range []int{0, 5, 9} {
		if _, err := HOTP(nil, 0, d); !errors.Is(err, ErrDigits) {
			t.Errorf("%d digits: %v", d, err)
		}
	}
	if _, err := TOTP(nil, 5, 10, 30, 6); !errors.Is(err, ErrSuite) {
		t.Errorf("time before the origin: %v", err)
	}
	if _, err := TOTP(nil, 50, 10, 0, 6); !errors.Is(err, ErrSuite) {
		t.Errorf("step 0: %v", err)
	}
}
