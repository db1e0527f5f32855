package erip

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"strings"
	"testing"

	"akno/backend/akno"
)

func TestLinksOfTheVectors(t *testing.T) {
	raw, err := os.ReadFile("../ident/testdata/identity_vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var v struct {
		ERIP []struct {
			In, Error, Algorithm string
			OK                   bool
			Fields               map[string]string
		} `json:"erip"`
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.ERIP) < 10 {
		t.Fatal("the file of vectors is not whole")
	}
	for _, c := range v.ERIP {
		m, err := Parse(c.In)
		if !c.OK {
			if !errors.Is(err, ErrChecksum) {
				t.Errorf("%s: %v, want %s", c.In, err, c.Error)
			}
			continue
		}
		if err != nil || m.Algorithm != c.Algorithm || !maps.Equal(m.Fields, c.Fields) {
			t.Errorf("%s: %+v %v", c.In, m, err)
		}
	}
}

func TestALinkIsMadeAsInTheWorkedExample(t *testing.T) {
	p := Payment{Service: "4440631", Account: "944406312611210013400000000117", Amount: 4500, Merchant: "UNP_123456789", City: "Belarus"}
	const want = "https://pay.raschet.by/#00020101021232650010by.raschet0107444063110309444063126112100134000000001171202125303933540545.005802BY5913UNP_1234567896007Belarus6304B4F5"
	got, err := Link(p)
	if err != nil || got != want {
		t.Fatalf("%s %v", got, err)
	}
	m, err := Parse(got)
	if err != nil {
		t.Fatal(err)
	}
	if back, err := m.Payment(); err != nil || back != p {
		t.Errorf("%+v %v", back, err)
	}
}

func TestPaymentsThatFitNoLink(t *testing.T) {
	good := Payment{Service: "0000000", Account: "1", Amount: 100, Merchant: "AKNO", City: "Minsk"}
	for name, c := range map[string]struct {
		change func(*Payment)
		want   error
	}{
		"no service":         {func(p *Payment) { p.Service = "" }, ErrValue},
		"letters in service": {func(p *Payment) { p.Service = "12A" }, ErrValue},
		"no account":         {func(p *Payment) { p.Account = "" }, ErrValue},
		"negative sum":       {func(p *Payment) { p.Amount = -1 }, ErrValue},
		"long account":       {func(p *Payment) { p.Account = strings.Repeat("1", 31) }, ErrTooLong},
		"long merchant":      {func(p *Payment) { p.Merchant = strings.Repeat("M", 26) }, ErrTooLong},
		"Cyrillic city":      {func(p *Payment) { p.City = "Минск" }, ErrValue},
	} {
		p := good
		c.change(&p)
		if s, err := Payload(p); !errors.Is(err, c.want) {
			t.Errorf("%s: %s %v", name, s, err)
		}
	}
	if _, err := Payload(good); err != nil {
		t.Error(err)
	}
}

func TestBrokenPayloadsAreRefused(t *testing.T) {
	for _, in := range []string{"", "0", "0002", "000201", "00xx01", "0099", "6304", "%zz", "00020100020163040000", "000201\xff"} {
		if m, err := Parse(in); err == nil {
			t.Errorf("%q is read as %+v", in, m)
		}
	}
}

func FuzzParse(f *testing.F) {
	s, _ := Link(Payment{Service: "0000000", Account: "900000002611210013400000000168", Amount: akno.Money(4500), Merchant: "M", City: "Minsk"})
	f.Add(s)
	f.Add("00020101021232430010by.raschet010639393110093360957501202115303933540510.0563042ECF")
	f.Fuzz(func(t *testing.T, s string) {
		m, err := Parse(s)
		if err == nil && (m.Algorithm == "" || m.Fields["63"] == "") {
			t.Errorf("%q passes without a check value", s)
		}
	})
}
