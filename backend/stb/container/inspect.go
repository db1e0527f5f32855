package container

import (
	"bytes"
	"encoding/asn1"
	"encoding/pem"

	"akno/backend/stb/bign"
	"akno/backend/stb/internal/ber"
	"akno/backend/stb/internal/der"
	"akno/backend/stb/oid"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

// Format says what kind of file something is.
type Format string

// Formats told apart by Inspect.
const (
	// FormatUnknown is anything that is none of the following.
	FormatUnknown Format = "unknown"
	// FormatContainer is a container of STB 34.101.78. Whether it holds a private key, and of
	// which curve, or a partial secret, is known only after opening it.
	FormatContainer Format = "stb-container"
	// FormatShare is a container whose length fits a partial secret only, or an
	// unprotected partial secret.
	FormatShare Format = "bels-share"
	// FormatPlainKey is an unprotected private key of STB 34.101.45.
	FormatPlainKey Format = "plain-key"
	// FormatPKCS8 is a private key in PKCS #8 that is protected in another way or is of
	// another algorithm.
	FormatPKCS8 Format = "pkcs8"
	// FormatPKCS12 is a personal information exchange file of PKCS #12.
	FormatPKCS12 Format = "pkcs12"
	// FormatCertificate is a certificate of X.509.
	FormatCertificate Format = "certificate"
	// FormatRequest is a certification request of PKCS #10.
	FormatRequest Format = "request"
	// FormatCRL is a certificate revocation list of X.509.
	FormatCRL Format = "crl"
	// FormatCMS is any content of the Cryptographic Message Syntax: signed, enveloped and so on.
	FormatCMS Format = "cms"
	// FormatCVCertificate is a card-verifiable certificate of STB 34.101.79.
	FormatCVCertificate Format = "cv-certificate"
)

// Info is what can be said of a file without a password.
type Info struct {
	// Format is the kind of the first thing in the file.
	Format Format
	// PEM is the label of its block of PEM, and empty for binary files.
	PEM string
	// Blocks is the number of blocks of PEM, and 1 for binary files.
	Blocks int
	// DER is the thing itself without PEM, as it was written: DER or BER.
	DER []byte
	// Curve is the curve of a private key: of a plain one, or of a container whose length
	// fits only one. It is nil where that is not known.
	Curve *bign.Curve
	// Iterations is the number of iterations of the password derivation, and 0 where there is none.
	Iterations int
	// Algorithm names what a FormatPKCS8 file uses that is not of the standard's profile.
	Algorithm string
}

// Inspect says what a file is by its contents, whatever its name. It needs no password,
// never fails and reads no more than the outer structure.
func Inspect(file []byte) Info {
	info := Info{Format: FormatUnknown, Blocks: 1, DER: file}
	if bytes.Contains(file[:min(len(file), 4096)], []byte("-----BEGIN ")) {
		if block, rest := pem.Decode(file); block != nil {
			info.PEM, info.DER = block.Type, block.Bytes
			for block, rest = pem.Decode(rest); block != nil; block, rest = pem.Decode(rest) {
				info.Blocks++
			}
		}
	}
	info.classify()
	return info
}

// classify sets the format by the outer structure.
func (i *Info) classify() {
	if len(i.DER) > 2 && i.DER[0] == 0x7f && i.DER[1] == 0x21 {
		i.Format = FormatCVCertificate
		return
	}
	e, rest, err := ber.Read(i.DER)
	if err != nil || len(rest) != 0 || e.Tag != tag.SEQUENCE {
		return
	}
	c, err := e.Children(8)
	if err != nil || len(c) < 2 {
		return
	}
	switch {
	case c[0].Tag == tag.OBJECT_IDENTIFIER && c[1].Tag == der.Explicit(0):
		if isPKCS7(c[0].Body) {
			i.Format = FormatCMS
		}
	case c[0].Tag == tag.INTEGER && bytes.Equal(c[0].Body, []byte{3}) && c[1].Tag == tag.SEQUENCE:
		i.classifyPKCS12(c[1])
	case c[0].Tag == tag.INTEGER && c[1].Tag == tag.SEQUENCE && len(c) > 2:
		i.classifyPlain()
	case c[0].Tag == tag.SEQUENCE && c[1].Tag&^0x20 == tag.OCTET_STRING && len(c) == 2:
		i.classifyEncrypted(e)
	case c[0].Tag == tag.SEQUENCE && c[1].Tag == tag.SEQUENCE && len(c) == 3 && c[2].Tag&^0x20 == tag.BIT_STRING:
		i.classifySigned(c[0])
	}
}

// isPKCS7 returns whether the octets are an identifier under 1.2.840.113549.1.7 or 1.2.840.113549.1.9.16.1,
// the content types of CMS.
func isPKCS7(body []byte) bool {
	return bytes.HasPrefix(body, []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7}) ||
		bytes.HasPrefix(body, []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 1})
}

func (i *Info) classifyPKCS12(authSafe ber.Element) {
	c, err := authSafe.Children(2)
	if err == nil && len(c) == 2 && c[0].Tag == tag.OBJECT_IDENTIFIER && isPKCS7(c[0].Body) {
		i.Format = FormatPKCS12
	}
}

// classifyPlain looks at an unprotected PrivateKeyInfo.
func (i *Info) classifyPlain() {
	if len(i.DER) > MaxFile {
		return
	}
	k, ok := readKeyInfo(i.DER)
	if !ok {
		return
	}
	switch {
	case k.algorithm.Equal(oid.BelsShare):
		i.Format = FormatShare
	case k.algorithm.Equal(oid.BignPubKey) && bign.CurveByOID(k.named()) != nil:
		i.Format, i.Curve = FormatPlainKey, bign.CurveByOID(k.named())
	case k.algorithm.Equal(oid.BignPubKey):
		i.Format, i.Algorithm = FormatPKCS8, "explicit curve parameters"
	default:
		i.Format, i.Algorithm = FormatPKCS8, oid.Name(k.algorithm)
	}
}

// classifyEncrypted looks at an EncryptedPrivateKeyInfo. A DigestInfo has the same outer
// form, hence the look at the algorithm.
func (i *Info) classifyEncrypted(e ber.Element) {
	if len(i.DER) > MaxFile {
		return
	}
	flat, err := e.DER()
	if err != nil {
		return
	}
	in := cryptobyte.String(flat)
	var outer cryptobyte.String
	var algorithm der.Algorithm
	if !in.ReadASN1(&outer, tag.SEQUENCE) || !der.ReadAlgorithm(&outer, &algorithm) {
		return
	}
	if !algorithm.OID.Equal(oid.PBES2) {
		if isPasswordScheme(algorithm) {
			i.Format, i.Algorithm = FormatPKCS8, oid.Name(algorithm.OID)
		}
		return
	}
	s, body, err := readEncrypted(flat)
	if err != nil {
		i.Format, i.Algorithm = FormatPKCS8, "PBES2"
		return
	}
	i.Iterations = s.iterations
	if !s.prf.OID.Equal(oid.HMACHBelt) {
		i.Format, i.Algorithm = FormatPKCS8, oid.Name(s.prf.OID)
		return
	}
	if !s.cipher.OID.Equal(oid.BeltKWP256) {
		i.Format, i.Algorithm = FormatPKCS8, oid.Name(s.cipher.OID)
		return
	}
	i.Format = FormatContainer
	// The lengths our writers and the peers' make; 81 octets fit a key at level 128 and a
	// partial secret at level 256.
	switch len(body) {
	case 65, 73:
		i.Format = FormatShare
	case 97:
		i.Curve = bign.Curve384v1()
	case 113:
		i.Curve = bign.Curve512v1()
	}
}

// isPasswordScheme returns whether an algorithm is one of the older ones, under pkcs-5 or
// pkcs-12PbeIds.
func isPasswordScheme(a der.Algorithm) bool {
	pkcs5 := asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5}
	pkcs12 := asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1}
	return len(a.OID) == 7 && a.OID[:6].Equal(pkcs5) || len(a.OID) == 8 && a.OID[:7].Equal(pkcs12)
}

// classifySigned tells certificates, requests and lists apart by the start of what is signed.
func (i *Info) classifySigned(signed ber.Element) {
	c, err := signed.Children(16)
	if err != nil || len(c) < 3 {
		return
	}
	isTime := func(n int) bool {
		return n < len(c) && (c[n].Tag == tag.UTCTime || c[n].Tag == tag.GeneralizedTime)
	}
	switch {
	case c[0].Tag == der.Explicit(0):
		i.Format = FormatCertificate
	case isTime(2) && c[0].Tag == tag.SEQUENCE, isTime(3) && c[0].Tag == tag.INTEGER:
		i.Format = FormatCRL
	case c[0].Tag == tag.INTEGER && len(c) == 4 && c[3].Tag == der.Explicit(0):
		i.Format = FormatRequest
	case c[0].Tag == tag.INTEGER && len(c) >= 6:
		i.Format = FormatCertificate // version 1
	}
}
