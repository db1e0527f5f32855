package secmem

// Pages returns plain memory: locking pages needs unsafe, which has its
// door elsewhere.
func Pages(n int) (pages []byte, locked bool) { return make([]byte, n), false }

// free has nothing to give back: the collector owns the memory.
func free([]byte) {}
