// Package akno holds the nouns and the rules of the product: levels, statuses,
// failures and everything else that the desktop program and the portal must
// understand in the same way. It does no input or output and imports the
// standard library only.
package akno
