package testcontract

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// complaints is a test that notes its failures instead of failing.
type complaints struct {
	testing.TB
	n int
}

func (c *complaints) Errorf(string, ...any) { c.n++ }

const (
	ready  = "/v1/readyz"
	sent   = "/v1/registrations/email/letters"
	letter = `{"email":"anna@example.by"}`
	answer = `{"resendAfter":60,"validFor":86400}`
)

func TestWhatIsAgainstTheContractIsFound(t *testing.T) {
	for name, tt := range map[string]struct {
		method, path, body string
		status             int
		answer             string
		want               int
	}{
		"nothing is wrong":                 {"POST", sent, letter, 202, answer, 0},
		"a wrong request that was refused": {"POST", sent, `{"email":1}`, 422, `{"status":422,"code":"invalid"}`, 0},
		"a wrong request that was taken":   {"POST", sent, `{"email":1}`, 202, answer, 1},
		"an answer with too little":        {"POST", sent, letter, 202, `{}`, 1},
		"an answer with too much":          {"POST", sent, letter, 202, `{"resendAfter":60,"validFor":86400,"more":1}`, 1},
		"a status that is not listed":      {"GET", ready, "", 200, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			next := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				switch {
				case tt.status >= http.StatusBadRequest:
					w.Header().Set("Content-Type", "application/problem+json")
				case tt.answer != "":
					w.Header().Set("Content-Type", "application/json")
				}
				w.WriteHeader(tt.status)
				if _, err := io.WriteString(w, tt.answer); err != nil {
					t.Error(err)
				}
			})
			request := func(base string) *http.Request {
				r, err := http.NewRequestWithContext(t.Context(), tt.method, base+tt.path, strings.NewReader(tt.body))
				if err != nil {
					t.Fatal(err)
				}
				if tt.body != "" {
					r.Header.Set("Content-Type", "application/json")
				}
				return r
			}
			c := &complaints{TB: t}
			rec := httptest.NewRecorder()
			Handler(c, next).ServeHTTP(rec, request(""))
			if c.n != tt.want || rec.Code != tt.status || rec.Body.String() != tt.answer {
				t.Errorf("as a handler: %d complaints, %d %s", c.n, rec.Code, rec.Body)
			}
			server := httptest.NewServer(next)
			defer server.Close()
			c = &complaints{TB: t}
			res, err := (&http.Client{Transport: Transport(c, server.Client().Transport)}).Do(request(server.URL))
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(res.Body)
			if err != nil || res.Body.Close() != nil || c.n != tt.want || string(got) != tt.answer {
				t.Errorf("as a transport: %d complaints, %s, %v", c.n, got, err)
			}
		})
	}
}

func TestAnUnknownPathIsNoOperation(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	c := &complaints{TB: t}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/v2/info", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := (&http.Client{Transport: Transport(c, server.Client().Transport)}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil || c.n != 1 {
		t.Errorf("%d complaints, %v", c.n, err)
	}
}

func TestTheOperationsAreListed(t *testing.T) {
	kinds := map[string]Operation{}
	for _, o := range Operations(t) {
		kinds[o.Route] = o
	}
	for route, want := range map[string]Operation{
		"GET /v1/info":                    {Route: "GET /v1/info", Open: true},
		"POST /v1/orders":                 {Route: "POST /v1/orders"},
		"POST /v1/payments/notifications": {Route: "POST /v1/payments/notifications", Provider: true},
	} {
		if kinds[route] != want {
			t.Errorf("%s is %+v", route, kinds[route])
		}
	}
}
