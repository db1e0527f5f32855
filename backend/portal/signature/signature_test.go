package signature

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/stb/bign"
	"akno/backend/stb/cms"
	"akno/backend/stb/pki"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	text = []byte(`{"answers":{}}`)
)

// An authority of a test is an anchor that issues to end entities itself.
type authority struct {
	t      *testing.T
	key    *bign.PrivateKey
	cert   *pki.Certificate
	serial uint64
	lists  []*pki.RevocationList
}

func newKey(t *testing.T) *bign.PrivateKey {
	t.Helper()
	k, err := bign.GenerateKey(bign.Curve256v1())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, key: newKey(t)}
	tmpl := pki.NewTemplate(pki.KindRoot, pki.ProfileGosSUOK)
	a.cert = a.make(tmpl, nil, a.key, pki.Attribute{Type: pki.AttrCommonName, Value: "root"})
	a.publish()
	return a
}

func (a *authority) make(tmpl *pki.Template, parent *pki.Certificate, key *bign.PrivateKey, name ...pki.Attribute) *pki.Certificate {
	a.t.Helper()
	var err error
	if tmpl.Subject, err = pki.NewName(name...); err != nil {
		a.t.Fatal(err)
	}
	a.serial++
	tmpl.Serial = pki.NumberSerial(a.serial)
	if tmpl.NotAfter.IsZero() {
		tmpl.NotBefore, tmpl.NotAfter = noon.Add(-time.Hour), noon.Add(24*365*time.Hour)
	}
	raw, err := pki.CreateCertificate(tmpl, parent, key.PublicKey(), a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	c, err := pki.ParseCertificate(raw)
	if err != nil {
		a.t.Fatal(err)
	}
	return c
}

// publish issues the list in force.
func (a *authority) publish(revoked ...pki.Revocation) {
	a.t.Helper()
	raw, err := pki.CreateRevocationList(&pki.RevocationListTemplate{
		Number: pki.NumberSerial(uint64(len(a.lists) + 1)), ThisUpdate: noon.Add(-time.Hour), NextUpdate: noon.Add(time.Hour), Entries: revoked,
	}, a.cert, a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	l, err := pki.ParseRevocationList(raw)
	if err != nil {
		a.t.Fatal(err)
	}
	a.lists = []*pki.RevocationList{l}
}

// A card is a certificate with its key.
type card struct {
	key  *bign.PrivateKey
	cert *pki.Certificate
}

func (a *authority) card(tmpl *pki.Template) card {
	a.t.Helper()
	key := newKey(a.t)
	return card{key, a.make(tmpl, a.cert, key,
		pki.Attribute{Type: pki.AttrCommonName, Value: "KAVALIOVA HANNA 3110575A001PB7"},
		pki.Attribute{Type: pki.AttrSurname, Value: "Ковалев"},
		pki.Attribute{Type: pki.AttrName, Value: "Иван"},
		pki.Attribute{Type: pki.AttrSerialNumber, Value: "3110575A001PB7"})}
}

func person() *pki.Template { return pki.NewTemplate(pki.KindPerson, pki.ProfileGosSUOK) }

func (c card) sign(t *testing.T, opt cms.SignOptions) []byte {
	t.Helper()
	opt.Certificate, opt.Signer, opt.Time = c.cert, c.key, noon
	raw, err := cms.Sign(cms.Octets(text), opt)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// Trust makes an authority a Source.
func (a *authority) Trust(context.Context) (Trust, error) {
	return Trust{Anchors: []*pki.Certificate{a.cert}, Lists: a.lists}, nil
}

func TestDetached(t *testing.T) {
	a := newAuthority(t)
	v := New(a, func() time.Time { return noon })
	good := a.card(person())
	t.Run("a good signature names its signer", func(t *testing.T) {
		s, err := v.Detached(ctx, text, good.sign(t, cms.SignOptions{}), noon)
		if err != nil {
			t.Fatal(err)
		}
		if p := s.Person; p.Surname != "Ковалев" || p.PersonalNumber == nil || *p.PersonalNumber != "3110575A001PB7" || *p.BirthDate != "1975-05-11" {
			t.Errorf("signer is %+v", p)
		}
		if *s.Report.Level != "B-B" || *s.Report.SignedAt != noon.UnixMilli() || *s.Report.ListDate != noon.Add(-time.Hour).UnixMilli() {
			t.Errorf("report is %+v", s.Report)
		}
	})
	expired, early := person(), person()
	expired.NotBefore, expired.NotAfter = noon.Add(-48*time.Hour), noon.Add(-time.Hour)
	early.NotBefore, early.NotAfter = noon.Add(time.Hour), noon.Add(48*time.Hour)
	server := pki.NewTemplate(pki.KindTLS, pki.ProfileGosSUOK)
	server.DNSNames = []string{"example.by"}
	revoked, held, foreign := a.card(person()), a.card(person()), newAuthority(t).card(person())
	a.publish(
		pki.Revocation{Serial: revoked.cert.Serial, At: noon.Add(-time.Hour), HasReason: true, Reason: pki.ReasonKeyCompromise},
		pki.Revocation{Serial: held.cert.Serial, At: noon.Add(-time.Hour), HasReason: true, Reason: pki.ReasonCertificateHold},
	)
	broken := good.sign(t, cms.SignOptions{})
	broken[len(broken)-1] ^= 1
	for name, tt := range map[string]struct {
		content, signature []byte
		at                 time.Time
		code               akno.Code
	}{
		"over another content":             {[]byte("x"), good.sign(t, cms.SignOptions{}), noon, akno.BadSignature},
		"with a wrong bit":                 {text, broken, noon, akno.BadSignature},
		"that is none":                     {text, []byte("x"), noon, akno.BadSignature},
		"that carries a content":           {text, good.sign(t, cms.SignOptions{Attached: text}), noon, akno.BadSignature},
		"by an expired certificate":        {text, a.card(expired).sign(t, cms.SignOptions{}), noon, akno.CertExpired},
		"by a certificate of the future":   {text, a.card(early).sign(t, cms.SignOptions{}), noon, akno.CertNotYet},
		"by a revoked certificate":         {text, revoked.sign(t, cms.SignOptions{}), noon, akno.CertRevoked},
		"by a certificate on hold":         {text, held.sign(t, cms.SignOptions{}), noon, akno.CertSuspended},
		"by a stranger's certificate":      {text, foreign.sign(t, cms.SignOptions{}), noon, akno.CertUntrusted},
		"by a certificate of a server":     {text, a.card(server).sign(t, cms.SignOptions{}), noon, akno.CertUsage},
		"when the list is out of its time": {text, good.sign(t, cms.SignOptions{}), noon.Add(2 * time.Hour), akno.NoRevocation},
	} {
		t.Run("a signature "+name+" is refused", func(t *testing.T) {
			if _, err := v.Detached(ctx, tt.content, tt.signature, tt.at); akno.CodeOf(err) != tt.code {
				t.Errorf("code %s (%v), want %s", akno.CodeOf(err), err, tt.code)
			}
		})
	}
	t.Run("without a list nothing passes", func(t *testing.T) {
		b := newAuthority(t)
		c := b.card(person())
		b.lists = nil
		_, err := New(b, func() time.Time { return noon }).Detached(ctx, text, c.sign(t, cms.SignOptions{}), noon)
		if akno.CodeOf(err) != akno.NoRevocation {
			t.Errorf("error is %v", err)
		}
	})
	t.Run("without trust data nothing passes", func(t *testing.T) {
		_, err := New(none{}, func() time.Time { return noon }).Detached(ctx, text, good.sign(t, cms.SignOptions{}), noon)
		if akno.CodeOf(err) != akno.NoRevocation {
			t.Errorf("error is %v", err)
		}
	})
}

type none struct{}

func (none) Trust(context.Context) (Trust, error) { return Trust{}, errors.New("no network") }

func TestAttached(t *testing.T) {
	a := newAuthority(t)
	v := New(a, func() time.Time { return noon })
	c := a.card(person())
	content, by, err := v.Attached(ctx, c.sign(t, cms.SignOptions{Attached: text}), noon)
	if err != nil || !bytes.Equal(content, text) || by.Person.Surname != "Ковалев" || !bytes.Equal(by.Certificate, c.cert.Raw) {
		t.Errorf("content %q by %+v (%v)", content, by.Person, err)
	}
	if _, _, err := v.Attached(ctx, c.sign(t, cms.SignOptions{}), noon); akno.CodeOf(err) != akno.BadSignature {
		t.Errorf("a detached signature: %v", err)
	}
}

func TestEveryReasonHasACode(t *testing.T) {
	for _, r := range []pki.Reason{
		pki.FormatFailure, pki.HashFailure, pki.SigCryptoFailure, pki.SigConstraintsFailure, pki.CryptoConstraintsFailure,
		pki.CryptoConstraintsFailureNoPOE, pki.TimestampOrderFailure, pki.SignedDataNotFound, pki.SignaturePolicyNotAvailable,
		pki.PolicyProcessingError, pki.Generic, pki.NoPOE,
	} {
		if got := CodeOf(cms.SignerReport{Reason: r}); got != akno.BadSignature {
			t.Errorf("%s is %s", r, got)
		}
	}
	if got := CodeOf(cms.SignerReport{Reason: pki.OK}); got != "" {
		t.Errorf("OK is %s", got)
	}
}
