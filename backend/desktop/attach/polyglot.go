package attach

import (
	"bytes"
	"encoding/binary"
	"io"

	"akno/backend/akno"
)

const (
	// zipTail is how far from the end of a file a program looks for the end record
	// of a ZIP archive: the record and its longest comment (APPNOTE, 4.3.16).
	zipTail = 22 + 1<<16 - 1
	zipEnd  = "PK\x05\x06"
)

// others are the first octets of formats that a program might see in a file
// which the body opens as a picture or a document. Such a file is one thing to
// the check and another to whoever opens it.
var others = []string{
	"PK\x03\x04", "MZ", "\x7fELF", "Rar!", "7z\xbc\xaf", "GIF8", "\x89PNG", "\xff\xd8\xff",
	"%!PS", "#!", "<html", "<!doctype", "<script", "<svg", "<?xml", "\xd0\xcf\x11\xe0", "\xca\xfe\xba\xbe", "{\\rtf",
}

// looksLike says whether b begins, after blanks, as one of the other formats.
func looksLike(b []byte) bool {
	b = bytes.ToLower(bytes.TrimLeft(b, "\ufeff \t\r\n\x00"))
	for _, magic := range others {
		if bytes.HasPrefix(b, bytes.ToLower([]byte(magic))) {
			return true
		}
	}
	return false
}

// refusePolyglot refuses a file that is of two types at once: a picture with the
// head of a document in it, a document behind the head of a program, anything
// that is also an archive. head are the first octets of f, at is where the head
// of the PDF stands in them or -1.
func refusePolyglot(f io.ReadSeeker, size int64, head []byte, at int) error {
	if at > 0 && looksLike(head[:at]) {
		return refuse(akno.BadFileType, "two types at once: a head before %PDF-")
	}
	tail, err := readAt(f, max(0, size-zipTail), zipTail)
	if err != nil {
		return err
	}
	if isArchive(f, size, tail) {
		return refuse(akno.BadFileType, "two types at once: an archive")
	}
	return nil
}

// isArchive says whether the end of a file is that of a ZIP archive whose list
// of files is really there: the four octets alone may stand in any picture.
func isArchive(f io.ReadSeeker, size int64, tail []byte) bool {
	for i := bytes.LastIndex(tail, []byte(zipEnd)); i >= 0; i = bytes.LastIndex(tail[:i], []byte(zipEnd)) {
		if len(tail)-i < 22 {
			continue
		}
		record := tail[i:]
		length := int64(binary.LittleEndian.Uint32(record[12:]))
		offset := int64(binary.LittleEndian.Uint32(record[16:]))
		end := size - int64(len(tail)) + int64(i)
		// The offset counts from the head of the archive, which need not be the head
		// of the file, so the list is also looked for right before its end record.
		for _, at := range []int64{offset, end - length} {
			if at < 0 || at >= end {
				continue
			}
			if mark, err := readAt(f, at, 4); err == nil && string(mark) == "PK\x01\x02" {
				return true
			}
		}
	}
	return false
}
