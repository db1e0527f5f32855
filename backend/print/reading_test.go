package print

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"akno/backend/akno"
	"akno/backend/akno/canon"
)

// contents unfolds the streams of a PDF.
func contents(t *testing.T, pdf []byte) [][]byte {
	t.Helper()
	var out [][]byte
	for _, part := range bytes.Split(pdf, []byte("\nstream\n"))[1:] {
		r, err := zlib.NewReader(bytes.NewReader(part))
		if err != nil {
			continue // a picture, or a font that is not packed
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b)
	}
	return out
}

// written are the texts of a PDF by page, as it draws them: strings of UTF-16 in
// parentheses.
func written(t *testing.T, pdf []byte) []string {
	t.Helper()
	var pages []string
	for _, b := range contents(t, pdf) {
		var page strings.Builder
		for i := 0; i < len(b); i++ {
			if b[i] != '(' {
				continue
			}
			var s []byte
			for i++; i < len(b) && b[i] != ')'; i++ {
				if b[i] == '\\' {
					i++
					if c, ok := map[byte]byte{'r': '\r', 'n': '\n'}[b[i]]; ok {
						s = append(s, c)
						continue
					}
				}
				s = append(s, b[i])
			}
			if bytes.HasPrefix(b[min(i+1, len(b)):], []byte(" Tj")) || bytes.HasPrefix(b[min(i+1, len(b)):], []byte("Tj")) {
				units := make([]uint16, len(s)/2)
				for k := range units {
					units[k] = binary.BigEndian.Uint16(s[2*k:])
				}
				page.WriteString(string(utf16.Decode(units)) + "\n")
			}
		}
		if page.Len() > 0 {
			pages = append(pages, page.String())
		}
	}
	return pages
}

func TestAnApplicationIsReadable(t *testing.T) {
	for _, l := range []akno.Lang{akno.Russian, akno.Belarusian} {
		raw := large(t, l)
		pdf, err := Application(raw, false)
		if err != nil {
			t.Fatal(err)
		}
		pages := written(t, pdf)
		if n := bytes.Count(pdf, []byte("/Type /Page\n")); len(pages) != n {
			t.Fatalf("%s: %d pages of %d are written on", l, len(pages), n)
		}
		all := strings.Join(pages, "")
		if !strings.Contains(all, words[wordApplication].In(l)) || !strings.Contains(all, "Дар’я, ў, і, ё.") {
			t.Errorf("%s: ў, і or ’ is not in it", l)
		}
		hash := canon.Hash(raw)
		if !strings.Contains(all, hash) {
			t.Errorf("%s: the hash is not in it", l)
		}
		for i, page := range pages {
			if want := fmt.Sprintf("%s %d / %d", words[wordPage].In(l), i+1, len(pages)); !strings.Contains(page, want) {
				t.Errorf("%s: page %d does not say %q", l, i+1, want)
			}
			if !strings.Contains(page, "SHA-256 "+hash) {
				t.Errorf("%s: page %d does not say of what it is a page", l, i+1)
			}
		}
		peer(t, pdf, len(pages), "Дар’я, ў, і, ё.", hash)
	}
}

// peer reads a paper by programs of others, where they are installed.
func peer(t *testing.T, pdf []byte, pages int, want ...string) {
	t.Helper()
	for program, args := range map[string][]string{"pdftotext": {"-raw", "-", "-"}, "pdfinfo": {"-"}} {
		path, err := exec.LookPath(program)
		if err != nil {
			t.Logf("%s is not here; the papers were read by the test itself", program)
			continue
		}
		cmd := exec.CommandContext(t.Context(), path, args...)
		cmd.Stdin = bytes.NewReader(pdf)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v %s", program, err, out)
			continue
		}
		if program == "pdfinfo" {
			if !regexp.MustCompile(fmt.Sprintf(`Pages: +%d\b`, pages)).Match(out) || !bytes.Contains(out, []byte("A4")) {
				t.Errorf("pdfinfo: not %d pages of A4 in %s", pages, out)
			}
			continue
		}
		for _, w := range want {
			if !strings.Contains(string(out), w) {
				t.Errorf("pdftotext does not find %q", w)
			}
		}
	}
}

func TestTheCodeInTheCornerIsThatOfTheHash(t *testing.T) {
	raw := submission(t, "200.1.3.4")
	pdf, err := Application(raw, true)
	if err != nil {
		t.Fatal(err)
	}
	code, err := QR("sha256:"+canon.Hash(raw), 400, "")
	if err != nil {
		t.Fatal(err)
	}
	// The picture goes in as it is packed: what stands in the chunks of the PNG.
	var packed []byte
	for at := 8; at+12 <= len(code); {
		n := int(binary.BigEndian.Uint32(code[at:]))
		if string(code[at+4:at+8]) == "IDAT" {
			packed = append(packed, code[at+8:at+8+n]...)
		}
		at += 12 + n
	}
	if len(packed) == 0 || !bytes.Contains(pdf, packed) {
		t.Error("the picture in the paper is another")
	}
	if all := strings.Join(written(t, pdf), ""); !strings.Contains(all, words[wordDraft].In(akno.Russian)) {
		t.Error("a draft does not say that it is one")
	}
}

func TestTheSheetNamesEveryAttachmentWithItsHash(t *testing.T) {
	for _, code := range []string{"200.2.33.1", "200.11.2.1", "200.1.3.4"} {
		raw := submission(t, code)
		s, err := canon.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		pdf, err := Sheet(raw)
		if err != nil {
			t.Fatal(err)
		}
		all := strings.Join(written(t, pdf), "")
		for i, a := range s.Attachments {
			for _, want := range []string{fmt.Sprintf("%d. %s", i+1, a.Name), fmt.Sprint(a.Size), "SHA-256 " + a.SHA256} {
				if !strings.Contains(all, want) {
					t.Errorf("%s: no %q", code, want)
				}
			}
		}
		if len(s.Attachments) == 0 && !strings.Contains(all, words[wordNoAttachments].In(s.Language)) {
			t.Errorf("%s: it does not say that there are none", code)
		}
		if !strings.Contains(all, canon.Hash(raw)) {
			t.Errorf("%s: it does not say of which application", code)
		}
	}
	if _, err := Sheet([]byte("{}")); err == nil {
		t.Error("a list of nothing was made")
	}
}

// What the templates of the papers ask for, in both languages of the state.
func TestThePapersOfOneWindowSayWhatTheirTemplatesAsk(t *testing.T) {
	for l, c := range map[akno.Lang]struct{ cabinet, consent []string }{
		akno.Russian: {
			[]string{
				"одно окно", person.Name, "11.05.1975", "Республика Беларусь", person.PersonalNumber, "MP 1234567", "220000", person.Phone,
				"jan@example.by", "объединить", "ознакомлен", "Заполняет специалист", "17", "Специалистова", "предъявлен", "не истек", "фото соответствует",
				"прошел контроль", "регистром населения", "R-1", "согласие подписано", "Скан заявления", "Скан согласия", "Конверт",
			},
			[]string{
				"Эталонный портал", "dpo@example.by", "1. Цель", "2. Перечень", "3. Действия", "Способ", "4. Уполномоченные", "5. Срок", "12 мес",
				"6. Права", "7. Последствия", "1–5 согласен", "разъяснены до дачи", "скан № 2", "электронный документ", "код из письма",
			},
		},
		akno.Belarusian: {
			[]string{
				"адно акно", person.Name, "11.05.1975", person.PersonalNumber, "MP 1234567", person.Phone, "аб’яднаць", "азнаёмлены",
				"Запаўняе спецыяліст", "прад’яўлены", "не скончыўся", "фота адпавядае", "прайшоў кантроль", "рэгістрам насельніцтва", "згода падпісана",
				"Скан заявы", "Скан згоды", "Канверт",
			},
			[]string{
				"dpo@example.by", "1. Мэта", "2. Пералік", "3. Дзеянні", "Спосаб", "4. Упаўнаважаныя", "5. Тэрмін", "12 мес", "6. Правы",
				"7. Наступствы", "1–5 згодны", "растлумачаны да дачы", "скан № 2", "электронны дакумент", "код з ліста",
			},
		},
	} {
		made := papers(t, l)
		hash, err := ConsentHash(l)
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string][]string{"cabinet": c.cabinet, "consent": append(c.consent, "v"+ConsentVersion, hash)} {
			all := strings.ReplaceAll(strings.Join(written(t, made[name+"_"+string(l)+".pdf"]), " "), "\n", "")
			all = strings.Join(strings.Fields(all), " ")
			for _, w := range want {
				if !strings.Contains(strings.ReplaceAll(all, " ", ""), strings.ReplaceAll(w, " ", "")) {
					t.Errorf("%s in %s does not say %q", name, l, w)
				}
			}
		}
	}
}

func TestADecisionSaysItsRequisites(t *testing.T) {
	d := decision(akno.Russian, akno.Refused)
	pdf, err := Decision(d)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.ReplaceAll(strings.Join(written(t, pdf), ""), "\n", "")
	all = strings.ReplaceAll(all, " ", "")
	for _, w := range []string{
		day.Print(), d.Number, d.Body, d.Applicant, d.Address, d.ProcedureNumber, d.ProcedureTitle, d.ApplicationNumber, d.Ground, d.Reasons,
		d.SuperiorBody, "в течение одного года", d.OfficialPost, d.OfficialName, d.SignatureFile,
	} {
		if !strings.Contains(all, strings.ReplaceAll(w, " ", "")) {
			t.Errorf("no %q", w)
		}
	}
}
