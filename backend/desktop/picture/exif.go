package picture

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// Tags of Exif 2.32.
const (
	tagOrientation = 0x0112
	tagPlace       = 0x8825 // the pointer to where the picture was taken
)

const (
	maxSegments = 2000 // of a JPEG, before its picture begins
	maxEntries  = 1000 // of a directory
)

// facts are what the head of a picture tells.
type facts struct {
	orientation int  // 1–8
	place       bool // where it was taken is written in it
	bytesPixel  int  // of the decoded picture, in hundredths of an octet
}

var errHead = errors.New("the head of the picture is damaged")

// jpegFacts walks the segments of a JPEG up to the picture (ISO/IEC 10918-1,
// B.1).
func jpegFacts(r io.Reader) (facts, error) {
	br := bufio.NewReader(r)
	f := facts{orientation: 1}
	if _, err := br.Discard(2); err != nil {
		return f, errHead
	}
	for range maxSegments {
		b, err := br.ReadByte()
		if err != nil || b != 0xff {
			return f, errHead
		}
		for b == 0xff { // fill octets
			if b, err = br.ReadByte(); err != nil {
				return f, errHead
			}
		}
		if b == 0x01 || b >= 0xd0 && b <= 0xd7 {
			continue
		}
		var n [2]byte
		if _, err := io.ReadFull(br, n[:]); err != nil {
			return f, errHead
		}
		body := make([]byte, max(0, int(binary.BigEndian.Uint16(n[:]))-2))
		if _, err := io.ReadFull(br, body); err != nil {
			return f, errHead
		}
		switch {
		case b == 0xe1:
			if block, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00")); ok {
				f.exif(block)
			}
		case b >= 0xc0 && b <= 0xcf && b != 0xc4 && b != 0xc8 && b != 0xcc:
			f.frame(body, b == 0xc2)
		case b == 0xda:
			return f, nil
		}
	}
	return f, errHead
}

// frame reads the head of a frame: a progressive picture is kept as its
// coefficients until the last pass, four octets each beside the pixels.
func (f *facts) frame(b []byte, progressive bool) {
	if len(b) < 6 || len(b) < 6+3*int(b[5]) {
		return
	}
	most, sum := 1, 0
	for i := range int(b[5]) {
		s := b[6+3*i+1]
		n := int(s>>4) * int(s&15)
		most, sum = max(most, n), sum+n
	}
	f.bytesPixel = 100 * sum / most
	if progressive {
		f.bytesPixel *= 5
	}
	if b[5] == 4 {
		f.bytesPixel *= 2 // turned into another picture at the end
	}
}

// pngFacts walks the chunks of a PNG up to its picture.
func pngFacts(r io.Reader) (facts, error) {
	f := facts{orientation: 1}
	br := bufio.NewReader(r)
	if _, err := br.Discard(8); err != nil {
		return f, errHead
	}
	for range maxSegments {
		var head [8]byte
		if _, err := io.ReadFull(br, head[:]); err != nil {
			return f, errHead
		}
		n := int64(binary.BigEndian.Uint32(head[:4]))
		switch kind := string(head[4:]); {
		case kind == "IDAT":
			return f, nil
		case kind == "IHDR" && n == 13, kind == "eXIf" && n < 1<<20:
			body := make([]byte, n)
			if _, err := io.ReadFull(br, body); err != nil {
				return f, errHead
			}
			if kind == "eXIf" {
				f.exif(body)
			} else {
				f.bytesPixel = pngPixel(body)
			}
			n = 0
		}
		if _, err := io.CopyN(io.Discard, br, n+4); err != nil {
			return f, errHead
		}
	}
	return f, errHead
}

// pngPixel is what the decoder keeps for a pixel, in hundredths of an octet
// (PNG, 11.2.2); an interlaced picture is kept twice in part.
func pngPixel(ihdr []byte) int {
	depth, colour := ihdr[8], ihdr[9]
	n := 400
	if colour == 0 && depth <= 8 || colour == 3 {
		n = 100
	}
	if depth == 16 {
		n = 800
	}
	if ihdr[12] != 0 {
		n += n / 2
	}
	return n
}

// exif reads the first directory of a block of Exif. What cannot be read is as
// good as not there: the picture itself may be whole.
func (f *facts) exif(b []byte) {
	if len(b) < 8 {
		return
	}
	var order binary.ByteOrder = binary.LittleEndian
	if b[0] == 'M' {
		order = binary.BigEndian
	}
	if string(b[:2]) != "II" && string(b[:2]) != "MM" || order.Uint16(b[2:]) != 42 {
		return
	}
	at := int64(order.Uint32(b[4:]))
	if at+2 > int64(len(b)) {
		return
	}
	entries := min(int64(order.Uint16(b[at:])), maxEntries)
	for i := range entries {
		e := at + 2 + 12*i
		if e+12 > int64(len(b)) {
			return
		}
		switch order.Uint16(b[e:]) {
		case tagOrientation:
			if o := int(order.Uint16(b[e+8:])); o >= 1 && o <= 8 {
				f.orientation = o
			}
		case tagPlace:
			f.place = true
		}
	}
}
