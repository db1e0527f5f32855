package blob

import (
	"bytes"
	"encoding/asn1"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	_ "image/jpeg" // registers the reader of JPEG
	_ "image/png"  // registers the reader of PNG
	"io"
	"regexp"
	"strconv"

	"akno/backend/akno"
)

// The media types the portal keeps. A file is what its octets say, never what
// its name or its sender says.
const (
	PDF  = "application/pdf"
	JPEG = "image/jpeg"
	PNG  = "image/png"
	CMS  = "application/pkcs7-mime"
)

// maxPixels bounds the size of a picture: 100 million is a page of A4 at 1000
// dots an inch, and 400 MB once decoded.
const maxPixels = 100 << 20

// sniffed is how much of the beginning and of the end the checks look at.
const sniffed = 4096

var (
	pdfStart = regexp.MustCompile(`startxref[\x00\t\n\f\r ]+([0-9]{1,10})[\x00\t\n\f\r ]+%%EOF`)
	pdfXref  = regexp.MustCompile(`^[\x00\t\n\f\r ]*(xref|[0-9]{1,10}[\x00\t\n\f\r ]+[0-9]{1,5}[\x00\t\n\f\r ]+obj)`)
	pdfMagic = []byte("%PDF-")
	pngMagic = []byte("\x89PNG\r\n\x1a\n")
	cmsOID   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2} // id-signedData
)

// Check returns the media type of the size octets of r by their magic numbers
// and looks whether they are whole. akno.BadFileType is a file of a kind that is
// not kept, akno.BadFile a damaged one, akno.TooLarge a picture of more than
// maxPixels, which no reader may be asked to unpack.
func Check(r io.ReaderAt, size int64) (mediaType string, err error) {
	head, err := part(r, 0, min(size, sniffed))
	if err != nil {
		return "", err
	}
	switch {
	case bytes.Contains(head[:min(len(head), 1024)], pdfMagic):
		return PDF, checkPDF(r, size, int64(bytes.Index(head, pdfMagic)))
	case bytes.HasPrefix(head, pngMagic):
		if err := checkPixels(r, size); err != nil {
			return PNG, err
		}
		return PNG, checkPNG(r, size)
	case bytes.HasPrefix(head, []byte{0xff, 0xd8, 0xff}):
		if err := checkPixels(r, size); err != nil {
			return JPEG, err
		}
		return JPEG, checkJPEG(r, size)
	case len(head) > 0 && head[0] == 0x30:
		return CMS, checkCMS(head, size)
	}
	return "", &akno.Error{Code: akno.BadFileType, Op: "blob.Check"}
}

func part(r io.ReaderAt, off, n int64) ([]byte, error) {
	b := make([]byte, n)
	k, err := r.ReadAt(b, off)
	if errors.Is(err, io.EOF) && int64(k) == n {
		err = nil
	}
	return b[:k], err
}

func damaged(why string, args ...any) error {
	return &akno.Error{Code: akno.BadFile, Op: "blob.Check", Err: fmt.Errorf(why, args...)}
}

// checkPDF looks for what every reader needs to begin: the end of the file
// names the place of the cross-reference, and there it is (ISO 32000-1, 7.5.5).
// A file that was cut off, or whose line ends were rewritten on the way, fails.
// Octets before the header are allowed, as every reader does; places may count
// from the file's beginning or from the header at start.
func checkPDF(r io.ReaderAt, size, start int64) error {
	n := min(size, sniffed)
	tail, err := part(r, size-n, n)
	if err != nil {
		return err
	}
	all := pdfStart.FindAllSubmatch(tail, -1)
	if len(all) == 0 {
		return damaged("pdf: no end of file")
	}
	at, err := strconv.ParseInt(string(all[len(all)-1][1]), 10, 64)
	if err != nil || at >= size {
		return damaged("pdf: the cross-reference lies outside of the file")
	}
	for _, from := range []int64{at, at + start} {
		x, err := part(r, from, max(0, min(size-from, 64)))
		if err != nil {
			return err
		}
		if pdfXref.Match(x) {
			return nil
		}
	}
	return damaged("pdf: no cross-reference at %d", at)
}

func checkPixels(r io.ReaderAt, size int64) error {
	c, _, err := image.DecodeConfig(io.NewSectionReader(r, 0, size))
	if err != nil {
		return damaged("picture: %w", err)
	}
	if c.Width <= 0 || c.Height <= 0 {
		return damaged("picture: no pixels")
	}
	if int64(c.Width)*int64(c.Height) > maxPixels {
		return &akno.Error{Code: akno.TooLarge, Op: "blob.Check", Err: fmt.Errorf("picture of %d by %d pixels", c.Width, c.Height)}
	}
	return nil
}

// checkPNG walks over the chunks, each with its own check value, up to the last
// one (ISO/IEC 15948, 5.3). Nothing is unpacked.
func checkPNG(r io.ReaderAt, size int64) error {
	s := io.NewSectionReader(r, int64(len(pngMagic)), size-int64(len(pngMagic)))
	var h [8]byte
	buf := make([]byte, 64<<10)
	for {
		if _, err := io.ReadFull(s, h[:]); err != nil {
			return damaged("png: cut off")
		}
		crc := crc32.NewIEEE()
		crc.Write(h[4:])
		n := int64(binary.BigEndian.Uint32(h[:4]))
		if got, err := io.CopyBuffer(crc, io.LimitReader(s, n), buf); err != nil || got != n {
			return damaged("png: cut off")
		}
		var sum [4]byte
		if _, err := io.ReadFull(s, sum[:]); err != nil {
			return damaged("png: cut off")
		}
		if binary.BigEndian.Uint32(sum[:]) != crc.Sum32() {
			return damaged("png: a chunk does not match its check value")
		}
		if string(h[4:]) == "IEND" {
			return nil
		}
	}
}

// checkJPEG looks for the end of image within the last octets; cameras put
// padding after it (ISO/IEC 10918-1, B.1.1.3).
func checkJPEG(r io.ReaderAt, size int64) error {
	n := min(size, 64<<10)
	tail, err := part(r, size-n, n)
	if err != nil {
		return err
	}
	if !bytes.Contains(tail, []byte{0xff, 0xd9}) {
		return damaged("jpeg: cut off")
	}
	return nil
}

// checkCMS reads the outermost element and its type: ContentInfo of signed data
// (RFC 5652, 3 and 5.1), whose length is that of the file or indefinite.
func checkCMS(head []byte, size int64) error {
	if len(head) < 16 {
		return &akno.Error{Code: akno.BadFileType, Op: "blob.Check"}
	}
	var lead, length int64
	switch l := head[1]; {
	case l == 0x80:
		lead, length = 2, -1
	case l < 0x80:
		lead, length = 2, int64(l)
	case l <= 0x84:
		lead = 2 + int64(l&0x7f)
		for _, b := range head[2:lead] {
			length = length<<8 | int64(b)
		}
	default:
		return &akno.Error{Code: akno.BadFileType, Op: "blob.Check"}
	}
	var oid asn1.ObjectIdentifier
	if _, err := asn1.Unmarshal(head[lead:], &oid); err != nil || !oid.Equal(cmsOID) {
		return &akno.Error{Code: akno.BadFileType, Op: "blob.Check"}
	}
	if length >= 0 && lead+length != size {
		return damaged("cms: %d octets of %d", size, lead+length)
	}
	return nil
}
