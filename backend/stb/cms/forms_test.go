package cms_test

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"testing"

	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/cms"
	"akno/backend/stb/internal/der"
	"akno/backend/stb/internal/pkidev"
	"akno/backend/stb/oid"
	"akno/backend/stb/pki"
)

var idReferenceV1 = []int{1, 2, 840, 113549, 1, 9, 16, 2, 12}

// seq joins elements into a sequence.
func seq(parts ...[]byte) []byte { return der.Element(tag.SEQUENCE, bytes.Join(parts, nil)) }

func TestEveryFormOfReferenceIsRead(t *testing.T) {
	c := certificate(t, "certs/g-fl1.cer")
	short, long := sha1.Sum(c.Raw), sha256.Sum256(c.Raw)
	names := func(n pki.Name) []byte { return seq(der.Element(der.Explicit(4), n.Raw)) }
	serial := der.Element(tag.INTEGER, []byte(c.Serial))
	alg := func(id ...int) []byte { return seq(der.OID(id)) }
	refer := func(id []int, parts ...[]byte) []byte { return attr(id, seq(seq(seq(parts...)))) }
	belt := octetString(pki.BeltHash.Sum(c.Raw))
	beltAlg := seq(der.OID(pki.BeltHash.OID), []byte{5, 0})
	for name, tc := range map[string]struct {
		reference []byte
		want      pki.Reason
	}{
		"version 1, SHA-1":         {refer(idReferenceV1, octetString(short[:])), pki.OK},
		"version 1, wrong hash":    {refer(idReferenceV1, octetString(make([]byte, 20))), pki.NoSigningCertificateFound},
		"version 2, SHA-256":       {refer(idReference, octetString(long[:])), pki.OK},
		"version 2, SHA-256 named": {refer(idReference, alg(2, 16, 840, 1, 101, 3, 4, 2, 1), octetString(long[:])), pki.OK},
		"version 2, unknown hash":  {refer(idReference, alg(1, 2, 3), octetString(long[:])), pki.NoSigningCertificateFound},
		"with issuer and number":   {refer(idReference, beltAlg, belt, seq(names(c.Issuer), serial)), pki.OK},
		"with another issuer":      {refer(idReference, beltAlg, belt, seq(names(c.Subject), serial)), pki.NoSigningCertificateFound},
		"with another number":      {refer(idReference, beltAlg, belt, seq(names(c.Issuer), []byte{2, 1, 1})), pki.NoSigningCertificateFound},
		"with a broken issuer":     {refer(idReference, beltAlg, belt, seq([]byte{5, 0}, serial)), pki.FormatFailure},
		"with policies":            {attr(idReference, seq(seq(seq(beltAlg, belt)), seq())), pki.OK},
		"two references":           {attr(idReference, seq(seq(seq(beltAlg, belt), seq(beltAlg, octetString(make([]byte, 32)))))), pki.OK},
		"no references":            {attr(idReference, seq(seq())), pki.FormatFailure},
	} {
		f := newForge(t)
		f.attributes[3] = tc.reference
		if r := cms.VerifyOctets(f.encode(t), cms.Octets(f.content), options(t)); r.Reason != tc.want {
			t.Errorf("%s: %s, want %s", name, r.Reason, tc.want)
		}
	}
}

func TestAReferenceOfEachVersionMustMeanTheSigner(t *testing.T) {
	for name, tc := range map[string]struct {
		old  string // whom the reference of version 1 means
		want pki.Reason
	}{
		"both the signer":           {"certs/g-fl1.cer", pki.OK},
		"version 1 another's":       {"certs/g-fl2.cer", pki.NoSigningCertificateFound},
		"version 1 the authority's": {"certs/g-ruc.cer", pki.NoSigningCertificateFound},
	} {
		sum := sha1.Sum(pkidev.File(t, tc.old))
		f := newForge(t)
		f.attributes = append(f.attributes, attr(idReferenceV1, seq(seq(seq(octetString(sum[:]))))))
		if r := cms.VerifyOctets(f.encode(t), cms.Octets(f.content), options(t)); r.Reason != tc.want {
			t.Errorf("%s: %s, want %s", name, r.Reason, tc.want)
		}
	}
}

func TestTheStrictProfileTakesNoPoliciesInAReference(t *testing.T) {
	c := certificate(t, "certs/b-fl256.cer")
	for name, tc := range map[string]struct {
		policies []byte
		want     pki.Reason
	}{
		"without": {nil, pki.OK},
		"with":    {seq(seq(der.OID([]int{1, 2, 3}))), pki.SigConstraintsFailure},
	} {
		f := newForge(t)
		f.cert, f.key, f.certs = c, key(t, "b-fl256"), [][]byte{c.Raw}
		f.attributes[3] = attr(idReference, seq(seq(seq(seq(der.OID(pki.BeltHash.OID), []byte{5, 0}), octetString(pki.BeltHash.Sum(c.Raw)))), tc.policies))
		opt := optionsOfBoth(t)
		opt.Verifier.Profile = pki.ProfileBPKI
		if r := cms.VerifyOctets(f.encode(t), cms.Octets(f.content), opt); r.Reason != tc.want {
			t.Errorf("%s: %s %v, want %s", name, r.Reason, r.Signers, tc.want)
		}
	}
}

func TestNumbersOfStampsHaveAtMost160Bits(t *testing.T) {
	raw := pkidev.File(t, "tsp/g-order-ku.tst")
	token, err := cms.ParseToken(raw)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		serial []byte
		ok     bool
	}{
		"160 bits": {append([]byte{0}, bytes.Repeat([]byte{0xff}, 20)...), true},
		"161 bits": {append([]byte{1}, make([]byte, 20)...), false},
		"negative": {[]byte{0x80}, false},
		"zero":     {[]byte{0}, true},
	} {
		info := rebuild(t, token.Content, der.Element(tag.INTEGER, []byte(token.Info.Serial)), der.Element(tag.INTEGER, tc.serial))
		if bytes.Equal(info, token.Content) {
			t.Fatal(name, "nothing was replaced")
		}
		if _, err := cms.ParseToken(rebuild(t, raw, octetString(token.Content), octetString(info))); (err == nil) != tc.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSignerNamedByKeyIdentifier(t *testing.T) {
	for name, tc := range map[string]struct {
		id   []byte
		want pki.Reason
	}{
		"his":       {certificate(t, "certs/g-fl1.cer").SubjectKeyID, pki.OK},
		"another's": {certificate(t, "certs/g-fl2.cer").SubjectKeyID, pki.NoSigningCertificateFound},
		"empty":     {nil, pki.NoSigningCertificateFound},
	} {
		f := newForge(t)
		f.sid = der.Element(der.Context(0), tc.id)
		if r := cms.VerifyOctets(f.encode(t), cms.Octets(f.content), options(t)); r.Reason != tc.want {
			t.Errorf("%s: %s, want %s", name, r.Reason, tc.want)
		}
	}
}

func TestRevocationDataThatTravelAlongAreBinding(t *testing.T) {
	answer := pkidev.File(t, "ocsp/g-fl1.resp")
	other := func(id []int, value []byte) []byte {
		return der.Element(der.Explicit(1), append(der.OID(id), value...))
	}
	idOCSP := []int{1, 3, 6, 1, 5, 5, 7, 16, 2}
	f := newForge(t)
	revoked := revocations(t, pkidev.At, pki.Revocation{Serial: f.cert.Serial, At: year2026, Reason: pki.ReasonSuperseded})
	for name, tc := range map[string]struct {
		data  [][]byte
		want  pki.Reason
		notes int
	}{
		"none":                        {nil, pki.OK, 0},
		"a list":                      {[][]byte{pkidev.File(t, "crl/g-ruc.crl")}, pki.OK, 0},
		"an answer":                   {[][]byte{other(idOCSP, answer)}, pki.OK, 0},
		"a list that revokes":         {[][]byte{revoked.Raw}, pki.RevokedNoPOE, 0},
		"both contradict":             {[][]byte{other(idOCSP, answer), revoked.Raw}, pki.RevokedNoPOE, 0},
		"an answer about another":     {[][]byte{other(idOCSP, pkidev.File(t, "ocsp/g-fl-revoked.resp"))}, pki.TryLater, 0},
		"an answer of an impostor":    {[][]byte{other(idOCSP, pkidev.File(t, "ocsp/neg/g-fl1-wrong-responder.resp"))}, pki.TryLater, 0},
		"a broken list":               {[][]byte{seq([]byte{5, 0})}, pki.TryLater, 1},
		"a broken answer":             {[][]byte{other(idOCSP, []byte{5, 0})}, pki.TryLater, 1},
		"a broken list and an answer": {[][]byte{seq([]byte{5, 0}), other(idOCSP, answer)}, pki.OK, 1},
		"an unknown form":             {[][]byte{other([]int{1, 2, 3}, []byte{5, 0})}, pki.OK, 1},
		"an empty form":               {[][]byte{der.Element(der.Explicit(1), nil)}, pki.OK, 1},
		"something else":              {[][]byte{{5, 0}}, pki.FormatFailure, 1},
	} {
		g := *f
		g.revocation = tc.data
		opt := options(t)
		opt.Verifier.CRLs = nil
		r := cms.VerifyOctets(g.encode(t), cms.Octets(f.content), opt)
		if r.Reason != tc.want || len(r.Notes) != tc.notes {
			t.Errorf("%s: %s %v, want %s", name, r.Reason, r.Notes, tc.want)
		}
	}
}

func TestOtherCertificatesInTheMessageDoNotDisturb(t *testing.T) {
	f := newForge(t)
	own := f.certs
	f.certs = append([][]byte{der.Element(der.Explicit(1), seq()), certificate(t, "certs/b-fl512.cer").Raw}, own...)
	r := cms.VerifyOctets(f.encode(t), cms.Octets(f.content), options(t))
	if r.Verdict != pki.Passed || len(r.Notes) != 1 {
		t.Errorf("%s %v", r.Reason, r.Notes)
	}
	// What claims to be a certificate and is none makes the message malformed.
	f.certs = append([][]byte{seq([]byte{5, 0})}, own...)
	if r := cms.VerifyOctets(f.encode(t), cms.Octets(f.content), options(t)); r.Reason != pki.FormatFailure {
		t.Errorf("a broken certificate beside his: %s", r.Reason)
	}
}

func TestStampsAreLookedAtUpToALimit(t *testing.T) {
	f := newForge(t)
	var many [][]byte
	for i := range 60 {
		many = append(many, []byte{2, 1, byte(i)})
	}
	stampID := []int{1, 2, 840, 113549, 1, 9, 16, 2, 14}
	f.unsigned = [][]byte{attr(stampID, many...), attr(stampID, many...)}
	r := cms.VerifyOctets(f.encode(t), cms.Octets(f.content), options(t))
	if r.Verdict != pki.Passed || len(r.Signers[0].Stamps) != 65 {
		t.Errorf("%s, %d stamps", r.Reason, len(r.Signers[0].Stamps))
	}
}

func TestAMessageWithoutSignersIsNoSignature(t *testing.T) {
	body := seq([]byte{2, 1, 1}, der.Element(tag.SET, nil), seq(der.OID(cms.TypeData)), der.Element(tag.SET, nil))
	data := seq(der.OID(cms.TypeSignedData), der.Element(der.Explicit(0), body))
	r := cms.VerifyOctets(data, cms.Octets(nil), options(t))
	if r.Verdict != pki.Failed || r.Reason != pki.FormatFailure {
		t.Errorf("%s %s", r.Verdict, r.Reason)
	}
}

func TestBash256IsTakenAsDeployedAndNotStrictly(t *testing.T) {
	f := newForge(t)
	f.hash, f.digestAlg, f.sigAlg = pki.Bash256, oid.Bash256, oid.BignWithBash256
	f.attributes[1] = attr(idMessageDigest, octetString(pki.Bash256.Sum(f.content)))
	data := f.encode(t)
	if r := cms.VerifyOctets(data, cms.Octets(f.content), options(t)); r.Verdict != pki.Passed {
		t.Errorf("as deployed: %s", r.Reason)
	}
	opt := options(t)
	opt.Verifier.Profile = pki.ProfileBPKI
	if r := cms.VerifyOctets(data, cms.Octets(f.content), opt); r.Reason != pki.CryptoConstraintsFailure {
		t.Errorf("strictly: %s", r.Reason)
	}
}

func TestValuesInUnsignedAttributesHelpToFindThePath(t *testing.T) {
	idCertValues, idRevocationValues := []int{1, 2, 840, 113549, 1, 9, 16, 2, 23}, []int{1, 2, 840, 113549, 1, 9, 16, 2, 24}
	f := newForge(t)
	opt := cms.Options{At: pkidev.At, Verifier: pki.Verifier{Anchors: []*pki.Certificate{certificate(t, "certs/g-root.cer")}}}
	if r := cms.VerifyOctets(f.encode(t), cms.Octets(f.content), opt); r.Reason != pki.NoCertificateChainFound {
		t.Errorf("without values: %s", r.Reason)
	}
	f.unsigned = [][]byte{attr(idCertValues, seq(certificate(t, "certs/g-ruc.cer").Raw, seq([]byte{5, 0})))}
	if r := cms.VerifyOctets(f.encode(t), cms.Octets(f.content), opt); r.Verdict != pki.Passed || r.Level != cms.LevelBB {
		t.Errorf("with the authority: %s %s", r.Reason, r.Level)
	}
	// The basic response is the contents of the OCTET STRING of the whole one.
	whole := split(t, split(t, split(t, pkidev.File(t, "ocsp/g-fl1.resp"))[1])[0])[1]
	basic := whole[4:]
	revoked := revocations(t, pkidev.At, pki.Revocation{Serial: f.cert.Serial, At: year2026, Reason: pki.ReasonSuperseded}).Raw
	lists := func(raw []byte) []byte { return der.Element(der.Explicit(0), seq(raw)) }
	answers := func(raw []byte) []byte { return der.Element(der.Explicit(1), seq(raw)) }
	for name, tc := range map[string]struct {
		value []byte
		want  pki.Reason
		from  string
	}{
		"an answer":           {seq(answers(basic)), pki.OK, "ocsp"},
		"a list that revokes": {seq(lists(revoked)), pki.RevokedNoPOE, "crl"},
		"garbage":             {seq([]byte{5, 0}, lists([]byte{5, 0}), answers([]byte{5, 0})), pki.OK, ""},
		"no sequence":         {[]byte{5, 0}, pki.OK, ""},
	} {
		g := *f
		g.unsigned = append([][]byte{attr(idRevocationValues, tc.value)}, f.unsigned...)
		r := cms.VerifyOctets(g.encode(t), cms.Octets(f.content), opt)
		if r.Reason != tc.want || r.Signers[0].Chain.RevocationSource != tc.from {
			t.Errorf("%s: %s by %q %v", name, r.Reason, r.Signers[0].Chain.RevocationSource, r.Signers[0].Notes)
		}
	}
}
