package pki

import (
	"encoding/asn1"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/internal/der"
	"akno/backend/stb/oid"
)

// strictRole is what STB 34.101.78 fixes for the holders of a role: the uses of the key
// (8.1.3), the purposes that must be named (8.1.4) and the attributes of the name (7.3.1).
type strictRole struct {
	policy   asn1.ObjectIdentifier
	uses     KeyUsage
	purposes []asn1.ObjectIdentifier
	// anyPurpose leaves the extended key usage to the issuer; otherwise a role without
	// purposes must not have the extension.
	anyPurpose bool
	attributes attributeSet
}

// strictRoles lists the roles of end entities. An operator of a service has the role of a
// representative besides, an agent that of a device: these decide (7.2), so they stand first.
func strictRoles() []strictRole {
	person := []asn1.ObjectIdentifier{EKUClientAuth, EKUEmailProtection}
	server := []asn1.ObjectIdentifier{EKUServerAuth}
	return []strictRole{
		{oid.RoleLegalRepresentative, usesPerson, person, false, attributesRepresentative},
		{oid.RoleDevice, UseDigitalSignature | UseKeyEncipherment, nil, true, attributesDevice},
		{oid.RoleNaturalPerson, usesPerson, person, false, attributesPerson},
		{oid.RoleForeignPerson, usesPerson, person, false, attributesPerson},
		{oid.RoleLegalEntity, usesPerson, person, false, attributesEntity},
		{oid.RoleOCSP, usesService, []asn1.ObjectIdentifier{EKUOCSPSigning}, false, attributesService},
		{oid.RoleTSA, usesService, []asn1.ObjectIdentifier{EKUTimeStamping}, false, attributesService},
		{oid.RoleDVCS, usesService, []asn1.ObjectIdentifier{EKUDVCS}, false, attributesService},
		{oid.RoleIdentification, usesPerson, server, false, attributesService},
		{oid.RoleTLS, UseDigitalSignature | UseKeyEncipherment, server, false, attributesService},
		{oid.RoleAA, UseDigitalSignature | UseCRLSign, nil, false, attributesService},
		{oid.RoleRA, usesPerson, nil, false, attributesService},
	}
}

// strictFlaw names the first rule of STB 34.101.78 that a certificate breaks,
// or returns "".
func strictFlaw(c, issuer *Certificate) string {
	if note := strictCommon(c, issuer); note != "" {
		return note
	}
	if c.IsCA && c.SelfIssued() {
		return strictLink(c)
	}
	if note := strictExtensions(c, issuer); note != "" {
		return note
	}
	if c.IsCA {
		return strictAuthority(c, issuer)
	}
	return strictEntity(c, issuer)
}

// strictCommon checks what every certificate keeps (8.1.2, 8.1.6, 8.3).
func strictCommon(c, issuer *Certificate) string {
	switch e := c.Extension(extBasicConstraints); {
	case !c.SignatureAlgorithm.NullParams():
		return "algorithm parameters are not NULL"
	case c.Level() > issuer.Level():
		return "the key is stronger than the issuer's"
	case c.UniqueIDs:
		return "unique identifiers are forbidden"
	case len(c.SubjectKeyID) != 20 && len(c.SubjectKeyID) != 32:
		return "subject key identifier is not of 20 or 32 octets"
	case c.AuthorityKeyID == nil:
		return "no authority key identifier"
	case len(c.AuthorityKeyID) != 20 && len(c.AuthorityKeyID) != 32:
		return "authority key identifier is not of 20 or 32 octets"
	case e == nil || !e.Critical:
		return "basic constraints are absent or not critical"
	}
	if e := c.Extension(extKeyUsage); e == nil || !e.Critical {
		return "key usage is absent or not critical"
	}
	for _, id := range []asn1.ObjectIdentifier{
		extSubjectKeyID, extAuthorityKeyID, extPolicies, extSubjectAltName, extCRLPoints, extAuthorityInfo,
	} {
		if e := c.Extension(id); e != nil && e.Critical {
			return "an extension is critical and should not be: " + id.String()
		}
	}
	return ""
}

// strictLink checks a link certificate, which carries the key of a new root under the old
// one: it has the form of a root and the identifier of the old key (appendix Б).
func strictLink(c *Certificate) string {
	if c.KeyUsage != usesCA {
		return "key usage is not that of a root"
	}
	if c.MaxPathLen >= 0 {
		return "a root has a path length"
	}
	for _, e := range c.Extensions {
		if !isOneOf(e.OID, extSubjectKeyID, extAuthorityKeyID, extKeyUsage, extBasicConstraints) {
			return "an extension that a root must not have: " + e.OID.String()
		}
	}
	return strictName(c.Subject, attributesRoot, false)
}

func isOneOf(id asn1.ObjectIdentifier, list ...asn1.ObjectIdentifier) bool {
	return containsOID(list, id)
}

// subordinate tells an authority that stands below the republican one: only its
// certificates, of all authorities', have a path length, and it may add to what it issues
// (7.3.1, 8.1.1, 8.1.6).
func subordinate(issuer *Certificate) bool { return issuer.MaxPathLen == 0 }

// strictExtensions checks the extensions that authorities and end entities share (8.1.5,
// 8.1.7 to 8.1.9).
func strictExtensions(c, issuer *Certificate) string {
	for _, e := range c.Extensions {
		known := isOneOf(e.OID, extSubjectKeyID, extAuthorityKeyID, extKeyUsage, extExtKeyUsage, extPolicies,
			extBasicConstraints, extSubjectAltName, extCRLPoints, extAuthorityInfo)
		if !known && !subordinate(issuer) {
			return "an extension beyond those of the standard: " + e.OID.String()
		}
	}
	e := c.Extension(extCRLPoints)
	if e == nil || !pointsOfURIs(e.Value) {
		return "no address of a revocation list, or not as a URI alone"
	}
	if e := c.Extension(extPolicies); e == nil || qualified(e.Value) {
		return "certificate policies are absent or have qualifiers"
	}
	// What the root issues says no addresses of the root's: the root itself is at hand, and
	// nobody answers for it.
	e = c.Extension(extAuthorityInfo)
	switch republican := c.IsCA && issuer.SelfIssued(); {
	case republican && e != nil:
		return "an authority below the root names services of the root"
	case !republican && (e == nil || !issuersThenStatus(e.Value)):
		return "no addresses of the issuer and, second, of the status service"
	}
	if e := c.Extension(extSubjectAltName); e != nil {
		a := c.AltNames
		if a.Count == 0 || a.Count != len(a.Emails)+len(a.DNSNames)+len(a.URIs)+len(a.IPs) {
			return "alternative names are not 1 to 100 of mail, DNS, URI and IP"
		}
	}
	return ""
}

// strictAuthority checks an authority that is no root.
func strictAuthority(c, issuer *Certificate) string {
	republican := issuer.SelfIssued()
	switch {
	case c.Extension(extExtKeyUsage) != nil:
		return "an authority has extended purposes"
	case len(c.Policies) != 1 || !c.Policies[0].Equal(oid.AnyPolicy):
		return "an authority has other policies than anyPolicy"
	case c.KeyUsage != usesCA|UseKeyEncipherment:
		return "key usage is not that of an authority"
	case republican && c.MaxPathLen >= 0:
		return "an authority below the root has a path length"
	case !republican && c.MaxPathLen != 0:
		return "path length of a subordinate authority is not zero"
	}
	return strictName(c.Subject, attributesService, subordinate(issuer))
}

// strictEntity checks who is no authority, by the role.
func strictEntity(c, issuer *Certificate) string {
	roles := strictRoles()
	i := slices.IndexFunc(roles, func(r strictRole) bool { return c.HasPolicy(r.policy) })
	if i < 0 {
		return "no role among the policies"
	}
	role := roles[i]
	if c.KeyUsage != role.uses {
		return "key usage is not that of the role"
	}
	e := c.Extension(extExtKeyUsage)
	switch {
	case e != nil && !e.Critical:
		return "extended key usage is not critical"
	case e != nil && len(role.purposes) == 0 && !role.anyPurpose:
		return "the role has no extended key usage"
	case role.policy.Equal(oid.RoleTSA) && !c.stampingOnly():
		return "extended key usage is not that of the role"
	}
	for _, p := range role.purposes {
		if !containsOID(c.ExtKeyUsage, p) {
			return "extended key usage is not that of the role"
		}
	}
	if role.policy.Equal(oid.RoleTLS) && !slices.Contains(c.AltNames.DNSNames, c.Subject.Get(AttrCommonName)) {
		return "the common name of a server is not among its alternative names"
	}
	if note := strictName(c.Subject, role.attributes, subordinate(issuer)); note != "" {
		return note
	}
	return strictHolder(c.Subject, role)
}

// pointsOfURIs reports whether every distribution point is a full name of URIs, without
// reasons and without another issuer (8.1.8).
func pointsOfURIs(value cryptobyte.String) bool {
	var list cryptobyte.String
	if !value.ReadASN1(&list, tag.SEQUENCE) || list.Empty() {
		return false
	}
	for !list.Empty() {
		var point, name, full, uri cryptobyte.String
		if !list.ReadASN1(&point, tag.SEQUENCE) || !point.ReadASN1(&name, der.Explicit(0)) || !point.Empty() ||
			!name.ReadASN1(&full, der.Explicit(0)) || !name.Empty() || full.Empty() {
			return false
		}
		for !full.Empty() {
			if !full.ReadASN1(&uri, der.Context(gnURI)) || uri.Empty() {
				return false
			}
		}
	}
	return true
}

// qualified reports whether a policy has qualifiers (8.1.5). The extension decoded.
func qualified(value cryptobyte.String) bool {
	var list, info cryptobyte.String
	if !value.ReadASN1(&list, tag.SEQUENCE) {
		return true
	}
	for !list.Empty() {
		if !list.ReadASN1(&info, tag.SEQUENCE) || !info.SkipASN1(tag.OBJECT_IDENTIFIER) || !info.Empty() {
			return true
		}
	}
	return false
}

// issuersThenStatus reports whether the first item of AuthorityInfoAccess is the URI of the
// issuer's certificates and the second that of the status service (8.1.9).
func issuersThenStatus(value cryptobyte.String) bool {
	var list cryptobyte.String
	if !value.ReadASN1(&list, tag.SEQUENCE) {
		return false
	}
	for _, want := range []asn1.ObjectIdentifier{accessCAIssuers, accessOCSP} {
		var access, uri cryptobyte.String
		var method asn1.ObjectIdentifier
		if !list.ReadASN1(&access, tag.SEQUENCE) || !access.ReadASN1ObjectIdentifier(&method) || !method.Equal(want) ||
			!access.ReadASN1(&uri, der.Context(gnURI)) || uri.Empty() {
			return false
		}
	}
	return true
}
