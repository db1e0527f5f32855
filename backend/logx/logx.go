// Package logx is the only door to logrus: the logger that every other package
// is handed, the file it writes to, and the rules that keep people's data out
// of it.
//
// A record is a constant English sentence with fields that are identifiers,
// counts and codes. The scrubber behind the formatter is the second lock, not
// the first: it exists because the text of an error often quotes what failed.
package logx

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/sirupsen/logrus"
)

// Logger is what the other packages are given.
type Logger = logrus.FieldLogger

// F is a record's fields. Values are identifiers, counts and codes; never a
// name, a passport, an answer of a form, a password or key material.
type F = logrus.Fields

// maxFile is the size in octets at which a log file is put aside at the next
// start. One older file is kept.
const maxFile = 4 << 20

// New returns a logger that writes one JSON object a line to w, scrubbed by
// Scrub. Records of level debug and below are dropped.
func New(w io.Writer) Logger {
	l := logrus.New()
	l.SetOutput(w)
	l.SetFormatter(scrubber{&logrus.JSONFormatter{TimestampFormat: time.RFC3339Nano}})
	return l
}

// Discard returns a logger that keeps nothing.
func Discard() Logger { return New(io.Discard) }

// Open returns a logger that appends to the file path, which it creates with
// its folder for the owner only. A file that has grown past 4 MiB is first
// renamed to path + ".1".
func Open(path string) (Logger, io.Closer, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, nil, fmt.Errorf("logx: %w", err)
	}
	if st, err := os.Stat(path); err == nil && st.Size() > maxFile {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, nil, fmt.Errorf("logx: %w", err)
		}
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("logx: %w", err)
	}
	return New(f), f, nil
}
