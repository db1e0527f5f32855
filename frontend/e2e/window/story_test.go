//go:build window

package window

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// password opens every key of the demo portal.
const password = "akno-demo"

// enter is the key in WebDriver's alphabet.
const enter = "\ue007"

// TestAnApplicationFromAnOfflineDraftToTheBody does the middle of the journey in
// the real window: a paid procedure filled in without a network, with a
// photograph from the system's dialog; kill -9; the order, its payment, the
// signature, the submission.
func TestAnApplicationFromAnOfflineDraftToTheBody(t *testing.T) {
	r := demo(t)
	w := newWire(t, r.Portal)
	w.cut()
	r.Portal = w.url
	env := r.env(ownKeys(t, r.Keys, "citizen"))
	s := open(t, env)
	s.press("Пропустить")
	s.visit("#/catalogue/200.11.2.1")
	s.press("Начать заявление")
	s.text("form [data-field] label")
	draft := regexp.MustCompile(`drafts/[^/]+`).FindString(fmt.Sprint(s.js(`return location.hash`)))
	answers := passport()
	s.answer(answers)
	shot(t, "story-1-applicant")
	s.press("Далее")
	s.find(`[data-field="photo"]`)
	s.answer(answers)
	s.still(`#photo-pick`)
	s.click(`#photo-pick`)
	choose(t, photo(t))
	s.shows("face.jpg")
	s.shows("Сохранено в")
	shot(t, "story-2-photo")

	s.kill()
	s = reopen(t, s.dir, env)
	s.visit("#/" + draft + "/passport")
	s.find(`[data-field="birth_place"]`) // a page is loaded when it is opened
	if got := s.js(`return document.querySelector('[data-field="birth_place"] input, [data-field="birth_place"] textarea')?.value`); got != answers["birth_place"] {
		t.Errorf("after kill -9 the place of birth is %v", got)
	}
	s.shows("face.jpg")
	shot(t, "story-3-after-kill")
	for _, field := range []string{"delivery_mode", "truth"} {
		s.press("Далее")
		s.find(`[data-field="` + field + `"]`)
		s.answer(answers)
	}
	s.press("Далее")
	s.shows("Так увидит заявление орган")
	shot(t, "story-4-check")

	w.mend()
	s.visit("#/signin?level=strict")
	s.type_("#sign-password", password+enter)
	s.shows("Вход с ЭЦП")
	s.visit("#/" + draft + "/check")
	s.press("Получить код заказа")
	s.text("[data-code]")
	code := fmt.Sprint(s.js(`return document.querySelector('[data-code]').dataset.code`))
	shot(t, "story-5-order")
	payOrder(t, r.ERIP, code)
	s.press("Проверить оплату")
	s.shows("Оплачено")

	s.press("Подписать")
	s.type_("dialog #sign-password", password)
	shot(t, "story-6-sign")
	s.type_("dialog #sign-password", enter)
	s.shows("Подано")
	s.shows("Ход заявления")
	shot(t, "story-7-submitted")
	if b, err := os.ReadFile(filepath.Join(s.dir, "log", "akno.log")); err != nil || bytes.Contains(b, []byte(password)) || bytes.Contains(b, []byte("Ковалева")) {
		t.Errorf("the log tells of the person: %v", err)
	}
}

// passport answers the exchange of a passport as its example does, for the
// demo's citizen.
func passport() map[string]any {
	raw, err := os.ReadFile(filepath.Join("..", "..", "..", "backend", "akno", "form", "testdata", "examples", "F_11_2_1.json"))
	if err != nil {
		panic(err)
	}
	var example struct{ Values map[string]any }
	if err := json.Unmarshal(raw, &example); err != nil {
		panic(err)
	}
	delete(example.Values, "photo")
	for field, value := range map[string]any{
		"surname": "Ковалева", "name": "Анна", "patronymic": "Сергеевна", "birth_date": "1985-03-12",
		"personal_number": "4120385A014PB6", "sex": "f", "birth_place": "Мінск, вул. Якуба Коласа",
	} {
		example.Values[field] = value
	}
	return example.Values
}

// answer fills what the present step asks and is empty: letters by the keyboard,
// choices by their controls.
func (s *session) answer(answers map[string]any) {
	s.t.Helper()
	const empty = `return [...document.querySelectorAll('form [data-field]')].filter((f) => {
		const c = f.querySelector('input,textarea,select');
		return c && (c.type === 'radio' || c.type === 'checkbox' ? !f.querySelector('input:checked') : !c.value)
	}).map((f) => [f.dataset.field, f.querySelector('[role="combobox"]') ? 'combobox' : f.querySelector('input,textarea,select').type])`
	const set = `const f = document.querySelector('form [data-field="' + args[0] + '"]'), c = f.querySelector('select');
		const o = f.querySelector('[role="option"][data-value="' + args[1] + '"]')
		if (o) o.click()
		else if (f.querySelector('[role="combobox"]')) return false // the list does not know it
		else if (c) { c.value = args[1]; c.dispatchEvent(new Event('change', { bubbles: true })) }
		else (f.querySelector('input[value="' + args[1] + '"]') ?? f.querySelector('input')).click()
		return true`
	for _, pair := range s.js(empty).([]any) {
		field, kind := fmt.Sprint(pair.([]any)[0]), fmt.Sprint(pair.([]any)[1])
		value, known := answers[field]
		if !known {
			continue
		}
		text := fmt.Sprint(value)
		if day := regexp.MustCompile(`^(\d{4})-(\d\d)-(\d\d)$`).FindStringSubmatch(text); day != nil {
			text = day[3] + "." + day[2] + "." + day[1]
		}
		switch kind {
		case "select-one", "radio", "checkbox", "combobox":
			if s.js(set, field, text) == true {
				continue
			}
		}
		s.type_(`form [data-field="`+field+`"] input, form [data-field="`+field+`"] textarea`, text+"\t")
	}
}

// visit goes to an address of the page.
func (s *session) visit(hash string) {
	s.t.Helper()
	s.js(`location.hash = args[0]`, hash)
}

// press clicks the button or link with that name.
func (s *session) press(name string) {
	s.t.Helper()
	path := fmt.Sprintf(`//*[self::button or self::a][normalize-space(.)=%q]`, name)
	wait(s.t, name, func() bool {
		var found []map[string]string
		s.post("/elements", map[string]string{"using": "xpath", "value": path}, &found)
		for _, e := range found {
			shown := false
			s.send("GET", "/element/"+e[elementKey]+"/displayed", nil, &shown)
			if shown {
				s.post("/element/"+e[elementKey]+"/click", struct{}{}, nil)
				return true
			}
		}
		return false
	})
}

// shows waits for words on the page and for the frame that paints them.
func (s *session) shows(words string) {
	s.t.Helper()
	wait(s.t, words, func() bool { return s.js(`return document.body.innerText.includes(args[0])`, words) == true })
	s.js(`await new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(r))))`)
}

// kill ends the program at once.
func (s *session) kill() {
	s.t.Helper()
	pids := children(s.pid, "akno-webdriver")
	if len(pids) != 1 {
		s.t.Fatalf("%d programs below the driver", len(pids))
	}
	if err := syscall.Kill(pids[0], syscall.SIGKILL); err != nil {
		s.t.Fatal(err)
	}
	wait(s.t, "the end of the program", func() bool { return len(children(s.pid, "akno-webdriver")) == 0 })
}

// ownKeys returns a folder with one person's key of the demo portal.
func ownKeys(t *testing.T, from, name string) string {
	t.Helper()
	dir := t.TempDir()
	for _, file := range []string{name + ".key", name + ".cer"} {
		b, err := os.ReadFile(filepath.Join(from, file))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, file), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// photo returns the path of a picture with the proportions of a passport's.
func photo(t *testing.T) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 480, 600))
	for y := range 600 {
		for x := range 480 {
			img.Set(x, y, color.RGBA{uint8(150 + x/8), uint8(140 + y/8), 160, 255})
		}
	}
	path := filepath.Join(t.TempDir(), "face.jpg")
	f, err := os.Create(path)
	if err == nil {
		err = jpeg.Encode(f, img, nil)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// payOrder pays the claim of a code on the page that plays ERIP.
func payOrder(t *testing.T, erip, code string) {
	t.Helper()
	res, err := http.Get(erip + "?code=" + code)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	amount := regexp.MustCompile(`name="amount" value="([\d.]+)"`).FindSubmatch(page)
	if amount == nil {
		t.Fatalf("there is no claim for %s:\n%s", code, page)
	}
	paid, err := http.PostForm(erip+"/pay", url.Values{"code": {code}, "amount": {string(amount[1])}, "lang": {"ru"}})
	if err != nil {
		t.Fatal(err)
	}
	defer paid.Body.Close()
	if page, err = io.ReadAll(paid.Body); err != nil || !bytes.Contains(page, []byte(`data-result="taken"`)) {
		t.Fatalf("not paid: %v\n%s", err, page)
	}
}

// wire is the network between the program and the portal: a relay that can be
// cut.
type wire struct {
	url string

	mu     sync.Mutex
	broken bool
	open   []net.Conn
}

func newWire(t *testing.T, portal string) *wire {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	w := &wire{url: "http://" + ln.Addr().String()}
	t.Cleanup(w.cut)
	go func() {
		for {
			near, err := ln.Accept()
			if err != nil {
				return
			}
			w.join(near, strings.TrimPrefix(portal, "http://"))
		}
	}()
	return w
}

func (w *wire) join(near net.Conn, portal string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	far, err := net.Dial("tcp", portal)
	if w.broken || err != nil {
		near.Close()
		if err == nil {
			far.Close()
		}
		return
	}
	w.open = append(w.open, near, far)
	carry := func(to, from net.Conn) {
		_, _ = io.Copy(to, from)
		to.Close()
		from.Close()
	}
	go carry(near, far)
	go carry(far, near)
}

// cut ends every connection and refuses new ones.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken = true
	for _, c := range w.open {
		c.Close()
	}
	w.open = nil
}

// mend lets the network come back.
func (w *wire) mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken = false
}
