package pki_test

import (
	"bytes"
	"testing"
	"time"

	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/bign"
	"akno/backend/stb/internal/der"
	"akno/backend/stb/internal/pkidev"
	"akno/backend/stb/pki"
)

func TestListsDecideOnlyWhenTheyMay(t *testing.T) {
	root, ca := hierarchy(t, pki.ProfileGosSUOK)
	other := issue(t, root, pki.KindIssuing, pki.ProfileGosSUOK, simpleName(t, "Other"), bign.Curve256v1(), nil)
	holder := person(t, ca, nil)
	revoked := pki.Revocation{Serial: holder.cert.Serial, At: pkidev.At.Add(-time.Hour), Reason: pki.ReasonSuperseded}
	held := pki.Revocation{Serial: holder.cert.Serial, At: pkidev.At.Add(-time.Hour), Reason: pki.ReasonCertificateHold}
	stale := func(l *pki.RevocationListTemplate) {
		l.ThisUpdate, l.NextUpdate = pkidev.At.Add(-72*time.Hour), pkidev.At.Add(-time.Second)
	}
	future := func(l *pki.RevocationListTemplate) {
		l.ThisUpdate, l.NextUpdate = pkidev.At.Add(time.Hour), pkidev.At.Add(2*time.Hour)
	}
	older := func(l *pki.RevocationListTemplate) { l.ThisUpdate = pkidev.At.Add(-2 * time.Hour) }
	rootList := issueList(t, root, nil)
	caRevoked := pki.Revocation{Serial: ca.cert.Serial, At: pkidev.At.Add(-time.Hour), Reason: pki.ReasonCACompromise}
	for name, tc := range map[string]struct {
		lists []*pki.RevocationList
		want  pki.Reason
	}{
		"no lists":                          {nil, pki.OK},
		"not listed":                        {[]*pki.RevocationList{issueList(t, ca, nil), rootList}, pki.OK},
		"revoked":                           {[]*pki.RevocationList{issueList(t, ca, nil, revoked), rootList}, pki.RevokedNoPOE},
		"on hold":                           {[]*pki.RevocationList{issueList(t, ca, nil, held)}, pki.TryLater},
		"hold was lifted by a newer list":   {[]*pki.RevocationList{issueList(t, ca, older, held), issueList(t, ca, nil)}, pki.OK},
		"revoked by an older list":          {[]*pki.RevocationList{issueList(t, ca, older, revoked), issueList(t, ca, nil)}, pki.RevokedNoPOE},
		"stale":                             {[]*pki.RevocationList{issueList(t, ca, stale), rootList}, pki.TryLater},
		"stale and revoked":                 {[]*pki.RevocationList{issueList(t, ca, stale, revoked)}, pki.RevokedNoPOE},
		"issued in the future":              {[]*pki.RevocationList{issueList(t, ca, future)}, pki.TryLater},
		"a list of another authority":       {[]*pki.RevocationList{issueList(t, other, nil)}, pki.TryLater},
		"authority revoked":                 {[]*pki.RevocationList{issueList(t, ca, nil), issueList(t, root, nil, caRevoked)}, pki.RevokedCANoPOE},
		"list of the authority's own stale": {[]*pki.RevocationList{issueList(t, ca, nil), issueList(t, root, stale)}, pki.TryLater},
	} {
		t.Run(name, func(t *testing.T) {
			v := verifier(root, ca)
			v.CRLs = tc.lists
			if r := v.Verify(holder.cert, pki.PurposeSign, pkidev.At); r.Reason != tc.want {
				t.Errorf("got %s %v, want %s", r.Reason, r.Notes, tc.want)
			}
		})
	}
	v := verifier(root, ca)
	v.RequireRevocation = true
	if r := v.Verify(holder.cert, pki.PurposeSign, pkidev.At); r.Reason != pki.TryLater {
		t.Errorf("required and absent: %s", r.Reason)
	}
	v.CRLs = []*pki.RevocationList{issueList(t, ca, nil, revoked), rootList}
	if r := v.VerifyPast(holder.cert, pki.PurposeSign, revoked.At.Add(-time.Second), pkidev.At); r.Reason != pki.OK {
		t.Errorf("used before the revocation: %s", r.Reason)
	}
	if r := v.VerifyPast(holder.cert, pki.PurposeSign, revoked.At, pkidev.At); r.Reason != pki.RevokedNoPOE {
		t.Errorf("used at the revocation: %s", r.Reason)
	}
	v.CRLs, v.MaxCRLAge = []*pki.RevocationList{issueList(t, ca, nil), rootList}, 30*time.Minute
	if r := v.Verify(holder.cert, pki.PurposeSign, pkidev.At); r.Reason != pki.TryLater {
		t.Errorf("older than the caller allows: %s", r.Reason)
	}
}

func TestListSignedByAnotherKeyIsIgnored(t *testing.T) {
	root, ca := hierarchy(t, pki.ProfileGosSUOK)
	holder := person(t, ca, nil)
	thief := &subject{cert: ca.cert, key: newKey(t, bign.Curve256v1())}
	l := issueList(t, ca, nil, pki.Revocation{Serial: holder.cert.Serial, At: begin})
	raw := mutate(t, l.Raw, thief.key, func(f [][]byte) [][]byte { return f })
	forged, err := pki.ParseRevocationList(raw)
	if err != nil {
		t.Fatal(err)
	}
	v := verifier(root, ca)
	v.CRLs = []*pki.RevocationList{forged, issueList(t, ca, nil)}
	if r := v.Verify(holder.cert, pki.PurposeSign, pkidev.At); r.Reason != pki.OK || len(r.Notes) == 0 {
		t.Errorf("beside a true list: %s %v", r.Reason, r.Notes)
	}
	v.CRLs = v.CRLs[:1]
	if r := v.Verify(holder.cert, pki.PurposeSign, pkidev.At); r.Reason != pki.TryLater {
		t.Errorf("alone: %s", r.Reason)
	}
}

func TestListsThatNarrowTheirScopeAreUnderstood(t *testing.T) {
	root, ca := hierarchy(t, pki.ProfileGosSUOK)
	holder := person(t, ca, nil)
	empty := issueList(t, ca, nil)
	scoped := func(extensions ...[]byte) *pki.RevocationList {
		raw := mutate(t, empty.Raw, ca.key, func(f [][]byte) [][]byte {
			list := append(children(t, children(t, f[len(f)-1])[0]), extensions...)
			f[len(f)-1] = der.Element(der.Explicit(0), der.Element(tag.SEQUENCE, bytes.Join(list, nil)))
			return f
		})
		l, err := pki.ParseRevocationList(raw)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	point := func(value ...byte) []byte { return extension([]int{2, 5, 29, 28}, true, value) }
	for name, tc := range map[string]struct {
		list *pki.RevocationList
		want pki.Reason
	}{
		"users only":                 {scoped(point(0x30, 3, 0x81, 1, 0xff)), pki.OK},
		"authorities only":           {scoped(point(0x30, 3, 0x82, 1, 0xff)), pki.TryLater},
		"indirect":                   {scoped(point(0x30, 3, 0x84, 1, 0xff)), pki.TryLater},
		"some reasons only":          {scoped(point(0x30, 4, 0x83, 2, 6, 0x40)), pki.TryLater},
		"unknown critical extension": {scoped(extension([]int{1, 2, 3}, true, []byte{5, 0})), pki.TryLater},
		"delta list":                 {scoped(extension([]int{2, 5, 29, 27}, true, []byte{2, 1, 1})), pki.TryLater},
		"unknown extension":          {scoped(extension([]int{1, 2, 3}, false, []byte{5, 0})), pki.OK},
	} {
		v := verifier(root, ca)
		v.CRLs = []*pki.RevocationList{tc.list}
		if r := v.Verify(holder.cert, pki.PurposeSign, pkidev.At); r.Reason != tc.want {
			t.Errorf("%s: got %s %v, want %s", name, r.Reason, r.Notes, tc.want)
		}
	}
}

func TestMalformedListsAreRefused(t *testing.T) {
	_, ca := hierarchy(t, pki.ProfileGosSUOK)
	l := issueList(t, ca, nil, pki.Revocation{Serial: "\x05", At: begin})
	const atEntries = 5
	entry := func(parts ...[]byte) []byte {
		return der.Element(tag.SEQUENCE, der.Element(tag.SEQUENCE, bytes.Join(parts, nil)))
	}
	when := der.Element(tag.UTCTime, []byte("260101000000Z"))
	for name, change := range map[string]func(f [][]byte) [][]byte{
		"version 1":       func(f [][]byte) [][]byte { return f[1:] },
		"version 3":       func(f [][]byte) [][]byte { f[0] = []byte{2, 1, 2}; return f },
		"empty list":      func(f [][]byte) [][]byte { f[atEntries] = []byte{0x30, 0}; return f },
		"negative serial": func(f [][]byte) [][]byte { f[atEntries] = entry([]byte{2, 1, 0xff}, when); return f },
		"long serial":     func(f [][]byte) [][]byte { f[atEntries] = entry([]byte{2, 2, 0, 1}, when); return f },
		"no date":         func(f [][]byte) [][]byte { f[atEntries] = entry([]byte{2, 1, 1}); return f },
		"impossible date": func(f [][]byte) [][]byte {
			f[atEntries] = entry([]byte{2, 1, 1}, der.Element(tag.UTCTime, []byte("261301000000Z")))
			return f
		},
		"reason 7":          func(f [][]byte) [][]byte { f[atEntries][len(f[atEntries])-1] = 7; return f },
		"trailing element":  func(f [][]byte) [][]byte { return append(f, []byte{5, 0}) },
		"update backwards":  func(f [][]byte) [][]byte { f[3], f[4] = f[4], f[3]; return f },
		"other algorithm":   func(f [][]byte) [][]byte { f[1] = der.Element(tag.SEQUENCE, f[1][2:13]); return f },
		"duplicate in list": func(f [][]byte) [][]byte { return doubled(t, f) },
	} {
		if _, err := pki.ParseRevocationList(mutate(t, l.Raw, ca.key, change)); err == nil {
			t.Errorf("%s: parsed", name)
		}
	}
	if _, err := pki.ParseRevocationList(append(bytes.Clone(l.Raw), 0)); err == nil {
		t.Error("trailing octet: parsed")
	}
}

// doubled repeats the last extension of a list.
func doubled(t testing.TB, f [][]byte) [][]byte {
	list := children(t, children(t, f[len(f)-1])[0])
	list = append(list, list[len(list)-1])
	f[len(f)-1] = der.Element(der.Explicit(0), der.Element(tag.SEQUENCE, bytes.Join(list, nil)))
	return f
}

func TestAListAnswersForItself(t *testing.T) {
	root, ca := hierarchy(t, pki.ProfileGosSUOK)
	l := issueList(t, ca, nil)
	thief := &subject{cert: ca.cert, key: newKey(t, bign.Curve256v1())}
	forged, err := pki.ParseRevocationList(mutate(t, l.Raw, thief.key, func(f [][]byte) [][]byte { return f }))
	if err != nil {
		t.Fatal(err)
	}
	silent := issue(t, root, pki.KindIssuing, pki.ProfileGosSUOK, simpleName(t, "Silent"), bign.Curve256v1(),
		func(tmpl *pki.Template) { tmpl.KeyUsage = pki.UseCertSign })
	for name, tc := range map[string]struct {
		list   *pki.RevocationList
		issuer *subject
		at     time.Time
		want   pki.Reason
	}{
		"in force":           {l, ca, pkidev.At, pki.OK},
		"first second":       {l, ca, l.ThisUpdate, pki.OK},
		"last second":        {l, ca, l.NextUpdate, pki.OK},
		"before":             {l, ca, l.ThisUpdate.Add(-time.Second), pki.TryLater},
		"after":              {l, ca, l.NextUpdate.Add(time.Second), pki.TryLater},
		"another issuer":     {l, root, pkidev.At, pki.NoCertificateChainFound},
		"false signature":    {forged, ca, pkidev.At, pki.SigCryptoFailure},
		"issuer may not":     {issueList(t, silent, nil), silent, pkidev.At, pki.ChainConstraintsFailure},
		"issuer's namesake":  {l, &subject{cert: issue(t, nil, pki.KindRoot, pki.ProfileGosSUOK, ca.cert.Subject, bign.Curve256v1(), nil).cert}, pkidev.At, pki.SigCryptoFailure},
		"a list of the peer": {list(t, "crl/g-ruc.crl"), &subject{cert: certificate(t, "certs/g-ruc.cer")}, pkidev.At, pki.OK},
	} {
		if got, err := tc.list.Verify(tc.issuer.cert, tc.at); got != tc.want || (err == nil) != (got == pki.OK) {
			t.Errorf("%s: %s %v, want %s", name, got, err, tc.want)
		}
	}
}
