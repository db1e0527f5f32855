// Package attach takes the files that a person adds to an application: it tells
// their type by what is in them, refuses what a body could not open, and stores
// a durable copy. The person's own file is read once and never changed.
package attach

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/desktop/store"
	"akno/backend/internal/clock"
	"akno/backend/internal/ids"
)

// The media types that are recognised.
const (
	PDF    = "application/pdf"
	JPEG   = "image/jpeg"
	PNG    = "image/png"
	PKCS10 = "application/pkcs10"
	Octets = "application/octet-stream"
)

const (
	// MaxBytes is the size in octets over which no file is taken, whatever the
	// field allows: the portal would not.
	MaxBytes = 25 << 20
	// maxPixels is the size over which a picture is not decoded: 64 million
	// pixels are a sheet of A3 at 400 dots an inch.
	maxPixels = 64_000_000
	maxName   = 200 // code points of a file's name
)

// Limits are what a field allows.
type Limits struct {
	Bytes int64    // octets; 0 for MaxBytes
	Types []string // media types; empty for PDF, JPEG and PNG
}

// A Taker takes files into a profile.
type Taker struct {
	Blobs *store.Blobs
	Now   clock.Clock
}

// Take stores a copy of the file at path and describes it. The codes of its
// errors: bad_file for a file that is damaged, empty or no plain file,
// encrypted_file, bad_file_type for one that is whole but not allowed here,
// too_large (octets or pixels), not_found, disk_full.
func (t Taker) Take(path string, l Limits) (form.File, error) {
	// Looked at before it is opened: opening a pipe would wait for a writer.
	st, err := os.Stat(path)
	if err != nil {
		return form.File{}, openError(err)
	}
	if !st.Mode().IsRegular() {
		return form.File{}, refuse(akno.BadFile, "not a plain file")
	}
	if st.Size() > l.bytes() { // said at once, not after copying a film
		return form.File{}, refuse(akno.TooLarge, "")
	}
	f, err := os.Open(path)
	if err != nil {
		return form.File{}, openError(err)
	}
	out, err := t.Read(filepath.Base(path), f, l)
	return out, errors.Join(err, f.Close())
}

// Read is Take for octets that come from r under the name.
func (t Taker) Read(name string, r io.Reader, l Limits) (form.File, error) {
	out := form.File{ID: ids.New(t.Now()), Name: cleanName(name)}
	var err error
	out.SHA256, out.Size, err = t.Blobs.PutIf(r, l.bytes(), func(f io.ReadSeeker, size int64) error {
		found, err := inspect(f, size)
		if err != nil {
			return err
		}
		if !l.allows(found.mediaType) {
			return refuse(akno.BadFileType, found.mediaType)
		}
		out.MIME, out.Width, out.Height = found.mediaType, found.width, found.height
		return nil
	})
	if err != nil {
		return form.File{}, err
	}
	return out, nil
}

func (l Limits) bytes() int64 {
	if l.Bytes <= 0 || l.Bytes > MaxBytes {
		return MaxBytes
	}
	return l.Bytes
}

func (l Limits) allows(mediaType string) bool {
	if len(l.Types) == 0 {
		return mediaType == PDF || mediaType == JPEG || mediaType == PNG
	}
	return slices.Contains(l.Types, mediaType) || mediaType == PKCS10 && slices.Contains(l.Types, Octets)
}

func refuse(code akno.Code, why string) error {
	e := &akno.Error{Code: code, Op: "attach.Take"}
	if why != "" {
		e.Err = errors.New(why)
	}
	return e
}

// openError drops the path from err: it may hold the person's name.
func openError(err error) error {
	code := akno.BadFile
	switch {
	case errors.Is(err, fs.ErrNotExist):
		code = akno.NotFound
	case errors.Is(err, fs.ErrPermission):
		code = akno.Forbidden
	}
	cause := err
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		cause = pe.Err
	}
	if no, ok := errors.AsType[syscall.Errno](cause); ok {
		cause = no
	}
	return &akno.Error{Code: code, Op: "attach.Take", Err: fmt.Errorf("open: %w", cause)}
}

// Name is the name by which a file at path is kept and spoken of.
func Name(path string) string { return cleanName(filepath.Base(path)) }

// cleanName keeps the name a person gave to the file, without a path, without
// marks that turn the direction of writing (which would let "fdp.exe" read as
// "exe.pdf") and not longer than the portal takes.
func cleanName(name string) string {
	name = norm.NFC.String(strings.ToValidUTF8(name, "_"))
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			return -1
		}
		return r
	}, name)
	name = strings.TrimSpace(name)
	if utf8.RuneCountInString(name) > maxName {
		ext := filepath.Ext(name)
		if utf8.RuneCountInString(ext) > 10 {
			ext = ""
		}
		keep := maxName - utf8.RuneCountInString(ext)
		name = strings.TrimSpace(string([]rune(name)[:keep])) + ext
	}
	if name == "" || strings.Trim(name, ".") == "" {
		return "file"
	}
	return name
}
