//go:build !headless

package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"

	"akno/backend/akno"
	"akno/backend/desktop/single"
)

// A refusal says to a person why the program does not open, what that means, and
// what to do.
type refusal struct{ title, text string }

// refuse shows a person why the program did not open.
func refuse(err error) {
	lang := cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG"))
	if shown := refusalOf(err, lang).show(); shown != nil {
		fmt.Fprintln(os.Stderr, "akno:", shown)
	}
}

// refusalOf is err in the language of the system: there is no page yet to take one
// from. lang is as the system writes it («be_BY.UTF-8»), Russian for any other.
func refusalOf(err error, lang string) refusal {
	l, ok := map[string]akno.Lang{"be": akno.Belarusian, "en": akno.English}[strings.ToLower(lang[:min(2, len(lang))])]
	if !ok {
		l = akno.Russian
	}
	words, code := unopenedWords, akno.CodeOf(err)
	switch {
	case errors.Is(err, single.ErrSilent):
		words = silentWords
	case errors.Is(err, single.ErrHeld):
		words = heldWords
	}
	r := refusal{words.title.In(l), words.text.In(l)}
	r.text += "\n\n" + fmt.Sprintf(codeWords.In(l), code)
	if code == akno.Internal { // nothing else says what happened
		r.text += "\n" + err.Error()
	}
	return r
}

type refusalWords struct{ title, text akno.Text }

var (
	silentWords = refusalWords{
		akno.Text{RU: "Акно уже запущено и не отвечает", BE: "Акно ўжо запушчана і не адказвае", EN: "Akno is running and does not answer"},
		akno.Text{
			RU: "С этим профилем уже работает Акно, но оно не отвечает. Второе не открылось, чтобы ничего не испортить: всё, что показано как сохранённое, на месте.\n\n" +
				"Подождите минуту и откройте Акно снова. Если не поможет, завершите процесс akno или перезагрузите компьютер.",
			BE: "З гэтым профілем ужо працуе Акно, але яно не адказвае. Другое не адкрылася, каб нічога не сапсаваць: усё, што паказана як захаванае, на месцы.\n\n" +
				"Пачакайце хвіліну і адкрыйце Акно зноў. Калі не дапаможа, завяршыце працэс akno або перазагрузіце камп’ютар.",
			EN: "Akno already works with this profile, but it does not answer. A second one was not opened so that nothing is spoiled: all that was shown as saved is there.\n\n" +
				"Wait a minute and open Akno again. If that does not help, end the process akno or restart the computer.",
		},
	}
	heldWords = refusalWords{
		akno.Text{RU: "С профилем работает команда aknoctl", BE: "З профілем працуе каманда aknoctl", EN: "The command aknoctl works with the profile"},
		akno.Text{
			RU: "Акно не открылось: с этим профилем сейчас работает команда aknoctl, а вместе они могли бы его испортить. Всё сохранённое на месте.\n\n" +
				"Дождитесь, пока команда закончит, и откройте Акно снова. Если она не заканчивает, прервите её там, где она запущена, или завершите процесс aknoctl.",
			BE: "Акно не адкрылася: з гэтым профілем цяпер працуе каманда aknoctl, а разам яны маглі б яго сапсаваць. Усё захаванае на месцы.\n\n" +
				"Пачакайце, пакуль каманда скончыць, і адкрыйце Акно зноў. Калі яна не заканчвае, перапыніце яе там, дзе яна запушчана, або завяршыце працэс aknoctl.",
			EN: "Akno did not open: the command aknoctl works with this profile, and both together could spoil it. All that was saved is there.\n\n" +
				"Wait until the command is done and open Akno again. If it does not end, interrupt it where it was started, or end the process aknoctl.",
		},
	}
	unopenedWords = refusalWords{
		akno.Text{RU: "Акно не открылось", BE: "Акно не адкрылася", EN: "Akno did not open"},
		akno.Text{
			RU: "Не удалось открыть папку профиля или журнал в ней. Сохранённое не изменено.\n\n" +
				"Проверьте, есть ли место на диске и можно ли писать в папку профиля, и откройте Акно снова.",
			BE: "Не ўдалося адкрыць папку профілю або журнал у ёй. Захаванае не зменена.\n\n" +
				"Праверце, ці ёсць месца на дыску і ці можна пісаць у папку профілю, і адкрыйце Акно зноў.",
			EN: "The folder of the profile, or the log in it, could not be opened. What was saved is not changed.\n\n" +
				"See whether there is space on the disk and the folder of the profile can be written to, and open Akno again.",
		},
	}
	codeWords = akno.Text{RU: "Код: %s", BE: "Код: %s", EN: "Code: %s"}
)
