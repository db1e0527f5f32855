package catalogue

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"akno/backend/akno"
	akcatalogue "akno/backend/akno/catalogue"
	"akno/backend/akno/pack"
	"akno/backend/akno/workdays"
	"akno/backend/internal/publisher"
	"akno/backend/stb/bign"
)

func load(t *testing.T) *Catalogue {
	t.Helper()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestQuote(t *testing.T) {
	c := load(t)
	day := workdays.MustParse("2026-11-20")
	for name, tt := range map[string]struct {
		procedure, form string
		version         int
		facts           []string
		amount          akno.Money
		code            akno.Code
	}{
		"a paid procedure has a fee":                {"200.5.13", "F_5_13", 1, nil, 45_00, ""},
		"a fact adds to the fee":                    {"200.11.2.1", "F_11_2_1", 1, []string{"urgent_7d"}, 135_00, ""},
		"a fact that the fee lacks is refused":      {"200.11.2.1", "F_11_2_1", 1, []string{"poor"}, 0, akno.Invalid},
		"a free procedure has nothing to order":     {"200.2.18", "F_2_18", 1, nil, 0, akno.WrongState},
		"a fact that makes it free leaves no order": {"200.11.2.1", "F_11_2_1", 1, []string{"under14_standard"}, 0, akno.WrongState},
		"a tariff is not known here":                {"nces.6.0.00", "F_nces_6_0_00", 1, nil, 0, akno.WrongState},
		"another form is refused":                   {"200.5.13", "F_2_18", 1, nil, 0, akno.OldForm},
		"another version is refused":                {"200.5.13", "F_5_13", 2, nil, 0, akno.OldForm},
		"an unknown procedure is not found":         {"200.0", "F_5_13", 1, nil, 0, akno.NotFound},
	} {
		t.Run(name, func(t *testing.T) {
			q, err := c.Quote(tt.procedure, tt.form, tt.version, tt.facts, day)
			if tt.code == "" && err != nil || tt.code != "" && akno.CodeOf(err) != tt.code {
				t.Fatalf("error is %v, want code %q", err, tt.code)
			}
			if q.Amount != tt.amount {
				t.Errorf("amount %s, want %s", q.Amount, tt.amount)
			}
		})
	}
}

func TestOldFormNamesTheOneInForce(t *testing.T) {
	_, err := load(t).InForce("200.5.13", "F_5_13", 7, workdays.MustParse("2026-11-20"))
	if f := akno.FieldsOf(err); f["formId"] != "F_5_13" || f["formVersion"] != "1" {
		t.Errorf("fields are %v", f)
	}
}

func TestEveryPaidProcedureFitsAnOrder(t *testing.T) {
	c := load(t)
	seen := map[int]string{}
	for _, p := range c.Procedures() {
		n, err := c.Number(p.Code)
		if err != nil || n < 1 || n > 99999 || seen[n] != "" {
			t.Errorf("%s has number %d (%v), taken by %q", p.Code, n, err, seen[n])
		}
		seen[n] = p.Code
		if l, err := c.Level(p.Code); err != nil || l != p.Level {
			t.Errorf("%s asks for %s (%v)", p.Code, l, err)
		}
	}
	if r := c.Ref(); r.Sha256 != c.BundleHash() || r.Version != c.Version() {
		t.Errorf("reference is %+v", r)
	}
}

// packsIn writes the packs inside the program with a second version of a form
// into a folder, signed by a new publisher whose key it returns.
func packsIn(t *testing.T, dir string, accept workdays.Date) *bign.PublicKey {
	t.Helper()
	inside, _, err := akcatalogue.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	var items []pack.Item
	for _, e := range inside.Manifest.Items {
		octets, _ := inside.Octets(e.SHA256)
		it := pack.Item{Name: e.Name, Octets: octets}
		if e.Name == "form/F_5_13@1" {
			it.AcceptUntil = accept
			next := bytes.Replace(octets, []byte(`"version":1}`), []byte(`"version":2}`), 1)
			if bytes.Equal(next, octets) {
				t.Fatal("the form is written otherwise")
			}
			items = append(items, pack.Item{Name: "form/F_5_13@2", Octets: next})
		}
		items = append(items, it)
	}
	b, err := pack.Build(inside.Manifest.Issued, 2, items)
	if err != nil {
		t.Fatal(err)
	}
	key, err := bign.GenerateKey(bign.Curve256v1())
	if err != nil {
		t.Fatal(err)
	}
	if err := publisher.Sign(key, b); err != nil {
		t.Fatal(err)
	}
	for name, octets := range map[string][]byte{"manifest.json": b.Raw, "manifest.sig": b.Signature, "items.jsonl": b.Lines()} {
		if err := os.WriteFile(filepath.Join(dir, name), octets, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return key.PublicKey()
}

func TestAnOldVersionIsAcceptedUntilItsLastDay(t *testing.T) {
	dir, last := t.TempDir(), workdays.MustParse("2027-01-31")
	c, err := Open(dir, packsIn(t, dir, last))
	if err != nil {
		t.Fatal(err)
	}
	for name, q := range map[string]struct {
		version int
		on      workdays.Date
		code    akno.Code
	}{
		"the one in force":     {2, last.AddDays(400), ""},
		"the old one in time":  {1, last, ""},
		"the old one too late": {1, last.AddDays(1), akno.OldForm},
		"one to come":          {3, last, akno.OldForm},
	} {
		f, err := c.InForce("200.5.13", "F_5_13", q.version, q.on)
		if err == nil && f.Version() != q.version || akno.CodeOf(err) != q.code && (err != nil || q.code != "") {
			t.Errorf("%s: %v", name, err)
		}
		if q.code == akno.OldForm && akno.FieldsOf(err)["formVersion"] != "2" {
			t.Errorf("%s: %v", name, akno.FieldsOf(err))
		}
	}
}

func TestPacksThatDoNotVerifyStopThePortal(t *testing.T) {
	dir := t.TempDir()
	key := packsIn(t, dir, workdays.Date{})
	if _, err := Open(dir); akno.CodeOf(err) != akno.BadSignature {
		t.Errorf("an unknown publisher: %v", err)
	}
	if err := os.Truncate(filepath.Join(dir, "items.jsonl"), 1000); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, key); err == nil {
		t.Error("packs with holes were taken")
	}
	c, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	m := c.Packs()
	b, err := pack.Parse(m.Manifest, m.Signature)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range b.Manifest.Items {
		octets, err := c.Pack(e.SHA256)
		if err != nil || b.Add(octets) != nil {
			t.Errorf("%s is not given out: %v", e.Name, err)
		}
	}
	if _, err := c.Pack(strings.Repeat("0", 64)); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("an item that is not there: %v", err)
	}
}
