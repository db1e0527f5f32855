package packsrc

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"akno/backend/akno"
	"akno/backend/akno/form"
)

// formSource is a form as it is written. Members of a field's rules stand beside
// its other members.
type formSource struct {
	ID                string           `json:"id"`
	Version           int              `json:"version"`
	AcceptUntil       string           `json:"accept_until"`
	Title             akno.Text        `json:"title"`
	RequiresSignature bool             `json:"requires_signature"`
	Steps             []stepSource     `json:"steps"`
	Rules             []form.CrossRule `json:"rules"`
	Migrate           *form.Migration  `json:"migrate"`
	Tests             []Test           `json:"tests"`
}

type stepSource struct {
	ID     string        `json:"id"`
	Title  akno.Text     `json:"title"`
	Fields []fieldSource `json:"fields"`
}

type fieldSource struct {
	ID         string          `json:"id"`
	Type       form.Type       `json:"type"`
	Label      akno.Text       `json:"label"`
	Help       *akno.Text      `json:"help"`
	Required   json.RawMessage `json:"required"` // a flag, or a rule
	Show       string          `json:"show"`
	Compute    string          `json:"compute"`
	Prefill    string          `json:"prefill"`
	Options    []option        `json:"options"`
	OptionsRef string          `json:"options_ref"`
	DependsOn  string          `json:"depends_on"`
	Columns    []fieldSource   `json:"columns"`
	PatternIf  []struct {
		When    string `json:"when"`
		Pattern string `json:"pattern"`
	} `json:"pattern_if"`
	form.Rules
}

// option is an option with its wording beside its value.
type option struct {
	Value  string `json:"value"`
	Parent string `json:"parent"`
	akno.Text
}

func options(list []option) []form.Option {
	var out []form.Option
	for _, o := range list {
		out = append(out, form.Option{Value: o.Value, Label: o.Text, Parent: o.Parent})
	}
	return out
}

// form reads a form from its tree.
func (s *Set) form(tree map[string]any) (Form, error) {
	steps, _ := tree["steps"].([]any)
	steps, err := s.expand(steps, 0)
	if err != nil {
		return Form{}, err
	}
	tree["steps"] = steps
	var src formSource
	if err := strict(tree, &src); err != nil {
		return Form{}, err
	}
	def := form.Definition{
		ID: src.ID, Version: src.Version, Title: src.Title, RequiresSignature: src.RequiresSignature,
		Rules: src.Rules, Migrate: src.Migrate,
	}
	for _, st := range src.Steps {
		sec := form.Section{ID: st.ID, Title: st.Title}
		for _, f := range st.Fields {
			field, err := f.field()
			if err != nil {
				return Form{}, fmt.Errorf("%s: %w", f.ID, err)
			}
			sec.Fields = append(sec.Fields, field)
		}
		def.Sections = append(def.Sections, sec)
	}
	return Form{Definition: def, AcceptUntil: src.AcceptUntil, Tests: src.Tests}, nil
}

func (f fieldSource) field() (form.Field, error) {
	out := form.Field{
		ID: f.ID, Type: f.Type, Label: f.Label, Help: f.Help, Options: options(f.Options), DependsOn: f.DependsOn,
		Expr: f.Compute, Prefill: f.Prefill, Rules: f.Rules,
	}
	// A list whose unknown values are only doubted is a rule of a text.
	switch f.Type {
	case form.TypeText, form.TypeTextarea:
		out.Rules.OptionsRef = f.OptionsRef
	default:
		out.OptionsRef = f.OptionsRef
	}
	var err error
	if out.Required, out.RequiredIf, err = required(f.Required); err != nil {
		return out, err
	}
	if f.Show != "" {
		if c, ok := form.Lower(f.Show); ok {
			out.VisibleIf = &c
		} else {
			out.Show = f.Show
		}
	}
	for _, p := range f.PatternIf {
		c, ok := form.Lower(p.When)
		if !ok {
			return out, fmt.Errorf("pattern_if: %q is no comparison", p.When)
		}
		out.Rules.PatternIf = append(out.Rules.PatternIf, form.PatternIf{When: c, Pattern: p.Pattern})
	}
	for _, c := range f.Columns {
		col, err := c.field()
		if err != nil {
			return out, fmt.Errorf("%s: %w", c.ID, err)
		}
		out.Columns = append(out.Columns, col)
	}
	return out, nil
}

// required reads a flag or a rule.
func required(raw json.RawMessage) (bool, string, error) {
	var flag bool
	var rule string
	switch {
	case len(raw) == 0:
		return false, "", nil
	case json.Unmarshal(raw, &flag) == nil:
		return flag, "", nil
	case json.Unmarshal(raw, &rule) == nil && strings.TrimSpace(rule) != "":
		return false, rule, nil
	}
	return false, "", errors.New("required is a flag or a rule")
}
