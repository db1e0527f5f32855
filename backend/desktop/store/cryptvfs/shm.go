package cryptvfs

import (
	"sync"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// shm is the index of a log, shared by the connections of this process; with it
// go the locks by which they take turns ("WAL-mode File Format", §2.3).
type shm struct {
	mu      sync.Mutex
	regions []uintptr
	shared  [sqlite3.SQLITE_SHM_NLOCK]int  // holders
	taken   [sqlite3.SQLITE_SHM_NLOCK]bool // by one alone
}

// holding are the locks of one connection, one bit each.
type holding struct{ shared, alone uint8 }

// region returns the region of that number, zero when there is none and extend
// does not ask for it.
func (s *shm) region(tls *libc.TLS, number, size int32, extend bool) (uintptr, int32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for int(number) >= len(s.regions) {
		if !extend {
			return 0, sqlite3.SQLITE_OK
		}
		p := libc.Xcalloc(tls, 1, libc.Tsize_t(size))
		if p == 0 {
			return 0, sqlite3.SQLITE_NOMEM
		}
		s.regions = append(s.regions, p)
	}
	return s.regions[number], sqlite3.SQLITE_OK
}

// lock does what flags say to n locks from the one of number first.
func (s *shm) lock(h *holding, first, n int, flags int32) int32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case flags&sqlite3.SQLITE_SHM_UNLOCK != 0:
		for i := first; i < first+n; i++ {
			s.release(h, i)
		}
	case flags&sqlite3.SQLITE_SHM_SHARED != 0:
		for i := first; i < first+n; i++ {
			if s.taken[i] && h.alone&(1<<i) == 0 {
				return sqlite3.SQLITE_BUSY
			}
		}
		for i := first; i < first+n; i++ {
			if h.shared&(1<<i) == 0 {
				h.shared |= 1 << i
				s.shared[i]++
			}
		}
	default:
		for i := first; i < first+n; i++ {
			mine := int(h.shared >> i & 1)
			if s.shared[i] > mine || s.taken[i] && h.alone&(1<<i) == 0 {
				return sqlite3.SQLITE_BUSY
			}
		}
		for i := first; i < first+n; i++ {
			h.alone |= 1 << i
			s.taken[i] = true
		}
	}
	return sqlite3.SQLITE_OK
}

func (s *shm) release(h *holding, i int) {
	if h.alone&(1<<i) != 0 {
		h.alone &^= 1 << i
		s.taken[i] = false
	}
	if h.shared&(1<<i) != 0 {
		h.shared &^= 1 << i
		s.shared[i]--
	}
}

// leave gives up every lock of a connection.
func (s *shm) leave(h *holding) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.shared {
		s.release(h, i)
	}
}

// fence orders memory between connections.
func (s *shm) fence() {
	s.mu.Lock()
	defer s.mu.Unlock()
}

func (s *shm) free(tls *libc.TLS) {
	for _, p := range s.regions {
		libc.Xfree(tls, p)
	}
	s.regions = nil
}
