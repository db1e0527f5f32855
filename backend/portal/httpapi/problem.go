package httpapi

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"akno/backend/akno"
)

// statusOf gives every code its HTTP status.
var statusOf = map[akno.Code]int{
	akno.Internal:    http.StatusInternalServerError,
	akno.Invalid:     http.StatusUnprocessableEntity,
	akno.NotFound:    http.StatusNotFound,
	akno.Conflict:    http.StatusConflict,
	akno.Forbidden:   http.StatusForbidden,
	akno.LowLevel:    http.StatusForbidden,
	akno.SignedOut:   http.StatusUnauthorized,
	akno.BadLogin:    http.StatusUnauthorized,
	akno.SlowDown:    http.StatusTooManyRequests,
	akno.Unavailable: http.StatusServiceUnavailable,
	akno.TooLarge:    http.StatusRequestEntityTooLarge,
	akno.WrongState:  http.StatusConflict,
	akno.OldForm:     http.StatusConflict,
	akno.NeedsPaying: http.StatusPaymentRequired,
	akno.UsedCode:    http.StatusGone,
	akno.ExpiredCode: http.StatusGone,
	akno.Registered:  http.StatusConflict,
	akno.Unbound:     http.StatusForbidden,

	akno.BadPassword:      http.StatusUnprocessableEntity,
	akno.BadKeyFile:       http.StatusUnprocessableEntity,
	akno.ForeignContainer: http.StatusUnprocessableEntity,
	akno.KeyMismatch:      http.StatusUnprocessableEntity,
	akno.BadSignature:     http.StatusUnprocessableEntity,
	akno.WrongSigner:      http.StatusUnprocessableEntity,
	akno.CertExpired:      http.StatusUnprocessableEntity,
	akno.CertNotYet:       http.StatusUnprocessableEntity,
	akno.CertRevoked:      http.StatusUnprocessableEntity,
	akno.CertSuspended:    http.StatusUnprocessableEntity,
	akno.CertUntrusted:    http.StatusUnprocessableEntity,
	akno.CertUsage:        http.StatusUnprocessableEntity,
	akno.NoRevocation:     http.StatusServiceUnavailable,

	akno.BadFile:     http.StatusUnprocessableEntity,
	akno.BadFileType: http.StatusUnsupportedMediaType,
	akno.Encrypted:   http.StatusUnsupportedMediaType,
	akno.DiskFull:    http.StatusInsufficientStorage,
	akno.ReadOnly:    http.StatusInsufficientStorage,
	akno.Locked:      http.StatusLocked,
	// The portal says none of these: a device finds them on the way to it.
	akno.CaptivePortal: http.StatusBadGateway,
	akno.TLSForeign:    http.StatusBadGateway,
	akno.TLSTime:       http.StatusBadGateway,
	akno.ProxyAuth:     http.StatusBadGateway,
	akno.ProxyDown:     http.StatusBadGateway,
}

// normal returns err with a code: what the transport refuses gets one here.
func normal(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return &akno.Error{Code: akno.TooLarge, Op: "httpapi", Err: err}
	}
	return err
}

// writeProblem answers with the code of err and what a person may know of it.
func writeProblem(w http.ResponseWriter, err error, v *visit) {
	p := problemFrom(err)
	if v.ref != "" {
		p.Ref = &v.ref
	}
	if v.allow != "" {
		w.Header().Set("Allow", v.allow)
		p.Status = http.StatusMethodNotAllowed
	}
	if p.RetryAfter != nil {
		w.Header().Set("Retry-After", strconv.Itoa(*p.RetryAfter))
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Del("Content-Length")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the caller is gone if this fails
}
