package pki

import (
	"slices"
	"strings"

	"akno/backend/stb/oid"
)

// strictFlaw names the first rule of STB 34.101.78 that a certificate breaks,
// or returns "". below says that its issuer stands below the root, where
// addresses of services are obligatory.
func strictFlaw(c, issuer *Certificate, below bool) string {
	if !c.SignatureAlgorithm.NullParams() {
		return "algorithm parameters are not NULL"
	}
	if c.Level() > issuer.Level() {
		return "the key is stronger than the issuer's"
	}
	if c.UniqueIDs {
		return "unique identifiers are forbidden"
	}
	if n := len(c.SubjectKeyID); n != 20 && n != 32 {
		return "subject key identifier is not of 20 or 32 octets"
	}
	if c.AuthorityKeyID == nil {
		return "no authority key identifier"
	}
	if e := c.Extension(extBasicConstraints); e == nil || !e.Critical {
		return "basic constraints are absent or not critical"
	}
	if c.IsCA && c.SelfIssued() {
		// A link certificate carries the key of a new root under the old one; it has
		// the form of a root.
		if c.KeyUsage != usesCA {
			return "key usage is not that of a root"
		}
		return strictName(c.Subject)
	}
	if len(c.CRLPoints) == 0 {
		return "no address of a revocation list"
	}
	if below && (len(c.CAIssuers) == 0 || len(c.OCSPServers) == 0) {
		return "no addresses of the issuer and of the status service"
	}
	if note := strictUse(c); note != "" {
		return note
	}
	return strictName(c.Subject)
}

// strictUse compares key usage and extended purposes with the role.
func strictUse(c *Certificate) string {
	e := c.Extension(extKeyUsage)
	if e == nil || !e.Critical {
		return "key usage is absent or not critical"
	}
	if c.IsCA {
		switch {
		case len(c.ExtKeyUsage) > 0:
			return "an authority has extended purposes"
		case len(c.Policies) != 1 || !c.Policies[0].Equal(oid.AnyPolicy):
			return "an authority has other policies than anyPolicy"
		case c.KeyUsage != usesCA|UseKeyEncipherment:
			return "key usage is not that of an authority"
		case c.MaxPathLen > 0:
			return "path length is not zero"
		}
		return ""
	}
	if x := c.Extension(extExtKeyUsage); x != nil && !x.Critical {
		return "extended key usage is not critical"
	}
	want := KeyUsage(usesPerson)
	switch {
	case c.HasPolicy(oid.RoleOCSP), c.HasPolicy(oid.RoleTSA), c.HasPolicy(oid.RoleDVCS):
		want = usesService
	case c.HasPolicy(oid.RoleTLS), c.HasPolicy(oid.RoleDevice):
		want = UseDigitalSignature | UseKeyEncipherment
	case c.HasPolicy(oid.RoleAA):
		want = UseDigitalSignature | UseCRLSign
	case !c.hasRole():
		return "no role among the policies"
	}
	if c.KeyUsage != want {
		return "key usage is not that of the role"
	}
	person := c.HasPolicy(oid.RoleNaturalPerson) || c.HasPolicy(oid.RoleForeignPerson) ||
		c.HasPolicy(oid.RoleLegalRepresentative) || c.HasPolicy(oid.RoleLegalEntity)
	if person && (!containsOID(c.ExtKeyUsage, EKUClientAuth) || !containsOID(c.ExtKeyUsage, EKUEmailProtection)) {
		return "extended key usage is not that of the role"
	}
	return ""
}

// strictName checks spaces, repetition and the alphabet of the common name.
func strictName(n Name) string {
	var seen []string
	for _, rdn := range n.RDNs {
		for _, a := range rdn {
			if strings.Join(strings.Fields(a.Value), " ") != a.Value {
				return "needless spaces in the name"
			}
			t := a.Type.String()
			if slices.Contains(seen, t) {
				return "an attribute of the name is repeated"
			}
			seen = append(seen, t)
		}
	}
	for _, r := range n.Get(AttrCommonName) {
		if r < 0x20 || r > 0x7e {
			return "the common name is not in printable ASCII"
		}
	}
	if n.Get(AttrCommonName) == "" {
		return "no common name"
	}
	return ""
}
