// Package cryptvfs puts encryption under SQLite: a VFS that hands every call to
// the system's own and seals what goes to the disk with belt-dwp (STB 34.101.31,
// clause 7.6.3). SQLite sees a database of pages of 4096 octets; on the disk
// each page lies in a block of its own with a fresh nonce and a tag:
//
//	database     block(page 1) block(page 2) …           4120 octets each
//	log          block(header) { block(frame header) block(page) }*
//	block        ciphertext | tag, 8 | nonce, 16
//	tag covers   what the block is, its number, the log's salts
//
// Blocks are longer than what they hold, so SQLite need not know of them: the
// header of the file, the checksums of the log and their salts are inside the
// encrypted world too. A block that does not open reads as SQLITE_CORRUPT;
// in the log, while it is recovered, as zeros, which end the log there as a torn
// write does.
//
// Nothing else reaches the disk: journals and temporary files of any kind live
// in memory, and so does the index of the log, for which SQLite would make a
// file beside the database. The latter means that the connections of one
// process only may share a database; the caller sees to that. A database must
// be in WAL mode from its first octet ([Seed]), since a rollback journal in
// memory would not survive a crash.
//
// A tag says nothing of time: an older block opens in the place of a newer one.
// A database that is followed ([VFS.Follow]) is compared, page by page, with what
// was written to it last, as long as its caller keeps that from one opening to
// the next. That the whole folder is an older one is not found: nothing outside
// of it remembers which was the last.
package cryptvfs
