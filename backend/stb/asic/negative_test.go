package asic_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"testing"

	"akno/backend/stb/asic"
	"akno/backend/stb/cms"
	"akno/backend/stb/pki"
)

// put16 and put32 return a change of a header at an offset.
func put16(at int, v uint16) func([]byte) []byte {
	return func(b []byte) []byte {
		binary.LittleEndian.PutUint16(b[at:], v)
		return b
	}
}

func put32(at int, v uint32) func([]byte) []byte {
	return func(b []byte) []byte {
		binary.LittleEndian.PutUint32(b[at:], v)
		return b
	}
}

// extra adds an extra field to a header whose length of it stands at an offset.
func extra(at int, field []byte) func([]byte) []byte {
	return func(b []byte) []byte {
		binary.LittleEndian.PutUint16(b[at:], uint16(len(field)))
		return append(b, field...)
	}
}

func TestContainersOfStrangersPass(t *testing.T) {
	crc, n := crc32.ChecksumIEEE([]byte("text")), uint32(4)
	descriptor := words32([]byte("PK\x07\x08"), crc, n, n)
	for name, change := range map[string]func(p []part) []part{
		"as it should be":        func(p []part) []part { return p },
		"packed":                 func(p []part) []part { p[1].pack, p[2].pack, p[3].pack = true, true, true; return p },
		"with a descriptor":      func(p []part) []part { p[1].flags, p[1].after = 8, descriptor; return p },
		"with a bare descriptor": func(p []part) []part { p[1].flags, p[1].after = 8, descriptor[4:]; return p },
		"with a descriptor and nothing at first": func(p []part) []part {
			p[1].flags, p[1].after = 8, descriptor
			p[1].local = func(b []byte) []byte { clear(b[14:26]); return b }
			return p
		},
		"with a wide descriptor": func(p []part) []part {
			p[1].flags, p[1].after = 8, words32([]byte("PK\x07\x08"), crc, n, 0, n, 0)
			return p
		},
		"with extra fields": func(p []part) []part {
			p[1].local, p[1].entry = extra(28, []byte{1, 2, 0, 0}), extra(30, []byte{1, 2, 1, 0, 9})
			return p
		},
		"with wide lengths": func(p []part) []part {
			p[1].entry = func(b []byte) []byte {
				b = put32(20, 0xffffffff)(put32(24, 0xffffffff)(b))
				return extra(30, append([]byte{1, 0, 16, 0}, 4, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0))(b)
			}
			return p
		},
		"with folders": func(p []part) []part {
			return append(p[:1:1], append([]part{{name: "META-INF/"}, {name: "b/"}}, p[1:]...)...)
		},
		"in another order":         func(p []part) []part { p[1], p[3] = p[3], p[1]; return p },
		"without a type":           func(p []part) []part { return p[1:] },
		"a packed type":            func(p []part) []part { p[0].pack = true; return p },
		"a type that is not first": func(p []part) []part { p[0], p[1] = p[1], p[0]; return p },
		"a type with extra fields": func(p []part) []part {
			p[0].local, p[0].entry = extra(28, []byte{1, 2, 0, 0}), extra(30, []byte{1, 2, 0, 0})
			return p
		},
		"a type with the end of a line": func(p []part) []part { p[0].data = []byte(typeE + "\n"); return p },
		"hashed by SHA-256":             func([]part) []part { return signed(t, manifest(sha("text"))) },
		"with the country's address": func([]part) []part {
			return signed(t, strings.Replace(manifest(belt("text")), "urn:oid:1.2.112.0.2.0.34.101.31.81", "http://www.w3.org/2009/xmldsig11#belt-hash256", 1))
		},
		"with a mark before the manifest": func([]part) []part { return signed(t, "\ufeff"+manifest(belt("text"))) },
		"with an encoded address": func([]part) []part {
			return signed(t, strings.Replace(manifest(belt("text")), `"a.txt"`, `"%61%2etxt"`, 1))
		},
		"with an extension to pass over": func([]part) []part {
			return signed(t, manifest(belt("text")+`<asic:ASiCManifestExtensions><asic:Extension Critical="false"><x xmlns="y">z</x></asic:Extension></asic:ASiCManifestExtensions>`))
		},
	} {
		data := forge{parts: change(sound(t))}.bytes(t)
		if r := verify(t, data, options(t)); r.Verdict != pki.Passed || len(r.Files) != 1 || len(r.Files[0].Signatures) != 1 {
			t.Errorf("%s: %s %v", name, r.Reason, r.Notes)
		}
		contents(t, data) // the forge makes what others can read
	}
}

func TestAContainerOfTheStandardLibraryPasses(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i, p := range sound(t) {
		h := &zip.FileHeader{Name: p.name, Method: zip.Deflate}
		var dst io.Writer
		var err error
		if i == 0 {
			h.Method, h.CRC32, h.CompressedSize64, h.UncompressedSize64 = zip.Store, crc32.ChecksumIEEE(p.data), uint64(len(p.data)), uint64(len(p.data))
			dst, err = w.CreateRaw(h)
		} else {
			dst, err = w.CreateHeader(h)
		}
		if err == nil {
			_, err = dst.Write(p.data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.SetComment("mimetype="+typeE), w.Close()); err != nil {
		t.Fatal(err)
	}
	if r := verify(t, b.Bytes(), options(t)); r.Verdict != pki.Passed {
		t.Errorf("%s %v", r.Reason, r.Notes)
	}
	again := add(t, b.Bytes(), signing(t, "g-fl2"))
	if r := verify(t, again, options(t)); r.Verdict != pki.Passed || len(r.Signatures) != 2 || !bytes.HasSuffix(again, []byte(typeE)) {
		t.Errorf("%s %v", r.Reason, r.Notes)
	}
}

// rename changes a name everywhere, or in one header only.
func rename(p part, name string) part { p.name = name; return p }

func TestStructuresThatCanBeReadInTwoWaysAreRefused(t *testing.T) {
	other := part{name: "b.txt", data: []byte("other")}
	crc := crc32.ChecksumIEEE([]byte("text"))
	one := func(f func(p *part)) func(p []part) []part {
		return func(p []part) []part { f(&p[1]); return p }
	}
	for name, c := range map[string]struct {
		change func(p []part) []part
		want   string
	}{
		"a name out of the container":   {one(func(p *part) { p.name = "../a.txt" }), "leads out"},
		"a name from the root":          {one(func(p *part) { p.name = "/a.txt" }), "leads out"},
		"a name with a backslash":       {one(func(p *part) { p.name = `..\a.txt` }), "backslash"},
		"a name of a drive":             {one(func(p *part) { p.name = "c:a.txt" }), "backslash or a colon"},
		"a name with a zero":            {one(func(p *part) { p.name = "a.txt\x00.exe" }), "cannot be seen"},
		"a name that turns":             {one(func(p *part) { p.name = "a\u202etxt.exe" }), "turn the writing"},
		"a name in another encoding":    {one(func(p *part) { p.name = "\xa0\xa1.txt" }), "not UTF-8"},
		"no name":                       {one(func(p *part) { p.name = "" }), "empty"},
		"two members of a name":         {func(p []part) []part { return append(p, p[1]) }, "may be taken for one"},
		"two names that differ by case": {func(p []part) []part { return append(p, rename(p[1], "A.TXT")) }, "may be taken for one"},
		"two names that differ by composition": {func(p []part) []part {
			return append(p, rename(other, "мой"), rename(other, "мои\u0306"))
		}, "may be taken for one"},
		"a second folder META-INF":      {func(p []part) []part { return append(p, rename(other, "meta-inf/signature9.p7s")) }, "may be taken for"},
		"a file that is a folder":       {func(p []part) []part { return append(p, rename(other, "a.txt/b")) }, "may be taken for one"},
		"another name in the directory": {one(func(p *part) { p.entry = func(b []byte) []byte { b[46] = 'b'; return b } }), "local header"},
		"another name beside":           {one(func(p *part) { p.entry = extra(30, append([]byte{0x75, 0x70, 6, 0, 1, 0, 0, 0, 0}, 'b')) }), "another name"},
		"another name beside, local":    {one(func(p *part) { p.local = extra(28, append([]byte{0x75, 0x70, 6, 0, 1, 0, 0, 0, 0}, 'b')) }), "another name"},
		"another length, local":         {one(func(p *part) { p.local = put32(22, 5) }), "local header"},
		"another packed length, local":  {one(func(p *part) { p.local = put32(18, 5) }), "local header"},
		"another checksum, local":       {one(func(p *part) { p.local = put32(14, 5) }), "local header"},
		"another method, local":         {one(func(p *part) { p.local = put16(8, 8) }), "local header"},
		"other flags, local":            {one(func(p *part) { p.local = put16(6, 1<<11) }), "local header"},
		"no local header":               {one(func(p *part) { p.local = put32(0, 0) }), "local header"},
		"lengths that contradict":       {one(func(p *part) { p.entry = put32(24, 5) }), "contradict"},
		"encrypted":                     {one(func(p *part) { p.flags = 1 }), "encrypted"},
		"strongly encrypted":            {one(func(p *part) { p.flags = 1 << 6 }), "features"},
		"with hidden headers":           {one(func(p *part) { p.flags = 1 << 13 }), "features"},
		"packed by another method":      {one(func(p *part) { p.local, p.entry = put16(8, 12), put16(10, 12) }), "way that is not read"},
		"no descriptor":                 {one(func(p *part) { p.flags = 8 }), "descriptor"},
		"a false descriptor":            {one(func(p *part) { p.flags, p.after = 8, words32([]byte("PK\x07\x08"), crc, 5, 4) }), "descriptor"},
		"a descriptor of another sum":   {one(func(p *part) { p.flags, p.after = 8, words32([]byte("PK\x07\x08"), crc+1, 4, 4) }), "descriptor"},
		"a descriptor of odd length":    {one(func(p *part) { p.flags, p.after = 8, words32([]byte("PK\x07\x08"), crc, 4, 4, 4) }), "descriptor"},
		"octets between members":        {one(func(p *part) { p.before = []byte("hidden") }), "octets before"},
		"octets before the directory":   {func(p []part) []part { p[3].after = []byte("hidden"); return p }, "octets before the directory"},
		"octets before everything":      {func(p []part) []part { p[0].before = []byte("MZ"); return p }, "octets before"},
		"members in one another":        {func(p []part) []part { p[2].entry = put32(42, 0); return p }, "in one another"},
		"a member outside":              {func(p []part) []part { p[3].entry = put32(42, 1<<30); return p }, "octets before"},
		"a link":                        {one(func(p *part) { p.entry = put32(38, 0o120777<<16) }), "link"},
		"a folder with contents":        {one(func(p *part) { p.name = "a/" }), "folder with contents"},
		"a part elsewhere":              {one(func(p *part) { p.entry = put16(34, 1) }), "several parts"},
		"a wide length that is missing": {one(func(p *part) { p.entry = put32(24, 0xffffffff) }), "missing"},
		"extra fields that run over":    {one(func(p *part) { p.entry = extra(30, []byte{1, 0, 9, 0}) }), "extra fields"},
		"another type":                  {func(p []part) []part { p[0].data = []byte("application/zip"); return p }, "of type"},
		"no type and no manifest":       {func(p []part) []part { return p[1:2] }, "no type"},
		"a bomb":                        {one(func(p *part) { p.data, p.pack = make([]byte, 4<<20), true }), "grows more than"},
		"a member that is too long": {one(func(p *part) {
			p.entry = func(b []byte) []byte {
				return extra(30, append([]byte{1, 0, 8, 0}, 0, 0, 0, 0, 0, 0, 0, 0x7f))(put32(24, 0xffffffff)(b))
			}
		}), "too long"},
	} {
		r := verify(t, forge{parts: c.change(sound(t))}.bytes(t), options(t))
		if r.Reason != pki.FormatFailure || !strings.Contains(fmt.Sprint(r.Notes), c.want) {
			t.Errorf("%s: %s %v, want %q", name, r.Reason, r.Notes, c.want)
		}
	}
}

func TestManyMembersAreRefused(t *testing.T) {
	p := sound(t)
	for i := range asic.MaxMembers {
		p = append(p, part{name: fmt.Sprint(i)})
	}
	if r := verify(t, forge{parts: p}.bytes(t), options(t)); r.Reason != pki.FormatFailure || !strings.Contains(fmt.Sprint(r.Notes), "members") {
		t.Errorf("%s %v", r.Reason, r.Notes)
	}
}

func TestManyLongManifestsAreRefused(t *testing.T) {
	p := sound(t)
	for i := range 17 {
		p = append(p, part{name: fmt.Sprintf("META-INF/ASiCManifest9%d.xml", i), data: bytes.Repeat([]byte(" "), 1<<20)})
	}
	if r := verify(t, forge{parts: p}.bytes(t), options(t)); r.Reason != pki.FormatFailure || !strings.Contains(fmt.Sprint(r.Notes), "too long together") {
		t.Errorf("%s %v", r.Reason, r.Notes)
	}
	p = sound(t)
	for i := range 64 {
		p = append(p, part{name: fmt.Sprintf("META-INF/ASiCManifest9%d.xml", i)})
	}
	if r := verify(t, forge{parts: p}.bytes(t), options(t)); r.Reason != pki.FormatFailure || !strings.Contains(fmt.Sprint(r.Notes), "signatures") {
		t.Errorf("%s %v", r.Reason, r.Notes)
	}
}

func TestRecordsAtTheEndAreReadInOneWay(t *testing.T) {
	wide := func(b []byte, at, n int, change func(b []byte) []byte) []byte {
		end := len(b)
		w := append([]byte("PK\x06\x06"), 44, 0, 0, 0, 0, 0, 0, 0, 45, 0, 45, 0)
		w = words32(w, 0, 0, 4, 0, 4, 0, uint32(n), 0, uint32(at), 0)
		w = append(w, "PK\x06\x07"...)
		w = words32(w, 0, uint32(end), 0, 1)
		w = append(w, endRecord(4, n, at)...)
		return append(b, change(w)...)
	}
	same := func(b []byte) []byte { return b }
	for name, c := range map[string]struct {
		end  func(b []byte, at, n int) []byte
		want string
	}{
		"wide records":                   {func(b []byte, at, n int) []byte { return wide(b, at, n, same) }, ""},
		"wide records that contradict":   {func(b []byte, at, n int) []byte { return wide(b, at, n, put16(56+20+10, 3)) }, "contradict"},
		"wide records elsewhere":         {func(b []byte, at, n int) []byte { return wide(b, at, n, put32(56+8, 7)) }, "wide end record"},
		"wide records of another length": {func(b []byte, at, n int) []byte { return wide(b, at, n, put32(4, 45)) }, "wide end record"},
		"a comment": {func(b []byte, at, n int) []byte {
			return append(append(b, put16(20, 4)(endRecord(4, n, at))...), "text"...)
		}, ""},
		"two end records": {func(b []byte, at, n int) []byte {
			return append(append(b, put16(20, 22)(endRecord(4, n, at))...), endRecord(0, 0, 0)...)
		}, "two end records"},
		"an end record in the comment": {func(b []byte, at, n int) []byte {
			return append(append(b, put16(20, 4)(endRecord(4, n, at))...), "PK\x05\x06"...)
		}, "two end records"},
		"no end record":             {func(b []byte, _, _ int) []byte { return b }, "no end record"},
		"octets after it":           {func(b []byte, at, n int) []byte { return append(append(b, endRecord(4, n, at)...), 0) }, "no end record"},
		"another number":            {func(b []byte, at, n int) []byte { return append(b, endRecord(3, n, at)...) }, "after the directory"},
		"a number that is too high": {func(b []byte, at, n int) []byte { return append(b, endRecord(5, n, at)...) }, "entry of the directory"},
		"a shorter directory":       {func(b []byte, at, n int) []byte { return append(b, endRecord(4, n-1, at+1)...) }, "entry of the directory"},
		"a directory elsewhere":     {func(b []byte, at, n int) []byte { return append(b, endRecord(4, n, at-1)...) }, "not before the end record"},
		"several parts":             {func(b []byte, at, n int) []byte { return append(b, put16(4, 1)(endRecord(4, n, at))...) }, "several parts"},
	} {
		r := verify(t, forge{parts: sound(t), end: c.end}.bytes(t), options(t))
		if c.want == "" {
			if r.Verdict != pki.Passed {
				t.Errorf("%s: %s %v", name, r.Reason, r.Notes)
			}
		} else if r.Reason != pki.FormatFailure || !strings.Contains(fmt.Sprint(r.Notes), c.want) {
			t.Errorf("%s: %s %v, want %q", name, r.Reason, r.Notes, c.want)
		}
	}
}

func TestACutContainerNeverPasses(t *testing.T) {
	data := forge{parts: sound(t)}.bytes(t)
	for n := range len(data) {
		if r := verify(t, data[:n], options(t)); r.Verdict != pki.Failed {
			t.Fatalf("cut to %d octets: %s", n, r.Reason)
		}
	}
}

func TestAContainerWithAChangedOctetNeverPassesUnlessNothingIsSaidByIt(t *testing.T) {
	data := forge{parts: sound(t)}.bytes(t)
	opt := options(t)
	free := 0
	for i := range data {
		changed := bytes.Clone(data)
		changed[i] ^= 1
		if r := verify(t, changed, opt); r.Verdict == pki.Passed {
			free++
		}
	}
	// In four members: versions, times, attributes; in the message: what only hints.
	if free > 96 {
		t.Errorf("%d octets of %d can be changed", free, len(data))
	}
}

func TestWhatIsSignedMustBeWhatIsThere(t *testing.T) {
	for name, c := range map[string]struct {
		parts []part
		want  pki.Reason
	}{
		"another text":            {signed(t, manifest(belt("other"))), pki.HashFailure},
		"another text by SHA-256": {signed(t, manifest(sha("other"))), pki.HashFailure},
		"a file that is missing":  {func() []part { p := sound(t); return append(p[:1:1], p[2:]...) }(), pki.SignedDataNotFound},
		"a damaged file": {func() []part {
			p := sound(t)
			p[1].data, p[1].packed = []byte("text"), []byte("teXt")
			return p
		}(), pki.HashFailure},
		"a file that cannot be unpacked": {func() []part {
			p := sound(t)
			p[1].pack, p[1].packed = true, []byte("\xff\xff\xff\xff")
			return p
		}(), pki.HashFailure},
		"octets after packed data": {func() []part {
			p := sound(t)
			p[1].pack, p[1].packed = true, append(deflate(t, []byte("text")), "hidden"...)
			return p
		}(), pki.HashFailure},
		"a file longer than stated": {func() []part {
			p := sound(t)
			p[1].pack, p[1].packed = true, deflate(t, []byte("text and more"))
			return p
		}(), pki.HashFailure},
		"a file shorter than stated": {func() []part {
			p := sound(t)
			p[1].pack, p[1].packed = true, deflate(t, []byte("te"))
			return p
		}(), pki.HashFailure},
		"a signature over another manifest": {func() []part {
			p := sound(t)
			p[3] = signed(t, manifest(belt("text"))+" ")[3]
			return p
		}(), pki.HashFailure},
		"a manifest that was changed": {func() []part {
			p := sound(t)
			p[1].data, p[2].data = []byte("other"), []byte(manifest(belt("other")))
			return p
		}(), pki.HashFailure},
		"a signature that is missing": {sound(t)[:3], pki.FormatFailure},
		"a signature that is none":    {func() []part { p := sound(t); p[3].data = []byte("none"); return p }(), pki.FormatFailure},
		"an algorithm that is not known": {
			signed(t, manifest(refer("a.txt", "http://www.w3.org/2000/09/xmldsig#sha1", []byte("01234567890123456789")))), pki.CryptoConstraintsFailure,
		},
		"an extension that must be understood": {
			signed(t, manifest(belt("text")+`<asic:ASiCManifestExtensions><asic:Extension Critical="true"/></asic:ASiCManifestExtensions>`)), pki.SigConstraintsFailure,
		},
		"an extension of a file that must be understood": {
			signed(t, strings.Replace(manifest(belt("text")), "</ds:DigestValue>", `</ds:DigestValue><asic:DataObjectReferenceExtensions><asic:Extension Critical="1"/></asic:DataObjectReferenceExtensions>`, 1)), pki.SigConstraintsFailure,
		},
	} {
		r := verify(t, forge{parts: c.parts}.bytes(t), options(t))
		if r.Reason != c.want {
			t.Errorf("%s: %s %v, want %s", name, r.Reason, r.Notes, c.want)
		}
		for _, s := range r.Signatures {
			if s.Verdict == pki.Passed {
				t.Errorf("%s: the signature passes", name)
			}
			for _, x := range s.Signers {
				if x.Verdict == pki.Passed {
					t.Errorf("%s: the signer passes", name)
				}
			}
		}
	}
}

func TestFilesThatNobodySignedAreNamedAndNeverPass(t *testing.T) {
	for name, stranger := range map[string]part{
		"a file":                   {name: "b.txt", data: []byte("other")},
		"a file in a folder":       {name: "b/c.txt", data: []byte("other")},
		"a signature of nothing":   {name: "META-INF/signature2.p7s", data: []byte("x")},
		"a list of another format": {name: "META-INF/manifest.xml", data: []byte("<x/>")},
		"a note":                   {name: "META-INF/note.txt", data: []byte("x")},
	} {
		r := verify(t, forge{parts: append(sound(t), stranger)}.bytes(t), options(t))
		if r.Verdict != pki.Indeterminate || r.Reason != pki.SigConstraintsFailure || len(r.Unsigned) != 1 || r.Unsigned[0] != stranger.name {
			t.Errorf("%s: %s %v", name, r.Reason, r.Unsigned)
		}
		if r.Signatures[0].Verdict != pki.Passed || len(r.Files[0].Signatures) != 1 {
			t.Errorf("%s: the signature over the other file is %s", name, r.Signatures[0].Reason)
		}
	}
	r := verify(t, forge{parts: append(sound(t), part{name: "META-INF/timestamp.tst", data: []byte("x")})}.bytes(t), options(t))
	if r.Verdict != pki.Passed || !strings.Contains(fmt.Sprint(r.Notes), "proof of time") {
		t.Errorf("a stamp: %s %v", r.Reason, r.Notes)
	}
}

func TestAProofOfTimeIsNoSignature(t *testing.T) {
	text := strings.Replace(manifest(belt("text")), "application/x-pkcs7-signature", "application/vnd.etsi.timestamp-token", 1)
	r := verify(t, forge{parts: signed(t, text)}.bytes(t), options(t))
	if r.Verdict != pki.Failed || len(r.Signatures) != 0 || len(r.Unsigned) != 1 || !strings.Contains(fmt.Sprint(r.Notes), "proof of time") {
		t.Errorf("%s %v", r.Reason, r.Notes)
	}
}

func TestManifestsOfHostilePeopleAreRefused(t *testing.T) {
	plain := manifest(belt("text"))
	deep := strings.Repeat("<x>", 100) + strings.Repeat("</x>", 100)
	for name, text := range map[string]string{
		"a declaration of types":     strings.Replace(plain, "<asic:ASiCM", `<!DOCTYPE x><asic:ASiCM`, 1),
		"an entity":                  strings.Replace(plain, "<asic:ASiCM", `<!DOCTYPE x [<!ENTITY e "a.txt">]><asic:ASiCM`, 1),
		"a use of an entity":         strings.Replace(plain, "a.txt", "&e;", 1),
		"an outer entity":            strings.Replace(plain, "<asic:ASiCM", `<!DOCTYPE x SYSTEM "file:///etc/passwd"><asic:ASiCM`, 1),
		"an instruction":             strings.Replace(plain, "<asic:Sig", `<?include x?><asic:Sig`, 1),
		"another encoding":           strings.Replace(plain, "UTF-8", "windows-1251", 1),
		"octets of another encoding": strings.Replace(plain, "a.txt", "\xe0.txt", 1),
		"deep":                       strings.Replace(plain, "</asic:ASiCM", deep+"</asic:ASiCM", 1),
		"long":                       plain + strings.Repeat(" ", 1<<20),
		"two roots":                  plain + "<x/>",
		"cut":                        plain[:len(plain)-5],
		"empty":                      " ",
		"no namespace":               strings.ReplaceAll(plain, `xmlns:asic="http://uri.etsi.org/02918/v1.2.1#"`, ""),
		"another namespace":          strings.Replace(plain, "02918/v1.2.1", "02918/v1.2.2", 1),
		"no signature":               strings.Replace(plain, "SigReference", "Reference", 1),
		"two signatures":             strings.Replace(plain, `<asic:Data`, `<asic:SigReference URI="x"/><asic:Data`, 1),
		"no file":                    manifest(""),
		"a file twice":               manifest(belt("text") + belt("text")),
		"an unknown part":            manifest(belt("text") + `<asic:Other/>`),
		"a text":                     manifest(belt("text") + "text"),
		"no algorithm element":       strings.Replace(plain, `<ds:DigestMethod Algorithm="urn:oid:1.2.112.0.2.0.34.101.31.81"/>`, "", 1),
		"a value in hexadecimal":     strings.Replace(plain, "</ds:DigestValue>", "-</ds:DigestValue>", 1),
		"no value":                   manifest(refer("a.txt", sha2, nil)),
		"an address elsewhere":       manifest(refer("http://example.by/a.txt", sha2, []byte("x"))),
		"an address of a file":       manifest(refer("file:a.txt", sha2, []byte("x"))),
		"an address above":           manifest(refer("../a.txt", sha2, []byte("x"))),
		"an encoded address above":   manifest(refer("%2e%2e/a.txt", sha2, []byte("x"))),
		"an address with a part":     manifest(refer("a.txt#x", sha2, []byte("x"))),
		"half a digit":               manifest(refer("a.txt%2", sha2, []byte("x"))),
		"no digit":                   manifest(refer("a.txt%zz", sha2, []byte("x"))),
		"no address":                 manifest(refer("", sha2, []byte("x"))),
		"two attributes":             strings.Replace(plain, `URI="a.txt"`, `URI="a.txt" URI="a.txt"`, 1),
		"two roots of files":         strings.ReplaceAll(manifest(belt("text")+refer("b", sha2, []byte("x"))), "<asic:DataObjectReference", `<asic:DataObjectReference Rootfile="true"`),
		"an odd root":                strings.ReplaceAll(plain, "<asic:DataObjectReference", `<asic:DataObjectReference Rootfile="yes"`),
		"a signature elsewhere":      strings.Replace(plain, seal, "a.txt", 1),
	} {
		r := verify(t, forge{parts: signed(t, text)}.bytes(t), options(t))
		if r.Reason != pki.FormatFailure {
			t.Errorf("%s: %s %v", name, r.Reason, r.Notes)
		}
	}
}

func TestOneSignatureServesOneManifest(t *testing.T) {
	p := sound(t)
	p = append(p, part{name: "b.txt", data: []byte("other")},
		part{name: "META-INF/ASiCManifest2.xml", data: []byte(manifest(strings.Replace(belt("other"), "a.txt", "b.txt", 1)))})
	r := verify(t, forge{parts: p}.bytes(t), options(t))
	if r.Verdict != pki.Failed || r.Signatures[0].Verdict != pki.Passed || r.Signatures[1].Verdict != pki.Failed {
		t.Errorf("%s %v", r.Reason, r.Signatures)
	}
	if r = verify(t, forge{parts: append(sound(t), part{name: "META-INF/ASiCManifest2.xml", data: sound(t)[2].data})}.bytes(t), options(t)); r.Verdict != pki.Failed {
		t.Errorf("the same manifest twice: %s", r.Reason)
	}
}

func TestASimpleContainerIsVerified(t *testing.T) {
	signature, err := cms.Sign(cms.Octets([]byte("text")), signing(t, "g-fl1").SignOptions)
	if err != nil {
		t.Fatal(err)
	}
	simple := func() []part {
		return []part{
			{name: "mimetype", data: []byte("application/vnd.etsi.asic-s+zip")},
			{name: "a.txt", data: []byte("text")},
			{name: seal, data: signature},
		}
	}
	r := verify(t, forge{parts: simple()}.bytes(t), options(t))
	if r.Kind != asic.KindS || r.Verdict != pki.Passed || r.Level != cms.LevelBB || len(r.Files[0].Signatures) != 1 {
		t.Errorf("%s %v", r.Reason, r.Notes)
	}
	if r = verify(t, forge{parts: simple()[1:]}.bytes(t), options(t)); r.Kind != asic.KindS || r.Verdict != pki.Passed {
		t.Errorf("without a type: %s %v", r.Reason, r.Notes)
	}
	for name, c := range map[string]struct {
		change func(p []part) []part
		want   pki.Reason
	}{
		"another text":     {func(p []part) []part { p[1].data = []byte("teXt"); return p }, pki.HashFailure},
		"a damaged file":   {func(p []part) []part { p[1].packed = []byte("teXt"); return p }, pki.HashFailure},
		"two files":        {func(p []part) []part { return append(p, part{name: "b"}) }, pki.FormatFailure},
		"no file":          {func(p []part) []part { return append(p[:1:1], p[2]) }, pki.FormatFailure},
		"no signature":     {func(p []part) []part { return p[:2] }, pki.FormatFailure},
		"signed in XML":    {func(p []part) []part { p[2].name = "META-INF/signatures.xml"; return p }, pki.Generic},
		"something beside": {func(p []part) []part { return append(p, part{name: "META-INF/x"}) }, pki.SigConstraintsFailure},
	} {
		if r := verify(t, forge{parts: c.change(simple())}.bytes(t), options(t)); r.Reason != c.want {
			t.Errorf("%s: %s %v, want %s", name, r.Reason, r.Notes, c.want)
		}
	}
	data := forge{parts: simple()}.bytes(t)
	if err := asic.AddSignature(context.Background(), io.Discard, bytes.NewReader(data), int64(len(data)), signing(t, "g-fl1")); !errors.Is(err, asic.ErrFiles) {
		t.Errorf("a second signature: %v", err)
	}
}

func TestTheStrictProfileWantsNationalHashes(t *testing.T) {
	opt := options(t)
	opt.Verifier.Profile = pki.ProfileBPKI
	national, foreign := signed(t, manifest(belt("text"))), signed(t, manifest(sha("text")))
	a, b := verify(t, forge{parts: national}.bytes(t), opt), verify(t, forge{parts: foreign}.bytes(t), opt)
	if strings.Contains(fmt.Sprint(a.Signatures[0].Notes), "national") || !strings.Contains(fmt.Sprint(b.Signatures[0].Notes), "not of the national set") || b.Verdict == pki.Passed {
		t.Errorf("%v, %v", a.Signatures[0].Notes, b.Signatures[0].Notes)
	}
}

func TestNothingIsAddedToWhatDoesNotFit(t *testing.T) {
	damaged, broken := sound(t), sound(t)
	damaged[1].packed = []byte("teXt")
	broken[3].data = bytes.Clone(broken[3].data)
	broken[3].data[len(broken[3].data)-1] ^= 1
	for name, parts := range map[string][]part{
		"another text": signed(t, manifest(belt("other"))), "a damaged file": damaged,
		"a missing file": append(sound(t)[:1:1], sound(t)[2:]...), "no container": sound(t)[1:2],
		"a manifest that is none": signed(t, "<x/>"), "a broken signature": broken, "no signature": sound(t)[:3],
		"an unknown hash": signed(t, manifest(refer("a.txt", "urn:x", []byte("x")))),
	} {
		data := forge{parts: parts}.bytes(t)
		var out bytes.Buffer
		if err := asic.AddSignature(context.Background(), &out, bytes.NewReader(data), int64(len(data)), signing(t, "g-fl1")); err == nil || out.Len() > 0 {
			t.Errorf("%s: %v, %d octets", name, err, out.Len())
		}
	}
}

func TestASourceThatFailsIsNotJudged(t *testing.T) {
	data := forge{parts: sound(t)}.bytes(t)
	for n := range 12 {
		src := &failing{data: data, left: n}
		r, err := asic.VerifyOctets(context.Background(), src, int64(len(data)), options(t))
		if src.left < 0 && !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("after %d readings: %v, %s", n, err, r.Verdict)
		}
	}
}

// failing is a source that goes away.
type failing struct {
	data []byte
	left int
}

func (f *failing) ReadAt(p []byte, off int64) (int, error) {
	if f.left--; f.left < 0 {
		return 0, io.ErrClosedPipe
	}
	return bytes.NewReader(f.data).ReadAt(p, off)
}
