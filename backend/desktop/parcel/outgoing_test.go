package parcel

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
)

// heavy is a parcel with one file of so many octets.
func heavy(t *testing.T, size int) *Outgoing {
	t.Helper()
	c := newComputer(t, "anna")
	c.write("первый")
	sum, n, err := c.db.Blobs().Put(strings.NewReader(strings.Repeat("x", size)), int64(size))
	if err != nil {
		t.Fatal(err)
	}
	out, err := Pack(t.Context(), c.Service, c.db.Blobs(), nil, c.now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(out.Close)
	out.manifest.Files = append(out.manifest.Files, fileEntry{sum, n})
	out.rounds = leastIterations
	if err := out.ForPassword(t.Context(), []byte(password)); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestALargeFileIsToldOfWhileItIsWritten(t *testing.T) {
	const size = 5<<20 + 3
	out := heavy(t, size)
	var told []int64
	var octets bytes.Buffer
	if err := out.WriteTo(t.Context(), &octets, func(done int64) { told = append(told, done) }); err != nil {
		t.Fatal(err)
	}
	if len(told) < 5 || told[len(told)-1] < size {
		t.Errorf("told %v", told)
	}
	for i := 1; i < len(told); i++ {
		if told[i] <= told[i-1] {
			t.Errorf("it goes back: %v", told)
		}
	}
}

func TestWritingEndsInTheMiddleOfAFile(t *testing.T) {
	out := heavy(t, 5<<20)
	ctx, stop := context.WithCancel(t.Context())
	var octets bytes.Buffer
	err := out.WriteTo(ctx, &octets, func(done int64) {
		if done > 1<<20 {
			stop()
		}
	})
	if !errors.Is(err, context.Canceled) || octets.Len() > 4<<20 {
		t.Errorf("%d octets, %v", octets.Len(), err)
	}
}
