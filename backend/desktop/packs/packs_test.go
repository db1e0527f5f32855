package packs

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"akno/backend/akno"
	"akno/backend/akno/catalogue"
	"akno/backend/akno/form"
	"akno/backend/akno/pack"
	"akno/backend/internal/publisher"
	"akno/backend/portalapi"
	"akno/backend/stb/bign"
)

// portal offers a bundle and counts what is fetched of it.
type portal struct {
	bundle  *pack.Bundle
	lie     map[string][]byte // other octets under a hash
	fetched []string
	down    bool
}

var errDown = errors.New("the line is down")

func (p *portal) GetPacks(context.Context) (*portalapi.PackManifest, error) {
	return &portalapi.PackManifest{Manifest: p.bundle.Raw, Signature: p.bundle.Signature}, nil
}

func (p *portal) PackItem(_ context.Context, hash string, _ int) ([]byte, error) {
	if p.down {
		return nil, errDown
	}
	p.fetched = append(p.fetched, hash)
	if octets, ok := p.lie[hash]; ok {
		return octets, nil
	}
	octets, ok := p.bundle.Octets(hash)
	if !ok {
		return nil, &akno.Error{Code: akno.NotFound}
	}
	return octets, nil
}

// world is a profile that trusts a publisher.
type world struct {
	t    *testing.T
	key  *bign.PrivateKey
	dir  string
	keys string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	key, err := bign.GenerateKey(bign.Curve256v1())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, key: key, dir: filepath.Join(t.TempDir(), "packs"), keys: t.TempDir()}
	if err := os.WriteFile(filepath.Join(w.keys, "publisher.pub"), publisher.Marshal(key.PublicKey()), 0o600); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) open() *Store {
	w.t.Helper()
	s, err := Open(w.dir, w.keys)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// next is the bundle inside the program with some items changed (nil takes one
// away), signed by the world's publisher.
func (w *world) next(serial int, change map[string]any) *pack.Bundle {
	w.t.Helper()
	old, _, err := catalogue.Embedded()
	if err != nil {
		w.t.Fatal(err)
	}
	var items []pack.Item
	for _, e := range old.Manifest.Items {
		octets, _ := old.Octets(e.SHA256)
		if _, changed := change[e.Name]; !changed {
			items = append(items, pack.Item{Name: e.Name, Octets: octets, AcceptUntil: e.AcceptUntil})
		}
	}
	for name, v := range change {
		if v == nil {
			continue
		}
		octets, err := pack.Canonical(v)
		if err != nil {
			w.t.Fatal(err)
		}
		items = append(items, pack.Item{Name: name, Octets: octets})
	}
	b, err := pack.Build(old.Manifest.Issued, serial, items)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := publisher.Sign(w.key, b); err != nil {
		w.t.Fatal(err)
	}
	return b
}

const formID = "F_1_3_4"

// second is a second version of a form, without the question about the purpose.
func (w *world) second() form.Definition {
	w.t.Helper()
	old, _, err := catalogue.Embedded()
	if err != nil {
		w.t.Fatal(err)
	}
	octets, _ := old.Item("form/" + formID + "@1")
	def, err := form.ParseDefinition(octets)
	if err != nil {
		w.t.Fatal(err)
	}
	def.Version = 2
	def.Migrate = &form.Migration{From: 1, Drop: []string{"purpose"}}
	for i, sec := range def.Sections {
		for k, f := range sec.Fields {
			if f.ID == "purpose" {
				def.Sections[i].Fields = append(sec.Fields[:k:k], sec.Fields[k+1:]...)
			}
		}
	}
	return def
}

func version(t *testing.T, s *Store) int {
	t.Helper()
	f, err := s.Catalogue().Form(formID)
	if err != nil {
		t.Fatal(err)
	}
	return f.Version()
}

func TestNewerPacksAreTakenOverByDelta(t *testing.T) {
	w := newWorld(t)
	s := w.open()
	before := s.Catalogue()
	pinned, err := before.Form(formID)
	if err != nil {
		t.Fatal(err)
	}
	p := &portal{bundle: w.next(2, map[string]any{"form/" + formID + "@2": w.second(), "form/" + formID + "@1": nil})}
	if fresh, err := s.Update(t.Context(), p); err != nil || !fresh {
		t.Fatalf("%t, %v", fresh, err)
	}
	if len(p.fetched) != 1 {
		t.Errorf("%d items were fetched for one that changed", len(p.fetched))
	}
	for name, store := range map[string]*Store{"at once": s, "after a restart": w.open()} {
		if store.Problem() != nil || version(t, store) != 2 {
			t.Errorf("%s: version %d, %v", name, version(t, store), store.Problem())
		}
		// The version that a draft is pinned to is kept, though the new bundle lacks it.
		old, err := store.Catalogue().Pinned(formID, 1, pinned.Hash)
		if err != nil || old.AcceptUntil.IsZero() {
			t.Errorf("%s: the old version: %v", name, err)
		}
		if g, err := store.Catalogue().Migrator(formID, 1); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got := g.Apply(form.Answers{"purpose": form.Text("x")}, store.known[0].Manifest.Issued); len(got.Orphans) != 1 {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if before.Versions(formID)[1] != 2 {
		t.Error("who holds the catalogue does not see the new packs")
	}
	if fresh, err := s.Update(t.Context(), p); err != nil || fresh {
		t.Errorf("the same packs again: %t, %v", fresh, err)
	}
}

// What cannot be verified changes nothing, now and after a restart.
func TestForeignPacksAreRefusedAndTheOldStay(t *testing.T) {
	w, rogue := newWorld(t), newWorld(t)
	changed := map[string]any{"form/" + formID + "@2": w.second()}
	right := w.next(2, changed)
	item, _ := right.Item("form/" + formID + "@2")
	var hash string
	for _, e := range right.Manifest.Items {
		if e.Name == "form/"+formID+"@2" {
			hash = e.SHA256
		}
	}
	forged := w.next(2, changed)
	forged.Signature = append([]byte{}, forged.Signature...)
	forged.Signature[7] ^= 1
	altered := w.next(2, changed)
	altered.Raw = []byte(strings.Replace(string(altered.Raw), `"serial":2`, `"serial":9`, 1))
	broken := w.second()
	broken.Sections[2].Fields[0].Show = "nothing == 'x'"
	other := w.second()
	other.Version = 1
	for name, c := range map[string]struct {
		portal *portal
		code   akno.Code
	}{
		"another publisher":            {&portal{bundle: rogue.next(2, changed)}, akno.BadSignature},
		"a forged signature":           {&portal{bundle: forged}, akno.BadSignature},
		"another manifest":             {&portal{bundle: altered}, akno.BadSignature},
		"another item":                 {&portal{bundle: right, lie: map[string][]byte{hash: append([]byte(" "), item[1:]...)}}, akno.Internal},
		"a form that does not compile": {&portal{bundle: w.next(2, map[string]any{"form/" + formID + "@2": broken})}, akno.BadFile},
		"a published version changed":  {&portal{bundle: w.next(2, map[string]any{"form/" + formID + "@1": other})}, akno.BadFile},
		"an unknown member":            {&portal{bundle: w.next(2, map[string]any{"procedure/200.1.3.4": map[string]any{"codes": "x"}})}, akno.BadFile},
		"no registry":                  {&portal{bundle: w.next(2, map[string]any{"catalogue": nil})}, akno.BadFile},
	} {
		t.Run(name, func(t *testing.T) {
			s := w.open()
			if fresh, err := s.Update(t.Context(), c.portal); err == nil || fresh || akno.CodeOf(err) != c.code {
				t.Errorf("%t, %v", fresh, err)
			}
			if version(t, s) != 1 || version(t, w.open()) != 1 {
				t.Error("the packs were taken over")
			}
		})
	}
	s := w.open()
	if fresh, err := s.Update(t.Context(), &portal{bundle: w.next(1, changed)}); err != nil || fresh {
		t.Errorf("packs that are not newer: %t, %v", fresh, err)
	}
	if _, err := s.Update(t.Context(), &portal{bundle: right, down: true}); !errors.Is(err, errDown) {
		t.Errorf("a lost line: %v", err)
	}
	if fresh, err := s.Update(t.Context(), &portal{bundle: right}); err != nil || !fresh {
		t.Errorf("after all that: %t, %v", fresh, err)
	}
}

func TestADamagedCopyIsPassedOver(t *testing.T) {
	for _, end := range []string{manifestEnd, signatureEnd, itemsEnd} {
		w := newWorld(t)
		p := &portal{bundle: w.next(2, map[string]any{"form/" + formID + "@2": w.second()})}
		if _, err := w.open().Update(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(w.dir, p.bundle.Hash()+end)
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		raw[len(raw)/2] ^= 1
		if err := os.WriteFile(name, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		s := w.open()
		if s.Problem() == nil || version(t, s) != 1 {
			t.Errorf("%s: version %d, %v", end, version(t, s), s.Problem())
		}
		if fresh, err := s.Update(t.Context(), p); err != nil || !fresh || w.open().Problem() != nil {
			t.Errorf("%s is not healed: %t, %v", end, fresh, err)
		}
	}
}

// A publisher that is no longer trusted takes its packs along.
func TestAPublisherMayBeWithdrawn(t *testing.T) {
	w := newWorld(t)
	if _, err := w.open().Update(t.Context(), &portal{bundle: w.next(2, map[string]any{"form/" + formID + "@2": w.second()})}); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(w.keys, "publisher.pub")); err != nil {
		t.Fatal(err)
	}
	if s := w.open(); version(t, s) != 1 || akno.CodeOf(s.Problem()) != akno.BadSignature {
		t.Errorf("version %d, %v", version(t, s), s.Problem())
	}
	if err := os.WriteFile(filepath.Join(w.keys, "x.pub"), []byte("-----BEGIN X-----"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s := w.open(); s.Problem() == nil || version(t, s) != 1 {
		t.Errorf("a file that is no key: %v", s.Problem())
	}
}
