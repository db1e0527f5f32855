package cms

import (
	"slices"

	"akno/backend/stb/pki"
)

// stamps weighs the time stamps of a signature whose basic check is done
// (STB 34.101.80, 8.2.4). Stamps that do not verify are named and dropped.
func (sd *SignedData) stamps(s *Signer, content Content, opt Options, r *SignerReport) {
	if opt.IgnoreStamps {
		return
	}
	before := sd.contentStamps(s, content, opt, r)
	var best *StampReport
	for _, raw := range sd.few(values(s.Unsigned, attrSignatureStamp), r) {
		stamp := verifyStamp(raw, Octets(s.Signature), opt)
		r.Stamps = append(r.Stamps, stamp)
	}
	for i := range r.Stamps {
		stamp := &r.Stamps[i]
		if stamp.Verdict != pki.Passed {
			r.Notes = append(r.Notes, "a time stamp was dropped: "+string(stamp.Reason))
		} else if best == nil || stamp.GenTime.Before(best.GenTime) {
			best = stamp
		}
	}
	if best == nil {
		sd.afterContentStamp(before, r)
		return
	}
	if r.Level == LevelBB {
		r.Level = LevelBT
	}
	r.TimestampTime, r.BestTime = best.GenTime, best.GenTime
	if before != nil && before.GenTime.Add(-before.info.Accuracy).After(best.GenTime.Add(best.info.Accuracy)) {
		r.end(pki.TimestampOrderFailure, "the stamp of the content is later than that of the signature")
		return
	}
	sd.past(opt, r)
	if r.Level == LevelBT && sd.complete(r, best) {
		r.Level = LevelBLT
	}
}

// few bounds the stamps that are looked at, so that a hostile message cannot make
// the work grow without end.
func (sd *SignedData) few(stamps [][]byte, r *SignerReport) [][]byte {
	if most := maxStamps/len(sd.Signers) + 1; len(stamps) > most {
		r.Notes = append(r.Notes, "there are too many time stamps to look at all")
		return stamps[:most]
	}
	return stamps
}

func verifyStamp(raw []byte, data Content, opt Options) StampReport {
	t, err := ParseToken(raw)
	if err != nil {
		return StampReport{Verdict: pki.Failed, Reason: pki.FormatFailure, Notes: []string{err.Error()}}
	}
	opt.RequireLevel = ""
	return VerifyToken(t, data, opt)
}

// contentStamps returns the latest valid stamp of the content, made before the
// signature.
func (sd *SignedData) contentStamps(s *Signer, content Content, opt Options, r *SignerReport) *StampReport {
	var last *StampReport
	data := sd.document()
	if sd.Detached {
		data = content
	}
	for _, raw := range sd.few(values(s.Signed, attrContentStamp), r) {
		stamp := verifyStamp(raw, data, opt)
		if stamp.Verdict != pki.Passed {
			r.Notes = append(r.Notes, "a time stamp of the content was dropped: "+string(stamp.Reason))
		} else if last == nil || stamp.GenTime.After(last.GenTime) {
			last = &stamp
		}
	}
	return last
}

// afterContentStamp uses a stamp of the content, which proves that the signature
// is later (8.2.3, step 6).
func (sd *SignedData) afterContentStamp(stamp *StampReport, r *SignerReport) {
	if stamp == nil {
		return
	}
	switch r.Reason {
	case pki.RevokedNoPOE:
		if len(r.Chain.Revocation) > 0 && !stamp.GenTime.Before(r.Chain.Revocation[0].Status.Revocation.EffectiveAt()) {
			r.end(pki.Revoked, "signed after the revocation, as a stamp of the content proves")
		}
	case pki.OutOfBoundsNoPOE:
		if stamp.GenTime.After(r.Certificate.NotAfter) {
			r.end(pki.Expired, "signed after the end of validity, as a stamp of the content proves")
		}
	}
}

// past judges the certificate at the proved time (8.2.2.7). A stamp proves that
// the signature existed then; what happened later does not matter.
func (sd *SignedData) past(opt Options, r *SignerReport) {
	if r.BestTime.Before(r.Certificate.NotBefore) {
		r.end(pki.NotYetValid, "stamped before the certificate was in force")
		return
	}
	changeable := []pki.Reason{
		pki.TryLater, pki.RevokedNoPOE, pki.RevokedCANoPOE, pki.OutOfBoundsNoPOE, pki.CryptoConstraintsFailureNoPOE,
	}
	if !slices.Contains(changeable, r.Reason) {
		return
	}
	if chain := opt.Verifier.VerifyPast(r.Certificate, opt.Purpose, r.BestTime, opt.At); chain.Reason == pki.OK {
		r.Chain = chain
		r.end(pki.OK, "judged at the time that a stamp proves")
	}
}

// complete reports whether the message carries everything that a later check
// needs (6.4): the certificates of the paths of signer and service, without the
// anchors, and a datum about the revocation of each.
func (sd *SignedData) complete(r *SignerReport, stamp *StampReport) bool {
	own := append(slices.Clone(sd.Certificates), stamp.token.Certificates...)
	carried := pki.Verifier{CRLs: slices.Concat(sd.CRLs, stamp.token.CRLs)}
	for _, o := range slices.Concat(sd.OCSP, stamp.token.OCSP) {
		carried.OCSP = append(carried.OCSP, o)
	}
	for _, path := range [][]*pki.Certificate{r.Chain.Path, stamp.Chain.Path} {
		if len(path) < 2 {
			return false
		}
		for i, c := range path[:len(path)-1] {
			if !slices.ContainsFunc(own, c.Equal) || !concerned(carried, c, path[i+1]) {
				return false
			}
		}
	}
	return true
}

// concerned reports whether a carried datum speaks of a certificate.
func concerned(v pki.Verifier, c, issuer *pki.Certificate) bool {
	for _, l := range v.CRLs {
		if l.Issuer.Equal(c.Issuer) && l.CheckSignatureFrom(issuer) == nil {
			return true
		}
	}
	for _, o := range v.OCSP {
		if !o.Concerns(c, issuer) {
			continue
		}
		if _, err := o.Status(c, issuer); err == nil {
			return true
		}
	}
	return false
}
