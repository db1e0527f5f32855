package attach

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strconv"

	"akno/backend/akno"
)

const (
	pdfTail     = 4 << 10 // octets at the end where the last cross-reference is named
	pdfDict     = 8 << 20 // octets after a cross-reference table in which its trailer must begin
	pdfMaxPrevs = 256     // updates of one document
)

var (
	startXref = regexp.MustCompile(`startxref\s+(\d{1,12})\s`)
	prevXref  = regexp.MustCompile(`/Prev\s+(\d{1,12})\b`)
	objHead   = regexp.MustCompile(`^\s*\d{1,10}\s+\d{1,5}\s+obj\b`)
	encrypted = regexp.MustCompile(`/Encrypt[\s<]`)
	rootEntry = regexp.MustCompile(`/Root\s`)
)

// inspectPDF follows the cross-references of a PDF from its end (ISO 32000-1,
// 7.5.5 and 7.5.8): a cut-off file has none, and a document that wants a
// password says so there. Then it counts what the streams unfold to. Nothing
// else of the file is interpreted. shift is where %PDF- stands: offsets count
// from it.
func inspectPDF(f io.ReadSeeker, size, shift int64) error {
	if err := followPDF(f, size, shift); err != nil {
		return err
	}
	data, err := readAt(f, 0, size) // MaxBytes at most
	if err != nil {
		return err
	}
	return inspectStreams(data)
}

func followPDF(f io.ReadSeeker, size, shift int64) error {
	tail, err := readAt(f, max(0, size-pdfTail), pdfTail)
	if err != nil {
		return err
	}
	tail = append(tail, '\n') // a file may end right behind the number
	all := startXref.FindAllSubmatch(tail, -1)
	if len(all) == 0 || !bytes.Contains(tail, []byte("%%EOF")) {
		return refuse(akno.BadFile, "pdf: no end")
	}
	at := all[len(all)-1][1]
	seen := map[string]bool{}
	root := false
	for range pdfMaxPrevs {
		if seen[string(at)] {
			return refuse(akno.BadFile, "pdf: cross-references in a ring")
		}
		seen[string(at)] = true
		dict, err := xrefDict(f, size, shift, string(at))
		if err != nil {
			return err
		}
		if encrypted.Match(dict) {
			return refuse(akno.Encrypted, "")
		}
		root = root || rootEntry.Match(dict)
		prev := prevXref.FindSubmatch(dict)
		if prev == nil {
			if !root {
				return refuse(akno.BadFile, "pdf: no root")
			}
			return nil
		}
		at = prev[1]
	}
	return refuse(akno.BadFile, "pdf: too many cross-references")
}

// xrefDict returns the dictionary of the cross-reference at an offset: the
// trailer of a table or the head of a stream.
func xrefDict(f io.ReadSeeker, size, shift int64, offset string) ([]byte, error) {
	at, err := strconv.ParseInt(offset, 10, 64)
	if err != nil || at <= 0 || at+shift >= size {
		return nil, refuse(akno.BadFile, "pdf: a cross-reference lies outside")
	}
	part, err := readAt(f, at+shift, pdfDict)
	if err != nil {
		return nil, err
	}
	begin, end := 0, []byte("stream")
	if bytes.HasPrefix(bytes.TrimLeft(part, " \r\n\t\x00\f"), []byte("xref")) {
		if begin = bytes.Index(part, []byte("trailer")); begin < 0 {
			return nil, refuse(akno.BadFile, "pdf: no trailer")
		}
		end = []byte("startxref")
	} else if !objHead.Match(part) {
		return nil, refuse(akno.BadFile, "pdf: no cross-reference where one must be")
	}
	part = part[begin:]
	stop := bytes.Index(part, end)
	if stop < 0 || !bytes.Contains(part[:stop], []byte("<<")) {
		return nil, refuse(akno.BadFile, "pdf: a trailer without end")
	}
	return part[:stop], nil
}

func readAt(f io.ReadSeeker, at, n int64) ([]byte, error) {
	if _, err := f.Seek(at, io.SeekStart); err != nil {
		return nil, fmt.Errorf("attach: %w", err)
	}
	b, err := io.ReadAll(io.LimitReader(f, n))
	if err != nil {
		return nil, fmt.Errorf("attach: %w", err)
	}
	return b, nil
}
