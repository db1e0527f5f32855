package ocsp_test

import (
	"fmt"
	"time"

	"akno/backend/stb/bign"
	"akno/backend/stb/ocsp"
	"akno/backend/stb/pki"
)

// An authority answers about a certificate of its own.
func Example() {
	at := time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC)
	caKey, _ := bign.GenerateKey(bign.Curve256v1())
	personKey, _ := bign.GenerateKey(bign.Curve256v1())
	ca := exampleCertificate(pki.KindRoot, "CA", nil, caKey, caKey, at)
	person := exampleCertificate(pki.KindPerson, "ANNA", ca, caKey, personKey, at)

	id, _ := ocsp.NewCertID(person, ca)
	raw, _ := ocsp.CreateRequest([]ocsp.CertID{id}, []byte("16 random octets"))
	request, _ := ocsp.ParseRequest(raw)

	raw, err := ocsp.CreateResponse([]ocsp.Single{{CertID: request.CertIDs[0], State: pki.StateGood, ThisUpdate: at}}, at, request.Nonce, ca, caKey)
	if err != nil {
		fmt.Println(err)
		return
	}
	response, err := ocsp.ParseResponse(raw)
	if err != nil {
		fmt.Println(err)
		return
	}
	report := ocsp.Verify(response, ocsp.Options{
		Issuer: ca, Certificate: person, Request: request, Verifier: pki.Verifier{Anchors: []*pki.Certificate{ca}}, At: at,
	})
	fmt.Println(report.Verdict, report.Single.State)
	// Output: PASSED good
}

func exampleCertificate(kind pki.Kind, cn string, issuer *pki.Certificate, signer, key *bign.PrivateKey, at time.Time) *pki.Certificate {
	t := pki.NewTemplate(kind, pki.ProfileGosSUOK)
	t.Serial = pki.NumberSerial(uint64(len(cn)))
	t.Subject, _ = pki.NewName(pki.Attribute{Type: pki.AttrCommonName, Value: cn})
	t.NotBefore, t.NotAfter = at.AddDate(-1, 0, 0), at.AddDate(1, 0, 0)
	raw, err := pki.CreateCertificate(t, issuer, key.PublicKey(), signer)
	if err != nil {
		fmt.Println(err)
		return nil
	}
	c, err := pki.ParseCertificate(raw)
	if err != nil {
		fmt.Println(err)
	}
	return c
}
