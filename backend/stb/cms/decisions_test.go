package cms_test

import (
	"bytes"
	"testing"
	"time"

	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/cms"
	"akno/backend/stb/internal/der"
	"akno/backend/stb/internal/pkidev"
	"akno/backend/stb/ocsp"
	"akno/backend/stb/oid"
	"akno/backend/stb/pki"
)

// Where the standards leave a choice or contradict practice, a decision was made.
// Each is held here, under its number in the register; change one only together
// with its test.

// both verifies a message in the deployed and in the strict profile.
func both(t *testing.T, name string, data []byte, content cms.Content, deployed, strict pki.Reason) {
	t.Helper()
	for profile, want := range map[pki.Profile]pki.Reason{pki.ProfileGosSUOK: deployed, pki.ProfileBPKI: strict} {
		opt := options(t)
		opt.Verifier.Profile = profile
		if r := cms.VerifyOctets(data, content, opt); r.Reason != want {
			t.Errorf("%s, %s: %s %+v, want %s", name, profile, r.Reason, r.Signers, want)
		}
	}
}

func TestD1AbsentParametersAreReadAsDeployedAndNotStrictly(t *testing.T) {
	f := newForge(t)
	f.bare = true
	both(t, "signer", f.encode(t), cms.Octets(f.content), pki.OK, pki.FormatFailure)

	// A certificate: the inner and the outer identifier must be equal.
	full := der.Element(tag.SEQUENCE, append(der.OID(oid.BignWithHBelt), 5, 0))
	bare := der.Element(tag.SEQUENCE, der.OID(oid.BignWithHBelt))
	ca := certificate(t, "certs/g-ruc.cer")
	parts := split(t, f.cert.Raw)
	bareTBS := rebuild(t, parts[0], full, bare)
	for name, tc := range map[string]struct {
		tbs, outer []byte
		good       bool
	}{
		"both without": {bareTBS, bare, true}, "inner without": {bareTBS, full, false}, "outer without": {parts[0], bare, false},
	} {
		_, sig, err := pki.Sign(key(t, "g-ruc"), tc.tbs)
		if err != nil {
			t.Fatal(err)
		}
		raw := seq(tc.tbs, tc.outer, der.Element(tag.BIT_STRING, append([]byte{0}, sig...)))
		c, err := pki.ReadCertificate(raw)
		if err != nil {
			t.Fatal(err)
		}
		v := options(t).Verifier
		v.CRLs = nil
		if r := v.Verify(c, pki.PurposeSign, pkidev.At); (r.Verdict == pki.Passed) != tc.good {
			t.Errorf("%s: %s %v", name, r.Reason, r.Notes)
		}
		v.Profile = pki.ProfileBPKI
		if r := v.Verify(c, pki.PurposeSign, pkidev.At); r.Verdict == pki.Passed {
			t.Errorf("%s passes strictly", name)
		}
		if c.CheckSignatureFrom(ca) != nil {
			t.Errorf("%s: the signature itself is false", name)
		}
	}
}

func TestD2OnlyNamedCurvesAreTaken(t *testing.T) {
	c := certificate(t, "certs/g-fl1.cer")
	named := der.OID(oid.BignCurve256v1)
	for name, params := range map[string][]byte{"implicit": {5, 0}, "explicit": seq([]byte{2, 1, 1})} {
		raw := remake(t, c.Raw, key(t, "g-ruc"), func(x [][]byte) [][]byte {
			x[6] = rebuild(t, x[6], named, params)
			return x
		})
		r, err := pki.ReadCertificate(raw)
		if err != nil || r.PublicKey != nil || r.Defect() == nil {
			t.Errorf("%s parameters: %v", name, err)
		}
		if _, err := pki.ParsePublicKey(r.RawSubjectPublicKeyInfo); err == nil {
			t.Errorf("%s parameters give a key", name)
		}
	}
}

func TestD3AttributesOutsideOfDERAreVerifiedOverTheirDERForm(t *testing.T) {
	f := newForge(t)
	f.asIs = true
	der.SortSet(f.attributes)
	f.attributes[0], f.attributes[3] = f.attributes[3], f.attributes[0]
	both(t, "out of order", f.encode(t), cms.Octets(f.content), pki.OK, pki.FormatFailure)
}

func TestD4D5AStampKeepsASignatureGood(t *testing.T) {
	day := func(n int) time.Time { return year2026.AddDate(0, 0, n) }
	signer, tsa := certify(t, pki.KindPerson, 21, 60), certify(t, pki.KindTSA, 22, 300)
	doc := cms.Octets([]byte("document"))
	plain := mustSign(t, doc, cms.SignOptions{Certificate: signer.cert, Signer: signer.key, Time: day(10)})
	stamped := tsa.stamp(t, plain, day(20))
	opt := options(t)
	opt.At = day(100)
	opt.Verifier.CRLs = []*pki.RevocationList{revocations(t, day(100))}
	if r := cms.VerifyOctets(stamped, doc, opt); r.Reason != pki.OK {
		t.Errorf("D4, expired after the stamp: %s", r.Reason)
	}
	for since, want := range map[int]pki.Reason{15: pki.RevokedNoPOE, 25: pki.OK} {
		opt.Verifier.CRLs = []*pki.RevocationList{revocations(t, day(100), pki.Revocation{
			Serial: signer.cert.Serial, At: day(30), Reason: pki.ReasonKeyCompromise, InvalidSince: day(since),
		})}
		if r := cms.VerifyOctets(stamped, doc, opt); r.Reason != want {
			t.Errorf("D5, key lost on day %d, stamp on day 20: %s, want %s", since, r.Reason, want)
		}
	}
}

func TestD6D7AttributesDecideTheLevel(t *testing.T) {
	f := newForge(t)
	f.attributes = nil
	if r := cms.VerifyOctets(f.encode(t), cms.Octets(f.content), options(t)); r.Reason != pki.SigConstraintsFailure || r.Level != cms.LevelCMS {
		t.Errorf("D6, no signed attributes: %s %s", r.Reason, r.Level)
	}
	f = newForge(t)
	f.attributes = f.attributes[:2]
	if r := cms.VerifyOctets(f.encode(t), cms.Octets(f.content), options(t)); r.Reason != pki.OK || r.Level != cms.LevelCMS {
		t.Errorf("D7, neither time nor reference: %s %s", r.Reason, r.Level)
	}
}

func TestD8UnknownIsNoInformation(t *testing.T) {
	c, ca := certificate(t, "certs/g-fl1.cer"), certificate(t, "certs/g-ruc.cer")
	id, err := ocsp.NewCertID(c, ca)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := ocsp.CreateResponse([]ocsp.Single{{CertID: id, State: pki.StateUnknown, ThisUpdate: pkidev.At}}, pkidev.At, nil,
		certificate(t, "certs/g-ocsp.cer"), key(t, "g-ocsp"))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := ocsp.ParseResponse(raw)
	if err != nil {
		t.Fatal(err)
	}
	v := options(t).Verifier
	v.OCSP = []pki.StatusSource{answer}
	if r := v.Verify(c, pki.PurposeSign, pkidev.At); r.Reason != pki.OK || r.RevocationSource != "crl" {
		t.Errorf("the list beside it decides: %s by %q", r.Reason, r.RevocationSource)
	}
	v.CRLs = nil
	if r := v.Verify(c, pki.PurposeSign, pkidev.At); r.Reason != pki.TryLater {
		t.Errorf("nothing else: %s", r.Reason)
	}
}

func TestD9RevocationDataAreBindingOnceThereAreAny(t *testing.T) {
	revoked := certificate(t, "certs/neg/g-fl-revoked.cer")
	v := options(t).Verifier
	for name, tc := range map[string]struct {
		lists []*pki.RevocationList
		want  pki.Reason
	}{
		"none": {nil, pki.OK}, "the issuer's": {v.CRLs, pki.RevokedNoPOE}, "another's": {v.CRLs[1:], pki.TryLater},
	} {
		w := v
		w.CRLs = tc.lists
		if r := w.Verify(revoked, pki.PurposeSign, pkidev.At); r.Reason != tc.want {
			t.Errorf("%s: %s, want %s", name, r.Reason, tc.want)
		}
	}
}

func TestD10VersionAndListOfDigestsDecideNothing(t *testing.T) {
	f := newForge(t)
	data := f.encode(t)
	sd, err := cms.Parse(data)
	if err != nil || sd.Version != 1 {
		t.Fatal(err)
	}
	version := bytes.Index(data, []byte{2, 1, 1})
	for _, v := range []byte{0, 3, 5, 77} {
		changed := bytes.Clone(data)
		changed[version+2] = v
		both(t, "version", changed, cms.Octets(f.content), pki.OK, pki.ChainConstraintsFailure)
	}
	digests := der.Element(tag.SET, der.Element(tag.SEQUENCE, append(der.OID(oid.BeltHash), 5, 0)))
	for name, set := range map[string][]byte{"empty": {0x31, 0}, "another": der.Element(tag.SET, der.Element(tag.SEQUENCE, append(der.OID(oid.Bash512), 5, 0)))} {
		both(t, name, rebuild(t, data, digests, set), cms.Octets(f.content), pki.OK, pki.ChainConstraintsFailure)
	}
}

func TestD11Bash256IsTakenAsDeployedOnly(t *testing.T) {
	f := newForge(t)
	f.hash, f.digestAlg, f.sigAlg = pki.Bash256, oid.Bash256, oid.BignWithBash256
	f.attributes[1] = attr(idMessageDigest, octetString(pki.Bash256.Sum(f.content)))
	both(t, "bash256", f.encode(t), cms.Octets(f.content), pki.OK, pki.CryptoConstraintsFailure)
}

func TestD12BrokenCertificatesAreRefusedInBothProfiles(t *testing.T) {
	f := newForge(t)
	for name, change := range map[string]func(x [][]byte) [][]byte{
		"negative serial": func(x [][]byte) [][]byte { x[1] = []byte{2, 1, 0x85}; return x },
		"zero serial":     func(x [][]byte) [][]byte { x[1] = []byte{2, 1, 0}; return x },
		"v1 with extensions": func(x [][]byte) [][]byte {
			return x[1:]
		},
		"unused bits in the key": func(x [][]byte) [][]byte {
			x[6] = bytes.Replace(x[6], []byte{3, 0x41, 0}, []byte{3, 0x41, 1}, 1)
			return x
		},
	} {
		raw := remake(t, f.cert.Raw, key(t, "g-ruc"), change)
		c, err := pki.ReadCertificate(raw)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range []pki.Profile{pki.ProfileGosSUOK, pki.ProfileBPKI} {
			v := options(t).Verifier
			v.Profile, v.CRLs = p, nil
			if r := v.Verify(c, pki.PurposeSign, pkidev.At); r.Reason != pki.CertificateChainGeneralFailure {
				t.Errorf("%s, %s: %s", name, p, r.Reason)
			}
		}
	}
}

func TestD13AServiceWithMoreUsesIsTakenAsDeployedOnly(t *testing.T) {
	token, err := cms.ParseToken(pkidev.File(t, "tsp/g-order-ku.tst"))
	if err != nil {
		t.Fatal(err)
	}
	doc := cms.Octets(pkidev.File(t, "cms/order.txt"))
	for profile, want := range map[pki.Profile]pki.Reason{pki.ProfileGosSUOK: pki.OK, pki.ProfileBPKI: pki.ChainConstraintsFailure} {
		opt := options(t)
		opt.Verifier.Profile = profile
		if r := cms.VerifyToken(token, doc, opt); r.Reason != want {
			t.Errorf("%s: %s %v", profile, r.Reason, r.Notes)
		}
	}
}

func TestD14ClocksMayDifferByFiveMinutes(t *testing.T) {
	token, err := cms.ParseToken(pkidev.File(t, "tsp/g-order-ku.tst"))
	if err != nil {
		t.Fatal(err)
	}
	doc := cms.Octets(pkidev.File(t, "cms/order.txt"))
	for before, want := range map[time.Duration]pki.Reason{5 * time.Minute: pki.OK, 5*time.Minute + time.Second: pki.NotYetValid} {
		opt := options(t)
		opt.Verifier.CRLs = nil
		opt.At = token.Info.GenTime.Add(-before)
		if r := cms.VerifyToken(token, doc, opt); r.Reason != want {
			t.Errorf("a stamp %s ahead: %s, want %s", before, r.Reason, want)
		}
	}
	c := certificate(t, "certs/g-fl1.cer")
	v := options(t).Verifier
	v.CRLs = nil
	if r := v.Verify(c, pki.PurposeSign, c.NotAfter.Add(time.Second)); r.Reason != pki.OutOfBoundsNoPOE {
		t.Errorf("a second after the end of validity: %s", r.Reason)
	}
}

func TestD15SignaturesAreHedged(t *testing.T) {
	k := key(t, "g-fl1")
	hash := make([]byte, 32)
	a, err := k.SignHash(oid.BeltHashDER, hash)
	if err != nil {
		t.Fatal(err)
	}
	b, err := k.SignHash(oid.BeltHashDER, hash)
	if err != nil || bytes.Equal(a, b) {
		t.Errorf("two signatures of one message are equal: %v", err)
	}
}

func TestD16ABackdatedClaimSavesNothing(t *testing.T) {
	signer := certify(t, pki.KindPerson, 23, 60)
	day := func(n int) time.Time { return year2026.AddDate(0, 0, n) }
	doc := cms.Octets([]byte("document"))
	data := mustSign(t, doc, cms.SignOptions{Certificate: signer.cert, Signer: signer.key, Time: day(10)})
	opt := options(t)
	opt.At = day(40)
	opt.Verifier.CRLs = []*pki.RevocationList{revocations(t, day(40), pki.Revocation{Serial: signer.cert.Serial, At: day(30), Reason: pki.ReasonSuperseded})}
	r := cms.VerifyOctets(data, doc, opt)
	if r.Reason != pki.RevokedNoPOE || !r.Signers[0].BestTime.Equal(opt.At) || !r.Signers[0].SigningTime.Equal(day(10)) {
		t.Errorf("%s at %s, claimed %s", r.Reason, r.Signers[0].BestTime, r.Signers[0].SigningTime)
	}
}
