package ordercode

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"akno/backend/akno/workdays"
)

type file struct {
	Make []struct {
		Version, Service, Procedure, Serial int
		Date                                workdays.Date
		Code                                string
	} `json:"order_code"`
	Check []struct {
		In    string
		OK    bool
		Error string
	} `json:"order_code_check"`
}

func TestCodesOfTheVectors(t *testing.T) {
	raw, err := os.ReadFile("../ident/testdata/identity_vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var v file
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Make) == 0 || len(v.Check) == 0 {
		t.Fatal("the file of vectors is not whole")
	}
	for _, c := range v.Make {
		parts := Parts{c.Version, c.Service, c.Date, c.Procedure, c.Serial}
		code, err := Make(parts)
		if err != nil || string(code) != c.Code {
			t.Errorf("%+v: %s %v, want %s", parts, code, err, c.Code)
			continue
		}
		if back, err := code.Split(); err != nil || back != parts {
			t.Errorf("%s splits into %+v %v", code, back, err)
		}
	}
	faults := map[string]error{"": nil, "checksum": ErrChecksum, "date": ErrDate, "length": ErrLength, "format": ErrFormat}
	for _, c := range v.Check {
		if _, err := Parse(c.In); !errors.Is(err, faults[c.Error]) || (err == nil) != c.OK {
			t.Errorf("%q: %v, want %q", c.In, err, c.Error)
		}
	}
}

func TestEverySlipOfOneDigitIsCaught(t *testing.T) {
	const right = "944406312611210013400000000117"
	n := 0
	for i := range Len {
		for d := byte('0'); d <= '9'; d++ {
			if right[i] == d {
				continue
			}
			n++
			if _, err := Parse(right[:i] + string(d) + right[i+1:]); err == nil {
				t.Errorf("digit %d as %c passes", i, d)
			}
		}
		if i+1 < Len && right[i] != right[i+1] {
			n++
			if _, err := Parse(right[:i] + string(right[i+1]) + string(right[i]) + right[i+2:]); err == nil {
				t.Errorf("a swap at %d passes", i)
			}
		}
	}
	if n < 280 {
		t.Errorf("only %d slips tried", n)
	}
}

func TestLettersAreRefusedAndNeverGuessed(t *testing.T) {
	for _, in := range []string{"94444О631261121001340000000011", "94440631261121001З400000000117", "９44406312611210013400000000117"} {
		if _, err := Parse(in); !errors.Is(err, ErrFormat) {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func TestPartsOutOfRangeAreRefused(t *testing.T) {
	good := Parts{9, 0, workdays.MustParse("2026-11-21"), 134, 1}
	for name, change := range map[string]func(*Parts){
		"version": func(p *Parts) { p.Version = 10 }, "service": func(p *Parts) { p.Service = 10_000_000 },
		"procedure": func(p *Parts) { p.Procedure = -1 }, "serial": func(p *Parts) { p.Serial = Serials },
		"year": func(p *Parts) { p.Date.Year = 1999 }, "day": func(p *Parts) { p.Date.Day = 31 },
	} {
		p := good
		change(&p)
		if c, err := Make(p); !errors.Is(err, ErrRange) {
			t.Errorf("%s: %s %v", name, c, err)
		}
	}
	if c, err := Make(good); err != nil || c.Grouped() != "900000 002611 210013 400000 000168" {
		t.Errorf("%s %v", c.Grouped(), err)
	}
}

func TestSerialsOpenAgain(t *testing.T) {
	p, err := NewPermutation(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int]bool{}
	for bucket := 0; bucket < Buckets; bucket += 341 {
		for n := 0; n < PerBucket; n += 997 {
			s, err := p.Serial(bucket, n)
			if err != nil || s < 0 || s >= Serials || seen[s] {
				t.Fatalf("bucket %d, order %d: %d %v", bucket, n, s, err)
			}
			seen[s] = true
			if b, m, ok := p.Open(s); !ok || b != bucket || m != n {
				t.Fatalf("%d opens as %d, %d, %v", s, b, m, ok)
			}
		}
	}
	if _, err := p.Serial(Buckets, 0); !errors.Is(err, ErrRange) {
		t.Errorf("got %v", err)
	}
	if _, err := p.Serial(0, PerBucket); !errors.Is(err, ErrRange) {
		t.Errorf("got %v", err)
	}
	if _, _, ok := p.Open(Serials); ok {
		t.Error("a serial of ten digits opens")
	}
}

func TestAnotherKeyGivesOtherSerials(t *testing.T) {
	a, _ := NewPermutation(bytes.Repeat([]byte{1}, 32))
	b, _ := NewPermutation(bytes.Repeat([]byte{2}, 32))
	same := 0
	for n := range 200 {
		x, _ := a.Serial(1, n)
		y, _ := b.Serial(1, n)
		if x == y {
			same++
		}
	}
	if same > 1 {
		t.Errorf("%d serials of 200 are the same", same)
	}
	if _, err := NewPermutation(make([]byte, 31)); !errors.Is(err, ErrKey) {
		t.Errorf("a short key: %v", err)
	}
}

func TestAGuessedSerialSeldomOpens(t *testing.T) {
	p, _ := NewPermutation(bytes.Repeat([]byte{9}, 32))
	opened := 0
	for i := range 2000 {
		if _, _, ok := p.Open(i * 499_979 % Serials); ok {
			opened++
		}
	}
	if opened < 120 || opened > 300 {
		t.Errorf("%d of 2000 open, want about one in ten", opened)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("944406 312611 210013 400000 000117")
	f.Add("9444063126112100134000000001-17")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := Parse(s)
		if err != nil {
			return
		}
		parts, err := c.Split()
		if err != nil {
			t.Fatal(err)
		}
		again, err := Make(parts)
		if err != nil || again != c {
			t.Errorf("%q reads as %s, made again %s %v", s, c, again, err)
		}
		if strings.ReplaceAll(c.Grouped(), " ", "") != string(c) {
			t.Errorf("grouped %q", c.Grouped())
		}
	})
}
