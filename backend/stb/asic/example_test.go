package asic_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"akno/backend/stb/asic"
	"akno/backend/stb/bign"
	"akno/backend/stb/cms"
	"akno/backend/stb/pki"
)

func Example() {
	ctx, at := context.Background(), time.Date(2026, 3, 15, 12, 5, 0, 0, time.UTC)
	key, _ := bign.GenerateKey(bign.Curve256v1())
	anna := exampleCertificate("ANNA", key, at)
	by := asic.Signing{SignOptions: cms.SignOptions{Certificate: anna, Signer: key, Time: at}}

	out, err := os.CreateTemp("", "*.asice")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.Remove(out.Name())
	defer out.Close()
	if err := asic.Create(ctx, out, []asic.File{exampleFile("заявление.txt"), exampleFile("копия.pdf")}, by); err != nil {
		fmt.Println(err)
		return
	}

	info, _ := out.Stat()
	report, err := asic.VerifyOctets(ctx, out, info.Size(), asic.Options{Options: cms.Options{
		Verifier: pki.Verifier{Anchors: []*pki.Certificate{anna}}, At: at,
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Kind, report.Verdict, report.Level)
	for _, f := range report.Files {
		fmt.Println(f.Name, f.Size, report.Signatures[f.Signatures[0]].Signers[0].Certificate.Subject)
	}
	// Output:
	// ASiC-E PASSED B-B
	// заявление.txt 4 CN=ANNA
	// копия.pdf 4 CN=ANNA
}

func ExampleAddSignature() {
	ctx, at := context.Background(), time.Date(2026, 3, 15, 12, 5, 0, 0, time.UTC)
	var signings []asic.Signing
	var anchors []*pki.Certificate
	for _, name := range []string{"ANNA", "IVAN"} {
		key, _ := bign.GenerateKey(bign.Curve256v1())
		cert := exampleCertificate(name, key, at)
		anchors = append(anchors, cert)
		signings = append(signings, asic.Signing{SignOptions: cms.SignOptions{Certificate: cert, Signer: key, Time: at}})
	}
	first, err := os.CreateTemp("", "*.asice")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.Remove(first.Name())
	defer first.Close()
	if err := asic.Create(ctx, first, []asic.File{exampleFile("order.txt")}, signings[0]); err != nil {
		fmt.Println(err)
		return
	}
	info, _ := first.Stat()
	var second bytes.Buffer
	if err := asic.AddSignature(ctx, &second, first, info.Size(), signings[1]); err != nil {
		fmt.Println(err)
		return
	}
	container, err := asic.Open(bytes.NewReader(second.Bytes()), int64(second.Len()))
	if err != nil {
		fmt.Println(err)
		return
	}
	text, _ := container.Files()[0].Open()
	octets, _ := io.ReadAll(text)
	report, err := container.Verify(ctx, asic.Options{Options: cms.Options{Verifier: pki.Verifier{Anchors: anchors}, At: at}})
	fmt.Println(string(octets), report.Verdict, len(report.Signatures), err)
	// Output:
	// text PASSED 2 <nil>
}

func exampleFile(name string) asic.File {
	return asic.File{Name: name, Size: 4, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("text")), nil }}
}

// exampleCertificate is a certificate that vouches for itself.
func exampleCertificate(cn string, key *bign.PrivateKey, at time.Time) *pki.Certificate {
	tmpl := pki.NewTemplate(pki.KindPerson, pki.ProfileGosSUOK)
	tmpl.Serial, _ = pki.NewSerial([]byte{1})
	tmpl.Subject, _ = pki.NewName(pki.Attribute{Type: pki.AttrCommonName, Value: cn})
	tmpl.NotBefore, tmpl.NotAfter = at.AddDate(-1, 0, 0), at.AddDate(1, 0, 0)
	raw, err := pki.CreateCertificate(tmpl, nil, key.PublicKey(), key)
	if err != nil {
		fmt.Println(err)
		return nil
	}
	c, _ := pki.ParseCertificate(raw)
	return c
}
