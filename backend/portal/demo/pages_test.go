package demo

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/ordercode"
	"akno/backend/internal/ids"
	"akno/backend/portal/mail"
	"akno/backend/portal/session"
	"akno/backend/portalapi"
	"akno/backend/stb/bign"
	"akno/backend/stb/pki"
)

func TestPagesAreGuarded(t *testing.T) {
	w := open(t)
	for name, tt := range map[string]struct {
		method string
		change func(*http.Request)
		status int
	}{
		"this computer is answered":          {"GET", func(*http.Request) {}, 200},
		"another name is not":                {"GET", func(r *http.Request) { r.Host = "evil.example" }, 421},
		"this computer on another port":      {"GET", func(r *http.Request) { r.Host = "127.0.0.1:1" }, 421},
		"a form of another page is refused":  {"POST", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403},
		"so is one with another origin only": {"POST", func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") }, 403},
	} {
		t.Run(name, func(t *testing.T) {
			path := "/ra"
			if tt.method == "POST" {
				path = "/ra/queue/x"
			}
			out := w.call(tt.method, path, nil, tt.change)
			if out.Code != tt.status {
				t.Errorf("status %d, want %d", out.Code, tt.status)
			}
			if tt.status == 200 && !strings.Contains(out.Header().Get("Content-Security-Policy"), "default-src 'none'") {
				t.Errorf("policy is %q", out.Header().Get("Content-Security-Policy"))
			}
		})
	}
}

// order makes an order of the citizen.
func (w *world) order() portalapi.Order {
	w.t.Helper()
	o, err := w.pay.Create(ctx, session.Session{AccountID: ids.New(w.now), Level: akno.Strict}, portalapi.OrderRequest{
		OpId: ids.New(w.now), ApplicationId: ids.New(w.now), Procedure: "200.5.13", FormId: "F_5_13", FormVersion: 1, FeeFacts: []string{},
	})
	must(w.t, err)
	return o
}

func TestPaying(t *testing.T) {
	w := open(t)
	o := w.order()
	wrong := "8" + o.Code[1:]
	for name, tt := range map[string]struct {
		code, want string
		status     int
	}{
		"a code shows what it asks for":  {ordercode.Code(o.Code).Grouped(), "45.00", 200},
		"a link shows the same":          {o.EripLink, "45.00", 200},
		"a wrong digit is named":         {wrong, "Контрольные цифры", 422},
		"a code too short is named":      {o.Code[:29], "30 цифр", 422},
		"a letter is named":              {o.Code[:29] + "О", "не ноль", 422},
		"an order never made is named":   {"900000002611210013400000000168", "нет", 404},
		"markup is shown and not obeyed": {"<script>alert(1)</script>", "&lt;script&gt;", 422},
	} {
		t.Run(name, func(t *testing.T) {
			out := w.call("GET", "/erip?"+url.Values{"code": {tt.code}}.Encode(), nil)
			if out.Code != tt.status || !strings.Contains(out.Body.String(), tt.want) || strings.Contains(out.Body.String(), "<script") {
				t.Errorf("%d\n%s", out.Code, out.Body)
			}
		})
	}
	t.Run("a payment is told to the portal and pays the order", func(t *testing.T) {
		out := w.call("POST", "/erip/pay", url.Values{"code": {o.Code}, "amount": {"45.00"}, "lang": {"be"}})
		if out.Code != http.StatusSeeOther || len(w.told) != 1 {
			t.Fatalf("%d, %d payments told", out.Code, len(w.told))
		}
		page := w.call("GET", out.Header().Get("Location"), nil).Body.String()
		for _, want := range []string{"Аплата прынята", w.told[0].Transaction, `data-status="paid"`, `lang="be"`} {
			if !strings.Contains(page, want) {
				t.Errorf("%q is missing in\n%s", want, page)
			}
		}
		if strings.Contains(page, `class="primary"`) {
			t.Error("a paid order can be paid again")
		}
	})
	t.Run("another sum is told as it is", func(t *testing.T) {
		next := w.order()
		out := w.call("POST", "/erip/pay", url.Values{"code": {next.Code}, "amount": {"1,00"}})
		if page := w.call("GET", out.Header().Get("Location"), nil).Body.String(); !strings.Contains(page, "Сумма не та") {
			t.Errorf("page:\n%s", page)
		}
	})
	t.Run("a sum that is none is named", func(t *testing.T) {
		if out := w.call("POST", "/erip/pay", url.Values{"code": {o.Code}, "amount": {"много"}}); out.Code != 422 {
			t.Errorf("status %d", out.Code)
		}
	})
	t.Run("a portal that is down is named", func(t *testing.T) {
		w.portal.Close()
		if out := w.call("POST", "/erip/pay", url.Values{"code": {o.Code}, "amount": {"45.00"}}); out.Code != 502 {
			t.Errorf("status %d", out.Code)
		}
	})
}

func TestLetters(t *testing.T) {
	w := open(t)
	if out := w.call("GET", "/mail", nil); !strings.Contains(out.Body.String(), "Писем пока нет") {
		t.Errorf("empty folder:\n%s", out.Body)
	}
	id := ids.New(noon)
	must(t, mail.Folder{Dir: w.MailDir(), From: "portal@example.by"}.Send(ctx, mail.Message{
		ID: id, To: "anna@example.by", Subject: "Активация кабинета — ссылка", Date: noon,
		Text: "Здравствуйте!\n\nОткройте akno://activate?code=ABC-1. Код: ABC-1 <b>\njavascript:alert(1)\n",
	}))
	list := w.call("GET", "/mail?lang=be", nil).Body.String()
	for _, want := range []string{"Активация кабинета — ссылка", "anna@example.by", "20.11.2026 12:00", "/mail/" + id} {
		if !strings.Contains(list, want) {
			t.Errorf("%q is missing in\n%s", want, list)
		}
	}
	one := w.call("GET", "/mail/"+id, nil).Body.String()
	for _, want := range []string{`<a href="akno://activate?code=ABC-1">`, "Здравствуйте!", "&lt;b&gt;"} {
		if !strings.Contains(one, want) {
			t.Errorf("%q is missing in\n%s", want, one)
		}
	}
	if strings.Contains(one, `href="javascript`) {
		t.Error("a strange scheme became a link")
	}
	for _, path := range []string{"/mail/" + ids.New(noon), "/mail/..%2f..%2fREADME", "/mail/x"} {
		if out := w.call("GET", path, nil); out.Code != 404 {
			t.Errorf("%s: %d", path, out.Code)
		}
	}
}

func TestRegistrationAuthority(t *testing.T) {
	w := open(t)
	raw, err := pki.CreateRequest(requestOf(t), key(t))
	must(t, err)
	req, err := w.Authority().Submit(raw)
	must(t, err)
	page := w.call("GET", "/ra", nil).Body.String()
	for _, want := range []string{"Новая Ольга", "4120385A014PB6", req.Fingerprint(), "Ковалева Анна Сергеевна"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing in\n%s", want, page)
		}
	}
	if out := w.call("POST", "/ra/queue/"+req.ID, url.Values{"do": {"reject"}}); !strings.Contains(out.Header().Get("Location"), "error=reason") {
		t.Errorf("rejected without a reason: %v", out.Header())
	}
	if out := w.call("POST", "/ra/queue/"+req.ID, url.Values{"do": {"approve"}}); out.Code != 303 {
		t.Errorf("status %d", out.Code)
	}
	done, err := w.Authority().Request(req.ID)
	must(t, err)
	cert, err := pki.ParseCertificate(done.Certificate)
	must(t, err)
	serial := cert.Serial.Hex()
	change := func(do, reason string) string {
		t.Helper()
		out := w.call("POST", "/ra/certificates/"+serial, url.Values{"do": {do}, "reason": {reason}})
		return out.Header().Get("Location")
	}
	state := func() string {
		t.Helper()
		page := w.call("GET", "/ra", nil).Body.String()
		return regexp.MustCompile(`data-serial="` + serial + `"[\s\S]*?data-state="([a-z]+)"`).FindStringSubmatch(page)[1]
	}
	for _, step := range []struct{ do, reason, state, failed string }{
		{"suspend", "", "suspended", ""},
		{"resume", "", "good", ""},
		{"revoke", "", "good", "error=reason"},
		{"revoke", "key_compromise", "revoked", ""},
		{"resume", "", "revoked", "error=state"},
	} {
		location := change(step.do, step.reason)
		if got := state(); got != step.state || strings.Contains(location, "error=") != (step.failed != "") || !strings.Contains(location, step.failed) {
			t.Errorf("%s: %s, %s", step.do, got, location)
		}
	}
	// The portal knows of it at once.
	w.now = w.now.Add(time.Minute)
	v := w.trust.Verifier()
	if r := v.Verify(cert, pki.PurposeSign, w.now); r.Verdict == pki.Passed {
		t.Error("the portal still takes the certificate")
	}
}

func requestOf(t *testing.T) *pki.RequestTemplate {
	t.Helper()
	name, err := pki.NewName(
		pki.Attribute{Type: pki.AttrCommonName, Value: "NOVAYA VOLHA 4120385A014PB6"}, pki.Attribute{Type: pki.AttrSurname, Value: "Новая"},
		pki.Attribute{Type: pki.AttrName, Value: "Ольга"}, pki.Attribute{Type: pki.AttrSerialNumber, Value: "4120385A014PB6"},
	)
	must(t, err)
	return &pki.RequestTemplate{Subject: name}
}

func key(t *testing.T) *bign.PrivateKey {
	t.Helper()
	k, err := bign.GenerateKey(bign.Curve256v1())
	must(t, err)
	return k
}
