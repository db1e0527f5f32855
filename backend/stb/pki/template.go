package pki

import (
	"encoding/asn1"
	"time"

	"akno/backend/stb/oid"
)

// Kind is a kind of certificate that an authority issues.
type Kind string

// The kinds that NewTemplate knows.
const (
	// KindRoot is the root authority (KUC).
	KindRoot Kind = "root"
	// KindIssuing is an authority that issues to end entities (RUC). In the strict profile
	// one below another authority also has MaxPathLen 0.
	KindIssuing Kind = "issuing"
	// KindPerson is a natural person.
	KindPerson Kind = "person"
	// KindOrganisation is a legal entity.
	KindOrganisation Kind = "organisation"
	// KindRepresentative is a legal representative.
	KindRepresentative Kind = "representative"
	// KindTSA is a time-stamping service.
	KindTSA Kind = "tsa"
	// KindOCSP is a certificate status service.
	KindOCSP Kind = "ocsp"
	// KindTLS is a server of TLS.
	KindTLS Kind = "tls"
	// KindRA is a registration authority.
	KindRA Kind = "ra"
)

// Template says what a new certificate holds. NewTemplate fills in what the
// kind and the profile fix.
type Template struct {
	// Serial is the serial number.
	Serial Serial
	// Subject is the holder's name.
	Subject Name
	// NotBefore and NotAfter bound the validity; fractions of seconds are dropped.
	NotBefore, NotAfter time.Time
	// KeyUsage is left out when zero.
	KeyUsage KeyUsage
	// KeyUsageCritical marks the key usage.
	KeyUsageCritical bool
	// ExtKeyUsage is left out when empty.
	ExtKeyUsage []asn1.ObjectIdentifier
	// ExtKeyUsageCritical marks the extended key usage.
	ExtKeyUsageCritical bool
	// BasicConstraints asks for the extension, critical or not; IsCA and MaxPathLen
	// are its contents, MaxPathLen -1 for no limit.
	BasicConstraints, BasicConstraintsCritical bool
	IsCA                                       bool
	MaxPathLen                                 int
	// Policies lists policies and roles.
	Policies []asn1.ObjectIdentifier
	// CRLPoints, OCSPServers and CAIssuers are addresses of services.
	CRLPoints, OCSPServers, CAIssuers []string
	// Emails, DNSNames and URIs are alternative names; Belarusian is the holder's name
	// in Belarusian, put there as a distinguished name when it is not empty.
	Emails, DNSNames, URIs []string
	Belarusian             Name
	// UNP, UNPF and CardForm are the extensions of the state system; left out
	// when empty.
	UNP, UNPF, CardForm string
	// OCSPNoCheck adds the extension of that name.
	OCSPNoCheck bool
	// LongKeyIDs asks for key identifiers by belt-hash of 32 octets; otherwise
	// they are by SHA-1 of 20 octets.
	LongKeyIDs bool
	// NoAuthorityKeyID leaves out the identifier of the issuer's key, as the root
	// of the strict profile does.
	NoAuthorityKeyID bool
	// Extra is added after all others as it stands.
	Extra []Extension
}

const (
	usesPerson  = UseDigitalSignature | UseNonRepudiation | UseKeyEncipherment
	usesService = UseDigitalSignature | UseNonRepudiation
	usesCA      = UseCertSign | UseCRLSign
)

// NewTemplate returns what the rules of a profile fix for a kind of
// certificate: key usage, purposes, constraints and roles. The caller adds the
// name, the number, the validity and the addresses. It returns nil for a kind
// it does not know.
func NewTemplate(kind Kind, profile Profile) *Template {
	t := &Template{
		MaxPathLen: -1, BasicConstraints: true, BasicConstraintsCritical: true, KeyUsageCritical: true,
		LongKeyIDs: profile == ProfileBPKI, ExtKeyUsageCritical: profile == ProfileBPKI,
	}
	person := []asn1.ObjectIdentifier{EKUClientAuth, EKUEmailProtection}
	role := oid.RoleNaturalPerson
	switch kind {
	case KindRoot:
		t.IsCA, t.KeyUsage, role = true, usesCA, nil
		t.NoAuthorityKeyID = profile == ProfileBPKI
	case KindIssuing:
		t.IsCA, t.KeyUsage, role = true, usesCA|UseKeyEncipherment, oid.AnyPolicy
	case KindPerson:
		t.KeyUsage, t.ExtKeyUsage = usesPerson, person
	case KindOrganisation:
		t.KeyUsage, t.ExtKeyUsage, role = usesPerson, person, oid.RoleLegalEntity
	case KindRepresentative:
		t.KeyUsage, t.ExtKeyUsage, role = usesPerson, person, oid.RoleLegalRepresentative
	case KindTSA:
		t.KeyUsage, t.ExtKeyUsage, role = usesService, []asn1.ObjectIdentifier{EKUTimeStamping}, oid.RoleTSA
		// A stamp is good only when nothing else may be signed with the key.
		t.ExtKeyUsageCritical = true
	case KindOCSP:
		t.KeyUsage, t.ExtKeyUsage, role = usesService, []asn1.ObjectIdentifier{EKUOCSPSigning}, oid.RoleOCSP
		t.OCSPNoCheck = profile != ProfileBPKI
	case KindTLS:
		t.KeyUsage = UseDigitalSignature | UseKeyEncipherment
		t.ExtKeyUsage, role = []asn1.ObjectIdentifier{EKUServerAuth}, oid.RoleTLS
	case KindRA:
		t.KeyUsage, role = usesPerson, oid.RoleRA
	default:
		return nil
	}
	if role != nil {
		t.Policies = []asn1.ObjectIdentifier{role}
	}
	if profile != ProfileBPKI {
		t.deployed(kind)
	}
	return t
}

// deployed changes a template to what the authorities of the state system issue.
func (t *Template) deployed(kind Kind) {
	t.Policies = []asn1.ObjectIdentifier{oid.GosSUOKPolicyRUC}
	switch kind {
	case KindRoot:
		t.KeyUsageCritical, t.BasicConstraintsCritical = false, false
		t.KeyUsage |= UseDigitalSignature
		t.Policies[0] = oid.GosSUOKPolicyKUC
		t.CardForm = oid.GosSUOKCardForm.String() + ".1"
	case KindIssuing:
		t.BasicConstraintsCritical = false
		t.KeyUsage = usesCA | UseDigitalSignature
		t.CardForm = oid.GosSUOKCardForm.String() + ".2"
	case KindRepresentative:
		t.BasicConstraints = false
		t.KeyUsage = UseDigitalSignature | UseKeyEncipherment | UseDataEncipherment | UseKeyAgreement
	}
}
