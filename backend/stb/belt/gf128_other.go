//go:build !amd64 || purego

package belt

// take adds each whole block of b to t and multiplies the sum by f; it returns the new t.
func (f *factor) take(t element, b []byte) element { return f.takePlain(t, b) }
