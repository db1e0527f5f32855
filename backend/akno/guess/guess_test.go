package guess

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestWhatEverybodyTriesFirstIsNotEnough(t *testing.T) {
	for _, p := range []string{
		"password1234", "Password1234!", "p@ssw0rd1234", "qwertyuiop12", "йцукенгшщзхъ", "1234567890-=", "abcdefghijkl", "абвгдежзийкл",
		"aaaaaaaaaaaa", "парольпароль", "gfhjkmgfhjkm", "зфыыцщкв2024", "Минск2024минск", "мойпароль2025", "солнышко12121990", "прывітанне2026",
		"любовьлюбовьлюбовь", "qwerty123456", "йцукен123456", "ivanov12031985", "123456123456", "мамапапа1234", "ольга21.11.1990", "asdfghjkl;'",
	} {
		if bits := Bits([]byte(p)); bits >= Enough {
			t.Errorf("%q has %.0f bits", p, bits)
		}
	}
}

func TestPhrasesAndRandomLettersAreEnough(t *testing.T) {
	for _, p := range []string{
		"кот дважды сел на сыр", "утром кот вернулся за сыром", "сыр съеден, кот уснул", "kx7vq2mz9fhw", "ўлетку кветкі ля дарогі",
		"correct horse battery staple", "Зялёны аўтобус №7 спазніўся", "g7#Lw9!qZ2@x",
	} {
		if bits := Bits([]byte(p)); bits < Enough {
			t.Errorf("%q has %.0f bits", p, bits)
		}
	}
}

func TestAWordIsFoundInEitherLayoutAndWithSignsForLetters(t *testing.T) {
	want := Bits([]byte("пароль"))
	for _, p := range []string{"gfhjkm", "ПАРОЛЬ", "GFHJKM"} {
		if got := Bits([]byte(p)); got != want {
			t.Errorf("%q has %.1f bits, the word has %.1f", p, got, want)
		}
	}
	if got := Bits([]byte("p4r0l")); got > ofWord+leet {
		t.Errorf("signs for letters give %.1f bits", got)
	}
}

func TestNothingIsCheaperForBeingLonger(t *testing.T) {
	last := 0.0
	text := "kx7vq2mz9fhwтрэба"
	for i := range text {
		bits := Bits([]byte(text[:i]))
		if bits < last {
			t.Errorf("%q has %.1f bits, without its end %.1f", text[:i], bits, last)
		}
		last = bits
	}
	if Bits(nil) != 0 {
		t.Error("nothing has bits")
	}
}

func TestThePasswordIsLeftAsItWas(t *testing.T) {
	p := []byte("Пароль1234")
	Bits(p)
	if string(p) != "Пароль1234" {
		t.Error("it was changed")
	}
}

func TestTheListsAreRead(t *testing.T) {
	if n := len(words()); n < 3000 {
		t.Errorf("%d words", n)
	}
	for w := range strings.FieldsSeq(short) {
		if utf8.RuneCountInString(w) < 3 {
			t.Errorf("%q is too short to be found", w)
		}
	}
}

func FuzzBits(f *testing.F) {
	f.Add([]byte("Пароль 123"))
	f.Add([]byte{0xff, 0xfe, 'a'})
	f.Add(bytes.Repeat([]byte("ab"), 300))
	f.Fuzz(func(t *testing.T, p []byte) {
		if bits := Bits(p); !(bits >= 0) || bits > most*capital {
			t.Errorf("%q has %f bits", p, bits)
		}
	})
}
