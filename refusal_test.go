//go:build !headless

package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"akno/backend/akno"
	"akno/backend/desktop/single"
)

func TestARefusalSaysWhatToDoInTheLanguageOfTheSystem(t *testing.T) {
	silent := unopened{&akno.Error{Code: akno.Unavailable, Op: "single.Take", Err: fmt.Errorf("%w: no answer", single.ErrSilent)}}
	held := unopened{&akno.Error{Code: akno.Unavailable, Op: "single.Take", Err: single.ErrHeld}}
	full := unopened{&akno.Error{Code: akno.DiskFull, Op: "x"}}
	for _, c := range []struct {
		err        error
		lang       string
		title, has string
	}{
		{silent, "ru_RU.UTF-8", "Акно уже запущено и не отвечает", "Подождите минуту"},
		{silent, "be_BY.UTF-8", "Акно ўжо запушчана і не адказвае", "Пачакайце хвіліну"},
		{silent, "en_US", "Akno is running and does not answer", "Code: unavailable"},
		{silent, "", "Акно уже запущено и не отвечает", "Код: unavailable"},
		{silent, "C", "Акно уже запущено и не отвечает", "процесс akno"},
		{held, "ru_RU.UTF-8", "С профилем работает команда aknoctl", "Дождитесь"},
		{held, "be_BY.UTF-8", "З профілем працуе каманда aknoctl", "Пачакайце"},
		{held, "en_GB.UTF-8", "The command aknoctl works with the profile", "Code: unavailable"},
		{full, "be", "Акно не адкрылася", "Код: disk_full"},
		{unopened{errors.New("mkdir x: 100% odd")}, "en", "Akno did not open", "Code: internal\nmkdir x: 100% odd"},
	} {
		r := refusalOf(c.err, c.lang)
		if r.title != c.title || !strings.Contains(r.text, c.has) {
			t.Errorf("%v in %q: %s\n%s", c.err, c.lang, r.title, r.text)
		}
	}
	for _, w := range []refusalWords{silentWords, heldWords, unopenedWords} {
		for _, text := range []akno.Text{w.title, w.text} {
			if text.RU == "" || text.BE == "" || text.EN == "" {
				t.Errorf("a language is missing: %+v", text)
			}
		}
	}
}
