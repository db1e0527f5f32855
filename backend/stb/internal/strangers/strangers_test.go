package strangers

import (
	"bytes"
	"flag"
	"strings"
	"testing"
)

// folder is where the files are: the set of another implementation that the tree
// carries, or with -folder any other, such as what build/peers/strangers.sh
// fetches.
var folder = flag.String("folder", "../../testdata/pki-dev", "folder with files to show to the parsers")

func TestFilesOfStrangersAreReadOrRefusedCleanly(t *testing.T) {
	list, err := showFolder(*folder)
	if err != nil || len(list) == 0 {
		t.Fatalf("%s: %d outcomes, %v", *folder, len(list), err)
	}
	read := 0
	for _, o := range list {
		if o.excessive() {
			t.Errorf("%s as %s: %s, %d octets for %d", o.File, o.Parser, o.Took, o.Allocated, o.Size)
		}
		if o.Err == nil {
			read++
		} else if strings.Contains(o.Err.Error(), "passed") {
			t.Errorf("%s as %s: %v", o.File, o.Parser, o.Err)
		}
	}
	if read == 0 {
		t.Error("nothing was read")
	}
	t.Logf("%s", "\n"+report(list))
}

// The costs of hostile shapes, which no file of an honest writer has.
func TestHostileShapesCostLittle(t *testing.T) {
	nested := func(open string, n int) []byte { return []byte(strings.Repeat(open, n)) }
	// A sequence of very many of the shortest elements, with its length in four octets.
	many := append([]byte{0x30, 0x84, 0x00, 0x40, 0x00, 0x00}, bytes.Repeat([]byte{0x05, 0x00}, 2<<20)...)
	for name, data := range map[string][]byte{
		"empty":                   nil,
		"one octet":               {0x30},
		"indefinite in depth":     nested("\x30\x80", 1<<20),
		"strings in depth":        nested("\x24\x80", 1<<20),
		"sets in depth":           nested("\x31\x80", 1<<20),
		"a length that overflows": {0x30, 0x88, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		"a length of nine octets": {0x30, 0x89, 1, 1, 1, 1, 1, 1, 1, 1, 1},
		"a promise of 4 GiB":      {0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x30},
		"very many elements":      many,
		"zeros":                   make([]byte, 4<<20),
		"PEM without end":         nested("-----BEGIN CERTIFICATE-----\n", 1<<16),
	} {
		for _, p := range parsers() {
			if o := show(p, name, data); o.Err == nil || o.excessive() {
				t.Errorf("%s as %s: error %v, %s, %d octets for %d", name, p.Name, o.Err, o.Took, o.Allocated, o.Size)
			}
		}
	}
}
