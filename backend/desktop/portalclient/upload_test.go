package portalclient

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"testing"

	"akno/backend/akno"
)

// pieces is a portal that takes a file in pieces, over a line that breaks.
type pieces struct {
	have     []byte
	size     int64
	received int64 // octets that crossed the line
	largest  int   // piece
	// breaks returns after how many octets of a piece the line breaks; less than
	// zero for never.
	breaks func(n int) int
	busy   int // answers of "busy" to come
}

func (p *pieces) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at := func() { w.Header().Set("Upload-Offset", strconv.Itoa(len(p.have))) }
	if r.Method == http.MethodHead {
		at()
		if p.size == 0 || int64(len(p.have)) < p.size {
			w.WriteHeader(http.StatusNotFound)
		}
		return
	}
	refuse := func(status int) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"status":%d,"code":"conflict"}`, status)
	}
	if p.busy > 0 {
		p.busy--
		refuse(http.StatusLocked)
		return
	}
	from, err := strconv.Atoi(r.Header.Get("Upload-Offset"))
	if err != nil || from != len(p.have) {
		refuse(http.StatusConflict)
		return
	}
	p.size, err = strconv.ParseInt(r.Header.Get("Upload-Length"), 10, 64)
	if err != nil {
		refuse(http.StatusBadRequest)
		return
	}
	n := int(r.ContentLength)
	p.largest = max(p.largest, n)
	cut := p.breaks(n)
	if cut < 0 || cut > n {
		cut = n
	}
	got, _ := io.ReadAll(io.LimitReader(r.Body, int64(cut)))
	p.have, p.received = append(p.have, got...), p.received+int64(len(got))
	if cut < n {
		panic(http.ErrAbortHandler)
	}
	at()
	w.WriteHeader(http.StatusNoContent)
}

func randomFile(n int) ([]byte, string) {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	sum := sha256.Sum256(b)
	return b, hex.EncodeToString(sum[:])
}

func TestAFileGoesOnWhereTheLineBroke(t *testing.T) {
	data, sum := randomFile(6 << 20)
	r := rand.New(rand.NewPCG(3, 4))
	p := &pieces{breaks: func(n int) int {
		if r.IntN(10) < 3 {
			return r.IntN(n)
		}
		return -1
	}}
	cl, _ := client(t, p.ServeHTTP)
	if err := cl.Upload(t.Context(), sum, int64(len(data)), bytes.NewReader(data)); err != nil || !bytes.Equal(p.have, data) {
		t.Fatalf("%d octets of %d: %v", len(p.have), len(data), err)
	}
	if extra := float64(p.received)/float64(len(data)) - 1; extra > 0.1 {
		t.Errorf("%.1f %% of the octets crossed the line in vain", 100*extra)
	}
	if p.largest <= firstPiece || p.largest > mostPiece {
		t.Errorf("the largest piece has %d octets", p.largest)
	}
}

func TestAFileGoesOnAfterAStart(t *testing.T) {
	data, sum := randomFile(2 << 20)
	p := &pieces{have: bytes.Clone(data[:1<<20]), breaks: func(int) int { return -1 }}
	cl, _ := client(t, p.ServeHTTP)
	if err := cl.Upload(t.Context(), sum, int64(len(data)), bytes.NewReader(data)); err != nil || !bytes.Equal(p.have, data) || p.received != 1<<20 {
		t.Fatalf("%d octets sent: %v", p.received, err)
	}
	if err := cl.Upload(t.Context(), sum, int64(len(data)), bytes.NewReader(data)); err != nil || p.received != 1<<20 {
		t.Errorf("what is there was sent again: %d, %v", p.received, err)
	}
}

func TestABusyFileIsWaitedForAndNotBegunAnew(t *testing.T) {
	data, sum := randomFile(1 << 20)
	p := &pieces{have: bytes.Clone(data[:300<<10]), busy: 2, breaks: func(int) int { return -1 }}
	cl, _ := client(t, p.ServeHTTP)
	if err := cl.Upload(t.Context(), sum, int64(len(data)), bytes.NewReader(data)); err != nil || !bytes.Equal(p.have, data) {
		t.Fatal(err)
	}
	if want := int64(len(data) - 300<<10); p.received != want {
		t.Errorf("%d octets crossed the line, want %d", p.received, want)
	}
}

func TestAFileIsPutOffWhenNothingArrives(t *testing.T) {
	data, sum := randomFile(1 << 20)
	asked := 0
	p := &pieces{breaks: func(int) int { asked++; return 0 }}
	cl, _ := client(t, p.ServeHTTP)
	err := cl.Upload(t.Context(), sum, int64(len(data)), bytes.NewReader(data))
	if akno.CodeOf(err) != akno.Unavailable || asked != maxStalls {
		t.Errorf("after %d tries: %v", asked, err)
	}
}

func TestAHotelHoldsNoFiles(t *testing.T) {
	data, sum := randomFile(1 << 20)
	for name, status := range map[string]int{"with success": 200, "with a refusal": 404} {
		cl, _ := client(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(status)
		})
		if err := cl.Upload(t.Context(), sum, int64(len(data)), bytes.NewReader(data)); !akno.Silent(akno.CodeOf(err)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
