// Package judge turns what the national PKI says about a certificate into the
// codes that people are told, the same on the desktop and on the portal.
package judge

import (
	"fmt"
	"time"

	"akno/backend/akno"
	"akno/backend/stb/pki"
)

// Certificate asks v whether cert may be used for purpose at the time at. It
// returns nil, or an *akno.Error whose code names the cause: cert_expired,
// cert_not_yet, cert_revoked, cert_suspended, cert_untrusted, cert_usage or
// no_revocation. The verifier's answer comes along in both cases.
func Certificate(v *pki.Verifier, cert *pki.Certificate, purpose pki.Purpose, at time.Time) (pki.Result, error) {
	r := v.Verify(cert, purpose, at)
	if r.Verdict == pki.Passed {
		return r, nil
	}
	return r, &akno.Error{
		Code: CodeOf(r, at),
		Op:   "judge.Certificate",
		Err:  fmt.Errorf("%s %s %v", r.Verdict, r.Reason, r.Notes),
	}
}

// CodeOf names the cause of a verdict that is not PASSED. A verdict about time
// does not tell which end was missed, so the path is asked.
func CodeOf(r pki.Result, at time.Time) akno.Code {
	switch r.Reason {
	case pki.OutOfBoundsNoPOE, pki.Expired, pki.NotYetValid:
		for _, c := range r.Path {
			if at.Before(c.NotBefore) {
				return akno.CertNotYet
			}
		}
		return akno.CertExpired
	case pki.Revoked, pki.RevokedNoPOE, pki.RevokedCANoPOE:
		return akno.CertRevoked
	case pki.TryLater: // a hold may be lifted, so the standard calls it undecided
		for _, check := range r.Revocation {
			if check.State == pki.StateSuspended {
				return akno.CertSuspended
			}
		}
		return akno.NoRevocation
	case pki.ChainConstraintsFailure:
		return akno.CertUsage
	default:
		return akno.CertUntrusted
	}
}
