package portalclient

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/go-resty/resty/v2"

	"akno/backend/akno"
	"akno/backend/portalapi"
)

// slowest is the rate in octets a second below which a transfer of a file is
// given up: the line of 64 kbit/s that the program must still work on.
const slowest = 8 << 10

// transferTimeout returns how long a file of size octets may take.
func transferTimeout(size int64) time.Duration {
	return answerTimeout + time.Duration(size/slowest)*time.Second
}

// put stores a file in one request.
func (c *Client) put(ctx context.Context, sum string, size int64, f io.ReadSeeker) error {
	const op = "Upload"
	req := c.R.R().SetContext(ctx).SetPathParam("sha256", sum).
		SetHeader("Content-Type", "application/octet-stream").SetBody(f)
	ref, err := send[portalapi.BlobRef](req, op, http.MethodPut, "/v1/blobs/{sha256}", transferTimeout(size))
	if err != nil {
		return err
	}
	if ref.Sha256 != sum || ref.Size != size {
		return silence(op, errForeign)
	}
	return nil
}

// Download writes the account's file with that SHA-256 to w. An error means
// that what was written is not the file.
func (c *Client) Download(ctx context.Context, sum string, size int64, w io.Writer) error {
	req := c.R.R().SetPathParam("sha256", sum)
	return c.download(ctx, req, "/v1/blobs/{sha256}", sum, size, w)
}

// DownloadDesk is Download for a file of an application on a reviewer's desk.
func (c *Client) DownloadDesk(ctx context.Context, application, sum string, size int64, w io.Writer) error {
	req := c.R.R().SetPathParam("applicationId", application).SetPathParam("sha256", sum)
	return c.download(ctx, req, "/v1/desk/applications/{applicationId}/blobs/{sha256}", sum, size, w)
}

// PackItem returns the item of the portal's packs with that SHA-256, at most
// limit octets.
func (c *Client) PackItem(ctx context.Context, sum string, limit int) ([]byte, error) {
	const op = "PackItem"
	ctx, cancel := within(ctx, transferTimeout(int64(limit)))
	defer cancel()
	req := c.R.R().SetContext(ctx).SetPathParam("sha256", sum).
		SetHeader("Accept", "application/octet-stream, application/problem+json")
	var out bytes.Buffer
	if _, err := stream(req, op, http.MethodGet, "/v1/packs/{sha256}", "application/octet-stream", int64(limit), &out); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func (c *Client) download(ctx context.Context, req *resty.Request, path, sum string, size int64, w io.Writer) error {
	const op = "Download"
	ctx, cancel := within(ctx, transferTimeout(size))
	defer cancel()
	req.SetHeader("Accept", "application/octet-stream, application/problem+json")
	h := sha256.New()
	n, err := stream(req.SetContext(ctx), op, http.MethodGet, path, "application/octet-stream", size, io.MultiWriter(w, h))
	if err != nil {
		return err
	}
	if n != size || hex.EncodeToString(h.Sum(nil)) != sum {
		return silence(op, errForeign)
	}
	return nil
}

// stream copies at most limit octets of an answer of the wanted type to w and
// returns how many there were.
func stream(req *resty.Request, op, method, path, want string, limit int64, w io.Writer) (n int64, err error) {
	_, n, err = streamed(req, op, method, path, want, limit, w)
	return n, err
}

// streamed is stream for an answer whose headers say something.
func streamed(req *resty.Request, op, method, path, want string, limit int64, w io.Writer) (header http.Header, n int64, err error) {
	res, err := req.SetDoNotParseResponse(true).Execute(method, path)
	if err != nil {
		return nil, 0, silence(op, err)
	}
	n, err = taken(res, op, want, limit, w)
	return res.Header(), n, err
}

func taken(res *resty.Response, op, want string, limit int64, w io.Writer) (n int64, err error) {
	raw := res.RawBody()
	defer func() { err = errors.Join(err, raw.Close()) }()
	if code := res.StatusCode(); code != http.StatusOK && code != http.StatusAccepted { // a request taken, to be answered later
		text, err := io.ReadAll(io.LimitReader(raw, 64<<10))
		if err != nil {
			return 0, silence(op, err)
		}
		if err := problemOf(op, res.StatusCode(), res.Header(), text); err != nil {
			return 0, err
		}
		return 0, foreign(op, res.StatusCode(), res.Header(), errForeign)
	}
	if want != "" && !isType(res.Header(), want) {
		return 0, foreign(op, res.StatusCode(), res.Header(), errForeign)
	}
	into := &writer{w: w}
	n, err = io.Copy(into, io.LimitReader(raw, limit+1))
	switch {
	case into.err != nil: // this computer's disk, not the line
		return n, fmt.Errorf("%s: %w", op, into.err)
	case err != nil:
		return n, silence(op, err)
	case n > limit:
		return n, &akno.Error{Code: akno.TooLarge, Op: op}
	}
	return n, nil
}

// writer remembers that it was the writing that failed.
type writer struct {
	w   io.Writer
	err error
}

func (w *writer) Write(p []byte) (int, error) {
	n, err := w.w.Write(p)
	if err != nil {
		w.err = err
	}
	return n, err
}

// Fetch sends a request to a service of the public key infrastructure (revocation
// lists, OCSP, time stamps, registration authority) at its own address and
// returns at most limit octets of the answer. The session's token is not sent.
// What these services answer is signed, so plain http is allowed; want is the
// media type of the answer, "" for any.
func (c *Client) Fetch(ctx context.Context, method, address, contentType string, content []byte, want string, limit int64) ([]byte, error) {
	const op = "Fetch"
	if !strings.HasPrefix(address, "http://") && !strings.HasPrefix(address, "https://") {
		return nil, fmt.Errorf("%s: %w", op, ErrAddress)
	}
	ctx, cancel := within(ctx, transferTimeout(limit))
	defer cancel()
	req := c.R.R().SetContext(ctx).SetHeader("Accept", "*/*")
	if content != nil {
		req.SetHeader("Content-Type", contentType).SetBody(content)
	}
	var out strings.Builder
	if _, err := stream(req, op, method, address, want, limit, &out); err != nil {
		return nil, err
	}
	return []byte(out.String()), nil
}
