package httpapi

import (
	"net/http"
	"slices"
	"strings"

	"akno/backend/akno"
)

// others answers what no operation takes: nothing is found there, and at the path of an
// operation it is told which methods it has (RFC 9110, 15.5.6). The router tells that by
// itself only where nothing is registered for every path.
func others() http.Handler {
	methods := map[string][]string{}
	for route := range rights {
		method, path, _ := strings.Cut(route, " ")
		methods[path] = append(methods[path], method)
		if method == http.MethodGet { // the router takes the one for the other
			methods[path] = append(methods[path], http.MethodHead)
		}
	}
	mux := http.NewServeMux()
	for path, known := range methods {
		slices.Sort(known)
		allow := strings.Join(slices.Compact(known), ", ")
		mux.HandleFunc(path, func(_ http.ResponseWriter, r *http.Request) {
			visitOf(r.Context()).allow = allow
			fail(r, &akno.Error{Code: akno.NotFound, Op: "httpapi.method"})
		})
	}
	mux.HandleFunc("/", func(_ http.ResponseWriter, r *http.Request) {
		fail(r, &akno.Error{Code: akno.NotFound, Op: "httpapi.route"})
	})
	return mux
}
