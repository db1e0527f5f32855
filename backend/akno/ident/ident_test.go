package ident

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

type vector struct {
	In         string   `json:"in"`
	OK         bool     `json:"ok"`
	Error      string   `json:"error"`
	Normalized string   `json:"normalized"`
	Birth      *string  `json:"birth"`
	Female     *bool    `json:"female"`
	Region     string   `json:"region"`
	Status     string   `json:"status"`
	Warn       []string `json:"warn"`
}

type vectors struct {
	Number   []vector          `json:"personal_number"`
	UNP      []vector          `json:"unp"`
	IBAN     []vector          `json:"iban"`
	Translit map[string]string `json:"translit"`
}

func load(t *testing.T) vectors {
	t.Helper()
	raw, err := os.ReadFile("testdata/identity_vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Number) < 20 || len(v.UNP) < 15 || len(v.IBAN) < 5 || len(v.Translit) < 10 {
		t.Fatal("the file of vectors is not whole")
	}
	return v
}

// faultOf maps the words of the vectors to ours.
func faultOf(word string) Fault {
	switch word {
	case "checksum":
		return CheckDigit
	case "date":
		return Impossible
	}
	return Fault(word)
}

func warned(got []Warning, want []string) bool {
	return slices.EqualFunc(got, want, func(g Warning, w string) bool { return string(g) == w })
}

func TestNumbersOfTheVectors(t *testing.T) {
	for _, v := range load(t).Number {
		n, fault := ParseNumber(v.In)
		if fault != faultOf(v.Error) || (fault == None) != v.OK {
			t.Errorf("%q: fault %q, want %q", v.In, fault, v.Error)
			continue
		}
		if !v.OK {
			continue
		}
		birth := ""
		if v.Birth != nil {
			birth = *v.Birth
		}
		got := ""
		if !n.Birth.IsZero() {
			got = n.Birth.String()
		}
		if n.Text != v.Normalized || string(n.Region) != v.Region || n.Status != v.Status || got != birth || !warned(n.Warnings, v.Warn) {
			t.Errorf("%q: %+v, want %+v", v.In, n, v)
		}
		switch {
		case v.Female == nil && n.Sex != "", v.Female != nil && *v.Female != (n.Sex == Female):
			t.Errorf("%q: sex %q", v.In, n.Sex)
		}
	}
}

func TestACyrillicNumberIsRepairedAndSaysSo(t *testing.T) {
	n, fault := ParseNumber("3110575А001РВ7")
	if fault != None || !n.Repaired || n.Text != "3110575A001PB7" {
		t.Errorf("%+v %q", n, fault)
	}
	if n, _ := ParseNumber("3110575a001pb-7"); n.Repaired {
		t.Error("case and hyphens are no repair")
	}
}

// Numbers are copied out of pages and messengers with what nobody sees around them.
func TestUnseenCharactersAreDropped(t *testing.T) {
	for in, want := range map[string]string{
		"\u202a3110575A001PB7\u202c":       "3110575A001PB7",
		"\ufeff3110575\u00adA001PB7\u200b": "3110575A001PB7",
	} {
		if n, fault := ParseNumber(in); fault != None || n.Text != want || n.Repaired {
			t.Errorf("%+q: %+v %q", in, n, fault)
		}
	}
	if c, fault := ParsePhone("\u202a+375 29 123-45-67\u202c"); fault != None || c.Text != "+375291234567" {
		t.Errorf("%+v %q", c, fault)
	}
	if c, fault := ParseEmail("\u200bjan@example.by\u2060"); fault != None || c.Text != "jan@example.by" {
		t.Errorf("%+v %q", c, fault)
	}
}

func TestAWordOfOneAlphabetIsNoSlip(t *testing.T) {
	for s, want := range map[string]bool{
		"СТАС": true, "hope": true, "Анна-Мария": true, "ТОМ": true, "O'NEIL": true,
		"МР": false, "А": false, "10А": false, "АВ12345": false, "Aнна": false, "": false, "---": false, "12345": false,
	} {
		if Word(s) != want {
			t.Errorf("%q: %v", s, !want)
		}
	}
}

func TestTheCheckDigitFindsSlips(t *testing.T) {
	const right = "3110575A001PB7"
	missed := 0
	for i := range len(right) {
		for _, c := range "0123456789ABCEHKM" {
			wrong := right[:i] + string(c) + right[i+1:]
			if wrong == right {
				continue
			}
			if _, fault := ParseNumber(wrong); fault == None {
				missed++
			}
		}
	}
	// A and K weigh the same; a number of another century keeps its own digit.
	if missed > 2 {
		t.Errorf("%d substitutions pass", missed)
	}
}

func TestPayersNumbersOfTheVectors(t *testing.T) {
	for _, v := range load(t).UNP {
		c, fault := ParseUNP(v.In)
		if fault != faultOf(v.Error) || (fault == None) != v.OK || v.OK && (c.Text != v.Normalized || !warned(c.Warnings, v.Warn)) {
			t.Errorf("%q: %+v %q, want %+v", v.In, c, fault, v)
		}
	}
}

func TestAccountsOfTheVectors(t *testing.T) {
	for _, v := range load(t).IBAN {
		if c, fault := ParseIBAN(v.In); fault != faultOf(v.Error) || (fault == None) != v.OK {
			t.Errorf("%q: %+v %q, want %+v", v.In, c, fault, v)
		}
	}
}

func TestNamesOfTheVectorsInLatin(t *testing.T) {
	for name, want := range load(t).Translit {
		if got := Transliterate(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if got := Transliterate("Ганна-Марыя"); got != "HANNA-MARYIA" {
		t.Errorf("got %s", got)
	}
}

func TestPhones(t *testing.T) {
	for in, want := range map[string]string{
		"+375291234567": "+375291234567", "+375 (29) 123-45-67": "+375291234567",
		"80291234567": "+375291234567", "375 17 200 00 00": "+375172000000",
	} {
		if c, fault := ParsePhone(in); fault != None || c.Text != want || len(c.Warnings) > 0 {
			t.Errorf("%q: %+v %q", in, c, fault)
		}
	}
	for in, want := range map[string]Fault{
		"+37529123456": Length, "+3752912345678": Length, "+48123456789": Format, "+37529123456О": Format, "": Format,
	} {
		if _, fault := ParsePhone(in); fault != want {
			t.Errorf("%q: %q, want %q", in, fault, want)
		}
	}
	if c, _ := ParsePhone("+375991234567"); len(c.Warnings) != 1 {
		t.Error("an unknown area code is not doubted")
	}
	for in, want := range map[string]Fault{"+48123456789": None, "+0123456789": Format, "+1234567": Length, "+1234567890123456": Length, "48123456789": Format, "+": Format} {
		if _, fault := ParseE164(in); fault != want {
			t.Errorf("%q: %q, want %q", in, fault, want)
		}
	}
}

func TestEmails(t *testing.T) {
	for _, in := range []string{"jan@example.by", "ян@пошта.бел", " a.b+c@x.y.by "} {
		if _, fault := ParseEmail(in); fault != None {
			t.Errorf("%q: %q", in, fault)
		}
	}
	for _, in := range []string{"", "a", "a@", "@b.by", "a@b", "a@b@c.by", "a b@c.by", `"a"@b.by`, "a@b..by", "a@-b.by", ".a@b.by", "a..b@c.by", "a@b.by."} {
		if _, fault := ParseEmail(in); fault == None {
			t.Errorf("%q passes", in)
		}
	}
	if _, fault := ParseEmail(strings.Repeat("a", 250) + "@b.by"); fault != Length {
		t.Errorf("got %q", fault)
	}
}

func TestPassports(t *testing.T) {
	if c, fault := ParsePassport("МР 1234567"); fault != None || c.Text != "MP1234567" || !c.Repaired {
		t.Errorf("%+v %q", c, fault)
	}
	if c, fault := ParsePassport("XX1234567"); fault != None || len(c.Warnings) != 1 {
		t.Errorf("%+v %q", c, fault)
	}
	for in, want := range map[string]Fault{"MP123456": Length, "1P1234567": Format, "MP12345O7": Format, "ЖЯ1234567": Format} {
		if _, fault := ParsePassport(in); fault != want {
			t.Errorf("%q: %q, want %q", in, fault, want)
		}
	}
}

func TestNames(t *testing.T) {
	for in, want := range map[string]string{
		"Тестовский": "Тестовский", "Сала́": "", "Дар'я": "Дар'я", "Кузьмiч": "", "Тестовcкий": "Тестовский",
		"Сидорои\u0306ч": "Сидоройч", "  Ян  Павел ": "Ян Павел", "": "", "тест": "", "Дарʼя": "Дар’я", "Ў": "Ў",
	} {
		c, fault := ParseName(in)
		if (fault == None) != (want != "") || want != "" && c.Text != want {
			t.Errorf("%q: %+v %q, want %q", in, c, fault, want)
		}
	}
}

func TestCadastralNumbers(t *testing.T) {
	for in, want := range map[string]Fault{"123456789012345678": None, "1234567890 12345678": None, "12345678901234567": Length, "12345678901234567A": Format} {
		if _, fault := ParseCadastral(in); fault != want {
			t.Errorf("%q: %q, want %q", in, fault, want)
		}
	}
}

func FuzzNumber(f *testing.F) {
	for _, s := range []string{"3110575A001PB7", "3110575А001РВ7", "", "0000000A000PB2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, fault := ParseNumber(s)
		if fault != None {
			return
		}
		again, fault := ParseNumber(n.Text)
		if fault != None || again.Text != n.Text || again.Birth != n.Birth || again.Repaired {
			t.Errorf("%q is read as %+v and then as %+v", s, n, again)
		}
	})
}
