package keyring

import (
	"time"

	"akno/backend/stb/pki"
)

// Identity is a certificate in words.
type Identity struct {
	Holder       string // full name, or the common name of an authority
	HolderBe     string // full name in Belarusian, "" where the certificate does not say it
	Organisation string
	Number       string // identification number of a person
	UNP          string // taxpayer's number of an organisation
	Kind         string // person, representative, organisation, authority, service, unknown
	Issuer       string
	Serial       string // hex
	SHA256       string // hex, of the certificate
	NotBefore    time.Time
	NotAfter     time.Time
}

// Describe tells what a certificate says.
func Describe(c *pki.Certificate) Identity {
	h := c.Holder()
	id := Identity{
		Holder: h.Full(), HolderBe: h.Belarusian.Full(), Organisation: h.Organisation, Number: h.PersonalNumber, UNP: h.UNP, Kind: string(h.Kind),
		Issuer: c.Issuer.Get(pki.AttrCommonName), Serial: c.Serial.Hex(), SHA256: hexSum(c.Raw),
		NotBefore: c.NotBefore, NotAfter: c.NotAfter,
	}
	if id.Holder == "" {
		id.Holder = h.CommonName
	}
	if id.Issuer == "" {
		id.Issuer = c.Issuer.String()
	}
	return id
}
