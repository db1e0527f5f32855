package parcel

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/desktop/draft"
	"akno/backend/stb/belt"
	"akno/backend/stb/bign"
)

// setForm gives the only draft another form.
func (o *Outgoing) setForm(t *testing.T, def form.Definition, hash string) {
	t.Helper()
	text, err := json.Marshal(def)
	if err != nil {
		t.Fatal(err)
	}
	d := &o.manifest.Drafts[0]
	d.FormID, d.FormVersion, d.FormHash = def.ID, def.Version, hash
	o.forms, o.manifest.Forms = [][]byte{text}, []formEntry{{hash, len(text)}}
}

// packed is a parcel before it is written, with a password.
func (c *computer) packed() *Outgoing {
	c.t.Helper()
	out, err := Pack(c.t.Context(), c.Service, c.db.Blobs(), nil, c.now)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(out.Close)
	out.rounds = leastIterations
	if err := out.ForPassword(c.t.Context(), []byte(password)); err != nil {
		c.t.Fatal(err)
	}
	return out
}

// forged seals what an enemy who knows the password would.
func (c *computer) forged(out *Outgoing, contents ...[]byte) string {
	c.t.Helper()
	octets, err := out.head.encode()
	if err != nil {
		c.t.Fatal(err)
	}
	s, err := newSealing(out.key.Octets(), sha256.Sum256(octets))
	if err != nil {
		c.t.Fatal(err)
	}
	file := bytes.NewBuffer(octets)
	w := s.writer(file)
	if _, err := w.Write(bytes.Join(contents, nil)); err != nil {
		c.t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		c.t.Fatal(err)
	}
	return c.file(file.Bytes())
}

func (c *computer) file(octets []byte) string {
	c.t.Helper()
	path := filepath.Join(c.t.TempDir(), "x"+Extension)
	if err := os.WriteFile(path, octets, 0o600); err != nil {
		c.t.Fatal(err)
	}
	return path
}

func (c *computer) refuses(name, path string, want akno.Code) {
	c.t.Helper()
	in, err := Open(c.t.Context(), path, Password([]byte(password)))
	if err == nil {
		_ = in.Close()
	}
	if akno.CodeOf(err) != want {
		c.t.Errorf("%s: got %v, want %s", name, err, want)
	}
}

func TestADamagedParcelIsRefused(t *testing.T) {
	home := newComputer(t, "anna")
	for _, text := range []string{"раз", "два", "три"} {
		home.write(text)
	}
	// Incompressible, so that there are several chunks.
	whole, err := os.ReadFile(home.parcel())
	if err != nil {
		t.Fatal(err)
	}
	start := len(magic) + 4 + int(binary.LittleEndian.Uint32(whole[len(magic):]))
	if len(whole) < start+belt.MACSize+16 {
		t.Fatal("too short to be cut")
	}
	flip := func(at int) []byte {
		out := bytes.Clone(whole)
		out[at] ^= 1
		return out
	}
	for name, octets := range map[string][]byte{
		"nothing":                    nil,
		"another magic":              flip(0),
		"the tail is cut off":        whole[:len(whole)-1],
		"only the head":              whole[:start],
		"half a head":                whole[:start-3],
		"an octet of contents":       flip(start + 5),
		"an octet of a tag":          flip(len(whole) - 1),
		"something is put after it":  append(bytes.Clone(whole), 0),
		"a chunk is put after it":    append(bytes.Clone(whole), whole[start:]...),
		"the time in the head":       bytes.Replace(whole, []byte(`"made":1`), []byte(`"made":2`), 1),
		"a member twice":             spelt(whole, start, `"version":1`, `"version":1,"version":1`),
		"a member that is not known": spelt(whole, start, `"version":1`, `"version":1,"x":1`),
		"a space":                    spelt(whole, start, `"version":1`, `"version": 1`),
		"few iterations":             spelt(whole, start, `"iterations":100000`, `"iterations":99999`),
		"iterations without end":     spelt(whole, start, `"iterations":100000`, `"iterations":900000000`),
		"a way nobody knows":         spelt(whole, start, `"way":"password"`, `"way":"nothing"`),
		"no way":                     spelt(whole, start, `"wraps":[{`, `"wraps":[],"old":[{`),
	} {
		home.refuses(name, home.file(octets), akno.BadFile)
	}
	home.refuses("a newer program's", home.file(spelt(whole, start, `"version":1`, `"version":2,"news":[]`)), akno.WrongState)
	if _, err := Open(t.Context(), home.file(whole), Password([]byte("другой пароль 1"))); akno.CodeOf(err) != akno.BadPassword {
		t.Errorf("another password: %v", err)
	}
	if _, err := Open(t.Context(), home.dir, Password([]byte(password))); akno.CodeOf(err) != akno.BadFile {
		t.Errorf("a folder: %v", err)
	}
}

// spelt is the parcel with its head spelt otherwise.
func spelt(whole []byte, start int, old, fresh string) []byte {
	text := strings.Replace(string(whole[len(magic)+4:start]), old, fresh, 1)
	out := binary.LittleEndian.AppendUint32([]byte(magic), uint32(len(text)))
	return append(append(out, text...), whole[start:]...)
}

func TestChunksStayInTheirPlaces(t *testing.T) {
	var bound [32]byte
	key := make([]byte, keySize)
	s, err := newSealing(key, bound)
	if err != nil {
		t.Fatal(err)
	}
	plain := bytes.Repeat([]byte("0123456789abcdef"), 3*chunkSize/16)
	var file bytes.Buffer
	w := s.writer(&file)
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	whole := file.Bytes()
	a, b, c := whole[:chunkFull], whole[chunkFull:2*chunkFull], whole[2*chunkFull:]
	read := func(octets []byte) ([]byte, error) {
		var out bytes.Buffer
		_, err := out.ReadFrom(s.reader(bytes.NewReader(octets)))
		return out.Bytes(), err
	}
	if got, err := read(whole); err != nil || !bytes.Equal(got, plain) {
		t.Fatalf("%d octets, %v", len(got), err)
	}
	for name, parts := range map[string][][]byte{
		"two are exchanged":   {b, a, c},
		"one is left out":     {a, c},
		"one comes twice":     {a, a, b, c},
		"the last is dropped": {a, b},
		"the first is alone":  {a},
		"the last is alone":   {c},
		"half of one":         {a, b[:100]},
		"an empty end":        {a, b, c, s.aead.Seal(nil, synchro(3, true), nil, bound[:])},
	} {
		if _, err := read(bytes.Join(parts, nil)); akno.CodeOf(err) != akno.BadFile {
			t.Errorf("%s: %v", name, err)
		}
	}
	other, err := newSealing(key, [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.reader(bytes.NewReader(whole)).Read(make([]byte, 1)); akno.CodeOf(err) != akno.BadFile {
		t.Errorf("under another head: %v", err)
	}
}

func TestAManifestOfAnEnemyIsRefused(t *testing.T) {
	home := newComputer(t, "anna")
	home.write("честно")
	for name, spoil := range map[string]func(m *manifest){
		"no drafts":                      func(m *manifest) { m.Drafts = []draft.Packed{} },
		"a draft twice":                  func(m *manifest) { m.Drafts = append(m.Drafts, m.Drafts[0]) },
		"a file twice":                   func(m *manifest) { m.Files = append(m.Files, m.Files[0]) },
		"a form twice":                   func(m *manifest) { m.Forms = append(m.Forms, m.Forms[0]) },
		"a file too large":               func(m *manifest) { m.Files[0].Size = maxFile + 1 },
		"a file of less than nothing":    func(m *manifest) { m.Files[0].Size = -1 },
		"a hash that is a path":          func(m *manifest) { m.Files[0].SHA256 = "../../../etc/passwd" },
		"a file of two sizes":            func(m *manifest) { m.Files[0].Size++ },
		"a file that did not come along": func(m *manifest) { m.Files = []fileEntry{} },
		"a form that did not come along": func(m *manifest) { m.Forms = []formEntry{} },
		"an id that is a path":           func(m *manifest) { m.Drafts[0].ID = "../../profile" },
		"no revisions":                   func(m *manifest) { m.Drafts[0].Revisions = []draft.PackedRevision{} },
		"a node that is not there":       func(m *manifest) { m.Drafts[0].Node = 99 },
		"a revision of the future":       func(m *manifest) { m.Drafts[0].Revisions[0].Parent = 7 },
		"a change that is none":          func(m *manifest) { m.Drafts[0].Revisions[0].Change = "{" },
		"a kind nobody knows":            func(m *manifest) { m.Drafts[0].Revisions[0].Kind = "execute" },
		"an order that is none":          func(m *manifest) { m.Drafts[0].Order = &draft.PackedOrder{Code: "1", Body: "{}", Request: "{}"} },
		"a file whose name is a path": func(m *manifest) {
			f, _ := form.FileOf(m.Drafts[0].Answers["rep_file"])
			f.Name = `..\..\autostart.exe`
			m.Drafts[0].Answers["rep_file"] = f.Value()
		},
		"a name that turns the writing": func(m *manifest) {
			f, _ := form.FileOf(m.Drafts[0].Answers["rep_file"])
			f.Name = "x\u202efdp.exe"
			m.Drafts[0].Answers["rep_file"] = f.Value()
		},
	} {
		out := home.packed()
		spoil(&out.manifest)
		text, err := json.Marshal(out.manifest)
		if err != nil {
			t.Fatal(err)
		}
		home.refuses(name, home.forged(out, length(text), text, length(nil)), akno.BadFile)
	}
}

func TestContentsOfAnEnemyAreRefused(t *testing.T) {
	home := newComputer(t, "anna")
	home.write("честно")
	out := home.packed()
	text, err := out.manifest.encode()
	if err != nil {
		t.Fatal(err)
	}
	octets, err := home.db.Blobs().Read(out.manifest.Files[0].SHA256)
	if err != nil {
		t.Fatal(err)
	}
	other := bytes.Clone(octets)
	other[len(other)/2] ^= 1
	start := bytes.Join([][]byte{length(text), text, length(nil)}, nil)
	home.receive(home.forged(out, start, out.forms[0], octets)) // as it must be
	for name, contents := range map[string][][]byte{
		"a file that is another one":    {start, out.forms[0], other},
		"a file that ends too early":    {start, out.forms[0], octets[:len(octets)-1]},
		"something after the last file": {start, out.forms[0], octets, []byte("x")},
		"a form that is another one":    {start, bytes.Replace(out.forms[0], []byte("1"), []byte("2"), 1), octets},
		"no files":                      {start, out.forms[0]},
		"nothing":                       nil,
		"a manifest longer than it is":  {{255, 255, 255, 3}, text},
		"a manifest without end":        {{255, 255, 255, 255}, text},
		"a signature without end":       {length(text), text, {255, 255, 255, 255}},
		"a manifest spelt otherwise":    {length(append([]byte(" "), text...)), append([]byte(" "), text...), length(nil), out.forms[0], octets},
		"a manifest that is not JSON":   {length(text[1:]), text[1:], length(nil)},
	} {
		home.refuses(name, home.forged(out, contents...), akno.BadFile)
	}
}

func TestAShortPasswordIsRefused(t *testing.T) {
	home := newComputer(t, "anna")
	home.write("x")
	out, err := Pack(t.Context(), home.Service, home.db.Blobs(), nil, home.now)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if err := out.WriteTo(t.Context(), &bytes.Buffer{}, nil); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("a parcel that nobody can open was written: %v", err)
	}
	if err := out.ForPassword(t.Context(), []byte("пароль")); akno.CodeOf(err) != akno.Invalid {
		t.Errorf("got %v", err)
	}
}

func TestAParcelForAKeyOpensByThatKeyOnly(t *testing.T) {
	home := newComputer(t, "anna")
	id := home.write("для ключа")
	mine, other := newKey(t), newKey(t)
	out, err := Pack(t.Context(), home.Service, home.db.Blobs(), nil, home.now)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if err := out.head.wrapTo(out.key, strings.Repeat("ab", 32), mine.PublicKey()); err != nil {
		t.Fatal(err)
	}
	path := home.save(out)
	look, err := LookAt(path)
	if err != nil || look.Password || len(look.Certificates) != 1 {
		t.Fatalf("%+v, %v", look, err)
	}
	if _, err := Open(t.Context(), path, PrivateKey(other)); akno.CodeOf(err) != akno.KeyMismatch {
		t.Errorf("another key: %v", err)
	}
	if _, err := Open(t.Context(), path, Password([]byte(password))); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("a password: %v", err)
	}
	in, err := Open(t.Context(), path, PrivateKey(mine))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if plan, err := in.Plan(t.Context(), home.Service); err != nil || plan[0].Draft.ID != id {
		t.Errorf("%+v, %v", plan, err)
	}
}

func newKey(t testing.TB) *bign.PrivateKey {
	t.Helper()
	key, err := bign.GenerateKey(bign.Curve256v1())
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestASignatureBelongsToOneParcel(t *testing.T) {
	home := newComputer(t, "anna")
	home.write("подписано")
	var signed []byte
	sign := func(statement []byte) ([]byte, error) {
		signed = statement
		return []byte("signature"), nil
	}
	out := home.packed()
	if err := out.Sign(sign); err != nil {
		t.Fatal(err)
	}
	statement, cms := home.receive(home.save(out)).Signed()
	if !bytes.Equal(statement, signed) || string(cms) != "signature" {
		t.Errorf("%q %q, want %q", statement, cms, signed)
	}
	// The same drafts sealed again for others are another statement.
	again := home.packed()
	again.signature = out.signature
	if statement, _ := home.receive(home.save(again)).Signed(); bytes.Equal(statement, signed) {
		t.Error("the signature may be carried over to another parcel")
	}
}

func TestNothingOfADraftIsReadableInAParcel(t *testing.T) {
	home := newComputer(t, "anna")
	id := home.write("доверенность 77")
	octets, err := os.ReadFile(home.parcel())
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{id, procedure, "доверенность", "rep_doc", "anna", "PNG"} {
		if bytes.Contains(octets, []byte(secret)) {
			t.Errorf("%q can be read", secret)
		}
	}
}
