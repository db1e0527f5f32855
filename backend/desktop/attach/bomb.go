package attach

import (
	"bytes"
	"compress/zlib"
	"encoding/ascii85"
	"encoding/hex"
	"errors"
	"io"
	"regexp"
	"strconv"

	"akno/backend/akno"
)

// The octets that a document may unfold to, over all its streams: an allowance
// that any document has, a multiple of its size, and a bound. Scans of a
// hundred pages stay far below; a stream of zeros unfolds a thousandfold.
const (
	unfoldFree  = 64 << 20
	unfoldTimes = 200
	unfoldMost  = 512 << 20
)

// pdfWindow is how much before the word "stream" its dictionary is looked for.
const pdfWindow = 16 << 10

var (
	pdfFilters = regexp.MustCompile(`/(FlateDecode|Fl|LZWDecode|LZW|RunLengthDecode|RL|ASCII85Decode|A85|ASCIIHexDecode|AHx)\b`)
	lateChange = regexp.MustCompile(`/EarlyChange\s+0\b`)
	pdfSide    = regexp.MustCompile(`/(Width|Height)\s+(\d{1,10})\b`)

	errBomb = errors.New("pdf: it unfolds to more than it may")
)

// inspectStreams walks all streams of a PDF, also those that no page refers to,
// and counts what they unfold to. Nothing is kept, so the memory is that of the
// file and one window of the decoder, and the time is bounded by what may be
// unfolded. A stream that cannot be unfolded is none of our business: the
// viewer will say so, and scans often have one.
func inspectStreams(data []byte) error {
	u := unfolder{left: min(unfoldMost, unfoldFree+unfoldTimes*int64(len(data)))}
	word := []byte("stream")
	for at, from := 0, 0; ; {
		i := bytes.Index(data[at:], word)
		if i < 0 {
			return nil
		}
		i += at
		at = i + len(word)
		if at >= len(data) || data[at] != '\r' && data[at] != '\n' || i >= 3 && string(data[i-3:i]) == "end" {
			continue
		}
		body := bytes.TrimPrefix(bytes.TrimPrefix(data[at:], []byte("\r")), []byte("\n"))
		head := data[max(from, i-pdfWindow):i]
		from = at // so that no octet is read as a dictionary twice
		if o := bytes.LastIndex(head, []byte("obj")); o >= 0 {
			head = head[o:]
		}
		if err := u.stream(head, body); err != nil {
			return &akno.Error{Code: akno.TooLarge, Op: "attach.Take", Err: err}
		}
	}
}

// unfolder counts what the streams of a document unfold to.
type unfolder struct {
	left int64 // octets that it still may
	z    io.ReadCloser
}

// stream counts one stream. dict is what stands before it.
func (u *unfolder) stream(dict, body []byte) error {
	if declared(dict) > maxPixels {
		return errBomb
	}
	var text, packed []string
	for _, m := range pdfFilters.FindAllSubmatch(dict, -1) {
		switch name := string(m[1]); name {
		case "ASCII85Decode", "A85", "ASCIIHexDecode", "AHx":
			text = append(text, name)
		default:
			packed = append(packed, name)
		}
	}
	if len(packed) > 1 || len(text) > 1 {
		return errBomb // packed twice: a thousandfold of a thousandfold, and no program writes it
	}
	in := bytes.NewReader(body)
	if len(text) == 1 {
		b, err := fromText(text[0], body)
		if err != nil {
			return nil // no viewer reads on
		}
		in.Reset(b)
	}
	if len(packed) == 1 {
		switch packed[0] {
		case "LZWDecode", "LZW":
			early := 1
			if lateChange.Match(dict) {
				early = 0
			}
			return u.count(lzwLength(in, early, u.left))
		case "RunLengthDecode", "RL":
			return nil // 128 octets of two at most: within the allowance of any file
		}
	}
	return u.zlib(in)
}

// zlib counts a stream if it is packed, whatever its dictionary says: a filter
// may be named elsewhere, and a head of two octets with a check in it tells (RFC
// 1950).
func (u *unfolder) zlib(in *bytes.Reader) error {
	before := in.Len()
	var err error
	if old, ok := u.z.(zlib.Resetter); ok {
		err = old.Reset(in, nil)
	} else {
		u.z, err = zlib.NewReader(in)
	}
	if err != nil {
		return nil
	}
	n, err := io.CopyN(io.Discard, u.z, u.left+1)
	if err == nil {
		return errBomb
	}
	// What was read counts too: blocks that unfold to nothing take their time.
	return u.count(n + int64(before-in.Len()))
}

func (u *unfolder) count(n int64) error {
	if u.left -= n; u.left < 0 {
		return errBomb
	}
	return nil
}

// declared is the number of pixels of a stream that is a picture, 0 for another.
func declared(dict []byte) int64 {
	sides := map[string]int64{}
	for _, m := range pdfSide.FindAllSubmatch(dict, -1) {
		n, err := strconv.ParseInt(string(m[2]), 10, 64)
		if err == nil {
			sides[string(m[1])] = n
		}
	}
	w, h := sides["Width"], sides["Height"]
	if w > maxPixels || h > maxPixels { // the product of two larger ones may not fit
		return max(w, h)
	}
	return w * h
}

// fromText undoes a filter that writes octets as text; the result is shorter
// than body.
func fromText(filter string, body []byte) ([]byte, error) {
	if filter == "ASCII85Decode" || filter == "A85" {
		if i := bytes.Index(body, []byte("~>")); i >= 0 {
			body = body[:i]
		}
		return io.ReadAll(ascii85.NewDecoder(bytes.NewReader(body)))
	}
	if i := bytes.IndexByte(body, '>'); i >= 0 {
		body = body[:i]
	}
	digits := bytes.Join(bytes.Fields(body), nil)
	return hex.AppendDecode(nil, digits[:len(digits)&^1])
}

// lzwLength returns how many octets an LZW stream (ISO 32000-1, 7.4.4) unfolds
// to, or more than most: only the lengths of its words are kept, so that nothing
// is unfolded. early is 1 where words become wider one code early, as is usual.
func lzwLength(r io.Reader, early int, most int64) int64 {
	const clearTable, end, first = 256, 257, 258
	var lengths [4096]int64
	for i := range clearTable {
		lengths[i] = 1
	}
	next, width, before := first, 9, -1
	var bits, have uint32
	var total int64
	in := make([]byte, 4096)
	for total <= most {
		n, err := r.Read(in)
		for _, b := range in[:n] {
			total++ // reading counts too
			bits, have = bits<<8|uint32(b), have+8
			if have < uint32(width) {
				continue
			}
			have -= uint32(width)
			code := int(bits >> have & (1<<width - 1))
			switch {
			case code == end:
				return total
			case code == clearTable:
				next, width, before = first, 9, -1
				continue
			case code > next || code == next && before < 0:
				return total // damaged: no viewer goes on
			}
			if before >= 0 && next < len(lengths) {
				lengths[next] = lengths[before] + 1
				next++
			}
			total += lengths[code]
			before = code
			if next+early >= 1<<width && width < 12 {
				width++
			}
		}
		if err != nil {
			return total
		}
	}
	return total
}
