// Package portalclient talks to the portal over HTTP. The typed methods are
// generated from the portal's contract; what can be written once is here:
// telling an answer, a problem and silence apart, retries that rewind a
// streamed body, and the session's token.
package portalclient

import (
	"fmt"
	"io"

	"github.com/go-resty/resty/v2"

	"akno/backend/portalapi"
)

// Client is a typed client of one portal.
type Client struct {
	R *resty.Client
}

// Error is an answer of the portal that is not a success.
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

// call sends req and tells an answer, a problem and silence apart. Operations
// without a JSON answer return an empty struct.
func call[T any](req *resty.Request, op, method, path string) (*T, error) {
	var out T
	var prob portalapi.Problem
	res, err := req.SetResult(&out).SetError(&prob).Execute(method, path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	if res.IsSuccess() {
		return &out, nil
	}
	e := &Error{Op: op, Status: res.StatusCode()}
	if prob.Code != "" {
		e.Problem = &prob
	}
	return nil, e
}

// rewind makes a streamed body readable again before a retry: resty repeats a
// request whose body is a reader with an empty body and reports no error.
func rewind(res *resty.Response, _ error) {
	if s, ok := res.Request.Body.(io.Seeker); ok {
		_, _ = s.Seek(0, io.SeekStart)
	}
}
