package canon

import (
	"bytes"
	"fmt"
	"strconv"
	"sync"

	"akno/backend/akno/canon/jcs"
	"akno/backend/akno/form"
)

// maxDepth is how deep a submission may be nested, as package jcs has it.
const maxDepth = 32

// An encoder writes a submission in canonical form without going through a tree of
// maps: a portal does this for every application, three times. The members stand
// in the order of their names.
type encoder struct {
	b    []byte
	deep bool // something is nested too deep
}

// octets appends the canonical octets of s to b.
func (s *Submission) octets(b []byte) ([]byte, error) {
	e := &encoder{b: b}
	day := ""
	if !s.AsOf.IsZero() {
		day = s.AsOf.String()
	}
	e.object(func() {
		e.applicant(s.Applicant)
		e.text("application", s.Application)
		e.text("as_of", day)
		e.name("attachments")
		list(e, s.Attachments, e.attachment)
		e.named("body", s.Body)
		e.name("form")
		e.object(func() {
			e.text("id", s.Form.ID)
			e.text("sha256", s.Form.SHA256)
			e.text("title", s.Form.Title)
			e.text("version", strconv.Itoa(s.Form.Version))
		})
		e.text("format", s.Format)
		e.text("language", string(s.Language))
		if o := s.Order; o != nil {
			e.name("order")
			e.object(func() {
				e.text("amount", o.Amount.String())
				e.text("code", string(o.Code))
			})
		}
		if p := s.Payment; p != nil {
			e.name("payment")
			e.object(func() {
				e.given("operation", p.Operation)
				e.given("receipt", p.Receipt)
			})
		}
		e.name("procedure")
		e.object(func() {
			e.text("act", s.Procedure.Act)
			e.text("code", s.Procedure.Code)
			e.text("number", s.Procedure.Number)
			e.text("title", s.Procedure.Title)
		})
		e.name("sections")
		list(e, s.Sections, e.section)
	})
	if e.deep {
		return nil, fmt.Errorf("canon: %w", jcs.ErrValue)
	}
	return e.b, nil
}

// buffers hold octets that are compared and forgotten.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// isWritten says whether raw are the octets of s.
func (s *Submission) isWritten(raw []byte) (bool, error) {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	out, err := s.octets((*buf)[:0])
	if err != nil {
		return false, err
	}
	*buf = out
	return bytes.Equal(raw, out), nil
}

func (e *encoder) applicant(a Applicant) {
	e.name("applicant")
	e.object(func() {
		e.given("birth_date", a.BirthDate)
		e.given("document", a.Document)
		e.text("kind", string(a.Kind))
		e.text("name", a.Name)
		e.given("personal_number", a.PersonalNumber)
		e.given("represented", a.Represented)
		e.given("unp", a.UNP)
	})
}

func (e *encoder) attachment(a Attachment) {
	e.object(func() {
		e.text("field", a.Field)
		e.text("media_type", a.MediaType)
		e.text("name", a.Name)
		e.text("sha256", a.SHA256)
		e.text("size", strconv.FormatInt(a.Size, 10))
	})
}

func (e *encoder) named(name string, n Named) {
	e.name(name)
	e.object(func() {
		e.text("code", n.Code)
		e.text("name", n.Name)
	})
}

func (e *encoder) section(s Section) {
	e.object(func() {
		e.name("answers")
		list(e, s.Answers, func(a Answer) { e.answer(a, 4) })
		e.text("id", s.ID)
		e.text("title", s.Title)
	})
}

// answer writes an answer that is nested depth deep.
func (e *encoder) answer(a Answer, depth int) {
	if depth+1 > maxDepth {
		e.deep = true
		return
	}
	e.object(func() {
		e.text("field", a.Field)
		e.text("label", a.Label)
		if len(a.Rows) > 0 {
			e.name("rows")
			list(e, a.Rows, func(row []Answer) {
				list(e, row, func(cell Answer) { e.answer(cell, depth+3) })
			})
		}
		e.text("text", a.Text)
		e.name("value")
		e.value(a.Value, depth+1)
	})
}

// value writes an answer's value; numbers become their text.
func (e *encoder) value(v form.Value, depth int) {
	if depth > maxDepth {
		e.deep = true
		return
	}
	switch v.Kind() {
	case form.String, form.Number:
		e.b = jcs.AppendText(e.b, v.Text())
	case form.Bool:
		e.b = strconv.AppendBool(e.b, v.True())
	case form.List:
		e.b = append(e.b, '[')
		for i, item := range v.Items() {
			if i > 0 {
				e.b = append(e.b, ',')
			}
			e.value(item, depth+1)
		}
		e.b = append(e.b, ']')
	case form.Record:
		e.object(func() {
			for _, name := range jcs.Sort(v.Members()) {
				e.name(name)
				e.value(v.Get(name), depth+1)
			}
		})
	default:
		e.b = append(e.b, "null"...)
	}
}

// object writes the members that fn writes.
func (e *encoder) object(fn func()) {
	e.b = append(e.b, '{')
	fn()
	e.b = append(e.b, '}')
}

// name begins a member.
func (e *encoder) name(name string) {
	if e.b[len(e.b)-1] != '{' {
		e.b = append(e.b, ',')
	}
	e.b = append(jcs.AppendText(e.b, name), ':')
}

// text writes a member that is a text.
func (e *encoder) text(name, text string) {
	e.name(name)
	e.b = jcs.AppendText(e.b, text)
}

// given writes a member that is left out when it is empty.
func (e *encoder) given(name, text string) {
	if text != "" {
		e.text(name, text)
	}
}

// list writes items; no list is null.
func list[T any](e *encoder, items []T, item func(T)) {
	if items == nil {
		e.b = append(e.b, "null"...)
		return
	}
	e.b = append(e.b, '[')
	for i, it := range items {
		if i > 0 {
			e.b = append(e.b, ',')
		}
		item(it)
	}
	e.b = append(e.b, ']')
}
