package cms

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/internal/der"
	"akno/backend/stb/pki"
)

// TSTInfo is what a time-stamping service states (STB 34.101.82, 7.2.2).
type TSTInfo struct {
	// Policy is the policy of the service.
	Policy asn1.ObjectIdentifier
	// HashAlgorithm and HashedMessage are the imprint of the stamped data.
	HashAlgorithm pki.AlgorithmIdentifier
	HashedMessage []byte
	// Serial is the number of the stamp, at most 160 bits.
	Serial pki.Serial
	// GenTime is the stated time.
	GenTime time.Time
	// Accuracy is how far the stated time may be off; zero when not said.
	Accuracy time.Duration
	// Ordering says that the stamps of the service are ordered by GenTime.
	Ordering bool
	// Nonce is the contents of the INTEGER of the request; nil when absent.
	Nonce []byte
}

// Token is a time stamp: a signed message whose content is TSTInfo.
type Token struct {
	*SignedData
	// Info is the statement.
	Info TSTInfo
}

// StampReport is the outcome for one time stamp.
type StampReport struct {
	// Verdict and Reason are the outcome (STB 34.101.80, 8.2.1).
	Verdict pki.Verdict
	Reason  pki.Reason
	// GenTime is the stated time.
	GenTime time.Time
	// Certificate is that of the service; nil when it was not found.
	Certificate *pki.Certificate
	// Chain is the check of that certificate.
	Chain pki.Result
	// Notes are remarks for a protocol in English.
	Notes []string

	info  TSTInfo
	token *Token
}

// ParseToken reads a time-stamp token with nothing after it.
func ParseToken(data []byte) (*Token, error) {
	sd, err := Parse(data)
	if err != nil {
		return nil, err
	}
	if !sd.ContentType.Equal(TypeTSTInfo) || sd.Detached {
		return nil, malformed("not a time stamp")
	}
	t := &Token{SignedData: sd}
	if !t.Info.read(sd.Content) {
		return nil, malformed("TSTInfo")
	}
	return t, nil
}

// read decodes TSTInfo, which must be DER.
func (i *TSTInfo) read(data []byte) bool {
	s := cryptobyte.String(data)
	var body, imprint, sum, serial, gen cryptobyte.String
	var version int
	if !s.ReadASN1(&body, tag.SEQUENCE) || !s.Empty() || !body.ReadASN1Integer(&version) || version != 1 ||
		!body.ReadASN1ObjectIdentifier(&i.Policy) || !body.ReadASN1(&imprint, tag.SEQUENCE) ||
		!der.ReadAlgorithm(&imprint, &i.HashAlgorithm) || !imprint.ReadASN1(&sum, tag.OCTET_STRING) || !imprint.Empty() ||
		!body.ReadASN1(&serial, tag.INTEGER) || longSerial(serial) || !body.ReadASN1(&gen, tag.GeneralizedTime) {
		return false
	}
	i.HashedMessage, i.Serial = sum, pki.Serial(serial)
	if negative, err := der.Integer(serial); err != nil || negative {
		return false
	}
	var err error
	if i.GenTime, err = der.ParseGeneralizedTime(gen, true); err != nil {
		return false
	}
	return i.readOptional(body)
}

// longSerial tells a number of more than 160 bits (7.2.2); the octet of its sign is not counted.
func longSerial(b []byte) bool { return len(b) > 21 || len(b) == 21 && b[0] != 0 }

func (i *TSTInfo) readOptional(body cryptobyte.String) bool {
	if body.PeekASN1Tag(tag.SEQUENCE) {
		var acc cryptobyte.String
		if !body.ReadASN1(&acc, tag.SEQUENCE) || !i.readAccuracy(acc) {
			return false
		}
	}
	if body.PeekASN1Tag(tag.BOOLEAN) && (!body.ReadASN1Boolean(&i.Ordering) || !i.Ordering) {
		return false
	}
	if body.PeekASN1Tag(tag.INTEGER) {
		var nonce cryptobyte.String
		if !body.ReadASN1(&nonce, tag.INTEGER) || len(nonce) == 0 || len(nonce) > 64 {
			return false
		}
		i.Nonce = nonce
	}
	if !body.SkipOptionalASN1(der.Explicit(0)) {
		return false
	}
	if body.Empty() {
		return true
	}
	// Extensions: none is understood, so none may be critical.
	var list cryptobyte.String
	if !body.ReadASN1(&list, der.Explicit(1)) || !body.Empty() || list.Empty() {
		return false
	}
	for !list.Empty() {
		var one, value cryptobyte.String
		var id asn1.ObjectIdentifier
		if !list.ReadASN1(&one, tag.SEQUENCE) || !one.ReadASN1ObjectIdentifier(&id) ||
			!one.ReadASN1(&value, tag.OCTET_STRING) || !one.Empty() {
			return false
		}
	}
	return true
}

// readAccuracy reads seconds and the optional thousandths and millionths.
func (i *TSTInfo) readAccuracy(acc cryptobyte.String) bool {
	var n int64
	if acc.PeekASN1Tag(tag.INTEGER) {
		if !acc.ReadASN1Integer(&n) || n < 0 || n > 1<<31 {
			return false
		}
		i.Accuracy = time.Duration(n) * time.Second
	}
	for k, unit := range []time.Duration{time.Millisecond, time.Microsecond} {
		t := der.Context(uint8(k))
		if !acc.PeekASN1Tag(t) {
			continue
		}
		if !acc.ReadASN1Int64WithTag(&n, t) || n < 1 || n > 999 {
			return false
		}
		i.Accuracy += time.Duration(n) * unit
	}
	return acc.Empty()
}

// VerifyToken checks a time stamp of some data: the imprint, the signature by
// the rules for services and the service's certificate (STB 34.101.80, 8.2.2.3).
func VerifyToken(t *Token, data Content, opt Options) StampReport {
	r := StampReport{GenTime: t.Info.GenTime, info: t.Info, token: t}
	end := func(reason pki.Reason, notes ...string) StampReport {
		r.Reason, r.Verdict = reason, reason.Verdict()
		r.Notes = append(r.Notes, notes...)
		return r
	}
	if len(t.Signers) != 1 {
		return end(pki.FormatFailure, "a stamp has exactly one signer")
	}
	s := t.Signers[0]
	if s.Signed == nil {
		return end(pki.FormatFailure, "no signed attributes")
	}
	opt.Verifier = t.join(opt.Verifier)
	var basic SignerReport
	c, ok := t.basic(s, nil, opt, &basic)
	r.Certificate, r.Notes = basic.Certificate, basic.Notes
	if !ok {
		return end(basic.Reason)
	}
	if c.ess == nil {
		return end(pki.SigConstraintsFailure, "no reference to the certificate of the service")
	}
	h := pki.HashByOID(t.Info.HashAlgorithm.OID)
	if h == nil || !t.Info.HashAlgorithm.PlainParams() {
		return end(pki.CryptoConstraintsFailure, "the algorithm of the imprint is not of the national set")
	}
	sum, err := data.Digest(h)
	if errors.Is(err, ErrNoContent) {
		return end(pki.SignedDataNotFound)
	}
	if err != nil || !bytes.Equal(sum, t.Info.HashedMessage) {
		return end(pki.HashFailure, "the stamp is of other data")
	}
	if t.Info.GenTime.After(opt.At.Add(pki.ClockSkew)) {
		return end(pki.NotYetValid, "the stamp is of the future")
	}
	v := opt.Verifier
	v.OnlyConcerned = true
	r.Chain = v.Verify(r.Certificate, pki.PurposeTSA, opt.At)
	if r.Chain.Reason == pki.RevokedNoPOE && outlives(r.Chain, t.Info.GenTime) {
		r.Chain = v.VerifyPast(r.Certificate, pki.PurposeTSA, t.Info.GenTime, opt.At)
	}
	if r.Chain.Reason == pki.OK && !r.Certificate.InForce(t.Info.GenTime) {
		return end(pki.OutOfBoundsNoPOE, "the certificate of the service was not in force then")
	}
	return end(r.Chain.Reason, r.Chain.Notes...)
}

// outlives tells a revoked service whose earlier stamps stay good: revoked later
// than the stamp for a stated reason other than a lost key.
func outlives(chain pki.Result, gen time.Time) bool {
	if len(chain.Revocation) == 0 {
		return false
	}
	rev := chain.Revocation[0].Status.Revocation
	switch rev.Reason {
	case pki.ReasonUnspecified, pki.ReasonKeyCompromise, pki.ReasonCACompromise:
		return false
	}
	return rev.HasReason && rev.EffectiveAt().After(gen)
}
