package portalclient

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"akno/backend/akno"
)

// The pieces in which a file is sent: small at first, so that a bad line loses
// little, larger while it carries them quickly.
const (
	firstPiece = 256 << 10
	leastPiece = 64 << 10
	mostPiece  = 4 << 20
	quick      = 2 * time.Second
	// maxStalls is how often in a row nothing may have arrived before the file is
	// put off.
	maxStalls = 3
)

// Upload stores the file of size octets in f under its SHA-256. It goes on where
// an earlier call ended, which may have been in another run of the program: what
// the portal has on its disk is not sent again. It returns nil once the portal
// has said that it holds the whole file.
func (c *Client) Upload(ctx context.Context, sum string, size int64, f io.ReadSeeker) error {
	at, ok := f.(io.ReaderAt)
	if !ok || size <= firstPiece {
		return c.put(ctx, sum, size, f)
	}
	have, whole, err := c.offset(ctx, sum, size)
	if errors.Is(err, errNoResume) {
		return c.put(ctx, sum, size, f)
	}
	piece, stalls := int64(firstPiece), 0
	for err == nil && !whole {
		n := min(piece, size-have)
		began := c.now()
		err = c.patch(ctx, sum, have, size, io.NewSectionReader(at, have, n))
		switch {
		case err == nil && c.now().Sub(began) < quick:
			piece = min(2*piece, mostPiece)
		case err != nil && !goesOn(err) || ctx.Err() != nil:
			return err
		case err != nil:
			piece = max(piece/2, leastPiece)
		}
		failed := err
		before := have
		have, whole, err = c.offset(ctx, sum, size)
		if stalls++; have > before || whole {
			stalls = 0
		}
		if err == nil && stalls == maxStalls {
			return errors.Join(failed, silence("Upload", errStalled))
		}
	}
	return err
}

var (
	errStalled  = errors.New("nothing arrives")
	errNoResume = errors.New("the portal takes files in one piece only")
)

// goesOn says whether, after a piece that failed so, the portal is asked how much
// it has: the line broke, or somebody else has sent the same piece.
func goesOn(err error) bool {
	switch StatusOf(err) {
	case http.StatusConflict, http.StatusLocked, 0:
		return akno.Silent(akno.CodeOf(err)) || akno.CodeOf(err) == akno.Conflict || akno.CodeOf(err) == akno.SlowDown
	}
	return false
}

const offsetHeader = "Upload-Offset"

// offset asks how much of a file the portal has. An answer without its header is
// not the portal's, or that of one that takes files in one piece only.
func (c *Client) offset(ctx context.Context, sum string, size int64) (n int64, whole bool, err error) {
	const op = "HeadBlob"
	ctx, cancel := within(ctx, answerTimeout)
	defer cancel()
	res, err := c.R.R().SetContext(ctx).SetPathParam("sha256", sum).Execute(http.MethodHead, "/v1/blobs/{sha256}")
	if err != nil {
		return 0, false, silence(op, err)
	}
	n, err = strconv.ParseInt(res.Header().Get(offsetHeader), 10, 64)
	switch status := res.StatusCode(); {
	case err == nil && status == http.StatusOK && n == size:
		return n, true, nil
	case err == nil && status == http.StatusNotFound && n >= 0 && n <= size:
		return n, false, nil
	case status == http.StatusUnauthorized && isType(res.Header(), "application/problem+json"):
		return 0, false, &akno.Error{Code: akno.SignedOut, Op: op}
	case err != nil && (isType(res.Header(), "application/problem+json") || isType(res.Header(), "application/octet-stream")):
		return 0, false, errNoResume // an earlier version, which answers a head as it answers a get
	default: // a head has no body to tell the portal from others by
		return 0, false, foreign(op, res.StatusCode(), res.Header(), errForeign)
	}
}

// patch sends one piece.
func (c *Client) patch(ctx context.Context, sum string, from, size int64, piece *io.SectionReader) error {
	req := c.R.R().SetContext(ctx).SetPathParam("sha256", sum).
		SetHeader(offsetHeader, strconv.FormatInt(from, 10)).SetHeader("Upload-Length", strconv.FormatInt(size, 10)).
		SetHeader("Content-Type", "application/offset+octet-stream").SetBody(piece)
	_, err := send[struct{}](req, "PatchBlob", http.MethodPatch, "/v1/blobs/{sha256}", transferTimeout(piece.Size()))
	return err
}
