package cms_test

import (
	"fmt"
	"os"
	"time"

	"akno/backend/stb/bign"
	"akno/backend/stb/cms"
	"akno/backend/stb/pki"
)

func Example() {
	at := time.Date(2026, 3, 15, 12, 5, 0, 0, time.UTC)
	document := cms.Octets([]byte("заявление"))

	// A root makes a certificate for a person.
	rootKey, _ := bign.GenerateKey(bign.Curve256v1())
	root := exampleCertificate(nil, pki.KindRoot, "Root", rootKey, rootKey, at)
	personKey, _ := bign.GenerateKey(bign.Curve256v1())
	person := exampleCertificate(root, pki.KindPerson, "ANNA", personKey, rootKey, at)

	signature, err := cms.Sign(document, cms.SignOptions{Certificate: person, Signer: personKey, Time: at})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	report := cms.VerifyOctets(signature, document, cms.Options{
		Verifier: pki.Verifier{Anchors: []*pki.Certificate{root}}, At: at,
	})
	fmt.Println(report.Verdict, report.Level, report.Signers[0].Certificate.Subject)
	other := cms.VerifyOctets(signature, cms.Octets([]byte("другое")), cms.Options{
		Verifier: pki.Verifier{Anchors: []*pki.Certificate{root}}, At: at,
	})
	fmt.Println(other.Verdict, other.Reason)
	// Output:
	// PASSED B-B CN=ANNA
	// FAILED HASH_FAILURE
}

func exampleCertificate(issuer *pki.Certificate, kind pki.Kind, cn string, key, signer *bign.PrivateKey, at time.Time) *pki.Certificate {
	tmpl := pki.NewTemplate(kind, pki.ProfileGosSUOK)
	tmpl.Serial, _ = pki.NewSerial([]byte{1})
	tmpl.Subject, _ = pki.NewName(pki.Attribute{Type: pki.AttrCommonName, Value: cn})
	tmpl.NotBefore, tmpl.NotAfter = at.AddDate(-1, 0, 0), at.AddDate(1, 0, 0)
	raw, err := pki.CreateCertificate(tmpl, issuer, key.PublicKey(), signer)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return nil
	}
	c, _ := pki.ParseCertificate(raw)
	return c
}
