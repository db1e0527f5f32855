// Package canon makes the octets that are signed. A Submission holds everything
// that a person saw when the application was signed: the procedure, the form's
// version and hash, every visible answer with its label and its words in the
// language that was shown, and the hash of every attachment. Its octets are
// canonical JSON without numbers, the same on every computer, so the portal can
// make them again from the answers and compare. The format is frozen.
package canon

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/akno/ordercode"
	"akno/backend/akno/workdays"
)

// Format is the format's name and version, the first thing a reader looks at.
const Format = "akno.submission/1"

// MaxSize is the greatest size of a submission, in octets.
const MaxSize = 4 << 20

// ErrFormat is returned for octets that are no submission of this format.
var ErrFormat = errors.New("canon: not a submission")

// A Submission is an application as it is signed.
type Submission struct {
	Format      string        `json:"format"`
	Application string        `json:"application"` // id made on the device
	Procedure   Procedure     `json:"procedure"`
	Body        Named         `json:"body"`
	Form        FormRef       `json:"form"`
	Language    akno.Lang     `json:"language"`
	AsOf        workdays.Date `json:"as_of"` // the day by which the rules were evaluated
	Applicant   Applicant     `json:"applicant"`
	Sections    []Section     `json:"sections"`
	Attachments []Attachment  `json:"attachments"`
	Order       *Order        `json:"order,omitempty"`
	Payment     *Payment      `json:"payment,omitempty"`
}

// A Procedure is the procedure that is asked for.
type Procedure struct {
	Code   string `json:"code"`
	Number string `json:"number"`
	Act    string `json:"act"`
	Title  string `json:"title"`
}

// Named is something with a code and the name that was shown.
type Named struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// A FormRef pins the form.
type FormRef struct {
	ID      string `json:"id"`
	Version int    `json:"version,string"`
	Title   string `json:"title"`
	SHA256  string `json:"sha256"`
}

// An Applicant is who applies, read from the answers so that a verifier need not
// know the form.
type Applicant struct {
	Kind           akno.ApplicantKind `json:"kind"`
	Name           string             `json:"name"` // of a person: surname, name, patronymic
	PersonalNumber string             `json:"personal_number,omitempty"`
	BirthDate      string             `json:"birth_date,omitempty"`
	UNP            string             `json:"unp,omitempty"`
	Document       string             `json:"document,omitempty"` // of a foreigner: the passport's number
	Represented    string             `json:"represented,omitempty"`
}

// A Section is a section of the form with visible answers.
type Section struct {
	ID      string   `json:"id"`
	Title   string   `json:"title"`
	Answers []Answer `json:"answers"`
}

// An Answer is an answer with what was shown.
type Answer struct {
	Field string     `json:"field"`
	Label string     `json:"label"`
	Text  string     `json:"text"` // empty for a table
	Value form.Value `json:"value"`
	Rows  [][]Answer `json:"rows,omitempty"`
}

// An Attachment is a file that belongs to the application.
type Attachment struct {
	Field     string `json:"field"` // id, or table[0].column
	Name      string `json:"name"`
	MediaType string `json:"media_type"`
	Size      int64  `json:"size,string"` // octets
	SHA256    string `json:"sha256"`
}

// An Order is what has to be paid.
type Order struct {
	Code   ordercode.Code `json:"code"`
	Amount akno.Money     `json:"amount"` // BYN
}

// A Payment is the applicant's proof of payment: the number of the operation in
// ERIP, or the scan of a receipt.
type Payment struct {
	Operation string `json:"operation,omitempty"`
	Receipt   string `json:"receipt,omitempty"` // SHA-256 of the scan
}

// An Input is what a submission is built from. State is the evaluation of the
// answers on AsOf.
type Input struct {
	Application string
	Procedure   akno.Procedure
	Body        akno.Body
	Schema      *form.Schema
	FormHash    string
	State       form.State
	Language    akno.Lang
	AsOf        workdays.Date
	Kind        akno.ApplicantKind
	Order       *Order
	Payment     *Payment
}

// Build returns the submission of in. An application with errors has none: the
// error is an *akno.Error with code Invalid and the fields. Language may be
// English for a copy to read; Verify refuses to take one.
func Build(in Input) (Submission, error) {
	if !in.State.Valid() {
		return Submission{}, invalid("canon.Build", in.State)
	}
	l := in.Language
	s := Submission{
		Format: Format, Application: in.Application,
		Procedure: Procedure{
			Code: in.Procedure.Code, Number: in.Procedure.Number, Act: in.Procedure.Act, Title: in.Procedure.Title.In(l),
		},
		Body: Named{Code: in.Body.Code, Name: in.Body.Name.In(l)},
		Form: FormRef{
			ID: in.Schema.ID(), Version: in.Schema.Version(), Title: in.Schema.Definition().Title.In(l), SHA256: in.FormHash,
		},
		Language: l, AsOf: in.AsOf, Applicant: applicant(in), Attachments: []Attachment{},
		Order: in.Order, Payment: in.Payment,
	}
	shown := in.Schema.Show(in.State, l)
	s.Sections = make([]Section, 0, len(shown))
	for _, sec := range shown {
		out := Section{ID: sec.ID, Title: sec.Title, Answers: make([]Answer, 0, len(sec.Fields))}
		for _, f := range sec.Fields {
			out.Answers = append(out.Answers, answer(f))
		}
		s.Sections = append(s.Sections, out)
	}
	for _, a := range in.Schema.Attachments(in.State) {
		s.Attachments = append(s.Attachments, Attachment{
			Field: a.Field, Name: a.File.Name, MediaType: a.File.MIME, Size: a.File.Size, SHA256: a.File.SHA256,
		})
	}
	return s, nil
}

func answer(f form.ShownField) Answer {
	out := Answer{Field: f.ID, Label: f.Label, Text: f.Text, Value: f.Value}
	for _, row := range f.Rows {
		cells := []Answer{}
		for _, cell := range row {
			cells = append(cells, answer(cell))
		}
		out.Rows = append(out.Rows, cells)
	}
	return out
}

func invalid(op string, st form.State) error {
	fields := map[string]string{}
	for _, p := range st.Errors {
		if _, first := fields[p.Field]; !first {
			fields[p.Field] = string(p.Code)
		}
	}
	return &akno.Error{Code: akno.Invalid, Op: op, Fields: fields}
}

// Encode returns the octets that are signed.
func (s Submission) Encode() ([]byte, error) {
	out, err := s.octets(make([]byte, 0, 8<<10))
	if err != nil {
		return nil, err
	}
	if len(out) > MaxSize {
		return nil, &akno.Error{Code: akno.TooLarge, Op: "canon.Encode"}
	}
	return out, nil
}

// Parse reads the octets of a submission and refuses any that Encode would not
// write: unknown or missing members, another order, numbers.
func Parse(raw []byte) (Submission, error) {
	if len(raw) > MaxSize {
		return Submission{}, &akno.Error{Code: akno.TooLarge, Op: "canon.Parse"}
	}
	s, ok := read(raw)
	if !ok {
		var err error
		if s, err = decode(raw); err != nil {
			return Submission{}, fmt.Errorf("%w: %w", ErrFormat, err)
		}
	}
	if same, err := s.isWritten(raw); err != nil || !same || s.Format != Format {
		return Submission{}, ErrFormat
	}
	return s, nil
}

// decode reads a submission whatever its form.
func decode(raw []byte) (s Submission, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return s, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return s, errors.New("octets after the end")
	}
	return s, nil
}

// Hash returns the SHA-256 of the octets of a submission, 64 hexadecimal digits.
func Hash(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// Answers returns the answers of a submission, for the evaluator.
func (s Submission) Answers() form.Answers {
	n := 0
	for _, sec := range s.Sections {
		n += len(sec.Answers)
	}
	out := make(form.Answers, n)
	for _, sec := range s.Sections {
		for _, a := range sec.Answers {
			out[a.Field] = a.Value
		}
	}
	return out
}
