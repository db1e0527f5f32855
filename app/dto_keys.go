package app

// KeyCard is a key, or a certificate or a container that cannot be used, with
// the exact reason.
type KeyCard struct {
	ID           string `json:"id"`       // fingerprint of the public key or of the file
	State        string `json:"state"`    // usable, key_created, request_sent, rejected, not_yet, expired, revoked, suspended, untrusted, wrong_use, no_certificate, no_key, foreign, damaged
	Holder       string `json:"holder"`   // full name as a person expects it
	HolderBe     string `json:"holderBe"` // the same in Belarusian, "" where the certificate does not say it
	MaskedNumber string `json:"maskedNumber"`
	Organisation string `json:"organisation"`
	Kind         string `json:"kind"` // person, representative, organisation, …
	Issuer       string `json:"issuer"`
	Serial       string `json:"serial"`
	NotBefore    string `json:"notBefore"`
	NotAfter     string `json:"notAfter"`
	DaysLeft     int    `json:"daysLeft"`
	Curve        string `json:"curve"`
	KeyPath      string `json:"keyPath"`
	CertPath     string `json:"certPath"`
	Place        string `json:"place"` // profile, folder
	RequestID    string `json:"requestId"`
	Fingerprint  string `json:"fingerprint"` // SHA-256 of the certificate
	ListDate     string `json:"listDate"`    // of the revocation list that was asked
	Loose        bool   `json:"loose"`       // others on this computer may read the file
	Unchecked    bool   `json:"unchecked"`   // the lists at hand are too old to tell a revocation
	Proven       bool   `json:"proven"`      // the key was opened and fits the certificate
}

// PlaceLooked is a folder that was searched and what was passed over there.
type PlaceLooked struct {
	Path   string        `json:"path"`
	Files  int           `json:"files"`
	Passed []FileProblem `json:"passed"`
}

// KeyList is what was found.
type KeyList struct {
	Keys     []KeyCard     `json:"keys"`
	Unusable []KeyCard     `json:"unusable"`
	Looked   []PlaceLooked `json:"looked"`
}

// NewKey describes a key to make and the holder to ask a certificate for.
type NewKey struct {
	Curve          string `json:"curve"` // bign-curve256v1
	Surname        string `json:"surname"`
	Name           string `json:"name"`
	Patronymic     string `json:"patronymic"`
	PersonalNumber string `json:"personalNumber"`
	Email          string `json:"email"`
	Folder         string `json:"folder"` // "" for the profile's own
}

// TrustView is the trust data in use.
type TrustView struct {
	Anchors       []TrustCertificate `json:"anchors"`
	Intermediates []TrustCertificate `json:"intermediates"`
	Lists         []TrustList        `json:"lists"`
}

// TrustCertificate is an anchor or an intermediate certificate.
type TrustCertificate struct {
	Subject   string `json:"subject"`
	Serial    string `json:"serial"`
	NotBefore string `json:"notBefore"`
	NotAfter  string `json:"notAfter"`
	SHA256    string `json:"sha256"`
}

// TrustList is a revocation list.
type TrustList struct {
	Issuer   string `json:"issuer"`
	From     string `json:"from"`
	Until    string `json:"until"`
	Count    int    `json:"count"`
	Stale    bool   `json:"stale"`
	Fetched  string `json:"fetched"`
	AgeHours int    `json:"ageHours"`
}

// NumberCheck is an identification number looked at while it is typed.
type NumberCheck struct {
	Number    string `json:"number"`   // normalised
	Repaired  bool   `json:"repaired"` // Cyrillic look-alikes were replaced
	Problem   string `json:"problem"`  // a form error code, "" when it passes
	BirthDate string `json:"birthDate"`
	Sex       string `json:"sex"`
}
