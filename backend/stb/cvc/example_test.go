package cvc_test

import (
	"fmt"
	"strings"
	"time"

	"akno/backend/stb/bign"
	"akno/backend/stb/cvc"
)

// An authority makes a certificate for a card, and the card signs a document.
func Example() {
	day := func(year int) time.Time { return time.Date(year, 3, 15, 0, 0, 0, 0, time.UTC) }
	rootKey, _ := bign.GenerateKey(bign.Curve256v1())
	cardKey, _ := bign.GenerateKey(bign.Curve256v1())
	make := func(holder string, key *bign.PrivateKey) *cvc.Certificate {
		raw, err := cvc.Create(cvc.Template{
			Authority: "BYCA0000", Holder: holder, PublicKey: key.PublicKey(), From: day(2025), Until: day(2030),
			EID: []byte{0xff, 0, 0, 0, 1},
		}, rootKey)
		if err != nil {
			fmt.Println(err)
			return nil
		}
		c, err := cvc.Parse(raw)
		if err != nil {
			fmt.Println(err)
		}
		return c
	}
	root, card := make("BYCA0000", rootKey), make("590082394654", cardKey)

	raw, err := cvc.Sign(strings.NewReader("document"), []*cvc.Certificate{card}, day(2026), cardKey)
	if err != nil {
		fmt.Println(err)
		return
	}
	signature, err := cvc.ParseSignature(raw)
	if err != nil {
		fmt.Println(err)
		return
	}
	v := cvc.Verifier{Anchors: []*cvc.Certificate{root}}
	report, _ := signature.Verify(strings.NewReader("document"), v, day(2026))
	fmt.Printf("%s by %s, rights %X\n", report.Verdict, report.Signer.Holder, report.EID)
	report, _ = signature.Verify(strings.NewReader("another"), v, day(2026))
	fmt.Println(report.Verdict, report.Reason)
	// Output:
	// PASSED by 590082394654, rights FF00000001
	// FAILED SIG_CRYPTO_FAILURE
}
