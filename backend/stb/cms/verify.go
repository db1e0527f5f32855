package cms

import (
	"bytes"
	"errors"
	"slices"
	"time"

	"akno/backend/stb/pki"
)

// Level is what the attributes of a signature prove (STB 34.101.80, 6).
type Level string

// The levels, from the least.
const (
	// LevelCMS has no reference to the certificate or no signing time.
	LevelCMS Level = "CMS"
	// LevelBB has the signed attributes of an advanced signature.
	LevelBB Level = "B-B"
	// LevelBT has a time stamp that verifies.
	LevelBT Level = "B-T"
	// LevelBLT also carries all certificates and revocation data.
	LevelBLT Level = "B-LT"
)

func (l Level) rank() int { return slices.Index([]Level{LevelCMS, LevelBB, LevelBT, LevelBLT}, l) }

// Options say what a signature is checked against.
type Options struct {
	// Verifier holds anchors, certificates, revocation data and the profile. What
	// travels in the signature is added to them.
	Verifier pki.Verifier
	// At is the time of the check.
	At time.Time
	// Purpose is what the signer's certificate must be good for; empty means
	// signing documents.
	Purpose pki.Purpose
	// IgnoreStamps leaves time stamps out of account.
	IgnoreStamps bool
	// RequireLevel is the least level; a valid signature of a lower one is
	// INDETERMINATE / SIG_CONSTRAINTS_FAILURE. Empty requires nothing.
	RequireLevel Level
}

// Report is the outcome for a message: that of its worst signer.
type Report struct {
	// Verdict and Reason are the outcome (STB 34.101.80, 8.2.1).
	Verdict pki.Verdict
	Reason  pki.Reason
	// Level is the lowest level among the signers.
	Level Level
	// At and Profile are the time and the profile of the check.
	At      time.Time
	Profile pki.Profile
	// Signers are the outcomes one by one.
	Signers []SignerReport
	// Notes are remarks for a protocol in English.
	Notes []string
}

// SignerReport is the outcome for one signer.
type SignerReport struct {
	// Verdict and Reason are the outcome (STB 34.101.80, 8.2.1).
	Verdict pki.Verdict
	Reason  pki.Reason
	// Level is what the attributes prove.
	Level Level
	// Certificate is the signer's certificate; nil when it was not found.
	Certificate *pki.Certificate
	// SigningTime is the time the signer claims; zero when absent.
	SigningTime time.Time
	// TimestampTime is the earliest proved time; zero without a valid stamp.
	TimestampTime time.Time
	// BestTime is the time the verdict is for: the proved one or that of the check.
	BestTime time.Time
	// MimeType is the type of the document as the signer states it.
	MimeType string
	// Chain is the check of the certificate at BestTime.
	Chain pki.Result
	// Stamps are the checks of the signature's time stamps.
	Stamps []StampReport
	// Notes are remarks for a protocol in English.
	Notes []string
}

func (r *SignerReport) end(reason pki.Reason, notes ...string) {
	r.Reason, r.Verdict = reason, reason.Verdict()
	r.Notes = append(r.Notes, notes...)
}

// VerifyOctets parses and verifies; what cannot be parsed is FAILED /
// FORMAT_FAILURE.
func VerifyOctets(data []byte, content Content, opt Options) Report {
	sd, err := Parse(data)
	if err != nil {
		return unreadable(err, opt)
	}
	return Verify(sd, content, opt)
}

// unreadable is the report on what is no signed message.
func unreadable(err error, opt Options) Report {
	return Report{
		Verdict: pki.Failed, Reason: pki.FormatFailure, Level: LevelCMS, At: opt.At,
		Profile: profile(opt), Notes: []string{err.Error()},
	}
}

func profile(opt Options) pki.Profile {
	if opt.Verifier.Profile == "" {
		return pki.ProfileGosSUOK
	}
	return opt.Verifier.Profile
}

// Verify checks every signer of a message (STB 34.101.80, 8.2). Content is the
// document of a detached signature; of an attached one it may be nil, and if it
// is not, it must be the same document.
func Verify(sd *SignedData, content Content, opt Options) Report {
	if opt.Purpose == "" {
		opt.Purpose = pki.PurposeSign
	}
	opt.Verifier = sd.join(opt.Verifier)
	out := Report{Verdict: pki.Passed, Reason: pki.OK, Level: LevelBLT, At: opt.At, Profile: profile(opt), Notes: sd.Notes}
	if len(sd.Signers) == 0 {
		out.Verdict, out.Reason, out.Level = pki.Failed, pki.FormatFailure, LevelCMS
		out.Notes = append(out.Notes[:len(out.Notes):len(out.Notes)], "nobody signed")
		return out
	}
	for _, s := range sd.Signers {
		r := sd.verifySigner(s, content, opt)
		if verdictRank(r.Verdict) < verdictRank(out.Verdict) {
			out.Verdict, out.Reason = r.Verdict, r.Reason
		}
		if r.Level.rank() < out.Level.rank() {
			out.Level = r.Level
		}
		out.Signers = append(out.Signers, r)
	}
	return out
}

func verdictRank(v pki.Verdict) int {
	return slices.Index([]pki.Verdict{pki.Failed, pki.Indeterminate, pki.Passed}, v)
}

// join adds what travels in the message to what the caller has.
func (sd *SignedData) join(v pki.Verifier) pki.Verifier {
	v.Intermediates = slices.Concat(v.Intermediates, sd.Certificates, sd.pool.Intermediates)
	v.CRLs = slices.Concat(v.CRLs, sd.CRLs, sd.pool.CRLs)
	v.OCSP = slices.Concat(v.OCSP, sd.pool.OCSP)
	for _, o := range sd.OCSP {
		v.OCSP = append(v.OCSP, o)
	}
	return v
}

// verifySigner goes through the steps of the basic check and then weighs the
// stamps.
func (sd *SignedData) verifySigner(s *Signer, content Content, opt Options) SignerReport {
	r := SignerReport{Level: LevelCMS, BestTime: opt.At}
	c, ok := sd.basic(s, content, opt, &r)
	if !ok {
		return r
	}
	r.Chain = opt.Verifier.Verify(r.Certificate, opt.Purpose, opt.At)
	r.end(r.Chain.Reason, r.Chain.Notes...)
	if s.Signed == nil {
		// The content may be somebody's signed attributes (RFC 5652, 11), so such a
		// signature proves nothing about the document.
		if r.Verdict == pki.Passed {
			r.end(pki.SigConstraintsFailure)
		}
		r.Notes = append(r.Notes, "no signed attributes")
		return r
	}
	if c.ess != nil && c.hasTime {
		r.Level = LevelBB
	}
	if reason, note := s.constraints(c, opt); reason != pki.OK {
		r.end(reason, note)
		return r
	}
	if has(s.Unsigned, attrCounterSig) {
		r.Notes = append(r.Notes, "counter-signatures are not evaluated")
	}
	sd.stamps(s, content, opt, &r)
	if r.Verdict == pki.Passed && opt.RequireLevel != "" && r.Level.rank() < opt.RequireLevel.rank() {
		r.end(pki.SigConstraintsFailure, "the level is lower than required")
	}
	return r
}

// basic checks form, finds the certificate, compares the content and verifies
// the signature. ok is false when the report is final.
func (sd *SignedData) basic(s *Signer, content Content, opt Options, r *SignerReport) (c claims, ok bool) {
	alg := pki.SignatureByOID(s.SignatureAlgorithm.OID)
	if alg == nil {
		r.end(pki.CryptoConstraintsFailure, "the signature algorithm is not of the national set")
		return c, false
	}
	if !s.DigestAlgorithm.OID.Equal(alg.Hash.OID) || !s.DigestAlgorithm.PlainParams() || !s.SignatureAlgorithm.PlainParams() {
		r.end(pki.FormatFailure, "digest and signature algorithms do not belong together")
		return c, false
	}
	strict := opt.Verifier.Profile == pki.ProfileBPKI
	if strict && !(s.DigestAlgorithm.NullParams() && s.SignatureAlgorithm.NullParams()) {
		r.end(pki.FormatFailure, "algorithm parameters are not NULL")
		return c, false
	}
	if s.Signed != nil {
		var flaw string
		if c, flaw = s.readClaims(); flaw == "" && !c.contentType.Equal(sd.ContentType) {
			flaw = "contentType is not the type of the content"
		}
		if s.reordered {
			r.Notes = append(r.Notes, "signed attributes are not in DER")
			if strict && flaw == "" {
				flaw = "the profile demands DER"
			}
		}
		if flaw != "" {
			r.end(pki.FormatFailure, flaw)
			return c, false
		}
		r.SigningTime, r.MimeType = c.signingTime, c.mimeType
	} else if !sd.ContentType.Equal(TypeData) {
		r.end(pki.FormatFailure, "no signed attributes over a content that is not plain data")
		return c, false
	}
	candidates := sd.candidates(s, c, opt.Verifier)
	if len(candidates) == 0 {
		r.end(pki.NoSigningCertificateFound)
		return c, false
	}
	reason := sd.crypto(s, c, content, alg, candidates, r)
	if reason == pki.OK && strict && !alg.Strict {
		reason = pki.CryptoConstraintsFailure
	}
	if reason != pki.OK {
		r.end(reason)
		return c, false
	}
	return c, true
}

// candidates are the certificates that the signer may mean. A reference by hash
// leaves at most one; without it several may bear the name and number.
func (sd *SignedData) candidates(s *Signer, claims claims, v pki.Verifier) []*pki.Certificate {
	var out []*pki.Certificate
	for _, list := range [][]*pki.Certificate{sd.Certificates, v.Intermediates, v.Anchors} {
		for _, c := range list {
			if s.names(c) && claims.ess.fits(c) && claims.also.fits(c) && !slices.ContainsFunc(out, c.Equal) {
				out = append(out, c)
			}
		}
	}
	return out
}

// crypto compares the content with messageDigest and verifies the signature
// with the first candidate whose key fits.
func (sd *SignedData) crypto(s *Signer, c claims, content Content, alg *pki.SignatureAlgorithm, candidates []*pki.Certificate, r *SignerReport) pki.Reason {
	r.Certificate = candidates[0]
	sum, err := sd.digest(content, alg.Hash)
	if err != nil && !errors.Is(err, ErrNoContent) {
		r.Notes = append(r.Notes, err.Error())
	}
	signed := s.signedDER
	if s.Signed == nil {
		if err != nil {
			return pki.SignedDataNotFound
		}
	} else {
		if c.digest == nil || err == nil && !bytes.Equal(sum, c.digest) {
			return pki.HashFailure
		}
		sum = alg.Hash.Sum(signed)
	}
	for _, cert := range candidates {
		if cert.Level() == alg.Level && cert.PublicKey.Verify(alg.Hash.OIDDER(), sum, s.Signature) {
			r.Certificate = cert
			if errors.Is(err, errOtherContent) {
				return pki.HashFailure
			}
			if err != nil {
				return pki.SignedDataNotFound
			}
			return pki.OK
		}
	}
	return pki.SigCryptoFailure
}

var errOtherContent = errors.New("cms: the document is not the embedded one")

// digest hashes the content, embedded or given.
func (sd *SignedData) digest(content Content, h *pki.HashAlgorithm) ([]byte, error) {
	if sd.Detached {
		if content == nil {
			return nil, ErrNoContent
		}
		return content.Digest(h)
	}
	sum, err := sd.document().Digest(h)
	if err != nil {
		return nil, err
	}
	if content != nil {
		given, err := content.Digest(h)
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(sum, given) {
			return nil, errOtherContent
		}
	}
	return sum, nil
}
