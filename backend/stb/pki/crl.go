package pki

import (
	"bytes"
	"encoding/asn1"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/internal/der"
	"akno/backend/stb/internal/memo"
)

// MaxRevocationListSize is the largest list that is read, in octets.
const MaxRevocationListSize = 256 << 20

var (
	extCRLNumber       = asn1.ObjectIdentifier{2, 5, 29, 20}
	extCRLReason       = asn1.ObjectIdentifier{2, 5, 29, 21}
	extInvalidityDate  = asn1.ObjectIdentifier{2, 5, 29, 24}
	extDeltaCRL        = asn1.ObjectIdentifier{2, 5, 29, 27}
	extIssuingPoint    = asn1.ObjectIdentifier{2, 5, 29, 28}
	extCertIssuerEntry = asn1.ObjectIdentifier{2, 5, 29, 29}
)

// RevocationReason is the reason code of a revoked certificate (STB 34.101.19,
// 9.5.3.1).
type RevocationReason int

// The reason codes.
const (
	// ReasonUnspecified is unspecified.
	ReasonUnspecified RevocationReason = 0
	// ReasonKeyCompromise is keyCompromise: the private key was lost.
	ReasonKeyCompromise RevocationReason = 1
	// ReasonCACompromise is cACompromise: the key of an authority was lost.
	ReasonCACompromise RevocationReason = 2
	// ReasonAffiliationChanged is affiliationChanged.
	ReasonAffiliationChanged RevocationReason = 3
	// ReasonSuperseded is superseded by another certificate.
	ReasonSuperseded RevocationReason = 4
	// ReasonCessationOfOperation is cessationOfOperation.
	ReasonCessationOfOperation RevocationReason = 5
	// ReasonCertificateHold is certificateHold: suspended for a while.
	ReasonCertificateHold RevocationReason = 6
	// ReasonRemoveFromCRL is removeFromCRL: no longer suspended.
	ReasonRemoveFromCRL RevocationReason = 8
	// ReasonPrivilegeWithdrawn is privilegeWithdrawn.
	ReasonPrivilegeWithdrawn RevocationReason = 9
	// ReasonAACompromise is aACompromise.
	ReasonAACompromise RevocationReason = 10
)

// valid reports whether the standard knows the code; 7 is not used.
func (r RevocationReason) valid() bool { return r >= 0 && r <= 10 && r != 7 }

// String returns the name of the standard.
func (r RevocationReason) String() string {
	names := [...]string{
		"unspecified", "keyCompromise", "cACompromise", "affiliationChanged", "superseded", "cessationOfOperation",
		"certificateHold", "", "removeFromCRL", "privilegeWithdrawn", "aACompromise",
	}
	if !r.valid() {
		return "unknown"
	}
	return names[r]
}

// Revocation is one entry of a list.
type Revocation struct {
	// Serial is the number of the certificate.
	Serial Serial
	// At is the time of revocation.
	At time.Time
	// HasReason tells an absent reason from unspecified.
	HasReason bool
	// Reason is the reason code.
	Reason RevocationReason
	// InvalidSince is when the key is believed to have been lost; zero when absent.
	InvalidSince time.Time
}

// RevocationList is a certificate revocation list of version 2 (STB 34.101.19,
// 9). A look-up costs the same in a list of any length.
type RevocationList struct {
	// Raw is the whole list and RawTBS its signed part, as encoded.
	Raw, RawTBS []byte
	// Issuer is the name of the authority.
	Issuer Name
	// ThisUpdate is when it was issued; NextUpdate is when the next one will be,
	// zero when the list does not say.
	ThisUpdate, NextUpdate time.Time
	// Number is the number of the list; empty when absent.
	Number Serial
	// AuthorityKeyID is the identifier of the issuer's key; a hint.
	AuthorityKeyID []byte
	// SignatureAlgorithm and Signature are the issuer's signature.
	SignatureAlgorithm AlgorithmIdentifier
	Signature          []byte
	// Extensions are the extensions of the list.
	Extensions []Extension
	// Unknown lists critical extensions, of the list or of an entry, that are not
	// understood; such a list proves nothing.
	Unknown []asn1.ObjectIdentifier
	// OnlyUsers and OnlyAuthorities narrow the certificates that the list covers.
	OnlyUsers, OnlyAuthorities bool

	entries []entry
	index   map[string]int32
	text    string
	signed  memo.Keys
}

// entry keeps an entry in few octets; lists have hundreds of thousands.
type entry struct {
	serialAt, extAt   uint32
	serialLen, extLen uint16
	seconds           int64
}

// ParseRevocationList reads one list in DER with nothing after it.
func ParseRevocationList(data []byte) (*RevocationList, error) {
	if len(data) > MaxRevocationListSize {
		return nil, fmt.Errorf("pki: revocation list of more than %d octets: %w", MaxRevocationListSize, ErrMalformed)
	}
	// One immutable copy serves the fields, the entries and the keys of the index.
	l := &RevocationList{Raw: bytes.Clone(data), text: string(data)}
	s := cryptobyte.String(l.Raw)
	var body, tbs cryptobyte.String
	if !s.ReadASN1(&body, tag.SEQUENCE) || !s.Empty() || !body.ReadASN1Element(&tbs, tag.SEQUENCE) ||
		!der.ReadAlgorithm(&body, &l.SignatureAlgorithm) {
		return nil, l.malformed("outer structure")
	}
	l.RawTBS = tbs
	sig, unused, ok := readBits(&body)
	if !ok || unused != 0 || !body.Empty() {
		return nil, l.malformed("signature")
	}
	l.Signature = sig
	if err := l.readTBS(tbs); err != nil {
		return nil, err
	}
	return l, nil
}

func (l *RevocationList) malformed(what string) error {
	return fmt.Errorf("pki: revocation list: %s: %w", what, ErrMalformed)
}

func (l *RevocationList) readTBS(raw cryptobyte.String) error {
	var tbs cryptobyte.String
	var version int
	var inner der.Algorithm
	if !raw.ReadASN1(&tbs, tag.SEQUENCE) || !tbs.ReadASN1Integer(&version) || version != 1 {
		return l.malformed("version is not 2")
	}
	if !der.ReadAlgorithm(&tbs, &inner) || !bytes.Equal(inner.Raw, l.SignatureAlgorithm.Raw) {
		return l.malformed("inner and outer signature algorithms differ")
	}
	var ok bool
	if l.Issuer, ok = readName(&tbs); !ok || l.Issuer.Empty() {
		return l.malformed("issuer")
	}
	if !der.ReadTime(&tbs, &l.ThisUpdate) {
		return l.malformed("thisUpdate")
	}
	if tbs.PeekASN1Tag(tag.UTCTime) || tbs.PeekASN1Tag(tag.GeneralizedTime) {
		if !der.ReadTime(&tbs, &l.NextUpdate) || l.NextUpdate.Before(l.ThisUpdate) {
			return l.malformed("nextUpdate")
		}
	}
	if tbs.PeekASN1Tag(tag.SEQUENCE) {
		var list cryptobyte.String
		if !tbs.ReadASN1(&list, tag.SEQUENCE) || list.Empty() {
			return l.malformed("revokedCertificates")
		}
		if err := l.readEntries(list); err != nil {
			return err
		}
	}
	if tbs.Empty() {
		return nil
	}
	var wrapped, list cryptobyte.String
	if !tbs.ReadASN1(&wrapped, der.Explicit(0)) || !tbs.Empty() || !wrapped.ReadASN1(&list, tag.SEQUENCE) || !wrapped.Empty() {
		return l.malformed("extensions")
	}
	return l.readListExtensions(list)
}

// readEntries notes where each entry lies and puts its serial in the index.
// Every field is checked here once; Lookup only decodes again.
func (l *RevocationList) readEntries(list cryptobyte.String) error {
	base := cap(l.Raw)
	// The shortest entry has 21 octets with a serial of a few octets.
	l.entries = make([]entry, 0, len(list)/24+1)
	l.index = make(map[string]int32, len(list)/40+1)
	// at returns where a slice of Raw begins; all of them end where Raw ends.
	at := func(s []byte) uint32 { return uint32(base - cap(s)) }
	var when [13]byte
	var seconds int64
	for !list.Empty() {
		var body, serial cryptobyte.String
		if !list.ReadASN1(&body, tag.SEQUENCE) || !body.ReadASN1(&serial, tag.INTEGER) {
			return l.malformed("entry")
		}
		if len(serial) > 20 || len(serial) == 0 || serial[0] >= 0x80 || len(serial) > 1 && serial[0] == 0 && serial[1] < 0x80 {
			return l.malformed("serial number of an entry")
		}
		e := entry{serialAt: at(serial), serialLen: uint16(len(serial))}
		// Neighbouring entries often carry the same time: decode it once.
		if len(body) >= 15 && body[0] == byte(tag.UTCTime) && body[1] == 13 && string(body[2:15]) == string(when[:]) {
			body.Skip(15)
		} else {
			var t time.Time
			encoded := body
			if !der.ReadTime(&body, &t) {
				return l.malformed("time of an entry")
			}
			if seconds = t.Unix(); encoded[1] == 13 {
				copy(when[:], encoded[2:15])
			}
		}
		e.seconds = seconds
		if !body.Empty() {
			if len(body) > 0xffff {
				return l.malformed("extensions of an entry")
			}
			e.extAt, e.extLen = at(body), uint16(len(body))
			if err := l.checkEntryExtensions(body); err != nil {
				return err
			}
		}
		key := l.text[e.serialAt : e.serialAt+uint32(e.serialLen)]
		if _, twice := l.index[key]; !twice {
			// Of two entries for one number the first is kept: authorities append.
			l.index[key] = int32(len(l.entries))
		}
		l.entries = append(l.entries, e)
	}
	return nil
}

// plainReason is the encoding of extensions with a reason code only, up to the
// code: by far the most common form.
const plainReason = "\x30\x0c\x30\x0a\x06\x03\x55\x1d\x15\x04\x03\x0a\x01"

func (l *RevocationList) checkEntryExtensions(raw cryptobyte.String) error {
	if len(raw) == 14 && string(raw[:13]) == plainReason && RevocationReason(raw[13]).valid() {
		return nil
	}
	var r Revocation
	unknown, ok := r.readExtensions(raw)
	if !ok {
		return l.malformed("extensions of an entry")
	}
	for _, id := range unknown {
		if !containsOID(l.Unknown, id) && len(l.Unknown) < maxExtensions {
			l.Unknown = append(l.Unknown, id)
		}
	}
	return nil
}

// readExtensions decodes the extensions of an entry and returns the critical
// ones it does not know.
func (r *Revocation) readExtensions(raw cryptobyte.String) (unknown []asn1.ObjectIdentifier, ok bool) {
	var list cryptobyte.String
	if !raw.ReadASN1(&list, tag.SEQUENCE) || !raw.Empty() {
		return nil, false
	}
	exts, duplicate, ok := readExtensions(list)
	if !ok || duplicate {
		return nil, false
	}
	for _, e := range exts {
		v := cryptobyte.String(e.Value)
		switch {
		case e.OID.Equal(extCRLReason):
			var code int
			if !v.ReadASN1Enum(&code) || !v.Empty() || !RevocationReason(code).valid() {
				return nil, false
			}
			r.HasReason, r.Reason = true, RevocationReason(code)
		case e.OID.Equal(extInvalidityDate):
			if !der.ReadGeneralizedTime(&v, &r.InvalidSince) || !v.Empty() {
				return nil, false
			}
		case e.Critical, e.OID.Equal(extCertIssuerEntry):
			// An entry for another issuer's certificate makes the list indirect.
			unknown = append(unknown, e.OID)
		}
	}
	return unknown, true
}

func (l *RevocationList) readListExtensions(list cryptobyte.String) error {
	exts, duplicate, ok := readExtensions(list)
	if !ok || duplicate {
		return l.malformed("extensions")
	}
	l.Extensions = exts
	for _, e := range exts {
		v := cryptobyte.String(e.Value)
		ok := true
		switch {
		case e.OID.Equal(extAuthorityKeyID):
			l.AuthorityKeyID, ok = readAuthorityKeyID(v)
		case e.OID.Equal(extCRLNumber):
			var number cryptobyte.String
			ok = v.ReadASN1(&number, tag.INTEGER) && v.Empty() && len(number) <= 20
			if l.Number = Serial(number); ok {
				negative, err := der.Integer(number)
				ok = err == nil && !negative
			}
		case e.OID.Equal(extIssuingPoint):
			ok = l.readIssuingPoint(v, e.OID)
		case e.OID.Equal(extDeltaCRL), e.Critical:
			l.Unknown = append(l.Unknown, e.OID)
		}
		if !ok {
			return l.malformed("extension " + e.OID.String())
		}
	}
	return nil
}

// readIssuingPoint takes the two restrictions to kinds of certificates; lists of
// some reasons, indirect lists and lists of attribute certificates are not
// understood.
func (l *RevocationList) readIssuingPoint(v cryptobyte.String, id asn1.ObjectIdentifier) bool {
	var body cryptobyte.String
	if !v.ReadASN1(&body, tag.SEQUENCE) || !v.Empty() || !body.SkipOptionalASN1(der.Explicit(0)) {
		return false
	}
	for !body.Empty() {
		var value cryptobyte.String
		var t tag.Tag
		if !body.ReadAnyASN1(&value, &t) {
			return false
		}
		switch isTrue := string(value) == "\xff"; {
		case t == der.Context(1) && isTrue:
			l.OnlyUsers = true
		case t == der.Context(2) && isTrue:
			l.OnlyAuthorities = true
		default:
			l.Unknown = append(l.Unknown, id)
		}
	}
	return true
}

// Len returns the number of entries.
func (l *RevocationList) Len() int { return len(l.entries) }

// Lookup finds the entry of a certificate.
func (l *RevocationList) Lookup(serial Serial) (Revocation, bool) {
	i, ok := l.index[string(serial)]
	if !ok {
		return Revocation{}, false
	}
	return l.Entry(int(i)), true
}

// Entry returns the entry i, counted from 0 in the order of the list.
func (l *RevocationList) Entry(i int) Revocation {
	e := l.entries[i]
	r := Revocation{
		Serial: Serial(l.text[e.serialAt : e.serialAt+uint32(e.serialLen)]),
		At:     time.Unix(e.seconds, 0).UTC(),
	}
	if e.extLen > 0 {
		// Checked when the list was read.
		_, _ = r.readExtensions(l.Raw[e.extAt : e.extAt+uint32(e.extLen)])
	}
	return r
}

// CheckSignatureFrom verifies that the issuer's key signed the list. It judges
// neither names nor rights.
func (l *RevocationList) CheckSignatureFrom(issuer *Certificate) error {
	return l.signed.Check(issuer.RawSubjectPublicKeyInfo, maxRemembered, func() error {
		return CheckSignature(issuer.PublicKey, l.SignatureAlgorithm, l.RawTBS, l.Signature)
	})
}
