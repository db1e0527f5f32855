package bels

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"strconv"
	"testing"
)

type vector struct {
	Algorithm       string
	Inputs, Outputs map[string]any
}

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

func vectors(t testing.TB, algorithm string, want int) (list []vector) {
	t.Helper()
	raw, err := os.ReadFile("../testdata/pki-dev/keys/bels_vectors.json")
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

func TestPolynomialsMatchStandard(t *testing.T) {
	for _, v := range vectors(t, "bels-std-pubkeys", 3) {
		size := int(v.Inputs["len"].(float64))
		if got := Polynomial(size, 0); !bytes.Equal(got, unhex(t, v.Outputs["m0"])) {
			t.Errorf("%d octets: m0 is %X", size, got)
		}
		for i, m := range v.Outputs["mi"].([]any) {
			if got := Polynomial(size, i+1); !bytes.Equal(got, unhex(t, m)) {
				t.Errorf("%d octets: m%d is %X", size, i+1, got)
			}
		}
	}
	for _, c := range [][2]int{{16, 17}, {16, -1}, {20, 1}} {
		if Polynomial(c[0], c[1]) != nil {
			t.Errorf("there is a polynomial %d of %d octets", c[1], c[0])
		}
	}
}

func TestSharesMatchStandard(t *testing.T) {
	for _, v := range vectors(t, "bels-share", 3) {
		count, threshold := int(v.Inputs["count"].(float64)), int(v.Inputs["threshold"].(float64))
		shares, err := SplitWith(unhex(t, v.Inputs["secret"]), count, threshold, unhex(t, v.Inputs["k"]))
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range v.Outputs["shares"].([]any) {
			if got := shares[i]; got[0] != byte(i+1) || !bytes.Equal(got[1:], unhex(t, want)) {
				t.Errorf("share %d is %X, want %v", i+1, got, want)
			}
		}
	}
}

func TestRecoveryMatchesStandard(t *testing.T) {
	for _, v := range vectors(t, "bels-recover", 6) {
		var shares [][]byte
		for _, s := range v.Inputs["shares"].([]any) {
			m := s.(map[string]any)
			shares = append(shares, append([]byte{byte(m["number"].(float64))}, unhex(t, m["value"])...))
		}
		got, err := Join(shares)
		if err != nil || !bytes.Equal(got, unhex(t, v.Outputs["secret"])) {
			t.Errorf("got %X, %v, want %v", got, err, v.Outputs["secret"])
		}
	}
}

func TestAnySharesOfThresholdRestore(t *testing.T) {
	for _, n := range []int{16, 24, 32} {
		secret := bytes.Repeat([]byte{0xd7}, n)
		for _, c := range [][2]int{{2, 2}, {3, 2}, {5, 3}, {16, 16}, {16, 5}} {
			t.Run(strconv.Itoa(n)+"/"+strconv.Itoa(c[0])+"-"+strconv.Itoa(c[1]), func(t *testing.T) {
				shares, err := Split(secret, c[0], c[1])
				if err != nil {
					t.Fatal(err)
				}
				for from := 0; from+c[1] <= c[0]; from += 3 {
					got, err := Join(shares[from : from+c[1]])
					if err != nil || !bytes.Equal(got, secret) {
						t.Fatalf("shares from %d: %X, %v", from+1, got, err)
					}
				}
				if got, err := Join(shares); err != nil || !bytes.Equal(got, secret) {
					t.Fatalf("all shares: %X, %v", got, err)
				}
				if c[1] > 2 {
					if got, err := Join(shares[:c[1]-1]); err != nil || bytes.Equal(got, secret) {
						t.Fatalf("too few shares restore: %v", err)
					}
				}
			})
		}
	}
}

func TestWhatCannotBeSplitOrJoinedIsRefused(t *testing.T) {
	secret := make([]byte, 16)
	for _, c := range []struct {
		secret           []byte
		count, threshold int
		want             error
	}{
		{secret[:15], 3, 2, ErrSecret},
		{nil, 3, 2, ErrSecret},
		{secret, 1, 1, ErrCount},
		{secret, 2, 3, ErrCount},
		{secret, 17, 2, ErrCount},
		{secret, 3, 0, ErrCount},
		{secret, 30, 20, ErrCount},
		{secret, 3, -5, ErrCount},
	} {
		if _, err := Split(c.secret, c.count, c.threshold); !errors.Is(err, c.want) {
			t.Errorf("%d octets, %d of %d: %v", len(c.secret), c.threshold, c.count, err)
		}
	}
	if _, err := SplitWith(secret, 3, 2, make([]byte, 15)); !errors.Is(err, ErrCount) {
		t.Errorf("15 random octets: %v", err)
	}
	shares, err := Split(secret, 3, 2)
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string][][]byte{
		"none": nil, "one": shares[:1], "repeated": {shares[0], shares[0]}, "number 0": {append([]byte{0}, secret...), shares[1]},
		"number 17": {append([]byte{17}, secret...), shares[1]}, "lengths": {shares[0], shares[1][:16]}, "empty": {nil, nil},
	} {
		if _, err := Join(bad); !errors.Is(err, ErrShares) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
