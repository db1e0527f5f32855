package portalclient

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"strings"

	"akno/backend/akno"
	"akno/backend/portalapi"
)

// MaxCopy is the most octets of a sealed copy of a draft.
const MaxCopy = 1 << 20

// http412 is the status for who has not seen the present version of a copy.
const http412 = 412

// Instead returns the copy that the portal has instead of the one that a refused
// call was about, and whether err is such a refusal. Its version is 0 where the
// portal has none; its size and time are not told.
func Instead(err error) (portalapi.DraftBackup, bool) {
	var d portalapi.DraftBackup
	if StatusOf(err) != http412 {
		return d, false
	}
	f := akno.FieldsOf(err)
	d.Version, d.Rev, d.OwnerEpoch, d.OwnerDevice = number(f["version"]), number(f["rev"]), number(f["ownerEpoch"]), f["ownerDevice"]
	return d, f["version"] != ""
}

func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

func tag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// StoreDraft puts the sealed octets of a draft's revision in the place of the
// version seen, 0 for none. What is stored is named by d: its id, revision,
// owner's epoch and device. An answer about anything else is none.
func (c *Client) StoreDraft(ctx context.Context, d portalapi.DraftBackup, seen int64, octets []byte) (portalapi.DraftBackup, error) {
	const op = "StoreDraft"
	req := c.R.R().SetContext(ctx).SetPathParam("draftId", d.Id).
		SetHeader("X-Draft-Rev", strconv.FormatInt(d.Rev, 10)).
		SetHeader("X-Owner-Epoch", strconv.FormatInt(d.OwnerEpoch, 10)).
		SetHeader("X-Owner-Device", d.OwnerDevice).
		SetHeader("Content-Type", "application/octet-stream").SetBody(bytes.NewReader(octets))
	if seen == 0 {
		req.SetHeader("If-None-Match", "*")
	} else {
		req.SetHeader("If-Match", tag(seen))
	}
	out, err := send[portalapi.DraftBackup](req, op, http.MethodPut, "/v1/drafts/{draftId}", transferTimeout(int64(len(octets))))
	if err != nil {
		return portalapi.DraftBackup{}, err
	}
	if out.Id != d.Id || out.Rev != d.Rev || out.OwnerEpoch != d.OwnerEpoch || out.OwnerDevice != d.OwnerDevice || out.Version <= seen || out.Epoch == "" {
		return portalapi.DraftBackup{}, silence(op, errForeign)
	}
	return *out, nil
}

// ReadDraft returns a copy with its sealed octets.
func (c *Client) ReadDraft(ctx context.Context, id string) (portalapi.DraftBackup, []byte, error) {
	const op = "ReadDraft"
	ctx, cancel := within(ctx, transferTimeout(MaxCopy))
	defer cancel()
	req := c.R.R().SetContext(ctx).SetPathParam("draftId", id).SetHeader("Accept", "application/octet-stream, application/problem+json")
	var out bytes.Buffer
	header, n, err := streamed(req, op, http.MethodGet, "/v1/drafts/{draftId}", "application/octet-stream", MaxCopy, &out)
	if err != nil {
		return portalapi.DraftBackup{}, nil, err
	}
	d := portalapi.DraftBackup{
		Id: id, Epoch: header.Get("X-Portal-Epoch"), Version: number(strings.Trim(header.Get("ETag"), `"`)), Rev: number(header.Get("X-Draft-Rev")),
		OwnerEpoch: number(header.Get("X-Owner-Epoch")), OwnerDevice: header.Get("X-Owner-Device"), Size: n,
	}
	if d.Epoch == "" || d.Version == 0 || d.Rev == 0 || d.OwnerEpoch == 0 || d.OwnerDevice == "" {
		return portalapi.DraftBackup{}, nil, silence(op, errForeign)
	}
	return d, out.Bytes(), nil
}

// RemoveDraft removes the version of a copy that was seen.
func (c *Client) RemoveDraft(ctx context.Context, id string, seen int64) error {
	match := tag(seen)
	_, err := c.DeleteDraft(ctx, id, &portalapi.DeleteDraftParams{IfMatch: &match})
	return err
}
