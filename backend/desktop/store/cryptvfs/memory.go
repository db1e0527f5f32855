package cryptvfs

import (
	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// memory is a file that never reaches the disk: a journal or a temporary file.
// One connection uses it.
type memory struct{ data []byte }

func (m *memory) read(_ *libc.TLS, dst []byte, offset int64) int32 {
	n := 0
	if offset < int64(len(m.data)) {
		n = copy(dst, m.data[offset:])
	}
	if n < len(dst) {
		clear(dst[n:])
		return sqlite3.SQLITE_IOERR_SHORT_READ
	}
	return sqlite3.SQLITE_OK
}

func (m *memory) write(_ *libc.TLS, src []byte, offset int64) int32 {
	if end := offset + int64(len(src)); end > int64(len(m.data)) {
		m.resize(end)
	}
	copy(m.data[offset:], src)
	return sqlite3.SQLITE_OK
}

func (m *memory) resize(n int64) {
	if n <= int64(cap(m.data)) {
		old := len(m.data)
		m.data = m.data[:n]
		if int64(old) > n {
			clear(m.data[n:old])
		}
		return
	}
	grown := make([]byte, n, max(n, 2*int64(cap(m.data))))
	copy(grown, m.data)
	clear(m.data)
	m.data = grown
}

func (m *memory) truncate(_ *libc.TLS, n int64) int32 {
	m.resize(n)
	return sqlite3.SQLITE_OK
}

func (m *memory) size(*libc.TLS) (int64, int32) { return int64(len(m.data)), sqlite3.SQLITE_OK }

func (m *memory) close(*libc.TLS) int32 {
	clear(m.data[:cap(m.data)])
	m.data = nil
	return sqlite3.SQLITE_OK
}
