package words

import "strings"

// There is no published stemmer of Belarusian to rely on. This one is light: it
// takes off the endings of cases, numbers and genders and evens out what the
// grammar changes at the end of a stem and by stress. It is for finding, not
// for reading: two words that meet in one stem cost a line too many in a list,
// two forms that do not meet cost the thing that was looked for.

// endings are taken off once, the longest that fits; what is left has two
// letters of a stem at least, three where the ending is a single letter, four
// where it is an adjective's that looks like the end of a noun (дар-ога).
var endings = []string{
	"вымі", "аваць", "іваць", "ываць",
	"амі", "ямі", "ымі", "імі", "ага", "яга", "ога", "ому", "аму", "яму", "аюць", "ююць", "уюць", "аецца", "уецца",
	"ёва", "ева", "ась", "ыся", "іся", "ацца", "іцца", "ыцца",
	"ах", "ях", "ам", "ям", "ой", "ай", "яй", "ей", "аю", "яю", "ую", "юю", "ая", "яя", "ое", "ае", "яе", "ыя", "ія", "ых", "іх",
	"ым", "ім", "оў", "аў", "яў", "еў", "ью", "юю", "эй", "ою", "ею", "ць", "ом", "ем", "ці", "іць", "ыць", "аць", "яць",
	"а", "я", "о", "е", "э", "у", "ю", "ы", "і", "ь", "й",
}

// stemBelarusian returns the stem of a word in lower case without apostrophes.
func stemBelarusian(w string) string {
	if !cyrillic(w) {
		return ""
	}
	letters := []rune(w)
	cut := 0
	for _, e := range endings {
		n := len([]rune(e))
		if n > cut && len(letters)-n >= atLeast(e) && strings.HasSuffix(w, e) {
			cut = n
		}
	}
	letters = letters[:len(letters)-cut]
	last := len(letters) - 1
	if last >= 2 { // рук-а, руц-э; дарог-а, дароз-е; год, годз-е
		if letters[last] == 'з' && letters[last-1] == 'д' {
			letters = letters[:last]
			last--
		}
		letters[last] = even(letters[last], atEnd)
	}
	if len(letters) > 3 { // вад-а, вод-ы; вёс-ны, вяс-на
		for i, r := range letters {
			letters[i] = even(r, byStress)
		}
	}
	return string(letters)
}

func atLeast(ending string) int {
	switch ending {
	case "ага", "яга", "ога", "ому", "аму", "яму":
		return 4
	}
	if len([]rune(ending)) == 1 {
		return 3
	}
	return 2
}

var (
	atEnd    = map[rune]rune{'ц': 'т', 'к': 'т', 'з': 'г', 'с': 'х', 'ў': 'л', 'в': 'л'}
	byStress = map[rune]rune{'о': 'а', 'ё': 'е', 'я': 'е', 'э': 'е', 'ў': 'у'}
)

func even(r rune, table map[rune]rune) rune {
	if to, ok := table[r]; ok {
		return to
	}
	return r
}

func cyrillic(w string) bool {
	for _, r := range w {
		if (r < 'а' || r > 'я') && r != 'і' && r != 'ў' {
			return false
		}
	}
	return true
}
