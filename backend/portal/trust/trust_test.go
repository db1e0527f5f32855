package trust

import (
	"sync"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/gossuok"
	"akno/backend/portalapi"
	"akno/backend/stb/bign"
	"akno/backend/stb/cms"
	"akno/backend/stb/pki"
)

const number = "3120485A001PB6"

// A world is a certification authority, a store that trusts it, and a clock.
type world struct {
	*gossuok.Authority
	*Store
	t   *testing.T
	mu  sync.Mutex
	at  time.Time
	key *bign.PrivateKey
}

func (w *world) now() time.Time { w.mu.Lock(); defer w.mu.Unlock(); return w.at }

func (w *world) pass(d time.Duration) { w.mu.Lock(); defer w.mu.Unlock(); w.at = w.at.Add(d) }

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, at: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	var err error
	if w.Authority, err = gossuok.Open(gossuok.Config{Dir: t.TempDir(), Clock: w.now, BaseURL: "http://127.0.0.1:1"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Authority.Close)
	if w.Store, err = New(w.Anchor().Raw); err != nil {
		t.Fatal(err)
	}
	if err := w.AddIntermediate(w.Issuer().Raw); err != nil {
		t.Fatal(err)
	}
	if w.key, err = bign.GenerateKey(bign.Curve256v1()); err != nil {
		t.Fatal(err)
	}
	return w
}

// lists brings the revocation lists in force to the store.
func (w *world) lists() {
	w.t.Helper()
	for _, name := range []string{"root", "ruc"} {
		raw, err := w.RevocationList(name)
		if err == nil {
			err = w.AddList(raw, w.now())
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) issue(change func(*gossuok.Order)) *pki.Certificate {
	w.t.Helper()
	o, err := gossuok.PersonOrder(gossuok.Person{
		PersonName: pki.PersonName{Surname: "Ковалева", GivenName: "Анна", Patronymic: "Сергеевна"}, Number: number,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if change != nil {
		change(&o)
	}
	c, err := w.Issue(o, w.key.PublicKey())
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

var document = []byte("akno challenge 1\n")

func (w *world) sign(c *pki.Certificate, attached bool) []byte {
	w.t.Helper()
	opt := cms.SignOptions{Certificate: c, Signer: w.key, Time: w.now()}
	var content cms.Content
	if attached {
		opt.Attached = document
	} else {
		content = cms.Octets(document)
	}
	raw, err := cms.Sign(content, opt)
	if err != nil {
		w.t.Fatal(err)
	}
	return raw
}

func (w *world) want(raw []byte, want akno.Code) {
	w.t.Helper()
	_, _, err := w.Attached(w.t.Context(), raw, w.now())
	if err == nil || akno.CodeOf(err) != want {
		w.t.Errorf("got %v, want %s", err, want)
	}
}

func TestAGoodSignatureNamesItsSigner(t *testing.T) {
	w := newWorld(t)
	w.lists()
	c := w.issue(nil)
	content, by, err := w.Attached(t.Context(), w.sign(c, true), w.now())
	if err != nil {
		t.Fatal(err)
	}
	if string(content) != string(document) || by.Person.Surname != "Ковалева" || by.Person.Name != "Анна" || *by.Person.PersonalNumber != number || !by.NotAfter.Equal(c.NotAfter) {
		t.Errorf("%q %+v", content, by)
	}
	_, report, err := w.Detached(t.Context(), document, w.sign(c, false), w.now())
	if err != nil || report.Verdict != portalapi.PASSED || *report.Level != "B-B" || report.Signer == nil || report.ListDate == nil {
		t.Errorf("%+v %v", report, err)
	}
}

func TestEachFaultHasItsCode(t *testing.T) {
	w := newWorld(t)
	c := w.issue(nil)
	w.want(w.sign(c, true), akno.NoRevocation)
	w.lists()
	w.want([]byte("not a signature"), akno.BadSignature)
	w.want(w.sign(c, false), akno.BadSignature)
	damaged := w.sign(c, true)
	damaged[len(damaged)-3] ^= 1
	w.want(damaged, akno.BadSignature)

	expired := w.issue(func(o *gossuok.Order) { o.NotBefore, o.NotAfter = w.at.AddDate(0, -2, 0), w.at.AddDate(0, -1, 0) })
	w.want(w.sign(expired, true), akno.CertExpired)
	future := w.issue(func(o *gossuok.Order) { o.NotBefore, o.NotAfter = w.at.AddDate(0, 1, 0), w.at.AddDate(0, 2, 0) })
	w.want(w.sign(future, true), akno.CertNotYet)

	w.pass(time.Hour)
	if err := w.Suspend(c.Serial); err != nil {
		t.Fatal(err)
	}
	w.lists()
	w.want(w.sign(c, true), akno.CertSuspended)
	if err := w.Revoke(c.Serial, pki.ReasonKeyCompromise); err != nil {
		t.Fatal(err)
	}
	w.pass(time.Hour)
	w.lists()
	w.want(w.sign(c, true), akno.CertRevoked)

	stranger := newWorld(t)
	w.want(stranger.sign(stranger.issue(nil), true), akno.CertUntrusted)
	w.pass(400 * 24 * time.Hour)
	w.want(w.sign(w.issue(nil), true), akno.NoRevocation)
}

func TestAnotherDocumentIsNotSigned(t *testing.T) {
	w := newWorld(t)
	w.lists()
	raw := w.sign(w.issue(nil), false)
	_, report, err := w.Detached(t.Context(), []byte("another"), raw, w.now())
	if akno.CodeOf(err) != akno.BadSignature || report.Verdict != portalapi.FAILED {
		t.Errorf("%v %+v", err, report)
	}
	_, report, err = w.Detached(t.Context(), document, []byte("junk"), w.now())
	if akno.CodeOf(err) != akno.BadSignature || report.Verdict != portalapi.FAILED || *report.Reason != string(pki.FormatFailure) {
		t.Errorf("%v %+v", err, report)
	}
}

func TestOnlyNewerListsOfKnownAuthoritiesAreTaken(t *testing.T) {
	w := newWorld(t)
	old, err := w.RevocationList("ruc")
	if err != nil {
		t.Fatal(err)
	}
	w.pass(time.Hour)
	if err := w.Revoke(w.issue(nil).Serial, pki.ReasonKeyCompromise); err != nil {
		t.Fatal(err)
	}
	w.lists()
	if err := w.AddList(old, w.now()); err == nil {
		t.Error("an older list replaced the newer one")
	}
	stranger, err := newWorld(t).RevocationList("ruc")
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string][]byte{"of a stranger": stranger, "damaged": []byte("junk")} {
		if err := w.AddList(raw, w.now()); err == nil {
			t.Errorf("a list %s was taken", name)
		}
	}
	d := w.Data()
	if len(d.Lists) != 2 || len(d.Intermediates) != 1 || d.At != w.now().UnixMilli() {
		t.Errorf("%d lists, %d authorities, at %d", len(d.Lists), len(d.Intermediates), d.At)
	}
}

func TestACertificateIsJudgedByItself(t *testing.T) {
	w := newWorld(t)
	w.lists()
	by, err := w.Check(w.issue(nil).Raw, w.now())
	if err != nil || *by.Person.PersonalNumber != number {
		t.Errorf("%+v %v", by, err)
	}
	if _, err := w.Check([]byte("junk"), w.now()); akno.CodeOf(err) != akno.BadFile {
		t.Errorf("got %v", err)
	}
}
