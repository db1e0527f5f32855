package cms_test

import (
	"testing"
	"time"

	"akno/backend/stb/bign"
	"akno/backend/stb/cms"
	"akno/backend/stb/internal/pkidev"
	"akno/backend/stb/pki"
	"akno/backend/stb/tsp"
)

// member is a holder that g-ruc certified for a test.
type member struct {
	cert *pki.Certificate
	key  *bign.PrivateKey
}

var year2026 = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// certify makes a holder whose certificate ends after some days of 2026.
func certify(t testing.TB, kind pki.Kind, serial byte, days int) member {
	t.Helper()
	k, err := bign.GenerateKey(bign.Curve256v1())
	if err != nil {
		t.Fatal(err)
	}
	tmpl := pki.NewTemplate(kind, pki.ProfileGosSUOK)
	tmpl.Serial, tmpl.Subject = pki.Serial([]byte{serial}), certificate(t, "certs/g-fl1.cer").Subject
	tmpl.NotBefore, tmpl.NotAfter = year2026, year2026.AddDate(0, 0, days)
	raw, err := pki.CreateCertificate(tmpl, certificate(t, "certs/g-ruc.cer"), k.PublicKey(), key(t, "g-ruc"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := pki.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return member{c, k}
}

// revocations is a list of g-ruc that is in force around a time.
func revocations(t testing.TB, at time.Time, entries ...pki.Revocation) *pki.RevocationList {
	t.Helper()
	raw, err := pki.CreateRevocationList(&pki.RevocationListTemplate{
		Number: pki.NumberSerial(1), ThisUpdate: at.Add(-time.Hour), NextUpdate: at.Add(time.Hour), Entries: entries,
	}, certificate(t, "certs/g-ruc.cer"), key(t, "g-ruc"))
	if err != nil {
		t.Fatal(err)
	}
	l, err := pki.ParseRevocationList(raw)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func (m member) stamp(t testing.TB, sig []byte, at time.Time) []byte {
	t.Helper()
	s := &tsp.Service{Certificate: m.cert, Signer: m.key}
	token, err := s.Stamp(tsp.Imprint(pki.BeltHash, pki.BeltHash.Sum(signatureOf(t, sig, 0)), nil), "\x05", at)
	if err != nil {
		t.Fatal(err)
	}
	out, err := cms.AddStamp(sig, 0, token)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestBestTimeDecidesAboutSignerAndService(t *testing.T) {
	day := func(n int) time.Time { return year2026.AddDate(0, 0, n) }
	signer, tsa := certify(t, pki.KindPerson, 11, 60), certify(t, pki.KindTSA, 12, 300)
	doc := cms.Octets(pkidev.File(t, "cms/order.txt"))
	plain := mustSign(t, doc, cms.SignOptions{Certificate: signer.cert, Signer: signer.key, Time: day(10)})
	revoke := func(m member, when int, reason pki.RevocationReason, since int) pki.Revocation {
		r := pki.Revocation{Serial: m.cert.Serial, At: day(when), Reason: reason}
		if since > 0 {
			r.InvalidSince = day(since)
		}
		return r
	}
	now := day(100)
	for name, tc := range map[string]struct {
		stamps []int
		now    time.Time
		lists  []pki.Revocation
		want   pki.Reason
		level  cms.Level
	}{
		"expired, no stamp":                      {nil, now, nil, pki.OutOfBoundsNoPOE, cms.LevelBB},
		"expired, stamped in time":               {[]int{20}, now, nil, pki.OK, cms.LevelBT},
		"expired, stamped too late":              {[]int{70}, now, nil, pki.OutOfBoundsNoPOE, cms.LevelBT},
		"expired, the earlier stamp counts":      {[]int{70, 20}, now, nil, pki.OK, cms.LevelBT},
		"the last second":                        {[]int{60}, now, nil, pki.OK, cms.LevelBT},
		"the service expired too":                {[]int{20}, day(301), nil, pki.OutOfBoundsNoPOE, cms.LevelBB},
		"revoked after the stamp":                {[]int{20}, now, []pki.Revocation{revoke(signer, 30, pki.ReasonSuperseded, 0)}, pki.OK, cms.LevelBT},
		"revoked before the stamp":               {[]int{40}, now, []pki.Revocation{revoke(signer, 30, pki.ReasonSuperseded, 0)}, pki.RevokedNoPOE, cms.LevelBT},
		"key lost before the stamp":              {[]int{20}, now, []pki.Revocation{revoke(signer, 30, pki.ReasonKeyCompromise, 15)}, pki.RevokedNoPOE, cms.LevelBT},
		"key lost after the stamp":               {[]int{20}, now, []pki.Revocation{revoke(signer, 30, pki.ReasonKeyCompromise, 25)}, pki.OK, cms.LevelBT},
		"an invalidity date without a lost key":  {[]int{20}, now, []pki.Revocation{revoke(signer, 30, pki.ReasonSuperseded, 15)}, pki.OK, cms.LevelBT},
		"suspended after the stamp":              {[]int{20}, day(50), []pki.Revocation{revoke(signer, 30, pki.ReasonCertificateHold, 0)}, pki.OK, cms.LevelBT},
		"suspended, no stamp":                    {nil, day(50), []pki.Revocation{revoke(signer, 30, pki.ReasonCertificateHold, 0)}, pki.TryLater, cms.LevelBB},
		"the service closed after the stamp":     {[]int{20}, now, []pki.Revocation{revoke(tsa, 30, pki.ReasonCessationOfOperation, 0)}, pki.OK, cms.LevelBT},
		"the service closed before the stamp":    {[]int{40}, now, []pki.Revocation{revoke(tsa, 30, pki.ReasonCessationOfOperation, 0)}, pki.OutOfBoundsNoPOE, cms.LevelBB},
		"the service lost its key":               {[]int{20}, now, []pki.Revocation{revoke(tsa, 30, pki.ReasonKeyCompromise, 0)}, pki.OutOfBoundsNoPOE, cms.LevelBB},
		"the service was revoked without reason": {[]int{20}, now, []pki.Revocation{revoke(tsa, 30, pki.ReasonUnspecified, 0)}, pki.OutOfBoundsNoPOE, cms.LevelBB},
	} {
		t.Run(name, func(t *testing.T) {
			sig := plain
			for _, n := range tc.stamps {
				sig = tsa.stamp(t, sig, day(n))
			}
			opt := options(t)
			opt.At = tc.now
			opt.Verifier.CRLs = []*pki.RevocationList{revocations(t, tc.now, tc.lists...)}
			opt.Verifier.Intermediates = append(opt.Verifier.Intermediates, tsa.cert)
			r := cms.VerifyOctets(sig, doc, opt)
			if r.Reason != tc.want || r.Level != tc.level {
				t.Errorf("got %s %s %v, want %s %s", r.Reason, r.Level, r.Signers[0].Notes, tc.want, tc.level)
			}
		})
	}
}

func TestAStampOfTheContentMustNotFollowTheStampOfTheSignature(t *testing.T) {
	f := newForge(t)
	f.attributes = append(f.attributes, attr(idContentStamp, stamp(t, "g-tsa", f.content, pkidev.At.Add(-time.Minute))))
	data := f.encode(t)
	for at, want := range map[time.Duration]pki.Reason{0: pki.OK, -time.Hour: pki.TimestampOrderFailure} {
		r := cms.VerifyOctets(mustStamp(t, data, pkidev.At.Add(at)), cms.Octets(f.content), options(t))
		if r.Reason != want {
			t.Errorf("%v: %s, want %s", at, r.Reason, want)
		}
	}
}
