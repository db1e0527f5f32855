package main

import (
	"time"

	"akno/backend/stb/cvc"
	"akno/backend/stb/pki"
)

// cardCertificates reads the card-verifiable certificates among files; the
// others, and what comes over standard input, are of X.509.
func (e *env) cardCertificates(names list) (cards []*cvc.Certificate, others list, err error) {
	for _, name := range names {
		if name == "-" { // can be read once only
			others = append(others, name)
			continue
		}
		data, err := e.binary(name)
		if err != nil {
			return nil, nil, err
		}
		if !cvc.Is(data) {
			others = append(others, name)
			continue
		}
		c, err := cvc.Parse(data)
		if err != nil {
			return nil, nil, err
		}
		cards = append(cards, c)
	}
	return cards, others, nil
}

// showCardCertificate is a card-verifiable certificate in the words of the others.
func showCardCertificate(c *cvc.Certificate) shown {
	s := shown{
		Version: 1, Subject: c.Holder, Issuer: c.Authority, NotBefore: stamp(c.From), NotAfter: stamp(c.Until),
		CA: c.IsAuthority(), Curve: c.PublicKey.Curve().Name(), PublicKey: upper(c.PublicKey.Bytes()),
		EID: upper(c.EID), ESign: upper(c.ESign), Holder: holder{Kind: "card-verifiable", CommonName: c.Holder},
	}
	switch len(c.Signature) { // the algorithm is the authority's
	case 48:
		s.SignatureAlgorithm = "bign-with-hbelt"
	case 72:
		s.SignatureAlgorithm = "bign-with-bash384"
	case 96:
		s.SignatureAlgorithm = "bign-with-bash512"
	}
	return s
}

// verifyCardCertificate answers about a card-verifiable certificate. Such
// certificates are made for cards, terminals and their authorities: they are for
// no service.
func (e *env) verifyCardCertificate(data []byte, t *trust, purpose pki.Purpose, at time.Time) (int, error) {
	answer := struct {
		outcome
		Path  []string `json:"path"`
		EID   string   `json:"eid,omitempty"`
		ESign string   `json:"esign,omitempty"`
	}{outcomeOf(pki.FormatFailure), []string{}, "", ""}
	c, err := cvc.Parse(data)
	switch {
	case err != nil:
		answer.Notes = []string{err.Error()}
	case purpose == pki.PurposeTLS || purpose == pki.PurposeTSA || purpose == pki.PurposeOCSP || purpose == pki.PurposeEncryption ||
		purpose == pki.PurposeCA && !c.IsAuthority():
		answer.outcome = outcomeOf(pki.ChainConstraintsFailure, "the certificate is not meant for purpose "+string(purpose))
		answer.Path = []string{c.Holder}
	default:
		r := t.cards.Verify(c, at)
		answer.outcome, answer.EID, answer.ESign = outcome{r.Verdict, r.Reason, r.Notes}, upper(r.EID), upper(r.ESign)
		for _, p := range r.Path {
			answer.Path = append(answer.Path, p.Holder)
		}
	}
	text := answer.text()
	for _, p := range answer.Path {
		text += "\n" + p
	}
	return answer.status(), e.answer(answer, text)
}

// verifyCardRequest answers about a request: a certificate that its own key has
// signed.
func verifyCardRequest(data []byte) (outcome, string) {
	c, err := cvc.Parse(data)
	switch {
	case err != nil:
		return outcomeOf(pki.FormatFailure, err.Error()), ""
	case c.CheckSignatureBy(c.PublicKey) != nil:
		return outcomeOf(pki.SigCryptoFailure), c.Holder
	}
	return outcomeOf(pki.OK), c.Holder
}

// verifyCardSignature answers about a signature that was made with
// card-verifiable certificates.
func (e *env) verifyCardSignature(s *cvc.Signature, contentFile string, t *trust, at time.Time) (signatureAnswer, error) {
	var out signerAnswer
	if contentFile == "" {
		out.outcome = outcomeOf(pki.SignedDataNotFound)
		return signatureAnswer{outcome: out.outcome, Level: "CMS", Signers: []signerAnswer{}}, nil
	}
	content, err := e.start(contentFile)
	if err != nil {
		return signatureAnswer{}, err
	}
	defer content.Close()
	report, err := s.Verify(content, t.cards, at)
	if err != nil {
		return signatureAnswer{}, err
	}
	out = signerAnswer{outcome: outcome{report.Verdict, report.Reason, report.Notes}, Level: "CMS", SigningTime: stamp(s.Date)}
	if report.Signer != nil {
		shown := showCardCertificate(report.Signer)
		out.Certificate, out.Subject = &shown, shown.Subject
	}
	return signatureAnswer{outcome: out.outcome, Level: out.Level, Signers: []signerAnswer{out}}, nil
}
