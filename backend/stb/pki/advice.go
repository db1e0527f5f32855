package pki

import (
	"encoding/asn1"
	"fmt"

	"akno/backend/stb/oid"
)

// What the strict profile recommends, and what it says about the form of revocation data, changes no verdict: it
// is noted. A certificate that is in force too long is still its holder's, and who passed over a
// revocation because the list has no number would trust a key that its owner has lost.

// Advise begins the notes about recommendations that were not kept.
const Advise = "beyond what STB 34.101.78 recommends: "

// longest is how many years a certificate should be in force at the levels 128, 192 and 256.
type longest [3]int

var (
	longestRoot    = longest{20, 25, 30}
	longestService = longest{10, 12, 14}
	longestServer  = longest{5, 6, 7}
	longestPerson  = longest{3, 4, 5}
)

// recommendedYears returns the greatest recommended validity of a certificate in years, or 0 when there is none.
func recommendedYears(c, issuer *Certificate) int {
	years, ok := longestFor(c, issuer)
	level := c.Level()/64 - 2
	if !ok || level < 0 || level >= len(years) {
		return 0
	}
	return years[level]
}

func longestFor(c, issuer *Certificate) (longest, bool) {
	switch {
	case c.IsCA && (c.SelfIssued() || issuer.SelfIssued()):
		return longestRoot, true // a root's, also in its link, and the republican authority's
	case c.IsCA:
		return longestService, true
	}
	for _, of := range []struct {
		years longest
		roles []asn1.ObjectIdentifier
	}{
		// In the order of strictRoles: an operator of a service is a representative, an agent a device.
		{longestPerson, []asn1.ObjectIdentifier{oid.RoleLegalRepresentative}},
		{longestServer, []asn1.ObjectIdentifier{oid.RoleDevice}},
		{longestPerson, []asn1.ObjectIdentifier{oid.RoleNaturalPerson, oid.RoleForeignPerson}},
		{longestServer, []asn1.ObjectIdentifier{oid.RoleOCSP}},
		{longestService, []asn1.ObjectIdentifier{oid.RoleTSA, oid.RoleDVCS}},
		{longestServer, []asn1.ObjectIdentifier{oid.RoleIdentification, oid.RoleTLS}},
		{longestService, []asn1.ObjectIdentifier{oid.RoleRA}},
	} {
		for _, role := range of.roles {
			if c.HasPolicy(role) {
				return of.years, true
			}
		}
	}
	return longest{}, false
}

// advice returns what is to be noted about the certificates of a path below its anchor. Of the roles that the
// table of the standard does not name (a legal entity, an attribute authority) nothing is.
func advice(path []*Certificate) (notes []string) {
	for i := range len(path) - 1 {
		c := path[i]
		if n := recommendedYears(c, path[i+1]); n > 0 && c.NotAfter.After(c.NotBefore.AddDate(n, 0, 0)) {
			notes = append(notes, fmt.Sprintf("%s%s: in force for more than %d years", Advise, c.Subject, n))
		}
	}
	return notes
}

// advice returns what is to be noted about the form of a list that says something of a certificate.
func (l *RevocationList) advice(s *Status) (notes []string) {
	for _, rule := range []struct {
		broken bool
		note   string
	}{
		{len(l.Number) == 0, "it has no number"},
		{l.AuthorityKeyID == nil, "it does not name the key of its issuer"},
		{l.NextUpdate.IsZero(), "it does not say when the next one comes"},
		{(s.State == StateRevoked || s.State == StateSuspended) && !s.Revocation.HasReason, "it gives no reason for the revocation"},
	} {
		if rule.broken {
			notes = append(notes, "revocation list: "+rule.note)
		}
	}
	return notes
}
