// Package app is the door between the page and the program. It holds the bound
// types, one a screen area, with the shapes they give to the page; the guard
// that turns panics into answers; the formatter of failures; the assets, files
// and secrets that travel outside bound calls; and the desktop behind an
// interface. It has no rules, no SQL and no client of the network.
//
// A bound type is a struct with a pointer to App whose exported methods are all
// for the page. Each begins with
//
//	defer d.a.guard("drafts.Save", &err)
//
// and a test refuses those that do not. What a bound type needs of the life of
// the program it says with the unexported methods open, run and close, see
// part.go.
package app
