package oid

import (
	"encoding/asn1"
	"maps"
	"slices"
)

// names maps the content octets of an identifier to its name.
var names = index()

// entry pairs an identifier with its name.
type entry struct {
	id   asn1.ObjectIdentifier
	name string
}

// table lists all identifiers of the package.
var table = []entry{
	{BeltBlock128, "belt-block128"},
	{BeltBlock192, "belt-block192"},
	{BeltBlock256, "belt-block256"},
	{BeltWBlock128, "belt-wblock128"},
	{BeltWBlock192, "belt-wblock192"},
	{BeltWBlock256, "belt-wblock256"},
	{BeltCompress, "belt-compress"},
	{BeltECB128, "belt-ecb128"},
	{BeltECB192, "belt-ecb192"},
	{BeltECB256, "belt-ecb256"},
	{BeltCBC128, "belt-cbc128"},
	{BeltCBC192, "belt-cbc192"},
	{BeltCBC256, "belt-cbc256"},
	{BeltCFB128, "belt-cfb128"},
	{BeltCFB192, "belt-cfb192"},
	{BeltCFB256, "belt-cfb256"},
	{BeltCTR128, "belt-ctr128"},
	{BeltCTR192, "belt-ctr192"},
	{BeltCTR256, "belt-ctr256"},
	{BeltMAC128, "belt-mac128"},
	{BeltMAC192, "belt-mac192"},
	{BeltMAC256, "belt-mac256"},
	{BeltDWP128, "belt-dwp128"},
	{BeltDWP192, "belt-dwp192"},
	{BeltDWP256, "belt-dwp256"},
	{BeltCHE128, "belt-che128"},
	{BeltCHE192, "belt-che192"},
	{BeltCHE256, "belt-che256"},
	{BeltKWP128, "belt-kwp128"},
	{BeltKWP192, "belt-kwp192"},
	{BeltKWP256, "belt-kwp256"},
	{BeltHash, "belt-hash"},
	{BeltKeyExpand, "belt-keyexpand"},
	{BeltKeyRep, "belt-keyrep"},
	{BignPubKey, "bign-pubkey"},
	{BignCurve256v1, "bign-curve256v1"},
	{BignCurve384v1, "bign-curve384v1"},
	{BignCurve512v1, "bign-curve512v1"},
	{BignPrimeField, "bign-primefield"},
	{BignWithHSpec, "bign-with-hspec"},
	{BignWithHBelt, "bign-with-hbelt"},
	{BignWithBash256, "bign-with-bash256"},
	{BignWithBash384, "bign-with-bash384"},
	{BignWithBash512, "bign-with-bash512"},
	{BignKeyTransport, "bign-keytransport"},
	{HMACHSpec, "hmac-hspec"},
	{HMACHBelt, "hmac-hbelt"},
	{BrngCTRHBelt, "brng-ctr-hbelt"},
	{BrngHMACHBelt, "brng-hmac-hbelt"},
	{HOTPHBelt, "hotp-hbelt"},
	{TOTPHBelt, "totp-hbelt"},
	{OCRAHBelt, "ocra-hbelt"},
	{BelsShare, "bels-share"},
	{BelsM0128v1, "bels-m0128v1"},
	{BelsM0192v1, "bels-m0192v1"},
	{BelsM0256v1, "bels-m0256v1"},
	{Bash256, "bash256"},
	{Bash384, "bash384"},
	{Bash512, "bash512"},
	{RoleKUC, "role-kuc"},
	{RoleRUC, "role-ruc"},
	{RolePUC, "role-puc"},
	{RoleAA, "role-aa"},
	{RoleRA, "role-ra"},
	{RoleOCSP, "role-ocsp"},
	{RoleTSA, "role-tsa"},
	{RoleDVCS, "role-dvcs"},
	{RoleIdentification, "role-ids"},
	{RoleTLS, "role-tls"},
	{RoleNaturalPerson, "role-np"},
	{RoleForeignPerson, "role-fnp"},
	{RoleLegalRepresentative, "role-lr"},
	{RoleLegalEntity, "role-le"},
	{RoleDevice, "role-device"},
	{KPServerTM, "kp-server-tm"},
	{KPClientTM, "kp-client-tm"},
	{CertificateValidity, "certificate-validity"},
	{CTEnroll1Req, "ct-enroll1-req"},
	{CTEnroll2Req, "ct-enroll2-req"},
	{CTReenrollReq, "ct-reenroll-req"},
	{CTSpawnReq, "ct-spawn-req"},
	{CTSetpwdReq, "ct-setpwd-req"},
	{CTRevokeReq, "ct-revoke-req"},
	{CTResp, "ct-resp"},
	{EIDAccess, "id-eIdAccess"},
	{ESignAccess, "id-eSignAccess"},
	{SignAuthExt, "id-SignAuthExt"},
	{PBES2, "PBES2"},
	{PBKDF2, "PBKDF2"},
	{AnyPolicy, "anyPolicy"},
	{GosSUOKPersonalNumber, "gossuok-priv-num"},
	{GosSUOKTaxID, "gossuok-tax-id"},
	{GosSUOKSocialFundNumber, "gossuok-unpf"},
	{GosSUOKDepartment, "gossuok-department"},
	{GosSUOKPosition, "gossuok-position"},
	{GosSUOKCardForm, "gossuok-card-form"},
	{GosSUOKPolicyKUC, "gossuok-policy-kuc"},
	{GosSUOKPolicyRUC, "gossuok-policy-ruc"},
}

// index builds names.
func index() map[string]string {
	m := make(map[string]string, len(table))
	for _, e := range table {
		m[string(DER(e.id))] = e.name
	}
	return m
}

// Name returns the name of an identifier, as in the standard that defines it, or its
// dotted form when this package does not know it.
func Name(id asn1.ObjectIdentifier) string {
	if n, ok := names[string(DER(id))]; ok {
		return n
	}
	return id.String()
}

// Names returns all names this package knows, sorted.
func Names() []string { return slices.Sorted(maps.Values(names)) }

// ByName returns the identifier with the given name.
func ByName(name string) (asn1.ObjectIdentifier, bool) {
	for _, e := range table {
		if e.name == name {
			return slices.Clone(e.id), true
		}
	}
	return nil, false
}
