package cms

import (
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/internal/ber"
	"akno/backend/stb/ocsp"
	"akno/backend/stb/pki"
)

// readValues takes the certificates and revocation data that older forms of
// CAdES put into unsigned attributes. They help to find paths and do not count
// towards a level.
func (sd *SignedData) readValues(s *Signer) {
	for _, raw := range values(s.Unsigned, attrCertValues) {
		for _, x := range elements(raw, tag.SEQUENCE, maxCertificates-len(sd.pool.Intermediates)) {
			if c, err := pki.ReadCertificate(x.Raw); err == nil {
				sd.pool.Intermediates = append(sd.pool.Intermediates, c)
			}
		}
	}
	for _, raw := range values(s.Unsigned, attrRevocationValues) {
		for _, part := range elements(raw, tag.SEQUENCE, 3) {
			for _, x := range inside(part, maxRevocation-len(sd.pool.CRLs)-len(sd.pool.OCSP)) {
				sd.readValue(part.Tag, x)
			}
		}
	}
}

func (sd *SignedData) readValue(kind tag.Tag, x ber.Element) {
	switch kind {
	case explicit0:
		if l, err := pki.ParseRevocationList(x.Raw); err == nil {
			sd.pool.CRLs = append(sd.pool.CRLs, l)
		}
	case explicit1:
		if r, err := ocsp.ParseBasicResponse(x.Raw); err == nil {
			sd.pool.OCSP = append(sd.pool.OCSP, r)
		}
	}
}

// elements returns what a sequence holds, nothing if it is malformed or too
// long: such values are as good as absent.
func elements(raw []byte, want tag.Tag, limit int) []ber.Element {
	e, rest, err := ber.Read(raw)
	if err != nil || len(rest) > 0 || e.Tag != want {
		return nil
	}
	list, err := e.Children(max(limit, 0))
	if err != nil {
		return nil
	}
	return list
}

// inside returns the elements of the sequence under an explicit tag.
func inside(e ber.Element, limit int) []ber.Element {
	inner, err := e.Children(1)
	if err != nil || len(inner) != 1 {
		return nil
	}
	return elements(inner[0].Raw, tag.SEQUENCE, limit)
}
