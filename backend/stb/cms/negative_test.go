package cms_test

import (
	"bytes"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/bign"
	"akno/backend/stb/cms"
	"akno/backend/stb/internal/ber"
	"akno/backend/stb/internal/der"
	"akno/backend/stb/internal/pkidev"
	"akno/backend/stb/oid"
	"akno/backend/stb/pki"
)

var (
	idContentType   = []int{1, 2, 840, 113549, 1, 9, 3}
	idMessageDigest = []int{1, 2, 840, 113549, 1, 9, 4}
	idSigningTime   = []int{1, 2, 840, 113549, 1, 9, 5}
	idReference     = []int{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	idPolicy        = []int{1, 2, 840, 113549, 1, 9, 16, 2, 15}
	idContentStamp  = []int{1, 2, 840, 113549, 1, 9, 16, 2, 20}
)

// forge makes messages that Sign would not: every part can be wrong and the
// signature still be true.
type forge struct {
	content  []byte
	embedded []byte
	// wanted is the type of the content.
	wanted []int
	// attributes are signed; nil signs the content itself.
	attributes [][]byte
	unsigned   [][]byte
	// asIs keeps the order of the attributes.
	asIs      bool
	certs     [][]byte
	key       *bign.PrivateKey
	cert      *pki.Certificate
	digestAlg []int
	sigAlg    []int
	// sid names the certificate in another way; revocation are revocation data.
	sid []byte
	// hash signs; nil is belt-hash.
	hash       *pki.HashAlgorithm
	revocation [][]byte
	// bare leaves the parameters of the signer's algorithms out.
	bare bool
}

func attr(id []int, values ...[]byte) []byte {
	body := append(der.OID(id), der.Element(tag.SET, bytes.Join(values, nil))...)
	return der.Element(tag.SEQUENCE, body)
}

func octetString(b []byte) []byte { return der.Element(tag.OCTET_STRING, b) }

func reference(c *pki.Certificate) []byte {
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
				der.AddAlgorithm(b, oid.BeltHash)
				b.AddASN1OctetString(pki.BeltHash.Sum(c.Raw))
			})
		})
	})
	return b.BytesOrPanic()
}

// newForge prepares a faultless detached signature of level B-B by g-fl1.
func newForge(t testing.TB) *forge {
	doc := pkidev.File(t, "cms/order.txt")
	c := certificate(t, "certs/g-fl1.cer")
	return &forge{
		content: doc, wanted: cms.TypeData, cert: c, key: key(t, "g-fl1"), certs: [][]byte{c.Raw},
		digestAlg: oid.BeltHash, sigAlg: oid.BignWithHBelt,
		attributes: [][]byte{
			attr(idContentType, der.OID(cms.TypeData)), attr(idMessageDigest, octetString(pki.BeltHash.Sum(doc))),
			attr(idSigningTime, der.Element(tag.UTCTime, []byte("260315120000Z"))), attr(idReference, reference(c)),
		},
	}
}

func (f *forge) encode(t testing.TB) []byte {
	t.Helper()
	covered := f.content
	if f.attributes != nil {
		list := append([][]byte(nil), f.attributes...)
		der.SortSet(list)
		covered = der.Element(tag.SET, bytes.Join(list, nil))
		if !f.asIs {
			f.attributes = list
		}
	}
	hash := f.hash
	if hash == nil {
		hash = pki.BeltHash
	}
	sig, err := f.key.SignHash(hash.OIDDER(), hash.Sum(covered))
	if err != nil {
		t.Fatal(err)
	}
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(cms.TypeSignedData)
		b.AddASN1(der.Explicit(0), func(b *cryptobyte.Builder) {
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1Int64(1)
				b.AddASN1(tag.SET, func(b *cryptobyte.Builder) { der.AddAlgorithm(b, f.digestAlg) })
				b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1ObjectIdentifier(f.wanted)
					if f.embedded != nil {
						b.AddASN1(der.Explicit(0), func(b *cryptobyte.Builder) { b.AddASN1OctetString(f.embedded) })
					}
				})
				if len(f.certs) > 0 {
					der.AddElement(b, der.Explicit(0), bytes.Join(f.certs, nil))
				}
				if len(f.revocation) > 0 {
					der.AddElement(b, der.Explicit(1), bytes.Join(f.revocation, nil))
				}
				b.AddASN1(tag.SET, func(b *cryptobyte.Builder) { f.addSigner(b, sig) })
			})
		})
	})
	return b.BytesOrPanic()
}

func (f *forge) addSigner(b *cryptobyte.Builder, sig []byte) {
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		if f.sid != nil {
			b.AddBytes(f.sid)
		} else {
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddBytes(f.cert.Issuer.Raw)
				der.AddElement(b, tag.INTEGER, []byte(f.cert.Serial))
			})
		}
		f.addAlgorithm(b, f.digestAlg)
		if f.attributes != nil {
			der.AddElement(b, der.Explicit(0), bytes.Join(f.attributes, nil))
		}
		f.addAlgorithm(b, f.sigAlg)
		b.AddASN1OctetString(sig)
		if f.unsigned != nil {
			der.AddElement(b, der.Explicit(1), bytes.Join(f.unsigned, nil))
		}
	})
}

func (f *forge) addAlgorithm(b *cryptobyte.Builder, id []int) {
	if f.bare {
		der.AddElement(b, tag.SEQUENCE, der.OID(id))
	} else {
		der.AddAlgorithm(b, id)
	}
}

func TestAttributesDecideAsTheRulesSay(t *testing.T) {
	other := certificate(t, "certs/g-fl2.cer")
	digest := octetString(pki.BeltHash.Sum(pkidev.File(t, "cms/order.txt")))
	for name, tc := range map[string]struct {
		change func(f *forge)
		want   pki.Reason
		level  cms.Level
	}{
		"faultless":           {func(*forge) {}, pki.OK, cms.LevelBB},
		"contentType missing": {func(f *forge) { f.attributes = f.attributes[1:] }, pki.FormatFailure, cms.LevelCMS},
		"contentType of another type": {func(f *forge) {
			f.attributes[0] = attr(idContentType, der.OID(cms.TypeTSTInfo))
		}, pki.FormatFailure, cms.LevelCMS},
		"contentType twice": {func(f *forge) { f.attributes = append(f.attributes, f.attributes[0]) }, pki.FormatFailure, cms.LevelCMS},
		"contentType with two values": {func(f *forge) {
			f.attributes[0] = attr(idContentType, der.OID(cms.TypeData), der.OID(cms.TypeData))
		}, pki.FormatFailure, cms.LevelCMS},
		"contentType without a value": {func(f *forge) { f.attributes[0] = attr(idContentType) }, pki.FormatFailure, cms.LevelCMS},
		"messageDigest missing":       {func(f *forge) { f.attributes = append(f.attributes[:1], f.attributes[2:]...) }, pki.HashFailure, cms.LevelCMS},
		"messageDigest twice":         {func(f *forge) { f.attributes = append(f.attributes, f.attributes[1]) }, pki.FormatFailure, cms.LevelCMS},
		"messageDigest with two values": {func(f *forge) {
			f.attributes[1] = attr(idMessageDigest, digest, octetString(make([]byte, 32)))
		}, pki.FormatFailure, cms.LevelCMS},
		"messageDigest of other content": {func(f *forge) {
			f.attributes[1] = attr(idMessageDigest, octetString(make([]byte, 32)))
		}, pki.HashFailure, cms.LevelCMS},
		"signingTime twice": {func(f *forge) { f.attributes = append(f.attributes, f.attributes[2]) }, pki.FormatFailure, cms.LevelCMS},
		"signingTime unreadable": {func(f *forge) {
			f.attributes[2] = attr(idSigningTime, der.Element(tag.UTCTime, []byte("2603151200Z")))
		}, pki.FormatFailure, cms.LevelCMS},
		"signingTime missing": {func(f *forge) { f.attributes = append(f.attributes[:2], f.attributes[3]) }, pki.OK, cms.LevelCMS},
		"reference missing":   {func(f *forge) { f.attributes = f.attributes[:3] }, pki.OK, cms.LevelCMS},
		"reference twice":     {func(f *forge) { f.attributes = append(f.attributes, f.attributes[3]) }, pki.FormatFailure, cms.LevelCMS},
		"reference malformed": {func(f *forge) { f.attributes[3] = attr(idReference, []byte{5, 0}) }, pki.FormatFailure, cms.LevelCMS},
		"reference to another certificate": {func(f *forge) {
			f.attributes[3] = attr(idReference, reference(other))
			f.certs = append(f.certs, other.Raw)
		}, pki.NoSigningCertificateFound, cms.LevelCMS},
		"certificate is another's": {func(f *forge) { f.certs = [][]byte{other.Raw} }, pki.NoSigningCertificateFound, cms.LevelCMS},
		"no certificates":          {func(f *forge) { f.certs = nil }, pki.NoSigningCertificateFound, cms.LevelCMS},
		"messageDigest unsigned": {func(f *forge) {
			f.unsigned = [][]byte{attr(idMessageDigest, digest)}
		}, pki.FormatFailure, cms.LevelCMS},
		"digest algorithm of another signature": {func(f *forge) { f.digestAlg = oid.Bash256 }, pki.FormatFailure, cms.LevelCMS},
		"signature algorithm of another level": {func(f *forge) {
			f.digestAlg, f.sigAlg = oid.Bash384, oid.BignWithBash384
		}, pki.HashFailure, cms.LevelCMS},
		"foreign signature algorithm": {func(f *forge) { f.sigAlg = []int{1, 2, 840, 113549, 1, 1, 11} }, pki.CryptoConstraintsFailure, cms.LevelCMS},
		"key of another person":       {func(f *forge) { f.key = key(t, "g-fl2") }, pki.SigCryptoFailure, cms.LevelCMS},
		"policy demanded": {func(f *forge) {
			f.attributes = append(f.attributes, attr(idPolicy, []byte{0x30, 0}))
		}, pki.SignaturePolicyNotAvailable, cms.LevelBB},
		"policy meant without a name": {func(f *forge) {
			f.attributes = append(f.attributes, attr(idPolicy, []byte{5, 0}))
		}, pki.SigConstraintsFailure, cms.LevelBB},
		"unknown attributes": {func(f *forge) {
			f.attributes = append(f.attributes, attr([]int{1, 2, 3}, []byte{5, 0}))
			f.unsigned = [][]byte{attr([]int{1, 2, 3}, []byte{5, 0}), attr([]int{1, 2, 3}, []byte{5, 0})}
		}, pki.OK, cms.LevelBB},
	} {
		t.Run(name, func(t *testing.T) {
			f := newForge(t)
			tc.change(f)
			r := cms.VerifyOctets(f.encode(t), cms.Octets(f.content), options(t))
			if r.Reason != tc.want || r.Level != tc.level {
				t.Errorf("got %s %s %+v, want %s %s", r.Reason, r.Level, r.Signers, tc.want, tc.level)
			}
		})
	}
}

func TestSignedAttributesPresentedAsContentNeverPass(t *testing.T) {
	f := newForge(t)
	genuine := f.encode(t)
	sd, err := cms.Parse(genuine)
	if err != nil {
		t.Fatal(err)
	}
	// The very octets that g-fl1 signed, given out as a document of his.
	list := append([][]byte(nil), f.attributes...)
	der.SortSet(list)
	document := der.Element(tag.SET, bytes.Join(list, nil))
	trick := *f
	trick.attributes, trick.content, trick.embedded = nil, document, document
	anew := trick.encode(t)
	for name, data := range map[string][]byte{"signed anew": anew, "stolen signature": replaceSignature(t, anew, sd.Signers[0].Signature)} {
		r := cms.VerifyOctets(data, nil, options(t))
		if r.Verdict != pki.Indeterminate || r.Reason != pki.SigConstraintsFailure || r.Level != cms.LevelCMS {
			t.Errorf("%s: %s %s %s", name, r.Verdict, r.Reason, r.Level)
		}
	}
}

// replaceSignature puts another signature value in.
func replaceSignature(t testing.TB, data, sig []byte) []byte {
	return bytes.Replace(data, signatureOf(t, data, 0), sig, 1)
}

func TestRemovedSignedAttributesLeaveABrokenSignature(t *testing.T) {
	f := newForge(t)
	sig := signatureOf(t, f.encode(t), 0)
	f.attributes = nil
	if r := cms.VerifyOctets(replaceSignature(t, f.encode(t), sig), cms.Octets(f.content), options(t)); r.Reason != pki.SigCryptoFailure {
		t.Errorf("got %s", r.Reason)
	}
}

func TestContentDecides(t *testing.T) {
	f := newForge(t)
	detached := f.encode(t)
	f.embedded = f.content
	attached := f.encode(t)
	for name, tc := range map[string]struct {
		data    []byte
		content cms.Content
		want    pki.Reason
	}{
		"detached, the document":         {detached, cms.Octets(f.content), pki.OK},
		"detached, another document":     {detached, cms.Octets([]byte("other")), pki.HashFailure},
		"detached, no document":          {detached, nil, pki.SignedDataNotFound},
		"detached, broken, no document":  {replaceSignature(t, detached, make([]byte, 48)), nil, pki.SigCryptoFailure},
		"attached":                       {attached, nil, pki.OK},
		"attached, the document too":     {attached, cms.Octets(f.content), pki.OK},
		"attached, another document too": {attached, cms.Octets([]byte("other")), pki.HashFailure},
		"attached, changed":              {bytes.Replace(attached, f.content[:8], []byte("XXXXXXXX"), 1), nil, pki.HashFailure},
	} {
		if r := cms.VerifyOctets(tc.data, tc.content, options(t)); r.Reason != tc.want {
			t.Errorf("%s: %s, want %s", name, r.Reason, tc.want)
		}
	}
}

func TestAttributesOutOfOrderAreNotedOrRefused(t *testing.T) {
	f := newForge(t)
	f.asIs = true
	der.SortSet(f.attributes)
	f.attributes[0], f.attributes[3] = f.attributes[3], f.attributes[0]
	data := f.encode(t)
	r := cms.VerifyOctets(data, cms.Octets(f.content), options(t))
	if r.Verdict != pki.Passed || len(r.Signers[0].Notes) == 0 {
		t.Errorf("deployed profile: %s %v", r.Reason, r.Signers[0].Notes)
	}
	opt := options(t)
	opt.Verifier.Profile = pki.ProfileBPKI
	if r := cms.VerifyOctets(data, cms.Octets(f.content), opt); r.Reason != pki.FormatFailure {
		t.Errorf("strict profile: %s", r.Reason)
	}
}

func TestOfTwoCertificatesWithOneNameAndNumberTheReferenceDecides(t *testing.T) {
	f := newForge(t)
	twin := twinOf(t, f.cert, f.key)
	for _, certs := range [][][]byte{{twin.Raw, f.cert.Raw}, {f.cert.Raw, twin.Raw}} {
		f.certs = certs
		r := cms.VerifyOctets(f.encode(t), cms.Octets(f.content), options(t))
		if r.Verdict != pki.Passed || !r.Signers[0].Certificate.Equal(f.cert) {
			t.Errorf("got %s", r.Reason)
		}
	}
	f.certs = [][]byte{twin.Raw}
	if r := cms.VerifyOctets(f.encode(t), cms.Octets(f.content), options(t)); r.Reason != pki.NoSigningCertificateFound {
		t.Errorf("only the twin: %s", r.Reason)
	}
}

// twinOf issues another certificate by g-ruc with the name and number of one.
func twinOf(t testing.TB, c *pki.Certificate, k *bign.PrivateKey) *pki.Certificate {
	t.Helper()
	tmpl := pki.NewTemplate(pki.KindPerson, pki.ProfileGosSUOK)
	tmpl.Serial, tmpl.Subject, tmpl.NotBefore, tmpl.NotAfter = c.Serial, c.Subject, c.NotBefore, c.NotAfter
	raw, err := pki.CreateCertificate(tmpl, certificate(t, "certs/g-ruc.cer"), k.PublicKey(), key(t, "g-ruc"))
	if err != nil {
		t.Fatal(err)
	}
	twin, err := pki.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return twin
}

func TestTruncationAndGarbageAreFailuresOfFormat(t *testing.T) {
	data := newForge(t).encode(t)
	for n := 0; n < len(data); n += 7 {
		if r := cms.VerifyOctets(data[:n], nil, options(t)); r.Reason != pki.FormatFailure || r.Verdict != pki.Failed {
			t.Fatalf("cut to %d octets: %s", n, r.Reason)
		}
	}
	if r := cms.VerifyOctets(append(bytes.Clone(data), 0), nil, options(t)); r.Reason != pki.FormatFailure {
		t.Errorf("trailing octet: %s", r.Reason)
	}
}

func TestEveryChangedBitIsNoticed(t *testing.T) {
	f := newForge(t)
	f.embedded, f.certs = []byte("doc"), nil
	f.content = f.embedded
	f.attributes[1] = attr(idMessageDigest, octetString(pki.BeltHash.Sum(f.embedded)))
	data := f.encode(t)
	opt := options(t)
	opt.Verifier.Intermediates = append(opt.Verifier.Intermediates, f.cert)
	if r := cms.VerifyOctets(data, nil, opt); r.Verdict != pki.Passed {
		t.Fatal(r.Reason)
	}
	sd, err := cms.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	// Not signed and deciding nothing are the version of the signer and, as long
	// as it still means the same certificate, the spelling of the issuer's name.
	content := der.Element(tag.SEQUENCE, append(der.OID(cms.TypeData), der.Element(der.Explicit(0), octetString(sd.Content))...))
	start := bytes.Index(data, content)
	name := start + bytes.Index(data[start:], f.cert.Issuer.Raw)
	version := name - 5 // before the four octets that open the identifier
	if start < 0 || name < start || data[version] != 1 {
		t.Fatal("the message has another shape")
	}
	for i := start; i < len(data); i++ {
		if i == version || name <= i && i < name+len(f.cert.Issuer.Raw) {
			continue
		}
		changed := bytes.Clone(data)
		changed[i] ^= 1 << (i % 8)
		if r := cms.VerifyOctets(changed, nil, opt); r.Verdict == pki.Passed {
			t.Errorf("octet %d of %d changed and passed", i, len(data))
		}
	}
}

func TestStampsThatDoNotHoldAreDropped(t *testing.T) {
	f := newForge(t)
	plain := f.encode(t)
	broken := bytes.Clone(stamp(t, "g-tsa", signatureOf(t, plain, 0), pkidev.At))
	broken[len(broken)-1] ^= 1
	future := stamp(t, "g-tsa", signatureOf(t, plain, 0), pkidev.At.Add(time.Hour))
	for name, token := range map[string][]byte{"broken": broken, "of the future": future, "no stamp at all": {5, 0}} {
		data := spliceUnsigned(t, plain, token)
		r := cms.VerifyOctets(data, cms.Octets(f.content), options(t))
		if r.Verdict != pki.Passed || r.Level != cms.LevelBB || len(r.Signers[0].Stamps) != 1 || r.Signers[0].Stamps[0].Verdict == pki.Passed {
			t.Errorf("%s: %s %s %+v", name, r.Reason, r.Level, r.Signers[0].Stamps)
		}
	}
}

// spliceUnsigned adds a signature stamp without looking at it.
func spliceUnsigned(t testing.TB, data, token []byte) []byte {
	t.Helper()
	good, err := cms.AddStamp(data, 0, stamp(t, "g-tsa", signatureOf(t, data, 0), pkidev.At))
	if err != nil {
		t.Fatal(err)
	}
	sd, err := cms.Parse(good)
	if err != nil {
		t.Fatal(err)
	}
	old := sd.Signers[0].Unsigned[0].Values[0]
	return rebuild(t, good, old, token)
}

// rebuild replaces one element somewhere in a DER structure, lengths included.
func rebuild(t testing.TB, data, old, fresh []byte) []byte {
	t.Helper()
	if bytes.Equal(data, old) {
		return fresh
	}
	e, _, err := ber.Read(data)
	if err != nil {
		t.Fatal(err)
	}
	if !e.Constructed() || !bytes.Contains(e.Body, old) {
		return data
	}
	list, err := e.Children(1000)
	if err != nil {
		t.Fatal(err)
	}
	var body []byte
	for _, x := range list {
		body = append(body, rebuild(t, x.Raw, old, fresh)...)
	}
	return der.Element(e.Tag, body)
}

func TestContentStampProvesThatARevokedSignerWasLate(t *testing.T) {
	revoked := certificate(t, "certs/neg/g-fl-revoked.cer")
	doc := pkidev.File(t, "cms/order.txt")
	// The set has no key of g-fl-revoked; a twin with another key and the same
	// number is revoked just as well.
	f := newForge(t)
	twin := twinOf(t, revoked, f.key)
	f.cert, f.certs = twin, [][]byte{twin.Raw}
	f.attributes[3] = attr(idReference, reference(twin))
	for name, tc := range map[string]struct {
		at   time.Time
		want pki.Reason
	}{
		"after the revocation":  {pkidev.At.Add(-time.Hour), pki.Revoked},
		"before the revocation": {time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), pki.RevokedNoPOE},
	} {
		g := *f
		g.attributes = append(append([][]byte(nil), f.attributes...), attr(idContentStamp, stamp(t, "g-tsa", doc, tc.at)))
		if r := cms.VerifyOctets(g.encode(t), cms.Octets(doc), options(t)); r.Reason != tc.want || r.Verdict != tc.want.Verdict() {
			t.Errorf("%s: %s %s", name, r.Verdict, r.Reason)
		}
	}
}

func TestRequiredLevelIsRequired(t *testing.T) {
	f := newForge(t)
	f.attributes = f.attributes[:3]
	opt := options(t)
	opt.RequireLevel = cms.LevelBB
	if r := cms.VerifyOctets(f.encode(t), cms.Octets(f.content), opt); r.Reason != pki.SigConstraintsFailure || r.Level != cms.LevelCMS {
		t.Errorf("got %s %s", r.Reason, r.Level)
	}
}

func TestABrokenCertificateInsideIsTheFaultOfTheChain(t *testing.T) {
	f := newForge(t)
	for name, change := range map[string]func(fields [][]byte) [][]byte{
		"v1 with extensions": func(x [][]byte) [][]byte { return x[1:] },
		"negative serial":    func(x [][]byte) [][]byte { x[1] = []byte{2, 1, 0x85}; return x },
		"duplicate extension": func(x [][]byte) [][]byte {
			e, _, _ := ber.Read(x[7])
			list, err := e.Children(1)
			if err != nil {
				t.Fatal(err)
			}
			one, _, _ := ber.Read(list[0].Body)
			x[7] = der.Element(der.Explicit(3), der.Element(tag.SEQUENCE, append(bytes.Clone(list[0].Body), one.Raw...)))
			return x
		},
	} {
		g := *f
		raw := remake(t, f.cert.Raw, key(t, "g-ruc"), change)
		if _, err := pki.ParseCertificate(raw); err == nil {
			t.Fatalf("%s: the certificate is not broken", name)
		}
		var err error
		if g.cert, err = pki.ReadCertificate(raw); err != nil {
			t.Fatal(err)
		}
		g.certs = [][]byte{raw}
		g.attributes = append(append([][]byte(nil), f.attributes[:3]...), attr(idReference, reference(g.cert)))
		r := cms.VerifyOctets(g.encode(t), cms.Octets(g.content), options(t))
		if r.Reason != pki.CertificateChainGeneralFailure {
			t.Errorf("%s: %s %v", name, r.Reason, r.Signers[0].Notes)
		}
		// A false signature is false whatever the certificate.
		broken := replaceSignature(t, g.encode(t), make([]byte, 48))
		if r := cms.VerifyOctets(broken, cms.Octets(g.content), options(t)); r.Reason != pki.SigCryptoFailure {
			t.Errorf("%s and a false signature: %s", name, r.Reason)
		}
	}
}

// remake changes the fields of a certificate and signs it again.
func remake(t testing.TB, raw []byte, k *bign.PrivateKey, change func([][]byte) [][]byte) []byte {
	t.Helper()
	parts := split(t, raw)
	tbs := der.Element(tag.SEQUENCE, bytes.Join(change(split(t, parts[0])), nil))
	_, sig, err := pki.Sign(k, tbs)
	if err != nil {
		t.Fatal(err)
	}
	bits := der.Element(tag.BIT_STRING, append([]byte{0}, sig...))
	return der.Element(tag.SEQUENCE, bytes.Join([][]byte{tbs, parts[1], bits}, nil))
}

func split(t testing.TB, raw []byte) [][]byte {
	t.Helper()
	e, _, err := ber.Read(raw)
	if err != nil {
		t.Fatal(err)
	}
	list, err := e.Children(100)
	if err != nil {
		t.Fatal(err)
	}
	var out [][]byte
	for _, x := range list {
		out = append(out, bytes.Clone(x.Raw))
	}
	return out
}
