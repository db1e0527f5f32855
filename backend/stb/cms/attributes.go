package cms

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/asn1"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/internal/der"
	"akno/backend/stb/pki"
)

// only returns the single value of an attribute. ok is false when the attribute
// stands twice or has no or several values; a nil value means it is absent.
func only(list []Attribute, id asn1.ObjectIdentifier) (value cryptobyte.String, ok bool) {
	found := false
	for _, a := range list {
		if !a.Type.Equal(id) {
			continue
		}
		if found || len(a.Values) != 1 {
			return nil, false
		}
		found, value = true, a.Values[0]
	}
	return value, true
}

func has(list []Attribute, id asn1.ObjectIdentifier) bool {
	for _, a := range list {
		if a.Type.Equal(id) {
			return true
		}
	}
	return false
}

// values returns all values of an attribute, however often it stands.
func values(list []Attribute, id asn1.ObjectIdentifier) [][]byte {
	var out [][]byte
	for _, a := range list {
		if a.Type.Equal(id) {
			out = append(out, a.Values...)
		}
	}
	return out
}

// claims are the signed attributes that decide about a signature.
type claims struct {
	contentType asn1.ObjectIdentifier
	digest      []byte
	signingTime time.Time
	hasTime     bool
	// ess is the reference to the signer's certificate; nil when absent. also is one by
	// SHA-1 that stands beside it and must mean the same certificate.
	ess, also *certRef
	mimeType  string
}

// certRef is the first reference of signingCertificate or signingCertificateV2.
type certRef struct {
	hash   asn1.ObjectIdentifier
	sum    []byte
	issuer *pki.Name
	serial pki.Serial
	// policies says that the attribute names policies, which it must not (9.2.4).
	policies bool
}

// readClaims applies the rules of form (STB 34.101.80, 8.2.3, step 1). A missing
// messageDigest is not an error of form.
func (s *Signer) readClaims() (c claims, flaw string) {
	for _, id := range []asn1.ObjectIdentifier{attrContentType, attrMessageDigest, attrSigningTime} {
		if has(s.Unsigned, id) {
			return c, "an attribute that must be signed is unsigned"
		}
	}
	v, ok := only(s.Signed, attrContentType)
	if !ok || v == nil || !v.ReadASN1ObjectIdentifier(&c.contentType) || !v.Empty() {
		return c, "contentType is not there exactly once"
	}
	if v, ok = only(s.Signed, attrMessageDigest); !ok {
		return c, "messageDigest is not there exactly once"
	}
	if v != nil {
		var sum cryptobyte.String
		if !v.ReadASN1(&sum, tag.OCTET_STRING) || !v.Empty() {
			return c, "malformed messageDigest"
		}
		c.digest = sum
	}
	if v, ok = only(s.Signed, attrSigningTime); !ok {
		return c, "signingTime stands more than once"
	}
	if v != nil {
		if !der.ReadTime(&v, &c.signingTime) || !v.Empty() {
			return c, "malformed signingTime"
		}
		c.hasTime = true
	}
	if v, ok = only(s.Signed, attrMimeType); ok && v != nil {
		var text cryptobyte.String
		if v.ReadASN1(&text, tag.UTF8String) {
			c.mimeType = string(text)
		}
	}
	return c, s.readReference(&c)
}

// readReference reads the references to the certificate; that of version 2 leads, and
// one of version 1 beside it counts too.
func (s *Signer) readReference(c *claims) (flaw string) {
	v1, ok1 := only(s.Signed, attrSigningCertV1)
	v2, ok2 := only(s.Signed, attrSigningCertV2)
	if !ok1 || !ok2 {
		return "signingCertificate stands more than once"
	}
	if v1 != nil {
		if c.ess = readCertRef(v1, false); c.ess == nil {
			return "malformed signingCertificate"
		}
	}
	if v2 != nil {
		c.also = c.ess
		if c.ess = readCertRef(v2, true); c.ess == nil {
			return "malformed signingCertificate"
		}
	}
	return ""
}

// readCertRef reads the first ESSCertID or ESSCertIDv2 of the attribute.
func readCertRef(v cryptobyte.String, second bool) *certRef {
	var outer, list, id, sum cryptobyte.String
	if !v.ReadASN1(&outer, tag.SEQUENCE) || !v.Empty() || !outer.ReadASN1(&list, tag.SEQUENCE) {
		return nil
	}
	r := &certRef{hash: oidSHA1, policies: outer.PeekASN1Tag(tag.SEQUENCE)}
	if !outer.SkipOptionalASN1(tag.SEQUENCE) || !outer.Empty() || !list.ReadASN1(&id, tag.SEQUENCE) {
		return nil
	}
	if second {
		r.hash = oidSHA256
		if id.PeekASN1Tag(tag.SEQUENCE) {
			var alg der.Algorithm
			if !der.ReadAlgorithm(&id, &alg) {
				return nil
			}
			r.hash = alg.OID
		}
	}
	if !id.ReadASN1(&sum, tag.OCTET_STRING) {
		return nil
	}
	r.sum = sum
	if !id.Empty() && (!r.readIssuerSerial(&id) || !id.Empty()) {
		return nil
	}
	return r
}

func (r *certRef) readIssuerSerial(id *cryptobyte.String) bool {
	var body, names, one, serial cryptobyte.String
	if !id.ReadASN1(&body, tag.SEQUENCE) || !body.ReadASN1(&names, tag.SEQUENCE) || !body.ReadASN1(&serial, tag.INTEGER) ||
		!body.SkipOptionalASN1(tag.BIT_STRING) || !body.Empty() {
		return false
	}
	r.serial = pki.Serial(serial)
	if names.PeekASN1Tag(der.Explicit(4)) {
		if !names.ReadASN1(&one, der.Explicit(4)) || !names.Empty() {
			return false
		}
		n, err := pki.ParseName(one)
		if err != nil {
			return false
		}
		r.issuer = &n
	}
	return true
}

// constraints checks the rules of attributes that no knowledge about the certificate can
// mend: a policy that is demanded, one that is meant without a name (9.2.12), and policies
// in the reference to the certificate.
func (s *Signer) constraints(c claims, opt Options) (pki.Reason, string) {
	for _, v := range values(s.Signed, attrSignPolicy) {
		if len(v) == 0 || v[0] != byte(tag.SEQUENCE) {
			return pki.SigConstraintsFailure, "the signature means a policy without naming it"
		}
	}
	if has(s.Signed, attrSignPolicy) {
		return pki.SignaturePolicyNotAvailable, "the signature demands a policy that is not at hand"
	}
	if opt.Verifier.Profile == pki.ProfileBPKI && (c.ess != nil && c.ess.policies || c.also != nil && c.also.policies) {
		return pki.SigConstraintsFailure, "the reference to the certificate names policies"
	}
	return pki.OK, ""
}

// fits reports whether the reference means a certificate; none fits every one.
func (r *certRef) fits(c *pki.Certificate) bool {
	if r == nil {
		return true
	}
	var sum []byte
	switch {
	case r.hash.Equal(oidSHA1):
		s := sha1.Sum(c.Raw)
		sum = s[:]
	case r.hash.Equal(oidSHA256):
		s := sha256.Sum256(c.Raw)
		sum = s[:]
	default:
		h := pki.HashByOID(r.hash)
		if h == nil {
			return false
		}
		sum = c.Digest(h)
	}
	if !bytes.Equal(sum, r.sum) {
		return false
	}
	return r.issuer == nil || r.issuer.Equal(c.Issuer) && r.serial == c.Serial
}

// names reports whether the identifier of the signer means a certificate.
func (s *Signer) names(c *pki.Certificate) bool {
	if s.SubjectKeyID != nil {
		return len(s.SubjectKeyID) > 0 && bytes.Equal(s.SubjectKeyID, c.SubjectKeyID)
	}
	return s.Serial == c.Serial && s.Issuer.Equal(c.Issuer)
}
