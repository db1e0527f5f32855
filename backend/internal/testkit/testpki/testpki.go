// Package testpki makes small hierarchies of certificates for tests: a root, an
// issuing authority, people and organisations, and lists of what was revoked.
package testpki

import (
	"testing"
	"time"

	"akno/backend/stb/bign"
	"akno/backend/stb/pki"
)

// Noon is the moment at which the certificates made here are in force, unless a
// test asks for others.
var Noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// Authority issues certificates and lists.
type Authority struct {
	Key     *bign.PrivateKey
	Cert    *pki.Certificate
	serial  uint64
	number  uint64
	revoked []pki.Revocation
}

// Identity is a key with its certificate.
type Identity struct {
	Key  *bign.PrivateKey
	Cert *pki.Certificate
}

// Person is a natural person to issue a certificate to.
type Person struct {
	Surname, Name, Patronymic, Number string
}

// Anna is a person whose identification number passes its check.
var Anna = Person{"Ковалёва", "Анна", "Петровна", "4150390A021PB3"}

// Root makes a root authority.
func Root(t testing.TB, cn string) *Authority {
	t.Helper()
	a := &Authority{Key: NewKey(t)}
	a.Cert = a.issue(t, pki.NewTemplate(pki.KindRoot, pki.ProfileGosSUOK), commonName(t, cn), a.Key.PublicKey(), nil)
	return a
}

// Issuing makes an authority under a.
func (a *Authority) Issuing(t testing.TB, cn string) *Authority {
	t.Helper()
	sub := &Authority{Key: NewKey(t)}
	sub.Cert = a.issue(t, pki.NewTemplate(pki.KindIssuing, pki.ProfileGosSUOK), commonName(t, cn), sub.Key.PublicKey(), a.Cert)
	return sub
}

// Person issues to a natural person. change may alter the template.
func (a *Authority) Person(t testing.TB, p Person, change ...func(*pki.Template)) Identity {
	t.Helper()
	key := NewKey(t)
	return Identity{key, a.PersonFor(t, p, key.PublicKey(), change...)}
}

// PersonFor issues to a natural person who has a key already.
func (a *Authority) PersonFor(t testing.TB, p Person, key *bign.PublicKey, change ...func(*pki.Template)) *pki.Certificate {
	t.Helper()
	subject, err := pki.NewName(
		pki.Attribute{Type: pki.AttrCountry, Value: "BY"},
		pki.Attribute{Type: pki.AttrCommonName, Value: p.Surname + " " + p.Name + " " + p.Patronymic},
		pki.Attribute{Type: pki.AttrSurname, Value: p.Surname},
		pki.Attribute{Type: pki.AttrName, Value: p.Name},
		pki.Attribute{Type: pki.AttrGivenName, Value: p.Patronymic},
		pki.Attribute{Type: pki.AttrSerialNumber, Value: p.Number},
	)
	if err != nil {
		t.Fatal(err)
	}
	return a.issue(t, pki.NewTemplate(pki.KindPerson, pki.ProfileGosSUOK), subject, key, a.Cert, change...)
}

// Revoke puts c on the next list.
func (a *Authority) Revoke(c *pki.Certificate, at time.Time, why pki.RevocationReason) {
	a.revoked = append(a.revoked, pki.Revocation{Serial: c.Serial, At: at, HasReason: true, Reason: why})
}

// List makes a list issued at from and good for a week.
func (a *Authority) List(t testing.TB, from time.Time) []byte {
	t.Helper()
	a.number++
	der, err := pki.CreateRevocationList(&pki.RevocationListTemplate{
		ThisUpdate: from, NextUpdate: from.AddDate(0, 0, 7), Number: pki.NumberSerial(a.number), Entries: a.revoked,
	}, a.Cert, a.Key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// NewKey makes a key on bign-curve256v1.
func NewKey(t testing.TB) *bign.PrivateKey {
	t.Helper()
	key, err := bign.GenerateKey(bign.Curve256v1())
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// Between returns a change that sets the validity.
func Between(from, until time.Time) func(*pki.Template) {
	return func(t *pki.Template) { t.NotBefore, t.NotAfter = from, until }
}

func commonName(t testing.TB, cn string) pki.Name {
	t.Helper()
	n, err := pki.NewName(pki.Attribute{Type: pki.AttrCountry, Value: "BY"}, pki.Attribute{Type: pki.AttrCommonName, Value: cn})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (a *Authority) issue(t testing.TB, tmpl *pki.Template, subject pki.Name, key *bign.PublicKey, issuer *pki.Certificate, change ...func(*pki.Template)) *pki.Certificate {
	t.Helper()
	a.serial++
	tmpl.Serial, tmpl.Subject = pki.NumberSerial(0x4000+a.serial), subject
	tmpl.NotBefore, tmpl.NotAfter = Noon.AddDate(-1, 0, 0), Noon.AddDate(2, 0, 0)
	for _, f := range change {
		f(tmpl)
	}
	der, err := pki.CreateCertificate(tmpl, issuer, key, a.Key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := pki.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
