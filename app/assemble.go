package app

// assemble makes the parts of the program in the order in which they are
// opened. Each is bound to the page under the name of its type.
func assemble(*App) []part {
	return []part{}
}
