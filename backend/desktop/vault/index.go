package vault

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"akno/backend/akno"
	"akno/backend/internal/atomicfile"
	"akno/backend/internal/clock"
	"akno/backend/internal/ids"
)

const (
	indexName    = "profiles.json"
	profilesName = "profiles"
	maxName      = 60 // letters of a name
	maxProfiles  = 32
)

// An Entry is a profile in the list that anybody at this computer sees. It holds
// the name that the person gave to the profile and nothing else about her.
type Entry struct {
	ID   string `json:"id"`   // "" for the first profile, whose folder is that of all
	Name string `json:"name"` // "" until one is given
}

// An Index is the list of the profiles in one folder.
type Index struct {
	base string

	Current  string  `json:"current"` // the id of the one used last
	Profiles []Entry `json:"profiles"`
}

// ReadIndex reads the list of the folder base. One that is not there or cannot
// be read holds what lies in the folder: a lost list loses names and no profile.
func ReadIndex(base string) *Index {
	x := &Index{base: base}
	data, err := os.ReadFile(filepath.Join(base, indexName))
	if err == nil {
		err = json.Unmarshal(data, x)
	}
	if err != nil {
		x.Current, x.Profiles = "", nil
	}
	if !x.has("") {
		x.Profiles = slices.Insert(x.Profiles, 0, Entry{})
	}
	found, _ := filepath.Glob(filepath.Join(base, profilesName, "*", fileName))
	for _, f := range found {
		if id := filepath.Base(filepath.Dir(f)); !x.has(id) {
			x.Profiles = append(x.Profiles, Entry{ID: id})
		}
	}
	if !x.has(x.Current) {
		x.Current = ""
	}
	return x
}

func (x *Index) has(id string) bool {
	return slices.ContainsFunc(x.Profiles, func(e Entry) bool { return e.ID == id })
}

// Dir is the folder of the profile id.
func (x *Index) Dir(id string) string {
	if id == "" {
		return x.base
	}
	return filepath.Join(x.base, profilesName, id)
}

// Add puts a new profile on the list and makes its folder. The code invalid with
// the field name is for a name that is empty, too long or taken.
func (x *Index) Add(name string, now clock.Clock) (Entry, error) {
	const op = "vault.Add"
	name, err := x.checkName("\x00", name)
	if err != nil {
		return Entry{}, err
	}
	if len(x.Profiles) >= maxProfiles {
		return Entry{}, &akno.Error{Code: akno.TooLarge, Op: op}
	}
	e := Entry{ID: ids.New(now()), Name: name}
	if err := os.MkdirAll(x.Dir(e.ID), 0o700); err != nil {
		return Entry{}, written(op, err)
	}
	x.Profiles = append(x.Profiles, e)
	return e, x.save()
}

// Rename gives the profile id another name.
func (x *Index) Rename(id, name string) error {
	name, err := x.checkName(id, name)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(x.Profiles, func(e Entry) bool { return e.ID == id })
	if i < 0 {
		return &akno.Error{Code: akno.NotFound, Op: "vault.Rename"}
	}
	x.Profiles[i].Name = name
	return x.save()
}

// Use makes the profile id the one that the program begins with.
func (x *Index) Use(id string) error {
	if !x.has(id) {
		return &akno.Error{Code: akno.NotFound, Op: "vault.Use"}
	}
	x.Current = id
	return x.save()
}

func (x *Index) checkName(id, name string) (string, error) {
	name = strings.Join(strings.Fields(name), " ")
	why := ""
	switch {
	case name == "":
		why = "required"
	case utf8.RuneCountInString(name) > maxName:
		why = "max_len"
	case slices.ContainsFunc(x.Profiles, func(e Entry) bool { return e.ID != id && strings.EqualFold(e.Name, name) }):
		why = "exists"
	default:
		return name, nil
	}
	return "", &akno.Error{Code: akno.Invalid, Op: "vault.name", Fields: map[string]string{"name": why}}
}

func (x *Index) save() error {
	data, err := json.MarshalIndent(x, "", "  ")
	if err != nil {
		return written("vault.save", err)
	}
	if err := atomicfile.Write(filepath.Join(x.base, indexName), append(data, '\n'), 0o600); err != nil && !errors.Is(err, fs.ErrExist) {
		return written("vault.save", err)
	}
	return nil
}
