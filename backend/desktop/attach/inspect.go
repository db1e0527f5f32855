package attach

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	_ "image/jpeg" // decoders
	_ "image/png"
	"io"

	"akno/backend/akno"
)

// found is what a file turned out to be.
type found struct {
	mediaType     string
	width, height int // pixels
}

// inspect tells the type of f by its first octets and whether it is whole.
func inspect(f io.ReadSeeker, size int64) (found, error) {
	head := make([]byte, 1024)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return found{}, fmt.Errorf("attach: %w", err)
	}
	head = head[:n]
	if n == 0 {
		return found{}, refuse(akno.BadFile, "empty")
	}
	document := bytes.Index(head, []byte("%PDF-")) // other programs allow junk before it, and so do mailers
	if document >= 0 || IsPicture(head) {
		if err := refusePolyglot(f, size, head, document); err != nil {
			return found{}, err
		}
	}
	switch {
	case bytes.HasPrefix(head, headJPEG):
		return inspectPicture(f, JPEG, wholeJPEG)
	case bytes.HasPrefix(head, headPNG):
		return inspectPicture(f, PNG, wholePNG)
	case document >= 0:
		return found{mediaType: PDF}, inspectPDF(f, size, int64(document))
	case isRequest(head, size):
		return found{mediaType: PKCS10}, nil
	}
	return found{}, refuse(akno.BadFileType, "not recognised")
}

// The first octets of pictures.
var (
	headJPEG = []byte{0xff, 0xd8, 0xff}
	headPNG  = []byte("\x89PNG\r\n\x1a\n")
)

// IsPicture says whether a file begins as a picture does.
func IsPicture(head []byte) bool {
	return bytes.HasPrefix(head, headJPEG) || bytes.HasPrefix(head, headPNG)
}

// isRequest says whether a file looks like a certificate request (PKCS #10) in
// PEM or DER: one SEQUENCE as long as the file.
func isRequest(head []byte, size int64) bool {
	for _, label := range []string{"-----BEGIN CERTIFICATE REQUEST-----", "-----BEGIN NEW CERTIFICATE REQUEST-----"} {
		if bytes.HasPrefix(bytes.TrimLeft(head, "\ufeff \r\n\t"), []byte(label)) {
			return true
		}
	}
	return len(head) > 4 && head[0] == 0x30 && head[1] == 0x82 && int64(binary.BigEndian.Uint16(head[2:]))+4 == size && head[4] == 0x30
}

// inspectPicture reads the size of a picture before anything is made of its
// pixels: a few octets can claim a picture that no memory holds.
func inspectPicture(f io.ReadSeeker, mediaType string, whole func(io.Reader) error) (found, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return found{}, fmt.Errorf("attach: %w", err)
	}
	cfg, _, err := image.DecodeConfig(bufio.NewReader(f))
	if err != nil {
		return found{}, &akno.Error{Code: akno.BadFile, Op: "attach.Take", Err: err}
	}
	if cfg.Width <= 0 || cfg.Height <= 0 {
		return found{}, refuse(akno.BadFile, "no pixels")
	}
	if int64(cfg.Width)*int64(cfg.Height) > maxPixels {
		return found{}, refuse(akno.TooLarge, "pixels")
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return found{}, fmt.Errorf("attach: %w", err)
	}
	if err := whole(bufio.NewReader(f)); err != nil {
		return found{}, &akno.Error{Code: akno.BadFile, Op: "attach.Take", Err: err}
	}
	// A smaller picture is decoded to the end as well; a larger one is taken
	// on the strength of its frame, since decoding would need gigabytes.
	if int64(cfg.Width)*int64(cfg.Height) <= maxPixels/4 {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return found{}, fmt.Errorf("attach: %w", err)
		}
		if _, _, err := image.Decode(bufio.NewReader(f)); err != nil {
			return found{}, &akno.Error{Code: akno.BadFile, Op: "attach.Take", Err: err}
		}
	}
	return found{mediaType, cfg.Width, cfg.Height}, nil
}

// maxScans is how many passes over a picture a JPEG may take. A progressive one
// has about ten; thousands of empty ones would keep a decoder busy for hours.
const maxScans = 200

var errShort = errors.New("the file ends too early")

// wholePNG walks the chunks: each has its checksum, the last is IEND.
func wholePNG(r io.Reader) error {
	var sig [8]byte
	if _, err := io.ReadFull(r, sig[:]); err != nil {
		return errShort
	}
	for {
		var head [8]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return errShort
		}
		sum := crc32.NewIEEE()
		_, _ = sum.Write(head[4:]) // a hash takes everything
		n := int64(binary.BigEndian.Uint32(head[:4]))
		if _, err := io.CopyN(sum, r, n); err != nil {
			return errShort
		}
		var crc [4]byte
		if _, err := io.ReadFull(r, crc[:]); err != nil {
			return errShort
		}
		if binary.BigEndian.Uint32(crc[:]) != sum.Sum32() {
			return errors.New("checksum of a chunk")
		}
		if string(head[4:]) == "IEND" {
			return nil
		}
	}
}

// wholeJPEG walks the segments to the end-of-image mark. Cameras put more
// behind it, which does no harm.
func wholeJPEG(r io.Reader) error {
	br := bufio.NewReader(r)
	scans := 0
	if _, err := br.Discard(2); err != nil {
		return errShort
	}
	for {
		mark, err := nextMark(br, scans > 0)
		if err != nil {
			return err
		}
		switch {
		case mark == 0xd9: // end of image
			if scans == 0 {
				return errors.New("no picture before the end")
			}
			return nil
		case mark >= 0xd0 && mark <= 0xd7 || mark == 0x01: // no content
			continue
		case mark == 0xda:
			if scans++; scans > maxScans {
				return errors.New("more scans than any picture has")
			}
		}
		var n [2]byte
		if _, err := io.ReadFull(br, n[:]); err != nil {
			return errShort
		}
		length := int(binary.BigEndian.Uint16(n[:]))
		if length < 2 {
			return errors.New("length of a segment")
		}
		if _, err := br.Discard(length - 2); err != nil {
			return errShort
		}
	}
}

// nextMark finds the next marker; inside a scan it passes over the coded
// picture, where an octet of 0xff is followed by zero.
func nextMark(br *bufio.Reader, inScan bool) (byte, error) {
	for {
		b, err := br.ReadByte()
		if err != nil {
			return 0, errShort
		}
		if b != 0xff {
			if inScan {
				continue
			}
			return 0, errors.New("no marker where one must be")
		}
		for b == 0xff { // fill octets
			if b, err = br.ReadByte(); err != nil {
				return 0, errShort
			}
		}
		if b != 0 {
			return b, nil
		}
		if !inScan {
			return 0, errors.New("no marker where one must be")
		}
	}
}

// Inspect tells the media type of what r holds, size octets, by what is in it,
// and whether it is whole. The codes of its errors are those of Take.
func Inspect(r io.ReadSeeker, size int64) (string, error) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return "", fmt.Errorf("attach: %w", err)
	}
	f, err := inspect(r, size)
	return f.mediaType, err
}
