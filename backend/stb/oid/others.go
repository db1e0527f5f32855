package oid

import "encoding/asn1"

// Identifiers of PKCS #5 and X.509 that national structures refer to.
var (
	// PBES2 is PBES2, 1.2.840.113549.1.5.13.
	PBES2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	// PBKDF2 is PBKDF2, 1.2.840.113549.1.5.12.
	PBKDF2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
	// AnyPolicy is anyPolicy, 2.5.29.32.0.
	AnyPolicy = asn1.ObjectIdentifier{2, 5, 29, 32, 0}
)

// Identifiers of the state system of public keys (GosSUOK).
var (
	// GosSUOKPersonalNumber is gossuok-priv-num, 1.2.112.1.2.1.1.1.1.1.
	GosSUOKPersonalNumber = asn1.ObjectIdentifier{1, 2, 112, 1, 2, 1, 1, 1, 1, 1}
	// GosSUOKTaxID is gossuok-tax-id, 1.2.112.1.2.1.1.1.1.2.
	GosSUOKTaxID = asn1.ObjectIdentifier{1, 2, 112, 1, 2, 1, 1, 1, 1, 2}
	// GosSUOKSocialFundNumber is gossuok-unpf, 1.2.112.1.2.1.1.1.4.1.
	GosSUOKSocialFundNumber = asn1.ObjectIdentifier{1, 2, 112, 1, 2, 1, 1, 1, 4, 1}
	// GosSUOKDepartment is gossuok-department, 1.2.112.1.2.1.1.5.2.
	GosSUOKDepartment = asn1.ObjectIdentifier{1, 2, 112, 1, 2, 1, 1, 5, 2}
	// GosSUOKPosition is gossuok-position, 1.2.112.1.2.1.1.5.1.
	GosSUOKPosition = asn1.ObjectIdentifier{1, 2, 112, 1, 2, 1, 1, 5, 1}
	// GosSUOKCardForm is gossuok-card-form, 1.2.112.1.2.1.1.1.2.1.
	GosSUOKCardForm = asn1.ObjectIdentifier{1, 2, 112, 1, 2, 1, 1, 1, 2, 1}
	// GosSUOKPolicyKUC is gossuok-policy-kuc, 1.2.112.1.2.1.1.1.3.1.
	GosSUOKPolicyKUC = asn1.ObjectIdentifier{1, 2, 112, 1, 2, 1, 1, 1, 3, 1}
	// GosSUOKPolicyRUC is gossuok-policy-ruc, 1.2.112.1.2.1.1.1.3.2.
	GosSUOKPolicyRUC = asn1.ObjectIdentifier{1, 2, 112, 1, 2, 1, 1, 1, 3, 2}
)
