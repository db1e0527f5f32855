package blob

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"testing"

	"akno/backend/akno"
)

// pdf returns a small but whole PDF file.
func pdf(text string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n% " + text + "\n1 0 obj\n<< /Type /Catalog >>\nendobj\n")
	at := b.Len()
	fmt.Fprintf(&b, "xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 1 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", at)
	return b.Bytes()
}

func picture(t *testing.T, kind string) []byte {
	t.Helper()
	var b bytes.Buffer
	img := image.NewGray(image.Rect(0, 0, 40, 30))
	err := png.Encode(&b, img)
	if kind == JPEG {
		b.Reset()
		err = jpeg.Encode(&b, img, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// bomb returns a PNG of a few octets that claims w by h pixels.
func bomb(w, h uint32) []byte {
	b := append([]byte{}, pngMagic...)
	head := []byte("IHDR")
	head = binary.BigEndian.AppendUint32(head, w)
	head = binary.BigEndian.AppendUint32(head, h)
	head = append(head, 1, 0, 0, 0, 0)
	b = binary.BigEndian.AppendUint32(b, 13)
	b = append(b, head...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(head))
}

func cut(b []byte, n int) []byte { return b[:len(b)-n] }

func flip(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 1
	return b
}

// signed is the beginning of a ContentInfo with signed data, 20 octets of 20.
var signed = []byte{0x30, 18, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2, 0xa0, 5, 0x30, 3, 2, 1, 1}

func TestCheck(t *testing.T) {
	ping, jay := picture(t, PNG), picture(t, JPEG)
	for _, tt := range []struct {
		name string
		file []byte
		want string
		code akno.Code // "" for a file that is accepted
	}{
		{"a whole pdf is accepted", pdf("a"), PDF, ""},
		{"a pdf with octets before its header is accepted", append([]byte("junk\n"), pdf("a")...), PDF, ""},
		{"a pdf that was cut off is damaged", cut(pdf("a"), 12), PDF, akno.BadFile},
		{"a pdf whose cross-reference moved is damaged", bytes.Replace(pdf("a"), []byte("% a\n"), []byte("% a\r\r\r\r\n"), 1), PDF, akno.BadFile},
		{"a pdf that points behind its end is damaged", []byte("%PDF-1.4\nstartxref\n9999\n%%EOF"), PDF, akno.BadFile},
		{"a whole png is accepted", ping, PNG, ""},
		{"a png that was cut off is damaged", cut(ping, 4), PNG, akno.BadFile},
		{"a png with a wrong bit is damaged", flip(ping, len(ping)-20), PNG, akno.BadFile},
		{"a picture of too many pixels is refused", bomb(60000, 60000), PNG, akno.TooLarge},
		{"a whole jpeg is accepted", jay, JPEG, ""},
		{"a jpeg that was cut off is damaged", cut(jay, 30), JPEG, akno.BadFile},
		{"a jpeg without a size is damaged", []byte{0xff, 0xd8, 0xff, 0xe0, 0, 2, 0xff, 0xd9}, JPEG, akno.BadFile},
		{"signed data are accepted", signed, CMS, ""},
		{"signed data that were cut off are damaged", cut(signed, 1), CMS, akno.BadFile},
		{"another DER file is refused", []byte{0x30, 3, 2, 1, 1}, CMS, akno.BadFileType},
		{"DER of another type is refused", append([]byte{0x30, 18, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 3}, signed[13:]...), CMS, akno.BadFileType},
		{"a program is refused", []byte("\x7fELF\x02\x01\x01"), "", akno.BadFileType},
		{"a page of HTML is refused", []byte("<html><script>alert(1)</script>"), "", akno.BadFileType},
		{"an empty file is refused", nil, "", akno.BadFileType},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Check(bytes.NewReader(tt.file), int64(len(tt.file)))
			if tt.code == "" && err != nil {
				t.Fatal(err)
			}
			if tt.code != "" && akno.CodeOf(err) != tt.code {
				t.Fatalf("code %s (%v), want %s", akno.CodeOf(err), err, tt.code)
			}
			if got != tt.want {
				t.Errorf("type %q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzCheck(f *testing.F) {
	f.Add(pdf("a"))
	f.Add(bomb(1, 1))
	f.Add(signed)
	f.Add([]byte{0xff, 0xd8, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		kind, err := Check(bytes.NewReader(b), int64(len(b)))
		if err == nil && kind == "" {
			t.Error("a file without a type was accepted")
		}
	})
}
