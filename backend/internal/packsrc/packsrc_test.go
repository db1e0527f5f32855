package packsrc

import (
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	"akno/backend/akno/catalogue"
	"akno/backend/akno/pack"
	"akno/backend/internal/publisher"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

var sources = os.DirFS("../../../packs")

func TestTheBundleIsBuiltFromTheSources(t *testing.T) {
	set, err := Read(sources)
	if err != nil {
		t.Fatal(err)
	}
	items, err := set.Items()
	if err != nil {
		t.Fatal(err)
	}
	embedded, key, err := catalogue.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	built, err := pack.Build(set.Issued(), embedded.Manifest.Serial, items)
	if err != nil {
		t.Fatal(err)
	}
	if built.Hash() != embedded.Hash() {
		t.Errorf("the bundle in the program is of other sources: aknoctl form build packs --out backend/akno/catalogue/data")
	}
	known, err := publisher.Parse(key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := embedded.Verify(publisher.Judge(known)); err != nil {
		t.Errorf("the bundle in the program is not its publisher's: %v", err)
	}
}

func TestEveryFormHasTestCasesThatHold(t *testing.T) {
	set, err := Read(sources)
	if err != nil {
		t.Fatal(err)
	}
	own, cases := 0, 0
	for _, c := range set.Check() {
		for _, p := range c.Problems {
			t.Errorf("%s: %s: %s", c.File, c.Definition.ID, p)
		}
		if strings.HasPrefix(c.Definition.ID, "F_") {
			own++
			if cases += len(c.Tests); len(c.Tests) < 3 {
				t.Errorf("%s has %d test cases", c.Definition.ID, len(c.Tests))
			}
		}
	}
	if own != 27 || len(set.procedures) != 70 || cases < 100 {
		t.Errorf("%d forms, %d procedures, %d cases", own, len(set.procedures), cases)
	}
}

// schemas compiles the meta-schemas by the folder whose sources they describe.
func schemas(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	out := map[string]*jsonschema.Schema{}
	files, err := fs.Glob(sources, "schema/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		raw, err := fs.ReadFile(sources, name)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(raw)))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.AddResource("https://akno.invalid/packs/"+path.Base(name), doc); err != nil {
			t.Fatal(err)
		}
	}
	for dir, name := range map[string]string{proceduresDir: "pack", formsDir: "form", blocksDir: "block", listsDir: "list", ".": "catalogue"} {
		if out[dir], err = c.Compile("https://akno.invalid/packs/" + name + ".json"); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// asJSON reads a source as the schemas see it.
func asJSON(t *testing.T, raw []byte) any {
	t.Helper()
	tree, err := parseTree(raw)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTheMetaSchemaDescribesEverySource(t *testing.T) {
	all, seen := schemas(t), 0
	err := fs.WalkDir(sources, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".yaml") {
			return err
		}
		raw, err := fs.ReadFile(sources, name)
		if err != nil {
			return err
		}
		seen++
		if err := all[path.Dir(name)].Validate(asJSON(t, raw)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		first, _, _ := strings.Cut(string(raw), "\n")
		schema := strings.TrimPrefix(first, "# yaml-language-server: $schema=")
		if _, err := fs.Stat(sources, path.Join(path.Dir(name), schema)); err != nil || schema == first {
			t.Errorf("%s names no schema for editors: %v", name, err)
		}
		return nil
	})
	if err != nil || seen < 80 {
		t.Errorf("%d sources, %v", seen, err)
	}
}

// A slip in a source is found by the schema, in the editor, and by the compiler.
func TestSlipsInASourceAreFoundTwice(t *testing.T) {
	all := schemas(t)
	const file = proceduresDir + "/200.1.3.4.yaml"
	right, err := fs.ReadFile(sources, file)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		from, to string
		schema   bool // the meta-schema finds it too
	}{
		"a member that is not known":     {"body: housing_org", "body: housing_org\nbodi: x", true},
		"a level that is not known":      {"loa: non_strict", "loa: strictest", true},
		"a fact without its foundation":  {"  term: S\n", "", true},
		"a foundation that is not known": {"  term: S\n", "  term: X\n", true},
		"a fee in another currency":      {"fee: {kind: free}", "fee: {kind: base_value, amount: 1 BYN}", true},
		"a type that is not known":       {"id: copies, type: number", "id: copies, type: integer", true},
		"a pattern without anchors":      {"max_len: 200", `max_len: 200, pattern: "[a-z]"`, true},
		"a letter that is not there":     {"Колькасць", "Количество", true},
		"a body that is not there":       {"body: housing_org", "body: nobody", false},
		"a rule of another type":         {"required: true, min: 1", "required: true, show: copies2 == 1, min: 1", false},
		"an include that is not there":   {"include: delivery", "include: deliveries", false},
		"a test that fails":              {"truth must_be", "truth required", false},
		"another file's code":            {`code: "200.1.3.4"`, `code: "200.1.3.5"`, false},
		"a missing translation":          {`be: "Колькасць экземпляраў", `, "", false},
		"a day that is not there":        {`valid_from: "2026-11-21"`, `valid_from: "2026-02-30"`, false},
		"a bundle of the future":         {`valid_from: "2026-11-21"`, `valid_from: "2027-01-01"`, false},
	} {
		wrong := strings.Replace(string(right), c.from, c.to, 1)
		if wrong == string(right) {
			t.Errorf("%s: nothing was changed", name)
			continue
		}
		if err := all[proceduresDir].Validate(asJSON(t, []byte(wrong))); (err != nil) != c.schema {
			t.Errorf("%s: the schema says %v", name, err)
		}
		if err := compileWith(t, file, wrong); err == nil {
			t.Errorf("%s: the compiler says nothing", name)
		}
	}
	if err := compileWith(t, file, string(right)); err != nil {
		t.Errorf("the source as it is: %v", err)
	}
}

// compileWith compiles the sources with one of them changed, into a catalogue.
func compileWith(t *testing.T, file, text string) error {
	t.Helper()
	tree := fstest.MapFS{}
	err := fs.WalkDir(sources, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			raw, readErr := fs.ReadFile(sources, name)
			tree[name], err = &fstest.MapFile{Data: raw}, readErr
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	tree[file] = &fstest.MapFile{Data: []byte(text)}
	set, err := Read(tree)
	if err != nil {
		return err
	}
	items, err := set.Items()
	if err != nil {
		return err
	}
	b, err := pack.Build(set.Issued(), 1, items)
	if err != nil {
		return err
	}
	v, err := b.Verify(func(_, _ []byte) error { return nil })
	if err == nil {
		_, err = catalogue.New(v)
	}
	return err
}
