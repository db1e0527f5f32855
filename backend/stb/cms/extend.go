package cms

import (
	"bytes"
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/internal/ber"
	"akno/backend/stb/internal/der"
	"akno/backend/stb/ocsp"
	"akno/backend/stb/pki"
)

// ErrStamp says that a time stamp is not of the signature it should go to.
var ErrStamp = errors.New("cms: the stamp is not of this signature")

// pieces are the parts of a signed message as they are encoded. Putting them
// together again changes lengths around them and nothing inside.
type pieces struct {
	version, algorithms, content []byte
	certificates, revocation     [][]byte
	signers                      [][]byte
}

func split(data []byte) (*pieces, error) {
	body, err := contentInfo(data, TypeSignedData)
	if err != nil {
		return nil, err
	}
	parts, err := body.Children(6)
	if err != nil || len(parts) < 4 {
		return nil, malformed("signed data")
	}
	p := &pieces{version: parts[0].Raw, algorithms: parts[1].Raw, content: parts[2].Raw}
	parts = parts[3:]
	if parts[0].Tag == explicit0 {
		if p.certificates, err = raws(parts[0], maxCertificates); err != nil {
			return nil, err
		}
		parts = parts[1:]
	}
	if len(parts) > 0 && parts[0].Tag == explicit1 {
		if p.revocation, err = raws(parts[0], maxRevocation); err != nil {
			return nil, err
		}
		parts = parts[1:]
	}
	if len(parts) != 1 || parts[0].Tag != tag.SET {
		return nil, malformed("signers")
	}
	p.signers, err = raws(parts[0], maxSigners)
	return p, err
}

func raws(e ber.Element, limit int) ([][]byte, error) {
	list, err := e.Children(limit)
	if err != nil {
		return nil, malformed("signed data")
	}
	out := make([][]byte, len(list))
	for i, x := range list {
		out[i] = x.Raw
	}
	return out, nil
}

func (p *pieces) join() ([]byte, error) {
	set := func(b *cryptobyte.Builder, t tag.Tag, list [][]byte) {
		b.AddASN1(t, func(b *cryptobyte.Builder) {
			for _, x := range list {
				b.AddBytes(x)
			}
		})
	}
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(TypeSignedData)
		b.AddASN1(explicit0, func(b *cryptobyte.Builder) {
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddBytes(p.version)
				b.AddBytes(p.algorithms)
				b.AddBytes(p.content)
				if len(p.certificates) > 0 {
					set(b, explicit0, p.certificates)
				}
				if len(p.revocation) > 0 {
					set(b, explicit1, p.revocation)
				}
				set(b, tag.SET, p.signers)
			})
		})
	})
	return b.Bytes()
}

// add puts elements into a set unless they are there already.
func add(set [][]byte, elements ...[]byte) [][]byte {
next:
	for _, e := range elements {
		for _, x := range set {
			if bytes.Equal(x, e) {
				continue next
			}
		}
		set = append(set, e)
	}
	der.SortSet(set)
	return set
}

// AddStamp adds a time stamp over the signature of signer i, counted from 0, and
// so makes level B-T. The imprint of the stamp is compared, the stamp itself is
// not verified. Everything that the message holds stays octet for octet.
func AddStamp(data []byte, i int, token []byte) ([]byte, error) {
	sd, err := Parse(data)
	if err != nil {
		return nil, err
	}
	t, err := ParseToken(token)
	if err != nil {
		return nil, err
	}
	if i < 0 || i >= len(sd.Signers) {
		return nil, fmt.Errorf("%w: no signer %d", ErrStamp, i)
	}
	h := pki.HashByOID(t.Info.HashAlgorithm.OID)
	if h == nil || !bytes.Equal(h.Sum(sd.Signers[i].Signature), t.Info.HashedMessage) {
		return nil, ErrStamp
	}
	if token, err = derOf(token); err != nil {
		return nil, err
	}
	p, err := split(data)
	if err != nil {
		return nil, err
	}
	if p.signers[i], err = addUnsigned(p.signers[i], attrSignatureStamp, token); err != nil {
		return nil, err
	}
	return p.join()
}

func derOf(data []byte) ([]byte, error) {
	e, rest, err := ber.Read(data)
	if err != nil || len(rest) > 0 {
		return nil, malformed("element")
	}
	return e.DER()
}

// addUnsigned adds one more attribute to a signer. A value of a type that is
// there already goes into an attribute of its own: several stamps may stand so.
func addUnsigned(signer []byte, id []int, value []byte) ([]byte, error) {
	e, _, err := ber.Read(signer)
	if err != nil {
		return nil, malformed("signer")
	}
	parts, err := e.Children(7)
	if err != nil || len(parts) < 5 {
		return nil, malformed("signer")
	}
	var attributes [][]byte
	if last := parts[len(parts)-1]; last.Tag == explicit1 {
		if attributes, err = raws(last, maxAttributes-1); err != nil {
			return nil, err
		}
		parts = parts[:len(parts)-1]
	}
	one, err := attribute(id, func(b *cryptobyte.Builder) { b.AddBytes(value) })
	if err != nil {
		return nil, err
	}
	attributes = add(attributes, one)
	var body []byte
	for _, x := range parts {
		body = append(body, x.Raw...)
	}
	body = append(body, der.Element(explicit1, bytes.Join(attributes, nil))...)
	return der.Element(tag.SEQUENCE, body), nil
}

// AddValidationData adds certificates and revocation data for later checks and
// so makes level B-LT of B-T, if they suffice. What is there already is not
// added again; nothing that is there changes except the version of the message.
func AddValidationData(data []byte, certs []*pki.Certificate, lists []*pki.RevocationList, answers []*ocsp.Response) ([]byte, error) {
	p, err := split(data)
	if err != nil {
		return nil, err
	}
	for _, c := range certs {
		p.certificates = add(p.certificates, c.Raw)
	}
	for _, l := range lists {
		p.revocation = add(p.revocation, l.Raw)
	}
	for _, r := range answers {
		other := append(der.OID(oidOCSPResponse), r.Raw...)
		p.revocation = add(p.revocation, der.Element(explicit1, other))
		// A form of revocation data other than a list asks for version 5.
		p.version = []byte{byte(tag.INTEGER), 1, 5}
	}
	return p.join()
}

// AddSigner adds a parallel signature over the same content to a message. Of a
// detached message the content must be given.
func AddSigner(data []byte, content Content, opt SignOptions) ([]byte, error) {
	sd, err := Parse(data)
	if err != nil {
		return nil, err
	}
	opt.ContentType, opt.Attached = sd.ContentType, sd.Content
	one, err := Sign(content, opt)
	if err != nil {
		return nil, err
	}
	p, err := split(data)
	if err != nil {
		return nil, err
	}
	q, err := split(one)
	if err != nil {
		return nil, err
	}
	p.certificates = add(p.certificates, q.certificates...)
	p.signers = append(p.signers, q.signers...)
	der.SortSet(p.signers)
	old, err1 := setBody(p.algorithms)
	fresh, err2 := setBody(q.algorithms)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	p.algorithms = der.Element(tag.SET, bytes.Join(add(old, fresh...), nil))
	return p.join()
}

func setBody(data []byte) ([][]byte, error) {
	e, _, err := ber.Read(data)
	if err != nil {
		return nil, malformed("set")
	}
	return raws(e, maxSigners)
}
