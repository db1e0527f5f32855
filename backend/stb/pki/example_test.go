package pki_test

import (
	"fmt"
	"time"

	"akno/backend/stb/bign"
	"akno/backend/stb/pki"
)

// exampleHolder issues a certificate; a nil issuer makes a root.
func exampleHolder(kind pki.Kind, cn string, issuer *pki.Certificate, signer, key *bign.PrivateKey, at time.Time) *pki.Certificate {
	t := pki.NewTemplate(kind, pki.ProfileGosSUOK)
	t.Serial = pki.NumberSerial(uint64(len(cn)))
	t.Subject, _ = pki.NewName(pki.Attribute{Type: pki.AttrCommonName, Value: cn}, pki.Attribute{Type: pki.AttrCountry, Value: "BY"})
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

func ExampleVerifier() {
	at := time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC)
	rootKey, _ := bign.GenerateKey(bign.Curve256v1())
	personKey, _ := bign.GenerateKey(bign.Curve256v1())
	root := exampleHolder(pki.KindRoot, "ROOT", nil, rootKey, rootKey, at)
	person := exampleHolder(pki.KindPerson, "ANNA", root, rootKey, personKey, at)

	v := pki.Verifier{Anchors: []*pki.Certificate{root}}
	fmt.Println(v.Verify(person, pki.PurposeSign, at).Reason)
	fmt.Println(v.Verify(person, pki.PurposeTLS, at).Reason)
	fmt.Println(v.Verify(person, pki.PurposeSign, at.AddDate(2, 0, 0)).Reason)

	// Once there is a list, it is binding.
	raw, _ := pki.CreateRevocationList(&pki.RevocationListTemplate{
		Number: pki.NumberSerial(1), ThisUpdate: at.AddDate(0, 0, -1), NextUpdate: at.AddDate(0, 0, 6),
		Entries: []pki.Revocation{{Serial: person.Serial, At: at.AddDate(0, -1, 0), HasReason: true, Reason: pki.ReasonSuperseded}},
	}, root, rootKey)
	list, _ := pki.ParseRevocationList(raw)
	v.CRLs = []*pki.RevocationList{list}
	fmt.Println(v.Verify(person, pki.PurposeSign, at).Reason)
	// Output:
	// OK
	// CHAIN_CONSTRAINTS_FAILURE
	// OUT_OF_BOUNDS_NO_POE
	// REVOKED_NO_POE
}

func ExampleCreateRequest() {
	key, _ := bign.GenerateKey(bign.Curve384v1())
	name, _ := pki.NewName(pki.Attribute{Type: pki.AttrCommonName, Value: "ANNA"}, pki.Attribute{Type: pki.AttrCountry, Value: "BY"})
	raw, err := pki.CreateRequest(&pki.RequestTemplate{Subject: name, ChallengePassword: "/INFO:order 17"}, key)
	if err != nil {
		fmt.Println(err)
		return
	}
	request, err := pki.ParseRequest(raw)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(request.Subject, request.ChallengePassword, request.Verify())
	// Output: CN=ANNA, C=BY /INFO:order 17 <nil>
}
