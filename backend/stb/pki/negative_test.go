package pki_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/bign"
	"akno/backend/stb/internal/der"
	"akno/backend/stb/internal/pkidev"
	"akno/backend/stb/pki"
)

// Places of the fields of a tbsCertificate.
const (
	atVersion = iota
	atSerial
	atAlgorithm
	atIssuer
	atValidity
	atSubject
	atKey
	atExtensions
)

func extension(id []int, critical bool, value []byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(id)
		if critical {
			b.AddASN1Boolean(true)
		}
		b.AddASN1OctetString(value)
	})
	return b.BytesOrPanic()
}

// withExtensions replaces the extensions of a tbsCertificate.
func withExtensions(t testing.TB, f [][]byte, change func(list [][]byte) [][]byte) [][]byte {
	list := children(t, children(t, f[atExtensions])[0])
	f[atExtensions] = der.Element(der.Explicit(3), der.Element(tag.SEQUENCE, bytes.Join(change(list), nil)))
	return f
}

// broken names the rule that each of the certificates below breaks, in the words of the error.
var broken = map[string]string{
	"v1 with extensions":                "version is not 3",
	"v2 with extensions":                "version is not 3",
	"no extensions":                     "no extensions",
	"negative serial":                   "serial number is not a positive number",
	"zero serial":                       "serial number is not a positive number",
	"serial of 21 octets":               "serial number is not a positive number of at most 20 octets",
	"serial with needless octets":       "serial number is not a positive number",
	"inner and outer algorithms differ": "inner and outer signature algorithms differ",
	"trailing element":                  "extensions: pki: malformed structure",
	"trailing element among extensions": "extensions: pki: malformed structure",
	"duplicate extension":               "an extension stands twice",
	"explicit FALSE":                    "extensions: pki: malformed structure",
	"key usage that does not decode":    "extension does not decode: keyUsage",
	"basic constraints with a path length and no authority": "extension does not decode: basicConstraints",
	"key with unused bits":        "unacceptable public key",
	"key off the curve":           "unacceptable public key",
	"30 February":                 "validity: pki: malformed structure",
	"no seconds":                  "validity: pki: malformed structure",
	"local time":                  "validity: pki: malformed structure",
	"GeneralizedTime before 2050": "validity: pki: malformed structure",
	"validity backwards":          "validity ends before it begins",
	"trailing octet":              "outer structure: pki: malformed structure",
	"fourth element":              "signature: pki: malformed structure",
	"two elements":                "signature: pki: malformed structure",
	"unused bits in signature":    "signature has unused bits",
	"indefinite length":           "outer structure: pki: malformed structure",
	"length longer than needed":   "outer structure: pki: malformed structure",
	"cut in the middle":           "outer structure: pki: malformed structure",
	"nothing":                     "outer structure: pki: malformed structure",
	"algorithm with two elements": "signature algorithm: pki: malformed structure",
}

// saysWhatIsBroken reports whether an error names the rule of the case.
func saysWhatIsBroken(name string, err error) bool {
	return broken[name] != "" && err != nil && strings.Contains(err.Error(), broken[name])
}

func TestCertificatesThatBreakARuleAreRefusedByNameAndByPath(t *testing.T) {
	root, ca := hierarchy(t, pki.ProfileGosSUOK)
	v := verifier(root, ca)
	holder := person(t, ca, nil)
	when := func(notBefore, notAfter []byte) []byte {
		return der.Element(tag.SEQUENCE, append(notBefore, notAfter...))
	}
	utc := func(s string) []byte { return der.Element(tag.UTCTime, []byte(s)) }
	general := func(s string) []byte { return der.Element(tag.GeneralizedTime, []byte(s)) }
	for name, change := range map[string]func(f [][]byte) [][]byte{
		"v1 with extensions": func(f [][]byte) [][]byte { return f[atSerial:] },
		"v2 with extensions": func(f [][]byte) [][]byte {
			f[atVersion] = der.Element(der.Explicit(0), []byte{2, 1, 1})
			return f
		},
		"no extensions":   func(f [][]byte) [][]byte { return f[:atExtensions] },
		"negative serial": func(f [][]byte) [][]byte { f[atSerial] = []byte{2, 1, 0x80}; return f },
		"zero serial":     func(f [][]byte) [][]byte { f[atSerial] = []byte{2, 1, 0}; return f },
		"serial of 21 octets": func(f [][]byte) [][]byte {
			f[atSerial] = der.Element(tag.INTEGER, bytes.Repeat([]byte{1}, 21))
			return f
		},
		"serial with needless octets": func(f [][]byte) [][]byte { f[atSerial] = []byte{2, 2, 0, 1}; return f },
		"inner and outer algorithms differ": func(f [][]byte) [][]byte {
			f[atAlgorithm] = der.Element(tag.SEQUENCE, f[atAlgorithm][2:13])
			return f
		},
		"trailing element": func(f [][]byte) [][]byte { return append(f, []byte{5, 0}) },
		"trailing element among extensions": func(f [][]byte) [][]byte {
			return withExtensions(t, f, func(l [][]byte) [][]byte { return append(l, []byte{5, 0}) })
		},
		"duplicate extension": func(f [][]byte) [][]byte {
			return withExtensions(t, f, func(l [][]byte) [][]byte { return append(l, l[0]) })
		},
		"explicit FALSE": func(f [][]byte) [][]byte {
			return withExtensions(t, f, func(l [][]byte) [][]byte {
				body := append(der.OID([]int{1, 2, 3}), 1, 1, 0, 4, 0)
				return append(l, der.Element(tag.SEQUENCE, body))
			})
		},
		"key usage that does not decode": func(f [][]byte) [][]byte {
			return withExtensions(t, f, func(l [][]byte) [][]byte {
				return append(dropExtension(t, l, 15), extension([]int{2, 5, 29, 15}, true, []byte{3, 0}))
			})
		},
		"basic constraints with a path length and no authority": func(f [][]byte) [][]byte {
			return withExtensions(t, f, func(l [][]byte) [][]byte {
				return append(dropExtension(t, l, 19), extension([]int{2, 5, 29, 19}, true, []byte{0x30, 3, 2, 1, 0}))
			})
		},
		"key with unused bits": func(f [][]byte) [][]byte {
			f[atKey] = bytes.Replace(f[atKey], []byte{3, 0x41, 0}, []byte{3, 0x41, 1}, 1)
			return f
		},
		"key off the curve": func(f [][]byte) [][]byte { f[atKey][len(f[atKey])-1] ^= 1; return f },
		"30 February": func(f [][]byte) [][]byte {
			f[atValidity] = when(utc("260230000000Z"), utc("300101000000Z"))
			return f
		},
		"no seconds": func(f [][]byte) [][]byte {
			f[atValidity] = when(utc("2602200000Z"), utc("300101000000Z"))
			return f
		},
		"local time": func(f [][]byte) [][]byte {
			f[atValidity] = when(utc("260220000000+0300"), utc("300101000000Z"))
			return f
		},
		"GeneralizedTime before 2050": func(f [][]byte) [][]byte {
			f[atValidity] = when(utc("260220000000Z"), general("20300101000000Z"))
			return f
		},
		"validity backwards": func(f [][]byte) [][]byte {
			f[atValidity] = when(utc("300101000000Z"), utc("260101000000Z"))
			return f
		},
	} {
		t.Run(name, func(t *testing.T) {
			raw := mutate(t, holder.cert.Raw, ca.key, change)
			if _, err := pki.ParseCertificate(raw); !saysWhatIsBroken(name, err) {
				t.Errorf("%v, want %q", err, broken[name])
			}
			c, err := pki.ReadCertificate(raw)
			if err != nil {
				if !errors.Is(err, pki.ErrMalformed) {
					t.Errorf("an error of another kind: %v", err)
				}
				return
			}
			if r := v.Verify(c, pki.PurposeAny, pkidev.At); r.Reason != pki.CertificateChainGeneralFailure {
				t.Errorf("got %s %v", r.Reason, r.Notes)
			}
		})
	}
}

// dropExtension removes the extension id-ce n.
func dropExtension(t testing.TB, list [][]byte, n int) [][]byte {
	var out [][]byte
	for _, e := range list {
		if !bytes.Equal(children(t, e)[0], der.OID([]int{2, 5, 29, n})) {
			out = append(out, e)
		}
	}
	return out
}

func TestOuterStructureIsStrict(t *testing.T) {
	_, ca := hierarchy(t, pki.ProfileGosSUOK)
	parts := children(t, ca.cert.Raw)
	join := func(p ...[]byte) []byte { return der.Element(tag.SEQUENCE, bytes.Join(p, nil)) }
	unused := bytes.Clone(parts[2])
	unused[2] = 1
	indefinite := append([]byte{0x30, 0x80}, append(bytes.Join(parts, nil), 0, 0)...)
	long := append([]byte{0x30, 0x83, 0}, ca.cert.Raw[2:]...)
	for name, raw := range map[string][]byte{
		"trailing octet":              append(bytes.Clone(ca.cert.Raw), 0),
		"fourth element":              join(parts[0], parts[1], parts[2], []byte{5, 0}),
		"two elements":                join(parts[0], parts[1]),
		"unused bits in signature":    join(parts[0], parts[1], unused),
		"indefinite length":           indefinite,
		"length longer than needed":   long,
		"cut in the middle":           ca.cert.Raw[:100],
		"nothing":                     nil,
		"algorithm with two elements": join(parts[0], der.Element(tag.SEQUENCE, append(parts[1][2:], 5, 0)), parts[2]),
	} {
		if _, err := pki.ParseCertificate(raw); !saysWhatIsBroken(name, err) {
			t.Errorf("%s: %v, want %q", name, err, broken[name])
		}
	}
}

func TestAlgorithmOfAnotherLevelIsNotASignature(t *testing.T) {
	root, ca := hierarchy(t, pki.ProfileGosSUOK)
	holder := person(t, ca, nil)
	parts := children(t, holder.cert.Raw)
	for _, last := range []byte{14, 15} {
		alg := bytes.Clone(parts[1])
		alg[12] = last // bign-with-bash384, -bash512
		tbs := bytes.Replace(parts[0], parts[1], alg, 1)
		c, err := pki.ParseCertificate(sign(t, tbs, alg, ca.key))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.CheckSignatureFrom(ca.cert); !errors.Is(err, pki.ErrAlgorithm) {
			t.Errorf("…%d: %v", last, err)
		}
		if r := verifier(root, ca).Verify(c, pki.PurposeAny, pkidev.At); r.Verdict == pki.Passed {
			t.Errorf("…%d passed", last)
		}
	}
}

func TestPathRules(t *testing.T) {
	root, ca := hierarchy(t, pki.ProfileGosSUOK)
	narrow := issue(t, root, pki.KindIssuing, pki.ProfileGosSUOK, simpleName(t, "Narrow"), bign.Curve256v1(),
		func(tmpl *pki.Template) { tmpl.MaxPathLen = 0 })
	below := issue(t, narrow, pki.KindIssuing, pki.ProfileGosSUOK, simpleName(t, "Below"), bign.Curve256v1(), nil)
	noSign := issue(t, root, pki.KindIssuing, pki.ProfileGosSUOK, simpleName(t, "No sign"), bign.Curve256v1(),
		func(tmpl *pki.Template) { tmpl.KeyUsage = pki.UseCRLSign })
	odd := issue(t, root, pki.KindIssuing, pki.ProfileGosSUOK, simpleName(t, "Odd"), bign.Curve256v1(),
		func(tmpl *pki.Template) {
			tmpl.Extra = []pki.Extension{{OID: []int{1, 2, 3, 4}, Critical: true, Value: []byte{5, 0}}}
		})
	short := issue(t, root, pki.KindIssuing, pki.ProfileGosSUOK, simpleName(t, "Short"), bign.Curve256v1(),
		func(tmpl *pki.Template) { tmpl.NotAfter = pkidev.At.Add(-time.Second) })
	end := person(t, ca, nil)
	v := verifier(root, ca, narrow, below, noSign, odd, short, end)
	for name, tc := range map[string]struct {
		issuer *subject
		change func(*pki.Template)
		want   pki.Reason
	}{
		"direct":                             {ca, nil, pki.OK},
		"path of the allowed length":         {narrow, nil, pki.OK},
		"path longer than allowed":           {below, nil, pki.CertificateChainGeneralFailure},
		"issued by an end entity":            {end, nil, pki.CertificateChainGeneralFailure},
		"issuer may not sign certificates":   {noSign, nil, pki.CertificateChainGeneralFailure},
		"issuer has an unknown critical ext": {odd, nil, pki.CertificateChainGeneralFailure},
		"issuer expired":                     {short, nil, pki.OutOfBoundsNoPOE},
		"unknown critical extension": {ca, func(tmpl *pki.Template) {
			tmpl.Extra = []pki.Extension{{OID: []int{1, 2, 3, 4}, Critical: true}}
		}, pki.CertificateChainGeneralFailure},
		"unknown extension": {ca, func(tmpl *pki.Template) {
			tmpl.Extra = []pki.Extension{{OID: []int{1, 2, 3, 4}}}
		}, pki.OK},
		"not yet in force":    {ca, func(tmpl *pki.Template) { tmpl.NotBefore = pkidev.At.Add(time.Second) }, pki.OutOfBoundsNoPOE},
		"no longer in force":  {ca, func(tmpl *pki.Template) { tmpl.NotAfter = pkidev.At.Add(-time.Second) }, pki.OutOfBoundsNoPOE},
		"first second counts": {ca, func(tmpl *pki.Template) { tmpl.NotBefore = pkidev.At }, pki.OK},
		"last second counts":  {ca, func(tmpl *pki.Template) { tmpl.NotAfter = pkidev.At }, pki.OK},
		"no signing use":      {ca, func(tmpl *pki.Template) { tmpl.KeyUsage = pki.UseKeyEncipherment }, pki.ChainConstraintsFailure},
		"only for servers": {ca, func(tmpl *pki.Template) {
			tmpl.ExtKeyUsage = tmpl.ExtKeyUsage[:0:0]
			tmpl.ExtKeyUsage = append(tmpl.ExtKeyUsage, pki.EKUServerAuth)
		}, pki.ChainConstraintsFailure},
	} {
		t.Run(name, func(t *testing.T) {
			if r := v.Verify(person(t, tc.issuer, tc.change).cert, pki.PurposeSign, pkidev.At); r.Reason != tc.want {
				t.Errorf("got %s %v, want %s", r.Reason, r.Notes, tc.want)
			}
		})
	}
}

func TestSameNameRogueAuthorityIsNotBelieved(t *testing.T) {
	root, ca := hierarchy(t, pki.ProfileGosSUOK)
	// The impostor copies the name and both key identifiers.
	rogue := issue(t, nil, pki.KindIssuing, pki.ProfileGosSUOK, simpleName(t, "Test authority"), bign.Curve256v1(), nil)
	raw := mutate(t, rogue.cert.Raw, rogue.key, func(f [][]byte) [][]byte {
		f[atIssuer] = children(t, children(t, ca.cert.Raw)[0])[atIssuer]
		return withExtensions(t, f, func([][]byte) [][]byte {
			return children(t, children(t, children(t, children(t, ca.cert.Raw)[0])[atExtensions])[0])
		})
	})
	var err error
	if rogue.cert, err = pki.ParseCertificate(raw); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(rogue.cert.SubjectKeyID, ca.cert.SubjectKeyID) || !rogue.cert.Subject.Equal(ca.cert.Subject) {
		t.Fatal("the impostor is not alike")
	}
	victim, forged := person(t, ca, nil), person(t, rogue, nil)
	for _, v := range []*pki.Verifier{verifier(root, rogue, ca), verifier(root, ca, rogue)} {
		if r := v.Verify(victim.cert, pki.PurposeSign, pkidev.At); r.Verdict != pki.Passed {
			t.Errorf("the true certificate: %s", r.Reason)
		}
		r := v.Verify(forged.cert, pki.PurposeSign, pkidev.At)
		if r.Reason != pki.CertificateChainGeneralFailure && r.Reason != pki.NoCertificateChainFound {
			t.Errorf("the forged certificate: %s", r.Reason)
		}
	}
}

func TestGenerationsOfOneAuthorityLiveTogether(t *testing.T) {
	oldRoot, _ := hierarchy(t, pki.ProfileGosSUOK)
	newRoot := issue(t, nil, pki.KindRoot, pki.ProfileGosSUOK, oldRoot.cert.Subject, bign.Curve256v1(), nil)
	var generations []*subject
	for _, r := range []*subject{oldRoot, newRoot, newRoot} {
		generations = append(generations, issue(t, r, pki.KindIssuing, pki.ProfileGosSUOK, simpleName(t, "Authority"), bign.Curve256v1(), nil))
	}
	v := verifier(oldRoot, generations...)
	v.Anchors = append(v.Anchors, newRoot.cert)
	for _, ca := range generations {
		v.CRLs = append(v.CRLs, issueList(t, ca, nil))
	}
	v.CRLs = append(v.CRLs, issueList(t, oldRoot, nil), issueList(t, newRoot, nil))
	for i, ca := range generations {
		r := v.Verify(person(t, ca, nil).cert, pki.PurposeSign, pkidev.At)
		if r.Verdict != pki.Passed || !r.Path[1].Equal(ca.cert) {
			t.Errorf("generation %d: %s %v", i, r.Reason, r.Notes)
		}
	}
}

func TestPathSearchIsBounded(t *testing.T) {
	root, ca := hierarchy(t, pki.ProfileGosSUOK)
	// Authorities of one name that certify one another make exponentially many ways.
	var ring []*subject
	n := simpleName(t, "Ring")
	for range 12 {
		ring = append(ring, issue(t, ca, pki.KindIssuing, pki.ProfileGosSUOK, n, bign.Curve256v1(), nil))
	}
	v := verifier(issue(t, nil, pki.KindRoot, pki.ProfileGosSUOK, simpleName(t, "Elsewhere"), bign.Curve256v1(), nil), ca, root)
	for _, a := range ring {
		for _, b := range ring {
			tmpl := pki.NewTemplate(pki.KindIssuing, pki.ProfileGosSUOK)
			tmpl.Serial, tmpl.Subject, tmpl.NotBefore, tmpl.NotAfter = "\x05", n, begin, end
			raw, err := pki.CreateCertificate(tmpl, a.cert, b.key.PublicKey(), a.key)
			if err != nil {
				t.Fatal(err)
			}
			c, err := pki.ParseCertificate(raw)
			if err != nil {
				t.Fatal(err)
			}
			v.Intermediates = append(v.Intermediates, c)
		}
	}
	if r := v.Verify(person(t, ring[0], nil).cert, pki.PurposeSign, pkidev.At); r.Verdict != pki.Indeterminate {
		t.Errorf("got %s", r.Reason)
	}
}
