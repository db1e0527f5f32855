package tsp

import (
	"bytes"
	"encoding/asn1"
	"time"

	"akno/backend/stb/cms"
	"akno/backend/stb/oid"
	"akno/backend/stb/pki"
)

// Options say what a stamp is checked against.
type Options struct {
	// Options are trust, revocation data, profile and time.
	cms.Options
	// Data are the stamped data; cms.Prepared when only a hash value is known.
	Data cms.Content
	// Request is the request that was sent, or nil.
	Request *Request
	// Policy is the only policy to accept; nil accepts any, except that the strict
	// profile accepts only its own.
	Policy asn1.ObjectIdentifier
	// Tolerance is how far the stated time may be from the time of the check; zero
	// does not compare, as for stamps made long ago.
	Tolerance time.Duration
}

// Verify checks a response: the request it answers, then the stamp.
func Verify(r *Response, opt Options) cms.StampReport {
	end := func(reason pki.Reason, note string) cms.StampReport {
		out := cms.StampReport{Reason: reason, Verdict: reason.Verdict(), Notes: []string{note}}
		if r.Token != nil {
			out.GenTime = r.Token.Info.GenTime
		}
		return out
	}
	if r.Token == nil {
		return end(pki.TryLater, "the service did not make a stamp")
	}
	info := &r.Token.Info
	if q := opt.Request; q != nil {
		switch {
		case q.Nonce != nil && !bytes.Equal(q.Nonce, info.Nonce):
			return end(pki.FormatFailure, "the nonce is not that of the request")
		case !q.HashAlgorithm.OID.Equal(info.HashAlgorithm.OID) || !bytes.Equal(q.HashedMessage, info.HashedMessage):
			return end(pki.HashFailure, "the imprint is not that of the request")
		case q.Policy != nil && !q.Policy.Equal(info.Policy):
			return end(pki.SigConstraintsFailure, "the policy is not that of the request")
		}
	}
	policy := opt.Policy
	if policy == nil && opt.Verifier.Profile == pki.ProfileBPKI {
		policy = oid.RoleTSA
	}
	if policy != nil && !policy.Equal(info.Policy) {
		return end(pki.SigConstraintsFailure, "the policy is not accepted")
	}
	if off := opt.At.Sub(info.GenTime).Abs(); opt.Tolerance > 0 && off > opt.Tolerance+info.Accuracy {
		return end(pki.SigConstraintsFailure, "the stated time is not that of the check")
	}
	data := opt.Data
	if data == nil && opt.Request != nil {
		if h := pki.HashByOID(opt.Request.HashAlgorithm.OID); h != nil {
			data = cms.Prepared(h, opt.Request.HashedMessage)
		}
	}
	if data == nil {
		return end(pki.SignedDataNotFound, "the stamped data are not at hand")
	}
	return cms.VerifyToken(r.Token, data, opt.Options)
}
