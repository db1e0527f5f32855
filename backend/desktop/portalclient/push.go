package portalclient

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"akno/backend/portalapi"
)

// A push carries the most octets of all calls, and encoding/json goes through each
// several times on the way there and back. What is written here is what the contract
// says, with the octets of commands and records as they are.

// WritePush returns the request that PushWritten sends. The bodies are JSON and stand
// in it octet for octet, as their hashes want.
func WritePush(epoch string, ops []portalapi.PushOp) ([]byte, error) {
	size := 64 + len(epoch)
	for _, op := range ops {
		size += 300 + len(op.Body)
	}
	w := jsonText{out: make([]byte, 0, size)}
	w.raw(`{"epoch":`).text(epoch).raw(`,"ops":[`)
	for i, op := range ops {
		if i > 0 {
			w.raw(",")
		}
		w.raw(`{"body":`)
		w.out = append(w.out, op.Body...)
		w.raw(`,"bodyHash":`).text(op.BodyHash)
		w.raw(`,"deviceSeq":`).raw(strconv.FormatInt(op.DeviceSeq, 10))
		w.raw(`,"kind":`).text(op.Kind).raw(`,"opId":`).text(op.OpId).raw(`,"target":`).text(op.Target).raw("}")
	}
	w.raw("]}")
	return w.out, w.err
}

// A jsonText puts JSON together.
type jsonText struct {
	out []byte
	err error
}

func (w *jsonText) raw(text string) *jsonText {
	w.out = append(w.out, text...)
	return w
}

func (w *jsonText) text(s string) *jsonText {
	b, err := json.Marshal(s)
	if err != nil {
		w.err = err
	}
	w.out = append(w.out, b...)
	return w
}

// A PushAnswer is a portalapi.PushResult whose applications are as the portal wrote
// them.
type PushAnswer struct {
	Epoch   string    `json:"epoch"`
	Results []Outcome `json:"results"`
}

// An Outcome is what became of one command.
type Outcome struct {
	OpID        string                       `json:"opId"`
	Outcome     portalapi.PushOutcomeOutcome `json:"outcome"`
	Application json.RawMessage              `json:"application"` // nil unless it was applied
	Problem     *portalapi.Problem           `json:"problem"`
}

// PushWritten is PushCommands with a request of WritePush.
func (c *Client) PushWritten(ctx context.Context, request []byte) (*PushAnswer, error) {
	const own = "application/vnd.akno.sync+json"
	req := c.R.R().SetContext(ctx).SetHeader("Content-Type", own).SetBody(bytes.NewReader(request))
	return call[PushAnswer](req, "PushCommands", http.MethodPost, "/v1/sync/push", own)
}
