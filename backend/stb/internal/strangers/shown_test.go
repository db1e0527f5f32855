package strangers

import (
	"bytes"
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"akno/backend/stb/bign"
	"akno/backend/stb/cms"
	"akno/backend/stb/container"
	"akno/backend/stb/cvc"
	"akno/backend/stb/ocsp"
	"akno/backend/stb/pki"
	"akno/backend/stb/tsp"
)

// maxFile is the longest file that is shown, in octets.
const maxFile = 32 << 20

// parser is one way to read a file.
type parser struct {
	// Name names it in a report.
	Name string
	// Read returns an error for what it refuses.
	Read func(data []byte) error
}

// parsers returns all parsers of foreign octets, each with the work that follows
// a successful reading: verification that trusts nobody.
func parsers() []parser {
	at := time.Date(2026, 3, 15, 12, 5, 0, 0, time.UTC)
	done, cancel := context.WithCancel(context.Background())
	cancel()
	key, keyErr := bign.GenerateKey(bign.Curve256v1())
	return []parser{
		{"signed data", func(b []byte) error {
			sd, err := cms.Parse(b)
			if err == nil {
				r := cms.Verify(sd, cms.Octets(nil), cms.Options{At: at})
				if r.Verdict == pki.Passed {
					return fmt.Errorf("passed although nobody is trusted: %+v", r)
				}
			}
			return err
		}},
		{"enveloped data", func(b []byte) error {
			if keyErr != nil {
				return keyErr
			}
			return cms.Decrypt(context.Background(), io.Discard, bytes.NewReader(b), key)
		}},
		{"time stamp", func(b []byte) error { _, err := cms.ParseToken(b); return err }},
		{"stamp response", func(b []byte) error { _, err := tsp.ParseResponse(b); return err }},
		{"stamp request", func(b []byte) error { _, err := tsp.ParseRequest(b); return err }},
		{"status response", func(b []byte) error { _, err := ocsp.ParseResponse(b); return err }},
		{"status request", func(b []byte) error { _, err := ocsp.ParseRequest(b); return err }},
		{"revocation list", func(b []byte) error { _, err := pki.ParseRevocationList(b); return err }},
		{"certificate", func(b []byte) error {
			c, err := pki.ReadCertificate(b)
			if err == nil {
				_ = c.Holder()
			}
			return err
		}},
		{"request", func(b []byte) error { _, err := pki.ParseRequest(b); return err }},
		{"key container", func(b []byte) error {
			container.Inspect(b)
			// The derivation is left out: its cost is what the file asks for, within limits.
			_, err := container.OpenContext(done, b, []byte("p"), nil)
			return err
		}},
		{"share", func(b []byte) error { _, err := container.ParseShareText(string(b)); return err }},
		{"card certificate", func(b []byte) error { _, err := cvc.Parse(b); return err }},
		{"card signature", func(b []byte) error { _, err := cvc.ParseSignature(b); return err }},
	}
}

// outcome is what became of one file with one parser.
type outcome struct {
	File, Parser string
	Size         int
	// Err is nil when the file was read.
	Err error
	// Took and Allocated are the cost, in time and in octets.
	Took      time.Duration
	Allocated uint64
}

// excessive says that the cost is out of proportion to the size of the file.
func (o outcome) excessive() bool {
	return o.Took > 5*time.Second || o.Allocated > 64<<20+64*uint64(o.Size)
}

// show shows a file to a parser.
func show(p parser, name string, data []byte) outcome {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	err := p.Read(data)
	o := outcome{File: name, Parser: p.Name, Size: len(data), Err: err, Took: time.Since(began)}
	runtime.ReadMemStats(&after)
	o.Allocated = after.TotalAlloc - before.TotalAlloc
	return o
}

// showFolder shows every file of a folder and of those below it to every parser.
// What stands in PEM is shown without it.
func showFolder(folder string) (list []outcome, err error) {
	all := parsers()
	err = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		if info, err := d.Info(); err != nil || info.Size() > maxFile {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if block, _ := pem.Decode(data); block != nil && bytes.HasPrefix(bytes.TrimSpace(data), []byte("-----BEGIN")) {
			data = block.Bytes
		}
		for _, p := range all {
			list = append(list, show(p, path, data))
		}
		return nil
	})
	return list, err
}

// report tells how many files of each ending every parser read.
func report(list []outcome) string {
	type key struct{ ending, parser string }
	read, files := map[key]int{}, map[string]map[string]bool{}
	var slowest, largest outcome
	for _, o := range list {
		ending := filepath.Ext(o.File)
		if files[ending] == nil {
			files[ending] = map[string]bool{}
		}
		files[ending][o.File] = true
		if o.Err == nil {
			read[key{ending, o.Parser}]++
		}
		if o.Took > slowest.Took {
			slowest = o
		}
		if o.Allocated > largest.Allocated {
			largest = o
		}
	}
	var lines []string
	for k, n := range read {
		lines = append(lines, fmt.Sprintf("%-8s %4d files, %4d read as %s", k.ending, len(files[k.ending]), n, k.parser))
	}
	for ending, names := range files {
		if !slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, fmt.Sprintf("%-8s ", ending)) }) {
			lines = append(lines, fmt.Sprintf("%-8s %4d files, none read", ending, len(names)))
		}
	}
	slices.Sort(lines)
	return fmt.Sprintf("%s\nlongest: %s, %d octets, as %s, %s\nmost memory: %s, %d octets, as %s, %d octets\n",
		strings.Join(lines, "\n"), slowest.File, slowest.Size, slowest.Parser, slowest.Took.Round(time.Millisecond),
		largest.File, largest.Size, largest.Parser, largest.Allocated)
}
