package cms

import "encoding/asn1"

// Content types.
var (
	// TypeData is id-data, octets without a meaning of their own.
	TypeData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	// TypeSignedData is id-signedData.
	TypeSignedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	// TypeEnvelopedData is id-envelopedData.
	TypeEnvelopedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 3}
	// TypeTSTInfo is id-ct-TSTInfo, the content of a time stamp.
	TypeTSTInfo = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
)

// Attributes.
var (
	attrContentType      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	attrMessageDigest    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	attrSigningTime      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5}
	attrCounterSig       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 6}
	attrSigningCertV1    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 12}
	attrSigningCertV2    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	attrSignatureStamp   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 14}
	attrSignPolicy       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 15}
	attrContentStamp     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 20}
	attrCertValues       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 23}
	attrRevocationValues = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 24}
	attrMimeType         = asn1.ObjectIdentifier{0, 4, 0, 1733, 2, 1}
)

// oidOCSPResponse marks a response of OCSP among revocation data (RFC 5940).
var oidOCSPResponse = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 16, 2}

// Foreign hash algorithms that references to certificates may use.
var (
	oidSHA1   = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}
	oidSHA256 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
)
