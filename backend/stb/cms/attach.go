package cms

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash"
	"io"

	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/internal/ber"
	"akno/backend/stb/internal/der"
	"akno/backend/stb/pki"
)

// ErrContent says that a content is not what it was said to be: of another
// length, or not the one that was signed.
var ErrContent = errors.New("cms: the content is not the stated one")

// SignAttached makes what Sign makes with Attached, for a content of size octets
// that is too long to be held: it is read once and written to dst in DER, with
// memory that does not grow with it. The fresh signature is verified. After an
// error what was written is no message and must be thrown away.
func SignAttached(ctx context.Context, dst io.Writer, src io.Reader, size int64, opt SignOptions) error {
	alg, err := opt.algorithm()
	if err != nil {
		return err
	}
	opt.Attached = nil
	// Lengths stand before the content and the signature after it; they are the
	// same for any hash value and any signature.
	attributes, err := signedAttributes(make([]byte, alg.Hash.Size), alg, opt)
	if err != nil {
		return err
	}
	draft, err := message(alg, attributes, make([]byte, alg.SignatureSize()), opt)
	if err != nil {
		return err
	}
	planned, err := split(draft)
	if err != nil {
		return err
	}
	f := alg.Hash.New()
	if err := planned.embed(ctx, dst, src, size, f); err != nil {
		return err
	}
	signature, err := signDigest(f.Sum(nil), alg, opt)
	if err != nil {
		return err
	}
	p, err := split(signature)
	if err != nil {
		return err
	}
	tail := p.tail()
	if len(tail) != len(planned.tail()) {
		return fmt.Errorf("%w: the signature has another length than planned", ErrSigner)
	}
	if _, err := dst.Write(tail); err != nil {
		return fmt.Errorf("cms: sign: %w", err)
	}
	return nil
}

// Attach writes to dst a detached signature with its content of size octets put
// into it, whatever its level. It compares the content with what every signer has
// signed and returns ErrContent when it is another one; it verifies nothing else.
// Memory does not grow with the content. After an error what was written must be
// thrown away.
func Attach(ctx context.Context, dst io.Writer, signature []byte, src io.Reader, size int64) error {
	sd, err := Parse(signature)
	if err != nil {
		return err
	}
	if !sd.Detached || len(sd.Signers) == 0 {
		return malformed("not a detached signature")
	}
	p, err := split(signature)
	if err != nil {
		return err
	}
	fs := map[*pki.HashAlgorithm]hash.Hash{}
	var sinks []io.Writer
	for _, s := range sd.Signers {
		h := pki.HashByOID(s.DigestAlgorithm.OID)
		if h == nil || s.Signed == nil {
			return fmt.Errorf("%w: it cannot be compared with what was signed", ErrContent)
		}
		if fs[h] == nil {
			fs[h] = h.New()
			sinks = append(sinks, fs[h])
		}
	}
	if err := p.embed(ctx, dst, src, size, sinks...); err != nil {
		return err
	}
	for _, s := range sd.Signers {
		c, flaw := s.readClaims()
		if sum := fs[pki.HashByOID(s.DigestAlgorithm.OID)].Sum(nil); flaw != "" || !bytes.Equal(sum, c.digest) {
			return fmt.Errorf("%w: it is not what was signed", ErrContent)
		}
	}
	if _, err := dst.Write(p.tail()); err != nil {
		return fmt.Errorf("cms: attach: %w", err)
	}
	return nil
}

// embed writes everything before the content and the content, which passes the
// sinks too.
func (p *pieces) embed(ctx context.Context, dst io.Writer, src io.Reader, size int64, sinks ...io.Writer) error {
	start, err := p.head(size)
	if err != nil {
		return err
	}
	if _, err := dst.Write(start); err != nil {
		return fmt.Errorf("cms: attach: %w", err)
	}
	all := io.MultiWriter(append(sinks, dst)...)
	n, err := pour(ctx, all, io.LimitReader(src, size), nil, make([]byte, copySize))
	if err != nil {
		return fmt.Errorf("cms: attach: %w", err)
	}
	if extra, _ := io.ReadFull(src, make([]byte, 1)); n != size || extra > 0 {
		return fmt.Errorf("%w: it does not have %d octets", ErrContent, size)
	}
	return nil
}

// tail is what stands after the content.
func (p *pieces) tail() []byte {
	var out []byte
	if len(p.certificates) > 0 {
		out = append(out, der.Element(explicit0, bytes.Join(p.certificates, nil))...)
	}
	if len(p.revocation) > 0 {
		out = append(out, der.Element(explicit1, bytes.Join(p.revocation, nil))...)
	}
	return append(out, der.Element(tag.SET, bytes.Join(p.signers, nil))...)
}

// head is what stands before a content of size octets.
func (p *pieces) head(size int64) ([]byte, error) {
	e, _, err := ber.Read(p.content)
	if err != nil {
		return nil, malformed("content")
	}
	parts, err := e.Children(1)
	if err != nil || len(parts) != 1 || size < 0 {
		return nil, malformed("content")
	}
	// From the inside out: each head counts what follows it.
	after := size
	out := head(tag.OCTET_STRING, size)
	out = append(head(explicit0, int64(len(out))+after), out...)
	out = append(bytes.Clone(parts[0].Raw), out...)
	out = append(head(tag.SEQUENCE, int64(len(out))+after), out...)
	out = append(append(bytes.Clone(p.version), p.algorithms...), out...)
	after += int64(len(p.tail()))
	out = append(head(tag.SEQUENCE, int64(len(out))+after), out...)
	out = append(head(explicit0, int64(len(out))+after), out...)
	out = append(der.OID(TypeSignedData), out...)
	return append(head(tag.SEQUENCE, int64(len(out))+after), out...), nil
}
