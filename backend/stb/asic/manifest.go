package asic

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// Limits of reading manifests.
const (
	maxManifest   = 1 << 20
	maxManifests  = 16 << 20 // of one container together
	maxDepth      = 16
	maxNodes      = 16 * MaxMembers
	maxAttributes = 16
)

const (
	spaceASiC = "http://uri.etsi.org/02918/v1.2.1#"
	spaceDSig = "http://www.w3.org/2000/09/xmldsig#"

	typeSignature = "application/x-pkcs7-signature"
	typeStamp     = "application/vnd.etsi.timestamp-token"
)

// manifest is what one signature covers (EN 319 162-1, A.4).
type manifest struct {
	// member is the name of the manifest, signature that of its signature.
	member, signature string
	signatureType     string
	objects           []reference
	// critical says that an extension must be understood and is not.
	critical bool
}

// stamped reports whether a proof of time stands in place of the signature.
func (m *manifest) stamped() bool {
	return m.signatureType == typeStamp || strings.HasSuffix(m.signature, ".tst")
}

// reference is a file with its hash value.
type reference struct {
	name, mimeType string
	root           bool
	algorithm      string
	digest         []byte
}

// node is an element of a manifest.
type node struct {
	name     xml.Name
	attrs    map[xml.Name]string
	children []*node
	text     strings.Builder
}

// is reports whether the element has a name and, unless text is allowed, nothing
// but elements in it.
func (n *node) is(space, local string, text bool) bool {
	return n.name.Space == space && n.name.Local == local && (text || strings.TrimSpace(n.text.String()) == "")
}

func (n *node) attr(local string) string { return n.attrs[xml.Name{Local: local}] }

// parseXML reads a document into elements. It takes no declarations of types and
// so no entities, no instructions, no other encoding than UTF-8.
func parseXML(data []byte) (*node, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if len(data) > maxManifest || !utf8.Valid(data) {
		return nil, malformed("manifest is too long or not UTF-8")
	}
	d := xml.NewDecoder(bytes.NewReader(data))
	var root *node
	var stack []*node
	count := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, malformed("manifest: %v", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			n, err := newNode(t)
			if count++; err != nil || count > maxNodes || len(stack) == maxDepth || len(stack) == 0 && root != nil {
				return nil, malformed("manifest is too deep, too long or has doubled attributes")
			}
			if len(stack) == 0 {
				root = n
			} else {
				top := stack[len(stack)-1]
				top.children = append(top.children, n)
			}
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if len(stack) > 0 {
				stack[len(stack)-1].text.Write(t)
			} else if len(bytes.TrimSpace(t)) > 0 {
				return nil, malformed("manifest: text outside")
			}
		case xml.Directive:
			return nil, malformed("manifest declares types")
		case xml.ProcInst:
			if t.Target != "xml" || root != nil {
				return nil, malformed("manifest has instructions")
			}
		}
	}
	if root == nil {
		return nil, malformed("manifest is empty")
	}
	return root, nil
}

func newNode(t xml.StartElement) (*node, error) {
	n := &node{name: t.Name, attrs: map[xml.Name]string{}}
	for _, a := range t.Attr {
		if _, ok := n.attrs[a.Name]; ok || len(n.attrs) == maxAttributes {
			return nil, ErrMalformed
		}
		n.attrs[a.Name] = a.Value
	}
	return n, nil
}

// parseManifest reads an ASiCManifest.
func parseManifest(data []byte) (*manifest, error) {
	root, err := parseXML(data)
	if err != nil {
		return nil, err
	}
	if !root.is(spaceASiC, "ASiCManifest", false) || len(root.children) < 2 || !root.children[0].is(spaceASiC, "SigReference", false) {
		return nil, malformed("manifest: not an ASiCManifest with its parts")
	}
	m := &manifest{}
	sig, rest := root.children[0], root.children[1:]
	if m.signature, err = resolve(sig.attr("URI")); err != nil {
		return nil, err
	}
	m.signatureType = sig.attr("MimeType")
	if last := rest[len(rest)-1]; last.is(spaceASiC, "ASiCManifestExtensions", false) {
		m.critical, rest = last.critical(), rest[:len(rest)-1]
	}
	seen := map[string]bool{}
	rooted := false
	for _, n := range rest {
		r, critical, err := readReference(n)
		if err != nil {
			return nil, err
		}
		if seen[r.name] || rooted && r.root || len(seen) == MaxMembers {
			return nil, malformed("manifest: %q stands twice, or two files are the root", r.name)
		}
		seen[r.name], rooted, m.critical = true, rooted || r.root, m.critical || critical
		m.objects = append(m.objects, r)
	}
	if len(m.objects) == 0 {
		return nil, malformed("manifest: it names no file")
	}
	return m, nil
}

func readReference(n *node) (r reference, critical bool, err error) {
	kids := n.children
	if !n.is(spaceASiC, "DataObjectReference", false) || len(kids) < 2 || len(kids) > 3 ||
		!kids[0].is(spaceDSig, "DigestMethod", false) || !kids[1].is(spaceDSig, "DigestValue", true) || len(kids[1].children) > 0 {
		return r, false, malformed("manifest: reference to a file")
	}
	if len(kids) == 3 {
		if !kids[2].is(spaceASiC, "DataObjectReferenceExtensions", false) {
			return r, false, malformed("manifest: reference to a file")
		}
		critical = kids[2].critical()
	}
	if r.name, err = resolve(n.attr("URI")); err != nil {
		return r, false, err
	}
	r.mimeType, r.algorithm = n.attr("MimeType"), kids[0].attr("Algorithm")
	switch n.attr("Rootfile") {
	case "true", "1":
		r.root = true
	case "", "false", "0":
	default:
		return r, false, malformed("manifest: Rootfile")
	}
	text := strings.Join(strings.Fields(kids[1].text.String()), "")
	if r.digest, err = base64.StdEncoding.Strict().DecodeString(text); err != nil || len(r.digest) == 0 {
		return r, false, malformed("manifest: hash value of %q", r.name)
	}
	return r, critical, nil
}

// critical reports whether one of the extensions must be understood: none is.
func (n *node) critical() bool {
	for _, x := range n.children {
		if c := x.attr("Critical"); c != "" && c != "false" && c != "0" {
			return true
		}
	}
	return false
}

// resolve turns the address of a reference into the name of a member: a relative
// address from the root of the container, percent-encoded (A.4.2, RFC 3986).
func resolve(address string) (string, error) {
	bad := malformed("manifest: %q is no address in the container", address)
	if strings.ContainsAny(address, "?#:") {
		return "", bad
	}
	var out []byte
	for i := 0; i < len(address); i++ {
		c := address[i]
		if c == '%' { // two digits follow
			if i+2 >= len(address) {
				return "", bad
			}
			hi, lo := unhex(address[i+1]), unhex(address[i+2])
			if hi < 0 || lo < 0 {
				return "", bad
			}
			c, i = byte(hi<<4|lo), i+2
		}
		out = append(out, c)
	}
	name := string(out)
	if checkName(name) != "" || strings.HasSuffix(name, "/") {
		return "", bad
	}
	return name, nil
}

func unhex(c byte) int {
	if c >= 'A' && c <= 'F' {
		c += 'a' - 'A'
	}
	return strings.IndexByte("0123456789abcdef", c)
}

// address is the percent-encoded form of a name.
func address(name string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-._~/", c) >= 0:
			b.WriteByte(c)
		default:
			b.Write([]byte{'%', digits[c>>4], digits[c&15]})
		}
	}
	return b.String()
}

// encode writes the manifest.
func (m *manifest) encode() []byte {
	var b bytes.Buffer
	attr := func(name, value string) {
		if value == "" {
			return
		}
		b.WriteString(" " + name + `="`)
		_ = xml.EscapeText(&b, []byte(value)) // a buffer takes everything
		b.WriteByte('"')
	}
	b.WriteString(xml.Header)
	b.WriteString(`<asic:ASiCManifest xmlns:asic="` + spaceASiC + `" xmlns:ds="` + spaceDSig + `">` + "\n")
	b.WriteString("  <asic:SigReference")
	attr("MimeType", m.signatureType)
	attr("URI", address(m.signature))
	b.WriteString("/>\n")
	for _, r := range m.objects {
		b.WriteString("  <asic:DataObjectReference")
		attr("MimeType", r.mimeType)
		if r.root {
			attr("Rootfile", "true")
		}
		attr("URI", address(r.name))
		b.WriteString(">\n    <ds:DigestMethod")
		attr("Algorithm", r.algorithm)
		b.WriteString("/>\n    <ds:DigestValue>" + base64.StdEncoding.EncodeToString(r.digest) + "</ds:DigestValue>\n")
		b.WriteString("  </asic:DataObjectReference>\n")
	}
	b.WriteString("</asic:ASiCManifest>\n")
	return b.Bytes()
}
