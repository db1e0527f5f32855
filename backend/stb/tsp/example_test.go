package tsp_test

import (
	"fmt"
	"time"

	"akno/backend/stb/bign"
	"akno/backend/stb/cms"
	"akno/backend/stb/pki"
	"akno/backend/stb/tsp"
)

// A service stamps a document and the client checks the stamp.
func Example() {
	at := time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC)
	rootKey, _ := bign.GenerateKey(bign.Curve256v1())
	tsaKey, _ := bign.GenerateKey(bign.Curve256v1())
	root := exampleCertificate(pki.KindRoot, "ROOT", nil, rootKey, rootKey, at)
	service := &tsp.Service{Certificate: exampleCertificate(pki.KindTSA, "TSA", root, rootKey, tsaKey, at), Signer: tsaKey}

	document := []byte("document")
	request := tsp.Imprint(pki.BeltHash, pki.BeltHash.Sum(document), []byte("8 octets"))
	raw, _ := tsp.CreateRequest(request)
	raw, err := service.Respond(raw, pki.NumberSerial(1), at)
	if err != nil {
		fmt.Println(err)
		return
	}
	response, err := tsp.ParseResponse(raw)
	if err != nil {
		fmt.Println(err)
		return
	}
	opt := tsp.Options{Data: cms.Octets(document), Request: request, Tolerance: time.Minute}
	opt.Verifier, opt.At = pki.Verifier{Anchors: []*pki.Certificate{root}}, at
	report := tsp.Verify(response, opt)
	fmt.Println(report.Verdict, report.GenTime.Format(time.RFC3339))
	// Output: PASSED 2026-03-15T12:00:00Z
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
