// Package asic makes, reads and judges containers of signed files: ASiC-E with
// CAdES (ETSI EN 319 162-1, 4.4; ETSI TS 102 918), a ZIP with the files, a
// manifest for every signature that names the files with their hash values
// (META-INF/ASiCManifest*.xml, annex A.4) and a detached signature over the
// octets of that manifest (META-INF/signature*.p7s). An ASiC-S container (4.3) is
// recognised, and verified when it holds one file with a CAdES signature over it.
//
// The hash algorithms of the national standards have no identifier of W3C. What
// is written is "urn:oid:" and the object identifier; the addresses that other
// programs of the country use for them are read too, and those of SHA-2, so that
// a stranger's manifest can be compared with its files. The signature itself must
// be of the national set, as package cms wants it.
//
// A container is read by one rule only: members lie one after another without
// gaps from the first octet to the central directory, local headers say what the
// directory says, there is one end record, and no name is another one's double. A
// file that no signature covers is named and keeps the container from passing.
// Members of any length are hashed as a stream. XAdES signatures, time assertions
// and archive manifests are named and not evaluated; files are never extracted.
package asic

//go:generate go run gen.go
