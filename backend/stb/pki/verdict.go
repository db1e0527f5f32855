package pki

import "encoding/asn1"

// Verdict is the outcome of a check (STB 34.101.80, 8.2.1).
type Verdict string

// The three verdicts.
const (
	// Passed says that everything holds.
	Passed Verdict = "PASSED"
	// Failed says that no further fact can repair it.
	Failed Verdict = "FAILED"
	// Indeterminate says that what is known does not suffice.
	Indeterminate Verdict = "INDETERMINATE"
)

// Reason is the sub-indication of a verdict (STB 34.101.80, 8.2.1).
type Reason string

// The sub-indications.
const (
	// OK says that everything holds.
	OK Reason = "OK"
	// FormatFailure says that it is not a readable signature.
	FormatFailure Reason = "FORMAT_FAILURE"
	// HashFailure says that the content is not what was signed.
	HashFailure Reason = "HASH_FAILURE"
	// SigCryptoFailure says that the value of the signature is wrong.
	SigCryptoFailure Reason = "SIG_CRYPTO_FAILURE"
	// Revoked says that it is proved to be made after the revocation.
	Revoked Reason = "REVOKED"
	// SigConstraintsFailure says that an attribute is missing or breaks a rule.
	SigConstraintsFailure Reason = "SIG_CONSTRAINTS_FAILURE"
	// ChainConstraintsFailure says that the certificate is not for this use.
	ChainConstraintsFailure Reason = "CHAIN_CONSTRAINTS_FAILURE"
	// CertificateChainGeneralFailure says that a path was found and does not verify.
	CertificateChainGeneralFailure Reason = "CERTIFICATE_CHAIN_GENERAL_FAILURE"
	// NoCertificateChainFound says that there is no path to an anchor.
	NoCertificateChainFound Reason = "NO_CERTIFICATE_CHAIN_FOUND"
	// NoSigningCertificateFound says that the certificate of the signer is not at hand.
	NoSigningCertificateFound Reason = "NO_SIGNING_CERTIFICATE_FOUND"
	// CryptoConstraintsFailure says that an algorithm was not acceptable any more.
	CryptoConstraintsFailure Reason = "CRYPTO_CONSTRAINTS_FAILURE"
	// CryptoConstraintsFailureNoPOE says that an algorithm is not acceptable now.
	CryptoConstraintsFailureNoPOE Reason = "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
	// Expired says that it is proved to be made after the end of validity.
	Expired Reason = "EXPIRED"
	// NotYetValid says that it is proved to be made before validity.
	NotYetValid Reason = "NOT_YET_VALID"
	// OutOfBoundsNoPOE says that the certificate is not in force and no time is proved.
	OutOfBoundsNoPOE Reason = "OUT_OF_BOUNDS_NO_POE"
	// RevokedNoPOE says that the certificate is revoked and no earlier time is proved.
	RevokedNoPOE Reason = "REVOKED_NO_POE"
	// RevokedCANoPOE says the same of an authority of the path.
	RevokedCANoPOE Reason = "REVOKED_CA_NO_POE"
	// NoPOE says that a proof of existence is missing.
	NoPOE Reason = "NO_POE"
	// TimestampOrderFailure says that time stamps contradict one another.
	TimestampOrderFailure Reason = "TIMESTAMP_ORDER_FAILURE"
	// TryLater says that revocation data are missing, out of date or name a suspension.
	TryLater Reason = "TRY_LATER"
	// SignedDataNotFound says that the signed document is not at hand.
	SignedDataNotFound Reason = "SIGNED_DATA_NOT_FOUND"
	// SignaturePolicyNotAvailable says that the demanded policy is not at hand.
	SignaturePolicyNotAvailable Reason = "SIGNATURE_POLICY_NOT_AVAILABLE"
	// PolicyProcessingError says that the policy could not be applied.
	PolicyProcessingError Reason = "POLICY_PROCESSING_ERROR"
	// Generic is everything else.
	Generic Reason = "GENERIC"
)

// Verdict returns the verdict that a sub-indication belongs to.
func (r Reason) Verdict() Verdict {
	switch r {
	case OK:
		return Passed
	case FormatFailure, HashFailure, SigCryptoFailure, Revoked:
		return Failed
	}
	return Indeterminate
}

// Profile is a set of acceptance rules.
type Profile string

// The two profiles.
const (
	// ProfileGosSUOK takes certificates as the state system issues them; it is
	// the meaning of an empty Profile.
	ProfileGosSUOK Profile = "gossuok"
	// ProfileBPKI demands STB 34.101.78 to the letter.
	ProfileBPKI Profile = "bpki"
)

// Purpose is what a certificate is wanted for.
type Purpose string

// The purposes.
const (
	// PurposeAny asks for the path only.
	PurposeAny Purpose = "any"
	// PurposeSign is signing documents.
	PurposeSign Purpose = "sign"
	// PurposeAuth is proving who one is to a server.
	PurposeAuth Purpose = "auth"
	// PurposeTLS is a server of TLS.
	PurposeTLS Purpose = "tls"
	// PurposeTSA is making time stamps.
	PurposeTSA Purpose = "tsa"
	// PurposeOCSP is answering about certificate status.
	PurposeOCSP Purpose = "ocsp"
	// PurposeCA is issuing certificates.
	PurposeCA Purpose = "ca"
	// PurposeEncryption is receiving enveloped data.
	PurposeEncryption Purpose = "encryption"
)

// ParsePurpose reads the word of a command line; ok is false for other words.
func ParsePurpose(word string) (p Purpose, ok bool) {
	switch p = Purpose(word); p {
	case PurposeAny, PurposeSign, PurposeAuth, PurposeTLS, PurposeTSA, PurposeOCSP, PurposeCA, PurposeEncryption:
		return p, true
	}
	return "", false
}

// allows reports whether key usage and extended key usage permit a purpose.
func (p Purpose) allows(c *Certificate, profile Profile) bool {
	uses := func(k KeyUsage) bool { return c.HasKeyUsage && c.KeyUsage&k != 0 }
	ext := func(ids ...asn1.ObjectIdentifier) bool {
		for _, id := range ids {
			if containsOID(c.ExtKeyUsage, id) {
				return true
			}
		}
		return false
	}
	noExt := len(c.ExtKeyUsage) == 0
	switch p {
	case PurposeAny:
		return true
	case PurposeSign:
		return uses(UseDigitalSignature|UseNonRepudiation) && (noExt || ext(EKUEmailProtection, EKUClientAuth, EKUAny))
	case PurposeAuth:
		return uses(UseDigitalSignature) && (noExt || ext(EKUClientAuth))
	case PurposeTLS:
		return ext(EKUServerAuth)
	case PurposeTSA:
		return c.stampingOnly() && uses(UseDigitalSignature|UseNonRepudiation) &&
			(profile != ProfileBPKI || c.KeyUsage == UseDigitalSignature|UseNonRepudiation)
	case PurposeOCSP:
		return ext(EKUOCSPSigning)
	case PurposeCA:
		return c.IsCA && (!c.HasKeyUsage || uses(UseCertSign))
	case PurposeEncryption:
		return uses(UseKeyEncipherment)
	}
	return false
}

// stampingOnly tells a certificate whose extended key usage is critical and
// names time stamping alone (STB 34.101.82, 6.3).
func (c *Certificate) stampingOnly() bool {
	if len(c.ExtKeyUsage) != 1 || !c.ExtKeyUsage[0].Equal(EKUTimeStamping) {
		return false
	}
	e := c.Extension(extExtKeyUsage)
	return e != nil && e.Critical
}
