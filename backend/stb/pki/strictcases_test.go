package pki_test

import (
	"encoding/asn1"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/bign"
	"akno/backend/stb/internal/der"
	"akno/backend/stb/oid"
	"akno/backend/stb/pki"
)

// strictCase is a certificate that breaks a rule of STB 34.101.78, or none.
type strictCase struct {
	kind       pki.Kind // KindPerson if empty
	under      string   // root, sub, or the authority below the root
	strong     bool     // the key is stronger than the issuer's
	change     func(*pki.Template)
	extensions func([]pki.Extension) []pki.Extension
	note       string // a part of what is said; empty for a certificate that is in order
}

var (
	idSubjectKey   = asn1.ObjectIdentifier{2, 5, 29, 14}
	idKeyUsage     = asn1.ObjectIdentifier{2, 5, 29, 15}
	idAltName      = asn1.ObjectIdentifier{2, 5, 29, 17}
	idCRLPoints    = asn1.ObjectIdentifier{2, 5, 29, 31}
	idPolicies     = asn1.ObjectIdentifier{2, 5, 29, 32}
	idAuthorityKey = asn1.ObjectIdentifier{2, 5, 29, 35}
	idInfoAccess   = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 1}
)

// reissue signs a certificate again with other extensions.
func reissue(t testing.TB, c *pki.Certificate, issuer *subject, change func([]pki.Extension) []pki.Extension) *pki.Certificate {
	t.Helper()
	var list []byte
	for _, e := range change(slices.Clone(c.Extensions)) {
		var b cryptobyte.Builder
		b.AddASN1ObjectIdentifier(e.OID)
		if e.Critical {
			b.AddASN1Boolean(true)
		}
		b.AddASN1OctetString(e.Value)
		list = append(list, der.Element(tag.SEQUENCE, b.BytesOrPanic())...)
	}
	raw := mutate(t, c.Raw, issuer.key, func(fields [][]byte) [][]byte {
		fields[len(fields)-1] = der.Element(der.Explicit(3), der.Element(tag.SEQUENCE, list))
		return fields
	})
	out, err := pki.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// set replaces the value of an extension, or adds it; nil removes it.
func set(id asn1.ObjectIdentifier, value []byte) func([]pki.Extension) []pki.Extension {
	return func(list []pki.Extension) []pki.Extension {
		list = slices.DeleteFunc(list, func(e pki.Extension) bool { return e.OID.Equal(id) })
		if value == nil {
			return list
		}
		return append(list, pki.Extension{OID: id, Value: value})
	}
}

func critical(id asn1.ObjectIdentifier, yes bool) func([]pki.Extension) []pki.Extension {
	return func(list []pki.Extension) []pki.Extension {
		for i, e := range list {
			if e.OID.Equal(id) {
				list[i].Critical = yes
			}
		}
		return list
	}
}

func policies(ids ...asn1.ObjectIdentifier) func(*pki.Template) {
	return func(t *pki.Template) { t.Policies = ids }
}

func purposes(ids ...asn1.ObjectIdentifier) func(*pki.Template) {
	return func(t *pki.Template) { t.ExtKeyUsage = ids }
}

// renamed changes the attributes of a name.
func renamed(t testing.TB, change func([]pki.Attribute) []pki.Attribute) func(*pki.Template) {
	return func(tmpl *pki.Template) {
		var list []pki.Attribute
		for _, rdn := range tmpl.Subject.RDNs {
			list = append(list, rdn...)
		}
		tmpl.Subject = name(t, change(list)...)
	}
}

func with(t testing.TB, id asn1.ObjectIdentifier, value string) func(*pki.Template) {
	return renamed(t, func(list []pki.Attribute) []pki.Attribute {
		for i := range list {
			if list[i].Type.Equal(id) {
				list[i].Value = value
			}
		}
		return list
	})
}

func without(t testing.TB, id asn1.ObjectIdentifier) func(*pki.Template) {
	return renamed(t, func(list []pki.Attribute) []pki.Attribute {
		return slices.DeleteFunc(list, func(a pki.Attribute) bool { return a.Type.Equal(id) })
	})
}

func both(changes ...func(*pki.Template)) func(*pki.Template) {
	return func(t *pki.Template) {
		for _, f := range changes {
			f(t)
		}
	}
}

func uri(s string) []byte { return der.Element(der.Context(6), []byte(s)) }

func point(names []byte, tail ...byte) []byte {
	return seq(seq(der.Element(der.Explicit(0), der.Element(der.Explicit(0), names)), tail))
}

func access(method int, place []byte) []byte {
	return seq(oid.DER(asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, method}), place)
}

func strictCases(t testing.TB) map[string]strictCase {
	all := map[string]strictCase{}
	for _, some := range []map[string]strictCase{strictForms(), strictRoles(), strictServices(t), strictNames(t)} {
		for name, tc := range some {
			all[name] = tc
		}
	}
	for kind, ids := range map[pki.Kind][]asn1.ObjectIdentifier{
		pki.KindPerson:         {pki.AttrSurname, pki.AttrGivenName, pki.AttrSerialNumber, pki.AttrCountry},
		pki.KindRepresentative: {pki.AttrSurname, pki.AttrName, pki.AttrGivenName, pki.AttrSerialNumber, pki.AttrCountry, pki.AttrLocality, pki.AttrStreet, pki.AttrOrganisation, pki.AttrTitle, pki.AttrOrganisationIdentifier},
		pki.KindOrganisation:   {pki.AttrName, pki.AttrSerialNumber, pki.AttrCountry, pki.AttrLocality, pki.AttrStreet, pki.AttrOrganisation, pki.AttrOrganisationIdentifier},
		pki.KindTSA:            {pki.AttrName, pki.AttrCountry, pki.AttrLocality, pki.AttrOrganisation, pki.AttrOrganisationIdentifier},
		pki.KindIssuing:        {pki.AttrName, pki.AttrCountry, pki.AttrLocality, pki.AttrOrganisation, pki.AttrOrganisationIdentifier},
	} {
		for _, id := range ids {
			tc := strictCase{kind: kind, change: without(t, id), note: "the name has no "}
			if kind == pki.KindIssuing {
				tc.change = both(tc.change, func(t *pki.Template) { t.MaxPathLen = 0 })
			}
			all[string(kind)+" without "+id.String()] = tc
		}
	}
	return all
}

// strictForms are the extensions that all have (8.1).
func strictForms() map[string]strictCase {
	const (
		shouldNot = "critical and should not be"
		noPoint   = "no address of a revocation list, or not as a URI alone"
		noInfo    = "no addresses of the issuer and, second, of the status service"
		altNames  = "alternative names are not 1 to 100"
	)
	long := func(n int) []byte {
		var list [][]byte
		for i := range n {
			list = append(list, der.Element(der.Context(2), []byte("host"+strconv.Itoa(i)+".by")))
		}
		return seq(list...)
	}
	otherName := der.Element(der.Explicit(0), append(oid.DER(oid.GosSUOKDepartment), der.Element(der.Explicit(0), []byte{5, 0})...))
	private := pki.Extension{OID: asn1.ObjectIdentifier{1, 2, 3, 4}, Value: []byte{5, 0}}
	extra := func(list []pki.Extension) []pki.Extension { return append(list, private) }
	return map[string]strictCase{
		"to the letter":                         {},
		"key stronger than the issuer's":        {strong: true, note: "stronger than the issuer's"},
		"subject key identifier critical":       {extensions: critical(idSubjectKey, true), note: shouldNot},
		"subject key identifier absent":         {extensions: set(idSubjectKey, nil), note: "subject key identifier is not"},
		"subject key identifier of 16 octets":   {extensions: set(idSubjectKey, append([]byte{4, 16}, make([]byte, 16)...)), note: "subject key identifier is not"},
		"subject key identifier of 20 octets":   {extensions: set(idSubjectKey, append([]byte{4, 20}, make([]byte, 20)...))},
		"authority key identifier critical":     {extensions: critical(idAuthorityKey, true), note: shouldNot},
		"authority key identifier absent":       {extensions: set(idAuthorityKey, nil), note: "no authority key identifier"},
		"authority key identifier of 16 octets": {extensions: set(idAuthorityKey, append([]byte{0x30, 18, 0x80, 16}, make([]byte, 16)...)), note: "authority key identifier is not"},
		"key usage not critical":                {extensions: critical(idKeyUsage, false), note: "key usage is absent or not critical"},
		"no constraints":                        {change: func(t *pki.Template) { t.BasicConstraints = false }, note: "basic constraints are absent"},
		"constraints not critical":              {change: func(t *pki.Template) { t.BasicConstraintsCritical = false }, note: "basic constraints are absent or not critical"},
		"points absent":                         {extensions: set(idCRLPoints, nil), note: noPoint},
		"points critical":                       {extensions: critical(idCRLPoints, true), note: shouldNot},
		"point with reasons":                    {extensions: set(idCRLPoints, point(uri("http://x"), 0x81, 2, 1, 6)), note: noPoint},
		"point with another issuer":             {extensions: set(idCRLPoints, point(uri("http://x"), 0xa2, 2, 0x82, 0)), note: noPoint},
		"point that is no URI":                  {extensions: set(idCRLPoints, point(der.Element(der.Context(2), []byte("x")))), note: noPoint},
		"access absent":                         {extensions: set(idInfoAccess, nil), note: noInfo},
		"access critical":                       {extensions: critical(idInfoAccess, true), note: shouldNot},
		"access in another order":               {extensions: set(idInfoAccess, seq(access(1, uri("http://o")), access(2, uri("http://i")))), note: noInfo},
		"access without the status service":     {extensions: set(idInfoAccess, seq(access(2, uri("http://i")))), note: noInfo},
		"access without the issuer":             {extensions: set(idInfoAccess, seq(access(1, uri("http://o")))), note: noInfo},
		"policies absent":                       {extensions: set(idPolicies, nil), note: "policies are absent or have qualifiers"},
		"policies critical":                     {extensions: critical(idPolicies, true), note: shouldNot},
		"policy with qualifiers":                {extensions: set(idPolicies, seq(seq(oid.DER(oid.RoleNaturalPerson), seq(seq(oid.DER(oid.AnyPolicy)))))), note: "have qualifiers"},
		"alternative name of another form":      {extensions: set(idAltName, seq(otherName)), note: altNames},
		"100 alternative names":                 {extensions: set(idAltName, long(100))},
		"101 alternative names":                 {extensions: set(idAltName, long(101)), note: altNames},
		"no alternative name":                   {extensions: set(idAltName, seq()), note: altNames},
		"alternative names critical": {
			change:     func(t *pki.Template) { t.Emails = []string{"a@test.invalid"} },
			extensions: critical(idAltName, true), note: shouldNot,
		},
		"another extension":                                  {extensions: extra, note: "an extension beyond"},
		"another extension by a subordinate authority":       {under: "sub", extensions: extra},
		"an authority below the root that names its service": {under: "root", kind: pki.KindIssuing, change: func(t *pki.Template) { t.CAIssuers = []string{"http://i"} }, note: "names services of the root"},
	}
}

// strictRoles are the rules of use (8.1.3 to 8.1.6).
func strictRoles() map[string]strictCase {
	const notUses, notPurposes = "key usage is not that of the role", "extended key usage is not that of the role"
	sub := func(change func(*pki.Template)) func(*pki.Template) {
		return both(func(t *pki.Template) { t.MaxPathLen = 0 }, change)
	}
	return map[string]strictCase{
		"one use missing":                       {change: func(t *pki.Template) { t.KeyUsage &^= pki.UseNonRepudiation }, note: notUses},
		"one use more":                          {change: func(t *pki.Template) { t.KeyUsage |= pki.UseKeyAgreement }, note: notUses},
		"purposes not critical":                 {change: func(t *pki.Template) { t.ExtKeyUsageCritical = false }, note: "extended key usage is not critical"},
		"purposes absent":                       {change: purposes(), note: notPurposes},
		"one purpose missing":                   {change: purposes(pki.EKUClientAuth), note: notPurposes},
		"purpose of a terminal besides":         {change: purposes(pki.EKUClientAuth, pki.EKUEmailProtection, oid.KPClientTM)},
		"no role":                               {change: policies(oid.GosSUOKPolicyRUC), note: "no role"},
		"a role of authorities":                 {change: policies(oid.RolePUC), note: "no role"},
		"a policy besides the role":             {change: policies(oid.RoleNaturalPerson, oid.GosSUOKPolicyRUC)},
		"a subordinate authority":               {kind: pki.KindIssuing, change: func(t *pki.Template) { t.MaxPathLen = 0 }},
		"a subordinate without path length":     {kind: pki.KindIssuing, note: "subordinate authority is not zero"},
		"a subordinate with path length 1":      {kind: pki.KindIssuing, change: func(t *pki.Template) { t.MaxPathLen = 1 }, note: "subordinate authority is not zero"},
		"an authority below the root":           {under: "root", kind: pki.KindIssuing},
		"one with path length":                  {under: "root", kind: pki.KindIssuing, change: func(t *pki.Template) { t.MaxPathLen = 0 }, note: "below the root has a path length"},
		"an authority with purposes":            {kind: pki.KindIssuing, change: sub(purposes(pki.EKUClientAuth)), note: "an authority has extended purposes"},
		"an authority with a role":              {kind: pki.KindIssuing, change: sub(policies(oid.RolePUC)), note: "other policies than anyPolicy"},
		"an authority with two policies":        {kind: pki.KindIssuing, change: sub(policies(oid.AnyPolicy, oid.RolePUC)), note: "other policies than anyPolicy"},
		"an authority that does not encipher":   {kind: pki.KindIssuing, change: sub(func(t *pki.Template) { t.KeyUsage &^= pki.UseKeyEncipherment }), note: "not that of an authority"},
		"an authority that signs documents":     {kind: pki.KindIssuing, change: sub(func(t *pki.Template) { t.KeyUsage |= pki.UseDigitalSignature }), note: "not that of an authority"},
		"a registration authority with purpose": {kind: pki.KindRA, change: purposes(pki.EKUClientAuth), note: "the role has no extended key usage"},
		"an operator":                           {kind: pki.KindRepresentative, change: policies(oid.RoleRA, oid.RoleLegalRepresentative)},
	}
}

// strictServices are the rules of use of services (8.1.3, 8.1.4).
func strictServices(t testing.TB) map[string]strictCase {
	const notPurposes = "extended key usage is not that of the role"
	as := func(role asn1.ObjectIdentifier, uses pki.KeyUsage, ids ...asn1.ObjectIdentifier) func(*pki.Template) {
		return func(t *pki.Template) {
			t.Policies, t.KeyUsage, t.ExtKeyUsage = []asn1.ObjectIdentifier{role}, uses, ids
		}
	}
	sign := pki.UseDigitalSignature | pki.UseNonRepudiation
	device := renamed(t, func(list []pki.Attribute) []pki.Attribute {
		return slices.Insert(list, 2, pki.Attribute{Type: pki.AttrSerialNumber, Value: "00:11:22:33:44:55"})
	})
	return map[string]strictCase{
		"stamps":                        {kind: pki.KindTSA},
		"stamps and something else":     {kind: pki.KindTSA, change: purposes(pki.EKUTimeStamping, pki.EKUClientAuth), note: notPurposes},
		"stamps without purpose":        {kind: pki.KindTSA, change: purposes(), note: notPurposes},
		"stamps that encipher":          {kind: pki.KindTSA, change: func(t *pki.Template) { t.KeyUsage |= pki.UseKeyEncipherment }, note: "key usage is not that of the role"},
		"status":                        {kind: pki.KindOCSP},
		"status without purpose":        {kind: pki.KindOCSP, change: purposes(), note: notPurposes},
		"server":                        {kind: pki.KindTLS},
		"server without purpose":        {kind: pki.KindTLS, change: purposes(pki.EKUClientAuth), note: notPurposes},
		"server that does not name it":  {kind: pki.KindTLS, change: func(t *pki.Template) { t.DNSNames = nil }, note: "is not among its alternative names"},
		"server that names another":     {kind: pki.KindTLS, change: func(t *pki.Template) { t.DNSNames = []string{"b.by"} }, note: "is not among its alternative names"},
		"certifying data":               {kind: pki.KindOCSP, change: as(oid.RoleDVCS, sign, pki.EKUDVCS)},
		"certifying data without":       {kind: pki.KindOCSP, change: as(oid.RoleDVCS, sign), note: notPurposes},
		"identification":                {kind: pki.KindRA, change: both(as(oid.RoleIdentification, sign|pki.UseKeyEncipherment, pki.EKUServerAuth))},
		"identification without":        {kind: pki.KindRA, change: as(oid.RoleIdentification, sign|pki.UseKeyEncipherment), note: notPurposes},
		"attributes":                    {kind: pki.KindRA, change: as(oid.RoleAA, pki.UseDigitalSignature|pki.UseCRLSign)},
		"attributes with purpose":       {kind: pki.KindRA, change: as(oid.RoleAA, pki.UseDigitalSignature|pki.UseCRLSign, pki.EKUClientAuth), note: "the role has no extended key usage"},
		"device":                        {kind: pki.KindRA, change: both(as(oid.RoleDevice, pki.UseDigitalSignature|pki.UseKeyEncipherment), device)},
		"device with purpose":           {kind: pki.KindRA, change: both(as(oid.RoleDevice, pki.UseDigitalSignature|pki.UseKeyEncipherment, pki.EKUClientAuth), device)},
		"device without number":         {kind: pki.KindRA, change: as(oid.RoleDevice, pki.UseDigitalSignature|pki.UseKeyEncipherment), note: "the name has no serialNumber"},
		"a service of another country":  {kind: pki.KindTSA, change: with(t, pki.AttrCountry, "RU"), note: "the country is not BY"},
		"an organisation without TAXBY": {kind: pki.KindTSA, change: with(t, pki.AttrOrganisationIdentifier, "100000170"), note: "not TAXBY-"},
	}
}

// strictNames are the rules of names (7.3).
func strictNames(t testing.TB) map[string]strictCase {
	typed := func(id asn1.ObjectIdentifier, change func(*pki.Attribute)) func(*pki.Template) {
		return renamed(t, func(list []pki.Attribute) []pki.Attribute {
			for i := range list {
				if list[i].Type.Equal(id) {
					change(&list[i])
				}
			}
			return list
		})
	}
	add := func(a pki.Attribute) func(*pki.Template) {
		return renamed(t, func(list []pki.Attribute) []pki.Attribute { return append(list, a) })
	}
	mail := pki.Attribute{Type: pki.AttrEmail, Value: "a@test.invalid"}
	foreign := func(change func(*pki.Template)) func(*pki.Template) {
		return both(policies(oid.RoleForeignPerson), with(t, pki.AttrCountry, "PL"), with(t, pki.AttrSerialNumber, "PASPL-AB123"),
			with(t, pki.AttrSurname, "NOWAK"), with(t, pki.AttrGivenName, "ANNA"), change)
	}
	const spaces, capitals = "needless spaces", "not in capital letters"
	return map[string]strictCase{
		"common name in Cyrillic":              {change: with(t, pki.AttrCommonName, "АННА"), note: "not in printable ASCII"},
		"no common name":                       {change: without(t, pki.AttrCommonName), note: "the name has no CN"},
		"space in front":                       {change: with(t, pki.AttrCommonName, " ANNA"), note: spaces},
		"space at the end":                     {change: with(t, pki.AttrSurname, "А/А "), note: spaces},
		"double space":                         {change: with(t, pki.AttrCommonName, "ANNA  K"), note: spaces},
		"attribute twice":                      {change: add(pki.Attribute{Type: pki.AttrCountry, Value: "BY"}), note: "repeated"},
		"country first":                        {change: renamed(t, func(l []pki.Attribute) []pki.Attribute { return append([]pki.Attribute{l[4]}, l[:4]...) }), note: "out of order"},
		"given name before surname":            {change: renamed(t, func(l []pki.Attribute) []pki.Attribute { l[1], l[2] = l[2], l[1]; return l }), note: "out of order"},
		"organisation of a person":             {change: add(pki.Attribute{Type: pki.AttrOrganisation, Value: "ОАО"}), note: "not that of the role: O"},
		"mail in the name":                     {change: add(mail), note: "beyond those of the standard"},
		"mail by a subordinate":                {under: "sub", change: add(mail)},
		"BMPString":                            {change: typed(pki.AttrSurname, func(a *pki.Attribute) { a.BMP = true }), note: "another string type: SN"},
		"PrintableString":                      {change: typed(pki.AttrCommonName, func(a *pki.Attribute) { a.Printable = true }), note: "another string type: CN"},
		"64 characters":                        {change: with(t, pki.AttrCommonName, strings.Repeat("A", 64))},
		"65 characters":                        {change: with(t, pki.AttrCommonName, strings.Repeat("A", 65)), note: "65 characters: CN"},
		"country of three letters":             {change: with(t, pki.AttrCountry, "BLR"), note: "3 characters: C"},
		"country in small letters":             {change: with(t, pki.AttrCountry, "by"), note: "two capital letters"},
		"country that is not BY":               {change: with(t, pki.AttrCountry, "PL"), note: "the country is not BY"},
		"number without its kind":              {change: with(t, pki.AttrSerialNumber, "4120591A000PB6"), note: "the personal number is not"},
		"number that is not said":              {change: with(t, pki.AttrSerialNumber, "PNOBY-"), note: "the personal number is not"},
		"number not printable":                 {change: with(t, pki.AttrSerialNumber, "PNOBY-1*"), note: "malformed name"},
		"number of a card":                     {change: with(t, pki.AttrSerialNumber, "IDCBY-590082394654")},
		"card of a representative":             {kind: pki.KindRepresentative, change: with(t, pki.AttrSerialNumber, "IDCBY-590082394654"), note: "the personal number is not"},
		"surname in one language":              {change: with(t, pki.AttrSurname, "КРАВЧЕНКО"), note: "not a Belarusian and a Russian form"},
		"surname in three":                     {change: with(t, pki.AttrSurname, "А/Б/В"), note: "not a Belarusian and a Russian form"},
		"surname in small letters":             {change: with(t, pki.AttrSurname, "Краўчанка/Кравченко"), note: capitals},
		"Latin in small letters":               {change: with(t, pki.AttrCommonName, "Anna"), note: capitals},
		"a foreigner":                          {change: foreign(func(*pki.Template) {})},
		"a foreigner without a kind of number": {change: foreign(with(t, pki.AttrSerialNumber, "AB123")), note: "the personal number is not"},
	}
}

func TestALinkCertificateHasTheFormOfARoot(t *testing.T) {
	oldRoot := issue(t, nil, pki.KindRoot, pki.ProfileBPKI, simpleName(t, "Root"), bign.Curve256v1(), nil)
	for name, tc := range map[string]strictCase{
		"to the letter":      {},
		"with a policy":      {change: policies(oid.AnyPolicy), note: "a root must not have"},
		"with an address":    {change: func(t *pki.Template) { t.CRLPoints = []string{"http://x"} }, note: "a root must not have"},
		"with a path length": {change: func(t *pki.Template) { t.MaxPathLen = 3 }, note: "a root has a path length"},
		"that enciphers":     {change: func(t *pki.Template) { t.KeyUsage |= pki.UseKeyEncipherment }, note: "not that of a root"},
		"without identifier": {change: func(t *pki.Template) { t.NoAuthorityKeyID = true }, note: "no authority key identifier"},
		"with an organisation": {change: renamed(t, func(l []pki.Attribute) []pki.Attribute {
			return append(l, pki.Attribute{Type: pki.AttrOrganisation, Value: "x"})
		}), note: "not that of the role: O"},
	} {
		tmpl := pki.NewTemplate(pki.KindRoot, pki.ProfileBPKI)
		tmpl.Serial, tmpl.Subject, tmpl.NotBefore, tmpl.NotAfter = "\x07", oldRoot.cert.Subject, begin, end
		tmpl.NoAuthorityKeyID = false
		root := oldRoot
		if tc.change != nil {
			tc.change(tmpl)
			// A link bears the name of the root: one with another name is an authority.
			root = issue(t, nil, pki.KindRoot, pki.ProfileBPKI, simpleName(t, "Root"), bign.Curve256v1(), func(r *pki.Template) { r.Subject = tmpl.Subject })
		}
		raw, err := pki.CreateCertificate(tmpl, root.cert, newKey(t, bign.Curve256v1()).PublicKey(), root.key)
		if err != nil {
			t.Fatal(err)
		}
		link, err := pki.ParseCertificate(raw)
		if err != nil {
			t.Fatal(err)
		}
		v := verifier(root)
		v.Profile = pki.ProfileBPKI
		r, want := v.Verify(link, pki.PurposeCA, begin), pki.ChainConstraintsFailure
		if tc.note == "" {
			want = pki.OK
		}
		if r.Reason != want || !strings.Contains(strings.Join(r.Notes, "; "), tc.note) {
			t.Errorf("%s: %s %v, want %s %q", name, r.Reason, r.Notes, want, tc.note)
		}
	}
}
