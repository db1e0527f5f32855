package asic

import (
	"bytes"
	"reflect"
	"testing"
)

func TestAManifestIsReadAsItWasWritten(t *testing.T) {
	m := &manifest{signature: "META-INF/signature001.p7s", signatureType: typeSignature, objects: []reference{
		{name: "a b&c<d>\"e'%20.txt", mimeType: `text/plain; x="<&>"`, root: true, algorithm: "urn:oid:1.2", digest: []byte{0, 255}},
		{name: "папка/заявление №1+2.txt", algorithm: "urn:oid:1.3", digest: bytes.Repeat([]byte{7}, 64)},
	}}
	got, err := parseManifest(m.encode())
	if err != nil || !reflect.DeepEqual(got, m) {
		t.Errorf("%v\n%+v\n%+v", err, got, m)
	}
}

func FuzzManifest(f *testing.F) {
	m := &manifest{signature: "META-INF/signature001.p7s", signatureType: typeSignature, objects: []reference{
		{name: "a b.txt", mimeType: "text/plain", root: true, algorithm: "urn:oid:1.2", digest: []byte{1, 2, 3}},
	}}
	f.Add(m.encode())
	f.Add([]byte(`<ASiCManifest xmlns="http://uri.etsi.org/02918/v1.2.1#"><SigReference URI="a.p7s"/><DataObjectReference URI="%61">` +
		`<DigestMethod xmlns="http://www.w3.org/2000/09/xmldsig#" Algorithm="x"><y/></DigestMethod><DigestValue xmlns="http://www.w3.org/2000/09/xmldsig#"> AQ == </DigestValue>` +
		`<DataObjectReferenceExtensions><Extension Critical="1">&#65;&amp;</Extension></DataObjectReferenceExtensions></DataObjectReference></ASiCManifest>`))
	f.Add([]byte(`<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := parseManifest(data)
		if err != nil {
			return
		}
		m.critical = false // is not written
		again, err := parseManifest(m.encode())
		if err != nil || !reflect.DeepEqual(again, m) {
			t.Errorf("%v\n%+v\n%+v", err, again, m)
		}
	})
}
