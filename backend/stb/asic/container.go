package asic

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// Kind is the form of a container.
type Kind string

// The forms.
const (
	// KindE holds any number of files and signatures.
	KindE Kind = "ASiC-E"
	// KindS holds one file and one signature over it.
	KindS Kind = "ASiC-S"
)

const (
	mimeE, mimeS = "application/vnd.etsi.asic-e+zip", "application/vnd.etsi.asic-s+zip"

	memberType    = "mimetype"
	folderMeta    = "META-INF/"
	simpleCAdES   = folderMeta + "signature.p7s"
	maxSignatures = 64
)

var (
	// ErrXAdES says that a container is signed in XML, which is not read.
	ErrXAdES = errors.New("asic: the container is signed with XAdES, which is not read")
	// ErrFiles says that files cannot be put into a container under their names, or
	// are not what they were said to be.
	ErrFiles = errors.New("asic: the files do not make a container")
)

// File is a data object of a container.
type File struct {
	// Name is its path in the container, with slashes.
	Name string
	// Size is its length in octets.
	Size int64
	// MimeType is its type as it is stated, such as text/plain; may be empty.
	MimeType string
	// Open starts a reading of it.
	Open func() (io.ReadCloser, error)
}

// Container is a container whose structure was checked. Nothing of it has been
// verified.
type Container struct {
	// Kind is its form.
	Kind Kind
	// Notes are remarks for a protocol in English.
	Notes []string

	a         *archive
	byName    map[string]*member
	files     []*member // data objects
	manifests []*manifest
	octets    map[*manifest][]byte
	flaws     map[*manifest]error
	// named are the members that manifests name, with the type they state.
	named map[string]string
	// strays are members of META-INF that look like signatures or manifests and
	// belong to none.
	strays []string
}

// Is reports whether octets are the beginning of a ZIP, as every container is.
func Is(start []byte) bool { return strings.HasPrefix(string(start), "PK\x03\x04") }

// Open reads the structure of a container of size octets. It returns ErrMalformed
// when it is not one that can be read in one way only, ErrXAdES, together with the
// container, when it is signed in XML; other errors are those of src. The container reads from src as long as
// it is used.
func Open(src io.ReaderAt, size int64) (*Container, error) {
	a, err := readArchive(src, size)
	if err != nil {
		return nil, err
	}
	c := &Container{a: a, byName: map[string]*member{}, octets: map[*manifest][]byte{}, flaws: map[*manifest]error{}, named: map[string]string{}}
	xades := false
	var sheets []*member
	for _, m := range a.members {
		c.byName[m.name] = m
		base, meta := strings.CutPrefix(m.name, folderMeta)
		switch {
		case m.folder() || m.name == memberType:
		case !meta && (fold(m.name) == fold(memberType) || strings.HasPrefix(fold(m.name)+"/", fold(folderMeta)+"/")):
			return nil, malformed("%q may be taken for a part of the container", m.name)
		case !meta:
			c.files = append(c.files, m)
		case strings.HasPrefix(base, "ASiCManifest") && strings.HasSuffix(base, ".xml"):
			sheets = append(sheets, m)
		default:
			xades = xades || strings.Contains(base, "signatures") && strings.HasSuffix(base, ".xml")
		}
	}
	if err := c.readKind(len(sheets) > 0); err != nil {
		return nil, err
	}
	if xades {
		return c, ErrXAdES
	}
	if len(sheets) > maxSignatures {
		return nil, malformed("more than %d signatures", maxSignatures)
	}
	left := int64(maxManifests)
	for _, m := range sheets {
		if left -= m.size; left < 0 {
			return nil, malformed("the manifests are too long together")
		}
		if err := c.readManifest(m); err != nil {
			return nil, err
		}
	}
	c.findStrays()
	return c, nil
}

// readKind reads the type of the container (A.1): the first member, not packed and
// without extra fields, so that it stands at a known place. Many programs write it
// elsewhere, packed, or with the end of a line, which is only noted: no signature covers
// it and nothing is found by its place. Where the name of the file says the type it may be
// missing; the contents tell then.
func (c *Container) readKind(manifests bool) error {
	m := c.byName[memberType]
	if m == nil {
		c.Notes = append(c.Notes, "the container does not state its type")
		switch {
		case manifests:
			c.Kind = KindE
		case len(c.files) == 1 && c.byName[simpleCAdES] != nil:
			c.Kind = KindS
		default:
			return malformed("it states no type and has no signature")
		}
		return nil
	}
	if m.at != 0 || m.method != methodStore || !m.bare || m.flags&flagDescriptor != 0 {
		c.Notes = append(c.Notes, "the type does not stand first and plain")
	}
	b, err := c.a.whole(m, 256)
	if err != nil {
		return err
	}
	switch strings.TrimRight(string(b), "\r\n") {
	case mimeE:
		c.Kind = KindE
	case mimeS:
		c.Kind = KindS
	default:
		return malformed("it is of type %q", b)
	}
	return nil
}

// readManifest reads one manifest. A malformed one spoils its signature, not the
// reading of the others.
func (c *Container) readManifest(at *member) error {
	octets, err := c.a.whole(at, maxManifest)
	if err != nil {
		return err
	}
	m, err := parseManifest(octets)
	if err != nil {
		m = &manifest{}
		c.flaws[m] = err
	}
	m.member = at.name
	c.octets[m], c.manifests = octets, append(c.manifests, m)
	for _, r := range m.objects {
		if c.named[r.name] == "" {
			c.named[r.name] = r.mimeType
		}
	}
	return nil
}

// findStrays collects signatures that no manifest is for: nothing says what they
// cover.
func (c *Container) findStrays() {
	known := map[string]bool{}
	for _, m := range c.manifests {
		known[m.member], known[m.signature] = true, true
	}
	for _, m := range c.a.members {
		base, meta := strings.CutPrefix(m.name, folderMeta)
		_, named := c.named[m.name]
		switch {
		case !meta || m.folder() || known[m.name] || named || c.Kind == KindS && m.name == simpleCAdES:
		case strings.HasSuffix(base, ".tst") || strings.HasPrefix(base, "ASiCArchiveManifest") || strings.HasPrefix(base, "ASiCEvidenceRecordManifest"):
			c.Notes = append(c.Notes, fmt.Sprintf("%q is a proof of time and is not evaluated", m.name))
		default:
			c.strays = append(c.strays, m.name)
		}
	}
}

// Files returns the data objects in the order of the container.
func (c *Container) Files() []File {
	var out []File
	for _, m := range c.files {
		out = append(out, File{Name: m.name, Size: m.size, MimeType: c.named[m.name], Open: func() (io.ReadCloser, error) {
			return io.NopCloser(c.a.open(m)), nil
		}})
	}
	return out
}
