package pki

import "sync"

// maxRemembered bounds what one object remembers, whatever it is asked.
const maxRemembered = 16

// memo remembers with which keys the signature of an object verifies. The same
// few certificates and lists are met again and again while the signatures and
// stamps of one message are checked, and a hostile message could make that work
// grow with their product. It serves several goroutines at once.
type memo struct {
	mu    sync.Mutex
	known map[string]error
}

// check returns what verify returned for this key before, or asks it.
func (m *memo) check(key []byte, verify func() error) error {
	m.mu.Lock()
	err, ok := m.known[string(key)]
	m.mu.Unlock()
	if ok {
		return err
	}
	err = verify()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil {
		m.known = make(map[string]error, 1)
	}
	if len(m.known) < maxRemembered {
		m.known[string(key)] = err
	}
	return err
}

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
