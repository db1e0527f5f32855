package attach

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/store"
	"akno/backend/internal/clock"
)

func taker(t *testing.T) Taker {
	t.Helper()
	db, err := store.Open(t.Context(), t.TempDir(), make([]byte, store.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return Taker{db.Blobs(), clock.Fixed(time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC))}
}

func picture(w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = uint8(i * i >> 3)
	}
	m.Set(0, 0, color.White)
	return m
}

func asPNG(t *testing.T, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, picture(w, h)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asJPEG(t *testing.T, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture(w, h), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// asPDF builds a document with a cross-reference table; more goes into its
// trailer.
func asPDF(before, more string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n" + before)
	var at []int
	for i, obj := range []string{"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"} {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, obj)
	}
	xref := b.Len()
	b.WriteString("xref\n0 4\n0000000000 65535 f \n")
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer\n<</Size 4/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF", more, xref)
	return b.Bytes()
}

// updated adds an incremental update whose trailer points back.
func updated(pdf []byte, more string) []byte {
	prev := bytes.LastIndex(pdf, []byte("\nxref\n")) + 1
	xref := len(pdf) + 1
	return append(bytes.Clone(pdf), fmt.Sprintf("\nxref\n0 0\ntrailer\n<</Size 4/Prev %d%s>>\nstartxref\n%d\n%%%%EOF\n", prev, more, xref)...)
}

// streamed builds a document whose cross-reference is a stream.
func streamed(more string) []byte {
	head := "%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n"
	return []byte(fmt.Sprintf("%s2 0 obj\n<</Type/XRef/Size 3/Root 1 0 R/W[1 2 1]/Length 4%s>>stream\nabcd\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n", head, more, len(head)))
}

func flipped(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 0xff
	return b
}

// bomb is a picture of few octets that claims to have w by h pixels.
func bomb(w, h uint32) []byte {
	b := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
	b = binary.BigEndian.AppendUint32(b, w)
	b = binary.BigEndian.AppendUint32(b, h)
	b = append(b, 8, 6, 0, 0, 0)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[12:]))
}

func TestReadTellsWhatAFileIs(t *testing.T) {
	pngs, jpgs, pdf := asPNG(t, 40, 30), asJPEG(t, 400, 500), asPDF("", "")
	for name, c := range map[string]struct {
		data []byte
		code akno.Code // "" when it is taken
		want string
	}{
		"a photo":                          {jpgs, "", JPEG},
		"a photo with a tail":              {append(bytes.Clone(jpgs), "MPF of a camera"...), "", JPEG},
		"a picture":                        {pngs, "", PNG},
		"a document":                       {pdf, "", PDF},
		"a document after junk":            {append([]byte("junk\n"), pdf...), "", PDF},
		"a document with an update":        {updated(pdf, ""), "", PDF},
		"a document with a stream":         {streamed(""), "", PDF},
		"the word Encrypt in its text":     {asPDF("% /Encrypt 1 0 R\n", ""), "", PDF},
		"nothing":                          {nil, akno.BadFile, ""},
		"half a photo":                     {jpgs[:len(jpgs)/2], akno.BadFile, ""},
		"a photo without its last octets":  {jpgs[:len(jpgs)-2], akno.BadFile, ""},
		"three octets of a photo":          {jpgs[:3], akno.BadFile, ""},
		"half a picture":                   {pngs[:len(pngs)/2], akno.BadFile, ""},
		"a picture with a flipped octet":   {flipped(pngs, len(pngs)/2), akno.BadFile, ""},
		"a picture without its end":        {pngs[:len(pngs)-12], akno.BadFile, ""},
		"half a document":                  {pdf[:len(pdf)/2], akno.BadFile, ""},
		"a document without a root":        {bytes.Replace(pdf, []byte("/Root"), []byte("/Rout"), 1), akno.BadFile, ""},
		"a document pointing nowhere":      {bytes.Replace(pdf, []byte("startxref\n"), []byte("startxref\n9"), 1), akno.BadFile, ""},
		"a document pointing at text":      {append([]byte("%PDF-1.4\n"), bytes.Repeat([]byte("startxref\n3\n%%EOF\n"), 3)...), akno.BadFile, ""},
		"a document pointing at itself":    {updated([]byte("%PDF-1.4\n\nxref\n0 0\ntrailer\n<</Prev 10>>\nstartxref\n10\n%%EOF"), ""), akno.BadFile, ""},
		"an encrypted document":            {asPDF("", "/Encrypt 9 0 R"), akno.Encrypted, ""},
		"encrypted, by the first version":  {updated(asPDF("", "/Encrypt<</Filter/Standard>>"), ""), akno.Encrypted, ""},
		"encrypted, with a stream":         {streamed("/Encrypt 5 0 R"), akno.Encrypted, ""},
		"a program":                        {[]byte("MZ\x90\x00\x03"), akno.BadFileType, ""},
		"a document of an office":          {[]byte("PK\x03\x04"), akno.BadFileType, ""},
		"a page with a script":             {[]byte("<html><script>"), akno.BadFileType, ""},
		"a picture of 2.5 billion pixels":  {bomb(50_000, 50_000), akno.TooLarge, ""},
		"a picture wider than any integer": {bomb(1<<31, 1<<31), akno.BadFile, ""},
		"a picture without pixels":         {bomb(0, 10), akno.BadFile, ""},
		"a certificate request":            {[]byte("-----BEGIN CERTIFICATE REQUEST-----\nMIIB"), akno.BadFileType, ""},
	} {
		t.Run(name, func(t *testing.T) {
			tk := taker(t)
			f, err := tk.Read("x.pdf", bytes.NewReader(c.data), Limits{})
			if c.code != "" {
				if got := akno.CodeOf(err); got != c.code {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil || f.MIME != c.want || f.Size != int64(len(c.data)) {
				t.Fatalf("%+v %v", f, err)
			}
			if got, err := tk.Blobs.Read(f.SHA256); err != nil || !bytes.Equal(got, c.data) {
				t.Errorf("the stored copy differs: %v", err)
			}
		})
	}
}

func TestAPictureTellsItsSize(t *testing.T) {
	f, err := taker(t).Read("photo.jpg", bytes.NewReader(asJPEG(t, 400, 500)), Limits{Types: []string{JPEG}})
	if err != nil || f.Width != 400 || f.Height != 500 || f.Name != "photo.jpg" || f.ID == "" {
		t.Errorf("%+v %v", f, err)
	}
}

func TestLimitsOfAField(t *testing.T) {
	tk := taker(t)
	data := asPNG(t, 40, 30)
	if _, err := tk.Read("a.png", bytes.NewReader(data), Limits{Types: []string{PDF}}); akno.CodeOf(err) != akno.BadFileType {
		t.Errorf("a picture where a document is wanted: %v", err)
	}
	if _, err := tk.Read("a.png", bytes.NewReader(data), Limits{Bytes: int64(len(data)) - 1}); akno.CodeOf(err) != akno.TooLarge {
		t.Errorf("one octet over the limit: %v", err)
	}
	if _, err := tk.Read("a.png", bytes.NewReader(data), Limits{Bytes: int64(len(data))}); err != nil {
		t.Errorf("exactly at the limit: %v", err)
	}
	request := []byte("-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n")
	if f, err := tk.Read("a.csr", bytes.NewReader(request), Limits{Types: []string{PKCS10, Octets}}); err != nil || f.MIME != PKCS10 {
		t.Errorf("%+v %v", f, err)
	}
}

func TestTakeLeavesThePersonsFileAlone(t *testing.T) {
	tk := taker(t)
	path := filepath.Join(t.TempDir(), "паспорт с. 31.png")
	if err := os.WriteFile(path, asPNG(t, 8, 8), 0o400); err != nil {
		t.Fatal(err)
	}
	f, err := tk.Take(path, Limits{})
	if err != nil || f.Name != "паспорт с. 31.png" {
		t.Fatalf("%+v %v", f, err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := tk.Blobs.Read(f.SHA256); err != nil {
		t.Errorf("the copy went with the original: %v", err)
	}
	_, err = tk.Take(path, Limits{})
	if akno.CodeOf(err) != akno.NotFound || strings.Contains(err.Error(), "паспорт") {
		t.Errorf("got %v", err)
	}
	if _, err := tk.Take(t.TempDir(), Limits{}); akno.CodeOf(err) != akno.BadFile {
		t.Errorf("a folder: %v", err)
	}
}

func TestCleanName(t *testing.T) {
	long := strings.Repeat("я", 300)
	for in, want := range map[string]string{
		"паспорт.pdf":         "паспорт.pdf",
		"и\u0306.pdf":         "й.pdf", // composed
		"../../etc/x.pdf":     "x.pdf",
		`C:\docs\x.pdf`:       "x.pdf",
		"photo\u202Egpj.exe":  "photogpj.exe",
		"a\x00b\nc.pdf":       "abc.pdf",
		"":                    "file",
		"..":                  "file",
		"\xff\xfe.pdf":        "_.pdf",
		long + ".pdf":         strings.Repeat("я", 196) + ".pdf",
		" акт  о приёме.jpg ": "акт  о приёме.jpg",
	} {
		if got := cleanName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzInspect(f *testing.F) {
	f.Add(asPDF("", ""))
	f.Add(updated(asPDF("", ""), "/Encrypt 1 0 R"))
	f.Add(streamed(""))
	f.Add(bomb(3, 3))
	f.Add([]byte{0xff, 0xd8, 0xff, 0xe0, 0, 2, 0xff, 0xd9})
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := inspect(bytes.NewReader(data), int64(len(data)))
		if err == nil && got.mediaType == "" {
			t.Error("a file of no type was taken")
		}
	})
}
