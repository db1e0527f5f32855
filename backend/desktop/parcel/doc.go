// Package parcel carries drafts from one computer to another without a network:
// answers with their history, attached files and the forms that the answers are
// made by, in one sealed file. What is in it is read through before anything is
// said, and nothing that is on this computer is overwritten by it. An outbox is a
// parcel of another kind: commands that wait for the portal, with their files, to be
// sent from another computer. The portal does each once, whoever brings it.
//
// The sealing is of the national standards: a content key under a password
// (PBKDF2 with HMAC-hbelt, belt-kwp) or for a private key (bign key transport),
// and chunks of belt-dwp whose numbers and whose end are authenticated, so that a
// file that was cut, turned about or put together of two is refused. Nothing is
// ever written to the disk in the open. docs/formats.md has the layout.
package parcel
