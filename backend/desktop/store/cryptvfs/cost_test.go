package cryptvfs

import (
	"database/sql"
	"path/filepath"
	"testing"
)

// The two databases of these benchmarks differ in their VFS only.

func BenchmarkCommitOfOneRow(b *testing.B) {
	each(b, func(b *testing.B, db *sql.DB) {
		for i := range b.N {
			exec1(b, db, `UPDATE thing SET body = ? WHERE id = ?`, make([]byte, 200), i%1000)
		}
	})
}

func BenchmarkIndexedRead(b *testing.B) {
	each(b, func(b *testing.B, db *sql.DB) {
		for i := range b.N {
			var n int
			if err := db.QueryRow(`SELECT length(body) FROM thing WHERE name = ?`, i%1000).Scan(&n); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkReadAfterAnothersWrite(b *testing.B) {
	each(b, func(b *testing.B, db *sql.DB) {
		db.SetMaxOpenConns(2)
		keep, err := db.Conn(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		defer keep.Close()
		for i := range b.N {
			b.StopTimer()
			if _, err := keep.ExecContext(b.Context(), `UPDATE thing SET body = ? WHERE id = ?`, make([]byte, 200), i%1000); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
			if n := text(b, db, `SELECT sum(length(body)) FROM (SELECT body FROM thing ORDER BY name LIMIT 100)`); n == "" {
				b.Fatal("no rows")
			}
		}
	})
}

func each(b *testing.B, work func(*testing.B, *sql.DB)) {
	for _, name := range []string{"plain", "sealed"} {
		b.Run(name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "a.db")
			var v *VFS
			if name == "sealed" {
				v = newVFS(b, testKey)
				create(b, v, path)
			}
			db := openDB(b, v, path)
			db.SetMaxOpenConns(1)
			exec1(b, db, `CREATE TABLE thing(id INTEGER PRIMARY KEY, body BLOB, name TEXT)`)
			exec1(b, db, `CREATE INDEX thing_by_name ON thing(name)`)
			exec1(b, db, `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i < 999)
				INSERT INTO thing SELECT i, zeroblob(800), i FROM n`)
			b.ResetTimer()
			work(b, db)
		})
	}
}
