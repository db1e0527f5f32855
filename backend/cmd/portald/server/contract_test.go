package server

import (
	"bytes"
	"context"
	"io"
	"net/http"
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

// contractRouter knows the operations of the contract.
var contractRouter = sync.OnceValues(func() (routers.Router, error) {
	doc, err := openapi3.NewLoader().LoadFromData(portalapi.Contract)
	if err != nil {
		return nil, err
	}
	return legacy.NewRouter(doc)
})

// A witness holds what goes over the wire against the contract: requests that
// were taken, and all answers.
type witness struct{ t *testing.T }

func (w witness) RoundTrip(r *http.Request) (*http.Response, error) {
	router, err := contractRouter()
	if err != nil {
		return nil, err
	}
	relative := r.Clone(r.Context()) // the contract's server is "/"
	relative.URL = &url.URL{Path: r.URL.Path, RawQuery: r.URL.RawQuery}
	route, params, err := router.FindRoute(relative)
	if err != nil {
		w.t.Errorf("%s %s is no operation", r.Method, r.URL.Path)
		return http.DefaultTransport.RoundTrip(r)
	}
	blob := strings.Contains(r.URL.Path, "/blobs/")
	free := func(context.Context, *openapi3filter.AuthenticationInput) error { return nil }
	in := &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: free, ExcludeRequestBody: blob},
	}
	bad := openapi3filter.ValidateRequest(r.Context(), in)
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if bad != nil && res.StatusCode < 400 {
		w.t.Errorf("%s %s: taken, although %v", r.Method, r.URL.Path, bad)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	if err := res.Body.Close(); err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	out := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: res.StatusCode, Header: res.Header, Body: io.NopCloser(bytes.NewReader(body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, ExcludeResponseBody: blob && res.StatusCode < 400},
	}
	if err := openapi3filter.ValidateResponse(r.Context(), out); err != nil {
		w.t.Errorf("%s %s answers %d against the contract: %v", r.Method, r.URL.Path, res.StatusCode, err)
	}
	return res, nil
}
