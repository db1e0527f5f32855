package canon

import (
	"encoding/json"
	"strconv"
	"strings"

	"akno/backend/akno/form"
)

// A reader reads a submission as the encoder writes one, from the front and without
// a look back: a portal does this for every application. It gives up at anything
// else, and it lets much pass that the encoder would not write, such as a text that
// is no UTF-8: Parse decides by writing the submission again. Texts are parts of raw.
type reader struct {
	raw    string
	at     int
	failed bool
}

// read returns the submission in raw, or false for what another reader has to judge.
func read(raw []byte) (s Submission, ok bool) {
	r := &reader{raw: string(raw)}
	r.exact(`{"applicant":{`)
	a := &s.Applicant
	r.given("birth_date", &a.BirthDate)
	r.given("document", &a.Document)
	a.Kind = named(r, "kind", a.Kind)
	a.Name = named(r, "name", a.Name)
	r.given("personal_number", &a.PersonalNumber)
	r.given("represented", &a.Represented)
	r.given("unp", &a.UNP)
	r.exact(`}`)
	s.Application = named(r, "application", s.Application)
	r.failed = r.failed || s.AsOf.UnmarshalText([]byte(named(r, "as_of", ""))) != nil
	r.exact(`,"attachments":`)
	s.Attachments = items(r, r.attachment)
	r.exact(`,"body":{`)
	s.Body = Named{named(r, "code", ""), named(r, "name", "")}
	r.exact(`},"form":{`)
	s.Form = FormRef{ID: named(r, "id", ""), SHA256: named(r, "sha256", ""), Title: named(r, "title", ""), Version: int(r.number("version"))}
	r.exact(`}`)
	s.Format = named(r, "format", s.Format)
	s.Language = named(r, "language", s.Language)
	r.money(&s)
	r.exact(`,"procedure":{`)
	s.Procedure = Procedure{Act: named(r, "act", ""), Code: named(r, "code", ""), Number: named(r, "number", ""), Title: named(r, "title", "")}
	r.exact(`},"sections":`)
	s.Sections = items(r, r.section)
	r.exact(`}`)
	return s, !r.failed && r.at == len(raw)
}

// money reads the order and the proof of payment, of which there may be none.
func (r *reader) money(s *Submission) {
	if r.is(`,"order":{`) {
		s.Order = &Order{}
		r.failed = r.failed || s.Order.Amount.UnmarshalText([]byte(named(r, "amount", ""))) != nil
		s.Order.Code = named(r, "code", s.Order.Code)
		r.exact(`}`)
	}
	if r.is(`,"payment":{`) {
		s.Payment = &Payment{}
		r.given("operation", &s.Payment.Operation)
		r.given("receipt", &s.Payment.Receipt)
		r.exact(`}`)
	}
}

func (r *reader) attachment() Attachment {
	r.exact(`{`)
	a := Attachment{
		Field: named(r, "field", ""), MediaType: named(r, "media_type", ""), Name: named(r, "name", ""),
		SHA256: named(r, "sha256", ""), Size: r.number("size"),
	}
	r.exact(`}`)
	return a
}

func (r *reader) section() Section {
	r.exact(`{"answers":`)
	s := Section{Answers: items(r, func() Answer { return r.answer(0) })}
	s.ID, s.Title = named(r, "id", ""), named(r, "title", "")
	r.exact(`}`)
	return s
}

func (r *reader) answer(depth int) Answer {
	if depth > maxDepth {
		r.failed = true
		return Answer{}
	}
	r.exact(`{`)
	a := Answer{Field: named(r, "field", ""), Label: named(r, "label", "")}
	if r.is(`,"rows":`) {
		a.Rows = items(r, func() []Answer {
			return items(r, func() Answer { return r.answer(depth + 1) })
		})
	}
	a.Text = named(r, "text", "")
	r.exact(`,"value":`)
	a.Value = r.value()
	r.exact(`}`)
	return a
}

// value reads an answer. All but short texts is left to package form, which bounds
// what it takes.
func (r *reader) value() (v form.Value) {
	from := r.at
	if text, plain := r.quoted(); plain && len(text) < 1<<10 {
		return form.Text(text)
	}
	r.at = from
	r.skip()
	if !r.failed {
		r.failed = v.UnmarshalJSON([]byte(r.raw[from:r.at])) != nil
	}
	return v
}

// items reads a list.
func items[T any](r *reader, item func() T) []T {
	r.exact(`[`)
	out := []T{}
	if r.is(`]`) {
		return out
	}
	for !r.failed {
		if out = append(out, item()); r.is(`]`) {
			break
		}
		r.exact(`,`)
	}
	return out
}

// named reads a member that is a text. The last argument tells its type.
func named[T ~string](r *reader, name string, _ T) T {
	r.name(name)
	return T(r.text())
}

func (r *reader) number(name string) int64 {
	n, err := strconv.ParseInt(named(r, name, ""), 10, 64)
	r.failed = r.failed || err != nil
	return n
}

// given reads a member that is left out when it is empty.
func (r *reader) given(name string, into *string) {
	at := r.at
	r.name(name)
	if r.failed {
		r.failed, r.at = false, at
		return
	}
	*into = r.text()
}

// name reads the name of a member.
func (r *reader) name(name string) {
	if r.at > 0 && r.at <= len(r.raw) && r.raw[r.at-1] != '{' {
		r.exact(`,`)
	}
	r.exact(`"`)
	r.exact(name)
	r.exact(`":`)
}

// text reads a text, with escapes or without.
func (r *reader) text() string {
	from := r.at
	if s, plain := r.quoted(); plain {
		return s
	}
	r.at = from
	r.skip()
	var s string
	if !r.failed {
		r.failed = json.Unmarshal([]byte(r.raw[from:r.at]), &s) != nil
	}
	return s
}

// quoted reads a text without escapes. It fails nothing.
func (r *reader) quoted() (s string, plain bool) {
	if r.failed || !r.is(`"`) {
		return "", false
	}
	n := strings.IndexByte(r.raw[r.at:], '"')
	if n < 0 {
		return "", false
	}
	s = r.raw[r.at : r.at+n]
	r.at += n + 1
	return s, strings.IndexByte(s, '\\') < 0
}

// skip passes over a value, of which it finds the end only.
func (r *reader) skip() {
	depth, text := 0, false
	for ; r.at < len(r.raw) && !r.failed; r.at++ {
		switch c := r.raw[r.at]; {
		case text && c == '\\':
			r.at++
			continue
		case c == '"':
			text = !text
		case text:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']' || c == ',':
			if depth == 0 {
				return
			}
			if c != ',' {
				depth--
			}
		}
		if depth == 0 && !text && (r.raw[r.at] == '"' || r.raw[r.at] == '}' || r.raw[r.at] == ']') {
			r.at++
			return
		}
	}
	r.failed = true
}

// is passes over what stands next, if it is s.
func (r *reader) is(s string) bool {
	if r.failed || len(r.raw)-r.at < len(s) || r.raw[r.at:r.at+len(s)] != s {
		return false
	}
	r.at += len(s)
	return true
}

// exact passes over s, which has to stand next.
func (r *reader) exact(s string) { r.failed = r.failed || !r.is(s) }
