package ident

import (
	"strings"
	"unicode"
)

var translit = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "h", 'д': "d", 'ж': "zh", 'з': "z", 'і': "i", 'и': "i", 'й': "i", 'к': "k", 'л': "l",
	'м': "m", 'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ў': "u", 'ф': "f", 'х': "kh", 'ц': "ts",
	'ч': "ch", 'ш': "sh", 'ы': "y", 'э': "e", 'ь': "", '\'': "", '’': "", '-': "-", ' ': " ",
}

// iotated are the letters that begin with y after a vowel and with i after a
// consonant.
var iotated = map[rune][2]string{'е': {"ye", "e"}, 'ё': {"yo", "io"}, 'ю': {"yu", "iu"}, 'я': {"ya", "ia"}}

// Transliterate returns a Belarusian name in Latin capitals as passports spell
// it (МВД, 28.06.2010 № 200). It is a suggestion that a person may change: the
// spelling in the passport rules.
func Transliterate(name string) string {
	letters := []rune(strings.ToLower(Compose(name)))
	var b strings.Builder
	for i, r := range letters {
		if r == 'i' {
			r = 'і' // typed on a Latin keyboard
		}
		prev := ' '
		if i > 0 {
			prev = letters[i-1]
			if prev == 'i' {
				prev = 'і'
			}
		}
		if pair, ok := iotated[r]; ok {
			if strings.ContainsRune("аеёіоуўэюя'’ь -", prev) {
				b.WriteString(pair[0])
			} else {
				b.WriteString(pair[1])
			}
			continue
		}
		last := i == len(letters)-1 || letters[i+1] == ' ' || letters[i+1] == '-'
		if r == 'й' && last && (prev == 'ы' || prev == 'і') {
			continue
		}
		if out, ok := translit[r]; ok {
			b.WriteString(out)
		} else if unicode.IsLetter(r) && r < 0x80 {
			b.WriteRune(r)
		}
	}
	return strings.ToUpper(b.String())
}
