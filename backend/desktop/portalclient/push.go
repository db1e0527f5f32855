package portalclient

import (
	"bytes"
	"context"
	"net/http"

	"akno/backend/portalapi"
)

// PushWritten is PushCommands with a request that is JSON already, so that it can be
// written before it may leave.
func (c *Client) PushWritten(ctx context.Context, request []byte) (*portalapi.PushResult, error) {
	const own = "application/vnd.akno.sync+json"
	req := c.R.R().SetContext(ctx).SetHeader("Content-Type", own).SetBody(bytes.NewReader(request))
	return call[portalapi.PushResult](req, "PushCommands", http.MethodPost, "/v1/sync/push", own)
}
