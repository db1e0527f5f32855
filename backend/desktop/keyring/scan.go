package keyring

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/judge"
	"akno/backend/stb/container"
	"akno/backend/stb/pki"
)

const (
	maxFile  = 64 << 10 // octets; larger files are no keys
	maxDepth = 3        // folders below the one that was named
	maxFiles = 5000
	scanTime = 3 * time.Second
)

// keyFile is a file that holds a private key.
type keyFile struct {
	path, sum string // sum is the SHA-256 of the file in hex
	note      keyNote
	mode      fs.FileMode
	changed   time.Time
	place     Place
}

// certFile is a certificate found.
type certFile struct {
	path      string
	cert      *pki.Certificate
	publicKey string // SHA-256 of x‖y in hex
	place     Place
}

// finds is what one search saw.
type finds struct {
	n      notes
	keys   []keyFile
	certs  []certFile
	broken []Entry
	looked []Looked
	seen   map[string]bool
	count  int
	end    time.Time
}

// List searches the places and pairs keys with certificates: by the public key
// where the key was opened before, otherwise by what lies in the same folder.
func (k *Keyring) List(ctx context.Context) (Listing, error) {
	f, err := k.search(ctx)
	if err != nil {
		return Listing{}, err
	}
	var out Listing
	for _, e := range k.pair(f) {
		if e.State == Usable {
			out.Usable = append(out.Usable, e)
		} else {
			out.Other = append(out.Other, e)
		}
	}
	out.Other = append(out.Other, f.broken...)
	out.Looked = f.looked
	slices.SortStableFunc(out.Usable, func(a, b Entry) int { return b.Certificate.NotAfter.Compare(a.Certificate.NotAfter) })
	return out, nil
}

func (k *Keyring) search(ctx context.Context) (*finds, error) {
	n, err := k.notes(ctx)
	if err != nil {
		return nil, err
	}
	f := &finds{n: n, seen: map[string]bool{}, end: k.now().Add(scanTime)}
	places := append([]string{k.own}, k.extra...)
	for _, p := range append(places, n.Places...) {
		if p == "" {
			continue
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		k.look(ctx, f, p)
	}
	return f, nil
}

// look searches one place, a folder or a file.
func (k *Keyring) look(ctx context.Context, f *finds, root string) {
	info, err := os.Stat(root)
	if err != nil {
		return // a medium that is not here now; it is remembered all the same
	}
	if !info.IsDir() {
		l := Looked{Dir: filepath.Dir(root)}
		k.take(f, &l, root, info)
		f.looked = append(f.looked, l)
		return
	}
	l := Looked{Dir: root}
	_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil || f.count >= maxFiles || k.now().After(f.end):
			return fs.SkipAll
		case err != nil:
			return nil
		case d.IsDir():
			rel, _ := filepath.Rel(root, path)
			if strings.Count(rel, string(filepath.Separator)) >= maxDepth || path != root && strings.HasPrefix(d.Name(), ".") {
				return fs.SkipDir
			}
			return nil
		case !d.Type().IsRegular(): // links are not followed
			return nil
		}
		if info, err := d.Info(); err == nil {
			k.take(f, &l, path, info)
		}
		return nil
	})
	f.looked = append(f.looked, l)
}

// take reads one file and sorts it by its content.
func (k *Keyring) take(f *finds, l *Looked, path string, info fs.FileInfo) {
	if f.seen[path] {
		return
	}
	f.seen[path] = true
	f.count++
	l.Files++
	if info.Size() > maxFile {
		l.Passed = append(l.Passed, Passed{path, string(akno.TooLarge)})
		return
	}
	data, err := os.ReadFile(path)
	if err != nil {
		l.Passed = append(l.Passed, Passed{path, string(akno.BadKeyFile)})
		return
	}
	defer clear(data) // an unencrypted key may be among them
	place := InFolder
	if within(path, k.own) {
		place = InProfile
	}
	kind := container.Inspect(data)
	switch kind.Format {
	case container.FormatContainer:
		sum := hexSum(data)
		f.keys = append(f.keys, keyFile{path, sum, f.n.Keys[sum], info.Mode(), info.ModTime().UTC(), place})
	case container.FormatCertificate:
		cert, err := pki.ParseCertificate(kind.DER)
		if err != nil || cert.PublicKey == nil {
			l.Passed = append(l.Passed, Passed{path, string(akno.BadFile)})
			return
		}
		f.certs = append(f.certs, certFile{path, cert, hexSum(cert.PublicKey.Bytes()), place})
	case container.FormatPKCS12, container.FormatPKCS8:
		f.broken = append(f.broken, Entry{ID: hexSum(data), State: Foreign, KeyPath: path, Place: place, ChangedAt: info.ModTime().UTC()})
	default:
		l.Passed = append(l.Passed, Passed{path, string(akno.BadKeyFile)})
	}
}

// pair makes entries of keys and certificates.
func (k *Keyring) pair(f *finds) []Entry {
	slices.SortStableFunc(f.certs, func(a, b certFile) int { return b.cert.NotAfter.Compare(a.cert.NotAfter) })
	used := map[*pki.Certificate]bool{}
	pairs := map[string]*certFile{} // by the key's sum
	for _, key := range f.keys {    // first what is known
		for i := range f.certs {
			if c := &f.certs[i]; key.note.PublicKey == c.publicKey {
				if pairs[key.sum] == nil {
					pairs[key.sum] = c
				}
				used[c.cert] = true // an older certificate of the same key is not listed apart
			}
		}
	}
	for _, key := range f.keys { // then what lies together
		if key.note.PublicKey != "" || pairs[key.sum] != nil {
			continue
		}
		if c := f.beside(key, used); c != nil {
			pairs[key.sum], used[c.cert] = c, true
		}
	}
	var out []Entry
	listed := map[string]bool{} // copies of one key are one entry
	for _, key := range f.keys {
		if listed[key.sum] {
			continue
		}
		listed[key.sum] = true
		out = append(out, k.entry(f, key, pairs[key.sum]))
	}
	for i := range f.certs {
		if c := &f.certs[i]; !used[c.cert] && !c.cert.IsCA && !hasEntry(out, c.cert) {
			out = append(out, Entry{
				ID: hexSum(c.cert.Raw), State: NoKey, CertPath: c.path, Certificate: c.cert,
				Curve: c.cert.PublicKey.Curve().Name(), Place: c.place,
			})
		}
	}
	return out
}

func hasEntry(list []Entry, c *pki.Certificate) bool {
	return slices.ContainsFunc(list, func(e Entry) bool { return e.Certificate != nil && e.Certificate.Equal(c) })
}

// beside guesses the certificate of a key that was never opened: the one of the
// same name in the same folder, or the only one there.
func (f *finds) beside(key keyFile, used map[*pki.Certificate]bool) *certFile {
	dir, stem := filepath.Dir(key.path), stemOf(key.path)
	var near []*certFile
	for i := range f.certs {
		c := &f.certs[i]
		if used[c.cert] || c.cert.IsCA || filepath.Dir(c.path) != dir {
			continue
		}
		if stemOf(c.path) == stem {
			return c
		}
		near = append(near, c)
	}
	if len(near) == 1 {
		return near[0]
	}
	return nil
}

// entry tells what can be done with key and its certificate c, which may be nil.
func (k *Keyring) entry(f *finds, key keyFile, c *certFile) Entry {
	e := Entry{
		ID: key.sum, KeyPath: key.path, Place: key.place, ChangedAt: key.changed, Curve: key.note.Curve,
		Loose: key.mode.Perm()&0o077 != 0 && !onWindows, Proven: key.note.PublicKey != "",
	}
	if r, asked := f.n.Requests[key.note.PublicKey]; asked {
		e.RequestID = r.ID
	}
	if c == nil {
		e.State = NoCertificate
		if r, asked := f.n.Requests[key.note.PublicKey]; asked {
			switch {
			case r.Rejected:
				e.State = Rejected
			case r.ID != "":
				e.State = RequestSent
			default:
				e.State = KeyCreated
			}
		}
		return e
	}
	e.ID, e.CertPath, e.Certificate = hexSum(c.cert.Raw), c.path, c.cert
	e.Curve = c.cert.PublicKey.Curve().Name()
	e.State = Usable
	result, err := judge.Certificate(k.trust.Verifier(), c.cert, pki.PurposeSign, k.now())
	e.ListDate = result.RevocationAsOf
	switch akno.CodeOf(err) {
	case akno.CertExpired:
		e.State = Expired
	case akno.CertNotYet:
		e.State = NotYet
	case akno.CertRevoked:
		e.State = Revoked
	case akno.CertSuspended:
		e.State = Suspended
	case akno.CertUsage:
		e.State = WrongUse
	case akno.CertUntrusted:
		e.State = Untrusted
	case akno.NoRevocation:
		e.Unchecked = true
	}
	return e
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func stemOf(path string) string {
	base := filepath.Base(path)
	return strings.TrimSuffix(base, filepath.Ext(base))
}

func within(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}
