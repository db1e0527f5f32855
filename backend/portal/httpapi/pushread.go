package httpapi

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"sync"
	"unicode/utf8"

	"akno/backend/portalapi"
)

// A door is the generated server with a way of its own for pushes: of all requests
// these carry the most, and encoding/json goes through the octets of an application
// six times before it has them.
type door struct {
	ServerInterface
	server *server
}

// pushes keeps the octets of requests that are over.
var pushes = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// PushCommands reads a push in place and does it. What is not written as programs
// write it goes the generated way, which decides whether it is good.
func (d door) PushCommands(w http.ResponseWriter, r *http.Request) {
	buf := pushes.Get().(*bytes.Buffer)
	defer pushes.Put(buf)
	buf.Reset()
	buf.Grow(int(max(r.ContentLength, 0)) + bytes.MinRead)
	if _, err := buf.ReadFrom(r.Body); err != nil {
		fail(r, malformed(fmt.Errorf("push: %w", err)))
		return
	}
	ops, ok := readPush(buf.Bytes())
	if !ok {
		r.Body = io.NopCloser(bytes.NewReader(buf.Bytes()))
		d.ServerInterface.PushCommands(w, r)
		return
	}
	answer, err := d.server.push(r.Context(), ops)
	if err == nil {
		err = answer.VisitPushCommandsResponse(w)
	}
	if err != nil {
		fail(r, err)
	}
}

// readPush reads a push whose texts hold no escapes, whose members have the names of
// the contract, each once, and which has no flaw. Anything else is not ok. The
// bodies of the commands are parts of raw.
func readPush(raw []byte) (ops []command, ok bool) {
	c := &reader{raw: raw}
	var req portalapi.PushRequest
	var seen members
	good := c.object(func(name []byte) bool {
		switch string(name) {
		case "epoch":
			return seen.once(1, c.text(&req.Epoch))
		case "ops":
			return seen.once(2, c.array(func() bool {
				var op command
				ok := c.command(&op)
				ops, req.Ops = append(ops, op), append(req.Ops, op.PushOp)
				return ok
			}))
		}
		return false
	})
	c.blank()
	fields := map[string]string{}
	walk("", "Body", reflect.ValueOf(req), fields)
	return ops, good && seen == 1|2 && c.at == len(raw) && len(fields) == 0
}

// members are those of an object that were met, each a bit.
type members int

// once notes a member and says whether it was read well and for the first time.
func (m *members) once(bit members, ok bool) bool {
	twice := *m&bit != 0
	*m |= bit
	return ok && !twice
}

// command reads one command. The body of one that files is read too; every other one
// is JSON at least.
func (c *reader) command(op *command) bool {
	var seen members
	ok := c.object(func(name []byte) bool {
		switch string(name) {
		case "body":
			return seen.once(1, c.value((*[]byte)(&op.Body)))
		case "bodyHash":
			return seen.once(2, c.text(&op.BodyHash))
		case "deviceSeq":
			return seen.once(4, c.number(&op.DeviceSeq))
		case "kind":
			return seen.once(8, c.text(&op.Kind))
		case "opId":
			return seen.once(16, c.text(&op.OpId))
		case "target":
			return seen.once(32, c.text(&op.Target))
		}
		return false
	})
	if !ok || seen != 63 {
		return false
	}
	if op.Kind == submitKind {
		var req portalapi.SubmissionRequest
		if (&reader{raw: op.Body}).submission(&req) && len(flaws(op.PushOp, req, submissionNames)) == 0 {
			op.filing = &req
			return true
		}
	}
	return json.Valid(op.Body)
}

// submission reads the body of a command that files.
func (c *reader) submission(req *portalapi.SubmissionRequest) bool {
	var signature []byte
	var seen members
	ok := c.object(func(name []byte) bool {
		switch string(name) {
		case "applicationId":
			return seen.once(1, c.text(&req.ApplicationId))
		case "opId":
			return seen.once(2, c.text(&req.OpId))
		case "signature":
			req.Signature = &signature
			return seen.once(4, c.octets(&signature))
		case "submission":
			return seen.once(8, c.octets(&req.Submission))
		}
		return false
	})
	return ok && seen|4 == 15 && c.at == len(c.raw)
}

// A reader reads JSON from the front. Its methods return false for what they do not
// read, which need not be wrong.
type reader struct {
	raw []byte
	at  int
}

// blank passes over what may stand between values.
func (c *reader) blank() {
	for c.at < len(c.raw) && (c.raw[c.at] == ' ' || c.raw[c.at] == '\n' || c.raw[c.at] == '\r' || c.raw[c.at] == '\t') {
		c.at++
	}
}

// is passes over blanks and b.
func (c *reader) is(b byte) bool {
	c.blank()
	if c.at < len(c.raw) && c.raw[c.at] == b {
		c.at++
		return true
	}
	return false
}

// list reads what stands between two brackets with commas between.
func (c *reader) list(left, right byte, item func() bool) bool {
	if !c.is(left) {
		return false
	}
	if c.is(right) {
		return true
	}
	for item() {
		if c.is(right) {
			return true
		}
		if !c.is(',') {
			return false
		}
	}
	return false
}

func (c *reader) array(item func() bool) bool { return c.list('[', ']', item) }

func (c *reader) object(member func(name []byte) bool) bool {
	return c.list('{', '}', func() bool {
		name, ok := c.plain()
		return ok && c.is(':') && member(name)
	})
}

// plain reads a text without escapes: a part of the octets.
func (c *reader) plain() ([]byte, bool) {
	if !c.is('"') {
		return nil, false
	}
	n := bytes.IndexByte(c.raw[c.at:], '"')
	if n < 0 {
		return nil, false
	}
	s := c.raw[c.at : c.at+n]
	c.at += n + 1
	return s, true
}

func (c *reader) text(into *string) bool {
	s, ok := c.plain()
	for _, b := range s {
		if b < ' ' || b == '\\' {
			return false
		}
	}
	*into = string(s)
	return ok && utf8.Valid(s)
}

// octets reads base64, whose alphabet has no escape in it.
func (c *reader) octets(into *[]byte) bool {
	s, ok := c.plain()
	if !ok || bytes.IndexByte(s, '\n') >= 0 || bytes.IndexByte(s, '\r') >= 0 { // which the decoder passes over
		return false
	}
	out := make([]byte, base64.StdEncoding.DecodedLen(len(s)))
	n, err := base64.StdEncoding.Decode(out, s)
	*into = out[:n]
	return err == nil
}

func (c *reader) number(into *int64) bool {
	c.blank()
	from := c.at
	for c.at < len(c.raw) && '0' <= c.raw[c.at] && c.raw[c.at] <= '9' {
		c.at++
	}
	digits := c.raw[from:c.at]
	if len(digits) == 0 || len(digits) > 18 || len(digits) > 1 && digits[0] == '0' {
		return false
	}
	n, err := strconv.ParseInt(string(digits), 10, 64)
	*into = n
	return err == nil
}

// value finds the end of an object without a look at what is in it.
func (c *reader) value(into *[]byte) bool {
	c.blank()
	from := c.at
	for depth := 0; c.at < len(c.raw); {
		b := c.raw[c.at]
		c.at++
		switch b {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth <= 0 {
				*into = c.raw[from:c.at]
				return depth == 0 && c.raw[from] == '{'
			}
		case '"':
			if !c.pass() {
				return false
			}
		}
	}
	return false
}

// pass goes behind the end of a text that has begun.
func (c *reader) pass() bool {
	for {
		n := bytes.IndexByte(c.raw[c.at:], '"')
		if n < 0 {
			return false
		}
		end := c.at + n
		back := end
		for back > c.at && c.raw[back-1] == '\\' {
			back--
		}
		c.at = end + 1
		if (end-back)%2 == 0 {
			return true
		}
	}
}

// A pushAnswer is a portalapi.PushResult whose applications are JSON already.
type pushAnswer struct {
	epoch   string
	results []outcome
}

// VisitPushCommandsResponse writes the answer.
func (p pushAnswer) VisitPushCommandsResponse(w http.ResponseWriter) error {
	raw, err := p.octets()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/vnd.akno.sync+json")
	w.Header().Set("Content-Length", strconv.Itoa(len(raw)))
	w.WriteHeader(http.StatusOK)
	_, err = w.Write(raw)
	return err
}

// octets is the answer as encoding/json writes it.
func (p pushAnswer) octets() ([]byte, error) {
	n := 128
	for _, r := range p.results {
		n += 128 + len(r.application)
	}
	b := append(text(append(make([]byte, 0, n), `{"epoch":`...), p.epoch), `,"results":[`...)
	for i, r := range p.results {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '{')
		if r.application != nil {
			b = append(append(append(b, `"application":`...), r.application...), ',')
		}
		b = text(append(b, `"opId":`...), r.OpId)
		b = text(append(b, `,"outcome":`...), string(r.Outcome))
		if r.Problem != nil {
			raw, err := json.Marshal(r.Problem)
			if err != nil {
				return nil, err
			}
			b = append(append(b, `,"problem":`...), raw...)
		}
		b = append(b, '}')
	}
	return append(b, "]}\n"...), nil
}
