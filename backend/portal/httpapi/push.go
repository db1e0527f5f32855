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

// PushCommands does the commands of a device in their order, applications that
// stand together beside one another. Each has its own outcome: one that is refused
// holds up none of the others, and a push that is repeated after a lost answer
// repeats its outcomes.
// What epoch the device believes in does not matter: ids make it safe, and the
// answer names the present one.
func (s *server) PushCommands(ctx context.Context, r PushCommandsRequestObject) (PushCommandsResponseObject, error) {
	who := visitOf(ctx).session
	if n := len(r.Body.Ops); n == 0 || n > maxOps {
		return nil, &akno.Error{Code: akno.Invalid, Op: "httpapi.push", Fields: map[string]string{"ops": "number"}}
	}
	out := portalapi.PushResult{Results: make([]portalapi.PushOutcome, len(r.Body.Ops))}
	for ops, results := r.Body.Ops, out.Results; len(ops) > 0; {
		if ctx.Err() != nil { // nobody listens any more
			return nil, ctx.Err()
		}
		n := slices.IndexFunc(ops, func(op portalapi.PushOp) bool { return op.Kind != submitKind })
		if n < 0 {
			n = len(ops)
		}
		var err error
		if n > 0 {
			s.file(ctx, who, ops[:n], results)
		} else {
			n, err = 1, s.one(ctx, who, ops[0], &results[0])
		}
		if err != nil {
			return nil, err
		}
		ops, results = ops[n:], results[n:]
	}
	out.Epoch = s.Changes.Epoch()
	return PushCommands200ApplicationVndAknoSyncPlusJSONResponse(out), nil
}

// one does a command that files nothing.
func (s *server) one(ctx context.Context, who session.Session, op portalapi.PushOp, into *portalapi.PushOutcome) error {
	before, err := s.Intake.Applied(ctx, who, []portalapi.PushOp{op})
	if err != nil {
		return err
	}
	a, err := s.do(ctx, who, op)
	*into = outcome(ctx, op, a, before[op.OpId], err)
	return nil
}

// file files applications.
func (s *server) file(ctx context.Context, who session.Session, ops []portalapi.PushOp, into []portalapi.PushOutcome) {
	var reqs []portalapi.SubmissionRequest
	var at []int
	for i, op := range ops {
		req, err := decode(op, func(b portalapi.SubmissionRequest) (string, string) { return b.OpId, b.ApplicationId })
		if err != nil {
			into[i] = outcome(ctx, op, portalapi.Application{}, false, err)
			continue
		}
		reqs, at = append(reqs, req), append(at, i)
	}
	for k, f := range s.Intake.SubmitAll(ctx, who, reqs) {
		into[at[k]] = outcome(ctx, ops[at[k]], f.Application, f.Again, f.Err)
	}
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

// decode returns the body of op, held against its hash and the contract.
func decode[T any](op portalapi.PushOp, named func(T) (opID, target string)) (body T, err error) {
	if sum := sha256.Sum256(op.Body); hex.EncodeToString(sum[:]) != op.BodyHash {
		return body, &akno.Error{Code: akno.BadFile, Op: "httpapi.push"}
	}
	d := json.NewDecoder(bytes.NewReader(op.Body))
	d.DisallowUnknownFields()
	if err := d.Decode(&body); err != nil {
		if json.Unmarshal(op.Body, new(T)) == nil {
			return body, errField
		}
		return body, malformed(err)
	}
	fields := map[string]string{}
	walk("", "", reflect.ValueOf(body), fields)
	if id, target := named(body); id != op.OpId || target != op.Target {
		fields["opId"] = "another"
	}
	if len(fields) > 0 {
		return body, &akno.Error{Code: akno.Invalid, Op: "httpapi.push", Fields: fields}
	}
	return body, nil
}

// outcome is what became of a command. Deferred is one of which the portal holds
// nothing and which may come again as it is. What the portal stumbled over goes to
// the log: the answer goes on.
func outcome(ctx context.Context, op portalapi.PushOp, a portalapi.Application, before bool, err error) portalapi.PushOutcome {
	out := portalapi.PushOutcome{OpId: op.OpId}
	switch {
	case err == nil && before:
		out.Outcome, out.Application = portalapi.Replayed, &a
	case err == nil:
		out.Outcome, out.Application = portalapi.Applied, &a
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
