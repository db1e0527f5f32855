// Package packs keeps the procedure packs of a profile: those inside the program,
// and newer ones from the portal. A bundle is taken over only if a known
// publisher signed it, if it is newer than the one in use, and if it changes no
// version of a form that was published before. What is refused changes nothing:
// the last good bundle stays in force.
package packs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"akno/backend/akno"
	"akno/backend/akno/catalogue"
	"akno/backend/akno/pack"
	"akno/backend/internal/atomicfile"
	"akno/backend/internal/publisher"
	"akno/backend/portalapi"
	"akno/backend/stb/bign"
)

// Source tells packs; the portal is one.
type Source interface {
	GetPacks(context.Context) (*portalapi.PackManifest, error)
	// PackItem returns an item of at most limit octets.
	PackItem(ctx context.Context, sha256 string, limit int) ([]byte, error)
}

// Store holds the packs of one profile.
type Store struct {
	dir        string
	publishers []*bign.PublicKey
	catalogue  *catalogue.Catalogue
	problem    error

	packsMu sync.Mutex      // guards what follows
	known   []pack.Verified // by serial, the one in force last
}

// Open reads the packs inside the program and those kept in the folder dir, and
// puts the newest in force. Publishers are the program's own and the files *.pub
// of the folders keyDirs. The error is about the packs inside the program, which
// nothing replaces; a kept bundle that does not verify is passed over and told
// by Problem.
func Open(dir string, keyDirs ...string) (*Store, error) {
	inside, pub, err := catalogue.Embedded()
	if err != nil {
		return nil, fmt.Errorf("packs: %w", err)
	}
	own, err := publisher.Parse(pub)
	if err != nil {
		return nil, fmt.Errorf("packs: %w", err)
	}
	embedded, err := inside.Verify(publisher.Judge(own))
	if err != nil {
		return nil, fmt.Errorf("packs: %w", err)
	}
	s := &Store{dir: dir, known: []pack.Verified{embedded}}
	s.publishers, s.problem = publisher.FromDirs(keyDirs...)
	s.publishers = append(s.publishers, own)
	manifests, err := filepath.Glob(filepath.Join(dir, "*"+manifestEnd))
	s.problem = errors.Join(s.problem, err)
	for _, name := range manifests {
		if v, err := s.read(name); err != nil {
			s.problem = errors.Join(s.problem, fmt.Errorf("packs: %s: %w", filepath.Base(name), err))
		} else {
			s.known = append(s.known, v)
		}
	}
	slices.SortStableFunc(s.known, func(a, b pack.Verified) int { return a.Manifest.Serial - b.Manifest.Serial })
	for {
		c, err := s.load(s.known)
		if err == nil {
			s.catalogue = c
			return s, nil
		}
		s.problem = errors.Join(s.problem, err)
		if s.known = s.known[:len(s.known)-1]; len(s.known) == 0 {
			return nil, s.problem
		}
	}
}

// Catalogue returns what the packs in force say. It stays the same object when
// newer packs are taken over.
func (s *Store) Catalogue() *catalogue.Catalogue { return s.catalogue }

// Problem says which kept packs or publishers were passed over, and why.
func (s *Store) Problem() error { return s.problem }

// load reads the last bundle of a list; the others keep their forms.
func (s *Store) load(list []pack.Verified) (*catalogue.Catalogue, error) {
	older := slices.Clone(list[:len(list)-1])
	slices.Reverse(older)
	return catalogue.New(list[len(list)-1], older...)
}

// The files of a kept bundle, under the hash of its manifest.
const (
	manifestEnd  = ".manifest.json"
	signatureEnd = ".manifest.sig"
	itemsEnd     = ".items.jsonl"
)

func (s *Store) read(name string) (pack.Verified, error) {
	base := strings.TrimSuffix(name, manifestEnd)
	manifest, err1 := os.ReadFile(name)
	signature, err2 := os.ReadFile(base + signatureEnd)
	items, err3 := os.ReadFile(base + itemsEnd)
	if err := errors.Join(err1, err2, err3); err != nil {
		return pack.Verified{}, err
	}
	if err := s.judge()(manifest, signature); err != nil {
		return pack.Verified{}, err
	}
	b, err := pack.Read(manifest, signature, items)
	if err != nil {
		return pack.Verified{}, err
	}
	return b.Verify(s.judge())
}

func (s *Store) judge() pack.Judge { return publisher.Judge(s.publishers...) }

// parse judges a manifest before anything in it is believed, and fills in the
// items that are here already.
func (s *Store) parse(manifest, signature []byte) (*pack.Bundle, error) {
	if err := s.judge()(manifest, signature); err != nil {
		return nil, err
	}
	b, err := pack.Parse(manifest, signature)
	if err != nil {
		return nil, err
	}
	for _, old := range s.known {
		b.Take(old.Bundle)
	}
	return b, nil
}

// Update asks src for its packs and takes them over if they are newer: only the
// items that are not here are fetched. It reports whether there is anything new.
// Packs of a publisher that is not known are an error with code BadSignature;
// packs that are not newer are none.
func (s *Store) Update(ctx context.Context, src Source) (bool, error) {
	offered, err := src.GetPacks(ctx)
	if err != nil {
		return false, err
	}
	s.packsMu.Lock()
	defer s.packsMu.Unlock()
	inForce := s.known[len(s.known)-1]
	if string(offered.Manifest) == string(inForce.Raw) {
		return false, nil
	}
	b, err := s.parse(offered.Manifest, offered.Signature)
	if err != nil {
		return false, fmt.Errorf("packs: %w", err)
	}
	if b.Manifest.Serial <= inForce.Manifest.Serial {
		return false, nil // an older portal, or one that was set back: ours stay
	}
	sizes := map[string]int{}
	for _, e := range b.Manifest.Items {
		sizes[e.SHA256] = e.Size
	}
	for _, hash := range b.Missing() {
		octets, err := src.PackItem(ctx, hash, sizes[hash])
		if err == nil {
			err = b.Add(octets)
		}
		if err != nil {
			return false, fmt.Errorf("packs: %w", err)
		}
	}
	v, err := b.Verify(s.judge())
	if err != nil {
		return false, fmt.Errorf("packs: %w", err)
	}
	c, err := s.load(append(slices.Clone(s.known), v))
	if err == nil {
		err = compileAll(c)
	}
	if err != nil {
		return false, &akno.Error{Code: akno.BadFile, Op: "packs.Update", Err: err}
	}
	if err := s.keep(v); err != nil {
		return false, err
	}
	s.known = append(s.known, v)
	s.catalogue.Adopt(c)
	return true, nil
}

// compileAll proves that every form in force can be used before any of them is.
func compileAll(c *catalogue.Catalogue) error {
	for _, id := range c.FormIDs() {
		if _, err := c.Form(id); err != nil {
			return err
		}
	}
	return nil
}

// keep writes the manifest after everything that it names: a bundle is there when
// its manifest is.
func (s *Store) keep(v pack.Verified) error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return fmt.Errorf("packs: %w", err)
	}
	base := filepath.Join(s.dir, v.Hash())
	for _, file := range []struct {
		end    string
		octets []byte
	}{{itemsEnd, v.Lines()}, {signatureEnd, v.Signature}, {manifestEnd, v.Raw}} {
		if err := atomicfile.Write(base+file.end, file.octets, 0o600); err != nil {
			return fmt.Errorf("packs: %w", err)
		}
	}
	return nil
}
