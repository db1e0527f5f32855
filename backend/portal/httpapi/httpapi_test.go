package httpapi

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
	"akno/backend/portalapi"
)

const password = "синий чайник на окне"

func (r *rig) code() string {
	r.t.Helper()
	var job string
	err := r.db.Read(r.t.Context(), func(tx dbx.Tx) error {
		return tx.QueryRow(r.t.Context(), `SELECT id FROM job WHERE kind = 'mail' ORDER BY run_at DESC, id DESC LIMIT 1`).Scan(&job)
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return r.access.Secret.ActivationCode(job)
}

// email makes a cabinet by e-mail and returns the token of a session.
func (r *rig) email(address string) string {
	r.t.Helper()
	a := r.do("POST", "/v1/registrations/email", "", portalapi.EmailRegistration{
		OpId: r.id(), Email: address, Password: []byte(password), Language: portalapi.Ru, Consent: r.access.Consents[0],
	})
	get[portalapi.LetterSent](r.t, a)
	get[portalapi.Activated](r.t, r.do("POST", "/v1/registrations/email/activation", "", portalapi.Activation{Code: r.code()}))
	return *get[portalapi.Session](r.t, r.signIn(address, password)).Token
}

func (r *rig) signIn(login, password string) answer {
	return r.do("POST", "/v1/sessions/password", "", portalapi.PasswordSignIn{Login: login, Password: []byte(password)})
}

func TestACitizenRegistersSignsInAndOut(t *testing.T) {
	r := newRig(t, nil)
	token := r.email("a@b.by")
	s := get[portalapi.Session](t, r.do("GET", "/v1/sessions/current", token, nil))
	if s.Level != portalapi.LevelEmail || s.Token != nil {
		t.Errorf("session %+v", s)
	}
	again := r.do("POST", "/v1/registrations/email/activation", "", portalapi.Activation{Code: r.code()})
	again.want(t, akno.UsedCode)
	r.signIn("a@b.by", "не тот пароль").want(t, akno.BadLogin)
	other := *get[portalapi.Session](t, r.signIn("a@b.by", password)).Token
	list := get[portalapi.SessionList](t, r.do("GET", "/v1/sessions", token, nil))
	if len(list.Sessions) != 2 {
		t.Fatalf("%d sessions", len(list.Sessions))
	}
	for _, i := range list.Sessions {
		if !i.Current {
			if a := r.do("DELETE", "/v1/sessions/"+i.Id, token, nil); a.status != http.StatusNoContent {
				t.Errorf("%d", a.status)
			}
		}
	}
	r.do("GET", "/v1/sessions/current", other, nil).want(t, akno.SignedOut)
	if a := r.do("DELETE", "/v1/sessions/current", token, nil); a.status != http.StatusNoContent {
		t.Errorf("%d", a.status)
	}
	r.do("GET", "/v1/sessions/current", token, nil).want(t, akno.SignedOut)
}

func TestAPersonIsRegisteredAtTheCounterAndMustChangeThePasswordFirst(t *testing.T) {
	r := newRig(t, nil)
	clerk := r.eds(numberB, "citizen clerk", "minsk-1")
	scan := []byte("%PDF-1.4 scan")
	get[portalapi.BlobRef](t, r.do("PUT", "/v1/blobs/"+sum(scan), clerk, scan))
	id := r.id()
	get[portalapi.MatchList](t, r.do("POST", "/v1/clerk/matches", clerk, portalapi.MatchQuery{Ground: "registration", PersonalNumber: ptr(numberA)}))
	get[portalapi.Registration](t, r.do("POST", "/v1/clerk/registrations", clerk, portalapi.RegistrationStart{
		OpId: r.id(), RegistrationId: id, Language: portalapi.Be, Person: portalapi.Person{Surname: "Жук", Name: "Янка", PersonalNumber: ptr(numberA)},
		Document: portalapi.IdentityDocument{Type: portalapi.PassportBy, Series: ptr("MP"), Number: "1234567", Issued: "2020-01-15", Expires: "2030-01-15"},
	}))
	file := portalapi.FileRef{Sha256: sum(scan), Size: int64(len(scan)), MediaType: "application/pdf", Name: "скан.pdf"}
	get[portalapi.Registration](t, r.do("PUT", "/v1/clerk/registrations/"+id+"/verification", clerk, portalapi.Verification{
		OpId: r.id(), Present: true, DocumentShown: true, PhotoCompared: true, SignedBefore: true, ApplicationScan: file, ConsentScan: file, Consent: r.access.Consents[0],
	}))
	issued := get[portalapi.IssuedIdentifier](t, r.do("POST", "/v1/clerk/registrations/"+id+"/identifier", clerk, portalapi.Command{OpId: r.id()}))
	get[portalapi.Registration](t, r.do("GET", "/v1/clerk/registrations/"+id, clerk, nil))
	if day := get[portalapi.ClerkDay](t, r.do("GET", "/v1/clerk/day", clerk, nil)); len(day.Registrations) != 1 {
		t.Errorf("day %+v", day)
	}
	r.do("DELETE", "/v1/clerk/registrations/"+id+"?reason=mistake", clerk, nil).want(t, akno.WrongState)

	s := get[portalapi.Session](t, r.signIn(issued.Login, string(issued.Password)))
	refused := r.do("GET", "/v1/changes", *s.Token, nil)
	if refused.want(t, akno.WrongState); (*refused.problem.Fields)["password"] != "must_change" {
		t.Errorf("%s", refused.body)
	}
	get[portalapi.Session](t, r.do("GET", "/v1/sessions/current", *s.Token, nil))
	changed := get[portalapi.Session](t, r.do("POST", "/v1/account/password", *s.Token, portalapi.PasswordChange{Current: issued.Password, Next: []byte("новы надзейны пароль")}))
	if changed.MustChangePassword || changed.Level != portalapi.LevelNonStrict {
		t.Errorf("%+v", changed)
	}
	get[portalapi.ChangePage](t, r.do("GET", "/v1/changes", *s.Token, nil))
	r.signIn(issued.Login, string(issued.Password)).want(t, akno.BadLogin)
}

// Every operation is called without a session, by a citizen of the least level,
// by a clerk and by an officer; nobody reaches what is not his.
func TestNobodyReachesAnOperationBeyondHisRights(t *testing.T) {
	r := newRig(t, nil)
	citizen := r.email("a@b.by")
	clerk := r.eds(numberA, "citizen clerk", "minsk-1")
	officer := r.eds(numberB, "citizen officer", "")
	for route, may := range rights {
		method, path, _ := strings.Cut(route, " ")
		for name, value := range map[string]string{
			"{sessionId}": r.id(), "{applicationId}": r.id(), "{registrationId}": r.id(), "{sha256}": strings.Repeat("a", 64), "{orderCode}": strings.Repeat("1", 30), "{draftId}": r.id(),
		} {
			path = strings.ReplaceAll(path, name, value)
		}
		switch route {
		case "GET /v1/desk/applications":
			path += "?queue=incoming"
		case "DELETE /v1/clerk/registrations/{registrationId}":
			path += "?reason=mistake"
		}
		if may.open {
			continue
		}
		var body any
		if method == "POST" || method == "PUT" {
			body = map[string]any{}
		}
		if may.provider {
			r.do(method, path, citizen, body).want(t, akno.Forbidden)
			continue
		}
		r.do(method, path, "", body).want(t, akno.SignedOut)
		r.do(method, path, "AAAA", body).want(t, akno.SignedOut)
		switch may.roles[0] {
		case "clerk":
			r.do(method, path, citizen, body).want(t, akno.Forbidden)
			r.do(method, path, officer, body).want(t, akno.Forbidden)
		case "officer":
			r.do(method, path, citizen, body).want(t, akno.Forbidden)
			r.do(method, path, clerk, body).want(t, akno.Forbidden)
		case "head":
			r.do(method, path, officer, body).want(t, akno.Forbidden)
		}
	}
}

func TestARequestAgainstTheContractIsRefusedBeforeItsService(t *testing.T) {
	r := newRig(t, nil)
	token := r.email("a@b.by")
	order := func(change func(m map[string]any)) map[string]any {
		m := map[string]any{"opId": r.id(), "applicationId": r.id(), "procedure": "1.1.5", "formId": "F", "formVersion": 1, "feeFacts": []string{}}
		change(m)
		return m
	}
	r.do("POST", "/v1/orders", token, order(func(map[string]any) {})).want(t, akno.NeedsPaying)
	for _, c := range []struct {
		name, field string
		body        map[string]any
	}{
		{"an id of another version", "opId", order(func(m map[string]any) { m["opId"] = "0193f0a0-0000-4000-8000-000000000000" })},
		{"no id at all", "opId", order(func(m map[string]any) { delete(m, "opId") })},
		{"a nil octet", "procedure", order(func(m map[string]any) { m["procedure"] = "1\x00" })},
		{"a text without end", "procedure", order(func(m map[string]any) { m["procedure"] = strings.Repeat("я", 8001) })},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := r.do("POST", "/v1/orders", token, c.body)
			a.want(t, akno.Invalid)
			if a.problem.Fields == nil || (*a.problem.Fields)[c.field] == "" {
				t.Errorf("%s", a.body)
			}
		})
	}
	r.do("POST", "/v1/challenges", "", map[string]string{"purpose": "anything"}).want(t, akno.Invalid)
	r.do("POST", "/v1/orders", token, []string{"not", "an", "object"}).want(t, akno.Invalid)
	r.do("POST", "/v1/orders", token, []byte(`{}`)).want(t, akno.Invalid)
	r.do("GET", "/v1/applications/1", token, nil).want(t, akno.NotFound)
	r.do("GET", "/v1/orders/12", token, nil).want(t, akno.NotFound)
	r.do("GET", "/v1/nothing", token, nil).want(t, akno.NotFound)
	r.do("POST", "/v1/orders", token, order(func(m map[string]any) { m["feeFacts"] = []string{strings.Repeat("x", 3<<20)} })).want(t, akno.TooLarge)
}

func TestAFormOfAWebPageReachesNothing(t *testing.T) {
	r := newRig(t, nil)
	req := httptest.NewRequest("POST", "/v1/challenges", strings.NewReader(`{"purpose":"register"}`))
	req.Header.Set("Content-Type", "text/plain")
	req.Header.Set("Origin", "https://evil.example")
	a := r.send(req)
	a.want(t, akno.Invalid)
	for name := range a.header {
		if strings.HasPrefix(name, "Access-Control-") {
			t.Errorf("header %s", name)
		}
	}
	if got := a.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control %q", got)
	}
}

func TestAPanicIsOneAnswerAndItsTextStaysInTheLog(t *testing.T) {
	r := newRig(t, nil)
	token := r.email("a@b.by")
	a := r.do("GET", "/v1/applications/"+r.id(), token, nil)
	a.want(t, akno.Internal)
	if bytes.Contains(a.body, []byte("fault")) || a.problem.Ref == nil {
		t.Errorf("%s", a.body)
	}
	if !strings.Contains(r.log.String(), *a.problem.Ref) || !strings.Contains(r.log.String(), "panic") {
		t.Error("the log does not know the reference")
	}
}

func TestTheLogNamesNobody(t *testing.T) {
	r := newRig(t, nil)
	token := r.email("anna.kovaleva@example.by")
	r.signIn("anna.kovaleva@example.by", "не тот пароль")
	r.eds(numberA, "", "")
	r.do("GET", "/v1/orders/"+strings.Repeat("1", 30), token, nil)
	for _, secret := range []string{"anna.kovaleva", numberA, "Ковал", password, token, r.code(), strings.Repeat("1", 30)} {
		if strings.Contains(r.log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	if !strings.Contains(r.log.String(), `"route":"GET /v1/orders/{orderCode}"`) {
		t.Errorf("log: %s", r.log)
	}
}

func TestOneAddressCannotFloodThePortal(t *testing.T) {
	r := newRig(t, func(o *Options) {
		o.Rate, o.Burst, o.Challenges = 1, 5, 2
		o.Proxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	})
	call := func(peer, forwarded, path string) answer {
		req := httptest.NewRequest("GET", path, nil)
		req.RemoteAddr = peer + ":1234"
		if forwarded != "" {
			req.Header.Set("X-Forwarded-For", forwarded)
		}
		return r.send(req)
	}
	for range 5 {
		get[portalapi.PortalInfo](t, call("192.0.2.1", "", "/v1/info"))
	}
	a := call("192.0.2.1", "198.51.100.1", "/v1/info") // a header that nobody vouches for
	if a.want(t, akno.SlowDown); a.header.Get("Retry-After") != "1" || a.problem.RetryAfter == nil {
		t.Errorf("%v %s", a.header, a.body)
	}
	if a := call("192.0.2.1", "", "/v1/healthz"); a.status != http.StatusNoContent {
		t.Errorf("a probe got %d", a.status)
	}
	get[portalapi.PortalInfo](t, call("10.1.1.1", "192.0.2.77, 198.51.100.2", "/v1/info"))
	for range 5 {
		call("10.1.1.1", "198.51.100.3", "/v1/info")
	}
	call("10.1.1.1", "192.0.2.1, 198.51.100.3", "/v1/info").want(t, akno.SlowDown)
	r.pass(time.Minute)
	for i := range 3 {
		a := r.do("POST", "/v1/challenges", "", portalapi.ChallengeRequest{Purpose: "sign_in"})
		if want := i == 2; (a.status == http.StatusTooManyRequests) != want {
			t.Errorf("challenge %d: %d", i, a.status)
		}
	}
}

func TestThePaymentSystemIsKnownByItsSignature(t *testing.T) {
	r := newRig(t, nil)
	body := fmt.Sprintf(`{"transaction":"T1","orderCode":"%s","amount":"45.00","paidAt":1}`, strings.Repeat("1", 30))
	for signature, want := range map[string]int{sum([]byte(body)): http.StatusOK, "": http.StatusForbidden, strings.Repeat("0", 64): http.StatusForbidden} {
		req := httptest.NewRequest("POST", "/v1/payments/notifications", strings.NewReader(body))
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-Akno-Signature", signature)
		if a := r.send(req); a.status != want {
			t.Errorf("%q: %d %s", signature, a.status, a.body)
		}
	}
}

func TestPublicFactsAreTold(t *testing.T) {
	r := newRig(t, nil)
	get[portalapi.TrustData](t, r.do("GET", "/v1/trust", "", nil))
	get[portalapi.CatalogueRef](t, r.do("GET", "/v1/catalogue", "", nil))
	if a := r.do("GET", "/v1/openapi.yaml", "", nil); !bytes.Equal(a.body, portalapi.Contract) {
		t.Error("the contract is not the contract")
	}
	if a := r.do("GET", "/v1/readyz", "", nil); a.status != http.StatusNoContent {
		t.Errorf("%d", a.status)
	}
}

func TestEnumerationByRegistrationIsAnsweredAlike(t *testing.T) {
	r := newRig(t, nil)
	r.email("a@b.by")
	r.pass(2 * time.Minute)
	ask := func(address string) answer {
		return r.do("POST", "/v1/registrations/email", "", portalapi.EmailRegistration{
			OpId: r.id(), Email: address, Password: []byte(password), Language: portalapi.Ru, Consent: r.access.Consents[0],
		})
	}
	known, unknown := ask("a@b.by"), ask("nobody@b.by")
	if known.status != unknown.status || !bytes.Equal(known.body, unknown.body) {
		t.Errorf("%s %s", known.body, unknown.body)
	}
}

func TestAForgottenPasswordIsSetAnewByALetter(t *testing.T) {
	r := newRig(t, nil)
	token := r.email("a@b.by")
	known := get[portalapi.LetterSent](t, r.do("POST", "/v1/passwords/letters", "", portalapi.AddressOnly{Email: "a@b.by"}))
	unknown := get[portalapi.LetterSent](t, r.do("POST", "/v1/passwords/letters", "", portalapi.AddressOnly{Email: "nobody@b.by"}))
	if known != unknown {
		t.Errorf("the known address is answered %+v, the unknown one %+v", known, unknown)
	}
	var job string
	err := r.db.Read(t.Context(), func(tx dbx.Tx) error {
		return tx.QueryRow(t.Context(), `SELECT id FROM job WHERE kind = 'mail' AND instr(payload, 'password_reset') > 0`).Scan(&job)
	})
	if err != nil {
		t.Fatal(err)
	}
	const next = "новы надзейны пароль"
	req := portalapi.PasswordReset{Code: r.access.Secret.ResetCode(job), Password: []byte(next)}
	if out := get[portalapi.Activated](t, r.do("POST", "/v1/passwords/email", "", req)); out.Email != "a@b.by" {
		t.Errorf("%+v", out)
	}
	r.do("GET", "/v1/sessions/current", token, nil).want(t, akno.SignedOut)
	r.signIn("a@b.by", password).want(t, akno.BadLogin)
	get[portalapi.Session](t, r.signIn("a@b.by", next))
}
