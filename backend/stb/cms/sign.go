package cms

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/internal/der"
	"akno/backend/stb/pki"
)

// ErrSigner says that a signature cannot be made with what was given.
var ErrSigner = errors.New("cms: certificate and key do not make a signature")

// SignOptions say how a signature is made.
type SignOptions struct {
	// Certificate is the signer's certificate; it travels in the message.
	Certificate *pki.Certificate
	// Signer holds the private key of the certificate.
	Signer pki.Signer
	// Chain are further certificates to send along, such as the issuer's.
	Chain []*pki.Certificate
	// Time is the signing time the signer claims; zero leaves it out, as stamps do.
	Time time.Time
	// ContentType is the type of the content; nil means plain data.
	ContentType asn1.ObjectIdentifier
	// MimeType states what plain data are, such as application/json; left out when
	// empty.
	MimeType string
	// Attached embeds these octets; nil makes a detached signature.
	Attached []byte
	// OmitIssuerSerial leaves issuer and number out of the reference to the
	// certificate, as the strict profile wants in stamps.
	OmitIssuerSerial bool
	// OmitCertificate leaves the signer's own certificate out of the message, as a
	// stamp does when it was asked not to send it.
	OmitCertificate bool
}

// Sign makes a signature of level B-B in DER, with one signer, and verifies it
// before it is returned. The content of a detached signature comes from content;
// for an attached one content is not used.
func Sign(content Content, opt SignOptions) ([]byte, error) {
	alg, err := opt.algorithm()
	if err != nil {
		return nil, err
	}
	if opt.Attached != nil {
		content = Octets(opt.Attached)
	}
	if content == nil {
		return nil, ErrNoContent
	}
	digest, err := content.Digest(alg.Hash)
	if err != nil {
		return nil, fmt.Errorf("cms: hash content: %w", err)
	}
	return signDigest(digest, alg, opt)
}

// algorithm checks that certificate and key belong together and returns what
// they sign with.
func (o SignOptions) algorithm() (*pki.SignatureAlgorithm, error) {
	if o.Certificate == nil || o.Signer == nil || o.Certificate.PublicKey == nil ||
		!o.Certificate.PublicKey.Equal(o.Signer.PublicKey()) {
		return nil, fmt.Errorf("%w: the key is not that of the certificate", ErrSigner)
	}
	alg := pki.AlgorithmFor(o.Certificate.PublicKey)
	if alg == nil {
		return nil, fmt.Errorf("%w: %w", ErrSigner, pki.ErrAlgorithm)
	}
	return alg, nil
}

// signDigest makes the message for the hash value of a content.
func signDigest(digest []byte, alg *pki.SignatureAlgorithm, opt SignOptions) ([]byte, error) {
	attributes, err := signedAttributes(digest, alg, opt)
	if err != nil {
		return nil, err
	}
	hash := alg.Hash.Sum(der.Element(tag.SET, attributes))
	sig, err := opt.Signer.SignHash(alg.Hash.OIDDER(), hash)
	if err != nil {
		return nil, fmt.Errorf("cms: sign: %w", err)
	}
	// A fault of memory or of a token must not leave the machine as a signature.
	if !opt.Certificate.PublicKey.Verify(alg.Hash.OIDDER(), hash, sig) {
		return nil, fmt.Errorf("%w: the fresh signature does not verify", ErrSigner)
	}
	return message(alg, attributes, sig, opt)
}

// contentType is the type of the content, plain data if nothing was said.
func (o SignOptions) contentType() asn1.ObjectIdentifier {
	if o.ContentType == nil {
		return TypeData
	}
	return o.ContentType
}

// signedAttributes returns the attributes in the order of DER, joined.
func signedAttributes(digest []byte, alg *pki.SignatureAlgorithm, opt SignOptions) ([]byte, error) {
	var list [][]byte
	add := func(id asn1.ObjectIdentifier, value func(b *cryptobyte.Builder)) error {
		a, err := attribute(id, value)
		list = append(list, a)
		return err
	}
	err := errors.Join(
		add(attrContentType, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(opt.contentType()) }),
		add(attrMessageDigest, func(b *cryptobyte.Builder) { b.AddASN1OctetString(digest) }),
		add(attrSigningCertV2, func(b *cryptobyte.Builder) { addReference(b, alg, opt) }),
	)
	if !opt.Time.IsZero() {
		err = errors.Join(err, add(attrSigningTime, func(b *cryptobyte.Builder) { der.AddTime(b, opt.Time) }))
	}
	if opt.MimeType != "" {
		err = errors.Join(err, add(attrMimeType, func(b *cryptobyte.Builder) {
			der.AddElement(b, tag.UTF8String, []byte(opt.MimeType))
		}))
	}
	if err != nil {
		return nil, fmt.Errorf("cms: signed attributes: %w", err)
	}
	der.SortSet(list)
	return bytes.Join(list, nil), nil
}

func attribute(id asn1.ObjectIdentifier, value func(b *cryptobyte.Builder)) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(id)
		b.AddASN1(tag.SET, value)
	})
	return b.Bytes()
}

// addReference writes signingCertificateV2 with one certificate and no policies.
func addReference(b *cryptobyte.Builder, alg *pki.SignatureAlgorithm, opt SignOptions) {
	c := opt.Certificate
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
				der.AddAlgorithm(b, alg.Hash.OID)
				b.AddASN1OctetString(alg.Hash.Sum(c.Raw))
				if opt.OmitIssuerSerial {
					return
				}
				b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
						b.AddASN1(der.Explicit(4), func(b *cryptobyte.Builder) { b.AddBytes(c.Issuer.Raw) })
					})
					der.AddElement(b, tag.INTEGER, []byte(c.Serial))
				})
			})
		})
	})
}

// message puts a signature together.
func message(alg *pki.SignatureAlgorithm, attributes, sig []byte, opt SignOptions) ([]byte, error) {
	version := int64(1)
	if !opt.contentType().Equal(TypeData) {
		version = 3
	}
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(TypeSignedData)
		b.AddASN1(explicit0, func(b *cryptobyte.Builder) {
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1Int64(version)
				b.AddASN1(tag.SET, func(b *cryptobyte.Builder) { der.AddAlgorithm(b, alg.Hash.OID) })
				b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1ObjectIdentifier(opt.contentType())
					if opt.Attached != nil {
						b.AddASN1(explicit0, func(b *cryptobyte.Builder) { b.AddASN1OctetString(opt.Attached) })
					}
				})
				if set := certificateSet(opt); len(set) > 0 {
					b.AddASN1(explicit0, func(b *cryptobyte.Builder) { b.AddBytes(set) })
				}
				b.AddASN1(tag.SET, func(b *cryptobyte.Builder) {
					addSigner(b, alg, attributes, sig, opt.Certificate)
				})
			})
		})
	})
	return b.Bytes()
}

// certificateSet joins the certificates to send, each once, in the order of DER.
func certificateSet(opt SignOptions) []byte {
	var set [][]byte
	add := func(c *pki.Certificate) {
		for _, raw := range set {
			if bytes.Equal(raw, c.Raw) {
				return
			}
		}
		set = append(set, c.Raw)
	}
	if !opt.OmitCertificate {
		add(opt.Certificate)
	}
	for _, c := range opt.Chain {
		add(c)
	}
	der.SortSet(set)
	return bytes.Join(set, nil)
}

func addSigner(b *cryptobyte.Builder, alg *pki.SignatureAlgorithm, attributes, sig []byte, c *pki.Certificate) {
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddBytes(c.Issuer.Raw)
			der.AddElement(b, tag.INTEGER, []byte(c.Serial))
		})
		der.AddAlgorithm(b, alg.Hash.OID)
		b.AddASN1(explicit0, func(b *cryptobyte.Builder) { b.AddBytes(attributes) })
		der.AddAlgorithm(b, alg.OID)
		b.AddASN1OctetString(sig)
	})
}
