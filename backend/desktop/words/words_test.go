package words

import (
	"slices"
	"strings"
	"testing"
)

func TestQuery(t *testing.T) {
	title := []string{"Выдача справки о месте жительства и составе семьи", "Выдача даведкі аб месцы жыхарства і складзе сям’і", "1.3.4"}
	for query, want := range map[string]bool{
		"":                  true,
		"справка":           true, // stem
		"СПРАВКАМИ":         true,
		"справка семья":     true,
		"справка паспорт":   false,
		"спра":              true, // half typed
		"даведка":           true, // another case
		"даведцы":           true, // к becomes ц
		"жыхарства":         true,
		"сям'я":             true,
		"сям'і":             true,
		"месца":             true,
		"1.3.4":             true,
		"1.3":               true,
		"2.3.4":             false,
		"  , ; ":            true,
		"мЕстО жительство.": true,
	} {
		if got := ParseQuery(query).Matches(title...); got != want {
			t.Errorf("%q: %v, want %v", query, got, want)
		}
	}
	if !ParseQuery("ёлка").Matches("елки") {
		t.Error("е and ё differ")
	}
}

// forms are words in some of their forms; every one must find every other.
var forms = [][]string{
	{"даведка", "даведкі", "даведцы", "даведку", "даведкай", "даведках", "даведкамі"},
	{"заява", "заявы", "заяве", "заяву", "заявай", "заявамі"},
	{"дарога", "дарогі", "дарозе", "дарогу", "дарогай"},
	{"горад", "горада", "гораду", "горадзе", "гарады", "гарадоў", "гарадах"},
	{"вуліца", "вуліцы", "вуліцу", "вуліцай", "вуліцах"},
	{"пасведчанне", "пасведчання", "пасведчанню", "пасведчаннем"},
	{"жыллё", "жылля", "жыллю", "жыллём"},
	{"беларускі", "беларуская", "беларускага", "беларускай", "беларускую", "беларускія", "беларускімі"},
	{"сельскі", "сельская", "сельскага", "сельскай", "сельскіх"},
	{"кватэра", "кватэры", "кватэру", "кватэрай", "кватэрах"},
	{"справка", "справки", "справке", "справку", "справкой", "справками"},
	{"свидетельство", "свидетельства", "свидетельству", "свидетельством"},
	{"регистрация", "регистрации", "регистрацию", "регистрацией"},
	{"Ковалёва", "ковалева", "Ковалёвой", "Ковалеву"},
	{"ребёнок", "ребенок"},
}

func TestEveryFormOfAWordFindsTheOthers(t *testing.T) {
	for _, list := range forms {
		for _, asked := range list {
			for _, written := range list {
				if !ParseQuery(asked).Matches(written) {
					t.Errorf("%s does not find %s", asked, written)
				}
			}
		}
	}
}

func TestTokensFindWhatComparingFinds(t *testing.T) {
	for _, list := range forms {
		for _, written := range list {
			have := Tokens("номер 1.3.4, ", written)
			for _, asked := range append(slices.Clone(list), "1.3.4", "1.3", "ном") {
				for _, any := range ParseQuery(asked).Tokens() {
					if !slices.ContainsFunc(any, func(token string) bool { return slices.Contains(have, token) }) {
						t.Errorf("%s is not found by %s: %v in %v", written, asked, any, have)
					}
				}
			}
		}
	}
	if n := len(Tokens(strings.Repeat("слово ", 10))); n != len(Tokens("слово")) {
		t.Errorf("%d tokens of one word", n)
	}
}

func TestOtherWordsStayApart(t *testing.T) {
	for _, pair := range [][2]string{
		{"даведка", "дамова"}, {"заява", "заўтра"}, {"паспорт", "справка"}, {"вуліца", "вучоба"}, {"брак", "барак"}, {"дом", "дама"},
	} {
		if ParseQuery(pair[0]).Matches(pair[1]) {
			t.Errorf("%s finds %s", pair[0], pair[1])
		}
	}
}

// FuzzTokens proves that a text is found by each of its own words.
func FuzzTokens(f *testing.F) {
	f.Add("Выдача даведкі № 1.3.4, сям’і")
	f.Add("ЁЛКА. ... a.b. ўў ьь")
	f.Fuzz(func(t *testing.T, text string) {
		have := Tokens(text)
		if len(have) >= MaxTokens {
			return
		}
		for i, any := range ParseQuery(text).Tokens() {
			if !slices.ContainsFunc(any, func(token string) bool { return slices.Contains(have, token) }) {
				t.Errorf("word %d, %v, is not among %v", i, any, have)
			}
		}
	})
}
