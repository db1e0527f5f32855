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

	"akno/backend/akno"
	"akno/backend/portal/retry"
	"akno/backend/portal/session"
	"akno/backend/portalapi"
)

// maxOps is how many commands one push holds.
const maxOps = 100

// PushCommands does the commands of a device one after the other. Each is its own
// transaction with its own outcome: one that is refused holds up none of the
// others, and a push that is repeated after a lost answer repeats its outcomes.
// What epoch the device believes in does not matter: ids make it safe, and the
// answer names the present one.
func (s *server) PushCommands(ctx context.Context, r PushCommandsRequestObject) (PushCommandsResponseObject, error) {
	who := visitOf(ctx).session
	if n := len(r.Body.Ops); n == 0 || n > maxOps {
		return nil, &akno.Error{Code: akno.Invalid, Op: "httpapi.push", Fields: map[string]string{"ops": "number"}}
	}
	before, err := s.Intake.Applied(ctx, who, r.Body.Ops)
	if err != nil {
		return nil, err
	}
	out := portalapi.PushResult{Results: make([]portalapi.PushOutcome, 0, len(r.Body.Ops))}
	for _, op := range r.Body.Ops {
		if ctx.Err() != nil { // nobody listens any more
			return nil, ctx.Err()
		}
		a, err := s.do(ctx, who, op)
		if err != nil && akno.CodeOf(err) == akno.Internal {
			visitOf(ctx).err = err // for the log: the answer goes on
		}
		out.Results = append(out.Results, outcome(op, a, before[op.OpId], err))
	}
	out.Epoch = s.Changes.Epoch()
	return PushCommands200ApplicationVndAknoSyncPlusJSONResponse(out), nil
}

// do does one command as if it had come alone.
func (s *server) do(ctx context.Context, who session.Session, op portalapi.PushOp) (portalapi.Application, error) {
	if sum := sha256.Sum256(op.Body); hex.EncodeToString(sum[:]) != op.BodyHash {
		return portalapi.Application{}, &akno.Error{Code: akno.BadFile, Op: "httpapi.push"}
	}
	switch op.Kind {
	case "submit":
		return as(op, func(b portalapi.SubmissionRequest) (string, string) { return b.OpId, b.ApplicationId },
			func(b portalapi.SubmissionRequest) (portalapi.Application, error) {
				return s.Intake.Submit(ctx, who, b)
			})
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

// errKind is for a command of a newer device. It is not refused: the portal will
// know it one day, and what was signed is not thrown away.
var errKind = &akno.Error{Code: akno.Unavailable, Op: "httpapi.push", Fields: map[string]string{"kind": "unknown"}}

// as decodes the body of op, holds it against the contract and does it.
func as[T any](op portalapi.PushOp, named func(T) (opID, target string), do func(T) (portalapi.Application, error)) (portalapi.Application, error) {
	var body T
	d := json.NewDecoder(bytes.NewReader(op.Body))
	d.DisallowUnknownFields()
	if err := d.Decode(&body); err != nil {
		return portalapi.Application{}, malformed(err)
	}
	fields := map[string]string{}
	walk("", "", reflect.ValueOf(body), fields)
	if id, target := named(body); id != op.OpId || target != op.Target {
		fields["opId"] = "another"
	}
	if len(fields) > 0 {
		return portalapi.Application{}, &akno.Error{Code: akno.Invalid, Op: "httpapi.push", Fields: fields}
	}
	return do(body)
}

// outcome is what became of a command. Deferred is one of which the portal holds
// nothing and which may come again as it is.
func outcome(op portalapi.PushOp, a portalapi.Application, before bool, err error) portalapi.PushOutcome {
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
