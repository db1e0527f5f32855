package asic_test

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"testing"

	"akno/backend/stb/cms"
	"akno/backend/stb/pki"
)

// part is a member of a forged ZIP. What is not said is as it should be.
type part struct {
	name  string
	data  []byte
	pack  bool // by deflate
	flags uint16
	// before are octets in front of the local header, after those behind the data.
	before, after []byte
	// local and entry change the two headers, whose names and extra fields follow
	// the fixed part.
	local, entry func(b []byte) []byte
	packed       []byte // in place of what pack makes
}

// forge is a ZIP made by hand.
type forge struct {
	parts []part
	// directory, end change the records at the end.
	directory func(b []byte) []byte
	end       func(b []byte, directoryAt, directoryLen int) []byte
}

func words16(b []byte, values ...uint16) []byte {
	for _, v := range values {
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	return b
}

func words32(b []byte, values ...uint32) []byte {
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return b
}

func deflate(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (f forge) bytes(t testing.TB) []byte {
	t.Helper()
	var out, directory []byte
	for _, p := range f.parts {
		method, packed := uint16(0), p.data
		if p.pack {
			method, packed = 8, deflate(t, p.data)
		}
		if p.packed != nil {
			packed = p.packed
		}
		out = append(out, p.before...)
		at := len(out)
		common := words16(nil, 20, p.flags, method, 0, 33)
		common = words32(common, crc32.ChecksumIEEE(p.data), uint32(len(packed)), uint32(len(p.data)))
		common = words16(common, uint16(len(p.name)), 0)
		local := append(append([]byte("PK\x03\x04"), common...), p.name...)
		if p.local != nil {
			local = p.local(local)
		}
		out = append(append(append(out, local...), packed...), p.after...)
		entry := append(append([]byte("PK\x01\x02\x14\x03"), common...), make([]byte, 10)...)
		entry = append(words32(entry, uint32(at)), p.name...)
		binary.LittleEndian.PutUint32(entry[38:], 0o100644<<16)
		if p.entry != nil {
			entry = p.entry(entry)
		}
		directory = append(directory, entry...)
	}
	if f.directory != nil {
		directory = f.directory(directory)
	}
	at := len(out)
	out = append(out, directory...)
	if f.end != nil {
		return f.end(out, at, len(directory))
	}
	return append(out, endRecord(len(f.parts), len(directory), at)...)
}

func endRecord(count, length, at int) []byte {
	b := words16([]byte("PK\x05\x06"), 0, 0, uint16(count), uint16(count))
	return words16(words32(b, uint32(length), uint32(at)), 0)
}

const (
	spaces = `xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"`
	sha2   = "http://www.w3.org/2001/04/xmlenc#sha256"
	typeE  = "application/vnd.etsi.asic-e+zip"
	sheet  = "META-INF/ASiCManifest.xml"
	seal   = "META-INF/signature.p7s"
)

// refer is a reference of a manifest.
func refer(address, algorithm string, sum []byte) string {
	return fmt.Sprintf(`<asic:DataObjectReference URI="%s"><ds:DigestMethod Algorithm="%s"/><ds:DigestValue>%s</ds:DigestValue></asic:DataObjectReference>`,
		address, algorithm, base64.StdEncoding.EncodeToString(sum))
}

func manifest(references string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><asic:ASiCManifest ` + spaces +
		`><asic:SigReference URI="` + seal + `" MimeType="application/x-pkcs7-signature"/>` + references + `</asic:ASiCManifest>`
}

func belt(text string) string {
	return refer("a.txt", "urn:oid:1.2.112.0.2.0.34.101.31.81", pki.BeltHash.Sum([]byte(text)))
}

func sha(text string) string {
	sum := sha256.Sum256([]byte(text))
	return refer("a.txt", sha2, sum[:])
}

// signed are the parts of a container with a.txt and a manifest as given, signed.
func signed(t testing.TB, text string) []part {
	t.Helper()
	signature, err := cms.Sign(cms.Octets([]byte(text)), signing(t, "g-fl1").SignOptions)
	if err != nil {
		t.Fatal(err)
	}
	return []part{
		{name: "mimetype", data: []byte(typeE)},
		{name: "a.txt", data: []byte("text")},
		{name: sheet, data: []byte(text)},
		{name: seal, data: signature},
	}
}

// sound is a container of a stranger that passes.
func sound(t testing.TB) []part { return signed(t, manifest(belt("text"))) }
