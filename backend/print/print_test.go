package print

import (
	"bytes"
	"errors"
	"flag"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/canon"
	"akno/backend/akno/erip"
	"akno/backend/akno/workdays"
)

var keep = flag.String("keep", "", "folder in which the papers of the tests are kept, to look at")

var day = workdays.MustParse("2026-11-21")

var person = Person{
	Name: "Тестовский Ян Янович", BirthDate: workdays.MustParse("1975-05-11"), Citizenship: "Республика Беларусь",
	PersonalNumber: "3110575A001PB7", Document: "паспорт MP 1234567, выдан Тестовым РУВД г. Минска 01.03.2018, действителен до 01.03.2028",
	Address: "220000, г. Минск, ул. Тестовая, д. 10А, кв. 5", Phone: "+375 29 123-45-67",
}

const link = "https://pay.raschet.by/#00020101021232650010by.raschet0107000000010309000000026112100134000000001681202125303933540545.005802BY5913UNP_1234567896007Belarus630487F9"

// papers makes every kind of paper in a language.
func papers(t *testing.T, l akno.Lang) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	add := func(name string, b []byte, err error) {
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[name+"_"+string(l)+".pdf"] = b
	}
	b, err := Order(OrderSlip{
		Lang: l, Code: "900000002611210013400000000168", Amount: 4500, Procedure: "5.13. Выдача повторного свидетельства",
		Applicant: person.Name, Payee: "Отдел загса Тестового райисполкома", Date: day, Before: day.AddDays(30), Link: link, Sample: true,
	})
	add("order", b, err)
	b, err = CabinetApplication(CabinetPaper{
		Lang: l, Office: "служба «Одно окно» Тестового райисполкома", Person: person, ExistingEmail: "jan@example.by", RulesRead: true, Date: day,
		Clerk: ClerkPart{Journal: "17", Clerk: "Специалистова А. А.", DocumentShown: true, DocumentValid: true, PhotoCompared: true, NumberChecked: true, Register: "R-1", ApplicationScan: "1", ConsentScan: "2"},
	})
	add("cabinet", b, err)
	b, err = Consent(ConsentPaper{
		Lang: l, Person: person, Agreed: true, Explained: true, Way: OnPaper, Scan: "2",
		Operator: Operator{Name: "Эталонный портал", Address: "г. Минск, ул. Тестовая, 1", Email: "dpo@example.by", RetentionMonths: 12, AuditRetention: "5 лет"},
		SignedAt: time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC),
	})
	add("consent", b, err)
	b, err = Sealed(SealedSlip{
		Lang: l, Name: person.Name, Login: person.PersonalNumber, Password: []byte("kQ7m-Xw4p-9Trd"), Until: day.AddDays(30),
		Portal: "https://portal.example.by", Date: day,
	})
	add("sealed", b, err)
	b, err = Decision(decision(l, akno.Refused))
	add("decision", b, err)
	b, err = Sheet(submission(t, "200.2.33.1"))
	add("sheet", b, err)
	for _, code := range []string{"200.1.3.4", "200.2.33.1", "200.5.13"} {
		b, err = Application(submission(t, code), code == "200.1.3.4")
		add("application_"+code, b, err)
	}
	return out
}

func decision(l akno.Lang, outcome akno.Status) DecisionPaper {
	return DecisionPaper{
		Lang: l, Outcome: outcome, Date: day, Number: "17-А", Body: "Тестовый районный исполнительный комитет",
		Applicant: person.Name, Address: person.Address, ProcedureNumber: "1.3.4", ProcedureTitle: "Выдача справки о месте жительства",
		ApplicationNumber: "42", ApplicationDate: day, Ground: "статья 25 Закона Республики Беларусь № 433-З", Reasons: "Документы недействительны.",
		SuperiorBody: "Тестовый областной исполнительный комитет", OfficialPost: "председатель", OfficialName: "Руководителев П. П.", SignatureFile: "decision.p7s",
	}
}

func submission(t *testing.T, code string) []byte {
	t.Helper()
	raw, err := os.ReadFile("../akno/canon/testdata/frozen/" + code + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestPapersAreTheSameOctetsEachTime(t *testing.T) {
	for _, l := range akno.Langs() {
		first, second := papers(t, l), papers(t, l)
		for name, b := range first {
			if !bytes.HasPrefix(b, []byte("%PDF-")) || !bytes.HasSuffix(bytes.TrimSpace(b), []byte("%%EOF")) {
				t.Errorf("%s is no PDF", name)
			}
			if !bytes.Equal(b, second[name]) {
				t.Errorf("%s differs when it is made again", name)
			}
			if *keep != "" {
				if err := os.WriteFile(filepath.Join(*keep, name), b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func TestOtherOctetsGiveNoApplication(t *testing.T) {
	raw := submission(t, "200.1.3.4")
	if _, err := Application(append(raw, ' '), false); !errors.Is(err, canon.ErrFormat) {
		t.Errorf("got %v", err)
	}
}

func TestADecisionWithoutRequisitesIsNone(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*DecisionPaper)
		field  string
	}{
		"no reasons":   {func(d *DecisionPaper) { d.Reasons = "" }, "reasons"},
		"no number":    {func(d *DecisionPaper) { d.Number = "" }, "number"},
		"no ground":    {func(d *DecisionPaper) { d.Ground = "" }, "ground"},
		"no date":      {func(d *DecisionPaper) { d.Date = workdays.Date{} }, "date"},
		"another end":  {func(d *DecisionPaper) { d.Outcome = akno.Withdrawn }, "outcome"},
		"no official":  {func(d *DecisionPaper) { d.OfficialName = "" }, "official"},
		"no applicant": {func(d *DecisionPaper) { d.Applicant = "" }, "applicant"},
	} {
		d := decision(akno.Russian, akno.Refused)
		c.change(&d)
		if _, err := Decision(d); akno.CodeOf(err) != akno.Invalid || akno.FieldsOf(err)[c.field] == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	d := decision(akno.Belarusian, akno.Granted)
	d.Reasons, d.SuperiorBody = "", ""
	if _, err := Decision(d); err != nil {
		t.Errorf("a grant needs no reasons: %v", err)
	}
}

func TestEveryWordHasThreeLanguages(t *testing.T) {
	for i, w := range words {
		for _, l := range akno.Langs() {
			if _, ok := w.Exact(l); !ok {
				t.Errorf("word %d (%s) has no %s", i, w.RU, l)
			}
		}
		if strings.ContainsAny(w.BE, "ищъИЩЪ") {
			t.Errorf("word %d holds Russian letters: %s", i, w.BE)
		}
	}
	for _, name := range []string{"consent", "cabinet", "clerk"} {
		b, err := texts.ReadFile("texts/" + name + "_be.txt")
		if err != nil || bytes.ContainsAny(b, "ищъИЩЪ") {
			t.Errorf("%s holds Russian letters or is missing: %v", name, err)
		}
	}
}

// The word across the code changes colours only: a reader that tells dark from
// light sees the same code.
func TestTheSampleWordLeavesTheCodeReadable(t *testing.T) {
	plain := decode(t, link, "")
	for _, l := range akno.Langs() {
		marked := decode(t, link, l)
		if marked.Bounds() != plain.Bounds() {
			t.Fatalf("%s: sizes differ", l)
		}
		coloured := 0
		for y := range plain.Bounds().Dy() {
			for x := range plain.Bounds().Dx() {
				if dark(plain.At(x, y)) != dark(marked.At(x, y)) {
					t.Fatalf("%s: the dot at %d, %d turns", l, x, y)
				}
				if r, g, _, _ := marked.At(x, y).RGBA(); r != g {
					coloured++
				}
			}
		}
		if share := float64(coloured) / float64(plain.Bounds().Dx()*plain.Bounds().Dy()); share < 0.05 {
			t.Errorf("%s: the word takes %.3f of the picture, nobody sees it", l, share)
		}
	}
}

func decode(t *testing.T, text string, sample akno.Lang) image.Image {
	t.Helper()
	b, err := QR(text, 600, sample)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if c := color.GrayModel.Convert(img.At(0, 0)).(color.Gray); c.Y != 255 {
		t.Error("there is no empty margin")
	}
	return img
}

func TestTextsThatFitNoCode(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		size int
	}{"too long": {strings.Repeat("я", 3000), 600}, "too small": {link, 20}, "too large": {link, 5000}} {
		if _, err := QR(c.text, c.size, ""); !errors.Is(err, ErrQR) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := erip.Parse(link); err != nil {
		t.Errorf("the link of the tests is wrong: %v", err)
	}
}

func TestTheConsentIsPinned(t *testing.T) {
	ru, err := ConsentHash(akno.Russian)
	if err != nil {
		t.Fatal(err)
	}
	be, err := ConsentHash(akno.Belarusian)
	if err != nil || ru == be || len(ru) != 64 {
		t.Errorf("%s %s %v", ru, be, err)
	}
}

func TestWhatIsFilledInBeginsNoLine(t *testing.T) {
	data := person
	data.Address = "Минск\n[x] чужая отметка"
	a, err := CabinetApplication(CabinetPaper{Lang: akno.Russian, Office: "О", Person: data, Date: day})
	if err != nil {
		t.Fatal(err)
	}
	data.Address = "Минск [x] чужая отметка"
	b, err := CabinetApplication(CabinetPaper{Lang: akno.Russian, Office: "О", Person: data, Date: day})
	if err != nil || !bytes.Equal(a, b) {
		t.Error("a line end in an answer changes the paper")
	}
}

// People paste anything; a paper is made of it all the same.
func TestStrangeCharactersMakeAPaper(t *testing.T) {
	for _, text := range []string{
		"😀 😀", "\x00\x01", "\ufffd", "\u202e abc", strings.Repeat("я", 5000), "a\tb\nc\r\nd", "漢字", "\U0010ffff", "", "\xff\xfe",
		strings.Repeat("слово ", 2000), "{pages}", "(\\)", "е\u0301",
	} {
		d := decision(akno.Russian, akno.Refused)
		d.Reasons, d.Applicant = text+".", text+"."
		b, err := Decision(d)
		if err != nil || !bytes.HasPrefix(b, []byte("%PDF-")) {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}

func TestEveryCharacterIsSeen(t *testing.T) {
	for in, want := range map[string]string{
		"Дар’я, ў і № 5 – 10 €": "Дар’я, ў і № 5 – 10 €",
		"a😀b":                   "a[U+1F600]b",
		"\u202eabc":             "[U+202E]abc",
		"a\tb\r\nc":             "a b\nc",
		"漢":                     "[U+6F22]",
		pagesMark:               "[U+E000][U+E001]",
		"a\u00adb":              "a[U+00AD]b",
	} {
		if got := safe(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
