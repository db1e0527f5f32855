package oid

import "encoding/asn1"

// arc is 1.2.112.0.2.0.34.101, under which the STB 34.101 series has its identifiers.
var arc = asn1.ObjectIdentifier{1, 2, 112, 0, 2, 0, 34, 101}

// stb returns the identifier arc.tail.
func stb(tail ...int) asn1.ObjectIdentifier {
	return append(arc[:len(arc):len(arc)], tail...)
}

// Identifiers of belt (STB 34.101.31).
var (
	// BeltBlock128 is belt-block128, 1.2.112.0.2.0.34.101.31.3.
	BeltBlock128 = stb(31, 3)
	// BeltBlock192 is belt-block192, 1.2.112.0.2.0.34.101.31.4.
	BeltBlock192 = stb(31, 4)
	// BeltBlock256 is belt-block256, 1.2.112.0.2.0.34.101.31.5.
	BeltBlock256 = stb(31, 5)
	// BeltWBlock128 is belt-wblock128, 1.2.112.0.2.0.34.101.31.6.
	BeltWBlock128 = stb(31, 6)
	// BeltWBlock192 is belt-wblock192, 1.2.112.0.2.0.34.101.31.7.
	BeltWBlock192 = stb(31, 7)
	// BeltWBlock256 is belt-wblock256, 1.2.112.0.2.0.34.101.31.8.
	BeltWBlock256 = stb(31, 8)
	// BeltCompress is belt-compress, 1.2.112.0.2.0.34.101.31.9.
	BeltCompress = stb(31, 9)
	// BeltECB128 is belt-ecb128, 1.2.112.0.2.0.34.101.31.11.
	BeltECB128 = stb(31, 11)
	// BeltECB192 is belt-ecb192, 1.2.112.0.2.0.34.101.31.12.
	BeltECB192 = stb(31, 12)
	// BeltECB256 is belt-ecb256, 1.2.112.0.2.0.34.101.31.13.
	BeltECB256 = stb(31, 13)
	// BeltCBC128 is belt-cbc128, 1.2.112.0.2.0.34.101.31.21.
	BeltCBC128 = stb(31, 21)
	// BeltCBC192 is belt-cbc192, 1.2.112.0.2.0.34.101.31.22.
	BeltCBC192 = stb(31, 22)
	// BeltCBC256 is belt-cbc256, 1.2.112.0.2.0.34.101.31.23.
	BeltCBC256 = stb(31, 23)
	// BeltCFB128 is belt-cfb128, 1.2.112.0.2.0.34.101.31.31.
	BeltCFB128 = stb(31, 31)
	// BeltCFB192 is belt-cfb192, 1.2.112.0.2.0.34.101.31.32.
	BeltCFB192 = stb(31, 32)
	// BeltCFB256 is belt-cfb256, 1.2.112.0.2.0.34.101.31.33.
	BeltCFB256 = stb(31, 33)
	// BeltCTR128 is belt-ctr128, 1.2.112.0.2.0.34.101.31.41.
	BeltCTR128 = stb(31, 41)
	// BeltCTR192 is belt-ctr192, 1.2.112.0.2.0.34.101.31.42.
	BeltCTR192 = stb(31, 42)
	// BeltCTR256 is belt-ctr256, 1.2.112.0.2.0.34.101.31.43.
	BeltCTR256 = stb(31, 43)
	// BeltMAC128 is belt-mac128, 1.2.112.0.2.0.34.101.31.51.
	BeltMAC128 = stb(31, 51)
	// BeltMAC192 is belt-mac192, 1.2.112.0.2.0.34.101.31.52.
	BeltMAC192 = stb(31, 52)
	// BeltMAC256 is belt-mac256, 1.2.112.0.2.0.34.101.31.53.
	BeltMAC256 = stb(31, 53)
	// BeltDWP128 is belt-dwp128, 1.2.112.0.2.0.34.101.31.61.
	BeltDWP128 = stb(31, 61)
	// BeltDWP192 is belt-dwp192, 1.2.112.0.2.0.34.101.31.62.
	BeltDWP192 = stb(31, 62)
	// BeltDWP256 is belt-dwp256, 1.2.112.0.2.0.34.101.31.63.
	BeltDWP256 = stb(31, 63)
	// BeltCHE128 is belt-che128, 1.2.112.0.2.0.34.101.31.64.
	BeltCHE128 = stb(31, 64)
	// BeltCHE192 is belt-che192, 1.2.112.0.2.0.34.101.31.65.
	BeltCHE192 = stb(31, 65)
	// BeltCHE256 is belt-che256, 1.2.112.0.2.0.34.101.31.66.
	BeltCHE256 = stb(31, 66)
	// BeltKWP128 is belt-kwp128, 1.2.112.0.2.0.34.101.31.71.
	BeltKWP128 = stb(31, 71)
	// BeltKWP192 is belt-kwp192, 1.2.112.0.2.0.34.101.31.72.
	BeltKWP192 = stb(31, 72)
	// BeltKWP256 is belt-kwp256, 1.2.112.0.2.0.34.101.31.73.
	BeltKWP256 = stb(31, 73)
	// BeltHash is belt-hash, 1.2.112.0.2.0.34.101.31.81.
	BeltHash = stb(31, 81)
	// BeltKeyExpand is belt-keyexpand, 1.2.112.0.2.0.34.101.31.91.
	BeltKeyExpand = stb(31, 91)
	// BeltKeyRep is belt-keyrep, 1.2.112.0.2.0.34.101.31.101.
	BeltKeyRep = stb(31, 101)
)

// Identifiers of bign (STB 34.101.45).
var (
	// BignPubKey is bign-pubkey, 1.2.112.0.2.0.34.101.45.2.1.
	BignPubKey = stb(45, 2, 1)
	// BignCurve256v1 is bign-curve256v1, 1.2.112.0.2.0.34.101.45.3.1.
	BignCurve256v1 = stb(45, 3, 1)
	// BignCurve384v1 is bign-curve384v1, 1.2.112.0.2.0.34.101.45.3.2.
	BignCurve384v1 = stb(45, 3, 2)
	// BignCurve512v1 is bign-curve512v1, 1.2.112.0.2.0.34.101.45.3.3.
	BignCurve512v1 = stb(45, 3, 3)
	// BignPrimeField is bign-primefield, 1.2.112.0.2.0.34.101.45.4.1.
	BignPrimeField = stb(45, 4, 1)
	// BignWithHSpec is bign-with-hspec, 1.2.112.0.2.0.34.101.45.11.
	BignWithHSpec = stb(45, 11)
	// BignWithHBelt is bign-with-hbelt, 1.2.112.0.2.0.34.101.45.12.
	BignWithHBelt = stb(45, 12)
	// BignWithBash256 is bign-with-bash256, 1.2.112.0.2.0.34.101.45.13.
	BignWithBash256 = stb(45, 13)
	// BignWithBash384 is bign-with-bash384, 1.2.112.0.2.0.34.101.45.14.
	BignWithBash384 = stb(45, 14)
	// BignWithBash512 is bign-with-bash512, 1.2.112.0.2.0.34.101.45.15.
	BignWithBash512 = stb(45, 15)
	// BignKeyTransport is bign-keytransport, 1.2.112.0.2.0.34.101.45.41.
	BignKeyTransport = stb(45, 41)
)

// Identifiers of HMAC, generators and one-time passwords (STB 34.101.47).
var (
	// HMACHSpec is hmac-hspec, 1.2.112.0.2.0.34.101.47.11.
	HMACHSpec = stb(47, 11)
	// HMACHBelt is hmac-hbelt, 1.2.112.0.2.0.34.101.47.12.
	HMACHBelt = stb(47, 12)
	// BrngCTRHBelt is brng-ctr-hbelt, 1.2.112.0.2.0.34.101.47.22.
	BrngCTRHBelt = stb(47, 22)
	// BrngHMACHBelt is brng-hmac-hbelt, 1.2.112.0.2.0.34.101.47.32.
	BrngHMACHBelt = stb(47, 32)
	// HOTPHBelt is hotp-hbelt, 1.2.112.0.2.0.34.101.47.112.
	HOTPHBelt = stb(47, 112)
	// TOTPHBelt is totp-hbelt, 1.2.112.0.2.0.34.101.47.122.
	TOTPHBelt = stb(47, 122)
	// OCRAHBelt is ocra-hbelt, 1.2.112.0.2.0.34.101.47.132.
	OCRAHBelt = stb(47, 132)
)

// Identifiers of bels (STB 34.101.60).
var (
	// BelsShare is bels-share, 1.2.112.0.2.0.34.101.60.11.
	BelsShare = stb(60, 11)
	// BelsM0128v1 is bels-m0128v1, 1.2.112.0.2.0.34.101.60.2.1.
	BelsM0128v1 = stb(60, 2, 1)
	// BelsM0192v1 is bels-m0192v1, 1.2.112.0.2.0.34.101.60.2.2.
	BelsM0192v1 = stb(60, 2, 2)
	// BelsM0256v1 is bels-m0256v1, 1.2.112.0.2.0.34.101.60.2.3.
	BelsM0256v1 = stb(60, 2, 3)
)

// Identifiers of bash (STB 34.101.77).
var (
	// Bash256 is bash256, 1.2.112.0.2.0.34.101.77.11.
	Bash256 = stb(77, 11)
	// Bash384 is bash384, 1.2.112.0.2.0.34.101.77.12.
	Bash384 = stb(77, 12)
	// Bash512 is bash512, 1.2.112.0.2.0.34.101.77.13.
	Bash512 = stb(77, 13)
)

// Identifiers of bpki (STB 34.101.78): roles carried in certificate policies, key purposes, attributes, content types.
var (
	// RoleKUC is role-kuc, 1.2.112.0.2.0.34.101.78.2.0.
	RoleKUC = stb(78, 2, 0)
	// RoleRUC is role-ruc, 1.2.112.0.2.0.34.101.78.2.1.
	RoleRUC = stb(78, 2, 1)
	// RolePUC is role-puc, 1.2.112.0.2.0.34.101.78.2.2.
	RolePUC = stb(78, 2, 2)
	// RoleAA is role-aa, 1.2.112.0.2.0.34.101.78.2.10.
	RoleAA = stb(78, 2, 10)
	// RoleRA is role-ra, 1.2.112.0.2.0.34.101.78.2.20.
	RoleRA = stb(78, 2, 20)
	// RoleOCSP is role-ocsp, 1.2.112.0.2.0.34.101.78.2.30.
	RoleOCSP = stb(78, 2, 30)
	// RoleTSA is role-tsa, 1.2.112.0.2.0.34.101.78.2.31.
	RoleTSA = stb(78, 2, 31)
	// RoleDVCS is role-dvcs, 1.2.112.0.2.0.34.101.78.2.32.
	RoleDVCS = stb(78, 2, 32)
	// RoleIdentification is role-ids, 1.2.112.0.2.0.34.101.78.2.33.
	RoleIdentification = stb(78, 2, 33)
	// RoleTLS is role-tls, 1.2.112.0.2.0.34.101.78.2.50.
	RoleTLS = stb(78, 2, 50)
	// RoleNaturalPerson is role-np, 1.2.112.0.2.0.34.101.78.2.60.
	RoleNaturalPerson = stb(78, 2, 60)
	// RoleForeignPerson is role-fnp, 1.2.112.0.2.0.34.101.78.2.61.
	RoleForeignPerson = stb(78, 2, 61)
	// RoleLegalRepresentative is role-lr, 1.2.112.0.2.0.34.101.78.2.62.
	RoleLegalRepresentative = stb(78, 2, 62)
	// RoleLegalEntity is role-le, 1.2.112.0.2.0.34.101.78.2.63.
	RoleLegalEntity = stb(78, 2, 63)
	// RoleDevice is role-device, 1.2.112.0.2.0.34.101.78.2.70.
	RoleDevice = stb(78, 2, 70)
	// KPServerTM is kp-server-tm, 1.2.112.0.2.0.34.101.78.3.1.
	KPServerTM = stb(78, 3, 1)
	// KPClientTM is kp-client-tm, 1.2.112.0.2.0.34.101.78.3.2.
	KPClientTM = stb(78, 3, 2)
	// CertificateValidity is certificate-validity, 1.2.112.0.2.0.34.101.78.4.1.
	CertificateValidity = stb(78, 4, 1)
	// CTEnroll1Req is ct-enroll1-req, 1.2.112.0.2.0.34.101.78.5.1.
	CTEnroll1Req = stb(78, 5, 1)
	// CTEnroll2Req is ct-enroll2-req, 1.2.112.0.2.0.34.101.78.5.2.
	CTEnroll2Req = stb(78, 5, 2)
	// CTReenrollReq is ct-reenroll-req, 1.2.112.0.2.0.34.101.78.5.3.
	CTReenrollReq = stb(78, 5, 3)
	// CTSpawnReq is ct-spawn-req, 1.2.112.0.2.0.34.101.78.5.4.
	CTSpawnReq = stb(78, 5, 4)
	// CTSetpwdReq is ct-setpwd-req, 1.2.112.0.2.0.34.101.78.5.5.
	CTSetpwdReq = stb(78, 5, 5)
	// CTRevokeReq is ct-revoke-req, 1.2.112.0.2.0.34.101.78.5.6.
	CTRevokeReq = stb(78, 5, 6)
	// CTResp is ct-resp, 1.2.112.0.2.0.34.101.78.5.7.
	CTResp = stb(78, 5, 7)
)

// Identifiers of card-verifiable certificates (STB 34.101.79).
var (
	// EIDAccess is id-eIdAccess, 1.2.112.0.2.0.34.101.79.6.1.
	EIDAccess = stb(79, 6, 1)
	// ESignAccess is id-eSignAccess, 1.2.112.0.2.0.34.101.79.6.2.
	ESignAccess = stb(79, 6, 2)
	// SignAuthExt is id-SignAuthExt, 1.2.112.0.2.0.34.101.79.8.1.
	SignAuthExt = stb(79, 8, 1)
)
