package print

import (
	"strings"
	"testing"

	"akno/backend/akno"
)

func TestConsentOnTheScreenSaysWhatTheLawAsks(t *testing.T) {
	o := Operator{Name: "Оператор", Address: "Минск", Email: "dpo@example.by", RetentionMonths: 12, AuditRetention: "5 лет"}
	for l, words := range map[akno.Lang][]string{
		akno.Russian:    {"Оператор, Минск", "Цель", "Перечень данных", "12 мес", "Права", "Последствия"},
		akno.Belarusian: {"Оператор, Минск", "Мэта", "12 мес", "Правы"},
		akno.English:    {"Цель"}, // the law knows two languages
	} {
		text, err := ConsentText(l, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range words {
			if !strings.Contains(text, w) {
				t.Errorf("%s: no %q in\n%s", l, w, text)
			}
		}
		for _, bad := range []string{"{{", "[x]", "[ ]", "<no value>", "##"} {
			if strings.Contains(text, bad) {
				t.Errorf("%s: %q in the text", l, bad)
			}
		}
	}
}

func TestAConsentHasWordsWhereThePortalNamedNobody(t *testing.T) {
	for l, want := range map[akno.Lang]string{
		akno.Russian:    "Оператор: портал не назвал, портал не назвал, ",
		akno.Belarusian: "Аператар: партал не назваў, партал не назваў, ",
	} {
		text, err := ConsentText(l, Operator{})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(text, want) {
			t.Errorf("%s", text)
		}
	}
}
