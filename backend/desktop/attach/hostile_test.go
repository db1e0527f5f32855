package attach

import (
	"archive/zip"
	"bytes"
	"compress/lzw"
	"compress/zlib"
	"encoding/ascii85"
	"encoding/hex"
	"fmt"
	"io"
	"runtime"
	"testing"
	"time"

	"akno/backend/akno"
)

// zeros packs n octets of zero.
func zeros(t testing.TB, n int64) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := zlib.NewWriterLevel(&b, zlib.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(w, nought{}, n); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

type nought struct{}

func (nought) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// withStream is a document with one stream more.
func withStream(dict string, body []byte) []byte {
	return asPDF(fmt.Sprintf("9 0 obj\n<<%s/Length %d>>\nstream\n%s\nendstream\nendobj\n", dict, len(body), body), "")
}

func archive(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create("run.exe")
	if err == nil {
		_, err = f.Write([]byte("MZ"))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestOtherFormatsAreNotTaken(t *testing.T) {
	for name, data := range map[string][]byte{
		"TIFF, little-endian": []byte("II*\x00\x08\x00\x00\x00\x00\x00"),
		"TIFF, big-endian":    []byte("MM\x00*\x00\x00\x00\x08\x00\x00"),
		"HEIC of a telephone": []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"),
		"WebP":                []byte("RIFF\x1a\x00\x00\x00WEBPVP8 "),
		"GIF":                 []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00"),
		"BMP":                 []byte("BM\x1a\x00\x00\x00\x00\x00\x00\x00"),
		"DOCX":                archive(t),
		"DOC":                 []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
		"RTF":                 []byte(`{\rtf1 text}`),
		"SVG":                 []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`),
		"plain text":          []byte("Заявление"),
	} {
		if _, err := taker(t).Read("scan.pdf", bytes.NewReader(data), Limits{}); akno.CodeOf(err) != akno.BadFileType {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAFileOfTwoTypesIsNotTaken(t *testing.T) {
	pdf, jpg, pic, z := asPDF("", ""), asJPEG(t, 40, 50), asPNG(t, 40, 30), archive(t)
	comment := append([]byte{0xff, 0xd8, 0xff, 0xfe, 0, 16}, "%PDF-1.4\nabcde"...)
	for name, data := range map[string][]byte{
		"a document with an archive at its end": append(bytes.Clone(pdf), z...),
		"a photo with an archive behind it":     append(bytes.Clone(jpg), z...),
		"a picture with an archive behind it":   append(bytes.Clone(pic), z...),
		"a photo with the head of a document":   append(comment, jpg[2:]...),
		"a program before a document":           append([]byte("MZ\x90\x00\n"), pdf...),
		"a page with a script before it":        append([]byte("<HTML><script>1</script>\n"), pdf...),
		"a script of a shell before it":         append([]byte("#!/bin/sh\nexit\n"), pdf...),
		"a picture before it":                   append([]byte("GIF89a\n"), pdf...),
	} {
		if _, err := taker(t).Read("scan.pdf", bytes.NewReader(data), Limits{}); akno.CodeOf(err) != akno.BadFileType {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The four octets alone prove nothing: they may stand in any picture.
	if _, err := taker(t).Read("a.jpg", bytes.NewReader(append(bytes.Clone(jpg), "PK\x05\x06 and a tail of a camera"...)), Limits{}); err != nil {
		t.Errorf("a photo with the mark of an archive: %v", err)
	}
}

func TestADocumentThatUnfoldsWithoutEndIsNotTaken(t *testing.T) {
	bomb := zeros(t, 300<<20)
	var twice bytes.Buffer
	w := zlib.NewWriter(&twice)
	if _, err := w.Write(bomb); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	a85 := make([]byte, ascii85.MaxEncodedLen(len(bomb)))
	a85 = append(a85[:ascii85.Encode(a85, bomb)], "~>"...)
	part := zeros(t, 30<<20)
	many := ""
	for range 12 {
		many += fmt.Sprintf("9 0 obj\n<</Filter/FlateDecode>>\nstream\n%s\nendstream\nendobj\n", part)
	}
	var packed bytes.Buffer
	l := lzw.NewWriter(&packed, lzw.MSB, 8)
	if _, err := io.CopyN(l, nought{}, 300<<20); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"a stream of zeros":             withStream("/Filter/FlateDecode", bomb),
		"a stream of objects":           withStream("/Type/ObjStm/N 1/First 4/Filter/FlateDecode", bomb),
		"its filter is named elsewhere": withStream("/Filter 8 0 R", bomb),
		"no filter is named":            withStream("", bomb),
		"its length is a lie":           asPDF("9 0 obj\n<</Length 5/Filter/FlateDecode>>\nstream\n"+string(bomb)+"\nendstream\nendobj\n", ""),
		"packed twice":                  withStream("/Filter[/FlateDecode/FlateDecode]", twice.Bytes()),
		"written as text":               withStream("/Filter[/ASCII85Decode/FlateDecode]", a85),
		"written as digits":             withStream("/Filter[/ASCIIHexDecode/FlateDecode]", append([]byte(hex.EncodeToString(bomb)), '>')),
		"by another method":             withStream("/Filter/LZWDecode/DecodeParms<</EarlyChange 0>>", packed.Bytes()),
		"in many streams":               asPDF(many, ""),
		"a picture of a billion dots":   withStream("/Subtype/Image/Width 40000/Height 40000/Filter/DCTDecode", []byte("x")),
		"a picture wider than numbers":  withStream("/Subtype/Image/Width 9999999999/Height 9999999999", []byte("x")),
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			begin := time.Now()
			_, err := inspect(bytes.NewReader(data), int64(len(data)))
			took := time.Since(begin)
			runtime.ReadMemStats(&after)
			if akno.CodeOf(err) != akno.TooLarge {
				t.Errorf("got %v", err)
			}
			// Neither is a figure of speed: a bomb that went off would take a hundred
			// times as much.
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 64<<20 {
				t.Errorf("%d MB were allocated", grown>>20)
			}
			if took > 30*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

func TestAnOrdinaryDocumentUnfolds(t *testing.T) {
	var text bytes.Buffer
	w := zlib.NewWriter(&text)
	if _, err := w.Write(bytes.Repeat([]byte("BT (text) Tj ET\n"), 1000)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"a page of text":        withStream("/Filter/FlateDecode", text.Bytes()),
		"a white page of 25 MB": withStream("/Subtype/Image/Width 2480/Height 3508/Filter/FlateDecode", zeros(t, 2480*3508*3)),
		"a photo in a page":     withStream("/Subtype/Image/Width 40/Height 50/Filter/DCTDecode", asJPEG(t, 40, 50)),
		"a damaged stream":      withStream("/Filter/FlateDecode", text.Bytes()[:20]),
		"the word at its end":   append(asPDF("", ""), "\n% stream"...),
	} {
		if _, err := inspect(bytes.NewReader(data), int64(len(data))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLZWIsCountedWithoutUnfolding(t *testing.T) {
	for _, n := range []int64{0, 1, 2, 255, 4096, 70_000, 3 << 20} {
		var b bytes.Buffer
		w := lzw.NewWriter(&b, lzw.MSB, 8)
		text := make([]byte, n)
		for i := range text {
			text[i] = byte(i * i >> 7)
		}
		if _, err := w.Write(text); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		packed := int64(b.Len())
		if got := lzwLength(&b, 0, 1<<40); got < n || got > n+packed {
			t.Errorf("%d octets packed to %d count as %d", n, packed, got)
		}
	}
}

func TestAPhotoOfThousandsOfPassesIsNotTaken(t *testing.T) {
	scan := []byte{0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x55}
	jpg := asJPEG(t, 40, 50)
	data := append(bytes.Clone(jpg[:len(jpg)-2]), bytes.Repeat(scan, maxScans)...)
	data = append(data, 0xff, 0xd9)
	begin := time.Now()
	if _, err := inspect(bytes.NewReader(data), int64(len(data))); akno.CodeOf(err) != akno.BadFile {
		t.Errorf("got %v", err)
	}
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
}

func FuzzStreams(f *testing.F) {
	f.Add(withStream("/Filter/FlateDecode", zeros(f, 100_000)))
	f.Add(withStream("/Filter[/A85/Fl]", []byte("<~87cUR~>")))
	f.Add(withStream("/Filter/LZWDecode", []byte{0x80, 0x0b, 0x60, 0x50, 0x22, 0x0c, 0x0c, 0x85, 0x01}))
	f.Add(withStream("/Width 9/Height 9/Filter/AHx", []byte("78 9c>")))
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := inspectStreams(data); err != nil && akno.CodeOf(err) != akno.TooLarge {
			t.Errorf("got %v", err)
		}
	})
}
