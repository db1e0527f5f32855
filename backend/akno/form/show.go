package form

import (
	"slices"
	"strings"

	"akno/backend/akno"
	"akno/backend/akno/workdays"
)

// A ShownSection is a section as a person reads it.
type ShownSection struct {
	ID     string
	Title  string
	Fields []ShownField
}

// A ShownField is an answer as a person reads it: the label and the text in one
// language, beside the answer itself.
type ShownField struct {
	ID    string
	Type  Type
	Label string
	Value Value
	Text  string         // empty for a table
	Rows  [][]ShownField // cells of a table
}

// Show returns the visible answers of a state in the order of the document, in
// the words of language l. Fields without an answer are left out.
func (s *Schema) Show(st State, l akno.Lang) []ShownSection {
	var out []ShownSection
	last := -1
	for i, f := range s.fields {
		fs := st.Fields[i]
		if !fs.Visible || fs.Value.IsNull() {
			continue
		}
		if f.section != last {
			sec := s.def.Sections[f.section]
			out = append(out, ShownSection{ID: sec.ID, Title: sec.Title.In(l), Fields: make([]ShownField, 0, s.following(i))})
			last = f.section
		}
		sec := &out[len(out)-1]
		sec.Fields = append(sec.Fields, f.show(fs, l))
	}
	return out
}

// following is how many fields there are from place i to the end of its section.
func (s *Schema) following(i int) int {
	n := i
	for n < len(s.fields) && s.fields[n].section == s.fields[i].section {
		n++
	}
	return n - i
}

func (f *field) show(fs FieldState, l akno.Lang) ShownField {
	out := ShownField{ID: f.ID, Type: f.Type, Label: f.Label.In(l), Value: withoutRowIDs(fs.Value)}
	if f.Type != TypeTable {
		out.Text = f.read(fs.Value, l)
		return out
	}
	for _, cells := range fs.Rows {
		var shown []ShownField
		for k, cell := range cells {
			if !cell.Value.IsNull() {
				shown = append(shown, f.columns[k].show(cell, l))
			}
		}
		out.Rows = append(out.Rows, shown)
	}
	return out
}

var words = map[bool]akno.Text{
	true:  {RU: "да", BE: "так", EN: "yes"},
	false: {RU: "нет", BE: "не", EN: "no"},
}

// read returns one answer in words.
func (f *field) read(v Value, l akno.Lang) string {
	switch v.kind {
	case Bool:
		return words[v.True()].In(l)
	case List:
		parts := make([]string, len(v.list))
		for i, item := range v.list {
			parts[i] = f.read(item, l)
		}
		return strings.Join(parts, "; ")
	case Record:
		file, _ := FileOf(v)
		return file.Name
	}
	switch f.Type {
	case TypeSelect, TypeRadio, TypeMultiselect:
		for _, o := range f.choices {
			if o.Value == v.text {
				return o.Label.In(l)
			}
		}
	case TypeDate:
		if d, err := workdays.Parse(v.text); err == nil {
			return d.Print()
		}
	case TypeDatetime:
		if day, clock, ok := strings.Cut(v.text, "T"); ok {
			if d, err := workdays.Parse(day); err == nil {
				return d.Print() + " " + clock
			}
		}
	case TypeIBAN:
		return grouped(v.text)
	}
	return v.text
}

// grouped writes an account in groups of four.
func grouped(s string) string {
	var parts []string
	for c := range slices.Chunk([]rune(s), 4) {
		parts = append(parts, string(c))
	}
	return strings.Join(parts, " ")
}

// Options returns the options of a field that fit the answers: of a list that
// depends on another field, those of that field's value. The list may be shared:
// it is read only.
func (s *Schema) Options(id string, a Answers) []Option {
	i, ok := s.byID[id]
	if !ok {
		return nil
	}
	f := s.fields[i]
	if f.DependsOn == "" {
		return slices.Clip(f.choices)
	}
	parent := a[f.DependsOn].Text()
	var out []Option
	for _, o := range f.choices {
		if o.Parent == "" || o.Parent == parent {
			out = append(out, o)
		}
	}
	return out
}

// Attachments returns the files that a state's visible answers name, in the
// order of the document, with the path of each answer.
func (s *Schema) Attachments(st State) []Attached {
	var out []Attached
	for i, f := range s.fields {
		fs := st.Fields[i]
		if !fs.Visible {
			continue
		}
		switch f.Type {
		case TypeFile, TypeFileList:
			out = appendFiles(out, fs)
		case TypeTable:
			for _, cells := range fs.Rows {
				for k, cell := range cells {
					if t := f.columns[k].Type; t == TypeFile || t == TypeFileList {
						out = appendFiles(out, cell)
					}
				}
			}
		}
	}
	return out
}

// Attached is a file and the answer that names it.
type Attached struct {
	Field string // id, or table[0].column
	File  File
}

func appendFiles(out []Attached, fs FieldState) []Attached {
	list := []Value{fs.Value}
	if fs.Value.kind == List {
		list = fs.Value.list
	}
	for _, v := range list {
		if f, ok := FileOf(v); ok {
			out = append(out, Attached{Field: fs.ID, File: f})
		}
	}
	return out
}
