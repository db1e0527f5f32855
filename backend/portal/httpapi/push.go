package httpapi

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"
	"net/http"
	"reflect"
	"slices"

	"akno/backend/akno"
	"akno/backend/portal/retry"
	"akno/backend/portal/session"
	"akno/backend/portalapi"
)

// maxOps is how many commands one push holds.
const maxOps = 100

// submitKind is the kind of the command that files an application.
const submitKind = "submit"

// A command is one of a push. filing is its body when that was read in place.
type command struct {
	portalapi.PushOp
	filing *portalapi.SubmissionRequest
}

// PushCommands does the commands of a device, see push.
func (s *server) PushCommands(ctx context.Context, r PushCommandsRequestObject) (PushCommandsResponseObject, error) {
	ops := make([]command, len(r.Body.Ops))
	for i, op := range r.Body.Ops {
		ops[i].PushOp = op
	}
	return s.push(ctx, ops)
}

// push does the commands of a device in their order, applications that stand
// together beside one another. Each has its own outcome: one that is refused holds up
// none of the others, and a push that is repeated after a lost answer repeats its
// outcomes.
// What epoch the device believes in does not matter: ids make it safe, and the
// answer names the present one.
func (s *server) push(ctx context.Context, ops []command) (pushAnswer, error) {
	who := visitOf(ctx).session
	if n := len(ops); n == 0 || n > maxOps {
		return pushAnswer{}, &akno.Error{Code: akno.Invalid, Op: "httpapi.push", Fields: map[string]string{"ops": "number"}}
	}
	out := pushAnswer{results: make([]outcome, len(ops))}
	for results := out.results; len(ops) > 0; {
		if ctx.Err() != nil { // nobody listens any more
			return pushAnswer{}, ctx.Err()
		}
		n := slices.IndexFunc(ops, func(op command) bool { return op.Kind != submitKind })
		if n < 0 {
			n = len(ops)
		}
		var err error
		if n > 0 {
			s.file(ctx, who, ops[:n], results)
		} else {
			n, err = 1, s.one(ctx, who, ops[0].PushOp, &results[0])
		}
		if err != nil {
			return pushAnswer{}, err
		}
		ops, results = ops[n:], results[n:]
	}
	out.epoch = s.Changes.Epoch()
	return out, nil
}

// one does a command that files nothing.
func (s *server) one(ctx context.Context, who session.Session, op portalapi.PushOp, into *outcome) error {
	before, err := s.Intake.Applied(ctx, who, []portalapi.PushOp{op})
	if err != nil {
		return err
	}
	a, err := s.do(ctx, who, op)
	var doc []byte
	if err == nil {
		doc, err = json.Marshal(a)
	}
	*into = outcomeOf(ctx, op, doc, before[op.OpId], err)
	return nil
}

// file files applications.
func (s *server) file(ctx context.Context, who session.Session, ops []command, into []outcome) {
	var reqs []portalapi.SubmissionRequest
	var at []int
	for i, op := range ops {
		req, err := op.submission()
		if err != nil {
			into[i] = outcomeOf(ctx, op.PushOp, nil, false, err)
			continue
		}
		reqs, at = append(reqs, req), append(at, i)
	}
	for k, f := range s.Intake.SubmitAll(ctx, who, reqs) {
		into[at[k]] = outcomeOf(ctx, ops[at[k]].PushOp, f.JSON, f.Again, f.Err)
	}
}

// submission returns the body of a command that files an application.
func (c *command) submission() (portalapi.SubmissionRequest, error) {
	if c.filing == nil {
		return decode(c.PushOp, submissionNames)
	}
	if !hashed(c.PushOp) {
		return portalapi.SubmissionRequest{}, errHash
	}
	return *c.filing, nil
}

// submissionNames are by which names a submission goes.
func submissionNames(b portalapi.SubmissionRequest) (opID, target string) {
	return b.OpId, b.ApplicationId
}

// do does one command as if it had come alone.
func (s *server) do(ctx context.Context, who session.Session, op portalapi.PushOp) (portalapi.Application, error) {
	switch op.Kind {
	case "answer":
		return as(op, func(b portalapi.AnswerCommand) (string, string) { return b.OpId, op.Target },
			func(b portalapi.AnswerCommand) (portalapi.Application, error) {
				return s.Intake.Answer(ctx, who, op.Target, b)
			})
	case "withdraw":
		return as(op, func(b portalapi.VersionedCommand) (string, string) { return b.OpId, op.Target },
			func(b portalapi.VersionedCommand) (portalapi.Application, error) {
				return s.Intake.Withdraw(ctx, who, op.Target, b)
			})
	case "open_decision":
		return as(op, func(b portalapi.VersionedCommand) (string, string) { return b.OpId, op.Target },
			func(b portalapi.VersionedCommand) (portalapi.Application, error) {
				return s.Intake.OpenDecision(ctx, who, op.Target, b)
			})
	}
	return portalapi.Application{}, errKind
}

// errKind and errField are for commands of a newer device. They are not refused:
// the portal will know them one day, and what was signed is not thrown away.
var (
	errKind  = &akno.Error{Code: akno.Unavailable, Op: "httpapi.push", Fields: map[string]string{"kind": "unknown"}}
	errField = &akno.Error{Code: akno.Unavailable, Op: "httpapi.push", Fields: map[string]string{"body": "unknown"}}
)

// as decodes the body of op and does it.
func as[T any](op portalapi.PushOp, named func(T) (opID, target string), do func(T) (portalapi.Application, error)) (portalapi.Application, error) {
	body, err := decode(op, named)
	if err != nil {
		return portalapi.Application{}, err
	}
	return do(body)
}

// errHash is for a body that is not the one whose hash stands beside it.
var errHash = &akno.Error{Code: akno.BadFile, Op: "httpapi.push"}

// hashed says whether the body of op has its hash.
func hashed(op portalapi.PushOp) bool {
	sum := sha256.Sum256(op.Body)
	return hex.EncodeToString(sum[:]) == op.BodyHash
}

// decode returns the body of op, held against its hash and the contract.
func decode[T any](op portalapi.PushOp, named func(T) (opID, target string)) (body T, err error) {
	if !hashed(op) {
		return body, errHash
	}
	d := json.NewDecoder(bytes.NewReader(op.Body))
	d.DisallowUnknownFields()
	if err := d.Decode(&body); err != nil {
		if json.Unmarshal(op.Body, new(T)) == nil {
			return body, errField
		}
		return body, malformed(err)
	}
	if fields := flaws(op, body, named); len(fields) > 0 {
		return body, &akno.Error{Code: akno.Invalid, Op: "httpapi.push", Fields: fields}
	}
	return body, nil
}

// flaws holds a decoded body against the contract and the command around it.
func flaws[T any](op portalapi.PushOp, body T, named func(T) (opID, target string)) map[string]string {
	fields := map[string]string{}
	walk("", "", reflect.ValueOf(body), fields)
	if id, target := named(body); id != op.OpId || target != op.Target {
		fields["opId"] = "another"
	}
	return fields
}

// An outcome is what became of a command, with the application as JSON.
type outcome struct {
	portalapi.PushOutcome
	application []byte
}

// outcomeOf is what became of a command. Deferred is one of which the portal holds
// nothing and which may come again as it is. What the portal stumbled over goes to
// the log: the answer goes on.
func outcomeOf(ctx context.Context, op portalapi.PushOp, doc []byte, before bool, err error) outcome {
	out := outcome{PushOutcome: portalapi.PushOutcome{OpId: op.OpId}}
	switch {
	case err == nil && before:
		out.Outcome, out.application = portalapi.Replayed, doc
	case err == nil:
		out.Outcome, out.application = portalapi.Applied, doc
	case waits(err):
		out.Outcome = portalapi.Deferred
	default:
		out.Outcome = portalapi.Rejected
	}
	if err != nil {
		if akno.CodeOf(err) == akno.Internal {
			visitOf(ctx).err = err
		}
		p := problemFrom(err)
		out.Problem = &p
	}
	return out
}

// waits says whether a command that failed so may succeed as it is.
func waits(err error) bool {
	for _, why := range akno.FieldsOf(err) {
		if why == "file_missing" {
			return true
		}
	}
	switch akno.CodeOf(err) {
	case akno.Internal, akno.Unavailable, akno.SlowDown, akno.DiskFull, akno.NoRevocation, akno.LowLevel, akno.SignedOut:
		return true
	}
	return false
}

// problemFrom is what a person may know of err.
func problemFrom(err error) portalapi.Problem {
	code := akno.CodeOf(err)
	status, ok := statusOf[code]
	if !ok {
		code, status = akno.Internal, http.StatusInternalServerError
	}
	p := portalapi.Problem{Status: status, Code: string(code)}
	if fields := akno.FieldsOf(err); len(fields) > 0 {
		p.Fields = &fields
	}
	if d := retry.Of(err); d > 0 {
		s := int(math.Ceil(d.Seconds()))
		p.RetryAfter = &s
	}
	return p
}
