package cryptvfs

import "encoding/binary"

// Seed returns the one page of an empty database in WAL mode ("Database File
// Format", §1.3 and §1.6), so that SQLite never needs a rollback journal to make
// one.
func Seed() []byte {
	p := make([]byte, PageSize)
	copy(p, "SQLite format 3\x00")
	binary.BigEndian.PutUint16(p[16:], PageSize)
	p[18], p[19] = 2, 2                   // written and read with a log
	p[21], p[22], p[23] = 64, 32, 32      // payload fractions, fixed
	binary.BigEndian.PutUint32(p[24:], 1) // changes of the file
	binary.BigEndian.PutUint32(p[28:], 1) // pages
	binary.BigEndian.PutUint32(p[44:], 4) // format of the schema
	binary.BigEndian.PutUint32(p[56:], 1) // UTF-8
	binary.BigEndian.PutUint32(p[92:], 1) // changes for which the count of pages holds
	p[100] = 13                           // a leaf of a table, without cells
	binary.BigEndian.PutUint16(p[105:], PageSize)
	return p
}
