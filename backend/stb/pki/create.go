package pki

import (
	"crypto/sha1"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/bits"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/bign"
	"akno/backend/stb/internal/der"
	"akno/backend/stb/oid"
)

// ErrTemplate says that a certificate, a request or a list cannot be made of
// what was given.
var ErrTemplate = errors.New("pki: incomplete or contradictory template")

// CreateCertificate makes a certificate for a key, signed by the issuer. A nil
// issuer makes a self-signed one; pub must then be the signer's key. What is
// returned has been read back and its signature verified.
func CreateCertificate(t *Template, issuer *Certificate, pub *bign.PublicKey, signer Signer) ([]byte, error) {
	key := signer.PublicKey()
	alg := AlgorithmFor(key)
	if t == nil || pub == nil || alg == nil || t.Serial.check() != nil || t.NotAfter.Before(t.NotBefore) {
		return nil, ErrTemplate
	}
	issuerName, issuerKeyID := t.Subject, keyID(key.Bytes(), t.LongKeyIDs)
	if issuer == nil {
		if !pub.Equal(key) {
			return nil, fmt.Errorf("%w: self-signed with another key", ErrTemplate)
		}
	} else {
		if issuer.PublicKey == nil || !issuer.PublicKey.Equal(key) {
			return nil, fmt.Errorf("%w: signer is not the issuer's key", ErrTemplate)
		}
		issuerName = issuer.Subject
		if issuer.SubjectKeyID != nil {
			issuerKeyID = issuer.SubjectKeyID
		}
	}
	if issuerName.Empty() {
		return nil, fmt.Errorf("%w: no name", ErrTemplate)
	}
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(der.Explicit(0), func(b *cryptobyte.Builder) { b.AddASN1Int64(2) })
		der.AddElement(b, tag.INTEGER, []byte(t.Serial))
		der.AddAlgorithm(b, alg.OID)
		b.AddBytes(issuerName.Raw)
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			der.AddTime(b, t.NotBefore)
			der.AddTime(b, t.NotAfter)
		})
		if t.Subject.Empty() {
			b.AddASN1(tag.SEQUENCE, func(*cryptobyte.Builder) {})
		} else {
			b.AddBytes(t.Subject.Raw)
		}
		addPublicKey(b, pub)
		if t.NoAuthorityKeyID {
			issuerKeyID = nil
		}
		addExtensions(b, der.Explicit(3), t.extensions(pub, issuerKeyID))
	})
	out, err := signStructure(b, signer)
	if err != nil {
		return nil, err
	}
	c, err := ParseCertificate(out)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTemplate, err)
	}
	return out, CheckSignature(key, c.SignatureAlgorithm, c.RawTBS, c.Signature)
}

// signStructure completes the three-element form that certificates, requests
// and lists share.
func signStructure(tbs cryptobyte.Builder, signer Signer) ([]byte, error) {
	body, err := tbs.Bytes()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTemplate, err)
	}
	alg, sig, err := Sign(signer, body)
	if err != nil {
		return nil, fmt.Errorf("pki: sign: %w", err)
	}
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(body)
		der.AddAlgorithm(b, alg.OID)
		b.AddASN1BitString(sig)
	})
	return b.Bytes()
}

// keyID identifies a key by a hash of its octets.
func keyID(key []byte, long bool) []byte {
	if long {
		return BeltHash.Sum(key)
	}
	// Here SHA-1 makes a name, it protects nothing: a signature decides.
	sum := sha1.Sum(key)
	return sum[:]
}

func addExtensions(b *cryptobyte.Builder, t tag.Tag, exts []Extension) {
	if len(exts) == 0 {
		return
	}
	b.AddASN1(t, func(b *cryptobyte.Builder) { addExtensionList(b, exts) })
}

func addExtensionList(b *cryptobyte.Builder, exts []Extension) {
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, e := range exts {
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier(e.OID)
				if e.Critical {
					b.AddASN1Boolean(true)
				}
				b.AddASN1OctetString(e.Value)
			})
		}
	})
}

// value builds the contents of an extension.
func value(f func(b *cryptobyte.Builder)) []byte {
	var b cryptobyte.Builder
	f(&b)
	out, err := b.Bytes()
	if err != nil {
		return nil
	}
	return out
}

func (t *Template) extensions(pub *bign.PublicKey, issuerKeyID []byte) []Extension {
	var out []Extension
	add := func(id asn1.ObjectIdentifier, critical bool, f func(b *cryptobyte.Builder)) {
		out = append(out, Extension{id, critical, value(f)})
	}
	add(extSubjectKeyID, false, func(b *cryptobyte.Builder) { b.AddASN1OctetString(keyID(pub.Bytes(), t.LongKeyIDs)) })
	if issuerKeyID != nil {
		add(extAuthorityKeyID, false, func(b *cryptobyte.Builder) { addAuthorityKeyID(b, issuerKeyID) })
	}
	if t.BasicConstraints {
		add(extBasicConstraints, t.BasicConstraintsCritical, t.addBasicConstraints)
	}
	if t.KeyUsage != 0 {
		add(extKeyUsage, t.KeyUsageCritical, func(b *cryptobyte.Builder) { addKeyUsage(b, t.KeyUsage) })
	}
	if len(t.ExtKeyUsage) > 0 {
		add(extExtKeyUsage, t.ExtKeyUsageCritical, func(b *cryptobyte.Builder) { addOIDs(b, t.ExtKeyUsage, false) })
	}
	if len(t.Policies) > 0 {
		add(extPolicies, false, func(b *cryptobyte.Builder) { addOIDs(b, t.Policies, true) })
	}
	for _, x := range []struct {
		id   asn1.ObjectIdentifier
		text string
		t    tag.Tag
	}{{oid.GosSUOKTaxID, t.UNP, tag.UTF8String}, {oid.GosSUOKSocialFundNumber, t.UNPF, tag.UTF8String}, {oid.GosSUOKCardForm, t.CardForm, tagBMP}} {
		if x.text == "" {
			continue
		}
		octets := []byte(x.text)
		if x.t == tagBMP {
			octets = bmp(x.text)
		}
		add(x.id, false, func(b *cryptobyte.Builder) { der.AddElement(b, x.t, octets) })
	}
	if len(t.CAIssuers)+len(t.OCSPServers) > 0 {
		add(extAuthorityInfo, false, t.addAuthorityInfo)
	}
	if len(t.CRLPoints) > 0 {
		add(extCRLPoints, false, t.addCRLPoints)
	}
	if len(t.Emails)+len(t.DNSNames)+len(t.URIs) > 0 || !t.Belarusian.Empty() {
		add(extSubjectAltName, false, t.addAltNames)
	}
	if t.OCSPNoCheck {
		add(extOCSPNoCheck, false, func(b *cryptobyte.Builder) { b.AddASN1NULL() })
	}
	return append(out, t.Extra...)
}

func addAuthorityKeyID(b *cryptobyte.Builder, id []byte) {
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) { der.AddElement(b, der.Context(0), id) })
}

func (t *Template) addBasicConstraints(b *cryptobyte.Builder) {
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		if !t.IsCA {
			return
		}
		b.AddASN1Boolean(true)
		if t.MaxPathLen >= 0 {
			b.AddASN1Int64(int64(t.MaxPathLen))
		}
	})
}

// addKeyUsage writes a named bit list: bit 0 is the highest of the first octet
// and trailing zero bits are cut off.
func addKeyUsage(b *cryptobyte.Builder, k KeyUsage) {
	octets := []byte{bits.Reverse8(uint8(k)), bits.Reverse8(uint8(k >> 8))}
	if octets[1] == 0 {
		octets = octets[:1]
	}
	unused := bits.TrailingZeros8(octets[len(octets)-1])
	der.AddElement(b, tag.BIT_STRING, append([]byte{byte(unused)}, octets...))
}

// addOIDs writes a sequence of identifiers, each wrapped once more for policies.
func addOIDs(b *cryptobyte.Builder, ids []asn1.ObjectIdentifier, wrap bool) {
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, id := range ids {
			if !wrap {
				b.AddASN1ObjectIdentifier(id)
				continue
			}
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(id) })
		}
	})
}

func (t *Template) addAuthorityInfo(b *cryptobyte.Builder) {
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		one := func(method asn1.ObjectIdentifier, places []string) {
			for _, place := range places {
				b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1ObjectIdentifier(method)
					der.AddElement(b, der.Context(gnURI), []byte(place))
				})
			}
		}
		one(accessCAIssuers, t.CAIssuers)
		one(accessOCSP, t.OCSPServers)
	})
}

func (t *Template) addCRLPoints(b *cryptobyte.Builder) {
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, place := range t.CRLPoints {
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1(der.Explicit(0), func(b *cryptobyte.Builder) {
					b.AddASN1(der.Explicit(0), func(b *cryptobyte.Builder) {
						der.AddElement(b, der.Context(gnURI), []byte(place))
					})
				})
			})
		}
	})
}

func (t *Template) addAltNames(b *cryptobyte.Builder) {
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, s := range t.Emails {
			der.AddElement(b, der.Context(gnEmail), []byte(s))
		}
		for _, s := range t.DNSNames {
			der.AddElement(b, der.Context(gnDNS), []byte(s))
		}
		for _, s := range t.URIs {
			der.AddElement(b, der.Context(gnURI), []byte(s))
		}
		if !t.Belarusian.Empty() {
			der.AddElement(b, der.Explicit(gnDirectory), t.Belarusian.Raw)
		}
	})
}
