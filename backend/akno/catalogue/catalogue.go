// Package catalogue is the bundle of administrative procedures that ships with
// the program: procedures with their bodies, documents, fees, terms and levels,
// their forms, and the lists that forms name. It is data of one version with a
// hash. What it says is partly unproven, and each procedure tells which facts
// are: they are never to be shown as law.
package catalogue

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"akno/backend/akno"
	"akno/backend/akno/canon/jcs"
	"akno/backend/akno/form"
	"akno/backend/akno/pack"
	"akno/backend/akno/workdays"
)

//go:embed data/manifest.json data/manifest.sig data/items.jsonl data/publisher.pub
var data embed.FS

// A Catalogue answers about the bundle in force. It may be used by several
// goroutines, and a newer bundle may take the place of the one in force at any
// time: what was handed out stays as it was.
type Catalogue struct{ now atomic.Pointer[loaded] }

// loaded is a bundle that was read; it never changes.
type loaded struct {
	version    string
	hash       string
	disclaimer akno.Text
	procedures []akno.Procedure
	byCode     map[string]int
	byID       map[int]int
	bodies     map[string]akno.Body
	documents  map[string]akno.Document
	bases      []BaseValue
	lists      form.Lists
	forms      map[string][]*entry // by id, oldest version first
	formIDs    []string
	bundle     *pack.Bundle
}

// A BaseValue is the base value (базовая величина) from a day on.
type BaseValue struct {
	From   workdays.Date
	Amount akno.Money
	Act    string
	Proof  akno.Confidence
}

// A Form is a form of the bundle: its schema and the hash that drafts and
// submissions are pinned to.
type Form struct {
	*form.Schema
	Hash string // SHA-256 of the canonical JSON of the definition, 64 hexadecimal digits
	// AcceptUntil is the last day on which drafts pinned to this version may be
	// filed; zero for the version in force.
	AcceptUntil workdays.Date
}

// entry reads and compiles its form when it is first asked for: seventy forms
// would cost every start of the program, and most people fill one.
type entry struct {
	version int
	once    func() (*Form, error)
}

// A Published is a version of a form and the time in which it may be filed.
type Published struct {
	Definition  form.Definition
	AcceptUntil workdays.Date // zero for the version in force
}

// Embedded returns the bundle inside the program, whose signature is still to be
// judged, and the public key of its publisher.
func Embedded() (b *pack.Bundle, publisher []byte, err error) {
	var parts [4][]byte
	for i, name := range []string{"manifest.json", "manifest.sig", "items.jsonl", "publisher.pub"} {
		if parts[i], err = data.ReadFile("data/" + name); err != nil {
			return nil, nil, fmt.Errorf("catalogue: %w", err)
		}
	}
	b, err = pack.Read(parts[0], parts[1], parts[2])
	return b, parts[3], err
}

// Load reads the bundle inside the program without a look at its signature: for
// tools and tests. The programs open it through their own package of packs.
func Load() (*Catalogue, error) {
	b, _, err := Embedded()
	if err != nil {
		return nil, err
	}
	v, err := b.Verify(func(_, _ []byte) error { return nil })
	if err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	return New(v)
}

// New reads a verified bundle. Of older ones it keeps the versions of forms that
// the new one does not have, since drafts and applications are pinned to them.
func New(v pack.Verified, older ...pack.Verified) (*Catalogue, error) {
	c := &loaded{
		byCode: map[string]int{}, byID: map[int]int{}, bodies: map[string]akno.Body{}, lists: form.Lists{},
		documents: map[string]akno.Document{}, forms: map[string][]*entry{}, bundle: v.Bundle, hash: v.Hash(),
	}
	if err := c.fill(v); err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	for _, old := range older {
		if err := c.keep(v, old); err != nil {
			return nil, fmt.Errorf("catalogue: %w", err)
		}
	}
	slices.Sort(c.formIDs)
	return handle(c), nil
}

func handle(c *loaded) *Catalogue {
	h := &Catalogue{}
	h.now.Store(c)
	return h
}

// Adopt puts what other holds in force here.
func (h *Catalogue) Adopt(other *Catalogue) { h.now.Store(other.now.Load()) }

// InForce names what a catalogue held at a moment: two are equal if nothing has
// been put in force between them.
type InForce struct{ at *loaded }

// InForce returns what is in force now.
func (h *Catalogue) InForce() InForce { return InForce{h.now.Load()} }

// keep adds the versions of forms that only an older bundle has. A version that
// both have must be the same: what is published is never changed.
func (c *loaded) keep(v, old pack.Verified) error {
	for _, e := range old.Manifest.Items {
		name, ok := strings.CutPrefix(e.Name, "form/")
		if !ok {
			continue
		}
		octets, _ := old.Octets(e.SHA256)
		if same, ok := v.Item(e.Name); ok {
			if !bytes.Equal(octets, same) {
				return fmt.Errorf("form %s was published and is another now", name)
			}
			continue
		}
		until := e.AcceptUntil
		if until.IsZero() {
			until = v.Manifest.Issued
		}
		if c.has(name) {
			continue // another older bundle had it too
		}
		if err := c.addItem(name, octets, until); err != nil {
			return err
		}
	}
	return nil
}

func (c *loaded) has(name string) bool {
	id, number, _ := strings.Cut(name, "@")
	return slices.ContainsFunc(c.forms[id], func(e *entry) bool { return strconv.Itoa(e.version) == number })
}

func (c *loaded) fill(v pack.Verified) error {
	registry, _ := v.Item("catalogue")
	var raw RawRegistry
	if err := strict(registry, &raw); err != nil {
		return fmt.Errorf("the registry: %w", err)
	}
	c.version, c.disclaimer = raw.Generated, raw.Disclaimer
	for code, name := range raw.Bodies {
		c.bodies[code] = akno.Body{Code: code, Name: name}
	}
	for code, name := range raw.Documents {
		c.documents[code] = akno.Document{Code: code, Name: name}
	}
	for _, b := range raw.BaseValue {
		c.bases = append(c.bases, BaseValue{From: b.From, Amount: b.BYN, Act: b.Act, Proof: b.C})
	}
	slices.SortFunc(c.bases, func(a, b BaseValue) int { return b.From.Compare(a.From) })
	for _, e := range v.Manifest.Items {
		octets, _ := v.Octets(e.SHA256)
		kind, name, _ := strings.Cut(e.Name, "/")
		var err error
		switch kind {
		case "list":
			var list []form.Option
			err = strict(octets, &list)
			c.lists[name] = list
		case "form":
			err = c.addItem(name, octets, e.AcceptUntil)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", e.Name, err)
		}
	}
	slices.Sort(c.formIDs)
	for _, code := range raw.Order {
		octets, ok := v.Item("procedure/" + code)
		if !ok {
			return fmt.Errorf("there is no procedure %s", code)
		}
		if err := c.addProcedure(octets); err != nil {
			return fmt.Errorf("procedure %s: %w", code, err)
		}
	}
	return nil
}

func (c *loaded) addProcedure(octets []byte) error {
	var raw RawProcedure
	if err := strict(octets, &raw); err != nil {
		return err
	}
	p, err := raw.procedure(c)
	if err != nil {
		return err
	}
	if _, twice := c.byCode[p.Code]; twice {
		return fmt.Errorf("it stands twice")
	}
	if _, twice := c.byID[p.ID]; twice {
		return fmt.Errorf("number %d stands twice", p.ID)
	}
	c.byCode[p.Code], c.byID[p.ID] = len(c.procedures), len(c.procedures)
	c.procedures = append(c.procedures, p)
	return nil
}

// addItem adds the form of an item named "F_1_3_4@1", which is read when it is
// first asked for.
func (c *loaded) addItem(name string, octets []byte, until workdays.Date) error {
	id, number, _ := strings.Cut(name, "@")
	version, err := strconv.Atoi(number)
	if err != nil {
		return err
	}
	return c.add(id, version, until, func() (form.Definition, error) {
		def, err := form.ParseDefinition(octets)
		if err == nil && (def.ID != id || def.Version != version) {
			err = fmt.Errorf("form %s calls itself %s@%d", name, def.ID, def.Version)
		}
		return def, err
	})
}

// add adds a version of a form. A version is there once: what is published is
// never changed.
func (c *loaded) add(id string, version int, until workdays.Date, read func() (form.Definition, error)) error {
	i, twice := slices.BinarySearchFunc(c.forms[id], version, func(e *entry, v int) int { return e.version - v })
	if twice || id == "" || version < 1 {
		return fmt.Errorf("form %s has version %d already", id, version)
	}
	e := &entry{version: version, once: sync.OnceValues(func() (*Form, error) {
		def, err := read()
		if err != nil {
			return nil, fmt.Errorf("catalogue: %w", err)
		}
		hash, err := Hash(def)
		if err != nil {
			return nil, err
		}
		s, err := form.Compile(def, c.lists)
		if err != nil {
			return nil, fmt.Errorf("catalogue: %w", err)
		}
		return &Form{Schema: s, Hash: hash, AcceptUntil: until}, nil
	})}
	if len(c.forms[id]) == 0 {
		c.formIDs = append(c.formIDs, id)
	}
	c.forms[id] = slices.Insert(slices.Clone(c.forms[id]), i, e)
	return nil
}

// With returns a catalogue that has the given versions of forms too. A version
// is never replaced: one that is there already is an error.
func (h *Catalogue) With(versions ...Published) (*Catalogue, error) {
	c := h.now.Load()
	out := *c
	out.forms, out.formIDs = maps.Clone(c.forms), slices.Clone(c.formIDs)
	for _, v := range versions {
		err := out.add(v.Definition.ID, v.Definition.Version, v.AcceptUntil, func() (form.Definition, error) { return v.Definition, nil })
		if err != nil {
			return nil, fmt.Errorf("catalogue: %w", err)
		}
	}
	slices.Sort(out.formIDs)
	return handle(&out), nil
}

// Hash returns the SHA-256 of the canonical JSON of a definition, in which every
// number is text, as 64 hexadecimal digits.
func Hash(def form.Definition) (string, error) {
	b, err := json.Marshal(def)
	if err != nil {
		return "", fmt.Errorf("catalogue: %w", err)
	}
	canonical, err := jcs.Canonicalize(b)
	if err != nil {
		return "", fmt.Errorf("catalogue: %w", err)
	}
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:]), nil
}

// Version returns the day on which the bundle was compiled.
func (h *Catalogue) Version() string {
	c := h.now.Load()
	return c.version
}

// Bundle returns what the catalogue was read from.
func (h *Catalogue) Bundle() *pack.Bundle {
	c := h.now.Load()
	return c.bundle
}

// BundleHash returns the SHA-256 of the bundle's manifest, as 64 hexadecimal
// digits.
func (h *Catalogue) BundleHash() string {
	c := h.now.Load()
	return c.hash
}

// Disclaimer returns what must stand wherever values of the catalogue are shown
// as law.
func (h *Catalogue) Disclaimer() akno.Text {
	c := h.now.Load()
	return c.disclaimer
}

// Procedures returns every procedure in the order of the lists.
func (h *Catalogue) Procedures() []akno.Procedure {
	c := h.now.Load()
	return slices.Clone(c.procedures)
}

// Procedure returns the procedure with a code such as "200.1.3.4".
func (h *Catalogue) Procedure(code string) (akno.Procedure, bool) {
	c := h.now.Load()
	i, ok := c.byCode[code]
	if !ok {
		return akno.Procedure{}, false
	}
	return c.procedures[i], true
}

// ProcedureByID returns the procedure with a number of order codes.
func (h *Catalogue) ProcedureByID(id int) (akno.Procedure, bool) {
	c := h.now.Load()
	i, ok := c.byID[id]
	if !ok {
		return akno.Procedure{}, false
	}
	return c.procedures[i], true
}

// Body returns an authorised body.
func (h *Catalogue) Body(code string) (akno.Body, bool) {
	c := h.now.Load()
	b, ok := c.bodies[code]
	return b, ok
}

// Bodies returns every authorised body by code.
func (h *Catalogue) Bodies() []akno.Body {
	c := h.now.Load()
	out := make([]akno.Body, 0, len(c.bodies))
	for _, b := range c.bodies {
		out = append(out, b)
	}
	slices.SortFunc(out, func(a, b akno.Body) int { return strings.Compare(a.Code, b.Code) })
	return out
}

// Document returns a kind of document.
func (h *Catalogue) Document(code string) (akno.Document, bool) {
	c := h.now.Load()
	d, ok := c.documents[code]
	return d, ok
}

// Form returns the newest version of a form, which is the one in force. The
// first call compiles it. The error is an *akno.Error with code NotFound if there
// is no such form.
func (h *Catalogue) Form(id string) (*Form, error) {
	c := h.now.Load()
	list := c.forms[id]
	if len(list) == 0 {
		return nil, &akno.Error{Code: akno.NotFound, Op: "catalogue.Form"}
	}
	return list[len(list)-1].once()
}

// Pinned returns the version of a form that a draft or a submission is pinned
// to, whether it is in force or not. The error has code NotFound for a form that
// is not known and OldForm for a version or a hash that is not.
func (h *Catalogue) Pinned(id string, version int, hash string) (*Form, error) {
	c := h.now.Load()
	if len(c.forms[id]) == 0 {
		return nil, &akno.Error{Code: akno.NotFound, Op: "catalogue.Pinned"}
	}
	for _, e := range c.forms[id] {
		if e.version != version {
			continue
		}
		f, err := e.once()
		if err != nil || f.Hash == hash {
			return f, err
		}
	}
	return nil, &akno.Error{Code: akno.OldForm, Op: "catalogue.Pinned"}
}

// Accepted returns a version of a form if it may be filed on a day: the one in
// force, or an older one whose time is not over. Otherwise the error has code
// OldForm, or NotFound for a form that is not known.
func (h *Catalogue) Accepted(id string, version int, on workdays.Date) (*Form, error) {
	list := h.now.Load().forms[id]
	for i, e := range list {
		if e.version != version {
			continue
		}
		f, err := e.once()
		if err != nil || i == len(list)-1 || !f.AcceptUntil.IsZero() && !on.After(f.AcceptUntil) {
			return f, err
		}
	}
	if len(list) == 0 {
		return nil, &akno.Error{Code: akno.NotFound, Op: "catalogue.Accepted"}
	}
	return nil, &akno.Error{Code: akno.OldForm, Op: "catalogue.Accepted"}
}

// Versions returns the versions of a form that are known, oldest first.
func (h *Catalogue) Versions(id string) []int {
	c := h.now.Load()
	var out []int
	for _, e := range c.forms[id] {
		out = append(out, e.version)
	}
	return out
}

// Migrator returns the way of answers from a version of a form to the one in
// force, through every version between. The error has code OldForm for a version
// that is not known.
func (h *Catalogue) Migrator(id string, from int) (*form.Migrator, error) {
	c := h.now.Load()
	var way []*form.Schema
	for _, e := range c.forms[id] {
		if e.version < from {
			continue
		}
		f, err := e.once()
		if err != nil {
			return nil, err
		}
		way = append(way, f.Schema)
	}
	if len(way) == 0 || way[0].Version() != from {
		return nil, &akno.Error{Code: akno.OldForm, Op: "catalogue.Migrator"}
	}
	return form.NewMigrator(way...)
}

// FormFor returns the form of a procedure.
func (h *Catalogue) FormFor(code string) (*Form, error) {
	p, ok := h.Procedure(code)
	if !ok {
		return nil, &akno.Error{Code: akno.NotFound, Op: "catalogue.FormFor"}
	}
	return h.Form(p.Form)
}

// FormIDs returns the ids of all forms in order.
func (h *Catalogue) FormIDs() []string {
	c := h.now.Load()
	return slices.Clone(c.formIDs)
}

// List returns the options of a list that forms name.
func (h *Catalogue) List(name string) []form.Option {
	c := h.now.Load()
	return slices.Clone(c.lists[name])
}

// Lists returns the names of the lists in order.
func (h *Catalogue) Lists() []string {
	c := h.now.Load()
	return slices.Sorted(maps.Keys(c.lists))
}
