package pki_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/bign"
	"akno/backend/stb/internal/ber"
	"akno/backend/stb/internal/der"
	"akno/backend/stb/internal/pkidev"
	"akno/backend/stb/pki"
)

// subject is a holder with his key, an authority or not.
type subject struct {
	cert *pki.Certificate
	key  *bign.PrivateKey
}

var (
	begin = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	end   = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
)

func newKey(t testing.TB, curve *bign.Curve) *bign.PrivateKey {
	t.Helper()
	k, err := bign.GenerateKey(curve)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func name(t testing.TB, attributes ...pki.Attribute) pki.Name {
	t.Helper()
	n, err := pki.NewName(attributes...)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func simpleName(t testing.TB, cn string) pki.Name {
	return name(t, pki.Attribute{Type: pki.AttrCommonName, Value: cn}, pki.Attribute{Type: pki.AttrCountry, Value: "BY"})
}

var lastSerial byte

// fullName is a name with all that the strict profile wants of a kind.
func fullName(t testing.TB, kind pki.Kind, cn string) pki.Name {
	all := map[string]pki.Attribute{
		"CN": {Type: pki.AttrCommonName, Value: cn}, "SN": {Type: pki.AttrSurname, Value: "КРАЎЧАНКА/КРАВЧЕНКО"},
		"N": {Type: pki.AttrName, Value: `Открытое акционерное общество "Вектор"`}, "GN": {Type: pki.AttrGivenName, Value: "ГАННА/АННА"},
		"#": {Type: pki.AttrSerialNumber, Value: "PNOBY-4120591A000PB6"}, "C": {Type: pki.AttrCountry, Value: "BY"},
		"L": {Type: pki.AttrLocality, Value: "г. Минск"}, "S": {Type: pki.AttrStreet, Value: "ул. Снежная, д. 1"},
		"O": {Type: pki.AttrOrganisation, Value: `ОАО "Вектор"`}, "T": {Type: pki.AttrTitle, Value: "директор"},
		"ID": {Type: pki.AttrOrganisationIdentifier, Value: "TAXBY-100000170"},
	}
	parts := "CN N C L O ID"
	switch kind {
	case pki.KindRoot:
		parts = "CN C"
	case pki.KindPerson:
		parts = "CN SN GN # C"
	case pki.KindRepresentative:
		parts = "CN SN N GN # C L S O T ID"
	case pki.KindOrganisation:
		parts = "CN N # C L S O ID"
	}
	var list []pki.Attribute
	for _, part := range strings.Fields(parts) {
		list = append(list, all[part])
	}
	return name(t, list...)
}

// issue makes a certificate; a nil issuer makes a root. In the strict profile it takes only
// the common name out of n, change may put another name into the template.
func issue(t testing.TB, issuer *subject, kind pki.Kind, profile pki.Profile, n pki.Name, curve *bign.Curve, change func(*pki.Template)) *subject {
	t.Helper()
	s := &subject{key: newKey(t, curve)}
	tmpl := pki.NewTemplate(kind, profile)
	if kind != pki.KindRoot {
		tmpl.CRLPoints = []string{"http://pki.test.invalid/ca.crl"}
		tmpl.CAIssuers, tmpl.OCSPServers = []string{"http://pki.test.invalid/ca.cer"}, []string{"http://pki.test.invalid/ocsp"}
	}
	if profile == pki.ProfileBPKI {
		n = fullName(t, kind, n.Get(pki.AttrCommonName))
		if kind == pki.KindTLS {
			tmpl.DNSNames = []string{n.Get(pki.AttrCommonName)}
		}
		if kind == pki.KindIssuing && issuer != nil && issuer.cert.SelfIssued() {
			tmpl.CAIssuers, tmpl.OCSPServers = nil, nil
		}
	}
	lastSerial++
	serial, err := pki.NewSerial([]byte{0x90, lastSerial})
	if err != nil {
		t.Fatal(err)
	}
	tmpl.Serial, tmpl.Subject, tmpl.NotBefore, tmpl.NotAfter = serial, n, begin, end
	if change != nil {
		change(tmpl)
	}
	signer, parent := s.key, (*pki.Certificate)(nil)
	if issuer != nil {
		signer, parent = issuer.key, issuer.cert
	}
	raw, err := pki.CreateCertificate(tmpl, parent, s.key.PublicKey(), signer)
	if err != nil {
		t.Fatal(err)
	}
	if s.cert, err = pki.ParseCertificate(raw); err != nil {
		t.Fatal(err)
	}
	return s
}

// hierarchy is a root with one authority below.
func hierarchy(t testing.TB, profile pki.Profile) (root, ca *subject) {
	root = issue(t, nil, pki.KindRoot, profile, simpleName(t, "Test root"), bign.Curve256v1(), nil)
	ca = issue(t, root, pki.KindIssuing, profile, simpleName(t, "Test authority"), bign.Curve256v1(), nil)
	return root, ca
}

func person(t testing.TB, ca *subject, change func(*pki.Template)) *subject {
	return issue(t, ca, pki.KindPerson, pki.ProfileGosSUOK, simpleName(t, "ANNA"), bign.Curve256v1(), change)
}

func verifier(root *subject, below ...*subject) *pki.Verifier {
	v := &pki.Verifier{Anchors: []*pki.Certificate{root.cert}}
	for _, s := range below {
		v.Intermediates = append(v.Intermediates, s.cert)
	}
	return v
}

// issueList makes a revocation list in force at the reference time.
func issueList(t testing.TB, ca *subject, change func(*pki.RevocationListTemplate), entries ...pki.Revocation) *pki.RevocationList {
	t.Helper()
	tmpl := &pki.RevocationListTemplate{
		Number: pki.NumberSerial(300), ThisUpdate: pkidev.At.Add(-time.Hour), NextUpdate: pkidev.At.Add(time.Hour), Entries: entries,
	}
	if change != nil {
		change(tmpl)
	}
	raw, err := pki.CreateRevocationList(tmpl, ca.cert, ca.key)
	if err != nil {
		t.Fatal(err)
	}
	l, err := pki.ParseRevocationList(raw)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// mutate changes the elements of the signed part of a certificate or a list and
// signs it again with the issuer's key: what a careless authority might issue.
func mutate(t testing.TB, raw []byte, key *bign.PrivateKey, change func(fields [][]byte) [][]byte) []byte {
	t.Helper()
	outer := children(t, raw)
	var fields [][]byte
	for _, e := range children(t, outer[0]) {
		fields = append(fields, bytes.Clone(e))
	}
	tbs := der.Element(tag.SEQUENCE, bytes.Join(change(fields), nil))
	return sign(t, tbs, outer[1], key)
}

func sign(t testing.TB, tbs, algorithm []byte, key *bign.PrivateKey) []byte {
	t.Helper()
	_, sig, err := pki.Sign(key, tbs)
	if err != nil {
		t.Fatal(err)
	}
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(tbs)
		b.AddBytes(algorithm)
		b.AddASN1BitString(sig)
	})
	return b.BytesOrPanic()
}

func children(t testing.TB, raw []byte) [][]byte {
	t.Helper()
	e, rest, err := ber.Read(raw)
	if err != nil || len(rest) > 0 {
		t.Fatal("not one element", err)
	}
	list, err := e.Children(1000)
	if err != nil {
		t.Fatal(err)
	}
	out := make([][]byte, len(list))
	for i, x := range list {
		out[i] = x.Raw
	}
	return out
}
