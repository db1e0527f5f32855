package portalclient

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/go-resty/resty/v2"

	"akno/backend/akno"
	"akno/backend/portalapi"
)

// Error is an answer that is not a success. It is the cause of the *akno.Error
// that a call returns.
type Error struct {
	Op      string
	Status  int
	Problem *portalapi.Problem // nil when the answer was not a problem of the contract
}

// Error returns the operation, the status and the problem's code.
func (e *Error) Error() string {
	if e.Problem == nil {
		return fmt.Sprintf("%s: status %d", e.Op, e.Status)
	}
	return fmt.Sprintf("%s: status %d: %s", e.Op, e.Status, e.Problem.Code)
}

// RetryAfter returns how long the portal asked to wait, or 0.
func RetryAfter(err error) time.Duration {
	if e, ok := errors.AsType[*Error](err); ok && e.Problem != nil && e.Problem.RetryAfter != nil {
		return time.Duration(*e.Problem.RetryAfter) * time.Second
	}
	return 0
}

// StatusOf returns the HTTP status of a refusal, or 0.
func StatusOf(err error) int {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Status
	}
	return 0
}

// errForeign is the cause when somebody else than the portal answered: the
// sign-in page of a hotel, a proxy. It is never a success, whatever its status.
var errForeign = errors.New("the answer is not the portal's")

// call sends req and tells an answer, a problem and silence apart. Every
// failure is an *akno.Error. Operations without a JSON answer return an empty
// struct. own is the media type of an answer that has one of its own: nobody else
// gives it, so that the page of a hotel is no answer whatever it holds.
func call[T any](req *resty.Request, op, method, path string, own ...string) (*T, error) {
	for _, t := range own {
		req.SetHeader("Accept", t+", application/problem+json")
	}
	return send[T](req, op, method, path, answerTimeout, own...)
}

func send[T any](req *resty.Request, op, method, path string, limit time.Duration, own ...string) (*T, error) {
	ctx, cancel := within(req.Context(), limit)
	defer cancel()
	if req.Body != nil {
		b, err := bodyOf(req.Body)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", op, err)
		}
		defer b.done()
		ctx = context.WithValue(ctx, bodyKey{}, b)
		req.SetBody(io.Reader(b))
	}
	res, err := req.SetContext(ctx).Execute(method, path)
	if err != nil {
		return nil, silence(op, err)
	}
	if err := problemOf(op, res.StatusCode(), res.Header(), res.Body()); err != nil {
		return nil, err
	}
	var out T
	if _, empty := any(out).(struct{}); empty {
		if res.StatusCode() != http.StatusNoContent {
			return nil, foreign(op, res.StatusCode(), res.Header(), errForeign)
		}
		return &out, nil
	}
	want := "application/json"
	if len(own) > 0 {
		want = own[0]
	}
	if !isType(res.Header(), want) {
		return nil, foreign(op, res.StatusCode(), res.Header(), errForeign)
	}
	if err := json.Unmarshal(res.Body(), &out); err != nil {
		return nil, silence(op, fmt.Errorf("%w: %w", errForeign, err))
	}
	return &out, nil
}

// problemOf returns nil for a status of success and otherwise what the portal
// said, or that it was not the portal who spoke.
func problemOf(op string, status int, header http.Header, body []byte) error {
	if status >= 200 && status < 300 {
		return nil
	}
	cause := &Error{Op: op, Status: status}
	out := &akno.Error{Code: akno.Unavailable, Op: op, Err: cause}
	var prob portalapi.Problem
	if !isType(header, "application/problem+json") || json.Unmarshal(body, &prob) != nil || prob.Code == "" {
		return foreign(op, status, header, fmt.Errorf("%w: %w", errForeign, cause))
	}
	cause.Problem = &prob
	out.Code = codeOf(status, akno.Code(prob.Code))
	if prob.Fields != nil {
		out.Fields = *prob.Fields
	}
	return out
}

// Refusal returns the error of a problem that stands inside of an answer.
func Refusal(op string, p *portalapi.Problem) error {
	if p == nil {
		return &akno.Error{Code: akno.Unavailable, Op: op, Err: errForeign}
	}
	out := &akno.Error{Code: codeOf(p.Status, akno.Code(p.Code)), Op: op, Err: &Error{Op: op, Status: p.Status, Problem: p}}
	if p.Fields != nil {
		out.Fields = *p.Fields
	}
	return out
}

// codeOf keeps a code this program knows. A newer portal may have others: then
// the status says what kind of refusal it is.
func codeOf(status int, code akno.Code) akno.Code {
	if slices.Contains(akno.Codes(), code) {
		if code == akno.Internal || akno.Silent(code) { // the portal's bug is not this program's, nor its way to the portal
			return akno.Unavailable
		}
		return code
	}
	switch status {
	case http.StatusUnauthorized:
		return akno.SignedOut
	case http.StatusForbidden:
		return akno.Forbidden
	case http.StatusNotFound:
		return akno.NotFound
	case http.StatusConflict:
		return akno.Conflict
	case http.StatusRequestEntityTooLarge:
		return akno.TooLarge
	case http.StatusTooManyRequests:
		return akno.SlowDown
	}
	if status >= 500 || status == http.StatusRequestTimeout {
		return akno.Unavailable
	}
	return akno.Invalid
}

func isType(h http.Header, want string) bool {
	got, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && got == want
}

// NotSent says whether it is certain that a failed call sent nothing: no
// connection was made.
func NotSent(err error) bool {
	if errors.Is(err, errOffline) || proxyCode(err) != "" {
		return true
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	e, ok := errors.AsType[*net.OpError](err)
	return ok && e.Op == "dial"
}
