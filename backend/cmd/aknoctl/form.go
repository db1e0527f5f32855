package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"akno/backend/akno"
	"akno/backend/akno/catalogue"
	"akno/backend/akno/form"
	"akno/backend/akno/workdays"
)

// formList tells the procedures of the bundle and the form of each.
func formList(e *env, args []string) (int, error) {
	if _, err := newOptions(e).parse(args, 0, 0); err != nil {
		return exitUsage, err
	}
	c, err := catalogue.Load()
	if err != nil {
		return exitUsage, err
	}
	type line struct {
		Code    string    `json:"code"`
		Form    string    `json:"form"`
		Version int       `json:"version"`
		Hash    string    `json:"hash"`
		Level   string    `json:"level"`
		Fee     string    `json:"fee"`
		Title   akno.Text `json:"title"`
	}
	lines, text := []line{}, strings.Builder{}
	for _, p := range c.Procedures() {
		f, err := c.Form(p.Form)
		if err != nil {
			return exitUsage, err
		}
		lines = append(lines, line{p.Code, p.Form, f.Version(), f.Hash, p.Level.String(), string(p.Fee.Kind), p.Title})
		fmt.Fprintf(&text, "%-16s %-16s %-10s %-10s %s\n", p.Code, p.Form, p.Level, p.Fee.Kind, p.Title.RU)
	}
	answer := map[string]any{"version": c.Version(), "hash": c.BundleHash(), "procedures": lines}
	return exitYes, e.answer(answer, strings.TrimSuffix(text.String(), "\n"))
}

// evaluated is the answer about a filled form.
type evaluated struct {
	I        *int              `json:"i,omitempty"` // of a file of cases
	Error    string            `json:"error,omitempty"`
	Valid    bool              `json:"valid"`
	Errors   []fieldCode       `json:"errors"`
	Warnings []fieldCode       `json:"-"` // doubts: for people, and no part of the verdict
	Visible  []string          `json:"visible"`
	Computed map[string]string `json:"computed"`
}

type fieldCode struct {
	Field string `json:"field"`
	Code  string `json:"code"`
}

func codesOf(problems []form.Problem) []fieldCode {
	out := make([]fieldCode, len(problems))
	for i, p := range problems {
		out[i] = fieldCode{p.Field, string(p.Code)}
	}
	return out
}

// filled is a file of answers.
type filled struct {
	Form    string                     `json:"form"`
	Version int                        `json:"version"` // 0: that of the form
	Values  map[string]json.RawMessage `json:"values"`
}

// answers reads the answers one by one: what is no answer at all is one of
// another kind, for the field to name, and does not hide the rest.
func (f filled) answers() form.Answers {
	out := make(form.Answers, len(f.Values))
	for field, raw := range f.Values {
		var v form.Value
		if json.Unmarshal(raw, &v) != nil {
			v = form.RecordOf(map[string]form.Value{"": {}})
		}
		out[field] = v
	}
	return out
}

// evaluate answers about one filled form.
func evaluate(s *form.Schema, f filled, day workdays.Date) evaluated {
	st := form.Evaluate(s, f.answers(), day)
	return evaluated{
		Valid: st.Valid(), Errors: codesOf(st.Errors), Warnings: codesOf(st.Warnings),
		Visible: st.Visible(), Computed: s.Computed(st),
	}
}

func (a evaluated) text() string {
	text := strings.Builder{}
	text.WriteString(map[bool]string{true: "valid", false: "not valid"}[a.Valid])
	for _, f := range a.Errors {
		fmt.Fprintf(&text, "\n  %s: %s", f.Field, f.Code)
	}
	for _, f := range a.Warnings {
		fmt.Fprintf(&text, "\n  %s: %s (a doubt)", f.Field, f.Code)
	}
	return text.String()
}

func formFill(e *env, args []string) (int, error) {
	o := newOptions(e)
	formID, procedure, answersFile := o.String("form", "", ""), o.String("procedure", "", ""), o.String("answers", "", "")
	cases, text := o.String("cases", "", ""), o.String("at", "", "")
	if _, err := o.parse(args, 0, 0); err != nil {
		return exitUsage, err
	}
	at, err := e.when(*text)
	if err != nil {
		return exitUsage, err
	}
	one := *answersFile != "" && (*formID == "") != (*procedure == "")
	if one == (*cases != "") || *cases != "" && *formID+*procedure+*answersFile != "" {
		return wrongUsage("either one of --form and --procedure with --answers, or --cases")
	}
	c, err := catalogue.Load()
	if err != nil {
		return exitUsage, err
	}
	day := workdays.Of(at)
	if *cases != "" {
		return e.fillCases(c, *cases, day)
	}
	if *procedure != "" {
		p, ok := c.Procedure(*procedure)
		if !ok {
			return exitUsage, fmt.Errorf("there is no procedure %q", *procedure)
		}
		*formID = p.Form
	}
	f, err := formOf(c, *formID)
	if err != nil {
		return exitUsage, err
	}
	given, err := e.filled(*answersFile)
	if err != nil {
		return exitUsage, err
	}
	if err := given.fits(f); err != nil {
		return exitUsage, fmt.Errorf("%s: %w", *answersFile, err)
	}
	answer := evaluate(f.Schema, given, day)
	return statusOf(answer.Valid), e.answer(answer, answer.text())
}

// formOf returns a form by its id.
func formOf(c *catalogue.Catalogue, id string) (*catalogue.Form, error) {
	f, err := c.Form(id)
	if akno.CodeOf(err) == akno.NotFound {
		return nil, fmt.Errorf("there is no form %q", id)
	}
	return f, err
}

// fits says whether answers are to a form, where they say to which.
func (f filled) fits(to *catalogue.Form) error {
	switch {
	case f.Form != "" && f.Form != to.ID():
		return fmt.Errorf("answers to the form %s, not to %s", f.Form, to.ID())
	case f.Version != 0 && f.Version != to.Version():
		return fmt.Errorf("answers to version %d of %s, here is version %d", f.Version, to.ID(), to.Version())
	}
	return nil
}

func statusOf(yes bool) int {
	if yes {
		return exitYes
	}
	return exitNo
}

// filled reads a file of answers.
func (e *env) filled(name string) (filled, error) {
	raw, err := e.read(name)
	if err != nil {
		return filled{}, err
	}
	f, err := parseFilled(raw)
	if err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return f, err
}

var errNoValues = errors.New("no member values")

// parseFilled reads answers, which an editor may have put its mark before. A
// member that stands twice is refused: one of its answers would be lost, and
// nobody would say which.
func parseFilled(raw []byte) (f filled, err error) {
	raw = bytes.TrimPrefix(raw, utf8Mark)
	var wrong *json.UnmarshalTypeError
	switch err = json.Unmarshal(raw, &f); {
	case errors.As(err, &wrong) && wrong.Field == "":
		return f, fmt.Errorf("no object, but: %s", wrong.Value)
	case errors.As(err, &wrong):
		return f, fmt.Errorf("the member %s is of another kind: %s", wrong.Field, wrong.Value)
	case err != nil:
		return f, err
	case f.Values == nil:
		return f, errNoValues
	}
	if name, twice := repeated(json.NewDecoder(bytes.NewReader(raw))); twice {
		return f, fmt.Errorf("the member %q stands twice", name)
	}
	return f, nil
}

// repeated looks for a name that stands twice in an object of a document without
// faults of syntax, whatever the depth.
func repeated(d *json.Decoder) (name string, twice bool) {
	var open []map[string]bool // the objects and, as nil, the lists around
	wantName := false
	for {
		token, err := d.Token()
		if err != nil {
			return "", false
		}
		switch t := token.(type) {
		case json.Delim:
			switch t {
			case '{':
				open = append(open, map[string]bool{})
			case '[':
				open = append(open, nil)
			default:
				open = open[:len(open)-1]
			}
			wantName = len(open) > 0 && open[len(open)-1] != nil
			continue
		case string:
			if !wantName {
				break
			}
			names := open[len(open)-1]
			if names[t] {
				return t, true
			}
			names[t], wantName = true, false
			continue
		}
		wantName = len(open) > 0 && open[len(open)-1] != nil
	}
}

// maxCase is the length of the longest line of cases, in octets.
const maxCase = 16 << 20

// fillCases answers each line of a file of cases with a line. The lines that
// could not be answered say so, and so does the exit status.
func (e *env) fillCases(c *catalogue.Catalogue, name string, day workdays.Date) (status int, err error) {
	in, err := e.start(name)
	if err != nil {
		return exitUsage, err
	}
	defer in.Close()
	out := bufio.NewWriter(e.out)
	defer func() { err = errors.Join(err, out.Flush()) }()
	w := json.NewEncoder(out)
	lines := bufio.NewReaderSize(in, 64<<10)
	for i := 0; ; {
		line, err := readLine(lines)
		if len(line) > 0 {
			answer, failure := fillCase(c, line, day)
			if failure != nil {
				answer, status = evaluated{Error: failure.Error(), Errors: []fieldCode{}, Visible: []string{}, Computed: map[string]string{}}, exitUsage
			}
			answer.I = &i
			if err := w.Encode(answer); err != nil {
				return exitUsage, err
			}
			i++
		}
		if errors.Is(err, io.EOF) {
			return status, nil
		}
		if err != nil {
			return exitUsage, fmt.Errorf("%s: %w", name, err)
		}
	}
}

// readLine returns a line without the blanks around it, and io.EOF after the
// last one, which may come with it.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return bytes.TrimSpace(line), err
		}
		if len(line) > maxCase {
			return nil, fmt.Errorf("a line longer than %d MiB", maxCase>>20)
		}
	}
}

func fillCase(c *catalogue.Catalogue, line []byte, day workdays.Date) (evaluated, error) {
	given, err := parseFilled(line)
	if err != nil {
		return evaluated{}, err
	}
	f, err := formOf(c, given.Form)
	if err == nil {
		err = given.fits(f)
	}
	if err != nil {
		return evaluated{}, err
	}
	return evaluate(f.Schema, given, day), nil
}
