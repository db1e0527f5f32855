package ident

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// A Checked is a code that was read: its normal form, whether letters were
// replaced, and doubts.
type Checked struct {
	Text     string
	Repaired bool
	Warnings []Warning
}

// ParseUNP reads a payer's number (УНП), 9 characters: nine digits, or two
// letters of an individual and seven digits. A leading «УНП» or "UNP" is
// dropped. A first digit 0, 8 or 9 is a warning.
func ParseUNP(s string) (Checked, Fault) {
	s = strings.ToUpper(strip(s))
	for _, prefix := range []string{"УНП", "UNP"} {
		s = strings.TrimPrefix(s, prefix)
	}
	text, repaired := Latin(strings.TrimPrefix(s, ":"))
	c := Checked{Text: text, Repaired: repaired}
	if utf8.RuneCountInString(text) != 9 {
		return c, Length
	}
	if len(text) != 9 || !digitsOnly(text[2:]) {
		return c, Format
	}
	letters := strings.IndexByte("ABCEHKM", text[0]) >= 0 && strings.IndexByte("ABCEHKMOPT", text[1]) >= 0
	if !letters && !digitsOnly(text) {
		return c, Format
	}
	sum := 0
	for i, w := range [8]int{29, 23, 19, 17, 13, 7, 5, 3} {
		v := index(text[i])
		if i == 1 && letters {
			v = strings.IndexByte("ABCEHKMOPT", text[1])
		}
		sum += v * w
	}
	// A remainder of ten is never issued.
	if r := sum % 11; r == 10 || byte('0'+r) != text[8] {
		return c, CheckDigit
	}
	if strings.IndexByte("089", text[0]) >= 0 {
		c.Warnings = []Warning{UnusualFirstDigit}
	}
	return c, None
}

var ibanShape = regexp.MustCompile(`^BY[0-9]{2}[A-Z]{4}[0-9]{4}[A-Z0-9]{16}$`)

// ParseIBAN reads a Belarusian bank account, 28 characters. Cyrillic letters
// are not replaced here: money goes to the account that was read, so the payer
// is shown the fault and asked.
func ParseIBAN(s string) (Checked, Fault) {
	text := strings.ToUpper(strip(s))
	c := Checked{Text: text}
	if utf8.RuneCountInString(text) != 28 {
		return c, Length
	}
	if !ibanShape.MatchString(text) {
		return c, Format
	}
	r := 0
	turned := text[4:] + text[:4]
	for i := range len(turned) {
		v := index(turned[i])
		if v >= 10 {
			r = r * 10 % 97
		}
		r = (r*10 + v) % 97
	}
	if r != 1 {
		return c, CheckDigit
	}
	return c, None
}

// areas are the known codes of mobile networks and regions; a hint only.
var areas = regexp.MustCompile(`^\+375(25|29|33|44|17|15|16|21|22|23)`)

// ParsePhone reads a Belarusian number, +375 and nine digits. Blanks, hyphens
// and brackets are dropped; 80…, 8 0… and 375… of home use become +375…
func ParsePhone(s string) (Checked, Fault) {
	text := phoneText(s)
	switch {
	case strings.HasPrefix(text, "80") && len(text) == 11:
		text = "+375" + text[2:]
	case strings.HasPrefix(text, "375") && len(text) == 12:
		text = "+" + text
	}
	c := Checked{Text: text}
	if !strings.HasPrefix(text, "+375") || !digitsOnly(text[1:]) {
		return c, Format
	}
	if len(text) != 13 {
		return c, Length
	}
	if !areas.MatchString(text) {
		c.Warnings = []Warning{UnknownArea}
	}
	return c, None
}

// ParseE164 reads an international number, + and 8 to 15 digits.
func ParseE164(s string) (Checked, Fault) {
	text := phoneText(s)
	c := Checked{Text: text}
	if !strings.HasPrefix(text, "+") || len(text) < 2 || !digitsOnly(text[1:]) || text[1] == '0' {
		return c, Format
	}
	if len(text) < 9 || len(text) > 16 {
		return c, Length
	}
	return c, None
}

var phoneSigns = strings.NewReplacer("(", "", ")", "", ".", "")

func phoneText(s string) string {
	return phoneSigns.Replace(strip(s))
}

// ParseEmail reads an e-mail address: one @, something before it, a domain with
// a full stop inside after it, no blanks or control characters, at most 254
// octets.
func ParseEmail(s string) (Checked, Fault) {
	text := strings.TrimSpace(Visible(s))
	c := Checked{Text: text}
	local, domain, ok := strings.Cut(text, "@")
	if !ok || local == "" || strings.Contains(domain, "@") || !utf8.ValidString(text) ||
		strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f || r == 0xa0 || strings.ContainsRune(`"(),:;<>[\]`, r) }) {
		return c, Format
	}
	labels := strings.Split(domain, ".")
	if len(labels) < 2 || strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, "..") {
		return c, Format
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || strings.HasPrefix(l, "-") || strings.HasSuffix(l, "-") {
			return c, Format
		}
	}
	if len(text) > 254 || len(local) > 64 {
		return c, Length
	}
	return c, None
}

// series are the known series of passports and identity cards.
var series = map[string]bool{
	"AB": true, "BM": true, "HB": true, "KH": true, "MP": true, "MC": true, "KB": true, "PP": true,
	"SP": true, "DP": true, "BY": true,
}

// ParsePassport reads series and number of a passport or an identity card: two
// Latin letters and seven digits. A series that is not known is a warning.
func ParsePassport(s string) (Checked, Fault) {
	text, repaired := Latin(s)
	text = strings.Replace(text, "№", "", 1)
	c := Checked{Text: text, Repaired: repaired}
	if utf8.RuneCountInString(text) != 9 {
		return c, Length
	}
	if len(text) != 9 || !digitsOnly(text[2:]) || index(text[0]) < 10 || index(text[1]) < 10 {
		return c, Format
	}
	if !KnownSeries(text[:2]) {
		c.Warnings = []Warning{UnknownSeries}
	}
	return c, None
}

// KnownSeries says whether passports or identity cards are known to have the
// series s, two Latin capitals.
func KnownSeries(s string) bool { return series[s] }

// ParseCadastral reads a cadastral number of a plot, 18 digits.
func ParseCadastral(s string) (Checked, Fault) {
	c := Checked{Text: strip(s)}
	if !digitsOnly(c.Text) {
		return c, Format
	}
	if len(c.Text) != 18 {
		return c, Length
	}
	return c, None
}

var nameShape = regexp.MustCompile(`^[А-ЯЁІЎ][А-ЯЁІЎа-яёіў'’\- ]{0,59}$`)

// ParseName reads a surname, a name or a patronymic in Russian or Belarusian.
// Letters are composed, kinds of apostrophes made one, Latin look-alikes
// replaced and blanks made single.
func ParseName(s string) (Checked, Fault) {
	typed := Compose(strings.Join(strings.Fields(Visible(s)), " "))
	text, repaired := Cyrillic(typed)
	if Word(typed) { // a name in Latin letters, for whoever knows it to write in Cyrillic ones
		text, repaired = typed, false
	}
	c := Checked{Text: text, Repaired: repaired}
	if text == "" || utf8.RuneCountInString(text) > 60 {
		return c, Length
	}
	if !nameShape.MatchString(text) {
		return c, Format
	}
	return c, None
}

var composer = strings.NewReplacer(
	"и\u0306", "й", "И\u0306", "Й", "у\u0306", "ў", "У\u0306", "Ў", "е\u0308", "ё", "Е\u0308", "Ё", "і\u0308", "ї", "І\u0308", "Ї",
	"\u02bc", "’", "\u2018", "’",
)

// Compose returns s with the letters й, ў, ё and ї as one character each and
// the kinds of apostrophes as ’. It is what NFC does to the Cyrillic letters of
// this country.
func Compose(s string) string { return composer.Replace(s) }
