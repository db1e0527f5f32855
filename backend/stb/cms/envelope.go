package cms

import (
	"bytes"
	"context"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"io"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/belt"
	"akno/backend/stb/bign"
	"akno/backend/stb/internal/ber"
	"akno/backend/stb/internal/der"
	"akno/backend/stb/oid"
	"akno/backend/stb/pki"
)

var (
	// ErrRecipient says that a certificate is not for receiving enveloped data.
	ErrRecipient = errors.New("cms: the certificate is not for receiving enveloped data")
	// ErrDecrypt says that the envelope does not open with this key: it is not for
	// it, or it is damaged. Which of the two is not said, on purpose.
	ErrDecrypt = errors.New("cms: the envelope does not open with this key")
)

const (
	contentKeySize = 32
	maxRecipients  = 200
	copySize       = 64 << 10
)

// Unwrapper opens key tokens with a private key. A bign.PrivateKey is one.
type Unwrapper interface {
	// PublicKey returns the public key of the recipient.
	PublicKey() *bign.PublicKey
	// UnwrapKey opens a token of STB 34.101.45, 7.2; header has 16 octets, nil
	// standing for zeros.
	UnwrapKey(token, header []byte) ([]byte, error)
}

// Encrypt puts size octets of src into an envelope (EnvelopedData) for the
// recipients and writes it to dst in DER: belt-ctr256 under a fresh key, which
// travels in a token to each. Memory does not grow with size. The envelope hides
// and does not authenticate: sign before, never after.
func Encrypt(ctx context.Context, dst io.Writer, src io.Reader, size int64, recipients []*pki.Certificate) error {
	if len(recipients) == 0 || len(recipients) > maxRecipients || size < 0 {
		return fmt.Errorf("%w: 1 to %d recipients", ErrRecipient, maxRecipients)
	}
	key, iv := make([]byte, contentKeySize), make([]byte, belt.BlockSize)
	defer clear(key)
	if _, err := rand.Read(key); err != nil {
		return fmt.Errorf("cms: encrypt: %w", err)
	}
	if _, err := rand.Read(iv); err != nil {
		return fmt.Errorf("cms: encrypt: %w", err)
	}
	head, err := envelopeHead(key, iv, size, recipients)
	if err != nil {
		return err
	}
	if _, err := dst.Write(head); err != nil {
		return fmt.Errorf("cms: encrypt: %w", err)
	}
	c, err := belt.NewCipher(key)
	if err != nil {
		return fmt.Errorf("cms: encrypt: %w", err)
	}
	defer c.Wipe()
	stream := c.NewCTR(iv)
	defer wipe(stream)
	n, err := pour(ctx, dst, io.LimitReader(src, size), stream, make([]byte, copySize))
	if err != nil {
		return fmt.Errorf("cms: encrypt: %w", err)
	}
	if extra, _ := io.ReadFull(src, make([]byte, 1)); n != size || extra > 0 {
		return fmt.Errorf("cms: encrypt: the content is not of the stated %d octets", size)
	}
	return nil
}

// wipe clears the key in a stream of belt.
func wipe(stream cipher.Stream) {
	if w, ok := stream.(interface{ Wipe() }); ok {
		w.Wipe()
	}
}

// pour copies in pieces as long as buf, through a cipher if there is one, and
// stops with the context. What passed through is wiped from buf.
func pour(ctx context.Context, dst io.Writer, src io.Reader, stream cipher.Stream, buf []byte) (total int64, err error) {
	used := 0
	defer func() { clear(buf[:used]) }()
	for {
		if err := ctx.Err(); err != nil {
			return total, err
		}
		n, err := src.Read(buf)
		used = max(used, n)
		if stream != nil {
			stream.XORKeyStream(buf[:n], buf[:n])
		}
		if _, werr := dst.Write(buf[:n]); werr != nil {
			return total, werr
		}
		total += int64(n)
		if errors.Is(err, io.EOF) {
			return total, nil
		}
		if err != nil {
			return total, err
		}
	}
}

// head returns the identifier and length octets of an element.
func head(t tag.Tag, n int64) []byte {
	if n < 0x80 {
		return []byte{byte(t), byte(n)}
	}
	var octets []byte
	for ; n > 0; n >>= 8 {
		octets = append([]byte{byte(n)}, octets...)
	}
	return append([]byte{byte(t), 0x80 | byte(len(octets))}, octets...)
}

// envelopeHead returns everything before the encrypted octets.
func envelopeHead(key, iv []byte, size int64, recipients []*pki.Certificate) ([]byte, error) {
	var infos [][]byte
	for _, c := range recipients {
		info, err := recipientInfo(key, c)
		if err != nil {
			return nil, err
		}
		infos = append(infos, info)
	}
	der.SortSet(infos)
	var alg cryptobyte.Builder
	alg.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid.BeltCTR256)
		b.AddASN1OctetString(iv)
	})
	algorithm, err := alg.Bytes()
	if err != nil {
		return nil, fmt.Errorf("cms: encrypt: %w", err)
	}
	// From the inside out: each head counts what follows it.
	out := append(append(der.OID(TypeData), algorithm...), head(der.Context(0), size)...)
	out = append(head(tag.SEQUENCE, int64(len(out))+size), out...)
	out = append(append([]byte{byte(tag.INTEGER), 1, 0}, der.Element(tag.SET, bytes.Join(infos, nil))...), out...)
	out = append(head(tag.SEQUENCE, int64(len(out))+size), out...)
	out = append(head(explicit0, int64(len(out))+size), out...)
	out = append(der.OID(TypeEnvelopedData), out...)
	return append(head(tag.SEQUENCE, int64(len(out))+size), out...), nil
}

func recipientInfo(key []byte, c *pki.Certificate) ([]byte, error) {
	if c.PublicKey == nil || c.HasKeyUsage && c.KeyUsage&pki.UseKeyEncipherment == 0 {
		return nil, ErrRecipient
	}
	token, err := c.PublicKey.WrapKey(key, nil)
	if err != nil {
		return nil, fmt.Errorf("cms: wrap key: %w", err)
	}
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(0)
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddBytes(c.Issuer.Raw)
			der.AddElement(b, tag.INTEGER, []byte(c.Serial))
		})
		der.AddAlgorithm(b, oid.BignKeyTransport)
		b.AddASN1OctetString(token)
	})
	return b.Bytes()
}

// Decrypt opens an envelope in BER or DER and writes its content to dst. Memory
// does not grow with the content. What is written is of unknown origin and may
// have been changed on the way: look for a signature inside. After an error what
// was written must not be used.
func Decrypt(ctx context.Context, dst io.Writer, src io.Reader, key Unwrapper) error {
	s := newScanner(src)
	stream, err := openEnvelope(s, key)
	if err != nil {
		return err
	}
	defer wipe(stream)
	if err := s.content(ctx, dst, stream, der.Context(0)); err != nil {
		return fmt.Errorf("cms: decrypt: %w", err)
	}
	if !s.leave() { // encryptedContentInfo
		return fmt.Errorf("cms: decrypt: %w", s.malformed("encrypted content"))
	}
	s.attributes()
	if err := s.finish(); err != nil {
		return fmt.Errorf("cms: decrypt: %w", err)
	}
	return nil
}

// openEnvelope reads up to the encrypted octets and recovers their key.
func openEnvelope(s *scanner, key Unwrapper) (cipher.Stream, error) {
	if !s.enter(tag.SEQUENCE) || !s.oid(TypeEnvelopedData) || !s.enter(explicit0) || !s.enter(tag.SEQUENCE) {
		return nil, s.malformed("not an envelope")
	}
	version, ok := s.element()
	if !ok || version.Tag != tag.INTEGER {
		return nil, malformed("version of the envelope")
	}
	recipients, ok := s.element()
	if ok && recipients.Tag == explicit0 {
		recipients, ok = s.element() // after certificates of the sender
	}
	if !ok || recipients.Tag != tag.SET || !s.enter(tag.SEQUENCE) {
		return nil, malformed("recipients")
	}
	if id, ok := s.element(); !ok || id.Tag != tag.OBJECT_IDENTIFIER {
		return nil, malformed("encrypted content")
	}
	raw, ok := s.element()
	var alg pki.AlgorithmIdentifier
	if !ok || !readAlgorithm(raw, &alg) {
		return nil, malformed("algorithm of the content")
	}
	var iv cryptobyte.String
	params := cryptobyte.String(alg.Params)
	if !params.ReadASN1(&iv, tag.OCTET_STRING) || !params.Empty() || len(iv) != belt.BlockSize {
		return nil, fmt.Errorf("cms: content algorithm %s is not supported", alg.OID)
	}
	if !alg.OID.Equal(oid.BeltCTR256) && !alg.OID.Equal(oid.BeltCFB256) {
		return nil, fmt.Errorf("cms: content algorithm %s is not supported", alg.OID)
	}
	content, err := contentKey(recipients, key)
	if err != nil {
		return nil, err
	}
	defer clear(content)
	c, err := belt.NewCipher(content)
	if err != nil {
		return nil, ErrDecrypt
	}
	defer c.Wipe()
	if alg.OID.Equal(oid.BeltCFB256) {
		return c.NewCFBDecrypter(iv), nil
	}
	return c.NewCTR(iv), nil
}

// contentKey tries every token: the tokens tell by themselves whom they are for.
func contentKey(recipients ber.Element, key Unwrapper) ([]byte, error) {
	list, err := recipients.Children(maxRecipients)
	if err != nil {
		return nil, malformed("recipients")
	}
	for _, e := range list {
		parts, err := e.Children(4)
		if err != nil || e.Tag != tag.SEQUENCE || len(parts) != 4 {
			continue // another way of handing over the key
		}
		var alg pki.AlgorithmIdentifier
		token, err := parts[3].Octets()
		if err != nil || !readAlgorithm(parts[2], &alg) || !alg.OID.Equal(oid.BignKeyTransport) || !alg.PlainParams() {
			continue
		}
		content, err := key.UnwrapKey(token, nil)
		if err == nil && len(content) == contentKeySize {
			return content, nil
		}
		clear(content)
	}
	return nil, ErrDecrypt
}
