// Package authority talks to the registration authority: it hands over a
// request for a certificate and asks what became of it. Nothing it is told is
// believed before the certificate itself has been judged.
package authority

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"

	"akno/backend/akno"
)

// Fetcher sends one request to a service and returns the answer.
type Fetcher interface {
	Fetch(ctx context.Context, method, address, contentType string, content []byte, want string, limit int64) ([]byte, error)
}

// The states of a request.
const (
	Waiting  = "waiting"
	Approved = "approved"
	Refused  = "rejected"
)

// Status is what became of a request.
type Status struct {
	ID     string `json:"id"`
	State  string `json:"state"`
	Reason string `json:"reason"`
}

const (
	maxStatus      = 4 << 10  // octets of an answer
	maxCertificate = 64 << 10 // octets
)

var errAnswer = errors.New("authority: not an answer of a registration authority")

// Send hands over the request der (PKCS #10) to the authority at base. The same
// request twice is one request.
func Send(ctx context.Context, f Fetcher, base string, der []byte) (Status, error) {
	raw, err := f.Fetch(ctx, "POST", join(base, "requests"), "application/pkcs10", der, "application/json", maxStatus)
	if err != nil {
		return Status{}, err
	}
	return readStatus(raw)
}

// Ask asks what became of the request id, and fetches the certificate (DER)
// once there is one.
func Ask(ctx context.Context, f Fetcher, base, id string) (Status, []byte, error) {
	at := join(base, "requests/"+url.PathEscape(id))
	raw, err := f.Fetch(ctx, "GET", at, "", nil, "application/json", maxStatus)
	if err != nil {
		return Status{}, nil, err
	}
	s, err := readStatus(raw)
	if err != nil || s.State != Approved {
		return s, nil, err
	}
	cert, err := f.Fetch(ctx, "GET", at+"/certificate", "", nil, "application/pkix-cert", maxCertificate)
	return s, cert, err
}

func readStatus(raw []byte) (Status, error) {
	var s Status
	if err := json.Unmarshal(raw, &s); err != nil {
		return s, &akno.Error{Code: akno.Unavailable, Op: "authority", Err: errors.Join(errAnswer, err)}
	}
	switch s.State {
	case Waiting, Approved, Refused:
	default:
		return s, &akno.Error{Code: akno.Unavailable, Op: "authority", Err: errAnswer}
	}
	if s.ID == "" || len(s.ID) > 100 {
		return s, &akno.Error{Code: akno.Unavailable, Op: "authority", Err: errAnswer}
	}
	return s, nil
}

func join(base, path string) string { return strings.TrimSuffix(base, "/") + "/" + path }
