package pki

import "sync"

// maxRemembered bounds what one object remembers, whatever it is asked.
const maxRemembered = 16

// digests remembers hash values of an object's octets. It serves several goroutines
// at once.
type digests struct {
	mu    sync.Mutex
	known map[*HashAlgorithm][]byte
}

// of returns the hash value of data, which is the same every time.
func (d *digests) of(data []byte, h *HashAlgorithm) []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	sum, ok := d.known[h]
	if !ok {
		sum = h.Sum(data)
		if d.known == nil {
			d.known = make(map[*HashAlgorithm][]byte, 1)
		}
		if len(d.known) < maxRemembered {
			d.known[h] = sum
		}
	}
	return sum
}
