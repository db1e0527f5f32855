package main

import (
	"fmt"

	"akno/backend/stb/cvc"
	"akno/backend/stb/oid"
	"akno/backend/stb/pki"
)

// shown is a certificate in an answer.
type shown struct {
	Version            int      `json:"version"`
	Serial             string   `json:"serial"`
	Subject            string   `json:"subject"`
	Issuer             string   `json:"issuer"`
	NotBefore          string   `json:"notBefore"`
	NotAfter           string   `json:"notAfter"`
	SignatureAlgorithm string   `json:"signatureAlgorithm"`
	Curve              string   `json:"curve,omitempty"`
	PublicKey          string   `json:"publicKey,omitempty"`
	CA                 bool     `json:"ca"`
	Policies           []string `json:"policies,omitempty"`
	CRLPoints          []string `json:"crlPoints,omitempty"`
	OCSPServers        []string `json:"ocspServers,omitempty"`
	EID                string   `json:"eid,omitempty"`   // rights of a card-verifiable certificate
	ESign              string   `json:"esign,omitempty"` // the same, to eSign
	Holder             holder   `json:"holder"`
}

// holder is the subject in fields that mean the same in both profiles.
type holder struct {
	Kind           string `json:"kind"`
	Name           string `json:"name,omitempty"`
	Belarusian     string `json:"belarusianName,omitempty"`
	Latin          string `json:"latinName,omitempty"`
	PersonalNumber string `json:"personalNumber,omitempty"`
	Organisation   string `json:"organisation,omitempty"`
	ShortName      string `json:"shortName,omitempty"`
	Department     string `json:"department,omitempty"`
	Title          string `json:"title,omitempty"`
	UNP            string `json:"unp,omitempty"`
	UNPF           string `json:"unpf,omitempty"`
	CommonName     string `json:"commonName,omitempty"`
	Country        string `json:"country,omitempty"`
	Region         string `json:"region,omitempty"`
	Locality       string `json:"locality,omitempty"`
	Street         string `json:"street,omitempty"`
	Email          string `json:"email,omitempty"`
}

func show(c *pki.Certificate) shown {
	h := c.Holder()
	s := shown{
		Version: c.Version, Serial: c.Serial.Hex(), Subject: c.Subject.String(), Issuer: c.Issuer.String(),
		NotBefore: stamp(c.NotBefore), NotAfter: stamp(c.NotAfter),
		SignatureAlgorithm: oid.Name(c.SignatureAlgorithm.OID), CA: c.IsCA,
		CRLPoints: c.CRLPoints, OCSPServers: c.OCSPServers,
		Holder: holder{
			Kind: string(h.Kind), Name: h.Full(), Belarusian: h.Belarusian.Full(), Latin: h.Latin, PersonalNumber: h.PersonalNumber,
			Organisation: h.Organisation, ShortName: h.ShortName, Department: h.Department, Title: h.Title, UNP: h.UNP, UNPF: h.UNPF,
			CommonName: h.CommonName, Country: h.Country, Region: h.Region, Locality: h.Locality, Street: h.Street, Email: h.Email,
		},
	}
	if c.PublicKey != nil {
		s.Curve, s.PublicKey = c.PublicKey.Curve().Name(), upper(c.PublicKey.Bytes())
	}
	for _, p := range c.Policies {
		s.Policies = append(s.Policies, oid.Name(p))
	}
	return s
}

func (s shown) text() string {
	text := fmt.Sprintf("subject   %s\nissuer    %s\nserial    %s\nvalid     %s to %s\nkey       %s\nsignature %s\nholder    %s",
		s.Subject, s.Issuer, s.Serial, s.NotBefore, s.NotAfter, s.Curve, s.SignatureAlgorithm, s.Holder.Kind)
	for _, line := range [][2]string{
		{"name", s.Holder.Name},
		{"in Belarusian", s.Holder.Belarusian},
		{"in Latin letters", s.Holder.Latin},
		{"personal number", s.Holder.PersonalNumber},
		{"organisation", s.Holder.Organisation},
		{"department", s.Holder.Department},
		{"title", s.Holder.Title},
		{"UNP", s.Holder.UNP},
		{"UNPF", s.Holder.UNPF},
	} {
		if line[1] != "" {
			text += fmt.Sprintf("\n  %s: %s", line[0], line[1])
		}
	}
	return text
}

func certShow(e *env, args []string) (int, error) {
	o := newOptions(e)
	rest, err := o.parse(args, 1, 1)
	if err != nil {
		return exitUsage, err
	}
	data, err := e.read(rest[0])
	if err != nil {
		return exitUsage, err
	}
	if card := withoutPEM(data); cvc.Is(card) {
		c, err := cvc.Parse(card)
		if err != nil {
			return exitNo, err
		}
		s := showCardCertificate(c)
		return exitYes, e.answer(s, s.text())
	}
	c, err := pki.ReadCertificate(certificateBlocks(data)[0])
	if err != nil {
		return exitNo, err
	}
	s := show(c)
	return exitYes, e.answer(s, s.text())
}

func certVerify(e *env, args []string) (int, error) {
	o := newOptions(e)
	t := o.trust()
	word := o.String("purpose", string(pki.PurposeSign), "")
	host := o.String("host", "", "")
	rest, err := o.parse(args, 1, 1)
	if err != nil {
		return exitUsage, err
	}
	purpose, ok := pki.ParsePurpose(*word)
	if !ok {
		return wrongUsage("no purpose %q", *word)
	}
	v, at, err := t.load(e)
	if err != nil {
		return exitUsage, err
	}
	data, err := e.read(rest[0])
	if err != nil {
		return exitUsage, err
	}
	if card := withoutPEM(data); cvc.Is(card) {
		return e.verifyCardCertificate(card, t, purpose, at)
	}
	answer := struct {
		outcome
		Path []string `json:"path"`
	}{outcomeOf(pki.FormatFailure), []string{}}
	c, err := pki.ReadCertificate(certificateBlocks(data)[0])
	if err != nil {
		answer.Notes = []string{err.Error()}
	} else {
		v.Host = *host
		r := v.Verify(c, purpose, at)
		answer.outcome = outcome{r.Verdict, r.Reason, r.Notes}
		for _, p := range r.Path {
			answer.Path = append(answer.Path, p.Subject.String())
		}
	}
	text := answer.text()
	for _, p := range answer.Path {
		text += "\n" + p
	}
	return answer.status(), e.answer(answer, text)
}

func csrVerify(e *env, args []string) (int, error) {
	o := newOptions(e)
	rest, err := o.parse(args, 1, 1)
	if err != nil {
		return exitUsage, err
	}
	data, err := e.binary(rest[0])
	if err != nil {
		return exitUsage, err
	}
	answer := struct {
		outcome
		Subject string `json:"subject,omitempty"`
	}{outcome: outcomeOf(pki.FormatFailure)}
	if cvc.Is(data) {
		answer.outcome, answer.Subject = verifyCardRequest(data)
		return answer.status(), e.answer(answer, answer.text()+"\n"+answer.Subject)
	}
	r, err := pki.ParseRequest(data)
	switch {
	case err != nil:
		answer.Notes = []string{err.Error()}
	case r.Verify() != nil:
		answer.outcome, answer.Subject = outcomeOf(pki.SigCryptoFailure), r.Subject.String()
	default:
		answer.outcome, answer.Subject = outcomeOf(pki.OK), r.Subject.String()
	}
	return answer.status(), e.answer(answer, answer.text()+"\n"+answer.Subject)
}
