package catalogue

import (
	"testing"

	"akno/backend/akno"
	"akno/backend/akno/workdays"
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
	_, err := load(t).InForce("200.5.13", "F_5_13", 7)
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
