package gossuok

import (
	"net/http"

	"akno/backend/stb/tsp"
)

const (
	typeStampRequest  = "application/timestamp-query"
	typeStampResponse = "application/timestamp-reply"
)

// maxStampRequest bounds a request for a stamp, in octets.
const maxStampRequest = 16 << 10

// Stamp answers a request for a time stamp in DER with a response in DER; a
// request that is not acceptable gets a rejection.
func (a *Authority) Stamp(request []byte) ([]byte, error) {
	serial, err := newSerial()
	if err != nil {
		return tsp.Reject(tsp.SystemFailure), err
	}
	signer, err := a.key(tsaName)
	if err != nil {
		return tsp.Reject(tsp.SystemFailure), err
	}
	s := tsp.Service{Certificate: a.certs[tsaName], Signer: signer}
	return s.Respond(request, serial, a.config.Clock())
}

func (a *Authority) postStamp(w http.ResponseWriter, r *http.Request) {
	body, ok := readBody(w, r, typeStampRequest, maxStampRequest)
	if !ok {
		return
	}
	// The protocol tells the caller of the service's own faults inside the answer.
	raw, _ := a.Stamp(body)
	answer(w, typeStampResponse, raw)
}
