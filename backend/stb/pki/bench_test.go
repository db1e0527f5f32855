package pki_test

import (
	"crypto/x509"
	"encoding/binary"
	"testing"
	"time"

	"akno/backend/stb/internal/pkidev"
	"akno/backend/stb/pki"
)

// longList is a list of n entries with random-looking serials of 20 octets.
func longList(t testing.TB, n int) ([]byte, *subject) {
	t.Helper()
	_, ca := hierarchy(t, pki.ProfileGosSUOK)
	entries := make([]pki.Revocation, n)
	for i := range entries {
		var octets [20]byte
		binary.BigEndian.PutUint64(octets[:], 1<<62|uint64(i)*0x9E3779B97F4A7C15>>2)
		binary.BigEndian.PutUint64(octets[12:], uint64(i)*0xD1342543DE82EF95)
		serial, err := pki.NewSerial(octets[:])
		if err != nil {
			t.Fatal(err)
		}
		entries[i] = pki.Revocation{
			Serial: serial, At: begin.Add(time.Duration(i) * time.Minute / 4), HasReason: true, Reason: pki.RevocationReason(i % 6),
		}
	}
	return issueList(t, ca, nil, entries...).Raw, ca
}

func TestEveryEntryOfALongListIsFound(t *testing.T) {
	const n = 10_000
	raw, ca := longList(t, n)
	l, err := pki.ParseRevocationList(raw)
	if err != nil || l.CheckSignatureFrom(ca.cert) != nil || l.Len() != n {
		t.Fatal(err)
	}
	for i := 0; i < l.Len(); i += 97 {
		e := l.Entry(i)
		got, ok := l.Lookup(e.Serial)
		if !ok || got != e || got.Reason != pki.RevocationReason(i%6) || !got.At.Equal(begin.Add(time.Duration(i)*time.Minute/4).Truncate(time.Second)) {
			t.Fatalf("entry %d: %+v", i, got)
		}
	}
}

func BenchmarkLongRevocationList(b *testing.B) {
	raw, ca := longList(b, 100_000)
	b.Run("parse and verify", func(b *testing.B) {
		b.SetBytes(int64(len(raw)))
		b.ReportAllocs()
		for b.Loop() {
			l, err := pki.ParseRevocationList(raw)
			if err != nil || l.CheckSignatureFrom(ca.cert) != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("crypto/x509 parse", func(b *testing.B) {
		b.SetBytes(int64(len(raw)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := x509.ParseRevocationList(raw); err != nil {
				b.Fatal(err)
			}
		}
	})
	l, err := pki.ParseRevocationList(raw)
	if err != nil {
		b.Fatal(err)
	}
	serial := l.Entry(50_000).Serial
	b.Run("look up", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, ok := l.Lookup(serial); !ok {
				b.Fatal("not found")
			}
		}
	})
}

func BenchmarkPathOfThree(b *testing.B) {
	root, ca := hierarchy(b, pki.ProfileGosSUOK)
	holder := person(b, ca, nil)
	v := verifier(root, ca)
	b.Run("path of certificates met before", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if r := v.Verify(holder.cert, pki.PurposeSign, pkidev.At); r.Verdict != pki.Passed {
				b.Fatal(r.Reason)
			}
		}
	})
	fresh := func(c *pki.Certificate) *pki.Certificate {
		again, err := pki.ParseCertificate(c.Raw)
		if err != nil {
			b.Fatal(err)
		}
		return again
	}
	b.Run("path of certificates met for the first time", func(b *testing.B) {
		for b.Loop() {
			v := pki.Verifier{Anchors: v.Anchors, Intermediates: []*pki.Certificate{fresh(ca.cert)}}
			if r := v.Verify(fresh(holder.cert), pki.PurposeSign, pkidev.At); r.Verdict != pki.Passed {
				b.Fatal(r.Reason)
			}
		}
	})
	b.Run("one signature", func(b *testing.B) {
		for b.Loop() {
			if err := pki.CheckSignature(ca.cert.PublicKey, holder.cert.SignatureAlgorithm, holder.cert.RawTBS, holder.cert.Signature); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("parse certificate", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := pki.ParseCertificate(holder.cert.Raw); err != nil {
				b.Fatal(err)
			}
		}
	})
}
