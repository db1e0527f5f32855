// Package tsp reads, makes and judges requests and responses of the time-stamp
// protocol (STB 34.101.82, that is RFC 3161). The stamp itself, a signed
// message, is cms.Token; this package adds the conversation about it and the
// work of a service.
package tsp
