// Package testcontract holds what goes over the wire in tests against the portal's
// contract: a request that was taken although the contract forbids it, and every
// answer that differs from it, fail the test.
package testcontract

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"akno/backend/portalapi"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

type contract struct {
	doc    *openapi3.T
	router routers.Router
}

var load = sync.OnceValues(func() (c contract, err error) {
	openapi3filter.RegisterBodyDecoder("application/vnd.akno.sync+json", openapi3filter.JSONBodyDecoder)
	if c.doc, err = openapi3.NewLoader().LoadFromData(portalapi.Contract); err != nil {
		return c, err
	}
	if err = c.doc.Validate(context.Background()); err != nil {
		return c, err
	}
	c.router, err = legacy.NewRouter(c.doc)
	return c, err
})

func loaded(t testing.TB) contract {
	t.Helper()
	c, err := load()
	if err != nil {
		t.Fatal("the contract: ", err)
	}
	return c
}

// An Operation is an operation of the contract.
type Operation struct {
	Route    string // method and path, as "GET /v1/info"
	Open     bool   // asks for no session
	Provider bool   // is signed by the payment system
}

// Operations lists every operation of the contract, in no order.
func Operations(t testing.TB) []Operation {
	t.Helper()
	var out []Operation
	for path, item := range loaded(t).doc.Paths.Map() {
		for method, op := range item.Operations() {
			o := Operation{Route: method + " " + path}
			if op.Security != nil {
				o.Open = len(*op.Security) == 0
				o.Provider = len(*op.Security) == 1 && (*op.Security)[0]["provider"] != nil
			}
			out = append(out, o)
		}
	}
	return out
}

// An exchange is a request that the contract knows, with what is wrong with it.
type exchange struct {
	in   *openapi3filter.RequestValidationInput
	blob bool // octets, which the contract says nothing about
	bad  error
}

// begin judges a request; found is false when it is no operation. The body is read
// and put back.
func (c contract) begin(r *http.Request) (e exchange, found bool) {
	relative := r.Clone(r.Context()) // the contract's server is "/"
	relative.URL = &url.URL{Path: r.URL.Path, RawQuery: r.URL.RawQuery}
	route, params, err := c.router.FindRoute(relative)
	if err != nil {
		return e, false
	}
	e.blob = strings.Contains(r.URL.Path, "/blobs/")
	e.in = &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, ExcludeRequestBody: e.blob,
		},
	}
	e.bad = openapi3filter.ValidateRequest(r.Context(), e.in)
	return e, true
}

// end judges the answer to a request.
func (e exchange) end(t testing.TB, status int, header http.Header, body []byte) {
	t.Helper()
	r := e.in.Request
	if e.bad != nil && status < http.StatusBadRequest {
		t.Errorf("%s %s: taken, although %v", r.Method, r.URL.Path, e.bad)
	}
	out := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: e.in, Status: status, Header: header, Body: io.NopCloser(bytes.NewReader(body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, ExcludeResponseBody: e.blob && status < http.StatusBadRequest},
	}
	if err := openapi3filter.ValidateResponse(r.Context(), out); err != nil {
		t.Errorf("%s %s answers %d against the contract: %v", r.Method, r.URL.Path, status, err)
	}
}

// Handler returns next with its exchanges held against the contract. What is no
// operation of it passes.
func Handler(t testing.TB, next http.Handler) http.Handler {
	t.Helper()
	c := loaded(t)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e, found := c.begin(r)
		if !found {
			next.ServeHTTP(w, r)
			return
		}
		rec := httptest.NewRecorder()
		next.ServeHTTP(rec, r)
		body := rec.Body.Bytes()
		e.end(t, rec.Code, rec.Header(), body)
		for k, v := range rec.Header() {
			w.Header()[k] = v
		}
		w.WriteHeader(rec.Code)
		if len(body) == 0 {
			return // some answers may have none
		}
		if _, err := w.Write(body); err != nil {
			t.Error(err)
		}
	})
}

type transport struct {
	t    testing.TB
	c    contract
	next http.RoundTripper
}

// Transport returns next with its exchanges held against the contract. A request
// that is no operation of it fails the test.
func Transport(t testing.TB, next http.RoundTripper) http.RoundTripper {
	t.Helper()
	return transport{t, loaded(t), next}
}

// RoundTrip implements http.RoundTripper.
func (w transport) RoundTrip(r *http.Request) (*http.Response, error) {
	e, found := w.c.begin(r)
	if !found {
		w.t.Errorf("%s %s is no operation", r.Method, r.URL.Path)
		return w.next.RoundTrip(r)
	}
	res, err := w.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	if err := res.Body.Close(); err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	e.end(w.t, res.StatusCode, res.Header, body)
	return res, nil
}
