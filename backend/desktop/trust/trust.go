// Package trust keeps what signatures are judged by: anchors, which come with
// the program or from its administrator and never from the network;
// intermediate certificates and revocation lists, which are signed and may
// come from anywhere. Nothing in it can stop the program from starting: a
// damaged file is named and passed over, and the last good copy stays.
package trust

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"akno/backend/internal/atomicfile"
	"akno/backend/internal/clock"
	"akno/backend/portalapi"
	"akno/backend/stb/pki"
)

// Source tells intermediate certificates and lists; the portal is one.
type Source interface {
	GetTrust(context.Context) (*portalapi.TrustData, error)
}

// List is a revocation list with the time it was fetched.
type List struct {
	*pki.RevocationList
	Fetched time.Time
}

// Problem says why a file was passed over.
type Problem struct {
	File string
	Err  error
}

// Store holds the trust data of one profile.
type Store struct {
	dir string
	now clock.Clock

	dataMu        sync.RWMutex
	anchors       []*pki.Certificate
	intermediates []*pki.Certificate
	lists         []List
	problems      []Problem
}

// Open reads the anchors (files *.cer) of the folders anchorDirs and the cache
// in dir, which it makes when it is not there.
func Open(dir string, anchorDirs []string, now clock.Clock) (*Store, error) {
	s := &Store{dir: dir, now: now}
	for _, sub := range []string{s.certDir(), s.listDir()} {
		if err := os.MkdirAll(sub, 0o700); err != nil {
			return nil, fmt.Errorf("trust: %w", err)
		}
	}
	for _, d := range anchorDirs {
		s.readDir(d, ".cer", func(data []byte, _ time.Time) error { return s.addAnchor(data) })
	}
	s.readDir(s.certDir(), ".cer", func(data []byte, _ time.Time) error { return s.addIntermediate(data) })
	s.readDir(s.listDir(), ".crl", s.addList)
	return s, nil
}

func (s *Store) certDir() string { return filepath.Join(s.dir, "intermediates") }
func (s *Store) listDir() string { return filepath.Join(s.dir, "lists") }

// readDir gives each file of dir that ends in ext to add.
func (s *Store) readDir(dir, ext string, add func(data []byte, changed time.Time) error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		s.problems = append(s.problems, Problem{dir, err})
		return
	}
	for _, f := range files {
		if f.IsDir() || !strings.EqualFold(filepath.Ext(f.Name()), ext) {
			continue
		}
		path := filepath.Join(dir, f.Name())
		info, err := f.Info()
		if err == nil && info.Size() > pki.MaxRevocationListSize {
			err = errors.New("too large")
		}
		var data []byte
		if err == nil {
			data, err = os.ReadFile(path)
		}
		if err == nil {
			err = add(data, info.ModTime().UTC())
		}
		if err != nil {
			s.problems = append(s.problems, Problem{path, err})
		}
	}
}

func (s *Store) addAnchor(data []byte) error {
	c, err := pki.ParseCertificate(data)
	if err != nil {
		return err
	}
	if err := c.CheckSignatureFrom(c); err != nil {
		return fmt.Errorf("trust: an anchor has to be signed by itself: %w", err)
	}
	if !slices.ContainsFunc(s.anchors, c.Equal) {
		s.anchors = append(s.anchors, c)
	}
	return nil
}

// addIntermediate takes a certificate of an authority that one of the known
// authorities signed.
func (s *Store) addIntermediate(data []byte) error {
	c, err := pki.ParseCertificate(data)
	if err != nil {
		return err
	}
	if !c.IsCA {
		return errors.New("trust: not a certificate of an authority")
	}
	if slices.ContainsFunc(s.anchors, c.Equal) || slices.ContainsFunc(s.intermediates, c.Equal) {
		return nil
	}
	if s.authority(func(a *pki.Certificate) error { return c.CheckSignatureFrom(a) }) == nil {
		return errors.New("trust: no known authority signed it")
	}
	s.intermediates = append(s.intermediates, c)
	return nil
}

// addList takes a list that a known authority signed, and keeps the newest of
// each authority.
func (s *Store) addList(data []byte, fetched time.Time) error {
	l, err := pki.ParseRevocationList(data)
	if err != nil {
		return err
	}
	issuer := s.authority(l.CheckSignatureFrom)
	if issuer == nil {
		return errors.New("trust: no known authority signed the list")
	}
	i := slices.IndexFunc(s.lists, func(have List) bool { return have.CheckSignatureFrom(issuer) == nil })
	switch {
	case i < 0:
		s.lists = append(s.lists, List{l, fetched})
	case s.lists[i].ThisUpdate.Before(l.ThisUpdate):
		s.lists[i] = List{l, fetched}
	case l.ThisUpdate.Equal(s.lists[i].ThisUpdate) && fetched.After(s.lists[i].Fetched):
		s.lists[i].Fetched = fetched
	case l.ThisUpdate.Before(s.lists[i].ThisUpdate):
		return errors.New("trust: older than the list already here")
	}
	return nil
}

// authority returns the first known authority that check accepts, or nil.
func (s *Store) authority(check func(*pki.Certificate) error) *pki.Certificate {
	for _, group := range [][]*pki.Certificate{s.anchors, s.intermediates} {
		for _, a := range group {
			if check(a) == nil {
				return a
			}
		}
	}
	return nil
}

// Refresh takes what src has. What does not verify is refused, and what is here
// stays; the answer says whether anything of it was taken or was here already.
func (s *Store) Refresh(ctx context.Context, src Source) error {
	data, err := src.GetTrust(ctx)
	if err != nil {
		return err
	}
	var refused error
	for _, der := range data.Intermediates {
		refused = errors.Join(refused, s.Add(der))
	}
	for _, der := range data.Lists {
		refused = errors.Join(refused, s.Add(der))
	}
	return refused
}

// Add takes one certificate of an authority or one list, from the network or
// from a file, and keeps it on disk.
func (s *Store) Add(der []byte) error {
	s.dataMu.Lock()
	defer s.dataMu.Unlock()
	sum := sha256.Sum256(der)
	name := hex.EncodeToString(sum[:16])
	if _, err := pki.ParseRevocationList(der); err == nil {
		if err := s.addList(der, s.now()); err != nil {
			return err
		}
		return s.keepList(name, der)
	}
	if err := s.addIntermediate(der); err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(s.certDir(), name+".cer"), der, 0o600)
}

// keepList writes the new list before it removes the ones that it replaces.
func (s *Store) keepList(name string, der []byte) error {
	if err := atomicfile.Write(filepath.Join(s.listDir(), name+".crl"), der, 0o600); err != nil {
		return err
	}
	keep := map[string]bool{}
	for _, l := range s.lists {
		sum := sha256.Sum256(l.Raw)
		keep[hex.EncodeToString(sum[:16])+".crl"] = true
	}
	files, err := os.ReadDir(s.listDir())
	if err != nil {
		return fmt.Errorf("trust: %w", err)
	}
	for _, f := range files {
		if strings.HasSuffix(f.Name(), ".crl") && !keep[f.Name()] {
			if err := os.Remove(filepath.Join(s.listDir(), f.Name())); err != nil {
				return fmt.Errorf("trust: %w", err)
			}
		}
	}
	return nil
}

// Snapshot is the trust data at one moment.
type Snapshot struct {
	Anchors, Intermediates []*pki.Certificate
	Lists                  []List
	Problems               []Problem
}

// Snapshot returns copies of the lists of what is held.
func (s *Store) Snapshot() Snapshot {
	s.dataMu.RLock()
	defer s.dataMu.RUnlock()
	return Snapshot{
		Anchors: slices.Clone(s.anchors), Intermediates: slices.Clone(s.intermediates),
		Lists: slices.Clone(s.lists), Problems: slices.Clone(s.problems),
	}
}

// Verifier judges certificates by what is held now.
func (s *Store) Verifier() *pki.Verifier {
	s.dataMu.RLock()
	defer s.dataMu.RUnlock()
	v := &pki.Verifier{
		Anchors:           slices.Clone(s.anchors),
		Intermediates:     slices.Clone(s.intermediates),
		RequireRevocation: true,
	}
	for _, l := range s.lists {
		v.CRLs = append(v.CRLs, l.RevocationList)
	}
	return v
}
