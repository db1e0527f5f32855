package packsrc

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// expand replaces the includes in a list of steps or of fields. An include is
// {include: block, with: {name: text}, title, without: [ids], but: {id: {member:
// value}}, fields: [more]}: ${name} is replaced in every text of the block, the
// fields without are left out, those of but are changed member by member (null
// removes one), and more fields follow. A block with an id is a step; one
// without is only fields.
func (s *Set) expand(list []any, depth int) ([]any, error) {
	if depth > 4 {
		return nil, fmt.Errorf("blocks include one another")
	}
	out := []any{}
	for _, item := range list {
		m, ok := item.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("%v is no step and no field", item)
		}
		if m["include"] == nil {
			one, err := s.expandFields(m, depth)
			if err != nil {
				return nil, err
			}
			out = append(out, one)
			continue
		}
		block, err := s.include(m, depth)
		if err != nil {
			return nil, fmt.Errorf("include %v: %w", m["include"], err)
		}
		if _, step := block["id"]; step {
			out = append(out, block)
		} else {
			fields, _ := block["fields"].([]any)
			out = append(out, fields...)
		}
	}
	return out, nil
}

func (s *Set) expandFields(m map[string]any, depth int) (map[string]any, error) {
	fields, ok := m["fields"].([]any)
	if !ok {
		return m, nil
	}
	m = maps.Clone(m)
	var err error
	m["fields"], err = s.expand(fields, depth+1)
	return m, err
}

var includeMembers = []string{"include", "with", "title", "without", "but", "fields"}

func (s *Set) include(m map[string]any, depth int) (map[string]any, error) {
	for k := range m {
		if !slices.Contains(includeMembers, k) {
			return nil, fmt.Errorf("there is no member %q", k)
		}
	}
	name, _ := m["include"].(string)
	block, ok := s.blocks[name]
	if !ok {
		return nil, fmt.Errorf("there is no such block")
	}
	with, _ := m["with"].(map[string]any)
	filled, err := fill(block, with)
	if err != nil {
		return nil, err
	}
	block, err = s.expandFields(filled.(map[string]any), depth)
	if err != nil {
		return nil, err
	}
	if title, ok := m["title"]; ok {
		block["title"] = title
	}
	fields, _ := block["fields"].([]any)
	without, _ := m["without"].([]any)
	but, _ := m["but"].(map[string]any)
	if fields, err = change(fields, without, but); err != nil {
		return nil, err
	}
	more, _ := m["fields"].([]any)
	if more, err = s.expand(more, depth+1); err != nil {
		return nil, err
	}
	block["fields"] = append(fields, more...)
	return block, nil
}

// fill returns a copy of a tree with ${name} replaced in every text.
func fill(v any, with map[string]any) (any, error) {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			var err error
			if out[k], err = fill(x, with); err != nil {
				return nil, err
			}
		}
		return out, nil
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			var err error
			if out[i], err = fill(x, with); err != nil {
				return nil, err
			}
		}
		return out, nil
	case string:
		for name, x := range with {
			text, ok := x.(string)
			if !ok {
				return nil, fmt.Errorf("with.%s is no text", name)
			}
			v = strings.ReplaceAll(v, "${"+name+"}", text)
		}
		if strings.Contains(v, "${") {
			return nil, fmt.Errorf("%q is not filled", v)
		}
		return v, nil
	}
	return v, nil
}

// change leaves fields out and changes members of others.
func change(fields, without []any, but map[string]any) ([]any, error) {
	var out []any
	left, changed := 0, 0
	for _, f := range fields {
		field, _ := f.(map[string]any)
		id, _ := field["id"].(string)
		if slices.Contains(without, any(id)) {
			left++
			continue
		}
		if members, ok := but[id].(map[string]any); ok {
			changed++
			field = maps.Clone(field)
			for k, v := range members {
				if v == nil {
					delete(field, k)
				} else {
					field[k] = v
				}
			}
		}
		out = append(out, field)
	}
	if left != len(without) || changed != len(but) {
		return nil, fmt.Errorf("without or but names a field that the block does not have")
	}
	return out, nil
}
