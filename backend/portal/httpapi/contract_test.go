package httpapi

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"akno/backend/akno"
	"akno/backend/portalapi"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

func contract(t *testing.T) (*openapi3.T, routers.Router) {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(portalapi.Contract)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	router, err := legacy.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return doc, router
}

// held wraps a handler so that every request of a test that is meant to be
// right, and every answer, is held against the contract.
func held(t *testing.T, next http.Handler) http.Handler {
	_, router := contract(t)
	auth := func(context.Context, *openapi3filter.AuthenticationInput) error { return nil }
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		route, params, err := router.FindRoute(r)
		if err != nil {
			next.ServeHTTP(w, r)
			return
		}
		blob := strings.Contains(r.URL.Path, "/blobs/")
		in := &openapi3filter.RequestValidationInput{
			Request: r, PathParams: params, Route: route,
			Options: &openapi3filter.Options{AuthenticationFunc: auth, ExcludeRequestBody: blob},
		}
		bad := openapi3filter.ValidateRequest(r.Context(), in)
		rec := httptest.NewRecorder()
		next.ServeHTTP(rec, r)
		if bad != nil && rec.Code < 400 {
			t.Errorf("%s %s: taken, although %v", r.Method, r.URL.Path, bad)
		}
		body := rec.Body.Bytes()
		out := &openapi3filter.ResponseValidationInput{
			RequestValidationInput: in, Status: rec.Code, Header: rec.Header(), Body: io.NopCloser(bytes.NewReader(body)),
			Options: &openapi3filter.Options{IncludeResponseStatus: true, ExcludeResponseBody: blob && rec.Code < 400},
		}
		if err := openapi3filter.ValidateResponse(r.Context(), out); err != nil {
			t.Errorf("%s %s answers %d against the contract: %v", r.Method, r.URL.Path, rec.Code, err)
		}
		for k, v := range rec.Header() {
			w.Header()[k] = v
		}
		w.WriteHeader(rec.Code)
		_, _ = w.Write(body)
	})
}

func TestEveryOperationOfTheContractHasARight(t *testing.T) {
	doc, _ := contract(t)
	seen := map[string]bool{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			route := method + " " + path
			seen[route] = true
			r, ok := rights[route]
			if !ok {
				t.Errorf("%s is in no table", route)
				continue
			}
			public := op.Security != nil && len(*op.Security) == 0
			provider := op.Security != nil && len(*op.Security) == 1 && (*op.Security)[0]["provider"] != nil
			if r.open != public || r.provider != provider {
				t.Errorf("%s: open %v, provider %v; the contract says %v, %v", route, r.open, r.provider, public, provider)
			}
			if !r.open && !r.provider && (r.level < akno.Email || len(r.roles) == 0) {
				t.Errorf("%s lets in a session without level or role", route)
			}
		}
	}
	for route := range rights {
		if !seen[route] {
			t.Errorf("%s is no operation", route)
		}
	}
}

func TestEveryCodeHasAStatus(t *testing.T) {
	for _, code := range akno.Codes() {
		if s := statusOf[code]; s < 400 || s > 599 {
			t.Errorf("%s has status %d", code, s)
		}
	}
	if len(statusOf) != len(akno.Codes()) {
		t.Errorf("%d statuses for %d codes", len(statusOf), len(akno.Codes()))
	}
}
