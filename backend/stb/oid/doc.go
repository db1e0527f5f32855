// Package oid holds the object identifiers of the STB 34.101 series and the few others
// that structures made by it refer to, as asn1.ObjectIdentifier values, with their names
// and their DER. The identifiers are shared values: callers do not change them.
package oid
