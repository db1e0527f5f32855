// Package memo remembers what was found out about an object, so that a hostile
// message cannot make the work grow with the product of its parts.
package memo

import "sync"

// Keys remembers with which keys the signature of an object verifies. The same
// few certificates, lists and answers are met again and again while the signatures
// and stamps of one message are checked. It serves several goroutines at once; the
// zero value is ready.
type Keys struct {
	mu    sync.Mutex
	known map[string]error
}

// Check returns what verify returned for this key before, or asks it. No more than
// most keys are remembered.
func (k *Keys) Check(key []byte, most int, verify func() error) error {
	k.mu.Lock()
	err, ok := k.known[string(key)]
	k.mu.Unlock()
	if ok {
		return err
	}
	err = verify()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.known == nil {
		k.known = make(map[string]error, 1)
	}
	if len(k.known) < most {
		k.known[string(key)] = err
	}
	return err
}
