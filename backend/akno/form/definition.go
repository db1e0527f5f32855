package form

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"akno/backend/akno"
)

// A Definition is a form as its author writes it. A published version never
// changes: drafts are pinned to id, version and hash.
type Definition struct {
	ID                string    `json:"id"`
	Version           int       `json:"version"`
	Title             akno.Text `json:"title"`
	RequiresSignature bool      `json:"requires_signature"`
	Sections          []Section `json:"sections"`
	// Rules are errors that follow from several answers.
	Rules []CrossRule `json:"rules,omitempty"`
	// Migrate says how answers to the version before become answers to this one;
	// without it they keep their fields.
	Migrate *Migration `json:"migrate,omitempty"`
}

// A CrossRule is an error of a field that follows from several answers.
type CrossRule struct {
	If    string     `json:"if"`    // a rule; "this" is the field's own answer
	Field string     `json:"field"` // the field that is named, or table.column: then the rule reads one row
	Error Code       `json:"error"` // a code of the form's own
	Msg   *akno.Text `json:"msg,omitempty"`
}

// A Migration leads from the answers to one version of a form to those of the
// next. What no member names keeps its id; what finds no place becomes an
// orphan.
type Migration struct {
	From   int               `json:"from"`             // the version before
	Rename map[string]string `json:"rename,omitempty"` // old id to new id; table.column to column
	Drop   []string          `json:"drop,omitempty"`   // old ids, and table.column
	Set    map[string]string `json:"set,omitempty"`    // new id to a rule that reads the old answers
}

// A Section is a group of fields: a step for a citizen, a heading for a clerk.
type Section struct {
	ID     string    `json:"id"`
	Title  akno.Text `json:"title"`
	Fields []Field   `json:"fields"`
}

// A Type is the type of a field.
type Type string

// The types of fields.
const (
	TypeText        Type = "text"
	TypeTextarea    Type = "textarea"
	TypeSelect      Type = "select"
	TypeRadio       Type = "radio"
	TypeMultiselect Type = "multiselect"
	TypeCheckbox    Type = "checkbox"
	TypeDate        Type = "date"
	TypeDatetime    Type = "datetime"
	TypeTime        Type = "time"
	TypeNumber      Type = "number"
	TypeMoney       Type = "money"
	TypePhone       Type = "phone"
	TypeEmail       Type = "email"
	TypeNumberBY    Type = "personal_number"
	TypeUNP         Type = "unp"
	TypeIBAN        Type = "iban"
	TypeCadastral   Type = "cadastral"
	TypeFile        Type = "file"
	TypeFileList    Type = "file_list"
	TypeTable       Type = "table"
	TypeComputed    Type = "computed"
)

// A Field is a question of a form, or a column of a table.
type Field struct {
	ID         string     `json:"id"`
	Type       Type       `json:"type"`
	Label      akno.Text  `json:"label"`
	Help       *akno.Text `json:"help,omitempty"`
	Required   bool       `json:"required"` // applies only while the field is visible
	Options    []Option   `json:"options,omitempty"`
	OptionsRef string     `json:"options_ref,omitempty"` // name of a list
	DependsOn  string     `json:"depends_on,omitempty"`  // the field whose value is the parent of the options
	Columns    []Field    `json:"columns,omitempty"`     // of a table
	Expr       string     `json:"expr,omitempty"`        // a rule: the answer is computed and not asked
	Prefill    string     `json:"prefill,omitempty"`     // path into the profile
	VisibleIf  *Condition `json:"visible_if,omitempty"`
	Show       string     `json:"show,omitempty"`        // a rule, where visible_if does not say enough
	RequiredIf string     `json:"required_if,omitempty"` // a rule; Required needs none
	Rules      Rules      `json:"rules,omitzero"`
}

// An Option is a value that may be chosen.
type Option struct {
	Value  string    `json:"value"`
	Label  akno.Text `json:"label"`
	Parent string    `json:"parent,omitempty"` // the value it belongs to, for a list with depends_on
}

// A Condition is a comparison with a field, or several of them. It is the stored
// form of the simplest rules: see Lower.
type Condition struct {
	Field string      `json:"field,omitempty"`
	Op    string      `json:"op,omitempty"` // eq, ne, in
	Value *Value      `json:"value,omitempty"`
	All   []Condition `json:"all,omitempty"`
	Any   []Condition `json:"any,omitempty"`
}

// A Limit is a bound written as a JSON number or as a text (a date, or the word
// today). It is kept as text: no binary float touches it.
type Limit string

// UnmarshalJSON reads a number or a string.
func (l *Limit) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, (*string)(l))
	}
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil {
		return err
	}
	*l = Limit(n)
	return nil
}

// Rules are the limits on an answer.
type Rules struct {
	Pattern    string      `json:"pattern,omitempty"` // anchored RE2
	PatternIf  []PatternIf `json:"pattern_if,omitempty"`
	MaxLen     int         `json:"max_len,omitempty"` // code points
	MinLen     int         `json:"min_len,omitempty"`
	Min        Limit       `json:"min,omitempty"` // inclusive: number, ISO date or "today"
	Max        Limit       `json:"max,omitempty"`
	MinField   string      `json:"min_field,omitempty"` // not less than that field
	Integer    bool        `json:"integer,omitempty"`
	Step       Limit       `json:"step,omitempty"`
	WarnIfPast bool        `json:"warn_if_past,omitempty"`
	Check      string      `json:"check,omitempty"`
	Cross      []string    `json:"cross,omitempty"` // fields that the number must agree with
	MustBe     *Value      `json:"must_be,omitempty"`
	MustMsg    *akno.Text  `json:"must_msg,omitempty"`
	MIME       []string    `json:"mime,omitempty"`
	MaxMB      int         `json:"max_mb,omitempty"` // 2²⁰ octets
	Ext        []string    `json:"ext,omitempty"`    // a doubt, not an error: names lie
	MaxFiles   int         `json:"max_files,omitempty"`
	Image      *ImageRule  `json:"image,omitempty"`
	Verify     string      `json:"verify,omitempty"` // a check of the file's content, by whoever has it
	MinRows    int         `json:"min_rows,omitempty"`
	MaxRows    int         `json:"max_rows,omitempty"`
	Suggest    string      `json:"suggest,omitempty"`
	OptionsRef string      `json:"options_ref,omitempty"` // a list whose unknown values are doubted
}

// A PatternIf replaces the pattern while its condition holds.
type PatternIf struct {
	When    Condition `json:"when"`
	Pattern string    `json:"pattern"`
}

// An ImageRule limits a picture.
type ImageRule struct {
	Aspect string `json:"aspect,omitempty"` // "width:height"
	MinPx  [2]int `json:"min_px,omitzero"`  // width, height
}

// ErrDefinition is returned for a form that its author must mend.
var ErrDefinition = errors.New("form: wrong definition")

// ParseDefinition reads the JSON of a form and refuses members that it does not
// know.
func ParseDefinition(raw []byte) (Definition, error) {
	var def Definition
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&def); err != nil {
		return Definition{}, fmt.Errorf("%w: %w", ErrDefinition, err)
	}
	return def, nil
}

// aspect returns the two numbers of "7:9".
func (r *ImageRule) aspect() (w, h int, ok bool) {
	for i := range r.Aspect {
		if r.Aspect[i] != ':' {
			continue
		}
		w, err1 := strconv.Atoi(r.Aspect[:i])
		h, err2 := strconv.Atoi(r.Aspect[i+1:])
		return w, h, err1 == nil && err2 == nil && w > 0 && h > 0
	}
	return 0, 0, false
}
